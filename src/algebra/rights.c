/*-------------------------------------------------------------------------
 *
 * rights.c
 *	  May the user do what only the query as written would be asked for?
 *
 *	  A rewritten query reads what a function returned, and the executor never
 *	  gets to check the privilege to call it.  Of functions that it calls
 *	  instead, the executor would say that they may not be called.  Nor does
 *	  anything look up what those functions would call, in schemas that the user
 *	  may not use (lookups.c).  The query's rows,
 *	  or their number, tell of columns that the query does not mention; and it
 *	  shows what somebody else's user mapping has fetched from a foreign server.
 *	  Privileges on tables need no such check: their entries stay in the range
 *	  table.
 *
 *	  What was found in planning is a list of OIDs, looked at again when a plan
 *	  is executed by another user, or once anything about rights has changed.
 *	  Doubt means "may not".
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_user_mapping.h"
#include "common/hashfn.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/acl.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "algebra/aggregate.h"
#include "algebra/bodies.h"
#include "algebra/meanings.h"
#include "algebra/rights.h"
#include "compat.h"
#include "hear.h"

uint64		aqumv_rights_changes = 1;

/* ------------------------------------------------------------------------
 * Functions
 * ------------------------------------------------------------------------
 */

typedef struct Noted
{
	List	   *functions;
	bool		is_call;		/* by a user's function */
} Noted;

/* What a user's function calls in its caller's name, itself first. */
typedef struct CallsEntry
{
	Oid			funcid;			/* hash key */
	List	   *functions;
} CallsEntry;

static HTAB *calls = NULL;
static MemoryContext calls_context = NULL;
static uint64 calls_changes = 0;	/* aqumv_call_changes that they are of */

static bool functions_walker(Node *node, void *context);

/* Add a function, and what it calls in its caller's name. */
static void
note_calls(Oid funcid, Noted *noted)
{
	List	   *called;
	ListCell   *lc;

	if (list_member_oid(noted->functions, funcid))
		return;
	check_stack_depth();
	noted->functions = lappend_oid(noted->functions, funcid);
	(void) functions_walker(aqumv_defaults_of(funcid), noted);
	(void) functions_walker(aqumv_body_of(funcid, &called), noted);
	foreach(lc, called)
		note_calls(lfirst_oid(lc), noted);
}

static void
forget_calls(void)
{
	HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(CallsEntry)};

	if (calls_context != NULL)
		MemoryContextDelete(calls_context);
	calls = NULL;
	calls_context = NULL;
	calls_context = AllocSetContextCreate(CacheMemoryContext, "aqumv calls",
										  ALLOCSET_DEFAULT_SIZES);
	ctl.hcxt = calls_context;
	calls = hash_create("aqumv calls", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The same, remembered: a text may be long, and name what has others. */
static List *
calls_of(Oid funcid)
{
	Noted		noted = {NIL, true};
	CallsEntry *entry;
	uint64		changes = aqumv_call_changes;
	MemoryContext context;

	if (calls == NULL || calls_changes != changes)
	{
		forget_calls();
		calls_changes = changes;
	}
	entry = hash_search(calls, &funcid, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->functions;
	note_calls(funcid, &noted);
	if (changes != aqumv_call_changes)
		return noted.functions;
	context = MemoryContextSwitchTo(calls_context);
	noted.functions = list_copy(noted.functions);
	MemoryContextSwitchTo(context);
	entry = hash_search(calls, &funcid, HASH_ENTER, NULL);
	entry->functions = noted.functions;
	return noted.functions;
}

static bool
note_function(Oid funcid, void *context)
{
	Noted	   *noted = context;

	if (noted->is_call)
		note_calls(funcid, noted);
	else if (!list_member_oid(noted->functions, funcid))
		noted->functions = funcid < FirstNormalObjectId ?
			lappend_oid(noted->functions, funcid) :
			list_concat_unique_oid(noted->functions, calls_of(funcid));
	return false;
}

/* The executor may look a long list of constants up by hash. */
static void
note_hash_functions(Oid operator, void *context)
{
	RegProcedure left,
				right;

	if (!get_op_hash_functions(operator, &left, &right))
		return;
	(void) note_function(left, context);
	(void) note_function(right, context);
}

/* So it may that of what x is not to be: by equality, and what that is hashed with. */
static void
note_hashed(const ScalarArrayOpExpr *saop, void *context)
{
	Oid			negator = saop->useOr ? InvalidOid : get_negator(saop->opno);

	if (!OidIsValid(negator))
	{
		note_hash_functions(saop->opno, context);
		return;
	}
	(void) note_function(get_opcode(negator), context);
	note_hash_functions(negator, context);
}

static bool
functions_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, functions_walker, context,
								 QTW_EXAMINE_SORTGROUP);
	/* whoever groups calls the keys' equality */
	if (IsA(node, SortGroupClause))
		return note_function(get_opcode(((SortGroupClause *) node)->eqop), context);
	if (IsA(node, ScalarArrayOpExpr))
		note_hashed((ScalarArrayOpExpr *) node, context);
	(void) check_functions_in_node(node, note_function, context);
	return expression_tree_walker(node, functions_walker, context);
}

/*
 * Add all functions that a query or an expression calls, those in its
 * subqueries too: columns of a view may take their place there as well.
 */
void
aqumv_note_functions(Node *node, List **functions)
{
	Noted		noted = {*functions, false};

	(void) functions_walker(node, &noted);
	*functions = noted.functions;
}

/* The same for the entries of a range table. */
void
aqumv_note_functions_of_tables(List *rtable, List **functions)
{
	Noted		noted = {*functions, false};

	(void) range_table_walker(rtable, functions_walker, &noted, QTW_EXAMINE_SORTGROUP);
	*functions = noted.functions;
}

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

/*
 * Is a function no aggregate of a user's, or may its owner call what it is made
 * of?  The executor asks that of the owner, whoever calls the aggregate.
 */
static bool
owner_may_call_parts(Oid funcid)
{
	HeapTuple	tuple = funcid < FirstNormalObjectId ? NULL :
		SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		may;
	bool		is_aggregate;
	Oid			owner;
	Oid			parts[AQUMV_AGGREGATE_PARTS];
	int			n;

	if (!HeapTupleIsValid(tuple))
		return true;
	is_aggregate = ((Form_pg_proc) GETSTRUCT(tuple))->prokind == PROKIND_AGGREGATE;
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	if (!is_aggregate)
		return true;
	n = aqumv_aggregate_parts(funcid, parts);
	may = n > 0;
	for (int i = 0; i < n && may; i++)
		may = aqumv_compat_role_may_execute(parts[i], owner);
	return may;
}

/* May the current user call all of these?  Not one that has been dropped. */
bool
aqumv_may_execute(List *functions)
{
	ListCell   *lc;

	foreach(lc, functions)
	{
		Oid			funcid = lfirst_oid(lc);

		if (!has_default_privileges(funcid) &&
			(!SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(funcid)) ||
			 !aqumv_compat_may_execute(funcid)))
			return false;
		if (!owner_may_call_parts(funcid))
			return false;
	}
	return true;
}

/* May the current user use all of these?  Not one that has been dropped. */
bool
aqumv_may_use(List *schemas)
{
	ListCell   *lc;

	foreach(lc, schemas)
	{
		if (!SearchSysCacheExists1(NAMESPACEOID, ObjectIdGetDatum(lfirst_oid(lc))) ||
			!aqumv_compat_may_use_schema(lfirst_oid(lc)))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * Columns and user mappings
 * ------------------------------------------------------------------------
 */

static Oid
role_or_current(Oid role)
{
	return OidIsValid(role) ? role : GetUserId();
}

/* May each of these columns be selected?  Who may select all of a table may. */
bool
aqumv_may_select(List *columns)
{
	Oid			relid = InvalidOid;
	Oid			role = InvalidOid;
	bool		may_all = false;

	for (int i = 0; i < list_length(columns); i += 3)
	{
		Oid			whose = role_or_current(list_nth_oid(columns, i + 1));

		if (list_nth_oid(columns, i) != relid || whose != role)
		{
			relid = list_nth_oid(columns, i);
			role = whose;
			may_all = pg_class_aclcheck(relid, role, ACL_SELECT) == ACLCHECK_OK;
		}
		if (!may_all &&
			pg_attribute_aclcheck(relid, (AttrNumber) list_nth_oid(columns, i + 2), role,
								  ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return true;
}

/* The user mapping that a role connects with, which may be PUBLIC's, or NULL. */
static HeapTuple
find_mapping(Oid server, Oid role)
{
	HeapTuple	tuple = SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role),
										ObjectIdGetDatum(server));

	return HeapTupleIsValid(tuple) ? tuple :
		SearchSysCache2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
						ObjectIdGetDatum(server));
}

/* Do two user mappings, none of them NULL, have the same options? */
static bool
same_options(HeapTuple a, HeapTuple b)
{
	bool		a_isnull,
				b_isnull;
	Datum		a_options = SysCacheGetAttr(USERMAPPINGUSERSERVER, a,
											Anum_pg_user_mapping_umoptions, &a_isnull);
	Datum		b_options = SysCacheGetAttr(USERMAPPINGUSERSERVER, b,
											Anum_pg_user_mapping_umoptions, &b_isnull);

	if (a_isnull || b_isnull)
		return a_isnull && b_isnull;
	return datum_image_eq(a_options, b_options, false, -1);
}

/*
 * Would a role connect to a server as another does?  What a superuser connects
 * with may be refused to others (postgres_fdw's password_required).
 */
static bool
may_connect_as(Oid server, Oid role, Oid other)
{
	HeapTuple	mine,
				others;
	bool		same;

	if (role == other)
		return true;
	if (superuser_arg(other) && !superuser_arg(role))
		return false;
	mine = find_mapping(server, role);
	others = find_mapping(server, other);
	same = HeapTupleIsValid(mine) == HeapTupleIsValid(others) &&
		(!HeapTupleIsValid(mine) || same_options(mine, others));
	if (HeapTupleIsValid(mine))
		ReleaseSysCache(mine);
	if (HeapTupleIsValid(others))
		ReleaseSysCache(others);
	return same;
}

/* With what does a role connect to a server?  0 if with nothing of its own. */
uint64
aqumv_hash_of_mapping(Oid server, Oid role)
{
	HeapTuple	tuple = find_mapping(server, role);
	uint64		hash = 1;
	bool		isnull;
	Datum		options;

	if (!HeapTupleIsValid(tuple))
		return 0;
	options = SysCacheGetAttr(USERMAPPINGUSERSERVER, tuple, Anum_pg_user_mapping_umoptions,
							  &isnull);
	if (!isnull)
	{
		bytea	   *bytes = (bytea *) PG_DETOAST_DATUM(options);

		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(bytes),
								   VARSIZE_ANY_EXHDR(bytes), 0);
	}
	ReleaseSysCache(tuple);
	return hash;
}

/* Would all these connections be the same? */
bool
aqumv_may_connect(List *mappings)
{
	for (int i = 0; i < list_length(mappings); i += 3)
	{
		if (!may_connect_as(list_nth_oid(mappings, i),
							role_or_current(list_nth_oid(mappings, i + 1)),
							list_nth_oid(mappings, i + 2)))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * All of them
 * ------------------------------------------------------------------------
 */

/* Does the current user have the rights that a plan was made with? */
bool
aqumv_rights_hold(const AqumvRights *rights)
{
	return aqumv_may_execute(rights->functions) && aqumv_may_use(rights->schemas) &&
		aqumv_may_select(rights->columns) &&
		aqumv_may_connect(rights->mappings);
}

/* Add rights to others. */
void
aqumv_merge_rights(AqumvRights *rights, const AqumvRights *more)
{
	rights->functions = list_concat_unique_oid(rights->functions, more->functions);
	rights->schemas = list_concat_unique_oid(rights->schemas, more->schemas);
	rights->columns = list_concat(rights->columns, more->columns);
	rights->mappings = list_concat(rights->mappings, more->mappings);
}

/* May the user know of a relation?  Not without USAGE on its schema. */
bool
aqumv_is_visible(Oid relid)
{
	Oid			schema = get_rel_namespace(relid);

	return OidIsValid(schema) && aqumv_compat_may_use_schema(schema);
}

static void
count_change(Datum arg, int cacheid, uint32 hashvalue)
{
	aqumv_rights_changes++;
	aqumv_invalidations++;
}

void
aqumv_rights_init(void)
{
	/*
	 * Who is a member of what, who is superuser, who owns the database.  When
	 * a schema changes, all cached plans are made again.
	 */
	static const int caches[] = {AUTHOID, AUTHMEMROLEMEM, DATABASEOID, PROCOID,
	USERMAPPINGOID, FOREIGNSERVEROID};

	for (int i = 0; i < lengthof(caches); i++)
		aqumv_hear_of_catalog(caches[i], count_change);
}
