/*-------------------------------------------------------------------------
 *
 * flatten.h
 *	  Simple subqueries, seen through.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FLATTEN_H
#define AQUMV_FLATTEN_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern bool aqumv_can_flatten(Query *query);
extern bool aqumv_flatten(Query *query);

#endif							/* AQUMV_FLATTEN_H */
