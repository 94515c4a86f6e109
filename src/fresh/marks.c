/*-------------------------------------------------------------------------
 *
 * marks.c
 *	  How are the marks of writers left, found and cleared away?
 *
 *	  The rows of aqumv.mark.  What they mean, and why they may be cleared away,
 *	  is told in freshness.c; when they are left, in statements.c.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/procarray.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#include "compat.h"
#include "fresh/marks.h"

enum mark_attributes
{
	MARK_ROOT = 1,
	MARK_RELATION,
	MARK_KIND,
	MARK_PID,
	MARK_XID,
	MARK_PART,
	MARK_NATTS = MARK_PART
};

/*
 * A row of aqumv.mark, which has no nulls and no variable-length columns, as
 * it stands in a tuple.  Every writer reads one.
 */
typedef struct MarkRow
{
	Oid			root;
	Oid			relation;
	int32		kind;
	int32		pid;
	FullTransactionId xid;
	int32		part;
} MarkRow;

static const MarkRow *
mark_row(HeapTuple tuple)
{
	return (const MarkRow *) GETSTRUCT(tuple);
}

/* Does a snapshot see whoever inserted a row that is committed? */
static bool
sees_inserter(Snapshot snapshot, HeapTuple tuple)
{
	TransactionId xmin = HeapTupleHeaderGetXmin(tuple->t_data);

	if (TransactionIdIsCurrentTransactionId(xmin))
		return HeapTupleHeaderGetCmin(tuple->t_data) < snapshot->curcid;
	return !XidInMVCCSnapshot(xmin, snapshot);
}

/*
 * Delete the marks of a relation that say no more than one of this kind, and
 * that a snapshot sees.  Sound only in a transaction that adds a mark of its
 * own (freshness.c says why), or an epoch.
 *
 * Other backends' marks are theirs to replace while they live, and open
 * transactions need theirs, unless "all" is asked for under a lock that keeps
 * writers out.  What somebody else is
 * deleting stays: never wait for another writer.
 */
static void
supersede_marks(Relation rel, Oid index, Oid root, Oid relation, AqumvMarkKind kind, bool all,
				Snapshot snapshot)
{
	/*
	 * Whether marks are there means nothing to this transaction: a scan under
	 * its snapshot would leave SIREAD locks, and serialization failures to
	 * follow.
	 */
	SysScanDesc scan = aqumv_scan_own_table(rel, index, root,
											snapshot == NULL ? NULL : SnapshotSelf);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TM_FailureData failure;
		const MarkRow *row = mark_row(tuple);

		if (row->relation != relation || row->kind < kind ||
			(snapshot != NULL && !sees_inserter(snapshot, tuple)) ||
			(!all && row->pid != 0 && row->pid != MyProcPid &&
			 BackendPidGetProc(row->pid) != NULL) ||
			(!all && row->kind == AQUMV_MARK_OPEN && !aqumv_is_ancient(row->xid) &&
			 XidInMVCCSnapshot(XidFromFullTransactionId(row->xid), snapshot)))
			continue;
		(void) table_tuple_delete(rel, &tuple->t_self, GetCurrentCommandId(true),
								  InvalidSnapshot, InvalidSnapshot, false, &failure, false);
	}
	systable_endscan(scan);
}

/*
 * Is a transaction so old that 32 bits of its id say nothing any more?  It has
 * ended long ago.
 */
bool
aqumv_is_ancient(FullTransactionId fxid)
{
	return U64FromFullTransactionId(ReadNextFullTransactionId()) -
		U64FromFullTransactionId(fxid) >= UINT64CONST(1) << 31;
}

static HeapTuple
form_mark(Relation rel, Oid root, Oid relation, AqumvMarkKind kind, AqumvMoment moment)
{
	Datum		values[MARK_NATTS];
	bool		nulls[MARK_NATTS] = {false};

	values[MARK_ROOT - 1] = ObjectIdGetDatum(root);
	values[MARK_RELATION - 1] = ObjectIdGetDatum(relation);
	values[MARK_KIND - 1] = Int32GetDatum(kind);
	values[MARK_PID - 1] = Int32GetDatum(kind == AQUMV_MARK_WRITE ? MyProcPid : 0);
	values[MARK_XID - 1] = FullTransactionIdGetDatum(moment.xid);
	values[MARK_PART - 1] = Int32GetDatum(moment.part);
	return heap_form_tuple(RelationGetDescr(rel), values, nulls);
}

/*
 * Is the mark that was left at a place still there, for this snapshot?  The
 * line pointer may have been given to another row.
 */
static bool
mark_stands(Relation rel, const AqumvMarkPlace *place, Oid root, Snapshot snapshot)
{
	HeapTupleData tuple;
	const MarkRow *row;
	Buffer		buffer;
	bool		result;

	/* VACUUM may have cut off the page */
	if (ItemPointerGetBlockNumber(&place->tid) >= RelationGetNumberOfBlocks(rel))
		return false;
	buffer = ReadBuffer(rel, ItemPointerGetBlockNumber(&place->tid));
	heap_page_prune_opt(rel, buffer);
	ReleaseBuffer(buffer);

	tuple.t_self = place->tid;
	if (!heap_fetch(rel, snapshot, &tuple, &buffer, false))
		return false;
	row = mark_row(&tuple);
	result = row->root == root && row->relation == place->relation &&
		row->kind == AQUMV_MARK_WRITE &&
		FullTransactionIdEquals(row->xid, place->moment.xid) &&
		row->part == place->moment.part;
	ReleaseBuffer(buffer);
	return result;
}

/*
 * Have all indexes of the table point to a new row.  Besides ours there is
 * another while somebody runs REINDEX CONCURRENTLY.
 */
static void
insert_into_indexes(Relation rel, Oid root, ItemPointer tid)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), RowExclusiveLock);
		Datum		value = ObjectIdGetDatum(root);
		bool		isnull = false;

		if (index->rd_index->indisready)
			index_insert(index, &value, &isnull, tid, rel, UNIQUE_CHECK_NO, false,
						 BuildIndexInfo(index));
		index_close(index, RowExclusiveLock);
	}
}

/*
 * Leave a mark in the place of this backend's previous one, which is cheaper
 * than a new row.  Nobody else touches that one while the backend lives.  False
 * if it is gone, or not visible to the transaction (which may not stand for it
 * then).
 */
bool
aqumv_replace_mark(AqumvMarkPlace *place, Oid root, AqumvMoment moment)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_MARK, RowExclusiveLock, &index);
	Snapshot	snapshot;
	bool		done = false;

	if (rel == NULL)
		return true;
	snapshot = RegisterSnapshot(GetTransactionSnapshot());
	if (mark_stands(rel, place, root, snapshot))
	{
		HeapTuple	tuple = form_mark(rel, root, place->relation, AQUMV_MARK_WRITE, moment);
		TM_FailureData failure;

		done = aqumv_compat_heap_update(rel, &place->tid, tuple, GetCurrentCommandId(true),
										&failure) == TM_Ok;
		if (done)
		{
			if (!HeapTupleIsHeapOnly(tuple))
				insert_into_indexes(rel, root, &tuple->t_self);
			place->tid = tuple->t_self;
			place->moment = moment;
		}
	}
	UnregisterSnapshot(snapshot);
	table_close(rel, RowExclusiveLock);
	return done;
}

/*
 * Leave a mark in a new row; with supersede, clear away those that it stands
 * for.
 */
void
aqumv_insert_mark(AqumvMarkPlace *place, Oid root, AqumvMarkKind kind,
				  AqumvMoment moment, bool supersede)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_MARK, RowExclusiveLock, &index);
	HeapTuple	tuple;

	if (rel == NULL)
		return;
	if (supersede)
	{
		/*
		 * Only what the transaction itself sees may go: under REPEATABLE READ
		 * that is less than what is committed.
		 */
		Snapshot	snapshot = RegisterSnapshot(GetTransactionSnapshot());

		supersede_marks(rel, index, root, place->relation, kind, false, snapshot);
		UnregisterSnapshot(snapshot);
	}
	tuple = form_mark(rel, root, place->relation, kind, moment);
	CatalogTupleInsert(rel, tuple);
	place->tid = tuple->t_self;
	place->moment = moment;
	table_close(rel, RowExclusiveLock);
}

/*
 * Leave a mark on behalf of another transaction, which is open, unless there
 * is one that everybody sees who will see this transaction.
 */
void
aqumv_insert_open_mark(Oid root, Oid relation, FullTransactionId xid)
{
	AqumvMarkPlace place = {.relation = relation};
	AqumvMoment moment = {.xid = xid,.part = 0};
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_MARK, RowExclusiveLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	if (rel == NULL)
		return;
	/* committed by now, or our own */
	scan = aqumv_scan_own_table(rel, index, root, SnapshotSelf);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		const MarkRow *row = mark_row(tuple);

		found = row->kind == AQUMV_MARK_OPEN && row->relation == relation &&
			FullTransactionIdEquals(row->xid, xid);
	}
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
	if (!found)
		aqumv_insert_mark(&place, root, AQUMV_MARK_OPEN, moment, false);
}

/*
 * Forget the marks of a relation that is no longer tracked as part of this
 * tree.  Those that somebody is replacing stay, to no harm.
 */
void
aqumv_delete_marks(Oid root, Oid relation)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_MARK, RowExclusiveLock, &index);

	if (rel == NULL)
		return;
	supersede_marks(rel, index, root, relation, AQUMV_MARK_WRITE, true, NULL);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

/*
 * Visit the marks of a partition tree that a snapshot sees, until the visitor
 * has seen enough.  An ordinary index scan, so that it leaves SIREAD locks in
 * a SERIALIZABLE transaction.
 */
void
aqumv_visit_marks(Oid root, Snapshot snapshot, AqumvMarkVisitor visitor, void *context)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_MARK, AccessShareLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;

	if (rel == NULL)
		return;
	scan = aqumv_scan_own_table(rel, index, root, snapshot);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		const MarkRow *row = mark_row(tuple);
		AqumvMoment moment = {.xid = row->xid,.part = row->part};

		if (!visitor(row->relation, row->kind, moment, context))
			break;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}
