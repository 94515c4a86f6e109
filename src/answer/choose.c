/*-------------------------------------------------------------------------
 *
 * choose.c
 *	  Which plan is the cheapest, over the tables or over views?
 *
 *	  Whole plans are compared, and few of them, so that planning stays short.
 *	  Where views can stand in one place only, the best few of them are planned,
 *	  smallest first, and the statement as written.  Where they can stand in
 *	  several places, it is planned with the smallest view in each, and as
 *	  written; if some blocks have become dearer that way, once more with those
 *	  as they were.  So a statement is planned three times at most, or once per
 *	  view that can stand in its only place, up to MAX_PLANNED of them; and not as
 *	  written if that was dearer by far, the last time (recall.c).
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "optimizer/planmain.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "answer/blame.h"
#include "answer/blockcost.h"
#include "answer/choose.h"
#include "answer/guard.h"
#include "answer/hold.h"
#include "answer/recall.h"
#include "compat.h"

/* how many views are planned in one place, at most, unless all are asked for */
#define MAX_PLANNED 3

/* an answer with its plan */
typedef struct Option
{
	AqumvAnswer *answer;		/* NULL: as written */
	PlannedStmt *plan;
	AqumvCosts	costs;
	MemoryContext scratch;		/* that the plan is in, or NULL */
} Option;

/* what is going on */
typedef struct Choice
{
	AqumvStatement *statement;
	AqumvQuestion question;
	int			nblocks;		/* 0 unless blocks have numbers */
	Option	   *original;		/* once it has been planned */
	uint64		rights_changes; /* before the first of them was looked at */
} Choice;

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

/* Have a query planned; the indexes of views are locked meanwhile. */
static PlannedStmt *
plan(const AqumvStatement *statement, Query *query)
{
	AqumvIndexLocks locks = {.owner = CurrentResourceOwner,.context = CurrentMemoryContext};
	AqumvIndexLocks *before = aqumv_note_index_locks(&locks);
	PlannedStmt *result;

	PG_TRY();
	{
		result = statement->plan(query, statement->query_string,
								 statement->cursor_options, statement->params);
	}
	PG_FINALLY();
	{
		(void) aqumv_note_index_locks(before);
	}
	PG_END_TRY();
	aqumv_unlock_indexes(locks.indexes);
	return result;
}

/*
 * Plan a query and have the costs of its blocks noted.  Statements of several
 * blocks take much memory to plan, and are planned repeatedly: give it back
 * before the views' turn comes, since new memory costs as much time as the
 * planning itself.
 */
static void
plan_blocks(const Choice *choice, Option *option, Query *query)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "aqumv planning",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);

	aqumv_note_costs(option->costs.blocks, choice->nblocks);
	PG_TRY();
	{
		option->plan = plan(choice->statement, query);
	}
	PG_FINALLY();
	{
		aqumv_note_costs(NULL, 0);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	if (option->answer == NULL)
	{
		option->plan = copyObject(option->plan);
		MemoryContextDelete(scratch);
	}
	else
		option->scratch = scratch;
}

/* Plan a query, which is scribbled on. */
static Option *
plan_option(const Choice *choice, AqumvAnswer *answer, Query *query)
{
	AqumvStatement *statement = choice->statement;
	Option	   *option = palloc0(sizeof(Option));

	option->answer = answer;
	/* what the planner hangs into the statement itself must stay there */
	if (choice->nblocks > 0 && query != statement->parse)
	{
		option->costs.blocks = palloc(choice->nblocks * sizeof(double));
		for (int i = 0; i < choice->nblocks; i++)
			option->costs.blocks[i] = -1;
		plan_blocks(choice, option, query);
	}
	else
		option->plan = plan(statement, query);
	option->costs.whole = plan_cost(option->plan, statement->cursor_options);
	return option;
}

/* Could there be another answer, made of what this one shares? */
static bool
may_answer_again(const Choice *choice)
{
	int			n = 0;
	ListCell   *lc;

	foreach(lc, choice->question.sites)
		n += list_length(((AqumvSite *) lfirst(lc))->candidates);
	return n > 1;
}

/* Plan an answer; it says of its views what they cost. */
static Option *
plan_answer(const Choice *choice, AqumvAnswer *answer)
{
	Option	   *option;
	ListCell   *lc;

	if (answer->shares && may_answer_again(choice))
		answer->query = copyObject(answer->query);
	option = plan_option(choice, answer, answer->query);
	foreach(lc, answer->sources)
		((AqumvSource *) lfirst(lc))->candidate->verdict->cost_rewritten = option->costs.whole;
	return option;
}

/* Of two options, the cheaper one; the other's views are unlocked. */
static Option *
better_option(Option *a, Option *b)
{
	Option	   *better = a == NULL || (b != NULL && b->costs.whole < a->costs.whole) ? b : a;
	Option	   *worse = better == a ? b : a;

	if (worse != NULL && worse->answer != NULL)
	{
		aqumv_give_up(worse->answer);
		if (worse->scratch != NULL)
			MemoryContextDelete(worse->scratch);
	}
	return better;
}

/*
 * The best of the views that can stand in the only place where any can; the
 * first that can has been planned.
 */
static Option *
try_other_views(Choice *choice, Option *best)
{
	AqumvCandidate *first = ((AqumvSource *) linitial(best->answer->sources))->candidate;
	int			planned = 1;
	bool		beyond = false;
	ListCell   *lc;

	foreach(lc, first->site->candidates)
	{
		AqumvAnswer *answer;

		if (!beyond || planned == MAX_PLANNED)
		{
			beyond |= lfirst(lc) == first;
			continue;
		}
		answer = aqumv_answer(&choice->question, list_make1(lfirst(lc)));
		if (answer->sources == NIL)
			continue;
		planned++;
		best = better_option(best, plan_answer(choice, answer));
	}
	return best;
}

/* Where the views of an answer stand. */
static List *
sites_of(const AqumvAnswer *answer)
{
	List	   *sites = NIL;
	ListCell   *lc;

	foreach(lc, answer->sources)
		sites = lappend(sites, ((AqumvSource *) lfirst(lc))->candidate->site);
	return sites;
}

/* Some blocks may be better off without views. */
static Option *
try_without_losers(Choice *choice, Option *original, Option *best)
{
	List	   *sites = sites_of(best->answer);
	List	   *losers = NIL;
	List	   *others = NIL;
	ListCell   *lc;
	AqumvAnswer *answer;

	foreach(lc, sites)
	{
		if (aqumv_is_to_blame(sites, lfirst(lc), &original->costs, &best->costs))
			losers = lappend(losers, lfirst(lc));
	}
	foreach(lc, best->answer->sources)
	{
		AqumvCandidate *candidate = ((AqumvSource *) lfirst(lc))->candidate;

		if (!list_member_ptr(losers, candidate->site))
			others = lappend(others, candidate);
	}
	if (losers == NIL || others == NIL)
		return best;
	answer = aqumv_answer(&choice->question, others);
	return answer->sources == NIL ? best : better_option(best, plan_answer(choice, answer));
}

/*
 * For aqumv.explain_rewrite: plan each view alone that has not been planned.
 */
static void
try_everything(Choice *choice)
{
	ListCell   *lc,
			   *lv;

	foreach(lc, choice->question.sites)
	{
		AqumvSite  *site = lfirst(lc);

		foreach(lv, site->candidates)
		{
			AqumvCandidate *candidate = lfirst(lv);
			AqumvAnswer *answer;

			if (candidate->verdict->cost_rewritten >= 0)
				continue;
			answer = aqumv_answer(&choice->question, list_make1(candidate));
			if (answer->sources != NIL)
				(void) plan_answer(choice, answer);
			aqumv_give_up(answer);
		}
	}
}

/*
 * rewrite_mode = required, and a table that has views is read: say why, view
 * by view.  Not to those who may not run the query.
 */
static void
complain(const Choice *choice, const AqumvSite *site)
{
	Option	   *original = plan_option(choice, NULL, copyObject(choice->question.parse));
	StringInfoData detail;
	ListCell   *lc;

	aqumv_compat_check_plan_permissions(original->plan);
	initStringInfo(&detail);
	foreach(lc, site->verdicts)
	{
		AqumvVerdict *verdict = lfirst(lc);

		if (!aqumv_is_visible(verdict->view))
			continue;
		if (detail.len > 0)
			appendStringInfoChar(&detail, '\n');
		appendStringInfo(&detail, "%s: %s (%s)",
						 get_rel_name(verdict->view), verdict->reason->message,
						 aqumv_reason_code(verdict->reason));
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("no materialized view over \"%s\" can answer the query",
					get_rel_name(site->base)),
			 detail.len > 0 ? errdetail_internal("%s", detail.data) : 0,
			 errhint("Set aqumv.rewrite_mode to \"cost\" to read the table instead.")));
}

/*
 * rewrite_mode = required: every table that has views must be answered from one
 * at least once, but for those whose rows are to be locked.
 */
static void
require_answers(const Choice *choice, const AqumvAnswer *answer)
{
	ListCell   *lc,
			   *lu;

	foreach(lc, choice->question.sites)
	{
		const AqumvSite *site = lfirst(lc);
		AqumvReason *reason = ((AqumvVerdict *) linitial(site->verdicts))->reason;
		bool		answered = reason != NULL && reason->code == AQUMV_ROW_LOCKS;

		foreach(lu, answer->sources)
			answered |= ((AqumvSource *) lfirst(lu))->candidate->site->base == site->base;
		if (!answered)
			complain(choice, site);
	}
}

/*
 * Complete the verdicts once the choice is made, and gather those on views that
 * the user may know of.
 */
static List *
judge(const Choice *choice, const Option *winner)
{
	List	   *used = NIL;
	List	   *verdicts = NIL;
	double		original = choice->original == NULL ? -1 : choice->original->costs.whole;
	ListCell   *lc,
			   *lv;

	if (winner->answer != NULL)
	{
		foreach(lc, winner->answer->sources)
			used = lappend(used, ((AqumvSource *) lfirst(lc))->candidate);
	}
	foreach(lc, choice->question.sites)
	{
		AqumvSite  *site = lfirst(lc);
		AqumvVerdict *chosen = NULL;

		foreach(lv, site->candidates)
		{
			AqumvCandidate *candidate = lfirst(lv);

			candidate->verdict->cost_original = original;
			candidate->verdict->used = list_member_ptr(used, candidate);
			if (candidate->verdict->used)
				chosen = candidate->verdict;
		}
		foreach(lv, site->candidates)
		{
			AqumvVerdict *verdict = ((AqumvCandidate *) lfirst(lv))->verdict;

			if (!verdict->used && verdict->reason == NULL)
				verdict->reason = chosen == NULL
					? aqumv_reason(AQUMV_COST, "reading the table is cheaper")
					: aqumv_is_visible(chosen->view)
					? aqumv_reason(AQUMV_OTHER_VIEW, "view \"%s\" is cheaper",
								   get_rel_name(chosen->view))
					: aqumv_reason(AQUMV_OTHER_VIEW, "another view is cheaper");
		}
		foreach(lv, site->verdicts)
		{
			if (aqumv_is_visible(((AqumvVerdict *) lfirst(lv))->view))
				verdicts = lappend(verdicts, lfirst(lv));
		}
	}
	return verdicts;
}

/* Attach to the winner's plan what it was built on, and what may change it. */
static void
finish_plan(const Choice *choice, const Option *winner)
{
	PlannedStmt *plan = winner->plan;
	bool		may_change = false;
	ListCell   *lc,
			   *lv;

	if (winner->answer != NULL)
	{
		AqumvAnswer *answer = winner->answer;
		AqumvGuard *guards = palloc(list_length(answer->sources) * sizeof(AqumvGuard));
		int			n = 0;

		foreach(lc, answer->sources)
		{
			AqumvGuard	guard = ((AqumvSource *) lfirst(lc))->guard;
			int			i;

			for (i = 0; i < n && guards[i].view != guard.view; i++)
				;
			if (i == n)
				guards[n++] = guard;
		}
		plan->invalItems = list_concat(plan->invalItems, answer->inval_items);
		plan->dependsOnRole |= answer->depends_on_role;
		aqumv_guard_plan(plan, guards, n, &answer->rights, choice->rights_changes,
						 choice->statement->parse, choice->statement->cursor_options);
		aqumv_give_up(answer);
	}

	/* plan again when a view that matches becomes usable, or better */
	foreach(lc, choice->question.sites)
	{
		AqumvSite  *site = lfirst(lc);

		may_change |= site->candidates != NIL;
		foreach(lv, site->candidates)
		{
			AqumvCandidate *candidate = lfirst(lv);

			if (candidate->matches)
				plan->relationOids = lappend_oid(plan->relationOids,
												 candidate->verdict->view);
		}
	}

	/* or when the transaction is over that kept it from being used */
	if (winner->answer == NULL && may_change &&
		(IsolationUsesXactSnapshot() || TransactionIdIsValid(GetTopTransactionIdIfAny())))
		plan->transientPlan = true;
}

/* Give the query's blocks numbers, if there are several of them. */
static void
number_blocks(Choice *choice)
{
	Query	   *parse = choice->statement->parse;
	bool		several = parse->hasSubLinks || parse->cteList != NIL;
	ListCell   *lc;

	foreach(lc, parse->rtable)
		several |= lfirst_node(RangeTblEntry, lc)->rtekind == RTE_SUBQUERY;
	if (several)
		choice->nblocks = aqumv_number_blocks(parse);
}

/* The tables that an answer does not read. */
static List *
tables_of(const AqumvAnswer *answer)
{
	List	   *tables = NIL;
	ListCell   *lc;

	foreach(lc, answer->sources)
		tables = lappend_oid(tables, ((AqumvSource *) lfirst(lc))->candidate->site->base);
	return tables;
}

/* What the views of an answer make of a statement, at best. */
static Option *
try_views(Choice *choice, AqumvAnswer *answer, Option *first)
{
	Option	   *best = first == NULL ? plan_answer(choice, answer) : first;

	if (list_length(answer->sources) == 1)
		return try_other_views(choice, best);
	if (choice->statement->mode == AQUMV_REWRITE_COST && choice->nblocks > 0 &&
		choice->original != NULL)
		return try_without_losers(choice, choice->original, best);
	return best;
}

/*
 * A statement is not planned as written again if that was dearer by far, the last
 * time.  Otherwise the original comes first: what is executed next is then what
 * has been planned last.  The planner scribbles on its input, which the guard
 * needs whole.
 */
static Option *
choose_by_cost(Choice *choice, AqumvAnswer *answer)
{
	AqumvStatement *statement = choice->statement;
	AqumvRecalled recalled = {0, -1, NIL};
	Option	   *first = NULL;
	Option	   *best;

	if (statement->params == NULL)
		aqumv_recall(&recalled, statement->parse, statement->query_string,
					 statement->cursor_options);
	if (recalled.cost >= 0)
		first = plan_answer(choice, answer);
	if (first != NULL && aqumv_is_beaten(&recalled, first->costs.whole))
		return try_views(choice, answer, first);
	choice->original = plan_option(choice, NULL, copyObject(choice->question.parse));
	aqumv_note_original(&recalled, choice->original->costs.whole, tables_of(answer));
	best = try_views(choice, answer, first);
	/* some blocks are better off as written */
	if (best->answer != answer && list_length(answer->sources) > 1)
		aqumv_forget_original(&recalled);
	return best->costs.whole < choice->original->costs.whole ? best
		: better_option(choice->original, best);
}

/* For aqumv.explain_rewrite: plan everything, to see what would be taken. */
static Option *
choose_and_explain(Choice *choice, AqumvAnswer *answer)
{
	Option	   *best = NULL;

	choice->original = plan_option(choice, NULL, copyObject(choice->question.parse));
	/* costs tell of statistics, also of what inlined functions read */
	aqumv_compat_check_plan_permissions(choice->original->plan);
	if (answer->sources != NIL)
		best = try_views(choice, answer, NULL);
	if (best == NULL || (choice->statement->mode == AQUMV_REWRITE_COST &&
						 best->costs.whole >= choice->original->costs.whole))
		best = better_option(choice->original, best);
	try_everything(choice);
	return best;
}

static Option *
choose(Choice *choice, bool explain)
{
	AqumvStatement *statement = choice->statement;
	AqumvAnswer *answer = aqumv_find_answer(&choice->question);

	if (explain)
		return choose_and_explain(choice, answer);
	if (statement->mode == AQUMV_REWRITE_REQUIRED)
		require_answers(choice, answer);
	if (answer->sources == NIL)
		return plan_option(choice, NULL, statement->parse);
	if (statement->mode == AQUMV_REWRITE_COST)
		return choose_by_cost(choice, answer);
	return try_views(choice, answer, NULL);
}

/*
 * Plan a statement, from views where that is possible and cheaper.  Views are
 * locked while it is planned only.  If verdicts is not NULL, every view gets one and
 * everything is planned that can be.
 */
PlannedStmt *
aqumv_choose(AqumvStatement *statement, List **verdicts)
{
	Choice		choice = {.statement = statement,.rights_changes = aqumv_rights_changes};
	Option	   *winner;

	number_blocks(&choice);
	choice.question.parse = statement->parse;
	choice.question.params = statement->params;
	choice.question.cursor_options = statement->cursor_options;
	AQUMV_BEGIN_MESSAGES(verdicts != NULL || statement->mode == AQUMV_REWRITE_REQUIRED);
	{
		winner = choose(&choice, verdicts != NULL);
		if (verdicts != NULL)
			*verdicts = judge(&choice, winner);
	}
	AQUMV_END_MESSAGES();
	finish_plan(&choice, winner);
	return winner->plan;
}
