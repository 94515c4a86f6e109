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
 *		columns (derive.c).
 *
 *	  A view of groups fits in one of two ways.  Its groups are the block's:
 *	  then the block's GROUP BY goes.  Or the block's groups are made of its
 *	  groups: then its rows take the place of the table's, in a join too, and
 *	  aggregates are computed from what it stores.  That is right for joins
 *	  because whatever a join looks at is the same for all rows of a group, so
 *	  each of them meets the same rows of the other relations.
 *
 *	  A "no" here is always safe.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/tlist.h"
#include "utils/lsyscache.h"

#include "answer/derive.h"
#include "answer/lookinto.h"
#include "answer/match.h"
#include "compat.h"

/* ------------------------------------------------------------------------
 * What can be told quickly
 * ------------------------------------------------------------------------
 */

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

/* Are the view's groups the query's? */
static bool
fits_same(const AqumvSummary *query, const AqumvSummary *view)
{
	if (!aqumv_only_relation(query)->alone || query->grain != view->grain)
		return false;
	return view->grain == AQUMV_GRAIN_ALL ||
		(view->grain == AQUMV_GRAIN_GROUP &&
		 keys_within(query->keys, view->keys) && keys_within(view->keys, query->keys));
}

/*
 * May the query's groups consist of the view's?  Whether its keys are functions
 * of the view's keys turns out when they are derived.
 */
static bool
may_fit_finer(const AqumvSummary *query, const AqumvSummary *view)
{
	return view->grain == AQUMV_GRAIN_GROUP && view->having == NIL &&
		!aqumv_only_relation(query)->nullable &&
		(query->grain != AQUMV_GRAIN_ROW || query->any_copies);
}

/* May rows of the view stand for what the query groups its rows into? */
static AqumvReason *
check_grain(const AqumvSummary *query, const AqumvSummary *view)
{
	if (view->grain == AQUMV_GRAIN_ROW || fits_same(query, view) || may_fit_finer(query, view))
		return NULL;
	if (view->grain == AQUMV_GRAIN_GROUP && query->grain != AQUMV_GRAIN_ROW)
		return aqumv_reason(AQUMV_GROUPING,
							view->having != NIL
							? "the view's HAVING left groups out, and the query groups by other expressions"
							: "the view has grouped rows for which an outer join may put NULLs");
	return aqumv_reason(AQUMV_GROUPING,
						view->grain == AQUMV_GRAIN_ALL
						? "the view has aggregated all rows, the query %s"
						: "the view has grouped the rows, the query %s",
						query->grain == AQUMV_GRAIN_ROW ? "needs single rows" :
						query->grain == AQUMV_GRAIN_ALL ? "aggregates a join" :
						query->grain == AQUMV_GRAIN_SETS ? "has several grouping sets" :
						"groups them");
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

static bool
parameter_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXTERN;
	return expression_tree_walker(node, parameter_walker, context);
}

/* Would a custom plan, in which parameters have values, know more? */
static bool
has_parameters(const AqumvSummary *query)
{
	return aqumv_reason_messages && parameter_walker((Node *) query->where, NULL);
}

static AqumvReason *
check_conditions(const AqumvSummary *query, const AqumvSummary *view)
{
	if (!aqumv_implies(query->where_canonical, view->where_canonical))
		return aqumv_reason(AQUMV_CONDITION,
							has_parameters(query)
							? "the query's condition does not imply the view's for every value of its parameters; only a custom plan knows their values (plan_cache_mode)"
							: "the query's condition does not imply the view's, so rows may be missing from it");
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

/* ------------------------------------------------------------------------
 * The match
 * ------------------------------------------------------------------------
 */

/*
 * Derive those conjuncts that the view's own conditions do not make true
 * already.  Only of conjuncts in "known", whose canonical forms "condition"
 * has, can that be told.  One with a subquery stays, as do the privileges that
 * it needs.
 */
static List *
derive_conjuncts(AqumvDerivation *d, List *conjuncts, List *known,
				 const AqumvCondition *condition, const AqumvCondition *view_condition)
{
	List	   *derived = NIL;
	ListCell   *lc,
			   *lk;

	foreach(lc, conjuncts)
	{
		bool		implied = false;

		foreach(lk, known)
		{
			if (lfirst(lk) == lfirst(lc) && !contain_subplans(lfirst(lc)))
				implied = aqumv_implies_conjunct(view_condition, condition,
												 foreach_current_index(lk));
		}
		if (!implied && d->reason == NULL)
			derived = lappend(derived, aqumv_derive(d, lfirst(lc), false));
	}
	return derived;
}

static Node *
derive_join_tree(AqumvDerivation *d, Node *node)
{
	List	  **quals;
	Node	   *result;
	ListCell   *lc;

	if (IsA(node, RangeTblRef))
		return node;
	if (IsA(node, FromExpr))
	{
		FromExpr   *from = makeNode(FromExpr);

		foreach(lc, ((FromExpr *) node)->fromlist)
			from->fromlist = lappend(from->fromlist, derive_join_tree(d, lfirst(lc)));
		from->quals = ((FromExpr *) node)->quals;
		quals = (List **) &from->quals;
		result = (Node *) from;
	}
	else
	{
		JoinExpr   *join = makeNode(JoinExpr);

		*join = *(JoinExpr *) node;
		join->larg = derive_join_tree(d, join->larg);
		join->rarg = derive_join_tree(d, join->rarg);
		quals = (List **) &join->quals;
		result = (Node *) join;
	}
	*quals = derive_conjuncts(d, *quals, d->query->where, d->query->where_canonical,
							  d->view->where_canonical);
	return result;
}

/*
 * The operator by which a query groups by an entry of its SELECT list, or makes it
 * distinct; InvalidOid if it does neither.  An ORDER BY ... USING can make it
 * another one than the type's usual, which may tell apart what that does not.
 */
static Oid
equality_of(Query *query, TargetEntry *tle)
{
	SortGroupClause *clause;

	if (tle->ressortgroupref == 0)
		return InvalidOid;
	clause = get_sortgroupref_clause_noerr(tle->ressortgroupref, query->groupClause);
	if (clause == NULL)
		clause = get_sortgroupref_clause_noerr(tle->ressortgroupref, query->distinctClause);
	return clause != NULL ? clause->eqop : InvalidOid;
}

/*
 * The same for an expression that stands apart from the SELECT list, from 1 on.
 * If it is not found there, an operator that is nobody's.
 */
static Oid
equality_of_group(Query *query, int position)
{
	ListCell   *lc;

	foreach(lc, query->groupClause)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, lc);
		TargetEntry *tle = get_sortgroupclause_tle(clause, query->targetList);

		if (aqumv_compat_is_group_expr(query, (Node *) tle->expr, position))
			return clause->eqop;
	}
	return (Oid) -1;
}

/* WHERE and what else is computed before rows are grouped. */
static AqumvReason *
match_before(AqumvDerivation *d, AqumvMatch *match)
{
	Query	   *query = d->query->query;
	ListCell   *lc;

	d->before = true;
	match->join_tree = (FromExpr *) derive_join_tree(d, (Node *) query->jointree);
	if (d->reason != NULL && d->fit != AQUMV_FIT_ROWS && d->reason->code == AQUMV_COLUMN)
		return aqumv_reason(AQUMV_FILTER,
							has_parameters(d->query)
							? "the query filters or joins by something that is no function of the view's grouping keys, as far as can be told without the values of its parameters; a custom plan knows them (plan_cache_mode)"
							: "the query filters or joins by something that is no function of the view's grouping keys");
	if (!aqumv_only_relation(d->query)->alone)
		match->range_table = aqumv_derive_range_table(d, query->rtable);
	if (aqumv_compat_group_exprs(query) != NULL)
	{
		foreach(lc, *aqumv_compat_group_exprs(query))
		{
			if (d->fit == AQUMV_FIT_FINER)
				d->eqop = equality_of_group(query, foreach_current_index(lc) + 1);
			match->group_exprs = lappend(match->group_exprs,
										 aqumv_derive(d, lfirst(lc), true));
		}
		d->eqop = InvalidOid;
	}
	d->before = false;
	return d->reason;
}

static AqumvReason *
match_as(AqumvFit fit, const AqumvSummary *query, const AqumvSummary *view,
		 AqumvMatch **result)
{
	AqumvDerivation d = {.query = query,.view = view,.fit = fit,.forms.rtis = query->rtis};
	AqumvMatch *match = palloc0(sizeof(AqumvMatch));
	bool		whole;
	AqumvReason *reason;
	ListCell   *lc;

	/* equality must be that of the grouping key, not what UNION or IN may use */
	whole = fit != AQUMV_FIT_FINER || query->grain != AQUMV_GRAIN_ROW ||
		query->query->distinctClause != NIL;
	match->fit = fit;
	if ((reason = match_before(&d, match)) != NULL)
		return reason;
	if (fit == AQUMV_FIT_SAME)
		match->join_tree->quals = (Node *)
			list_concat((List *) match->join_tree->quals,
						derive_conjuncts(&d, query->having, query->having,
										 query->having_canonical, view->having_canonical));
	else
		match->having = aqumv_derive(&d, query->query->havingQual, false);

	foreach(lc, query->query->targetList)
	{
		TargetEntry *tle = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));
		bool		as_key = whole && !aqumv_looks_into(query->looked_into, tle->resno);

		d.eqop = fit == AQUMV_FIT_FINER ? equality_of(query->query, tle) : InvalidOid;
		tle->expr = (Expr *) aqumv_derive(&d, (Node *) tle->expr, as_key);
		match->target_list = lappend(match->target_list, tle);
		if (d.reason != NULL)
			return d.reason->code == AQUMV_COLUMN && fit == AQUMV_FIT_FINER ?
				aqumv_reason(AQUMV_GROUPING,
							 "the view groups by other expressions than the query, and the query's cannot be computed from them") :
				d.reason;
	}
	if (d.reason == NULL)
		*result = match;
	return d.reason;
}

/*
 * Match a view that has passed the quick check against a block, as seen from
 * the relation that the view reads.
 */
AqumvReason *
aqumv_match(const AqumvSummary *query, const AqumvSummary *view, AqumvMatch **match)
{
	AqumvReason *reason = NULL;

	if (view->grain == AQUMV_GRAIN_ROW)
		return match_as(AQUMV_FIT_ROWS, query, view, match);
	if (fits_same(query, view))
		reason = match_as(AQUMV_FIT_SAME, query, view, match);
	if ((reason != NULL || !fits_same(query, view)) && may_fit_finer(query, view))
	{
		AqumvReason *finer = match_as(AQUMV_FIT_FINER, query, view, match);

		if (finer == NULL || reason == NULL)
			return finer;
	}
	return reason;
}
