/*-------------------------------------------------------------------------
 *
 * predicate.c
 *	  Does one condition imply another?  Core's own prover answers, but for
 *	  comparisons of columns with constants, which are most of what it is asked
 *	  when there are many views: those are compared right here.  Where it would
 *	  take too long, only what stands in both conditions is implied.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "algebra/predicate.h"

/*
 * The conjuncts of a folded condition, AND/OR flattened; NIL is "true".
 */
List *
aqumv_conjuncts(Node *qual)
{
	return make_ands_implicit(canonicalize_qual((Expr *) qual, false));
}

static int
compare_values(Oid type, Oid collation, Datum a, Datum b)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_CMP_PROC_FINFO);

	return DatumGetInt32(FunctionCall2Coll(&entry->cmp_proc_finfo, collation, a, b));
}

/*
 * Fill in the values of a bound from a constant, which may be an array of
 * them.  False if there are none.
 */
static bool
set_values(AqumvBound *bound, const Const *value)
{
	int16		typlen;
	bool		typbyval;
	char		typalign;
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	bool		found = false;

	if (value->constisnull)
		return false;
	if (value->consttype == bound->type)
	{
		bound->low = bound->high = value->constvalue;
		bound->is_set = false;
		return true;
	}
	get_typlenbyvalalign(bound->type, &typlen, &typbyval, &typalign);
	deconstruct_array(DatumGetArrayTypeP(value->constvalue), bound->type,
					  typlen, typbyval, typalign, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;			/* never makes the condition true */
		if (!found || compare_values(bound->type, bound->collation, elements[i], bound->low) < 0)
			bound->low = elements[i];
		if (!found || compare_values(bound->type, bound->collation, elements[i], bound->high) > 0)
			bound->high = elements[i];
		found = true;
	}
	bound->is_set = true;
	return found;
}

/* A conjunct as a bound, if it is one. */
static AqumvBound *
make_bound(Node *conjunct)
{
	List	   *args;
	Oid			opno,
				collation;
	Var		   *var;
	Oid			valuetype;
	TypeCacheEntry *entry;
	AqumvBound *bound;
	Oid			lefttype,
				righttype;

	if (IsA(conjunct, OpExpr))
	{
		args = ((OpExpr *) conjunct)->args;
		opno = ((OpExpr *) conjunct)->opno;
		collation = ((OpExpr *) conjunct)->inputcollid;
	}
	else if (IsA(conjunct, ScalarArrayOpExpr) && ((ScalarArrayOpExpr *) conjunct)->useOr)
	{
		args = ((ScalarArrayOpExpr *) conjunct)->args;
		opno = ((ScalarArrayOpExpr *) conjunct)->opno;
		collation = ((ScalarArrayOpExpr *) conjunct)->inputcollid;
	}
	else
		return NULL;
	if (list_length(args) != 2 || !IsA(linitial(args), Var) || !IsA(lsecond(args), Const))
		return NULL;
	var = linitial(args);
	valuetype = IsA(conjunct, OpExpr) ? var->vartype : get_array_type(var->vartype);
	if (var->varlevelsup != 0 || lsecond_node(Const, args)->consttype != valuetype)
		return NULL;
	entry = lookup_type_cache(var->vartype, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_CMP_PROC_FINFO);
	if (!OidIsValid(entry->btree_opf) || !OidIsValid(entry->cmp_proc_finfo.fn_oid) ||
		!op_in_opfamily(opno, entry->btree_opf))
		return NULL;

	bound = palloc0(sizeof(AqumvBound));
	get_op_opfamily_properties(opno, entry->btree_opf, false, &bound->strategy,
							   &lefttype, &righttype);
	if (lefttype != righttype ||
		(!IsA(conjunct, OpExpr) && bound->strategy != BTEqualStrategyNumber))
		return NULL;
	bound->attno = var->varattno;
	bound->type = var->vartype;
	bound->collation = collation;
	return set_values(bound, lsecond_node(Const, args)) ? bound : NULL;
}

/* as core's prover, which takes longer arrays as they are */
#define MAX_ELEMENTS 100

/* How many leaves does a condition have for the prover, and how deep? */
static double
count_leaves(Node *node, int *depth)
{
	double		leaves = 0;
	int			deepest = 0;
	ListCell   *lc;

	*depth = 0;
	if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop != NOT_EXPR)
	{
		foreach(lc, ((BoolExpr *) node)->args)
		{
			leaves += count_leaves(lfirst(lc), depth);
			deepest = Max(deepest, *depth);
		}
		*depth = deepest + 1;
		return leaves;
	}
	if (IsA(node, ScalarArrayOpExpr))
	{
		Node	   *array = lsecond(((ScalarArrayOpExpr *) node)->args);

		*depth = 1;
		if (IsA(array, Const) && !((Const *) array)->constisnull)
		{
			ArrayType  *value = DatumGetArrayTypeP(((Const *) array)->constvalue);
			int			n = ArrayGetNItems(ARR_NDIM(value), ARR_DIMS(value));

			return n <= MAX_ELEMENTS ? Max(n, 1) : 1;
		}
		if (IsA(array, ArrayExpr))
			return Max(Min(list_length(((ArrayExpr *) array)->elements), MAX_ELEMENTS), 1);
	}
	return 1;
}

/* Gather what is known of a condition.  The conjuncts are in canonical form. */
AqumvCondition *
aqumv_make_condition(List *conjuncts)
{
	AqumvCondition *condition = palloc0(sizeof(AqumvCondition));
	int			depth;
	ListCell   *lc;

	condition->conjuncts = conjuncts;
	condition->only_bounds = true;
	foreach(lc, conjuncts)
	{
		AqumvBound *bound = make_bound(lfirst(lc));

		condition->bounds = lappend(condition->bounds, bound);
		if (bound == NULL)
			condition->only_bounds = false;
		condition->leaves += count_leaves(lfirst(lc), &depth);
		condition->depth = Max(condition->depth, depth + 1);
	}
	return condition;
}

/*
 * Does one bound imply another, which is no set?  Only if they are on the same
 * column, under the same collation.
 */
static bool
bound_implies(const AqumvBound *a, const AqumvBound *b)
{
	bool		from_below,
				from_above,
				open;
	int			low = 0,
				high = 0;

	if (a->attno != b->attno || a->type != b->type || a->collation != b->collation)
		return false;

	/* how a's least and greatest values stand to b's constant */
	from_below = a->strategy >= BTEqualStrategyNumber;	/* =, >= and > */
	from_above = a->strategy <= BTEqualStrategyNumber;	/* <, <= and = */
	open = a->strategy == BTGreaterStrategyNumber || a->strategy == BTLessStrategyNumber;
	if (from_below)
		low = compare_values(a->type, a->collation, a->low, b->low);
	if (from_above)
		high = compare_values(a->type, a->collation, a->high, b->low);

	switch (b->strategy)
	{
		case BTGreaterStrategyNumber:
			return from_below && (low > 0 || (low == 0 && open));
		case BTGreaterEqualStrategyNumber:
			return from_below && low >= 0;
		case BTLessStrategyNumber:
			return from_above && (high < 0 || (high == 0 && open));
		case BTLessEqualStrategyNumber:
			return from_above && high <= 0;
		case BTEqualStrategyNumber:
			return from_below && from_above && low == 0 && high == 0;
		default:
			return false;
	}
}

/*
 * Would the prover take too long?  It compares all leaves of one side with all of
 * the other, and for ORs in ANDs in ORs on both sides tries the one before the
 * other in every order.
 */
#define MAX_COMPARISONS 30000.0
#define MAX_DEPTH 3

static bool
is_too_much(const AqumvCondition *clause, const AqumvCondition *predicate)
{
	return Min(clause->depth, predicate->depth) > MAX_DEPTH ||
		clause->leaves * clause->depth * predicate->leaves * predicate->depth > MAX_COMPARISONS;
}

/*
 * Is one conjunct of a predicate true of every row of which the clause is?
 * "false" also means "cannot tell".  Predicates must not be mutable, but for
 * what is the same on both sides (TimeZone).
 */
bool
aqumv_implies_conjunct(const AqumvCondition *clause, const AqumvCondition *predicate,
					   int index)
{
	const AqumvBound *bound = list_nth(predicate->bounds, index);
	Node	   *conjunct = list_nth(predicate->conjuncts, index);
	ListCell   *lc;

	if (clause->conjuncts == NIL)
		return false;
	if (bound != NULL && !bound->is_set)
	{
		foreach(lc, clause->bounds)
		{
			if (lfirst(lc) != NULL && bound_implies(lfirst(lc), bound))
				return true;
		}
		if (clause->only_bounds)
			return false;
	}
	CHECK_FOR_INTERRUPTS();
	if (is_too_much(clause, predicate))
		return list_member(clause->conjuncts, conjunct);
	return predicate_implied_by(list_make1(conjunct), clause->conjuncts, false);
}

/* Is the whole predicate? */
bool
aqumv_implies(const AqumvCondition *clause, const AqumvCondition *predicate)
{
	for (int i = 0; i < list_length(predicate->conjuncts); i++)
	{
		if (!aqumv_implies_conjunct(clause, predicate, i))
			return false;
	}
	return true;
}
