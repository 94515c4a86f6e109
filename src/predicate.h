/*-------------------------------------------------------------------------
 *
 * predicate.h
 *	  Conditions as lists of conjuncts: implication and residue.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PREDICATE_H
#define AQUMV_PREDICATE_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern List *aqumv_conjuncts(Node *qual);
extern bool aqumv_implies(List *clauses, List *predicates);

#endif							/* AQUMV_PREDICATE_H */
