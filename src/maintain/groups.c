/*-------------------------------------------------------------------------
 *
 * groups.c
 *	  Fold changes of the base into a view with aggregates.
 *
 *	  groupdelta.c has made one delta per group.  Each group's row is found and locked,
 *	  in an order that all agree on, and the delta folded into its newest
 *	  version.
 *
 *	  A column that cannot follow (an extreme that went away, a sum that lost a
 *	  NaN, an aggregate without an inverse) makes its group "dirty".  Dirty
 *	  groups stay locked until dirty.c has computed them from the base.  For
 *	  the sake of its snapshot the row of a view that may have to is updated
 *	  even if nothing about it changes.  A group that only lacks extremes is
 *	  folded once they have been looked up, if that costs less.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"

#include "maintain/anew.h"
#include "maintain/attempt.h"
#include "maintain/dirty.h"
#include "maintain/groupdelta.h"
#include "maintain/groups.h"
#include "maintain/hidden.h"
#include "maintain/putoff.h"
#include "maintain/recompute.h"
#include "maintain/viewrows.h"

#define LOCK_FIRST 256			/* folds after somebody else was faster */

/* ------------------------------------------------------------------------
 * One row
 * ------------------------------------------------------------------------
 */

/* The row of a view as two arrays, by attno - 1. */
typedef struct Row
{
	Datum	   *values;
	bool	   *nulls;
} Row;

static void
fold_sum(AqumvDeltaState *state, AqumvColumn *column, AqumvTermDelta *delta, Row *row, bool *dirty)
{
	int			i = column->attno - 1;
	AqumvTerm  *term = &state->terms[i];

	if (!delta->has_sum)
		return;
	if (delta->lost && (column->count == 0 || delta->lost_special ||
						(!column->fixed_scale && column->scales == 0)))
		*dirty = true;
	else if (row->nulls[i])
		row->values[i] = delta->sum;
	else
		row->values[i] = FunctionCall2(&term->add, row->values[i], delta->sum);
	row->nulls[i] = false;
}

static bool
is_better(AqumvTerm *term, Oid collation, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2Coll(&term->better, collation, a, b));
}

/* The stored one may be gone: then the delta says that it is missing. */
static void
fold_extreme(AqumvDeltaState *state, AqumvColumn *column, AqumvTermDelta *delta, Row *row)
{
	int			i = column->attno - 1;
	AqumvTerm  *term = &state->terms[i];
	Oid			collation = column->collation;

	delta->missing = false;

	/*
	 * Did what went away matter?  Not if the stored one is better, and then
	 * what came is beside the point as well, unless it is better than what
	 * went: that may be the same.
	 */
	if (delta->has_worst &&
		!(delta->has_sum && is_better(term, collation, delta->sum, delta->worst)))
	{
		if (row->nulls[i] || !is_better(term, collation, row->values[i], delta->worst))
			delta->missing = true;
		return;
	}
	if (!delta->has_sum)
		return;

	/*
	 * what has been lost is as good as the stored one, or better: take the
	 * new
	 */
	row->values[i] = row->nulls[i] ||
		(delta->has_worst && !is_better(term, collation, row->values[i], delta->worst)) ?
		delta->sum :
		FunctionCall2Coll(&term->add, collation, row->values[i], delta->sum);
	row->nulls[i] = false;
}

static void
fold_scales(AqumvColumn *column, AqumvTermDelta *delta, Row *row)
{
	int			i = column->attno - 1;
	ArrayType  *array;

	if (delta->nscales == 0)
		return;
	array = aqumv_grow_scales(row->nulls[i] ? construct_empty_array(INT8OID) :
							  DatumGetArrayTypeP(row->values[i]), delta->nscales);
	for (int scale = 0; scale < delta->nscales; scale++)
		AQUMV_SCALES(array)[scale] += delta->scales[scale];
	row->values[i] = PointerGetDatum(aqumv_trim_scales(array));
	row->nulls[i] = false;
}

/* Fold one column's delta; *dirty is set if it has to be computed again. */
static void
fold_column(AqumvDeltaState *state, AqumvColumn *column, AqumvGroupDelta *group, Row *row,
			bool *dirty)
{
	int			i = column->attno - 1;
	AqumvTermDelta *delta = &group->terms[i];

	switch (column->fold)
	{
		case AQUMV_FOLD_COUNT:
			row->values[i] = Int64GetDatum((row->nulls[i] ? 0 : DatumGetInt64(row->values[i])) +
										   delta->count);
			row->nulls[i] = false;
			break;
		case AQUMV_FOLD_SUM:
			fold_sum(state, column, delta, row, dirty);
			break;
		case AQUMV_FOLD_SCALES:
			fold_scales(column, delta, row);
			break;
		case AQUMV_FOLD_EXTREME:
			fold_extreme(state, column, delta, row);
			group->extremes = group->extremes || delta->missing;
			if (delta->missing && !aqumv_can_find_extreme(state, column->attno))
				*dirty = true;
			break;
		case AQUMV_FOLD_ABSORB:
			if (delta->lost)
				*dirty = true;
			else if (delta->has_sum)
			{
				row->values[i] = row->nulls[i] ? delta->sum :
					FunctionCall2Coll(&state->terms[i].add, column->collation,
									  row->values[i], delta->sum);
				row->nulls[i] = false;
			}
			break;
		default:
			*dirty = true;
			break;
	}
}

/* A sum has as many digits as the input that has most. */
static void
round_sum(AqumvColumn *column, Row *row)
{
	ArrayType  *scales = DatumGetArrayTypeP(row->values[column->scales - 1]);
	int			scale = column->scale_factor * Max(aqumv_count_scales(scales) - 1, 0);
	Datum	   *sum = &row->values[column->attno - 1];
	int			has = aqumv_scale(*sum);

	if (has >= 0 && has != scale)
		*sum = DirectFunctionCall2(numeric_round, *sum, Int32GetDatum(scale));
}

/* Sums that have lost their last input, or the one with the most digits. */
static void
finish_sums(AqumvDeltaState *state, AqumvGroupDelta *group, Row *row)
{
	AqumvDelta *delta = state->delta;

	for (int i = 0; i < delta->ncolumns; i++)
	{
		AqumvColumn *column = &delta->columns[i];

		if (column->kind != AQUMV_COLUMN_AGGREGATE || column->fold != AQUMV_FOLD_SUM ||
			row->nulls[i])
			continue;
		if (column->count != 0 && DatumGetInt64(row->values[column->count - 1]) == 0)
			row->nulls[i] = true;
		else if (column->scales != 0 && group->terms[i].lost)
			round_sum(column, row);
	}
}

/* Expressions over the other columns. */
static void
derive(AqumvDeltaState *state, AqumvTarget *target, Row *row)
{
	TupleTableSlot *slot = target->new_row;
	ExprContext *econtext = state->econtext;
	AqumvDelta *delta = state->delta;

	for (int i = 0; i < delta->ncolumns; i++)
	{
		if (delta->columns[i].kind == AQUMV_COLUMN_DERIVED)
		{
			econtext->ecxt_scantuple = slot;
			row->values[i] = ExecEvalExpr(state->terms[i].value, econtext, &row->nulls[i]);
		}
	}
}

/* All that depends on columns that have been folded. */
static void
complete_row(AqumvDeltaState *state, AqumvTarget *target, AqumvGroupDelta *group)
{
	Row			row = {target->new_row->tts_values, target->new_row->tts_isnull};

	finish_sums(state, group, &row);
	derive(state, target, &row);
}

/*
 * Fold a group's delta into a row (the stored one, or an empty one).  The
 * result is in target->new_row; or the group is dirty.
 */
static void
fold_row(AqumvDeltaState *state, AqumvTarget *target, AqumvGroupDelta *group, bool doubtful)
{
	AqumvDelta *delta = state->delta;
	TupleTableSlot *slot = target->new_row;
	Row			row = {slot->tts_values, slot->tts_isnull};
	bool		dirty = doubtful || delta->query->havingQual != NULL;

	group->extremes = false;
	for (int i = 0; i < delta->ncolumns; i++)
	{
		if (delta->columns[i].kind == AQUMV_COLUMN_AGGREGATE)
			fold_column(state, &delta->columns[i], group, &row, &dirty);
	}
	/* is the group empty now, and is its key still that of one of its rows? */
	if (delta->grain == AQUMV_GRAIN_GROUP && group->removed > 0 &&
		(delta->count == 0 || !state->key_bitwise))
		dirty = true;
	group->dirty = dirty || group->extremes;
	group->extremes = !dirty && group->exists && group->extremes;
	if (!group->dirty)
		complete_row(state, target, group);
}

/* target->new_row becomes what the view holds, or what it would hold of nothing. */
static void
start_from(AqumvDeltaState *state, AqumvTarget *target, AqumvGroupDelta *group, bool exists)
{
	TupleTableSlot *slot = target->new_row;
	int			n = slot->tts_tupleDescriptor->natts;

	ExecClearTuple(slot);
	if (exists)
	{
		slot_getallattrs(target->row);
		memcpy(slot->tts_values, target->row->tts_values, n * sizeof(Datum));
		memcpy(slot->tts_isnull, target->row->tts_isnull, n * sizeof(bool));
	}
	else
	{
		memset(slot->tts_isnull, true, n * sizeof(bool));
		for (int i = 0; i < state->delta->ncolumns; i++)
		{
			AqumvColumn *column = &state->delta->columns[i];

			if (column->kind != AQUMV_COLUMN_AGGREGATE)
				continue;
			if (column->fold == AQUMV_FOLD_COUNT)
				slot->tts_values[i] = Int64GetDatum(0);
			else if (column->fold == AQUMV_FOLD_SCALES)
				slot->tts_values[i] = PointerGetDatum(construct_empty_array(INT8OID));
			else
				continue;
			slot->tts_isnull[i] = false;
		}
		for (int i = 0; i < state->nkeys; i++)
		{
			slot->tts_values[state->keys[i] - 1] = group->key.values[i];
			slot->tts_isnull[state->keys[i] - 1] = group->key.nulls[i];
		}
	}
	ExecStoreVirtualTuple(slot);
}

/*
 * Under HAVING a group may have no row that could be locked.
 */
static void
lock_group(AqumvDeltaState *state, AqumvGroupDelta *group)
{
	LOCKTAG		tag;

	/* users' own advisory locks have 1 or 2 in the last field */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, state->view, group->hash, 11);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

/* How many rows will the group of target->row have? */
static int64
rows_left(AqumvDelta *delta, AqumvTarget *target, AqumvGroupDelta *group)
{
	bool		isnull;

	return DatumGetInt64(slot_getattr(target->row, delta->count, &isnull)) +
		group->added - group->removed;
}

/*
 * Keep hold of the row, which is locked, of a group that has to be computed.
 * If there is none, make one: it is ours, and nobody else can make another.
 * (Under HAVING, lock_group() does that.)  False if somebody was faster.
 */
static bool
hold_row(AqumvDeltaState *state, AqumvTarget *target, AqumvGroupDelta *group)
{
	if (group->exists)
		group->tid = target->row->tts_tid;
	else if (state->delta->query->havingQual == NULL)
	{
		start_from(state, target, group, false);
		if (!aqumv_insert_group(target, target->new_row, group->hash))
			return false;
		group->tid = target->new_row->tts_tid;
		group->exists = true;
	}
	return true;
}

/*
 * Fold one group; false if another transaction has just changed or inserted
 * its row: then it has to be locked.
 */
static bool
fold_group(AqumvNet *net, AqumvTarget *target, AqumvGroupDelta *group, bool lock)
{
	AqumvDeltaState *state = net->state;
	AqumvDelta *delta = state->delta;
	bool		may_be_absent = net->doubtful || delta->query->havingQual != NULL;
	AqumvKeys	keys = {.n = state->nkeys,.values = group->key.values,
		.nulls = group->key.nulls,.attnos = state->keys,.equal = state->equal,
	.collations = state->collations,.hash = group->hash};

	group->exists = aqumv_find_row(target, &keys, lock);
	if (!group->exists && !may_be_absent &&
		(delta->grain == AQUMV_GRAIN_ALL || group->added < group->removed))
		aqumv_raise_inconsistent(target);
	/* what is empty is not worth a computation */
	if (group->exists && delta->grain == AQUMV_GRAIN_GROUP && delta->count != 0 &&
		!may_be_absent && rows_left(delta, target, group) <= 0)
	{
		if (rows_left(delta, target, group) < 0)
			aqumv_raise_inconsistent(target);
		group->dirty = false;
		return aqumv_delete_row(target);
	}
	if (!group->exists && !may_be_absent && group->added == group->removed)
		return true;			/* came and went */
	start_from(state, target, group, group->exists);
	fold_row(state, target, group, net->doubtful);
	if (group->dirty)
		return lock && hold_row(state, target, group);
	if (group->exists)
		return aqumv_update_row(target, target->new_row, group->hash);
	return aqumv_insert_group(target, target->new_row, group->hash);
}

/* ------------------------------------------------------------------------
 * Groups that only lack extremes
 * ------------------------------------------------------------------------
 */

#define LOOKUP_COST 3.0			/* to start and end a query, in the planner's
								 * unit */

static bool
is_missing(AqumvDeltaState *state, AqumvGroupDelta *group, int i)
{
	return state->delta->columns[i].kind == AQUMV_COLUMN_AGGREGATE &&
		state->delta->columns[i].fold == AQUMV_FOLD_EXTREME && group->terms[i].missing;
}

/* How many extremes are missing, and in how many groups? */
static int
count_missing(AqumvNet *net, int *ngroups)
{
	int			missing = 0;

	*ngroups = 0;
	for (int i = 0; i < net->ngroups; i++)
	{
		if (!net->groups[i]->extremes)
			continue;
		(*ngroups)++;
		for (int j = 0; j < net->state->delta->ncolumns; j++)
			missing += is_missing(net->state, net->groups[i], j);
	}
	return missing;
}

/* Does it cost less to find the extremes than to compute the groups? */
static bool
is_cheaper(AqumvNet *net, AqumvFinder *finder, Snapshot snapshot, int ngroups)
{
	AqumvGroupKey *keys = palloc(ngroups * sizeof(AqumvGroupKey));
	double		cost = 0;
	int			n = 0;

	for (int i = 0; i < net->ngroups; i++)
	{
		AqumvGroupDelta *group = net->groups[i];

		if (!group->extremes)
			continue;
		keys[n++] = group->key;
		for (int j = 0; j < net->state->delta->ncolumns; j++)
		{
			if (is_missing(net->state, group, j))
				cost += LOOKUP_COST + aqumv_find_cost(finder, j + 1, &group->key);
		}
	}
	return cost < aqumv_recompute_cost(net->state, keys, n, snapshot);
}

static void
find_extremes_of(AqumvNet *net, AqumvTarget *target, AqumvFinder *finder,
				 AqumvGroupDelta *group)
{
	AqumvDeltaState *state = net->state;
	TupleTableSlot *row = target->new_row;

	aqumv_fetch_locked(target, group);
	start_from(state, target, group, true);
	fold_row(state, target, group, false);
	for (int i = 0; i < state->delta->ncolumns; i++)
	{
		if (is_missing(state, group, i))
			row->tts_values[i] = aqumv_find_extreme(finder, i + 1, &group->key,
													&row->tts_isnull[i]);
	}
	complete_row(state, target, group);
	if (!aqumv_update_row(target, row, group->hash))
		elog(ERROR, "a locked row of a materialized view has been changed");
	group->dirty = group->extremes = false;
	group->done = true;
}

/*
 * Find the extremes that groups lack, all of which are locked; unless it costs
 * less to compute them.  For one extreme of one group it never does: that would
 * read the same rows, or more.
 */
static void
find_extremes(AqumvNet *net, AqumvTarget *target)
{
	MemoryContext old;
	AqumvFinder *finder;
	int			ngroups;
	int			missing = count_missing(net, &ngroups);

	if (missing == 0)
		return;
	aqumv_renew_snapshot(target);
	old = MemoryContextSwitchTo(net->context);
	finder = aqumv_make_finder(net->state, target->snapshot, ngroups == 1);
	MemoryContextSwitchTo(old);
	if (missing > 1 && !is_cheaper(net, finder, target->snapshot, ngroups))
		return;
	for (int i = 0; i < net->ngroups; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (net->groups[i]->extremes)
			find_extremes_of(net, target, finder, net->groups[i]);
		ResetExprContext(net->state->econtext);
	}
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

/*
 * Lock rows before looking at them?  Where others are writing the same ones, to
 * try without costs more than it saves.
 */
static bool
locks_first(AqumvNet *net)
{
	AqumvDeltaState *state = net->state;

	if (state->recomputes || net->doubtful)
		return true;
	if (state->contended == 0)
		return false;
	state->contended--;
	return true;
}

static void
simplify_all(AqumvNet *net, AqumvTarget *target)
{
	AqumvDeltaState *state = net->state;
	bool		more;

	do
	{
		more = false;
		for (int i = 0; i < net->ngroups; i++)
		{
			AqumvGroupDelta *group = net->groups[i];

			if (group->done)
				continue;
			CHECK_FOR_INTERRUPTS();
			if (state->delta->query->havingQual != NULL)
			{
				lock_group(state, group);
				aqumv_renew_snapshot(target);
			}
			if (!fold_group(net, target, group, locks_first(net)))
			{
				state->contended = LOCK_FIRST;
				while (!fold_group(net, target, group, true))
					;
			}
			if (aqumv_has_given_up(target))
				return;
			group->done = !group->dirty;
			ResetExprContext(state->econtext);
		}
		find_extremes(net, target);
		aqumv_compute_dirty(net, target);
		for (int i = 0; i < net->ngroups; i++)
			more = more || !net->groups[i]->done;
	} while (more);
}

static void
fold_net(AqumvDeltaState *state, void *arg)
{
	AqumvNet   *net = arg;
	AqumvTarget *target;
	MemoryContext old;

	target = aqumv_open_target(state, state->index);
	old = MemoryContextSwitchTo(state->econtext->ecxt_per_tuple_memory);
	simplify_all(net, target);
	MemoryContextSwitchTo(old);
	aqumv_close_target(target);
}

/*
 * Fold a change into a view with aggregates; or if other statements are still
 * writing the base, keep it for when the last of them has ended.  Until then
 * what is in the base is more than what we have been told.
 */
char *
aqumv_fold_groups(AqumvDeltaState *state, AqumvChange *change, bool last)
{
	AqumvPutOff *putoff = aqumv_get_putoff(state, last);
	AqumvNet   *net = putoff->net;
	MemoryContext old = MemoryContextSwitchTo(putoff->context);
	char	   *objection = NULL;

	if (net == NULL)
		net = putoff->net = aqumv_make_net(putoff->state, putoff->context);
	aqumv_net_change(net, change);
	aqumv_note_putoff(putoff, change);
	if (last && putoff->unreliable)
		objection = aqumv_fold_anew(putoff->state);
	else if (last && net->ngroups > 0)
	{
		net->doubtful = putoff->doubtful;
		aqumv_finish_net(net);
		objection = aqumv_attempt_change(net->state, fold_net, net);
	}
	MemoryContextSwitchTo(old);
	if (objection != NULL)
		objection = pstrdup(objection);
	if (last)
		aqumv_drop_putoff(putoff);
	return objection;
}
