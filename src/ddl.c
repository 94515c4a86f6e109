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

#include "answer/hold.h"
#include "compat.h"
#include "ddl.h"
#include "fill.h"
#include "fresh/refresh.h"
#include "fresh/statements.h"
#include "fresh/syntax.h"
#include "fresh/track.h"
#include "fresh/trust.h"
#include "maintain/immediate.h"
#include "maintain/owner.h"
#include "maintain/reserve.h"
#include "maintain/setup.h"
#include "maintain/viewindex.h"

static ProcessUtility_hook_type prev_ProcessUtility = NULL;

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
			return RELKIND_MATVIEW ==
				get_rel_relkind(RangeVarGetRelid(stmt->relation, NoLock, true));
	}
	return false;
}

/*
 * A view has been made immediate: all is in place but the label, the index
 * and the rows.
 */
static void
become_immediate(AqumvUtility *u, Oid view, const AqumvDelta *delta)
{
	Relation	rel = table_open(view, NoLock);
	bool		populated = RelationIsPopulated(rel);

	table_close(rel, NoLock);
	aqumv_set_maintenance(view, AQUMV_IMMEDIATE);
	aqumv_delete_refresh(view);
	if (populated)
		aqumv_refill_view(u, view);
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
	aqumv_lock_tree_of(view);
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
alter_view_options(AqumvUtility *u)
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
		aqumv_run_utility(u);
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
	aqumv_run_utility(u);
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
set_label(AqumvUtility *u, SecLabelStmt *stmt)
{
	Oid			view = view_to_label(stmt);
	AqumvMaintenance before = aqumv_maintenance_of(view);
	bool		holds_all = OidIsValid(view) && holds_all_writes(view);

	aqumv_run_utility(u);
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
copy_frozen(AqumvUtility *u, CopyStmt *stmt)
{
	/*
	 * locked as COPY locks it, before a trigger can change what the name
	 * means
	 */
	Oid			relid = RangeVarGetRelid(stmt->relation, RowExclusiveLock, true);

	aqumv_run_utility(u);
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

/*
 * What waits for the end of the transaction is the writer's, and must not run as
 * the owner of a view, whatever a function of the view says.
 */
static void
require_deferred(Node *stmt)
{
	if (IsA(stmt, ConstraintsSetStmt) && !((ConstraintsSetStmt *) stmt)->deferred &&
		aqumv_is_as_owner())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot make constraints immediate while a materialized view is maintained"),
				 errdetail("Deferred triggers would run as the view's owner.")));
}


static void
aqumv_ProcessUtility(PlannedStmt *pstmt, const char *query_string, bool read_only_tree,
					 ProcessUtilityContext context, ParamListInfo params,
					 QueryEnvironment *query_env, DestReceiver *dest, QueryCompletion *qc)
{
	AqumvUtility u = {prev_ProcessUtility, pstmt, query_string, read_only_tree, context, params,
	query_env, dest, qc};
	Node	   *stmt = pstmt->utilityStmt;

	require_deferred(stmt);
	aqumv_fetch_ahead(stmt);
	if (IsA(stmt, RefreshMatViewStmt) && aqumv_is_installed())
		aqumv_refresh_view(&u, (RefreshMatViewStmt *) stmt);
	else if (aqumv_creation_of(stmt) != NULL && aqumv_is_installed())
		aqumv_create_view(&u);
	else if (IsA(stmt, AlterTableStmt) && alters_options((AlterTableStmt *) stmt) &&
			 aqumv_is_installed())
		alter_view_options(&u);
	else if (IsA(stmt, SecLabelStmt) && !IsBinaryUpgrade && aqumv_is_installed())
		set_label(&u, (SecLabelStmt *) stmt);
	else if (IsA(stmt, CopyStmt) && freezes_rows((CopyStmt *) stmt) && aqumv_is_installed())
		copy_frozen(&u, (CopyStmt *) stmt);
	else
	{
		if ((IsA(stmt, AlterTableStmt) || IsA(stmt, RenameStmt) || IsA(stmt, LockStmt) ||
			 IsA(stmt, TruncateStmt) || IsA(stmt, DropStmt)) &&
			aqumv_is_installed())
			aqumv_reserve(stmt);
		if (IsA(stmt, AlterTableStmt) && aqumv_is_installed())
			note_concurrent_detach((AlterTableStmt *) stmt);
		aqumv_run_utility(&u);
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
