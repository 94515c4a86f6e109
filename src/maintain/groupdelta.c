/*-------------------------------------------------------------------------
 *
 * groupdelta.c
 *	  What does a statement change about each group of a view?
 *
 *	  The rows that it took away and brought are netted: one delta per group,
 *	  whatever their number.  Nothing here looks at the view's rows.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "maintain/groupdelta.h"
#include "maintain/hidden.h"
#include "maintain/image.h"
#include "maintain/change.h"

static bool same_key(AqumvNet *net, const AqumvGroupKey *a, const AqumvGroupKey *b);

typedef struct GroupIndexEntry
{
	AqumvGroupDelta *group;
	char		status;
} GroupIndexEntry;

#define SH_PREFIX group_index
#define SH_ELEMENT_TYPE GroupIndexEntry
#define SH_KEY_TYPE AqumvGroupDelta *
#define SH_KEY group
#define SH_HASH_KEY(tb, key) (key)->hash
#define SH_EQUAL(tb, a, b) ((a)->hash == (b)->hash && \
	same_key((AqumvNet *) (tb)->private_data, &(a)->key, &(b)->key))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

#define INDEX_FROM 8			/* groups */
#define ACCUMULATE_FROM 3		/* numbers */

/*
 * Nothing yet.  It lives in the given context, and so do the deltas.
 */
AqumvNet *
aqumv_make_net(AqumvDeltaState *state, MemoryContext context)
{
	AqumvNet   *net = MemoryContextAllocZero(context, sizeof(AqumvNet));

	net->state = state;
	net->context = context;
	net->room = INDEX_FROM;
	net->groups = MemoryContextAlloc(context, net->room * sizeof(AqumvGroupDelta *));
	return net;
}

static bool
same_key(AqumvNet *net, const AqumvGroupKey *a, const AqumvGroupKey *b)
{
	AqumvDeltaState *state = net->state;

	for (int i = 0; i < state->nkeys; i++)
	{
		if (a->nulls[i] != b->nulls[i] ||
			(!a->nulls[i] &&
			 !DatumGetBool(FunctionCall2Coll(&state->equal[i], state->collations[i],
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

static AqumvGroupDelta *
add_group(AqumvNet *net, const AqumvGroupKey *key, uint32 hash)
{
	AqumvDeltaState *state = net->state;
	MemoryContext old = MemoryContextSwitchTo(net->context);
	AqumvGroupDelta *group = palloc0(offsetof(AqumvGroupDelta, terms) +
									 state->delta->ncolumns * sizeof(AqumvTermDelta));

	group->hash = hash;
	group->key.values = palloc(Max(state->nkeys, 1) * sizeof(Datum));
	group->key.nulls = palloc(Max(state->nkeys, 1) * sizeof(bool));
	for (int i = 0; i < state->nkeys; i++)
	{
		group->key.nulls[i] = key->nulls[i];
		group->key.values[i] = key->nulls[i] ? (Datum) 0 :
			copy_value(&state->terms[state->keys[i] - 1], key->values[i]);
	}
	if (net->ngroups == net->room)
	{
		net->room *= 2;
		net->groups = repalloc_huge(net->groups, net->room * sizeof(AqumvGroupDelta *));
	}
	net->groups[net->ngroups++] = group;
	MemoryContextSwitchTo(old);
	return group;
}

static AqumvGroupDelta *
find_group(AqumvNet *net, const AqumvGroupKey *key, uint32 hash)
{
	AqumvGroupDelta probe = {.hash = hash,.key = *key};
	GroupIndexEntry *entry;

	if (net->index != NULL)
	{
		entry = group_index_lookup(net->index, &probe);
		return entry == NULL ? NULL : entry->group;
	}
	for (int i = 0; i < net->ngroups; i++)
	{
		if (net->groups[i]->hash == hash && same_key(net, &net->groups[i]->key, key))
			return net->groups[i];
	}
	return NULL;
}

/*
 * The delta of a group, or NULL.
 */
AqumvGroupDelta *
aqumv_find_group(AqumvNet *net, const AqumvGroupKey *key)
{
	return find_group(net, key, aqumv_hash_keys(net->state, key->values, key->nulls));
}

/* The delta of a group, made if there is none yet. */
static AqumvGroupDelta *
get_group(AqumvNet *net, const AqumvGroupKey *key)
{
	uint32		hash = aqumv_hash_keys(net->state, key->values, key->nulls);
	AqumvGroupDelta *group = find_group(net, key, hash);
	bool		found;

	if (group != NULL)
		return group;
	group = add_group(net, key, hash);
	if (net->index != NULL)
		group_index_insert(net->index, group, &found);
	else if (net->ngroups >= INDEX_FROM)
	{
		net->index = group_index_create(net->context, 4 * INDEX_FROM, net);
		for (int i = 0; i < net->ngroups; i++)
			group_index_insert(net->index, net->groups[i], &found);
	}
	return group;
}

/* Replace a value that lives as long as the net change. */
static void
set_value(AqumvNet *net, AqumvTerm *term, Datum *place, bool *has, Datum value)
{
	MemoryContext old = MemoryContextSwitchTo(net->context);
	Datum		copy = copy_value(term, value);

	if (*has && !term->byval)
		pfree(DatumGetPointer(*place));
	*place = copy;
	*has = true;
	MemoryContextSwitchTo(old);
}

static void
count_scale(AqumvNet *net, AqumvTermDelta *delta, int scale, int sign)
{
	if (scale < 0)
		return;
	if (scale >= delta->nscales)
	{
		int64	   *scales = MemoryContextAllocZero(net->context, (scale + 1) * sizeof(int64));

		if (delta->nscales > 0)
			memcpy(scales, delta->scales, delta->nscales * sizeof(int64));
		delta->scales = scales;
		delta->nscales = scale + 1;
	}
	delta->scales[scale] += sign;
}

/* Sums are added to where they stand, until there are many numbers. */
static void
add_to_sum(AqumvNet *net, AqumvColumn *column, AqumvTerm *term, AqumvTermDelta *delta,
		   Datum value, bool forward)
{
	bool		is_numeric = term->add.fn_oid == F_NUMERIC_ADD;

	if (!forward && ((Aggref *) column->expr)->aggtype == NUMERICOID &&
		aqumv_scale(value) < 0)
		delta->lost_special = true;
	if (is_numeric && delta->nsummed >= ACCUMULATE_FROM)
	{
		AqumvNumericSum **sum = forward ? &delta->came : &delta->went;

		*sum = aqumv_sum_numeric(*sum, value, net->context);
		return;
	}
	delta->nsummed++;
	if (delta->has_sum)
		value = FunctionCall2(forward ? &term->add : &term->subtract, delta->sum, value);
	else if (!forward && is_numeric)
		value = DirectFunctionCall1(numeric_uminus, value);
	else if (!forward)
		value = FunctionCall2(&term->subtract,
							  FunctionCall2(&term->subtract, value, value), value);
	set_value(net, term, &delta->sum, &delta->has_sum, value);
}

static void
add_input(AqumvNet *net, AqumvColumn *column, AqumvTerm *term, AqumvTermDelta *delta,
		  Datum value, int sign)
{
	bool		forward = sign > 0;

	switch (column->fold)
	{
		case AQUMV_FOLD_SCALES:
			count_scale(net, delta, aqumv_scale(value), sign);
			return;
		case AQUMV_FOLD_SUM:
			add_to_sum(net, column, term, delta, value, forward);
			return;
		case AQUMV_FOLD_ABSORB:
		case AQUMV_FOLD_EXTREME:
			if (forward)
			{
				if (delta->has_sum)
					value = FunctionCall2Coll(&term->add, column->collation, delta->sum, value);
				set_value(net, term, &delta->sum, &delta->has_sum, value);
			}
			else if (column->fold == AQUMV_FOLD_EXTREME &&
					 (!delta->has_worst ||
					  DatumGetBool(FunctionCall2Coll(&term->better, column->collation,
													 value, delta->worst))))
				set_value(net, term, &delta->worst, &delta->has_worst, value);
			return;
		default:
			return;
	}
}

/* One row came (sign 1) or went (-1). */
static void
add_row(AqumvNet *net, const AqumvImage *image, int sign)
{
	AqumvDeltaState *state = net->state;
	AqumvDelta *delta = state->delta;
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];
	AqumvGroupKey key = {values, nulls};
	AqumvGroupDelta *group;
	MemoryContext old;

	if (!image->belongs)
		return;
	for (int i = 0; i < state->nkeys; i++)
	{
		values[i] = image->values[state->keys[i] - 1];
		nulls[i] = image->nulls[state->keys[i] - 1];
	}
	old = MemoryContextSwitchTo(state->econtext->ecxt_per_tuple_memory);
	group = get_group(net, &key);
	if (sign > 0)
		group->added++;
	else
		group->removed++;
	for (int i = 0; i < delta->ncolumns; i++)
	{
		AqumvColumn *column = &delta->columns[i];
		AqumvTermDelta *term = &group->terms[i];

		if (column->kind != AQUMV_COLUMN_AGGREGATE || !image->counted[i] ||
			(column->argument != NULL && column->fold != AQUMV_FOLD_RECOMPUTE && image->nulls[i]))
			continue;
		term->count += sign;
		if (sign < 0)
			term->lost = true;
		if (column->argument != NULL)
			add_input(net, column, &state->terms[i], term, image->values[i], sign);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Net the rows of a change.
 */
void
aqumv_net_change(AqumvNet *net, AqumvChange *change)
{
	AqumvChangeScan *scan = aqumv_begin_change_scan(net->state, change);

	while (aqumv_read_on(scan))
	{
		add_row(net, scan->before, -1);
		add_row(net, scan->after, 1);
	}
	aqumv_end_change_scan(scan);
}

/* By hash, and by value where hashes are the same. */
static int
compare_groups(const void *a, const void *b, void *arg)
{
	const AqumvGroupDelta *one = *(AqumvGroupDelta *const *) a;
	const AqumvGroupDelta *two = *(AqumvGroupDelta *const *) b;
	AqumvDeltaState *state = ((AqumvNet *) arg)->state;

	if (one->hash != two->hash)
		return one->hash < two->hash ? -1 : 1;
	for (int i = 0; i < state->nkeys; i++)
	{
		int32		result;

		if (one->key.nulls[i] || two->key.nulls[i])
			result = one->key.nulls[i] - two->key.nulls[i];
		else
			result = DatumGetInt32(FunctionCall2Coll(&state->compare[i],
													 state->collations[i],
													 one->key.values[i], two->key.values[i]));
		if (result != 0)
			return result;
	}
	return 0;
}

static void
finish_sum(AqumvNet *net, AqumvTerm *term, AqumvTermDelta *delta)
{
	Datum		sum = delta->sum;

	if (delta->came == NULL && delta->went == NULL)
		return;
	if (delta->came != NULL)
		sum = DirectFunctionCall2(numeric_add, sum, aqumv_numeric_sum(delta->came));
	if (delta->went != NULL)
		sum = DirectFunctionCall2(numeric_sub, sum, aqumv_numeric_sum(delta->went));
	set_value(net, term, &delta->sum, &delta->has_sum, sum);
	delta->came = delta->went = NULL;
}

/*
 * There is no more to come: sums are completed, and groups put in an order that
 * all sessions agree on.
 */
void
aqumv_finish_net(AqumvNet *net)
{
	AqumvDeltaState *state = net->state;

	for (int i = 0; i < net->ngroups; i++)
	{
		for (int j = 0; j < state->delta->ncolumns; j++)
			finish_sum(net, &state->terms[j], &net->groups[i]->terms[j]);
	}
	if (net->ngroups > 1)
		qsort_arg(net->groups, net->ngroups, sizeof(AqumvGroupDelta *), compare_groups, net);
}
