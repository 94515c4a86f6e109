/*-------------------------------------------------------------------------
 *
 * attempt.h
 *	  Change a view, if its indexes let us.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ATTEMPT_H
#define AQUMV_ATTEMPT_H

#include "aqumv.h"

#include "maintain/deltastate.h"

typedef void (*AqumvChanger) (AqumvDeltaState *state, void *arg);

extern bool aqumv_attempt_rebuild(void (*action) (void *), void *arg);
extern char *aqumv_attempt_change(AqumvDeltaState *state, AqumvChanger fold, void *arg);

#endif							/* AQUMV_ATTEMPT_H */
