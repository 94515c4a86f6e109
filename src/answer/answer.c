/*-------------------------------------------------------------------------
 *
 * answer.c
 *	  What does a statement look like with views in the place of tables?
 *
 *	  A walk over the blocks of a statement, from the outside to the inside.
 *	  In each, every table that has views over it is a site; the smallest view
 *	  that matches and is usable takes its place.  A block that is answered may
 *	  have swallowed simple subqueries (flatten.c), which are no blocks of their
 *	  own then; what it still contains is visited next, so that a subquery finds
 *	  the columns of outer blocks as they are by then.
 *
 *	  The first walk explores: it finds the sites and their candidates.  Later
 *	  ones repeat it with other choices.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "algebra/flatten.h"
#include "algebra/inlining.h"
#include "answer/answer.h"
#include "answer/blockcost.h"
#include "answer/permit.h"
#include "answer/rewrite.h"
#include "compat.h"
#include "fresh/freshness.h"

/* a walk over a statement */
typedef struct Walk
{
	AqumvQuestion *question;
	AqumvAnswer *answer;
	AqumvReason *hopeless;		/* why no block can be answered */
	List	   *called;			/* functions that the block calls as written */
} Walk;

/* where the walk is */
typedef struct Place
{
	const char *path;
	bool		any_copies;		/* how often a row is returned does not matter */
} Place;

static void visit(Walk *walk, Query *query, Place place);

/* ------------------------------------------------------------------------
 * Candidates
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

/* What the view holds, or why that cannot be of use. */
static AqumvReason *
look_at_view(const AqumvSite *site, const AqumvSummary *summary, AqumvCandidate *candidate)
{
	AqumvReason *reason;

	if ((reason = aqumv_get_view(candidate->verdict->view, &candidate->view)) != NULL)
		return reason;
	if (candidate->view->withheld != NULL)
		return candidate->view->withheld;
	if (candidate->view->base != site->base)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view is over another table");
	return aqumv_check_quickly(summary, candidate->view->summary);
}

static int
compare_sizes(const ListCell *a, const ListCell *b)
{
	const AqumvCandidate *ca = lfirst(a);
	const AqumvCandidate *cb = lfirst(b);

	if (ca->view->pages != cb->view->pages)
		return ca->view->pages < cb->view->pages ? -1 : 1;
	return ca->verdict->view < cb->verdict->view ? -1 : 1;
}

/*
 * The views that may match as far as can be told quickly, smallest first.  A
 * reason is put into the verdicts of all others.
 */
static void
find_candidates(AqumvSite *site, List *views, AqumvReason *reason, const AqumvSummary *summary)
{
	ListCell   *lc;

	foreach(lc, views)
	{
		AqumvVerdict *verdict = palloc0(sizeof(AqumvVerdict));
		AqumvCandidate *candidate;

		verdict->block = site->path;
		verdict->view = lfirst_oid(lc);
		verdict->cost_original = verdict->cost_rewritten = -1;
		verdict->reason = reason;
		site->verdicts = lappend(site->verdicts, verdict);
		if (reason != NULL)
			continue;
		candidate = palloc0(sizeof(AqumvCandidate));
		candidate->verdict = verdict;
		verdict->reason = look_at_view(site, summary, candidate);
		if (verdict->reason == NULL)
			site->candidates = lappend(site->candidates, candidate);
	}
	list_sort(site->candidates, compare_sizes);
}

/*
 * Lock the view, without waiting, and check that it is usable.  An entry that
 * had to be rebuilt under the lock is matched again.
 */
static AqumvReason *
lock_view(Walk *walk, const AqumvSite *site, const AqumvSummary *summary,
		  AqumvCandidate *candidate)
{
	AqumvView  *before = candidate->view;
	Oid			view = candidate->verdict->view;
	AqumvReason *reason;

	if (!ConditionalLockRelationOid(view, AccessShareLock))
		return aqumv_reason(AQUMV_BEING_REFRESHED, "the view is being refreshed");
	if ((reason = aqumv_get_view(view, &candidate->view)) == NULL &&
		candidate->view != before &&
		(reason = look_at_view(site, summary, candidate)) == NULL)
		reason = aqumv_match(summary, candidate->view->summary, &candidate->match);
	if (reason == NULL)
	{
		candidate->guard.view = view;
		candidate->guard.generation = aqumv_view_generation(candidate->view);
		reason = aqumv_check_usable(candidate->view, GetActiveSnapshot());
	}
	if (reason == NULL)
		walk->answer->locked = lappend_oid(walk->answer->locked, view);
	else
		UnlockRelationOid(view, AccessShareLock);
	return reason;
}

/* Unlock the views of an answer that is not taken, or has been planned. */
void
aqumv_give_up(AqumvAnswer *answer)
{
	ListCell   *lc;

	foreach(lc, answer->locked)
		UnlockRelationOid(lfirst_oid(lc), AccessShareLock);
	answer->locked = NIL;
}

/* ------------------------------------------------------------------------
 * Sites
 * ------------------------------------------------------------------------
 */

/*
 * The site of a relation, if a walk has come by before.  Blocks are told apart
 * by their numbers, since several may have the same path; two calls of inlined
 * functions may even so, and then have their candidates in common.
 */
static AqumvSite *
find_site(const Walk *walk, const char *path, int number, int rti, Oid base)
{
	ListCell   *lc;

	foreach(lc, walk->question->sites)
	{
		AqumvSite  *site = lfirst(lc);

		if (site->number == number && site->rti == rti && site->base == base &&
			strcmp(site->path, path) == 0)
			return site;
	}
	return NULL;
}

/*
 * Lock a candidate that matches, and see whether it is usable and may answer
 * this user.
 */
static AqumvReason *
take_candidate(Walk *walk, const AqumvSite *site, const AqumvSummary *summary,
			   AqumvCandidate *candidate)
{
	AqumvRights rights = {NIL};
	AqumvReason *reason;

	if ((reason = lock_view(walk, site, summary, candidate)) != NULL)
		return reason;
	if ((reason = aqumv_permit_view(&rights, candidate->view, site->role)) == NULL &&
		(reason = aqumv_permit_match(&rights, candidate->match, walk->called)) == NULL)
	{
		aqumv_merge_rights(&walk->answer->rights, &rights);
		return NULL;
	}
	walk->answer->locked = list_delete_last(walk->answer->locked);
	UnlockRelationOid(candidate->verdict->view, AccessShareLock);
	return reason;
}

/*
 * The first candidate that is allowed, matches and is usable; NULL if there is
 * none.
 */
static AqumvCandidate *
choose_candidate(Walk *walk, AqumvSite *site, const AqumvSummary *summary)
{
	ListCell   *lc;

	foreach(lc, site->candidates)
	{
		AqumvCandidate *candidate = lfirst(lc);
		AqumvVerdict *verdict = candidate->verdict;

		if (walk->question->explored && site->allowed != foreach_current_index(lc))
			continue;
		/* a block without a number may not be the one that the site is of */
		verdict->reason = site->number > 0 ? NULL :
			aqumv_check_quickly(summary, candidate->view->summary);
		if (verdict->reason == NULL)
			verdict->reason = aqumv_match(summary, candidate->view->summary, &candidate->match);
		if (verdict->reason == NULL)
			verdict->reason = take_candidate(walk, site, summary, candidate);
		if (verdict->reason == NULL)
		{
			site->allowed = foreach_current_index(lc);
			return candidate;
		}
	}
	return NULL;
}

/*
 * The views over a relation.  One that has been dropped may still be remembered
 * there; it is not worth a look unless somebody is told the reasons.
 */
static List *
existing_views_over(Oid base)
{
	List	   *views = aqumv_views_over(base);
	ListCell   *lc;

	if (!aqumv_reason_messages)
		return views;
	foreach(lc, views)
	{
		if (get_rel_relkind(lfirst_oid(lc)) != RELKIND_MATVIEW)
			views = foreach_delete_current(views, lc);
	}
	return views;
}

/*
 * Put a view in the place of relation rti of a prepared block, if there is one
 * that can stand there; returns the new block, or NULL.  The last call for a
 * block uses it up.
 */
static Query *
answer_site(Walk *walk, Query *block, AqumvReason *reason, Place place, int number, int rti,
			bool last)
{
	RangeTblEntry *rte = rt_fetch(rti, block->rtable);
	AqumvSite  *site = find_site(walk, place.path, number, rti, rte->relid);
	AqumvSummary *summary = NULL;
	AqumvCandidate *candidate;
	List	   *views = NIL;

	if (site == NULL && walk->question->explored)
		return NULL;
	if (site == NULL && (views = existing_views_over(rte->relid)) == NIL)
		return NULL;
	if (reason == NULL)
		reason = aqumv_check_base(rte->relid);
	if (reason == NULL)
		reason = aqumv_summarize_query(last ? block : copyObject(block), rti,
									   place.any_copies, &summary);
	if (reason == NULL)
		reason = check_cursor(walk->question->cursor_options, summary);

	if (site == NULL)
	{
		site = palloc0(sizeof(AqumvSite));
		site->path = place.path;
		site->number = number;
		site->rti = rti;
		site->base = rte->relid;
		site->role = aqumv_compat_check_as_user(block, rte);
		site->allowed = -1;
		find_candidates(site, views, reason, summary);
		walk->question->sites = lappend(walk->question->sites, site);
	}
	if (reason != NULL || (candidate = choose_candidate(walk, site, summary)) == NULL)
		return NULL;
	walk->answer->sites = lappend(walk->answer->sites, site);
	walk->answer->used = lappend(walk->answer->used, candidate);
	return aqumv_rewrite(summary, candidate->match, candidate->verdict->view);
}

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

/*
 * Put views in the place of the block's own relations.  Returns the new block,
 * or NULL if no view can stand anywhere.
 */
static Query *
answer_block(Walk *walk, Query *query, Place place)
{
	Query	   *block;
	int			number = aqumv_block_number(query);
	Query	   *result = NULL;
	List	   *rtis = NIL;
	AqumvRights rights = {NIL};
	AqumvReason *may_not_call;
	AqumvReason *reason;
	ListCell   *lc;

	find_relations(query, (Node *) query->jointree, &rtis);
	if (!have_views(query, rtis) && !aqumv_can_flatten(query))
		return NULL;
	block = copyObject(query);
	if (aqumv_flatten(block))
	{
		rtis = NIL;
		find_relations(block, (Node *) block->jointree, &rtis);
		if (!have_views(block, rtis))
			return NULL;
	}

	/* functions first, while none is folded away yet */
	aqumv_compat_flatten_group(block);
	may_not_call = aqumv_permit_block(&rights, block);
	walk->called = rights.functions;
	reason = walk->hopeless;
	if (reason == NULL)
		reason = aqumv_prepare_block(block, walk->question->params,
									 &walk->answer->inval_items);
	if (reason == NULL)
		reason = may_not_call;
	foreach(lc, rtis)
	{
		bool		last = lnext(rtis, lc) == NULL;
		Query	   *answered = answer_site(walk, block, reason, place, number,
										   lfirst_int(lc), last);

		if (answered == NULL)
			continue;
		result = answered;
		if (last)
			break;
		block = copyObject(answered);
		reason = aqumv_prepare_block(block, walk->question->params,
									 &walk->answer->inval_items);
	}
	if (result != NULL)
		aqumv_merge_rights(&walk->answer->rights, &rights);
	return result;
}

/* ------------------------------------------------------------------------
 * The walk
 * ------------------------------------------------------------------------
 */

/*
 * Put the body of a set-returning SQL function in the place of its call, as the
 * planner would, but without evaluating its arguments.
 */
static void
inline_functions(Walk *walk, Query *query)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		PlannerGlobal *glob;
		Query	   *body;

		if (rte->rtekind != RTE_FUNCTION)
			continue;
		glob = makeNode(PlannerGlobal);
		body = aqumv_inline_function(query, rte, glob);
		if (body == NULL)
			continue;
		rte->rtekind = RTE_SUBQUERY;
		rte->subquery = body;
		rte->security_barrier = false;
		rte->functions = NIL;
		rte->funcordinality = false;
		walk->answer->inval_items = list_concat(walk->answer->inval_items, glob->invalItems);
		walk->answer->depends_on_role |= glob->dependsOnRole;
	}
}

/* Are rows that a set operation finds twice returned once? */
static bool
drops_copies(Node *node)
{
	if (!IsA(node, SetOperationStmt))
		return true;
	return !((SetOperationStmt *) node)->all &&
		drops_copies(((SetOperationStmt *) node)->larg) &&
		drops_copies(((SetOperationStmt *) node)->rarg);
}

/* May a block return rows more or less often, if nobody else counts them? */
static bool
counts_nothing(Query *query)
{
	return query->limitCount == NULL && query->limitOffset == NULL;
}

typedef struct SubLinkWalk
{
	Walk	   *walk;
	Place		place;
	int			n;
} SubLinkWalk;

static bool
visit_sublinks_walker(Node *node, void *context)
{
	SubLinkWalk *sublinks = context;

	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
	{
		SubLink    *sublink = (SubLink *) node;
		Query	   *query = (Query *) sublink->subselect;
		Place		place;

		place.path = psprintf("%s.sublink[%d]", sublinks->place.path, ++sublinks->n);
		place.any_copies = counts_nothing(query) &&
			(sublink->subLinkType == EXISTS_SUBLINK || sublink->subLinkType == ANY_SUBLINK ||
			 sublink->subLinkType == ALL_SUBLINK);
		visit(sublinks->walk, query, place);
		return visit_sublinks_walker(sublink->testexpr, context);
	}
	if (IsA(node, Query))
		return false;
	return expression_tree_walker(node, visit_sublinks_walker, context);
}

/* The blocks inside of a block, or of a statement that writes. */
static void
visit_children(Walk *walk, Query *query, Place place)
{
	int			arm = 0;
	ListCell   *lc;

	foreach(lc, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);

		if (cte->cterefcount == 0)
			continue;
		visit(walk, (Query *) cte->ctequery,
			  (Place)
			  {
				  psprintf("%s.cte:%s", place.path, cte->ctename), false
			  });
	}
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		Place		inside = {NULL, false};

		if (rte->rtekind != RTE_SUBQUERY || rte->subquery == NULL)
			continue;
		if (query->setOperations != NULL)
		{
			inside.path = psprintf("%s.union[%d]", place.path, ++arm);
			inside.any_copies = drops_copies(query->setOperations) &&
				counts_nothing(rte->subquery);
		}
		else if (query->commandType == CMD_INSERT)
			inside.path = place.path;
		else
			inside.path = psprintf("%s.from:%s", place.path, rte->eref->aliasname);
		visit(walk, rte->subquery, inside);
	}
	if (query->hasSubLinks)
	{
		SubLinkWalk sublinks = {walk, place, 0};

		(void) query_tree_walker(query, visit_sublinks_walker, &sublinks,
								 QTW_IGNORE_RC_SUBQUERIES);
	}
}

static void
visit(Walk *walk, Query *query, Place place)
{
	check_stack_depth();
	inline_functions(walk, query);
	if (query->commandType == CMD_SELECT && query->utilityStmt == NULL &&
		query->setOperations == NULL && query->jointree->fromlist != NIL)
	{
		Query	   *answered = answer_block(walk, query, place);

		if (answered != NULL)
			*query = *answered;
	}
	visit_children(walk, query, place);
}

static bool
number_walker(Node *node, void *context)
{
	int		   *n = context;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		aqumv_tag_block((Query *) node, ++*n);
		return query_tree_walker((Query *) node, number_walker, context, 0);
	}
	return expression_tree_walker(node, number_walker, context);
}

/*
 * Give every block of a statement a number, from 2 on, so that its cost can be
 * told; the statement itself is 1.  Returns the number after the last.
 */
int
aqumv_number_blocks(Query *parse)
{
	int			n = 1;

	(void) query_tree_walker(parse, number_walker, &n, 0);
	return n + 1;
}

/*
 * Answer a statement from views as far as can be done, or as far as the
 * question allows.
 */
AqumvAnswer *
aqumv_answer(AqumvQuestion *question)
{
	Walk		walk = {.question = question};
	Place		top = {"top", false};

	walk.answer = palloc0(sizeof(AqumvAnswer));
	walk.answer->query = copyObject(question->parse);
	if (question->parse->hasModifyingCTE)
		walk.hopeless = aqumv_reason(AQUMV_MODIFYING_CTE, "a WITH clause writes");
	visit(&walk, walk.answer->query, top);
	question->explored = true;
	return walk.answer;
}
