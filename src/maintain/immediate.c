/*-------------------------------------------------------------------------
 *
 * immediate.c
 *	  A relation has been written: which immediate views follow it, and as whom?
 *
 *	  Views are folded into as their owners, as REFRESH fills them: under
 *	  security restrictions, with a search_path that nobody can meddle with, and
 *	  in the TimeZone that the view was filled in.
 *
 *	  Each view is locked (ROW EXCLUSIVE at least) until the end of the transaction before
 *	  anything about it is looked at, even if there is nothing to fold: so a
 *	  REFRESH, which takes its snapshot with its own lock in hand, has seen all
 *	  whom it found writing.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "fresh/freshness.h"
#include "fresh/option.h"
#include "fresh/partition.h"
#include "fresh/refresh.h"
#include "fresh/statements.h"
#include "fresh/syntax.h"
#include "fresh/trust.h"
#include "fresh/views.h"
#include "maintain/anew.h"
#include "maintain/attempt.h"
#include "maintain/deltastate.h"
#include "maintain/groups.h"
#include "maintain/immediate.h"
#include "maintain/owner.h"
#include "maintain/putoff.h"
#include "maintain/rows.h"
#include "maintain/sieve.h"
#include "maintain/viewindex.h"

/* ------------------------------------------------------------------------
 * Which views
 * ------------------------------------------------------------------------
 */

static bool
is_immediate(Oid viewoid)
{
	AqumvView  *view;

	/* one that is locked by others says so in its label as well */
	return (aqumv_get_view(viewoid, &view) == NULL ? view->maintenance :
			aqumv_maintenance_of(viewoid)) == AQUMV_IMMEDIATE;
}

static List *
add_immediate(List *result, Oid base)
{
	ListCell   *lc;

	foreach(lc, aqumv_views_over(base))
	{
		if (is_immediate(lfirst_oid(lc)))
			result = list_append_unique_oid(result, lfirst_oid(lc));
	}
	return result;
}

static int
compare_oids(const ListCell *a, const ListCell *b)
{
	return lfirst_oid(a) < lfirst_oid(b) ? -1 : lfirst_oid(a) > lfirst_oid(b);
}

/*
 * The immediate views that what is written through a relation may concern,
 * always in the same order.
 */
static List *
immediate_views_around(Oid relid)
{
	const AqumvTree *tree = aqumv_get_tree(relid);
	List	   *result = add_immediate(NIL, relid);
	ListCell   *lc;

	foreach(lc, tree->ancestors)
		result = add_immediate(result, lfirst_oid(lc));
	foreach(lc, tree->descendants)
		result = add_immediate(result, lfirst_oid(lc));
	if (list_length(result) > 1)
		list_sort(result, compare_oids);
	return result;
}

/*
 * Has the view been filled by a transaction that our snapshot does not see?
 * Rows of a REFRESH do not tell by themselves: they are visible to all.
 */
static bool
was_filled_since(Oid viewoid)
{
	AqumvRefresh now,
				then;

	return aqumv_read_refresh(viewoid, NULL, &now) &&
		(!aqumv_read_refresh(viewoid, GetTransactionSnapshot(), &then) ||
		 !FullTransactionIdEquals(now.moment.xid, then.moment.xid) ||
		 now.moment.part != then.moment.part);
}

/*
 * Lock a view and look at it again.  NULL if it is not to be maintained: it is
 * gone, or has to be filled before it is right again.  A view that will be
 * computed anew is locked for that at once: two writers that hold the weaker lock
 * would wait for each other.
 */
static AqumvView *
lock_view(Oid viewoid, bool anew)
{
	AqumvView  *view;

	LockRelationOid(viewoid, anew ? ShareRowExclusiveLock : RowExclusiveLock);
	view = aqumv_get_locked_view(viewoid);
	if (view == NULL)
		return NULL;
	if (!aqumv_is_trusted(view))
	{
		/* who fills it takes this write into account when he has ended */
		if (!aqumv_is_at_work(viewoid))
			aqumv_pass_by(view);
		return NULL;
	}
	if (IsolationUsesXactSnapshot() && was_filled_since(viewoid))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update"),
				 errdetail("Materialized view \"%s\" has been filled since this transaction took its snapshot.",
						   get_rel_name(viewoid))));
	return view;
}

/* ------------------------------------------------------------------------
 * As whom
 * ------------------------------------------------------------------------
 */

#define LACK_HINT gettext_noop("REFRESH MATERIALIZED VIEW puts in place again what its maintenance needs.")
#define SYNTAX_HINT gettext_noop("REFRESH MATERIALIZED VIEW in another session, and do not set standard_conforming_strings, transform_null_equals or array_nulls where its tables are written.")
#define FUNCTION_HINT gettext_noop("REFRESH MATERIALIZED VIEW computes it again.")
#define INDEX_HINT gettext_noop("Drop the index or shorten what it indexes, and REFRESH MATERIALIZED VIEW.")

/*
 * What the view needs to be maintained is not there any more, or an index does
 * not take its rows: it is filled anew before it counts again.  Writers must not
 * suffer for that.
 */
static void
stop_maintenance(Oid view, const char *detail, const char *hint)
{
	aqumv_doubt_refresh(view);
	ereport(WARNING,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("materialized view \"%s\" is not maintained any more", get_rel_name(view)),
			 errdetail_internal("%c%s.", pg_toupper(detail[0]), detail + 1),
			 errhint("%s", _(hint))));
}

/*
 * May the view's functions compute something else in this session than they do
 * for others?  If so, it is not maintained.
 */
static bool
reads_otherwise(AqumvView *view)
{
	if (!view->runs_users_code || !aqumv_reads_otherwise())
		return false;
	stop_maintenance(view->view,
					 "the session has had settings under which functions are read otherwise",
					 SYNTAX_HINT);
	return true;
}

/*
 * Become the owner of a view, which is locked, and get what it takes to compute
 * it; in that order, for to compile is to run code of his.  NULL, and nobody
 * else, if it cannot be maintained any more.
 */
static AqumvDeltaState *
enter(AqumvView *view)
{
	AqumvDeltaState *state;
	AqumvReason *reason;

	if (reads_otherwise(view))
		return NULL;
	aqumv_enter_owner(view->view, view->base, view->owner, view->runs_users_code);
	reason = aqumv_get_deltastate(view, &state);
	if (reason != NULL)
	{
		(void) aqumv_leave_owner();
		stop_maintenance(view->view, reason->message, LACK_HINT);
		return NULL;
	}
	if (state->timezone != NULL)
		aqumv_set_time_zone(state->timezone);
	return state;
}

/*
 * Become again who came.  If what the view's functions call may have been
 * something else while rows were computed, nobody knows what these are worth.
 */
static void
leave(AqumvView *view, AqumvDeltaState *state)
{
	uint64		changes;

	aqumv_release_deltastate(state);
	changes = aqumv_leave_owner();
	if (!reads_otherwise(view) && aqumv_may_have_differed(view, changes))
		stop_maintenance(view->view,
						 "functions were created, replaced or dropped while the view was computed",
						 FUNCTION_HINT);
}

/* Functions of views at work must not come here. */
static void
note_write(Oid relid)
{
	const AqumvTree *tree = aqumv_get_tree(relid);

	aqumv_note_write(relid, tree->ancestors, tree->descendants);
}

/* ------------------------------------------------------------------------
 * Fold
 * ------------------------------------------------------------------------
 */

static void
error_context(void *arg)
{
	const char *name = get_rel_name(*(Oid *) arg);

	if (name != NULL)
		errcontext("maintenance of materialized view \"%s\"", name);
}

static void
maintain_view(AqumvView *view, AqumvChange *change)
{
	bool		last = !aqumv_statement_is_open(aqumv_get_tree(view->base));
	ErrorContextCallback callback = {.callback = error_context,.arg = &view->view,
	.previous = error_context_stack};
	AqumvDeltaState *state;
	Oid			viewoid = view->view;

	error_context_stack = &callback;
	state = enter(view);
	if (state != NULL)
	{
		char	   *objection = state->delta->grain == AQUMV_GRAIN_ROW ?
			aqumv_fold_rows(state, change, last) :
			aqumv_fold_groups(state, change, last);

		leave(view, state);
		if (objection != NULL)
			stop_maintenance(viewoid, objection, INDEX_HINT);
	}
	error_context_stack = callback.previous;
}

/*
 * Fold a change into all the immediate views that it concerns.
 */
void
aqumv_maintain_views(AqumvChange *change)
{
	ListCell   *lc;

	note_write(RelationGetRelid(change->rel));
	foreach(lc, immediate_views_around(RelationGetRelid(change->rel)))
	{
		AqumvView  *view;

		if (aqumv_compat_applies_beside_others())
		{
			aqumv_pass_by_unlocked(lfirst_oid(lc));
			continue;
		}
		view = lock_view(lfirst_oid(lc), change->unreliable);
		if (view == NULL)
			continue;
		aqumv_sieve(change, view->base, aqumv_get_tree(view->base)->ancestors);
		maintain_view(view, change);
	}
}

/* ------------------------------------------------------------------------
 * Rebuild
 * ------------------------------------------------------------------------
 */

/*
 * A view has been filled.  If a statement is writing its base just now, the
 * rows that are there already will be told of once more, so what it touches
 * is computed again when it has ended.
 */
void
aqumv_view_filled(Oid viewoid)
{
	AqumvView  *view;
	AqumvDeltaState *state;

	CommandCounterIncrement();
	view = aqumv_get_locked_view(viewoid);
	if (view == NULL || !aqumv_is_trusted(view))
		return;
	if (!aqumv_statement_is_open(aqumv_get_tree(view->base)))
	{
		aqumv_forget_putoff(viewoid);
		return;
	}
	state = enter(view);
	if (state == NULL)
		return;
	aqumv_put_off(state);
	leave(view, state);
}

static void
rebuild_view(AqumvView *view)
{
	ErrorContextCallback callback = {.callback = error_context,.arg = &view->view,
	.previous = error_context_stack};
	AqumvFilling filling;
	AqumvDeltaState *state;
	Oid			viewoid = view->view;

	error_context_stack = &callback;
	CommandCounterIncrement();
	aqumv_begin_filling(&filling, view->base, view->owner, aqumv_definition_of(viewoid));
	state = enter(view);
	if (state != NULL)
	{
		char	   *objection = aqumv_fold_anew(state);

		/* the record says which TimeZone the view was computed in */
		if (objection == NULL)
			aqumv_end_filling(&filling, viewoid);
		leave(view, state);
		if (objection == NULL)
			aqumv_view_filled(viewoid);
		else
		{
			PopActiveSnapshot();
			stop_maintenance(viewoid, objection, INDEX_HINT);
		}
	}
	else
		PopActiveSnapshot();
	error_context_stack = callback.previous;
}

static void
rebuild_action(void *view)
{
	rebuild_view(view);
}

/* The reason why writers cannot maintain a view, with its message; or NULL. */
static AqumvReason *
why_unmaintained(AqumvView *view)
{
	AqumvReason *reason;

	AQUMV_BEGIN_MESSAGES(true);
	{
		reason = aqumv_check_maintained(view);
	}
	AQUMV_END_MESSAGES();
	return reason;
}

/* Say that a view stays behind.  Its record must not come to count again. */
static void
give_up(AqumvView *view, const AqumvReason *reason)
{
	aqumv_doubt_refresh(view->view);
	aqumv_warn_unmaintained(view, reason);
}

/*
 * Lock a view that is to be computed anew, or only looked at if it cannot be.
 * Who is filling it is waited for.  False if it need not, or if that would have
 * to wait, and must not.
 */
static bool
lock_for_rebuild(Oid viewoid, AqumvView **view, bool wait)
{
	static const AqumvReason changed_by_others = {AQUMV_STALE, "other transactions have changed it"};
	bool		found = aqumv_get_view(viewoid, view) == NULL;
	LOCKMODE	mode = found && why_unmaintained(*view) != NULL ? RowExclusiveLock :
		ShareRowExclusiveLock;

	if (found && aqumv_is_trusted(*view))
		return false;
	if (wait)
		LockRelationOid(viewoid, mode);
	else if (!ConditionalLockRelationOid(viewoid, mode))
	{
		if (found)
			give_up(*view, &changed_by_others);
		return false;
	}
	*view = aqumv_get_locked_view(viewoid);
	return *view != NULL && (*view)->populated &&
		(*view)->maintenance == AQUMV_IMMEDIATE && !aqumv_is_trusted(*view);
}

/*
 * Rows of relations came or went as a whole (TRUNCATE, partitions, a table
 * rewrite), or triggers were off for a while: compute the immediate views around
 * them anew, in place, that are not trusted any more.  Where nobody may be waited
 * for, those that others use stay behind; so do those that cannot be computed now,
 * which is no reason for DDL to fail.
 */
void
aqumv_rebuild_views(List *relids, bool wait)
{
	static const AqumvReason fails = {AQUMV_STALE, "computing it again raised an error"};
	List	   *views = NIL;
	ListCell   *lc;

	CommandCounterIncrement();
	foreach(lc, relids)
	{
		note_write(lfirst_oid(lc));
		views = list_concat_unique_oid(views, immediate_views_around(lfirst_oid(lc)));
	}
	list_sort(views, compare_oids);
	foreach(lc, views)
	{
		AqumvView  *view;
		AqumvReason *reason;

		if (aqumv_compat_applies_beside_others())
		{
			aqumv_pass_by_unlocked(lfirst_oid(lc));
			continue;
		}
		if (!lock_for_rebuild(lfirst_oid(lc), &view, wait))
			continue;
		if ((reason = why_unmaintained(view)) != NULL)
			give_up(view, reason);
		else if (!aqumv_attempt_rebuild(rebuild_action, view))
			give_up(aqumv_get_locked_view(lfirst_oid(lc)), &fails);
	}
}

/* ------------------------------------------------------------------------
 * Indexes that go
 * ------------------------------------------------------------------------
 */

/* immediate views that have lost an index, or may have, in TopMemoryContext */
static List *bereft = NIL;

/*
 * An index is about to be dropped.  An error if a function of its view does that, while
 * the view is being computed; event triggers of the statement that fills it may.
 */
void
aqumv_drops_index(Oid index)
{
	Oid			view = IndexGetRelation(index, true);
	MemoryContext old;

	if (!OidIsValid(view) || get_rel_relkind(view) != RELKIND_MATVIEW ||
		aqumv_maintenance_of(view) != AQUMV_IMMEDIATE)
		return;
	if (InSecurityRestrictedOperation())
		aqumv_require_idle_view(view);
	old = MemoryContextSwitchTo(TopMemoryContext);
	bereft = list_append_unique_oid(bereft, view);
	MemoryContextSwitchTo(old);
}

static bool
lacks_index(AqumvView *view)
{
	AqumvDelta *delta;

	return view->maintenance == AQUMV_IMMEDIATE && aqumv_is_trusted(view) &&
		aqumv_make_delta(aqumv_definition_of(view->view), &delta) == NULL &&
		aqumv_indexed_columns(delta) != NIL &&
		!OidIsValid(aqumv_find_view_index(view->view, delta));
}

/*
 * Indexes have been dropped.  Say so now if a view cannot be maintained without;
 * if it is missed here, because others are waiting for the view or this library
 * was not loaded, the next writer says so.
 */
void
aqumv_note_dropped_indexes(void)
{
	List	   *views = bereft;
	ListCell   *lc;

	bereft = NIL;
	foreach(lc, views)
	{
		Oid			viewoid = lfirst_oid(lc);
		AqumvView  *view;

		if (!ConditionalLockRelationOid(viewoid, AccessShareLock))
			continue;
		view = aqumv_get_locked_view(viewoid);
		if (view != NULL && lacks_index(view))
			stop_maintenance(viewoid, "the index that finds the rows that a write changes has been dropped",
							 LACK_HINT);
		UnlockRelationOid(viewoid, AccessShareLock);
	}
	list_free(views);
}
