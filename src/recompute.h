/*-------------------------------------------------------------------------
 *
 * recompute.h
 *	  Compute groups of an incremental view again, from the base.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_RECOMPUTE_H
#define AQUMV_RECOMPUTE_H

#include "aqumv.h"

#include "executor/tuptable.h"
#include "utils/snapshot.h"

#include "follow.h"

typedef void (*AqumvRowVisitor) (TupleTableSlot *row, void *context);

extern void aqumv_recompute(AqumvFollower *follower, const AqumvGroupKey *groups, int ngroups,
							Snapshot snapshot, AqumvRowVisitor visitor, void *context);
extern void aqumv_compute_all(AqumvFollower *follower, Snapshot snapshot,
							  AqumvRowVisitor visitor, void *context);

#endif							/* AQUMV_RECOMPUTE_H */
