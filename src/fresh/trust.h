/*-------------------------------------------------------------------------
 *
 * trust.h
 *	  Whether an immediate view is right, and what becomes of it if not.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TRUST_H
#define AQUMV_TRUST_H

#include "aqumv.h"

#include "algebra/reason.h"
#include "fresh/catalog.h"
#include "fresh/partition.h"
#include "fresh/views.h"

extern uint64 aqumv_role_changes(void);
extern AqumvReason *aqumv_check_owner(AqumvView *view, const AqumvTree *tree);
extern AqumvReason *aqumv_check_record(const AqumvView *view, const AqumvRefresh *refresh);
extern AqumvReason *aqumv_check_epochs(const AqumvTree *tree, const AqumvRefresh *refresh);
extern AqumvReason *aqumv_check_maintained(AqumvView *view);
extern bool aqumv_is_trusted(AqumvView *view);
extern bool aqumv_is_trusted_now(AqumvView *view);
extern void aqumv_warn_unmaintained(const AqumvView *view, const AqumvReason *reason);
extern void aqumv_pass_by(AqumvView *view);
extern void aqumv_pass_by_unlocked(Oid viewoid);

extern void aqumv_trust_init(void);

#endif							/* AQUMV_TRUST_H */
