/*-------------------------------------------------------------------------
 *
 * trigger.c
 *	  What has a statement written?
 *
 *	  Statement triggers do not say whether, and through a partitioned table
 *	  not where, rows were written.  The cumulative statistics do: they count
 *	  rows per heap and subtransaction, in this backend, as they are written.
 *	  So a statement that touches no row leaves no mark, and one through a
 *	  partitioned table marks just the partitions it touched.  Where they do
 *	  not count (track_counts off, foreign partitions, other table access
 *	  methods) the relation itself is marked, which errs on the safe side.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "pgstat.h"
#include "utils/pgstat_internal.h"
#include "utils/rel.h"

#include "compat.h"
#include "partition.h"
#include "track.h"
#include "writes.h"

PG_FUNCTION_INFO_V1(aqumv_mark_before_statement);
PG_FUNCTION_INFO_V1(aqumv_mark_after_statement);
PG_FUNCTION_INFO_V1(aqumv_mark_row);
PG_FUNCTION_INFO_V1(aqumv_mark_truncate);

static TriggerData *
trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called as a trigger")));
	return (TriggerData *) fcinfo->context;
}

static bool
wrote_rows(const PgStat_TableXactStatus *counts)
{
	return counts != NULL &&
		counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted > 0;
}

/* Mark those partitions of a table that this subtransaction has written. */
static void
mark_written_partitions(const AqumvTree *tree)
{
	PgStat_SubXactStatus *written =
		pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel());

	for (PgStat_TableXactStatus *counts = written->first; counts != NULL; counts = counts->next)
	{
		Oid			relid = aqumv_compat_pgstat_relid(counts->parent);

		if (wrote_rows(counts) && !aqumv_has_marked(relid) &&
			list_member_oid(tree->descendants, relid))
			aqumv_mark(tree->root, relid);
	}
}

/*
 * BEFORE INSERT OR UPDATE OR DELETE ... FOR EACH STATEMENT
 */
Datum
aqumv_mark_before_statement(PG_FUNCTION_ARGS)
{
	Relation	rel = trigger_data(fcinfo)->tg_relation;

	aqumv_statement_begins(aqumv_get_tree(RelationGetRelid(rel))->root,
						   RelationGetRelid(rel));
	return PointerGetDatum(NULL);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE ... FOR EACH STATEMENT
 */
Datum
aqumv_mark_after_statement(PG_FUNCTION_ARGS)
{
	Relation	rel = trigger_data(fcinfo)->tg_relation;
	Oid			relid = RelationGetRelid(rel);
	const AqumvTree *tree;

	aqumv_statement_ends(relid);
	if (aqumv_has_marked(relid))
		return PointerGetDatum(NULL);

	tree = aqumv_get_tree(relid);
	if (!pgstat_track_counts || !tree->counts_rows)
		aqumv_mark(tree->root, relid);
	else if (tree->partitioned)
		mark_written_partitions(tree);
	else if (!rel->pgstat_enabled)
		aqumv_mark(tree->root, relid);
	else if (rel->pgstat_info != NULL)
	{
		PgStat_TableXactStatus *counts = rel->pgstat_info->trans;

		if (counts != NULL && counts->nest_level == GetCurrentTransactionNestLevel() &&
			wrote_rows(counts))
			aqumv_mark(tree->root, relid);
	}
	return PointerGetDatum(NULL);
}

/*
 * AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW, ENABLE REPLICA: the apply
 * worker of logical replication fires no statement triggers.
 */
Datum
aqumv_mark_row(PG_FUNCTION_ARGS)
{
	Relation	rel = trigger_data(fcinfo)->tg_relation;
	Oid			relid = RelationGetRelid(rel);

	if (!aqumv_has_marked(relid))
		aqumv_mark(aqumv_get_tree(relid)->root, relid);
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
