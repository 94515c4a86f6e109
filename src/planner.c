/*-------------------------------------------------------------------------
 *
 * planner.c
 *	  Which statements are looked at, at all?
 *
 *	  The hook is on the path of every query, so it turns away cheaply: one
 *	  look at the join tree, one hash probe for the relation in it.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "catalog.h"
#include "choose.h"
#include "planner.h"
#include "summary.h"
#include "views.h"

static planner_hook_type prev_planner = NULL;

static PlannedStmt *
plan_as_written(Query *parse, const char *query_string, int cursor_options,
				ParamListInfo params)
{
	if (prev_planner)
		return prev_planner(parse, query_string, cursor_options, params);
	return standard_planner(parse, query_string, cursor_options, params);
}

/*
 * The SELECT of a statement that could be answered: the statement itself, or
 * the source of INSERT ... SELECT.
 */
static Query *
find_block(Query *parse, int *block_rti)
{
	Node	   *from;
	RangeTblEntry *rte;

	*block_rti = 0;
	if (parse->commandType == CMD_SELECT && parse->utilityStmt == NULL)
		return parse;
	if (parse->commandType != CMD_INSERT || list_length(parse->jointree->fromlist) != 1)
		return NULL;
	from = linitial(parse->jointree->fromlist);
	if (!IsA(from, RangeTblRef))
		return NULL;
	*block_rti = ((RangeTblRef *) from)->rtindex;
	rte = rt_fetch(*block_rti, parse->rtable);
	return rte->rtekind == RTE_SUBQUERY ? rte->subquery : NULL;
}

/*
 * rewrite_mode = required must not pass over a query only because its shape is
 * foreign to us.
 */
static bool
refuse_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;

		if (rte->rtekind == RTE_RELATION && rte->inFromCl &&
			aqumv_views_over(rte->relid) != NIL)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("no materialized view over \"%s\" can answer the query",
							get_rel_name(rte->relid)),
					 errdetail("The query is not over one table."),
					 errhint("Set aqumv.rewrite_mode to \"cost\" to read the tables instead.")));
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, refuse_walker, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, refuse_walker, context);
}

/*
 * Fill in what is to be decided about a statement.  False if there is nothing.
 */
static bool
prepare_statement(AqumvStatement *statement, Query *parse, const char *query_string,
				  int cursor_options, ParamListInfo params)
{
	RangeTblEntry *rte;
	int			rti;

	statement->block = find_block(parse, &statement->block_rti);
	if (statement->block == NULL)
		return false;
	if (aqumv_find_relation(statement->block, &rte, &rti) != NULL)
	{
		if (aqumv_rewrite_mode == AQUMV_REWRITE_REQUIRED && !aqumv_reason_messages &&
			aqumv_is_installed())
			(void) refuse_walker((Node *) statement->block, NULL);
		return false;
	}
	if (!aqumv_is_installed())
		return false;
	statement->base = rte->relid;
	statement->views = aqumv_views_over(rte->relid);
	statement->parse = parse;
	statement->query_string = query_string;
	statement->cursor_options = cursor_options;
	statement->params = params;
	statement->plan = plan_as_written;
	statement->mode = aqumv_rewrite_mode;
	return statement->views != NIL;
}

/*
 * The planner hook.  Queries that enforce foreign keys are planned as written,
 * and those inside of parallel workers, which do not know what their leader's
 * transaction has written.
 */
static PlannedStmt *
aqumv_planner(Query *parse, const char *query_string, int cursor_options,
			  ParamListInfo params)
{
	AqumvStatement statement = {0};
	bool		messages = aqumv_reason_messages;
	bool		worth_it;

	if (!aqumv_enabled || aqumv_paused > 0 || !ActiveSnapshotSet() ||
		InNoForceRLSOperation() || IsParallelWorker())
		return plan_as_written(parse, query_string, cursor_options, params);

	aqumv_reason_messages = false;
	worth_it = prepare_statement(&statement, parse, query_string, cursor_options, params);
	aqumv_reason_messages = messages;
	if (!worth_it)
		return plan_as_written(parse, query_string, cursor_options, params);
	return aqumv_choose(&statement, NULL);
}

static List *
single_verdict(AqumvReason *reason)
{
	AqumvVerdict *verdict = palloc0(sizeof(AqumvVerdict));

	verdict->reason = reason;
	verdict->cost_original = verdict->cost_rewritten = -1;
	return list_make1(verdict);
}

/*
 * What would be decided about a query, as a list of AqumvVerdict.
 */
List *
aqumv_explain_query(Query *parse, const char *query_string, int cursor_options)
{
	AqumvStatement statement = {0};
	List	   *verdicts = NIL;
	RangeTblEntry *rte;
	int			rti;
	AqumvReason *reason;

	if (!prepare_statement(&statement, parse, query_string, cursor_options, NULL))
	{
		if (statement.block == NULL)
			reason = aqumv_reason(AQUMV_STATEMENT,
								  "the statement is neither a SELECT nor an INSERT ... SELECT");
		else if ((reason = aqumv_find_relation(statement.block, &rte, &rti)) != NULL)
			 /* as it says */ ;
		else if (rte->relid < FirstNormalObjectId)
			reason = aqumv_reason(AQUMV_SYSTEM_CATALOG,
								  "writes to system catalogs cannot be tracked");
		else
			reason = aqumv_reason(AQUMV_NO_VIEWS,
								  "no materialized view reads \"%s\"", get_rel_name(rte->relid));
		verdicts = single_verdict(reason);
	}
	else
	{
		statement.mode = AQUMV_REWRITE_COST;
		(void) aqumv_choose(&statement, &verdicts);
	}
	return verdicts;
}

void
aqumv_planner_init(void)
{
	prev_planner = planner_hook;
	planner_hook = aqumv_planner;
}
