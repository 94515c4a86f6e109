/*-------------------------------------------------------------------------
 *
 * trigger.c
 *	  Who is about to write what?
 *
 *	  The triggers only tell writes.c, and load the library into sessions that
 *	  lack it.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "commands/trigger.h"
#include "utils/rel.h"

#include "track.h"
#include "writes.h"

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
 * BEFORE INSERT OR UPDATE OR DELETE ... FOR EACH STATEMENT
 */
Datum
aqumv_mark_before_statement(PG_FUNCTION_ARGS)
{
	aqumv_touch(RelationGetRelid(trigger_data(fcinfo)->tg_relation));
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

/*
 * AFTER INSERT, UPDATE or DELETE ... FOR EACH STATEMENT, with transition tables
 * __aqumv_old and __aqumv_new.  To be written.
 */
Datum
aqumv_maintain(PG_FUNCTION_ARGS)
{
	(void) trigger_data(fcinfo);
	return PointerGetDatum(NULL);
}

/*
 * AFTER TRUNCATE ... FOR EACH STATEMENT.  To be written.
 */
Datum
aqumv_maintain_truncate(PG_FUNCTION_ARGS)
{
	(void) trigger_data(fcinfo);
	return PointerGetDatum(NULL);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW, ENABLE REPLICA.  To be
 * written.
 */
Datum
aqumv_maintain_row(PG_FUNCTION_ARGS)
{
	(void) trigger_data(fcinfo);
	return PointerGetDatum(NULL);
}
