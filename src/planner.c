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

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/planner.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "answer/choose.h"
#include "fresh/catalog.h"
#include "fresh/views.h"
#include "maintain/owner.h"
#include "planner.h"

static planner_hook_type prev_planner = NULL;

static PlannedStmt *
plan_as_written(Query *parse, const char *query_string, int cursor_options,
				ParamListInfo params)
{
	if (prev_planner)
		return prev_planner(parse, query_string, cursor_options, params);
	return standard_planner(parse, query_string, cursor_options, params);
}

/* What is read that views could be over? */
typedef struct Search
{
	bool		has_views;
	int			ntables;
	Oid			table;			/* one of them */
	bool		reads;			/* is there any SELECT? */
} Search;

static bool search_query(Query *query, Search *search);

static bool
search_sublinks_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return search_query((Query *) node, context);
	return expression_tree_walker(node, search_sublinks_walker, context);
}

/* What a set-returning SQL function reads is known once it has been inlined. */
static bool
may_be_inlined(RangeTblEntry *rte)
{
	Node	   *call = list_length(rte->functions) != 1 ? NULL :
		linitial_node(RangeTblFunction, rte->functions)->funcexpr;
	HeapTuple	tuple;
	bool		result;

	if (call == NULL || !IsA(call, FuncExpr) || !((FuncExpr *) call)->funcretset ||
		((FuncExpr *) call)->funcid < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(((FuncExpr *) call)->funcid));
	result = HeapTupleIsValid(tuple) &&
		((Form_pg_proc) GETSTRUCT(tuple))->prolang == SQLlanguageId;
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/*
 * Look for a table with views over it in the SELECTs of a statement.  Stops at
 * the first one, and returns true.
 */
static bool
search_query(Query *query, Search *search)
{
	bool		is_select = query->commandType == CMD_SELECT && query->utilityStmt == NULL;
	ListCell   *lc;

	search->reads |= is_select;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_RELATION && is_select && rte->inFromCl)
		{
			search->ntables++;
			search->table = rte->relid;
			search->has_views = aqumv_has_views(rte->relid);
		}
		else if (rte->rtekind == RTE_SUBQUERY && rte->subquery != NULL)
			(void) search_query(rte->subquery, search);
		else if (rte->rtekind == RTE_FUNCTION && may_be_inlined(rte))
			search->has_views = true;
		if (search->has_views)
			return true;
	}
	foreach(lc, query->cteList)
	{
		if (search_query((Query *) lfirst_node(CommonTableExpr, lc)->ctequery, search))
			return true;
	}
	return query->hasSubLinks &&
		query_tree_walker(query, search_sublinks_walker, search, QTW_IGNORE_RC_SUBQUERIES);
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
	Search		search = {0};
	bool		worth_it;

	if (aqumv_paused > 0)
		aqumv_pin_filling();
	if (!aqumv_enabled || aqumv_paused > 0 || !ActiveSnapshotSet() ||
		InNoForceRLSOperation() || IsParallelWorker())
		return plan_as_written(parse, query_string, cursor_options, params);

	AQUMV_BEGIN_MESSAGES(false);
	{
		worth_it = aqumv_is_installed() && search_query(parse, &search);
	}
	AQUMV_END_MESSAGES();
	if (!worth_it)
		return plan_as_written(parse, query_string, cursor_options, params);
	else
	{
		AqumvStatement statement = {parse, query_string, cursor_options, params,
			plan_as_written, aqumv_rewrite_mode
		};

		return aqumv_choose(&statement, NULL);
	}
}

/* The only thing that there is to say of a query. */
List *
aqumv_single_verdict(AqumvReason *reason)
{
	AqumvVerdict *verdict = palloc0(sizeof(AqumvVerdict));

	verdict->reason = reason;
	verdict->cost_original = verdict->cost_rewritten = -1;
	return list_make1(verdict);
}

/* Why does a statement have nothing to do with views? */
static AqumvReason *
explain_search(const Search *search)
{
	if (!search->reads)
		return aqumv_reason(AQUMV_STATEMENT,
							"the statement has no SELECT in it");
	if (search->ntables == 0)
		return aqumv_reason(AQUMV_NO_TABLE, "the query does not read a table");
	if (search->ntables > 1)
		return aqumv_reason(AQUMV_NO_VIEWS,
							"no materialized view reads any of the query's tables");
	if (search->table < FirstNormalObjectId)
		return aqumv_reason(AQUMV_SYSTEM_CATALOG,
							"writes to system catalogs cannot be tracked");
	return aqumv_reason(AQUMV_NO_VIEWS,
						"no materialized view reads \"%s\"", get_rel_name(search->table));
}

/*
 * What would be decided about a query, as a list of AqumvVerdict.  Views that the
 * user may not know of are left out.
 */
List *
aqumv_explain_query(Query *parse, const char *query_string, int cursor_options)
{
	AqumvStatement statement = {parse, query_string, cursor_options, NULL,
		plan_as_written, aqumv_rewrite_mode
	};
	Search		search = {0};
	List	   *verdicts = NIL;

	if (search_query(parse, &search))
		(void) aqumv_choose(&statement, &verdicts);
	if (verdicts == NIL)
		verdicts = aqumv_single_verdict(explain_search(&search));
	return verdicts;
}

void
aqumv_planner_init(void)
{
	prev_planner = planner_hook;
	planner_hook = aqumv_planner;
}
