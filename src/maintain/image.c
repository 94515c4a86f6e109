/*-------------------------------------------------------------------------
 *
 * image.c
 *	  What does one row of the base contribute to a view?
 *
 *	  Its keys, and the inputs of aggregates, are computed once, and compared bit
 *	  by bit.  Values that lie within the row are good as long as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "access/tupconvert.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "utils/datum.h"

#include "maintain/hidden.h"
#include "maintain/image.h"
#include "maintain/nested.h"

/* Room for what a row contributes to a view. */
AqumvImage *
aqumv_make_image(AqumvDeltaState *state)
{
	int			n = state->delta->ncolumns;
	Size		size = MAXALIGN(sizeof(AqumvImage)) + n * (sizeof(Datum) + 2 * sizeof(bool));
	char	   *memory = palloc0(size);
	AqumvImage *image = (AqumvImage *) memory;

	image->values = (Datum *) (memory + MAXALIGN(sizeof(AqumvImage)));
	image->nulls = (bool *) (image->values + n);
	image->counted = image->nulls + n;
	return image;
}

static void
evaluate_term(AqumvDeltaState *state, AqumvSource *source, int i, AqumvImage *image)
{
	AqumvTerm  *term = &state->terms[i];
	ExprContext *econtext = state->econtext;
	bool		isnull = true;

	if (term->same >= 0)
	{
		image->counted[i] = image->counted[term->same];
		image->nulls[i] = image->nulls[term->same];
		image->values[i] = image->values[term->same];
		return;
	}
	if (term->filter != NULL)
	{
		Datum		yes = ExecEvalExpr(term->filter, econtext, &isnull);

		image->counted[i] = !isnull && DatumGetBool(yes);
	}
	else
		image->counted[i] = true;
	image->nulls[i] = true;
	if (!image->counted[i] || term->value == NULL)
		return;
	image->values[i] = ExecEvalExpr(term->value, econtext, &image->nulls[i]);
	if (image->nulls[i])
		return;
	/* converted rows share one slot */
	if (source->map != NULL)
		image->values[i] = datumCopy(image->values[i], term->byval, term->typlen);
	if (OidIsValid(term->nested))
		image->values[i] = aqumv_plain_value(image->values[i], term->nested);
	if (term->unpack)
		image->values[i] = PointerGetDatum(PG_DETOAST_DATUM(image->values[i]));
}

/*
 * What a row contributes.  The image is good until the row's slot changes and
 * the state's econtext is reset.
 */
void
aqumv_evaluate(AqumvDeltaState *state, AqumvSource *source, TupleTableSlot *row,
			   AqumvImage *image)
{
	ExprContext *econtext = state->econtext;
	MemoryContext old;

	if (source->map != NULL)
		row = execute_attr_map_slot(source->map->attrMap, row, source->converted);
	econtext->ecxt_scantuple = row;
	image->belongs = (source->belongs == NULL || ExecQual(source->belongs, econtext)) &&
		(state->where == NULL || ExecQual(state->where, econtext));
	if (!image->belongs)
		return;
	old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	for (int i = 0; i < state->delta->ncolumns; i++)
	{
		if (state->delta->columns[i].kind != AQUMV_COLUMN_DERIVED)
			evaluate_term(state, source, i, image);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Are two versions of a row alike in all that the view uses?  No, if that would
 * take a conversion to know.
 */
bool
aqumv_is_unconcerned(AqumvDeltaState *state, AqumvSource *source, TupleTableSlot *before,
					 TupleTableSlot *after)
{
	int			col = -1;

	if (source->map != NULL || source->belongs != NULL || source->sieved)
		return false;
	while ((col = bms_next_member(state->delta->used, col)) >= 0)
	{
		AttrNumber	attno = col + FirstLowInvalidHeapAttributeNumber;
		Form_pg_attribute att = TupleDescAttr(before->tts_tupleDescriptor, attno - 1);
		bool		null1,
					null2;
		Datum		value1 = slot_getattr(before, attno, &null1);
		Datum		value2 = slot_getattr(after, attno, &null2);

		if (null1 != null2 ||
			(!null1 && !aqumv_same_image(value1, value2, att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

/*
 * Do two rows contribute the same?  If a column is computed from more than its
 * value here (RECOMPUTE), nobody knows: no.
 */
bool
aqumv_same_images(AqumvDeltaState *state, const AqumvImage *a, const AqumvImage *b)
{
	if (!a->belongs && !b->belongs)
		return true;
	/* what HAVING looks at is not in the image */
	if (a->belongs != b->belongs || state->delta->query->havingQual != NULL)
		return false;
	for (int i = 0; i < state->delta->ncolumns; i++)
	{
		AqumvColumn *column = &state->delta->columns[i];
		AqumvTerm  *term = &state->terms[i];

		if (column->kind == AQUMV_COLUMN_DERIVED)
			continue;
		if (column->kind == AQUMV_COLUMN_AGGREGATE && column->fold == AQUMV_FOLD_RECOMPUTE)
			return false;
		if (a->counted[i] != b->counted[i])
			return false;
		if (!a->counted[i])
			continue;
		if (a->nulls[i] != b->nulls[i] ||
			(!a->nulls[i] && !aqumv_same_image(a->values[i], b->values[i],
											   term->byval, term->typlen)))
			return false;
	}
	return true;
}

/*
 * A hash that equal keys share, given in the order of state->keys.
 */
uint32
aqumv_hash_keys(AqumvDeltaState *state, const Datum *values, const bool *nulls)
{
	uint32		hash = 0;

	for (int i = 0; i < state->nkeys; i++)
	{
		uint32		one = 0;

		if (!nulls[i] && OidIsValid(state->hash[i].fn_oid))
			one = DatumGetUInt32(FunctionCall1Coll(&state->hash[i], state->collations[i],
												   values[i]));
		hash = hash_combine(hash, one);
	}
	return hash;
}
