/*-------------------------------------------------------------------------
 *
 * freshness.h
 *	  Is a view usable in this snapshot?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FRESHNESS_H
#define AQUMV_FRESHNESS_H

#include "aqumv.h"

#include "utils/snapshot.h"

#include "algebra/reason.h"
#include "fresh/catalog.h"
#include "fresh/views.h"

extern AqumvReason *aqumv_check_base(Oid base);
extern AqumvReason *aqumv_check_usable(AqumvView *view, Snapshot snapshot);
extern bool aqumv_still_usable(const AqumvProof *proof, Snapshot snapshot);
extern int64 aqumv_count_marks(AqumvView *view, const AqumvRefresh *refresh, Snapshot snapshot);

#endif							/* AQUMV_FRESHNESS_H */
