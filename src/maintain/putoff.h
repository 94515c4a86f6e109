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

/* what one subtransaction has told of it */
typedef struct AqumvLayer
{
	SubTransactionId subid;
	MemoryContext context;		/* of the net change and of this */
	void	   *net;			/* NULL: none yet */
} AqumvLayer;

/*
 * A view's net change, from when the first statement has ended until it is
 * folded: at once, or if other statements are still writing the base, when the
 * last of them has ended.
 */
typedef struct AqumvPutOff
{
	AqumvDeltaState *state;
	MemoryContext context;		/* of the net change and of this */
	void	   *net;			/* groups.c's; NULL: none yet */
	List	   *layers;			/* or of AqumvLayer, with rows.c's */
	bool		doubtful;		/* something that is in the net was rolled
								 * back: compute it instead */
	bool		unreliable;		/* and so if a MERGE has told of its rows
								 * wrongly */

	/* private */
	bool		put_off;
	List	   *subids;			/* of subtransactions that have worked on it */
} AqumvPutOff;

extern AqumvPutOff *aqumv_get_putoff(AqumvDeltaState *state, bool last);
extern AqumvLayer *aqumv_get_layer(AqumvPutOff *putoff);
extern bool aqumv_is_put_off(Oid view);
extern bool aqumv_anything_put_off(void);
extern void aqumv_note_putoff(AqumvPutOff *putoff, AqumvChange *change);
extern void aqumv_put_off(AqumvDeltaState *state);
extern void aqumv_drop_putoff(AqumvPutOff *putoff);
extern void aqumv_forget_putoff(Oid view);

extern void aqumv_putoff_init(void);

#endif							/* AQUMV_PUTOFF_H */
