/*-------------------------------------------------------------------------
 *
 * groups.c
 *	  Fold changes of the base into a view with aggregates.
 *
 *	  First the rows of a statement are netted: one delta per group, whatever
 *	  their number.  Then each group's row is found and locked, in an order that
 *	  all agree on, and the delta folded into its newest version.
 *
 *	  A column that cannot follow (an extreme that went away, a sum that lost a
 *	  NaN, an aggregate without an inverse) makes its group "dirty".  Dirty
 *	  groups stay locked, and are computed again from the base in a snapshot
 *	  taken after the last lock: whoever changed such a group has held its row,
 *	  so all he did is visible then.  For the same reason such a view's row is
 *	  updated even if nothing about it changes.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/snapmgr.h"

#include "apply.h"
#include "fold.h"
#include "hidden.h"
#include "recompute.h"

/* what happened to one aggregate of one group */
typedef struct TermDelta
{
	int64		count;			/* COUNT: rows, net */
	bool		lost;			/* an input went away */
	bool		lost_special;	/* NaN or infinity did */
	bool		has_sum;
	Datum		sum;			/* SUM: net; ABSORB, EXTREME: of what came */
	bool		has_worst;
	Datum		worst;			/* EXTREME: the best that went */
	int			nscales;
	int64	   *scales;			/* SCALES: net */
} TermDelta;

typedef struct GroupDelta
{
	uint32		hash;
	AqumvGroupKey key;
	int64		added;			/* rows */
	int64		removed;
	bool		dirty;
	bool		exists;			/* dirty: its row is locked, at tid */
	ItemPointerData tid;
	bool		done;
	TermDelta	terms[FLEXIBLE_ARRAY_MEMBER];	/* by attno - 1 */
} GroupDelta;

typedef struct GroupTable
{
	AqumvFollower *follower;
	MemoryContext context;		/* of the deltas */
	int			ngroups;
	int			room;
	GroupDelta **groups;
	struct group_index_hash *index; /* once there are many */
	List	   *subids;			/* pending: of subtransactions that added to it */
	bool		doubtful;		/* something was rolled back: compute all again */
	bool		merge_inserted;
	bool		merge_updated;
} GroupTable;

/* deltas of statements that ended while others were under way */
static List *pending = NIL;		/* of GroupTable, in TopTransactionContext */

static bool same_key(GroupTable *table, const AqumvGroupKey *a, const AqumvGroupKey *b);

typedef struct GroupIndexEntry
{
	GroupDelta *group;
	char		status;
} GroupIndexEntry;

#define SH_PREFIX group_index
#define SH_ELEMENT_TYPE GroupIndexEntry
#define SH_KEY_TYPE GroupDelta *
#define SH_KEY group
#define SH_HASH_KEY(tb, key) (key)->hash
#define SH_EQUAL(tb, a, b) ((a)->hash == (b)->hash && \
	same_key((GroupTable *) (tb)->private_data, &(a)->key, &(b)->key))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

#define INDEX_FROM 8			/* groups */
#define LOCK_FIRST 256			/* folds after somebody else was faster */

/* ------------------------------------------------------------------------
 * Net
 * ------------------------------------------------------------------------
 */

static bool
same_key(GroupTable *table, const AqumvGroupKey *a, const AqumvGroupKey *b)
{
	AqumvFollower *follower = table->follower;

	for (int i = 0; i < follower->nkeys; i++)
	{
		if (a->nulls[i] != b->nulls[i] ||
			(!a->nulls[i] &&
			 !DatumGetBool(FunctionCall2Coll(&follower->equal[i], follower->collations[i],
											 a->values[i], b->values[i]))))
			return false;
	}
	return true;
}

static Datum
copy_value(AqumvTerm *term, Datum value)
{
	return datumCopy(value, term->byval, term->typlen);
}

static GroupDelta *
add_group(GroupTable *table, const AqumvGroupKey *key, uint32 hash)
{
	AqumvFollower *follower = table->follower;
	MemoryContext old = MemoryContextSwitchTo(table->context);
	GroupDelta *group = palloc0(offsetof(GroupDelta, terms) +
								follower->delta->ncolumns * sizeof(TermDelta));

	group->hash = hash;
	group->key.values = palloc(Max(follower->nkeys, 1) * sizeof(Datum));
	group->key.nulls = palloc(Max(follower->nkeys, 1) * sizeof(bool));
	for (int i = 0; i < follower->nkeys; i++)
	{
		group->key.nulls[i] = key->nulls[i];
		group->key.values[i] = key->nulls[i] ? (Datum) 0 :
			copy_value(&follower->terms[follower->keys[i] - 1], key->values[i]);
	}
	if (table->ngroups == table->room)
	{
		table->room *= 2;
		table->groups = repalloc_huge(table->groups, table->room * sizeof(GroupDelta *));
	}
	table->groups[table->ngroups++] = group;
	MemoryContextSwitchTo(old);
	return group;
}

/* The delta of a group, made if there is none yet. */
static GroupDelta *
get_group(GroupTable *table, const AqumvGroupKey *key)
{
	uint32		hash = aqumv_hash_keys(table->follower, key->values, key->nulls);
	GroupDelta	probe = {.hash = hash,.key = *key};
	GroupIndexEntry *entry;
	GroupDelta *group;
	bool		found;

	if (table->index == NULL)
	{
		for (int i = 0; i < table->ngroups; i++)
		{
			if (table->groups[i]->hash == hash && same_key(table, &table->groups[i]->key, key))
				return table->groups[i];
		}
		group = add_group(table, key, hash);
		if (table->ngroups < INDEX_FROM)
			return group;
		table->index = group_index_create(table->context, 4 * INDEX_FROM, table);
		for (int i = 0; i < table->ngroups; i++)
			group_index_insert(table->index, table->groups[i], &found);
		return group;
	}
	entry = group_index_lookup(table->index, &probe);
	if (entry != NULL)
		return entry->group;
	group = add_group(table, key, hash);
	group_index_insert(table->index, group, &found);
	return group;
}

/* Replace a value that lives in the table's context. */
static void
set_value(GroupTable *table, AqumvTerm *term, Datum *place, bool *has, Datum value)
{
	MemoryContext old = MemoryContextSwitchTo(table->context);
	Datum		copy = copy_value(term, value);

	if (*has && !term->byval)
		pfree(DatumGetPointer(*place));
	*place = copy;
	*has = true;
	MemoryContextSwitchTo(old);
}

static bool
is_special(Oid type, Datum value)
{
	return type == NUMERICOID &&
		(numeric_is_nan(DatumGetNumeric(value)) || numeric_is_inf(DatumGetNumeric(value)));
}

static void
count_scale(GroupTable *table, TermDelta *delta, int scale, int sign)
{
	if (scale < 0)
		return;
	if (scale >= delta->nscales)
	{
		int64	   *scales = MemoryContextAllocZero(table->context, (scale + 1) * sizeof(int64));

		if (delta->nscales > 0)
			memcpy(scales, delta->scales, delta->nscales * sizeof(int64));
		delta->scales = scales;
		delta->nscales = scale + 1;
	}
	delta->scales[scale] += sign;
}

static void
add_input(GroupTable *table, AqumvColumn *column, AqumvTerm *term, TermDelta *delta,
		  Datum value, int sign)
{
	bool		forward = sign > 0;

	switch (column->fold)
	{
		case AQUMV_FOLD_SCALES:
			count_scale(table, delta, aqumv_scale(value), sign);
			return;
		case AQUMV_FOLD_SUM:
			if (!forward && is_special(((Aggref *) column->expr)->aggtype, value))
				delta->lost_special = true;
			if (delta->has_sum)
				value = FunctionCall2(forward ? &term->add : &term->subtract,
									  delta->sum, value);
			else if (!forward)
				value = FunctionCall2(&term->subtract,
									  FunctionCall2(&term->subtract, value, value), value);
			set_value(table, term, &delta->sum, &delta->has_sum, value);
			return;
		case AQUMV_FOLD_ABSORB:
		case AQUMV_FOLD_EXTREME:
			if (forward)
			{
				if (delta->has_sum)
					value = FunctionCall2Coll(&term->add, column->collation, delta->sum, value);
				set_value(table, term, &delta->sum, &delta->has_sum, value);
			}
			else if (column->fold == AQUMV_FOLD_EXTREME &&
					 (!delta->has_worst ||
					  DatumGetBool(FunctionCall2Coll(&term->better, column->collation,
													 value, delta->worst))))
				set_value(table, term, &delta->worst, &delta->has_worst, value);
			return;
		default:
			return;
	}
}

/* One row came (sign 1) or went (-1). */
static void
add_row(GroupTable *table, const AqumvImage *image, int sign)
{
	AqumvFollower *follower = table->follower;
	AqumvDelta *delta = follower->delta;
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];
	AqumvGroupKey key = {values, nulls};
	GroupDelta *group;
	MemoryContext old;

	if (!image->belongs)
		return;
	for (int i = 0; i < follower->nkeys; i++)
	{
		values[i] = image->values[follower->keys[i] - 1];
		nulls[i] = image->nulls[follower->keys[i] - 1];
	}
	old = MemoryContextSwitchTo(follower->econtext->ecxt_per_tuple_memory);
	group = get_group(table, &key);
	if (sign > 0)
		group->added++;
	else
		group->removed++;
	for (int i = 0; i < delta->ncolumns; i++)
	{
		AqumvColumn *column = &delta->columns[i];
		TermDelta  *term = &group->terms[i];

		if (column->kind != AQUMV_COLUMN_AGGREGATE || !image->counted[i] ||
			(column->argument != NULL && column->fold != AQUMV_FOLD_RECOMPUTE && image->nulls[i]))
			continue;
		term->count += sign;
		if (sign < 0)
			term->lost = true;
		if (column->argument != NULL)
			add_input(table, column, &follower->terms[i], term, image->values[i], sign);
	}
	MemoryContextSwitchTo(old);
}

static void
net_change(GroupTable *table, AqumvChange *change)
{
	AqumvFollower *follower = table->follower;
	AqumvSource *source = aqumv_get_source(follower, change->rel);
	AqumvImage *before = aqumv_make_image(follower);
	AqumvImage *after = aqumv_make_image(follower);
	AqumvChangeReader reader;
	TupleTableSlot *removed,
			   *added;

	aqumv_begin_change(&reader, change);
	while (aqumv_next_change(&reader, &removed, &added))
	{
		if (removed != NULL && added != NULL &&
			aqumv_is_unconcerned(follower, source, removed, added))
			continue;
		before->belongs = after->belongs = false;
		if (removed != NULL)
			aqumv_evaluate(follower, source, removed, before);
		if (added != NULL)
			aqumv_evaluate(follower, source, added, after);
		if (!aqumv_same_images(follower, before, after))
		{
			add_row(table, before, -1);
			add_row(table, after, 1);
		}
		ResetExprContext(follower->econtext);
	}
	aqumv_end_change(&reader);
}

/* ------------------------------------------------------------------------
 * Fold
 * ------------------------------------------------------------------------
 */

/* The row of a view as two arrays, by attno - 1. */
typedef struct Row
{
	Datum	   *values;
	bool	   *nulls;
} Row;

static void
fold_sum(AqumvFollower *follower, AqumvColumn *column, TermDelta *delta, Row *row, bool *dirty)
{
	int			i = column->attno - 1;
	AqumvTerm  *term = &follower->terms[i];

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

static void
fold_extreme(AqumvFollower *follower, AqumvColumn *column, TermDelta *delta, Row *row,
			 bool *dirty)
{
	int			i = column->attno - 1;
	AqumvTerm  *term = &follower->terms[i];
	Oid			collation = column->collation;

	/*
	 * Did what went away matter?  Not if the stored one is better, and then what
	 * came is beside the point as well, unless it is better than what went: that
	 * may be the same.
	 */
	if (delta->has_worst &&
		!(delta->has_sum && is_better(term, collation, delta->sum, delta->worst)))
	{
		if (row->nulls[i] || !is_better(term, collation, row->values[i], delta->worst))
			*dirty = true;
		return;
	}
	if (!delta->has_sum)
		return;
	/* what has been lost is as good as the stored one, or better: take the new */
	row->values[i] = row->nulls[i] ||
		(delta->has_worst && !is_better(term, collation, row->values[i], delta->worst)) ?
		delta->sum :
		FunctionCall2Coll(&term->add, collation, row->values[i], delta->sum);
	row->nulls[i] = false;
}

static void
fold_scales(AqumvColumn *column, TermDelta *delta, Row *row)
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
fold_column(AqumvFollower *follower, AqumvColumn *column, GroupDelta *group, Row *row,
			bool *dirty)
{
	int			i = column->attno - 1;
	TermDelta  *delta = &group->terms[i];

	switch (column->fold)
	{
		case AQUMV_FOLD_COUNT:
			row->values[i] = Int64GetDatum((row->nulls[i] ? 0 : DatumGetInt64(row->values[i])) +
										   delta->count);
			row->nulls[i] = false;
			break;
		case AQUMV_FOLD_SUM:
			fold_sum(follower, column, delta, row, dirty);
			break;
		case AQUMV_FOLD_SCALES:
			fold_scales(column, delta, row);
			break;
		case AQUMV_FOLD_EXTREME:
			fold_extreme(follower, column, delta, row, dirty);
			break;
		case AQUMV_FOLD_ABSORB:
			if (delta->lost)
				*dirty = true;
			else if (delta->has_sum)
			{
				row->values[i] = row->nulls[i] ? delta->sum :
					FunctionCall2Coll(&follower->terms[i].add, column->collation,
									  row->values[i], delta->sum);
				row->nulls[i] = false;
			}
			break;
		default:
			*dirty = true;
			break;
	}
}

/* Sums that have lost their last input, or the one with the most digits. */
static void
finish_sums(AqumvFollower *follower, GroupDelta *group, Row *row)
{
	AqumvDelta *delta = follower->delta;

	for (int i = 0; i < delta->ncolumns; i++)
	{
		AqumvColumn *column = &delta->columns[i];

		if (column->kind != AQUMV_COLUMN_AGGREGATE || column->fold != AQUMV_FOLD_SUM ||
			row->nulls[i])
			continue;
		if (column->count != 0 && DatumGetInt64(row->values[column->count - 1]) == 0)
			row->nulls[i] = true;
		else if (column->scales != 0 && group->terms[i].lost &&
				 !is_special(NUMERICOID, row->values[i]))
		{
			int			n = aqumv_count_scales(DatumGetArrayTypeP(row->values[column->scales - 1]));

			row->values[i] = DirectFunctionCall2(numeric_round, row->values[i],
												 Int32GetDatum(Max(n - 1, 0)));
		}
	}
}

/* Expressions over the other columns. */
static void
derive(AqumvFollower *follower, AqumvTarget *target, Row *row)
{
	TupleTableSlot *slot = target->new_row;
	ExprContext *econtext = follower->econtext;
	AqumvDelta *delta = follower->delta;

	for (int i = 0; i < delta->ncolumns; i++)
	{
		if (delta->columns[i].kind == AQUMV_COLUMN_DERIVED)
		{
			econtext->ecxt_scantuple = slot;
			row->values[i] = ExecEvalExpr(follower->terms[i].value, econtext, &row->nulls[i]);
		}
	}
}

/*
 * Fold a group's delta into a row (the stored one, or an empty one).  The
 * result is in target->new_row.  False if it has to be computed instead.
 */
static bool
fold_row(AqumvFollower *follower, AqumvTarget *target, GroupDelta *group, bool doubtful)
{
	AqumvDelta *delta = follower->delta;
	TupleTableSlot *slot = target->new_row;
	Row			row = {slot->tts_values, slot->tts_isnull};
	bool		dirty = doubtful || delta->query->havingQual != NULL;

	for (int i = 0; i < delta->ncolumns; i++)
	{
		if (delta->columns[i].kind == AQUMV_COLUMN_AGGREGATE)
			fold_column(follower, &delta->columns[i], group, &row, &dirty);
	}
	/* is the group empty now, and is its key still that of one of its rows? */
	if (delta->grain == AQUMV_GRAIN_GROUP && group->removed > 0 &&
		(delta->count == 0 || !follower->key_bitwise))
		dirty = true;
	if (dirty)
		return false;
	finish_sums(follower, group, &row);
	derive(follower, target, &row);
	return true;
}

/* target->new_row becomes what the view holds, or what it would hold of nothing. */
static void
start_from(AqumvFollower *follower, AqumvTarget *target, GroupDelta *group, bool exists)
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
		for (int i = 0; i < follower->delta->ncolumns; i++)
		{
			AqumvColumn *column = &follower->delta->columns[i];

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
		for (int i = 0; i < follower->nkeys; i++)
		{
			slot->tts_values[follower->keys[i] - 1] = group->key.values[i];
			slot->tts_isnull[follower->keys[i] - 1] = group->key.nulls[i];
		}
	}
	ExecStoreVirtualTuple(slot);
}

/*
 * Under HAVING a group may have no row that could be locked.
 */
static void
lock_group(AqumvFollower *follower, GroupDelta *group)
{
	LOCKTAG		tag;

	/* users' own advisory locks have 1 or 2 in the last field */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, follower->view, group->hash, 11);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

/* How many rows will the group of target->row have? */
static int64
rows_left(AqumvDelta *delta, AqumvTarget *target, GroupDelta *group)
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
hold_row(AqumvFollower *follower, AqumvTarget *target, GroupDelta *group)
{
	if (group->exists)
		group->tid = target->row->tts_tid;
	else if (follower->delta->query->havingQual == NULL)
	{
		start_from(follower, target, group, false);
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
fold_group(GroupTable *table, AqumvTarget *target, GroupDelta *group, bool lock)
{
	AqumvFollower *follower = table->follower;
	AqumvDelta *delta = follower->delta;
	bool		may_be_absent = table->doubtful || delta->query->havingQual != NULL;
	AqumvKeys	keys = {.n = follower->nkeys,.values = group->key.values,
		.nulls = group->key.nulls,.attnos = follower->keys,.equal = follower->equal,
	.collations = follower->collations,.hash = group->hash};

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
	start_from(follower, target, group, group->exists);
	group->dirty = !fold_row(follower, target, group, table->doubtful);
	if (group->dirty)
		return lock && hold_row(follower, target, group);
	if (group->exists)
		return aqumv_update_row(target, target->new_row, group->hash);
	return aqumv_insert_group(target, target->new_row, group->hash);
}

/* ------------------------------------------------------------------------
 * Compute again
 * ------------------------------------------------------------------------
 */

typedef struct Recomputation
{
	GroupTable *table;
	AqumvTarget *target;
	bool		again;			/* somebody else was faster */
} Recomputation;

static GroupDelta *
find_dirty(GroupTable *table, TupleTableSlot *row)
{
	AqumvFollower *follower = table->follower;
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];
	AqumvGroupKey key = {values, nulls};
	GroupDelta	probe;

	for (int i = 0; i < follower->nkeys; i++)
		values[i] = slot_getattr(row, follower->keys[i], &nulls[i]);
	probe.hash = aqumv_hash_keys(follower, key.values, key.nulls);
	probe.key = key;
	if (table->index != NULL)
	{
		GroupIndexEntry *entry = group_index_lookup(table->index, &probe);

		return entry == NULL || !entry->group->dirty ? NULL : entry->group;
	}
	for (int i = 0; i < table->ngroups; i++)
	{
		GroupDelta *group = table->groups[i];

		if (group->dirty && group->hash == probe.hash && same_key(table, &group->key, &key))
			return group;
	}
	return NULL;
}

static void
fetch_locked(AqumvTarget *target, GroupDelta *group)
{
	if (!table_tuple_fetch_row_version(target->rel, &group->tid, SnapshotAny, target->row))
		elog(ERROR, "could not fetch a locked row of materialized view \"%s\"",
			 RelationGetRelationName(target->rel));
}

static void
take_row(TupleTableSlot *row, void *context)
{
	Recomputation *work = context;
	GroupDelta *group = find_dirty(work->table, row);

	if (group == NULL || group->done)
		return;
	ExecCopySlot(work->target->new_row, row);
	if (group->exists)
	{
		fetch_locked(work->target, group);
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
 * Compute the dirty groups, all of which are locked if they exist.
 */
static void
recompute_groups(GroupTable *table, AqumvTarget *target)
{
	Recomputation work = {.table = table,.target = target};
	AqumvGroupKey *keys = palloc(table->ngroups * sizeof(AqumvGroupKey));
	int			n = 0;

	for (int i = 0; i < table->ngroups; i++)
	{
		if (table->groups[i]->dirty)
			keys[n++] = table->groups[i]->key;
	}
	if (n == 0)
		return;
	aqumv_renew_snapshot(target);
	/* under HAVING there may be no row to notice others' changes on */
	if (table->follower->delta->query->havingQual != NULL)
		aqumv_require_latest_snapshot();
	aqumv_recompute(table->follower, keys, n, target->snapshot, take_row, &work);
	/* those that the computation did not return are empty */
	for (int i = 0; i < table->ngroups; i++)
	{
		GroupDelta *group = table->groups[i];

		if (!group->dirty || work.again)
			continue;
		if (group->exists)
		{
			fetch_locked(target, group);
			if (!aqumv_delete_row(target))
				elog(ERROR, "a locked row of a materialized view has been changed");
		}
		group->dirty = false;
		group->done = true;
	}
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

/*
 * An order that all sessions agree on: by hash, and by value where hashes are
 * the same.
 */
static int
compare_groups(const void *a, const void *b, void *arg)
{
	const GroupDelta *one = *(GroupDelta *const *) a;
	const GroupDelta *two = *(GroupDelta *const *) b;
	AqumvFollower *follower = ((GroupTable *) arg)->follower;

	if (one->hash != two->hash)
		return one->hash < two->hash ? -1 : 1;
	for (int i = 0; i < follower->nkeys; i++)
	{
		int32		result;

		if (one->key.nulls[i] || two->key.nulls[i])
			result = one->key.nulls[i] - two->key.nulls[i];
		else
			result = DatumGetInt32(FunctionCall2Coll(&follower->compare[i],
													 follower->collations[i],
													 one->key.values[i], two->key.values[i]));
		if (result != 0)
			return result;
	}
	return 0;
}

/*
 * Lock rows before looking at them?  Where others are writing the same ones, to
 * try without costs more than it saves.
 */
static bool
locks_first(GroupTable *table)
{
	AqumvFollower *follower = table->follower;

	if (follower->recomputes || table->doubtful)
		return true;
	if (follower->contended == 0)
		return false;
	follower->contended--;
	return true;
}

static void
fold_all(GroupTable *table, AqumvTarget *target)
{
	AqumvFollower *follower = table->follower;
	bool		more;

	do
	{
		more = false;
		for (int i = 0; i < table->ngroups; i++)
		{
			GroupDelta *group = table->groups[i];

			if (group->done)
				continue;
			CHECK_FOR_INTERRUPTS();
			if (follower->delta->query->havingQual != NULL)
			{
				lock_group(follower, group);
				aqumv_renew_snapshot(target);
			}
			if (!fold_group(table, target, group, locks_first(table)))
			{
				follower->contended = LOCK_FIRST;
				while (!fold_group(table, target, group, true))
					;
			}
			group->done = !group->dirty;
			ResetExprContext(follower->econtext);
		}
		recompute_groups(table, target);
		for (int i = 0; i < table->ngroups; i++)
			more = more || !table->groups[i]->done;
	} while (more);
}

static GroupTable *
make_table(AqumvFollower *follower, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "aqumv group deltas",
												  ALLOCSET_DEFAULT_SIZES);
	GroupTable *table = MemoryContextAllocZero(context, sizeof(GroupTable));

	table->follower = follower;
	table->context = context;
	table->room = INDEX_FROM;
	table->groups = MemoryContextAlloc(context, table->room * sizeof(GroupDelta *));
	return table;
}

static GroupTable *
find_pending(Oid view)
{
	ListCell   *lc;

	foreach(lc, pending)
	{
		GroupTable *table = lfirst(lc);

		if (table->follower->view == view)
			return table;
	}
	return NULL;
}

/* Put a change off.  The follower stays in use until it is folded. */
static GroupTable *
make_pending(AqumvFollower *follower)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	GroupTable *table = make_table(follower, TopTransactionContext);

	follower->users++;
	pending = lappend(pending, table);
	MemoryContextSwitchTo(old);
	return table;
}

static void
drop_table(GroupTable *table)
{
	AqumvFollower *follower = table->follower;

	if (list_member_ptr(pending, table))
	{
		pending = list_delete_ptr(pending, table);
		MemoryContextDelete(table->context);
		aqumv_release_follower(follower);
	}
	else
		MemoryContextDelete(table->context);
}

/*
 * Fold a change into a view with aggregates; or if other statements are still
 * writing the base, keep it for when the last of them has ended.  Until then
 * what is in the base is more than what we have been told.
 */
void
aqumv_fold_groups(AqumvFollower *follower, AqumvChange *change, bool last)
{
	GroupTable *table = find_pending(follower->view);
	AqumvTarget *target;
	MemoryContext old;

	if (table == NULL)
		table = last ? make_table(follower, CurrentMemoryContext) : make_pending(follower);
	old = MemoryContextSwitchTo(table->context);
	net_change(table, change);
	table->merge_inserted = table->merge_inserted || change->merge_inserted;
	table->merge_updated = table->merge_updated || change->merge_updated;
	if (!last)
	{
		MemoryContextSwitchTo(table->context);
		table->subids = aqumv_add_subid(table->subids);
	}
	if (last && table->merge_inserted && table->merge_updated)
		aqumv_fold_anew(table->follower, NULL);
	else if (last && table->ngroups > 0)
	{
		follower = table->follower;
		qsort_arg(table->groups, table->ngroups, sizeof(GroupDelta *), compare_groups, table);
		target = aqumv_open_target(follower->view, follower->index);
		MemoryContextSwitchTo(follower->econtext->ecxt_per_tuple_memory);
		fold_all(table, target);
		MemoryContextSwitchTo(table->context);
		aqumv_close_target(target);
	}
	MemoryContextSwitchTo(old);
	if (last)
		drop_table(table);
}

/*
 * A subtransaction has ended.  If something that has been put off was rolled
 * back with it, groups are what the base says.
 */
void
aqumv_end_sub_groups(SubTransactionId subid, SubTransactionId parent, bool aborted)
{
	ListCell   *lc;

	foreach(lc, pending)
	{
		GroupTable *table = lfirst(lc);

		if (aqumv_settle_subid(table->subids, subid, parent) && aborted)
			table->doubtful = true;
	}
}

/*
 * What statements that are under way have changed, and will tell us of, is to
 * be computed from the base.
 */
void
aqumv_put_off_groups(AqumvFollower *follower)
{
	GroupTable *table = find_pending(follower->view);

	if (table == NULL)
		table = make_pending(follower);
	table->doubtful = true;
}

bool
aqumv_groups_pending(Oid view)
{
	return OidIsValid(view) ? find_pending(view) != NULL : pending != NIL;
}

/*
 * The transaction has ended; the deltas themselves go with its memory.
 */
void
aqumv_forget_groups(void)
{
	ListCell   *lc;

	foreach(lc, pending)
		aqumv_release_follower(((GroupTable *) lfirst(lc))->follower);
	pending = NIL;
}
