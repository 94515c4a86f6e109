/*-------------------------------------------------------------------------
 *
 * reading.c
 *	  What do the rows that a statement has changed mean to a view?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "executor/executor.h"

#include "maintain/reading.h"

/* The source's spare reading, or a new one. */
static AqumvReading *
take_reading(AqumvFollower *follower, AqumvSource *source)
{
	AqumvReading *reading = source->spare;
	MemoryContext old;

	source->spare = NULL;
	if (reading != NULL)
		return reading;
	old = MemoryContextSwitchTo(follower->work);
	reading = palloc0(sizeof(AqumvReading));
	reading->follower = follower;
	reading->source = source;
	reading->before = aqumv_make_image(follower);
	reading->after = aqumv_make_image(follower);
	reading->reader.removed = MakeSingleTupleTableSlot(source->desc, &TTSOpsMinimalTuple);
	reading->reader.added = MakeSingleTupleTableSlot(source->desc, &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(old);
	return reading;
}

AqumvReading *
aqumv_begin_reading(AqumvFollower *follower, AqumvChange *change)
{
	AqumvSource *source = aqumv_get_source(follower, change->rel);
	AqumvReading *reading;

	if (source->sieved && !change->sieved)
		elog(ERROR, "nobody has told which rows belong to a partition");
	reading = take_reading(follower, source);
	aqumv_begin_change(&reading->reader, change);
	return reading;
}

/* Is the row that was read last, the nth, one of the base, as far as sieve.c knows? */
static inline bool
belongs(const bool *known, int64 n)
{
	return known == NULL || known[n - 1];
}

/*
 * Go to the next pair of rows, old and new, that makes a difference to the view.
 * False at the end.  The images are good until the next call.
 */
bool
aqumv_read_on(AqumvReading *reading)
{
	AqumvFollower *follower = reading->follower;
	AqumvSource *source = reading->source;
	AqumvChange *change = reading->reader.change;
	TupleTableSlot *removed,
			   *added;

	ResetExprContext(follower->econtext);
	while (aqumv_next_change(&reading->reader, &removed, &added))
	{
		if (removed != NULL && added != NULL &&
			aqumv_is_unconcerned(follower, source, removed, added))
			continue;
		reading->updating = removed != NULL;
		reading->before->belongs = reading->after->belongs = false;
		if (removed != NULL && belongs(change->removed_belongs, reading->reader.nremoved))
			aqumv_evaluate(follower, source, removed, reading->before);
		if (added != NULL && belongs(change->added_belongs, reading->reader.nadded))
			aqumv_evaluate(follower, source, added, reading->after);
		if (!aqumv_same_images(follower, reading->before, reading->after))
			return true;
		ResetExprContext(follower->econtext);
	}
	return false;
}

void
aqumv_end_reading(AqumvReading *reading)
{
	aqumv_end_change(&reading->reader);
	ResetExprContext(reading->follower->econtext);
	/* a second one was in use only by way of a function that writes the base */
	if (reading->source->spare != NULL)
	{
		ExecDropSingleTupleTableSlot(reading->reader.removed);
		ExecDropSingleTupleTableSlot(reading->reader.added);
		pfree(reading->before);
		pfree(reading->after);
		pfree(reading);
	}
	else
		reading->source->spare = reading;
}
