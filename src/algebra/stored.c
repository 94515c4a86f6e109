/*-------------------------------------------------------------------------
 *
 * stored.c
 *	  The pieces of an expression that computes an aggregate from what a view
 *	  stores.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_aggregate.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "algebra/stored.h"

Node *
aqumv_make_call(Oid funcid, Oid type, List *args)
{
	return (Node *) makeFuncExpr(funcid, type, args, InvalidOid, InvalidOid,
								 COERCE_EXPLICIT_CALL);
}

Node *
aqumv_make_integer(int64 value)
{
	return (Node *) makeConst(INT8OID, -1, InvalidOid, sizeof(int64),
							  Int64GetDatum(value), false, FLOAT8PASSBYVAL);
}

/* An aggregate over a column of the view. */
Node *
aqumv_make_aggregate(Oid aggfnoid, Oid type, Node *arg, Node *filter)
{
	Aggref	   *agg = makeNode(Aggref);

	agg->aggfnoid = aggfnoid;
	agg->aggtype = type;
	agg->aggcollid = exprCollation(arg);
	agg->inputcollid = exprCollation(arg);
	if (!OidIsValid(get_typcollation(type)))
		agg->aggcollid = InvalidOid;
	agg->aggargtypes = list_make1_oid(exprType(arg));
	agg->args = list_make1(makeTargetEntry((Expr *) arg, 1, NULL, false));
	agg->aggfilter = (Expr *) filter;
	agg->aggkind = AGGKIND_NORMAL;
	agg->aggsplit = AGGSPLIT_SIMPLE;
	agg->aggno = agg->aggtransno = -1;
	agg->location = -1;
	return (Node *) agg;
}

/* The value if the filter is true, else another (NULL: a null). */
Node *
aqumv_make_choice(Node *filter, Node *value, Node *otherwise)
{
	CaseExpr   *choice;
	CaseWhen   *when;

	if (filter == NULL)
		return value;
	choice = makeNode(CaseExpr);
	when = makeNode(CaseWhen);
	when->expr = (Expr *) filter;
	when->result = (Expr *) value;
	when->location = choice->location = -1;
	choice->casetype = exprType(value);
	choice->casecollid = exprCollation(value);
	choice->args = list_make1(when);
	choice->defresult = (Expr *) (otherwise != NULL ? otherwise :
								  (Node *) makeNullConst(exprType(value), exprTypmod(value),
														 exprCollation(value)));
	return (Node *) choice;
}

/* Another aggregate of the same arguments. */
Aggref *
aqumv_make_like(const Aggref *like, Oid aggfnoid, Oid type)
{
	Aggref	   *other = copyObject(unconstify(Aggref *, like));

	other->aggfnoid = aggfnoid;
	other->aggtype = type;
	return other;
}
