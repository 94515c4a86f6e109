/*-------------------------------------------------------------------------
 *
 * snapshot.h
 *	  Is the transaction's snapshot still up to date?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SNAPSHOT_H
#define AQUMV_SNAPSHOT_H

#include "aqumv.h"

extern bool aqumv_snapshot_is_old(void);

#endif							/* AQUMV_SNAPSHOT_H */
