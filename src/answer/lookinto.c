/*-------------------------------------------------------------------------
 *
 * lookinto.c
 *	  Into which columns of a block do the blocks around it look?
 *
 *	  A grouping key can have values that are equal and yet differ (1.0 and 1.00).
 *	  Which of them a group shows does not matter to who only passes the column on,
 *	  or compares it as its grouping does.  Everybody else looks into it.  The planner
 *	  pushes conditions on a subquery below its GROUP BY, where they see each row's
 *	  own value, so such a column must not come from a view, which has one of them.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/typcache.h"

#include "algebra/expr.h"
#include "answer/lookinto.h"
#include "compat.h"

typedef struct Look
{
	Query	   *query;			/* that the block is in; NULL: a sublink's
								 * test */
	int			rti;			/* of the block */
	int			depth;			/* in how many subqueries of the query we are */
	Bitmapset  *columns;
} Look;

/*
 * What a column of a join stands for, seen through joins; other nodes are
 * returned as they are.
 */
static Node *
see_through_joins(Node *node, const Look *look)
{
	while (look->query != NULL && IsA(node, Var) &&
		   (int) ((Var *) node)->varlevelsup == look->depth && ((Var *) node)->varattno > 0)
	{
		RangeTblEntry *rte = rt_fetch(((Var *) node)->varno, look->query->rtable);

		if (rte->rtekind != RTE_JOIN)
			break;
		node = copyObject(list_nth(rte->joinaliasvars, ((Var *) node)->varattno - 1));
		if (look->depth > 0)
			IncrementVarSublevelsUp(node, look->depth, 0);
	}
	return node;
}

/* Is it a column of the block, or all of them?  -1 if not. */
static int
column_of_block(Node *node, const Look *look)
{
	if (look->query == NULL)
		return IsA(node, Param) && ((Param *) node)->paramkind == PARAM_SUBLINK ?
			((Param *) node)->paramid : -1;
	if (!IsA(node, Var) || (int) ((Var *) node)->varlevelsup != look->depth)
		return -1;
	if (((Var *) node)->varno == look->rti)
		return ((Var *) node)->varattno;
	/* a whole row of a join has it inside */
	if (((Var *) node)->varattno == 0 &&
		rt_fetch(((Var *) node)->varno, look->query->rtable)->rtekind == RTE_JOIN)
		return AQUMV_LOOKS_INTO_ALL;
	return -1;
}

/* Does the operator treat values alike that are equal to a grouping? */
static bool
is_blind(Node *operand, Oid opno, Oid collation)
{
	TypeCacheEntry *entry = lookup_type_cache(exprType(operand), TYPECACHE_EQ_OPR);

	return OidIsValid(entry->eq_opr) && collation == exprCollation(operand) &&
		aqumv_is_ordering_operator(opno, entry->eq_opr, exprType(operand));
}

static bool look_walker(Node *node, void *context);

static bool
look_at_operands(List *args, Oid opno, Oid collation, Look *look)
{
	ListCell   *lc;

	foreach(lc, args)
	{
		Node	   *arg = see_through_joins(lfirst(lc), look);

		if (column_of_block(arg, look) <= 0 || !is_blind(arg, opno, collation))
			(void) look_walker(arg, look);
	}
	return false;
}

static bool
look_walker(Node *node, void *context)
{
	Look	   *look = context;
	int			column;

	if (node == NULL)
		return false;
	node = see_through_joins(node, look);
	if ((column = column_of_block(node, look)) >= 0)
	{
		look->columns = bms_add_member(look->columns, column);
		return false;
	}
	if (IsA(node, OpExpr))
		return look_at_operands(((OpExpr *) node)->args, ((OpExpr *) node)->opno,
								((OpExpr *) node)->inputcollid, look);
	if (IsA(node, NullTest) &&
		column_of_block(see_through_joins((Node *) ((NullTest *) node)->arg, look), look) > 0)
		return false;
	if (IsA(node, Query))
	{
		look->depth++;
		(void) query_tree_walker((Query *) node, look_walker, look,
								 QTW_IGNORE_JOINALIASES);
		look->depth--;
		return false;
	}
	return expression_tree_walker(node, look_walker, look);
}

/*
 * The columns of the subquery at rti that a query around it looks into; "outer"
 * says into which of the query's own columns others look.  Doubt looks.
 */
Bitmapset *
aqumv_looked_into(Query *query, int rti, const Bitmapset *outer)
{
	Look		look = {.rti = rti};
	Query		rest;
	ListCell   *lc;

	if (aqumv_compat_group_exprs(query) != NULL)
	{
		query = copyObject(query);
		aqumv_compat_flatten_group(query);
	}
	look.query = query;
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);
		Node	   *expr = see_through_joins((Node *) tle->expr, &look);

		if (column_of_block(expr, &look) <= 0 || aqumv_looks_into(outer, tle->resno))
			(void) look_walker(expr, &look);
	}
	rest = *query;
	rest.targetList = NIL;
	(void) query_tree_walker(&rest, look_walker, &look,
							 QTW_IGNORE_JOINALIASES);
	return look.columns;
}

/* The same for one of a query's WITH clauses. */
Bitmapset *
aqumv_cte_looked_into(Query *query, CommonTableExpr *cte, const Bitmapset *outer)
{
	int			rti = 0;
	ListCell   *lc;

	/* nothing is pushed into one that is computed by itself */
	if (cte->cterefcount > 1 || cte->ctematerialized == CTEMaterializeAlways)
		return NULL;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		rti++;
		if (rte->rtekind == RTE_CTE && rte->ctelevelsup == 0 &&
			strcmp(rte->ctename, cte->ctename) == 0)
			return aqumv_looked_into(query, rti, outer);
	}
	return bms_make_singleton(AQUMV_LOOKS_INTO_ALL);
}

/* The same for what stands in an expression. */
Bitmapset *
aqumv_sublink_looks_into(SubLink *sublink)
{
	Look		look = {.query = NULL};

	if (sublink->subLinkType == EXISTS_SUBLINK)
		return NULL;
	if (sublink->subLinkType != ANY_SUBLINK && sublink->subLinkType != ALL_SUBLINK)
		return bms_make_singleton(AQUMV_LOOKS_INTO_ALL);
	(void) look_walker(sublink->testexpr, &look);
	return look.columns;
}
