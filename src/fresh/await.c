/*-------------------------------------------------------------------------
 *
 * await.c
 *	  Who may not queue up for locks on tables?
 *
 *	  A transaction that a subscription has prepared holds its locks until the
 *	  subscription's worker ends it.  Whoever queues up behind it stops the
 *	  worker at its next change of the table, and both wait for ever: no deadlock
 *	  is seen, since a prepared transaction waits for nobody.  So where there are
 *	  such subscriptions, locks that keep writers out are tried for, all of
 *	  them or none, and not queued up for.  To queue up only while nobody in the
 *	  way is prepared would not do: who is writing may be prepared at any time.
 *
 *	  Who does not queue up is in no circle that core finds.  So we look ourselves,
 *	  now and then, who is in the way, and whom these wait for.  As long as that
 *	  leads neither to a prepared transaction nor to this one, and somebody is in
 *	  the way who has been before, they are merely slow, and are waited for;
 *	  else there is an error after a while.  Locks belong to processes, those of
 *	  subtransactions too, and prepared transactions have none: so they are
 *	  found with all they hold.  One that is prepared only now is found the
 *	  next time, and has stopped nobody on our account, unless he wants what this
 *	  transaction holds besides.  What we do not see makes us wait, or gives an error
 *	  too many: neither is wrong.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_subscription.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "fresh/await.h"

/* milliseconds: between two attempts, and between two looks at who is in the way */
#define PAUSE 5
#define LOOK 1000

/* until it is enough; who has just committed may not have let his last lock go yet */
#define PATIENCE 10000
#define MOMENT 100

/* Has this database subscriptions whose transactions may stay prepared? */
static bool
is_subscribed(void)
{
	Relation	rel = table_open(SubscriptionRelationId, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	HeapTuple	tuple;
	bool		result = false;

	while (!result && (tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_subscription form = (Form_pg_subscription) GETSTRUCT(tuple);

		result = form->subdbid == MyDatabaseId &&
			form->subtwophasestate != LOGICALREP_TWOPHASE_STATE_DISABLED;
	}
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return result;
}

/* Lock all, or return the one that could not be had at once, and lock none. */
static Oid
try_all(List *relids)
{
	for (int i = 0; i < list_length(relids); i++)
	{
		if (ConditionalLockRelationOid(list_nth_oid(relids, i), ShareRowExclusiveLock))
			continue;
		for (int j = 0; j < i; j++)
			UnlockRelationOid(list_nth_oid(relids, j), ShareRowExclusiveLock);
		return list_nth_oid(relids, i);
	}
	return InvalidOid;
}

/* Does somebody hold, or wait in front of us for, what keeps us from a relation? */
static bool
is_in_the_way(const LockInstanceData *lock, Oid relid)
{
	return lock->locktag.locktag_type == LOCKTAG_RELATION &&
		lock->locktag.locktag_field1 == MyDatabaseId &&
		lock->locktag.locktag_field2 == relid && lock->pid != MyProcPid &&
		((lock->holdMask & ~(LOCKBIT_ON(AccessShareLock) | LOCKBIT_ON(RowShareLock))) != 0 ||
		 lock->waitLockMode > RowShareLock);
}

/*
 * Do processes wait, at whatever remove, for a prepared transaction, which has
 * none, or for us?
 */
static bool
lead_to_us(List *pids)
{
	for (int i = 0; i < list_length(pids); i++)
	{
		int			pid = list_nth_int(pids, i);
		ArrayType  *blockers;

		if (pid == 0 || pid == MyProcPid)
			return true;
		blockers = DatumGetArrayTypeP(DirectFunctionCall1(pg_blocking_pids,
														  Int32GetDatum(pid)));
		for (int j = 0; j < ArrayGetNItems(ARR_NDIM(blockers), ARR_DIMS(blockers)); j++)
			pids = list_append_unique_int(pids, ((int32 *) ARR_DATA_PTR(blockers))[j]);
	}
	return false;
}

/*
 * Are those in the way of a lock merely slow?  See the top.  "before" is who was
 * there the last time; if two are taken for one, that only takes longer.
 */
static bool
are_slow(Oid relid, List **before)
{
	MemoryContext old = CurrentMemoryContext;
	MemoryContext work = AllocSetContextCreate(old, "aqumv lock holders",
											   ALLOCSET_DEFAULT_SIZES);
	LockData   *locks;
	List	   *pids = NIL;
	List	   *there = NIL;	/* hashes */
	List	   *last = *before;
	bool		result;

	MemoryContextSwitchTo(work);
	locks = GetLockStatusData();
	for (int i = 0; i < locks->nelements; i++)
	{
		LockInstanceData *lock = &locks->locks[i];
		uint32		who;

		if (!is_in_the_way(lock, relid))
			continue;
		pids = list_append_unique_int(pids, lock->pid);
		who = hash_combine(lock->pid, aqumv_compat_lock_vxid(lock).localTransactionId);
		there = list_append_unique_int(there, (int) who);
	}
	result = !lead_to_us(pids) && list_intersection_int(there, last) != NIL;
	MemoryContextSwitchTo(old);
	*before = list_copy(there);
	list_free(last);
	MemoryContextDelete(work);
	return result;
}

/*
 * Lock all of these relations, within so many milliseconds, not counting those in
 * which others are merely slow, if these are to be waited for.  InvalidOid, or
 * one that could not be had: then none is locked.
 */
static Oid
lock_within(List *relids, int patience, bool wait_for_slow)
{
	TimestampTz start = GetCurrentTimestamp();
	TimestampTz looked = start;
	List	   *before = NIL;
	Oid			busy;

	while (OidIsValid(busy = try_all(relids)))
	{
		TimestampTz now = GetCurrentTimestamp();

		if (wait_for_slow && TimestampDifferenceExceeds(looked, now, LOOK))
		{
			looked = now;
			if (are_slow(busy, &before))
				start = now;
		}
		if (TimestampDifferenceExceeds(start, now, patience))
			break;
		CHECK_FOR_INTERRUPTS();
		pg_usleep(PAUSE * 1000L);
	}
	return busy;
}

/*
 * Keep writers out of relations until the transaction ends, if that takes no longer
 * than a moment, for those who may not wait at all.  If false, none is locked.
 */
bool
aqumv_keep_out_at_once(List *relids)
{
	return !OidIsValid(lock_within(relids, MOMENT, false));
}

/*
 * Keep writers out of relations, topmost first, until the transaction ends, where
 * one may not queue up for that.  False, with no lock taken, if one may.
 */
bool
aqumv_keep_out_aside(List *relids)
{
	Oid			busy;

	if (relids == NIL || !is_subscribed())
		return false;
	busy = LockTimeout > 0 ? lock_within(relids, LockTimeout, false) :
		lock_within(relids, PATIENCE, true);
	if (OidIsValid(busy))
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("could not keep writers out of \"%s\"", get_rel_name(busy)),
				 errdetail("A transaction that a subscription has prepared may be writing it, and would wait for whoever waits for it."),
				 errhint("Try again when it has ended; pg_prepared_xacts lists such transactions.")));
	return true;
}
