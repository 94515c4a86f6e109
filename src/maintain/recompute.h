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

#include "maintain/deltastate.h"

typedef void (*AqumvRowVisitor) (TupleTableSlot *row, void *context);

extern void aqumv_recompute(AqumvDeltaState *state, const AqumvGroupKey *groups, int ngroups,
							Snapshot snapshot, AqumvRowVisitor visitor, void *context);
extern void aqumv_compute_all(AqumvDeltaState *state, Snapshot snapshot,
							  AqumvRowVisitor visitor, void *context);

typedef struct AqumvFinder AqumvFinder;

extern bool aqumv_can_find_extreme(AqumvDeltaState *state, AttrNumber attno);
extern AqumvFinder *aqumv_make_finder(AqumvDeltaState *state, Snapshot snapshot, bool once);
extern Datum aqumv_find_extreme(AqumvFinder *finder, AttrNumber attno,
								const AqumvGroupKey *group, bool *isnull);
extern double aqumv_find_cost(AqumvFinder *finder, AttrNumber attno, const AqumvGroupKey *group);
extern double aqumv_recompute_cost(AqumvDeltaState *state, const AqumvGroupKey *groups,
								   int ngroups, Snapshot snapshot);

#endif							/* AQUMV_RECOMPUTE_H */
