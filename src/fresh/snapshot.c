/*-------------------------------------------------------------------------
 *
 * snapshot.c
 *	  Is the transaction's snapshot still up to date?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/transam.h"
#include "access/xact.h"
#include "utils/snapmgr.h"

#include "fresh/snapshot.h"

/* Has a transaction that was open or unknown to the snapshot committed? */
static bool
has_committed(TransactionId xid)
{
	return TransactionIdIsNormal(xid) && !TransactionIdIsCurrentTransactionId(xid) &&
		TransactionIdDidCommit(xid);
}

/*
 * At REPEATABLE READ and above: has another transaction committed since our
 * snapshot was taken?  In doubt, yes.
 */
bool
aqumv_snapshot_is_old(void)
{
	Snapshot	ours;
	TransactionId next,
				xid;

	if (!IsolationUsesXactSnapshot())
		return false;
	ours = GetTransactionSnapshot();
	if (ours->suboverflowed || ours->takenDuringRecovery)
		return true;
	next = XidFromFullTransactionId(ReadNextFullTransactionId());
	for (uint32 i = 0; i < ours->xcnt; i++)
	{
		if (has_committed(ours->xip[i]))
			return true;
	}
	xid = ours->xmax;
	while (TransactionIdPrecedes(xid, next))
	{
		if (has_committed(xid))
			return true;
		TransactionIdAdvance(xid);
	}
	return false;
}
