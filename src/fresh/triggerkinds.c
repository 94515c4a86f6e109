/*-------------------------------------------------------------------------
 *
 * triggerkinds.c
 *	  Which triggers of ours does a relation need, and which are there?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "fresh/triggerkinds.h"
#include "objects.h"

#define WRITES (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE)

/*
 * Triggers fire in the order of their names.  Row triggers for replication,
 * and those that maintain views, go before any of the user's, so that these
 * never read the table before its mark is left, or a view before it is
 * maintained.
 */
const AqumvTriggerKind aqumv_trigger_kinds[AQUMV_TRIGGER_KINDS] = {
	{"aqumv_mark_before_statement", "mark_before_statement", false, TRIGGER_TYPE_BEFORE, WRITES, false},
	{"aqumv_mark_truncate", "mark_truncate", false, TRIGGER_TYPE_BEFORE, TRIGGER_TYPE_TRUNCATE, false},
	{"!aqumv_mark_row", "mark_row", true, TRIGGER_TYPE_AFTER, WRITES, false},
	{"!aqumv_maintain_insert", "maintain", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_INSERT, true},
	{"!aqumv_maintain_update", "maintain", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_UPDATE, true},
	{"!aqumv_maintain_delete", "maintain", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_DELETE, true},
	{"!aqumv_maintain_truncate", "maintain_truncate", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_TRUNCATE, true},
	{"!aqumv_maintain_row", "maintain_row", true, TRIGGER_TYPE_AFTER, WRITES, true}
};

/* Does PostgreSQL have such triggers on relations of a kind? */
bool
aqumv_trigger_suits(const AqumvTriggerKind *kind, char relkind)
{
	if (kind->row)
		return relkind == RELKIND_RELATION;
	return relkind != RELKIND_FOREIGN_TABLE ||
		(!kind->maintaining && kind->events != TRIGGER_TYPE_TRUNCATE);
}

/*
 * Statement triggers always fire.  Row triggers only where statement triggers
 * do not: in the apply worker of logical replication.
 */
char
aqumv_trigger_enabled(const AqumvTriggerKind *kind)
{
	return kind->row ? TRIGGER_FIRES_ON_REPLICA : TRIGGER_FIRES_ALWAYS;
}

/* Which kinds of triggers are on a relation, enabled as they were made? */
static uint32
triggers_of(Oid relid)
{
	Relation	rel = table_open(TriggerRelationId, AccessShareLock);
	Oid			functions[AQUMV_TRIGGER_KINDS];
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	uint32		found = 0;

	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
		functions[i] = aqumv_trigger_function(aqumv_trigger_kinds[i].function);
	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
		{
			const AqumvTriggerKind *kind = &aqumv_trigger_kinds[i];

			/* users' own may have conditions */
			if (trigger->tgisinternal && trigger->tgfoid == functions[i] &&
				trigger->tgenabled == aqumv_trigger_enabled(kind) &&
				trigger->tgtype == (kind->timing | kind->events |
									(kind->row ? TRIGGER_TYPE_ROW : 0)))
				found |= 1 << i;
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* Is a trigger of this kind on a relation, enabled as it was made? */
bool
aqumv_has_trigger(Oid relid, int kind)
{
	return (triggers_of(relid) & 1 << kind) != 0;
}

/*
 * Are all the triggers on a relation that its kind can have, for marks or for
 * immediate views?  A foreign table has none of the latter.
 */
bool
aqumv_has_triggers(Oid relid, bool maintaining)
{
	char		relkind = get_rel_relkind(relid);
	uint32		needed = 0;

	if (maintaining && relkind == RELKIND_FOREIGN_TABLE)
		return false;
	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
	{
		if (aqumv_trigger_kinds[i].maintaining == maintaining &&
			aqumv_trigger_suits(&aqumv_trigger_kinds[i], relkind))
			needed |= 1 << i;
	}
	return (triggers_of(relid) & needed) == needed;
}
