/*-------------------------------------------------------------------------
 *
 * notnull.c
 *	  Is a column never NULL, as far as the active snapshot can see?
 *
 *	  Constraints do not follow snapshots: one that was added after a snapshot
 *	  was taken says nothing of the rows that the snapshot sees.  What is believed
 *	  when a plan is made is therefore remembered with it, and looked at again by
 *	  its guard: prepared statements may be executed in an older snapshot, which
 *	  somebody has exported.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_constraint.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "algebra/notnull.h"
#include "compat.h"

/*
 * Transactions that were believed, and that some snapshot may not see yet; as
 * OIDs, in TopMemoryContext.
 */
static List *believed = NIL;

/* Does every snapshot see a transaction, that exists or can be imported? */
static bool
is_seen_by_all(TransactionId xid)
{
	return !TransactionIdIsNormal(xid) || GlobalVisCheckRemovableXid(NULL, xid);
}

/*
 * Does the active snapshot see what was written?  What this transaction wrote
 * itself counts as young: its snapshot may be older than that.
 */
static bool
is_old_enough(HeapTuple tuple)
{
	TransactionId xid = HeapTupleHeaderGetRawXmin(tuple->t_data);

	if (HeapTupleHeaderXminFrozen(tuple->t_data))
		return true;
	if (TransactionIdIsCurrentTransactionId(xid) ||
		XidInMVCCSnapshot(xid, GetActiveSnapshot()))
		return false;
	if (!is_seen_by_all(xid))
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		believed = list_append_unique_oid(believed, xid);
		MemoryContextSwitchTo(old);
	}
	return true;
}

/*
 * The transactions that a snapshot must see for what was believed lately, by
 * whichever plan, to hold in it.  Usually there is none.
 */
List *
aqumv_not_null_since(void)
{
	ListCell   *lc;

	foreach(lc, believed)
	{
		if (is_seen_by_all(lfirst_oid(lc)))
			believed = foreach_delete_current(believed, lc);
	}
	return list_copy(believed);
}

/* Does a snapshot see them? */
bool
aqumv_not_null_holds(List *since, Snapshot snapshot)
{
	ListCell   *lc;

	foreach(lc, since)
	{
		if (XidInMVCCSnapshot(lfirst_oid(lc), snapshot))
			return false;
	}
	return true;
}

/*
 * Is the column NOT NULL, and is that good for all rows?  If in_snapshot, also
 * for those that the active snapshot sees, which may be older.
 */
static bool
is_not_null(Oid relid, AttrNumber attno, bool in_snapshot)
{
	HeapTuple	tuple;
	bool		result;

	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attno));
	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull &&
		(!in_snapshot || is_old_enough(tuple));
	ReleaseSysCache(tuple);
	if (!result)
		return false;
	tuple = aqumv_compat_not_null_constraint(relid, attno);
	if (!HeapTupleIsValid(tuple))
		return true;
	result = ((Form_pg_constraint) GETSTRUCT(tuple))->convalidated &&
		(!in_snapshot || is_old_enough(tuple));
	heap_freetuple(tuple);
	return result;
}

/*
 * Is the column NOT NULL, and was so before the active snapshot was taken?
 * Doubt means no.
 */
bool
aqumv_is_never_null(Oid relid, AttrNumber attno)
{
	return attno > 0 && ActiveSnapshotSet() && is_not_null(relid, attno, true);
}

/* Is the column NOT NULL today, in all rows that there are?  For writers, who see the latest. */
bool
aqumv_is_not_null_now(Oid relid, AttrNumber attno)
{
	return attno > 0 && is_not_null(relid, attno, false);
}
