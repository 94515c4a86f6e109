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
#include "catalog/pg_constraint.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "notnull.h"

/* Does the active snapshot see what was written? */
static bool
is_old_enough(HeapTuple tuple)
{
	return HeapTupleHeaderXminFrozen(tuple->t_data) ||
		!XidInMVCCSnapshot(HeapTupleHeaderGetRawXmin(tuple->t_data), GetActiveSnapshot());
}

/* Is the constraint, if NOT NULL is one, good for all rows? */
static bool
is_valid(Oid relid, AttrNumber attno)
{
	HeapTuple	tuple = aqumv_compat_not_null_constraint(relid, attno);
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return true;
	result = ((Form_pg_constraint) GETSTRUCT(tuple))->convalidated && is_old_enough(tuple);
	heap_freetuple(tuple);
	return result;
}

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
	result = ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull && is_old_enough(tuple);
	ReleaseSysCache(tuple);
	return result && is_valid(relid, attno);
}
