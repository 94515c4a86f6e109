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
	AQUMV_FOLD_RECOMPUTE,		/* it does not: compute it again from the
								 * group */
	AQUMV_FOLD_COUNT,
	AQUMV_FOLD_SUM,				/* adds and subtracts; NULL without inputs */
	AQUMV_FOLD_ABSORB,			/* takes more rows in; losing one takes a
								 * computation */
	AQUMV_FOLD_EXTREME,			/* keeps the better one; recomputed when that
								 * goes */
	AQUMV_FOLD_AVERAGE,			/* not stored: sum divided by count */
	AQUMV_FOLD_VARIANCE,		/* not stored: from count, sum, sum of squares */
	AQUMV_FOLD_SCALES			/* aqumv.scales(): one counter per scale */
} AqumvFold;

/* how the result of a group follows from results of parts of it */
typedef enum AqumvRollupKind
{
	AQUMV_ROLLUP_NONE,			/* it does not */
	AQUMV_ROLLUP_COUNT,			/* the sum of counts, 0 of none */
	AQUMV_ROLLUP_SUM,			/* the sum of sums */
	AQUMV_ROLLUP_SELF,			/* the aggregate of the results */
	AQUMV_ROLLUP_AVERAGE,		/* sum divided by count */
	AQUMV_ROLLUP_VARIANCE		/* from count, sum and sum of squares */
} AqumvRollupKind;

typedef struct AqumvAggregate
{
	AqumvFold	fold;
	Oid			add;			/* SUM, ABSORB, EXTREME: (result, input) ->
								 * result */
	Oid			subtract;
	Oid			better;			/* EXTREME: operator, "a replaces b" */
	Oid			sum;			/* AVERAGE, VARIANCE: the aggregate to sum
								 * with */
	const char *function;		/* VARIANCE: aqumv's, of count, sum and sum of
								 * squares */
	AqumvRollupKind rollup;
	Oid			of_results;		/* SELF: another aggregate that takes them */
	bool		idempotent;		/* the same input again changes nothing */
} AqumvAggregate;

/* functions that an aggregate is made of, at most */
#define AQUMV_AGGREGATE_PARTS 5

extern int	aqumv_aggregate_parts(Oid aggfnoid, Oid *parts);
extern void aqumv_describe_aggregate(Oid aggfnoid, AqumvAggregate *aggregate);

#endif							/* AQUMV_AGGREGATE_H */
