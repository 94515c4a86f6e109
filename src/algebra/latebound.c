/*-------------------------------------------------------------------------
 *
 * latebound.c
 *	  What may the names in a function's text mean, today?
 *
 *	  A function that has a text only looks up whatever it calls when it runs.
 *	  Who may create something in a schema that it looks through decides what it
 *	  computes, be it for as long as a view is being filled.  So what its names
 *	  mean is a part of what it does (fingerprint.c).
 *
 *	  Looked through are the schemas of the search_path that it sets, and those
 *	  that its text names; of a function that sets none, its own and "public",
 *	  since nobody knows the path of those who call it.  Too much is found that
 *	  way, which costs a REFRESH when it changes; never too little, but for names
 *	  that are put together when the function runs, and other paths.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "algebra/bodies.h"
#include "algebra/latebound.h"
#include "algebra/meanings.h"
#include "algebra/provenance.h"

/* Is what a function calls looked up when it runs? */
bool
aqumv_is_bound_late(HeapTuple function)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(function);
	bool		isnull;

	(void) SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosqlbody, &isnull);
	return isnull && form->prolang != INTERNALlanguageId && form->prolang != ClanguageId &&
		form->prokind != PROKIND_AGGREGATE;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static void
note_name(const char *name, bool is_operator, void *context)
{
	List	  **names = context;

	*names = lappend(*names, pstrdup(name));
}

/* The names in a function's text, each once. */
static List *
names_in(HeapTuple function)
{
	List	   *names = NIL;
	List	   *result = NIL;
	bool		isnull;
	Datum		source = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosrc, &isnull);
	ListCell   *lc;

	if (isnull)
		return NIL;
	aqumv_visit_names(TextDatumGetCString(source), note_name, &names);
	list_sort(names, compare_names);
	foreach(lc, names)
	{
		if (result == NIL || strcmp(llast(result), lfirst(lc)) != 0)
			result = lappend(result, lfirst(lc));
	}
	return result;
}

static void
note_schema(const char *name, List **schemas)
{
	Oid			schema = get_namespace_oid(name, true);

	if (OidIsValid(schema) && schema != PG_CATALOG_NAMESPACE)
		*schemas = list_append_unique_oid(*schemas, schema);
}

/* The schemas that a function's names may lead to. */
static List *
schemas_of(HeapTuple function, List *names)
{
	List	   *schemas = NIL;
	List	   *path = NIL;
	char	   *setting = aqumv_path_of_function(function);
	ListCell   *lc;

	if (setting != NULL)
		(void) SplitIdentifierString(setting, ',', &path);
	else
	{
		schemas = list_make1_oid(((Form_pg_proc) GETSTRUCT(function))->pronamespace);
		note_schema("public", &schemas);
	}
	foreach(lc, path)
		note_schema(lfirst(lc), &schemas);
	foreach(lc, names)
		note_schema(lfirst(lc), &schemas);
	return schemas;
}

static void
note_meaning(const AqumvMeaning *meaning, AqumvNamed *named)
{
	Oid			object = meaning->object;
	Oid			function;

	named->schemas = list_append_unique_oid(named->schemas, meaning->schema);
	switch (meaning->catalog)
	{
		case ProcedureRelationId:
			named->functions = list_append_unique_oid(named->functions, object);
			break;
		case OperatorRelationId:
			named->operators = lappend_oid(named->operators, object);
			function = get_opcode(object);
			if (OidIsValid(function))
				named->functions = list_append_unique_oid(named->functions, function);
			break;
		case TypeRelationId:
			named->types = lappend_oid(named->types, object);
			break;
		default:
			named->others = lappend_oid(named->others, object);
			break;
	}
}

/*
 * All of users' objects that the names in a function's text may mean, in an
 * order that is always the same.
 */
AqumvNamed
aqumv_bind_names(HeapTuple function)
{
	AqumvNamed	named = {NIL, NIL, NIL, NIL, NIL};
	List	   *names = names_in(function);
	List	   *schemas = schemas_of(function, names);
	ListCell   *lc,
			   *meaning;

	foreach(lc, schemas == NIL ? NIL : names)
	{
		CHECK_FOR_INTERRUPTS();
		foreach(meaning, aqumv_meanings(lfirst(lc)))
		{
			if (((AqumvMeaning *) lfirst(meaning))->object >= FirstNormalObjectId &&
				list_member_oid(schemas, ((AqumvMeaning *) lfirst(meaning))->schema))
				note_meaning(lfirst(meaning), &named);
		}
	}
	list_sort(named.functions, list_oid_cmp);
	list_sort(named.operators, list_oid_cmp);
	list_sort(named.types, list_oid_cmp);
	list_sort(named.others, list_oid_cmp);
	return named;
}
