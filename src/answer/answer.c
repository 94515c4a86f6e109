/*-------------------------------------------------------------------------
 *
 * answer.c
 *	  What does a statement look like with views in the place of tables?
 *
 *	  A walk over the blocks of a statement, from the outside to the inside; in
 *	  each, views take the places of tables (block.c).  A block that is answered
 *	  may have swallowed simple subqueries (flatten.c), which are no blocks of
 *	  their own then; what it still contains is visited next, so that a subquery
 *	  finds the columns of outer blocks as they are by then.
 *
 *	  The statement as it was asked stays as it is.  What takes its place is copied
 *	  block by block, so that nothing is copied that views replace.
 *
 *	  The first walk finds the sites and their candidates, and takes the first of
 *	  these that it can.  Later ones are told which to take.  What was found of a
 *	  block is kept with what it is inside of: the form of the outer block.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/planner.h"

#include "algebra/inlining.h"
#include "answer/answer.h"
#include "answer/blockcost.h"
#include "answer/lookinto.h"

/* where the walk is */
typedef struct Place
{
	const char *path;
	bool		any_copies;		/* how often a row is returned does not matter */
	Bitmapset  *looked_into;	/* columns that outer blocks look into */
} Place;

/* the blocks inside of a form, one after the other */
typedef struct Inside
{
	AqumvWalk  *walk;
	AqumvForm  *form;
	const char *path;			/* of the form's block */
	bool		is_ours;		/* no other query has what is in FROM and WITH */
	int			nchildren;		/* visited so far */
	int			nsublinks;
} Inside;

static Query *visit(AqumvWalk *walk, AqumvBlock *block, Query *query, bool is_ours);

/* Could anything inside of a statement change, but the whole of it? */
static bool
has_parts(Query *query)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind != RTE_RELATION && rte->rtekind != RTE_JOIN)
			return true;
	}
	return query->cteList != NIL || query->hasSubLinks || query->setOperations != NULL;
}

/* Is there a function in FROM? */
static bool
has_functions(Query *query)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		if (lfirst_node(RangeTblEntry, lc)->rtekind == RTE_FUNCTION)
			return true;
	}
	return false;
}

/*
 * A copy of a query that has its subqueries in FROM and WITH in common with it,
 * but for those that nobody visits.
 */
static Query *
copy_shell(const Query *query)
{
	Query		shell = *query;
	Query	   *copy;
	ListCell   *lc,
			   *lo;

	shell.rtable = NIL;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_SUBQUERY)
		{
			rte = memcpy(palloc(sizeof(RangeTblEntry)), rte, sizeof(RangeTblEntry));
			rte->subquery = NULL;
		}
		shell.rtable = lappend(shell.rtable, rte);
	}
	shell.cteList = NIL;
	foreach(lc, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);

		if (cte->cterefcount > 0)
		{
			cte = memcpy(palloc(sizeof(CommonTableExpr)), cte, sizeof(CommonTableExpr));
			cte->ctequery = NULL;
		}
		shell.cteList = lappend(shell.cteList, cte);
	}
	copy = copyObject(&shell);
	forboth(lc, copy->rtable, lo, query->rtable)
		lfirst_node(RangeTblEntry, lc)->subquery = lfirst_node(RangeTblEntry, lo)->subquery;
	forboth(lc, copy->cteList, lo, query->cteList)
	{
		if (lfirst_node(CommonTableExpr, lc)->ctequery == NULL)
			lfirst_node(CommonTableExpr, lc)->ctequery = lfirst_node(CommonTableExpr, lo)->ctequery;
	}
	return copy;
}

/*
 * Put the body of a set-returning SQL function in the place of its call, as the
 * planner would, but without evaluating its arguments.
 */
static void
inline_functions(AqumvWalk *walk, Query *query)
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

/*
 * Visit the next block inside of a form, and return what takes its place.  Every
 * walk comes upon the same ones in the same order.
 */
static Query *
visit_child(Inside *inside, Query *query, Place place)
{
	AqumvBlock *block;

	if (inside->nchildren < list_length(inside->form->children))
		block = list_nth(inside->form->children, inside->nchildren);
	else
	{
		block = palloc0(sizeof(AqumvBlock));
		block->path = place.path;
		block->number = aqumv_block_number(query);
		block->any_copies = place.any_copies;
		block->looked_into = place.looked_into;
		inside->form->children = lappend(inside->form->children, block);
	}
	inside->nchildren++;
	return visit(inside->walk, block, query, inside->is_ours);
}

static bool
visit_sublinks_walker(Node *node, void *context)
{
	Inside	   *inside = context;

	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
	{
		SubLink    *sublink = (SubLink *) node;
		Query	   *query = (Query *) sublink->subselect;
		Place		place;

		place.path = psprintf("%s.sublink[%d]", inside->path, ++inside->nsublinks);
		place.any_copies = counts_nothing(query) &&
			(sublink->subLinkType == EXISTS_SUBLINK || sublink->subLinkType == ANY_SUBLINK ||
			 sublink->subLinkType == ALL_SUBLINK);
		place.looked_into = aqumv_sublink_looks_into(sublink);
		sublink->subselect = (Node *) visit_child(inside, query, place);
		return visit_sublinks_walker(sublink->testexpr, context);
	}
	if (IsA(node, Query))
		return false;
	return expression_tree_walker(node, visit_sublinks_walker, context);
}

/*
 * The blocks inside of a block, or of a statement that writes; others take their
 * places in it.
 */
static void
visit_children(AqumvWalk *walk, AqumvBlock *block, AqumvForm *form, Query *query, bool is_ours)
{
	Inside		inside = {.walk = walk,.form = form,.path = block->path,.is_ours = is_ours};
	int			arm = 0;
	ListCell   *lc;

	foreach(lc, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);
		Place		place = {NULL, false, NULL};

		if (cte->cterefcount == 0)
			continue;
		place.path = psprintf("%s.cte:%s", block->path, cte->ctename);
		place.looked_into = aqumv_cte_looked_into(query, cte, block->looked_into);
		cte->ctequery = (Node *) visit_child(&inside, (Query *) cte->ctequery, place);
	}
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		Place		place = {block->path, false, NULL};
		int			rti = foreach_current_index(lc) + 1;

		if (rte->rtekind != RTE_SUBQUERY || rte->subquery == NULL)
			continue;
		if (query->setOperations != NULL)
		{
			place.path = psprintf("%s.union[%d]", block->path, ++arm);
			place.any_copies = drops_copies(query->setOperations) &&
				counts_nothing(rte->subquery);
			place.looked_into = block->looked_into;
		}
		else if (query->commandType != CMD_INSERT)
			place.path = psprintf("%s.from:%s", block->path, rte->eref->aliasname);
		if (query->setOperations == NULL)
			place.looked_into = aqumv_looked_into(query, rti, block->looked_into);
		rte->subquery = visit_child(&inside, rte->subquery, place);
	}
	/* expressions have been copied with the query */
	inside.is_ours = true;
	if (query->hasSubLinks)
		(void) query_tree_walker(query, visit_sublinks_walker, &inside,
								 QTW_IGNORE_RC_SUBQUERIES);
}

/*
 * A query with views put into it and into those inside of it.  It is changed itself
 * if it is ours, and a copy is if not, which has nothing in common with it; but
 * where there are no parts, the answer is what it is, and shares it.
 */
static Query *
visit(AqumvWalk *walk, AqumvBlock *block, Query *query, bool is_ours)
{
	bool		is_top = query == walk->question->parse;
	AqumvForm  *form = &block->written;

	check_stack_depth();
	if (has_functions(query))
	{
		query = is_ours ? query : copyObject(query);
		is_ours = true;
		inline_functions(walk, query);
	}
	if (query->commandType == CMD_SELECT && query->utilityStmt == NULL &&
		query->setOperations == NULL && query->jointree->fromlist != NIL)
		form = aqumv_answer_block(walk, block, query);
	if (form->query != NULL)
	{
		query = form->query;
		is_ours = false;
	}
	if (is_top && !is_ours && !has_parts(query))
	{
		walk->answer->shares = form->query != NULL;
		return query;
	}
	if (!is_ours)
		query = copy_shell(query);
	visit_children(walk, block, form, query, is_ours);
	return query;
}

/* ------------------------------------------------------------------------
 * Answers
 * ------------------------------------------------------------------------
 */

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

static AqumvAnswer *
walk_over(AqumvWalk *walk)
{
	walk->answer = palloc0(sizeof(AqumvAnswer));
	walk->answer->query = visit(walk, &walk->question->top, walk->question->parse, false);
	return walk->answer;
}

/*
 * Find the sites of a statement and their candidates, and answer it as far as
 * can be done.  Once per question.
 */
AqumvAnswer *
aqumv_find_answer(AqumvQuestion *question)
{
	AqumvWalk	walk = {.question = question,.finds = true};

	question->top.path = "top";
	question->top.number = aqumv_block_number(question->parse);
	if (question->parse->hasModifyingCTE)
		question->hopeless = aqumv_reason(AQUMV_MODIFYING_CTE, "a WITH clause writes");
	return walk_over(&walk);
}

/*
 * Answer a statement with these candidates in their sites, as far as they can
 * stand there, and none in others.
 */
AqumvAnswer *
aqumv_answer(AqumvQuestion *question, List *candidates)
{
	AqumvWalk	walk = {.question = question,.candidates = candidates};

	return walk_over(&walk);
}

/* Unlock the views of an answer that is not taken, or has been planned. */
void
aqumv_give_up(AqumvAnswer *answer)
{
	ListCell   *lc;

	foreach(lc, answer->sources)
		aqumv_close_source(lfirst(lc));
}
