/*-------------------------------------------------------------------------
 *
 * track.c
 *	  Which relations have triggers that leave marks, and since when?
 *
 *	  Creating a trigger takes SHARE ROW EXCLUSIVE: it waits for open writers, and
 *	  holds new ones up until the transaction ends.  So every write that is not
 *	  marked is committed before the epoch that the tracking row records.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/genam.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "fresh/await.h"
#include "fresh/catalog.h"
#include "fresh/marks.h"
#include "fresh/option.h"
#include "fresh/partition.h"
#include "fresh/statements.h"
#include "fresh/track.h"
#include "fresh/triggerkinds.h"
#include "fresh/triggers.h"
#include "fresh/trust.h"
#include "fresh/views.h"

PG_FUNCTION_INFO_V1(aqumv_track);
PG_FUNCTION_INFO_V1(aqumv_untrack);

/* ------------------------------------------------------------------------
 * Tracking rows
 * ------------------------------------------------------------------------
 */

/* Give a relation its triggers, and a row that says "since now". */
void
aqumv_track_one(Oid relid)
{
	AqumvTracking row;

	LockRelationOid(relid, ShareRowExclusiveLock);
	aqumv_create_triggers(relid, false);
	if (aqumv_read_tracking(relid, &row) && row.root != aqumv_root_of(relid))
		aqumv_delete_marks(row.root, relid);
	row.relation = relid;
	row.parent = aqumv_parent_of(relid);
	row.root = aqumv_root_of(relid);
	row.since = row.changed = aqumv_current_moment();
	aqumv_write_tracking(&row);
}

/* Is this relation, taken alone, tracked as it should be? */
bool
aqumv_is_tracked(Oid relid)
{
	AqumvTracking row;

	return aqumv_read_tracking(relid, &row) &&
		row.root == aqumv_root_of(relid) && row.parent == aqumv_parent_of(relid) &&
		aqumv_has_triggers(relid, false);
}

/*
 * The relations to be tracked so that what is read of relid is, topmost first,
 * less those that are tracked already, and those that have just been dropped.
 */
static List *
untracked_around(Oid relid)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, aqumv_relations_around(relid))
	{
		if (!aqumv_is_tracked(lfirst_oid(lc)) && get_rel_relkind(lfirst_oid(lc)) != '\0')
			result = lappend_oid(result, lfirst_oid(lc));
	}
	return result;
}

/*
 * Track a relation that was not tracked a moment ago, and may be gone or have
 * been tracked by somebody else by now.
 */
static void
track_if_needed(Oid relid)
{
	LockRelationOid(relid, ShareRowExclusiveLock);
	if (get_rel_relkind(relid) != '\0' && !aqumv_is_tracked(relid))
		aqumv_track_one(relid);
	else
		UnlockRelationOid(relid, ShareRowExclusiveLock);
}

bool
aqumv_can_have_triggers(Oid relid)
{
	char		relkind = get_rel_relkind(relid);

	return relid >= FirstNormalObjectId && !aqumv_is_own_table(relid) &&
		get_rel_persistence(relid) == RELPERSISTENCE_PERMANENT &&
		(relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		 relkind == RELKIND_FOREIGN_TABLE);
}

static bool
may_put_triggers(Oid role, Oid relid)
{
	return pg_class_aclcheck(relid, role, ACL_TRIGGER) == ACLCHECK_OK;
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
		if (!aqumv_can_have_triggers(lfirst_oid(lc)) ||
			!may_put_triggers(GetUserId(), lfirst_oid(lc)))
			return false;
	}
	(void) aqumv_keep_out_aside(untracked);
	foreach(lc, untracked)
		track_if_needed(lfirst_oid(lc));
	return true;
}

/* The immediate views over any of these relations. */
List *
aqumv_immediate_views(List *relids)
{
	List	   *views = NIL;
	ListCell   *lc,
			   *lv;

	foreach(lc, relids)
	{
		foreach(lv, aqumv_views_over(lfirst_oid(lc)))
		{
			if (aqumv_maintenance_of(lfirst_oid(lv)) == AQUMV_IMMEDIATE)
				views = list_append_unique_oid(views, lfirst_oid(lv));
		}
	}
	return views;
}

/*
 * Triggers of a relation were switched off or on, or dropped: nothing before
 * now counts.  A snapshot may see this transaction before the session hears that
 * the epoch has moved; so there is a mark as well.
 *
 * The command may have locked the relation's parent only, but whoever else has
 * changed its tracking row keeps this lock until his transaction ends.
 */
void
aqumv_note_switch(Oid relid)
{
	AqumvTracking row;

	LockRelationOid(relid, ShareUpdateExclusiveLock);
	aqumv_distrust(relid, true);
	if (!aqumv_read_tracking(relid, &row))
		return;
	row.since = aqumv_current_moment();
	aqumv_write_tracking(&row);
	aqumv_mark_switch(row.root, relid);
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

/* ------------------------------------------------------------------------
 * Immediate views
 * ------------------------------------------------------------------------
 */

static bool
is_locked_exclusively(Oid relid)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);
	bool		result;

	if (rel == NULL)
		return true;
	result = CheckRelationLockedByMe(rel, AccessExclusiveLock, true);
	relation_close(rel, AccessShareLock);
	return result;
}

/*
 * Rows of a relation may have come or gone without passing a trigger (with
 * below, also rows of its partitions, through it): what the immediate views that
 * have these rows hold is worth nothing until they are filled again.
 *
 * A filling that is under way may have written its record already, so wait for
 * it.  Not if it may be waiting for us: then it has not even begun to read.
 */
void
aqumv_distrust(Oid relid, bool below)
{
	ListCell   *lc;

	foreach(lc, aqumv_immediate_views(below ? aqumv_relations_around(relid) :
									  aqumv_relations_above(relid)))
	{
		if (!is_locked_exclusively(relid))
			LockRelationOid(lfirst_oid(lc), RowExclusiveLock);
		aqumv_doubt_refresh(lfirst_oid(lc));
		CacheInvalidateRelcacheByRelid(lfirst_oid(lc));
	}
}

/*
 * A relation around a table on which a role may not put triggers, or InvalidOid.
 * Immediate views make all who write run their functions, so their owners need
 * that right, whether the triggers stand already or not.
 */
Oid
aqumv_forbids_triggers(Oid relid, Oid role)
{
	ListCell   *lc;

	foreach(lc, aqumv_relations_around(relid))
	{
		if (get_rel_relkind(lfirst_oid(lc)) != '\0' && !may_put_triggers(role, lfirst_oid(lc)))
			return lfirst_oid(lc);
	}
	return InvalidOid;
}

static void
require_trigger_right(Oid relid, Oid owner)
{
	Oid			forbidden = aqumv_forbids_triggers(relid, owner);

	if (OidIsValid(forbidden))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for table %s", get_rel_name(forbidden)),
				 errdetail("Incremental maintenance of a materialized view puts triggers on its table, the partitions of that and the tables it is a partition of."),
				 owner == GetUserId() ?
				 errhint("Ask the owner of the table to grant TRIGGER.") :
				 errhint("Ask the owner of the table to grant TRIGGER to \"%s\", who owns the view.",
						 GetUserNameFromId(owner, true))));
}

/*
 * Put triggers on a relation and all around it, so that immediate views over it
 * are maintained by whoever writes, for the owner of one.  With keep_writers_out,
 * also wait for open writers, who may not know of a view that is new to the
 * transaction, and let no other begin before it ends.
 */
void
aqumv_maintain_base(Oid relid, Oid owner, bool keep_writers_out)
{
	List	   *bare = NIL;
	List	   *closed = NIL;
	ListCell   *lc;

	foreach(lc, aqumv_relations_around(relid))
	{
		Oid			each = lfirst_oid(lc);

		if ((!aqumv_is_tracked(each) || !aqumv_has_triggers(each, true)) &&
			get_rel_relkind(each) != '\0')
			bare = lappend_oid(bare, each);
	}
	/* a view that is in use already may go on being refreshed */
	if (bare != NIL || keep_writers_out)
		require_trigger_right(relid, owner);
	/* topmost first, as all who lock the tree do */
	foreach(lc, aqumv_relations_around(relid))
	{
		Oid			each = lfirst_oid(lc);

		if (list_member_oid(bare, each) ||
			(keep_writers_out &&
			 (each == relid || !list_member_oid(aqumv_get_tree(relid)->ancestors, each))))
			closed = lappend_oid(closed, each);
	}
	if (!aqumv_keep_out_aside(closed))
	{
		foreach(lc, closed)
			LockRelationOid(lfirst_oid(lc), ShareRowExclusiveLock);
	}
	foreach(lc, bare)
	{
		track_if_needed(lfirst_oid(lc));
		if (aqumv_has_triggers(lfirst_oid(lc), true) || get_rel_relkind(lfirst_oid(lc)) == '\0')
			continue;			/* we have waited for who created or dropped
								 * them */
		/* if a view reads it already, somebody has dropped some */
		aqumv_distrust(lfirst_oid(lc), true);
		aqumv_create_triggers(lfirst_oid(lc), true);
	}
}

/*
 * pg_upgrade has restored a relation that immediate views read, and will bring
 * the rows of our own tables: the triggers are all that is missing.  Nobody has
 * written since they stood in the old cluster.
 */
void
aqumv_restore_triggers(Oid relid)
{
	ListCell   *lc;

	foreach(lc, aqumv_relations_around(relid))
	{
		LockRelationOid(lfirst_oid(lc), ShareRowExclusiveLock);
		aqumv_create_triggers(lfirst_oid(lc), false);
		aqumv_create_triggers(lfirst_oid(lc), true);
	}
}

/*
 * Lock all of these relations to drop triggers from them, if that is possible
 * without waiting, and none of them is being written by this very transaction.
 */
static bool
lock_to_drop_triggers(List *relids)
{
	ListCell   *lc;

	foreach(lc, relids)
	{
		Relation	rel;
		bool		busy;

		if (!ConditionalLockRelationOid(lfirst_oid(lc), AccessExclusiveLock))
			return false;
		rel = try_relation_open(lfirst_oid(lc), NoLock);
		if (rel == NULL)
			return false;
		busy = rel->rd_refcnt != 1 || AfterTriggerPendingOnRel(lfirst_oid(lc));
		relation_close(rel, NoLock);
		if (busy)
			return false;
	}
	return true;
}

/*
 * An immediate view is gone, or is none any more, or a partition has left its
 * tree: drop the triggers for immediate views from all trees that have no such
 * view.  Where that would have to wait they stay, and do nothing, until the
 * next time.
 *
 * Who makes a view immediate keeps a lock on its base until the end of the
 * transaction, so no new view can go unnoticed once we have the locks.
 */
void
aqumv_release_bases(void)
{
	List	   *done = NIL;
	ListCell   *lc,
			   *lr;

	foreach(lc, aqumv_maintained_relations())
	{
		Oid			root = aqumv_root_of(lfirst_oid(lc));
		List	   *tree;

		if (!OidIsValid(lfirst_oid(lc)) || list_member_oid(done, root))
			continue;
		done = lappend_oid(done, root);
		tree = aqumv_relations_around(root);
		if (aqumv_immediate_views(tree) != NIL || !lock_to_drop_triggers(tree) ||
			aqumv_immediate_views(tree) != NIL)
			continue;
		foreach(lr, tree)
			aqumv_drop_triggers(lfirst_oid(lr), true);
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
	if (!aqumv_can_have_triggers(relid))
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

/* How a relation is asked to be tracked, for messages: fit to be pasted. */
const char *
aqumv_track_call(Oid relid)
{
	char	   *name = DatumGetCString(DirectFunctionCall1(regclassout, ObjectIdGetDatum(relid)));

	return psprintf("aqumv.track(%s)", quote_literal_cstr(name));
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
		if (!may_put_triggers(GetUserId(), each))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied for table %s", get_rel_name(each)),
					 errdetail("Tracking puts triggers on the table, its partitions and the tables it is a partition of."),
					 errhint("Ask the owner to run %s, or to grant TRIGGER.",
							 aqumv_track_call(relid))));
	}
	(void) aqumv_keep_out_aside(untracked);
	foreach(lc, untracked)
		track_if_needed(lfirst_oid(lc));
	PG_RETURN_VOID();
}

/* May an immediate view not be maintained any more, for want of its owner's rights? */
static bool
has_lost_rights(Oid viewoid)
{
	AqumvView  *view;

	return aqumv_get_view(viewoid, &view) == NULL && OidIsValid(view->base) &&
		aqumv_check_owner(view, aqumv_get_tree(view->base)) != NULL;
}

/*
 * Views whose owners may not read the table any more cannot keep its owner from
 * taking the triggers away.
 */
static void
require_no_immediate_views(Oid relid)
{
	const char *name;
	ListCell   *lc;

	foreach(lc, aqumv_immediate_views(aqumv_relations_around(relid)))
	{
		Oid			view = lfirst_oid(lc);

		if (has_lost_rights(view))
		{
			aqumv_doubt_refresh(view);
			continue;
		}
		name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(view)),
										  get_rel_name(view));
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("cannot stop tracking \"%s\"", get_rel_name(relid)),
				 errdetail("Materialized view %s is maintained incrementally.", name),
				 errhint("Run ALTER MATERIALIZED VIEW %s SET (aqumv.maintenance = manual), or drop it.",
						 name)));
	}
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
	require_no_immediate_views(relid);
	foreach(lc, all)
	{
		AqumvTracking row;

		LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
		aqumv_drop_triggers(lfirst_oid(lc), true);
		aqumv_drop_triggers(lfirst_oid(lc), false);
		if (aqumv_read_tracking(lfirst_oid(lc), &row))
			aqumv_delete_marks(row.root, lfirst_oid(lc));
		aqumv_delete_tracking(lfirst_oid(lc));
	}
	PG_RETURN_VOID();
}
