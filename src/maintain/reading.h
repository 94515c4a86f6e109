/*-------------------------------------------------------------------------
 *
 * reading.h
 *	  Read a change as what it means to an incremental view.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_READING_H
#define AQUMV_READING_H

#include "aqumv.h"

#include "maintain/change.h"
#include "maintain/image.h"

typedef struct AqumvReading
{
	AqumvImage *before;			/* the row that went, or not belonging */
	AqumvImage *after;			/* the one that came */
	bool		updating;		/* there was an old row, belonging or not */

	/* private */
	AqumvFollower *follower;
	AqumvSource *source;
	AqumvChangeReader reader;
} AqumvReading;

extern AqumvReading *aqumv_begin_reading(AqumvFollower *follower, AqumvChange *change);
extern bool aqumv_read_on(AqumvReading *reading);
extern void aqumv_end_reading(AqumvReading *reading);

#endif							/* AQUMV_READING_H */
