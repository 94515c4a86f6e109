/*-------------------------------------------------------------------------
 *
 * nested.c
 *	  How does a value look that has nothing compressed within it?
 *
 *	  A record that is made of a column of a table takes over how that is stored:
 *	  compressed once the row has been stored, plain when it comes.  So the same
 *	  record may have different bits, and core looks below the surface only where
 *	  it is told to.  Who compares bits, or hashes them, makes the value plain
 *	  first: records, and arrays and ranges of them, to any depth.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "compat.h"
#include "maintain/nested.h"

static Datum plain_value(Datum value, Oid type, bool *changed);

/*
 * Can a value of this type have parts that are stored by themselves?
 */
bool
aqumv_may_nest(Oid type)
{
	Oid			part;

	check_stack_depth();
	type = getBaseType(type);
	if (type_is_rowtype(type))
		return true;
	if (OidIsValid(part = get_element_type(type)) || OidIsValid(part = get_range_subtype(type)))
		return aqumv_may_nest(part);
	return false;
}

/* A part of a record, as if it had never been stored. */
static Datum
plain_part(Datum value, Oid type, int16 typlen, bool *changed)
{
	if (typlen != -1)
		return value;
	if (VARATT_IS_COMPRESSED(DatumGetPointer(value)) || VARATT_IS_EXTERNAL(DatumGetPointer(value)))
	{
		value = PointerGetDatum(detoast_attr((struct varlena *) DatumGetPointer(value)));
		*changed = true;
	}
	return aqumv_may_nest(type) ? plain_value(value, type, changed) : value;
}

static Datum
plain_record(Datum value, bool *changed)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(value);
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
											  HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header),.t_data = header};
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	bool		differs = false;
	Datum		result = PointerGetDatum(header);

	ItemPointerSetInvalid(&tuple.t_self);
	heap_deform_tuple(&tuple, desc, values, nulls);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!nulls[i] && !att->attisdropped)
			values[i] = plain_part(values[i], att->atttypid, att->attlen, &differs);
	}
	if (differs)
		result = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	*changed = *changed || differs;
	ReleaseTupleDesc(desc);
	return result;
}

static Datum
plain_array(Datum value, Oid element, bool *changed)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	int16		typlen;
	bool		byval;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			n;
	bool		differs = false;

	get_typlenbyvalalign(element, &typlen, &byval, &align);
	deconstruct_array(array, element, typlen, byval, align, &values, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i])
			values[i] = plain_part(values[i], element, typlen, &differs);
	}
	if (!differs)
		return PointerGetDatum(array);
	*changed = true;
	return PointerGetDatum(construct_md_array(values, nulls, ARR_NDIM(array), ARR_DIMS(array),
											  ARR_LBOUND(array), element, typlen, byval, align));
}

static Datum
plain_range(Datum value, Oid type, Oid subtype, bool *changed)
{
	RangeType  *range = DatumGetRangeTypeP(value);
	TypeCacheEntry *cache = lookup_type_cache(type, TYPECACHE_RANGE_INFO);
	RangeBound	lower,
				upper;
	bool		empty,
				differs = false;

	range_deserialize(cache, range, &lower, &upper, &empty);
	if (!empty && !lower.infinite)
		lower.val = plain_part(lower.val, subtype, get_typlen(subtype), &differs);
	if (!empty && !upper.infinite)
		upper.val = plain_part(upper.val, subtype, get_typlen(subtype), &differs);
	if (!differs)
		return PointerGetDatum(range);
	*changed = true;
	return RangeTypePGetDatum(aqumv_compat_make_range(cache, &lower, &upper, false));
}

/* Sets *changed if the bits may be others now. */
static Datum
plain_value(Datum value, Oid type, bool *changed)
{
	Oid			part;

	check_stack_depth();
	type = getBaseType(type);
	if (type_is_rowtype(type))
		return plain_record(value, changed);
	if (OidIsValid(part = get_element_type(type)))
		return plain_array(value, part, changed);
	if (OidIsValid(part = get_range_subtype(type)))
		return plain_range(value, type, part, changed);
	return value;
}

/*
 * A value, not NULL, of a type that may nest, without anything in it that is
 * compressed or stored elsewhere.  The same value always has the same bits then.
 */
Datum
aqumv_plain_value(Datum value, Oid type)
{
	bool		changed = false;

	return plain_value(value, type, &changed);
}
