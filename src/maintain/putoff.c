/*-------------------------------------------------------------------------
 *
 * putoff.c
 *	  What do immediate views still have to be told?
 *
 *	  While a statement writes the base, what is in it is more than what the
 *	  triggers have told; so the changes of statements that end meanwhile are
 *	  put off until the last has ended.  If some of what was put off is rolled
 *	  back, nobody knows any more what the rest comes to: it is "doubtful", and
 *	  what the base says is computed instead; of groups that costs little.  Of a
 *	  view of rows all would have to be computed, so its changes are kept apart by
 *	  subtransaction, in layers, and those that are rolled back go.  If all goes,
 *	  the change is forgotten.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "maintain/putoff.h"

/* what has been put off */
static List *putoffs = NIL;		/* of AqumvPutOff, in TopTransactionContext */

static AqumvPutOff *
find_putoff(Oid view)
{
	ListCell   *lc;

	foreach(lc, putoffs)
	{
		AqumvPutOff *putoff = lfirst(lc);

		if (putoff->state->view == view)
			return putoff;
	}
	return NULL;
}

static AqumvPutOff *
make_putoff(AqumvDeltaState *state, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "aqumv net change",
												  ALLOCSET_DEFAULT_SIZES);
	AqumvPutOff *putoff = MemoryContextAllocZero(context, sizeof(AqumvPutOff));

	putoff->state = state;
	putoff->context = context;
	return putoff;
}

/* The state stays in use until the change is folded. */
static AqumvPutOff *
make_put_off(AqumvDeltaState *state)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	AqumvPutOff *putoff = make_putoff(state, TopTransactionContext);

	aqumv_hold_deltastate(state);
	putoff->put_off = true;
	putoffs = lappend(putoffs, putoff);
	MemoryContextSwitchTo(old);
	return putoff;
}

/*
 * Whatever the current subtransaction is about to do with a change that is put
 * off, be it to add to it or to fold it, comes to nothing if it is rolled back;
 * so this has to be known before.
 */
static void
note_subtransaction(AqumvPutOff *putoff)
{
	MemoryContext old = MemoryContextSwitchTo(putoff->context);

	putoff->subids = list_append_unique_oid(putoff->subids, (Oid) GetCurrentSubTransactionId());
	MemoryContextSwitchTo(old);
}

/*
 * What is to be folded into a view together with the change that a statement
 * has just made.  The last statement may be the only one: then it lives in the
 * current context.  Its state may be an older one than the caller's.
 */
AqumvPutOff *
aqumv_get_putoff(AqumvDeltaState *state, bool last)
{
	AqumvPutOff *putoff = find_putoff(state->view);

	if (putoff == NULL && last)
		return make_putoff(state, CurrentMemoryContext);
	if (putoff == NULL)
		putoff = make_put_off(state);
	note_subtransaction(putoff);
	return putoff;
}

/*
 * What the current subtransaction has told of a change, by itself.
 */
AqumvLayer *
aqumv_get_layer(AqumvPutOff *putoff)
{
	SubTransactionId subid = GetCurrentSubTransactionId();
	AqumvLayer *layer = putoff->layers == NIL ? NULL : llast(putoff->layers);
	MemoryContext context;
	MemoryContext old;

	if (layer != NULL && layer->subid == subid)
		return layer;
	context = AllocSetContextCreate(putoff->context, "aqumv layer", ALLOCSET_SMALL_SIZES);
	layer = MemoryContextAllocZero(context, sizeof(AqumvLayer));
	layer->subid = subid;
	layer->context = context;
	old = MemoryContextSwitchTo(putoff->context);
	putoff->layers = lappend(putoff->layers, layer);
	MemoryContextSwitchTo(old);
	return layer;
}

/*
 * Has a change been put off until other statements end?  Of a view; or of any.
 */
bool
aqumv_is_put_off(Oid view)
{
	return find_putoff(view) != NULL;
}

bool
aqumv_anything_put_off(void)
{
	return putoffs != NIL;
}

/*
 * The rows of a change have been netted.
 */
void
aqumv_note_putoff(AqumvPutOff *putoff, AqumvChange *change)
{
	putoff->unreliable = putoff->unreliable || change->unreliable;
}

/*
 * What statements that are under way have changed, and will tell us of, is to
 * be computed from the base.
 */
void
aqumv_put_off(AqumvDeltaState *state)
{
	aqumv_get_putoff(state, false)->doubtful = true;
}

/*
 * The change has been folded.
 */
void
aqumv_drop_putoff(AqumvPutOff *putoff)
{
	AqumvDeltaState *state = putoff->put_off ? putoff->state : NULL;

	if (putoff->put_off)
		putoffs = list_delete_ptr(putoffs, putoff);
	MemoryContextDelete(putoff->context);
	if (state != NULL)
		aqumv_release_deltastate(state);
}

/*
 * A view has been filled with whatever it had still to be told.
 */
void
aqumv_forget_putoff(Oid view)
{
	AqumvPutOff *putoff = find_putoff(view);

	if (putoff != NULL)
		aqumv_drop_putoff(putoff);
}

/* ------------------------------------------------------------------------
 * Ends of transactions
 * ------------------------------------------------------------------------
 */

/* The changes themselves go with the transaction's memory. */
static void
end_of_transaction(XactEvent event, void *arg)
{
	ListCell   *lc;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	foreach(lc, putoffs)
		aqumv_release_deltastate(((AqumvPutOff *) lfirst(lc))->state);
	putoffs = NIL;
}

static void
end_layers(AqumvPutOff *putoff, SubTransactionId subid, SubTransactionId parent, bool aborted)
{
	ListCell   *lc;

	foreach(lc, putoff->layers)
	{
		AqumvLayer *layer = lfirst(lc);

		if (layer->subid != subid)
			continue;
		if (aborted)
		{
			putoff->layers = foreach_delete_current(putoff->layers, lc);
			MemoryContextDelete(layer->context);
		}
		else
			layer->subid = parent;
	}
}

/*
 * What a subtransaction has done is its parent's now, or rolled back.  If that was
 * all that has been done to a change, nothing is left of it.
 */
static bool
is_undone(AqumvPutOff *putoff, SubTransactionId subid, SubTransactionId parent, bool aborted)
{
	bool		layered = putoff->layers != NIL;
	ListCell   *lc;

	end_layers(putoff, subid, parent, aborted);
	foreach(lc, putoff->subids)
	{
		if (lfirst_oid(lc) != (Oid) subid)
			continue;
		if (aborted)
		{
			putoff->doubtful |= !layered;
			putoff->subids = foreach_delete_current(putoff->subids, lc);
		}
		else
			lfirst_oid(lc) = (Oid) parent;
	}
	return putoff->subids == NIL;
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	bool		aborted = event == SUBXACT_EVENT_ABORT_SUB;

	if (event != SUBXACT_EVENT_COMMIT_SUB && !aborted)
		return;
	for (int i = list_length(putoffs) - 1; i >= 0; i--)
	{
		AqumvPutOff *putoff = list_nth(putoffs, i);

		if (is_undone(putoff, subid, parent, aborted))
			aqumv_drop_putoff(putoff);
	}
}

void
aqumv_putoff_init(void)
{
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
