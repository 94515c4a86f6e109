/*-------------------------------------------------------------------------
 *
 * access.c
 *	  What happens to objects that no statement or event trigger tells of?
 *
 *	  What is missed here only makes a view not be used: its record does not fit
 *	  its storage any more, or is missing.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "access.h"
#include "fill.h"
#include "fresh/attach.h"
#include "fresh/catalog.h"
#include "fresh/option.h"
#include "fresh/partition.h"
#include "fresh/refresh.h"
#include "fresh/track.h"
#include "maintain/immediate.h"

static object_access_hook_type prev_object_access = NULL;

/*
 * An immediate view has a new owner, whose functions writers would run from now
 * on: not if he may not put triggers on the table.  (SELECT and more is asked all
 * the time, see trust.c.)
 */
static void
note_new_owner(Oid view, Oid owner)
{
	Oid			forbidden;
	AqumvRefresh refresh;

	if (aqumv_maintenance_of(view) != AQUMV_IMMEDIATE ||
		!aqumv_read_refresh(view, NULL, &refresh) || !OidIsValid(refresh.base))
		return;
	forbidden = aqumv_forbids_triggers(refresh.base, owner);
	if (!OidIsValid(forbidden))
		return;
	aqumv_doubt_refresh(view);
	ereport(WARNING,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("materialized view \"%s\" is not maintained any more: its owner \"%s\" has no TRIGGER privilege on \"%s\"",
					get_rel_name(view), GetUserNameFromId(owner, true), get_rel_name(forbidden)),
			 errhint("Have TRIGGER granted, then REFRESH the view.")));
}

/*
 * A view has been altered.  If its storage has changed, and it is not being
 * filled, its rows are the same.  Core is in the middle of it, so nothing may be
 * looked at but catalogs: what we know of views is found out in subtransactions,
 * which would make half of the change visible.
 */
static void
note_altered_view(Oid viewoid)
{
	Relation	rel = table_open(RelationRelationId, AccessShareLock);
	HeapTuple	before = SearchSysCache1(RELOID, ObjectIdGetDatum(viewoid));
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	/* the change is not visible yet to ordinary snapshots, nor to the cache */
	ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(viewoid));
	scan = systable_beginscan(rel, ClassOidIndexId, true, SnapshotSelf, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && HeapTupleIsValid(before))
	{
		Form_pg_class then = (Form_pg_class) GETSTRUCT(before);
		Form_pg_class now = (Form_pg_class) GETSTRUCT(tuple);

		if (now->relowner != then->relowner)
			note_new_owner(viewoid, now->relowner);
		if (now->relfilenode != then->relfilenode)
			aqumv_view_moved(viewoid, then->relfilenode, now->relfilenode);
	}
	systable_endscan(scan);
	if (HeapTupleIsValid(before))
		ReleaseSysCache(before);
	table_close(rel, AccessShareLock);
}

/*
 * A relation is about to be dropped.  Is it an index of a view; or from which
 * tables does it inherit, in the old way?
 */
static void
note_drop(Oid relid)
{
	ListCell   *lc;

	if (get_rel_relkind(relid) == RELKIND_INDEX)
		aqumv_drops_index(relid);
	if (get_rel_relispartition(relid) ||
		(get_rel_relkind(relid) != RELKIND_RELATION &&
		 get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE))
		return;
	foreach(lc, aqumv_parents_of(relid))
		aqumv_note_leaving(lfirst_oid(lc));
}

/* A child does not inherit from a relation any more. */
static void
note_no_inherit(Oid parent)
{
	if (OidIsValid(parent) && get_rel_relkind(parent) != RELKIND_PARTITIONED_TABLE)
		aqumv_note_leaving(parent);
}

/* A relation has been created; nobody but the relation cache knows of it yet. */
static void
note_created(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);

	if (!RelationIsValid(rel))
		return;
	if (rel->rd_rel->relkind == RELKIND_MATVIEW)
		aqumv_note_created_view(relid);
	RelationClose(rel);
}

static void
aqumv_object_access(ObjectAccessType access, Oid classid, Oid objid, int subid, void *arg)
{
	if (prev_object_access)
		prev_object_access(access, classid, objid, subid, arg);

	if (access == OAT_POST_CREATE && classid == RelationRelationId && subid == 0 &&
		aqumv_is_filling())
		note_created(objid);
	else if (access == OAT_DROP && classid == ExtensionRelationId &&
			 objid == get_extension_oid(AQUMV_EXTENSION, true))
		aqumv_remove_labels();
	else if (access == OAT_DROP && classid == RelationRelationId && subid == 0 &&
			 aqumv_is_installed())
		note_drop(objid);
	else if (access == OAT_POST_ALTER && classid == RelationRelationId && subid == 0 &&
			 !aqumv_is_filling_view(objid) && get_rel_relkind(objid) == RELKIND_MATVIEW &&
			 aqumv_is_installed())
		note_altered_view(objid);
	else if (access == OAT_POST_ALTER && classid == InheritsRelationId && aqumv_is_installed())
		note_no_inherit(((ObjectAccessPostAlter *) arg)->auxiliary_id);
}

void
aqumv_access_init(void)
{
	prev_object_access = object_access_hook;
	object_access_hook = aqumv_object_access;
}
