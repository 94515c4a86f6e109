/*-------------------------------------------------------------------------
 *
 * meanings.c
 *	  What is called by a name, in any schema?
 *
 *	  Functions, types, collations, text search configurations and dictionaries,
 *	  and operators: all that a user may make and a text may name.  They are
 *	  remembered by name.  Core's lists of catalog entries are not used: before
 *	  PostgreSQL 17 they are searched one by one, by whoever needs any of them, so
 *	  that the thousand words of a function made everything slow.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "algebra/meanings.h"
#include "hear.h"

/* more names than that are not kept */
#define MOST_NAMES	20000

uint64		aqumv_call_changes = 1;

/* In each the first columns are OID, name and schema. */
static const struct
{
	Oid			catalog;
	Oid			index;			/* begins with the name */
}			catalogs[] = {
	{OperatorRelationId, OperatorNameNspIndexId},	/* the first: see look_up */
	{ProcedureRelationId, ProcedureNameArgsNspIndexId},
	{TypeRelationId, TypeNameNspIndexId},
	{CollationRelationId, CollationNameEncNspIndexId},
	{TSConfigRelationId, TSConfigNameNspIndexId},
	{TSDictionaryRelationId, TSDictionaryNameNspIndexId}
};

typedef struct NameEntry
{
	NameData	name;			/* hash key */
	List	   *meanings;
} NameEntry;

static HTAB *names = NULL;
static MemoryContext names_context = NULL;
static bool names_are_stale = true;
static List *casts = NIL;		/* OIDs, each with that of its function */
static uint64 cast_changes = 1;
static uint64 casts_of = 0;		/* cast_changes that they are of */

bool
aqumv_is_operator_char(char c)
{
	return c != '\0' && strchr("~!@#^&|`?+-*/%<>=", c) != NULL;
}

static List *
look_up_in(int which, const char *name, List *meanings)
{
	Relation	catalog = table_open(catalogs[which].catalog, AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_proc_proname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	scan = systable_beginscan(catalog, catalogs[which].index, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		AqumvMeaning *meaning = palloc(sizeof(AqumvMeaning));
		bool		isnull;

		meaning->catalog = catalogs[which].catalog;
		meaning->object = DatumGetObjectId(heap_getattr(tuple, Anum_pg_proc_oid,
														RelationGetDescr(catalog), &isnull));
		meaning->schema = DatumGetObjectId(heap_getattr(tuple, Anum_pg_proc_pronamespace,
														RelationGetDescr(catalog), &isnull));
		meanings = lappend(meanings, meaning);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return meanings;
}

static void
forget_names(void)
{
	HASHCTL		ctl = {.keysize = sizeof(NameData),.entrysize = sizeof(NameEntry)};

	if (names_context != NULL)
		MemoryContextDelete(names_context);
	names = NULL;
	names_context = NULL;
	names_context = AllocSetContextCreate(CacheMemoryContext, "aqumv names",
										  ALLOCSET_DEFAULT_SIZES);
	ctl.hcxt = names_context;
	names = hash_create("aqumv names", 256, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	names_are_stale = false;
}

/*
 * All objects of a name, shorter than NAMEDATALEN, as AqumvMeaning; the list is
 * good until the next call.
 */
List *
aqumv_meanings(const char *name)
{
	NameEntry  *entry;
	List	   *found = NIL;
	MemoryContext context;

	if (names == NULL || names_are_stale || hash_get_num_entries(names) >= MOST_NAMES)
		forget_names();
	entry = hash_search(names, name, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->meanings;
	context = MemoryContextSwitchTo(names_context);
	/* only operators have names of such characters, and no others */
	for (int i = aqumv_is_operator_char(name[0]) ? 0 : 1; i < lengthof(catalogs); i++)
		found = look_up_in(i, name, found);
	MemoryContextSwitchTo(context);
	entry = hash_search(names, name, HASH_ENTER, NULL);
	entry->meanings = found;
	return found;
}

/*
 * All casts of users, as OIDs, each followed by that of its function, in an order
 * that is always the same: casts have no names, so any text may mean any of them.
 * Nothing of a cast can be altered.
 */
List *
aqumv_users_casts(void)
{
	uint64		changes = cast_changes;
	Relation	catalog;
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *found = NIL;
	MemoryContext context;

	if (casts_of == changes)
		return casts;
	catalog = table_open(CastRelationId, AccessShareLock);
	scan = systable_beginscan(catalog, CastOidIndexId, true, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_cast form = (Form_pg_cast) GETSTRUCT(tuple);

		if (form->oid >= FirstNormalObjectId)
			found = lappend_oid(lappend_oid(found, form->oid), form->castfunc);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	if (changes != cast_changes)
		return found;
	context = MemoryContextSwitchTo(CacheMemoryContext);
	found = list_copy(found);
	MemoryContextSwitchTo(context);
	list_free(casts);
	casts = found;
	casts_of = changes;
	return casts;
}

static void
forget_meanings(Datum arg, int cacheid, uint32 hashvalue)
{
	if (cacheid == CASTSOURCETARGET)
		cast_changes++;
	else
		names_are_stale = true;
	if (cacheid == PROCOID || cacheid == OPEROID || cacheid == CASTSOURCETARGET)
		aqumv_call_changes++;
}

void
aqumv_meanings_init(void)
{
	static const int caches[] = {PROCOID, OPEROID, TYPEOID, COLLOID, TSCONFIGOID, TSDICTOID,
	CASTSOURCETARGET};

	for (int i = 0; i < lengthof(caches); i++)
		aqumv_hear_of_catalog(caches[i], forget_meanings);
}
