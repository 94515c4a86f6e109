/*-------------------------------------------------------------------------
 *
 * hidden.c
 *	  The functions behind the hidden columns of incremental views.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "maintain/hidden.h"
#include "maintain/nested.h"

PG_FUNCTION_INFO_V1(aqumv_scales_accum);
PG_FUNCTION_INFO_V1(aqumv_scales_combine);
PG_FUNCTION_INFO_V1(aqumv_row_hash);

/* ------------------------------------------------------------------------
 * aqumv.scales(numeric): how many inputs have display scale 0, 1, 2, ...
 * ------------------------------------------------------------------------
 */

/* The display scale of a number; -1 if it has none (NaN, infinity). */
int
aqumv_scale(Datum number)
{
	Numeric		num = DatumGetNumeric(number);

	if (numeric_is_nan(num) || numeric_is_inf(num))
		return -1;
	return DatumGetInt32(DirectFunctionCall1(numeric_scale, number));
}

int
aqumv_count_scales(ArrayType *array)
{
	return ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
}

/* A copy with room for n counters, the new ones being 0. */
ArrayType *
aqumv_grow_scales(ArrayType *array, int n)
{
	int			had = aqumv_count_scales(array);
	Datum	   *values;

	if (n <= had)
		return DatumGetArrayTypePCopy(PointerGetDatum(array));
	values = palloc(n * sizeof(Datum));
	for (int i = 0; i < had; i++)
		values[i] = Int64GetDatum(AQUMV_SCALES(array)[i]);
	for (int i = had; i < n; i++)
		values[i] = Int64GetDatum(0);
	return construct_array(values, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* Without the counters at the end that are 0, as the aggregate has them. */
ArrayType *
aqumv_trim_scales(ArrayType *array)
{
	int			n = aqumv_count_scales(array);
	int			had = n;
	Datum	   *values;

	while (n > 0 && AQUMV_SCALES(array)[n - 1] == 0)
		n--;
	if (n == had)
		return array;
	if (n == 0)
		return construct_empty_array(INT8OID);
	values = palloc(n * sizeof(Datum));
	for (int i = 0; i < n; i++)
		values[i] = Int64GetDatum(AQUMV_SCALES(array)[i]);
	return construct_array(values, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* No number has more decimal digits behind the point than numeric.c can store. */
#define MAX_SCALES 16384

/*
 * Refuse what is no list of counters.  Anybody may call the functions below,
 * and make aggregates of them; all else here trusts its arguments.
 */
static ArrayType *
check_scales(ArrayType *array)
{
	if (ARR_NDIM(array) > 1 || ARR_ELEMTYPE(array) != INT8OID || array_contains_nulls(array) ||
		aqumv_count_scales(array) > MAX_SCALES ||
		(ARR_NDIM(array) == 1 && ARR_LBOUND(array)[0] != 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not a state of aqumv.scales"),
				 errdetail("It must be an array of one dimension, from 1 to at most %d, without NULLs.",
						   MAX_SCALES)));
	return array;
}

/* Add to a counter, which is never negative. */
static void
count_scale(int64 *counter, int64 more)
{
	if (*counter < 0 || more < 0 || pg_add_s64_overflow(*counter, more, counter))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("counter of aqumv.scales is out of range")));
}

/*
 * Transition function: (bigint[], numeric) -> bigint[]
 */
Datum
aqumv_scales_accum(PG_FUNCTION_ARGS)
{
	bool		mine = AggCheckCallContext(fcinfo, NULL) != 0;
	ArrayType  *state = mine ? PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
	int			scale = aqumv_scale(PG_GETARG_DATUM(1));

	check_scales(state);
	if (scale >= aqumv_count_scales(state))
		state = aqumv_grow_scales(state, scale + 1);
	if (scale >= 0)
		count_scale(&AQUMV_SCALES(state)[scale], 1);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * Combine function: (bigint[], bigint[]) -> bigint[]
 */
Datum
aqumv_scales_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *a = check_scales(PG_GETARG_ARRAYTYPE_P(0));
	ArrayType  *b = check_scales(PG_GETARG_ARRAYTYPE_P(1));
	ArrayType  *sum = aqumv_grow_scales(a, Max(aqumv_count_scales(b), 1));

	for (int i = 0; i < aqumv_count_scales(b); i++)
		count_scale(&AQUMV_SCALES(sum)[i], AQUMV_SCALES(b)[i]);
	PG_RETURN_ARRAYTYPE_P(aqumv_trim_scales(sum));
}

/* ------------------------------------------------------------------------
 * aqumv.row_hash(VARIADIC "any"): a hash of the bits of a row
 * ------------------------------------------------------------------------
 */

/* What a type passes by value, without the bits that do not belong to it. */
static Datum
own_bits(Datum value, int16 typlen)
{
	return typlen >= (int16) sizeof(Datum) ? value :
		value & (((Datum) 1 << (typlen * BITS_PER_BYTE)) - 1);
}

/* Do two values, not NULL, consist of the same bits? */
bool
aqumv_same_image(Datum a, Datum b, bool typbyval, int16 typlen)
{
	if (typbyval)
		return own_bits(a, typlen) == own_bits(b, typlen);
	return datum_image_eq(a, b, typbyval, typlen);
}

/*
 * A hash of a value's bits.
 */
uint32
aqumv_hash_image(Datum value, bool typbyval, int16 typlen)
{
	return datum_image_hash(typbyval ? own_bits(value, typlen) : value, typbyval, typlen);
}

/* what a call hashes: kept as long as the call is compiled */
typedef struct HashedType
{
	Oid			type;
	int16		typlen;
	bool		typbyval;
	bool		nests;
} HashedType;

static HashedType *
hashed_types(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	HashedType *types;

	if (flinfo->fn_extra != NULL)
		return flinfo->fn_extra;
	types = MemoryContextAllocZero(flinfo->fn_mcxt, Max(PG_NARGS(), 1) * sizeof(HashedType));
	for (int i = 0; i < PG_NARGS(); i++)
	{
		types[i].type = get_fn_expr_argtype(flinfo, i);
		if (!OidIsValid(types[i].type))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("could not determine the type of argument %d", i + 1)));
		get_typlenbyval(types[i].type, &types[i].typlen, &types[i].typbyval);
		types[i].nests = aqumv_may_nest(types[i].type);
	}
	flinfo->fn_extra = types;
	return types;
}

/*
 * Any type has bits, with or without an equality; to be the same value is
 * decided by comparing them (aqumv.row_hash only finds the candidates).
 */
Datum
aqumv_row_hash(PG_FUNCTION_ARGS)
{
	HashedType *types = hashed_types(fcinfo);
	uint64		hash = 0;

	for (int i = 0; i < PG_NARGS(); i++)
	{
		Datum		value = PG_GETARG_DATUM(i);
		uint64		one = 0;

		if (!PG_ARGISNULL(i))
		{
			if (types[i].nests)
				value = aqumv_plain_value(value, types[i].type);
			one = aqumv_hash_image(value, types[i].typbyval, types[i].typlen);
		}
		hash = hash_combine64(hash, one + (PG_ARGISNULL(i) ? 1 : 2));
	}
	PG_RETURN_INT64((int64) hash);
}
