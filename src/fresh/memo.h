/*-------------------------------------------------------------------------
 *
 * memo.h
 *	  What has been computed, and is remembered until it may not be true any more.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_MEMO_H
#define AQUMV_MEMO_H

#include "aqumv.h"

#include "utils/memutils.h"

typedef struct AqumvMemo
{
	bool		valid;			/* nothing has been heard that concerns it */
	void	   *value;			/* good until the end of the transaction at
								 * least, also when there is a newer one */
	MemoryContext context;		/* that the value is in */
} AqumvMemo;

extern void *aqumv_remember(AqumvMemo *memo, const char *name, const uint64 *invalidations,
							void *(*build) (void *arg), void *arg);

#endif							/* AQUMV_MEMO_H */
