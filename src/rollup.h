/*-------------------------------------------------------------------------
 *
 * rollup.h
 *	  Aggregates of a query from aggregates that a view stores.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ROLLUP_H
#define AQUMV_ROLLUP_H

#include "aqumv.h"

#include "nodes/primnodes.h"

/* where the parts come from */
typedef struct AqumvParts
{
	/* a group of the query is one row of the view; else it is one or more */
	bool		same;
	/* there is such a row for every row of the query's result */
	bool		never_empty;

	/*
	 * The column that holds this aggregate, and what is left of its filter,
	 * derived, in *rest; or NULL.
	 */
	Node	   *(*stored) (Aggref *aggregate, Node **rest, void *context);
	/* the same for a sum of the squares of its input */
	Node	   *(*squares) (Aggref *aggregate, Node **rest, void *context);
	/* an expression of the query computed from the view's keys, or NULL */
	Node	   *(*derived) (Node *expr, void *context);
	void	   *context;
} AqumvParts;

extern Node *aqumv_roll_up(Aggref *aggregate, const AqumvParts *parts);
extern bool aqumv_ignores_copies(Aggref *aggregate);

#endif							/* AQUMV_ROLLUP_H */
