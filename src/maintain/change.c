/*-------------------------------------------------------------------------
 *
 * change.c
 *	  Which rows did a statement take away and bring?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/rel.h"

#include "maintain/change.h"

/*
 * The reader has two slots for minimal tuples.
 */
void
aqumv_begin_change(AqumvChangeReader *reader, AqumvChange *change)
{
	reader->change = change;
	if (change->removed != NULL)
		tuplestore_rescan(change->removed);
	if (change->added != NULL)
		tuplestore_rescan(change->added);
	reader->removed_ended = reader->added_ended = false;
	reader->nremoved = reader->nadded = 0;
}

static TupleTableSlot *
next_row(Tuplestorestate *store, TupleTableSlot *slot, TupleTableSlot *single, bool *ended)
{
	TupleTableSlot *row = NULL;

	if (*ended)
		return NULL;
	if (store == NULL)
	{
		row = single;
		*ended = true;
	}
	else if (tuplestore_gettupleslot(store, true, false, slot))
		row = slot;
	if (row == NULL)
		*ended = true;
	return row;
}

/*
 * The next pair of an old row and a new one; either may be NULL.  False at the
 * end.
 */
bool
aqumv_next_change(AqumvChangeReader *reader, TupleTableSlot **removed, TupleTableSlot **added)
{
	AqumvChange *change = reader->change;

	CHECK_FOR_INTERRUPTS();
	*removed = next_row(change->removed, reader->removed, change->removed_row,
						&reader->removed_ended);
	*added = next_row(change->added, reader->added, change->added_row, &reader->added_ended);
	reader->nremoved += *removed != NULL;
	reader->nadded += *added != NULL;
	return *removed != NULL || *added != NULL;
}

void
aqumv_end_change(AqumvChangeReader *reader)
{
	ExecClearTuple(reader->removed);
	ExecClearTuple(reader->added);
}

/* ------------------------------------------------------------------------
 * As a view sees it
 * ------------------------------------------------------------------------
 */

/* The source's spare scan, or a new one. */
static AqumvChangeScan *
take_scan(AqumvDeltaState *state, AqumvSource *source)
{
	AqumvChangeScan *scan = source->spare;
	MemoryContext old;

	source->spare = NULL;
	if (scan != NULL)
		return scan;
	old = MemoryContextSwitchTo(state->work);
	scan = palloc0(sizeof(AqumvChangeScan));
	scan->state = state;
	scan->source = source;
	scan->before = aqumv_make_image(state);
	scan->after = aqumv_make_image(state);
	scan->reader.removed = MakeSingleTupleTableSlot(source->desc, &TTSOpsMinimalTuple);
	scan->reader.added = MakeSingleTupleTableSlot(source->desc, &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(old);
	return scan;
}

AqumvChangeScan *
aqumv_begin_change_scan(AqumvDeltaState *state, AqumvChange *change)
{
	AqumvSource *source = aqumv_get_source(state, change->rel);
	AqumvChangeScan *scan;

	if (source->sieved && !change->sieved)
		elog(ERROR, "nobody has told which rows belong to a partition");
	scan = take_scan(state, source);
	aqumv_begin_change(&scan->reader, change);
	return scan;
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
aqumv_read_on(AqumvChangeScan *scan)
{
	AqumvDeltaState *state = scan->state;
	AqumvSource *source = scan->source;
	AqumvChange *change = scan->reader.change;
	TupleTableSlot *removed,
			   *added;

	ResetExprContext(state->econtext);
	while (aqumv_next_change(&scan->reader, &removed, &added))
	{
		if (removed != NULL && added != NULL &&
			aqumv_is_unconcerned(state, source, removed, added))
			continue;
		scan->updating = removed != NULL;
		scan->before->belongs = scan->after->belongs = false;
		if (removed != NULL && belongs(change->removed_belongs, scan->reader.nremoved))
			aqumv_evaluate(state, source, removed, scan->before);
		if (added != NULL && belongs(change->added_belongs, scan->reader.nadded))
			aqumv_evaluate(state, source, added, scan->after);
		if (!aqumv_same_images(state, scan->before, scan->after))
			return true;
		ResetExprContext(state->econtext);
	}
	return false;
}

void
aqumv_end_change_scan(AqumvChangeScan *scan)
{
	aqumv_end_change(&scan->reader);
	ResetExprContext(scan->state->econtext);
	/* a second one was in use only by way of a function that writes the base */
	if (scan->source->spare != NULL)
	{
		ExecDropSingleTupleTableSlot(scan->reader.removed);
		ExecDropSingleTupleTableSlot(scan->reader.added);
		pfree(scan->before);
		pfree(scan->after);
		pfree(scan);
	}
	else
		scan->source->spare = scan;
}
