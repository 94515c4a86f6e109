/*-------------------------------------------------------------------------
 *
 * numericsum.c
 *	  The sum of many numbers, as sum(numeric) comes to it.
 *
 *	  Core's accumulator takes a third of the time that numeric_add() takes per
 *	  number.  It wants to be called by an aggregate, so we look like one.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/fmgrprotos.h"

#include "maintain/numericsum.h"

struct AqumvNumericSum
{
	WindowAggState caller;		/* only tells in which context to accumulate */
	Datum		state;
};

static Datum
call(PGFunction function, AqumvNumericSum *sum, bool empty, Datum number)
{
	LOCAL_FCINFO(fcinfo, 2);

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, (Node *) &sum->caller, NULL);
	fcinfo->args[0].value = sum->state;
	fcinfo->args[0].isnull = empty;
	fcinfo->args[1].value = number;
	fcinfo->args[1].isnull = false;
	return function(fcinfo);
}

/*
 * Add a number to a sum; NULL is one of nothing yet, made in the context.
 */
AqumvNumericSum *
aqumv_sum_numeric(AqumvNumericSum *sum, Datum number, MemoryContext context)
{
	bool		empty = sum == NULL;

	if (empty)
	{
		sum = MemoryContextAllocZero(context, sizeof(AqumvNumericSum));
		NodeSetTag(&sum->caller, T_WindowAggState);
		sum->caller.curaggcontext = context;
	}
	sum->state = call(numeric_avg_accum, sum, empty, number);
	return sum;
}

/*
 * What it comes to: value and display scale are those of adding one by one.
 */
Datum
aqumv_numeric_sum(AqumvNumericSum *sum)
{
	return call(numeric_sum, sum, false, (Datum) 0);
}
