/*-------------------------------------------------------------------------
 *
 * inlining.c
 *	  What does a SQL function in FROM stand for?
 *
 *	  The planner puts the body of a simple one in the place of its call; so must
 *	  we, to see the tables that it reads.  What is not inlined only loses a
 *	  match.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "nodes/pathnodes.h"
#include "optimizer/clauses.h"
#include "utils/syscache.h"

#include "algebra/inlining.h"
#include "algebra/simplify.h"

/* a call in FROM that may be inlined */
typedef struct Inlining
{
	PlannerInfo *root;
	RangeTblEntry *entry;
	Query	   *body;
} Inlining;

static void
inline_function(void *arg)
{
	Inlining   *inlining = arg;

	inlining->body = inline_set_returning_function(inlining->root, inlining->entry);
}

/* Is it a function that the planner might inline in FROM? */
static bool
may_be_inlined(Oid funcid)
{
	HeapTuple	tuple;
	bool		result = false;

	if (funcid < FirstNormalObjectId)
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		result = form->prolang == SQLlanguageId && form->proretset;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * The body of a set-returning SQL function that an entry of query's range table
 * calls, or NULL.  Nothing is evaluated, and no error is raised.  What a plan
 * made from the body depends on is left in glob.
 */
Query *
aqumv_inline_function(Query *query, RangeTblEntry *rte, PlannerGlobal *glob)
{
	Inlining	inlining = {NULL};
	RangeTblFunction *function;

	if (list_length(rte->functions) != 1)
		return NULL;
	function = linitial_node(RangeTblFunction, rte->functions);
	if (!IsA(function->funcexpr, FuncExpr) ||
		!may_be_inlined(((FuncExpr *) function->funcexpr)->funcid))
		return NULL;
	inlining.root = makeNode(PlannerInfo);
	inlining.root->glob = glob;
	inlining.root->parse = query;
	inlining.entry = copyObject(rte);
	function = linitial_node(RangeTblFunction, inlining.entry->functions);
	function->funcexpr = (Node *) aqumv_expand_arguments((FuncExpr *) function->funcexpr);
	/* the planner may never get to see what is wrong with the body */
	return aqumv_attempt(inline_function, &inlining) ? inlining.body : NULL;
}
