/*-------------------------------------------------------------------------
 *
 * rows.c
 *	  Fold changes of the base into a view without aggregates.
 *
 *	  Each row of the view is one row of the base.  Where the view has the
 *	  columns of a unique key it is found by that; otherwise by a hash of its
 *	  bits, and of rows that are alike any will do.
 *
 *	  Rows go before others come, so that keys that change places do not
 *	  collide; so those that come may be inserted many at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/datum.h"

#include "maintain/anew.h"
#include "maintain/attempt.h"
#include "maintain/hidden.h"
#include "maintain/image.h"
#include "maintain/putoff.h"
#include "maintain/change.h"
#include "maintain/recompute.h"
#include "maintain/rows.h"
#include "maintain/viewrows.h"

/* a row of the view that comes (net > 0) or goes (net < 0), so many times */
typedef struct RowDelta
{
	uint32		hash;
	int64		net;
	Datum	   *values;			/* by attno - 1 */
	bool	   *nulls;
} RowDelta;

typedef struct RowIndexEntry
{
	RowDelta   *row;
	char		status;
} RowIndexEntry;

typedef struct RowTable
{
	AqumvDeltaState *state;
	MemoryContext context;
	struct row_index_hash *rows;
} RowTable;

static bool same_row(AqumvDeltaState *state, RowDelta *a, RowDelta *b);

#define SH_PREFIX row_index
#define SH_ELEMENT_TYPE RowIndexEntry
#define SH_KEY_TYPE RowDelta *
#define SH_KEY row
#define SH_HASH_KEY(tb, key) (key)->hash
#define SH_EQUAL(tb, a, b) ((a)->hash == (b)->hash && \
	same_row(((RowTable *) (tb)->private_data)->state, a, b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* ------------------------------------------------------------------------
 * One row
 * ------------------------------------------------------------------------
 */

static TupleTableSlot *
store_row(AqumvTarget *target, const Datum *values, const bool *nulls)
{
	TupleTableSlot *slot = target->new_row;
	int			n = slot->tts_tupleDescriptor->natts;

	ExecClearTuple(slot);
	memcpy(slot->tts_values, values, n * sizeof(Datum));
	memcpy(slot->tts_isnull, nulls, n * sizeof(bool));
	return ExecStoreVirtualTuple(slot);
}

static uint32
row_hash(AqumvDeltaState *state, const Datum *values, const bool *nulls)
{
	Datum		key_values[INDEX_MAX_KEYS];
	bool		key_nulls[INDEX_MAX_KEYS];

	for (int i = 0; i < state->nkeys; i++)
	{
		key_values[i] = values[state->keys[i] - 1];
		key_nulls[i] = nulls[state->keys[i] - 1];
	}
	return aqumv_hash_keys(state, key_values, key_nulls);
}

/* Find the row with the key of this one. */
static void
find_row(AqumvDeltaState *state, AqumvTarget *target, const Datum *values, const bool *nulls,
		 bool lock)
{
	Datum		key_values[INDEX_MAX_KEYS];
	bool		key_nulls[INDEX_MAX_KEYS];
	AqumvKeys	keys = {.n = state->nkeys,.values = key_values,.nulls = key_nulls,
	.attnos = state->keys,.equal = state->equal,.collations = state->collations};

	for (int i = 0; i < state->nkeys; i++)
	{
		key_values[i] = values[state->keys[i] - 1];
		key_nulls[i] = nulls[state->keys[i] - 1];
	}
	keys.hash = aqumv_hash_keys(state, key_values, key_nulls);
	if (!aqumv_find_row(target, &keys, lock))
		aqumv_raise_inconsistent(target);
}

/* Remove n rows like this one. */
static void
remove_rows(AqumvDeltaState *state, AqumvTarget *target, const Datum *values,
			const bool *nulls, int64 n)
{
	AttrNumber	hash = state->delta->hash;
	bool		lock = false;

	if (hash != 0)
	{
		if (!aqumv_delete_images(target, DatumGetInt64(values[hash - 1]), values, nulls, n))
			aqumv_raise_inconsistent(target);
		return;
	}
	do
	{
		find_row(state, target, values, nulls, lock);
		lock = true;
	} while (!aqumv_delete_row(target));
}

static void
replace_row(AqumvDeltaState *state, AqumvTarget *target, const AqumvImage *before,
			const AqumvImage *after)
{
	bool		lock = false;

	do
	{
		find_row(state, target, before->values, before->nulls, lock);
		lock = true;
	} while (!aqumv_update_row(target, store_row(target, after->values, after->nulls),
							   row_hash(state, after->values, after->nulls)));
}

/* Do two rows have the same key, bit by bit? */
static bool
same_key(AqumvDeltaState *state, const AqumvImage *a, const AqumvImage *b)
{
	for (int i = 0; i < state->nkeys; i++)
	{
		int			at = state->keys[i] - 1;
		AqumvTerm  *term = &state->terms[at];

		if (a->nulls[at] || b->nulls[at] ||
			!aqumv_same_image(a->values[at], b->values[at], term->byval, term->typlen))
			return false;
	}
	return state->delta->hash == 0;
}

/* ------------------------------------------------------------------------
 * Net
 * ------------------------------------------------------------------------
 */

static RowDelta *
copy_row(AqumvDeltaState *state, const AqumvImage *image)
{
	int			n = state->delta->ncolumns;
	RowDelta   *row = palloc0(sizeof(RowDelta));

	row->values = palloc(n * sizeof(Datum));
	row->nulls = palloc(n * sizeof(bool));
	for (int i = 0; i < n; i++)
	{
		row->nulls[i] = image->nulls[i];
		row->values[i] = image->nulls[i] ? (Datum) 0 :
			datumCopy(image->values[i], state->terms[i].byval, state->terms[i].typlen);
	}
	return row;
}

static bool
same_row(AqumvDeltaState *state, RowDelta *a, RowDelta *b)
{
	for (int i = 0; i < state->delta->ncolumns; i++)
	{
		AqumvTerm  *term = &state->terms[i];

		if (a->nulls[i] != b->nulls[i] ||
			(!a->nulls[i] && !aqumv_same_image(a->values[i], b->values[i],
											   term->byval, term->typlen)))
			return false;
	}
	return true;
}

static uint32
hash_row(AqumvDeltaState *state, const AqumvImage *image)
{
	uint32		hash = 0;

	for (int i = 0; i < state->delta->ncolumns; i++)
	{
		AqumvTerm  *term = &state->terms[i];

		hash = hash_combine(hash, image->nulls[i] ? 1 :
							aqumv_hash_image(image->values[i], term->byval, term->typlen));
	}
	return hash;
}

static RowTable *
make_table(AqumvDeltaState *state, MemoryContext context)
{
	RowTable   *table = MemoryContextAlloc(context, sizeof(RowTable));

	table->state = state;
	table->context = context;
	table->rows = row_index_create(context, 16, table);
	return table;
}

static void
net_row(RowTable *table, const AqumvImage *image, int sign)
{
	MemoryContext old;
	RowDelta	probe = {.hash = hash_row(table->state, image),
	.values = image->values,.nulls = image->nulls};
	RowIndexEntry *entry;
	bool		found;

	entry = row_index_lookup(table->rows, &probe);
	if (entry == NULL)
	{
		RowDelta   *row;

		old = MemoryContextSwitchTo(table->context);
		row = copy_row(table->state, image);
		row->hash = probe.hash;
		entry = row_index_insert(table->rows, row, &found);
		MemoryContextSwitchTo(old);
	}
	entry->row->net += sign;
}

static void
net_change(RowTable *table, AqumvChange *change)
{
	AqumvChangeScan *scan = aqumv_begin_change_scan(table->state, change);

	while (aqumv_read_on(scan))
	{
		if (scan->before->belongs)
			net_row(table, scan->before, -1);
		if (scan->after->belongs)
			net_row(table, scan->after, 1);
	}
	aqumv_end_change_scan(scan);
}

/* Add what another table says, which stays as it is. */
static void
add_net(RowTable *table, RowTable *more)
{
	row_index_iterator iterator;
	RowIndexEntry *entry;

	row_index_start_iterate(more->rows, &iterator);
	while ((entry = row_index_iterate(more->rows, &iterator)) != NULL)
	{
		RowIndexEntry *present = row_index_lookup(table->rows, entry->row);
		bool		found;

		if (present == NULL)
		{
			RowDelta   *row = MemoryContextAlloc(table->context, sizeof(RowDelta));

			*row = *entry->row;
			(void) row_index_insert(table->rows, row, &found);
		}
		else
			present->row->net += entry->row->net;
	}
}

/* Delete what goes, then insert what comes. */
static void
apply_net(RowTable *table, AqumvTarget *target)
{
	AqumvDeltaState *state = table->state;
	row_index_iterator iterator;
	RowIndexEntry *entry;

	for (int sign = -1; sign <= 1; sign += 2)
	{
		row_index_start_iterate(table->rows, &iterator);
		while ((entry = row_index_iterate(table->rows, &iterator)) != NULL)
		{
			RowDelta   *row = entry->row;

			CHECK_FOR_INTERRUPTS();
			if (sign < 0 && row->net < 0)
				remove_rows(state, target, row->values, row->nulls, -row->net);
			for (int64 n = row->net; sign > 0 && n > 0; n--)
				aqumv_insert_row(target, store_row(target, row->values, row->nulls));
		}
	}
	aqumv_insert_rest(target);
}


/* ------------------------------------------------------------------------
 * A statement by itself
 * ------------------------------------------------------------------------
 */

/*
 * Apply one pair.  An UPDATE's rows that come, or whose key changes, are netted
 * and put off, and so is all that follows: a row can be told of twice, under
 * its new key the second time (a foreign key's cascade to the same table).
 */
static void
apply_pair(AqumvDeltaState *state, AqumvTarget *target, const AqumvChangeScan *pair,
		   MemoryContext context, RowTable **later)
{
	const AqumvImage *before = pair->before;
	const AqumvImage *after = pair->after;
	bool		in_place = before->belongs && after->belongs &&
		same_key(state, before, after);

	if (*later == NULL && pair->updating && after->belongs && !in_place)
		*later = make_table(state, context);
	if (*later != NULL)
	{
		if (before->belongs)
			net_row(*later, before, -1);
		if (after->belongs)
			net_row(*later, after, 1);
	}
	else if (in_place)
		replace_row(state, target, before, after);
	else if (before->belongs)
		remove_rows(state, target, before->values, before->nulls, 1);
	else if (after->belongs)
		aqumv_insert_row(target, store_row(target, after->values, after->nulls));
}

static void
apply_change(AqumvDeltaState *state, void *arg)
{
	AqumvChange *change = arg;
	AqumvChangeScan *scan = aqumv_begin_change_scan(state, change);
	AqumvTarget *target = NULL;
	RowTable   *later = NULL;
	MemoryContext context = CurrentMemoryContext;

	while (aqumv_read_on(scan))
	{
		if (target == NULL)
			target = aqumv_open_target(state, state->index);
		MemoryContextSwitchTo(state->econtext->ecxt_per_tuple_memory);
		apply_pair(state, target, scan, context, &later);
		MemoryContextSwitchTo(context);
	}
	aqumv_end_change_scan(scan);
	if (target != NULL)
		aqumv_insert_rest(target);
	if (later != NULL)
	{
		/* rows that were changed in place may go now */
		aqumv_renew_snapshot(target);
		apply_net(later, target);
	}
	if (target != NULL)
		aqumv_close_target(target);
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

/* Are several rows taken away that may be alike? */
static bool
may_be_alike(AqumvDeltaState *state, AqumvChange *change)
{
	return state->delta->hash != 0 && change->removed != NULL &&
		tuplestore_tuple_count(change->removed) > 1;
}

static void
fold_net(AqumvDeltaState *state, void *table)
{
	AqumvTarget *target = aqumv_open_target(state, state->index);

	apply_net(table, target);
	aqumv_close_target(target);
}

/* What all subtransactions that count have told. */
static RowTable *
sum_of_layers(AqumvPutOff *putoff)
{
	RowTable   *sum = NULL;
	ListCell   *lc;

	foreach(lc, putoff->layers)
	{
		RowTable   *table = ((AqumvLayer *) lfirst(lc))->net;

		if (sum == NULL && list_length(putoff->layers) > 1)
			sum = make_table(putoff->state, putoff->context);
		else if (sum == NULL)
			return table;
		add_net(sum, table);
	}
	return sum;
}

/*
 * Fold a change into a view without aggregates; or if other statements are
 * still writing the base, keep it for when the last of them has ended: a row
 * may go before we have been told that it came.
 */
char *
aqumv_fold_rows(AqumvDeltaState *state, AqumvChange *change, bool last)
{
	AqumvPutOff *putoff;
	AqumvLayer *layer;
	char	   *objection;

	if (last && !aqumv_is_put_off(state->view) && !may_be_alike(state, change))
		return aqumv_attempt_change(state, apply_change, change);
	putoff = aqumv_get_putoff(state, last);
	layer = aqumv_get_layer(putoff);
	if (layer->net == NULL)
		layer->net = make_table(putoff->state, layer->context);
	net_change(layer->net, change);
	aqumv_note_putoff(putoff, change);
	if (!last)
		return NULL;
	if (putoff->doubtful || putoff->unreliable)
		objection = aqumv_fold_anew(putoff->state);
	else
		objection = aqumv_attempt_change(putoff->state, fold_net, sum_of_layers(putoff));
	aqumv_drop_putoff(putoff);
	return objection;
}
