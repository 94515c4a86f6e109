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

extern AqumvImage *aqumv_make_image(AqumvFollower *follower);
extern void aqumv_evaluate(AqumvFollower *follower, AqumvSource *source,
						   TupleTableSlot *row, AqumvImage *image);
extern bool aqumv_is_unconcerned(AqumvFollower *follower, AqumvSource *source,
								 TupleTableSlot *before, TupleTableSlot *after);
extern bool aqumv_same_images(AqumvFollower *follower, const AqumvImage *a, const AqumvImage *b);
extern uint32 aqumv_hash_keys(AqumvFollower *follower, const Datum *values, const bool *nulls);

#endif							/* AQUMV_IMAGE_H */
