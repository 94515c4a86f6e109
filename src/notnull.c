/*-------------------------------------------------------------------------
 *
 * notnull.c
 *	  Is a column never NULL, as far as the active snapshot can see?
 *
 *	  Constraints do not follow snapshots: one that was added after a snapshot
 *	  was taken says nothing of the rows that the snapshot sees.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "notnull.h"

/*
 * Is the column NOT NULL, and was so before the active snapshot was taken?
 * Doubt means no.
 */
bool
aqumv_is_never_null(Oid relid, AttrNumber attno)
{
	HeapTuple	tuple;
	bool		result;

	if (attno <= 0 || !ActiveSnapshotSet())
		return false;
	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attno));
	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull &&
		(HeapTupleHeaderXminFrozen(tuple->t_data) ||
		 !XidInMVCCSnapshot(HeapTupleHeaderGetRawXmin(tuple->t_data), GetActiveSnapshot()));
	ReleaseSysCache(tuple);
	return result;
}
