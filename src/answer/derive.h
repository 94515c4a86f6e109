/*-------------------------------------------------------------------------
 *
 * derive.h
 *	  Expressions of a block, computed from the columns of a view.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_DERIVE_H
#define AQUMV_DERIVE_H

#include "aqumv.h"

#include "algebra/expr.h"
#include "algebra/reason.h"
#include "algebra/summary.h"

/* what the rows of the view are to the block */
typedef enum AqumvFit
{
	AQUMV_FIT_ROWS,				/* rows of the table */
	AQUMV_FIT_SAME,				/* its groups */
	AQUMV_FIT_FINER				/* parts of its groups */
} AqumvFit;

typedef struct AqumvDerivation
{
	const AqumvSummary *query;
	const AqumvSummary *view;
	AqumvFit	fit;
	bool		before;			/* computed before rows are grouped, as WHERE
								 * is */
	Oid			eqop;			/* by which the query tells apart values of a
								 * whole expression, if it does and they must
								 * be told apart anew; or InvalidOid */
	AqumvReason *reason;		/* set when something cannot be computed */

	/* private */
	bool		whole;			/* is the node a whole output, key or sort
								 * expression? */
	int			depth;			/* in how many subqueries it is */
	AqumvForms	forms;
} AqumvDerivation;

extern Node *aqumv_derive(AqumvDerivation *derivation, Node *node, bool whole);
extern List *aqumv_derive_range_table(AqumvDerivation *derivation, List *rtable);

#endif							/* AQUMV_DERIVE_H */
