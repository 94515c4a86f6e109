/*-------------------------------------------------------------------------
 *
 * choose.c
 *	  Which plan is the cheapest, over the tables or over a view?
 *
 *	  Views that pass a quick check are put in order of their size; those that
 *	  match and are usable are planned, up to a few, as is the original, and
 *	  whole-plan cost decides.  So a query that one view matches is planned
 *	  twice, and one that none matches once.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/planmain.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "choose.h"
#include "compat.h"
#include "freshness.h"
#include "guard.h"
#include "match.h"
#include "rewrite.h"
#include "rights.h"
#include "views.h"

/* how many views are planned, at most, unless all are asked for */
#define MAX_PLANNED 3

typedef struct Candidate
{
	AqumvVerdict *verdict;
	AqumvView  *view;
	AqumvMatch *match;
	AqumvGuard	guard;
	PlannedStmt *plan;
	bool		locked;
} Candidate;

/*
 * A cursor on which WHERE CURRENT OF would work must go on scanning the table
 * itself.  Only DECLARE CURSOR and its likes in PL/pgSQL ask for a fast plan.
 */
static AqumvReason *
check_cursor(const AqumvStatement *statement, const AqumvSummary *summary)
{
	Query	   *query = summary->query;

	if ((statement->cursor_options & CURSOR_OPT_FAST_PLAN) &&
		summary->grain == AQUMV_GRAIN_ROW &&
		query->distinctClause == NIL && !query->hasWindowFuncs)
		return aqumv_reason(AQUMV_UPDATABLE_CURSOR,
							"UPDATE ... WHERE CURRENT OF must be able to find the cursor's row in the table");
	return NULL;
}

/* Who may not call a function may not read its results either. */
static AqumvReason *
check_functions(AqumvStatement *statement, Query *block)
{
	bool		everyone_may;

	if (!aqumv_may_execute(block, &everyone_may))
		return aqumv_reason(AQUMV_FUNCTION_PRIVILEGE,
							"the current user may not call a function that the query calls");
	statement->user = everyone_may ? InvalidOid : GetUserId();
	return NULL;
}

/* What the view holds, or why that cannot be of use. */
static AqumvReason *
look_at_view(const AqumvStatement *statement, const AqumvSummary *summary,
			 Candidate *candidate)
{
	AqumvReason *reason;

	if ((reason = aqumv_get_view(candidate->verdict->view, &candidate->view)) != NULL)
		return reason;
	if (candidate->view->unsuitable != NULL)
		return candidate->view->unsuitable;
	if (candidate->view->base != statement->base)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view is over another table");
	return aqumv_check_quickly(summary, candidate->view->summary);
}

/*
 * Lock the view, without waiting, and check that it is usable.  An entry that
 * had to be rebuilt under the lock is matched again.
 */
static AqumvReason *
lock_view(const AqumvStatement *statement, const AqumvSummary *summary,
		  Candidate *candidate)
{
	AqumvView  *before = candidate->view;
	Oid			view = candidate->verdict->view;
	AqumvReason *reason;

	if (!ConditionalLockRelationOid(view, AccessShareLock))
		return aqumv_reason(AQUMV_BEING_REFRESHED, "the view is being refreshed");
	candidate->locked = true;
	if ((reason = aqumv_get_view(view, &candidate->view)) != NULL ||
		(candidate->view != before &&
		 ((reason = look_at_view(statement, summary, candidate)) != NULL ||
		  (reason = aqumv_match(summary, candidate->view->summary,
								&candidate->match)) != NULL)))
		return reason;
	candidate->guard.view = view;
	candidate->guard.generation = aqumv_view_generation(candidate->view);
	return aqumv_check_usable(candidate->view, GetActiveSnapshot());
}

static void
unlock_view(Candidate *candidate)
{
	if (candidate->locked)
		UnlockRelationOid(candidate->verdict->view, AccessShareLock);
	candidate->locked = false;
}

/* What a statement that fetches as much as it will is expected to cost. */
static double
plan_cost(const PlannedStmt *plan, int cursor_options)
{
	Plan	   *top = plan->planTree;

	if (cursor_options & CURSOR_OPT_FAST_PLAN)
		return top->startup_cost +
			cursor_tuple_fraction * (top->total_cost - top->startup_cost);
	return top->total_cost;
}

static PlannedStmt *
plan_candidate(const AqumvStatement *statement, const AqumvSummary *summary,
			   Candidate *candidate)
{
	Query	   *parse = aqumv_rewrite(summary, candidate->match, candidate->verdict->view);

	if (statement->block_rti > 0)
	{
		Query	   *outer = copyObject(statement->parse);

		list_nth_node(RangeTblEntry, outer->rtable, statement->block_rti - 1)->subquery = parse;
		parse = outer;
	}
	return statement->plan(parse, statement->query_string, statement->cursor_options,
						   statement->params);
}

static int
compare_sizes(const ListCell *a, const ListCell *b)
{
	const Candidate *ca = lfirst(a);
	const Candidate *cb = lfirst(b);

	if (ca->view->pages != cb->view->pages)
		return ca->view->pages < cb->view->pages ? -1 : 1;
	return ca->verdict->view < cb->verdict->view ? -1 : 1;
}

/*
 * The views that may match as far as can be told quickly, smallest first.  A
 * reason is put into the verdicts of all others.
 */
static List *
find_candidates(AqumvStatement *statement, AqumvSummary **summary, List **verdicts)
{
	List	   *candidates = NIL;
	AqumvReason *reason;
	ListCell   *lc;

	if ((reason = aqumv_check_base(statement->base)) == NULL)
	{
		Query	   *block = copyObject(statement->block);
		AqumvReason *may_not_call;

		/* functions first, while none is folded away yet */
		aqumv_compat_flatten_group(block);
		may_not_call = check_functions(statement, block);
		if ((reason = aqumv_summarize_query(block, statement->params, summary)) == NULL &&
			(reason = check_cursor(statement, *summary)) == NULL)
			reason = may_not_call;
	}

	foreach(lc, statement->views)
	{
		AqumvVerdict *verdict = palloc0(sizeof(AqumvVerdict));
		Candidate  *candidate;

		verdict->view = lfirst_oid(lc);
		verdict->cost_original = verdict->cost_rewritten = -1;
		verdict->reason = reason;
		*verdicts = lappend(*verdicts, verdict);
		if (reason != NULL)
			continue;
		candidate = palloc0(sizeof(Candidate));
		candidate->verdict = verdict;
		verdict->reason = look_at_view(statement, *summary, candidate);
		if (verdict->reason == NULL)
			candidates = lappend(candidates, candidate);
	}
	list_sort(candidates, compare_sizes);
	return candidates;
}

/*
 * Match, lock, check and plan candidates, up to a number of plans; the
 * cheapest, or NULL.
 */
static Candidate *
plan_candidates(const AqumvStatement *statement, const AqumvSummary *summary,
				List *candidates, int limit)
{
	Candidate  *best = NULL;
	ListCell   *lc;

	foreach(lc, candidates)
	{
		Candidate  *candidate = lfirst(lc);
		AqumvVerdict *verdict = candidate->verdict;

		if (limit <= 0)
			break;
		verdict->reason = aqumv_match(summary, candidate->view->summary, &candidate->match);
		if (verdict->reason != NULL)
			continue;
		verdict->reason = lock_view(statement, summary, candidate);
		if (verdict->reason == NULL)
		{
			limit--;
			candidate->plan = plan_candidate(statement, summary, candidate);
			verdict->cost_rewritten = plan_cost(candidate->plan, statement->cursor_options);
			if (best == NULL || verdict->cost_rewritten < best->verdict->cost_rewritten)
			{
				if (best != NULL)
					unlock_view(best);
				best = candidate;
				continue;
			}
		}
		unlock_view(candidate);
	}
	return best;
}

/*
 * rewrite_mode = required, and no view will do: say why, view by view.
 */
static void
complain(const AqumvStatement *statement, List *verdicts)
{
	StringInfoData detail;
	ListCell   *lc;

	initStringInfo(&detail);
	foreach(lc, verdicts)
	{
		AqumvVerdict *verdict = lfirst(lc);

		if (detail.len > 0)
			appendStringInfoChar(&detail, '\n');
		appendStringInfo(&detail, "%s: %s (%s)",
						 get_rel_name(verdict->view), verdict->reason->message,
						 aqumv_reason_code(verdict->reason));
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("no materialized view over \"%s\" can answer the query",
					get_rel_name(statement->base)),
			 errdetail_internal("%s", detail.data),
			 errhint("Set aqumv.rewrite_mode to \"cost\" to read the table instead.")));
}

/* Complete the verdicts once the choice is made. */
static void
judge(List *candidates, Candidate *winner, double cost_original)
{
	ListCell   *lc;

	foreach(lc, candidates)
	{
		Candidate  *candidate = lfirst(lc);
		AqumvVerdict *verdict = candidate->verdict;

		verdict->cost_original = cost_original;
		if (candidate == winner)
			verdict->used = true;
		else if (verdict->reason == NULL)
			verdict->reason = winner != NULL
				? aqumv_reason(AQUMV_OTHER_VIEW, "view \"%s\" is cheaper",
							   get_rel_name(winner->verdict->view))
				: aqumv_reason(AQUMV_COST, "reading the table is cheaper");
	}
}

/*
 * Plan a statement, from a view if that is possible and cheaper.  The views
 * that are read stay locked.  If verdicts is not NULL, every view gets one and
 * everything is planned that can be.
 */
PlannedStmt *
aqumv_choose(AqumvStatement *statement, List **verdicts)
{
	bool		had_messages = aqumv_reason_messages;
	bool		explain = verdicts != NULL;
	List	   *local_verdicts = NIL;
	List	   *candidates;
	AqumvSummary *summary = NULL;
	Candidate  *winner;
	PlannedStmt *original = NULL;
	PlannedStmt *result;
	double		cost_original = -1;
	ListCell   *lc;

	aqumv_reason_messages = explain || statement->mode == AQUMV_REWRITE_REQUIRED;
	if (!explain)
		verdicts = &local_verdicts;
	candidates = find_candidates(statement, &summary, verdicts);
	winner = plan_candidates(statement, summary, candidates,
							 explain ? INT_MAX : MAX_PLANNED);

	if (winner == NULL && !explain && statement->mode == AQUMV_REWRITE_REQUIRED &&
		statement->block->rowMarks == NIL)
		complain(statement, *verdicts);
	if (winner == NULL || explain || statement->mode == AQUMV_REWRITE_COST)
	{
		/* the planner scribbles on its input; the guard needs it whole */
		original = statement->plan(winner == NULL ? statement->parse : copyObject(statement->parse),
								   statement->query_string,
								   statement->cursor_options, statement->params);
		cost_original = plan_cost(original, statement->cursor_options);
		if (winner != NULL && statement->mode == AQUMV_REWRITE_COST &&
			winner->verdict->cost_rewritten >= cost_original)
		{
			unlock_view(winner);
			winner = NULL;
		}
	}
	judge(candidates, winner, cost_original);
	aqumv_reason_messages = had_messages;

	if (winner != NULL)
	{
		result = winner->plan;
		aqumv_guard_plan(result, &winner->guard, 1, statement->user, statement->parse,
						 statement->cursor_options);
	}
	else
		result = original;

	/* plan again when a view that matches becomes usable, or better */
	foreach(lc, candidates)
	{
		Candidate  *candidate = lfirst(lc);

		if (candidate->match != NULL)
			result->relationOids = lappend_oid(result->relationOids,
											   candidate->verdict->view);
	}

	/* or when the transaction is over that kept it from being used */
	if (winner == NULL && candidates != NIL &&
		(IsolationUsesXactSnapshot() || TransactionIdIsValid(GetTopTransactionIdIfAny())))
		result->transientPlan = true;
	return result;
}
