/*-------------------------------------------------------------------------
 *
 * putoff.c
 *	  What do immediate views still have to be told?
 *
 *	  While a statement writes the base, what is in it is more than what the
 *	  triggers have told; so the changes of statements that end meanwhile are
 *	  put off until the last has ended.  If some of what was put off is rolled
 *	  back, nobody knows any more what the rest comes to: it is "doubtful", and
 *	  what the base says is computed instead.  If all of it is, it is forgotten.
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
 * Whatever the current subtransaction is about to do with a change that is put
 * off, be it to add to it or to fold it, comes to nothing if it is rolled back;
 * so this has to be known before.
 */
static void
note_subtransaction(AqumvPending *pending)
{
	MemoryContext old = MemoryContextSwitchTo(pending->context);

	pending->subids = list_append_unique_oid(pending->subids, (Oid) GetCurrentSubTransactionId());
	MemoryContextSwitchTo(old);
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

	if (pending == NULL && last)
		return make_pending(follower, CurrentMemoryContext);
	if (pending == NULL)
		pending = make_put_off(follower);
	note_subtransaction(pending);
	return pending;
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
aqumv_note_pending(AqumvPending *pending, AqumvChange *change)
{
	pending->unreliable = pending->unreliable || change->unreliable;
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

/*
 * What a subtransaction has done is its parent's now, or rolled back.  If that was
 * all that has been done to a change, nothing is left of it.
 */
static bool
is_undone(AqumvPending *pending, SubTransactionId subid, SubTransactionId parent, bool aborted)
{
	ListCell   *lc;

	foreach(lc, pending->subids)
	{
		if (lfirst_oid(lc) != (Oid) subid)
			continue;
		if (aborted)
		{
			pending->doubtful = true;
			pending->subids = foreach_delete_current(pending->subids, lc);
		}
		else
			lfirst_oid(lc) = (Oid) parent;
	}
	return pending->subids == NIL;
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	bool		aborted = event == SUBXACT_EVENT_ABORT_SUB;

	if (event != SUBXACT_EVENT_COMMIT_SUB && !aborted)
		return;
	for (int i = list_length(pendings) - 1; i >= 0; i--)
	{
		AqumvPending *pending = list_nth(pendings, i);

		if (is_undone(pending, subid, parent, aborted))
			aqumv_drop_pending(pending);
	}
}

void
aqumv_pending_init(void)
{
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
