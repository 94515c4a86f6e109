/*-------------------------------------------------------------------------
 *
 * derive.c
 *	  How is an expression computed from a view's columns?
 *
 *	  From top to bottom: what a column holds is taken from there, so the
 *	  largest stored expression wins; then come aggregates of finer groups
 *	  (rollup.c) and buckets of finer buckets (bucket.c); then the parts of the
 *	  expression.  A column of the table that is left has no counterpart, and
 *	  the derivation fails.
 *
 *	  Columns of other relations and of outer queries stand as they are.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "catalog/pg_aggregate.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "algebra/bucket.h"
#include "algebra/expr.h"
#include "algebra/floatstats.h"
#include "algebra/ingredients.h"
#include "algebra/notnull.h"
#include "algebra/rollup.h"
#include "answer/derive.h"
#include "compat.h"

static Node *derive_mutator(Node *node, void *context);

static bool
is_column(Node *node, AqumvDerivation *d)
{
	return IsA(node, Var) && (int) ((Var *) node)->varlevelsup == d->depth &&
		(int) ((Var *) node)->varno == aqumv_only_relation(d->query)->rti;
}

/* What can be told of two expressions before either is in canonical form. */
static bool
may_be_same(const Node *a, const Node *b)
{
	if (nodeTag(a) != nodeTag(b))
		return false;
	if (IsA(a, FuncExpr))
		return ((const FuncExpr *) a)->funcid == ((const FuncExpr *) b)->funcid;
	if (IsA(a, Aggref))
		return ((const Aggref *) a)->aggfnoid == ((const Aggref *) b)->aggfnoid;
	return true;
}

/* A column of the view that holds just this expression, or NULL. */
static const AqumvOutput *
find_output(Node *node, AqumvDerivation *d)
{
	ListCell   *lc;
	Node	   *canonical = NULL;
	int			size = 0;

	if (is_column(node, d))
	{
		/* the usual case, without making copies */
		foreach(lc, d->view->outputs)
		{
			const AqumvOutput *output = lfirst(lc);

			if (IsA(output->expr, Var) && !output->inexact &&
				((Var *) output->expr)->varattno == ((Var *) node)->varattno)
				return output;
		}
		return NULL;
	}
	if (d->depth > 0 || aqumv_only_relation(d->query)->nullable)
		return NULL;
	foreach(lc, d->view->outputs)
	{
		const AqumvOutput *output = lfirst(lc);

		if (!may_be_same(node, output->expr) || output->inexact ||
			(output->aggregated && d->fit != AQUMV_FIT_SAME))
			continue;
		if (canonical == NULL)
			canonical = aqumv_form(&d->forms, node, &size);
		/* equal() leaves out whether a call is a cast, and to what typmod */
		if (size == output->size && equal(canonical, output->expr) &&
			exprTypmod(node) == exprTypmod(output->expr))
			return output;
	}
	return NULL;
}

static Var *
make_output_var(const AqumvOutput *output, AqumvDerivation *d)
{
	return makeVar(aqumv_only_relation(d->query)->rti, output->attno,
				   exprType(output->expr), exprTypmod(output->expr),
				   exprCollation(output->expr), d->depth);
}

/*
 * Where the query groups rows, what stands outside of aggregates is computed
 * from the keys (which may be NULL in some grouping sets), so nothing larger
 * than a key may be taken from the view.
 */
static bool
may_take(Node *node, AqumvDerivation *d)
{
	ListCell   *lc;
	Node	   *canonical;
	int			size;

	if (d->before || d->depth > 0 || d->fit == AQUMV_FIT_SAME ||
		(d->query->grain != AQUMV_GRAIN_GROUP && d->query->grain != AQUMV_GRAIN_SETS))
		return true;
	if (IsA(node, Var))
		return true;
	canonical = aqumv_form(&d->forms, node, &size);
	foreach(lc, d->query->keys)
	{
		const AqumvKey *key = lfirst(lc);

		if (size == key->size && equal(canonical, key->expr))
		{
			d->before = true;
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------------------------
 * Aggregates
 * ------------------------------------------------------------------------
 */

/* The conjuncts of a filter, in canonical form. */
static List *
filter_conjuncts(Expr *filter, const List *rtis)
{
	return aqumv_conjuncts(aqumv_canonical((Node *) filter, rtis));
}

/* Is what is stored, filters apart, the aggregate? */
static bool
is_same_aggregate(Aggref *stored, Aggref *wanted, AqumvDerivation *d)
{
	Aggref		bare = *stored;

	/* what is stored belongs to the view's summary, which is cached */
	bare.aggfilter = NULL;
	return stored->aggfnoid == wanted->aggfnoid && equal(&bare, wanted);
}

/* Is it the sum of squares of the aggregate's input? */
static bool
is_sum_of_squares(Aggref *stored, Aggref *wanted, AqumvDerivation *d)
{
	return (stored->aggfnoid == F_SUM_INT2 || stored->aggfnoid == F_SUM_INT4 ||
			stored->aggfnoid == F_SUM_INT8 || stored->aggfnoid == F_SUM_NUMERIC) &&
		stored->aggdistinct == NIL &&
		aqumv_is_square(aqumv_argument_of(stored), aqumv_argument_of(wanted));
}

/*
 * The column that holds what is wanted, perhaps under a weaker filter, and the
 * rest of the filter.
 */
static Node *
find_aggregate(Aggref *aggregate,
			   bool (*is_wanted) (Aggref *stored, Aggref *wanted, AqumvDerivation *d),
			   Node **rest, AqumvDerivation *d)
{
	Aggref	   *bare = (Aggref *) aqumv_canonical((Node *) aggregate, d->query->rtis);
	List	   *wanted = filter_conjuncts(aggregate->aggfilter, d->query->rtis);
	const AqumvOutput *best = NULL;
	List	   *best_rest = NIL;
	ListCell   *lc;

	bare->aggfilter = NULL;
	foreach(lc, d->view->outputs)
	{
		const AqumvOutput *output = lfirst(lc);
		Aggref	   *other = (Aggref *) output->expr;
		List	   *filters;

		if (!IsA(other, Aggref) || output->inexact || !is_wanted(other, bare, d))
			continue;
		filters = filter_conjuncts(other->aggfilter, NIL);
		if (list_difference(filters, wanted) == NIL &&
			(best == NULL ||
			 list_length(list_difference(wanted, filters)) < list_length(best_rest)))
		{
			best = output;
			best_rest = list_difference(wanted, filters);
		}
	}
	if (best == NULL)
		return NULL;

	*rest = NULL;
	if (best_rest != NIL)
	{
		List	   *derived = NIL;
		List	   *conjuncts = aqumv_conjuncts((Node *) aggregate->aggfilter);
		bool		before = d->before;

		/* the conjuncts in terms of the query are in the same order */
		d->before = true;
		foreach(lc, conjuncts)
		{
			Node	   *canonical = aqumv_canonical(lfirst(lc), d->query->rtis);

			if (list_member(best_rest, canonical))
				derived = lappend(derived, aqumv_derive(d, lfirst(lc), false));
		}
		d->before = before;
		if (d->reason != NULL || list_length(derived) != list_length(best_rest))
			return NULL;
		*rest = (Node *) make_ands_explicit(derived);
	}
	return (Node *) make_output_var(best, d);
}

/*
 * Does it count all rows?  It may say so by a column that is never NULL.
 */
static bool
counts_all(Aggref *aggregate, AqumvDerivation *d)
{
	Var		   *var = (Var *) aqumv_argument_of(aggregate);

	if (aggregate->aggdistinct != NIL || aggregate->agglevelsup != 0)
		return false;
	return aggregate->aggfnoid == F_COUNT_ ||
		(aggregate->aggfnoid == F_COUNT_ANY && IsA(var, Var) && var->varlevelsup == 0 &&
		 aqumv_is_never_null(aqumv_only_relation(d->query)->relid, var->varattno));
}

static bool
is_count_of_all(Aggref *stored, Aggref *wanted, AqumvDerivation *d)
{
	return counts_all(stored, d);
}

/* For roll-ups: the column that holds the aggregate. */
static Node *
find_stored(Aggref *aggregate, Node **rest, void *context)
{
	AqumvDerivation *d = context;
	Node	   *column = find_aggregate(aggregate, is_same_aggregate, rest, d);
	Node	   *arg = (Node *) aqumv_argument_of(aggregate);

	if (column == NULL && d->reason == NULL && (arg == NULL || is_column(arg, d)) &&
		counts_all(aggregate, d))
		column = find_aggregate(aggregate, is_count_of_all, rest, d);
	return column;
}

static Node *
find_squares(Aggref *aggregate, Node **rest, void *context)
{
	return find_aggregate(aggregate, is_sum_of_squares, rest, context);
}

/* For roll-ups: an expression from the keys, or NULL. */
static Node *
derive_from_keys(Node *expr, void *context)
{
	AqumvDerivation *d = context;
	bool		before = d->before;
	Node	   *result;

	if (d->reason != NULL)
		return NULL;
	d->before = true;
	result = aqumv_derive(d, expr, false);
	d->before = before;
	if (d->reason == NULL)
		return result;
	d->reason = NULL;
	return NULL;
}

/*
 * May a key stand as an input of this aggregate whose equal values are not the
 * same?  The result must not depend on which of them it is.
 */
static bool
allows_loose_key(Aggref *aggregate)
{
	return aggregate->aggdistinct == NIL || /* min, max and their likes */
		(aggregate->aggfnoid == F_COUNT_ANY && list_length(aggregate->aggdistinct) == 1);
}

/*
 * An aggregate to which copies of rows make no difference, over the keys.  An
 * order of its own might not have equal values next to each other, which DISTINCT
 * counts more than once then.
 */
static Node *
derive_over_keys(Aggref *aggregate, AqumvDerivation *d)
{
	Aggref	   *result = copyObject(aggregate);
	ListCell   *lc;

	d->before = true;
	foreach(lc, result->args)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);
		const AqumvOutput *output = find_output((Node *) tle->expr, d);
		bool		loose = output != NULL && output->key != NULL &&
			allows_loose_key(aggregate) &&
			(aggregate->aggdistinct == NIL ||
			 (aggregate->aggorder == NIL &&
			  linitial_node(SortGroupClause, aggregate->aggdistinct)->eqop == output->key->eqop));

		tle->expr = (Expr *) aqumv_derive(d, (Node *) tle->expr, loose);
	}
	result->aggfilter = (Expr *) aqumv_derive(d, (Node *) result->aggfilter, false);
	result->aggdirectargs = (List *) aqumv_derive(d, (Node *) result->aggdirectargs, false);
	return (Node *) result;
}

static Node *
derive_aggregate(Aggref *aggregate, AqumvDerivation *d)
{
	AqumvPieces pieces = {.same = d->fit == AQUMV_FIT_SAME,
		.never_empty = d->query->grain == AQUMV_GRAIN_GROUP,
	.stored = find_stored,.squares = find_squares,.derived = derive_from_keys,.context = d};
	Node	   *result = aqumv_roll_up(aggregate, &pieces);

	if (result != NULL && d->reason == NULL)
		return result;
	d->reason = NULL;
	result = aqumv_combine_floatstats(aggregate, &pieces);
	if (result != NULL && d->reason == NULL)
		return result;
	d->reason = NULL;
	if (d->fit == AQUMV_FIT_FINER && aqumv_ignores_copies(aggregate))
	{
		result = derive_over_keys(aggregate, d);
		if (d->reason == NULL)
			return result;
	}
	d->reason = aqumv_reason(AQUMV_AGGREGATE,
							 "the view lacks an aggregate that the query computes, or what it could be computed from");
	return (Node *) aggregate;
}

/* ------------------------------------------------------------------------
 * Expressions
 * ------------------------------------------------------------------------
 */

/*
 * The column of the view with a key whose equality is not bitwise, if the
 * operand of a comparison is just that, and the operator treats equal values
 * alike; or NULL.
 */
static const AqumvOutput *
find_loose_key(Node *arg, Oid opno, Oid collation, AqumvDerivation *d)
{
	const AqumvOutput *output = find_output(arg, d);

	if (output != NULL && output->key != NULL &&
		(!OidIsValid(opno) ||
		 (collation == exprCollation(output->expr) &&
		  aqumv_is_ordering_operator(opno, output->key->eqop, exprType(output->expr)))))
		return output;
	return NULL;
}

/*
 * Derive the operands of a comparison, if there is such a key among them; NIL
 * if there is none, and nothing has been derived.
 */
static List *
derive_comparison_args(List *args, Oid opno, Oid collation, AqumvDerivation *d)
{
	ListCell   *lc;
	List	   *derived = NIL;
	bool		found = false;

	foreach(lc, args)
		found |= find_loose_key(lfirst(lc), opno, collation, d) != NULL;
	if (!found)
		return NIL;
	foreach(lc, args)
	{
		const AqumvOutput *output = find_loose_key(lfirst(lc), opno, collation, d);

		derived = lappend(derived, output != NULL ? (Node *) make_output_var(output, d) :
						  derive_mutator(lfirst(lc), d));
	}
	return derived;
}

/* A comparison with a key in it whose equality is not bitwise, or NULL. */
static Node *
derive_comparison(Node *node, AqumvDerivation *d)
{
	List	   *args = NIL;
	Node	   *result = NULL;

	if (IsA(node, OpExpr))
		args = derive_comparison_args(((OpExpr *) node)->args, ((OpExpr *) node)->opno,
									  ((OpExpr *) node)->inputcollid, d);
	else if (IsA(node, ScalarArrayOpExpr))
		args = derive_comparison_args(((ScalarArrayOpExpr *) node)->args,
									  ((ScalarArrayOpExpr *) node)->opno,
									  ((ScalarArrayOpExpr *) node)->inputcollid, d);
	else if (IsA(node, NullTest))
		args = derive_comparison_args(list_make1(((NullTest *) node)->arg), InvalidOid,
									  InvalidOid, d);
	if (args == NIL)
		return NULL;

	if (IsA(node, OpExpr))
	{
		result = (Node *) makeNode(OpExpr);
		*(OpExpr *) result = *(OpExpr *) node;
		((OpExpr *) result)->args = args;
	}
	else if (IsA(node, ScalarArrayOpExpr))
	{
		result = (Node *) makeNode(ScalarArrayOpExpr);
		*(ScalarArrayOpExpr *) result = *(ScalarArrayOpExpr *) node;
		((ScalarArrayOpExpr *) result)->args = args;
	}
	else
	{
		result = (Node *) makeNode(NullTest);
		*(NullTest *) result = *(NullTest *) node;
		((NullTest *) result)->arg = linitial(args);
	}
	return result;
}

/* An expression computed from a bucket that a column of the view holds. */
static Node *
derive_from_bucket(Node *node, AqumvDerivation *d)
{
	Node	   *canonical = NULL;
	int			size;
	ListCell   *lc;

	if ((!IsA(node, FuncExpr) && !IsA(node, OpExpr) && !IsA(node, NullTest)) ||
		d->depth > 0 || aqumv_only_relation(d->query)->nullable)
		return NULL;
	foreach(lc, d->view->outputs)
	{
		const AqumvOutput *output = lfirst(lc);
		Node	   *result;

		if (!output->bucket || output->inexact || output->key != NULL)
			continue;
		if (canonical == NULL)
			canonical = aqumv_form(&d->forms, node, &size);
		result = aqumv_coarsen(canonical, output->expr, make_output_var(output, d));
		if (result != NULL)
			return result;
	}
	return NULL;
}

static Node *
derive_query(Query *query, AqumvDerivation *d)
{
	Query	   *result;

	if (!contain_vars_of_level((Node *) query, d->depth + 1))
		return (Node *) query;
	d->depth++;
	result = query_tree_mutator(query, derive_mutator, d, 0);
	d->depth--;
	return (Node *) result;
}

static Node *
derive_column(Var *var, AqumvDerivation *d)
{
	const AqumvOutput *output = find_output((Node *) var, d);
	Oid			relid = aqumv_only_relation(d->query)->relid;
	Var		   *result;

	if (output == NULL)
	{
		d->reason = aqumv_reason(AQUMV_COLUMN,
								 "the view lacks column \"%s\", or an expression that the query computes from it",
								 get_attname(relid, var->varattno, true));
		return (Node *) var;
	}
	result = make_output_var(output, d);
	aqumv_compat_copy_nulling(result, var);
	return (Node *) result;
}

/* An aggregate that a query around the block computes, from its own columns. */
static bool
is_of_outer_query(Node *node, AqumvDerivation *d)
{
	return (IsA(node, Aggref) && (int) ((Aggref *) node)->agglevelsup > d->depth) ||
		(IsA(node, GroupingFunc) && (int) ((GroupingFunc *) node)->agglevelsup > d->depth);
}

static Node *
derive_node(Node *node, AqumvDerivation *d)
{
	bool		whole = d->whole;
	const AqumvOutput *output = NULL;
	Node	   *result;

	if (node == NULL || d->reason != NULL)
		return node;
	if (IsA(node, Const) || IsA(node, Param))
		return node;
	if (IsA(node, Query))
		return derive_query((Query *) node, d);
	if ((IsA(node, Var) && !is_column(node, d)) || is_of_outer_query(node, d))
		return node;
	if (IsA(node, List))
		return expression_tree_mutator(node, derive_mutator, d);
	d->whole = false;

	if (may_take(node, d))
		output = find_output(node, d);
	if (output != NULL && output->key != NULL &&
		(!whole || d->depth > 0 || (OidIsValid(d->eqop) && d->eqop != output->key->eqop)))
		d->reason = aqumv_reason(AQUMV_KEY_EQUALITY,
								 "values of the grouping key in column %d of the view can be equal and yet differ, so no function may be applied to it",
								 output->attno);
	if (IsA(node, Var))
		return derive_column((Var *) node, d);
	if (output != NULL)
		return (Node *) make_output_var(output, d);
	if (d->depth > 0)
		return expression_tree_mutator(node, derive_mutator, d);

	if (IsA(node, Aggref) && d->fit != AQUMV_FIT_ROWS)
		return derive_aggregate((Aggref *) node, d);
	if (IsA(node, GroupingFunc) && d->fit == AQUMV_FIT_SAME)
	{
		d->reason = aqumv_reason(AQUMV_AGGREGATE, "the view has no GROUPING()");
		return node;
	}
	if (may_take(node, d) && (result = derive_from_bucket(node, d)) != NULL)
		return result;

	/* with loose keys about, comparisons need a closer look */
	if (d->view->loose)
	{
		result = derive_comparison(node, d);
		if (result != NULL || d->reason != NULL)
			return result != NULL ? result : node;
	}
	if (IsA(node, Aggref) || IsA(node, GroupingFunc))
		d->before = true;		/* GROUPING() goes by the keys' numbers */
	return expression_tree_mutator(node, derive_mutator, d);
}

static Node *
derive_mutator(Node *node, void *context)
{
	AqumvDerivation *d = context;
	bool		before = d->before;
	Node	   *result;

	CHECK_FOR_INTERRUPTS();
	result = derive_node(node, d);
	d->before = before;
	return result;
}

/*
 * Compute an expression of the query from the view.  "whole" says that it is a
 * whole output, key or sort expression, where a grouping key may stand whatever
 * its equality is.  Sets the reason if it cannot be done; what is returned is
 * of no use then.
 */
Node *
aqumv_derive(AqumvDerivation *derivation, Node *node, bool whole)
{
	derivation->whole = whole;
	return derive_mutator(node, derivation);
}

/* The same for what other entries of a FROM list mention (LATERAL). */
List *
aqumv_derive_range_table(AqumvDerivation *derivation, List *rtable)
{
	return range_table_mutator(rtable, derive_mutator, derivation,
							   QTW_IGNORE_JOINALIASES | AQUMV_COMPAT_IGNORE_GROUP_EXPRS);
}
