/*-------------------------------------------------------------------------
 *
 * rewrite.c
 *	  What does a block look like that reads the view instead of the table?
 *
 *	  The view's range table entry takes the place of the table's, so that the
 *	  plan prints like one over the view.  The table's entry moves to the end
 *	  of the range table, outside the join tree: it asks for the privileges
 *	  that the original query needs, and makes cached plans depend on the
 *	  table.  The view's entry asks for nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

#include "answer/rewrite.h"
#include "compat.h"

/* The range table entry of a view, on which a lock is held already. */
static RangeTblEntry *
make_view_entry(Oid view)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	Relation	rel = table_open(view, NoLock);
	List	   *colnames = NIL;

	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
		colnames = lappend(colnames,
						   makeString(pstrdup(NameStr(TupleDescAttr(RelationGetDescr(rel), i)->attname))));
	rte->rtekind = RTE_RELATION;
	rte->relid = view;
	rte->relkind = rel->rd_rel->relkind;
	rte->rellockmode = AccessShareLock;
	rte->eref = makeAlias(RelationGetRelationName(rel), colnames);
	rte->inFromCl = true;
	table_close(rel, NoLock);
	return rte;
}

/* Make conditions out of lists of conjuncts again. */
static void
join_conjuncts(Node *node)
{
	ListCell   *lc;

	if (IsA(node, FromExpr))
	{
		FromExpr   *from = (FromExpr *) node;

		foreach(lc, from->fromlist)
			join_conjuncts(lfirst(lc));
		from->quals = from->quals == NULL ? NULL :
			(Node *) make_ands_explicit((List *) from->quals);
	}
	else if (IsA(node, JoinExpr))
	{
		JoinExpr   *join = (JoinExpr *) node;

		join_conjuncts(join->larg);
		join_conjuncts(join->rarg);
		/* an inner join without a condition is fine, others need one */
		join->quals = join->quals == NULL && join->jointype == JOIN_INNER ? NULL :
			(Node *) make_ands_explicit((List *) join->quals);
	}
}

static Node *
forget_columns_mutator(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var) && (int) ((Var *) node)->varno == *((int *) context))
		return (Node *) makeNullConst(((Var *) node)->vartype, ((Var *) node)->vartypmod,
									  ((Var *) node)->varcollid);
	return expression_tree_mutator(node, forget_columns_mutator, context);
}

/*
 * Joins list the columns of both sides.  Nobody looks at the table's columns
 * there any more, whose numbers would be wrong.
 */
static void
forget_join_columns(Query *query, int rti)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_JOIN)
			rte->joinaliasvars = (List *)
				forget_columns_mutator((Node *) rte->joinaliasvars, &rti);
	}
}

/*
 * Make the block that reads the view, out of the summary's query and the match,
 * which are used up.
 */
Query *
aqumv_rewrite(AqumvSummary *query, AqumvMatch *match, Oid view)
{
	Query	   *result = query->query;
	int			rti = linitial_int(query->rtis);
	ListCell   *cell;
	RangeTblEntry *base;

	if (match->range_table != NIL)
		result->rtable = match->range_table;
	cell = list_nth_cell(result->rtable, rti - 1);
	base = lfirst_node(RangeTblEntry, cell);
	lfirst(cell) = make_view_entry(view);
	aqumv_compat_ask_nothing(result, lfirst(cell), base);
	base->inh = false;
	result->rtable = lappend(result->rtable, base);
	forget_join_columns(result, rti);

	result->targetList = match->target_list;
	result->jointree = match->join_tree;
	join_conjuncts((Node *) result->jointree);
	result->havingQual = match->having;
	if (match->group_exprs != NIL)
		*aqumv_compat_group_exprs(result) = match->group_exprs;
	if (match->fit == AQUMV_FIT_SAME)
	{
		result->hasAggs = false;
		result->groupClause = NIL;
		result->groupDistinct = false;
	}
	return result;
}
