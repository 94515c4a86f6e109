/*-------------------------------------------------------------------------
 *
 * provenance.c
 *	  Is what a view holds the doing of its functions alone, and does planning a
 *	  scan of it run nothing but core?
 *
 *	  A view is filled under the search_path that its owner chose, and a function
 *	  whose body is looked up in there computes what the owner likes: good enough
 *	  for queries that call the owner's functions, not for others.
 *
 *	  The planner folds the expressions of a relation's indexes and statistics as
 *	  whoever plans.  They are looked at here as the catalog has them, unfolded.
 *
 *	  Doubt means that the view answers nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_index.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_statistic_ext.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "algebra/bodies.h"
#include "algebra/calls.h"
#include "algebra/provenance.h"
#include "algebra/usercode.h"
#include "compat.h"

/* ------------------------------------------------------------------------
 * Functions of the definition
 * ------------------------------------------------------------------------
 */

typedef struct FunctionCheck
{
	Oid			owner;			/* of the view */
	bool		needs_timezone;
	List	   *seen;			/* functions that have been looked at */
	AqumvReason *reason;
} FunctionCheck;

static bool check_function(Oid funcid, void *context);

/* Is a role's word as good as that of a function's owner? */
static bool
is_trusted_role(Oid role, Oid function_owner)
{
	HeapTuple	tuple;

	if (role == ROLE_PG_DATABASE_OWNER)
	{
		tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
		if (!HeapTupleIsValid(tuple))
			return false;
		role = ((Form_pg_database) GETSTRUCT(tuple))->datdba;
		ReleaseSysCache(tuple);
	}
	return role == function_owner || superuser_arg(role);
}

/*
 * May nobody but superusers and the function's owner create anything in a
 * schema?  The owner of a view may have friends, and what a function finds there
 * while the view is filled may have gone when anybody looks.
 */
static bool
is_closed_schema(Oid schema, Oid function_owner)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	bool		isnull;
	Datum		value;
	bool		closed;

	if (!HeapTupleIsValid(tuple))
		return false;
	closed = is_trusted_role(((Form_pg_namespace) GETSTRUCT(tuple))->nspowner, function_owner);
	value = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &isnull);
	if (!isnull)
	{
		Acl		   *acl = DatumGetAclP(value);

		for (int i = 0; i < ACL_NUM(acl); i++)
		{
			AclItem    *item = &ACL_DAT(acl)[i];

			if ((ACLITEM_GET_PRIVS(*item) & ACL_CREATE) != 0 &&
				(item->ai_grantee == ACL_ID_PUBLIC ||
				 !is_trusted_role(item->ai_grantee, function_owner)))
				closed = false;
		}
	}
	ReleaseSysCache(tuple);
	return closed;
}

/*
 * Does a search_path find the same for everybody, whatever the owner of a view
 * has made, or had made?  Not if it depends on who looks, or leads through a
 * schema where others create; temporary types and tables come first unless
 * pg_temp is said to be the last.
 */
static bool
is_safe_path(char *path, Oid function_owner)
{
	List	   *schemas;
	ListCell   *lc;

	if (!SplitIdentifierString(path, ',', &schemas) || schemas == NIL ||
		strcmp(llast(schemas), "pg_temp") != 0)
		return false;
	foreach(lc, list_truncate(schemas, list_length(schemas) - 1))
	{
		Oid			schema = get_namespace_oid(lfirst(lc), true);

		if (!OidIsValid(schema) || strcmp(lfirst(lc), "$user") == 0 ||
			isTempOrTempToastNamespace(schema) || !is_closed_schema(schema, function_owner))
			return false;
	}
	return true;
}

/* The search_path that a function sets for itself, or NULL. */
char *
aqumv_path_of_function(HeapTuple tuple)
{
	static const char name[] = "search_path=";
	bool		isnull;
	Datum		config = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &isnull);
	Datum	   *settings;
	int			n;

	if (isnull)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(config), TEXTOID, -1, false, TYPALIGN_INT,
					  &settings, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *setting = TextDatumGetCString(settings[i]);

		if (pg_strncasecmp(setting, name, strlen(name)) == 0)
			return setting + strlen(name);
	}
	return NULL;
}

/* Does the function run under a safe search_path of its own? */
static bool
pins_search_path(HeapTuple tuple)
{
	char	   *path = aqumv_path_of_function(tuple);

	return path != NULL && is_safe_path(path, ((Form_pg_proc) GETSTRUCT(tuple))->proowner);
}

/*
 * Does the function call what it was written to call, whatever the search_path?
 * So do those whose body was looked up once and for all, if what they call does.
 */
static bool
has_fixed_body(HeapTuple tuple, FunctionCheck *check)
{
	Node	   *body;

	if (pins_search_path(tuple))
		return true;
	body = aqumv_parsed_body(tuple);
	(void) aqumv_visit_calls(body, check_function, check);
	return body != NULL;
}

/*
 * Look at a function; sets the reason if the view's owner has a say in what it
 * computes.  False, for the walk to go on.
 */
static bool
check_function(Oid funcid, void *context)
{
	FunctionCheck *check = context;
	HeapTuple	tuple;
	Form_pg_proc form;

	if (funcid < FirstNormalObjectId || check->reason != NULL ||
		list_member_oid(check->seen, funcid))
		return check->reason != NULL;
	check->seen = lappend_oid(check->seen, funcid);
	if (aqumv_visit_calls(aqumv_defaults_of(funcid), check_function, check))
		return true;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->prokind == PROKIND_AGGREGATE)
		(void) aqumv_visit_parts(funcid, check_function, check);
	else if (form->prolang != INTERNALlanguageId && form->prolang != ClanguageId)
	{
		if (check->needs_timezone && !superuser_arg(form->proowner))
			check->reason = aqumv_reason(AQUMV_FUNCTION_OWNER,
										 "the view depends on TimeZone and calls function \"%s\", which could set it and is not a superuser's",
										 NameStr(form->proname));
		else if (form->proowner != check->owner && !superuser_arg(check->owner) &&
				 !has_fixed_body(tuple, check))
			check->reason = aqumv_reason(AQUMV_FUNCTION_OWNER,
										 "the view calls function \"%s\" of another owner, which finds what it calls through the search_path; ALTER FUNCTION ... SET search_path = ..., pg_temp helps",
										 NameStr(form->proname));
	}
	ReleaseSysCache(tuple);
	return check->reason != NULL;
}

/*
 * Does a language keep nothing between calls that another function, run as the
 * same user, may have changed?  The interpreters of others do: redefine a
 * function of Perl's, and all of a role's functions in PL/Perl call it.
 */
static bool
keeps_no_state(Oid language)
{
	char	   *name;

	if (language == INTERNALlanguageId || language == ClanguageId || language == SQLlanguageId)
		return true;
	name = get_language_name(language, true);
	return name != NULL && strcmp(name, "plpgsql") == 0;
}

/* The same as check_function() for what is called, be it by name, at whatever depth. */
static void
check_language(Oid funcid, FunctionCheck *check)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc form;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->proowner != check->owner && !keeps_no_state(form->prolang))
		check->reason = aqumv_reason(AQUMV_FUNCTION_OWNER,
									 "the view calls function \"%s\" of another owner, whose language keeps what functions of the view's owner may change",
									 NameStr(form->proname));
	ReleaseSysCache(tuple);
}

/*
 * May rows that were computed as the view's owner stand for what anybody's call
 * of the functions in its definition gives?  "reached" are all of users' functions
 * that these may call (fingerprint.c).  NULL means yes.
 */
AqumvReason *
aqumv_check_functions(Query *definition, List *reached, Oid owner, bool needs_timezone)
{
	FunctionCheck check = {.owner = owner,.needs_timezone = needs_timezone};
	ListCell   *lc;

	(void) aqumv_visit_calls((Node *) definition, check_function, &check);
	foreach(lc, check.reason != NULL || superuser_arg(owner) ? NIL : reached)
		check_language(lfirst_oid(lc), &check);
	return check.reason;
}

/* ------------------------------------------------------------------------
 * Indexes and statistics of the view
 * ------------------------------------------------------------------------
 */

/* Does an attribute of a catalog row hold an expression that runs users' code? */
static bool
has_user_code(int cacheid, HeapTuple tuple, AttrNumber attno)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(cacheid, tuple, attno, &isnull);

	return !isnull && aqumv_names_users_functions(stringToNode(TextDatumGetCString(value)));
}

static bool
index_is_harmless(Oid index)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool		harmless;

	if (!HeapTupleIsValid(tuple))
		return false;
	harmless = !has_user_code(INDEXRELID, tuple, Anum_pg_index_indexprs) &&
		!has_user_code(INDEXRELID, tuple, Anum_pg_index_indpred);
	ReleaseSysCache(tuple);
	return harmless;
}

static bool
statistics_are_harmless(Oid statistics)
{
	HeapTuple	tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(statistics));
	bool		harmless;

	if (!HeapTupleIsValid(tuple))
		return false;
	harmless = !has_user_code(STATEXTOID, tuple, Anum_pg_statistic_ext_stxexprs);
	ReleaseSysCache(tuple);
	return harmless;
}

/*
 * Can a scan of the view be planned without running what users have defined?
 * NULL means yes.
 */
AqumvReason *
aqumv_check_attachments(Relation view)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(view))
	{
		if (!index_is_harmless(lfirst_oid(lc)))
			return aqumv_reason(AQUMV_VIEW_INDEX,
								"index \"%s\" of the view calls a user's function, which planning might run",
								get_rel_name(lfirst_oid(lc)));
	}
	foreach(lc, RelationGetStatExtList(view))
	{
		if (!statistics_are_harmless(lfirst_oid(lc)))
			return aqumv_reason(AQUMV_VIEW_INDEX,
								"extended statistics of the view call a user's function, which planning might run");
	}
	return NULL;
}

static bool
checks_are_harmless(Relation rel)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;

	for (int i = 0; constr != NULL && i < constr->num_check; i++)
	{
		if (aqumv_calls_users_code(stringToNode(constr->check[i].ccbin)))
			return false;
	}
	return true;
}

/*
 * Can a relation be read as a role without running, in planning, what others
 * have attached to it?  Its owner attaches; a superuser may do as he likes.
 * The relation need not be locked: only the catalogs are looked at.
 */
bool
aqumv_is_harmless_for(Oid relid, Oid role)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		harmless;

	if (rel == NULL)
		return true;
	harmless = rel->rd_rel->relowner == role || superuser_arg(rel->rd_rel->relowner) ||
		(aqumv_check_attachments(rel) == NULL && checks_are_harmless(rel));
	RelationClose(rel);
	return harmless;
}
