/*-------------------------------------------------------------------------
 *
 * merge.c
 *	  What does MERGE do to partitioned tables without saying so?
 *
 *	  A row that its UPDATE moves to another partition goes into the transition
 *	  tables of DELETE and INSERT.  Statement triggers for these are fired only if
 *	  the MERGE has such actions; where it has not, ours are fired nevertheless
 *	  (and nobody else's).
 *
 *	  Also, if a MERGE inserts and updates, core (as of 18) puts inserted rows
 *	  into the transition table of the UPDATE, in place of the updated ones.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/rel.h"

#include "fresh/catalog.h"
#include "fresh/statements.h"
#include "maintain/merge.h"

static ExecutorFinish_hook_type prev_ExecutorFinish = NULL;

/* the query with a MERGE whose AFTER triggers are being fired, or NULL */
static QueryDesc *finishing = NULL;

/* All nodes of a query that write: the topmost one, and those of WITH. */
static List *
writers_of(QueryDesc *desc)
{
	List	   *writers = list_copy(desc->estate->es_auxmodifytables);

	if (IsA(desc->planstate, ModifyTableState))
		writers = list_append_unique_ptr(writers, desc->planstate);
	return writers;
}

static bool
is_merge(PlanState *node)
{
	return IsA(node, ModifyTableState) && ((ModifyTableState *) node)->operation == CMD_MERGE;
}

static bool
has_merge(QueryDesc *desc)
{
	ListCell   *lc;

	if (is_merge(desc->planstate))
		return true;
	foreach(lc, desc->estate->es_auxmodifytables)
	{
		if (is_merge(lfirst(lc)))
			return true;
	}
	return false;
}

static Oid
target_of(ModifyTableState *writer)
{
	return RelationGetRelid(writer->rootResultRelInfo->ri_RelationDesc);
}

/*
 * Has a MERGE of the query that is ending inserted rows into a partitioned table
 * and updated its rows as well?  What is told of the updated ones may be wrong then.
 */
bool
aqumv_merge_mixes(Oid relid)
{
	ListCell   *lc;

	if (finishing == NULL)
		return false;
	foreach(lc, writers_of(finishing))
	{
		ModifyTableState *writer = lfirst(lc);

		if (writer->operation == CMD_MERGE && target_of(writer) == relid &&
			writer->mt_merge_inserted > 0 && writer->mt_merge_updated > 0 &&
			RELKIND_PARTITIONED_TABLE ==
			writer->rootResultRelInfo->ri_RelationDesc->rd_rel->relkind)
			return true;
	}
	return false;
}

/*
 * May a MERGE have moved rows between partitions?  Routing is set up when the
 * first row moves, or at the start for INSERT actions.
 */
static bool
may_have_moved(ModifyTableState *writer)
{
	return writer->operation == CMD_MERGE &&
		(writer->mt_merge_subcommands & MERGE_UPDATE) != 0 &&
		writer->mt_partition_tuple_routing != NULL &&
		writer->mt_transition_capture != NULL;
}

/* Does one of the writers fire the statement triggers of an event itself? */
static bool
is_told(List *writers, Oid relid, CmdType event)
{
	ListCell   *lc;

	foreach(lc, writers)
	{
		ModifyTableState *writer = lfirst(lc);
		int			action = event == CMD_INSERT ? MERGE_INSERT : MERGE_DELETE;

		if (target_of(writer) == relid &&
			(writer->operation == event ||
			 (writer->operation == CMD_MERGE && (writer->mt_merge_subcommands & action) != 0)))
			return true;
	}
	return false;
}

/*
 * Queue our own AFTER STATEMENT trigger for an event that no writer has fired.
 * The statement counts as open until it has been told.
 */
static void
queue_own_trigger(ModifyTableState *writer, CmdType event)
{
	ResultRelInfo target = *writer->rootResultRelInfo;
	TriggerDesc triggers = *target.ri_TrigDesc;
	Oid			function = aqumv_trigger_function("maintain");
	int16		type = TRIGGER_TYPE_AFTER |
		(event == CMD_INSERT ? TRIGGER_TYPE_INSERT : TRIGGER_TYPE_DELETE);

	triggers.numtriggers = 0;
	triggers.triggers = palloc(target.ri_TrigDesc->numtriggers * sizeof(Trigger));
	for (int i = 0; i < target.ri_TrigDesc->numtriggers; i++)
	{
		const Trigger *trigger = &target.ri_TrigDesc->triggers[i];

		if (trigger->tgfoid == function && trigger->tgtype == type &&
			trigger->tgenabled == TRIGGER_FIRES_ALWAYS)
			triggers.triggers[triggers.numtriggers++] = *trigger;
	}
	if (triggers.numtriggers == 0)
		return;
	target.ri_TrigDesc = &triggers;
	aqumv_statement_begins(target_of(writer));
	if (event == CMD_INSERT)
		ExecASInsertTriggers(writer->ps.state, &target, writer->mt_transition_capture);
	else
		ExecASDeleteTriggers(writer->ps.state, &target, writer->mt_transition_capture);
}

/*
 * Have the rows told that a MERGE may have moved.  All writers of the query have
 * to have ended: each fires the triggers of a relation in place of those before.
 * Where the extension is not, triggers with transition tables are somebody else's.
 */
static void
tell_of_moves(QueryDesc *desc)
{
	MemoryContext old;
	List	   *writers = writers_of(desc);
	List	   *done = NIL;
	ListCell   *lc;

	if (!aqumv_is_installed())
		return;
	old = MemoryContextSwitchTo(desc->estate->es_query_cxt);
	desc->estate->es_direction = ForwardScanDirection;
	foreach(lc, desc->estate->es_auxmodifytables)
	{
		TupleTableSlot *row;

		do
		{
			ResetPerTupleExprContext(desc->estate);
			row = ExecProcNode((PlanState *) lfirst(lc));
		} while (!TupIsNull(row));
	}
	foreach(lc, writers)
	{
		ModifyTableState *writer = lfirst(lc);
		Oid			relid = target_of(writer);

		if (!may_have_moved(writer) || list_member_oid(done, relid))
			continue;
		done = lappend_oid(done, relid);
		if (!is_told(writers, relid, CMD_DELETE))
			queue_own_trigger(writer, CMD_DELETE);
		if (!is_told(writers, relid, CMD_INSERT))
			queue_own_trigger(writer, CMD_INSERT);
	}
	MemoryContextSwitchTo(old);
}

/*
 * AFTER triggers fire in here.
 */
static void
aqumv_ExecutorFinish(QueryDesc *desc)
{
	ExecutorFinish_hook_type finish = prev_ExecutorFinish ? prev_ExecutorFinish :
		standard_ExecutorFinish;
	QueryDesc  *outer = finishing;
	bool		merge = has_merge(desc);

	if (outer == NULL && !merge)
	{
		finish(desc);
		return;
	}
	finishing = merge ? desc : NULL;
	PG_TRY();
	{
		if (merge)
			tell_of_moves(desc);
		finish(desc);
	}
	PG_FINALLY();
	{
		finishing = outer;
	}
	PG_END_TRY();
}

void
aqumv_merge_init(void)
{
	prev_ExecutorFinish = ExecutorFinish_hook;
	ExecutorFinish_hook = aqumv_ExecutorFinish;
}
