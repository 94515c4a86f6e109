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
 *	  them or none, and not queued up for.  What could be waited for in a
 *	  circle is then not found out about either, so this ends with an error.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_subscription.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "fresh/await.h"

/* milliseconds: between two attempts, and until it is enough */
#define PAUSE 10
#define PATIENCE 10000

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

/*
 * Keep writers out of relations, topmost first, until the transaction ends, where
 * one may not queue up for that.  False, with no lock taken, if one may.
 */
bool
aqumv_keep_out_aside(List *relids)
{
	TimestampTz start = GetCurrentTimestamp();
	Oid			busy;

	if (relids == NIL || !is_subscribed())
		return false;
	while (OidIsValid(busy = try_all(relids)))
	{
		if (TimestampDifferenceExceeds(start, GetCurrentTimestamp(),
									   LockTimeout > 0 ? LockTimeout : PATIENCE))
			ereport(ERROR,
					(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
					 errmsg("could not keep writers out of \"%s\"", get_rel_name(busy)),
					 errdetail("A transaction that a subscription has prepared may be writing it, and would wait for whoever waits for it."),
					 errhint("Try again when it has ended; pg_prepared_xacts lists such transactions.")));
		CHECK_FOR_INTERRUPTS();
		pg_usleep(PAUSE * 1000L);
	}
	return true;
}
