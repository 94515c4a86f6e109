/*-------------------------------------------------------------------------
 *
 * choose.h
 *	  The cheapest plan among the original and those over views.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_CHOOSE_H
#define AQUMV_CHOOSE_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "optimizer/planner.h"

#include "answer/answer.h"

/* a statement to plan, and how to go on planning it */
typedef struct AqumvStatement
{
	Query	   *parse;
	const char *query_string;
	int			cursor_options;
	ParamListInfo params;
	planner_hook_type plan;
	int			mode;			/* AqumvRewriteMode */
} AqumvStatement;

extern PlannedStmt *aqumv_choose(AqumvStatement *statement, List **verdicts);

#endif							/* AQUMV_CHOOSE_H */
