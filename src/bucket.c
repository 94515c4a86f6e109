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

#include <ctype.h>

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/scansup.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "bucket.h"

/* how much of a time something looks at */
typedef enum Unit
{
	UNIT_NONE = -1,
	UNIT_MICROSECOND,
	UNIT_MILLISECOND,
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR,
	UNIT_LONGER,				/* decades, centuries: made of years only */
	UNIT_WEEK					/* made of days only, part of nothing longer */
} Unit;

typedef struct Bucket
{
	enum
	{
		BUCKET_TIME, BUCKET_BIN, BUCKET_DIVISION
	}			kind;
	Node	   *raw;			/* what it is a bucket of; under a cast from date,
								 * the date */
	Oid			type;			/* of raw */
	Unit		unit;			/* TIME */
	int64		width;			/* BIN: microseconds; DIVISION: the divisor */
	int64		origin;			/* BIN */
	Oid			opno;			/* DIVISION */
} Bucket;

/* ------------------------------------------------------------------------
 * What do functions look at?
 * ------------------------------------------------------------------------
 */

static Unit
unit_of_field(int field)
{
	switch (field)
	{
		case DTK_MICROSEC:
			return UNIT_MICROSECOND;
		case DTK_MILLISEC:
			return UNIT_MILLISECOND;
		case DTK_SECOND:
			return UNIT_SECOND;
		case DTK_MINUTE:
			return UNIT_MINUTE;
		case DTK_HOUR:
			return UNIT_HOUR;
		case DTK_DAY:
		case DTK_DOW:
		case DTK_ISODOW:
		case DTK_DOY:
			return UNIT_DAY;
		case DTK_WEEK:
		case DTK_ISOYEAR:
			return UNIT_WEEK;
		case DTK_MONTH:
			return UNIT_MONTH;
		case DTK_QUARTER:
			return UNIT_QUARTER;
		case DTK_YEAR:
			return UNIT_YEAR;
		case DTK_DECADE:
		case DTK_CENTURY:
		case DTK_MILLENNIUM:
			return UNIT_LONGER;
		default:
			return UNIT_NONE;
	}
}

/* The text that an expression is always, or NULL. */
static char *
constant_text(Node *node)
{
	if (!IsA(node, Const) || ((Const *) node)->constisnull ||
		((Const *) node)->consttype != TEXTOID)
		return NULL;
	return TextDatumGetCString(((Const *) node)->constvalue);
}

/* The unit that the first argument of date_trunc or extract names. */
static Unit
named_unit(Node *name)
{
	char	   *text = constant_text(name);
	int			field;
	int			type;

	if (text == NULL)
		return UNIT_NONE;
	text = downcase_truncate_identifier(text, strlen(text), false);
	type = DecodeUnits(0, text, &field);
	if (type == UNKNOWN_FIELD)
		type = DecodeSpecial(0, text, &field);
	return type == UNITS ? unit_of_field(field) : UNIT_NONE;
}

/*
 * Patterns of to_char, in the one or two ways that it knows them; of two that
 * fit, the longer comes first.
 */
static const struct
{
	const char *pattern;
	Unit		unit;
}			patterns[] =
{
	{"FM", UNIT_LONGER}, {"fm", UNIT_LONGER},
	{"IDDD", UNIT_DAY}, {"ID", UNIT_DAY}, {"IW", UNIT_WEEK},
	{"IYYY", UNIT_WEEK}, {"IYY", UNIT_WEEK}, {"IY", UNIT_WEEK}, {"I", UNIT_WEEK},
	{"iddd", UNIT_DAY}, {"id", UNIT_DAY}, {"iw", UNIT_WEEK},
	{"iyyy", UNIT_WEEK}, {"iyy", UNIT_WEEK}, {"iy", UNIT_WEEK}, {"i", UNIT_WEEK},
	{"YYYY", UNIT_YEAR}, {"YYY", UNIT_YEAR}, {"YY", UNIT_YEAR}, {"Y", UNIT_YEAR},
	{"yyyy", UNIT_YEAR}, {"yyy", UNIT_YEAR}, {"yy", UNIT_YEAR}, {"y", UNIT_YEAR},
	{"MONTH", UNIT_MONTH}, {"MON", UNIT_MONTH}, {"MM", UNIT_MONTH},
	{"Month", UNIT_MONTH}, {"Mon", UNIT_MONTH},
	{"month", UNIT_MONTH}, {"mon", UNIT_MONTH}, {"mm", UNIT_MONTH},
	{"RM", UNIT_MONTH}, {"rm", UNIT_MONTH},
	{"DAY", UNIT_DAY}, {"DDD", UNIT_DAY}, {"DD", UNIT_DAY}, {"DY", UNIT_DAY},
	{"Day", UNIT_DAY}, {"Dy", UNIT_DAY}, {"D", UNIT_DAY},
	{"day", UNIT_DAY}, {"ddd", UNIT_DAY}, {"dd", UNIT_DAY}, {"dy", UNIT_DAY}, {"d", UNIT_DAY},
	{"WW", UNIT_DAY}, {"W", UNIT_DAY}, {"J", UNIT_DAY}, {"Q", UNIT_QUARTER},
	{"ww", UNIT_DAY}, {"w", UNIT_DAY}, {"j", UNIT_DAY}, {"q", UNIT_QUARTER},
};

static bool nests(Unit from, Unit to);

/* The one unit that decides about a format of to_char. */
static Unit
format_unit(Node *format)
{
	char	   *text = constant_text(format);
	Unit		unit = UNIT_LONGER;

	while (text != NULL && *text != '\0')
	{
		int			i;

		if (!isalpha((unsigned char) *text))
		{
			/* a character that has no meaning; quotes and escapes have */
			if (*text == '"' || *text == '\\' || IS_HIGHBIT_SET(*text))
				return UNIT_NONE;
			text++;
			continue;
		}
		for (i = 0; i < lengthof(patterns); i++)
		{
			if (strncmp(text, patterns[i].pattern, strlen(patterns[i].pattern)) == 0)
				break;
		}
		if (i == lengthof(patterns))
			return UNIT_NONE;
		text += strlen(patterns[i].pattern);
		if (patterns[i].unit == UNIT_LONGER)
			continue;			/* looks at nothing */
		if (unit == UNIT_LONGER || nests(patterns[i].unit, unit))
			unit = patterns[i].unit;
		else if (!nests(unit, patterns[i].unit))
			unit = UNIT_DAY;	/* weeks beside months */
	}
	return text == NULL ? UNIT_NONE : unit;
}

/*
 * Does a bucket of one unit tell all that something looks at which looks at
 * the other?
 */
static bool
nests(Unit from, Unit to)
{
	if (from == UNIT_NONE || to == UNIT_NONE)
		return false;
	if (from <= UNIT_DAY)
		return to >= from;
	if (from == UNIT_WEEK)
		return to == UNIT_WEEK; /* numbers of weeks and their years */
	return from <= UNIT_YEAR && to >= from && to <= UNIT_LONGER;
}

/*
 * What a function of a time looks at, and which of its arguments is the time.
 */
static Unit
function_unit(FuncExpr *func, int *arg)
{
	*arg = 1;
	switch (func->funcid)
	{
		case F_DATE_TRUNC_TEXT_TIMESTAMP:
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
		case F_EXTRACT_TEXT_DATE:
		case F_EXTRACT_TEXT_TIMESTAMP:
		case F_EXTRACT_TEXT_TIMESTAMPTZ:
		case F_DATE_PART_TEXT_TIMESTAMP:
		case F_DATE_PART_TEXT_TIMESTAMPTZ:
			{
				Unit		unit = named_unit(linitial(func->args));

				/* extract(second) has the fraction with it, ISO years have not */
				if (func->funcid != F_DATE_TRUNC_TEXT_TIMESTAMP &&
					func->funcid != F_DATE_TRUNC_TEXT_TIMESTAMPTZ &&
					unit < UNIT_MINUTE)
					return UNIT_NONE;
				return unit;
			}
		case F_DATE_TIMESTAMP:
		case F_DATE_TIMESTAMPTZ:
			*arg = 0;
			return UNIT_DAY;
		case F_TO_CHAR_TIMESTAMP_TEXT:
		case F_TO_CHAR_TIMESTAMPTZ_TEXT:
			*arg = 0;
			return format_unit(lsecond(func->args));
		default:
			return UNIT_NONE;
	}
}

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
	return interval->month == 0 && interval->day > -1000000 && interval->day < 1000000 && *width > 0;
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
			bucket->unit = named_unit(linitial(func->args));
			time = lsecond(func->args);
			break;
		case F_DATE_TIMESTAMP:
		case F_DATE_TIMESTAMPTZ:
			bucket->unit = UNIT_DAY;
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
	if (bucket->type == DATEOID && bucket->unit != UNIT_NONE && bucket->unit < UNIT_DAY)
		bucket->unit = UNIT_DAY;
	return bucket->unit != UNIT_NONE;
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

/* Is local time as far from UTC as it ever was and will be? */
static bool
zone_never_changes(void)
{
	long		gmtoff;

	return pg_get_timezone_offset(session_timezone, &gmtoff);
}

/*
 * Does every date keep its name when it is cast to timestamptz and back?  Where
 * clocks went ahead by a whole day, one became the next: 2011-12-30 in Apia.
 */
static bool
zone_has_all_dates(void)
{
	static pg_tz *zone = NULL;
	static bool result;
	pg_time_t	at = PG_INT32_MIN * INT64CONST(4);	/* before all changes */
	pg_time_t	change;
	long		before_off,
				after_off;
	int			before_dst,
				after_dst;

	if (zone == session_timezone)
		return result;
	result = true;
	/* from 2038 on, years are alike */
	while (result && at < PG_INT32_MAX &&
		   pg_next_dst_boundary(&at, &before_off, &before_dst, &change,
								&after_off, &after_dst, session_timezone) > 0)
	{
		result = after_off - before_off < SECS_PER_DAY;
		at = change;
	}
	zone = session_timezone;
	return result;
}

static pg_time_t
clamp(pg_time_t value, pg_time_t low, pg_time_t high)
{
	return value < low ? low : value > high ? high : value;
}

/*
 * Do local dates before the one that begins at "boundary" belong to earlier
 * times only, and the others to later times only?  Between changes of the
 * zone local time goes as time does, so it suffices to look where, in each
 * stretch around, that date begins.
 */
static bool
is_clean_midnight(TimestampTz boundary)
{
	const pg_time_t margin = 3 * SECS_PER_DAY;
	pg_time_t	at = timestamptz_to_time_t(boundary);
	pg_time_t	start = at - margin;
	pg_time_t	midnight;
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (timestamp2tm(boundary, &tz, &tm, &fsec, NULL, session_timezone) != 0 || fsec != 0)
		return false;
	midnight = (pg_time_t) (date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - UNIX_EPOCH_JDATE) *
		SECS_PER_DAY;
	for (;;)
	{
		long		before_off,
					after_off;
		int			before_dst,
					after_dst;
		pg_time_t	change;
		pg_time_t	end = at + margin;
		int			found = pg_next_dst_boundary(&start, &before_off, &before_dst, &change,
												 &after_off, &after_dst, session_timezone);

		if (found < 0)
			return false;
		if (found > 0 && change < end)
			end = change;
		if (clamp(midnight - before_off, start, end) != clamp(at, start, end))
			return false;
		if (end == at + margin)
			return true;
		start = end;
	}
}

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
		if (bucket->unit == UNIT_DAY)
			return true;
		if (!is_date_of_timestamp(value))
			return false;
		datum = Int64GetDatum(value * USECS_PER_DAY);
	}
	if (bucket->type != TIMESTAMPTZOID)
		return DatumGetTimestamp(DirectFunctionCall2(timestamp_trunc, trunc_name(stored),
													 datum)) == DatumGetTimestamp(datum);
	if (DatumGetTimestampTz(DirectFunctionCall2(timestamptz_trunc, trunc_name(stored),
												datum)) != value)
		return false;
	return bucket->unit < UNIT_DAY ? zone_never_changes() : is_clean_midnight(value);
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
	Unit		unit = function_unit(func, &arg);

	if (bucket->kind != BUCKET_TIME || !nests(bucket->unit, unit) ||
		!is_raw(bucket, list_nth(func->args, arg)))
		return NULL;
	if (bucket->unit < UNIT_DAY && bucket->type == TIMESTAMPTZOID && !zone_never_changes())
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
					 bucket->unit == UNIT_DAY))
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
	if (bucket.type == DATEOID && casts_dates_to_timestamptz(stored, NULL))
	{
		if (!zone_has_all_dates())
			return NULL;
	}
	else if (bucket.type == DATEOID && casts_dates_to_timestamptz(node, NULL))
		return NULL;			/* no guard keeps the plan to this zone */
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
	return result;
}
