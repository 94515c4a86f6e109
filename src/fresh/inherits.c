/*-------------------------------------------------------------------------
 *
 * inherits.c
 *	  What is above and below a relation, by inheritance of either kind?
 *
 *	  Asked of the catalog, as it is at the moment; partition.c remembers.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "fresh/inherits.h"

/*
 * The other ends of the lines of pg_inherits at one of whose ends a relation
 * stands, as of now, without locking anything.  Sets *detaching if a child is
 * half way through DETACH CONCURRENTLY.
 */
static List *
relatives_of(Oid relid, bool children, bool *detaching)
{
	List	   *relatives = NIL;
	Relation	rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, children ? Anum_pg_inherits_inhparent : Anum_pg_inherits_inhrelid,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, children ? InheritsParentIndexId : InheritsRelidSeqnoIndexId,
							  true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_inherits form = (Form_pg_inherits) GETSTRUCT(tuple);

		relatives = lappend_oid(relatives, children ? form->inhrelid : form->inhparent);
		*detaching |= form->inhdetachpending;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return relatives;
}

/* Children of a relation, in the order in which core locks them. */
static List *
children_of(Oid relid, bool *detaching)
{
	List	   *children = relatives_of(relid, true, detaching);

	list_sort(children, list_oid_cmp);
	return children;
}

/* The relations that one inherits from, as of now. */
List *
aqumv_parents_of(Oid relid)
{
	bool		detaching = false;

	return relatives_of(relid, false, &detaching);
}

/*
 * All that is below a relation, by inheritance of either kind.  Sets *detaching
 * if one is half way through DETACH CONCURRENTLY.
 */
List *
aqumv_descendants_of(Oid relid, bool *detaching)
{
	List	   *all = children_of(relid, detaching);

	/* the list grows while it is walked */
	for (int i = 0; i < list_length(all); i++)
		all = list_concat_unique_oid(all, children_of(list_nth_oid(all, i), detaching));
	return all;
}

/* All that is below a relation. */
List *
aqumv_partition_descendants(Oid relid)
{
	bool		detaching = false;

	return aqumv_descendants_of(relid, &detaching);
}

/*
 * The relation that one is a partition of, or InvalidOid.  Without a lock it
 * may be detached at any moment, which get_partition_parent() does not expect.
 */
Oid
aqumv_parent_of(Oid relid)
{
	List	   *parents = get_rel_relispartition(relid) ? aqumv_parents_of(relid) : NIL;

	return parents == NIL ? InvalidOid : linitial_oid(parents);
}

/* The topmost table that a relation is a partition of, or itself. */
Oid
aqumv_root_of(Oid relid)
{
	List	   *ancestors = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;

	return ancestors == NIL ? relid : llast_oid(ancestors);
}

/* A relation with all that it is a partition of, topmost first. */
List *
aqumv_relations_above(Oid relid)
{
	List	   *all = list_make1_oid(relid);
	ListCell   *lc;

	if (get_rel_relispartition(relid))
	{
		foreach(lc, get_partition_ancestors(relid))
			all = lcons_oid(lfirst_oid(lc), all);
	}
	return all;
}

/* A relation with all that is above and below it, topmost first. */
List *
aqumv_relations_around(Oid relid)
{
	return list_concat(aqumv_relations_above(relid), aqumv_partition_descendants(relid));
}

/*
 * Lock a relation with all that is above and below it, as all who lock several
 * of them do: topmost first.  If something comes in meanwhile, begin anew.
 */
void
aqumv_lock_tree(Oid relid, LOCKMODE mode)
{
	List	   *tree = aqumv_relations_around(relid);

	for (;;)
	{
		List	   *locked = tree;
		ListCell   *lc;

		foreach(lc, locked)
			LockRelationOid(lfirst_oid(lc), mode);
		tree = aqumv_relations_around(relid);
		if (list_difference_oid(tree, locked) == NIL)
			return;
		foreach(lc, locked)
			UnlockRelationOid(lfirst_oid(lc), mode);
	}
}
