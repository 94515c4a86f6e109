/*-------------------------------------------------------------------------
 *
 * timeunit.h
 *	  How much of a time does something look at?  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TIMEUNIT_H
#define AQUMV_TIMEUNIT_H

#include "aqumv.h"

#include "nodes/primnodes.h"

/* how much of a time something looks at */
typedef enum AqumvUnit
{
	AQUMV_UNIT_NONE = -1,
	AQUMV_UNIT_MICROSECOND,
	AQUMV_UNIT_MILLISECOND,
	AQUMV_UNIT_SECOND,
	AQUMV_UNIT_MINUTE,
	AQUMV_UNIT_HOUR,
	AQUMV_UNIT_DAY,
	AQUMV_UNIT_MONTH,
	AQUMV_UNIT_QUARTER,
	AQUMV_UNIT_YEAR,
	AQUMV_UNIT_LONGER,			/* decades, centuries: made of years only */
	AQUMV_UNIT_WEEK				/* made of days only, part of nothing longer */
} AqumvUnit;

extern AqumvUnit aqumv_named_unit(Node *name);
extern AqumvUnit aqumv_unit_of_function(FuncExpr *func, int *arg);
extern bool aqumv_unit_tells(AqumvUnit from, AqumvUnit to);

#endif							/* AQUMV_TIMEUNIT_H */
