/*-------------------------------------------------------------------------
 *
 * flatten.c
 *	  What does a block read once simple subqueries are seen through?
 *
 *	  The planner pulls up subqueries that merely choose rows and columns, SQL
 *	  views of that kind and CTEs that are used once; so must we, to see the
 *	  table that "SELECT sum(x) FROM (SELECT * FROM t WHERE ...) s" is about.
 *	  What the planner would not pull up stays as it is, and so does some that
 *	  it would (under outer joins, under LATERAL): that only loses a match.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"

#include "algebra/flatten.h"
#include "compat.h"

/* ------------------------------------------------------------------------
 * Columns of joins
 * ------------------------------------------------------------------------
 */

typedef struct AliasContext
{
	Query	   *query;
	int			depth;
	bool		kept;			/* does a column belong to a join itself? */
} AliasContext;

/*
 * A column of a join that is just a column of one side, by its own name.
 */
static Var *
resolve_alias(Var *var, Query *query)
{
	RangeTblEntry *rte = rt_fetch(var->varno, query->rtable);
	Node	   *alias;
	Var		   *result;

	if (rte->rtekind != RTE_JOIN || var->varattno <= 0)
		return var;
	alias = list_nth(rte->joinaliasvars, var->varattno - 1);
	if (alias == NULL || !IsA(alias, Var))
		return var;
	result = copyObject((Var *) alias);
	result->varlevelsup = 0;
	result = resolve_alias(result, query);
	aqumv_compat_copy_nulling(result, var);
	return result;
}

static Node *
alias_mutator(Node *node, void *context)
{
	AliasContext *cxt = context;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) copyObject(node);
		int			levelsup = var->varlevelsup;

		if (levelsup != cxt->depth)
			return (Node *) var;
		var = resolve_alias(var, cxt->query);
		cxt->kept |= rt_fetch(var->varno, cxt->query->rtable)->rtekind == RTE_JOIN;
		var->varlevelsup = levelsup;
		return (Node *) var;
	}
	if (IsA(node, Query))
	{
		Query	   *result;

		cxt->depth++;
		result = query_tree_mutator((Query *) node, alias_mutator, context, 0);
		cxt->depth--;
		return (Node *) result;
	}
	return expression_tree_mutator(node, alias_mutator, context);
}

static bool
has_joins(Query *query)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		if (lfirst_node(RangeTblEntry, lc)->rtekind == RTE_JOIN)
			return true;
	}
	return false;
}

/*
 * Name columns of joins by the relations that they come from.  If none is left
 * that a join has computed, forget what columns joins have: of n joined tables
 * that is n lists of up to n tables' columns, and each table's turn copies them.
 */
static void
resolve_aliases(Query *query)
{
	AliasContext cxt = {.query = query};
	ListCell   *lc;

	(void) query_tree_mutator(query, alias_mutator, &cxt,
							  QTW_DONT_COPY_QUERY | QTW_IGNORE_JOINALIASES |
							  QTW_IGNORE_CTE_SUBQUERIES);
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (cxt.kept || rte->rtekind != RTE_JOIN)
			continue;
		rte->joinaliasvars = rte->joinleftcols = rte->joinrightcols = NIL;
		rte->eref = makeAlias(rte->eref->aliasname, NIL);
	}
}

/* ------------------------------------------------------------------------
 * Outer joins
 * ------------------------------------------------------------------------
 */

static Relids
relations_in(Node *node)
{
	Relids		result = NULL;
	ListCell   *lc;

	if (IsA(node, RangeTblRef))
		return bms_make_singleton(((RangeTblRef *) node)->rtindex);
	if (IsA(node, JoinExpr))
		return bms_join(relations_in(((JoinExpr *) node)->larg),
						relations_in(((JoinExpr *) node)->rarg));
	foreach(lc, ((FromExpr *) node)->fromlist)
		result = bms_join(result, relations_in(lfirst(lc)));
	return result;
}

/*
 * Turn outer joins into inner ones where a condition around them drops the rows
 * with NULLs that they make, as the planner does.  "strict" has the relations
 * whose NULLs are dropped.  Returns the range table indexes of such joins.
 */
static Bitmapset *
reduce_joins(Query *query, Node *node, Relids strict)
{
	Bitmapset  *reduced = NULL;
	JoinExpr   *join;
	Relids		own;
	ListCell   *lc;

	if (IsA(node, RangeTblRef))
		return NULL;
	if (IsA(node, FromExpr))
	{
		FromExpr   *from = (FromExpr *) node;

		strict = bms_union(strict, find_nonnullable_rels(from->quals));
		foreach(lc, from->fromlist)
			reduced = bms_join(reduced, reduce_joins(query, lfirst(lc), strict));
		return reduced;
	}
	join = (JoinExpr *) node;
	if ((join->jointype == JOIN_LEFT && bms_overlap(strict, relations_in(join->rarg))) ||
		(join->jointype == JOIN_RIGHT && bms_overlap(strict, relations_in(join->larg))))
	{
		join->jointype = JOIN_INNER;
		if (join->rtindex > 0)
		{
			rt_fetch(join->rtindex, query->rtable)->jointype = JOIN_INNER;
			reduced = bms_make_singleton(join->rtindex);
		}
	}
	own = join->jointype == JOIN_FULL ? NULL : find_nonnullable_rels(join->quals);
	if (join->jointype == JOIN_INNER)
		strict = own = bms_union(strict, own);
	reduced = bms_join(reduced,
					   reduce_joins(query, join->larg,
									join->jointype == JOIN_RIGHT ? own :
									join->jointype == JOIN_FULL ? NULL : strict));
	return bms_join(reduced,
					reduce_joins(query, join->rarg,
								 join->jointype == JOIN_LEFT ? own :
								 join->jointype == JOIN_FULL ? NULL : strict));
}

/* ------------------------------------------------------------------------
 * Subqueries
 * ------------------------------------------------------------------------
 */

/* Would the planner put the body of this CTE, if it is simple, in place of its only use? */
static bool
is_inlined(const CommonTableExpr *cte)
{
	return cte->cterefcount == 1 && !cte->cterecursive &&
		cte->ctematerialized != CTEMaterializeAlways;
}

/* The CTE of this very block that an entry reads, if it is inlined. */
static CommonTableExpr *
find_inlined_cte(Query *query, const RangeTblEntry *rte)
{
	ListCell   *lc;

	if (rte->rtekind != RTE_CTE || rte->ctelevelsup != 0 || rte->self_reference)
		return NULL;
	foreach(lc, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);

		if (strcmp(cte->ctename, rte->ctename) == 0)
			return is_inlined(cte) ? cte : NULL;
	}
	return NULL;
}

/* Is it all Vars?  Then grouping sets may make them NULL as they like. */
static bool
returns_columns_only(Query *subquery)
{
	ListCell   *lc;

	foreach(lc, subquery->targetList)
	{
		if (!IsA(lfirst_node(TargetEntry, lc)->expr, Var))
			return false;
	}
	return true;
}

/*
 * Does a subquery only choose among rows, and compute things from each?  If it
 * calls VOLATILE functions, no view will take a place in the block anyway.
 */
static bool
is_simple(Query *query, Query *subquery)
{
	return subquery->commandType == CMD_SELECT && subquery->setOperations == NULL &&
		!subquery->hasAggs && !subquery->hasWindowFuncs && !subquery->hasTargetSRFs &&
		!subquery->hasModifyingCTE &&
		subquery->groupClause == NIL && subquery->groupingSets == NIL &&
		subquery->havingQual == NULL && subquery->sortClause == NIL &&
		subquery->distinctClause == NIL && subquery->limitCount == NULL &&
		subquery->limitOffset == NULL && subquery->rowMarks == NIL &&
		subquery->cteList == NIL && subquery->jointree->fromlist != NIL &&
		(query->groupingSets == NIL || returns_columns_only(subquery));
}

/* The simple subquery that an entry stands for, or NULL. */
static Query *
find_simple(Query *query, RangeTblEntry *rte, CommonTableExpr **cte)
{
	Query	   *subquery = NULL;

	*cte = NULL;
	if (rte->rtekind == RTE_SUBQUERY && !rte->security_barrier && !rte->lateral)
		subquery = rte->subquery;
	else if ((*cte = find_inlined_cte(query, rte)) != NULL)
		subquery = (Query *) (*cte)->ctequery;
	return subquery != NULL && is_simple(query, subquery) ? subquery : NULL;
}

/*
 * Put the subquery of entry rti in the place of what refers to it, a cell of
 * the join tree.  The entry stays behind, for the privileges that it asks for.
 */
static void
pull_up(Query *query, int rti, Node **place)
{
	RangeTblEntry *rte = rt_fetch(rti, query->rtable);
	CommonTableExpr *cte;
	Query	   *subquery = copyObject(find_simple(query, rte, &cte));
	int			offset = list_length(query->rtable);
	RangeTblEntry *model;

	if (cte != NULL)
		cte->cterefcount = 0;
	OffsetVarNodes((Node *) subquery, offset, 0);
	IncrementVarSublevelsUp((Node *) subquery, -1, 1);

	*place = (Node *) subquery->jointree;
	rte->rtekind = RTE_SUBQUERY;
	rte->subquery = NULL;
	model = copyObject(rte);
	model->subquery = subquery;
	aqumv_compat_replace_vars(query, rti, model, subquery->targetList);
	aqumv_compat_combine_tables(query, subquery);
	query->hasSubLinks |= subquery->hasSubLinks;
	query->hasRowSecurity |= subquery->hasRowSecurity;
}

/*
 * Pull up one simple subquery below this place of the join tree, if there is
 * any where outer joins put no NULLs.
 */
static bool
pull_up_one(Query *query, Node **place)
{
	Node	   *node = *place;
	ListCell   *lc;

	if (IsA(node, RangeTblRef))
	{
		int			rti = ((RangeTblRef *) node)->rtindex;
		CommonTableExpr *cte;

		if (find_simple(query, rt_fetch(rti, query->rtable), &cte) == NULL)
			return false;
		pull_up(query, rti, place);
		return true;
	}
	if (IsA(node, FromExpr))
	{
		foreach(lc, ((FromExpr *) node)->fromlist)
		{
			if (pull_up_one(query, (Node **) &lfirst(lc)))
				return true;
		}
		return false;
	}
	else
	{
		JoinExpr   *join = (JoinExpr *) node;

		return ((join->jointype == JOIN_INNER || join->jointype == JOIN_LEFT) &&
				pull_up_one(query, &join->larg)) ||
			((join->jointype == JOIN_INNER || join->jointype == JOIN_RIGHT) &&
			 pull_up_one(query, &join->rarg));
	}
}

/* Does the block read, next to others, what may be pulled up? */
bool
aqumv_can_flatten(Query *query)
{
	ListCell   *lc;
	CommonTableExpr *cte;

	foreach(lc, query->rtable)
	{
		if (find_simple(query, lfirst_node(RangeTblEntry, lc), &cte) != NULL)
			return true;
	}
	return false;
}

/* A join tree whose lists of relations have no lists inside. */
static void
merge_lists(FromExpr *from)
{
	List	   *merged = NIL;
	ListCell   *lc;

	foreach(lc, from->fromlist)
	{
		FromExpr   *inner = lfirst(lc);

		if (!IsA(inner, FromExpr))
		{
			merged = lappend(merged, inner);
			continue;
		}
		merge_lists(inner);
		merged = list_concat(merged, inner->fromlist);
		if (inner->quals != NULL)
			from->quals = make_and_qual(from->quals, inner->quals);
	}
	from->fromlist = merged;
}

/* Columns and kinds of joins, made as simple as they can be. */
static void
simplify_joins(Query *query)
{
	Bitmapset  *reduced;

	if (!has_joins(query))
		return;
	resolve_aliases(query);
	reduced = reduce_joins(query, (Node *) query->jointree, NULL);
	if (reduced != NULL)
		aqumv_compat_forget_nulling(query, reduced);
}

/*
 * See through simple subqueries, in place, name columns of joins by the
 * relations that they come from, and turn outer joins into inner ones where
 * that makes no difference.  Returns whether a subquery has gone.
 */
bool
aqumv_flatten(Query *query)
{
	bool		found = false;

	simplify_joins(query);
	if (!aqumv_can_flatten(query))
		return false;
	while (pull_up_one(query, (Node **) &query->jointree))
	{
		found = true;
		simplify_joins(query);
	}
	merge_lists(query->jointree);
	return found;
}
