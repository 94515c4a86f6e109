/*-------------------------------------------------------------------------
 *
 * hold.c
 *	  What does an execution hold that reads a view in the place of a table?
 *
 *	  A lock on the view, which its user never named: it goes when the execution
 *	  ends, so that no REFRESH waits for a transaction that has long turned to
 *	  other things.  (The table stays locked until the transaction ends, as ever.)
 *	  It may be kept longer where values that lie in the view's TOAST table may
 *	  live on: in variables of functions.
 *
 *	  And a reference to the table, so that TRUNCATE and ALTER TABLE by the same
 *	  session say that it is in use, as they would.  What the session does to the
 *	  view itself is not stopped by the reference that the executor holds to it:
 *	  an open portal fetches all its rows first.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "compat.h"
#include "hold.h"

/* an execution under way; lives in the executor's memory */
typedef struct Execution
{
	struct Execution *next;
	QueryDesc  *desc;
	ResourceOwner owner;		/* of the locks */
	LocalTransactionId lxid;
	MemoryContextCallback callback;
	int			n;
	Oid			views[FLEXIBLE_ARRAY_MEMBER];
} Execution;

static Execution *executions = NULL;	/* the latest first */
static ExecutorEnd_hook_type prev_ExecutorEnd = NULL;

/* The execution has ended, or was aborted. */
static void
forget_execution(void *arg)
{
	for (Execution **link = &executions; *link != NULL; link = &(*link)->next)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			return;
		}
	}
}

/*
 * Refer to a table that the plan mentions, and the query is locked for, until
 * the executor closes what it has opened.
 */
static void
refer_to(EState *estate, Oid base)
{
	ListCell   *lc;

	foreach(lc, estate->es_range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		Relation   *slot = &estate->es_relations[foreach_current_index(lc)];

		if (rte->rtekind != RTE_RELATION || rte->relid != base)
			continue;
		if (*slot == NULL)
			*slot = table_open(base, NoLock);
		return;
	}
}

/*
 * An execution has started that reads views, locked by the current resource
 * owner once for each, in the place of these tables.
 */
void
aqumv_hold(QueryDesc *desc, int n, const Oid *views, const Oid *bases)
{
	Execution  *execution = MemoryContextAlloc(desc->estate->es_query_cxt,
											   offsetof(Execution, views) + n * sizeof(Oid));
	MemoryContext old = MemoryContextSwitchTo(desc->estate->es_query_cxt);

	execution->desc = desc;
	execution->owner = CurrentResourceOwner;
	execution->lxid = aqumv_compat_my_lxid();
	execution->n = n;
	memcpy(execution->views, views, n * sizeof(Oid));
	for (int i = 0; i < n; i++)
		refer_to(desc->estate, bases[i]);
	MemoryContextSwitchTo(old);
	execution->callback.func = forget_execution;
	execution->callback.arg = execution;
	MemoryContextRegisterResetCallback(desc->estate->es_query_cxt, &execution->callback);
	execution->next = executions;
	executions = execution;
}

static Execution *
find_execution(const QueryDesc *desc)
{
	Execution  *execution = executions;

	while (execution != NULL && execution->desc != desc)
		execution = execution->next;
	return execution;
}

/* Is there anything in a view's TOAST table? */
static bool
has_toast(Oid view)
{
	Relation	rel = table_open(view, NoLock);
	Oid			toast = rel->rd_rel->reltoastrelid;
	bool		result = false;

	if (OidIsValid(toast))
	{
		Relation	toastrel = table_open(toast, AccessShareLock);

		result = RelationGetNumberOfBlocks(toastrel) > 0;
		table_close(toastrel, AccessShareLock);
	}
	table_close(rel, NoLock);
	return result;
}

/*
 * May what an execution has returned point into the views?  Those who send or
 * store rows at once fetch what is out of line.
 */
static bool
rows_may_live_on(const Execution *execution)
{
	const QueryDesc *desc = execution->desc;
	bool		may_be_long = false;

	/* a holdable cursor has stored its rows, with what was out of line */
	if (desc->dest == NULL)
		return false;
	switch (desc->dest->mydest)
	{
		case DestNone:
		case DestDebug:
		case DestRemote:
		case DestRemoteExecute:
		case DestRemoteSimple:
		case DestIntoRel:
		case DestCopyOut:
		case DestTransientRel:
			return false;
		default:
			break;
	}
	for (int i = 0; desc->tupDesc != NULL && i < desc->tupDesc->natts; i++)
		may_be_long |= TupleDescAttr(desc->tupDesc, i)->attlen == -1;
	for (int i = 0; may_be_long && i < execution->n; i++)
	{
		if (has_toast(execution->views[i]))
			return true;
	}
	return false;
}

/* Let go of what was locked; by another owner than took it, nothing can be. */
static void
unlock_views(const Oid *views, int n)
{
	for (int i = 0; i < n; i++)
		UnlockRelationOid(views[i], AccessShareLock);
}

static void
end_execution(QueryDesc *desc)
{
	if (prev_ExecutorEnd)
		prev_ExecutorEnd(desc);
	else
		standard_ExecutorEnd(desc);
}

static void
aqumv_ExecutorEnd(QueryDesc *desc)
{
	Execution  *execution = executions == NULL ? NULL : find_execution(desc);
	Oid		   *views;
	int			n;

	if (execution == NULL || execution->owner != CurrentResourceOwner ||
		execution->lxid != aqumv_compat_my_lxid() || rows_may_live_on(execution))
	{
		end_execution(desc);
		return;
	}
	/* the executor's memory goes first, the locks last */
	n = execution->n;
	views = palloc(n * sizeof(Oid));
	memcpy(views, execution->views, n * sizeof(Oid));
	end_execution(desc);
	unlock_views(views, n);
	pfree(views);
}

void
aqumv_hold_init(void)
{
	prev_ExecutorEnd = ExecutorEnd_hook;
	ExecutorEnd_hook = aqumv_ExecutorEnd;
}
