/*-------------------------------------------------------------------------
 *
 * target.c
 *	  A materialized view that is open for changes, and its indexes.
 *
 *	  It sees what has been committed up to the moment, not what its statement
 *	  sees.  What costs time is made when it is needed, and kept by the state
 *	  for the next statement where that can be.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "maintain/target.h"

/* ------------------------------------------------------------------------
 * Open and close
 * ------------------------------------------------------------------------
 */

/*
 * See everything that has been committed, and all that this transaction has
 * done, up to now.
 */
void
aqumv_renew_snapshot(AqumvTarget *target)
{
	if (target->snapshot != NULL)
		UnregisterSnapshot(target->snapshot);
	CommandCounterIncrement();
	target->snapshot = RegisterSnapshot(IsolationUsesXactSnapshot() ? GetTransactionSnapshot() :
										GetLatestSnapshot());
	target->cid = GetCurrentCommandId(true);
}

/* The state's spare target, or a new one. */
static AqumvTarget *
take_target(AqumvDeltaState *state, Relation rel)
{
	AqumvTarget *target = state->spare;
	MemoryContext old;

	state->spare = NULL;
	if (target != NULL)
		return target;
	old = MemoryContextSwitchTo(state->work);
	target = palloc0(sizeof(AqumvTarget));
	target->state = state;
	target->row = MakeSingleTupleTableSlot(state->desc, table_slot_callbacks(rel));
	target->new_row = MakeSingleTupleTableSlot(state->desc, &TTSOpsVirtual);
	MemoryContextSwitchTo(old);
	return target;
}

/*
 * Open a view for changes.  The caller holds ROW EXCLUSIVE on it, and has
 * checked that it is populated.  The index may be InvalidOid.
 */
AqumvTarget *
aqumv_open_target(AqumvDeltaState *state, Oid index)
{
	Relation	rel = table_open(state->view, NoLock);
	AqumvTarget *target = take_target(state, rel);

	target->context = CurrentMemoryContext;
	target->rel = rel;
	target->index_oid = index;
	aqumv_renew_snapshot(target);
	return target;
}

/* The index that rows are found with, open. */
Relation
aqumv_target_index(AqumvTarget *target)
{
	if (target->index == NULL)
		target->index = index_open(target->index_oid, RowExclusiveLock);
	return target->index;
}

static void
free_batch(AqumvTarget *target)
{
	for (int i = 0; i < AQUMV_BATCH; i++)
		ExecDropSingleTupleTableSlot(target->batch[i]);
	pfree(target->batch);
	target->batch = NULL;
}

/* Close it; the caller has inserted all rows that wait. */
void
aqumv_close_target(AqumvTarget *target)
{
	AqumvDeltaState *state = target->state;

	Assert(target->nbatch == 0);
	ExecClearTuple(target->row);
	ExecClearTuple(target->new_row);
	if (target->batch != NULL)
		free_batch(target);
	target->ninserted = 0;
	if (target->estate != NULL)
	{
		ExecCloseIndices(target->rri);
		FreeExecutorState(target->estate);
		target->estate = NULL;
	}
	UnregisterSnapshot(target->snapshot);
	target->snapshot = NULL;
	if (target->index != NULL)
		index_close(target->index, NoLock);
	target->index = NULL;
	table_close(target->rel, NoLock);
	/* a second one was open only by way of a function that writes the base */
	if (state->spare != NULL)
	{
		ExecDropSingleTupleTableSlot(target->row);
		ExecDropSingleTupleTableSlot(target->new_row);
		pfree(target);
	}
	else
		state->spare = target;
}

/* ------------------------------------------------------------------------
 * Indexes
 * ------------------------------------------------------------------------
 */

/* What the executor needs to enter rows in indexes. */
void
aqumv_prepare_indexes(AqumvTarget *target)
{
	MemoryContext old;

	if (target->estate != NULL)
		return;
	old = MemoryContextSwitchTo(target->context);
	target->estate = CreateExecutorState();
	target->rri = makeNode(ResultRelInfo);
	InitResultRelInfo(target->rri, target->rel, 0, NULL, 0);
	/* this folds their expressions */
	target->state->indexing = true;
	ExecOpenIndices(target->rri, true);
	target->state->indexing = false;
	MemoryContextSwitchTo(old);
}

/*
 * Enter a row in the view's indexes, which have been prepared; those that may
 * hold the same key already, if no_dup_err.
 */
List *
aqumv_insert_index_tuples(AqumvTarget *target, TupleTableSlot *row, bool update, bool no_dup_err,
						  bool *conflict, List *arbiters, bool only_summarizing)
{
	List	   *conflicts;

	target->state->indexing = true;
	conflicts = aqumv_compat_insert_index_tuples(target->rri, row, target->estate, update,
												 no_dup_err, conflict, arbiters,
												 only_summarizing);
	target->state->indexing = false;
	return conflicts;
}

static void
enter_in_indexes(AqumvTarget *target, TupleTableSlot *row, bool update, bool only_summarizing)
{
	if (target->rri->ri_NumIndices > 0)
		list_free(aqumv_insert_index_tuples(target, row, update, false, NULL, NIL,
											only_summarizing));
}

/* Put the index that rows are found with last; false if there is none. */
static bool
own_index_last(AqumvTarget *target)
{
	ResultRelInfo *rri = target->rri;
	int			last = rri->ri_NumIndices - 1;

	for (int i = 0; i <= last; i++)
	{
		Relation	index = rri->ri_IndexRelationDescs[i];
		IndexInfo  *info = rri->ri_IndexRelationInfo[i];

		if (RelationGetRelid(index) != target->index_oid)
			continue;
		rri->ri_IndexRelationDescs[i] = rri->ri_IndexRelationDescs[last];
		rri->ri_IndexRelationInfo[i] = rri->ri_IndexRelationInfo[last];
		rri->ri_IndexRelationDescs[last] = index;
		rri->ri_IndexRelationInfo[last] = info;
		return true;
	}
	return false;
}

/* Nobody else can change what this transaction itself has written. */
bool
aqumv_is_ours(AqumvTarget *target)
{
	bool		isnull;
	Datum		xmin = slot_getsysattr(target->row, MinTransactionIdAttributeNumber, &isnull);

	return TransactionIdIsCurrentTransactionId(DatumGetTransactionId(xmin));
}

/*
 * A new version of a row, with the same key.  That the key is unique need not be
 * checked: the old version has it, and is held until the transaction ends.
 * (The check would visit all versions that this transaction has made.  Nor can
 * the index make room by removing entries of those.)
 */
void
aqumv_enter_version(AqumvTarget *target, TupleTableSlot *row, bool only_summarizing)
{
	ResultRelInfo *rri;
	bool		own;

	aqumv_prepare_indexes(target);
	rri = target->rri;
	own = own_index_last(target);
	rri->ri_NumIndices -= own;
	enter_in_indexes(target, row, true, only_summarizing);
	rri->ri_NumIndices += own;
	if (own && !only_summarizing)
	{
		int			last = rri->ri_NumIndices - 1;
		Datum		values[INDEX_MAX_KEYS];
		bool		nulls[INDEX_MAX_KEYS];

		FormIndexDatum(rri->ri_IndexRelationInfo[last], row, target->estate, values, nulls);
		index_insert(rri->ri_IndexRelationDescs[last], values, nulls, &row->tts_tid, target->rel,
					 UNIQUE_CHECK_NO, !aqumv_is_ours(target), rri->ri_IndexRelationInfo[last]);
	}
	ResetPerTupleExprContext(target->estate);
}

/* Enter a new row in all indexes. */
void
aqumv_enter_row(AqumvTarget *target, TupleTableSlot *row)
{
	aqumv_prepare_indexes(target);
	enter_in_indexes(target, row, false, false);
	ResetPerTupleExprContext(target->estate);
}
