/*-------------------------------------------------------------------------
 *
 * stored.h
 *	  What a view offers of an aggregate, and the pieces of an expression that
 *	  computes it from there.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_STORED_H
#define AQUMV_STORED_H

#include "aqumv.h"

#include "nodes/primnodes.h"

/* where the parts come from */
typedef struct AqumvPieces
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
} AqumvPieces;

extern Node *aqumv_make_call(Oid funcid, Oid type, List *args);
extern Node *aqumv_make_integer(int64 value);
extern Node *aqumv_make_aggregate(Oid aggfnoid, Oid type, Node *arg, Node *filter);
extern Node *aqumv_make_choice(Node *filter, Node *value, Node *otherwise);
extern Aggref *aqumv_make_like(const Aggref *like, Oid aggfnoid, Oid type);

#endif							/* AQUMV_STORED_H */
