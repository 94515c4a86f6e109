/*-------------------------------------------------------------------------
 *
 * usercode.c
 *	  May anything run that a user has written, should this be evaluated?
 *
 *	  Nothing is evaluated here.  When in doubt yes.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/transam.h"
#include "catalog/pg_index.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "algebra/usercode.h"
#include "compat.h"
#include "objects.h"

static bool
is_users_function(Oid funcid, void *context)
{
	return funcid >= FirstNormalObjectId && funcid != aqumv_scales_function() &&
		funcid != aqumv_row_hash_function();
}

/* Does a function not come with PostgreSQL?  For check_functions_in_node(). */
bool
aqumv_is_added_function(Oid funcid, void *context)
{
	return funcid >= FirstNormalObjectId;
}

static bool
names_functions_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, names_functions_walker, context, 0);
	return IsA(node, CoerceToDomain) ||
		check_functions_in_node(node, aqumv_is_added_function, NULL) ||
		expression_tree_walker(node, names_functions_walker, context);
}

/*
 * Does an expression call any function that a user may have defined, or cast to
 * a domain, whose constraints may?
 */
bool
aqumv_names_users_functions(Node *node)
{
	return names_functions_walker(node, NULL);
}

/* Values of enums run nothing; those of domains may, and those made of them. */
static bool
is_users_type(Oid type)
{
	return type >= FirstNormalObjectId && !type_is_enum(type);
}

/*
 * The type of what a node yields, or InvalidOid: of those nodes whose values may
 * be of a user's type without one of its arguments being so.
 */
Oid
aqumv_yielded_type(Node *node)
{
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Const:
		case T_Param:
		case T_Aggref:
		case T_FuncExpr:
		case T_OpExpr:
		case T_FieldSelect:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_ArrayExpr:
		case T_RowExpr:
		case T_CoerceToDomain:
			return exprType(node);
		default:
			return aqumv_compat_json_result(node);
	}
}

/* Casts of users make JSON of values of enums, too. */
static bool
has_users_type(List *types)
{
	ListCell   *lc;

	foreach(lc, types)
	{
		if (lfirst_oid(lc) >= FirstNormalObjectId)
			return true;
	}
	return false;
}

static bool
calls_users_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, calls_users_walker, context, 0);
	return is_users_type(aqumv_yielded_type(node)) ||
		has_users_type(aqumv_compat_json_inputs(node)) ||
		check_functions_in_node(node, is_users_function, context) ||
		expression_tree_walker(node, calls_users_walker, context);
}

/*
 * May anything run, should this be evaluated or simplified, that does not come with
 * PostgreSQL?  When in doubt yes.
 */
bool
aqumv_calls_users_code(Node *node)
{
	return calls_users_walker(node, NULL);
}

/* Expressions of an index, as they are stored: not simplified. */
static bool
index_runs_users_code(Oid index)
{
	static const AttrNumber parts[] = {Anum_pg_index_indexprs, Anum_pg_index_indpred};
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool		result = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	for (int i = 0; i < lengthof(parts) && !result; i++)
	{
		bool		isnull;
		Datum		value = SysCacheGetAttr(INDEXRELID, tuple, parts[i], &isnull);

		if (!isnull)
			result = aqumv_calls_users_code(stringToNode(TextDatumGetCString(value)));
	}
	ReleaseSysCache(tuple);
	return result;
}

/*
 * May anything of a user's run when rows of a view are computed or written?
 * Evaluates nothing, so anybody may ask.
 */
bool
aqumv_runs_users_code(Relation view, Query *definition)
{
	ListCell   *lc;

	if (aqumv_calls_users_code((Node *) definition))
		return true;
	foreach(lc, RelationGetIndexList(view))
	{
		if (index_runs_users_code(lfirst_oid(lc)))
			return true;
	}
	return false;
}
