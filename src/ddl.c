/*-------------------------------------------------------------------------
 *
 * ddl.c
 *	  What does a utility statement mean for views and tracking?
 *
 *	  The ProcessUtility hook does what has to happen before a statement, or
 *	  around it: the snapshot that a view is filled from, and what becomes of
 *	  aqumv's options.  What must never be missed hangs on the event triggers
 *	  (event.c).  A REFRESH that passes by the hook leaves no record, so the view
 *	  is not used.
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

#include "algebra/summary.h"
#include "answer/hold.h"
#include "compat.h"
#include "ddl.h"
#include "fresh/catalog.h"
#include "fresh/freshness.h"
#include "fresh/option.h"
#include "fresh/partition.h"
#include "fresh/refresh.h"
#include "fresh/statements.h"
#include "fresh/syntax.h"
#include "fresh/track.h"
#include "fresh/trust.h"
#include "fresh/views.h"
#include "maintain/immediate.h"
#include "maintain/owner.h"
#include "maintain/reserve.h"
#include "maintain/setup.h"
#include "maintain/viewindex.h"
#include "seal.h"

static ProcessUtility_hook_type prev_ProcessUtility = NULL;

/* the view that the hook is filling just now, or InvalidOid if it is new */
static Oid	filling_view = InvalidOid;
static int	fillings = 0;		/* how deep they are nested */
static Oid	created_view = InvalidOid;	/* by the innermost of them, if any */

/* everything that the hook passes on */
typedef struct Utility
{
	PlannedStmt *pstmt;
	const char *query_string;
	bool		read_only_tree;
	ProcessUtilityContext context;
	ParamListInfo params;
	QueryEnvironment *query_env;
	DestReceiver *dest;
	QueryCompletion *qc;
} Utility;

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

static void
run_utility(Utility *u)
{
	if (prev_ProcessUtility)
		prev_ProcessUtility(u->pstmt, u->query_string, u->read_only_tree, u->context,
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
run_filling(Utility *u, Oid *view, Oid immediate_base)
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
	guc_level = aqumv_pin_syntax(0);
	aqumv_seal_views(&seal, concurrently ? *view : InvalidOid);
	PG_TRY();
	{
		run_utility(u);
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

/* ------------------------------------------------------------------------
 * Filling views
 * ------------------------------------------------------------------------
 */

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
static void
lock_tree_of(Oid viewoid)
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
	lock_tree_of(viewoid);
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

static void
refresh_view(Utility *u, RefreshMatViewStmt *stmt)
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
create_view(Utility *u, CreateTableAsStmt *stmt, AqumvMaintenance maintenance)
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
		run_utility(u);
		return;
	}
	if (maintenance == AQUMV_IMMEDIATE)
	{
		delta = aqumv_define_incremental(stmt);
		base = delta->base;
		aqumv_prepare_base(delta, GetUserId(), stmt->into->rel->relname, true);
	}
	else if (IsA(stmt->query, Query) && ((Query *) stmt->query)->commandType == CMD_SELECT)
		base = base_of_definition((Query *) stmt->query);
	base = watch_base(base);
	aqumv_begin_filling(&filling, base, GetUserId(), copyObject(castNode(Query, stmt->query)));
	if (delta != NULL && filled)
		require_recent_snapshot(&filling, stmt->into->rel->relname);
	written = run_filling(u, &view, delta != NULL ? base : InvalidOid);
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
static CreateTableAsStmt *
creation_of(Node *stmt)
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
static void
create_view_with_options(Utility *u)
{
	AqumvMaintenance maintenance = AQUMV_MANUAL;
	CreateTableAsStmt *stmt = creation_of(u->pstmt->utilityStmt);
	Oid			view = InvalidOid;

	if (aqumv_has_options(stmt->into->options))
	{
		u->pstmt = copyObject(u->pstmt);
		u->read_only_tree = false;
		stmt = creation_of(u->pstmt->utilityStmt);
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

/* ------------------------------------------------------------------------
 * How views are maintained
 * ------------------------------------------------------------------------
 */

static bool
is_options_command(AlterTableCmd *cmd)
{
	return (cmd->subtype == AT_SetRelOptions || cmd->subtype == AT_ResetRelOptions) &&
		aqumv_has_options((List *) cmd->def);
}

/* Does this ALTER TABLE set or reset options of ours, of a materialized view? */
static bool
alters_options(AlterTableStmt *stmt)
{
	ListCell   *lc;

	foreach(lc, stmt->cmds)
	{
		if (is_options_command(lfirst_node(AlterTableCmd, lc)))
			return get_rel_relkind(RangeVarGetRelid(stmt->relation, NoLock, true)) == RELKIND_MATVIEW;
	}
	return false;
}

/* Fill a view just as REFRESH does. */
static void
refill_view(Utility *u, Oid view)
{
	Utility		refresh = *u;
	RefreshMatViewStmt *stmt = makeNode(RefreshMatViewStmt);

	stmt->relation = makeRangeVar(get_namespace_name(get_rel_namespace(view)),
								  get_rel_name(view), -1);
	refresh.pstmt = makeNode(PlannedStmt);
	refresh.pstmt->commandType = CMD_UTILITY;
	refresh.pstmt->utilityStmt = (Node *) stmt;
	refresh.pstmt->stmt_location = u->pstmt->stmt_location;
	refresh.pstmt->stmt_len = u->pstmt->stmt_len;
	refresh.qc = NULL;
	refresh_view(&refresh, stmt);
}

/*
 * A view has been made immediate: all is in place but the label, the index
 * and the rows.
 */
static void
become_immediate(Utility *u, Oid view, const AqumvDelta *delta)
{
	Relation	rel = table_open(view, NoLock);
	bool		populated = RelationIsPopulated(rel);

	table_close(rel, NoLock);
	aqumv_set_maintenance(view, AQUMV_IMMEDIATE);
	aqumv_delete_refresh(view);
	if (populated)
		refill_view(u, view);
	else
		aqumv_create_view_index(view, delta);
}

/* Does the statement make a view immediate, if it is not already? */
static bool
sets_immediate(AlterTableStmt *stmt)
{
	AqumvMaintenance after = AQUMV_MANUAL;
	ListCell   *lc;

	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (is_options_command(cmd))
			(void) aqumv_take_options(copyObject((List *) cmd->def),
									  cmd->subtype == AT_ResetRelOptions, &after);
	}
	return after == AQUMV_IMMEDIATE;
}

/*
 * Lock the base of a view that is to become immediate before the view itself,
 * as writers do.
 */
static void
lock_base_of(Oid view)
{
	AqumvView  *entry;
	AqumvDelta *delta = NULL;

	if (get_rel_relkind(view) != RELKIND_MATVIEW || !aqumv_compat_owns_relation(view) ||
		aqumv_maintenance_of(view) == AQUMV_IMMEDIATE)
		return;
	lock_tree_of(view);
	LockRelationOid(view, AccessShareLock);
	entry = aqumv_get_locked_view(view);
	if (entry != NULL)
		delta = aqumv_require_delta_of(view);
	UnlockRelationOid(view, AccessShareLock);
	if (delta != NULL)
		aqumv_prepare_base(delta, entry->owner, get_rel_name(view), true);
}

/*
 * Does a view that writers maintain hold all that this transaction has written?
 * Not if it is not trusted, or a statement is writing just now.
 */
static bool
holds_all_writes(Oid viewoid)
{
	AqumvView  *view = aqumv_get_locked_view(viewoid);

	return view != NULL && aqumv_is_trusted(view) &&
		!aqumv_statement_is_open(aqumv_get_tree(view->base));
}

/* ALTER MATERIALIZED VIEW ... SET or RESET, with options of ours among others. */
static void
alter_view_options(Utility *u)
{
	AlterTableStmt *stmt;
	AqumvMaintenance before,
				after;
	AqumvDelta *delta = NULL;
	List	  **options = NULL;
	ListCell   *lc;
	Oid			view;
	bool		holds_all;

	u->pstmt = copyObject(u->pstmt);
	u->read_only_tree = false;
	stmt = (AlterTableStmt *) u->pstmt->utilityStmt;
	if (sets_immediate(stmt))
		lock_base_of(RangeVarGetRelid(stmt->relation, NoLock, true));
	view = AlterTableLookupRelation(stmt, AccessExclusiveLock);
	if (!OidIsValid(view))
	{
		run_utility(u);
		return;
	}
	before = after = aqumv_maintenance_of(view);
	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (!is_options_command(cmd))
			continue;
		cmd->def = (Node *) aqumv_take_options((List *) cmd->def,
											   cmd->subtype == AT_ResetRelOptions, &after);
		if (cmd->subtype == AT_SetRelOptions)
			options = (List **) &cmd->def;
	}
	if (before != after && after == AQUMV_IMMEDIATE)
	{
		delta = aqumv_require_delta_of(view);
		aqumv_prepare_base(delta, aqumv_get_locked_view(view)->owner, get_rel_name(view), true);
		*options = aqumv_add_fillfactor(*options, view, delta);
	}
	holds_all = before == AQUMV_IMMEDIATE && holds_all_writes(view);
	run_utility(u);
	CommandCounterIncrement();
	if (before == after)
		return;
	if (after == AQUMV_IMMEDIATE)
		become_immediate(u, view, delta);
	else
	{
		aqumv_set_maintenance(view, AQUMV_MANUAL);
		aqumv_end_maintenance(view, holds_all);
		aqumv_release_bases();
	}
	aqumv_announce_view(view);
}

/*
 * The view that a SECURITY LABEL of ours is about, locked as the statement will
 * lock it; or InvalidOid.
 */
static Oid
view_to_label(SecLabelStmt *stmt)
{
	Oid			view;

	if ((stmt->provider != NULL && strcmp(stmt->provider, AQUMV_EXTENSION) != 0) ||
		(stmt->objtype != OBJECT_MATVIEW && stmt->objtype != OBJECT_TABLE))
		return InvalidOid;
	view = RangeVarGetRelid(makeRangeVarFromNameList(castNode(List, stmt->object)),
							ShareUpdateExclusiveLock, true);
	return get_rel_relkind(view) == RELKIND_MATVIEW ? view : InvalidOid;
}

/*
 * SECURITY LABEL: pg_dump writes it, before there are keys and data.  What it
 * asks for is put in place by the next REFRESH, with which a restore ends; until
 * then nothing that the view holds is maintained.  One that changes nothing
 * means nothing: least of all that the view holds what was written so far.
 */
static void
set_label(Utility *u, SecLabelStmt *stmt)
{
	Oid			view = view_to_label(stmt);
	AqumvMaintenance before = aqumv_maintenance_of(view);
	bool		holds_all = OidIsValid(view) && holds_all_writes(view);

	run_utility(u);
	if (!OidIsValid(view))
		return;
	CommandCounterIncrement();
	if (aqumv_maintenance_of(view) == before)
		return;
	if (before == AQUMV_MANUAL)
		aqumv_doubt_refresh(view);
	else
	{
		aqumv_end_maintenance(view, holds_all);
		aqumv_release_bases();
	}
	CacheInvalidateRelcacheByRelid(view);
	aqumv_announce_view(view);
}

/*
 * DETACH PARTITION CONCURRENTLY commits in the middle, and from there on the
 * partition's rows are gone: note it beforehand, under the lock that the
 * statement is about to take, since others may be changing the table.
 */
static void
note_concurrent_detach(AlterTableStmt *stmt)
{
	ListCell   *lc;

	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_DetachPartition && ((PartitionCmd *) cmd->def)->concurrent)
		{
			Oid			relid = RangeVarGetRelid(stmt->relation, NoLock, true);

			if (OidIsValid(relid) && aqumv_compat_owns_relation(relid))
			{
				LockRelationOid(relid, ShareUpdateExclusiveLock);
				aqumv_note_change(relid);
				aqumv_distrust(relid, false);
			}
		}
	}
}

static bool
freezes_rows(CopyStmt *stmt)
{
	ListCell   *lc;

	if (!stmt->is_from || stmt->relation == NULL)
		return false;
	foreach(lc, stmt->options)
	{
		DefElem    *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "freeze") == 0)
			return defGetBoolean(option);
	}
	return false;
}

/*
 * COPY ... FREEZE into storage that is new in this transaction: snapshots older
 * than it see the rows, but neither its marks nor what it has folded into views.
 * As after TRUNCATE, nothing that was filled before counts.
 */
static void
copy_frozen(Utility *u, CopyStmt *stmt)
{
	/* locked as COPY locks it, before a trigger can change what the name means */
	Oid			relid = RangeVarGetRelid(stmt->relation, RowExclusiveLock, true);

	run_utility(u);
	aqumv_note_change(relid);
	aqumv_distrust(relid, false);
	aqumv_rebuild_views(list_make1_oid(relid), true);
}

/*
 * pg_upgrade creates event triggers last of all.  By then all labels are there,
 * and all that the triggers of immediate views need.
 */
static void
restore_immediate_views(void)
{
	AqumvView  *view;
	ListCell   *lc;

	foreach(lc, aqumv_labelled_views())
	{
		view = aqumv_get_locked_view(lfirst_oid(lc));
		if (view != NULL && OidIsValid(view->base))
			aqumv_restore_triggers(view->base);
	}
}

static void
aqumv_ProcessUtility(PlannedStmt *pstmt, const char *query_string, bool read_only_tree,
					 ProcessUtilityContext context, ParamListInfo params,
					 QueryEnvironment *query_env, DestReceiver *dest, QueryCompletion *qc)
{
	Utility		u = {pstmt, query_string, read_only_tree, context, params, query_env, dest, qc};
	Node	   *stmt = pstmt->utilityStmt;

	aqumv_fetch_ahead(stmt);
	if (IsA(stmt, RefreshMatViewStmt) && aqumv_is_installed())
		refresh_view(&u, (RefreshMatViewStmt *) stmt);
	else if (creation_of(stmt) != NULL && aqumv_is_installed())
		create_view_with_options(&u);
	else if (IsA(stmt, AlterTableStmt) && alters_options((AlterTableStmt *) stmt) &&
			 aqumv_is_installed())
		alter_view_options(&u);
	else if (IsA(stmt, SecLabelStmt) && !IsBinaryUpgrade && aqumv_is_installed())
		set_label(&u, (SecLabelStmt *) stmt);
	else if (IsA(stmt, CopyStmt) && freezes_rows((CopyStmt *) stmt) && aqumv_is_installed())
		copy_frozen(&u, (CopyStmt *) stmt);
	else
	{
		if ((IsA(stmt, AlterTableStmt) || IsA(stmt, TruncateStmt) || IsA(stmt, DropStmt)) &&
			aqumv_is_installed())
			aqumv_reserve(stmt);
		if (IsA(stmt, AlterTableStmt) && aqumv_is_installed())
			note_concurrent_detach((AlterTableStmt *) stmt);
		run_utility(&u);
		if (IsA(stmt, CreateEventTrigStmt) && IsBinaryUpgrade && aqumv_is_installed())
			restore_immediate_views();
	}
}

void
aqumv_ddl_init(void)
{
	prev_ProcessUtility = ProcessUtility_hook;
	ProcessUtility_hook = aqumv_ProcessUtility;
}
