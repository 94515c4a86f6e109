/*-------------------------------------------------------------------------
 *
 * dirty.h
 *	  Compute the groups of a view that cannot follow a change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_DIRTY_H
#define AQUMV_DIRTY_H

#include "aqumv.h"

#include "maintain/groupdelta.h"
#include "maintain/viewrows.h"

extern void aqumv_fetch_locked(AqumvTarget *target, AqumvGroupDelta *group);
extern void aqumv_compute_dirty(AqumvNet *net, AqumvTarget *target);

#endif							/* AQUMV_DIRTY_H */
