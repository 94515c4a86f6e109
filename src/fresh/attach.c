/*-------------------------------------------------------------------------
 *
 * attach.c
 *	  A relation comes into a tree of tables, or leaves it: what becomes of the
 *	  triggers?
 *
 *	  They have to stand wherever its rows can be written from, in the same
 *	  transaction.  Whether views have to be computed anew is left to the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "fresh/attach.h"
#include "fresh/await.h"
#include "fresh/catalog.h"
#include "fresh/partition.h"
#include "fresh/track.h"
#include "fresh/triggerkinds.h"
#include "fresh/triggers.h"
#include "fresh/views.h"

/* relations that have lost a child by inheritance, in TopTransactionContext */
static List *left_parents = NIL;
static LocalTransactionId left_lxid = InvalidLocalTransactionId;

/* ------------------------------------------------------------------------
 * Foreign partitions
 * ------------------------------------------------------------------------
 */

/* Does a relation have triggers of ours that collect transition tables? */
static bool
collects_rows(Oid relid)
{
	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
	{
		const AqumvTriggerKind *kind = &aqumv_trigger_kinds[i];

		if (kind->maintaining && !kind->row && kind->events != TRIGGER_TYPE_TRUNCATE &&
			aqumv_has_trigger(relid, i))
			return true;
	}
	return false;
}

static bool
any_collects_rows(List *relids)
{
	ListCell   *lc;

	foreach(lc, relids)
	{
		if (collects_rows(lfirst_oid(lc)))
			return true;
	}
	return false;
}

/*
 * PostgreSQL collects no transition tables of foreign partitions: where there
 * are triggers that ask for them, for an immediate view over whatever part of
 * the tree, every write through a parent that reaches the partition would fail.
 * Triggers that nobody needs any more are dropped.
 */
static void
refuse_foreign(Oid relid)
{
	List	   *above;
	List	   *views;
	const char *name;

	if (get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE)
		return;
	above = aqumv_relations_above(relid);
	if (!any_collects_rows(above))
		return;
	views = aqumv_immediate_views(aqumv_relations_around(linitial_oid(above)));
	if (views == NIL)
	{
		aqumv_release_bases();
		if (!any_collects_rows(above))
			return;
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("foreign table \"%s\" cannot be a partition of \"%s\" yet",
						get_rel_name(relid), get_rel_name(linitial_oid(above))),
				 errdetail("Triggers for materialized views that were maintained incrementally could not be dropped, since other transactions use the tables."),
				 errhint("Try again when these have ended.")));
	}
	name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(linitial_oid(views))),
									  get_rel_name(linitial_oid(views)));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 errmsg("foreign table \"%s\" cannot be a partition of \"%s\"",
					get_rel_name(relid), get_rel_name(linitial_oid(above))),
			 errdetail("Materialized view %s is maintained incrementally, and what is written to foreign partitions is not seen.",
					   name),
			 errhint("Run ALTER MATERIALIZED VIEW %s SET (aqumv.maintenance = manual), or drop it.",
					 name)));
}

/* ------------------------------------------------------------------------
 * Partitions
 * ------------------------------------------------------------------------
 */

/*
 * A partition has just been created, empty: it can be tracked from the
 * beginning, and its parent's views need not be refreshed.
 */
void
aqumv_note_new_partition(Oid relid, Oid parent)
{
	AqumvTracking row;

	refuse_foreign(relid);
	if (!aqumv_read_tracking(parent, &row) || !aqumv_can_have_triggers(relid))
		return;
	LockRelationOid(relid, ShareRowExclusiveLock);
	aqumv_create_triggers(relid, false);
	if (aqumv_immediate_views(aqumv_relations_above(relid)) != NIL)
		aqumv_create_triggers(relid, true);
	row.relation = relid;
	row.parent = parent;
	row.root = aqumv_root_of(relid);
	row.changed = row.since;
	aqumv_write_tracking(&row);
	CacheInvalidateRelcacheByRelid(parent);
}

/*
 * A relation has come under another parent, or under none.  If it was tracked,
 * or its new parent is, so are it and all below from now on.
 */
static void
retrack(Oid relid)
{
	AqumvTracking row;
	Oid			parent = aqumv_parent_of(relid);
	ListCell   *lc;

	if (!aqumv_read_tracking(relid, &row) &&
		!(OidIsValid(parent) && aqumv_read_tracking(parent, &row)))
		return;
	foreach(lc, lcons_oid(relid, aqumv_partition_descendants(relid)))
	{
		if (!aqumv_can_have_triggers(lfirst_oid(lc)))
			continue;
		aqumv_track_one(lfirst_oid(lc));
		if (aqumv_immediate_views(aqumv_relations_above(lfirst_oid(lc))) != NIL)
			aqumv_create_triggers(lfirst_oid(lc), true);
	}
}

/* May the owner of one of these views put triggers on a relation? */
static bool
may_have_triggers(Oid relid, List *views)
{
	ListCell   *lc;

	foreach(lc, views)
	{
		AqumvView  *view = aqumv_get_locked_view(lfirst_oid(lc));

		if (view != NULL &&
			pg_class_aclcheck(relid, view->owner, ACL_TRIGGER) == ACLCHECK_OK)
			return true;
	}
	return false;
}

/*
 * A relation has come into a tree, with immediate views over it or what is below
 * it: rows come and go through what is above it as well now.  Where the triggers
 * cannot be had, the views will be found not to be maintained any more.  All of
 * the tree is tracked, since who writes through its root marks what he writes.
 */
static void
extend_maintenance(Oid relid)
{
	List	   *above = aqumv_relations_above(relid);
	List	   *tree = aqumv_relations_around(linitial_oid(above));
	List	   *views = aqumv_immediate_views(lcons_oid(relid, aqumv_partition_descendants(relid)));
	List	   *bare = NIL;
	ListCell   *lc;

	if (views == NIL || aqumv_get_tree(linitial_oid(above))->has_foreign)
		return;
	foreach(lc, tree)
	{
		bool		stands = aqumv_is_tracked(lfirst_oid(lc)) &&
			(!list_member_oid(above, lfirst_oid(lc)) || aqumv_has_triggers(lfirst_oid(lc), true));

		if (stands)
			continue;
		if (!aqumv_can_have_triggers(lfirst_oid(lc)) || !may_have_triggers(lfirst_oid(lc), views))
			return;
		bare = lappend_oid(bare, lfirst_oid(lc));
	}
	(void) aqumv_keep_out_aside(bare);
	foreach(lc, bare)
	{
		if (!aqumv_is_tracked(lfirst_oid(lc)))
			aqumv_track_one(lfirst_oid(lc));
		if (!list_member_oid(above, lfirst_oid(lc)) || aqumv_has_triggers(lfirst_oid(lc), true))
			continue;
		LockRelationOid(lfirst_oid(lc), ShareRowExclusiveLock);
		aqumv_create_triggers(lfirst_oid(lc), true);
	}
}

/*
 * Partitions of a relation may have been attached or detached.  Returns those
 * that were: their own views may have to be computed anew.
 */
List *
aqumv_note_partitions(Oid relid)
{
	List	   *moved = NIL;
	ListCell   *lc;

	aqumv_note_change(relid);
	aqumv_distrust(relid, false);
	foreach(lc, aqumv_partition_descendants(relid))
	{
		if (!aqumv_is_tracked(lfirst_oid(lc)))
			moved = lappend_oid(moved, lfirst_oid(lc));
	}
	foreach(lc, aqumv_tracked_children(relid))
	{
		if (get_rel_name(lfirst_oid(lc)) != NULL && aqumv_parent_of(lfirst_oid(lc)) != relid)
			moved = lappend_oid(moved, lfirst_oid(lc));
	}
	foreach(lc, moved)
		refuse_foreign(lfirst_oid(lc));
	foreach(lc, moved)
		retrack(lfirst_oid(lc));
	foreach(lc, moved)
		extend_maintenance(lfirst_oid(lc));
	aqumv_release_bases();
	return moved;
}

/* ------------------------------------------------------------------------
 * Inheritance of the old kind
 * ------------------------------------------------------------------------
 */

/*
 * A relation inherits from others now, and is no partition: what is written
 * through these may be its rows, which their views lack.  Returns the others.
 */
List *
aqumv_note_inheritance(Oid relid)
{
	List	   *parents = aqumv_parents_of(relid);
	ListCell   *lc;

	foreach(lc, parents)
		aqumv_distrust(lfirst_oid(lc), false);
	return parents;
}

/*
 * A relation is about to lose a child, unless the transaction fails.
 */
void
aqumv_note_leaving(Oid parent)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);

	if (left_lxid != aqumv_compat_my_lxid())
		left_parents = NIL;		/* gone with their transaction */
	left_lxid = aqumv_compat_my_lxid();
	left_parents = list_append_unique_oid(left_parents, parent);
	MemoryContextSwitchTo(old);
}

/*
 * The relations that have lost a child since this was last asked.  Their
 * immediate views may be maintained again.
 */
List *
aqumv_left_parents(void)
{
	List	   *parents = left_lxid == aqumv_compat_my_lxid() ? left_parents : NIL;

	left_parents = NIL;
	return parents;
}
