/*-------------------------------------------------------------------------
 *
 * putoff.h
 *	  What immediate views still have to be told.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PUTOFF_H
#define AQUMV_PUTOFF_H

#include "aqumv.h"

#include "nodes/pg_list.h"

#include "maintain/change.h"
#include "maintain/deltastate.h"

/*
 * A view's net change, from when the first statement has ended until it is
 * folded: at once, or if other statements are still writing the base, when the
 * last of them has ended.
 */
typedef struct AqumvPending
{
	AqumvFollower *follower;
	MemoryContext context;		/* of the net change and of this */
	void	   *net;			/* groups.c's or rows.c's; NULL: none yet */
	bool		doubtful;		/* something was rolled back: compute it instead */
	bool		unreliable;		/* and so if a MERGE has told of its rows wrongly */

	/* private */
	bool		put_off;
	List	   *subids;			/* of subtransactions that have worked on it */
} AqumvPending;

extern AqumvPending *aqumv_get_pending(AqumvFollower *follower, bool last);
extern bool aqumv_is_pending(Oid view);
extern bool aqumv_anything_pending(void);
extern void aqumv_note_pending(AqumvPending *pending, AqumvChange *change);
extern void aqumv_put_off(AqumvFollower *follower);
extern void aqumv_drop_pending(AqumvPending *pending);
extern void aqumv_forget_pending(Oid view);

extern void aqumv_pending_init(void);

#endif							/* AQUMV_PUTOFF_H */
