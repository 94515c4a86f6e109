/*-------------------------------------------------------------------------
 *
 * objects.c
 *	  Which are aqumv's own tables and functions in this database?
 *
 *	  They count only if they belong to the extension, so that a schema of the
 *	  same name cannot stand in for it.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "hear.h"
#include "objects.h"

static const struct
{
	const char *table;
	const char *index;
}			own_names[AQUMV_OWN_TABLES] = {
	[AQUMV_OWN_TRACKING] = {"tracking", "tracking_relation"},
	[AQUMV_OWN_MARK] = {"mark", "mark_root"},
	[AQUMV_OWN_REFRESH] = {"refresh", "refresh_view"}
};

static struct
{
	bool		valid;
	Oid			tables[AQUMV_OWN_TABLES];
	Oid			indexes[AQUMV_OWN_TABLES];
	Oid			maintain;		/* the function */
}			own;

static void
forget_own_tables(Datum arg, Oid relid)
{
	if (own.valid &&
		(relid == InvalidOid || relid == own.tables[AQUMV_OWN_MARK] ||
		 relid == own.tables[AQUMV_OWN_TRACKING] || relid == own.tables[AQUMV_OWN_REFRESH]))
		own.valid = false;
}

static Oid
find_own_table(Oid schema, Oid extension, const char *name)
{
	Oid			relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid) ||
		getExtensionOfObject(RelationRelationId, relid) != extension)
		return InvalidOid;
	return relid;
}

/*
 * Is the extension installed in this database?  Cheap where it is, and one
 * syscache probe where it is not.
 */
bool
aqumv_is_installed(void)
{
	static bool registered = false;
	Oid			schema;
	Oid			extension;
	bool		all = true;

	if (own.valid)
		return true;
	if (!registered)
	{
		aqumv_hear_of_relations(forget_own_tables);
		registered = true;
	}
	schema = get_namespace_oid(AQUMV_SCHEMA, true);
	if (!OidIsValid(schema))
		return false;
	extension = get_extension_oid(AQUMV_EXTENSION, true);
	if (!OidIsValid(extension))
		return false;
	for (int i = 0; i < AQUMV_OWN_TABLES; i++)
	{
		own.tables[i] = find_own_table(schema, extension, own_names[i].table);
		own.indexes[i] = get_relname_relid(own_names[i].index, schema);
		all = all && OidIsValid(own.tables[i]) && OidIsValid(own.indexes[i]);
	}
	own.maintain = InvalidOid;
	own.valid = all;
	return all;
}

/* Is this one of aqumv's own tables? */
bool
aqumv_is_own_table(Oid relid)
{
	if (!aqumv_is_installed())
		return false;
	for (int i = 0; i < AQUMV_OWN_TABLES; i++)
	{
		if (relid == own.tables[i])
			return true;
	}
	return false;
}

/*
 * Open one of our own tables, and tell its index.  NULL if the extension is
 * not, or no longer, installed.
 *
 * The index is looked up when the lock on the table is there: REINDEX
 * CONCURRENTLY may have put another one in its place, and cannot while we
 * have the lock.
 */
Relation
aqumv_open_own_table(AqumvOwnTable which, LOCKMODE lockmode, Oid *index)
{
	Relation	rel;

	if (!aqumv_is_installed())
		return NULL;
	rel = try_table_open(own.tables[which], lockmode);
	if (rel == NULL)
		return NULL;
	if (!aqumv_is_installed() || RelationGetRelid(rel) != own.tables[which])
	{
		table_close(rel, lockmode);
		return NULL;
	}
	*index = own.indexes[which];
	return rel;
}

/* ------------------------------------------------------------------------
 * Functions
 * ------------------------------------------------------------------------
 */

/* OID of one of the trigger functions. */
Oid
aqumv_trigger_function(const char *name)
{
	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  0, NULL, false);
}

/*
 * Is this the trigger function that maintains views?  Asked by every statement.
 */
bool
aqumv_is_maintain_function(Oid funcid)
{
	if (!aqumv_is_installed())
		return false;
	/* it lives as long as our tables */
	if (!OidIsValid(own.maintain))
		own.maintain = aqumv_trigger_function("maintain");
	return funcid == own.maintain;
}

/*
 * A function or aggregate behind hidden columns, or InvalidOid.
 */
static Oid
column_function(const char *name, Oid argument)
{
	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  1, &argument, true);
}

Oid
aqumv_scales_function(void)
{
	return column_function("scales", NUMERICOID);
}

Oid
aqumv_row_hash_function(void)
{
	return column_function("row_hash", ANYOID);
}

/*
 * Of a count, a sum and a sum of squares; or InvalidOid.
 */
Oid
aqumv_variance_function(const char *name)
{
	Oid			arguments[] = {INT8OID, NUMERICOID, NUMERICOID};

	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  lengthof(arguments), arguments, true);
}

/*
 * The aggregate of states of core's aggregate of this name; or InvalidOid.
 */
Oid
aqumv_moments_aggregate(const char *name)
{
	Oid			argument = FLOAT8ARRAYOID;

	return LookupFuncName(list_make2(makeString(AQUMV_SCHEMA), makeString(pstrdup(name))),
						  1, &argument, true);
}
