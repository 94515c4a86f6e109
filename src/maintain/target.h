/*-------------------------------------------------------------------------
 *
 * target.h
 *	  A materialized view that is open for changes, and its indexes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TARGET_H
#define AQUMV_TARGET_H

#include "aqumv.h"

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "maintain/deltastate.h"

/* how many rows are inserted together */
#define AQUMV_BATCH 100

/* a view that is open for changes */
typedef struct AqumvTarget
{
	Relation	rel;
	TupleTableSlot *row;		/* the row that was found */
	TupleTableSlot *new_row;	/* room for another */
	Snapshot	snapshot;		/* registered; what this transaction sees now */
	CommandId	cid;

	/* for viewrows.c */
	TupleTableSlot **batch;		/* rows still to be inserted; made when needed */
	int			nbatch;
	int			ninserted;		/* rows, one by one */

	/* private */
	AqumvDeltaState *state;
	MemoryContext context;		/* in which it was opened */
	Oid			index_oid;		/* that rows are found with, or InvalidOid */
	Relation	index;			/* the same, opened when needed */
	EState	   *estate;			/* for entries in indexes; made when needed */
	ResultRelInfo *rri;
} AqumvTarget;

/* has one of its indexes refused a row? */
static inline bool
aqumv_has_given_up(AqumvTarget *target)
{
	return OidIsValid(target->state->refusing);
}

extern AqumvTarget *aqumv_open_target(AqumvDeltaState *state, Oid index);
extern void aqumv_close_target(AqumvTarget *target);
extern void aqumv_renew_snapshot(AqumvTarget *target);
extern Relation aqumv_target_index(AqumvTarget *target);

extern void aqumv_prepare_indexes(AqumvTarget *target);
extern List *aqumv_insert_index_tuples(AqumvTarget *target, TupleTableSlot *row, bool update,
									   bool no_dup_err, bool *conflict, List *arbiters,
									   bool only_summarizing);
extern bool aqumv_is_ours(AqumvTarget *target);
extern void aqumv_enter_version(AqumvTarget *target, TupleTableSlot *row, bool only_summarizing);
extern void aqumv_enter_row(AqumvTarget *target, TupleTableSlot *row);

#endif							/* AQUMV_TARGET_H */
