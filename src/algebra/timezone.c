/*-------------------------------------------------------------------------
 *
 * timezone.c
 *	  How does local time follow time, in the session's TimeZone?
 *
 *	  Doubt means "not as one would think".
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "algebra/timezone.h"

/* Is local time as far from UTC as it ever was and will be? */
bool
aqumv_zone_never_changes(void)
{
	long		gmtoff;

	return pg_get_timezone_offset(session_timezone, &gmtoff);
}

/*
 * Does every date keep its name when it is cast to timestamptz and back?  Where
 * clocks went ahead by a whole day, one became the next: 2011-12-30 in Apia.
 */
bool
aqumv_zone_has_all_dates(void)
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

/*
 * Does a TimeZone leave the names of other zones alone?  One that spells out its
 * abbreviations and their distances may call any so: <Asia/Tokyo>+5.
 */
bool
aqumv_zone_takes_no_names(const char *zone)
{
	if (strpbrk(zone, "0123456789") == NULL)
		return true;
	if (strchr(zone, '/') != NULL)
		return false;
	for (; *zone != '\0'; zone++)
	{
		if (pg_strncasecmp(zone, "UTC", 3) == 0)
			return false;
	}
	return true;
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
bool
aqumv_is_clean_midnight(TimestampTz boundary)
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
