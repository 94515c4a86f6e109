/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  How are aqumv's own tables found, read and written?
 *
 *	  Reading and writing goes through the table and index access methods,
 *	  without privilege checks: whoever writes a tracked table leaves a mark,
 *	  and nobody else can.  The tables count only if they belong to the
 *	  extension, so that a schema of the same name cannot stand in for it.
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
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "storage/bufmgr.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/xid8.h"

#include "catalog.h"
#include "compat.h"

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
 * Finding the tables
 * ------------------------------------------------------------------------
 */

typedef struct OwnTables
{
	bool		valid;
	Oid			tracking;
	Oid			tracking_index;
	Oid			mark;
	Oid			mark_index;
	Oid			refresh;
	Oid			refresh_index;
} OwnTables;

static OwnTables own_tables;

static void
forget_own_tables(Datum arg, Oid relid)
{
	if (own_tables.valid &&
		(relid == InvalidOid || relid == own_tables.mark ||
		 relid == own_tables.tracking || relid == own_tables.refresh))
		own_tables.valid = false;
}

static Oid
find_own_table(Oid schema, Oid extension, const char *name)
{
	Oid			relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid) ||
		getExtensionOfObject(RelationRelationId, relid) != extension)
		return InvalidOid;
	return relid;
}

/*
 * Is the extension installed in this database?  Cheap where it is, and one
 * syscache probe where it is not.
 */
bool
aqumv_is_installed(void)
{
	static bool registered = false;
	Oid			schema;
	Oid			extension;
	OwnTables	found = {0};

	if (own_tables.valid)
		return true;
	if (!registered)
	{
		CacheRegisterRelcacheCallback(forget_own_tables, (Datum) 0);
		registered = true;
	}
	schema = get_namespace_oid(AQUMV_SCHEMA, true);
	if (!OidIsValid(schema))
		return false;
	extension = get_extension_oid(AQUMV_EXTENSION, true);
	if (!OidIsValid(extension))
		return false;
	found.tracking = find_own_table(schema, extension, "tracking");
	found.mark = find_own_table(schema, extension, "mark");
	found.refresh = find_own_table(schema, extension, "refresh");
	found.tracking_index = get_relname_relid("tracking_relation", schema);
	found.mark_index = get_relname_relid("mark_root", schema);
	found.refresh_index = get_relname_relid("refresh_view", schema);
	found.valid = OidIsValid(found.tracking) && OidIsValid(found.mark) &&
		OidIsValid(found.refresh) && OidIsValid(found.tracking_index) &&
		OidIsValid(found.mark_index) && OidIsValid(found.refresh_index);
	own_tables = found;
	return found.valid;
}

/* Is this one of aqumv's own tables? */
bool
aqumv_is_own_table(Oid relid)
{
	return aqumv_is_installed() &&
		(relid == own_tables.tracking || relid == own_tables.mark ||
		 relid == own_tables.refresh);
}

/* OID of one of the trigger functions. */
Oid
aqumv_trigger_function(const char *name)
{
	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  0, NULL, false);
}

/*
 * A function or aggregate behind hidden columns, or InvalidOid.
 */
static Oid
column_function(const char *name, Oid argument)
{
	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  1, &argument, true);
}

Oid
aqumv_scales_function(void)
{
	return column_function("scales", NUMERICOID);
}

Oid
aqumv_row_hash_function(void)
{
	return column_function("row_hash", ANYOID);
}

/*
 * Of a count, a sum and a sum of squares; or InvalidOid.
 */
Oid
aqumv_variance_function(const char *name)
{
	Oid			arguments[] = {INT8OID, NUMERICOID, NUMERICOID};

	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  lengthof(arguments), arguments, true);
}

/*
 * The aggregate of states of core's aggregate of this name; or InvalidOid.
 */
Oid
aqumv_moments_aggregate(const char *name)
{
	Oid			argument = FLOAT8ARRAYOID;

	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  1, &argument, true);
}

/* ------------------------------------------------------------------------
 * Rows by key
 * ------------------------------------------------------------------------
 */

typedef void (*RowReader) (HeapTuple tuple, TupleDesc desc, void *result);

static SysScanDesc
begin_scan(Relation rel, Oid index, Oid key, Snapshot snapshot)
{
	ScanKeyData skey;

	/* the first column is the key of each of our indexes */
	ScanKeyInit(&skey, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(key));
	return systable_beginscan(rel, index, true, snapshot, 1, &skey);
}

/* Read the row of a key, if there is one.  A NULL snapshot means the latest. */
static bool
read_row(Oid table, Oid index, Oid key, Snapshot snapshot, RowReader reader, void *result)
{
	Relation	rel = table_open(table, AccessShareLock);
	SysScanDesc scan = begin_scan(rel, index, key, snapshot);
	HeapTuple	tuple = systable_getnext(scan);
	bool		found = HeapTupleIsValid(tuple);

	if (found)
		reader(tuple, RelationGetDescr(rel), result);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Insert the row of a key, or replace the one there is.  Concurrent writers of
 * one key wait for each other; DDL locks keep that from happening but for
 * REFRESH CONCURRENTLY and VACUUM, which take turns on the view as well.
 */
static void
upsert_row(Oid table, Oid index, Oid key, Datum *values, int natts)
{
	Relation	rel = table_open(table, RowExclusiveLock);
	SysScanDesc scan = begin_scan(rel, index, key, NULL);
	HeapTuple	old = systable_getnext(scan);
	bool		nulls[REFRESH_NATTS] = {false};
	HeapTuple	tuple;

	Assert(natts <= REFRESH_NATTS);
	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	if (HeapTupleIsValid(old))
		CatalogTupleUpdate(rel, &old->t_self, tuple);
	else
		CatalogTupleInsert(rel, tuple);
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

static void
delete_row(Oid table, Oid index, Oid key)
{
	Relation	rel = table_open(table, RowExclusiveLock);
	SysScanDesc scan = begin_scan(rel, index, key, NULL);
	HeapTuple	tuple;
	bool		found = false;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CatalogTupleDelete(rel, &tuple->t_self);
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
tracking_from_tuple(HeapTuple tuple, TupleDesc desc, void *result)
{
	AqumvTracking *row = result;

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
	return aqumv_is_installed() &&
		read_row(own_tables.tracking, own_tables.tracking_index, relation, NULL,
				 tracking_from_tuple, row);
}

/* Insert or replace the row of a relation, and have caches notice. */
void
aqumv_write_tracking(const AqumvTracking *row)
{
	Datum		values[TRACKING_NATTS];

	if (!aqumv_is_installed())
		return;
	values[TRACKING_RELATION - 1] = ObjectIdGetDatum(row->relation);
	values[TRACKING_PARENT - 1] = ObjectIdGetDatum(row->parent);
	values[TRACKING_ROOT - 1] = ObjectIdGetDatum(row->root);
	values[TRACKING_SINCE_XID - 1] = FullTransactionIdGetDatum(row->since.xid);
	values[TRACKING_SINCE_PART - 1] = Int32GetDatum(row->since.part);
	values[TRACKING_CHANGED_XID - 1] = FullTransactionIdGetDatum(row->changed.xid);
	values[TRACKING_CHANGED_PART - 1] = Int32GetDatum(row->changed.part);
	upsert_row(own_tables.tracking, own_tables.tracking_index, row->relation,
			   values, TRACKING_NATTS);
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(row->relation)))
		CacheInvalidateRelcacheByRelid(row->relation);
}

void
aqumv_delete_tracking(Oid relation)
{
	if (!aqumv_is_installed())
		return;
	delete_row(own_tables.tracking, own_tables.tracking_index, relation);
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)))
		CacheInvalidateRelcacheByRelid(relation);
}

/*
 * Relations that are tracked as partitions of a parent, whether they still are
 * or not.
 */
List *
aqumv_tracked_children(Oid parent)
{
	List	   *children = NIL;
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (!aqumv_is_installed())
		return NIL;
	rel = table_open(own_tables.tracking, AccessShareLock);
	ScanKeyInit(&key, TRACKING_PARENT, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(parent));
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		children = lappend_oid(children, DatumGetObjectId(attribute(tuple, TRACKING_RELATION,
																	RelationGetDescr(rel))));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return children;
}

/* ------------------------------------------------------------------------
 * mark
 * ------------------------------------------------------------------------
 */

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
supersede_marks(Relation rel, Oid root, Oid relation, AqumvMarkKind kind, bool all,
				Snapshot snapshot)
{
	/*
	 * Whether marks are there means nothing to this transaction: a scan under its
	 * snapshot would leave SIREAD locks, and serialization failures to follow.
	 */
	SysScanDesc scan = begin_scan(rel, own_tables.mark_index, root,
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
 * Leave a mark in the place of this backend's previous one, which is cheaper
 * than a new row.  Nobody else touches that one while the backend lives.  False
 * if it is gone, or not visible to the transaction (which may not stand for it
 * then).
 */
bool
aqumv_replace_mark(AqumvMarkPlace *place, Oid root, AqumvMoment moment)
{
	Relation	rel;
	Snapshot	snapshot;
	bool		done = false;

	if (!aqumv_is_installed())
		return true;
	rel = table_open(own_tables.mark, RowExclusiveLock);
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
			{
				Relation	index = index_open(own_tables.mark_index, RowExclusiveLock);
				Datum		value = ObjectIdGetDatum(root);
				bool		isnull = false;

				index_insert(index, &value, &isnull, &tuple->t_self, rel, UNIQUE_CHECK_NO,
							 false, BuildIndexInfo(index));
				index_close(index, RowExclusiveLock);
			}
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
	Relation	rel;
	HeapTuple	tuple;

	if (!aqumv_is_installed())
		return;
	rel = table_open(own_tables.mark, RowExclusiveLock);
	if (supersede)
	{
		/*
		 * Only what the transaction itself sees may go: under REPEATABLE READ
		 * that is less than what is committed.
		 */
		Snapshot	snapshot = RegisterSnapshot(GetTransactionSnapshot());

		supersede_marks(rel, root, place->relation, kind, false, snapshot);
		UnregisterSnapshot(snapshot);
	}
	tuple = form_mark(rel, root, place->relation, kind, moment);
	CatalogTupleInsert(rel, tuple);
	place->tid = tuple->t_self;
	place->moment = moment;
	table_close(rel, RowExclusiveLock);
}

/*
 * Forget the marks of a relation that is no longer tracked as part of this
 * tree.  Those that somebody is replacing stay, to no harm.
 */
void
aqumv_delete_marks(Oid root, Oid relation)
{
	Relation	rel;

	if (!aqumv_is_installed())
		return;
	rel = table_open(own_tables.mark, RowExclusiveLock);
	supersede_marks(rel, root, relation, AQUMV_MARK_WRITE, true, NULL);
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
	Relation	rel = table_open(own_tables.mark, AccessShareLock);
	SysScanDesc scan = begin_scan(rel, own_tables.mark_index, root, snapshot);
	HeapTuple	tuple;

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

/* ------------------------------------------------------------------------
 * refresh
 * ------------------------------------------------------------------------
 */

static void
refresh_from_tuple(HeapTuple tuple, TupleDesc desc, void *result)
{
	AqumvRefresh *row = result;

	row->view = DatumGetObjectId(attribute(tuple, REFRESH_VIEW, desc));
	row->base = DatumGetObjectId(attribute(tuple, REFRESH_BASE, desc));
	row->filenode = DatumGetObjectId(attribute(tuple, REFRESH_FILENODE, desc));
	row->moment = moment_attributes(tuple, REFRESH_XID, REFRESH_PART, desc);
	row->functions = DatumGetInt64(attribute(tuple, REFRESH_FUNCTIONS, desc));
	row->complete = DatumGetBool(attribute(tuple, REFRESH_COMPLETE, desc));
	row->refreshed_at = DatumGetTimestampTz(attribute(tuple, REFRESH_REFRESHED_AT, desc));
	row->timezone = TextDatumGetCString(attribute(tuple, REFRESH_TIMEZONE, desc));
	row->snapshot = PointerGetDatum(PG_DETOAST_DATUM_COPY(attribute(tuple, REFRESH_SNAPSHOT, desc)));
}

/* Read what a snapshot knows of a view's last refresh. */
bool
aqumv_read_refresh(Oid view, Snapshot snapshot, AqumvRefresh *row)
{
	return aqumv_is_installed() &&
		read_row(own_tables.refresh, own_tables.refresh_index, view, snapshot,
				 refresh_from_tuple, row);
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

	if (!aqumv_is_installed())
		return;
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
	upsert_row(own_tables.refresh, own_tables.refresh_index, row->view,
			   values, REFRESH_NATTS);
	invalidate_view(row->view);
}

void
aqumv_delete_refresh(Oid view)
{
	if (!aqumv_is_installed())
		return;
	delete_row(own_tables.refresh, own_tables.refresh_index, view);
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
