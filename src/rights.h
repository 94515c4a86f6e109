/*-------------------------------------------------------------------------
 *
 * rights.h
 *	  May the user call what the query calls?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_RIGHTS_H
#define AQUMV_RIGHTS_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern bool aqumv_may_execute(Query *query, bool *everyone_may);

#endif							/* AQUMV_RIGHTS_H */
