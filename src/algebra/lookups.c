/*-------------------------------------------------------------------------
 *
 * lookups.c
 *	  Where do functions find what they call, as whoever calls them?
 *
 *	  A function that looks names up when it runs passes over schemas that its
 *	  caller may not use: for him it calls something else, or fails.  Who reads
 *	  what it has returned is not noticed; so he must be able to use all schemas
 *	  where today something is found.  In what runs as its owner the caller has
 *	  no part.
 *
 *	  Too many schemas are found if a name is none, or is found earlier; too few
 *	  for what latebound.c does not see.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "algebra/aggregate.h"
#include "algebra/bodies.h"
#include "algebra/latebound.h"
#include "algebra/lookups.h"
#include "algebra/support.h"

typedef struct Lookups
{
	List	   *seen;			/* functions */
	List	   *schemas;
} Lookups;

static bool lookups_walker(Node *node, void *context);

static bool visit_function(Oid funcid, void *context);

static void
visit_aggregate(Oid aggfnoid, Lookups *lookups)
{
	Oid			parts[AQUMV_AGGREGATE_PARTS];
	int			n = aqumv_aggregate_parts(aggfnoid, parts);

	for (int i = 0; i < n; i++)
		(void) visit_function(parts[i], lookups);
}

/* What a function that runs as its caller calls. */
static void
visit_calls(HeapTuple function, Lookups *lookups)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(function);
	bool		isnull;
	Datum		body;
	ListCell   *lc;

	if (aqumv_is_bound_late(function))
	{
		AqumvNamed	named = aqumv_bind_names(function);

		lookups->schemas = list_concat_unique_oid(lookups->schemas, named.schemas);
		foreach(lc, named.functions)
			(void) visit_function(lfirst_oid(lc), lookups);
		return;
	}
	if (form->prokind == PROKIND_AGGREGATE)
		visit_aggregate(form->oid, lookups);
	body = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosqlbody, &isnull);
	if (!isnull)
		(void) lookups_walker(stringToNode(TextDatumGetCString(body)), lookups);
}

/* False, for the walk to go on. */
static bool
visit_function(Oid funcid, void *context)
{
	Lookups    *lookups = context;
	HeapTuple	tuple;

	if (funcid < FirstNormalObjectId || list_member_oid(lookups->seen, funcid))
		return false;
	check_stack_depth();
	lookups->seen = lappend_oid(lookups->seen, funcid);
	(void) lookups_walker(aqumv_defaults_of(funcid), lookups);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return false;
	if (!((Form_pg_proc) GETSTRUCT(tuple))->prosecdef)
		visit_calls(tuple, lookups);
	ReleaseSysCache(tuple);
	return false;
}

static bool
lookups_walker(Node *node, void *context)
{
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, lookups_walker, context, QTW_EXAMINE_SORTGROUP);
	foreach(lc, aqumv_support_functions(node))
		(void) visit_function(lfirst_oid(lc), context);
	(void) check_functions_in_node(node, visit_function, context);
	return expression_tree_walker(node, lookups_walker, context);
}

/*
 * The schemas, as OIDs, that a user must be able to use for the functions of a
 * view's definition to call for him what they call for all.
 */
List *
aqumv_schemas_looked_in(Query *definition)
{
	Lookups		lookups = {NIL, NIL};

	(void) lookups_walker((Node *) definition, &lookups);
	return lookups.schemas;
}
