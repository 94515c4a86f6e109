/*-------------------------------------------------------------------------
 *
 * fold.h
 *	  Fold changes of the base into an incremental view.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FOLD_H
#define AQUMV_FOLD_H

#include "aqumv.h"

#include "utils/snapshot.h"

#include "change.h"
#include "follow.h"

extern void aqumv_fold_groups(AqumvFollower *follower, AqumvChange *change, bool last);
extern void aqumv_fold_rows(AqumvFollower *follower, AqumvChange *change, bool last);
extern void aqumv_fold_anew(AqumvFollower *follower, Snapshot snapshot);

#endif							/* AQUMV_FOLD_H */
