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

#include "algebra/notnull.h"
#include "answer/guard.h"
#include "answer/hold.h"
#include "compat.h"
#include "fresh/freshness.h"
#include "fresh/partition.h"
#include "fresh/views.h"

/*
 * The guard's entry carries six lists of OIDs as its security quals: the
 * guards, the four of AqumvRights, and the transactions that columns are NOT
 * NULL since (notnull.c).  The guards: a header, then three each.
 */
#define GUARD_LISTS 6
#define GUARD_SINCE (GUARD_LISTS - 1)
#define GUARD_MAGIC 0x6171756d
#define GUARD_OPTIONS 1
#define GUARD_USER 2
#define GUARD_CHANGES 3
#define GUARD_HEADER 5
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
	LocalTransactionId lxid;
	Oid			locked;			/* the view; not locked any more */
	Oid			base;
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

/* Remember a plan with one guard, whose view has been proved usable. */
static void
remember_last_made(PlannedStmt *plan, AqumvGuard guard, RangeTblEntry *view_entry)
{
	MemoryContext old;
	MemoryContextCallback *callback;
	AqumvView  *view;

	last_made.plan = NULL;
	if (view_entry == NULL || aqumv_get_view(guard.view, &view) != NULL ||
		aqumv_view_generation(view) != guard.generation)
		return;
	last_made.lxid = aqumv_compat_my_lxid();
	last_made.locked = guard.view;
	last_made.base = view->base;
	last_made.subid = GetCurrentSubTransactionId();
	last_made.user = GetUserId();
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

/* Put the views' entries of a plan to sleep; returns the last one, if any. */
static RangeTblEntry *
put_to_sleep(PlannedStmt *plan, const AqumvGuard *guards, int nguards, int *nasleep)
{
	RangeTblEntry *asleep = NULL;
	ListCell   *lc;

	*nasleep = 0;
	for (int i = 0; i < nguards; i++)
	{
		foreach(lc, plan->rtable)
		{
			RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

			/* users' own entries for the view ask for privileges */
			if (rte->rtekind == RTE_RELATION && rte->relid == guards[i].view &&
				aqumv_compat_asks_nothing(plan, rte))
			{
				rte->rtekind = RTE_RESULT;
				asleep = rte;
				(*nasleep)++;
			}
		}
	}
	return asleep;
}

/*
 * Attach guards, and the query to fall back to, to a plan.  It relies on rights
 * of the current user, looked at when aqumv_rights_changes was as given.  The
 * original must not be used by anyone else afterwards.
 */
void
aqumv_guard_plan(PlannedStmt *plan, const AqumvGuard *guards, int nguards,
				 const AqumvRights *rights, uint64 rights_changes,
				 Query *original, int cursor_options)
{
	RangeTblEntry *entry = makeNode(RangeTblEntry);
	List	   *fields = list_make5_oid(GUARD_MAGIC, (Oid) cursor_options, GetUserId(),
										(Oid) (rights_changes >> 32), (Oid) rights_changes);
	RangeTblEntry *asleep;
	int			nasleep;

	for (int i = 0; i < nguards; i++)
	{
		fields = lappend_oid(fields, guards[i].view);
		fields = lappend_oid(fields, (Oid) (guards[i].generation >> 32));
		fields = lappend_oid(fields, (Oid) guards[i].generation);
	}
	asleep = put_to_sleep(plan, guards, nguards, &nasleep);

	entry->rtekind = RTE_SUBQUERY;
	entry->subquery = original;
	entry->eref = makeAlias("aqumv.guard", NIL);
	entry->securityQuals = list_make5(fields, rights->functions, rights->columns, rights->mappings,
									  rights->schemas);
	entry->securityQuals = lappend(entry->securityQuals, aqumv_not_null_since());
	plan->rtable = lappend(plan->rtable, entry);
	guards_were_made = true;

	remember_last_made(plan, guards[0], nasleep == 1 && nguards == 1 ? asleep : NULL);
}

/* ------------------------------------------------------------------------
 * Execution
 * ------------------------------------------------------------------------
 */

/*
 * Is this entry a guard?  Whatever it may be called: of users' own entries the
 * planner leaves neither subquery nor security quals in a plan, and those would
 * be expressions.
 */
static bool
is_guard(const RangeTblEntry *rte)
{
	List	   *fields;

	if (rte->securityQuals == NIL || rte->rtekind != RTE_SUBQUERY || rte->subquery == NULL ||
		list_length(rte->securityQuals) != GUARD_LISTS || linitial(rte->securityQuals) == NULL ||
		!IsA(linitial(rte->securityQuals), OidList))
		return false;
	fields = linitial(rte->securityQuals);
	return list_length(fields) > GUARD_HEADER && linitial_oid(fields) == GUARD_MAGIC;
}

static RangeTblEntry *
find_guard(PlannedStmt *plan)
{
	for (int i = list_length(plan->rtable) - 1; i >= 0; i--)
	{
		RangeTblEntry *rte = list_nth_node(RangeTblEntry, plan->rtable, i);

		if (is_guard(rte))
			return rte;
	}
	return NULL;
}

static List *
guard_fields(RangeTblEntry *entry)
{
	return linitial(entry->securityQuals);
}

static int
count_guards(RangeTblEntry *entry)
{
	return (list_length(guard_fields(entry)) - GUARD_HEADER) / GUARD_FIELDS;
}

static AqumvGuard
get_guard(RangeTblEntry *entry, int i)
{
	int			at = GUARD_HEADER + i * GUARD_FIELDS;
	List	   *fields = guard_fields(entry);
	AqumvGuard	guard;

	guard.view = list_nth_oid(fields, at);
	guard.generation = ((uint64) list_nth_oid(fields, at + 1)) << 32 | list_nth_oid(fields, at + 2);
	return guard;
}

/*
 * Check one guard; on success the view stays locked until the execution ends
 * (hold.c), and *base is set to what the view reads.
 */
static bool
guard_holds(AqumvGuard guard, Snapshot snapshot, Oid *base)
{
	AqumvView  *view;

	if (!ConditionalLockRelationOid(guard.view, AccessShareLock))
		return false;
	/* what was done to the view before has been brought in after this */
	if (aqumv_get_view(guard.view, &view) == NULL &&
		view->withheld == NULL &&
		(aqumv_still_usable(&view->proof, snapshot) ||
		 aqumv_check_usable(view, snapshot) == NULL) &&
		aqumv_view_generation(view) == guard.generation)
	{
		*base = view->base;
		return true;
	}
	UnlockRelationOid(guard.view, AccessShareLock);
	return false;
}

/*
 * Does the user have the rights that the plan relies on?  As long as it is the
 * one that it was made for and no rights have changed, that is known.
 */
static bool
rights_hold(RangeTblEntry *entry)
{
	List	   *fields = guard_fields(entry);
	AqumvRights rights = {.functions = lsecond(entry->securityQuals),
		.columns = lthird(entry->securityQuals),.mappings = lfourth(entry->securityQuals),
		.schemas = list_nth(entry->securityQuals, 4)
	};
	uint64		changes = ((uint64) list_nth_oid(fields, GUARD_CHANGES)) << 32 |
		list_nth_oid(fields, GUARD_CHANGES + 1);

	return (changes == aqumv_rights_changes && list_nth_oid(fields, GUARD_USER) == GetUserId()) ||
		aqumv_rights_hold(&rights);
}

/*
 * Do all guards hold?  Then the views are locked, and they and what they read
 * are put into the arrays.  Otherwise none is.
 */
static bool
guards_hold(RangeTblEntry *entry, Snapshot snapshot, Oid *views, Oid *bases)
{
	bool		hold = aqumv_enabled;
	int			n = 0;

	AQUMV_BEGIN_MESSAGES(false);
	{
		while (hold && n < count_guards(entry))
		{
			AqumvGuard	guard = get_guard(entry, n);

			views[n] = guard.view;
			hold = guard_holds(guard, snapshot, &bases[n]);
			n += hold;
		}
		hold = hold && rights_hold(entry) &&
			aqumv_not_null_holds(list_nth(entry->securityQuals, GUARD_SINCE), snapshot);
	}
	AQUMV_END_MESSAGES();
	while (!hold && n > 0)
		UnlockRelationOid(views[--n], AccessShareLock);
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
	return rte->rtekind == RTE_RESULT && rte->relkind == RELKIND_MATVIEW;
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
	int			cursor_options = (int) list_nth_oid(guard_fields(entry), GUARD_OPTIONS);
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

/* Has nothing happened since the plan was made that was made last? */
static bool
nothing_happened(const QueryDesc *desc)
{
	return last_made.lxid == aqumv_compat_my_lxid() &&
		last_made.subid == GetCurrentSubTransactionId() &&
		aqumv_enabled &&
		last_made.user == GetUserId() &&
		aqumv_still_usable(&last_made.proof, desc->snapshot);
}

/*
 * Is this the plan that was made last, and can it be executed just so?  Then
 * its view is locked.  What others have done to it is known once it is.
 */
static bool
last_made_holds(const QueryDesc *desc)
{
	if (desc->plannedstmt != last_made.plan || !nothing_happened(desc) ||
		!ConditionalLockRelationOid(last_made.locked, AccessShareLock))
		return false;
	if (nothing_happened(desc))
		return true;
	UnlockRelationOid(last_made.locked, AccessShareLock);
	return false;
}

static void
aqumv_ExecutorStart(QueryDesc *desc, int eflags)
{
	PlannedStmt *shown = NULL;
	RangeTblEntry *entry;
	Oid			view,
				base;
	Oid		   *views = &view;
	Oid		   *bases = &base;
	int			n = 1;

	if (last_made.plan != NULL && last_made_holds(desc))
	{
		view = last_made.locked;
		base = last_made.base;
		last_made.view->rtekind = RTE_RELATION;
		shown = last_made.shown;
	}
	else if (guards_were_made && !IsParallelWorker() &&
			 (entry = find_guard(desc->plannedstmt)) != NULL)
	{
		n = count_guards(entry);
		views = palloc(2 * n * sizeof(Oid));
		bases = views + n;
		if (guards_hold(entry, desc->snapshot, views, bases))
			shown = wake_views(desc, entry);
		else
			fall_back(desc, entry, eflags);
	}

	if (prev_ExecutorStart)
		prev_ExecutorStart(desc, eflags);
	else
		standard_ExecutorStart(desc, eflags);

	if (shown != NULL)
	{
		desc->plannedstmt = shown;
		aqumv_hold(desc, n, views, bases);
	}
	if (views != &view)
		pfree(views);
}

void
aqumv_guard_init(void)
{
	prev_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = aqumv_ExecutorStart;
}
