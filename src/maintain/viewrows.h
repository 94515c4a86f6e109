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

#include "maintain/target.h"

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

extern void aqumv_raise_inconsistent(AqumvTarget *target);
extern void aqumv_require_latest_snapshot(void);

extern bool aqumv_find_row(AqumvTarget *target, const AqumvKeys *keys, bool lock);
extern bool aqumv_delete_images(AqumvTarget *target, int64 hash, const Datum *values,
								const bool *nulls, int64 n);
extern bool aqumv_update_row(AqumvTarget *target, TupleTableSlot *row, uint32 hash);
extern bool aqumv_delete_row(AqumvTarget *target);
extern bool aqumv_insert_group(AqumvTarget *target, TupleTableSlot *row, uint32 hash);
extern void aqumv_insert_row(AqumvTarget *target, TupleTableSlot *row);
extern void aqumv_insert_rest(AqumvTarget *target);

#endif							/* AQUMV_VIEWROWS_H */
