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
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "algebra/bucket.h"
#include "algebra/expr.h"
#include "algebra/notnull.h"
#include "algebra/prepare.h"
#include "algebra/summary.h"
#include "compat.h"

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
		return aqumv_reason(AQUMV_NO_TABLE,
							"the query is not over one table");
	from = linitial(query->jointree->fromlist);
	if (!IsA(from, RangeTblRef))
		return aqumv_reason(AQUMV_NO_TABLE,
							"the query joins several tables");
	*rti = ((RangeTblRef *) from)->rtindex;
	*rte = rt_fetch(*rti, query->rtable);
	if ((*rte)->rtekind != RTE_RELATION)
		return aqumv_reason(AQUMV_NO_TABLE,
							"the query does not read a table directly");
	return NULL;
}

typedef struct ColumnSearch
{
	int			rti;
	int			depth;
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

		if ((int) var->varno == search->rti && (int) var->varlevelsup == search->depth)
			search->columns = bms_add_member(search->columns,
											 var->varattno - FirstLowInvalidHeapAttributeNumber);
		return false;
	}
	if (IsA(node, Query))
	{
		search->depth++;
		(void) query_tree_walker((Query *) node, columns_walker, context, 0);
		search->depth--;
		return false;
	}
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

/* All columns of relation rti that the block mentions, in subqueries as well. */
static Bitmapset *
all_columns(Query *query, int rti)
{
	ColumnSearch search = {.rti = rti};
	List	  **group_exprs = aqumv_compat_group_exprs(query);

	(void) columns_walker((Node *) query->targetList, &search);
	(void) columns_walker(query->havingQual, &search);
	(void) columns_walker((Node *) query->jointree, &search);
	if (group_exprs != NULL)
		(void) columns_walker((Node *) *group_exprs, &search);
	/* LATERAL */
	if (list_length(query->rtable) > 1)
		(void) range_table_walker(query->rtable, columns_walker, &search,
								  QTW_IGNORE_JOINALIASES | AQUMV_COMPAT_IGNORE_GROUP_EXPRS);
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

/*
 * What the block takes from joins rather than from what they join: columns that
 * JOIN ... USING has computed from both sides, and whole rows.  Does any depend
 * on the relation?
 */
static AqumvReason *
check_joins(Query *query, AqumvRelation *relation)
{
	ListCell   *lc,
			   *la;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		Bitmapset  *used = NULL;

		if (rte->rtekind == RTE_JOIN && rte->joinaliasvars != NIL)
			used = all_columns(query, foreach_current_index(lc) + 1);
		if (bms_is_empty(used))
			continue;
		if (bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used))
			return aqumv_reason(AQUMV_WHOLE_ROW,
								"a whole row of a join is used as a value; name its columns");
		foreach(la, rte->joinaliasvars)
		{
			int			column = foreach_current_index(la) + 1 - FirstLowInvalidHeapAttributeNumber;

			if (bms_is_member(column, used) &&
				!bms_is_empty(mentioned_columns(lfirst(la), relation->rti)))
				return aqumv_reason(AQUMV_COLUMN,
									"JOIN ... USING merges a column of \"%s\" with another of its own kind; name it with its table",
									get_rel_name(relation->relid));
		}
	}
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
		key->size = aqumv_size(expr);
		key->eqop = sgc->eqop;
		key->bitwise = aqumv_equality_is_bitwise(sgc->eqop, exprType(expr),
												 exprCollation(expr));
		keys = lappend(keys, key);
	}
	return keys;
}

static AqumvGrain
find_grain(Query *query)
{
	if (query->groupingSets != NIL)
		return AQUMV_GRAIN_SETS;
	if (query->groupClause != NIL)
		return AQUMV_GRAIN_GROUP;
	if (query->hasAggs || query->havingQual != NULL)
		return AQUMV_GRAIN_ALL;
	return AQUMV_GRAIN_ROW;
}

typedef struct Restrictions
{
	int			rti;
	List	   *conjuncts;
	bool		nullable;
} Restrictions;

/*
 * Collect the conditions without which no row of the relation matters: those of
 * WHERE and of inner joins around it, and of the outer joins that may put NULLs
 * in its place.  Once there are such NULLs, what is further out decides about
 * them, not about the relation's rows.  False if the relation is not in here.
 */
static bool
collect_restrictions(Node *node, Restrictions *r)
{
	bool		left,
				right;

	if (IsA(node, RangeTblRef))
		return ((RangeTblRef *) node)->rtindex == r->rti;
	if (IsA(node, FromExpr))
	{
		FromExpr   *from = (FromExpr *) node;
		ListCell   *lc;

		foreach(lc, from->fromlist)
		{
			if (!collect_restrictions(lfirst(lc), r))
				continue;
			if (!r->nullable)
				r->conjuncts = list_concat(r->conjuncts, (List *) from->quals);
			return true;
		}
		return false;
	}
	left = collect_restrictions(((JoinExpr *) node)->larg, r);
	right = !left && collect_restrictions(((JoinExpr *) node)->rarg, r);
	if (left || right)
	{
		JoinType	jointype = ((JoinExpr *) node)->jointype;
		bool		padded = jointype == JOIN_FULL ||
			jointype == (left ? JOIN_RIGHT : JOIN_LEFT);

		if (!r->nullable && (jointype == JOIN_INNER || (padded && jointype != JOIN_FULL)))
			r->conjuncts = list_concat(r->conjuncts,
									   (List *) ((JoinExpr *) node)->quals);
		if (padded)
			r->nullable = true;
	}
	return left || right;
}

/*
 * In a join, only what concerns the relation alone is of use to the prover.
 */
static List *
own_conjuncts(List *conjuncts, int rti)
{
	List	   *own = NIL;
	ListCell   *lc;

	foreach(lc, conjuncts)
	{
		if (bms_membership(pull_varnos(NULL, lfirst(lc))) == BMS_SINGLETON &&
			!bms_is_empty(mentioned_columns(lfirst(lc), rti)))
			own = lappend(own, lfirst(lc));
	}
	return own;
}

/* What is known of the columns of the relation */
static void
find_columns(AqumvSummary *summary, AqumvRelation *relation)
{
	ListCell   *lc;

	relation->columns = all_columns(summary->query, relation->rti);
	relation->where_columns = mentioned_columns((Node *) summary->where, relation->rti);
	foreach(lc, summary->query->targetList)
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
}

/*
 * Make the summary of a block that has been prepared, as seen from relation
 * rti.  The query is taken over.
 */
static AqumvReason *
summarize(Query *query, int rti, AqumvSummary **result)
{
	AqumvSummary *summary = palloc0(sizeof(AqumvSummary));
	AqumvRelation *relation = palloc0(sizeof(AqumvRelation));
	RangeTblEntry *rte = rt_fetch(rti, query->rtable);
	Restrictions restrictions = {.rti = rti};
	AqumvReason *reason;

	if ((reason = check_block(query, rte)) != NULL)
		return reason;

	(void) collect_restrictions((Node *) query->jointree, &restrictions);
	relation->relid = rte->relid;
	relation->rti = rti;
	relation->nullable = restrictions.nullable;
	relation->alone = list_length(query->jointree->fromlist) == 1 &&
		IsA(linitial(query->jointree->fromlist), RangeTblRef);

	summary->query = query;
	summary->relations = list_make1(relation);
	summary->rtis = list_make1_int(rti);
	summary->grain = find_grain(query);
	summary->where = relation->alone ? restrictions.conjuncts :
		own_conjuncts(restrictions.conjuncts, rti);
	find_columns(summary, relation);
	if ((reason = check_columns(relation)) != NULL)
		return reason;
	if (!relation->alone && (reason = check_joins(query, relation)) != NULL)
		return reason;

	summary->where_canonical =
		aqumv_make_condition((List *) aqumv_canonical((Node *) summary->where, summary->rtis));
	summary->having = aqumv_conjuncts(query->havingQual);
	summary->having_canonical =
		aqumv_make_condition((List *) aqumv_canonical((Node *) summary->having, summary->rtis));
	summary->keys = make_keys(summary);
	*result = summary;
	return NULL;
}

/*
 * Write count(x) as count(*), if x is never NULL: a constant, or a NOT NULL
 * column of relation rti, which is relid.  In place.
 */
static void
count_rows(Node *expr, int rti, Oid relid)
{
	Aggref	   *agg = (Aggref *) expr;
	Node	   *arg;

	if (!IsA(expr, Aggref) || agg->aggfnoid != F_COUNT_ANY || agg->aggdistinct != NIL ||
		agg->agglevelsup != 0)
		return;
	arg = (Node *) linitial_node(TargetEntry, agg->args)->expr;
	if (!(IsA(arg, Const) && !((Const *) arg)->constisnull) &&
		!(IsA(arg, Var) && (int) ((Var *) arg)->varno == rti &&
		  ((Var *) arg)->varlevelsup == 0 &&
		  aqumv_is_never_null(relid, ((Var *) arg)->varattno)))
		return;
	agg->aggfnoid = F_COUNT_;
	agg->aggargtypes = NIL;
	agg->args = NIL;
	agg->aggorder = NIL;
	agg->aggstar = true;
	agg->inputcollid = InvalidOid;
}

/* Is there a count of an expression, which might be one of rows? */
static bool
has_counts_walker(Node *node, void *context)
{
	if (node == NULL || IsA(node, Query))
		return false;
	if (IsA(node, Aggref) && ((Aggref *) node)->aggfnoid == F_COUNT_ANY)
		return true;
	return expression_tree_walker(node, has_counts_walker, context);
}

typedef struct CountContext
{
	int			rti;
	Oid			relid;
} CountContext;

static bool
count_rows_walker(Node *node, void *context)
{
	if (node == NULL || IsA(node, Query))
		return false;
	count_rows(node, ((CountContext *) context)->rti, ((CountContext *) context)->relid);
	return expression_tree_walker(node, count_rows_walker, context);
}

/*
 * Columns of a relation that the block mentions otherwise than in counts of its
 * rows: a view need not have the others.
 */
static Bitmapset *
needed_columns(Query *query, int rti)
{
	CountContext cxt = {rti, rt_fetch(rti, query->rtable)->relid};
	Restrictions restrictions = {.rti = rti};
	Query		counted = *query;

	(void) collect_restrictions((Node *) query->jointree, &restrictions);
	if (!restrictions.nullable)
	{
		counted.targetList = copyObject(query->targetList);
		counted.havingQual = copyObject(query->havingQual);
		(void) count_rows_walker((Node *) counted.targetList, &cxt);
		(void) count_rows_walker(counted.havingQual, &cxt);
	}
	return all_columns(&counted, rti);
}

/*
 * Summary of a prepared block, as seen from one of its relations.  any_copies
 * says that the block is asked only which rows it returns, not how often.  The
 * query becomes the summary's: pass a copy.
 */
AqumvReason *
aqumv_summarize_query(Query *query, int rti, bool any_copies, AqumvSummary **summary)
{
	AqumvReason *reason = summarize(query, rti, summary);

	if (reason == NULL && query->hasAggs &&
		(has_counts_walker((Node *) query->targetList, NULL) ||
		 has_counts_walker(query->havingQual, NULL)))
		aqumv_only_relation(*summary)->columns = needed_columns(query, rti);
	if (reason == NULL)
		(*summary)->any_copies = !query->hasWindowFuncs &&
			(any_copies || (query->distinctClause != NIL && !query->hasDistinctOn &&
							!query->hasTargetSRFs));
	return reason;
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
	summary->loose = loose_keys != NIL;

	foreach(lc, summary->query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);
		AqumvOutput *output;

		if (tle->resjunk)
			continue;
		output = palloc0(sizeof(AqumvOutput));
		output->attno = tle->resno;
		output->expr = aqumv_canonical((Node *) tle->expr, summary->rtis);
		count_rows(output->expr, 0, InvalidOid);
		output->size = aqumv_size(output->expr);
		output->aggregated = contain_aggs_of_level(output->expr, 0);
		output->bucket = !output->aggregated && aqumv_is_bucket(output->expr);
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
	RangeTblEntry *rte;
	int			rti;
	bool		needs_timezone = false;
	bool		names_zones;

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
	if ((reason = aqumv_find_relation(query, &rte, &rti)) != NULL)
		return reason;
	names_zones = query_tree_walker(query, aqumv_names_zones, NULL, 0);
	aqumv_simplify_query(query, NULL, NULL);
	if ((reason = summarize(query, rti, summary)) != NULL)
		return reason;
	(*summary)->names_zones_only = names_zones && !needs_timezone;
	(*summary)->needs_timezone = needs_timezone || names_zones;
	(*summary)->outputs = make_outputs(*summary);
	return NULL;
}
