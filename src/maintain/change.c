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
