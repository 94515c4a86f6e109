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

#include "maintain/change.h"
#include "maintain/deltastate.h"

/* NULL, or why an index does not let a view follow: see aqumv_attempt_change() */
extern char *aqumv_fold_groups(AqumvFollower *follower, AqumvChange *change, bool last);
extern char *aqumv_fold_rows(AqumvFollower *follower, AqumvChange *change, bool last);
extern char *aqumv_fold_anew(AqumvFollower *follower);

#endif							/* AQUMV_FOLD_H */
