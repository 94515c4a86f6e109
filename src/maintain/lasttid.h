/*-------------------------------------------------------------------------
 *
 * lasttid.h
 *	  Where this backend has last written a row of a view.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_LASTTID_H
#define AQUMV_LASTTID_H

#include "aqumv.h"

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

extern bool aqumv_fetch_written(Relation rel, uint32 hash, Snapshot snapshot,
								TupleTableSlot *slot);
extern void aqumv_remember_written(Relation rel, ItemPointer tid, uint32 hash);
extern void aqumv_written_init(void);

#endif							/* AQUMV_LASTTID_H */
