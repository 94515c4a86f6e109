/*-------------------------------------------------------------------------
 *
 * putoff.c
 *	  What do immediate views still have to be told?
 *
 *	  While a statement writes the base, what is in it is more than what the
 *	  triggers have told; so the changes of statements that end meanwhile are
 *	  put off until the last has ended.  If some of what was put off is rolled
 *	  back, nobody knows any more what the rest comes to: it is "doubtful", and
 *	  what the base says is computed instead.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "maintain/putoff.h"

/* what has been put off */
static List *pendings = NIL;	/* of AqumvPending, in TopTransactionContext */

static AqumvPending *
find_pending(Oid view)
{
	ListCell   *lc;

	foreach(lc, pendings)
	{
		AqumvPending *pending = lfirst(lc);

		if (pending->follower->view == view)
			return pending;
	}
	return NULL;
}

static AqumvPending *
make_pending(AqumvFollower *follower, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "aqumv net change",
												  ALLOCSET_DEFAULT_SIZES);
	AqumvPending *pending = MemoryContextAllocZero(context, sizeof(AqumvPending));

	pending->follower = follower;
	pending->context = context;
	return pending;
}

/* The follower stays in use until the change is folded. */
static AqumvPending *
make_put_off(AqumvFollower *follower)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	AqumvPending *pending = make_pending(follower, TopTransactionContext);

	aqumv_hold_follower(follower);
	pending->put_off = true;
	pendings = lappend(pendings, pending);
	MemoryContextSwitchTo(old);
	return pending;
}

/*
 * What is to be folded into a view together with the change that a statement
 * has just made.  The last statement may be the only one: then it lives in the
 * current context.  Its follower may be an older one than the caller's.
 */
AqumvPending *
aqumv_get_pending(AqumvFollower *follower, bool last)
{
	AqumvPending *pending = find_pending(follower->view);

	if (pending != NULL)
		return pending;
	return last ? make_pending(follower, CurrentMemoryContext) : make_put_off(follower);
}

/*
 * Has a change been put off until other statements end?  Of a view; or of any.
 */
bool
aqumv_is_pending(Oid view)
{
	return find_pending(view) != NULL;
}

bool
aqumv_anything_pending(void)
{
	return pendings != NIL;
}

/*
 * The rows of a change have been netted.
 */
void
aqumv_note_pending(AqumvPending *pending, AqumvChange *change, bool last)
{
	MemoryContext old;

	pending->merge_inserted = pending->merge_inserted || change->merge_inserted;
	pending->merge_updated = pending->merge_updated || change->merge_updated;
	if (last)
		return;
	old = MemoryContextSwitchTo(pending->context);
	pending->subids = list_append_unique_oid(pending->subids, (Oid) GetCurrentSubTransactionId());
	MemoryContextSwitchTo(old);
}

/*
 * What statements that are under way have changed, and will tell us of, is to
 * be computed from the base.
 */
void
aqumv_put_off(AqumvFollower *follower)
{
	aqumv_get_pending(follower, false)->doubtful = true;
}

/*
 * The change has been folded.
 */
void
aqumv_drop_pending(AqumvPending *pending)
{
	AqumvFollower *follower = pending->put_off ? pending->follower : NULL;

	if (pending->put_off)
		pendings = list_delete_ptr(pendings, pending);
	MemoryContextDelete(pending->context);
	if (follower != NULL)
		aqumv_release_follower(follower);
}

/*
 * A view has been filled with whatever it had still to be told.
 */
void
aqumv_forget_pending(Oid view)
{
	AqumvPending *pending = find_pending(view);

	if (pending != NULL)
		aqumv_drop_pending(pending);
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
	foreach(lc, pendings)
		aqumv_release_follower(((AqumvPending *) lfirst(lc))->follower);
	pendings = NIL;
}

/* What a subtransaction has added is its parent's now, or rolled back. */
static void
settle(AqumvPending *pending, SubTransactionId subid, SubTransactionId parent, bool aborted)
{
	ListCell   *lc;

	foreach(lc, pending->subids)
	{
		if (lfirst_oid(lc) != (Oid) subid)
			continue;
		lfirst_oid(lc) = (Oid) parent;
		if (aborted)
			pending->doubtful = true;
	}
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	ListCell   *lc;

	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	foreach(lc, pendings)
		settle(lfirst(lc), subid, parent, event == SUBXACT_EVENT_ABORT_SUB);
}

void
aqumv_pending_init(void)
{
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
