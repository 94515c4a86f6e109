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

#include "reason.h"

/* a statement to plan, and how to go on planning it */
typedef struct AqumvStatement
{
	Query	   *parse;
	const char *query_string;
	int			cursor_options;
	ParamListInfo params;
	planner_hook_type plan;
	int			mode;			/* AqumvRewriteMode */
	Query	   *block;			/* the SELECT to answer: parse or a part of it */
	int			block_rti;		/* where in parse->rtable it is; 0: it is parse */
	Oid			base;
	List	   *views;			/* OIDs of views over base */
	Oid			user;			/* set if the plan is good for one user only */
} AqumvStatement;

/* what was decided of one view; view is InvalidOid for a query without views */
typedef struct AqumvVerdict
{
	Oid			view;
	bool		used;
	AqumvReason *reason;		/* NULL if used */
	double		cost_original;	/* negative: not known */
	double		cost_rewritten;
} AqumvVerdict;

extern PlannedStmt *aqumv_choose(AqumvStatement *statement, List **verdicts);

#endif							/* AQUMV_CHOOSE_H */
