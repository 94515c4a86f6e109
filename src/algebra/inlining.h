/*-------------------------------------------------------------------------
 *
 * inlining.h
 *	  SQL functions in FROM, seen through.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_INLINING_H
#define AQUMV_INLINING_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "nodes/pathnodes.h"

extern Query *aqumv_inline_function(Query *query, RangeTblEntry *rte, PlannerGlobal *glob);

#endif							/* AQUMV_INLINING_H */
