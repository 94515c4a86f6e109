/*-------------------------------------------------------------------------
 *
 * prepare.c
 *	  A block in the form that summaries are made from.
 *
 *	  Constants are simplified and conditions split into conjuncts, by the same rules
 *	  for queries and views, so that what is alike looks alike.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"

#include "algebra/bodies.h"
#include "algebra/predicate.h"
#include "algebra/prepare.h"
#include "algebra/simplify.h"
#include "compat.h"

/* Does the block compute an aggregate inside of a subquery? */
static bool
aggregate_in_sublink_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
		return contain_aggs_of_level(((SubLink *) node)->subselect, 1) ||
			aggregate_in_sublink_walker(((SubLink *) node)->testexpr, context);
	if (IsA(node, Query))
		return false;
	return expression_tree_walker(node, aggregate_in_sublink_walker, context);
}

static bool
is_volatile(Oid funcid, void *context)
{
	return func_volatile(funcid) == PROVOLATILE_VOLATILE;
}

/*
 * Does an expression call a VOLATILE function, or leave an argument out whose
 * default does?  What the block itself leaves out stands in it once it is simplified,
 * and so does what inlined functions call; not so in subqueries.
 */
static bool
volatile_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, volatile_walker, context, 0);
	if (IsA(node, FuncExpr) && volatile_walker(aqumv_left_out((FuncExpr *) node), context))
		return true;
	return check_functions_in_node(node, is_volatile, NULL) ||
		expression_tree_walker(node, volatile_walker, context);
}

/* Simplify the conditions of a join tree in place, and split them into conjuncts. */
static void
simplify_join_tree(Query *query, Node *node, ParamListInfo params, List **inval_items)
{
	ListCell   *lc;

	if (IsA(node, FromExpr))
	{
		FromExpr   *from = (FromExpr *) node;

		foreach(lc, from->fromlist)
			simplify_join_tree(query, lfirst(lc), params, inval_items);
		from->quals = (Node *)
			aqumv_conjuncts(aqumv_simplify(query, from->quals, params, inval_items));
	}
	else if (IsA(node, JoinExpr))
	{
		JoinExpr   *join = (JoinExpr *) node;

		simplify_join_tree(query, join->larg, params, inval_items);
		simplify_join_tree(query, join->rarg, params, inval_items);
		join->quals = (Node *)
			aqumv_conjuncts(aqumv_simplify(query, join->quals, params, inval_items));
	}
}

/*
 * Simplify every expression of the block in place, and split its conditions into
 * conjuncts.  What a plan made from it depends on is added to *inval_items.
 */
void
aqumv_simplify_query(Query *query, ParamListInfo params, List **inval_items)
{
	List	  **group_exprs = aqumv_compat_group_exprs(query);

	if (group_exprs != NULL)
		*group_exprs = (List *) aqumv_simplify(query, (Node *) *group_exprs, params, inval_items);
	query->targetList = (List *)
		aqumv_simplify(query, (Node *) query->targetList, params, inval_items);
	query->havingQual = aqumv_simplify(query, query->havingQual, params, inval_items);
	simplify_join_tree(query, (Node *) query->jointree, params, inval_items);
}

static AqumvReason *
calls_volatile(void)
{
	return aqumv_reason(AQUMV_VOLATILE, "the query calls a VOLATILE function");
}

/*
 * Bring a query block into the form that summaries are made from: simplified, with
 * conditions split into conjuncts.  A reason if there is none.  The query is
 * scribbled on: pass a copy.  What a plan made from it depends on is added to
 * *inval_items.
 */
AqumvReason *
aqumv_prepare_block(Query *query, ParamListInfo params, List **inval_items)
{
	aqumv_compat_flatten_group(query);
	if (query->rowMarks != NIL)
		return aqumv_reason(AQUMV_ROW_LOCKS,
							"FOR UPDATE and FOR SHARE lock rows of the table itself");
	if (contain_volatile_functions((Node *) query))
		return calls_volatile();
	if (query->hasSubLinks && query->hasAggs &&
		(aggregate_in_sublink_walker((Node *) query->targetList, NULL) ||
		 aggregate_in_sublink_walker(query->havingQual, NULL)))
		return aqumv_reason(AQUMV_SUBLINK,
							"an aggregate of the query stands in a subquery");
	aqumv_simplify_query(query, params, inval_items);
	return volatile_walker((Node *) query, NULL) ? calls_volatile() : NULL;
}
