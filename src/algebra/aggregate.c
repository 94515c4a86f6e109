/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  How does the result of an aggregate follow rows that come and go?
 *
 *	  One table, for all who need to know.  What is not in it is computed again
 *	  from its group, which is right for every aggregate.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_aggregate.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/syscache.h"

#include "algebra/aggregate.h"

/* aggregates that follow exactly by adding and subtracting */
static const struct
{
	Oid			aggregate;
	AqumvFold	fold;
	Oid			add;
	Oid			subtract;
	Oid			sum;
	const char *function;
}			known[] =
{
	{F_COUNT_, AQUMV_FOLD_COUNT},
	{F_COUNT_ANY, AQUMV_FOLD_COUNT},
	{F_SUM_INT2, AQUMV_FOLD_SUM, F_INT8PL, F_INT8MI},
	{F_SUM_INT4, AQUMV_FOLD_SUM, F_INT8PL, F_INT8MI},
	{F_SUM_INT8, AQUMV_FOLD_SUM, F_NUMERIC_ADD, F_NUMERIC_SUB},
	{F_SUM_NUMERIC, AQUMV_FOLD_SUM, F_NUMERIC_ADD, F_NUMERIC_SUB},
	{F_SUM_MONEY, AQUMV_FOLD_SUM, F_CASH_PL, F_CASH_MI},
	{F_BIT_XOR_INT2, AQUMV_FOLD_SUM, F_INT2XOR, F_INT2XOR},
	{F_BIT_XOR_INT4, AQUMV_FOLD_SUM, F_INT4XOR, F_INT4XOR},
	{F_BIT_XOR_INT8, AQUMV_FOLD_SUM, F_INT8XOR, F_INT8XOR},
	{F_AVG_INT2, AQUMV_FOLD_AVERAGE, .sum = F_SUM_INT2},
	{F_AVG_INT4, AQUMV_FOLD_AVERAGE, .sum = F_SUM_INT4},
	{F_AVG_INT8, AQUMV_FOLD_AVERAGE, .sum = F_SUM_INT8},
	{F_AVG_NUMERIC, AQUMV_FOLD_AVERAGE, .sum = F_SUM_NUMERIC},
	{F_VAR_POP_INT2, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT2,.function = "var_pop"},
	{F_VAR_POP_INT4, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT4,.function = "var_pop"},
	{F_VAR_POP_INT8, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT8,.function = "var_pop"},
	{F_VAR_POP_NUMERIC, AQUMV_FOLD_VARIANCE, .sum = F_SUM_NUMERIC,.function = "var_pop"},
	{F_VAR_SAMP_INT2, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT2,.function = "var_samp"},
	{F_VAR_SAMP_INT4, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT4,.function = "var_samp"},
	{F_VAR_SAMP_INT8, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT8,.function = "var_samp"},
	{F_VAR_SAMP_NUMERIC, AQUMV_FOLD_VARIANCE, .sum = F_SUM_NUMERIC,.function = "var_samp"},
	{F_VARIANCE_INT2, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT2,.function = "var_samp"},
	{F_VARIANCE_INT4, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT4,.function = "var_samp"},
	{F_VARIANCE_INT8, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT8,.function = "var_samp"},
	{F_VARIANCE_NUMERIC, AQUMV_FOLD_VARIANCE, .sum = F_SUM_NUMERIC,.function = "var_samp"},
	{F_STDDEV_POP_INT2, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT2,.function = "stddev_pop"},
	{F_STDDEV_POP_INT4, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT4,.function = "stddev_pop"},
	{F_STDDEV_POP_INT8, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT8,.function = "stddev_pop"},
	{F_STDDEV_POP_NUMERIC, AQUMV_FOLD_VARIANCE, .sum = F_SUM_NUMERIC,.function = "stddev_pop"},
	{F_STDDEV_SAMP_INT2, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT2,.function = "stddev_samp"},
	{F_STDDEV_SAMP_INT4, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT4,.function = "stddev_samp"},
	{F_STDDEV_SAMP_INT8, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT8,.function = "stddev_samp"},
	{F_STDDEV_SAMP_NUMERIC, AQUMV_FOLD_VARIANCE, .sum = F_SUM_NUMERIC,.function = "stddev_samp"},
	{F_STDDEV_INT2, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT2,.function = "stddev_samp"},
	{F_STDDEV_INT4, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT4,.function = "stddev_samp"},
	{F_STDDEV_INT8, AQUMV_FOLD_VARIANCE, .sum = F_SUM_INT8,.function = "stddev_samp"},
	{F_STDDEV_NUMERIC, AQUMV_FOLD_VARIANCE, .sum = F_SUM_NUMERIC,.function = "stddev_samp"},
	/* one more input never hurts; without one, who knows */
	{F_SUM_FLOAT4, AQUMV_FOLD_ABSORB},
	{F_SUM_FLOAT8, AQUMV_FOLD_ABSORB},
	{F_BIT_AND_INT2, AQUMV_FOLD_ABSORB},
	{F_BIT_AND_INT4, AQUMV_FOLD_ABSORB},
	{F_BIT_AND_INT8, AQUMV_FOLD_ABSORB},
	{F_BIT_AND_BIT, AQUMV_FOLD_ABSORB},
	{F_BIT_OR_INT2, AQUMV_FOLD_ABSORB},
	{F_BIT_OR_INT4, AQUMV_FOLD_ABSORB},
	{F_BIT_OR_INT8, AQUMV_FOLD_ABSORB},
	{F_BIT_OR_BIT, AQUMV_FOLD_ABSORB},
};

static AqumvRollupKind
find_rollup(Oid aggfnoid, AqumvFold fold)
{
	switch (aggfnoid)
	{
		case F_REGR_COUNT:
			return AQUMV_ROLLUP_COUNT;
		case F_SUM_FLOAT4:
		case F_SUM_FLOAT8:
		case F_SUM_INTERVAL:
			return AQUMV_ROLLUP_SUM;
		case F_AVG_FLOAT8:
			return AQUMV_ROLLUP_AVERAGE;
		case F_BIT_XOR_INT2:
		case F_BIT_XOR_INT4:
		case F_BIT_XOR_INT8:
		case F_BIT_XOR_BIT:
			return AQUMV_ROLLUP_SELF;
	}
	switch (fold)
	{
		case AQUMV_FOLD_COUNT:
			return AQUMV_ROLLUP_COUNT;
		case AQUMV_FOLD_SUM:
			return AQUMV_ROLLUP_SUM;
		case AQUMV_FOLD_ABSORB: /* bit_and, bit_or */
		case AQUMV_FOLD_EXTREME:
			return AQUMV_ROLLUP_SELF;
		case AQUMV_FOLD_AVERAGE:
			return AQUMV_ROLLUP_AVERAGE;
		case AQUMV_FOLD_VARIANCE:
			return AQUMV_ROLLUP_VARIANCE;
		default:
			return AQUMV_ROLLUP_NONE;
	}
}

/*
 * An aggregate with a sort operator (min, max, bool_and) returns the first of
 * its inputs in that order.
 */
static void
describe_extreme(Form_pg_aggregate form, AqumvAggregate *aggregate)
{
	if (!OidIsValid(form->aggsortop) || OidIsValid(form->aggfinalfn) ||
		form->aggfnoid >= FirstNormalObjectId)
		return;
	aggregate->fold = AQUMV_FOLD_EXTREME;
	aggregate->add = form->aggtransfn;
	aggregate->better = form->aggsortop;
}

void
aqumv_describe_aggregate(Oid aggfnoid, AqumvAggregate *aggregate)
{
	HeapTuple	tuple;
	Form_pg_aggregate form;

	memset(aggregate, 0, sizeof(AqumvAggregate));
	aggregate->fold = AQUMV_FOLD_RECOMPUTE;
	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggfnoid));
	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_aggregate) GETSTRUCT(tuple);
	describe_extreme(form, aggregate);
	for (int i = 0; i < lengthof(known); i++)
	{
		if (known[i].aggregate != aggfnoid)
			continue;
		aggregate->fold = known[i].fold;
		aggregate->add = known[i].fold == AQUMV_FOLD_ABSORB ? form->aggtransfn : known[i].add;
		aggregate->subtract = known[i].subtract;
		aggregate->sum = known[i].sum;
		aggregate->function = known[i].function;
	}
	if (aggfnoid == F_AVG_FLOAT8)
		aggregate->sum = F_SUM_FLOAT8;
	aggregate->rollup = find_rollup(aggfnoid, aggregate->fold);
	aggregate->idempotent = aggregate->fold == AQUMV_FOLD_EXTREME ||
		(aggregate->fold == AQUMV_FOLD_ABSORB && aggregate->rollup == AQUMV_ROLLUP_SELF);
	ReleaseSysCache(tuple);
}
