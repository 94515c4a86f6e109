/*-------------------------------------------------------------------------
 *
 * rights.c
 *	  May the current user call every function that a block calls?
 *
 *	  A rewritten query reads what a function returned, and the executor never
 *	  gets to check the privilege to call it.  Of functions that it calls
 *	  instead, the executor would say that they may not be called.  Privileges
 *	  on tables need no such check: their entries stay in the range table.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "utils/syscache.h"

#include "compat.h"
#include "rights.h"

/* Does PUBLIC have EXECUTE because nobody ever granted or revoked it? */
static bool
has_default_privileges(Oid funcid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		isnull = false;

	if (HeapTupleIsValid(tuple))
	{
		(void) SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &isnull);
		ReleaseSysCache(tuple);
	}
	return isnull;
}

/* Stop at a function that may not be called. */
static bool
may_not_execute(Oid funcid, void *context)
{
	bool	   *everyone_may = context;

	if (has_default_privileges(funcid))
		return false;
	*everyone_may = false;
	return !aqumv_compat_may_execute(funcid);
}

static bool
rights_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return false;			/* a subquery stays in the rewritten query */
	if (check_functions_in_node(node, may_not_execute, context))
		return true;
	return expression_tree_walker(node, rights_walker, context);
}

/*
 * May the current user call all that an expression, or a list or join tree with
 * such, calls?  Subqueries do not count.  Sets *everyone_may to false if others
 * may not, or not by default.
 */
bool
aqumv_may_execute(Node *node, bool *everyone_may)
{
	return !rights_walker(node, everyone_may);
}
