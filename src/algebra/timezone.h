/*-------------------------------------------------------------------------
 *
 * timezone.h
 *	  Local time in the session's TimeZone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TIMEZONE_H
#define AQUMV_TIMEZONE_H

#include "aqumv.h"

#include "datatype/timestamp.h"

extern bool aqumv_zone_never_changes(void);
extern bool aqumv_zone_has_all_dates(void);
extern bool aqumv_zone_takes_no_names(const char *zone);
extern bool aqumv_is_clean_midnight(TimestampTz boundary);

#endif							/* AQUMV_TIMEZONE_H */
