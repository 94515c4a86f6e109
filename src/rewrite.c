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
#include "nodes/value.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

#include "compat.h"
#include "rewrite.h"

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

/*
 * Make the block that reads the view.  The summary's query is not changed; the
 * result shares nothing with it.
 */
Query *
aqumv_rewrite(const AqumvSummary *query, const AqumvMatch *match, Oid view)
{
	Query	   *result = copyObject(query->query);
	ListCell   *cell = list_nth_cell(result->rtable, linitial_int(query->rtis) - 1);
	RangeTblEntry *base = lfirst_node(RangeTblEntry, cell);

	lfirst(cell) = make_view_entry(view);
	aqumv_compat_ask_nothing(result, lfirst(cell), base);
	base->inh = false;
	result->rtable = lappend(result->rtable, base);

	result->targetList = copyObject(match->target_list);
	result->jointree->quals = match->quals == NIL ? NULL :
		(Node *) make_ands_explicit(copyObject(match->quals));
	result->havingQual = copyObject(match->having);
	if (match->group_exprs != NIL)
		*aqumv_compat_group_exprs(result) = copyObject(match->group_exprs);
	if (match->grouped_already)
	{
		result->hasAggs = false;
		result->groupClause = NIL;
		result->groupDistinct = false;
	}
	return result;
}
