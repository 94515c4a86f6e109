/*-------------------------------------------------------------------------
 *
 * option.c
 *	  How is this view to be maintained?
 *
 *	  The answer is kept as a security label of a provider of our own: labels
 *	  are transactional, go with the view, and pg_dump and pg_upgrade carry
 *	  them, while they would not carry a storage parameter in a namespace that
 *	  PostgreSQL does not know, nor a row in a table of ours.  A view without a
 *	  label is maintained by REFRESH.
 *
 *	  People do not write labels but WITH (aqumv.incremental) or SET
 *	  (aqumv.maintenance = ...), which ddl.c takes out of the statement.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_seclabel.h"
#include "commands/defrem.h"
#include "commands/seclabel.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fresh/option.h"

#define PROVIDER "aqumv"
#define NAMESPACE "aqumv"
#define LABEL_IMMEDIATE "maintenance=immediate"

static const char *const maintenance_names[] = {
	[AQUMV_MANUAL] = "manual",
	[AQUMV_IMMEDIATE] = "immediate"
};

/* ------------------------------------------------------------------------
 * Labels
 * ------------------------------------------------------------------------
 */

/*
 * May this label be set?  PostgreSQL has checked that the user owns the object.
 */
static void
check_label(const ObjectAddress *object, const char *label)
{
	if (label == NULL)
		return;
	if (object->classId != RelationRelationId || object->objectSubId != 0 ||
		get_rel_relkind(object->objectId) != RELKIND_MATVIEW)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("only materialized views have security labels of provider \"%s\"", PROVIDER),
				 errdetail("The label says how the view is maintained.")));
	if (strcmp(label, LABEL_IMMEDIATE) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid security label \"%s\" of provider \"%s\"", label, PROVIDER),
				 errdetail("The only label is \"%s\"; without one a view is maintained by REFRESH.",
						   LABEL_IMMEDIATE),
				 errhint("Use ALTER MATERIALIZED VIEW ... SET (aqumv.maintenance = ...).")));
}

/*
 * How is a view to be maintained?  Reads the catalog: AqumvView remembers it.
 */
AqumvMaintenance
aqumv_maintenance_of(Oid view)
{
	ObjectAddress address;
	char	   *label;

	ObjectAddressSet(address, RelationRelationId, view);
	label = GetSecurityLabel(&address, PROVIDER);
	return label != NULL && strcmp(label, LABEL_IMMEDIATE) == 0 ?
		AQUMV_IMMEDIATE : AQUMV_MANUAL;
}

/* Set it, and have caches notice.  The caller has checked everything. */
void
aqumv_set_maintenance(Oid view, AqumvMaintenance maintenance)
{
	ObjectAddress address;

	ObjectAddressSet(address, RelationRelationId, view);
	SetSecurityLabel(&address, PROVIDER,
					 maintenance == AQUMV_IMMEDIATE ? LABEL_IMMEDIATE : NULL);
	CacheInvalidateRelcacheByRelid(view);
	CommandCounterIncrement();
}

typedef void (*LabelVisitor) (Relation rel, HeapTuple tuple, void *context);

/* Visit all our labels on relations. */
static void
visit_labels(LOCKMODE lockmode, LabelVisitor visitor, void *context)
{
	Relation	rel = table_open(SecLabelRelationId, lockmode);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		provider = heap_getattr(tuple, Anum_pg_seclabel_provider,
											RelationGetDescr(rel), &isnull);

		if (!isnull && strcmp(TextDatumGetCString(provider), PROVIDER) == 0 &&
			((FormData_pg_seclabel *) GETSTRUCT(tuple))->classoid == RelationRelationId)
			visitor(rel, tuple, context);
	}
	systable_endscan(scan);
	table_close(rel, lockmode);
}

static void
remove_label(Relation rel, HeapTuple tuple, void *context)
{
	Oid			view = ((FormData_pg_seclabel *) GETSTRUCT(tuple))->objoid;

	CatalogTupleDelete(rel, &tuple->t_self);
	if (get_rel_relkind(view) != '\0')
		CacheInvalidateRelcacheByRelid(view);
}

/*
 * The extension is being dropped: without it nobody could restore a dump that
 * has labels.
 */
void
aqumv_remove_labels(void)
{
	visit_labels(RowExclusiveLock, remove_label, NULL);
}

static void
collect_view(Relation rel, HeapTuple tuple, void *context)
{
	List	  **views = context;

	*views = lappend_oid(*views, ((FormData_pg_seclabel *) GETSTRUCT(tuple))->objoid);
}

/* All views with a label, in OID order. */
List *
aqumv_labelled_views(void)
{
	List	   *views = NIL;

	visit_labels(AccessShareLock, collect_view, &views);
	list_sort(views, list_oid_cmp);
	return views;
}

/* As users write it. */
const char *
aqumv_maintenance_name(AqumvMaintenance maintenance)
{
	return maintenance_names[maintenance];
}

/* ------------------------------------------------------------------------
 * Options in statements
 * ------------------------------------------------------------------------
 */

static bool
is_our_option(DefElem *element)
{
	return element->defnamespace != NULL && strcmp(element->defnamespace, NAMESPACE) == 0;
}

/* Is any of the options of a WITH, SET or RESET list ours? */
bool
aqumv_has_options(List *elements)
{
	ListCell   *lc;

	foreach(lc, elements)
	{
		if (IsA(lfirst(lc), DefElem) && is_our_option(lfirst_node(DefElem, lc)))
			return true;
	}
	return false;
}

static AqumvMaintenance
maintenance_option(DefElem *element)
{
	char	   *value = element->arg == NULL ? NULL : defGetString(element);

	for (int i = 0; value != NULL && i < lengthof(maintenance_names); i++)
	{
		if (pg_strcasecmp(value, maintenance_names[i]) == 0)
			return (AqumvMaintenance) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 value == NULL
			 ? errmsg("option \"%s.%s\" requires a value", NAMESPACE, element->defname)
			 : errmsg("invalid value for option \"%s.%s\": \"%s\"", NAMESPACE, element->defname, value),
			 errhint("Valid values are \"immediate\" and \"manual\".")));
	return AQUMV_MANUAL;		/* not reached */
}

static AqumvMaintenance
incremental_option(DefElem *element)
{
	char	   *value = element->arg == NULL ? NULL : defGetString(element);
	bool		incremental = true;

	if (value != NULL && !parse_bool(value, &incremental))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s.%s\": \"%s\"", NAMESPACE, element->defname, value),
				 errhint("Valid values are \"true\", the same as %s.maintenance = immediate, and \"false\", the same as %s.maintenance = manual.",
						 NAMESPACE, NAMESPACE)));
	return incremental ? AQUMV_IMMEDIATE : AQUMV_MANUAL;
}

/* What one option asks for. */
static AqumvMaintenance
option_value(DefElem *element, bool reset)
{
	bool		is_maintenance = strcmp(element->defname, "maintenance") == 0;

	if (!is_maintenance && strcmp(element->defname, "incremental") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized option \"%s.%s\"", NAMESPACE, element->defname),
				 errhint("Valid options are \"%s.incremental\" and \"%s.maintenance\".",
						 NAMESPACE, NAMESPACE)));
	if (reset && element->arg != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("RESET must not include values for parameters")));
	if (reset)
		return AQUMV_MANUAL;
	return is_maintenance ? maintenance_option(element) : incremental_option(element);
}

/*
 * Split a WITH, SET or RESET list: returns the options that are not ours, and
 * sets *maintenance to what ours ask for, if there are any.
 */
List *
aqumv_take_options(List *elements, bool reset, AqumvMaintenance *maintenance)
{
	List	   *others = NIL;
	DefElem    *first = NULL;
	ListCell   *lc;

	foreach(lc, elements)
	{
		DefElem    *element = lfirst_node(DefElem, lc);
		AqumvMaintenance value;

		if (!is_our_option(element))
		{
			others = lappend(others, element);
			continue;
		}
		value = option_value(element, reset);
		if (first != NULL && strcmp(first->defname, element->defname) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"%s.%s\" specified more than once",
							NAMESPACE, element->defname)));
		if (first != NULL && *maintenance != value)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("options \"%s.%s\" and \"%s.%s\" contradict each other",
							NAMESPACE, first->defname, NAMESPACE, element->defname),
					 errhint("Leave out one of them.")));
		first = element;
		*maintenance = value;
	}
	return others;
}

void
aqumv_option_init(void)
{
	register_label_provider(PROVIDER, check_label);
}
