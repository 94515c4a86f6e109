/*-------------------------------------------------------------------------
 *
 * deltastate.h
 *	  What a row of the base means for an incremental view: compiled deltas.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_DELTASTATE_H
#define AQUMV_DELTASTATE_H

#include "aqumv.h"

#include "access/tupconvert.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "pgtime.h"

#include "fresh/views.h"
#include "maintain/delta.h"
#include "maintain/viewlimits.h"

/* how rows of a relation of the tree become rows of the base */
typedef struct AqumvSource
{
	Oid			relid;
	TupleConversionMap *map;	/* NULL if they are alike */
	TupleTableSlot *converted;
	ExprState  *belongs;		/* is a row of an ancestor one of the base? Or
								 * NULL */
	bool		sieved;			/* sieve.c tells that, not we */
	TupleDesc	desc;			/* of its rows, before they are converted */
	struct AqumvChangeScan *spare;	/* change.c's, in state->work */
} AqumvSource;

/* a column's delta, compiled */
typedef struct AqumvTerm
{
	ExprState  *value;			/* KEY, ROW, argument; DERIVED: over the view */
	ExprState  *filter;
	int			same;			/* attno - 1 of an earlier one with the same
								 * value and filter, or -1 */
	bool		unpack;			/* its value is a number, which is looked at
								 * more than once */
	Oid			nested;			/* its type, if values may be within it; or
								 * InvalidOid */
	bool		byval;			/* of the value */
	int16		typlen;
	FmgrInfo	add;
	FmgrInfo	subtract;
	FmgrInfo	better;
} AqumvTerm;

typedef struct AqumvDeltaState
{
	Oid			view;
	Oid			owner;
	AqumvDelta *delta;
	TupleDesc	desc;			/* of the view */
	Oid			index;			/* that rows are found with, or InvalidOid */
	List	   *arbiters;		/* that one, and others that are unique if it
								 * is */
	bool		may_refuse;		/* another index may object to rows */
	AqumvLimits limits;
	bool		calls_users;	/* it calls functions that users have made */
	const char *timezone;		/* that it must be computed in, or NULL */
	bool		recomputes;		/* a column may have to be computed again */
	bool		key_bitwise;	/* equal keys are the same */

	ExprContext *econtext;
	ExprState  *where;
	AqumvTerm  *terms;			/* by attno - 1 */
	int			nkeys;
	AttrNumber *keys;			/* in the order of the index */
	FmgrInfo   *equal;			/* by key */
	FmgrInfo   *compare;		/* by key, as btree does */
	FmgrInfo   *hash;			/* by key; fn_oid is InvalidOid if there is
								 * none */
	Oid		   *collations;		/* by key */
	List	   *sources;		/* of AqumvSource */

	/*
	 * What is made for each statement anew would cost as much as its use:
	 * spare ones live in a context that is reset when an error leaves some in
	 * use.
	 */
	MemoryContext work;
	struct AqumvTarget *spare;	/* viewrows.c's */

	/* what viewrows.c tells attempt.c: */
	bool		indexing;		/* an error is one of an index */
	Oid			refusing;		/* index that cannot take a row, or InvalidOid */

	/* private */
	MemoryContext context;
	bool		valid;
	int			users;
	int			contended;		/* groups.c: so many times, lock first */
} AqumvDeltaState;

/* a grouping key: values by position in the state's keys */
typedef struct AqumvGroupKey
{
	Datum	   *values;
	bool	   *nulls;
} AqumvGroupKey;

extern AqumvReason *aqumv_get_deltastate(AqumvView *view, AqumvDeltaState **result);
extern void aqumv_hold_deltastate(AqumvDeltaState *state);
extern void aqumv_release_deltastate(AqumvDeltaState *state);
extern void aqumv_abandon_uses(AqumvDeltaState *state);
extern AqumvSource *aqumv_get_source(AqumvDeltaState *state, Relation rel);

extern void aqumv_deltastate_init(void);

#endif							/* AQUMV_DELTASTATE_H */
