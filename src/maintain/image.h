/*-------------------------------------------------------------------------
 *
 * image.h
 *	  What one row of the base contributes to a view.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_IMAGE_H
#define AQUMV_IMAGE_H

#include "aqumv.h"

#include "maintain/deltastate.h"

/* what one row of the base contributes */
typedef struct AqumvImage
{
	bool		belongs;		/* to the view's rows or groups */
	Datum	   *values;			/* by attno - 1: key, row value, or argument */
	bool	   *nulls;
	bool	   *counted;		/* the aggregate's filter says yes */
} AqumvImage;

extern AqumvImage *aqumv_make_image(AqumvDeltaState *state);
extern void aqumv_evaluate(AqumvDeltaState *state, AqumvSource *source,
						   TupleTableSlot *row, AqumvImage *image);
extern bool aqumv_is_unconcerned(AqumvDeltaState *state, AqumvSource *source,
								 TupleTableSlot *before, TupleTableSlot *after);
extern bool aqumv_same_images(AqumvDeltaState *state, const AqumvImage *a, const AqumvImage *b);
extern uint32 aqumv_hash_keys(AqumvDeltaState *state, const Datum *values, const bool *nulls);

#endif							/* AQUMV_IMAGE_H */
