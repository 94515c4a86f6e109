/*-------------------------------------------------------------------------
 *
 * viewrows.h
 *	  Rows of a materialized view: find, lock, insert, update, delete them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_VIEWROWS_H
#define AQUMV_VIEWROWS_H

#include "aqumv.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "maintain/deltastate.h"

/* a view that is open for changes */
typedef struct AqumvTarget
{
	Relation	rel;
	TupleTableSlot *row;		/* the row that was found */
	TupleTableSlot *new_row;	/* room for another */
	Snapshot	snapshot;		/* registered; what this transaction sees now */
	CommandId	cid;

	/* private */
	AqumvFollower *follower;
	MemoryContext context;		/* in which it was opened */
	Oid			index_oid;		/* that rows are found with, or InvalidOid */
	Relation	index;			/* the same, opened when needed */
	EState	   *estate;			/* for entries in indexes; made when needed */
	ResultRelInfo *rri;
	TupleTableSlot **batch;		/* rows still to be inserted; made when needed */
	int			nbatch;
	int			ninserted;		/* rows, one by one */
} AqumvTarget;

/* a key, in the order of the index that rows are found with */
typedef struct AqumvKeys
{
	int			n;
	const Datum *values;
	const bool *nulls;
	const AttrNumber *attnos;	/* of the view */
	FmgrInfo   *equal;
	const Oid  *collations;
	uint32		hash;			/* any that equal keys share */
} AqumvKeys;

/* has one of its indexes refused a row? */
static inline bool
aqumv_has_given_up(AqumvTarget *target)
{
	return OidIsValid(target->follower->refusing);
}

extern AqumvTarget *aqumv_open_target(AqumvFollower *follower, Oid index);
extern void aqumv_close_target(AqumvTarget *target);
extern void aqumv_raise_inconsistent(AqumvTarget *target);
extern void aqumv_require_latest_snapshot(void);
extern void aqumv_renew_snapshot(AqumvTarget *target);

extern bool aqumv_find_row(AqumvTarget *target, const AqumvKeys *keys, bool lock);
extern bool aqumv_delete_images(AqumvTarget *target, int64 hash, const Datum *values,
								const bool *nulls, int64 n);
extern bool aqumv_update_row(AqumvTarget *target, TupleTableSlot *row, uint32 hash);
extern bool aqumv_delete_row(AqumvTarget *target);
extern bool aqumv_insert_group(AqumvTarget *target, TupleTableSlot *row, uint32 hash);
extern void aqumv_insert_row(AqumvTarget *target, TupleTableSlot *row);
extern void aqumv_insert_rest(AqumvTarget *target);

#endif							/* AQUMV_VIEWROWS_H */
