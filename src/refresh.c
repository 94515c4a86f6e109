/*-------------------------------------------------------------------------
 *
 * refresh.c
 *	  Which snapshot was a view filled from, and what else will matter later?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "pgtime.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "catalog.h"
#include "partition.h"
#include "refresh.h"
#include "views.h"
#include "writes.h"

/*
 * Make active the snapshot that the view will be filled from, and remember it.
 * The caller holds all locks that could keep the filling waiting, and has
 * tracked the base: under READ COMMITTED the snapshot sees every write that
 * left no mark.
 */
void
aqumv_begin_filling(AqumvFilling *filling)
{
	filling->moment = aqumv_current_moment();
	PushActiveSnapshot(GetTransactionSnapshot());
	filling->snapshot = datumCopy(DirectFunctionCall1(pg_current_snapshot, (Datum) 0),
								  false, -1);
	/* what the statement's own functions and event triggers write comes later */
	aqumv_end_part();
}

/*
 * Did the filling transaction itself begin to track the base, with a snapshot
 * that is older?  Then writes may have come between that left no mark.
 */
static bool
tracked_too_late(const AqumvTree *tree)
{
	if (!IsolationUsesXactSnapshot())
		return false;
	for (int i = 0; i < tree->nepochs; i++)
	{
		if (FullTransactionIdEquals(tree->epochs[i].xid, GetTopFullTransactionId()))
			return true;
	}
	return false;
}

/*
 * The view has been filled: write its record.  A view that answers nothing has
 * none.
 */
void
aqumv_end_filling(AqumvFilling *filling, Oid viewoid)
{
	AqumvView  *view;
	const AqumvTree *tree;
	AqumvRefresh row;

	PopActiveSnapshot();
	CommandCounterIncrement();
	if (aqumv_get_view(viewoid, &view) != NULL || view->unsuitable != NULL)
	{
		aqumv_delete_refresh(viewoid);
		return;
	}
	tree = aqumv_get_tree(view->base);
	if (tree->unsuitable != NULL)
	{
		aqumv_delete_refresh(viewoid);
		return;
	}
	row.view = viewoid;
	row.base = view->base;
	row.filenode = view->filenode;
	row.moment = filling->moment;
	row.functions = view->functions;
	row.complete = check_enable_rls(view->base, view->owner, true) != RLS_ENABLED &&
		!tracked_too_late(tree);
	row.refreshed_at = GetCurrentTimestamp();
	row.timezone = unconstify(char *, pg_get_timezone_name(session_timezone));
	row.snapshot = filling->snapshot;
	aqumv_write_refresh(&row);
	CacheInvalidateRelcacheByRelid(view->base);
}

/*
 * The rows of a view have moved to other storage, unchanged (VACUUM FULL,
 * CLUSTER, SET TABLESPACE).
 */
void
aqumv_view_moved(Oid viewoid, Oid filenode)
{
	AqumvView  *view;
	AqumvRefresh row;

	if (aqumv_get_view(viewoid, &view) != NULL ||
		!aqumv_read_refresh(viewoid, NULL, &row) ||
		row.filenode != view->filenode)
		return;
	row.filenode = filenode;
	aqumv_write_refresh(&row);
}
