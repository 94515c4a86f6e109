/*-------------------------------------------------------------------------
 *
 * refreshcount.h
 *	  Do refreshes begin, anywhere in the cluster?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_REFRESHCOUNT_H
#define AQUMV_REFRESHCOUNT_H

#include "aqumv.h"

/* "no mark may be left out": a refresh is beginning, or nobody can tell */
#define AQUMV_ALWAYS_MARK 0

extern void aqumv_refresh_begins(void);
extern void aqumv_refresh_has_snapshot(void);
extern uint64 aqumv_refreshes_begun(void);

extern void aqumv_refreshing_init(void);

#endif							/* AQUMV_REFRESHCOUNT_H */
