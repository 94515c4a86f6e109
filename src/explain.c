/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  Why was my view not used?  aqumv.explain_rewrite and aqumv.views.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "catalog.h"
#include "choose.h"
#include "compat.h"
#include "freshness.h"
#include "option.h"
#include "planner.h"
#include "views.h"

PG_FUNCTION_INFO_V1(aqumv_explain_rewrite);
PG_FUNCTION_INFO_V1(aqumv_list_views);

/* Who may not run the query may not have it planned either. */
static bool
check_permissions_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		aqumv_compat_check_permissions((Query *) node);
		return query_tree_walker((Query *) node, check_permissions_walker, context, 0);
	}
	return expression_tree_walker(node, check_permissions_walker, context);
}

/* Errors in the text are not errors in the query that calls us. */
static void
explained_text_callback(void *arg)
{
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) arg);
	}
}

/*
 * The one optimizable statement in a text; of EXPLAIN, DECLARE CURSOR or
 * CREATE TABLE AS, the query inside.
 */
static Query *
analyze_query(const char *query_string, int *cursor_options)
{
	ErrorContextCallback callback = {error_context_stack, explained_text_callback,
	unconstify(char *, query_string)};
	List	   *raw;
	List	   *queries;
	Oid		   *types = NULL;
	int			ntypes = 0;
	Query	   *query;
	Query	   *contained;

	error_context_stack = &callback;
	raw = pg_parse_query(query_string);
	if (list_length(raw) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("aqumv.explain_rewrite takes one statement, not %d",
						list_length(raw))));
	queries = pg_analyze_and_rewrite_varparams(linitial_node(RawStmt, raw), query_string,
											   &types, &ntypes, NULL);
	error_context_stack = callback.previous;
	query = queries == NIL ? NULL : linitial_node(Query, queries);
	*cursor_options = CURSOR_OPT_PARALLEL_OK;
	if (query != NULL && query->commandType == CMD_UTILITY)
	{
		if (IsA(query->utilityStmt, DeclareCursorStmt))
			*cursor_options = ((DeclareCursorStmt *) query->utilityStmt)->options;
		contained = UtilityContainsQuery(query->utilityStmt);
		queries = contained == NULL ? NIL : QueryRewrite(copyObject(contained));
		query = queries == NIL ? NULL : linitial_node(Query, queries);
	}
	if (query == NULL || list_length(queries) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("aqumv.explain_rewrite takes a statement with one query"),
				 errdetail("Utility statements without a query, and statements that rules turn into several, cannot be explained.")));
	return query;
}

/*
 * aqumv.explain_rewrite(query text): for each block, a row per view over
 * its tables.
 */
Datum
aqumv_explain_rewrite(PG_FUNCTION_ARGS)
{
	char	   *query_string = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		had_messages = aqumv_reason_messages;
	Query	   *query;
	int			cursor_options;
	List	   *verdicts = NIL;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	query = analyze_query(query_string, &cursor_options);
	(void) check_permissions_walker((Node *) query, NULL);

	aqumv_reason_messages = true;
	PG_TRY();
	{
		verdicts = aqumv_explain_query(query, query_string, cursor_options);
	}
	PG_FINALLY();
	{
		aqumv_reason_messages = had_messages;
	}
	PG_END_TRY();

	foreach(lc, verdicts)
	{
		AqumvVerdict *verdict = lfirst(lc);
		Datum		values[7] = {0};
		bool		nulls[7] = {false};

		nulls[0] = verdict->block == NULL;
		if (!nulls[0])
			values[0] = CStringGetTextDatum(verdict->block);
		values[1] = ObjectIdGetDatum(verdict->view);
		nulls[1] = !OidIsValid(verdict->view);
		values[2] = BoolGetDatum(verdict->used);
		if (verdict->reason != NULL)
		{
			values[3] = CStringGetTextDatum(aqumv_reason_code(verdict->reason));
			values[4] = CStringGetTextDatum(verdict->reason->message);
		}
		nulls[3] = nulls[4] = verdict->reason == NULL;
		values[5] = Float8GetDatum(verdict->cost_original);
		nulls[5] = verdict->cost_original < 0;
		values[6] = Float8GetDatum(verdict->cost_rewritten);
		nulls[6] = verdict->cost_rewritten < 0;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* OIDs of all materialized views of the database. */
static List *
all_views(void)
{
	List	   *views = NIL;
	Relation	rel = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_class_relkind, BTEqualStrategyNumber, F_CHAREQ,
				CharGetDatum(RELKIND_MATVIEW));
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		views = lappend_oid(views, ((Form_pg_class) GETSTRUCT(tuple))->oid);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return views;
}

/* Why can the view not answer anything now?  NULL: it can. */
static AqumvReason *
view_state(Oid viewoid, AqumvView **view)
{
	AqumvReason *reason;

	if ((reason = aqumv_get_view(viewoid, view)) != NULL)
		return reason;
	if ((*view)->unsuitable != NULL)
		return (*view)->unsuitable;
	return aqumv_check_usable(*view, GetActiveSnapshot());
}

static void
put_view(ReturnSetInfo *rsinfo, Oid viewoid)
{
	AqumvView  *view = NULL;
	AqumvReason *reason = view_state(viewoid, &view);
	AqumvRefresh refresh;
	Datum		values[9] = {0};
	bool		nulls[9] = {false};
	bool		refreshed = aqumv_read_refresh(viewoid, GetActiveSnapshot(), &refresh);

	values[0] = ObjectIdGetDatum(viewoid);
	nulls[1] = view == NULL || !OidIsValid(view->base);
	if (!nulls[1])
		values[1] = ObjectIdGetDatum(view->base);
	values[2] = CStringGetTextDatum(aqumv_maintenance_name(aqumv_maintenance_of(viewoid)));
	values[3] = BoolGetDatum(reason == NULL);
	nulls[4] = nulls[5] = reason == NULL;
	if (reason != NULL)
	{
		values[4] = CStringGetTextDatum(aqumv_reason_code(reason));
		values[5] = CStringGetTextDatum(reason->message);
	}
	nulls[6] = nulls[7] = !refreshed;
	nulls[8] = !refreshed || view == NULL || view->unsuitable != NULL;
	if (refreshed)
	{
		values[6] = TimestampTzGetDatum(refresh.refreshed_at);
		values[7] = refresh.snapshot;
	}
	if (!nulls[8])
		values[8] = Int64GetDatum(aqumv_count_marks(view, &refresh, GetActiveSnapshot()));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * aqumv.list_views(): the rows of aqumv.views.
 */
Datum
aqumv_list_views(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		had_messages = aqumv_reason_messages;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	aqumv_reason_messages = true;
	PG_TRY();
	{
		foreach(lc, all_views())
			put_view(rsinfo, lfirst_oid(lc));
	}
	PG_FINALLY();
	{
		aqumv_reason_messages = had_messages;
	}
	PG_END_TRY();
	return (Datum) 0;
}
