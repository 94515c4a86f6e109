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
/* of a view, or InvalidOid: of any */
extern bool aqumv_groups_pending(Oid view);
extern void aqumv_put_off_groups(AqumvFollower *follower);
extern void aqumv_end_sub_groups(SubTransactionId subid, SubTransactionId parent, bool aborted);
extern void aqumv_forget_groups(void);
extern void aqumv_fold_rows(AqumvFollower *follower, AqumvChange *change, bool last);
extern bool aqumv_rows_pending(Oid view);
extern void aqumv_put_off_rows(AqumvFollower *follower);
extern void aqumv_end_sub_rows(SubTransactionId subid, SubTransactionId parent, bool aborted);
extern void aqumv_forget_rows(void);
extern void aqumv_fold_anew(AqumvFollower *follower, Snapshot snapshot);

#endif							/* AQUMV_FOLD_H */
