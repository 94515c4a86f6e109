/*-------------------------------------------------------------------------
 *
 * calls.c
 *	  What do expressions and aggregates call?
 *
 *	  Functions are visited that nodes name, and those of users that comparing
 *	  values calls (support.c).  What these call is for the visitor to ask:
 *	  of arguments' defaults and bodies (bodies.c), and of names (latebound.c).
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "nodes/nodeFuncs.h"

#include "algebra/aggregate.h"
#include "algebra/calls.h"
#include "algebra/support.h"

typedef struct Visit
{
	AqumvCallVisitor visit;
	void	   *context;
} Visit;

static bool
calls_walker(Node *node, void *context)
{
	Visit	   *visit = context;
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, calls_walker, context, QTW_EXAMINE_SORTGROUP);
	foreach(lc, aqumv_support_functions(node))
	{
		if (visit->visit(lfirst_oid(lc), visit->context))
			return true;
	}
	return check_functions_in_node(node, visit->visit, visit->context) ||
		expression_tree_walker(node, calls_walker, context);
}

/* Visit what a query or an expression, or NULL, calls, some of it more than once. */
bool
aqumv_visit_calls(Node *node, AqumvCallVisitor visit, void *context)
{
	Visit		walk = {visit, context};

	return calls_walker(node, &walk);
}

/* Visit the functions that an aggregate is made of. */
bool
aqumv_visit_parts(Oid aggregate, AqumvCallVisitor visit, void *context)
{
	Oid			parts[AQUMV_AGGREGATE_PARTS];
	int			n = aqumv_aggregate_parts(aggregate, parts);

	for (int i = 0; i < n; i++)
	{
		if (visit(parts[i], context))
			return true;
	}
	return false;
}
