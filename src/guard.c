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
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "freshness.h"
#include "guard.h"
#include "partition.h"
#include "views.h"

#define GUARD_ALIAS "aqumv.guard"

/* the guards as integers: cursor options, user, then three per guard */
#define GUARD_HEADER 2
#define GUARD_FIELDS 3

static ExecutorStart_hook_type prev_ExecutorStart = NULL;
static bool guards_were_made = false;

/*
 * The plan that was made last.  What is executed at once, and not from a copy
 * in a plan cache, finds its lock, its proof and all that it needs at hand.
 */
static struct
{
	PlannedStmt *plan;			/* NULL once its memory is gone */
	LocalTransactionId lxid;	/* which holds the view's lock */
	SubTransactionId subid;
	Oid			user;
	RangeTblEntry *view;		/* asleep, or awake from an execution before */
	PlannedStmt *shown;
	AqumvProof	proof;
}			last_made;

/* ------------------------------------------------------------------------
 * Planning
 * ------------------------------------------------------------------------
 */

/* How many entries of an awake plan should be shown? */
static int
shown_entries(List *rtable, RangeTblEntry *entry)
{
	int			nshown = list_length(rtable) - 1;

	if (llast(rtable) != entry)
		return nshown + 1;
	/* a query of one block has the view, the base, and nothing between */
	if (nshown > 1 &&
		linitial_node(RangeTblEntry, rtable)->relkind == RELKIND_MATVIEW &&
		list_nth_node(RangeTblEntry, rtable, nshown - 1)->rtekind == RTE_RELATION)
	{
		int			i = 1;

		while (i < nshown - 1 &&
			   aqumv_compat_is_idle_entry(list_nth_node(RangeTblEntry, rtable, i)))
			i++;
		if (i == nshown - 1)
			nshown = 1;
	}
	return nshown;
}

static void
forget_last_made(void *plan)
{
	if (last_made.plan == plan)
		last_made.plan = NULL;
}

/* Remember a plan with one guard, whose view is locked and has been proved. */
static void
remember_last_made(PlannedStmt *plan, AqumvGuard guard, RangeTblEntry *view_entry,
				   Oid user)
{
	MemoryContext old;
	MemoryContextCallback *callback;
	AqumvView  *view;

	last_made.plan = NULL;
	if (view_entry == NULL || aqumv_get_view(guard.view, &view) != NULL ||
		aqumv_view_generation(view) != guard.generation)
		return;
	last_made.lxid = aqumv_compat_my_lxid();
	last_made.subid = GetCurrentSubTransactionId();
	last_made.user = user;
	last_made.view = view_entry;
	last_made.proof = view->proof;

	old = MemoryContextSwitchTo(GetMemoryChunkContext(plan));
	last_made.shown = palloc(sizeof(PlannedStmt));
	*last_made.shown = *plan;
	last_made.shown->rtable = list_copy_head(plan->rtable,
											 shown_entries(plan->rtable, llast(plan->rtable)));
	callback = palloc(sizeof(MemoryContextCallback));
	callback->func = forget_last_made;
	callback->arg = plan;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	MemoryContextSwitchTo(old);
	last_made.plan = plan;
}

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
	RangeTblEntry *asleep = NULL;
	int			nasleep = 0;
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
			{
				rte->rtekind = RTE_RESULT;
				asleep = rte;
				nasleep++;
			}
		}
	}

	entry->rtekind = RTE_SUBQUERY;
	entry->subquery = original;
	entry->eref = makeAlias(GUARD_ALIAS, NIL);
	entry->securityQuals = fields;
	plan->rtable = lappend(plan->rtable, entry);
	guards_were_made = true;

	remember_last_made(plan, guards[0], nasleep == 1 && nguards == 1 ? asleep : NULL, user);
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
		view->unsuitable == NULL &&
		(aqumv_still_usable(&view->proof, snapshot) ||
		 aqumv_check_usable(view, snapshot) == NULL) &&
		aqumv_view_generation(view) == guard.generation)
		return true;
	UnlockRelationOid(guard.view, AccessShareLock);
	return false;
}

static bool
guards_hold(RangeTblEntry *entry, Snapshot snapshot)
{
	bool		messages = aqumv_reason_messages;
	Oid			user = lsecond_oid(entry->securityQuals);
	bool		hold = aqumv_enabled && (!OidIsValid(user) || user == GetUserId());

	aqumv_reason_messages = false;
	for (int i = 0; hold && i < count_guards(entry); i++)
		hold = guard_holds(get_guard(entry, i), snapshot);
	aqumv_reason_messages = messages;
	return hold;
}

/*
 * What an awake plan needs beside the sleeping one, which may be cached and
 * stays as it is.  One piece of memory, since this is done in each execution.
 */
typedef struct AwakePlan
{
	PlannedStmt executed;
	PlannedStmt shown;
	List		rtable;			/* of the executor, and its workers */
	List		shown_rtable;	/* the front part of it */
	ListCell	cells[FLEXIBLE_ARRAY_MEMBER];
} AwakePlan;

static bool
is_asleep(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_RESULT && OidIsValid(rte->relid);
}

/*
 * Execute a copy of the plan in which the views' entries are awake.  Returns
 * the plan to show: once the executor has checked permissions, nobody needs
 * the guard or the base table's entry any more, and without them EXPLAIN prints
 * the plan as it would print one over the view.
 */
static PlannedStmt *
wake_views(QueryDesc *desc, RangeTblEntry *entry)
{
	const PlannedStmt *asleep = desc->plannedstmt;
	int			n = list_length(asleep->rtable);
	int			nguards = count_guards(entry);
	int			nasleep = 0;
	AwakePlan  *awake;
	RangeTblEntry *copy;
	ListCell   *lc;

	foreach(lc, asleep->rtable)
	{
		if (is_asleep(lfirst_node(RangeTblEntry, lc)))
			nasleep++;
	}
	awake = MemoryContextAlloc(GetMemoryChunkContext(desc),
							   offsetof(AwakePlan, cells) + n * sizeof(ListCell) +
							   nasleep * sizeof(RangeTblEntry));
	copy = (RangeTblEntry *) &awake->cells[n];

	memcpy(awake->cells, asleep->rtable->elements, n * sizeof(ListCell));
	for (int at = 0; at < n; at++)
	{
		const RangeTblEntry *rte = lfirst_node(RangeTblEntry, &awake->cells[at]);

		for (int i = 0; is_asleep(rte) && i < nguards; i++)
		{
			if (rte->relid == get_guard(entry, i).view)
			{
				memcpy(copy, rte, sizeof(RangeTblEntry));
				copy->rtekind = RTE_RELATION;
				lfirst(&awake->cells[at]) = copy++;
				break;
			}
		}
	}
	awake->rtable = *asleep->rtable;
	awake->rtable.elements = awake->cells;
	awake->rtable.max_length = n;
	awake->shown_rtable = awake->rtable;
	awake->shown_rtable.length = shown_entries(&awake->rtable, entry);
	awake->executed = *asleep;
	awake->executed.rtable = &awake->rtable;
	awake->shown = *asleep;
	awake->shown.rtable = &awake->shown_rtable;
	desc->plannedstmt = &awake->executed;
	return &awake->shown;
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
	/* have this backend's cached plans over the views made again */
	for (int i = 0; i < count_guards(entry); i++)
		aqumv_look_again(get_guard(entry, i).view);

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

/* Is this the plan that was made last, and has nothing happened since? */
static bool
last_made_holds(const QueryDesc *desc)
{
	return desc->plannedstmt == last_made.plan &&
		last_made.lxid == aqumv_compat_my_lxid() &&
		last_made.subid == GetCurrentSubTransactionId() &&
		aqumv_enabled &&
		(!OidIsValid(last_made.user) || last_made.user == GetUserId()) &&
		aqumv_still_usable(&last_made.proof, desc->snapshot);
}

static void
aqumv_ExecutorStart(QueryDesc *desc, int eflags)
{
	PlannedStmt *shown = NULL;
	RangeTblEntry *entry;

	if (last_made.plan != NULL && last_made_holds(desc))
	{
		last_made.view->rtekind = RTE_RELATION;
		shown = last_made.shown;
	}
	else if (guards_were_made && !IsParallelWorker() &&
			 (entry = find_guard(desc->plannedstmt)) != NULL)
	{
		if (guards_hold(entry, desc->snapshot))
			shown = wake_views(desc, entry);
		else
			fall_back(desc, entry, eflags);
	}

	if (prev_ExecutorStart)
		prev_ExecutorStart(desc, eflags);
	else
		standard_ExecutorStart(desc, eflags);

	if (shown != NULL)
		desc->plannedstmt = shown;
}

void
aqumv_guard_init(void)
{
	prev_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = aqumv_ExecutorStart;
}
