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

#include "nodes/nodes.h"

extern bool aqumv_may_execute(Node *node, bool *everyone_may);

#endif							/* AQUMV_RIGHTS_H */
