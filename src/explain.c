/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  Why was my view not used?  aqumv.explain_rewrite.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include <ctype.h>

#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "algebra/rights.h"
#include "algebra/undo.h"
#include "answer/choose.h"
#include "compat.h"
#include "fresh/views.h"
#include "planner.h"

PG_FUNCTION_INFO_V1(aqumv_explain_rewrite);

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
 * Does a text have parameters in it, that it could be parsed without?  Some
 * normalised texts, as pg_stat_statements has them, cannot be parsed with:
 * interval $1.  A literal in quotes can stand wherever a constant did.
 */
static bool
is_normalised(const char *text)
{
	StringInfoData without;
	bool		found = false;
	bool		parsed = false;
	MemoryContext context = CurrentMemoryContext;

	initStringInfo(&without);
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c != '$' || !isdigit((unsigned char) c[1]))
		{
			appendStringInfoChar(&without, *c);
			continue;
		}
		found = true;
		while (isdigit((unsigned char) c[1]))
			c++;
		appendStringInfoString(&without, "''");
	}
	if (!found)
		return false;
	PG_TRY();
	{
		parsed = pg_parse_query(without.data) != NIL;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
	return parsed;
}

/*
 * The statement of a text.  The raw parser holds nothing that an error would
 * have to clean up.
 */
static AqumvReason *
parse_text(const char *text, RawStmt **statement)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *raw = NIL;
	ErrorData  *error = NULL;

	PG_TRY();
	{
		raw = pg_parse_query(text);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_SYNTAX_ERROR)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	if (error != NULL && !is_normalised(text))
		ReThrowError(error);
	if (error != NULL)
		return aqumv_reason(AQUMV_PARAMETERS,
							"a parameter stands where PostgreSQL takes a literal only; put values in the place of parameters");
	if (list_length(raw) != 1)
		return aqumv_reason(AQUMV_STATEMENT, "one statement can be explained at a time, not %d",
							list_length(raw));
	*statement = linitial_node(RawStmt, raw);
	return NULL;
}

/* Is this an error that comes of a parameter about which nothing is known? */
static bool
is_parameter_error(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_INDETERMINATE_DATATYPE ||
		sqlerrcode == ERRCODE_AMBIGUOUS_PARAMETER ||
		sqlerrcode == ERRCODE_AMBIGUOUS_FUNCTION ||
		sqlerrcode == ERRCODE_UNDEFINED_FUNCTION ||
		sqlerrcode == ERRCODE_GROUPING_ERROR ||
		sqlerrcode == ERRCODE_DATATYPE_MISMATCH ||
		sqlerrcode == ERRCODE_INVALID_COLUMN_REFERENCE;
}

/* a statement with parameters, being analyzed */
typedef struct Analysis
{
	RawStmt    *statement;
	const char *text;
	List	   *queries;
} Analysis;

static void
analyze(void *arg)
{
	Analysis   *analysis = arg;
	Oid		   *types = NULL;
	int			ntypes = 0;

	analysis->queries = pg_analyze_and_rewrite_varparams(analysis->statement, analysis->text,
														 &types, &ntypes, NULL);
}

/*
 * Analyze a statement with parameters of which nothing is known.  That often
 * fails for normalised texts, which is no error here.  The types that fit are
 * found as PREPARE finds them.
 */
static AqumvReason *
analyze_with_parameters(RawStmt *statement, const char *text, List **queries)
{
	Analysis	analysis;
	ErrorData  *error;

	analysis.statement = statement;
	analysis.text = text;

	analysis.queries = NIL;
	error = aqumv_catch_error(analyze, &analysis);
	if (error != NULL && !is_parameter_error(error->sqlerrcode))
		ReThrowError(error);
	if (error != NULL)
		return aqumv_reason(AQUMV_PARAMETERS,
							"with nothing known about its parameters the query cannot be understood (%s); put values in their place",
							error->message);
	*queries = analysis.queries;
	return NULL;
}

/*
 * The one optimizable statement in a text; of EXPLAIN, DECLARE CURSOR or
 * CREATE TABLE AS, the query inside.  A reason if there is none, or more.
 */
static AqumvReason *
analyze_query(const char *text, Query **query, int *cursor_options)
{
	RawStmt    *statement;
	List	   *queries = NIL;
	Node	   *utility;
	AqumvReason *reason;

	if ((reason = parse_text(text, &statement)) != NULL)
		return reason;
	if (strchr(text, '$') != NULL)
		reason = analyze_with_parameters(statement, text, &queries);
	else
		queries = pg_analyze_and_rewrite_fixedparams(statement, text, NULL, 0, NULL);
	if (reason != NULL)
		return reason;

	*cursor_options = CURSOR_OPT_PARALLEL_OK;
	if (list_length(queries) == 1 && linitial_node(Query, queries)->commandType == CMD_UTILITY)
	{
		Query	   *contained;

		utility = linitial_node(Query, queries)->utilityStmt;
		if (IsA(utility, DeclareCursorStmt))
			*cursor_options = ((DeclareCursorStmt *) utility)->options;
		contained = UtilityContainsQuery(utility);
		if (contained == NULL || contained->commandType == CMD_UTILITY)
			return aqumv_reason(AQUMV_STATEMENT, "it is a utility statement without a query");
		queries = QueryRewrite(copyObject(contained));
	}
	if (list_length(queries) != 1)
		return aqumv_reason(AQUMV_STATEMENT,
							"rules make %d queries of the statement", list_length(queries));
	*query = linitial_node(Query, queries);
	return NULL;
}

/* What becomes of the query in a text, as a list of AqumvVerdict. */
static List *
explain_text(const char *text)
{
	ErrorContextCallback callback = {error_context_stack, explained_text_callback,
	unconstify(char *, text)};
	Query	   *query;
	int			cursor_options;
	AqumvReason *reason;

	error_context_stack = &callback;
	reason = analyze_query(text, &query, &cursor_options);
	error_context_stack = callback.previous;
	if (reason != NULL)
		return aqumv_single_verdict(reason);
	(void) check_permissions_walker((Node *) query, NULL);
	return aqumv_explain_query(query, text, cursor_options);
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
	List	   *verdicts = NIL;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	AQUMV_BEGIN_MESSAGES(true);
	{
		verdicts = explain_text(query_string);
	}
	AQUMV_END_MESSAGES();

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
