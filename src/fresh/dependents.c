/*-------------------------------------------------------------------------
 *
 * dependents.c
 *	  What depends on an object?  One scan of pg_depend, for all who ask.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_depend.h"
#include "utils/fmgroids.h"

#include "fresh/dependents.h"

/*
 * OIDs of the objects of a class (a rule, a trigger) that depend on one of
 * another, each once, in their order.
 */
List *
aqumv_dependents(Oid referenced_class, Oid referenced, Oid class)
{
	List	   *result = NIL;
	Relation	rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(referenced_class));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(referenced));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);

		if (depend->classid == class)
			result = lappend_oid(result, depend->objid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	list_sort(result, list_oid_cmp);
	list_deduplicate_oid(result);
	return result;
}
