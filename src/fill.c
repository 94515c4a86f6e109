/*-------------------------------------------------------------------------
 *
 * fill.c
 *	  A view is created or refreshed: from which snapshot, under which locks?
 *
 *	  Locks come in the order of writers: the base and its tree, then the view.
 *	  Writes are noticed, or kept out, before the snapshot is taken; after the
 *	  rows are there, a record says what they were made from.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"



#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "fill.h"
#include "fresh/refresh.h"
#include "fresh/syntax.h"
#include "fresh/track.h"
#include "fresh/trust.h"
#include "maintain/immediate.h"
#include "maintain/owner.h"
#include "maintain/setup.h"
#include "maintain/viewindex.h"
#include "seal.h"

/* the view that the hook is filling just now, or InvalidOid if it is new */
static Oid	filling_view = InvalidOid;
static int	fillings = 0;		/* how deep they are nested */
static Oid	created_view = InvalidOid;	/* by the innermost of them, if any */

/* Is the hook filling a view just now? */
bool
aqumv_is_filling(void)
{
	return fillings > 0;
}

/* Is it this one? */
bool
aqumv_is_filling_view(Oid view)
{
	return fillings > 0 && view == filling_view;
}

static GucIntAssignHook prev_assign_fuzzy = NULL;

/*
 * A function of a view that sets gin_fuzzy_search_limit while the view is computed
 * has the rest of it computed from some of the rows.
 */
static void
assign_fuzzy(int newval, void *extra)
{
	if (newval != 0 && (aqumv_is_filling() || aqumv_is_as_owner()))
		aqumv_note_otherwise();
	if (prev_assign_fuzzy)
		prev_assign_fuzzy(newval, extra);
}

void
aqumv_fill_init(void)
{
	struct config_int *setting = (struct config_int *)
		aqumv_compat_find_setting("gin_fuzzy_search_limit", PGC_INT);

	if (setting == NULL)
		return;
	prev_assign_fuzzy = setting->assign_hook;
	setting->assign_hook = assign_fuzzy;
}

/*
 * A materialized view comes into being.  What it is called when the statement
 * has ended is up to the functions that it calls.
 */
void
aqumv_note_created_view(Oid view)
{
	if (!OidIsValid(filling_view) && !OidIsValid(created_view))
		created_view = view;
}

void
aqumv_run_utility(AqumvUtility *u)
{
	if (u->next != NULL)
		u->next(u->pstmt, u->query_string, u->read_only_tree, u->context,
				u->params, u->query_env, u->dest, u->qc);
	else
		standard_ProcessUtility(u->pstmt, u->query_string, u->read_only_tree, u->context,
								u->params, u->query_env, u->dest, u->qc);
}

/*
 * Run a statement that fills a view, which must not be answered from views.  Of
 * an immediate one, tell whether its base was written meanwhile: not by functions
 * of the view, which raises an error, but perhaps by event triggers.  A view of
 * InvalidOid is set to the one that is created, if one is.
 */
static bool
run_filling(AqumvUtility *u, Oid *view, Oid immediate_base)
{
	Oid			outer = filling_view;
	Oid			outer_created = created_view;
	Oid			created = InvalidOid;
	bool		concurrently = IsA(u->pstmt->utilityStmt, RefreshMatViewStmt) &&
		((RefreshMatViewStmt *) u->pstmt->utilityStmt)->concurrent;
	bool		written = false;
	int			guc_level;
	AqumvSeal	seal;

	aqumv_paused++;
	fillings++;
	filling_view = *view;
	created_view = InvalidOid;
	if (OidIsValid(immediate_base))
		aqumv_begin_work(*view, immediate_base);
	guc_level = aqumv_pin_scans(aqumv_pin_syntax(0));
	if (OidIsValid(immediate_base) && IsA(u->pstmt->utilityStmt, ExplainStmt))
		guc_level = aqumv_pin_explained_filling(guc_level);
	aqumv_seal_views(&seal, concurrently ? *view : InvalidOid);
	PG_TRY();
	{
		aqumv_run_utility(u);
		created = created_view;
	}
	PG_FINALLY();
	{
		aqumv_unseal_views(&seal);
		aqumv_paused--;
		fillings--;
		filling_view = outer;
		created_view = outer_created;
	}
	PG_END_TRY();
	if (!OidIsValid(*view))
		*view = created;
	if (guc_level != 0)
		AtEOXact_GUC(false, guc_level);
	if (OidIsValid(immediate_base))
		written = aqumv_end_work();
	return written;
}

/*
 * An immediate view has been filled, and its base written by what came with the
 * statement: the view has not been told.
 */
static void
compute_again(Oid view, Oid base)
{
	aqumv_delete_refresh(view);
	aqumv_rebuild_views(list_make1_oid(base), true);
}

/*
 * Changes that the snapshot does not see would be folded into the view before
 * it is filled, and then be lost.
 */
static void
require_recent_snapshot(const AqumvFilling *filling, const char *view)
{
	if (filling->is_old)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not fill materialized view \"%s\" due to concurrent update", view),
				 errdetail("The view is maintained incrementally, and other transactions have committed since this one took its snapshot."),
				 errhint("Retry the transaction, or use READ COMMITTED.")));
}

/*
 * To fill an immediate view while views over the same base are told of a change
 * would have it told as well of what it has read.
 */
static void
note_write(Oid base)
{
	const AqumvTree *tree = aqumv_get_tree(base);

	aqumv_note_write(base, tree->ancestors, tree->descendants);
}

/*
 * Lock the tree of a view's base, so that nobody who keeps a part of it for
 * himself waits for the view while we wait for him.  The view itself is waited
 * for with nothing in hand.
 */
void
aqumv_lock_tree_of(Oid viewoid)
{
	AqumvView  *view;
	Oid			base = InvalidOid;

	LockRelationOid(viewoid, AccessShareLock);
	view = aqumv_get_locked_view(viewoid);
	if (view != NULL)
		base = view->base;
	UnlockRelationOid(viewoid, AccessShareLock);
	if (base >= FirstNormalObjectId)
		aqumv_lock_tree(base, RowShareLock);
}

/*
 * REFRESH of an immediate view locks the tree of its base, and that before the
 * view, as writers do and DDL on the tree; one that is not trusted also keeps
 * writers out.
 */
static void
lock_base_first(RefreshMatViewStmt *stmt)
{
	Oid			viewoid = RangeVarGetRelidExtended(stmt->relation, NoLock, 0,
												   aqumv_compat_refresh_callback, NULL);
	AqumvView  *view;
	AqumvDelta *delta = NULL;
	bool		trusted = false;

	if (stmt->skipData || get_rel_relkind(viewoid) != RELKIND_MATVIEW ||
		aqumv_maintenance_of(viewoid) != AQUMV_IMMEDIATE)
		return;
	aqumv_lock_tree_of(viewoid);
	LockRelationOid(viewoid, AccessShareLock);
	view = aqumv_get_locked_view(viewoid);
	if (view != NULL && view->maintenance == AQUMV_IMMEDIATE)
	{
		delta = aqumv_require_delta_of(viewoid);
		trusted = aqumv_is_trusted(view);
	}
	UnlockRelationOid(viewoid, AccessShareLock);
	if (delta != NULL)
		aqumv_prepare_base(delta, view->owner, get_rel_name(viewoid), !trusted);
}

/*
 * Have writes to the base of a view noticed.  Nothing writes a materialized
 * view but REFRESH, which has to be waited for here, before a snapshot is taken.
 */
static Oid
watch_base(Oid base)
{
	if (!OidIsValid(base))
		return InvalidOid;
	if (get_rel_relkind(base) == RELKIND_MATVIEW)
	{
		LockRelationOid(base, AccessShareLock);
		return InvalidOid;
	}
	(void) aqumv_track_if_permitted(base);
	return base;
}

/*
 * A view has been filled as one that is maintained so.  If a function of its own
 * has set a label meanwhile, nobody has kept the writers out.
 */
static void
end_filling(AqumvFilling *filling, Oid view, AqumvMaintenance maintenance)
{
	aqumv_end_filling(filling, view);
	CommandCounterIncrement();
	if (aqumv_maintenance_of(view) != maintenance)
		aqumv_delete_refresh(view);
}

void
aqumv_refresh_view(AqumvUtility *u, RefreshMatViewStmt *stmt)
{
	AqumvFilling filling;
	AqumvView  *view;
	AqumvDelta *delta = NULL;
	Oid			base = InvalidOid;
	Oid			owner;
	Oid			viewoid;
	bool		written;

	aqumv_require_idle_view(RangeVarGetRelid(stmt->relation, NoLock, true));
	lock_base_first(stmt);
	/* the lock that REFRESH takes, so that nothing keeps it waiting later */
	viewoid = RangeVarGetRelidExtended(stmt->relation,
									   stmt->concurrent ? ExclusiveLock : AccessExclusiveLock,
									   0, aqumv_compat_refresh_callback, NULL);
	if (get_rel_relkind(viewoid) != RELKIND_MATVIEW || stmt->skipData)
	{
		(void) run_filling(u, &viewoid, InvalidOid);
		aqumv_delete_refresh(viewoid);
		return;
	}
	view = aqumv_get_locked_view(viewoid);
	owner = view->owner;
	if (view->maintenance == AQUMV_IMMEDIATE)
	{
		delta = aqumv_require_delta_of(viewoid);
		base = delta->base;
		note_write(base);
		aqumv_prepare_base(delta, owner, get_rel_name(viewoid), !aqumv_is_trusted_now(view));
	}
	else if (view->unsuitable == NULL)
		base = watch_base(view->base);
	if (delta != NULL && stmt->concurrent)
		aqumv_create_view_index(viewoid, delta);
	aqumv_begin_filling(&filling, base, owner, aqumv_definition_of(viewoid));
	if (delta != NULL)
		require_recent_snapshot(&filling, get_rel_name(viewoid));
	written = run_filling(u, &viewoid, delta != NULL ? base : InvalidOid);
	CommandCounterIncrement();
	/* an event trigger may have dropped it */
	if (get_rel_relkind(viewoid) != RELKIND_MATVIEW)
	{
		PopActiveSnapshot();
		return;
	}
	if (delta != NULL)
		aqumv_create_view_index(viewoid, delta);
	end_filling(&filling, viewoid, delta != NULL ? AQUMV_IMMEDIATE : AQUMV_MANUAL);
	if (written)
		compute_again(viewoid, base);
	else
		aqumv_view_filled(viewoid);
}

/* The table that a view to be created would read, if it qualifies. */
static Oid
base_of_definition(Query *query)
{
	AqumvSummary *summary;
	RangeTblEntry *rte;
	int			rti;

	query = copyObject(query);
	if (aqumv_find_relation(query, &rte, &rti) != NULL ||
		rte->relkind == RELKIND_VIEW ||
		aqumv_summarize_view(query, &summary) != NULL)
		return InvalidOid;
	return aqumv_only_relation(summary)->relid;
}

static void
create_view(AqumvUtility *u, CreateTableAsStmt *stmt, AqumvMaintenance maintenance)
{
	AqumvFilling filling;
	AqumvDelta *delta = NULL;
	Oid			schema = RangeVarGetCreationNamespace(stmt->into->rel);
	bool		filled = !stmt->into->skipData; /* core may change that */
	Oid			base = InvalidOid;
	Oid			view = InvalidOid;
	bool		written;

	/* IF NOT EXISTS has nothing to do; without it there will be an error */
	if (OidIsValid(get_relname_relid(stmt->into->rel->relname, schema)))
	{
		aqumv_run_utility(u);
		return;
	}
	if (maintenance == AQUMV_IMMEDIATE)
	{
		delta = aqumv_define_incremental(stmt);
		base = delta->base;
		aqumv_prepare_base(delta, GetUserId(), stmt->into->rel->relname, true);
		/* EXPLAIN will look for it under another search_path */
		stmt->into->rel->schemaname = get_namespace_name(schema);
	}
	else if (IsA(stmt->query, Query) && ((Query *) stmt->query)->commandType == CMD_SELECT)
		base = base_of_definition((Query *) stmt->query);
	base = watch_base(base);
	aqumv_begin_filling(&filling, base, GetUserId(), copyObject(castNode(Query, stmt->query)));
	if (delta != NULL && filled)
		require_recent_snapshot(&filling, stmt->into->rel->relname);
	written = run_filling(u, &view, delta != NULL ? base : InvalidOid);
	/* an event trigger may have dropped it */
	if (get_rel_relkind(view) != RELKIND_MATVIEW)
		view = InvalidOid;
	if (OidIsValid(view) && delta != NULL)
	{
		CommandCounterIncrement();
		aqumv_set_maintenance(view, AQUMV_IMMEDIATE);
		aqumv_create_view_index(view, delta);
	}
	/* event triggers, which announce other views, do not fire for EXPLAIN */
	if (OidIsValid(view) && (delta != NULL || IsA(u->pstmt->utilityStmt, ExplainStmt)))
	{
		CommandCounterIncrement();
		aqumv_announce_view(view);
	}
	if (OidIsValid(view) && filled)
		end_filling(&filling, view, maintenance);
	else
		PopActiveSnapshot();
	if (OidIsValid(view) && filled && written)
		compute_again(view, base);
}

/* The statement that creates a view, by itself or inside of EXPLAIN; or NULL. */
CreateTableAsStmt *
aqumv_creation_of(Node *stmt)
{
	if (IsA(stmt, ExplainStmt) && IsA(((ExplainStmt *) stmt)->query, Query))
		stmt = ((Query *) ((ExplainStmt *) stmt)->query)->utilityStmt;
	if (stmt == NULL || !IsA(stmt, CreateTableAsStmt) ||
		((CreateTableAsStmt *) stmt)->objtype != OBJECT_MATVIEW)
		return NULL;
	return (CreateTableAsStmt *) stmt;
}

/* Does EXPLAIN only explain?  The last of several options counts. */
static bool
only_explains(Node *stmt)
{
	bool		analyze = false;
	ListCell   *lc;

	if (!IsA(stmt, ExplainStmt))
		return false;
	foreach(lc, ((ExplainStmt *) stmt)->options)
	{
		DefElem    *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "analyze") == 0)
			analyze = defGetBoolean(option);
	}
	return !analyze;
}

/*
 * CREATE MATERIALIZED VIEW ... WITH (aqumv.incremental), or EXPLAIN of that:
 * PostgreSQL must not see the option, and the statement may belong to a cached
 * plan.
 */
void
aqumv_create_view(AqumvUtility *u)
{
	AqumvMaintenance maintenance = AQUMV_MANUAL;
	CreateTableAsStmt *stmt = aqumv_creation_of(u->pstmt->utilityStmt);
	Oid			view = InvalidOid;

	if (aqumv_has_options(stmt->into->options))
	{
		u->pstmt = copyObject(u->pstmt);
		u->read_only_tree = false;
		stmt = aqumv_creation_of(u->pstmt->utilityStmt);
		stmt->into->options = aqumv_take_options(stmt->into->options, false, &maintenance);
	}
	if (!only_explains(u->pstmt->utilityStmt))
		create_view(u, stmt, maintenance);
	else
	{
		if (maintenance == AQUMV_IMMEDIATE)
			(void) aqumv_define_incremental(stmt);
		(void) run_filling(u, &view, InvalidOid);
	}
}

/* Fill a view just as REFRESH does. */
void
aqumv_refill_view(AqumvUtility *u, Oid view)
{
	AqumvUtility refresh = *u;
	RefreshMatViewStmt *stmt = makeNode(RefreshMatViewStmt);

	stmt->relation = makeRangeVar(get_namespace_name(get_rel_namespace(view)),
								  get_rel_name(view), -1);
	refresh.pstmt = makeNode(PlannedStmt);
	refresh.pstmt->commandType = CMD_UTILITY;
	refresh.pstmt->utilityStmt = (Node *) stmt;
	refresh.pstmt->stmt_location = u->pstmt->stmt_location;
	refresh.pstmt->stmt_len = u->pstmt->stmt_len;
	refresh.qc = NULL;
	aqumv_refresh_view(&refresh, stmt);
}
