/*-------------------------------------------------------------------------
 *
 * rows.h
 *	  Fold changes of the base into a view without aggregates.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ROWS_H
#define AQUMV_ROWS_H

#include "aqumv.h"

#include "maintain/change.h"
#include "maintain/deltastate.h"

/* NULL, or why an index does not let the view follow: see aqumv_attempt_change() */
extern char *aqumv_fold_rows(AqumvDeltaState *state, AqumvChange *change, bool last);

#endif							/* AQUMV_ROWS_H */
