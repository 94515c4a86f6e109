/*-------------------------------------------------------------------------
 *
 * refresh.c
 *	  Which snapshot was a view filled from, and what else will matter later?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/transam.h"
#include "access/twophase.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "storage/lock.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "algebra/fingerprint.h"
#include "compat.h"
#include "fresh/foreign.h"
#include "fresh/catalog.h"
#include "fresh/marks.h"
#include "fresh/partition.h"
#include "fresh/refresh.h"
#include "fresh/refreshcount.h"
#include "fresh/snapshot.h"
#include "fresh/statements.h"
#include "fresh/syntax.h"
#include "fresh/views.h"

/* A 32-bit transaction id that is running, or was a moment ago, in full. */
static FullTransactionId
full_xid(TransactionId xid)
{
	FullTransactionId next = ReadNextFullTransactionId();
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return FullTransactionIdFromEpochAndXid(epoch, xid);
}

static void
mark_open_writer(Oid root, Oid relation, TransactionId xid)
{
	if (TransactionIdIsNormal(xid))
		aqumv_insert_open_mark(root, relation, full_xid(xid));
}

/*
 * May a holder of a lock on a relation have written rows of it?  Who writes any
 * takes ROW EXCLUSIVE, whatever he holds besides: DML, COPY, replication and
 * foreign keys open the relation so, and the lock manager records each mode by
 * itself.  DDL that holds stronger locks, or SHARE UPDATE EXCLUSIVE, changes
 * rows only in ways that have an epoch.  Who has not written yet, but will, asks
 * for ROW EXCLUSIVE later than this, and then whether a refresh has begun:
 * one has (see freshness.c).  If the holder is not found any more, say yes.
 */
static bool
may_have_written(LockData *locks, Oid relation, VirtualTransactionId vxid)
{
	bool		found = false;

	for (int i = 0; i < locks->nelements; i++)
	{
		LockInstanceData *lock = &locks->locks[i];

		if (lock->locktag.locktag_type != LOCKTAG_RELATION ||
			lock->locktag.locktag_field1 != MyDatabaseId ||
			lock->locktag.locktag_field2 != relation ||
			!VirtualTransactionIdEquals(aqumv_compat_lock_vxid(lock), vxid))
			continue;
		if (lock->holdMask & LOCKBIT_ON(RowExclusiveLock))
			return true;
		found = found || lock->holdMask != 0;
	}
	return !found;
}

/*
 * Leave marks on behalf of all who hold a writer's lock on a relation: they
 * may have decided already to leave none themselves.
 */
static void
mark_open_writers(Oid root, Oid relation)
{
	LOCKTAG		tag;
	LockData   *locks;
	VirtualTransactionId *holders;
	int			nholders;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
	holders = GetLockConflicts(&tag, ShareLock, &nholders);
	locks = nholders == 0 ? NULL : GetLockStatusData();
	for (int i = 0; i < nholders; i++)
	{
		bool		more = false;

		if (!may_have_written(locks, relation, holders[i]))
			continue;
		mark_open_writer(root, relation, aqumv_compat_xid_of_vxid(holders[i]));
		do
			mark_open_writer(root, relation, TwoPhaseGetXidByVirtualXID(holders[i], &more));
		while (more);
	}
}

static bool
hides_rows(Oid base, Oid owner)
{
	return check_enable_rls(base, owner, true) == RLS_ENABLED;
}

/*
 * Make active the snapshot that the view will be filled from, and remember it.
 * The caller holds all locks that could keep the filling waiting, and has
 * tracked the base (InvalidOid if the view will not be used anyway).  The
 * definition must stay as it is until the end.  The order matters: see
 * freshness.c.
 */
void
aqumv_begin_filling(AqumvFilling *filling, Oid base, Oid owner, Query *definition)
{
	ListCell   *lc;

	filling->definition = definition;
	filling->versions = aqumv_function_versions(definition);
	filling->sources = aqumv_foreign_sources(base, owner);
	filling->changes = aqumv_function_changes;
	filling->hides_rows = OidIsValid(base) && hides_rows(base, owner);
	filling->moment = aqumv_current_moment();
	if (OidIsValid(base))
	{
		const AqumvTree *tree;

		/* who writes what is not in this tree yet looks after we have begun */
		aqumv_refresh_begins();
		AcceptInvalidationMessages();
		tree = aqumv_get_tree(base);
		mark_open_writers(tree->root, base);
		foreach(lc, tree->descendants)
			mark_open_writers(tree->root, lfirst_oid(lc));
	}
	/* what the statement's own functions and event triggers write comes later */
	aqumv_end_part(base);

	PushActiveSnapshot(GetTransactionSnapshot());
	filling->is_old = aqumv_snapshot_is_old();
	filling->snapshot = datumCopy(DirectFunctionCall1(pg_current_snapshot, (Datum) 0),
								  false, -1);
	aqumv_refresh_has_snapshot();
	/* what the snapshot sees attached must be read, heard of or not */
	if (OidIsValid(base))
		aqumv_look_again_at_partitions(base);
}

/*
 * Did the filling transaction itself begin to track the base, with a snapshot
 * that is older?  Then writes may have come between that left no mark.
 */
static bool
tracked_too_late(const AqumvTree *tree)
{
	if (!IsolationUsesXactSnapshot())
		return false;
	for (int i = 0; i < tree->nepochs; i++)
	{
		if (FullTransactionIdEquals(tree->epochs[i].xid, GetTopFullTransactionId()))
			return true;
	}
	return false;
}

/*
 * Does the record tell of all that there is in the base, as everybody computes it?
 */
static bool
is_complete(const AqumvFilling *filling, const AqumvView *view)
{
	if (filling->is_old || filling->hides_rows ||
		(view->runs_users_code && aqumv_reads_otherwise()))
		return false;
	if (view->unsuitable != NULL && view->maintenance != AQUMV_IMMEDIATE)
		return true;			/* it answers nothing */
	return !hides_rows(view->base, view->owner) &&
		(view->maintenance == AQUMV_IMMEDIATE || !tracked_too_late(aqumv_get_tree(view->base)));
}

/*
 * Did all functions of the view do the same from the beginning to the end?  The
 * entry must have been looked up before: who then has not heard of a new version
 * did not compute with it.
 */
static bool
were_the_same(const AqumvFilling *filling, const AqumvView *view)
{
	return aqumv_function_versions(filling->definition) == filling->versions &&
		aqumv_foreign_sources(view->base, view->owner) == filling->sources &&
		!aqumv_may_have_differed(view, filling->changes);
}

/*
 * The view has been filled: write its record.  A view that answers nothing has
 * one as well, for the sake of views over it.
 */
void
aqumv_end_filling(AqumvFilling *filling, Oid viewoid)
{
	AqumvView  *view;
	AqumvRefresh row;

	PopActiveSnapshot();
	CommandCounterIncrement();
	view = aqumv_get_locked_view(viewoid);
	/* while it takes part in inheritance, say, a table's changes are not seen */
	if (view == NULL ||
		((view->unsuitable == NULL || view->maintenance == AQUMV_IMMEDIATE) &&
		 aqumv_get_tree(view->base)->unsuitable != NULL))
	{
		aqumv_delete_refresh(viewoid);
		return;
	}
	row.view = viewoid;
	row.base = view->base;
	row.filenode = view->filenode;
	row.moment = filling->moment;
	row.functions = view->functions + filling->sources;
	if (!were_the_same(filling, view))
		row.functions = ~row.functions;
	row.complete = is_complete(filling, view);
	row.refreshed_at = GetCurrentTimestamp();
	row.timezone = unconstify(char *, pg_get_timezone_name(session_timezone));
	row.snapshot = filling->snapshot;
	aqumv_write_refresh(&row);
	if (OidIsValid(view->base))
		CacheInvalidateRelcacheByRelid(view->base);
}

/*
 * Writers do not change the view any more.  For views over it that is as if it
 * had been filled now: they have not noticed what writers did.  Of what this
 * transaction has written itself the record says that it is in the view; so the
 * record goes unless that is so.
 */
void
aqumv_end_maintenance(Oid viewoid, bool holds_all)
{
	AqumvRefresh row;

	if (!aqumv_read_refresh(viewoid, NULL, &row))
		return;
	if (!holds_all)
	{
		aqumv_doubt_refresh(viewoid);
		return;
	}
	row.moment = aqumv_current_moment();
	aqumv_write_refresh(&row);
	aqumv_end_part(row.base);
}

/*
 * The rows of a view have moved to other storage, unchanged (VACUUM FULL,
 * CLUSTER, SET TABLESPACE).
 */
void
aqumv_view_moved(Oid viewoid, Oid from, Oid to)
{
	AqumvRefresh row;

	if (!aqumv_read_refresh(viewoid, NULL, &row) || row.filenode != from)
		return;
	row.filenode = to;
	aqumv_write_refresh(&row);
}
