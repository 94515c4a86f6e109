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
#include "utils/syscache.h"

#include "algebra/bodies.h"
#include "algebra/calls.h"
#include "algebra/latebound.h"
#include "algebra/lookups.h"

typedef struct Lookups
{
	List	   *seen;			/* functions */
	List	   *schemas;
} Lookups;

static bool visit_function(Oid funcid, void *context);

/* What a function that runs as its caller calls. */
static void
visit_calls(HeapTuple function, Lookups *lookups)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(function);
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
		(void) aqumv_visit_parts(form->oid, visit_function, lookups);
	(void) aqumv_visit_calls(aqumv_parsed_body(function), visit_function, lookups);
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
	(void) aqumv_visit_calls(aqumv_defaults_of(funcid), visit_function, lookups);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return false;
	if (!((Form_pg_proc) GETSTRUCT(tuple))->prosecdef)
		visit_calls(tuple, lookups);
	ReleaseSysCache(tuple);
	return false;
}

/*
 * The schemas, as OIDs, that a user must be able to use for the functions of a
 * view's definition to call for him what they call for all.
 */
List *
aqumv_schemas_looked_in(Query *definition)
{
	Lookups		lookups = {NIL, NIL};

	(void) aqumv_visit_calls((Node *) definition, visit_function, &lookups);
	return lookups.schemas;
}
