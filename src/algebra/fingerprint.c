/*-------------------------------------------------------------------------
 *
 * fingerprint.c
 *	  Which users' functions does a definition call, and what do they do?
 *
 *	  What text search configurations do counts, too, where the definition has them.
 *
 *	  Of two definitions that call functions which do something else, the
 *	  fingerprints differ; so do those of versions of one function.  Of calls that
 *	  are bound late, by name, counts what the names may mean (latebound.c);
 *	  provenance.c asks who else may bind them.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "algebra/aggregate.h"
#include "algebra/bodies.h"
#include "algebra/fingerprint.h"
#include "algebra/latebound.h"
#include "algebra/meanings.h"
#include "algebra/support.h"
#include "algebra/textsearch.h"
#include "compat.h"

/* Is a function our own?  The library does what it does. */
static bool
is_own_function(Oid funcid)
{
	return get_func_namespace(funcid) == get_namespace_oid(AQUMV_SCHEMA, true);
}

static bool fingerprint_walker(Node *node, void *context);

/*
 * Every bit counts for all bits that come after: OIDs of neighbours differ in the
 * last one, and what differs there must not be made the same by another change.
 */
static void
add_to(int64 *fingerprint, uint64 value)
{
	*fingerprint = (int64) hash_bytes_extended((unsigned char *) &value, sizeof(value),
											   (uint64) *fingerprint);
}

static void add_function(Oid funcid, AqumvFingerprint *fingerprint);
static void add_aggregate(HeapTuple tuple, AqumvFingerprint *fingerprint);

static void
note_hash(int cacheid, Oid oid, AqumvFingerprint *fingerprint)
{
	uint32		hash = GetSysCacheHashValue1(cacheid, ObjectIdGetDatum(oid));

	if (OidIsValid(oid))
		fingerprint->hashes = list_append_unique_oid(fingerprint->hashes, (Oid) hash);
}

/* Add a text search configuration or dictionary; other objects add nothing. */
static void
add_text_search(Oid object, AqumvFingerprint *fingerprint)
{
	AqumvTextSearch found = {0};

	aqumv_look_at_text_search(object, &found);
	if (found.hashes == NIL)
		return;
	add_to(&fingerprint->what, found.what);
	add_to(&fingerprint->which, found.which);
	fingerprint->hashes = list_concat_unique_oid(fingerprint->hashes, found.hashes);
	fingerprint->hashes = list_append_unique_oid(fingerprint->hashes, AQUMV_TEXT_SEARCH);
}

/* The type that a domain is over, which may be another domain. */
static Oid
type_below(Oid domain)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(domain));
	Oid			result = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		result = ((Form_pg_type) GETSTRUCT(tuple))->typbasetype;
		ReleaseSysCache(tuple);
	}
	return result;
}

/* Add what the constraints of a domain itself call. */
static void
add_constraints(Oid domain, AqumvFingerprint *fingerprint)
{
	Relation	rel = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *called = list_copy(fingerprint->called);

	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(domain));
	scan = systable_beginscan(rel, ConstraintTypidIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_constraint_conbin,
										 RelationGetDescr(rel), &isnull);

		if (!isnull)
			(void) fingerprint_walker(stringToNode(TextDatumGetCString(value)), fingerprint);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	fingerprint->called = called;
}

/*
 * Add what checks values of a type, or of one within it: who makes a value of a
 * domain calls its constraints, which stand nowhere in what he calls.
 */
static void
add_checks(Oid type, AqumvFingerprint *fingerprint)
{
	if (OidIsValid(get_element_type(type)))
		type = get_element_type(type);
	if (type < FirstNormalObjectId || list_member_oid(fingerprint->checked, type))
		return;
	check_stack_depth();
	fingerprint->checked = lappend_oid(fingerprint->checked, type);
	if (get_typtype(type) == TYPTYPE_DOMAIN)
	{
		add_constraints(type, fingerprint);
		add_checks(type_below(type), fingerprint);
	}
	else if (get_typtype(type) == TYPTYPE_COMPOSITE)
	{
		TupleDesc	desc = lookup_rowtype_tupdesc_copy(type, -1);

		for (int i = 0; i < desc->natts; i++)
		{
			if (!TupleDescAttr(desc, i)->attisdropped)
				add_checks(TupleDescAttr(desc, i)->atttypid, fingerprint);
		}
	}
}

/*
 * Add what the names in a function's text mean today.  Whatever is created might
 * be meant as well from then on.
 */
static void
add_names(HeapTuple function, AqumvFingerprint *fingerprint)
{
	AqumvNamed	named = aqumv_bind_names(function);
	List	   *called = list_copy(fingerprint->called);
	List	   *casts = list_copy(aqumv_users_casts());
	ListCell   *lc,
			   *ls;

	/* who had a say in what others are not seen to have */
	add_to(&fingerprint->what, ((Form_pg_proc) GETSTRUCT(function))->proowner);
	fingerprint->hashes = list_append_unique_oid(fingerprint->hashes, AQUMV_ANY_FUNCTION);
	foreach(lc, named.functions)
		add_function(lfirst_oid(lc), fingerprint);
	for (int i = 0; i < list_length(casts); i += 2)
	{
		add_to(&fingerprint->what, list_nth_oid(casts, i));
		add_to(&fingerprint->which, list_nth_oid(casts, i));
		add_function(list_nth_oid(casts, i + 1), fingerprint);
	}
	fingerprint->called = called;
	foreach(lc, named.operators)
	{
		note_hash(OPEROID, lfirst_oid(lc), fingerprint);
		add_to(&fingerprint->what, (uint64) get_opcode(lfirst_oid(lc)) << 32 | lfirst_oid(lc));
		add_to(&fingerprint->which, lfirst_oid(lc));
	}
	foreach(lc, named.types)
	{
		note_hash(TYPEOID, lfirst_oid(lc), fingerprint);
		add_to(&fingerprint->what, (uint64) getBaseType(lfirst_oid(lc)) << 32 | lfirst_oid(lc));
		add_to(&fingerprint->which, lfirst_oid(lc));
		add_checks(lfirst_oid(lc), fingerprint);
		foreach(ls, aqumv_support_of_type(lfirst_oid(lc)))
			add_function(lfirst_oid(ls), fingerprint);
	}
	foreach(lc, named.others)
	{
		add_to(&fingerprint->what, lfirst_oid(lc));
		add_to(&fingerprint->which, lfirst_oid(lc));
		add_text_search(lfirst_oid(lc), fingerprint);
	}
}

static void
add_aggregate_of(Oid funcid, AqumvFingerprint *fingerprint)
{
	HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(funcid));

	if (!HeapTupleIsValid(tuple))
		return;
	add_aggregate(tuple, fingerprint);
	ReleaseSysCache(tuple);
}

/*
 * Add a user's function to a fingerprint, and those that it calls.
 */
static void
add_function(Oid funcid, AqumvFingerprint *fingerprint)
{
	static const AttrNumber body[] = {Anum_pg_proc_prosrc, Anum_pg_proc_probin,
	Anum_pg_proc_prosqlbody, Anum_pg_proc_proconfig, Anum_pg_proc_proargdefaults};
	HeapTuple	tuple;
	Form_pg_proc form;

	if (!OidIsValid(funcid) || funcid < FirstNormalObjectId || is_own_function(funcid) ||
		list_member_oid(fingerprint->seen, funcid))
		return;
	check_stack_depth();
	note_hash(PROCOID, funcid, fingerprint);
	fingerprint->seen = lappend_oid(fingerprint->seen, funcid);
	(void) fingerprint_walker(aqumv_defaults_of(funcid), fingerprint);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return;
	add_to(&fingerprint->what, funcid);
	for (int i = 0; i < lengthof(body); i++)
	{
		bool		isnull;
		Datum		value = SysCacheGetAttr(PROCOID, tuple, body[i], &isnull);
		bytea	   *bytes;

		if (isnull)
			continue;
		/* provenance.c looks at what such a body calls */
		if (body[i] == Anum_pg_proc_prosqlbody || body[i] == Anum_pg_proc_proargdefaults)
			fingerprint->hashes = list_append_unique_oid(fingerprint->hashes, AQUMV_ANY_FUNCTION);
		bytes = (bytea *) PG_DETOAST_DATUM(value);
		add_to(&fingerprint->what, hash_bytes_extended((unsigned char *) VARDATA_ANY(bytes),
													   VARSIZE_ANY_EXHDR(bytes), i));
		if (body[i] == Anum_pg_proc_prosqlbody)
		{
			List	   *called = list_copy(fingerprint->called);

			/* whose rights that needs is another matter */
			(void) fingerprint_walker(stringToNode(TextDatumGetCString(value)), fingerprint);
			fingerprint->called = called;
		}
	}
	form = (Form_pg_proc) GETSTRUCT(tuple);
	add_checks(form->prorettype, fingerprint);
	for (int i = 0; i < form->pronargs; i++)
		add_checks(form->proargtypes.values[i], fingerprint);
	add_to(&fingerprint->what, form->prolang ^ (uint64) form->provolatile << 32 ^
		   (uint64) form->proisstrict << 40 ^ (uint64) form->prosecdef << 41);
	add_to(&fingerprint->which, HeapTupleHeaderGetRawXmin(tuple->t_data));
	add_to(&fingerprint->which, ItemPointerGetBlockNumber(&tuple->t_self));
	add_to(&fingerprint->which, ItemPointerGetOffsetNumber(&tuple->t_self));
	if (aqumv_is_bound_late(tuple))
		add_names(tuple, fingerprint);
	else if (form->prokind == PROKIND_AGGREGATE)
		add_aggregate_of(funcid, fingerprint);
	ReleaseSysCache(tuple);
}

/* The same for an aggregate and the functions that it is made of. */
static void
add_aggregate(HeapTuple tuple, AqumvFingerprint *fingerprint)
{
	Form_pg_aggregate agg = (Form_pg_aggregate) GETSTRUCT(tuple);
	Oid			parts[AQUMV_AGGREGATE_PARTS];
	int			n = aqumv_aggregate_parts(agg->aggfnoid, parts);
	bool		isnull;
	Datum		init;

	for (int i = 0; i < n; i++)
		add_function(parts[i], fingerprint);
	if (agg->aggfnoid < FirstNormalObjectId || is_own_function(agg->aggfnoid))
		return;
	note_hash(AGGFNOID, agg->aggfnoid, fingerprint);
	add_to(&fingerprint->what, (uint64) agg->aggtransfn << 32 | agg->aggfinalfn);
	add_to(&fingerprint->what, (uint64) agg->aggtranstype << 32 | agg->aggsortop);
	init = SysCacheGetAttr(AGGFNOID, tuple, Anum_pg_aggregate_agginitval, &isnull);
	if (!isnull)
	{
		char	   *value = TextDatumGetCString(init);

		add_to(&fingerprint->what, hash_bytes_extended((unsigned char *) value, strlen(value), 0));
	}
}

static bool
add_function_checker(Oid funcid, void *context)
{
	AqumvFingerprint *fingerprint = context;

	add_function(funcid, fingerprint);
	fingerprint->called = list_append_unique_oid(fingerprint->called, funcid);
	return false;
}

static bool
fingerprint_walker(Node *node, void *context)
{
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, fingerprint_walker, context,
								 QTW_EXAMINE_SORTGROUP);
	if (IsA(node, Aggref))
		add_aggregate_of(((Aggref *) node)->aggfnoid, context);
	if (IsA(node, Const) && !((Const *) node)->constisnull &&
		(((Const *) node)->consttype == REGCONFIGOID ||
		 ((Const *) node)->consttype == REGDICTIONARYOID))
		add_text_search(DatumGetObjectId(((Const *) node)->constvalue), context);
	foreach(lc, aqumv_support_functions(node))
		add_function(lfirst_oid(lc), context);
	if (IsA(node, CoerceToDomain))
		add_checks(((CoerceToDomain *) node)->resulttype, context);
	check_functions_in_node(node, add_function_checker, context);
	return expression_tree_walker(node, fingerprint_walker, context);
}

/*
 * Of a view's definition.  Users' functions were found through the search_path
 * that its owner chose, so he is part of it; without any, "what" is 0.
 */
AqumvFingerprint
aqumv_fingerprint(Query *definition, Oid owner)
{
	AqumvFingerprint fingerprint = {0};

	(void) fingerprint_walker((Node *) definition, &fingerprint);
	if (fingerprint.what != 0)
		add_to(&fingerprint.what, owner);
	return fingerprint;
}

/*
 * Which versions of functions does a definition call, as far as this backend
 * has heard?
 */
int64
aqumv_function_versions(Query *definition)
{
	AqumvFingerprint fingerprint = {0};

	(void) fingerprint_walker((Node *) definition, &fingerprint);
	return fingerprint.which;
}
