/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  How does the result of an aggregate follow rows that come and go, and how
 *	  does that of a group follow from those of its parts?
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

/* how results roll up, and how they follow */
#define COUNT		AQUMV_ROLLUP_COUNT, AQUMV_FOLD_COUNT
#define SUM			AQUMV_ROLLUP_SUM, AQUMV_FOLD_SUM
#define AVERAGE		AQUMV_ROLLUP_AVERAGE, AQUMV_FOLD_AVERAGE
#define VARIANCE	AQUMV_ROLLUP_VARIANCE, AQUMV_FOLD_VARIANCE
/* one more input never hurts; without one, who knows */
#define ABSORB		AQUMV_ROLLUP_SELF, AQUMV_FOLD_ABSORB

/*
 * All that is known of an aggregate stands in its row, and nowhere else.  Those
 * with a sort operator need none: see describe_extreme().
 */
static const struct
{
	Oid			aggregate;
	AqumvRollupKind rollup;
	AqumvFold	fold;
	Oid			add;			/* ABSORB: the transition function unless
								 * given */
	Oid			subtract;
	Oid			of_results;
	Oid			sum;
	const char *function;
	bool		idempotent;
}			known[] =

{
	{F_COUNT_, COUNT},
	{F_COUNT_ANY, COUNT},
	{F_REGR_COUNT, AQUMV_ROLLUP_COUNT, AQUMV_FOLD_RECOMPUTE},
	{F_SUM_INT2, SUM, F_INT8PL, F_INT8MI},
	{F_SUM_INT4, SUM, F_INT8PL, F_INT8MI},
	{F_SUM_INT8, SUM, F_NUMERIC_ADD, F_NUMERIC_SUB},
	{F_SUM_NUMERIC, SUM, F_NUMERIC_ADD, F_NUMERIC_SUB},
	{F_SUM_MONEY, SUM, F_CASH_PL, F_CASH_MI},
	{F_SUM_FLOAT4, AQUMV_ROLLUP_SUM, AQUMV_FOLD_ABSORB},
	{F_SUM_FLOAT8, AQUMV_ROLLUP_SUM, AQUMV_FOLD_ABSORB},
	{F_SUM_INTERVAL, AQUMV_ROLLUP_SUM, AQUMV_FOLD_RECOMPUTE},
	{F_AVG_INT2, AVERAGE,.sum = F_SUM_INT2},
	{F_AVG_INT4, AVERAGE,.sum = F_SUM_INT4},
	{F_AVG_INT8, AVERAGE,.sum = F_SUM_INT8},
	{F_AVG_NUMERIC, AVERAGE,.sum = F_SUM_NUMERIC},
	{F_AVG_FLOAT8, AQUMV_ROLLUP_AVERAGE, AQUMV_FOLD_RECOMPUTE,.sum = F_SUM_FLOAT8},
	{F_VAR_POP_INT2, VARIANCE,.sum = F_SUM_INT2,.function = "var_pop"},
	{F_VAR_POP_INT4, VARIANCE,.sum = F_SUM_INT4,.function = "var_pop"},
	{F_VAR_POP_INT8, VARIANCE,.sum = F_SUM_INT8,.function = "var_pop"},
	{F_VAR_POP_NUMERIC, VARIANCE,.sum = F_SUM_NUMERIC,.function = "var_pop"},
	{F_VAR_SAMP_INT2, VARIANCE,.sum = F_SUM_INT2,.function = "var_samp"},
	{F_VAR_SAMP_INT4, VARIANCE,.sum = F_SUM_INT4,.function = "var_samp"},
	{F_VAR_SAMP_INT8, VARIANCE,.sum = F_SUM_INT8,.function = "var_samp"},
	{F_VAR_SAMP_NUMERIC, VARIANCE,.sum = F_SUM_NUMERIC,.function = "var_samp"},
	{F_VARIANCE_INT2, VARIANCE,.sum = F_SUM_INT2,.function = "var_samp"},
	{F_VARIANCE_INT4, VARIANCE,.sum = F_SUM_INT4,.function = "var_samp"},
	{F_VARIANCE_INT8, VARIANCE,.sum = F_SUM_INT8,.function = "var_samp"},
	{F_VARIANCE_NUMERIC, VARIANCE,.sum = F_SUM_NUMERIC,.function = "var_samp"},
	{F_STDDEV_POP_INT2, VARIANCE,.sum = F_SUM_INT2,.function = "stddev_pop"},
	{F_STDDEV_POP_INT4, VARIANCE,.sum = F_SUM_INT4,.function = "stddev_pop"},
	{F_STDDEV_POP_INT8, VARIANCE,.sum = F_SUM_INT8,.function = "stddev_pop"},
	{F_STDDEV_POP_NUMERIC, VARIANCE,.sum = F_SUM_NUMERIC,.function = "stddev_pop"},
	{F_STDDEV_SAMP_INT2, VARIANCE,.sum = F_SUM_INT2,.function = "stddev_samp"},
	{F_STDDEV_SAMP_INT4, VARIANCE,.sum = F_SUM_INT4,.function = "stddev_samp"},
	{F_STDDEV_SAMP_INT8, VARIANCE,.sum = F_SUM_INT8,.function = "stddev_samp"},
	{F_STDDEV_SAMP_NUMERIC, VARIANCE,.sum = F_SUM_NUMERIC,.function = "stddev_samp"},
	{F_STDDEV_INT2, VARIANCE,.sum = F_SUM_INT2,.function = "stddev_samp"},
	{F_STDDEV_INT4, VARIANCE,.sum = F_SUM_INT4,.function = "stddev_samp"},
	{F_STDDEV_INT8, VARIANCE,.sum = F_SUM_INT8,.function = "stddev_samp"},
	{F_STDDEV_NUMERIC, VARIANCE,.sum = F_SUM_NUMERIC,.function = "stddev_samp"},
	{F_BIT_XOR_INT2, AQUMV_ROLLUP_SELF, AQUMV_FOLD_SUM, F_INT2XOR, F_INT2XOR},
	{F_BIT_XOR_INT4, AQUMV_ROLLUP_SELF, AQUMV_FOLD_SUM, F_INT4XOR, F_INT4XOR},
	{F_BIT_XOR_INT8, AQUMV_ROLLUP_SELF, AQUMV_FOLD_SUM, F_INT8XOR, F_INT8XOR},
	{F_BIT_XOR_BIT, AQUMV_ROLLUP_SELF, AQUMV_FOLD_SUM, F_BITXOR, F_BITXOR},
	{F_BIT_AND_INT2, ABSORB,.idempotent = true},
	{F_BIT_AND_INT4, ABSORB,.idempotent = true},
	{F_BIT_AND_INT8, ABSORB,.idempotent = true},
	{F_BIT_AND_BIT, ABSORB,.idempotent = true},
	{F_BIT_OR_INT2, ABSORB,.idempotent = true},
	{F_BIT_OR_INT4, ABSORB,.idempotent = true},
	{F_BIT_OR_INT8, ABSORB,.idempotent = true},
	{F_BIT_OR_BIT, ABSORB,.idempotent = true},
	{F_RANGE_AGG_ANYRANGE, AQUMV_ROLLUP_SELF, AQUMV_FOLD_RECOMPUTE,
	.of_results = F_RANGE_AGG_ANYMULTIRANGE,.idempotent = true},
	{F_RANGE_AGG_ANYMULTIRANGE, AQUMV_ROLLUP_SELF, AQUMV_FOLD_RECOMPUTE,.idempotent = true},
	{F_RANGE_INTERSECT_AGG_ANYRANGE, ABSORB, F_RANGE_INTERSECT,.idempotent = true},
	{F_RANGE_INTERSECT_AGG_ANYMULTIRANGE, ABSORB, F_MULTIRANGE_INTERSECT,.idempotent = true},
#ifdef F_ANY_VALUE
	{F_ANY_VALUE, ABSORB,.idempotent = true},
#endif
};

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
	aggregate->rollup = AQUMV_ROLLUP_SELF;
	aggregate->idempotent = true;
	aggregate->add = form->aggtransfn;
	aggregate->better = form->aggsortop;
}

/*
 * The functions that an aggregate is made of, and how many there are: 0 if it is
 * none.
 */
int
aqumv_aggregate_parts(Oid aggfnoid, Oid *parts)
{
	HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggfnoid));
	int			n = 0;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_aggregate form = (Form_pg_aggregate) GETSTRUCT(tuple);
		Oid			all[AQUMV_AGGREGATE_PARTS] = {form->aggtransfn, form->aggfinalfn,
		form->aggcombinefn, form->aggserialfn, form->aggdeserialfn};

		for (int i = 0; i < AQUMV_AGGREGATE_PARTS; i++)
		{
			if (OidIsValid(all[i]))
				parts[n++] = all[i];
		}
		ReleaseSysCache(tuple);
	}
	return n;
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
		aggregate->rollup = known[i].rollup;
		aggregate->fold = known[i].fold;
		aggregate->add = known[i].fold == AQUMV_FOLD_ABSORB && !OidIsValid(known[i].add) ?
			form->aggtransfn : known[i].add;
		aggregate->subtract = known[i].subtract;
		aggregate->of_results = known[i].of_results;
		aggregate->sum = known[i].sum;
		aggregate->function = known[i].function;
		aggregate->idempotent = known[i].idempotent;
	}
	ReleaseSysCache(tuple);
}
