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

#include "change.h"

static TupleTableSlot *
make_slot(AqumvChange *change, Tuplestorestate *store)
{
	if (store == NULL)
		return NULL;
	tuplestore_rescan(store);
	return MakeSingleTupleTableSlot(RelationGetDescr(change->rel), &TTSOpsMinimalTuple);
}

void
aqumv_begin_change(AqumvChangeReader *reader, AqumvChange *change)
{
	reader->change = change;
	reader->removed = make_slot(change, change->removed);
	reader->added = make_slot(change, change->added);
	reader->removed_ended = reader->added_ended = false;
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
	return *removed != NULL || *added != NULL;
}

void
aqumv_end_change(AqumvChangeReader *reader)
{
	if (reader->removed != NULL)
		ExecDropSingleTupleTableSlot(reader->removed);
	if (reader->added != NULL)
		ExecDropSingleTupleTableSlot(reader->added);
}
