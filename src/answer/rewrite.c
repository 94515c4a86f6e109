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

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"

#include "answer/rewrite.h"
#include "compat.h"

/* A join tree whose conditions are not lists of conjuncts. */
static Node *
joined_conjuncts(Node *node)
{
	ListCell   *lc;

	if (IsA(node, FromExpr))
	{
		FromExpr   *from = makeNode(FromExpr);

		foreach(lc, ((FromExpr *) node)->fromlist)
			from->fromlist = lappend(from->fromlist, joined_conjuncts(lfirst(lc)));
		if (((FromExpr *) node)->quals != NULL)
			from->quals = (Node *) make_ands_explicit((List *) ((FromExpr *) node)->quals);
		return (Node *) from;
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr   *join = makeNode(JoinExpr);

		*join = *(JoinExpr *) node;
		join->larg = joined_conjuncts(join->larg);
		join->rarg = joined_conjuncts(join->rarg);
		/* an inner join without a condition is fine, others need one */
		join->quals = join->quals == NULL && join->jointype == JOIN_INNER ? NULL :
			(Node *) make_ands_explicit((List *) join->quals);
		return (Node *) join;
	}
	return node;
}

/* A copy of an entry, down to its own fields. */
static RangeTblEntry *
flat_copy(const RangeTblEntry *rte)
{
	RangeTblEntry *copy = makeNode(RangeTblEntry);

	*copy = *rte;
	return copy;
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

		if (rte->rtekind != RTE_JOIN)
			continue;
		lfirst(lc) = flat_copy(rte);
		((RangeTblEntry *) lfirst(lc))->joinaliasvars = (List *)
			forget_columns_mutator((Node *) rte->joinaliasvars, &rti);
	}
}

/*
 * Make the block that reads a source, out of the summary's query and the match.
 * These stay as they are, and the block shares what it can with them: copy it
 * before it is scribbled on.
 */
Query *
aqumv_rewrite(const AqumvSummary *query, const AqumvSource *source)
{
	const AqumvMatch *match = source->match;
	Query	   *result = makeNode(Query);
	int			rti = linitial_int(query->rtis);
	ListCell   *cell;
	RangeTblEntry *base;

	*result = *query->query;
	result->rtable = list_copy(match->range_table != NIL ? match->range_table : result->rtable);
	aqumv_compat_copy_permissions(result);
	cell = list_nth_cell(result->rtable, rti - 1);
	base = flat_copy(lfirst_node(RangeTblEntry, cell));
	lfirst(cell) = aqumv_source_entry(source);
	aqumv_compat_ask_nothing(result, lfirst(cell), base);
	base->inh = false;
	result->rtable = lappend(result->rtable, base);
	forget_join_columns(result, rti);

	result->targetList = match->target_list;
	result->jointree = (FromExpr *) joined_conjuncts((Node *) match->join_tree);
	result->havingQual = match->having;
	if (match->group_exprs != NIL)
		aqumv_compat_set_group_exprs(result, match->group_exprs);
	if (match->fit == AQUMV_FIT_SAME)
	{
		result->hasAggs = false;
		result->groupClause = NIL;
		result->groupDistinct = false;
	}
	return result;
}
