/*-------------------------------------------------------------------------
 *
 * groups.h
 *	  Fold changes of the base into a view with aggregates.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_GROUPS_H
#define AQUMV_GROUPS_H

#include "aqumv.h"

#include "maintain/change.h"
#include "maintain/deltastate.h"

/* NULL, or why an index does not let the view follow: see aqumv_attempt_change() */
extern char *aqumv_fold_groups(AqumvDeltaState *state, AqumvChange *change, bool last);

#endif							/* AQUMV_GROUPS_H */
