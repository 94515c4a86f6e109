/*-------------------------------------------------------------------------
 *
 * deltastate.c
 *	  What does a row of the base mean for an incremental view?
 *
 *	  Deltas (delta.c) are compiled once per backend and view: no statement
 *	  parses or plans anything.  Compiled ones are dropped when the view, a
 *	  relation that it follows, or a function changes.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/nbtree.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "common/hashfn.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "algebra/expr.h"
#include "algebra/usercode.h"
#include "fresh/catalog.h"
#include "maintain/deltastate.h"
#include "maintain/hidden.h"
#include "maintain/nested.h"
#include "maintain/owner.h"
#include "hear.h"

typedef struct DeltaStateSlot
{
	Oid			view;			/* hash key */
	AqumvDeltaState *state;
} DeltaStateSlot;

static HTAB *state_slots = NULL;
static int	uses = 0;			/* of all states */

/* ------------------------------------------------------------------------
 * Invalidation
 * ------------------------------------------------------------------------
 */

static bool
follows(AqumvDeltaState *state, Oid relid)
{
	ListCell   *lc;

	if (relid == InvalidOid || state->view == relid || state->delta->base == relid)
		return true;
	foreach(lc, state->sources)
	{
		if (((AqumvSource *) lfirst(lc))->relid == relid)
			return true;
	}
	return false;
}

static void
forget_relation(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	DeltaStateSlot *slot;

	hash_seq_init(&status, state_slots);
	while ((slot = hash_seq_search(&status)) != NULL)
	{
		if (slot->state != NULL && follows(slot->state, relid))
			slot->state->valid = false;
	}
}

static void
forget_function(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	DeltaStateSlot *slot;

	hash_seq_init(&status, state_slots);
	while ((slot = hash_seq_search(&status)) != NULL)
	{
		if (slot->state != NULL && slot->state->calls_users)
			slot->state->valid = false;
	}
}

/*
 * Whoever was changing the view has gone with an error.
 */
void
aqumv_abandon_uses(AqumvDeltaState *state)
{
	ListCell   *lc;

	ResetExprContext(state->econtext);
	MemoryContextReset(state->work);
	state->spare = NULL;
	foreach(lc, state->sources)
		((AqumvSource *) lfirst(lc))->spare = NULL;
}

/* Whoever was using states has gone with an error. */
static void
end_of_transaction(XactEvent event, void *arg)
{
	HASH_SEQ_STATUS status;
	DeltaStateSlot *slot;

	if (uses == 0 || (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
					  event != XACT_EVENT_PREPARE))
		return;
	hash_seq_init(&status, state_slots);
	while ((slot = hash_seq_search(&status)) != NULL)
	{
		if (slot->state != NULL && slot->state->users > 0)
		{
			slot->state->users = 0;
			aqumv_abandon_uses(slot->state);
		}
	}
	uses = 0;
}

void
aqumv_deltastate_init(void)
{
	HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(DeltaStateSlot)};

	state_slots = hash_create("aqumv states", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	aqumv_hear_of_relations(forget_relation);
	RegisterXactCallback(end_of_transaction, NULL);
	aqumv_hear_of_catalog(PROCOID, forget_function);
	aqumv_hear_of_catalog(AGGFNOID, forget_function);
}

/* ------------------------------------------------------------------------
 * Compile
 * ------------------------------------------------------------------------
 */

static ExprState *
compile(Node *expr)
{
	return expr == NULL ? NULL : ExecInitExpr(expression_planner((Expr *) copyObject(expr)), NULL);
}

/* An earlier aggregate that looks at the same, as sum, count and average do. */
static int
find_same(AqumvDelta *delta, AqumvColumn *column)
{
	for (int i = 0; i < column->attno - 1; i++)
	{
		AqumvColumn *other = &delta->columns[i];

		if (other->kind == AQUMV_COLUMN_AGGREGATE && other->fold != AQUMV_FOLD_RECOMPUTE &&
			equal(other->argument, column->argument) && equal(other->filter, column->filter))
			return i;
	}
	return -1;
}

static void
compile_term(AqumvDeltaState *state, AqumvColumn *column, AqumvTerm *term)
{
	Node	   *value = column->kind == AQUMV_COLUMN_AGGREGATE ? (Node *) column->argument :
		column->expr;

	if (column->kind != AQUMV_COLUMN_AGGREGATE || column->fold != AQUMV_FOLD_RECOMPUTE)
		term->value = compile(value);
	term->filter = compile((Node *) column->filter);
	if (value != NULL)
	{
		get_typlenbyval(exprType(value), &term->typlen, &term->byval);
		if (aqumv_may_nest(exprType(value)))
			term->nested = exprType(value);
	}
	term->same = -1;
	if (column->kind != AQUMV_COLUMN_AGGREGATE)
		return;
	if (column->fold != AQUMV_FOLD_RECOMPUTE)
		term->same = find_same(state->delta, column);
	term->unpack = term->value != NULL && exprType(value) == NUMERICOID;
	if (OidIsValid(column->aggregate.add))
		fmgr_info(column->aggregate.add, &term->add);
	if (OidIsValid(column->aggregate.subtract))
		fmgr_info(column->aggregate.subtract, &term->subtract);
	if (OidIsValid(column->aggregate.better))
		fmgr_info(get_opcode(column->aggregate.better), &term->better);
	if (column->fold != AQUMV_FOLD_COUNT && column->fold != AQUMV_FOLD_SUM &&
		column->fold != AQUMV_FOLD_SCALES)
		state->recomputes = true;
}

static void
compile_keys(AqumvDeltaState *state, Relation index)
{
	AqumvDelta *delta = state->delta;

	state->nkeys = index->rd_index->indnkeyatts;
	state->keys = palloc(state->nkeys * sizeof(AttrNumber));
	state->equal = palloc0(state->nkeys * sizeof(FmgrInfo));
	state->compare = palloc0(state->nkeys * sizeof(FmgrInfo));
	state->hash = palloc0(state->nkeys * sizeof(FmgrInfo));
	state->collations = palloc(state->nkeys * sizeof(Oid));
	for (int i = 0; i < state->nkeys; i++)
	{
		AqumvColumn *column = &delta->columns[index->rd_index->indkey.values[i] - 1];
		Oid			type = index->rd_opcintype[i];
		Oid			eqop = get_opfamily_member(index->rd_opfamily[i], type, type,
											   BTEqualStrategyNumber);
		Oid			hash;

		state->keys[i] = column->attno;
		state->collations[i] = index->rd_indcollation[i];
		fmgr_info(get_opcode(eqop), &state->equal[i]);
		fmgr_info(get_opfamily_proc(index->rd_opfamily[i], type, type, BTORDER_PROC),
				  &state->compare[i]);
		/* not every array or record can be hashed */
		if (op_hashjoinable(eqop, type == ANYARRAYOID || type == RECORDOID || type == ANYRANGEOID ||
							type == ANYENUMOID || type == ANYMULTIRANGEOID ?
							exprType(column->expr) : type) &&
			get_op_hash_functions(eqop, &hash, NULL))
			fmgr_info(hash, &state->hash[i]);
		if (!aqumv_equality_is_bitwise(eqop, exprType(column->expr), state->collations[i]))
			state->key_bitwise = false;
	}
}

/*
 * The index that rows are found with: any that fits, whatever its name.  Its
 * order of columns becomes the order of the state's keys.  And what do the
 * indexes demand of rows?
 */
static AqumvReason *
find_index(AqumvDeltaState *state, Relation rel)
{
	AqumvDelta *delta = state->delta;
	bool		all = delta->grain == AQUMV_GRAIN_ALL;
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		if (!all && !OidIsValid(state->index) && aqumv_index_fits(index, rel, delta))
		{
			state->index = RelationGetRelid(index);
			state->arbiters = lcons_oid(state->index, state->arbiters);
			compile_keys(state, index);
		}
		else if (!all && aqumv_index_never_objects(index, rel, delta))
			state->arbiters = lappend_oid(state->arbiters, RelationGetRelid(index));
		else if (aqumv_may_refuse(index))
			state->may_refuse = true;
		aqumv_add_limit(&state->limits, index);
		index_close(index, AccessShareLock);
	}
	if (!all && !OidIsValid(state->index))
		return aqumv_reason(AQUMV_VIEW_SHAPE,
							"the view lacks the index that finds the rows that a write changes");
	return NULL;
}

static AqumvReason *
compile_state(AqumvDeltaState *state, AqumvView *view, Relation rel)
{
	AqumvDelta *delta;
	AqumvReason *reason;

	/* constants that follow from zones are computed here, once and for all */
	if (view->summary != NULL && view->summary->needs_timezone &&
		(state->timezone = aqumv_read_timezone(view->view)) != NULL)
		aqumv_set_time_zone(state->timezone);
	reason = aqumv_make_delta(linitial_node(Query, rel->rd_rules->rules[0]->actions), &delta);
	if (reason != NULL)
		return reason;
	state->delta = delta;
	state->view = view->view;
	state->owner = view->owner;
	state->desc = CreateTupleDescCopy(RelationGetDescr(rel));
	state->calls_users = view->runs_users_code;
	state->recomputes = delta->query->havingQual != NULL;
	state->key_bitwise = true;
	if ((reason = find_index(state, rel)) != NULL)
		return reason;
	state->econtext = CreateStandaloneExprContext();
	if (delta->where != NIL)
		state->where = ExecInitQual((List *)
									expression_planner((Expr *) copyObject(delta->where)),
									NULL);
	state->terms = palloc0(delta->ncolumns * sizeof(AqumvTerm));
	for (int i = 0; i < delta->ncolumns; i++)
		compile_term(state, &delta->columns[i], &state->terms[i]);
	return NULL;
}

static void
free_state(AqumvDeltaState *state)
{
	ListCell   *lc;

	FreeExprContext(state->econtext, true);
	foreach(lc, state->sources)
	{
		AqumvSource *source = lfirst(lc);

		if (source->converted != NULL)
			ExecDropSingleTupleTableSlot(source->converted);
	}
	MemoryContextDelete(state->context);
}

/*
 * The state of a view on which the caller holds a lock.  It stays as it is
 * until it is released.  Or the reason why the view cannot be maintained any
 * more, with its sentence.  The caller has become the view's owner.
 */
AqumvReason *
aqumv_get_deltastate(AqumvView *view, AqumvDeltaState **result)
{
	DeltaStateSlot *slot;
	AqumvDeltaState *state;
	MemoryContext context,
				old;
	Relation	rel;
	AqumvReason *reason;
	bool		found;

	slot = hash_search(state_slots, &view->view, HASH_FIND, NULL);
	if (slot != NULL && slot->state != NULL && slot->state->valid)
	{
		aqumv_hold_deltastate(slot->state);
		*result = slot->state;
		return NULL;
	}

	rel = table_open(view->view, NoLock);
	context = AllocSetContextCreate(CurrentMemoryContext, "aqumv state",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	state = palloc0(sizeof(AqumvDeltaState));
	state->context = context;
	state->work = AllocSetContextCreate(context, "aqumv state's work",
										ALLOCSET_SMALL_SIZES);
	AQUMV_BEGIN_MESSAGES(true);
	{
		reason = compile_state(state, view, rel);
	}
	AQUMV_END_MESSAGES();
	MemoryContextSwitchTo(old);
	table_close(rel, NoLock);
	if (reason != NULL)
		return reason;			/* in that context, which is the caller's */

	state->valid = true;
	aqumv_hold_deltastate(state);
	MemoryContextSetParent(context, CacheMemoryContext);
	slot = hash_search(state_slots, &view->view, HASH_ENTER, &found);
	if (found && slot->state != NULL && slot->state->users == 0)
		free_state(slot->state);
	slot->state = *result = state;
	return NULL;
}

/*
 * It has got one more user.
 */
void
aqumv_hold_deltastate(AqumvDeltaState *state)
{
	state->users++;
	uses++;
}

void
aqumv_release_deltastate(AqumvDeltaState *state)
{
	state->users--;
	uses--;
	/* what is there may belong to another user */
	if (state->users == 0)
		ResetExprContext(state->econtext);
	/* others may have taken its place in the cache by now */
	if (!state->valid && state->users == 0)
	{
		DeltaStateSlot *slot = hash_search(state_slots, &state->view, HASH_FIND, NULL);

		if (slot != NULL && slot->state == state)
			slot->state = NULL;
		free_state(state);
	}
}

/* ------------------------------------------------------------------------
 * Sources
 * ------------------------------------------------------------------------
 */

/*
 * How rows of a relation (the base, an ancestor or a partition of it) become
 * rows of the base.
 */
AqumvSource *
aqumv_get_source(AqumvDeltaState *state, Relation rel)
{
	AqumvSource *source;
	MemoryContext old;
	Relation	base;
	ListCell   *lc;

	foreach(lc, state->sources)
	{
		source = lfirst(lc);
		if (source->relid == RelationGetRelid(rel))
			return source;
	}

	base = table_open(state->delta->base, AccessShareLock);
	old = MemoryContextSwitchTo(state->context);
	source = palloc0(sizeof(AqumvSource));
	source->relid = RelationGetRelid(rel);
	/* with what rows lack that are older than a column */
	source->desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
	if (source->relid != state->delta->base)
	{
		source->map = convert_tuples_by_name(CreateTupleDescCopy(RelationGetDescr(rel)),
											 CreateTupleDescCopy(RelationGetDescr(base)));
		if (source->map != NULL)
			source->converted = MakeSingleTupleTableSlot(source->map->outdesc, &TTSOpsVirtual);
		if (base->rd_rel->relispartition &&
			list_member_oid(get_partition_ancestors(RelationGetRelid(base)), source->relid))
		{
			List	   *bounds = RelationGetPartitionQual(base);

			/* what the table's owner has made does not run as the view's */
			source->sieved = aqumv_calls_users_code((Node *) bounds);
			if (!source->sieved)
				source->belongs = ExecInitQual((List *) expression_planner((Expr *) bounds), NULL);
		}
	}
	state->sources = lappend(state->sources, source);
	MemoryContextSwitchTo(old);
	table_close(base, AccessShareLock);
	return source;
}
