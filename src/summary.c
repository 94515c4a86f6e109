/*-------------------------------------------------------------------------
 *
 * summary.c
 *	  What does a block read, keep, group and return?  Query -> Summary, or the
 *	  reason why it has none.
 *
 *	  Declining is always safe.  What a summary does not describe (LIMIT,
 *	  ORDER BY, DISTINCT, window functions of a query) is computed over the
 *	  view's rows exactly as it would be over the table's, so a query may have
 *	  it and a view may not.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "expr.h"
#include "summary.h"

/*
 * The one relation that a block reads.  Cheap: this is all that a query on
 * tables without views pays for.
 */
AqumvReason *
aqumv_find_relation(Query *query, RangeTblEntry **rte, int *rti)
{
	Node	   *from;

	if (query->commandType != CMD_SELECT || query->setOperations != NULL ||
		query->jointree == NULL || list_length(query->jointree->fromlist) != 1)
		return aqumv_reason(AQUMV_NOT_ONE_TABLE,
							"the query is not over one table");
	from = linitial(query->jointree->fromlist);
	if (!IsA(from, RangeTblRef))
		return aqumv_reason(AQUMV_NOT_ONE_TABLE,
							"the query joins several tables");
	*rti = ((RangeTblRef *) from)->rtindex;
	*rte = rt_fetch(*rti, query->rtable);
	if ((*rte)->rtekind != RTE_RELATION)
		return aqumv_reason(AQUMV_NOT_ONE_TABLE,
							"the query does not read a table directly");
	return NULL;
}

/* Is there a subquery that refers to the columns or aggregates around it? */
static bool
correlated_sublink_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
	{
		SubLink    *sublink = (SubLink *) node;

		if (contain_vars_of_level(sublink->subselect, 1) ||
			contain_aggs_of_level(sublink->subselect, 1))
			return true;
		return correlated_sublink_walker(sublink->testexpr, context);
	}
	if (IsA(node, Query))
		return false;
	return expression_tree_walker(node, correlated_sublink_walker, context);
}

/* Fold every expression of the block in place. */
static void
fold_query(Query *query, ParamListInfo params)
{
	List	  **group_exprs = aqumv_compat_group_exprs(query);

	if (group_exprs != NULL)
		*group_exprs = (List *) aqumv_fold(query, (Node *) *group_exprs, params);
	query->targetList = (List *) aqumv_fold(query, (Node *) query->targetList, params);
	query->havingQual = aqumv_fold(query, query->havingQual, params);
	query->jointree->quals = aqumv_fold(query, query->jointree->quals, params);
}

typedef struct ColumnSearch
{
	int			rti;
	Bitmapset  *columns;
} ColumnSearch;

static bool
columns_walker(Node *node, void *context)
{
	ColumnSearch *search = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if ((int) var->varno == search->rti && var->varlevelsup == 0)
			search->columns = bms_add_member(search->columns,
											 var->varattno - FirstLowInvalidHeapAttributeNumber);
		return false;
	}
	if (IsA(node, Query))
		return false;			/* uncorrelated */
	return expression_tree_walker(node, columns_walker, context);
}

/* Attribute numbers of relation rti that an expression mentions. */
static Bitmapset *
mentioned_columns(Node *expr, int rti)
{
	ColumnSearch search = {.rti = rti};

	(void) columns_walker(expr, &search);
	return search.columns;
}

/*
 * Checks that queries and views share.
 */
static AqumvReason *
check_block(Query *query, RangeTblEntry *rte)
{
	if (rte->tablesample != NULL)
		return aqumv_reason(AQUMV_TABLESAMPLE,
							"TABLESAMPLE reads a part of the table that no view has");
	if (rte->relid < FirstNormalObjectId)
		return aqumv_reason(AQUMV_SYSTEM_CATALOG,
							"writes to system catalogs cannot be tracked");
	if (rte->securityQuals != NIL)
		return aqumv_reason(AQUMV_ROW_SECURITY,
							"row security or a security barrier applies to \"%s\"",
							get_rel_name(rte->relid));
	if (!rte->inh && get_rel_relkind(rte->relid) == RELKIND_PARTITIONED_TABLE)
		return aqumv_reason(AQUMV_ONLY,
							"ONLY a partitioned table has no rows");
	if (query->hasModifyingCTE)
		return aqumv_reason(AQUMV_MODIFYING_CTE,
							"a WITH clause writes");
	return NULL;
}

static AqumvReason *
check_columns(AqumvRelation *relation)
{
	int			col = -1;

	while ((col = bms_next_member(relation->columns, col)) >= 0)
	{
		AttrNumber	attno = col + FirstLowInvalidHeapAttributeNumber;

		if (attno == 0)
			return aqumv_reason(AQUMV_WHOLE_ROW,
								"a whole row of \"%s\" is used as a value; name its columns",
								get_rel_name(relation->relid));
		if (attno < 0)
			return aqumv_reason(AQUMV_SYSTEM_COLUMN,
								"system columns such as ctid and tableoid belong to the table alone");
	}
	return NULL;
}

/*
 * The grouping keys of a block, in canonical form.
 */
static List *
make_keys(AqumvSummary *summary)
{
	List	   *keys = NIL;
	ListCell   *lc;

	foreach(lc, summary->query->groupClause)
	{
		SortGroupClause *sgc = lfirst_node(SortGroupClause, lc);
		Node	   *expr = get_sortgroupclause_expr(sgc, summary->query->targetList);
		AqumvKey   *key = palloc(sizeof(AqumvKey));

		key->expr = aqumv_canonical(expr, summary->rtis);
		key->eqop = sgc->eqop;
		key->bitwise = aqumv_equality_is_bitwise(sgc->eqop, exprType(expr),
												 exprCollation(expr));
		keys = lappend(keys, key);
	}
	return keys;
}

static AqumvGrain
find_grain(Query *query, bool had_having)
{
	if (query->groupingSets != NIL)
		return AQUMV_GRAIN_SETS;
	if (query->groupClause != NIL)
		return AQUMV_GRAIN_GROUP;
	if (query->hasAggs || had_having)
		return AQUMV_GRAIN_ALL;
	return AQUMV_GRAIN_ROW;
}

/*
 * Make the summary of a block that has passed its checks.  The query is taken
 * over and folded in place.
 */
static AqumvReason *
summarize(Query *query, ParamListInfo params, AqumvSummary **result)
{
	AqumvSummary *summary = palloc0(sizeof(AqumvSummary));
	AqumvRelation *relation = palloc0(sizeof(AqumvRelation));
	RangeTblEntry *rte;
	AqumvReason *reason;
	bool		had_having = query->havingQual != NULL;
	ListCell   *lc;

	if ((reason = aqumv_find_relation(query, &rte, &relation->rti)) != NULL ||
		(reason = check_block(query, rte)) != NULL)
		return reason;

	fold_query(query, params);
	relation->relid = rte->relid;
	relation->where_columns = mentioned_columns(query->jointree->quals, relation->rti);
	relation->columns =
		bms_join(bms_join(mentioned_columns((Node *) query->targetList, relation->rti),
						  mentioned_columns(query->havingQual, relation->rti)),
				 bms_copy(relation->where_columns));
	if (aqumv_compat_group_exprs(query) != NULL)
		relation->columns =
			bms_join(relation->columns,
					 mentioned_columns((Node *) *aqumv_compat_group_exprs(query), relation->rti));
	if ((reason = check_columns(relation)) != NULL)
		return reason;

	summary->query = query;
	summary->relations = list_make1(relation);
	summary->rtis = list_make1_int(relation->rti);
	summary->grain = find_grain(query, had_having);
	summary->where = aqumv_conjuncts(query->jointree->quals);
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (IsA(tle->expr, Var))
			relation->bare_columns =
				bms_join(relation->bare_columns,
						 mentioned_columns((Node *) tle->expr, relation->rti));
	}
	foreach(lc, summary->where)
	{
		if (!is_orclause(lfirst(lc)))
			relation->certain_columns =
				bms_join(relation->certain_columns,
						 mentioned_columns(lfirst(lc), relation->rti));
	}
	summary->where_canonical = aqumv_make_condition((List *)
													aqumv_canonical((Node *) summary->where, summary->rtis));
	summary->having = aqumv_conjuncts(query->havingQual);
	summary->having_canonical = aqumv_make_condition((List *)
													 aqumv_canonical((Node *) summary->having, summary->rtis));
	summary->keys = make_keys(summary);
	*result = summary;
	return NULL;
}

/*
 * Summary of a query block.  The query is scribbled on: pass a copy.
 */
AqumvReason *
aqumv_summarize_query(Query *query, ParamListInfo params, AqumvSummary **summary)
{
	aqumv_compat_flatten_group(query);
	if (query->rowMarks != NIL)
		return aqumv_reason(AQUMV_ROW_LOCKS,
							"FOR UPDATE and FOR SHARE lock rows of the table itself");
	if (contain_volatile_functions((Node *) query))
		return aqumv_reason(AQUMV_VOLATILE,
							"the query calls a VOLATILE function");
	if (query->hasSubLinks &&
		(correlated_sublink_walker((Node *) query->targetList, NULL) ||
		 correlated_sublink_walker(query->havingQual, NULL) ||
		 correlated_sublink_walker(query->jointree->quals, NULL)))
		return aqumv_reason(AQUMV_SUBLINK,
							"a subquery refers to the columns of the table");
	return summarize(query, params, summary);
}

/*
 * Which views have no summary whatever the query?
 */
static AqumvReason *
check_view_shape(Query *query)
{
	if (query->limitCount != NULL || query->limitOffset != NULL)
		return aqumv_reason(AQUMV_VIEW_LIMIT,
							"the view has a LIMIT or OFFSET, so which rows it holds is not known");
	if (query->distinctClause != NIL)
		return aqumv_reason(AQUMV_VIEW_DISTINCT,
							"the view has DISTINCT; group it by the same columns instead");
	if (query->hasSubLinks)
		return aqumv_reason(AQUMV_VIEW_SUBLINK,
							"the view has a subquery in an expression");
	if (query->setOperations != NULL || query->cteList != NIL ||
		query->hasWindowFuncs || query->hasTargetSRFs || query->groupingSets != NIL)
		return aqumv_reason(AQUMV_VIEW_SHAPE,
							"the view has a set operation, WITH, window or set-returning functions, or grouping sets");
	return NULL;
}

/*
 * The columns of a view, and which of them can be relied on: in a view grouped
 * by a key whose equality is not bitwise, only that key (with care) and what
 * does not depend on keys outside of aggregates.
 */
static List *
make_outputs(AqumvSummary *summary)
{
	List	   *outputs = NIL;
	List	   *loose_keys = NIL;
	ListCell   *lc,
			   *lk;

	foreach(lk, summary->keys)
	{
		AqumvKey   *key = lfirst(lk);

		if (!key->bitwise)
			loose_keys = lappend(loose_keys, key);
	}

	foreach(lc, summary->query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);
		AqumvOutput *output;

		if (tle->resjunk)
			continue;
		output = palloc0(sizeof(AqumvOutput));
		output->attno = tle->resno;
		output->expr = aqumv_canonical((Node *) tle->expr, summary->rtis);
		outputs = lappend(outputs, output);
		if (loose_keys == NIL || IsA(output->expr, Aggref))
			continue;

		output->inexact = true;
		foreach(lk, summary->keys)
		{
			AqumvKey   *key = lfirst(lk);

			if (equal(output->expr, key->expr))
			{
				output->inexact = false;
				output->key = key->bitwise ? NULL : key;
			}
		}
	}
	return outputs;
}

/*
 * Summary of a materialized view's definition.  The query is scribbled on:
 * pass a copy.
 */
AqumvReason *
aqumv_summarize_view(Query *query, AqumvSummary **summary)
{
	AqumvReason *reason;
	bool		needs_timezone = false;

	aqumv_compat_flatten_group(query);
	if ((reason = check_view_shape(query)) != NULL)
		return reason;
	if (query->commandType == CMD_SELECT &&
		(aqumv_is_mutable((Node *) query->targetList, &needs_timezone) ||
		 aqumv_is_mutable(query->havingQual, &needs_timezone) ||
		 (query->jointree != NULL &&
		  aqumv_is_mutable(query->jointree->quals, &needs_timezone))))
		return aqumv_reason(AQUMV_VIEW_MUTABLE,
							"the view calls a function that is not IMMUTABLE (nor STABLE for TimeZone alone)");
	if ((reason = summarize(query, NULL, summary)) != NULL)
		return reason;
	(*summary)->needs_timezone = needs_timezone;
	(*summary)->outputs = make_outputs(*summary);
	return NULL;
}
