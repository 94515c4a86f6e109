/*-------------------------------------------------------------------------
 *
 * rollup.c
 *	  How is an aggregate computed from aggregates of smaller groups?
 *
 *	  count from the sum of counts, sum from the sum of sums, avg from sum and
 *	  count, and so on, with core's own types, digits and NULLs.  Where a group
 *	  of the query is a single row of the view, the stored values are combined
 *	  as they are, without an aggregate.
 *
 *	  A filter that the stored aggregate does not have must be computable from
 *	  the grouping keys; it picks whole groups.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_aggregate.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "algebra/aggregate.h"
#include "algebra/rollup.h"
#include "objects.h"

static Node *
to_numeric(Node *value)
{
	switch (exprType(value))
	{
		case NUMERICOID:
			return value;
		case INT8OID:
			return aqumv_make_call(F_NUMERIC_INT8, NUMERICOID, list_make1(value));
		case INT4OID:
			return aqumv_make_call(F_NUMERIC_INT4, NUMERICOID, list_make1(value));
		case INT2OID:
			return aqumv_make_call(F_NUMERIC_INT2, NUMERICOID, list_make1(value));
		default:
			return NULL;
	}
}

/* The aggregate that sums values of a type, and what it returns. */
static Oid
sum_of_type(Oid type, Oid *result)
{
	*result = type;
	switch (type)
	{
		case INT8OID:
			*result = NUMERICOID;
			return F_SUM_INT8;
		case NUMERICOID:
			return F_SUM_NUMERIC;
		case FLOAT4OID:
			return F_SUM_FLOAT4;
		case FLOAT8OID:
			return F_SUM_FLOAT8;
		case CASHOID:
			return F_SUM_MONEY;
		case INTERVALOID:
			return F_SUM_INTERVAL;
		default:
			return InvalidOid;
	}
}

/* ------------------------------------------------------------------------
 * Counts and sums
 * ------------------------------------------------------------------------
 */

/* count(*) under the filter of an aggregate */
static Aggref *
make_count(const Aggref *like)
{
	Aggref	   *count = copyObject(unconstify(Aggref *, like));

	count->aggfnoid = F_COUNT_;
	count->aggtype = INT8OID;
	count->aggcollid = count->inputcollid = InvalidOid;
	count->aggargtypes = NIL;
	count->args = NIL;
	count->aggstar = true;
	return count;
}

/* How many rows, as numeric if that costs less; NULL if it is not known. */
static Node *
sum_counts(Aggref *count, const AqumvPieces *pieces, bool as_numeric)
{
	Node	   *rest = NULL;
	Node	   *column = pieces->stored(count, &rest, pieces->context);
	Node	   *sum;

	/* of a key, all are counted that are not null */
	if (column == NULL && list_length(count->args) == 1)
	{
		Node	   *key = pieces->derived((Node *) linitial_node(TargetEntry, count->args)->expr,
										  pieces->context);
		NullTest   *test;

		if (key == NULL)
			return NULL;
		column = pieces->stored(make_count(count), &rest, pieces->context);
		test = makeNode(NullTest);
		test->arg = (Expr *) key;
		test->nulltesttype = IS_NOT_NULL;
		test->location = -1;
		rest = rest == NULL ? (Node *) test :
			(Node *) make_andclause(list_make2(rest, test));
	}
	if (column == NULL)
		return NULL;
	if (pieces->same)
	{
		sum = aqumv_make_choice(rest, column, aqumv_make_integer(0));
		return as_numeric ? to_numeric(sum) : sum;
	}
	sum = aqumv_make_aggregate(F_SUM_INT8, NUMERICOID, column, rest);
	if (rest != NULL || !pieces->never_empty)
	{
		CoalesceExpr *coalesce = makeNode(CoalesceExpr);

		coalesce->coalescetype = NUMERICOID;
		coalesce->args = list_make2(sum, to_numeric(aqumv_make_integer(0)));
		coalesce->location = -1;
		sum = (Node *) coalesce;
	}
	return as_numeric ? sum : aqumv_make_call(F_INT8_NUMERIC, INT8OID, list_make1(sum));
}

static Node *
roll_up_count(Aggref *count, const AqumvPieces *pieces, bool as_numeric)
{
	Node	   *arg = list_length(count->args) != 1 ? NULL :
		(Node *) linitial_node(TargetEntry, count->args)->expr;

	/* count(1) */
	if (arg != NULL && IsA(arg, Const) && !((Const *) arg)->constisnull)
		count = make_count(count);
	return sum_counts(count, pieces, as_numeric);
}

/*
 * The sum of an expression of integer keys: each as often as it occurs.
 */
static Node *
sum_keys(Aggref *sum, const AqumvPieces *pieces)
{
	Node	   *arg = (Node *) linitial_node(TargetEntry, sum->args)->expr;
	Oid			type = exprType(arg);
	Node	   *key;
	Node	   *count;
	Node	   *rest = NULL;
	Node	   *product;

	if (type != INT2OID && type != INT4OID && type != INT8OID)
		return NULL;
	key = pieces->derived(arg, pieces->context);
	count = pieces->stored(make_count(sum), &rest, pieces->context);
	if (key == NULL || count == NULL)
		return NULL;
	product = aqumv_make_call(F_NUMERIC_MUL, NUMERICOID,
							  list_make2(to_numeric(key), to_numeric(count)));
	/* no row may have passed the filter, or there may be none at all */
	if (sum->aggfilter != NULL || (pieces->same && !pieces->never_empty))
		product = aqumv_make_choice(aqumv_make_call(F_INT8NE, BOOLOID,
													list_make2(count, aqumv_make_integer(0))),
									product, NULL);
	return pieces->same ? aqumv_make_choice(rest, product, NULL) :
		aqumv_make_aggregate(F_SUM_NUMERIC, NUMERICOID, product, rest);
}

/* The sum, as the type that it is added up in; NULL if it is not known. */
static Node *
sum_column(Node *column, Node *rest, const AqumvPieces *pieces)
{
	Oid			type;
	Oid			aggregate;

	if (pieces->same)
		return aqumv_make_choice(rest, column, NULL);
	aggregate = sum_of_type(exprType(column), &type);
	return OidIsValid(aggregate) ? aqumv_make_aggregate(aggregate, type, column, rest) : NULL;
}

static Node *
sum_sums(Aggref *sum, const AqumvPieces *pieces)
{
	Node	   *rest = NULL;
	Node	   *column = pieces->stored(sum, &rest, pieces->context);

	return column == NULL ? sum_keys(sum, pieces) : sum_column(column, rest, pieces);
}

static Node *
roll_up_sum(Aggref *sum, const AqumvPieces *pieces)
{
	Node	   *result = sum_sums(sum, pieces);

	if (result == NULL || exprType(result) == sum->aggtype)
		return result;
	if (exprType(result) == NUMERICOID && sum->aggtype == INT8OID)
		return aqumv_make_call(F_INT8_NUMERIC, INT8OID, list_make1(result));
	return NULL;
}

/* ------------------------------------------------------------------------
 * What is made of counts and sums
 * ------------------------------------------------------------------------
 */

/*
 * sum / count, which is NULL without inputs because the sum is.
 */
static Node *
roll_up_average(Aggref *average, const AqumvAggregate *known, const AqumvPieces *pieces)
{
	Aggref	   *summed = aqumv_make_like(average, known->sum, get_func_rettype(known->sum));
	Node	   *sum = sum_sums(summed, pieces);
	Node	   *count = sum == NULL ? NULL :
		roll_up_count(aqumv_make_like(average, F_COUNT_ANY, INT8OID), pieces, true);

	if (count == NULL)
		return NULL;
	if (exprType(sum) == FLOAT8OID)
		return aqumv_make_call(F_FLOAT8DIV, FLOAT8OID,
							   list_make2(sum, aqumv_make_call(F_FLOAT8_NUMERIC, FLOAT8OID,
															   list_make1(count))));
	sum = to_numeric(sum);
	return sum == NULL ? NULL :
		aqumv_make_call(F_NUMERIC_DIV, NUMERICOID, list_make2(sum, count));
}

/* var_pop and its likes, from count, sum and sum of squares */
static Node *
roll_up_variance(Aggref *variance, const AqumvAggregate *known, const AqumvPieces *pieces)
{
	Oid			function = aqumv_variance_function(known->function);
	Node	   *rest = NULL;
	Node	   *squares = pieces->squares(variance, &rest, pieces->context);
	Node	   *sum;
	Node	   *count;

	if (!OidIsValid(function) || squares == NULL)
		return NULL;
	squares = sum_column(squares, rest, pieces);
	sum = sum_sums(aqumv_make_like(variance, known->sum, get_func_rettype(known->sum)), pieces);
	count = roll_up_count(aqumv_make_like(variance, F_COUNT_ANY, INT8OID), pieces, false);
	if (squares == NULL || sum == NULL || count == NULL ||
		(squares = to_numeric(squares)) == NULL || (sum = to_numeric(sum)) == NULL)
		return NULL;
	return aqumv_make_call(function, NUMERICOID, list_make3(count, sum, squares));
}

/* An aggregate of results is the result: min, max, bool_and, bit_or ... */
static Node *
roll_up_self(Aggref *aggregate, const AqumvAggregate *known, const AqumvPieces *pieces)
{
	Node	   *rest = NULL;
	Node	   *column = pieces->stored(aggregate, &rest, pieces->context);
	Aggref	   *result;

	if (column == NULL || pieces->same)
		return column == NULL ? NULL : aqumv_make_choice(rest, column, NULL);
	result = copyObject(aggregate);
	if (OidIsValid(known->of_results))
	{
		result->aggfnoid = known->of_results;
		result->aggargtypes = list_make1_oid(exprType(column));
	}
	linitial_node(TargetEntry, result->args)->expr = (Expr *) column;
	result->aggfilter = (Expr *) rest;
	return (Node *) result;
}

/*
 * The aggregate computed from what is stored, or NULL if that cannot be done.
 */
Node *
aqumv_roll_up(Aggref *aggregate, const AqumvPieces *pieces)
{
	AqumvAggregate known;

	if (aggregate->aggdistinct != NIL || aggregate->aggorder != NIL ||
		aggregate->aggkind != AGGKIND_NORMAL)
		return NULL;
	aqumv_describe_aggregate(aggregate->aggfnoid, &known);
	switch (known.rollup)
	{
		case AQUMV_ROLLUP_COUNT:
			return roll_up_count(aggregate, pieces, false);
		case AQUMV_ROLLUP_SUM:
			return roll_up_sum(aggregate, pieces);
		case AQUMV_ROLLUP_AVERAGE:
			return roll_up_average(aggregate, &known, pieces);
		case AQUMV_ROLLUP_VARIANCE:
			return roll_up_variance(aggregate, &known, pieces);
		case AQUMV_ROLLUP_SELF:
			return roll_up_self(aggregate, &known, pieces);
		case AQUMV_ROLLUP_NONE:
			break;
	}
	return NULL;
}

/*
 * Does it make no difference to the aggregate how often each input comes?
 */
bool
aqumv_ignores_copies(Aggref *aggregate)
{
	AqumvAggregate known;

	if (aggregate->aggkind != AGGKIND_NORMAL)
		return false;
	if (aggregate->aggdistinct != NIL)
		return true;
	aqumv_describe_aggregate(aggregate->aggfnoid, &known);
	return known.rollup == AQUMV_ROLLUP_SELF && known.idempotent;
}
