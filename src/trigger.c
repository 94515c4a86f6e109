/*-------------------------------------------------------------------------
 *
 * trigger.c
 *	  Who is about to write what?
 *
 *	  The triggers only tell statements.c and immediate.c, and load the library into
 *	  sessions that lack it.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/rel.h"

#include "fresh/catalog.h"
#include "fresh/partition.h"
#include "fresh/statements.h"
#include "fresh/track.h"
#include "maintain/immediate.h"
#include "maintain/merge.h"
#include "maintain/putoff.h"

PG_FUNCTION_INFO_V1(aqumv_mark_before_statement);
PG_FUNCTION_INFO_V1(aqumv_mark_row);
PG_FUNCTION_INFO_V1(aqumv_mark_truncate);
PG_FUNCTION_INFO_V1(aqumv_maintain);
PG_FUNCTION_INFO_V1(aqumv_maintain_truncate);
PG_FUNCTION_INFO_V1(aqumv_maintain_row);

static TriggerData *
trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called as a trigger")));
	return (TriggerData *) fcinfo->context;
}

/*
 * Will the statement that is about to write tell the triggers that maintain
 * views when it has ended?
 */
static bool
is_maintained(TriggerData *data)
{
	int16		event = TRIGGER_FIRED_BY_INSERT(data->tg_event) ? TRIGGER_TYPE_INSERT :
		TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_DELETE;
	TriggerDesc *triggers = data->tg_relation->trigdesc;

	/* not by name: owners of tables may rename triggers */
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (trigger->tgisinternal && trigger->tgenabled == TRIGGER_FIRES_ALWAYS &&
			trigger->tgtype == (TRIGGER_TYPE_AFTER | event) &&
			aqumv_is_maintain_function(trigger->tgfoid))
			return true;
	}
	return false;
}

/*
 * BEFORE INSERT OR UPDATE OR DELETE ... FOR EACH STATEMENT
 */
Datum
aqumv_mark_before_statement(PG_FUNCTION_ARGS)
{
	TriggerData *data = trigger_data(fcinfo);
	Oid			relid = RelationGetRelid(data->tg_relation);

	aqumv_touch(relid);
	if (is_maintained(data))
		aqumv_statement_begins(relid);
	return PointerGetDatum(NULL);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW, ENABLE REPLICA: the apply
 * worker of logical replication fires no statement triggers.
 */
Datum
aqumv_mark_row(PG_FUNCTION_ARGS)
{
	aqumv_touch(RelationGetRelid(trigger_data(fcinfo)->tg_relation));
	return PointerGetDatum(NULL);
}

/*
 * BEFORE TRUNCATE ... FOR EACH STATEMENT
 */
Datum
aqumv_mark_truncate(PG_FUNCTION_ARGS)
{
	aqumv_note_change(RelationGetRelid(trigger_data(fcinfo)->tg_relation));
	return PointerGetDatum(NULL);
}

static bool
is_empty(Tuplestorestate *store)
{
	return store == NULL || tuplestore_tuple_count(store) == 0;
}

/*
 * AFTER INSERT, UPDATE or DELETE ... FOR EACH STATEMENT, with transition tables
 * __aqumv_old and __aqumv_new.
 */
Datum
aqumv_maintain(PG_FUNCTION_ARGS)
{
	TriggerData *data = trigger_data(fcinfo);
	AqumvChange change = {.rel = data->tg_relation,.removed = data->tg_oldtable,
	.added = data->tg_newtable};
	Oid			relid = RelationGetRelid(data->tg_relation);

	aqumv_statement_ends(relid);
	change.unreliable = aqumv_merge_mixes(relid);
	if (!is_empty(change.removed) || !is_empty(change.added) || aqumv_anything_put_off())
		aqumv_maintain_views(&change);
	return PointerGetDatum(NULL);
}

/*
 * AFTER TRUNCATE ... FOR EACH STATEMENT
 */
Datum
aqumv_maintain_truncate(PG_FUNCTION_ARGS)
{
	aqumv_rebuild_views(list_make1_oid(RelationGetRelid(trigger_data(fcinfo)->tg_relation)), true);
	return PointerGetDatum(NULL);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW, ENABLE REPLICA: as above,
 * where no statement tells.  (In a session that has set
 * session_replication_role = replica, one does.)
 */
Datum
aqumv_maintain_row(PG_FUNCTION_ARGS)
{
	TriggerData *data = trigger_data(fcinfo);
	TriggerEvent event = data->tg_event;
	AqumvChange change = {.rel = data->tg_relation};

	if (aqumv_statement_is_open(aqumv_get_tree(RelationGetRelid(data->tg_relation))))
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_INSERT(event))
		change.added_row = data->tg_trigslot;
	else
		change.removed_row = data->tg_trigslot;
	if (TRIGGER_FIRED_BY_UPDATE(event))
		change.added_row = data->tg_newslot;
	aqumv_maintain_views(&change);
	return PointerGetDatum(NULL);
}
