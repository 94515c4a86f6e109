/*-------------------------------------------------------------------------
 *
 * refuse.c
 *	  May anybody but the library write aqumv's own tables?
 *
 *	  No: marks that go missing make stale views answer queries.  Privileges do
 *	  not keep superusers from it, nor members of pg_write_all_data.  The library
 *	  writes below triggers.
 *
 *	  Logical replication may bring rows of another server's tables, where a
 *	  publication is FOR ALL TABLES.  They mean nothing here, and are left out.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "commands/trigger.h"
#include "replication/logicalworker.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(aqumv_refuse_write);

/*
 * Trigger function, BEFORE each statement, and each row that an apply or
 * synchronization worker writes.
 */
Datum
aqumv_refuse_write(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called as a trigger")));
	if (IsLogicalWorker() && !TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		PG_RETURN_POINTER(NULL);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("cannot write \"%s\"", RelationGetRelationName(data->tg_relation)),
			 errdetail("It belongs to aqumv, which keeps it by itself.")));
}
