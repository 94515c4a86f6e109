/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  Does what a plan was built on still hold when it is executed?
 *
 *	  A rewritten plan is right in the snapshot that it was planned in.  It may
 *	  be executed in another: a moment later, or in a prepared statement, after
 *	  any number of writes, refreshes, SETs and DROPs.  So it carries its
 *	  guards, and the original query, in one extra range table entry; when the
 *	  executor starts, the guards are checked in the snapshot of execution, and
 *	  if one fails the original is planned and run instead.
 *
 *	  The view's own entry sleeps until then: its kind is changed so that
 *	  plancache.c, which locks the relations of a cached plan before anything
 *	  else happens, does not wait for a REFRESH.  It is woken up, in a copy of
 *	  the plan, when the guard has got the lock without waiting.
 *
 *	  After a failure the plan is marked invalid in this backend, so that the
 *	  next execution of a prepared statement plans afresh rather than twice.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "storage/sinval.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "freshness.h"
#include "guard.h"
#include "views.h"

#define GUARD_ALIAS "aqumv.guard"

/* the guards as integers: cursor options, user, then three per guard */
#define GUARD_HEADER 2
#define GUARD_FIELDS 3

static ExecutorStart_hook_type prev_ExecutorStart = NULL;
static bool guards_were_made = false;

/*
 * The plan that was made last.  What is executed at once, and not from a copy
 * in a plan cache, still has its lock and its view at hand.
 */
static struct
{
	PlannedStmt *plan;
	AqumvView  *view;
	LocalTransactionId lxid;
	SubTransactionId subid;
}			last_made;

/* ------------------------------------------------------------------------
 * Planning
 * ------------------------------------------------------------------------
 */

/*
 * Attach guards, and the query to fall back to, to a plan.  If user is valid,
 * the plan is for that user only.  The original must not be used by anyone
 * else afterwards.
 */
void
aqumv_guard_plan(PlannedStmt *plan, const AqumvGuard *guards, int nguards,
				 Oid user, Query *original, int cursor_options)
{
	RangeTblEntry *entry = makeNode(RangeTblEntry);
	List	   *fields = list_make2_oid((Oid) cursor_options, user);
	ListCell   *lc;

	for (int i = 0; i < nguards; i++)
	{
		fields = lappend_oid(fields, guards[i].view);
		fields = lappend_oid(fields, (Oid) (guards[i].generation >> 32));
		fields = lappend_oid(fields, (Oid) guards[i].generation);
		foreach(lc, plan->rtable)
		{
			RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

			/* users' own entries for the view ask for privileges */
			if (rte->rtekind == RTE_RELATION && rte->relid == guards[i].view &&
				aqumv_compat_asks_nothing(plan, rte))
				rte->rtekind = RTE_RESULT;	/* asleep */
		}
	}

	entry->rtekind = RTE_SUBQUERY;
	entry->subquery = original;
	entry->eref = makeAlias(GUARD_ALIAS, NIL);
	entry->securityQuals = fields;
	plan->rtable = lappend(plan->rtable, entry);
	guards_were_made = true;

	last_made.plan = nguards == 1 ? plan : NULL;
	last_made.lxid = aqumv_compat_my_lxid();
	last_made.subid = GetCurrentSubTransactionId();
	if (last_made.plan != NULL && aqumv_get_view(guards[0].view, &last_made.view) != NULL)
		last_made.plan = NULL;
}

/* ------------------------------------------------------------------------
 * Execution
 * ------------------------------------------------------------------------
 */

static RangeTblEntry *
find_guard(PlannedStmt *plan)
{
	for (int i = list_length(plan->rtable) - 1; i >= 0; i--)
	{
		RangeTblEntry *rte = list_nth_node(RangeTblEntry, plan->rtable, i);

		if (rte->rtekind == RTE_SUBQUERY && rte->eref != NULL &&
			strcmp(rte->eref->aliasname, GUARD_ALIAS) == 0)
			return rte;
	}
	return NULL;
}

static int
count_guards(RangeTblEntry *entry)
{
	return (list_length(entry->securityQuals) - GUARD_HEADER) / GUARD_FIELDS;
}

static AqumvGuard
get_guard(RangeTblEntry *entry, int i)
{
	int			at = GUARD_HEADER + i * GUARD_FIELDS;
	AqumvGuard	guard;

	guard.view = list_nth_oid(entry->securityQuals, at);
	guard.generation = ((uint64) list_nth_oid(entry->securityQuals, at + 1)) << 32 |
		list_nth_oid(entry->securityQuals, at + 2);
	return guard;
}

/* Is a view, on which a lock is held, what the guard says, and usable? */
static bool
view_holds(AqumvView *view, AqumvGuard guard, Snapshot snapshot)
{
	return view->view == guard.view &&
		aqumv_check_usable(view, snapshot) == NULL &&
		aqumv_view_generation(view) == guard.generation;
}

/*
 * Check one guard; on success the view stays locked until the end of the
 * transaction, as any relation that a query reads.
 */
static bool
guard_holds(AqumvGuard guard, Snapshot snapshot)
{
	AqumvView  *view;

	if (!ConditionalLockRelationOid(guard.view, AccessShareLock))
		return false;
	/* what was done to the view before has been brought in after this */
	if (aqumv_get_view(guard.view, &view) == NULL &&
		view->unsuitable == NULL && view_holds(view, guard, snapshot))
		return true;
	UnlockRelationOid(guard.view, AccessShareLock);
	return false;
}

/* Have this backend's cached plans over a view be made again. */
static void
invalidate_plans_locally(Oid view)
{
	SharedInvalidationMessage msg;

	memset(&msg, 0, sizeof(msg));
	msg.rc.id = SHAREDINVALRELCACHE_ID;
	msg.rc.dbId = MyDatabaseId;
	msg.rc.relId = view;
	LocalExecuteInvalidationMessage(&msg);
}

static bool
guards_hold(PlannedStmt *plan, RangeTblEntry *entry, Snapshot snapshot)
{
	bool		messages = aqumv_reason_messages;
	Oid			user = lsecond_oid(entry->securityQuals);
	bool		hold = aqumv_enabled && (!OidIsValid(user) || user == GetUserId());

	aqumv_reason_messages = false;
	if (hold && plan == last_made.plan && last_made.lxid == aqumv_compat_my_lxid() &&
		last_made.subid == GetCurrentSubTransactionId() && count_guards(entry) == 1)
		hold = view_holds(last_made.view, get_guard(entry, 0), snapshot);
	else
	{
		for (int i = 0; hold && i < count_guards(entry); i++)
			hold = guard_holds(get_guard(entry, i), snapshot);
	}
	aqumv_reason_messages = messages;
	return hold;
}

/*
 * Execute a copy of the plan in which the views' entries are awake.  The plan
 * itself may be cached, and stays as it is.
 */
static void
wake_views(QueryDesc *desc, RangeTblEntry *entry)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(desc));
	PlannedStmt *plan = palloc(sizeof(PlannedStmt));
	ListCell   *lc;

	memcpy(plan, desc->plannedstmt, sizeof(PlannedStmt));
	plan->rtable = list_copy(plan->rtable);
	foreach(lc, plan->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		for (int i = 0; i < count_guards(entry); i++)
		{
			if (rte->rtekind == RTE_RESULT && rte->relid == get_guard(entry, i).view)
			{
				RangeTblEntry *awake = palloc(sizeof(RangeTblEntry));

				memcpy(awake, rte, sizeof(RangeTblEntry));
				awake->rtekind = RTE_RELATION;
				lfirst(lc) = awake;
				break;
			}
		}
	}
	desc->plannedstmt = plan;
	MemoryContextSwitchTo(old);
}

/*
 * Once the executor has checked permissions, nobody needs the guard or the
 * base table's entry any more.  EXPLAIN then prints the plan as it would print
 * one over the view.
 */
static void
hide_helpers(QueryDesc *desc, RangeTblEntry *entry)
{
	PlannedStmt *plan = desc->plannedstmt;
	int			nshown = list_length(plan->rtable) - 1;
	MemoryContext old;

	if (nshown < 0 || llast(plan->rtable) != entry)
		return;

	/* a query of one block has the view, the base, and nothing between */
	if (nshown > 1 &&
		linitial_node(RangeTblEntry, plan->rtable)->relkind == RELKIND_MATVIEW &&
		list_nth_node(RangeTblEntry, plan->rtable, nshown - 1)->rtekind == RTE_RELATION)
	{
		int			i = 1;

		while (i < nshown - 1 &&
			   aqumv_compat_is_idle_entry(list_nth_node(RangeTblEntry, plan->rtable, i)))
			i++;
		if (i == nshown - 1)
			nshown = 1;
	}
	/* the executor, and its parallel workers, keep the whole list */
	old = MemoryContextSwitchTo(GetMemoryChunkContext(desc));
	plan->rtable = list_copy_head(plan->rtable, nshown);
	MemoryContextSwitchTo(old);
}

/*
 * Plan the original query, and execute that instead.
 */
static void
fall_back(QueryDesc *desc, RangeTblEntry *entry, int eflags)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(desc));
	int			cursor_options = (int) linitial_oid(entry->securityQuals);
	bool		pushed = !ActiveSnapshotSet();

	/* the cursor may have promised to go backward on the strength of our plan */
	if (eflags & EXEC_FLAG_BACKWARD)
		cursor_options |= CURSOR_OPT_SCROLL;
	for (int i = 0; i < count_guards(entry); i++)
		invalidate_plans_locally(get_guard(entry, i).view);

	if (pushed)
		PushActiveSnapshot(desc->snapshot);
	aqumv_paused++;
	PG_TRY();
	{
		desc->plannedstmt = pg_plan_query(copyObject(entry->subquery), desc->sourceText,
										  cursor_options, desc->params);
	}
	PG_FINALLY();
	{
		aqumv_paused--;
	}
	PG_END_TRY();
	if (pushed)
		PopActiveSnapshot();
	MemoryContextSwitchTo(old);
}

static void
aqumv_ExecutorStart(QueryDesc *desc, int eflags)
{
	RangeTblEntry *entry = NULL;
	bool		hold = false;

	if (guards_were_made && !IsParallelWorker())
		entry = find_guard(desc->plannedstmt);
	if (entry != NULL)
	{
		hold = guards_hold(desc->plannedstmt, entry, desc->snapshot);
		if (hold)
			wake_views(desc, entry);
		else
			fall_back(desc, entry, eflags);
	}

	if (prev_ExecutorStart)
		prev_ExecutorStart(desc, eflags);
	else
		standard_ExecutorStart(desc, eflags);

	if (hold)
		hide_helpers(desc, entry);
}

void
aqumv_guard_init(void)
{
	prev_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = aqumv_ExecutorStart;
}
