/*-------------------------------------------------------------------------
 *
 * seal.c
 *	  While a view is being filled, only core writes materialized views.
 *
 *	  REFRESH CONCURRENTLY changes its view with DELETE and INSERT, and for that
 *	  time core lets the session write any materialized view that it owns.  What
 *	  an index of the view calls could use that to put into a view what its
 *	  definition never gave, and others would be answered with it.
 *
 *	  Core's own statements cannot be told from others by their looks, but by
 *	  their number: one more than there should be is an error, be it core's.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_class.h"
#include "commands/matview.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"

#include "seal.h"

/* DELETE what the definition does not give any more, INSERT what is new */
#define STATEMENTS_OF_REFRESH 2

static ExecutorStart_hook_type prev_ExecutorStart = NULL;
static AqumvSeal *innermost = NULL;

/*
 * A view is about to be filled by core, by statements on it if it is not
 * InvalidOid.  The caller unseals, also after errors.
 */
void
aqumv_seal_views(AqumvSeal *seal, Oid view)
{
	seal->outer = innermost;
	seal->view = view;
	seal->statements = 0;
	innermost = seal;
}

void
aqumv_unseal_views(AqumvSeal *seal)
{
	Assert(innermost == seal);
	innermost = seal->outer;
}

/* An error if a plan writes a materialized view that it should not. */
static void
check_results(const PlannedStmt *plan)
{
	ListCell   *lc;

	foreach(lc, plan->resultRelations)
	{
		RangeTblEntry *rte = list_nth_node(RangeTblEntry, plan->rtable, lfirst_int(lc) - 1);

		if (rte->relkind != RELKIND_MATVIEW ||
			(rte->relid == innermost->view && ++innermost->statements <= STATEMENTS_OF_REFRESH))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot change materialized view \"%s\"", get_rel_name(rte->relid)),
				 errdetail("A function writes materialized views while one is being refreshed concurrently.")));
	}
}

static void
aqumv_seal_ExecutorStart(QueryDesc *desc, int eflags)
{
	if (innermost != NULL && desc->plannedstmt->resultRelations != NIL &&
		MatViewIncrementalMaintenanceIsEnabled())
		check_results(desc->plannedstmt);
	if (prev_ExecutorStart)
		prev_ExecutorStart(desc, eflags);
	else
		standard_ExecutorStart(desc, eflags);
}

void
aqumv_seal_init(void)
{
	prev_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = aqumv_seal_ExecutorStart;
}
