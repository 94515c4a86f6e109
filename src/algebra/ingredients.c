/*-------------------------------------------------------------------------
 *
 * ingredients.c
 *	  Which other aggregates over the same inputs does an aggregate follow from,
 *	  and which columns of a view hold them?
 *
 *	  avg(x) follows from sum(x) and count(x), the variance family from these
 *	  and sum(x * x); a sum that loses inputs needs count(x) beside it, and for
 *	  numeric how many of them have which display scale.  A companion can be
 *	  written in more than one way: any column that holds the same will do.
 *
 *	  Pure.  To find nothing is safe: then the aggregate is computed again.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "algebra/ingredients.h"
#include "algebra/notnull.h"
#include "objects.h"

/* ------------------------------------------------------------------------
 * Inputs
 * ------------------------------------------------------------------------
 */

static bool
is_plain(Aggref *agg)
{
	return agg->aggkind == AGGKIND_NORMAL && agg->aggdistinct == NIL && agg->aggorder == NIL &&
		!agg->aggvariadic && agg->agglevelsup == 0;
}

/*
 * What is known of this aggregate, as it is called.
 */
void
aqumv_describe_call(Aggref *agg, AqumvAggregate *known)
{
	aqumv_describe_aggregate(agg->aggfnoid, known);
	if (agg->aggfnoid == aqumv_scales_function())
		known->fold = AQUMV_FOLD_SCALES;
	if (!is_plain(agg))
		known->fold = AQUMV_FOLD_RECOMPUTE;
}

/*
 * An aggregate's first argument, or NULL.
 */
Expr *
aqumv_argument_of(Aggref *agg)
{
	return agg->args == NIL ? NULL : linitial_node(TargetEntry, agg->args)->expr;
}

/* The result type of a sum, as which its inputs can be added. */
static Expr *
as_summand(Expr *input, Oid sum)
{
	Oid			function;

	switch (sum)
	{
		case F_SUM_INT2:
			function = F_INT8_INT2;
			break;
		case F_SUM_INT4:
			function = F_INT8_INT4;
			break;
		case F_SUM_INT8:
			function = F_NUMERIC_INT8;
			break;
		default:
			return input;
	}
	return (Expr *) makeFuncExpr(function, get_func_rettype(function), list_make1(input),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CAST);
}

/*
 * A sum's input as its result type.
 */
Expr *
aqumv_summand(Aggref *agg)
{
	return as_summand(aqumv_argument_of(agg), agg->aggfnoid);
}

static bool
is_product(Oid function)
{
	return function == F_INT2MUL || function == F_INT4MUL || function == F_INT8MUL ||
		function == F_INT24MUL || function == F_INT42MUL || function == F_INT28MUL ||
		function == F_INT82MUL || function == F_INT48MUL || function == F_INT84MUL ||
		function == F_NUMERIC_MUL;
}

/* x, if the expression casts it to a type that holds all its values; or NULL. */
static Expr *
without_cast(Expr *expr)
{
	FuncExpr   *call = (FuncExpr *) expr;

	if (!IsA(expr, FuncExpr) ||
		(call->funcid != F_INT4_INT2 && call->funcid != F_INT8_INT2 &&
		 call->funcid != F_INT8_INT4 && call->funcid != F_NUMERIC_INT2 &&
		 call->funcid != F_NUMERIC_INT4 && call->funcid != F_NUMERIC_INT8))
		return NULL;
	return linitial(call->args);
}

/* Is it x, give or take such casts? */
static bool
is_same_number(Expr *expr, Expr *x)
{
	while (expr != NULL && !equal(expr, x))
		expr = without_cast(expr);
	return expr != NULL;
}

/*
 * Is an expression the square of x, a number without fractions in binary?
 */
bool
aqumv_is_square(Expr *expr, Expr *x)
{
	OpExpr	   *op = (OpExpr *) expr;

	return expr != NULL && IsA(expr, OpExpr) && is_product(get_opcode(op->opno)) &&
		is_same_number(linitial(op->args), x) && is_same_number(lsecond(op->args), x);
}

/*
 * What an expression is made of that is NULL just where it is, and has one
 * display scale if it has: x of x * x, or of a cast.  NULL if that is nothing.
 */
static Expr *
inside(Expr *expr)
{
	Expr	   *x = IsA(expr, OpExpr) ? linitial(((OpExpr *) expr)->args) : NULL;

	while (x != NULL && without_cast(x) != NULL)
		x = without_cast(x);
	return x != NULL && aqumv_is_square(expr, x) ? x : without_cast(expr);
}

/*
 * Do all values of an expression, if numeric, have one display scale?
 */
bool
aqumv_has_fixed_scale(Expr *expr)
{
	for (; expr != NULL; expr = inside(expr))
	{
		if (exprType((Node *) expr) != NUMERICOID ||
			(IsA(expr, Var) && exprTypmod((Node *) expr) != -1))
			return true;
	}
	return false;
}

/* Is it a column of relation rti that is declared NOT NULL? */
static bool
is_never_null(Expr *expr, Query *query, int rti)
{
	Var		   *var = (Var *) expr;

	return IsA(expr, Var) && var->varno == rti &&
		aqumv_is_not_null_now(rt_fetch(rti, query->rtable)->relid, var->varattno);
}

/* ------------------------------------------------------------------------
 * Companions
 * ------------------------------------------------------------------------
 */

/* An aggregate of x, or of all rows, where agg's filter says yes. */
static Aggref *
make_aggregate(Oid function, Oid result, Expr *x, Aggref *agg)
{
	Aggref	   *made = makeNode(Aggref);

	made->aggfnoid = function;
	made->aggtype = result;
	made->aggkind = AGGKIND_NORMAL;
	made->aggsplit = AGGSPLIT_SIMPLE;
	made->aggno = made->aggtransno = -1;
	made->location = -1;
	made->aggstar = x == NULL;
	if (x != NULL)
	{
		made->aggargtypes = list_make1_oid(exprType((Node *) x));
		made->args = list_make1(makeTargetEntry(copyObject(x), 1, NULL, false));
	}
	if (agg != NULL)
		made->aggfilter = copyObject(agg->aggfilter);
	return made;
}

static Aggref *
count_inputs(Expr *x, Aggref *agg)
{
	return make_aggregate(F_COUNT_ANY, INT8OID, x, agg);
}

/*
 * How many inputs an aggregate has; with NULL, count(*).
 */
Aggref *
aqumv_count_of(Aggref *agg)
{
	Expr	   *x;

	if (agg == NULL)
		return make_aggregate(F_COUNT_, INT8OID, NULL, NULL);
	for (x = aqumv_argument_of(agg); inside(x) != NULL; x = inside(x))
		;
	return count_inputs(x, agg);
}

/*
 * The sum that avg(x), or var_pop(x), follows from.
 */
Aggref *
aqumv_sum_of(Aggref *agg, const AqumvAggregate *known)
{
	return make_aggregate(known->sum, get_func_rettype(known->sum), aqumv_argument_of(agg), agg);
}

/*
 * The sum of squares, in a type that has room for them.
 */
Aggref *
aqumv_squares_of(Aggref *agg, const AqumvAggregate *known)
{
	Expr	   *x = as_summand(aqumv_argument_of(agg), known->sum);
	Oid			type = exprType((Node *) x);
	Oid			operator = OpernameGetOprid(list_make2(makeString("pg_catalog"), makeString("*")),
											type, type);
	OpExpr	   *square = (OpExpr *) make_opclause(operator, type, false, copyObject(x),
												  copyObject(x), InvalidOid, InvalidOid);

	square->opfuncid = get_opcode(operator);
	return make_aggregate(type == INT8OID ? F_SUM_INT8 : F_SUM_NUMERIC, NUMERICOID,
						  (Expr *) square, agg);
}

/*
 * The counters of display scales.  Of x * x, those of x: multiplied by *factor,
 * they are its own.
 */
Aggref *
aqumv_scales_of(Aggref *agg, int *factor)
{
	Oid			function = aqumv_scales_function();
	Expr	   *x = aqumv_argument_of(agg);
	Expr	   *root = inside(x);

	*factor = 1;
	if (!OidIsValid(function))
		return NULL;
	if (root != NULL && exprType((Node *) root) == NUMERICOID)
	{
		*factor = 2;
		x = root;
	}
	return make_aggregate(function, INT8ARRAYOID, x, agg);
}

/* ------------------------------------------------------------------------
 * Columns
 * ------------------------------------------------------------------------
 */

/*
 * The view's column that holds an expression, or 0.
 */
AttrNumber
aqumv_column_of(Query *query, Node *expr)
{
	ListCell   *lc;

	if (expr == NULL)
		return 0;
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (!tle->resjunk && equal(tle->expr, expr))
			return tle->resno;
	}
	return 0;
}

/*
 * count(x), or count(*) if that is the same.
 */
AttrNumber
aqumv_count_column(Query *query, int rti, Aggref *agg)
{
	AttrNumber	attno = 0;

	for (Expr *x = aqumv_argument_of(agg); attno == 0 && x != NULL; x = inside(x))
	{
		attno = aqumv_column_of(query, (Node *) count_inputs(x, agg));
		if (attno == 0 && agg->aggfilter == NULL && is_never_null(x, query, rti))
			attno = aqumv_column_of(query, (Node *) aqumv_count_of(NULL));
	}
	return attno;
}

/*
 * sum(x * x), in whatever type.
 */
AttrNumber
aqumv_squares_column(Query *query, Aggref *agg, const AqumvAggregate *known)
{
	AttrNumber	attno = aqumv_column_of(query, (Node *) aqumv_squares_of(agg, known));
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);
		Aggref	   *sum = (Aggref *) tle->expr;

		if (attno == 0 && !tle->resjunk && IsA(sum, Aggref) && is_plain(sum) &&
			(sum->aggfnoid == F_SUM_INT2 || sum->aggfnoid == F_SUM_INT4 ||
			 sum->aggfnoid == F_SUM_INT8 || sum->aggfnoid == F_SUM_NUMERIC) &&
			equal(sum->aggfilter, agg->aggfilter) &&
			aqumv_is_square(aqumv_argument_of(sum), aqumv_argument_of(agg)))
			attno = tle->resno;
	}
	return attno;
}

/*
 * The counters of aqumv_scales_of().
 */
AttrNumber
aqumv_scales_column(Query *query, Aggref *agg, int *factor)
{
	return aqumv_column_of(query, (Node *) aqumv_scales_of(agg, factor));
}

/* ------------------------------------------------------------------------
 * Aggregates over their companions
 * ------------------------------------------------------------------------
 */

/*
 * A column of the view, which is relation 1.
 */
Var *
aqumv_view_column(Query *query, AttrNumber attno)
{
	TargetEntry *tle = get_tle_by_resno(query->targetList, attno);

	return makeVar(1, attno, exprType((Node *) tle->expr), exprTypmod((Node *) tle->expr),
				   exprCollation((Node *) tle->expr), 0);
}

static Expr *
numeric_column(Query *query, AttrNumber attno)
{
	Var		   *var = aqumv_view_column(query, attno);

	if (var->vartype == NUMERICOID)
		return (Expr *) var;
	return (Expr *) makeFuncExpr(F_NUMERIC_INT8, NUMERICOID, list_make1(var), InvalidOid,
								 InvalidOid, COERCE_EXPLICIT_CAST);
}

static Node *
call(Oid function, List *args)
{
	return (Node *) makeFuncExpr(function, NUMERICOID, args, InvalidOid, InvalidOid,
								 COERCE_EXPLICIT_CALL);
}

/*
 * An aggregate written over other columns of the view, digit for digit as core
 * computes it; NULL if that cannot be.
 */
Node *
aqumv_derive_aggregate(Query *query, int rti, Aggref *agg)
{
	AqumvAggregate known;
	AttrNumber	count,
				sum,
				squares;
	Oid			function;

	aqumv_describe_call(agg, &known);
	if (known.fold != AQUMV_FOLD_AVERAGE && known.fold != AQUMV_FOLD_VARIANCE)
		return NULL;
	count = aqumv_count_column(query, rti, agg);
	sum = aqumv_column_of(query, (Node *) aqumv_sum_of(agg, &known));
	if (count == 0 || sum == 0)
		return NULL;
	/* core divides just so; NULL where the sum is */
	if (known.fold == AQUMV_FOLD_AVERAGE)
		return call(F_NUMERIC_DIV, list_make2(numeric_column(query, sum),
											  numeric_column(query, count)));
	squares = aqumv_squares_column(query, agg, &known);
	function = aqumv_variance_function(known.function);
	if (squares == 0 || !OidIsValid(function))
		return NULL;
	return call(function, list_make3(aqumv_view_column(query, count), numeric_column(query, sum),
									 numeric_column(query, squares)));
}
