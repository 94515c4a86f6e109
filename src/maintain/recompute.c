/*-------------------------------------------------------------------------
 *
 * recompute.c
 *	  What do groups of an incremental view hold, computed from the base?
 *
 *	  The view's own definition, restricted to some groups, is planned and run
 *	  like any query.  Whatever an aggregate means, this is what it means.
 *
 *	  Where a group only lacks the next extreme after one that went, there is a
 *	  query for that alone, which an index on the key and the column answers
 *	  without reading the group.
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
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rewriteManip.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "maintain/owner.h"
#include "maintain/recompute.h"

/* The expression of a key, over the definition's own range table. */
static Node *
key_expr(AqumvDeltaState *state, int key)
{
	AttrNumber	attno = state->keys[key];
	ListCell   *lc;

	foreach(lc, state->delta->query->targetList)
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
make_parameter(Node *expr, int number)
{
	Param	   *param = makeNode(Param);

	param->paramkind = PARAM_EXTERN;
	param->paramid = number;
	param->paramtype = exprType(expr);
	param->paramtypmod = exprTypmod(expr);
	param->paramcollid = exprCollation(expr);
	param->location = -1;
	return (Node *) param;
}

/* By the operator that groups are told apart with. */
static Node *
equals(AqumvDeltaState *state, int key, Node *expr, Node *value)
{
	Oid			eqop = state->delta->columns[state->keys[key] - 1].eqop;
	OpExpr	   *op = (OpExpr *) make_opclause(eqop, BOOLOID, false, (Expr *) expr, (Expr *) value,
											  InvalidOid, state->collations[key]);

	op->opfuncid = get_opcode(eqop);
	return (Node *) op;
}

/* Exactly one group: what its key is stands in the query, or is to be told. */
static List *
one_group(AqumvDeltaState *state, const AqumvGroupKey *group, bool told)
{
	List	   *quals = NIL;

	for (int i = 0; i < state->nkeys; i++)
	{
		Node	   *expr = key_expr(state, i);

		quals = lappend(quals, group->nulls[i] ? is_null(expr) :
						equals(state, i, expr, told ? make_parameter(expr, i + 1) :
							   make_constant(expr, group->values[i])));
	}
	return quals;
}

/*
 * Several groups, by their first key; others that share it come along.  NIL,
 * meaning all, if there is no array type.
 */
static List *
several_groups(AqumvDeltaState *state, const AqumvGroupKey *groups, int ngroups)
{
	Node	   *expr = key_expr(state, 0);
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
	op->opno = state->delta->columns[state->keys[0] - 1].eqop;
	op->opfuncid = get_opcode(op->opno);
	op->useOr = true;
	op->inputcollid = state->collations[0];
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

/* More conditions. */
static void
restrict_query(Query *query, List *quals)
{
	List	   *all = make_ands_implicit((Expr *) query->jointree->quals);

	if (quals != NIL)
		query->jointree->quals = (Node *) make_ands_explicit(list_concat(all, quals));
}

/* ------------------------------------------------------------------------
 * Plan and execute
 * ------------------------------------------------------------------------
 */

/* As REFRESH does, as the owner.  There is an active snapshot. */
static PlannedStmt *
plan_query(Query *query, ParamListInfo parameters)
{
	PlannedStmt *plan;
	List	   *rewritten;

	/* planning folds what indexes and statistics of the base have in them */
	aqumv_pin_settings();
	aqumv_paused++;
	PG_TRY();
	{
		AcquireRewriteLocks(query, true, false);
		rewritten = QueryRewrite(query);
		if (list_length(rewritten) != 1)
			elog(ERROR, "unexpected rewrite result for a materialized view's definition");
		plan = pg_plan_query(linitial_node(Query, rewritten), "", 0, parameters);
	}
	PG_FINALLY();
	{
		aqumv_paused--;
	}
	PG_END_TRY();
	return plan;
}

/* Rows to the visitor. */
static void
execute_plan(PlannedStmt *plan, ParamListInfo parameters, Snapshot snapshot,
			 AqumvRowVisitor visitor, void *context)
{
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);
	DestReceiver *dest = CreateDestReceiver(DestTuplestore);
	QueryDesc  *desc;
	TupleTableSlot *slot;

	SetTuplestoreDestReceiverParams(dest, store, CurrentMemoryContext, false, NULL, NULL);
	aqumv_paused++;
	PG_TRY();
	{
		desc = CreateQueryDesc(plan, "", snapshot, InvalidSnapshot, dest, parameters, NULL, 0);
		ExecutorStart(desc, 0);
		slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(desc->tupDesc), &TTSOpsMinimalTuple);
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

	while (tuplestore_gettupleslot(store, true, false, slot))
		visitor(slot, context);
	ExecDropSingleTupleTableSlot(slot);
	tuplestore_end(store);
	dest->rDestroy(dest);
}

static void
run(Query *query, Snapshot snapshot, AqumvRowVisitor visitor, void *context)
{
	PushActiveSnapshot(snapshot);
	execute_plan(plan_query(query, NULL), NULL, snapshot, visitor, context);
	PopActiveSnapshot();
}

/* ------------------------------------------------------------------------
 * Whole rows
 * ------------------------------------------------------------------------
 */

/* The definition, restricted to some groups; perhaps to some more. */
static Query *
query_of_groups(AqumvDeltaState *state, const AqumvGroupKey *groups, int ngroups)
{
	Query	   *query = copyObject(state->delta->query);

	if (state->delta->grain == AQUMV_GRAIN_GROUP)
		restrict_query(query, ngroups == 1 ? one_group(state, groups, false) :
					   several_groups(state, groups, ngroups));
	return query;
}

/*
 * Compute some groups.  The visitor gets a row, as the view has it, for each
 * that is not empty, and perhaps rows of other groups as well.
 */
void
aqumv_recompute(AqumvDeltaState *state, const AqumvGroupKey *groups, int ngroups,
				Snapshot snapshot, AqumvRowVisitor visitor, void *context)
{
	run(query_of_groups(state, groups, ngroups), snapshot, visitor, context);
}

/*
 * Compute the whole view.
 */
void
aqumv_compute_all(AqumvDeltaState *state, Snapshot snapshot, AqumvRowVisitor visitor,
				  void *context)
{
	run(copyObject(state->delta->query), snapshot, visitor, context);
}

/* ------------------------------------------------------------------------
 * Extremes
 * ------------------------------------------------------------------------
 */

/* how a column's extreme is found in a group with certain keys NULL */
typedef struct FinderPlan
{
	AttrNumber	attno;
	Bitmapset  *nulls;
	PlannedStmt *plan;
} FinderPlan;

struct AqumvFinder
{
	AqumvDeltaState *state;
	Snapshot	snapshot;
	bool		once;			/* for one group only: its key may make a
								 * better plan */
	MemoryContext context;		/* of the plans */
	List	   *plans;			/* of FinderPlan */
};

static Aggref *
extreme_of(AqumvDeltaState *state, AttrNumber attno)
{
	return (Aggref *) get_tle_by_resno(state->delta->query->targetList, attno)->expr;
}

/*
 * Can a column's extreme be computed by a query of its own?  A FILTER would
 * become a condition of the query, and may be evaluated before the others: not
 * if it might raise an error.
 */
bool
aqumv_can_find_extreme(AqumvDeltaState *state, AttrNumber attno)
{
	Expr	   *filter = extreme_of(state, attno)->aggfilter;

	return filter == NULL || !contain_leaked_vars((Node *) filter);
}

/*
 * SELECT max(x) FROM ... WHERE <the view's condition> AND <filter> AND <key>;
 * as the planner likes it best.
 */
static Query *
query_of_extreme(AqumvDeltaState *state, AttrNumber attno, const AqumvGroupKey *group)
{
	Query	   *query = copyObject(state->delta->query);
	Aggref	   *agg = copyObject(extreme_of(state, attno));

	if (agg->aggfilter != NULL)
		restrict_query(query, list_make1(agg->aggfilter));
	restrict_query(query, one_group(state, group, true));
	agg->aggfilter = NULL;
	query->targetList = list_make1(makeTargetEntry((Expr *) agg, 1, "extreme", false));
	query->groupClause = NIL;
	query->sortClause = NIL;
	return query;
}

static ParamListInfo
key_parameters(AqumvFinder *finder, const AqumvGroupKey *group)
{
	AqumvDeltaState *state = finder->state;
	ParamListInfo parameters = makeParamList(state->nkeys);

	for (int i = 0; i < state->nkeys; i++)
	{
		ParamExternData *parameter = &parameters->params[i];

		parameter->value = group->values[i];
		parameter->isnull = group->nulls[i];
		parameter->pflags = finder->once ? PARAM_FLAG_CONST : 0;
		parameter->ptype = exprType(state->delta->columns[state->keys[i] - 1].expr);
	}
	return parameters;
}

static PlannedStmt *
get_plan(AqumvFinder *finder, AttrNumber attno, const AqumvGroupKey *group)
{
	AqumvDeltaState *state = finder->state;
	MemoryContext old;
	Bitmapset  *nulls = NULL;
	FinderPlan *plan;
	ListCell   *lc;

	for (int i = 0; i < state->nkeys; i++)
	{
		if (group->nulls[i])
			nulls = bms_add_member(nulls, i);
	}
	foreach(lc, finder->plans)
	{
		plan = lfirst(lc);
		if (plan->attno == attno && bms_equal(plan->nulls, nulls))
			return plan->plan;
	}

	old = MemoryContextSwitchTo(finder->context);
	plan = palloc(sizeof(FinderPlan));
	plan->attno = attno;
	plan->nulls = bms_copy(nulls);
	PushActiveSnapshot(finder->snapshot);
	plan->plan = plan_query(query_of_extreme(state, attno, group),
							key_parameters(finder, group));
	PopActiveSnapshot();
	finder->plans = lappend(finder->plans, plan);
	MemoryContextSwitchTo(old);
	return plan->plan;
}

/*
 * Extremes of groups, one by one, as a snapshot sees them.  Lives in the current
 * context.
 */
AqumvFinder *
aqumv_make_finder(AqumvDeltaState *state, Snapshot snapshot, bool once)
{
	AqumvFinder *finder = palloc0(sizeof(AqumvFinder));

	finder->state = state;
	finder->snapshot = snapshot;
	finder->once = once;
	finder->context = CurrentMemoryContext;
	return finder;
}

typedef struct FoundExtreme
{
	AqumvTerm  *term;
	Datum		value;
	bool		isnull;
} FoundExtreme;

static void
take_extreme(TupleTableSlot *row, void *context)
{
	FoundExtreme *found = context;

	found->value = slot_getattr(row, 1, &found->isnull);
	if (!found->isnull)
		found->value = datumCopy(found->value, found->term->byval, found->term->typlen);
}

/*
 * The extreme in a column of a group; NULL if it has none.
 */
Datum
aqumv_find_extreme(AqumvFinder *finder, AttrNumber attno, const AqumvGroupKey *group,
				   bool *isnull)
{
	FoundExtreme found = {.term = &finder->state->terms[attno - 1],.isnull = true};
	PlannedStmt *plan = get_plan(finder, attno, group);

	PushActiveSnapshot(finder->snapshot);
	execute_plan(plan, key_parameters(finder, group), finder->snapshot, take_extreme, &found);
	PopActiveSnapshot();
	*isnull = found.isnull;
	return found.value;
}

/*
 * What that costs, in the planner's unit.
 */
double
aqumv_find_cost(AqumvFinder *finder, AttrNumber attno, const AqumvGroupKey *group)
{
	return get_plan(finder, attno, group)->planTree->total_cost;
}

/*
 * What it costs to compute whole rows of groups.
 */
double
aqumv_recompute_cost(AqumvDeltaState *state, const AqumvGroupKey *groups, int ngroups,
					 Snapshot snapshot)
{
	double		cost;

	PushActiveSnapshot(snapshot);
	cost = plan_query(query_of_groups(state, groups, ngroups), NULL)->planTree->total_cost;
	PopActiveSnapshot();
	return cost;
}
