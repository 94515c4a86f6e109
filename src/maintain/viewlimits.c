/*-------------------------------------------------------------------------
 *
 * viewlimits.c
 *	  Which rows of a view cannot its indexes take?
 *
 *	  A write must not fail for the sake of an index on a view.  That a row is
 *	  too wide for an ordinary btree is known before anything is written, and
 *	  costs next to nothing to know.  Whatever else an index may object to (that
 *	  it is to be unique, an expression that raises) is known when it does:
 *	  views with such indexes are changed in a subtransaction (attempt.c).
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/detoast.h"
#include "access/genam.h"
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "access/toast_internals.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"

#include "maintain/viewlimits.h"

#define ALWAYS_FITS (BLCKSZ / 5)	/* whatever else is in the row of an index */

/* core's BTMaxItemSize(), which wants a page in some versions */
#define MAX_ITEM_SIZE \
	(MAXALIGN_DOWN((BLCKSZ - MAXALIGN(SizeOfPageHeaderData + 3 * sizeof(ItemIdData)) - \
					MAXALIGN(sizeof(BTPageOpaqueData))) / 3) - MAXALIGN(sizeof(ItemPointerData)))

/*
 * May an index object to a row for more than its width?  When in doubt yes.
 */
bool
aqumv_may_refuse(Relation index)
{
	if ((index->rd_rel->relam != BTREE_AM_OID && index->rd_rel->relam != HASH_AM_OID) ||
		index->rd_index->indisunique ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return true;
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
	{
		if (index->rd_opfamily[i] >= FirstNormalObjectId)
			return true;
	}
	return false;
}

/*
 * Note what of a row an index limits the width of.
 */
void
aqumv_add_limit(AqumvLimits *limits, Relation index)
{
	TupleDesc	desc = RelationGetDescr(index);
	bool		any = false;

	if (index->rd_rel->relam != BTREE_AM_OID)
		return;
	limits->columns = limits->columns == NULL ? palloc(desc->natts * sizeof(AttrNumber)) :
		repalloc(limits->columns, (limits->ncolumns + desc->natts) * sizeof(AttrNumber));
	for (int i = 0; i < desc->natts; i++)
	{
		AttrNumber	attno = index->rd_index->indkey.values[i];

		if (attno <= 0 || TupleDescAttr(desc, i)->attlen != -1)
			continue;
		any = true;
		limits->columns[limits->ncolumns++] = attno;
	}
	/* what an index computes is told by itself */
	if (any && heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL))
		limits->indexes = lappend_oid(limits->indexes, RelationGetRelid(index));
}

/* The value as an index stores it. */
static Datum
shrink(Datum value, Form_pg_attribute att)
{
	struct varlena *stored = detoast_external_attr((struct varlena *) DatumGetPointer(value));
	Datum		compressed;

	if (VARATT_IS_EXTENDED(stored) || VARSIZE(stored) <= TOAST_INDEX_TARGET ||
		(att->attstorage != TYPSTORAGE_EXTENDED && att->attstorage != TYPSTORAGE_MAIN))
		return PointerGetDatum(stored);
	compressed = toast_compress_datum(PointerGetDatum(stored), att->attcompression);
	return DatumGetPointer(compressed) != NULL ? compressed : PointerGetDatum(stored);
}

/* Would btree refuse the entry of a row for its size? */
static bool
is_too_wide(Relation index, TupleTableSlot *row)
{
	TupleDesc	desc = RelationGetDescr(index);
	Datum		values[INDEX_MAX_KEYS];
	bool		nulls[INDEX_MAX_KEYS];

	for (int i = 0; i < desc->natts; i++)
	{
		values[i] = slot_getattr(row, index->rd_index->indkey.values[i], &nulls[i]);
		if (!nulls[i] && TupleDescAttr(desc, i)->attlen == -1)
			values[i] = shrink(values[i], TupleDescAttr(desc, i));
	}
	return MAXALIGN(IndexInfoFindDataOffset(memchr(nulls, true, desc->natts) != NULL ?
											INDEX_NULL_MASK : 0) +
					heap_compute_data_size(desc, values, nulls)) > MAX_ITEM_SIZE;
}

/*
 * The btree index that a row is too wide for, or InvalidOid.  The caller has the
 * view open for changes.
 */
Oid
aqumv_refusing_index(const AqumvLimits *limits, TupleTableSlot *row)
{
	Size		size = 0;
	ListCell   *lc;

	for (int i = 0; i < limits->ncolumns; i++)
	{
		bool		isnull;
		Datum		value = slot_getattr(row, limits->columns[i], &isnull);

		if (!isnull)
			size += toast_raw_datum_size(value);
	}
	if (size <= ALWAYS_FITS)
		return InvalidOid;
	foreach(lc, limits->indexes)
	{
		Relation	index = index_open(lfirst_oid(lc), RowExclusiveLock);
		bool		refuses = is_too_wide(index, row);

		index_close(index, NoLock);
		if (refuses)
			return lfirst_oid(lc);
	}
	return InvalidOid;
}
