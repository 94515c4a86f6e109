/*-------------------------------------------------------------------------
 *
 * triggers.c
 *	  How do triggers get on relations, and off them?
 *
 *	  They are system triggers, like those of foreign keys: pg_dump does not
 *	  carry them (tracking begins anew with the REFRESH that ends a restore),
 *	  ALTER TABLE ... DISABLE TRIGGER USER leaves them alone, and only a
 *	  superuser can disable them.  They go with the table, and with the
 *	  extension.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "nodes/makefuncs.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fresh/catalog.h"
#include "fresh/dependents.h"
#include "fresh/partition.h"
#include "fresh/triggerkinds.h"
#include "fresh/triggers.h"

/* The transition tables of a statement trigger that maintains views. */
static List *
transition_tables(int16 event)
{
	List	   *tables = NIL;

	for (int is_new = 0; is_new <= 1; is_new++)
	{
		TriggerTransition *table;

		if (event == (is_new ? TRIGGER_TYPE_DELETE : TRIGGER_TYPE_INSERT))
			continue;
		table = makeNode(TriggerTransition);
		table->name = pstrdup(is_new ? "__aqumv_new" : "__aqumv_old");
		table->isNew = is_new;
		table->isTable = true;
		tables = lappend(tables, table);
	}
	return tables;
}

/* Create one of our triggers.  The caller holds SHARE ROW EXCLUSIVE. */
static void
create_trigger(Oid relid, int number)
{
	const AqumvTriggerKind *kind = &aqumv_trigger_kinds[number];
	CreateTrigStmt *stmt;
	ObjectAddress trigger,
				extension;

	if (!aqumv_trigger_suits(kind, get_rel_relkind(relid)))
		return;
	stmt = makeNode(CreateTrigStmt);
	stmt->trigname = pstrdup(kind->name);
	stmt->row = kind->row;
	stmt->timing = kind->timing;
	stmt->events = kind->events;
	if (kind->maintaining && !kind->row && kind->events != TRIGGER_TYPE_TRUNCATE)
		stmt->transitionRels = transition_tables(kind->events);
	trigger = CreateTriggerFiringOn(stmt, NULL, relid, InvalidOid, InvalidOid, InvalidOid,
									aqumv_trigger_function(kind->function), InvalidOid, NULL,
									true, false, aqumv_trigger_enabled(kind));
	ObjectAddressSet(extension, ExtensionRelationId,
					 get_extension_oid(AQUMV_EXTENSION, false));
	recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
	CommandCounterIncrement();
}

static bool
is_our_trigger(Oid function, bool maintaining)
{
	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
	{
		if (aqumv_trigger_kinds[i].maintaining == maintaining &&
			function == aqumv_trigger_function(aqumv_trigger_kinds[i].function))
			return true;
	}
	return false;
}

/* Drop whatever triggers of ours a relation has, of one sort. */
void
aqumv_drop_triggers(Oid relid, bool maintaining)
{
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
		ObjectAddress address;

		if (!is_our_trigger(trigger->tgfoid, maintaining))
			continue;
		ObjectAddressSet(address, TriggerRelationId, trigger->oid);
		add_exact_object_address(&address, doomed);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	performMultipleDeletions(doomed, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	free_object_addresses(doomed);
}

/*
 * Have those of one sort stand: for immediate views, or for marks.  If not all of
 * them do, somebody has switched or dropped some, and what is left goes first: two
 * of a kind would fold every change in twice.
 */
void
aqumv_create_triggers(Oid relid, bool maintaining)
{
	if (aqumv_has_triggers(relid, maintaining))
		return;
	aqumv_drop_triggers(relid, maintaining);
	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
	{
		if (aqumv_trigger_kinds[i].maintaining == maintaining)
			create_trigger(relid, i);
	}
}

/* The relation that a trigger is on, and its function; or InvalidOid. */
static Oid
trigger_relation(Oid trigger, Oid *function)
{
	Relation	rel = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			relid = InvalidOid;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(trigger));
	scan = systable_beginscan(rel, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		relid = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
		*function = ((Form_pg_trigger) GETSTRUCT(tuple))->tgfoid;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return relid;
}

/* Is this trigger one of ours?  Whatever it is called: names can be changed. */
bool
aqumv_is_own_trigger(Oid trigger)
{
	Oid			function;

	return OidIsValid(trigger_relation(trigger, &function)) &&
		(is_our_trigger(function, true) || is_our_trigger(function, false));
}

/* Relations that have triggers for immediate views. */
List *
aqumv_maintained_relations(void)
{
	List	   *relids = NIL;
	Oid			function;
	ListCell   *lc;

	foreach(lc, aqumv_dependents(ProcedureRelationId, aqumv_trigger_function("maintain"),
								 TriggerRelationId))
		relids = list_append_unique_oid(relids, trigger_relation(lfirst_oid(lc), &function));
	return relids;
}
