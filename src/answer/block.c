/*-------------------------------------------------------------------------
 *
 * block.c
 *	  What does a block look like with views in the place of its own tables?
 *
 *	  A copy of the block is made simpler (flatten.c), simplified, and summarized as
 *	  seen from each table that has views over it: its site.  The first candidate
 *	  that is to stand there, matches and is usable takes the table's place; the
 *	  block has another form then, as seen from its next table.  Forms, summaries
 *	  and matches are kept, so that other choices cost only what is new in them.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "miscadmin.h"
#include "parser/parsetree.h"

#include "algebra/flatten.h"
#include "algebra/prepare.h"
#include "algebra/summary.h"
#include "answer/block.h"
#include "answer/match.h"
#include "answer/permit.h"
#include "answer/rewrite.h"
#include "compat.h"
#include "fresh/freshness.h"

/* a site, as seen in one form of its block */
typedef struct Seat
{
	AqumvSite  *site;
	int			rti;
	AqumvSummary *summary;
	AqumvReason *reason;		/* why no view can stand there */
	List	   *tries;
} Seat;

/* how a view fits there */
typedef struct Try
{
	const AqumvView *view;
	AqumvMatch *match;
	AqumvReason *reason;		/* why it does not */
} Try;

/* ------------------------------------------------------------------------
 * Blocks
 * ------------------------------------------------------------------------
 */

/* Indexes of the relations in a join tree. */
static void
find_relations(Query *query, Node *node, List **rtis)
{
	ListCell   *lc;

	if (IsA(node, RangeTblRef))
	{
		int			rti = ((RangeTblRef *) node)->rtindex;

		if (rt_fetch(rti, query->rtable)->rtekind == RTE_RELATION)
			*rtis = lappend_int(*rtis, rti);
	}
	else if (IsA(node, FromExpr))
	{
		foreach(lc, ((FromExpr *) node)->fromlist)
			find_relations(query, lfirst(lc), rtis);
	}
	else
	{
		find_relations(query, ((JoinExpr *) node)->larg, rtis);
		find_relations(query, ((JoinExpr *) node)->rarg, rtis);
	}
}

/* Is there a view over any of these relations? */
static bool
have_views(Query *query, List *rtis)
{
	ListCell   *lc;

	foreach(lc, rtis)
	{
		if (aqumv_has_views(rt_fetch(lfirst_int(lc), query->rtable)->relid))
			return true;
	}
	return false;
}

/* Is any candidate that is to be taken one of a site in this block? */
static bool
is_block_wanted(const AqumvWalk *walk, const AqumvBlock *block)
{
	ListCell   *lc;

	if (walk->finds)
		return true;
	foreach(lc, walk->candidates)
	{
		const AqumvSite *site = ((AqumvCandidate *) lfirst(lc))->site;

		if (site->number == block->number && strcmp(site->path, block->path) == 0)
			return true;
	}
	return false;
}

/*
 * Have the block flattened, if a view could stand anywhere in it, and say what
 * it calls while no function is simplified away yet.  If not, it has no relations.
 */
static void
open_block(AqumvWalk *walk, AqumvBlock *block, Query *query)
{
	AqumvForm  *form = &block->written;
	AqumvReason *may_not_call;
	List	   *rtis = NIL;
	Query	   *copy;

	block->is_open = true;
	find_relations(query, (Node *) query->jointree, &rtis);
	if (!have_views(query, rtis) && !aqumv_can_flatten(query))
		return;
	copy = copyObject(query);
	if (aqumv_flatten(copy))
	{
		rtis = NIL;
		find_relations(copy, (Node *) copy->jointree, &rtis);
		if (!have_views(copy, rtis))
			return;
	}

	aqumv_compat_flatten_group(copy);
	may_not_call = aqumv_permit_block(&block->rights, copy);
	form->is_prepared = true;
	form->prepared = copy;
	form->reason = walk->question->hopeless;
	if (form->reason == NULL)
		form->reason = aqumv_prepare_block(copy, walk->question->params, &form->inval_items);
	if (form->reason == NULL)
		form->reason = may_not_call;
	block->rtis = rtis;
}

/*
 * Have the form of a block made that summaries are made from; what the answer
 * depends on for that is added to it.
 */
static void
prepare_form(AqumvWalk *walk, AqumvForm *form)
{
	if (!form->is_prepared)
	{
		form->is_prepared = true;
		form->prepared = copyObject(form->query);
		form->reason = aqumv_prepare_block(form->prepared, walk->question->params,
										   &form->inval_items);
	}
	walk->answer->inval_items = list_concat(walk->answer->inval_items, form->inval_items);
}

/* ------------------------------------------------------------------------
 * Seats
 * ------------------------------------------------------------------------
 */

/*
 * A cursor on which WHERE CURRENT OF would work must go on scanning the table
 * itself.  Only DECLARE CURSOR and its likes in PL/pgSQL ask for a fast plan.
 */
static AqumvReason *
check_cursor(int cursor_options, const AqumvSummary *summary)
{
	Query	   *query = summary->query;

	if ((cursor_options & CURSOR_OPT_FAST_PLAN) &&
		summary->grain == AQUMV_GRAIN_ROW && aqumv_only_relation(summary)->alone &&
		query->distinctClause == NIL && !query->hasWindowFuncs)
		return aqumv_reason(AQUMV_UPDATABLE_CURSOR,
							"UPDATE ... WHERE CURRENT OF must be able to find the cursor's row in the table");
	return NULL;
}

/*
 * The block as seen from relation rti, or the reason why no view can stand there.
 */
static void
summarize_seat(const AqumvWalk *walk, const AqumvBlock *block, const AqumvForm *form, Seat *seat)
{
	Oid			base = rt_fetch(seat->rti, form->prepared->rtable)->relid;

	seat->reason = form->reason;
	if (seat->reason == NULL)
		seat->reason = aqumv_check_base(base);
	if (seat->reason == NULL)
		seat->reason = aqumv_summarize_query(form->prepared, seat->rti, block->any_copies,
											 &seat->summary);
	if (seat->reason == NULL)
		seat->summary->looked_into = block->looked_into;
	if (seat->reason == NULL)
		seat->reason = check_cursor(walk->question->cursor_options, seat->summary);
}

/*
 * Is any candidate that is to be taken one of this site?  A site that has not
 * been found has none.
 */
static bool
is_site_wanted(const AqumvWalk *walk, const AqumvSite *site)
{
	ListCell   *lc;

	if (walk->finds)
		return true;
	foreach(lc, walk->candidates)
	{
		if (site != NULL && ((AqumvCandidate *) lfirst(lc))->site == site)
			return true;
	}
	return false;
}

/*
 * The seat at relation rti of a form that has been prepared; NULL if nothing is
 * to stand there.  The walk that finds the sites finds their candidates, too.
 */
static Seat *
find_seat(AqumvWalk *walk, const AqumvBlock *block, AqumvForm *form, int rti)
{
	RangeTblEntry *rte = rt_fetch(rti, form->prepared->rtable);
	AqumvSite  *site = aqumv_find_site(walk->question->sites, block->path, block->number, rti,
									   rte->relid);
	List	   *views = NIL;
	Seat	   *seat;
	ListCell   *lc;

	if (!is_site_wanted(walk, site))
		return NULL;
	foreach(lc, form->seats)
	{
		seat = lfirst(lc);
		if (seat->rti == rti)
			return seat;
	}
	if (site == NULL && (views = aqumv_existing_views_over(rte->relid)) == NIL)
		return NULL;

	seat = palloc0(sizeof(Seat));
	seat->rti = rti;
	summarize_seat(walk, block, form, seat);
	if (site == NULL)
	{
		site = palloc0(sizeof(AqumvSite));
		site->path = block->path;
		site->number = block->number;
		site->rti = rti;
		site->base = rte->relid;
		site->role = aqumv_compat_check_as_user(form->prepared, rte);
		aqumv_find_candidates(site, views, seat->reason, seat->summary);
		walk->question->sites = lappend(walk->question->sites, site);
	}
	seat->site = site;
	form->seats = lappend(form->seats, seat);
	return seat;
}

/* How a candidate fits in a seat, as far as its present view is concerned. */
static Try *
try_candidate(Seat *seat, const AqumvCandidate *candidate)
{
	Try		   *try;
	ListCell   *lc;

	foreach(lc, seat->tries)
	{
		try = lfirst(lc);
		if (try->view == candidate->view)
			return try;
	}
	try = palloc0(sizeof(Try));
	try->view = candidate->view;
	/* a block without a number may not be the one that the site is of */
	if (seat->site->number == 0)
		try->reason = aqumv_check_quickly(seat->summary, try->view->summary);
	if (try->reason == NULL)
		try->reason = aqumv_match(seat->summary, try->view->summary, &try->match);
	seat->tries = lappend(seat->tries, try);
	return try;
}

/*
 * The source of the first candidate that may be taken, matches and is usable;
 * NULL if there is none.
 */
static AqumvSource *
choose_source(AqumvWalk *walk, const AqumvBlock *block, Seat *seat)
{
	AqumvSource *source;
	ListCell   *lc;

	foreach(lc, seat->site->candidates)
	{
		AqumvCandidate *candidate = lfirst(lc);
		Try		   *try;

		if (!walk->finds && !list_member_ptr(walk->candidates, candidate))
			continue;
		try = try_candidate(seat, candidate);
		candidate->verdict->reason = try->reason;
		candidate->matches |= try->reason == NULL;
		if (try->reason == NULL)
			candidate->verdict->reason = aqumv_open_source(candidate, seat->summary, try->match,
														   block->rights.functions, &source);
		if (candidate->verdict->reason == NULL)
			return source;
	}
	return NULL;
}

/* ------------------------------------------------------------------------
 * Forms
 * ------------------------------------------------------------------------
 */

/* The form of a block with one source more. */
static AqumvForm *
next_form(AqumvForm *form, const Seat *seat, const AqumvSource *source)
{
	AqumvForm  *next;
	ListCell   *lc;

	foreach(lc, form->next)
	{
		next = lfirst(lc);
		if (next->match == source->match)
			return next;
	}
	next = palloc0(sizeof(AqumvForm));
	next->match = source->match;
	next->query = aqumv_rewrite(seat->summary, source);
	form->next = lappend(form->next, next);
	return next;
}

/*
 * Put views in the place of the block's own relations.  Its form with them, which
 * is as written if no view is to stand or can stand anywhere.
 */
AqumvForm *
aqumv_answer_block(AqumvWalk *walk, AqumvBlock *block, Query *query)
{
	AqumvForm  *form = &block->written;
	const AqumvForm *prepared = NULL;
	ListCell   *lc;

	if (!is_block_wanted(walk, block))
		return form;
	if (!block->is_open)
		open_block(walk, block, query);
	foreach(lc, block->rtis)
	{
		Seat	   *seat;
		AqumvSource *source = NULL;

		CHECK_FOR_INTERRUPTS();
		if (form != prepared)
			prepare_form(walk, form);
		prepared = form;
		seat = find_seat(walk, block, form, lfirst_int(lc));
		if (seat != NULL && seat->reason == NULL)
			source = choose_source(walk, block, seat);
		if (source == NULL)
			continue;
		walk->answer->sources = lappend(walk->answer->sources, source);
		aqumv_merge_rights(&walk->answer->rights, &source->rights);
		form = next_form(form, seat, source);
	}
	if (form != &block->written)
		aqumv_merge_rights(&walk->answer->rights, &block->rights);
	return form;
}
