/*-------------------------------------------------------------------------
 *
 * variance.c
 *	  What are variance and standard deviation, given count, sum and sum of
 *	  squares?
 *
 *	  Digit for digit what core's aggregates return for the same inputs: these
 *	  compute, of integers and numerics, exact sums, then
 *
 *		(N * sum(x * x) - sum(x) ^ 2) / (N * N, or N * (N - 1))
 *
 *	  with as many digits as any division of numerics, and the square root of
 *	  what that was rounded to.  The sums must be exact, and have the display
 *	  scale of exact ones: twice that of sum(x) the sum of squares.  They are,
 *	  but for inputs of more than 8,191 decimal digits; beyond 1e65535 they
 *	  overflow, as sums do.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "fmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(aqumv_var_pop);
PG_FUNCTION_INFO_V1(aqumv_var_samp);
PG_FUNCTION_INFO_V1(aqumv_stddev_pop);
PG_FUNCTION_INFO_V1(aqumv_stddev_samp);

static bool
is_special(Datum number)
{
	return numeric_is_nan(DatumGetNumeric(number)) || numeric_is_inf(DatumGetNumeric(number));
}

static Datum
multiply(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_mul, a, b);
}

static Datum
subtract(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_sub, a, b);
}

static Datum
as_numeric(int64 n)
{
	return NumericGetDatum(int64_to_numeric(n));
}

/* Of a sample or a population; false if it has too few members. */
static bool
variance(int64 n, Datum sum, Datum squares, bool sample, Datum *result)
{
	Datum		count = as_numeric(n);
	Datum		zero = as_numeric(0);
	Datum		dividend;

	if (n <= (sample ? 1 : 0))
		return false;
	if (is_special(sum) || is_special(squares))
	{
		*result = DirectFunctionCall3(numeric_in, CStringGetDatum("NaN"),
									  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
		return true;
	}
	dividend = subtract(multiply(count, squares), multiply(sum, sum));
	*result = !DatumGetBool(DirectFunctionCall2(numeric_gt, dividend, zero)) ? zero :
		DirectFunctionCall2(numeric_div, dividend,
							multiply(count, sample ? as_numeric(n - 1) : count));
	return true;
}

/*
 * The square root, rounded to as many decimal digits as the variance has.
 * numeric_sqrt() never shows fewer.  Where it shows more, it has rounded once
 * already: what is halfway between two results now may have been less.
 */
static Datum
deviation(Datum variance)
{
	Datum		root,
				scale,
				up,
				down;

	if (is_special(variance))
		return variance;
	root = DirectFunctionCall1(numeric_sqrt, variance);
	scale = DirectFunctionCall1(numeric_scale, variance);
	up = DirectFunctionCall2(numeric_round, root, scale);
	down = DirectFunctionCall2(numeric_trunc, root, scale);
	if (DatumGetBool(DirectFunctionCall2(numeric_eq, subtract(root, down), subtract(up, root))) &&
		DatumGetBool(DirectFunctionCall2(numeric_gt, multiply(root, root), variance)))
		return down;
	return up;
}

static Datum
compute(FunctionCallInfo fcinfo, bool sample, bool root)
{
	Datum		result;

	if (!variance(PG_GETARG_INT64(0), PG_GETARG_DATUM(1), PG_GETARG_DATUM(2), sample, &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(root ? deviation(result) : result);
}

Datum
aqumv_var_pop(PG_FUNCTION_ARGS)
{
	return compute(fcinfo, false, false);
}

Datum
aqumv_var_samp(PG_FUNCTION_ARGS)
{
	return compute(fcinfo, true, false);
}

Datum
aqumv_stddev_pop(PG_FUNCTION_ARGS)
{
	return compute(fcinfo, false, true);
}

Datum
aqumv_stddev_samp(PG_FUNCTION_ARGS)
{
	return compute(fcinfo, true, true);
}
