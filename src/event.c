/*-------------------------------------------------------------------------
 *
 * event.c
 *	  What has DDL done to views, tables and tracking?
 *
 *	  What must never be missed hangs on event triggers, whose functions load the
 *	  library into sessions that lack it.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "fill.h"
#include "fresh/attach.h"
#include "fresh/await.h"
#include "fresh/catalog.h"
#include "fresh/marks.h"
#include "fresh/partition.h"
#include "fresh/track.h"
#include "fresh/triggerkinds.h"
#include "fresh/triggers.h"
#include "fresh/trust.h"
#include "fresh/views.h"
#include "maintain/immediate.h"

PG_FUNCTION_INFO_V1(aqumv_on_ddl_command_end);
PG_FUNCTION_INFO_V1(aqumv_on_sql_drop);
PG_FUNCTION_INFO_V1(aqumv_on_table_rewrite);

/* What an event trigger's own function tells of: OIDs, mostly of relations. */
static List *
relations_of_event(const char *query)
{
	MemoryContext caller = CurrentMemoryContext;
	List	   *relids = NIL;

	SPI_connect();
	if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read what the event trigger fired for");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		if (!isnull)
			relids = list_append_unique_oid(relids, DatumGetObjectId(value));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return relids;
}

/*
 * Has a relation a trigger of ours by this name?  The statement that has just
 * used the name has not changed it.
 */
static bool
names_our_trigger(Oid relid, const char *name)
{
	Oid			trigger = get_trigger_oid(relid, name, true);

	return OidIsValid(trigger) && aqumv_is_own_trigger(trigger);
}

/*
 * ALTER TRIGGER: ours keep their names, for the order in which they fire, and
 * depend on no other extension, which would take them with it.
 */
static void
refuse_alter_trigger(void)
{
	ListCell   *lc;

	foreach(lc, relations_of_event("SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands()"
								   " WHERE classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass"))
	{
		if (aqumv_is_own_trigger(lfirst_oid(lc)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied: trigger belongs to extension \"%s\"",
							AQUMV_EXTENSION),
					 errdetail("Its name says when it fires, and it goes with its table and with this extension only.")));
	}
}

/*
 * ALTER TABLE: what of it changes rows, or who sees them written?  The relation
 * is known by OID; names in the statement may mean something else by now.
 */
static List *
note_alter_table(AlterTableStmt *stmt, Oid relid)
{
	List	   *moved = NIL;
	List	   *below = lcons_oid(relid, aqumv_partition_descendants(relid));
	ListCell   *lc,
			   *lr;

	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		switch (cmd->subtype)
		{
			case AT_AttachPartition:
			case AT_DetachPartition:
			case AT_DetachPartitionFinalize:
				if (get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE)
					moved = list_concat(moved, aqumv_note_partitions(relid));
				break;
			case AT_AddInherit:
			case AT_DropInherit:
				aqumv_note_switch(relid);
				moved = list_concat(moved, aqumv_note_inheritance(relid));
				break;
			case AT_EnableTrig:
			case AT_EnableAlwaysTrig:
			case AT_EnableReplicaTrig:
			case AT_DisableTrig:
				foreach(lr, below)
				{
					if (names_our_trigger(lfirst_oid(lr), cmd->name))
						aqumv_note_switch(lfirst_oid(lr));
				}
				break;
			case AT_EnableTrigAll:
			case AT_DisableTrigAll:
				/* "USER" leaves ours alone, as internal ones */
				foreach(lr, below)
					aqumv_note_switch(lfirst_oid(lr));
				break;
			default:
				/* what rewrites the table has its own event trigger */
				if (cmd->subtype != AT_GenericOptions &&
					!aqumv_compat_is_set_expression(cmd->subtype))
					break;
				foreach(lr, below)
				{
					aqumv_note_change(lfirst_oid(lr));
					aqumv_distrust(lfirst_oid(lr), false);
				}
				break;
		}
	}
	return moved;
}

/*
 * A relation was created, or a view filled.  Where REFRESH has passed the hook, what
 * it had to lock below the view is locked, and nothing else may be any more: whoever
 * writes that may be waiting for the view.
 */
static void
note_created(Oid relid, bool refreshed)
{
	AqumvView  *view;

	if (get_rel_relispartition(relid))
	{
		AqumvTracking row;

		if (!aqumv_read_tracking(relid, &row))
			aqumv_note_new_partition(relid, get_partition_parent(relid, true));
	}
	else if (get_rel_relkind(relid) == RELKIND_MATVIEW)
	{
		view = aqumv_get_locked_view(relid);
		if (view != NULL && view->unsuitable == NULL && !(refreshed && aqumv_is_filling()))
			(void) aqumv_track_if_permitted(view->base);
		if (!aqumv_is_filling())
			aqumv_delete_refresh(relid);	/* filled past the hook */
		aqumv_announce_view(relid);
	}
	else
		aqumv_rebuild_views(aqumv_note_inheritance(relid), true);
}

/*
 * Tables have lost children: if these were the last, immediate views can be
 * maintained again.
 */
static void
rebuild_left(void)
{
	List	   *free = NIL;
	ListCell   *lc;

	CommandCounterIncrement();
	foreach(lc, aqumv_left_parents())
	{
		if (get_rel_relkind(lfirst_oid(lc)) != '\0' &&
			aqumv_get_tree(lfirst_oid(lc))->unsuitable == NULL)
			free = lappend_oid(free, lfirst_oid(lc));
	}
	if (free != NIL)
		aqumv_rebuild_views(free, false);
}

static EventTriggerData *
event_trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called as an event trigger")));
	return (EventTriggerData *) fcinfo->context;
}

/*
 * Under another name of its schema nothing of the extension would be found any
 * more, and all writes would pass by in silence.
 */
static void
keep_schema_name(RenameStmt *stmt)
{
	if (stmt->renameType == OBJECT_SCHEMA && strcmp(stmt->subname, AQUMV_SCHEMA) == 0 &&
		OidIsValid(get_extension_oid(AQUMV_EXTENSION, true)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("schema \"%s\" cannot be renamed while extension \"%s\" is installed",
						AQUMV_SCHEMA, AQUMV_EXTENSION)));
}

/* What a view reads, without a lock on it: somebody may be filling it. */
static List *
relations_read_by(Oid view)
{
	return relations_of_event(psprintf("SELECT refobjid FROM pg_catalog.pg_rewrite AS r"
									   " JOIN pg_catalog.pg_depend ON objid = r.oid"
									   " WHERE ev_class = %u AND refobjid <> ev_class"
									   " AND classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass"
									   " AND refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass",
									   view));
}

/*
 * What a relation holds means something else than before.  The statement has not
 * locked it: nobody who writes it, or fills views over it, is waited for, since he
 * may come to wait for the type.  But whoever changes its tracking row is.  True if
 * immediate views are to be computed again, and can be.
 */
static bool
doubt_values(Oid relid)
{
	static const AqumvReason busy = {AQUMV_STALE, "other transactions use its table"};
	List	   *views;
	ListCell   *lc;

	aqumv_claim_tracking(relid);
	aqumv_note_change(relid);
	views = aqumv_immediate_views(aqumv_relations_above(relid));
	foreach(lc, views)
		aqumv_add_doubt(lfirst_oid(lc));
	/* of writers who passed the view by without a lock, rows would be missing */
	if (views == NIL || aqumv_keep_out_at_once(aqumv_relations_around(relid)))
		return views != NIL;
	foreach(lc, views)
	{
		AqumvView  *view;

		if (aqumv_get_view(lfirst_oid(lc), &view) == NULL)
			aqumv_warn_unmaintained(view, &busy);
	}
	return false;
}

/*
 * What has to do with types that a query finds, in tables, columns and views: with
 * them, what is made of them, and functions whose texts mention any of these.
 */
#define USERS_OF_TYPES \
	"WITH RECURSIVE changed (class, object) AS (" \
	" SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::oid, type FROM (%s) AS s (type)" \
	" UNION SELECT n.class, n.object FROM changed AS o CROSS JOIN LATERAL (" \
	" SELECT CASE WHEN c.oid IS NULL THEN classid" \
	" ELSE 'pg_catalog.pg_type'::pg_catalog.regclass END, coalesce(reltype, objid)" \
	" FROM pg_catalog.pg_depend LEFT JOIN pg_catalog.pg_class AS c" \
	" ON c.oid = objid AND classid = 'pg_catalog.pg_class'::pg_catalog.regclass" \
	" WHERE refclassid = o.class AND refobjid = o.object" \
	" AND classid IN (%s'pg_catalog.pg_type'::pg_catalog.regclass," \
	" 'pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass)" \
	" UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid" \
	" FROM (SELECT typname FROM pg_catalog.pg_type AS t WHERE t.oid = o.object" \
	" AND o.class = 'pg_catalog.pg_type'::pg_catalog.regclass" \
	" UNION ALL SELECT proname FROM pg_catalog.pg_proc AS f WHERE f.oid = o.object" \
	" AND o.class = 'pg_catalog.pg_proc'::pg_catalog.regclass) AS m (name)" \
	" JOIN pg_catalog.pg_proc AS p ON provolatile = 'i' AND p.oid >= 16384 AND" \
	" CASE WHEN name ~ '[^[:alnum:]_]' THEN pg_catalog.strpos(prosrc, name) > 0 ELSE pg_catalog.lower(name)" \
	" = ANY (pg_catalog.regexp_split_to_array(pg_catalog.lower(prosrc), '[^[:alnum:]_]+')) END)" \
	" AS n (class, object))" \
	" SELECT coalesce(ev_class, objid)" \
	" FROM changed JOIN pg_catalog.pg_depend ON refclassid = class AND refobjid = object" \
	" LEFT JOIN pg_catalog.pg_rewrite AS r" \
	" ON r.oid = objid AND classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass" \
	" WHERE classid IN (%s'pg_catalog.pg_rewrite'::pg_catalog.regclass)"

/*
 * Composite types have lost or gained attributes, or tables columns, which have
 * row types ("types" finds them): values that were different may be the same
 * now, and what was nowhere NULL may be NULL somewhere, wherever such values are
 * stored or computed, also inside of others.  Tables without columns that have
 * something to do with it are left alone; so are all of them where only what
 * functions do has changed (not "stored").  The texts of functions mention types
 * and functions by name.
 */
static void
note_changed_types(const char *types, bool stored)
{
	List	   *bases = NIL;
	ListCell   *lc;
	const char *tables = stored ? "'pg_catalog.pg_class'::pg_catalog.regclass, " : "";
	char	   *users;

	/* most of what happens has nothing to do with it */
	if (relations_of_event(types) == NIL)
		return;
	users = psprintf(USERS_OF_TYPES, types, tables, tables);
	foreach(lc, relations_of_event(users))
	{
		char		kind = get_rel_relkind(lfirst_oid(lc));

		if (kind == RELKIND_MATVIEW)
		{
			aqumv_note_change(lfirst_oid(lc));
			bases = list_concat_unique_oid(bases, relations_read_by(lfirst_oid(lc)));
		}
		else if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE)
			bases = list_append_unique_oid(bases, lfirst_oid(lc));
	}
	list_sort(bases, list_oid_cmp);
	foreach(lc, bases)
	{
		if (!doubt_values(lfirst_oid(lc)))
			bases = foreach_delete_current(bases, lc);
	}
	aqumv_rebuild_views(bases, false);
}

/*
 * Types whose values compare otherwise where nothing says how, inside of arrays,
 * rows and ranges, once a default operator class is created, or a family of them
 * altered.  Which types a class was of that is dropped, nobody knows any more:
 * all that could have one of a user's.
 */
#define COMPARED_TYPES \
	"SELECT t FROM pg_catalog.pg_event_trigger_ddl_commands() AS d" \
	" CROSS JOIN LATERAL (SELECT opcmethod, opcintype FROM pg_catalog.pg_opclass" \
	" WHERE oid = objid AND classid = 'pg_catalog.pg_opclass'::pg_catalog.regclass" \
	" UNION ALL SELECT opfmethod, type FROM pg_catalog.pg_opfamily AS f CROSS JOIN LATERAL (" \
	"SELECT opcintype FROM pg_catalog.pg_opclass WHERE opcfamily = f.oid" \
	" UNION ALL SELECT amproclefttype FROM pg_catalog.pg_amproc WHERE amprocfamily = f.oid" \
	" UNION ALL SELECT amprocrighttype FROM pg_catalog.pg_amproc WHERE amprocfamily = f.oid) AS p (type)" \
	" WHERE f.oid = objid AND classid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass) AS c (method, t)" \
	" JOIN pg_catalog.pg_am AS m ON m.oid = method WHERE amname IN ('btree', 'hash')"

#define TYPES_OF_DROPPED_CLASSES \
	"SELECT oid FROM pg_catalog.pg_type WHERE oid >= 16384 AND EXISTS (" \
	"SELECT FROM pg_catalog.pg_event_trigger_dropped_objects()" \
	" WHERE object_type = 'operator class' AND object_identity ~ ' USING (btree|hash)$')"

/*
 * Does a statement give a relation, and those that inherit from it or are of its
 * type, more columns, or others?  (So does it if these exist, but need not have.)
 */
static bool
changes_columns(Node *stmt)
{
	ListCell   *lc;

	if (IsA(stmt, ViewStmt))
		return ((ViewStmt *) stmt)->replace;
	if (!IsA(stmt, AlterTableStmt))
		return false;
	foreach(lc, ((AlterTableStmt *) stmt)->cmds)
	{
		AlterTableType subtype = lfirst_node(AlterTableCmd, lc)->subtype;

		if (subtype == AT_AddColumn || subtype == AT_AlterColumnType)
			return true;
	}
	return false;
}

/*
 * Event trigger on ddl_command_end.
 */
Datum
aqumv_on_ddl_command_end(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = event_trigger_data(fcinfo);
	ListCell   *lc;

	if (IsA(event->parsetree, RenameStmt))
		keep_schema_name((RenameStmt *) event->parsetree);
	if (!aqumv_is_installed())
		return (Datum) 0;

	if (event->tag == CMDTAG_ALTER_TRIGGER)
		refuse_alter_trigger();
	foreach(lc, relations_of_event("SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands()"
								   " WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass"))
	{
		if (IsA(event->parsetree, AlterTableStmt))
		{
			List	   *moved = note_alter_table((AlterTableStmt *) event->parsetree,
												 lfirst_oid(lc));

			/* a partition that has gone is not around its parent any more */
			aqumv_rebuild_views(lcons_oid(lfirst_oid(lc), moved), true);
		}
		else if (!IsA(event->parsetree, ViewStmt))
			note_created(lfirst_oid(lc), IsA(event->parsetree, RefreshMatViewStmt));
	}
	if (changes_columns(event->parsetree))
		note_changed_types("WITH RECURSIVE below (relid) AS ("
						   " SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands()"
						   " WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
						   " UNION SELECT inhrelid FROM below"
						   " JOIN pg_catalog.pg_inherits ON inhparent = relid)"
						   " SELECT reltype FROM below JOIN pg_catalog.pg_class ON oid = relid", true);
	if (event->tag == CMDTAG_ALTER_DOMAIN)
		note_changed_types("SELECT objid FROM pg_catalog.pg_event_trigger_ddl_commands()"
						   " WHERE classid = 'pg_catalog.pg_type'::pg_catalog.regclass", false);
	if (event->tag == CMDTAG_CREATE_OPERATOR_CLASS || event->tag == CMDTAG_ALTER_OPERATOR_FAMILY)
		note_changed_types(COMPARED_TYPES, true);
	rebuild_left();
	return (Datum) 0;
}

/*
 * Event trigger on table_rewrite: the new storage is empty to snapshots older
 * than this transaction, as after TRUNCATE.
 */
Datum
aqumv_on_table_rewrite(PG_FUNCTION_ARGS)
{
	(void) event_trigger_data(fcinfo);
	if (aqumv_is_installed())
		aqumv_note_change(DatumGetObjectId(DirectFunctionCall1(pg_event_trigger_table_rewrite_oid,
															   (Datum) 0)));
	return (Datum) 0;
}

/*
 * Superusers can drop our triggers.  Should these come back, what happened
 * meanwhile must not be forgotten.
 */
static void
note_dropped_triggers(void)
{
	AqumvTracking row;
	ListCell   *lc;

	foreach(lc, relations_of_event("SELECT pg_catalog.to_regclass(pg_catalog.format('%I.%I', address_names[1], address_names[2]))::pg_catalog.oid"
								   " FROM pg_catalog.pg_event_trigger_dropped_objects()"
								   " WHERE object_type = 'trigger'"))
	{
		Oid			relid = lfirst_oid(lc);

		if (!aqumv_read_tracking(relid, &row))
			continue;
		if (!aqumv_has_triggers(relid, false))
			aqumv_note_switch(relid);
		else if (!aqumv_has_triggers(relid, true))
			aqumv_distrust(relid, true);
	}
}

/*
 * Event trigger on sql_drop.
 */
Datum
aqumv_on_sql_drop(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = event_trigger_data(fcinfo);
	List	   *parents = NIL;
	ListCell   *lc;

	if (!aqumv_is_installed())
		return (Datum) 0;

	foreach(lc, relations_of_event("SELECT objid FROM pg_catalog.pg_event_trigger_dropped_objects()"
								   " WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid = 0"))
	{
		Oid			relid = lfirst_oid(lc);
		AqumvTracking row;

		aqumv_delete_refresh(relid);
		if (!aqumv_read_tracking(relid, &row))
			continue;
		if (OidIsValid(row.parent))
		{
			aqumv_note_change(row.parent);
			aqumv_distrust(row.parent, false);
		}
		aqumv_delete_tracking(relid);
		aqumv_delete_marks(row.root, relid);
		if (OidIsValid(row.parent) && get_rel_relkind(row.parent) != '\0')
			parents = list_append_unique_oid(parents, row.parent);
	}
	aqumv_rebuild_views(parents, true);
	note_changed_types("SELECT reltype FROM pg_catalog.pg_event_trigger_dropped_objects() AS d"
					   " JOIN pg_catalog.pg_class AS c ON c.oid = d.objid"
					   " WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid <> 0", true);
	note_changed_types(TYPES_OF_DROPPED_CLASSES, true);
	rebuild_left();
	if (relations_of_event("SELECT objid FROM pg_catalog.pg_event_trigger_dropped_objects()"
						   " WHERE object_type = 'materialized view'") != NIL)
		aqumv_release_bases();
	if (relations_of_event("SELECT objid FROM pg_catalog.pg_event_trigger_dropped_objects()"
						   " WHERE object_type = 'index'") != NIL)
		aqumv_note_dropped_indexes();
	if (IsA(event->parsetree, DropStmt) &&
		((DropStmt *) event->parsetree)->removeType == OBJECT_TRIGGER)
		note_dropped_triggers();
	return (Datum) 0;
}
