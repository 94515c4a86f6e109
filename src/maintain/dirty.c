/*-------------------------------------------------------------------------
 *
 * dirty.c
 *	  Groups whose rows cannot follow the change: compute them from the base.
 *
 *	  Their rows are locked, and the snapshot is taken after the last lock:
 *	  whoever changed such a group has held its row, so all he did is visible
 *	  then.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "executor/executor.h"
#include "utils/snapmgr.h"

#include "maintain/dirty.h"
#include "maintain/recompute.h"

typedef struct Recomputation
{
	AqumvNet   *net;
	AqumvTarget *target;
	bool		again;			/* somebody else was faster */
} Recomputation;

static AqumvGroupDelta *
find_dirty(AqumvNet *net, TupleTableSlot *row)
{
	AqumvDeltaState *state = net->state;
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];
	AqumvGroupKey key = {values, nulls};
	AqumvGroupDelta *group;

	for (int i = 0; i < state->nkeys; i++)
		values[i] = slot_getattr(row, state->keys[i], &nulls[i]);
	group = aqumv_find_group(net, &key);
	return group != NULL && group->dirty ? group : NULL;
}

/*
 * The row of a group that is locked, into target->row.
 */
void
aqumv_fetch_locked(AqumvTarget *target, AqumvGroupDelta *group)
{
	if (!table_tuple_fetch_row_version(target->rel, &group->tid, SnapshotAny, target->row))
		elog(ERROR, "could not fetch a locked row of materialized view \"%s\"",
			 RelationGetRelationName(target->rel));
}

static void
take_row(TupleTableSlot *row, void *context)
{
	Recomputation *work = context;
	AqumvGroupDelta *group = find_dirty(work->net, row);

	if (group == NULL || group->done)
		return;
	ExecCopySlot(work->target->new_row, row);
	if (group->exists)
	{
		aqumv_fetch_locked(work->target, group);
		if (!aqumv_update_row(work->target, work->target->new_row, group->hash))
			elog(ERROR, "a locked row of a materialized view has been changed");
	}
	else if (!aqumv_insert_group(work->target, work->target->new_row, group->hash))
	{
		work->again = true;
		return;
	}
	group->done = true;
	group->dirty = false;
}

/*
 * Compute the dirty groups, all of which are locked if they exist.  Those that
 * are not done then have to be folded once more: somebody else was faster.
 */
void
aqumv_compute_dirty(AqumvNet *net, AqumvTarget *target)
{
	Recomputation work = {.net = net,.target = target};
	AqumvGroupKey *keys = palloc(net->ngroups * sizeof(AqumvGroupKey));
	int			n = 0;

	for (int i = 0; i < net->ngroups; i++)
	{
		if (net->groups[i]->dirty)
			keys[n++] = net->groups[i]->key;
	}
	if (n == 0)
		return;
	aqumv_renew_snapshot(target);
	/* under HAVING there may be no row to notice others' changes on */
	if (net->state->delta->query->havingQual != NULL)
		aqumv_require_latest_snapshot();
	aqumv_recompute(net->state, keys, n, target->snapshot, take_row, &work);
	/* those that the computation did not return are empty */
	for (int i = 0; i < net->ngroups; i++)
	{
		AqumvGroupDelta *group = net->groups[i];

		if (!group->dirty || work.again)
			continue;
		if (group->exists)
		{
			aqumv_fetch_locked(target, group);
			if (!aqumv_delete_row(target))
				elog(ERROR, "a locked row of a materialized view has been changed");
		}
		group->dirty = false;
		group->done = true;
	}
}
