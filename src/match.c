/*-------------------------------------------------------------------------
 *
 * match.c
 *	  Can this view answer this block, and how?
 *
 *	  Two summaries -> Match, or the reason why not.  The rules:
 *
 *	  - The view must hold every row (or group) that the block needs: the
 *		block's conditions imply the view's.
 *	  - What the view holds too much is filtered by the block's remaining
 *		conditions, computed from the view's columns.  A view of groups can be
 *		filtered by its keys only, an ungrouped one not at all.
 *	  - Everything that the block returns must be computable from the view's
 *		columns; the largest stored sub-expression is taken first.
 *
 *	  A "no" here is always safe.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "expr.h"
#include "match.h"

/* ------------------------------------------------------------------------
 * Covering expressions by a view's columns
 * ------------------------------------------------------------------------
 */

typedef struct CoverContext
{
	const AqumvSummary *query;
	const AqumvSummary *view;
	bool		whole;			/* is the node a whole output, key or sort
								 * expression? */
	bool		within;			/* inside of an aggregate, or of a key */
	AqumvReason *reason;		/* set when it cannot be done */
} CoverContext;

static Node *cover_mutator(Node *node, void *context);

/* A column of the view that holds just this expression, or NULL. */
static const AqumvOutput *
find_output(Node *node, CoverContext *cxt)
{
	ListCell   *lc;
	Node	   *canonical = NULL;

	if (IsA(node, Var) && ((Var *) node)->varlevelsup == 0)
	{
		/* the usual case, without making copies */
		foreach(lc, cxt->view->outputs)
		{
			const AqumvOutput *output = lfirst(lc);

			if (IsA(output->expr, Var) && !output->inexact &&
				((Var *) output->expr)->varattno == ((Var *) node)->varattno)
				return output;
		}
		return NULL;
	}
	foreach(lc, cxt->view->outputs)
	{
		const AqumvOutput *output = lfirst(lc);

		if (nodeTag(output->expr) != nodeTag(node) || output->inexact)
			continue;
		if (canonical == NULL)
			canonical = aqumv_canonical(node, cxt->query->rtis);
		if (equal(canonical, output->expr) &&
			exprTypmod(node) == exprTypmod(output->expr) &&
			exprCollation(node) == exprCollation(output->expr))
			return output;
	}
	return NULL;
}

static Node *
make_output_var(const AqumvOutput *output, CoverContext *cxt)
{
	return (Node *) makeVar(linitial_int(cxt->query->rtis), output->attno,
							exprType(output->expr), exprTypmod(output->expr),
							exprCollation(output->expr), 0);
}

/*
 * Where the query groups rows, what stands outside of aggregates is computed
 * from the keys (which may be NULL in some grouping sets), so nothing larger
 * than a key may be taken from the view.
 */
static bool
may_take(Node *node, CoverContext *cxt)
{
	ListCell   *lc;
	Node	   *canonical;

	if (cxt->within || cxt->view->grain != AQUMV_GRAIN_ROW ||
		(cxt->query->grain != AQUMV_GRAIN_GROUP && cxt->query->grain != AQUMV_GRAIN_SETS))
		return true;
	if (IsA(node, Var))
		return true;
	canonical = aqumv_canonical(node, cxt->query->rtis);
	foreach(lc, cxt->query->keys)
	{
		if (equal(canonical, ((AqumvKey *) lfirst(lc))->expr))
		{
			cxt->within = true;
			return true;
		}
	}
	return false;
}

/*
 * Cover the operands of a comparison.  A key whose equality is not bitwise may
 * stand here by itself, if the operator treats equal values alike.
 */
static bool
cover_comparison_args(List **args, Oid opno, Oid collation, CoverContext *cxt)
{
	ListCell   *lc;
	List	   *covered = NIL;
	bool		found = false;

	foreach(lc, *args)
	{
		Node	   *arg = lfirst(lc);
		const AqumvOutput *output = find_output(arg, cxt);

		if (output != NULL && output->key != NULL &&
			(!OidIsValid(opno) ||
			 (collation == exprCollation(output->expr) &&
			  aqumv_is_ordering_operator(opno, output->key->eqop, exprType(output->expr)))))
		{
			covered = lappend(covered, make_output_var(output, cxt));
			found = true;
		}
		else
			covered = lappend(covered, cover_mutator(arg, cxt));
	}
	if (found)
		*args = covered;
	return found;
}

static Node *
cover_node(Node *node, CoverContext *cxt)
{
	bool		whole = cxt->whole;
	const AqumvOutput *output = NULL;

	if (node == NULL || cxt->reason != NULL)
		return node;
	if (IsA(node, Const) || IsA(node, Param) || IsA(node, Query))
		return node;
	if (IsA(node, Var) && (int) ((Var *) node)->varno != linitial_int(cxt->query->rtis))
		return node;			/* of an outer query, or a grouping expression */
	if (IsA(node, List))
		return expression_tree_mutator(node, cover_mutator, cxt);
	cxt->whole = false;

	if (may_take(node, cxt))
		output = find_output(node, cxt);
	if (output != NULL)
	{
		if (output->key != NULL && !whole)
			cxt->reason = aqumv_reason(AQUMV_KEY_EQUALITY,
									   "values of the grouping key in column %d of the view can be equal and yet differ, so no function may be applied to it",
									   output->attno);
		return make_output_var(output, cxt);
	}

	if (IsA(node, Var) && ((Var *) node)->varlevelsup == 0)
	{
		Oid			relid = aqumv_only_relation(cxt->query)->relid;

		cxt->reason = aqumv_reason(AQUMV_COLUMN,
								   "the view lacks column \"%s\", or an expression that the query computes from it",
								   get_attname(relid, ((Var *) node)->varattno, true));
		return node;
	}
	if ((IsA(node, Aggref) || IsA(node, GroupingFunc)) &&
		cxt->view->grain != AQUMV_GRAIN_ROW)
	{
		cxt->reason = aqumv_reason(AQUMV_AGGREGATE,
								   "the view lacks an aggregate that the query computes");
		return node;
	}

	/* with loose keys about, comparisons need a closer look */
	if (cxt->view->grain == AQUMV_GRAIN_GROUP)
	{
		if (IsA(node, OpExpr))
		{
			OpExpr	   *op = (OpExpr *) copyObject(node);

			if (cover_comparison_args(&op->args, op->opno, op->inputcollid, cxt))
				return (Node *) op;
		}
		else if (IsA(node, ScalarArrayOpExpr))
		{
			ScalarArrayOpExpr *op = (ScalarArrayOpExpr *) copyObject(node);

			if (cover_comparison_args(&op->args, op->opno, op->inputcollid, cxt))
				return (Node *) op;
		}
		else if (IsA(node, NullTest))
		{
			NullTest   *test = (NullTest *) copyObject(node);
			List	   *args = list_make1(test->arg);

			if (cover_comparison_args(&args, InvalidOid, InvalidOid, cxt))
			{
				test->arg = linitial(args);
				return (Node *) test;
			}
		}
		if (cxt->reason != NULL)
			return node;
	}
	if (IsA(node, Aggref) || IsA(node, GroupingFunc))
		cxt->within = true;		/* GROUPING() goes by the keys' numbers */
	return expression_tree_mutator(node, cover_mutator, cxt);
}

static Node *
cover_mutator(Node *node, void *context)
{
	CoverContext *cxt = (CoverContext *) context;
	bool		within = cxt->within;
	Node	   *result = cover_node(node, cxt);

	cxt->within = within;
	return result;
}

static Node *
cover(Node *node, bool whole, CoverContext *cxt)
{
	cxt->whole = whole;
	return cover_mutator(node, cxt);
}

/* ------------------------------------------------------------------------
 * Conditions
 * ------------------------------------------------------------------------
 */

/*
 * Cover those conjuncts that the view's own conditions do not make true
 * already, and add them to *quals.
 */
static AqumvReason *
add_residual(List *conjuncts, const AqumvCondition *condition,
			 const AqumvCondition *view_condition, CoverContext *cxt, List **quals)
{
	ListCell   *lc;

	foreach(lc, conjuncts)
	{
		if (aqumv_implies_conjunct(view_condition, condition, foreach_current_index(lc)))
			continue;
		*quals = lappend(*quals, cover(lfirst(lc), false, cxt));
		if (cxt->reason != NULL)
			return cxt->reason;
	}
	return NULL;
}

/* Does every key of "keys" stand in "others"? */
static bool
keys_within(List *keys, List *others)
{
	ListCell   *lc,
			   *lo;

	foreach(lc, keys)
	{
		AqumvKey   *key = lfirst(lc);
		bool		found = false;

		foreach(lo, others)
		{
			AqumvKey   *other = lfirst(lo);

			if (key->eqop == other->eqop && equal(key->expr, other->expr))
			{
				found = true;
				break;
			}
		}
		if (!found)
			return false;
	}
	return true;
}

/* May rows of the view stand for what the query groups its rows into? */
static AqumvReason *
check_grain(const AqumvSummary *query, const AqumvSummary *view)
{
	if (view->grain == AQUMV_GRAIN_ROW)
		return NULL;
	if (query->grain != view->grain)
		return aqumv_reason(AQUMV_GROUPING,
							view->grain == AQUMV_GRAIN_ALL
							? "the view has aggregated all rows, the query %s"
							: "the view has grouped the rows, the query %s",
							query->grain == AQUMV_GRAIN_ROW ? "needs single rows" :
							query->grain == AQUMV_GRAIN_ALL ? "does not group them" :
							query->grain == AQUMV_GRAIN_SETS ? "has several grouping sets" :
							"groups them");
	if (!keys_within(query->keys, view->keys) || !keys_within(view->keys, query->keys))
		return aqumv_reason(AQUMV_GROUPING,
							"the view groups by other expressions than the query");
	return NULL;
}

/*
 * A quick no, before the prover is asked: columns that the view's condition
 * needs and the query's does not mention, or the other way round.
 */
static AqumvReason *
check_columns_quickly(const AqumvSummary *query, const AqumvSummary *view)
{
	const AqumvRelation *q = aqumv_only_relation(query);
	const AqumvRelation *v = aqumv_only_relation(view);

	if (!bms_is_subset(v->certain_columns, q->where_columns))
		return aqumv_reason(AQUMV_CONDITION,
							"the view's condition is not among the query's, so rows may be missing from it");
	if (!bms_is_subset(q->columns, v->columns) ||
		!bms_is_subset(q->bare_columns, v->bare_columns))
	{
		Bitmapset  *missing = bms_union(bms_difference(q->columns, v->columns),
										bms_difference(q->bare_columns, v->bare_columns));
		int			col = bms_next_member(missing, -1);

		return aqumv_reason(AQUMV_COLUMN, "the view lacks column \"%s\"",
							get_attname(q->relid, col + FirstLowInvalidHeapAttributeNumber, true));
	}
	return NULL;
}

static AqumvReason *
check_conditions(const AqumvSummary *query, const AqumvSummary *view)
{
	if (!aqumv_implies(query->where_canonical, view->where_canonical))
		return aqumv_reason(AQUMV_CONDITION,
							"the query's condition does not imply the view's, so rows may be missing from it");
	if (view->grain == AQUMV_GRAIN_ALL &&
		!aqumv_implies(view->where_canonical, query->where_canonical))
		return aqumv_reason(AQUMV_FILTER,
							"the query filters rows that the view has aggregated");
	if (!aqumv_implies(query->having_canonical, view->having_canonical))
		return aqumv_reason(AQUMV_CONDITION,
							"the query's HAVING does not imply the view's, so groups may be missing from it");
	return NULL;
}

/*
 * What can be told without looking at every expression: is a match out of the
 * question?
 */
AqumvReason *
aqumv_check_quickly(const AqumvSummary *query, const AqumvSummary *view)
{
	AqumvReason *reason;

	Assert(aqumv_only_relation(query)->relid == aqumv_only_relation(view)->relid);
	if ((reason = check_grain(query, view)) != NULL ||
		(reason = check_columns_quickly(query, view)) != NULL)
		return reason;
	return check_conditions(query, view);
}

/*
 * Match a view that has passed the quick check against a block over the same
 * relation.
 */
AqumvReason *
aqumv_match(const AqumvSummary *query, const AqumvSummary *view, AqumvMatch **result)
{
	AqumvMatch *match;
	AqumvReason *reason;
	CoverContext cxt = {.query = query,.view = view,.within = true};
	ListCell   *lc;

	match = palloc0(sizeof(AqumvMatch));
	match->grouped_already = view->grain != AQUMV_GRAIN_ROW;

	/* WHERE is computed before rows are grouped, all else after */
	reason = add_residual(query->where, query->where_canonical, view->where_canonical,
						  &cxt, &match->quals);
	if (reason != NULL)
		return reason->code == AQUMV_KEY_EQUALITY || !match->grouped_already ? reason :
			aqumv_reason(AQUMV_FILTER,
						 "the query filters by something that is not a grouping key of the view");

	if (aqumv_compat_group_exprs(query->query) != NULL)
		match->group_exprs = (List *)
			cover((Node *) *aqumv_compat_group_exprs(query->query), false, &cxt);
	cxt.within = false;
	if (match->grouped_already)
		add_residual(query->having, query->having_canonical, view->having_canonical,
					 &cxt, &match->quals);
	else
		match->having = cover(query->query->havingQual, false, &cxt);

	foreach(lc, query->query->targetList)
	{
		TargetEntry *tle = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));

		tle->expr = (Expr *) cover((Node *) tle->expr, true, &cxt);
		match->target_list = lappend(match->target_list, tle);
	}
	if (cxt.reason != NULL)
		return cxt.reason;
	*result = match;
	return NULL;
}
