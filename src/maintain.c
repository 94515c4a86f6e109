/*-------------------------------------------------------------------------
 *
 * maintain.c
 *	  A relation has been written: which immediate views follow it, and as whom?
 *
 *	  Views are folded into as their owners, as REFRESH fills them: under
 *	  security restrictions, with a search_path that nobody can meddle with, and
 *	  in the TimeZone that the view was filled in.
 *
 *	  Each view is locked (ROW EXCLUSIVE) until the end of the transaction before
 *	  anything about it is looked at, even if there is nothing to fold: so a
 *	  REFRESH, which takes its snapshot with its own lock in hand, has seen all
 *	  whom it found writing.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "storage/lmgr.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "fold.h"
#include "follow.h"
#include "freshness.h"
#include "maintain.h"
#include "option.h"
#include "partition.h"
#include "pending.h"
#include "refresh.h"
#include "views.h"
#include "writes.h"

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
 * gone, or has to be filled before it is right again.
 */
static AqumvView *
lock_view(Oid viewoid)
{
	AqumvView  *view;

	LockRelationOid(viewoid, RowExclusiveLock);
	view = aqumv_get_locked_view(viewoid);
	if (view == NULL || !aqumv_is_trusted(view))
		return NULL;
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

typedef struct Surroundings
{
	Oid			user;
	int			security;
	int			guc_level;		/* 0 if no setting was changed */
} Surroundings;

static void
set_setting(Surroundings *saved, const char *name, const char *value)
{
	if (saved->guc_level == 0)
		saved->guc_level = NewGUCNestLevel();
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
}

/* An error restores all this with its (sub)transaction. */
static void
become_owner(Surroundings *saved, Oid owner)
{
	saved->guc_level = 0;
	GetUserIdAndSecContext(&saved->user, &saved->security);
	SetUserIdAndSecContext(owner, saved->security | SECURITY_RESTRICTED_OPERATION);
}

static void
set_settings(Surroundings *saved, AqumvFollower *follower)
{
	if (follower->calls_users)
		set_setting(saved, "search_path", "pg_catalog, pg_temp");
	if (follower->timezone != NULL &&
		strcmp(follower->timezone, pg_get_timezone_name(session_timezone)) != 0)
		set_setting(saved, "TimeZone", follower->timezone);
}

static void
become_self(Surroundings *saved)
{
	if (saved->guc_level != 0)
		AtEOXact_GUC(false, saved->guc_level);
	SetUserIdAndSecContext(saved->user, saved->security);
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
	Surroundings saved;
	AqumvFollower *follower;

	error_context_stack = &callback;
	become_owner(&saved, view->owner);
	follower = aqumv_get_follower(view);
	set_settings(&saved, follower);
	if (follower->delta->grain == AQUMV_GRAIN_ROW)
		aqumv_fold_rows(follower, change, last);
	else
		aqumv_fold_groups(follower, change, last);
	aqumv_release_follower(follower);
	become_self(&saved);
	error_context_stack = callback.previous;
}

/*
 * Fold a change into all the immediate views that it concerns.
 */
void
aqumv_maintain_views(AqumvChange *change)
{
	ListCell   *lc;

	foreach(lc, immediate_views_around(RelationGetRelid(change->rel)))
	{
		AqumvView  *view = lock_view(lfirst_oid(lc));

		if (view != NULL)
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
	AqumvFollower *follower;
	Surroundings saved;

	CommandCounterIncrement();
	view = aqumv_get_locked_view(viewoid);
	if (view == NULL || !aqumv_is_trusted(view) ||
		!aqumv_statement_is_open(aqumv_get_tree(view->base)))
		return;
	become_owner(&saved, view->owner);
	follower = aqumv_get_follower(view);
	aqumv_put_off(follower);
	aqumv_release_follower(follower);
	become_self(&saved);
}

static void
rebuild_view(AqumvView *view)
{
	ErrorContextCallback callback = {.callback = error_context,.arg = &view->view,
	.previous = error_context_stack};
	AqumvFilling filling;
	AqumvFollower *follower;
	Surroundings saved;
	Oid			viewoid = view->view;

	error_context_stack = &callback;
	CommandCounterIncrement();
	aqumv_begin_filling(&filling, view->base, view->owner, aqumv_definition_of(viewoid));
	become_owner(&saved, view->owner);
	follower = aqumv_get_follower(view);
	set_settings(&saved, follower);
	aqumv_fold_anew(follower, NULL);
	/* the record says which TimeZone the view was computed in */
	aqumv_end_filling(&filling, viewoid);
	become_self(&saved);
	aqumv_release_follower(follower);
	aqumv_view_filled(viewoid);
	error_context_stack = callback.previous;
}

/*
 * Why a view over a relation cannot be maintained, for the user; or NULL.
 */
static const char *
obstacle(AqumvView *view)
{
	const AqumvTree *tree = aqumv_get_tree(view->base);

	if (tree->unsuitable != NULL)
		return tree->unsuitable->message;
	if (!tree->maintained)
		return psprintf("changes of \"%s\" are not noticed as they should be",
						get_rel_name(view->base));
	if (check_enable_rls(view->base, view->owner, true) == RLS_ENABLED)
		return psprintf("row security on \"%s\" hides rows from the owner of the view",
						get_rel_name(view->base));
	return NULL;
}

/* Say that a view stays behind.  Its record must not come to count again. */
static void
give_up(AqumvView *view, const char *detail)
{
	const AqumvTree *tree = aqumv_get_tree(view->base);
	bool		inherits = tree->unsuitable != NULL && tree->unsuitable->code == AQUMV_INHERITANCE;

	aqumv_delete_refresh(view->view);
	ereport(WARNING,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("materialized view \"%s\" is not maintained any more",
					get_rel_name(view->view)),
			 errdetail_internal("%c%s.", pg_toupper(detail[0]), detail + 1),
			 inherits ?
			 errhint("When it inherits no more and has no children, the view is computed anew.") :
			 errhint("REFRESH MATERIALIZED VIEW puts its triggers in place again.")));
}

/*
 * Lock a view that is to be computed anew, or only looked at if it cannot be.
 * Who is filling it is waited for.  False if it need not, or if that would have
 * to wait, and must not.
 */
static bool
lock_for_rebuild(Oid viewoid, AqumvView **view, bool wait)
{
	bool		found = aqumv_get_view(viewoid, view) == NULL;
	LOCKMODE	mode = found && obstacle(*view) != NULL ? RowExclusiveLock : ShareRowExclusiveLock;

	if (found && aqumv_is_trusted(*view))
		return false;
	if (wait)
		LockRelationOid(viewoid, mode);
	else if (!ConditionalLockRelationOid(viewoid, mode))
	{
		if (found)
			give_up(*view, "other transactions have changed it");
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
 * for, those that others use stay behind.
 */
void
aqumv_rebuild_views(List *relids, bool wait)
{
	List	   *views = NIL;
	ListCell   *lc;

	CommandCounterIncrement();
	foreach(lc, relids)
		views = list_concat_unique_oid(views, immediate_views_around(lfirst_oid(lc)));
	list_sort(views, compare_oids);
	foreach(lc, views)
	{
		AqumvView  *view;
		const char *detail;

		if (!lock_for_rebuild(lfirst_oid(lc), &view, wait))
			continue;
		if ((detail = obstacle(view)) != NULL)
			give_up(view, detail);
		else
			rebuild_view(view);
	}
}

/*
 * Relations are about to be truncated, and views over them to be computed anew:
 * take all locks now that conflict with writers, and with who fills a view, in
 * the order that all take them, and only then the one that keeps readers out.
 * So nobody who waits for the views, or computes one from the rest of the tree,
 * waits for us.
 */
void
aqumv_lock_for_rebuild(List *relids)
{
	List	   *views = NIL;
	List	   *trees = NIL;
	ListCell   *lc;

	foreach(lc, relids)
	{
		views = list_concat_unique_oid(views, immediate_views_around(lfirst_oid(lc)));
		trees = list_concat_unique_oid(trees, aqumv_relations_around(aqumv_root_of(lfirst_oid(lc))));
	}
	if (views == NIL)
		return;
	foreach(lc, trees)
		LockRelationOid(lfirst_oid(lc),
						list_member_oid(relids, lfirst_oid(lc)) ? ExclusiveLock : RowShareLock);
	list_sort(views, compare_oids);
	foreach(lc, views)
		LockRelationOid(lfirst_oid(lc), ShareRowExclusiveLock);
}
