/*-------------------------------------------------------------------------
 *
 * viewindex.c
 *	  Which index finds the row of a group, or the copies of a row?
 *
 *	  A grouped view needs a unique index on its keys, in which NULLs are equal
 *	  as they are to GROUP BY.  A view of rows needs one on columns that tell the
 *	  rows apart, or else an ordinary one on their hash.  Any index of the user's
 *	  that does the same is as good.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "rewrite/prs2lock.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_constraint.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "maintain/viewindex.h"

/*
 * The index to look rows up with; its columns may stand in any order.  Returns
 * InvalidOid if there is none, or none is needed.  The caller has locked the
 * view.
 */
Oid
aqumv_find_view_index(Oid viewoid, const AqumvDelta *delta)
{
	Relation	view;
	Oid			result = InvalidOid;
	ListCell   *lc;

	if (aqumv_indexed_columns(delta) == NIL)
		return InvalidOid;
	view = table_open(viewoid, NoLock);
	foreach(lc, RelationGetIndexList(view))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		if (aqumv_index_fits(index, view, delta))
			result = lfirst_oid(lc);
		index_close(index, AccessShareLock);
		if (OidIsValid(result))
			break;
	}
	table_close(view, NoLock);
	return result;
}

/* Can btree find what the view takes for equal? */
static void
check_column(Oid viewoid, const AqumvDelta *delta, AttrNumber attno)
{
	Oid			type = get_atttype(viewoid, attno);
	Oid			eqop = delta->columns[attno - 1].eqop;
	Oid			opclass = GetDefaultOpClass(type, BTREE_AM_OID);

	if (OidIsValid(opclass) &&
		(!OidIsValid(eqop) ||
		 get_op_opfamily_strategy(eqop, get_opclass_family(opclass)) == BTEqualStrategyNumber))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot maintain materialized view \"%s\" incrementally", get_rel_name(viewoid)),
			 errdetail("Column \"%s\" has type %s, which cannot be indexed.",
					   get_attname(viewoid, attno, false), format_type_be(type)),
			 errhint("Group by another expression, such as a cast to text, or leave the option out and use REFRESH MATERIALIZED VIEW.")));
}

/* Do what creates an index; a row may be too wide for it. */
static void
define_index(Oid viewoid, IndexStmt *stmt)
{
	MemoryContext context = CurrentMemoryContext;
	char	   *message;

	PG_TRY();
	{
		(void) aqumv_compat_define_index(viewoid, stmt);
	}
	PG_CATCH();
	{
		if (geterrcode() != ERRCODE_PROGRAM_LIMIT_EXCEEDED)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		message = CopyErrorData()->message;
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("cannot maintain materialized view \"%s\" incrementally", get_rel_name(viewoid)),
				 errdetail("A row is too wide to be indexed: %s.", message),
				 errhint("Group by a shorter expression, such as a hash of the key, or leave the option out and use REFRESH MATERIALIZED VIEW.")));
	}
	PG_END_TRY();
}

static IndexElem *
index_element(Oid viewoid, AttrNumber attno)
{
	IndexElem  *element = makeNode(IndexElem);

	element->name = get_attname(viewoid, attno, false);
	element->ordering = SORTBY_DEFAULT;
	element->nulls_ordering = SORTBY_NULLS_DEFAULT;
	return element;
}

/*
 * The view's rows have a key as long as the base has it: make the view depend
 * on it, as core does for GROUP BY and primary keys.
 */
static void
depend_on_key(Oid viewoid, const AqumvDelta *delta)
{
	Relation	view;
	ObjectAddress rule,
				key;
	Oid			constraint;

	if (!OidIsValid(delta->key_index))
		return;
	constraint = get_index_constraint(delta->key_index);
	if (OidIsValid(constraint))
		ObjectAddressSet(key, ConstraintRelationId, constraint);
	else
		ObjectAddressSet(key, RelationRelationId, delta->key_index);
	view = table_open(viewoid, NoLock);
	ObjectAddressSet(rule, RewriteRelationId, view->rd_rules->rules[0]->ruleId);
	table_close(view, NoLock);
	(void) deleteDependencyRecordsForSpecific(rule.classId, rule.objectId, DEPENDENCY_NORMAL,
											  key.classId, key.objectId);
	recordDependencyOn(&rule, &key, DEPENDENCY_NORMAL);
}

/*
 * Create the index that maintenance needs, unless there is one.  The caller has
 * locked the view.
 */
void
aqumv_create_view_index(Oid viewoid, const AqumvDelta *delta)
{
	IndexStmt  *stmt;
	char	   *name = get_rel_name(viewoid);
	Oid			schema = get_rel_namespace(viewoid);
	ListCell   *lc;

	depend_on_key(viewoid, delta);
	if (aqumv_indexed_columns(delta) == NIL || OidIsValid(aqumv_find_view_index(viewoid, delta)))
		return;
	stmt = makeNode(IndexStmt);
	foreach(lc, aqumv_indexed_columns(delta))
	{
		check_column(viewoid, delta, lfirst_int(lc));
		stmt->indexParams = lappend(stmt->indexParams, index_element(viewoid, lfirst_int(lc)));
	}
	stmt->idxname = ChooseRelationName(name, "aqumv_maintenance", "idx", schema, false);
	stmt->relation = makeRangeVar(get_namespace_name(schema), name, -1);
	stmt->accessMethod = "btree";
	stmt->unique = delta->hash == 0;
	stmt->nulls_not_distinct = stmt->unique && delta->grain == AQUMV_GRAIN_GROUP;
	stmt->transformed = true;
	stmt->idxcomment = delta->hash == 0
		? "Finds the row that a write to the table changes: needed to maintain the materialized view incrementally."
		: "Finds the copies of a row that a write to the table removes: needed to maintain the materialized view incrementally.";
	define_index(viewoid, stmt);
	CommandCounterIncrement();
}
