/*-------------------------------------------------------------------------
 *
 * anew.h
 *	  Replace all rows of a view by what its definition says now.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ANEW_H
#define AQUMV_ANEW_H

#include "aqumv.h"

#include "maintain/deltastate.h"

/* NULL, or why an index does not let the view follow: see aqumv_attempt_change() */
extern char *aqumv_fold_anew(AqumvDeltaState *state);

#endif							/* AQUMV_ANEW_H */
