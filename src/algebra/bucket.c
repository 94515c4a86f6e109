/*-------------------------------------------------------------------------
 *
 * bucket.c
 *	  Can an expression of a value be computed from the value's bucket?
 *
 *	  A bucket is date_trunc(unit, ts), ts::date, date_bin(stride, ts, origin)
 *	  or n / constant.  Two kinds of expressions f can be computed from one:
 *
 *	  - f(ts) = f(bucket(ts)) for all ts: what looks at nothing finer than the
 *		bucket, such as date_trunc('month', ts) where days are stored.
 *	  - "ts < constant" and its likes, if the constant is where a bucket begins:
 *		it is equivalent to "bucket < constant".
 *
 *	  Both hold for NULL and for infinite times too, so they may stand anywhere,
 *	  under NOT or OR as well.
 *
 *	  With timestamptz, days and what is longer follow the local date, which
 *	  the bucket keeps: it begins at local midnight, or, if there is none, at
 *	  the first instant of the day.  But local dates need not follow each other
 *	  in the order of time: when clocks are set back over midnight, yesterday
 *	  comes again.  So a constant is good for comparison only if no such thing
 *	  happens around it.  Hours and what is shorter begin at a distance from UTC
 *	  that may have changed since; they are trusted in zones without changes.
 *
 *	  Doubt means "it cannot".
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "algebra/bucket.h"
#include "algebra/timeunit.h"
#include "algebra/timezone.h"

typedef struct Bucket
{
	enum
	{
		BUCKET_TIME, BUCKET_BIN, BUCKET_DIVISION
	}			kind;
	Node	   *raw;			/* what it is a bucket of; under a cast from
								 * date, the date */
	Oid			type;			/* of raw */
	AqumvUnit	unit;			/* TIME */
	int64		width;			/* BIN: microseconds; DIVISION: the divisor */
	int64		origin;			/* BIN */
	Oid			opno;			/* DIVISION */
} Bucket;

/* ------------------------------------------------------------------------
 * What is a bucket?
 * ------------------------------------------------------------------------
 */

/* The date under a cast to timestamp or timestamptz, or the expression itself. */
static Node *
strip_cast(Node *node)
{
	if (IsA(node, FuncExpr) &&
		(((FuncExpr *) node)->funcid == F_TIMESTAMP_DATE ||
		 ((FuncExpr *) node)->funcid == F_TIMESTAMPTZ_DATE))
		return linitial(((FuncExpr *) node)->args);
	return node;
}

static bool
constant_integer(Node *node, int64 *value)
{
	Const	   *c = (Const *) node;

	if (!IsA(node, Const) || c->constisnull)
		return false;
	switch (c->consttype)
	{
		case INT2OID:
			*value = DatumGetInt16(c->constvalue);
			return true;
		case INT4OID:
			*value = DatumGetInt32(c->constvalue);
			return true;
		case INT8OID:
			*value = DatumGetInt64(c->constvalue);
			return true;
		default:
			return false;
	}
}

/* The width of an interval that is always as long, in microseconds. */
static bool
constant_width(Node *node, int64 *width)
{
	Interval   *interval;

	if (!IsA(node, Const) || ((Const *) node)->constisnull)
		return false;
	interval = DatumGetIntervalP(((Const *) node)->constvalue);
	*width = interval->day * USECS_PER_DAY + interval->time;
	return interval->month == 0 && interval->day > -1000000 && interval->day < 1000000 &&
		*width > 0;
}

static bool
parse_bin(FuncExpr *func, Bucket *bucket)
{
	Const	   *origin = lthird(func->args);

	bucket->kind = BUCKET_BIN;
	bucket->raw = lsecond(func->args);
	bucket->type = exprType(bucket->raw);
	if (!IsA(origin, Const) || origin->constisnull ||
		!constant_width(linitial(func->args), &bucket->width))
		return false;
	bucket->origin = DatumGetTimestamp(origin->constvalue);
	return !TIMESTAMP_NOT_FINITE(bucket->origin) &&
		bucket->origin > PG_INT64_MIN / 4 && bucket->origin < PG_INT64_MAX / 4;
}

static bool
parse_division(OpExpr *op, Bucket *bucket)
{
	bucket->kind = BUCKET_DIVISION;
	bucket->opno = op->opno;
	switch (get_opcode(op->opno))
	{
		case F_INT2DIV:
		case F_INT4DIV:
		case F_INT8DIV:
		case F_INT84DIV:
			bucket->raw = linitial(op->args);
			bucket->type = exprType(bucket->raw);
			return constant_integer(lsecond(op->args), &bucket->width) && bucket->width > 0;
		default:
			return false;
	}
}

static bool
parse_bucket(Node *expr, Bucket *bucket)
{
	FuncExpr   *func = (FuncExpr *) expr;
	Node	   *time;

	memset(bucket, 0, sizeof(Bucket));
	if (IsA(expr, OpExpr) && list_length(((OpExpr *) expr)->args) == 2)
		return parse_division((OpExpr *) expr, bucket);
	if (!IsA(expr, FuncExpr))
		return false;
	switch (func->funcid)
	{
		case F_DATE_TRUNC_TEXT_TIMESTAMP:
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
			bucket->unit = aqumv_named_unit(linitial(func->args));
			time = lsecond(func->args);
			break;
		case F_DATE_TIMESTAMP:
		case F_DATE_TIMESTAMPTZ:
			bucket->unit = AQUMV_UNIT_DAY;
			time = linitial(func->args);
			break;
		case F_DATE_BIN_INTERVAL_TIMESTAMP_TIMESTAMP:
		case F_DATE_BIN_INTERVAL_TIMESTAMPTZ_TIMESTAMPTZ:
			return parse_bin(func, bucket);
		default:
			return false;
	}
	bucket->kind = BUCKET_TIME;
	bucket->raw = strip_cast(time);
	bucket->type = exprType(bucket->raw);
	if (bucket->type == DATEOID && bucket->unit != AQUMV_UNIT_NONE && bucket->unit < AQUMV_UNIT_DAY)
		bucket->unit = AQUMV_UNIT_DAY;
	return bucket->unit != AQUMV_UNIT_NONE;
}

/* Is this expression a bucket that aqumv_coarsen() knows about? */
bool
aqumv_is_bucket(Node *expr)
{
	Bucket		bucket;

	return parse_bucket(expr, &bucket);
}

/* ------------------------------------------------------------------------
 * Boundaries
 * ------------------------------------------------------------------------
 */

/* The unit's name as date_trunc understands it. */
static Datum
trunc_name(Node *stored)
{
	if (IsA(stored, FuncExpr) &&
		(((FuncExpr *) stored)->funcid == F_DATE_TRUNC_TEXT_TIMESTAMP ||
		 ((FuncExpr *) stored)->funcid == F_DATE_TRUNC_TEXT_TIMESTAMPTZ))
		return ((Const *) linitial(((FuncExpr *) stored)->args))->constvalue;
	return CStringGetTextDatum("day");
}

/*
 * Is there a timestamp on that date, and one before, in any zone?
 */
static bool
is_date_of_timestamp(int64 date)
{
	return date > DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE &&
		date < TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE - 1;
}

/*
 * Can a time be truncated, and be seen from any zone, without leaving the range
 * of its type, which is an error?  That begins in 4714 BC: before 4000 BC there
 * is no whole millennium, before 4713 BC no whole year.
 */
static bool
is_amid_times(const Bucket *bucket, int64 time)
{
	int			year = bucket->unit == AQUMV_UNIT_LONGER ? -3999 : -4712;
	int			first = date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE;

	if (bucket->type == TIMESTAMPTZOID)
		first += 2;
	return time >= first * USECS_PER_DAY && time < 290000 * INT64CONST(365) * USECS_PER_DAY;
}

/*
 * Does a bucket begin at this value of the raw type (days for date,
 * microseconds for the others), and can it be told apart by it?
 */
static bool
is_boundary(const Bucket *bucket, Node *stored, int64 value)
{
	Datum		datum = Int64GetDatum(value);
	int64		distance;

	switch (bucket->kind)
	{
		case BUCKET_DIVISION:
			return value > 0 && value % bucket->width == 0;
		case BUCKET_BIN:
			return !pg_sub_s64_overflow(value, bucket->origin, &distance) &&
				distance >= 0 && distance % bucket->width == 0;
		case BUCKET_TIME:
			break;
	}
	if (bucket->type == DATEOID)
	{
		if (bucket->unit == AQUMV_UNIT_DAY)
			return true;
		if (!is_date_of_timestamp(value))
			return false;
		datum = Int64GetDatum(value * USECS_PER_DAY);
	}
	if (!is_amid_times(bucket, DatumGetInt64(datum)))
		return false;
	if (bucket->type != TIMESTAMPTZOID)
		return DatumGetTimestamp(DirectFunctionCall2(timestamp_trunc, trunc_name(stored),
													 datum)) == DatumGetTimestamp(datum);
	if (DatumGetTimestampTz(DirectFunctionCall2(timestamptz_trunc, trunc_name(stored),
												datum)) != value)
		return false;
	return bucket->unit < AQUMV_UNIT_DAY ? aqumv_zone_never_changes() :
		aqumv_is_clean_midnight(value);
}

/*
 * The constant of a comparison as a value of the bucket's raw type, false if it
 * is none.  A number has one after it.
 */
static bool
constant_value(const Bucket *bucket, Node *node, int64 *value, bool *infinite)
{
	Const	   *c = (Const *) node;
	int			overflow = 0;

	*infinite = false;
	if (bucket->kind == BUCKET_DIVISION)
		return constant_integer(node, value) &&
			*value < (bucket->type == INT2OID ? PG_INT16_MAX :
					  bucket->type == INT4OID ? PG_INT32_MAX : PG_INT64_MAX);
	if (!IsA(node, Const) || c->constisnull)
		return false;
	/* views with bins are good in any zone, and so plans must be */
	if (bucket->kind == BUCKET_BIN && bucket->type == TIMESTAMPTZOID &&
		c->consttype != TIMESTAMPTZOID)
		return false;
	if (c->consttype == DATEOID)
	{
		DateADT		date = DatumGetDateADT(c->constvalue);

		if (DATE_NOT_FINITE(date))
			*value = DATE_IS_NOBEGIN(date) ? DT_NOBEGIN : DT_NOEND;
		else if (bucket->type == DATEOID)
			*value = date;
		else if (bucket->type == TIMESTAMPOID)
			*value = date2timestamp_opt_overflow(date, &overflow);
		else
			*value = date2timestamptz_opt_overflow(date, &overflow);
		*infinite = DATE_NOT_FINITE(date);
	}
	else if (c->consttype == TIMESTAMPOID || c->consttype == TIMESTAMPTZOID)
	{
		*value = DatumGetTimestamp(c->constvalue);
		*infinite = TIMESTAMP_NOT_FINITE(*value);
		if (c->consttype == TIMESTAMPTZOID && bucket->type != TIMESTAMPTZOID)
			return false;
		if (c->consttype == TIMESTAMPOID && bucket->type == TIMESTAMPTZOID && !*infinite)
			*value = timestamp2timestamptz_opt_overflow(*value, &overflow);
		if (bucket->type == DATEOID && !*infinite)
		{
			if (*value % USECS_PER_DAY != 0)
				return false;
			*value /= USECS_PER_DAY;
		}
	}
	else
		return false;
	return overflow == 0;
}

/*
 * A value of the raw type as a constant of the column's type.
 */
static Const *
make_constant(const Bucket *bucket, Oid type, int64 value, bool infinite)
{
	int16		typlen;
	bool		typbyval;
	Datum		datum = Int64GetDatum(value);

	get_typlenbyval(type, &typlen, &typbyval);
	if (bucket->kind == BUCKET_DIVISION)
	{
		value /= bucket->width;
		datum = type == INT2OID ? Int16GetDatum(value) :
			type == INT4OID ? Int32GetDatum(value) : Int64GetDatum(value);
	}
	else if (type == DATEOID)
	{
		if (infinite)
			datum = DateADTGetDatum(value == DT_NOBEGIN ? DATEVAL_NOBEGIN : DATEVAL_NOEND);
		else if (bucket->type == DATEOID)
			datum = DateADTGetDatum((DateADT) value);
		else
			datum = DirectFunctionCall1(bucket->type == TIMESTAMPTZOID ? timestamptz_date :
										timestamp_date, datum);
	}
	else if (bucket->type == DATEOID && !infinite)
		datum = DirectFunctionCall1(type == TIMESTAMPTZOID ? date_timestamptz : date_timestamp,
									DateADTGetDatum((DateADT) value));
	return makeConst(type, -1, InvalidOid, typlen, datum, false, typbyval);
}

/* ------------------------------------------------------------------------
 * Computing things from a bucket
 * ------------------------------------------------------------------------
 */

static Node *
make_cast(Oid funcid, Oid type, Node *arg)
{
	return (Node *) makeFuncExpr(funcid, type, list_make1(arg), InvalidOid, InvalidOid,
								 COERCE_EXPLICIT_CAST);
}

/* The beginning of the bucket as a value of a type of date or time, or NULL. */
static Node *
column_as(const Bucket *bucket, Var *column, Oid type)
{
	Node	   *value = (Node *) copyObject(column);
	Oid			from = column->vartype;

	if (from == type)
		return value;
	if (from != DATEOID && (type == DATEOID || bucket->type == DATEOID))
	{
		value = make_cast(from == TIMESTAMPTZOID ? F_DATE_TIMESTAMPTZ : F_DATE_TIMESTAMP,
						  DATEOID, value);
		from = DATEOID;
	}
	if (from == type)
		return value;
	if (from != DATEOID || (bucket->type != DATEOID && bucket->type != type))
		return NULL;
	return make_cast(type == TIMESTAMPTZOID ? F_TIMESTAMPTZ_DATE : F_TIMESTAMP_DATE,
					 type, value);
}

/* Does an expression look at dates as timestamptz? */
static bool
casts_dates_to_timestamptz(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_TIMESTAMPTZ_DATE)
		return true;
	return expression_tree_walker(node, casts_dates_to_timestamptz, context);
}

/* Is this the value that the bucket is of, perhaps cast from date? */
static bool
is_raw(const Bucket *bucket, Node *node)
{
	return equal(node, bucket->raw) ||
		(bucket->type == DATEOID && equal(strip_cast(node), bucket->raw));
}

static Node *
coarsen_function(FuncExpr *func, const Bucket *bucket, Var *column)
{
	FuncExpr   *result;
	Node	   *value;
	int			arg;
	AqumvUnit	unit = aqumv_unit_of_function(func, &arg);

	if (bucket->kind != BUCKET_TIME || !aqumv_unit_tells(bucket->unit, unit) ||
		!is_raw(bucket, list_nth(func->args, arg)))
		return NULL;
	if (bucket->unit < AQUMV_UNIT_DAY && bucket->type == TIMESTAMPTZOID &&
		!aqumv_zone_never_changes())
		return NULL;
	value = column_as(bucket, column, exprType(list_nth(func->args, arg)));
	if (value == NULL)
		return NULL;
	result = copyObject(func);
	lfirst(list_nth_cell(result->args, arg)) = value;
	return (Node *) result;
}

/*
 * Before a bug was fixed, date_bin() returned the bin before, for times that
 * begin one and are older than the origin.
 */
static bool
date_bin_is_right(void)
{
	Interval	second = {.time = USECS_PER_SEC};

	return DatumGetTimestamp(DirectFunctionCall3(timestamp_bin, IntervalPGetDatum(&second),
												 TimestampGetDatum(-USECS_PER_SEC),
												 TimestampGetDatum(0))) == -USECS_PER_SEC;
}

static Node *
coarsen_bin(FuncExpr *func, const Bucket *bucket, Var *column)
{
	Bucket		wanted;
	FuncExpr   *result;

	if (!parse_bucket((Node *) func, &wanted) || wanted.kind != BUCKET_BIN ||
		bucket->kind != BUCKET_BIN || !equal(wanted.raw, bucket->raw) ||
		wanted.width % bucket->width != 0 ||
		(wanted.origin - bucket->origin) % bucket->width != 0 ||
		!date_bin_is_right())
		return NULL;
	result = copyObject(func);
	lfirst(list_nth_cell(result->args, 1)) = copyObject(column);
	return (Node *) result;
}

/* n / 100 from n / 10: both round toward zero */
static Node *
coarsen_division(OpExpr *op, const Bucket *bucket, Var *column)
{
	Bucket		wanted;
	OpExpr	   *result;
	Const	   *divisor;
	int64		ratio;

	if (!parse_division(op, &wanted) || bucket->kind != BUCKET_DIVISION ||
		op->opno != bucket->opno || !equal(wanted.raw, bucket->raw) ||
		wanted.width % bucket->width != 0 || column->vartype != wanted.type)
		return NULL;
	ratio = wanted.width / bucket->width;
	result = copyObject(op);
	divisor = lsecond_node(Const, result->args);
	divisor->constvalue = divisor->consttype == INT2OID ? Int16GetDatum(ratio) :
		divisor->consttype == INT4OID ? Int32GetDatum(ratio) : Int64GetDatum(ratio);
	linitial(result->args) = copyObject(column);
	return (Node *) result;
}

static Node *
make_comparison(Oid family, int strategy, Var *column, Const *value)
{
	Oid			opno = get_opfamily_member(family, column->vartype, value->consttype, strategy);
	OpExpr	   *op;

	if (!OidIsValid(opno))
		return NULL;
	op = (OpExpr *) make_opclause(opno, BOOLOID, false, (Expr *) copyObject(column),
								  (Expr *) value, InvalidOid, InvalidOid);
	op->opfuncid = get_opcode(opno);
	return (Node *) op;
}

/*
 * "raw operator constant".  Either form of a half-open range can be written
 * with the first value that is beyond it.
 */
static Node *
coarsen_comparison(OpExpr *op, Node *stored, const Bucket *bucket, Var *column)
{
	Oid			family = lookup_type_cache(bucket->type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	int			strategy;
	int64		value;
	bool		infinite;

	if (!OidIsValid(family) || !op_in_opfamily(op->opno, family) ||
		!equal(linitial(op->args), bucket->raw) ||
		!constant_value(bucket, lsecond(op->args), &value, &infinite))
		return NULL;
	strategy = get_op_opfamily_strategy(op->opno, family);
	if (bucket->kind == BUCKET_TIME && bucket->type == DATEOID && !infinite &&
		column->vartype != DATEOID && !is_date_of_timestamp(value))
		return NULL;
	if (infinite || (bucket->kind == BUCKET_TIME && bucket->type == DATEOID &&
					 bucket->unit == AQUMV_UNIT_DAY))
		return make_comparison(family, strategy, column,
							   make_constant(bucket, column->vartype, value, infinite));
	if (strategy == BTEqualStrategyNumber || value == PG_INT64_MAX)
		return NULL;
	if (strategy == BTGreaterStrategyNumber || strategy == BTLessEqualStrategyNumber)
	{
		value++;
		strategy = strategy == BTGreaterStrategyNumber ? BTGreaterEqualStrategyNumber :
			BTLessStrategyNumber;
	}
	if ((bucket->type == TIMESTAMPOID || bucket->type == TIMESTAMPTZOID) &&
		!IS_VALID_TIMESTAMP(value))
		return NULL;
	if (!is_boundary(bucket, stored, value))
		return NULL;
	return make_comparison(family, strategy, column,
						   make_constant(bucket, column->vartype, value, false));
}

/* Where dates are looked at as timestamptz, do they remain what they are? */
static bool
dates_keep_their_names(const Bucket *bucket, Node *node, Node *stored)
{
	if (bucket->type != DATEOID)
		return true;
	if (casts_dates_to_timestamptz(stored, NULL))
		return aqumv_zone_has_all_dates();
	/* no guard keeps the plan to this zone */
	return !casts_dates_to_timestamptz(node, NULL);
}

/*
 * Compute an expression from the column that holds a bucket ("stored"), or
 * return NULL.  Both expressions must be canonical; what stands in "node"
 * besides the bucket's raw value remains as it is.
 */
Node *
aqumv_coarsen(Node *node, Node *stored, Var *column)
{
	Bucket		bucket;
	Node	   *result = NULL;

	if (!parse_bucket(stored, &bucket))
		return NULL;
	if (IsA(node, FuncExpr))
	{
		result = coarsen_function((FuncExpr *) node, &bucket, column);
		if (result == NULL)
			result = coarsen_bin((FuncExpr *) node, &bucket, column);
	}
	else if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2)
	{
		result = coarsen_division((OpExpr *) node, &bucket, column);
		if (result == NULL)
			result = coarsen_comparison((OpExpr *) node, stored, &bucket, column);
	}
	else if (IsA(node, NullTest) && is_raw(&bucket, (Node *) ((NullTest *) node)->arg))
	{
		NullTest   *test = copyObject((NullTest *) node);

		test->arg = (Expr *) copyObject(column);
		result = (Node *) test;
	}
	return result != NULL && dates_keep_their_names(&bucket, node, stored) ? result : NULL;
}
