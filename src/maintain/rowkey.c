/*-------------------------------------------------------------------------
 *
 * rowkey.c
 *	  What tells the rows of a view without aggregates apart?
 *
 *	  The primary key of the base, if its columns are in the view; or else a
 *	  hidden column, a hash of all the others: copies have the same, and any of
 *	  them will do.  Which it is is settled when the view is created: if it has
 *	  the hash, that is what it is kept by, whatever keys the base gets later.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_collate.h"
#include "utils/rel.h"
#include "utils/typcache.h"

#include "algebra/ingredients.h"
#include "fresh/catalog.h"
#include "maintain/rowkey.h"

/* The view's columns that hold the columns of a primary key, or NIL. */
static List *
columns_of_index(Query *query, int rti, Relation index, Relation base)
{
	Form_pg_index form = index->rd_index;
	List	   *attnos = NIL;

	/* a primary key: its columns can never be NULL */
	if (!form->indisprimary || !form->indimmediate || !form->indisvalid || !form->indislive)
		return NIL;
	for (int i = 0; i < form->indnkeyatts; i++)
	{
		AttrNumber	attno = form->indkey.values[i];
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(base), attno - 1);
		Var		   *var = makeVar(rti, attno, att->atttypid, att->atttypmod, att->attcollation, 0);
		AttrNumber	column = aqumv_column_of(query, (Node *) var);
		TypeCacheEntry *type = lookup_type_cache(att->atttypid, TYPECACHE_BTREE_OPFAMILY);

		/* unique under the operators that the view's index will have */
		if (column == 0 || !att->attnotnull || index->rd_opfamily[i] != type->btree_opf ||
			index->rd_indcollation[i] != att->attcollation)
			return NIL;
		attnos = lappend_int(attnos, column);
	}
	return attnos;
}

/*
 * The view's columns that hold a primary key of the base, and the index behind
 * that; or NIL.
 */
List *
aqumv_row_key(Query *query, int rti, Oid base, Oid *key_index)
{
	Relation	rel = table_open(base, AccessShareLock);
	List	   *keys = NIL;
	ListCell   *lc;

	*key_index = InvalidOid;
	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		keys = columns_of_index(query, rti, index, rel);
		index_close(index, NoLock);
		if (keys == NIL)
			continue;
		*key_index = lfirst_oid(lc);
		break;
	}
	table_close(rel, NoLock);
	return keys;
}

/* ------------------------------------------------------------------------
 * The hash
 * ------------------------------------------------------------------------
 */

/* A call of aqumv.row_hash(), or NULL. */
static FuncExpr *
as_row_hash(TargetEntry *tle, Oid function)
{
	return !tle->resjunk && IsA(tle->expr, FuncExpr) &&
		((FuncExpr *) tle->expr)->funcid == function ? (FuncExpr *) tle->expr : NULL;
}

static Node *
without_collation(Node *node)
{
	while (IsA(node, CollateExpr))
		node = (Node *) ((CollateExpr *) node)->arg;
	return node;
}

static bool
has_collate_walker(Node *node, void *context)
{
	return node != NULL &&
		(IsA(node, CollateExpr) || expression_tree_walker(node, has_collate_walker, context));
}

/* Bits have no collation: any will do, so long as all have the same. */
static Node *
with_default_collation(Node *node)
{
	CollateExpr *collate;

	if (!OidIsValid(exprCollation(node)))
		return node;
	collate = makeNode(CollateExpr);
	collate->arg = (Expr *) without_collation(node);
	collate->collOid = DEFAULT_COLLATION_OID;
	collate->location = -1;
	return (Node *) collate;
}

/*
 * aqumv.row_hash() over all columns but itself, just as the parser makes it of
 * its own text: that is what comes back from a dump.  Collations that are at
 * odds would be an error there.
 */
Expr *
aqumv_row_hash_of(Query *query)
{
	Oid			function = aqumv_row_hash_function();
	List	   *args = NIL;
	FuncExpr   *call;
	ListCell   *lc;

	if (!OidIsValid(function))
		return NULL;
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (!tle->resjunk && as_row_hash(tle, function) == NULL)
			args = lappend(args, copyObject(tle->expr));
	}
	if (args == NIL || list_length(args) > FUNC_MAX_ARGS)
		return NULL;
	if (has_collate_walker((Node *) args, NULL))
	{
		foreach(lc, args)
			lfirst(lc) = with_default_collation(lfirst(lc));
	}
	call = makeFuncExpr(function, INT8OID, args, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	assign_expr_collations(NULL, (Node *) call);
	return (Expr *) call;
}

/* Are the arguments of a call all the other columns, in whatever collation? */
static bool
hashes_all(FuncExpr *call, Query *query)
{
	ListCell   *arg = list_head(call->args);
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (tle->resjunk || as_row_hash(tle, call->funcid) != NULL)
			continue;
		if (arg == NULL || !equal(without_collation(lfirst(arg)),
								  without_collation((Node *) tle->expr)))
			return false;
		arg = lnext(call->args, arg);
	}
	return arg == NULL && !call->funcvariadic;
}

/*
 * The column that holds the hash of all others, or 0.  The input collation of
 * the call does not matter: there are views whose hash has none.
 */
AttrNumber
aqumv_hash_column(Query *query)
{
	Oid			function = aqumv_row_hash_function();
	ListCell   *lc;

	if (!OidIsValid(function))
		return 0;
	foreach(lc, query->targetList)
	{
		FuncExpr   *call = as_row_hash(lfirst_node(TargetEntry, lc), function);

		if (call != NULL && hashes_all(call, query))
			return lfirst_node(TargetEntry, lc)->resno;
	}
	return 0;
}
