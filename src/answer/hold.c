/*-------------------------------------------------------------------------
 *
 * hold.c
 *	  What does an execution hold that reads a view in the place of a table?
 *
 *	  Locks on the view and its indexes, which its user never named: they go when
 *	  the execution ends, so that no REFRESH waits for a transaction that has long
 *	  turned to other things.  (The table stays locked until the transaction ends,
 *	  as ever.)  They may be kept longer where values that lie in the view's TOAST
 *	  table may live on: in variables of functions.  Nor is what the planner locks
 *	  kept: an index that goes before the execution starts fails the guard.
 *
 *	  And a reference to the table, so that TRUNCATE and ALTER TABLE by the same
 *	  session say that it is in use, as they would.  What the session does to the
 *	  view itself is not stopped by the reference that the executor holds to it:
 *	  an open portal fetches all its rows first (but for WITH HOLD, which cannot
 *	  fetch them twice, and portals of somebody else, whose code is not run here).
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/portalcmds.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/plancat.h"
#include "parser/parsetree.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "tcop/pquery.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#include "answer/hold.h"
#include "compat.h"

/* an execution under way; lives in the executor's memory */
typedef struct Execution
{
	struct Execution *next;
	QueryDesc  *desc;
	ResourceOwner owner;		/* of the locks */
	LocalTransactionId lxid;
	char	   *portal;			/* the name of the one that started it, or
								 * NULL */
	Oid			user;
	int			context;		/* security context */
	MemoryContextCallback callback;
	int			n;
	Oid			views[FLEXIBLE_ARRAY_MEMBER];
} Execution;

static Execution *executions = NULL;	/* the latest first */
static ExecutorEnd_hook_type prev_ExecutorEnd = NULL;
static AqumvIndexLocks *noted = NULL;	/* of the planning under way */
static get_relation_info_hook_type prev_get_relation_info = NULL;

/* ------------------------------------------------------------------------
 * Planning
 * ------------------------------------------------------------------------
 */

/*
 * Until the next call, note what indexes of views are locked for entries that
 * users did not name.  Returns where such were noted before, and must be called
 * with that again, also on error.
 */
AqumvIndexLocks *
aqumv_note_index_locks(AqumvIndexLocks *locks)
{
	AqumvIndexLocks *before = noted;

	noted = locks;
	return before;
}

/* The planner has locked all indexes of a relation, each once more. */
static void
aqumv_get_relation_info(PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel)
{
	RangeTblEntry *rte = noted == NULL ? NULL : planner_rt_fetch(rel->relid, root);

	if (rte != NULL && rte->relkind == RELKIND_MATVIEW && rte->rellockmode == AccessShareLock &&
		noted->owner == CurrentResourceOwner && aqumv_compat_is_unasked(root->parse, rte))
	{
		Relation	view = table_open(relid, NoLock);
		MemoryContext old = MemoryContextSwitchTo(noted->context);

		noted->indexes = list_concat(noted->indexes, RelationGetIndexList(view));
		MemoryContextSwitchTo(old);
		table_close(view, NoLock);
	}
	if (prev_get_relation_info)
		prev_get_relation_info(root, relid, inhparent, rel);
}

/*
 * Unlock indexes, each as often as it is listed.  One that has come since the
 * others were locked is not locked.
 */
void
aqumv_unlock_indexes(List *indexes)
{
	ListCell   *lc;

	foreach(lc, indexes)
	{
		if (aqumv_compat_holds_lock(lfirst_oid(lc), AccessShareLock))
			UnlockRelationOid(lfirst_oid(lc), AccessShareLock);
	}
	list_free(indexes);
}

/* ------------------------------------------------------------------------
 * Execution
 * ------------------------------------------------------------------------
 */

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
	execution->portal = ActivePortal == NULL ? NULL : pstrdup(ActivePortal->name);
	GetUserIdAndSecContext(&execution->user, &execution->context);
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

/* Add an index that a node has opened, and locked so, over an entry of ours. */
static void
add_index(List **indexes, const PlanState *node, Relation index, AttrNumber scanrelid)
{
	RangeTblEntry *rte = exec_rt_fetch(scanrelid, node->state);

	if (index != NULL && rte->relkind == RELKIND_MATVIEW && rte->rellockmode == AccessShareLock &&
		aqumv_compat_is_unchecked(rte))
		*indexes = lappend_oid(*indexes, RelationGetRelid(index));
}

/* The indexes of views that an execution has locked, each as often as it has. */
static bool
collect_indexes(PlanState *node, void *indexes)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_IndexScanState:
			add_index(indexes, node, ((IndexScanState *) node)->iss_RelationDesc,
					  ((Scan *) node->plan)->scanrelid);
			break;
		case T_IndexOnlyScanState:
			add_index(indexes, node, ((IndexOnlyScanState *) node)->ioss_RelationDesc,
					  ((Scan *) node->plan)->scanrelid);
			break;
		case T_BitmapIndexScanState:
			add_index(indexes, node, ((BitmapIndexScanState *) node)->biss_RelationDesc,
					  ((Scan *) node->plan)->scanrelid);
			break;
		default:
			break;
	}
	return planstate_tree_walker(node, collect_indexes, indexes);
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
	List	   *indexes = NIL;
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
	(void) collect_indexes(desc->planstate, &indexes);
	end_execution(desc);
	aqumv_unlock_indexes(indexes);
	unlock_views(views, n);
	pfree(views);
}

/* ------------------------------------------------------------------------
 * Portals
 * ------------------------------------------------------------------------
 */

/*
 * The portal of an execution if that can be brought to its end here, or NULL: it
 * waits for the next FETCH, and the code in its query is the present user's to
 * run.
 */
static Portal
portal_to_fetch(const Execution *execution)
{
	Portal		portal = execution->portal == NULL ? NULL : GetPortalByName(execution->portal);
	bool		can;
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	can = execution->lxid == aqumv_compat_my_lxid() &&
		user == execution->user && context == execution->context &&
		portal != NULL && portal->queryDesc == execution->desc &&
		portal->strategy == PORTAL_ONE_SELECT && portal->status == PORTAL_READY &&
		portal->holdStore == NULL && portal->resowner == execution->owner &&
		(portal->cursorOptions & CURSOR_OPT_HOLD) == 0;
	return can ? portal : NULL;
}

static bool
reads_view(const Execution *execution, Oid view)
{
	for (int i = 0; i < execution->n; i++)
	{
		if (execution->views[i] == view)
			return true;
	}
	return false;
}

/*
 * Fetch all rows of a portal.  Of a loop, do what COMMIT in its body does, which
 * may still come: it then finds that done.  It cannot come in a subtransaction,
 * whose abort has to drop the portal.
 */
static void
fetch_portal(Portal portal)
{
	PortalCreateHoldStore(portal);
	PersistHoldablePortal(portal);
	if (!portal->portalPinned || portal->createSubid != TopSubTransactionId)
		return;
	if (portal->cplan != NULL)
	{
		ReleaseCachedPlan(portal->cplan, NULL);
		portal->cplan = NULL;
		portal->stmts = NIL;
	}
	portal->resowner = NULL;
	portal->createSubid = InvalidSubTransactionId;
	portal->activeSubid = InvalidSubTransactionId;
	portal->createLevel = 0;
	portal->autoHeld = true;
}

/*
 * Have open portals that read a view fetch what is left: it is going to change.
 * A portal that cannot stays open, and is in the way.
 */
static void
fetch_ahead(Oid view)
{
	Execution  *execution = executions;

	while (execution != NULL)
	{
		Portal		portal = reads_view(execution, view) ? portal_to_fetch(execution) : NULL;

		execution = execution->next;
		if (portal != NULL)
		{
			fetch_portal(portal);
			/* what it ran may have begun and ended others */
			execution = executions;
		}
	}
}

/* The same for the view of this name, or whose index has it. */
static void
fetch_ahead_of(const RangeVar *name)
{
	Oid			relid = name == NULL ? InvalidOid : RangeVarGetRelid(name, NoLock, true);

	if (OidIsValid(relid) && get_rel_relkind(relid) == RELKIND_INDEX)
		relid = IndexGetRelation(relid, true);
	if (OidIsValid(relid))
		fetch_ahead(relid);
}

/*
 * Before a utility statement that wants a view, or what belongs to it, not to be
 * in use: no execution that only aqumv has made read it is in the way.
 */
void
aqumv_fetch_ahead(Node *stmt)
{
	ListCell   *lc;

	if (executions == NULL)
		return;
	if (IsA(stmt, RefreshMatViewStmt))
		fetch_ahead_of(((RefreshMatViewStmt *) stmt)->relation);
	else if (IsA(stmt, AlterTableStmt))
		fetch_ahead_of(((AlterTableStmt *) stmt)->relation);
	else if (IsA(stmt, IndexStmt))
		fetch_ahead_of(((IndexStmt *) stmt)->relation);
	else if (IsA(stmt, ClusterStmt))
		fetch_ahead_of(((ClusterStmt *) stmt)->relation);
	else if (IsA(stmt, ReindexStmt))
		fetch_ahead_of(((ReindexStmt *) stmt)->relation);
	else if (IsA(stmt, DropStmt) && (((DropStmt *) stmt)->removeType == OBJECT_MATVIEW ||
									 ((DropStmt *) stmt)->removeType == OBJECT_INDEX))
	{
		foreach(lc, ((DropStmt *) stmt)->objects)
			fetch_ahead_of(makeRangeVarFromNameList(lfirst_node(List, lc)));
	}
}

void
aqumv_hold_init(void)
{
	prev_ExecutorEnd = ExecutorEnd_hook;
	ExecutorEnd_hook = aqumv_ExecutorEnd;
	prev_get_relation_info = get_relation_info_hook;
	get_relation_info_hook = aqumv_get_relation_info;
}
