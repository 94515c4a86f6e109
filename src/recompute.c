/*-------------------------------------------------------------------------
 *
 * recompute.c
 *	  What do groups of an incremental view hold, computed from the base?
 *
 *	  The view's own definition, restricted to some groups, is planned and run
 *	  like any query.  Whatever an aggregate means, this is what it means.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_type.h"
#include "executor/execdesc.h"
#include "executor/executor.h"
#include "executor/tstoreReceiver.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rewriteManip.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "recompute.h"

/* The expression of a key, over the definition's own range table. */
static Node *
key_expr(AqumvFollower *follower, int key)
{
	AttrNumber	attno = follower->keys[key];
	ListCell   *lc;

	foreach(lc, follower->delta->query->targetList)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (tle->resno == attno)
			return copyObject((Node *) tle->expr);
	}
	elog(ERROR, "grouping key %d not found", key);
	return NULL;
}

static Node *
is_null(Node *expr)
{
	NullTest   *test = makeNode(NullTest);

	test->arg = (Expr *) expr;
	test->nulltesttype = IS_NULL;
	test->location = -1;
	return (Node *) test;
}

static Node *
make_constant(Node *expr, Datum value)
{
	int16		typlen;
	bool		byval;

	get_typlenbyval(exprType(expr), &typlen, &byval);
	return (Node *) makeConst(exprType(expr), exprTypmod(expr), exprCollation(expr), typlen,
							  value, false, byval);
}

static Node *
equals(AqumvFollower *follower, int key, Datum value)
{
	Node	   *expr = key_expr(follower, key);
	Oid			eqop = follower->delta->columns[follower->keys[key] - 1].eqop;
	OpExpr	   *op = (OpExpr *) make_opclause(eqop, BOOLOID, false, (Expr *) expr,
											  (Expr *) make_constant(expr, value),
											  InvalidOid, follower->collations[key]);

	op->opfuncid = get_opcode(eqop);
	return (Node *) op;
}

/* Exactly one group. */
static List *
one_group(AqumvFollower *follower, const AqumvGroupKey *group)
{
	List	   *quals = NIL;

	for (int i = 0; i < follower->nkeys; i++)
		quals = lappend(quals, group->nulls[i] ? is_null(key_expr(follower, i)) :
						equals(follower, i, group->values[i]));
	return quals;
}

/*
 * Several groups, by their first key; others that share it come along.  NIL,
 * meaning all, if there is no array type.
 */
static List *
several_groups(AqumvFollower *follower, const AqumvGroupKey *groups, int ngroups)
{
	Node	   *expr = key_expr(follower, 0);
	Oid			type = exprType(expr);
	Oid			array_type = get_array_type(type);
	Datum	   *values = palloc(ngroups * sizeof(Datum));
	int			n = 0;
	bool		with_null = false;
	int16		typlen;
	bool		byval;
	char		align;
	ScalarArrayOpExpr *op;

	if (!OidIsValid(array_type))
		return NIL;
	for (int i = 0; i < ngroups; i++)
	{
		if (groups[i].nulls[0])
			with_null = true;
		else
			values[n++] = groups[i].values[0];
	}
	get_typlenbyvalalign(type, &typlen, &byval, &align);
	op = makeNode(ScalarArrayOpExpr);
	op->opno = follower->delta->columns[follower->keys[0] - 1].eqop;
	op->opfuncid = get_opcode(op->opno);
	op->useOr = true;
	op->inputcollid = follower->collations[0];
	op->args = list_make2(expr,
						  makeConst(array_type, -1, exprCollation(expr), -1,
									PointerGetDatum(construct_array(values, n, type, typlen,
																	byval, align)),
									false, false));
	op->location = -1;
	if (with_null)
		return list_make1(makeBoolExpr(OR_EXPR, list_make2(op, is_null(copyObject(expr))), -1));
	return list_make1(op);
}

/* Run a query in a snapshot, rows to the visitor. */
static void
run(Query *query, AqumvFollower *follower, Snapshot snapshot, AqumvRowVisitor visitor,
	void *context)
{
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);
	DestReceiver *dest = CreateDestReceiver(DestTuplestore);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(follower->desc, &TTSOpsMinimalTuple);
	QueryDesc  *desc;
	List	   *rewritten;
	PlannedStmt *plan;

	SetTuplestoreDestReceiverParams(dest, store, CurrentMemoryContext, false, NULL, NULL);
	PushActiveSnapshot(snapshot);
	aqumv_paused++;
	PG_TRY();
	{
		/* as REFRESH does */
		AcquireRewriteLocks(query, true, false);
		rewritten = QueryRewrite(query);
		if (list_length(rewritten) != 1)
			elog(ERROR, "unexpected rewrite result for a materialized view's definition");
		plan = pg_plan_query(linitial_node(Query, rewritten), "", 0, NULL);
		desc = CreateQueryDesc(plan, "", snapshot, InvalidSnapshot, dest, NULL, NULL, 0);
		ExecutorStart(desc, 0);
		aqumv_compat_run(desc);
		ExecutorFinish(desc);
		ExecutorEnd(desc);
		FreeQueryDesc(desc);
	}
	PG_FINALLY();
	{
		aqumv_paused--;
	}
	PG_END_TRY();
	PopActiveSnapshot();

	while (tuplestore_gettupleslot(store, true, false, slot))
		visitor(slot, context);
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(store);
	dest->rDestroy(dest);
}

/*
 * Compute some groups.  The visitor gets a row, as the view has it, for each
 * that is not empty, and perhaps rows of other groups as well.
 */
void
aqumv_recompute(AqumvFollower *follower, const AqumvGroupKey *groups, int ngroups,
				Snapshot snapshot, AqumvRowVisitor visitor, void *context)
{
	Query	   *query = copyObject(follower->delta->query);
	List	   *quals = NIL;

	if (follower->delta->grain == AQUMV_GRAIN_GROUP)
		quals = ngroups == 1 ? one_group(follower, groups) :
			several_groups(follower, groups, ngroups);
	if (quals != NIL)
		query->jointree->quals = (Node *)
			make_ands_explicit(list_concat(make_ands_implicit((Expr *) query->jointree->quals),
										   quals));
	run(query, follower, snapshot, visitor, context);
}

/*
 * Compute the whole view.
 */
void
aqumv_compute_all(AqumvFollower *follower, Snapshot snapshot, AqumvRowVisitor visitor,
				  void *context)
{
	run(copyObject(follower->delta->query), follower, snapshot, visitor, context);
}
