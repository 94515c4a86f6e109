/*-------------------------------------------------------------------------
 *
 * timeunit.c
 *	  How much of a time does a function look at, and does a bucket tell that?
 *
 *	  A function may be said to look at more than it does, never at less.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"

#include "algebra/timeunit.h"

static AqumvUnit
unit_of_field(int field)
{
	switch (field)
	{
		case DTK_MICROSEC:
			return AQUMV_UNIT_MICROSECOND;
		case DTK_MILLISEC:
			return AQUMV_UNIT_MILLISECOND;
		case DTK_SECOND:
			return AQUMV_UNIT_SECOND;
		case DTK_MINUTE:
			return AQUMV_UNIT_MINUTE;
		case DTK_HOUR:
			return AQUMV_UNIT_HOUR;
		case DTK_DAY:
		case DTK_DOW:
		case DTK_ISODOW:
		case DTK_DOY:
			return AQUMV_UNIT_DAY;
		case DTK_WEEK:
		case DTK_ISOYEAR:
			return AQUMV_UNIT_WEEK;
		case DTK_MONTH:
			return AQUMV_UNIT_MONTH;
		case DTK_QUARTER:
			return AQUMV_UNIT_QUARTER;
		case DTK_YEAR:
			return AQUMV_UNIT_YEAR;
		case DTK_DECADE:
		case DTK_CENTURY:
		case DTK_MILLENNIUM:
			return AQUMV_UNIT_LONGER;
		default:
			return AQUMV_UNIT_NONE;
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
AqumvUnit
aqumv_named_unit(Node *name)
{
	char	   *text = constant_text(name);
	int			field;
	int			type;

	if (text == NULL)
		return AQUMV_UNIT_NONE;
	text = downcase_truncate_identifier(text, strlen(text), false);

	type = DecodeUnits(0, text, &field);
	if (type == UNKNOWN_FIELD)
		type = DecodeSpecial(0, text, &field);
	return type == UNITS ? unit_of_field(field) : AQUMV_UNIT_NONE;
}

/*
 * Patterns of to_char, in the one or two ways that it knows them; of two that
 * fit, the longer comes first.
 */
static const struct
{
	const char *pattern;
	AqumvUnit	unit;
}			patterns[] =

{
	{"FM", AQUMV_UNIT_LONGER}, {"fm", AQUMV_UNIT_LONGER},
	{"IDDD", AQUMV_UNIT_DAY}, {"ID", AQUMV_UNIT_DAY}, {"IW", AQUMV_UNIT_WEEK},
	{"IYYY", AQUMV_UNIT_WEEK}, {"IYY", AQUMV_UNIT_WEEK}, {"IY", AQUMV_UNIT_WEEK}, {"I", AQUMV_UNIT_WEEK},
	{"iddd", AQUMV_UNIT_DAY}, {"id", AQUMV_UNIT_DAY}, {"iw", AQUMV_UNIT_WEEK},
	{"iyyy", AQUMV_UNIT_WEEK}, {"iyy", AQUMV_UNIT_WEEK}, {"iy", AQUMV_UNIT_WEEK}, {"i", AQUMV_UNIT_WEEK},
	{"YYYY", AQUMV_UNIT_YEAR}, {"YYY", AQUMV_UNIT_YEAR}, {"YY", AQUMV_UNIT_YEAR}, {"Y", AQUMV_UNIT_YEAR},
	{"yyyy", AQUMV_UNIT_YEAR}, {"yyy", AQUMV_UNIT_YEAR}, {"yy", AQUMV_UNIT_YEAR}, {"y", AQUMV_UNIT_YEAR},
	{"MONTH", AQUMV_UNIT_MONTH}, {"MON", AQUMV_UNIT_MONTH}, {"MM", AQUMV_UNIT_MONTH},
	{"Month", AQUMV_UNIT_MONTH}, {"Mon", AQUMV_UNIT_MONTH},
	{"month", AQUMV_UNIT_MONTH}, {"mon", AQUMV_UNIT_MONTH}, {"mm", AQUMV_UNIT_MONTH},
	{"RM", AQUMV_UNIT_MONTH}, {"rm", AQUMV_UNIT_MONTH},
	{"DAY", AQUMV_UNIT_DAY}, {"DDD", AQUMV_UNIT_DAY}, {"DD", AQUMV_UNIT_DAY}, {"DY", AQUMV_UNIT_DAY},
	{"Day", AQUMV_UNIT_DAY}, {"Dy", AQUMV_UNIT_DAY}, {"D", AQUMV_UNIT_DAY},
	{"day", AQUMV_UNIT_DAY}, {"ddd", AQUMV_UNIT_DAY}, {"dd", AQUMV_UNIT_DAY}, {"dy", AQUMV_UNIT_DAY}, {"d", AQUMV_UNIT_DAY},
	{"WW", AQUMV_UNIT_DAY}, {"W", AQUMV_UNIT_DAY}, {"J", AQUMV_UNIT_DAY}, {"Q", AQUMV_UNIT_QUARTER},
	{"ww", AQUMV_UNIT_DAY}, {"w", AQUMV_UNIT_DAY}, {"j", AQUMV_UNIT_DAY}, {"q", AQUMV_UNIT_QUARTER},
};

/* The one unit that decides about a format of to_char. */
static AqumvUnit
format_unit(Node *format)
{
	char	   *rest = constant_text(format);
	AqumvUnit	unit = AQUMV_UNIT_LONGER;

	while (rest != NULL && *rest != '\0')
	{
		int			i;

		if (!isalpha((unsigned char) *rest))
		{
			/* a character that has no meaning; quotes and escapes have */
			if (*rest == '"' || *rest == '\\' || IS_HIGHBIT_SET(*rest))
				return AQUMV_UNIT_NONE;
			rest++;
			continue;
		}
		for (i = 0; i < lengthof(patterns); i++)
		{
			if (strncmp(rest, patterns[i].pattern, strlen(patterns[i].pattern)) == 0)
				break;
		}
		if (i == lengthof(patterns))
			return AQUMV_UNIT_NONE;
		rest += strlen(patterns[i].pattern);
		if (patterns[i].unit == AQUMV_UNIT_LONGER)
			continue;			/* looks at nothing */
		if (unit == AQUMV_UNIT_LONGER || aqumv_unit_tells(patterns[i].unit, unit))
			unit = patterns[i].unit;
		else if (!aqumv_unit_tells(unit, patterns[i].unit))
			unit = AQUMV_UNIT_DAY;	/* weeks beside months */
	}
	return rest == NULL ? AQUMV_UNIT_NONE : unit;
}

/*
 * Does a bucket of one unit tell all that something looks at which looks at
 * the other?
 */
bool
aqumv_unit_tells(AqumvUnit from, AqumvUnit to)
{
	if (from == AQUMV_UNIT_NONE || to == AQUMV_UNIT_NONE)
		return false;
	if (from <= AQUMV_UNIT_DAY)
		return to >= from;
	if (from == AQUMV_UNIT_WEEK)
		return to == AQUMV_UNIT_WEEK;	/* numbers of weeks and their years */
	return from <= AQUMV_UNIT_YEAR && to >= from && to <= AQUMV_UNIT_LONGER;
}

/*
 * What a function of a time looks at, and which of its arguments is the time.
 */
AqumvUnit
aqumv_unit_of_function(FuncExpr *func, int *arg)
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
				AqumvUnit	unit = aqumv_named_unit(linitial(func->args));

				/*
				 * extract(second) has the fraction with it, ISO years have
				 * not
				 */
				if (func->funcid != F_DATE_TRUNC_TEXT_TIMESTAMP &&
					func->funcid != F_DATE_TRUNC_TEXT_TIMESTAMPTZ &&
					unit < AQUMV_UNIT_MINUTE)
					return AQUMV_UNIT_NONE;
				return unit;
			}
		case F_DATE_TIMESTAMP:
		case F_DATE_TIMESTAMPTZ:
			*arg = 0;
			return AQUMV_UNIT_DAY;
		case F_TO_CHAR_TIMESTAMP_TEXT:
		case F_TO_CHAR_TIMESTAMPTZ_TEXT:
			*arg = 0;
			return format_unit(lsecond(func->args));
		default:
			return AQUMV_UNIT_NONE;
	}
}
