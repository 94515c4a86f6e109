/*-------------------------------------------------------------------------
 *
 * settle.h
 *	  Compute the groups of a view that cannot follow a change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SETTLE_H
#define AQUMV_SETTLE_H

#include "aqumv.h"

#include "apply.h"
#include "net.h"

extern void aqumv_fetch_locked(AqumvTarget *target, AqumvGroupDelta *group);
extern void aqumv_settle_groups(AqumvNet *net, AqumvTarget *target);

#endif							/* AQUMV_SETTLE_H */
