/*-------------------------------------------------------------------------
 *
 * addcolumns.c
 *	  Which columns does maintenance need beside those of a definition?
 *
 *	  What aggregates follow from (ingredients.c), how many rows a group has, all
 *	  grouping keys, and what rows are found with.  They are named __aqumv_*.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"

#include "algebra/ingredients.h"
#include "algebra/summary.h"
#include "compat.h"
#include "maintain/addcolumns.h"
#include "maintain/delta.h"
#include "maintain/rowkey.h"

/* Put first what is a column, then some more columns, then what only sorts. */
static void
arrange_columns(Query *query, List *more)
{
	List	   *columns = NIL,
			   *junk = NIL;
	int			n = 0;
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		if (lfirst_node(TargetEntry, lc)->resjunk)
			junk = lappend(junk, lfirst(lc));
		else
			columns = lappend(columns, lfirst(lc));
	}
	query->targetList = list_concat(list_concat(columns, more), junk);
	foreach(lc, query->targetList)
		lfirst_node(TargetEntry, lc)->resno = ++n;
}

static bool
name_is_taken(Query *query, const char *name)
{
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (tle->resname != NULL && strcmp(tle->resname, name) == 0)
			return true;
	}
	return false;
}

/* Append a column, unless the view has it already. */
static void
add_column(Query *query, Expr *expr, const char *name)
{
	int			n;
	TargetEntry *tle;

	if (expr == NULL || aqumv_column_of(query, (Node *) expr) != 0)
		return;
	n = count_nonjunk_tlist_entries(query->targetList);
	tle = makeTargetEntry(expr, n + 1, psprintf(AQUMV_HIDDEN_PREFIX "%s", name), false);
	for (int i = 1; name_is_taken(query, tle->resname); i++)
		tle->resname = psprintf(AQUMV_HIDDEN_PREFIX "%s_%d", name, i);
	arrange_columns(query, list_make1(tle));
}

static bool
aggregates_walker(Node *node, List **aggregates)
{
	if (node == NULL)
		return false;
	if (IsA(node, Aggref))
	{
		*aggregates = list_append_unique(*aggregates, node);
		return false;
	}
	return expression_tree_walker(node, aggregates_walker, aggregates);
}

/* What it takes to fold a sum: how many inputs it has, of which scales. */
static void
add_for_sum(Query *query, int rti, Aggref *sum)
{
	int			factor;

	if (aqumv_count_column(query, rti, sum) == 0)
		add_column(query, (Expr *) aqumv_count_of(sum), "count_of");
	if (sum->aggfnoid == F_SUM_NUMERIC && !aqumv_has_fixed_scale(aqumv_argument_of(sum)))
		add_column(query, (Expr *) aqumv_scales_of(sum, &factor), "scales");
}

/* What it takes to fold an aggregate: itself, or what it is derived from. */
static void
add_for_aggregate(Query *query, int rti, Aggref *agg)
{
	AqumvAggregate known;

	aqumv_describe_call(agg, &known);
	if (known.fold == AQUMV_FOLD_AVERAGE || known.fold == AQUMV_FOLD_VARIANCE)
	{
		add_for_aggregate(query, rti, aqumv_sum_of(agg, &known));
		if (known.fold == AQUMV_FOLD_VARIANCE && aqumv_squares_column(query, agg, &known) == 0)
		{
			Aggref	   *squares = aqumv_squares_of(agg, &known);

			add_column(query, (Expr *) squares, "squares");
			add_for_sum(query, rti, squares);
		}
		return;
	}
	add_column(query, (Expr *) agg,
			   known.fold == AQUMV_FOLD_COUNT ? "count_of" :
			   known.fold == AQUMV_FOLD_SUM ? "sum" : "aggregate");
	if (known.fold == AQUMV_FOLD_SUM)
		add_for_sum(query, rti, agg);
}

/* Make columns of the grouping keys that are none yet. */
static void
show_keys(Query *query)
{
	int			n = 0;
	ListCell   *lc;

	foreach(lc, query->groupClause)
	{
		SortGroupClause *sgc = lfirst_node(SortGroupClause, lc);
		TargetEntry *tle = get_sortgroupclause_tle(sgc, query->targetList);

		if (!tle->resjunk || aqumv_column_of(query, (Node *) tle->expr) != 0)
			continue;
		tle->resjunk = false;
		tle->resname = psprintf(AQUMV_HIDDEN_PREFIX "key_%d", ++n);
	}
}

static void
add_for_groups(Query *query, int rti)
{
	List	   *aggregates = NIL;
	ListCell   *lc;

	add_column(query, (Expr *) aqumv_count_of(NULL), "count");
	(void) aggregates_walker((Node *) query->targetList, &aggregates);
	foreach(lc, aggregates)
	{
		Aggref	   *agg = lfirst(lc);
		AqumvAggregate known;

		aqumv_describe_call(agg, &known);
		/* what is computed again need not be there by itself */
		if (known.fold != AQUMV_FOLD_RECOMPUTE)
			add_for_aggregate(query, rti, agg);
	}
}

/*
 * Add to a definition, in place, what maintenance needs beside its columns.
 * The new columns come last.  What cannot be maintained stays as it is.
 */
void
aqumv_add_hidden_columns(Query *query)
{
	Query	   *flat = copyObject(query);
	RangeTblEntry *rte;
	int			rti;
	int			ncolumns;
	ListCell   *l1,
			   *l2;

	if (aqumv_find_relation(query, &rte, &rti) != NULL || aqumv_check_maintainable(query) != NULL)
		return;
	/* expressions are compared in a copy without RTE_GROUP */
	aqumv_compat_flatten_group(flat);
	show_keys(flat);
	forboth(l1, query->targetList, l2, flat->targetList)
	{
		lfirst_node(TargetEntry, l1)->resjunk = lfirst_node(TargetEntry, l2)->resjunk;
		lfirst_node(TargetEntry, l1)->resname = lfirst_node(TargetEntry, l2)->resname;
	}
	arrange_columns(query, NIL);
	arrange_columns(flat, NIL);
	ncolumns = count_nonjunk_tlist_entries(flat->targetList);

	if (flat->groupClause != NIL || flat->hasAggs || flat->havingQual != NULL)
	{
		add_for_groups(flat, rti);
		query->hasAggs = true;
	}
	else
	{
		Oid			key_index;

		if (aqumv_hash_column(flat) == 0 &&
			aqumv_row_key(flat, rti, rte->relid, &key_index) == NIL)
			add_column(flat, aqumv_row_hash_of(flat), "hash");
	}
	arrange_columns(query,
					list_copy_tail(list_truncate(list_copy(flat->targetList),
												 count_nonjunk_tlist_entries(flat->targetList)),
								   ncolumns));
}
