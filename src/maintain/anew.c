/*-------------------------------------------------------------------------
 *
 * anew.c
 *	  Replace all rows of a view by what its definition says now.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/tableam.h"
#include "executor/tuptable.h"
#include "storage/lmgr.h"

#include "fresh/snapshot.h"
#include "maintain/anew.h"
#include "maintain/attempt.h"
#include "maintain/recompute.h"
#include "maintain/viewrows.h"

static void
insert_computed(TupleTableSlot *row, void *context)
{
	AqumvTarget *target = context;

	ExecCopySlot(target->new_row, row);
	aqumv_insert_row(target, target->new_row);
}

static void
fold_anew(AqumvDeltaState *state, void *arg)
{
	AqumvTarget *target;
	TableScanDesc scan;

	aqumv_require_latest_snapshot();
	target = aqumv_open_target(state, InvalidOid);
	scan = table_beginscan(target->rel, target->snapshot, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, target->row))
		(void) aqumv_delete_row(target);
	table_endscan(scan);
	ExecClearTuple(target->row);
	aqumv_renew_snapshot(target);
	aqumv_compute_all(state, target->snapshot, insert_computed, target);
	aqumv_insert_rest(target);
	aqumv_close_target(target);
}

/*
 * Replace all rows of a view, of any kind, by what its definition says now.
 * Waits for other writers of the view.
 */
char *
aqumv_fold_anew(AqumvDeltaState *state)
{
	LockRelationOid(state->view, ShareRowExclusiveLock);
	return aqumv_attempt_change(state, fold_anew, NULL);
}
