/*-------------------------------------------------------------------------
 *
 * track.c
 *	  Which relations have triggers that leave marks, and since when?
 *
 *	  The triggers are system triggers, like those of foreign keys: pg_dump does
 *	  not carry them (tracking begins anew with the REFRESH that ends a
 *	  restore), ALTER TABLE ... DISABLE TRIGGER USER leaves them alone, and only
 *	  a superuser can disable them.  They go with the table, and with the
 *	  extension.
 *
 *	  Creating one takes SHARE ROW EXCLUSIVE: it waits for open writers, and
 *	  holds new ones up until the transaction ends.  So every write that is not
 *	  marked is committed before the epoch that the tracking row records.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/genam.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog.h"
#include "compat.h"
#include "partition.h"
#include "track.h"
#include "writes.h"

PG_FUNCTION_INFO_V1(aqumv_track);
PG_FUNCTION_INFO_V1(aqumv_untrack);

/* ------------------------------------------------------------------------
 * Triggers
 * ------------------------------------------------------------------------
 */

/*
 * Create one of the tracking triggers, unless it stands.  The caller holds
 * SHARE ROW EXCLUSIVE.  The name of the row trigger sorts before any other, so
 * that a user's trigger never reads the table before its mark is left.
 */
static void
create_trigger(Oid relid, const char *function, bool row, int16 timing, int16 events)
{
	CreateTrigStmt *stmt;
	ObjectAddress trigger,
				extension;

	if (aqumv_has_trigger(relid, function))
		return;
	stmt = makeNode(CreateTrigStmt);
	stmt->trigname = psprintf(row ? "!aqumv_%s" : "aqumv_%s", function);
	stmt->row = row;
	stmt->timing = timing;
	stmt->events = events;
	trigger = CreateTriggerFiringOn(stmt, NULL, relid, InvalidOid, InvalidOid, InvalidOid,
									aqumv_trigger_function(function), InvalidOid, NULL,
									true, false,
									row ? TRIGGER_FIRES_ON_REPLICA : TRIGGER_FIRES_ALWAYS);
	ObjectAddressSet(extension, ExtensionRelationId,
					 get_extension_oid(AQUMV_EXTENSION, false));
	recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
	CommandCounterIncrement();
}

static void
create_triggers(Oid relid)
{
	char		relkind = get_rel_relkind(relid);
	int16		writes = TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE;

	create_trigger(relid, AQUMV_BEFORE_STATEMENT, false, TRIGGER_TYPE_BEFORE, writes);
	if (relkind != RELKIND_FOREIGN_TABLE)
		create_trigger(relid, AQUMV_TRUNCATE, false, TRIGGER_TYPE_BEFORE,
					   TRIGGER_TYPE_TRUNCATE);
	if (relkind == RELKIND_RELATION)
		create_trigger(relid, AQUMV_REPLICA_ROW, true, TRIGGER_TYPE_AFTER, writes);
}

/* Drop whatever triggers of ours a relation has. */
static void
drop_triggers(Oid relid)
{
	const char *const functions[] = {AQUMV_BEFORE_STATEMENT,
	AQUMV_REPLICA_ROW, AQUMV_TRUNCATE};
	Relation	rel = table_open(TriggerRelationId, AccessShareLock);
	ObjectAddresses *doomed = new_object_addresses();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		for (int i = 0; i < lengthof(functions); i++)
		{
			ObjectAddress address;

			if (trigger->tgfoid != aqumv_trigger_function(functions[i]))
				continue;
			ObjectAddressSet(address, TriggerRelationId, trigger->oid);
			add_exact_object_address(&address, doomed);
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	performMultipleDeletions(doomed, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
}

/* ------------------------------------------------------------------------
 * Tracking rows
 * ------------------------------------------------------------------------
 */

static Oid
parent_of(Oid relid)
{
	return get_rel_relispartition(relid) ? get_partition_parent(relid, true) : InvalidOid;
}

static Oid
root_of(Oid relid)
{
	List	   *ancestors = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;

	return ancestors == NIL ? relid : llast_oid(ancestors);
}

/* Give a relation its triggers, and a row that says "since now". */
static void
track_one(Oid relid)
{
	AqumvTracking row;

	LockRelationOid(relid, ShareRowExclusiveLock);
	if (aqumv_read_tracking(relid, &row) && !aqumv_has_triggers(relid))
		drop_triggers(relid);	/* somebody has switched some of them */
	create_triggers(relid);
	if (aqumv_read_tracking(relid, &row) && row.root != root_of(relid))
		aqumv_delete_marks(row.root, relid);
	row.relation = relid;
	row.parent = parent_of(relid);
	row.root = root_of(relid);
	row.since = row.changed = aqumv_current_moment();
	aqumv_write_tracking(&row);
}

/* Is this relation, taken alone, tracked as it should be? */
static bool
is_tracked(Oid relid)
{
	AqumvTracking row;

	return aqumv_read_tracking(relid, &row) &&
		row.root == root_of(relid) && row.parent == parent_of(relid) &&
		aqumv_has_triggers(relid);
}

/*
 * The relations to be tracked so that what is read of relid is, topmost first,
 * less those that are tracked already.
 */
static List *
untracked_around(Oid relid)
{
	List	   *all = NIL;
	List	   *result = NIL;
	ListCell   *lc;

	if (get_rel_relispartition(relid))
	{
		foreach(lc, get_partition_ancestors(relid))
			all = lcons_oid(lfirst_oid(lc), all);
	}
	all = lappend_oid(all, relid);
	all = list_concat(all, aqumv_partition_descendants(relid));
	foreach(lc, all)
	{
		if (!is_tracked(lfirst_oid(lc)))
			result = lappend_oid(result, lfirst_oid(lc));
	}
	return result;
}

static bool
can_have_triggers(Oid relid)
{
	char		relkind = get_rel_relkind(relid);

	return relid >= FirstNormalObjectId && !aqumv_is_own_table(relid) &&
		get_rel_persistence(relid) == RELPERSISTENCE_PERMANENT &&
		(relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		 relkind == RELKIND_FOREIGN_TABLE);
}

static bool
may_have_triggers(Oid relid)
{
	return pg_class_aclcheck(relid, GetUserId(), ACL_TRIGGER) == ACLCHECK_OK;
}

/*
 * Track a relation and all around it, if the current user may put triggers on
 * each that is not tracked yet.  False if not; nothing is changed then.
 */
bool
aqumv_track_if_permitted(Oid relid)
{
	List	   *untracked = untracked_around(relid);
	ListCell   *lc;

	foreach(lc, untracked)
	{
		if (!can_have_triggers(lfirst_oid(lc)) || !may_have_triggers(lfirst_oid(lc)))
			return false;
	}
	foreach(lc, untracked)
		track_one(lfirst_oid(lc));
	return true;
}

/*
 * A partition has just been created, empty: it can be tracked from the
 * beginning, and its parent's views need not be refreshed.
 */
void
aqumv_track_new_partition(Oid relid, Oid parent)
{
	AqumvTracking row;

	if (!aqumv_read_tracking(parent, &row) || !can_have_triggers(relid))
		return;
	LockRelationOid(relid, ShareRowExclusiveLock);
	create_triggers(relid);
	row.relation = relid;
	row.parent = parent;
	row.root = root_of(relid);
	row.changed = row.since;
	aqumv_write_tracking(&row);
	CacheInvalidateRelcacheByRelid(parent);
}

/*
 * A relation has come under another parent, or under none.  If it was tracked,
 * or its new parent is, so are it and all below from now on.
 */
void
aqumv_retrack(Oid relid)
{
	AqumvTracking row;
	Oid			parent = parent_of(relid);
	ListCell   *lc;

	if (!aqumv_read_tracking(relid, &row) &&
		!(OidIsValid(parent) && aqumv_read_tracking(parent, &row)))
		return;
	foreach(lc, lcons_oid(relid, aqumv_partition_descendants(relid)))
	{
		if (can_have_triggers(lfirst_oid(lc)))
			track_one(lfirst_oid(lc));
	}
}

/* Triggers of a relation were switched off or on: nothing before now counts. */
void
aqumv_note_switch(Oid relid)
{
	AqumvTracking row;

	if (!aqumv_read_tracking(relid, &row))
		return;
	row.since = aqumv_current_moment();
	aqumv_write_tracking(&row);
}

/* Rows of a relation, or below it, came or went without firing a trigger. */
void
aqumv_note_change(Oid relid)
{
	AqumvTracking row;

	if (!aqumv_read_tracking(relid, &row))
		return;
	row.changed = aqumv_current_moment();
	aqumv_write_tracking(&row);
	aqumv_mark_change(row.root, relid);
}

/*
 * Partitions of a relation may have been attached or detached.
 */
void
aqumv_note_partitions(Oid relid)
{
	ListCell   *lc;

	aqumv_note_change(relid);
	foreach(lc, aqumv_partition_descendants(relid))
	{
		if (!is_tracked(lfirst_oid(lc)))
			aqumv_retrack(lfirst_oid(lc));
	}
	foreach(lc, aqumv_tracked_children(relid))
	{
		if (get_rel_name(lfirst_oid(lc)) != NULL && parent_of(lfirst_oid(lc)) != relid)
			aqumv_retrack(lfirst_oid(lc));
	}
}

/* ------------------------------------------------------------------------
 * SQL functions
 * ------------------------------------------------------------------------
 */

static void
require_installed(void)
{
	if (!aqumv_is_installed())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is not installed in this database", AQUMV_EXTENSION),
				 errhint("Run CREATE EXTENSION %s.", AQUMV_EXTENSION)));
}

/* An argument of type regclass may be any number. */
static void
require_table(Oid relid)
{
	if (get_rel_name(relid) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	if (!can_have_triggers(relid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot track \"%s\"", get_rel_name(relid)),
				 errdetail("Only permanent tables, partitioned tables and foreign tables of users can be tracked.")));
}

static void
require_ownership(Oid relid)
{
	if (!aqumv_compat_owns_relation(relid))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relid));
}

/*
 * aqumv.track(relation regclass)
 */
Datum
aqumv_track(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	List	   *untracked;
	ListCell   *lc;

	PreventCommandIfReadOnly("aqumv.track()");
	require_installed();
	require_table(relid);
	LockRelationOid(relid, AccessShareLock);
	untracked = untracked_around(relid);
	foreach(lc, lcons_oid(relid, list_copy(untracked)))
	{
		Oid			each = lfirst_oid(lc);

		require_table(each);
		if (!may_have_triggers(each))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied for table %s", get_rel_name(each)),
					 errdetail("Tracking puts triggers on the table, its partitions and the tables it is a partition of."),
					 errhint("Ask the owner to run aqumv.track('%s'), or to grant TRIGGER.",
							 get_rel_name(relid))));
	}
	foreach(lc, untracked)
		track_one(lfirst_oid(lc));
	PG_RETURN_VOID();
}

/*
 * aqumv.untrack(relation regclass)
 */
Datum
aqumv_untrack(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	List	   *all;
	ListCell   *lc;

	PreventCommandIfReadOnly("aqumv.untrack()");
	require_installed();
	require_table(relid);
	require_ownership(relid);
	LockRelationOid(relid, AccessExclusiveLock);
	require_table(relid);
	all = lcons_oid(relid, aqumv_partition_descendants(relid));
	foreach(lc, all)
		require_ownership(lfirst_oid(lc));
	foreach(lc, all)
	{
		AqumvTracking row;

		LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
		drop_triggers(lfirst_oid(lc));
		if (aqumv_read_tracking(lfirst_oid(lc), &row))
			aqumv_delete_marks(row.root, lfirst_oid(lc));
		aqumv_delete_tracking(lfirst_oid(lc));
	}
	PG_RETURN_VOID();
}
