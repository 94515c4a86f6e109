/*-------------------------------------------------------------------------
 *
 * owner.c
 *	  The door: whatever evaluates a piece of a view does so as its owner.
 *
 *	  A view's definition and its indexes are code of the view's owner, and run
 *	  when somebody else writes.  So whatever compiles, inlines, folds or
 *	  evaluates them goes through here: as the owner, under security
 *	  restrictions, and, if any of it was not made with PostgreSQL itself, with a
 *	  search_path that nobody can meddle with and settings that are put back
 *	  afterwards.  What runs users' code has to be known before anything is
 *	  compiled, since to compile is to inline and fold.  Doubt pins.
 *
 *	  Who is inside may not come in again: a function of the view that writes the
 *	  view's base would have it told of rows that are being told already.  The
 *	  view is held open, so that core refuses to refill or alter it meanwhile.
 *
 *	  Nothing else in aqumv switches users.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/gin.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "algebra/usercode.h"
#include "fresh/catalog.h"
#include "fresh/syntax.h"
#include "fresh/views.h"
#include "maintain/owner.h"

/* a view that is being computed, by us or by core, and whose rows it reads */
typedef struct Work
{
	Oid			view;			/* InvalidOid: it is being created */
	Oid			base;
	int			nest_level;		/* of the transaction that began it */
	bool		written;		/* the base was, meanwhile */
	bool		pinned;			/* settings that users' code may depend on */
	uint64		changes;		/* of functions, until he came */

	/* through the door: */
	Relation	rel;			/* held open, or NULL: not through the door */
	Oid			user;			/* who came */
	int			security;
	int			guc_level;		/* 0 if no setting was changed */
} Work;

static Work *works = NULL;		/* the innermost last */
static int	nworks = 0;
static int	room = 0;

/* ------------------------------------------------------------------------
 * Views at work
 * ------------------------------------------------------------------------
 */

static Work *
push_work(Oid view, Oid base)
{
	Work	   *work;

	if (nworks == room)
	{
		room = Max(8, 2 * room);
		works = works == NULL ? MemoryContextAlloc(TopMemoryContext, room * sizeof(Work)) :
			repalloc(works, room * sizeof(Work));
	}
	work = &works[nworks];
	memset(work, 0, sizeof(Work));
	work->view = view;
	work->base = base;
	work->nest_level = GetCurrentTransactionNestLevel();
	nworks++;
	return work;
}

/*
 * A view (InvalidOid if it is new) is about to be filled by core.  An error ends
 * that with its (sub)transaction.
 */
void
aqumv_begin_work(Oid view, Oid base)
{
	(void) push_work(view, base);
}

/*
 * It has been filled.  Was its base written meanwhile?
 */
bool
aqumv_end_work(void)
{
	Assert(nworks > 0 && works[nworks - 1].rel == NULL);
	return works[--nworks].written;
}

/* what is in it, nobody but superusers can change; nor do temporary types come first */
static const char safe_path[] = "pg_catalog, pg_temp";

/* Until the innermost level of settings ends. */
static void
save_setting(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
}

/*
 * Something is being planned.  If it is the definition of a view that core fills
 * and that will be maintained, then under the search_path of maintenance, or else
 * what is computed later might not be what was filled in.  It is the first to be
 * planned under the restrictions that core fills views under, and so at a level
 * of settings that core goes back from.
 */
void
aqumv_pin_filling(void)
{
	Work	   *work = nworks > 0 ? &works[nworks - 1] : NULL;

	if (work == NULL || work->rel != NULL || work->pinned || !InSecurityRestrictedOperation())
		return;
	work->pinned = true;
	save_setting("search_path", safe_path);
}

/*
 * The same for EXPLAIN, where core restricts nothing, and resolves no name any
 * more.  Returns the level of settings to go back from; guc_level is that, or 0.
 */
int
aqumv_pin_explained_filling(int guc_level)
{
	Assert(nworks > 0 && works[nworks - 1].rel == NULL);
	works[nworks - 1].pinned = true;
	if (guc_level == 0)
		guc_level = NewGUCNestLevel();
	save_setting("search_path", safe_path);
	return guc_level;
}

static void
raise_in_use(Oid relid, Oid view, bool writes)
{
	const char *name = OidIsValid(view) ? get_rel_name(view) : NULL;

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 name != NULL ?
			 errmsg("cannot change \"%s\" while materialized view \"%s\" is being computed",
					get_rel_name(relid), name) :
			 errmsg("cannot change \"%s\" while a materialized view over it is being computed",
					get_rel_name(relid)),
			 writes ?
			 errdetail("A function that the view or one of its indexes calls changes what the view is computed from.") :
			 errdetail("A function that the view or one of its indexes calls changes the view."),
			 errhint("Functions in a materialized view must do nothing but compute a value.")));
}

/* Is a view being filled, or computed, by this backend? */
bool
aqumv_is_at_work(Oid view)
{
	for (int i = 0; i < nworks; i++)
	{
		if (works[i].view == view)
			return true;
	}
	return false;
}

/*
 * Do we compute anything as a view's owner, for somebody else?
 */
bool
aqumv_is_as_owner(void)
{
	for (int i = 0; i < nworks; i++)
	{
		if (works[i].rel != NULL)
			return true;
	}
	return false;
}

/*
 * Scans of GIN indexes may be told to return some of the rows only: not while a
 * view is computed.  Returns the level of settings to go back from, or what was
 * given if there is nothing to set.
 */
int
aqumv_pin_scans(int guc_level)
{
	if (GinFuzzySearchLimit == 0)
		return guc_level;
	if (guc_level == 0)
		guc_level = NewGUCNestLevel();
	save_setting("gin_fuzzy_search_limit", "0");
	return guc_level;
}

/*
 * A view is about to be filled or computed anew: an error if it is at work.
 */
void
aqumv_require_idle_view(Oid view)
{
	if (aqumv_is_at_work(view))
		raise_in_use(view, view, false);
}

/*
 * A relation in this tree is being written.  An error if it is the base of a
 * view that is at work: so functions of a view cannot change what it is computed
 * from, by whatever detour.  Only event triggers of the statement that fills it
 * may: they are told of by aqumv_end_work().
 */
void
aqumv_note_write(Oid relid, List *ancestors, List *descendants)
{
	for (int i = 0; i < nworks; i++)
	{
		Work	   *work = &works[i];

		if (work->base != relid && !list_member_oid(ancestors, work->base) &&
			!list_member_oid(descendants, work->base))
			continue;
		if (work->rel != NULL || InSecurityRestrictedOperation())
			raise_in_use(relid, work->view, true);
		work->written = true;
	}
}

/* ------------------------------------------------------------------------
 * The door
 * ------------------------------------------------------------------------
 */

static void
set_setting(Work *work, const char *name, const char *value)
{
	if (work->guc_level == 0)
		work->guc_level = NewGUCNestLevel();
	save_setting(name, value);
}

/*
 * Become the owner of a view on which the caller holds a lock.  Pinning the
 * settings is left out only if nothing that users have made can run
 * (aqumv_runs_users_code).  An error restores all with its (sub)transaction.
 */
void
aqumv_enter_owner(Oid view, Oid base, Oid owner, bool runs_users_code)
{
	Work	   *work;

	aqumv_require_idle_view(view);
	work = push_work(view, base);
	work->rel = table_open(view, NoLock);
	work->changes = aqumv_function_changes;
	GetUserIdAndSecContext(&work->user, &work->security);
	SetUserIdAndSecContext(owner, work->security | SECURITY_RESTRICTED_OPERATION);
	work->guc_level = aqumv_pin_scans(0);
	if (runs_users_code)
		aqumv_pin_settings();
}

/*
 * Somebody else's code may run from here on until the owner is left: that of
 * the base's owner, when a query over the base is planned.
 */
void
aqumv_pin_settings(void)
{
	Work	   *work = &works[nworks - 1];

	Assert(nworks > 0 && work->rel != NULL);
	if (work->pinned)
		return;
	work->pinned = true;
	set_setting(work, "search_path", safe_path);
	work->guc_level = aqumv_pin_syntax(work->guc_level);
}

/*
 * Compute in this TimeZone until the owner is left.
 */
void
aqumv_set_time_zone(const char *zone)
{
	Assert(nworks > 0 && works[nworks - 1].rel != NULL);
	if (strcmp(zone, pg_get_timezone_name(session_timezone)) != 0)
		set_setting(&works[nworks - 1], "TimeZone", zone);
}

/*
 * Become again who came, with his settings.  How many changes of functions had
 * there been when he came?
 */
uint64
aqumv_leave_owner(void)
{
	Work	   *work = &works[nworks - 1];
	uint64		changes = work->changes;

	Assert(nworks > 0 && work->rel != NULL);
	SetUserIdAndSecContext(work->user, work->security);
	table_close(work->rel, NoLock);
	nworks--;
	if (work->guc_level != 0)
		AtEOXact_GUC(false, work->guc_level);
	return changes;
}

/* ------------------------------------------------------------------------
 * Ends of transactions
 * ------------------------------------------------------------------------
 */

static void
end_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		nworks = 0;
}

/* What a subtransaction that is rolled back had begun has ended with its error. */
static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	while (nworks > 0 && works[nworks - 1].nest_level >= GetCurrentTransactionNestLevel())
		nworks--;
}

void
aqumv_owner_init(void)
{
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
