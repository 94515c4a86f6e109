/*-------------------------------------------------------------------------
 *
 * predicate.c
 *	  Does one condition imply another?  Core's own prover answers.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"

#include "predicate.h"

/*
 * The conjuncts of a folded condition, AND/OR flattened; NIL is "true".
 */
List *
aqumv_conjuncts(Node *qual)
{
	return make_ands_implicit(canonicalize_qual((Expr *) qual, false));
}

/*
 * Are the predicates all true of every row of which the clauses are true?
 * "false" also means "cannot tell".  Predicates must not be mutable, but for
 * what is the same on both sides (TimeZone).
 */
bool
aqumv_implies(List *clauses, List *predicates)
{
	return predicates == NIL || predicate_implied_by(predicates, clauses, false);
}
