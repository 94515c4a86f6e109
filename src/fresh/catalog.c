/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  How are the rows of aqumv's own tables read and written?
 *
 *	  Reading and writing goes through the table and index access methods,
 *	  without privilege checks: whoever writes a tracked table leaves a mark,
 *	  and nobody else can.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/xid8.h"

#include "compat.h"
#include "fresh/catalog.h"

enum tracking_attributes
{
	TRACKING_RELATION = 1,
	TRACKING_PARENT,
	TRACKING_ROOT,
	TRACKING_SINCE_XID,
	TRACKING_SINCE_PART,
	TRACKING_CHANGED_XID,
	TRACKING_CHANGED_PART,
	TRACKING_NATTS = TRACKING_CHANGED_PART
};

enum refresh_attributes
{
	REFRESH_VIEW = 1,
	REFRESH_BASE,
	REFRESH_FILENODE,
	REFRESH_XID,
	REFRESH_PART,
	REFRESH_FUNCTIONS,
	REFRESH_COMPLETE,
	REFRESH_REFRESHED_AT,
	REFRESH_TIMEZONE,
	REFRESH_SNAPSHOT,
	REFRESH_NATTS = REFRESH_SNAPSHOT
};

/* ------------------------------------------------------------------------
 * Rows by key
 * ------------------------------------------------------------------------
 */

/* Scan the rows of a key.  A NULL snapshot means the latest. */
SysScanDesc
aqumv_scan_own_table(Relation rel, Oid index, Oid key, Snapshot snapshot)
{
	ScanKeyData skey;

	/* the first column is the key of each of our indexes */
	ScanKeyInit(&skey, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(key));
	return systable_beginscan(rel, index, true, snapshot, 1, &skey);
}

/*
 * Delete a row.  Somebody else may be at it: without wait, returns
 * TM_BeingModified then; with it, waits for him.  What is gone already is gone,
 * at every isolation level.
 */
static TM_Result
delete_tuple(Relation rel, HeapTuple tuple, bool wait)
{
	TM_FailureData failure;

	return table_tuple_delete(rel, &tuple->t_self, GetCurrentCommandId(true),
							  InvalidSnapshot, InvalidSnapshot, wait, &failure, false);
}

static bool is_unseen_doubt(HeapTuple tuple, TupleDesc desc, const AqumvRefresh *refresh);

/*
 * Insert the row of a key, and delete whatever there is, but for doubts that a
 * refresh did not see.  Concurrent writers of one key are kept apart by DDL
 * locks; who only adds to it need not be waited for.
 */
static void
replace_rows(AqumvOwnTable which, Oid key, Datum *values, const AqumvRefresh *refresh)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(which, RowExclusiveLock, &index);
	SysScanDesc scan;
	bool		nulls[REFRESH_NATTS] = {false};
	HeapTuple	old,
				tuple;
	bool		done = false;

	if (rel == NULL)
		return;
	scan = aqumv_scan_own_table(rel, index, key, NULL);
	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	while (HeapTupleIsValid(old = systable_getnext(scan)))
	{
		if (refresh != NULL && is_unseen_doubt(old, RelationGetDescr(rel), refresh))
			continue;
		if (done)
			(void) delete_tuple(rel, old, true);
		else
			CatalogTupleUpdate(rel, &old->t_self, tuple);
		done = true;
	}
	if (!done)
		CatalogTupleInsert(rel, tuple);
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

static void
delete_rows(AqumvOwnTable which, Oid key)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(which, RowExclusiveLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	if (rel == NULL)
		return;
	scan = aqumv_scan_own_table(rel, index, key, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		(void) delete_tuple(rel, tuple, true);
		found = true;
	}
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
	if (found)
		CommandCounterIncrement();
}

static Datum
attribute(HeapTuple tuple, int attno, TupleDesc desc)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, attno, desc, &isnull);

	if (isnull)
		elog(ERROR, "unexpected null in a table of aqumv");
	return value;
}

static AqumvMoment
moment_attributes(HeapTuple tuple, int xid, int part, TupleDesc desc)
{
	AqumvMoment moment;

	moment.xid = DatumGetFullTransactionId(attribute(tuple, xid, desc));
	moment.part = DatumGetInt32(attribute(tuple, part, desc));
	return moment;
}

/* ------------------------------------------------------------------------
 * tracking
 * ------------------------------------------------------------------------
 */

static void
tracking_from_tuple(HeapTuple tuple, TupleDesc desc, AqumvTracking *row)
{
	row->relation = DatumGetObjectId(attribute(tuple, TRACKING_RELATION, desc));
	row->parent = DatumGetObjectId(attribute(tuple, TRACKING_PARENT, desc));
	row->root = DatumGetObjectId(attribute(tuple, TRACKING_ROOT, desc));
	row->since = moment_attributes(tuple, TRACKING_SINCE_XID, TRACKING_SINCE_PART, desc);
	row->changed = moment_attributes(tuple, TRACKING_CHANGED_XID, TRACKING_CHANGED_PART, desc);
}

/*
 * Read how a relation is tracked, as of now: like a catalog, whatever the
 * transaction's snapshot.
 */
bool
aqumv_read_tracking(Oid relation, AqumvTracking *row)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_TRACKING, AccessShareLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found;

	if (rel == NULL)
		return false;
	scan = aqumv_scan_own_table(rel, index, relation, NULL);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found)
		tracking_from_tuple(tuple, RelationGetDescr(rel), row);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* Insert or replace the row of a relation, and have caches notice. */
void
aqumv_write_tracking(const AqumvTracking *row)
{
	Datum		values[TRACKING_NATTS];

	values[TRACKING_RELATION - 1] = ObjectIdGetDatum(row->relation);
	values[TRACKING_PARENT - 1] = ObjectIdGetDatum(row->parent);
	values[TRACKING_ROOT - 1] = ObjectIdGetDatum(row->root);
	values[TRACKING_SINCE_XID - 1] = FullTransactionIdGetDatum(row->since.xid);
	values[TRACKING_SINCE_PART - 1] = Int32GetDatum(row->since.part);
	values[TRACKING_CHANGED_XID - 1] = FullTransactionIdGetDatum(row->changed.xid);
	values[TRACKING_CHANGED_PART - 1] = Int32GetDatum(row->changed.part);
	replace_rows(AQUMV_OWN_TRACKING, row->relation, values, NULL);
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(row->relation)))
		CacheInvalidateRelcacheByRelid(row->relation);
}

/*
 * Wait for whoever is changing the row of a relation, and let nobody else do so
 * before the transaction ends: for those who have no lock on the relation itself.
 */
void
aqumv_claim_tracking(Oid relation)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_TRACKING, RowExclusiveLock, &index);
	TupleTableSlot *slot;
	TM_Result	result;

	if (rel == NULL)
		return;
	slot = table_slot_create(rel, NULL);
	do
	{
		SysScanDesc scan = aqumv_scan_own_table(rel, index, relation, NULL);
		HeapTuple	tuple = systable_getnext(scan);
		TM_FailureData failure;

		result = tuple == NULL ? TM_Ok :
			table_tuple_lock(rel, &tuple->t_self, GetLatestSnapshot(), slot,
							 GetCurrentCommandId(true), LockTupleExclusive, LockWaitBlock,
							 0, &failure);
		systable_endscan(scan);
	} while (result == TM_Updated || result == TM_Deleted);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, RowExclusiveLock);
}

void
aqumv_delete_tracking(Oid relation)
{
	delete_rows(AQUMV_OWN_TRACKING, relation);
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)))
		CacheInvalidateRelcacheByRelid(relation);
}

static List *
scan_tracked(int nkeys, ScanKey keys)
{
	List	   *tracked = NIL;
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_TRACKING, AccessShareLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;

	if (rel == NULL)
		return NIL;
	scan = systable_beginscan(rel, InvalidOid, false, NULL, nkeys, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		tracked = lappend_oid(tracked, DatumGetObjectId(attribute(tuple, TRACKING_RELATION,
																  RelationGetDescr(rel))));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return tracked;
}

/*
 * Relations that are tracked as partitions of a parent, whether they still are
 * or not.
 */
List *
aqumv_tracked_children(Oid parent)
{
	ScanKeyData key;

	ScanKeyInit(&key, TRACKING_PARENT, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(parent));
	return scan_tracked(1, &key);
}

/* All relations that are tracked, some of which may have gone. */
List *
aqumv_all_tracked(void)
{
	return scan_tracked(0, NULL);
}

/* ------------------------------------------------------------------------
 * refresh
 * ------------------------------------------------------------------------
 */

static void
refresh_from_tuple(HeapTuple tuple, TupleDesc desc, AqumvRefresh *row)
{
	row->view = DatumGetObjectId(attribute(tuple, REFRESH_VIEW, desc));
	row->base = DatumGetObjectId(attribute(tuple, REFRESH_BASE, desc));
	row->filenode = DatumGetObjectId(attribute(tuple, REFRESH_FILENODE, desc));
	row->moment = moment_attributes(tuple, REFRESH_XID, REFRESH_PART, desc);
	row->functions = DatumGetInt64(attribute(tuple, REFRESH_FUNCTIONS, desc));
	row->complete = DatumGetBool(attribute(tuple, REFRESH_COMPLETE, desc));
	row->refreshed_at = DatumGetTimestampTz(attribute(tuple, REFRESH_REFRESHED_AT, desc));
	row->timezone = TextDatumGetCString(attribute(tuple, REFRESH_TIMEZONE, desc));
	row->snapshot =
		PointerGetDatum(PG_DETOAST_DATUM_COPY(attribute(tuple, REFRESH_SNAPSHOT, desc)));
}

/*
 * Does a row of aqumv.refresh take a record back?  Such rows stand where a record
 * was, and for its deletion where that would have to wait.
 */
static bool
is_doubt(HeapTuple tuple, TupleDesc desc)
{
	return DatumGetObjectId(attribute(tuple, REFRESH_FILENODE, desc)) == InvalidOid;
}

/*
 * Does it, on account of a transaction whose writes the refresh did not read?
 * Who doubts without a lock on the view may commit while it is being filled.
 */
static bool
is_unseen_doubt(HeapTuple tuple, TupleDesc desc, const AqumvRefresh *refresh)
{
	return is_doubt(tuple, desc) &&
		!aqumv_moment_seen(moment_attributes(tuple, REFRESH_XID, REFRESH_PART, desc), refresh);
}

/*
 * Read what a snapshot knows of a view's last refresh: false if nothing, or if
 * it sees that somebody doubted the view since.
 */
bool
aqumv_read_refresh(Oid view, Snapshot snapshot, AqumvRefresh *row)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_REFRESH, AccessShareLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;
	bool		doubted = false;

	if (rel == NULL)
		return false;
	scan = aqumv_scan_own_table(rel, index, view, snapshot);
	while (!doubted && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		doubted = is_doubt(tuple, RelationGetDescr(rel));
		if (!doubted)
			refresh_from_tuple(tuple, RelationGetDescr(rel), row);
		found = true;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found && !doubted;
}

/*
 * The TimeZone that a view was last filled in, whether that still counts or not,
 * palloc'd; or NULL if nobody knows.  Who computes it anew, without having been
 * asked for that by a REFRESH, does so in the same.
 */
char *
aqumv_read_timezone(Oid view)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_REFRESH, AccessShareLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *result = NULL;

	if (rel == NULL)
		return NULL;
	scan = aqumv_scan_own_table(rel, index, view, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		char	   *zone = TextDatumGetCString(attribute(tuple, REFRESH_TIMEZONE, desc));

		if (zone[0] != '\0' && (result == NULL || !is_doubt(tuple, desc)))
			result = zone;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return result;
}

/* What backends remember of a view rests on its record. */
static void
invalidate_view(Oid view)
{
	if (get_rel_relkind(view) == RELKIND_MATVIEW)
		CacheInvalidateRelcacheByRelid(view);
}

void
aqumv_write_refresh(const AqumvRefresh *row)
{
	Datum		values[REFRESH_NATTS];

	values[REFRESH_VIEW - 1] = ObjectIdGetDatum(row->view);
	values[REFRESH_BASE - 1] = ObjectIdGetDatum(row->base);
	values[REFRESH_FILENODE - 1] = ObjectIdGetDatum(row->filenode);
	values[REFRESH_XID - 1] = FullTransactionIdGetDatum(row->moment.xid);
	values[REFRESH_PART - 1] = Int32GetDatum(row->moment.part);
	values[REFRESH_FUNCTIONS - 1] = Int64GetDatum(row->functions);
	values[REFRESH_COMPLETE - 1] = BoolGetDatum(row->complete);
	values[REFRESH_REFRESHED_AT - 1] = TimestampTzGetDatum(row->refreshed_at);
	values[REFRESH_TIMEZONE - 1] = CStringGetTextDatum(row->timezone);
	values[REFRESH_SNAPSHOT - 1] = row->snapshot;
	replace_rows(AQUMV_OWN_REFRESH, row->view, values, row);
	invalidate_view(row->view);
}

/*
 * Forget when a view was filled.  The caller holds a lock on it that keeps
 * others from filling it or writing into it, or it is gone.
 */
void
aqumv_delete_refresh(Oid view)
{
	delete_rows(AQUMV_OWN_REFRESH, view);
	invalidate_view(view);
}

/* With the TimeZone of the record in whose place it stands, or "". */
static void
insert_doubt(Relation rel, Oid view, const char *timezone)
{
	AqumvMoment now = {.xid = GetTopFullTransactionId()};
	Datum		values[REFRESH_NATTS] = {0};
	bool		nulls[REFRESH_NATTS] = {false};

	values[REFRESH_VIEW - 1] = ObjectIdGetDatum(view);
	values[REFRESH_XID - 1] = FullTransactionIdGetDatum(now.xid);
	values[REFRESH_REFRESHED_AT - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[REFRESH_TIMEZONE - 1] = CStringGetTextDatum(timezone);
	values[REFRESH_SNAPSHOT - 1] = DirectFunctionCall1(pg_snapshot_in, CStringGetDatum("1:1:"));
	CatalogTupleInsert(rel, heap_form_tuple(RelationGetDescr(rel), values, nulls));
}

/*
 * Whoever sees this transaction must not rely on a view any more until it has
 * been filled again: take its record back, and leave a row in its place that says
 * so, and in which TimeZone the view was filled.  Several may do that at once, and
 * none waits for the others, who may be prepared transactions: where one has
 * deleted the record already, and may still roll back, a row that says the same
 * is added.  REFRESH clears those away.
 */
void
aqumv_doubt_refresh(Oid view)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_REFRESH, RowExclusiveLock, &index);
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;
	bool		disputed = false;
	char	   *timezone = NULL;

	if (rel == NULL)
		return;
	scan = aqumv_scan_own_table(rel, index, view, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TM_Result	result;

		found = true;
		if (is_doubt(tuple, RelationGetDescr(rel)))
			continue;
		result = delete_tuple(rel, tuple, false);
		if (result == TM_Ok)
			timezone = TextDatumGetCString(attribute(tuple, REFRESH_TIMEZONE,
													 RelationGetDescr(rel)));
		else if (result != TM_SelfModified && result != TM_Deleted)
			disputed = true;
	}
	systable_endscan(scan);
	if (timezone != NULL || disputed)
		insert_doubt(rel, view, timezone != NULL ? timezone : "");
	table_close(rel, RowExclusiveLock);
	if (found)
		CommandCounterIncrement();
	invalidate_view(view);
}

/*
 * The same for those who hold no lock on the view, and so might miss a REFRESH
 * that is filling it: only add to what is there, once per transaction.  REFRESH
 * leaves that alone unless it has read what the transaction wrote.
 */
void
aqumv_add_doubt(Oid view)
{
	Oid			index;
	Relation	rel = aqumv_open_own_table(AQUMV_OWN_REFRESH, RowExclusiveLock, &index);
	FullTransactionId xid = GetTopFullTransactionId();
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	if (rel == NULL)
		return;
	scan = aqumv_scan_own_table(rel, index, view, NULL);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);

		found = is_doubt(tuple, desc) &&
			FullTransactionIdEquals(xid, moment_attributes(tuple, REFRESH_XID, REFRESH_PART,
														   desc).xid);
	}
	systable_endscan(scan);
	if (!found)
		insert_doubt(rel, view, "");
	table_close(rel, RowExclusiveLock);
	if (found)
		return;
	CommandCounterIncrement();
	invalidate_view(view);
}

/*
 * Did the refresh read what was written at that moment?  Its own transaction's
 * earlier writes it did; its snapshot does not say so.
 */
bool
aqumv_moment_seen(AqumvMoment moment, const AqumvRefresh *refresh)
{
	if (FullTransactionIdEquals(moment.xid, refresh->moment.xid))
		return moment.part <= refresh->moment.part;
	return DatumGetBool(DirectFunctionCall2(pg_visible_in_snapshot,
											FullTransactionIdGetDatum(moment.xid),
											refresh->snapshot));
}
