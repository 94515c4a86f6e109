/*-------------------------------------------------------------------------
 *
 * notnull.h
 *	  Columns that are never NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_NOTNULL_H
#define AQUMV_NOTNULL_H

#include "aqumv.h"

#include "access/attnum.h"
#include "nodes/pg_list.h"
#include "utils/snapshot.h"

extern bool aqumv_is_never_null(Oid relid, AttrNumber attno);
extern bool aqumv_is_not_null_now(Oid relid, AttrNumber attno);
extern List *aqumv_not_null_since(void);
extern bool aqumv_not_null_holds(List *since, Snapshot snapshot);

#endif							/* AQUMV_NOTNULL_H */
