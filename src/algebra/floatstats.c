/*-------------------------------------------------------------------------
 *
 * floatstats.c
 *	  How are variance, covariance and regression of floating-point numbers
 *	  computed from what a view stores of smaller groups?
 *
 *	  Not from sums of squares, which lose digits, but as PostgreSQL's parallel
 *	  plans do: by combining states of core's aggregates.  A state is
 *
 *		{N, sum(x), sum((x - avg(x))^2)}
 *
 *	  for variance and standard deviation, and for those of pairs (y, x)
 *
 *		{N, sum(x), sum((x - avg(x))^2), sum(y), sum((y - avg(y))^2),
 *		 sum((x - avg(x)) * (y - avg(y)))}
 *
 *	  Each element is what some aggregate returns, or a product of two, so that
 *	  the state of a row of the view is made of its columns.  The aggregates that
 *	  combine them are in our schema; the functions that they are made of are
 *	  core's.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"

#include "algebra/floatstats.h"
#include "objects.h"

/* elements of a state, in their order */
enum
{
	COUNT,
	SUM_X,
	SQUARES_X,
	SUM_Y,
	SQUARES_Y,
	PRODUCTS,
	ELEMENTS
};

#define NEEDS(element)	(1 << (element))
#define NEEDS_X			(NEEDS(SUM_X) | NEEDS(SQUARES_X))
#define NEEDS_Y			(NEEDS(SUM_Y) | NEEDS(SQUARES_Y))
#define NEEDS_PRODUCTS	(NEEDS(SUM_X) | NEEDS(SUM_Y) | NEEDS(PRODUCTS))

/* variance and its likes: what can be asked for, and what may be stored */
static const struct
{
	Oid			aggregate;
	Oid			type;			/* of the input */
	const char *combine;		/* our aggregate of states */
	Oid			final;			/* the result of one */
	bool		sample;			/* divided by N - 1, not N */
	bool		root;
}			spreads[] =

{
	{F_VAR_POP_FLOAT8, FLOAT8OID, "var_pop", F_FLOAT8_VAR_POP, false, false},
	{F_VAR_SAMP_FLOAT8, FLOAT8OID, "var_samp", F_FLOAT8_VAR_SAMP, true, false},
	{F_VARIANCE_FLOAT8, FLOAT8OID, "var_samp", F_FLOAT8_VAR_SAMP, true, false},
	{F_STDDEV_POP_FLOAT8, FLOAT8OID, "stddev_pop", F_FLOAT8_STDDEV_POP, false, true},
	{F_STDDEV_SAMP_FLOAT8, FLOAT8OID, "stddev_samp", F_FLOAT8_STDDEV_SAMP, true, true},
	{F_STDDEV_FLOAT8, FLOAT8OID, "stddev_samp", F_FLOAT8_STDDEV_SAMP, true, true},
	{F_VAR_POP_FLOAT4, FLOAT4OID, "var_pop", F_FLOAT8_VAR_POP, false, false},
	{F_VAR_SAMP_FLOAT4, FLOAT4OID, "var_samp", F_FLOAT8_VAR_SAMP, true, false},
	{F_VARIANCE_FLOAT4, FLOAT4OID, "var_samp", F_FLOAT8_VAR_SAMP, true, false},
	{F_STDDEV_POP_FLOAT4, FLOAT4OID, "stddev_pop", F_FLOAT8_STDDEV_POP, false, true},
	{F_STDDEV_SAMP_FLOAT4, FLOAT4OID, "stddev_samp", F_FLOAT8_STDDEV_SAMP, true, true},
	{F_STDDEV_FLOAT4, FLOAT4OID, "stddev_samp", F_FLOAT8_STDDEV_SAMP, true, true},
};

/* of pairs: what can be asked for */
static const struct
{
	Oid			aggregate;
	const char *combine;
	Oid			final;
	int			needs;
}			relations[] =

{
	{F_REGR_SXX, "regr_sxx", F_FLOAT8_REGR_SXX, NEEDS_X},
	{F_REGR_SYY, "regr_syy", F_FLOAT8_REGR_SYY, NEEDS_Y},
	{F_REGR_SXY, "regr_sxy", F_FLOAT8_REGR_SXY, NEEDS_PRODUCTS},
	{F_COVAR_POP, "covar_pop", F_FLOAT8_COVAR_POP, NEEDS_PRODUCTS},
	{F_COVAR_SAMP, "covar_samp", F_FLOAT8_COVAR_SAMP, NEEDS_PRODUCTS},
	{F_CORR, "corr", F_FLOAT8_CORR, NEEDS_X | NEEDS_Y | NEEDS_PRODUCTS},
	{F_REGR_R2, "regr_r2", F_FLOAT8_REGR_R2, NEEDS_X | NEEDS_Y | NEEDS_PRODUCTS},
	{F_REGR_SLOPE, "regr_slope", F_FLOAT8_REGR_SLOPE, NEEDS_X | NEEDS_PRODUCTS},
	{F_REGR_INTERCEPT, "regr_intercept", F_FLOAT8_REGR_INTERCEPT, NEEDS_X | NEEDS_PRODUCTS},
};

/* a state in the making */
typedef struct State
{
	const AqumvPieces *pieces;
	const Aggref *wanted;
	List	   *filter;			/* conjuncts that a row of the view must pass */
	Node	   *count;			/* bigint */
	Node	   *n;				/* the same as double precision */
	Node	   *elements[ELEMENTS];
} State;

static Node *
times(Node *a, Node *b)
{
	return aqumv_make_call(F_FLOAT8MUL, FLOAT8OID, list_make2(a, b));
}

static Node *
minus(Node *a, Node *b)
{
	return aqumv_make_call(F_FLOAT8MI, FLOAT8OID, list_make2(a, b));
}

static Node *
make_float(float8 value)
{
	return (Node *) makeConst(FLOAT8OID, -1, InvalidOid, sizeof(float8),
							  Float8GetDatum(value), false, FLOAT8PASSBYVAL);
}

static Node *
is_more(Node *count, int64 than)
{
	return aqumv_make_call(F_INT8GT, BOOLOID, list_make2(count, aqumv_make_integer(than)));
}

/*
 * The column with another aggregate of the same inputs, or NULL.  Where what is
 * left of its filter is false, no input passes the filter that is wanted.
 */
static Node *
stored(Oid aggregate, Oid type, State *state)
{
	Node	   *rest = NULL;
	Node	   *column = state->pieces->stored(aqumv_make_like(state->wanted, aggregate, type),
											   &rest, state->pieces->context);

	if (column != NULL && rest != NULL)
		state->filter = list_append_unique(state->filter, rest);
	return column;
}

static bool
count_with(Oid aggregate, State *state)
{
	state->count = stored(aggregate, INT8OID, state);
	if (state->count == NULL)
		return false;
	state->n = state->elements[COUNT] =
		aqumv_make_call(F_FLOAT8_INT8, FLOAT8OID, list_make1(state->count));
	return true;
}

static Node *
sum_from_average(Oid average, State *state)
{
	Node	   *column = stored(average, FLOAT8OID, state);

	return column == NULL ? NULL : times(column, state->n);
}

/*
 * What was divided by N - 1, which is NULL for one input.  Of that the
 * deviation is 0, or NaN if the input is not finite: so is what is subtracted
 * from itself.
 */
static Node *
from_sample(Node *sample, Node *of_one, State *state)
{
	return aqumv_make_choice(is_more(state->count, 1),
							 times(sample, minus(state->n, make_float(1))), of_one);
}

static Node *
deviation_of_one(Node *input)
{
	return minus(input, input);
}

/* ------------------------------------------------------------------------
 * Of one input
 * ------------------------------------------------------------------------
 */

static Node *
find_squares(Oid type, State *state)
{
	for (int i = 0; i < lengthof(spreads); i++)
	{
		Node	   *column = spreads[i].type != type ? NULL :
			stored(spreads[i].aggregate, FLOAT8OID, state);

		if (column == NULL)
			continue;
		if (spreads[i].root)
			column = times(column, column);
		return !spreads[i].sample ? times(column, state->n) :
			from_sample(column, deviation_of_one(state->elements[SUM_X]), state);
	}
	return NULL;
}

static bool
find_spread(Oid type, State *state)
{
	Node	   *sum = NULL;

	if (!count_with(F_COUNT_ANY, state))
		return false;
	/* sum(float4) has fewer digits than the state */
	if (type == FLOAT8OID)
		sum = stored(F_SUM_FLOAT8, FLOAT8OID, state);
	if (sum == NULL)
		sum = sum_from_average(type == FLOAT8OID ? F_AVG_FLOAT8 : F_AVG_FLOAT4, state);
	state->elements[SUM_X] = sum;
	if (sum == NULL)
		return false;
	state->elements[SQUARES_X] = find_squares(type, state);
	return state->elements[SQUARES_X] != NULL;
}

/* ------------------------------------------------------------------------
 * Of pairs
 * ------------------------------------------------------------------------
 */

static Node *
find_products(State *state)
{
	Node	   *column = stored(F_REGR_SXY, FLOAT8OID, state);

	if (column != NULL)
		return column;
	column = stored(F_COVAR_POP, FLOAT8OID, state);
	if (column != NULL)
		return times(column, state->n);
	column = stored(F_COVAR_SAMP, FLOAT8OID, state);
	return column == NULL ? NULL :
		from_sample(column,
					aqumv_make_call(F_FLOAT8PL, FLOAT8OID,
									list_make2(deviation_of_one(state->elements[SUM_X]),
											   deviation_of_one(state->elements[SUM_Y]))),
					state);
}

/*
 * What the result does not look at, but is combined all the same: 0, or NaN if
 * inputs are not finite, lest infinite sums be taken for an overflow.
 */
static Node *
dummy(int element, State *state)
{
	if (element == SQUARES_X || element == SQUARES_Y)
		return deviation_of_one(state->elements[element - 1]);
	return make_float(0);
}

/* An element but for the count; NULL if it is not known. */
static Node *
find_element(int element, State *state)
{
	switch (element)
	{
		case SUM_X:
			return sum_from_average(F_REGR_AVGX, state);
		case SQUARES_X:
			return stored(F_REGR_SXX, FLOAT8OID, state);
		case SUM_Y:
			return sum_from_average(F_REGR_AVGY, state);
		case SQUARES_Y:
			return stored(F_REGR_SYY, FLOAT8OID, state);
		default:
			return find_products(state);
	}
}

static bool
find_relation(int needs, State *state)
{
	if (!count_with(F_REGR_COUNT, state))
		return false;
	for (int element = SUM_X; element < ELEMENTS; element++)
	{
		state->elements[element] = (needs & NEEDS(element)) != 0 ?
			find_element(element, state) : dummy(element, state);
		if (state->elements[element] == NULL)
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * From states to results
 * ------------------------------------------------------------------------
 */

static Node *
make_result(State *state, int elements, const char *combine, Oid final)
{
	ArrayExpr  *array = makeNode(ArrayExpr);
	Node	   *filter = state->filter == NIL ? NULL :
		(Node *) make_ands_explicit(state->filter);
	Node	   *value;
	Oid			aggregate;

	array->array_typeid = FLOAT8ARRAYOID;
	array->element_typeid = FLOAT8OID;
	array->location = -1;
	for (int i = 0; i < elements; i++)
		array->elements = lappend(array->elements, state->elements[i]);
	/* without inputs, there is a count only; our aggregates skip NULL */
	value = aqumv_make_choice(is_more(state->count, 0), (Node *) array, NULL);
	if (state->pieces->same)
		return aqumv_make_call(final, FLOAT8OID,
							   list_make1(aqumv_make_choice(filter, value, NULL)));
	aggregate = aqumv_moments_aggregate(combine);
	return !OidIsValid(aggregate) ? NULL :
		aqumv_make_aggregate(aggregate, FLOAT8OID, value, filter);
}

/*
 * The aggregate computed from what is stored, or NULL if that cannot be done.
 */
Node *
aqumv_combine_floatstats(Aggref *aggregate, const AqumvPieces *pieces)
{
	State		state = {.pieces = pieces,.wanted = aggregate};
	Node	   *result = NULL;

	if (aggregate->aggdistinct != NIL || aggregate->aggorder != NIL)
		return NULL;
	for (int i = 0; i < lengthof(spreads); i++)
	{
		if (spreads[i].aggregate == aggregate->aggfnoid && find_spread(spreads[i].type, &state))
			result = make_result(&state, SQUARES_X + 1, spreads[i].combine, spreads[i].final);
	}
	for (int i = 0; i < lengthof(relations); i++)
	{
		if (relations[i].aggregate == aggregate->aggfnoid &&
			find_relation(relations[i].needs, &state))
			result = make_result(&state, ELEMENTS, relations[i].combine, relations[i].final);
	}
	/* columns stand in it more than once; others may change them in place */
	return copyObject(result);
}
