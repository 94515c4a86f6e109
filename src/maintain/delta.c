/*-------------------------------------------------------------------------
 *
 * delta.c
 *	  How does each column of an incremental view follow a change of the base?
 *
 *	  A column holds a grouping key, an aggregate, an expression over these
 *	  ("derived"), or, in a view without aggregates, an expression over one row.
 *	  Where the definition lacks what an aggregate follows from (ingredients.c),
 *	  columns named __aqumv_* are added when the view is created.  A
 *	  view that lacks them (it was created without maintenance) is maintained
 *	  all the same: by computing a group again when it loses a row.
 *
 *	  Pure: from a Query to an AqumvDelta, or the reason why not.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "algebra/expr.h"
#include "algebra/ingredients.h"
#include "compat.h"
#include "fresh/catalog.h"
#include "maintain/delta.h"
#include "maintain/rowkey.h"

/* ------------------------------------------------------------------------
 * Columns
 * ------------------------------------------------------------------------
 */

typedef struct DeriveContext
{
	Query	   *query;
	int			rti;
	List	   *keys;			/* expressions */
	TargetEntry *self;			/* must not refer to itself */
	bool		failed;
} DeriveContext;

static bool
is_stored(DeriveContext *context, Node *node)
{
	return IsA(node, Aggref) || list_member(context->keys, node);
}

/* Write an expression over keys and aggregates over the view's columns. */
static Node *
derive_mutator(Node *node, DeriveContext *context)
{
	if (node == NULL)
		return NULL;
	if (is_stored(context, node))
	{
		AttrNumber	attno = aqumv_column_of(context->query, node);
		Node	   *derived = !IsA(node, Aggref) ? NULL :
			aqumv_derive_aggregate(context->query, context->rti, (Aggref *) node);

		if (derived != NULL)
			return derived;
		if (attno != 0 && attno != context->self->resno)
			return (Node *) aqumv_view_column(context->query, attno);
		context->failed = true;
		return node;
	}
	if (IsA(node, Var))
		context->failed = true;
	return expression_tree_mutator(node, derive_mutator, context);
}

static void
fill_aggregate(AqumvColumn *column, AqumvDelta *delta, Aggref *agg)
{
	AqumvAggregate *known = &column->aggregate;

	aqumv_describe_call(agg, known);
	column->kind = AQUMV_COLUMN_AGGREGATE;
	column->expr = (Node *) agg;
	/* these would be derived if they could be */
	column->fold = known->fold == AQUMV_FOLD_AVERAGE || known->fold == AQUMV_FOLD_VARIANCE ?
		AQUMV_FOLD_RECOMPUTE : known->fold;
	column->argument = known->fold == AQUMV_FOLD_SUM ? aqumv_summand(agg) : aqumv_argument_of(agg);
	column->filter = agg->aggfilter;
	column->collation = agg->inputcollid;
	if (known->fold == AQUMV_FOLD_SUM)
	{
		column->count = aqumv_count_column(delta->query, delta->rti, agg);
		column->fixed_scale = agg->aggtype != NUMERICOID || agg->aggfnoid == F_SUM_INT8 ||
			aqumv_has_fixed_scale(aqumv_argument_of(agg));
		if (!column->fixed_scale)
			column->scales = aqumv_scales_column(delta->query, agg, &column->scale_factor);
	}
}

static void
fill_group_column(AqumvColumn *column, AqumvDelta *delta, TargetEntry *tle, List *key_exprs)
{
	DeriveContext context = {.query = delta->query,.rti = delta->rti,.keys = key_exprs,.self = tle};
	ListCell   *lc;

	foreach(lc, delta->query->groupClause)
	{
		SortGroupClause *sgc = lfirst_node(SortGroupClause, lc);

		/* the first column of a key holds it; others are copies */
		if (equal(get_sortgroupclause_expr(sgc, delta->query->targetList), tle->expr) &&
			aqumv_column_of(delta->query, (Node *) tle->expr) == tle->resno)
		{
			column->kind = AQUMV_COLUMN_KEY;
			column->expr = (Node *) tle->expr;
			column->eqop = sgc->eqop;
			delta->keys = lappend_int(delta->keys, tle->resno);
			return;
		}
	}
	column->kind = AQUMV_COLUMN_DERIVED;
	column->expr = derive_mutator((Node *) tle->expr, &context);
	if (!context.failed)
		return;
	if (IsA(tle->expr, Aggref))
	{
		fill_aggregate(column, delta, (Aggref *) tle->expr);
		return;
	}
	/* never mind: what cannot be derived is computed again */
	column->kind = AQUMV_COLUMN_AGGREGATE;
	column->fold = AQUMV_FOLD_RECOMPUTE;
	column->expr = (Node *) tle->expr;
}

/* ------------------------------------------------------------------------
 * The whole
 * ------------------------------------------------------------------------
 */

static List *
key_expressions(Query *query)
{
	List	   *exprs = NIL;
	ListCell   *lc;

	foreach(lc, query->groupClause)
		exprs = lappend(exprs, get_sortgroupclause_expr(lfirst_node(SortGroupClause, lc),
														query->targetList));
	return exprs;
}

/* Can changes of the base be followed at all? */
AqumvReason *
aqumv_check_maintainable(Query *query)
{
	AqumvSummary *summary;
	AqumvReason *reason;

	if ((reason = aqumv_summarize_view(copyObject(query), &summary)) != NULL)
		return reason;
	if (query->distinctClause != NIL)
		return aqumv_reason(AQUMV_VIEW_DISTINCT, "the view uses DISTINCT; write GROUP BY instead");
	if (query->groupingSets != NIL)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view uses grouping sets");
	if (query->hasWindowFuncs)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view uses window functions");
	if (query->hasTargetSRFs)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view uses set-returning functions");
	if (query->targetList == NIL)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view has no columns");
	if (query->hasSubLinks)
		return aqumv_reason(AQUMV_VIEW_SUBLINK, "the view uses subqueries");
	return NULL;
}

static AqumvReason *
fill_columns(AqumvDelta *delta)
{
	Query	   *query = delta->query;
	List	   *key_exprs = key_expressions(query);
	ListCell   *lc;

	delta->columns = palloc0(list_length(query->targetList) * sizeof(AqumvColumn));
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);
		AqumvColumn *column = &delta->columns[delta->ncolumns];

		if (tle->resjunk)
			continue;
		delta->ncolumns++;
		column->attno = tle->resno;
		if (delta->grain == AQUMV_GRAIN_ROW)
		{
			column->kind = AQUMV_COLUMN_ROW;
			column->expr = (Node *) tle->expr;
		}
		else
			fill_group_column(column, delta, tle, key_exprs);
	}
	if (list_length(delta->keys) > INDEX_MAX_KEYS)
		return aqumv_reason(AQUMV_VIEW_SHAPE,
							"the view groups by more than %d keys, and they cannot be indexed",
							INDEX_MAX_KEYS);
	foreach(lc, key_exprs)
	{
		if (aqumv_column_of(query, lfirst(lc)) == 0)
			return aqumv_reason(AQUMV_VIEW_SHAPE, "a grouping key is not a column of the view");
	}
	return NULL;
}

/* Number the base as relation 1 in all that is evaluated over it. */
static void
renumber(AqumvDelta *delta)
{
	for (int i = 0; i < delta->ncolumns; i++)
	{
		AqumvColumn *column = &delta->columns[i];

		column->argument = copyObject(column->argument);
		column->filter = copyObject(column->filter);
		ChangeVarNodes((Node *) column->argument, delta->rti, 1, 0);
		ChangeVarNodes((Node *) column->filter, delta->rti, 1, 0);
		if (column->kind == AQUMV_COLUMN_DERIVED)
			continue;
		column->expr = copyObject(column->expr);
		ChangeVarNodes(column->expr, delta->rti, 1, 0);
	}
	delta->where = copyObject(make_ands_implicit((Expr *) delta->query->jointree->quals));
	ChangeVarNodes((Node *) delta->where, delta->rti, 1, 0);
}

/*
 * Transition tables do not always have the values of generated columns: never
 * those of virtual ones, and those of stored ones not where an INSERT is routed
 * to a partition.
 */
static AqumvReason *
check_generated(AqumvDelta *delta)
{
	Relation	base = table_open(delta->base, AccessShareLock);
	bool		routed = base->rd_rel->relispartition ||
		base->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
	AqumvReason *reason = NULL;
	int			col = -1;

	while ((col = bms_next_member(delta->used, col)) >= 0)
	{
		AttrNumber	attno = col + FirstLowInvalidHeapAttributeNumber;
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(base), attno - 1);

		if (att->attgenerated != '\0' &&
			(routed || att->attgenerated != ATTRIBUTE_GENERATED_STORED))
			reason = aqumv_reason(AQUMV_VIEW_SHAPE,
								  "the generated column \"%s\" is not known when rows are written; use its expression instead",
								  NameStr(att->attname));
	}
	table_close(base, NoLock);
	return reason;
}

/*
 * How the view with this definition (not changed) follows its base.  The
 * result points into a copy of it.
 */
AqumvReason *
aqumv_make_delta(Query *query, AqumvDelta **result)
{
	AqumvDelta *delta = palloc0(sizeof(AqumvDelta));
	AqumvReason *reason;
	RangeTblEntry *rte;

	if ((reason = aqumv_find_relation(query, &rte, &delta->rti)) != NULL ||
		(reason = aqumv_check_maintainable(query)) != NULL)
		return reason;
	if (rte->relkind != RELKIND_RELATION && rte->relkind != RELKIND_PARTITIONED_TABLE)
		return aqumv_reason(AQUMV_BASE_KIND, "changes of \"%s\" cannot be captured",
							get_rel_name(rte->relid));
	delta->query = query = copyObject(query);
	aqumv_compat_flatten_group(query);
	delta->base = rte->relid;
	delta->grain = query->groupClause != NIL ? AQUMV_GRAIN_GROUP :
		query->hasAggs || query->havingQual != NULL ? AQUMV_GRAIN_ALL : AQUMV_GRAIN_ROW;
	if ((reason = fill_columns(delta)) != NULL)
		return reason;
	if (delta->grain == AQUMV_GRAIN_ROW)
	{
		delta->hash = aqumv_hash_column(query);
		if (delta->hash == 0)
			delta->keys = aqumv_row_key(query, delta->rti, delta->base, &delta->key_index);
		if (delta->keys == NIL && delta->hash == 0)
			return aqumv_reason(AQUMV_VIEW_SHAPE,
								"the view has neither the columns of the primary key of \"%s\" nor, for at most %d columns, " AQUMV_HIDDEN_PREFIX "hash; add the key, or create the view anew with maintenance",
								get_rel_name(delta->base), FUNC_MAX_ARGS);
	}
	else
		delta->count = aqumv_column_of(query, (Node *) aqumv_count_of(NULL));
	renumber(delta);
	pull_varattnos((Node *) delta->query->targetList, delta->rti, &delta->used);
	pull_varattnos((Node *) delta->query->jointree->quals, delta->rti, &delta->used);
	pull_varattnos(delta->query->havingQual, delta->rti, &delta->used);
	if ((reason = check_generated(delta)) != NULL)
		return reason;
	*result = delta;
	return NULL;
}

/* ------------------------------------------------------------------------
 * Which index finds a row
 * ------------------------------------------------------------------------
 */

/* The columns (attnos) to be indexed, in any order, or NIL. */
List *
aqumv_indexed_columns(const AqumvDelta *delta)
{
	return delta->hash != 0 ? list_make1_int(delta->hash) : delta->keys;
}

/* Does an index tell values of a column apart just as the view does? */
static bool
indexes_column(Relation index, int position, Relation view, const AqumvDelta *delta)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(view),
												index->rd_index->indkey.values[position] - 1);
	Oid			eqop = delta->columns[attribute->attnum - 1].eqop;

	if (index->rd_indcollation[position] != attribute->attcollation)
		return false;
	if (OidIsValid(eqop))
		return BTEqualStrategyNumber ==
			get_op_opfamily_strategy(eqop, index->rd_opfamily[position]);
	return index->rd_opfamily[position] ==
		get_opclass_family(GetDefaultOpClass(attribute->atttypid, BTREE_AM_OID));
}

/* Does it have all the columns, and tell them apart as the view does? */
static bool
has_columns(Relation index, Relation view, const AqumvDelta *delta)
{
	ListCell   *lc;

	foreach(lc, aqumv_indexed_columns(delta))
	{
		int			i = 0;

		while (i < index->rd_index->indnkeyatts &&
			   (index->rd_index->indkey.values[i] != lfirst_int(lc) ||
				!indexes_column(index, i, view, delta)))
			i++;
		if (i == index->rd_index->indnkeyatts)
			return false;
	}
	return true;
}

/* Is it a btree of nothing but columns, and in order? */
static bool
is_plain(Relation index)
{
	Form_pg_index form = index->rd_index;

	return form->indisvalid && form->indisready && form->indislive &&
		index->rd_rel->relam == BTREE_AM_OID &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL);
}

/*
 * Can rows of a view be found with an index, whatever its name and the order of
 * its columns?  Only if it tells them apart as the definition does: under
 * another collation or operator class two groups might be one.
 */
bool
aqumv_index_fits(Relation index, Relation view, const AqumvDelta *delta)
{
	Form_pg_index form = index->rd_index;

	if (!is_plain(index) ||
		form->indnkeyatts != list_length(aqumv_indexed_columns(delta)) ||
		(delta->hash == 0 && (!form->indisunique || !form->indimmediate)) ||
		(delta->grain == AQUMV_GRAIN_GROUP && !form->indnullsnotdistinct))
		return false;
	return has_columns(index, view, delta);
}

/*
 * Is an index unique as long as the rows of a view have keys of their own?  It
 * is if it has all the columns of the key, and tells these apart as the
 * definition does.
 */
bool
aqumv_index_never_objects(Relation index, Relation view, const AqumvDelta *delta)
{
	return delta->hash == 0 && delta->keys != NIL && is_plain(index) &&
		index->rd_index->indisunique && index->rd_index->indimmediate &&
		has_columns(index, view, delta);
}
