/*-------------------------------------------------------------------------
 *
 * planner.h
 *	  The planner hook.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PLANNER_H
#define AQUMV_PLANNER_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

extern List *aqumv_single_verdict(AqumvReason *reason);
extern List *aqumv_explain_query(Query *parse, const char *query_string, int cursor_options);
extern void aqumv_planner_init(void);

#endif							/* AQUMV_PLANNER_H */
