/*-------------------------------------------------------------------------
 *
 * aggregate.h
 *	  What is known of each aggregate.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_AGGREGATE_H
#define AQUMV_AGGREGATE_H

#include "aqumv.h"

/* how a stored result follows rows that come and go */
typedef enum AqumvFold
{
	AQUMV_FOLD_RECOMPUTE,		/* it does not: compute it again from the group */
	AQUMV_FOLD_COUNT,
	AQUMV_FOLD_SUM,				/* adds and subtracts; NULL without inputs */
	AQUMV_FOLD_ABSORB,			/* takes more rows in; losing one takes a computation */
	AQUMV_FOLD_EXTREME,			/* keeps the better one; recomputed when that goes */
	AQUMV_FOLD_AVERAGE,			/* not stored: sum divided by count */
	AQUMV_FOLD_SCALES			/* aqumv.scales(): one counter per scale */
} AqumvFold;

typedef struct AqumvAggregate
{
	AqumvFold	fold;
	Oid			add;			/* SUM, ABSORB, EXTREME: (result, input) -> result */
	Oid			subtract;
	Oid			better;			/* EXTREME: operator, "a replaces b" */
	Oid			sum;			/* AVERAGE: the aggregate to sum with */
} AqumvAggregate;

extern void aqumv_describe_aggregate(Oid aggfnoid, AqumvAggregate *aggregate);

#endif							/* AQUMV_AGGREGATE_H */
