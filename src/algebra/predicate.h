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

/* a conjunct of the form "column operator constant", or "column IN constants" */
typedef struct AqumvBound
{
	AttrNumber	attno;
	Oid			type;
	Oid			collation;
	int			strategy;		/* of the type's default btree family */
	Datum		low;			/* the constant; or the least and the greatest */
	Datum		high;
	bool		is_set;			/* there are several */
} AqumvBound;

/*
 * A condition: its conjuncts in canonical form, and what is known of them in
 * advance so that most questions need not go to the prover.
 */
typedef struct AqumvCondition
{
	List	   *conjuncts;
	List	   *bounds;			/* of AqumvBound or NULL, one per conjunct */
	bool		only_bounds;	/* every conjunct is one */
	double		leaves;			/* how much there is to be compared */
	int			depth;			/* of ANDs in ORs in ANDs */
} AqumvCondition;

extern List *aqumv_conjuncts(Node *qual);
extern AqumvCondition *aqumv_make_condition(List *conjuncts);
extern bool aqumv_implies(const AqumvCondition *clause, const AqumvCondition *predicate);
extern bool aqumv_implies_conjunct(const AqumvCondition *clause,
								   const AqumvCondition *predicate, int index);

#endif							/* AQUMV_PREDICATE_H */
