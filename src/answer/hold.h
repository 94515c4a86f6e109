/*-------------------------------------------------------------------------
 *
 * hold.h
 *	  Which executions read views in the place of tables, and what they hold.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_HOLD_H
#define AQUMV_HOLD_H

#include "aqumv.h"

#include "executor/execdesc.h"
#include "nodes/pg_list.h"
#include "utils/resowner.h"

/* the indexes of views that a planning has locked */
typedef struct AqumvIndexLocks
{
	ResourceOwner owner;		/* of the locks */
	MemoryContext context;		/* of the list */
	List	   *indexes;		/* OIDs, each as often as it was locked */
} AqumvIndexLocks;

extern AqumvIndexLocks *aqumv_note_index_locks(AqumvIndexLocks *locks);
extern void aqumv_unlock_indexes(List *indexes);
extern void aqumv_hold(QueryDesc *desc, int n, const Oid *views, const Oid *bases);
extern void aqumv_fetch_ahead(Node *stmt);
extern void aqumv_hold_init(void);

#endif							/* AQUMV_HOLD_H */
