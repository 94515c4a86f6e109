/*-------------------------------------------------------------------------
 *
 * groupdelta.h
 *	  What a statement changes about each group of a view, net.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_GROUPDELTA_H
#define AQUMV_GROUPDELTA_H

#include "aqumv.h"

#include "storage/itemptr.h"

#include "maintain/change.h"
#include "maintain/deltastate.h"
#include "maintain/numericsum.h"

/* what happened to one aggregate of one group */
typedef struct AqumvTermDelta
{
	int64		count;			/* COUNT: rows, net */
	bool		lost;			/* an input went away */
	bool		lost_special;	/* NaN or infinity did */
	bool		has_sum;
	int			nsummed;		/* numbers, but for those in came and went */
	Datum		sum;			/* SUM: net; ABSORB, EXTREME: of what came */
	AqumvNumericSum *came;		/* SUM: what aqumv_finish_net() will add to
								 * sum, */
	AqumvNumericSum *went;		/* and subtract from it */
	bool		has_worst;
	Datum		worst;			/* EXTREME: the best that went */
	bool		missing;		/* groups.c: which was stored; find the next
								 * one */
	int			nscales;
	int64	   *scales;			/* SCALES: net */
} AqumvTermDelta;

typedef struct AqumvGroupDelta
{
	uint32		hash;
	AqumvGroupKey key;
	int64		added;			/* rows */
	int64		removed;

	/* how far groups.c and dirty.c have got with it */
	bool		dirty;			/* has to be computed from the base: */
	bool		extremes;		/* just those extremes that are missing */
	bool		exists;			/* dirty: its row is locked, at tid */
	ItemPointerData tid;
	bool		done;
	AqumvTermDelta terms[FLEXIBLE_ARRAY_MEMBER];	/* by attno - 1 */
} AqumvGroupDelta;

typedef struct AqumvNet
{
	AqumvDeltaState *state;
	MemoryContext context;		/* of the deltas */
	int			ngroups;
	AqumvGroupDelta **groups;
	bool		doubtful;		/* groups.c: whatever it says, compute them
								 * all */

	/* private */
	int			room;
	struct group_index_hash *index; /* once there are many */
} AqumvNet;

extern AqumvNet *aqumv_make_net(AqumvDeltaState *state, MemoryContext context);
extern void aqumv_net_change(AqumvNet *net, AqumvChange *change);
extern AqumvGroupDelta *aqumv_find_group(AqumvNet *net, const AqumvGroupKey *key);
extern void aqumv_finish_net(AqumvNet *net);

#endif							/* AQUMV_GROUPDELTA_H */
