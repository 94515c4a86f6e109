/*-------------------------------------------------------------------------
 *
 * viewrows.c
 *	  Rows of a materialized view: find, lock, insert, update, delete them.
 *
 *	  SQL cannot write a materialized view; the table access method can.  A row
 *	  is looked up in the snapshot of this moment and then locked, so that what
 *	  is computed from it is computed from its newest version: writers queue
 *	  for the same row only.  New groups are inserted speculatively, as by
 *	  INSERT ... ON CONFLICT: whoever comes second finds the first one's.
 *
 *	  At REPEATABLE READ and above, what another transaction has changed since
 *	  our snapshot is a serialization failure, as it is on tables.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/relscan.h"
#include "access/skey.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "fresh/snapshot.h"
#include "maintain/hidden.h"
#include "maintain/lasttid.h"
#include "maintain/nested.h"
#include "maintain/viewrows.h"

/* rows, from which on they are inserted together */
#define BATCH_FROM 4

static void
raise_serialization_failure(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update")));
}

/*
 * Not if that is so because nothing has been written since an index has refused
 * a row.
 */
void
aqumv_raise_inconsistent(AqumvTarget *target)
{
	if (aqumv_has_given_up(target))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("materialized view \"%s\" does not hold what its definition says",
					RelationGetRelationName(target->rel)),
			 errhint("REFRESH MATERIALIZED VIEW fills it again.")));
}

/*
 * Where another transaction's change would go unnoticed (there is no row that
 * both have to lock), a transaction with an old snapshot has to start over.
 */
void
aqumv_require_latest_snapshot(void)
{
	if (aqumv_snapshot_is_old())
		raise_serialization_failure();
}

/*
 * What came of changing a row that we have found?  False if somebody else was
 * faster: then the caller finds it again, and locks it.
 */
static bool
was_done(AqumvTarget *target, TM_Result result)
{
	if (result == TM_Ok)
		return true;
	if (result != TM_Updated && result != TM_Deleted && result != TM_SelfModified)
		elog(ERROR, "unexpected result %d of changing a row of materialized view \"%s\"",
			 result, RelationGetRelationName(target->rel));
	if (result != TM_SelfModified && IsolationUsesXactSnapshot())
		raise_serialization_failure();
	aqumv_renew_snapshot(target);
	return false;
}

/*
 * Has an index refused a row, this one or an earlier one?  Then nothing is
 * written any more: the view does not hold anyhow what it should.
 */
static bool
is_refused(AqumvTarget *target, TupleTableSlot *row)
{
	AqumvDeltaState *state = target->state;

	if (!OidIsValid(state->refusing) && state->limits.indexes != NIL)
		state->refusing = aqumv_refusing_index(&state->limits, row);
	return OidIsValid(state->refusing);
}

/* ------------------------------------------------------------------------
 * Find
 * ------------------------------------------------------------------------
 */

static bool
keys_match(AqumvTarget *target, const AqumvKeys *keys)
{
	for (int i = 0; i < keys->n; i++)
	{
		bool		isnull;
		Datum		value = slot_getattr(target->row, keys->attnos[i], &isnull);

		if (isnull != keys->nulls[i] ||
			(!isnull && !DatumGetBool(FunctionCall2Coll(&keys->equal[i], keys->collations[i],
														value, keys->values[i]))))
			return false;
	}
	return true;
}

/* Where the row was written last, if the snapshot sees it there. */
static bool
find_written(AqumvTarget *target, const AqumvKeys *keys)
{
	return aqumv_fetch_written(target->rel, keys->hash, target->snapshot, target->row) &&
		keys_match(target, keys);
}

/*
 * Lock the newest version of the row in target->row, and fetch it.  If that
 * fails, it is gone (at REPEATABLE READ: has been changed), or this command
 * itself has changed it, or somebody has it and policy is not to wait.
 */
static TM_Result
lock_row(AqumvTarget *target, LockWaitPolicy policy)
{
	ItemPointerData tid = target->row->tts_tid;
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_lock(target->rel, &tid, target->snapshot, target->row, target->cid,
							  LockTupleExclusive, policy,
							  IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							  &failure);
	if (result == TM_Invisible)
		elog(ERROR, "unexpected result %d of locking a row of materialized view \"%s\"",
			 result, RelationGetRelationName(target->rel));
	return result;
}

static void
make_scan_keys(Relation index, const Datum *keys, const bool *nulls, ScanKey scan_keys)
{
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
	{
		Oid			type = index->rd_opcintype[i];
		Oid			operator = get_opfamily_member(index->rd_opfamily[i], type, type,
												   BTEqualStrategyNumber);

		ScanKeyEntryInitialize(&scan_keys[i], nulls[i] ? SK_ISNULL | SK_SEARCHNULL : 0,
							   i + 1, nulls[i] ? InvalidStrategy : BTEqualStrategyNumber,
							   InvalidOid, index->rd_indcollation[i],
							   nulls[i] ? InvalidOid : get_opcode(operator), keys[i]);
	}
}

/* The row of a key in the snapshot, or the only row of a view without keys. */
static bool
look_up(AqumvTarget *target, const AqumvKeys *keys)
{
	bool		found;

	if (!OidIsValid(target->index_oid))
	{
		TableScanDesc scan = table_beginscan(target->rel, target->snapshot, 0, NULL);

		ItemPointerData tid;

		found = table_scan_getnextslot(scan, ForwardScanDirection, target->row);
		if (found)
			tid = target->row->tts_tid;
		/* the slot points into the scan */
		ExecClearTuple(target->row);
		table_endscan(scan);
		if (found)
			found = table_tuple_fetch_row_version(target->rel, &tid, target->snapshot,
												  target->row);
	}
	else
	{
		ScanKeyData scan_keys[INDEX_MAX_KEYS];
		Relation	index = aqumv_target_index(target);
		IndexScanDesc scan = aqumv_compat_index_beginscan(target->rel, index, target->snapshot,
														  keys->n);

		make_scan_keys(index, keys->values, keys->nulls, scan_keys);
		index_rescan(scan, scan_keys, keys->n, NULL, 0);
		found = index_getnext_slot(scan, ForwardScanDirection, target->row);
		index_endscan(scan);
	}
	return found;
}

/*
 * Find the row of a key (or the only row, if the view has no index), and leave
 * it in target->row.  False if there is none.  To lock it is to get its newest
 * version, which stays that until the transaction ends; otherwise a change may
 * find that somebody else was faster.
 */
bool
aqumv_find_row(AqumvTarget *target, const AqumvKeys *keys, bool lock)
{
	if (find_written(target, keys) &&
		(!lock || aqumv_is_ours(target) || lock_row(target, LockWaitBlock) == TM_Ok))
		return true;
	while (look_up(target, keys))
	{
		TM_Result	result = lock ? lock_row(target, LockWaitBlock) : TM_Ok;

		if (result == TM_Ok)
			return true;
		if (result != TM_SelfModified && IsolationUsesXactSnapshot())
			raise_serialization_failure();
		/* it was deleted meanwhile; there may be another by now */
		aqumv_renew_snapshot(target);
	}
	ExecClearTuple(target->row);
	return false;
}

/* Does a stored value have these bits, once nothing in it is compressed? */
static bool
same_stored(Datum stored, Datum value, Form_pg_attribute att)
{
	return aqumv_same_image(stored, value, att->attbyval, att->attlen) ||
		(att->attlen == -1 && aqumv_may_nest(att->atttypid) &&
		 aqumv_same_image(aqumv_plain_value(stored, att->atttypid), value, false, -1));
}

static bool
same_row(TupleTableSlot *row, const Datum *values, const bool *nulls)
{
	slot_getallattrs(row);
	for (int i = 0; i < row->tts_tupleDescriptor->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(row->tts_tupleDescriptor, i);

		if (row->tts_isnull[i] != nulls[i] ||
			(!nulls[i] && !same_stored(row->tts_values[i], values[i], att)))
			return false;
	}
	return true;
}

/*
 * Delete rows with these very bits, at most n, and say how many.  *missed is set
 * if others have changed some.
 */
static int64
delete_images(AqumvTarget *target, int64 hash, const Datum *values, const bool *nulls,
			  int64 n, LockWaitPolicy policy, bool *missed)
{
	ScanKeyData key;
	IndexScanDesc scan;
	int64		deleted = 0;
	Datum		datum = Int64GetDatum(hash);
	bool		isnull = false;

	scan = aqumv_compat_index_beginscan(target->rel, aqumv_target_index(target),
										target->snapshot, 1);
	make_scan_keys(aqumv_target_index(target), &datum, &isnull, &key);
	index_rescan(scan, &key, 1, NULL, 0);
	while (deleted < n && index_getnext_slot(scan, ForwardScanDirection, target->row))
	{
		if (!same_row(target->row, values, nulls))
			continue;
		if (lock_row(target, policy) == TM_Ok && same_row(target->row, values, nulls))
		{
			(void) aqumv_delete_row(target);
			deleted++;
		}
		else
			*missed = true;
	}
	index_endscan(scan);
	return deleted;
}

/*
 * Delete n rows that consist of these very bits; of several that are alike,
 * first those that nobody else has locked.  False if there are not as many.
 */
bool
aqumv_delete_images(AqumvTarget *target, int64 hash, const Datum *values, const bool *nulls,
					int64 n)
{
	bool		missed = false;

	n -= delete_images(target, hash, values, nulls, n, LockWaitSkip, &missed);
	while (n > 0 && missed)
	{
		missed = false;
		/* what has been deleted just now must not be seen again */
		aqumv_renew_snapshot(target);
		n -= delete_images(target, hash, values, nulls, n, LockWaitBlock, &missed);
		if (n > 0 && missed && IsolationUsesXactSnapshot())
			raise_serialization_failure();
	}
	return n == 0;
}

/* ------------------------------------------------------------------------
 * Change
 * ------------------------------------------------------------------------
 */

/*
 * Give the row in target->row other values, but for its key.  False if somebody else has
 * changed it meanwhile; never if it is locked.  Once an index has refused a row,
 * neither this nor what follows does anything.
 */
bool
aqumv_update_row(AqumvTarget *target, TupleTableSlot *row, uint32 hash)
{
	ItemPointerData tid = target->row->tts_tid;
	TM_FailureData failure;
	LockTupleMode lockmode;
	AqumvUpdateIndexes indexes;
	TM_Result	result;

	if (is_refused(target, row))
		return true;
	result = table_tuple_update(target->rel, &tid, row, target->cid, target->snapshot,
								InvalidSnapshot, true, &failure, &lockmode, &indexes);
	if (!was_done(target, result))
		return false;
	if (indexes != AQUMV_COMPAT_NO_INDEXES)
		aqumv_enter_version(target, row, aqumv_compat_only_summarizing(indexes));
	aqumv_remember_written(target->rel, &row->tts_tid, hash);
	return true;
}

/*
 * Delete the row in target->row.  False as above.
 */
bool
aqumv_delete_row(AqumvTarget *target)
{
	ItemPointerData tid = target->row->tts_tid;
	TM_FailureData failure;
	TM_Result	result;

	if (aqumv_has_given_up(target))
		return true;
	result = table_tuple_delete(target->rel, &tid, target->cid, target->snapshot,
								InvalidSnapshot, true, &failure, false);
	return was_done(target, result);
}

/*
 * Insert the row of a new key.  False if another transaction has inserted one
 * meanwhile: then the caller looks again.
 */
bool
aqumv_insert_group(AqumvTarget *target, TupleTableSlot *row, uint32 hash)
{
	List	   *arbiters = target->state->arbiters;
	bool		conflict;

	if (is_refused(target, row))
		return true;
	if (!OidIsValid(target->index_oid))
	{
		aqumv_insert_row(target, row);
		return true;
	}
	aqumv_prepare_indexes(target);
	do
	{
		ItemPointerData tid;
		uint32		token;

		CHECK_FOR_INTERRUPTS();
		if (!aqumv_compat_check_index_constraints(target->rri, row, target->estate, &tid,
												  arbiters))
		{
			if (IsolationUsesXactSnapshot())
				raise_serialization_failure();
			aqumv_renew_snapshot(target);
			return false;
		}
		token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
		table_tuple_insert_speculative(target->rel, row, target->cid, 0, NULL, token);
		conflict = false;
		list_free(aqumv_insert_index_tuples(target, row, false, true, &conflict, arbiters, false));
		table_tuple_complete_speculative(target->rel, row, token, !conflict);
		SpeculativeInsertionLockRelease(GetCurrentTransactionId());
		ResetPerTupleExprContext(target->estate);
	} while (conflict);
	aqumv_remember_written(target->rel, &row->tts_tid, hash);
	return true;
}

static void
make_batch(AqumvTarget *target)
{
	MemoryContext old = MemoryContextSwitchTo(target->context);

	target->batch = palloc(AQUMV_BATCH * sizeof(TupleTableSlot *));
	for (int i = 0; i < AQUMV_BATCH; i++)
		target->batch[i] = MakeSingleTupleTableSlot(target->state->desc,
													table_slot_callbacks(target->rel));
	MemoryContextSwitchTo(old);
}

/*
 * Insert a row; one more with a key that exists is an error.  Of many rows some
 * may wait for aqumv_insert_rest(), which has to be called before anything else
 * is done with the view.
 */
void
aqumv_insert_row(AqumvTarget *target, TupleTableSlot *row)
{
	if (is_refused(target, row))
		return;
	if (target->batch == NULL && ++target->ninserted < BATCH_FROM)
	{
		table_tuple_insert(target->rel, row, target->cid, 0, NULL);
		aqumv_enter_row(target, row);
		return;
	}
	if (target->batch == NULL)
		make_batch(target);
	ExecCopySlot(target->batch[target->nbatch++], row);
	if (target->nbatch == AQUMV_BATCH)
		aqumv_insert_rest(target);
}

/*
 * Insert the rows that wait.
 */
void
aqumv_insert_rest(AqumvTarget *target)
{
	if (target->nbatch == 0)
		return;
	table_multi_insert(target->rel, target->batch, target->nbatch, target->cid, 0, NULL);
	for (int i = 0; i < target->nbatch; i++)
	{
		aqumv_enter_row(target, target->batch[i]);
		ExecClearTuple(target->batch[i]);
	}
	target->nbatch = 0;
}
