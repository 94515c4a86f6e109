/*-------------------------------------------------------------------------
 *
 * change.h
 *	  The rows that a statement took away and brought.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_CHANGE_H
#define AQUMV_CHANGE_H

#include "aqumv.h"

#include "executor/tuptable.h"
#include "utils/relcache.h"
#include "utils/tuplestore.h"

#include "maintain/image.h"

/*
 * The rows that a statement took away and those that it brought, as rows of one
 * relation; either may be NULL.  Rows at the same place of both are the old and
 * the new version of one, if there are as many.
 */
typedef struct AqumvChange
{
	Relation	rel;
	Tuplestorestate *removed;
	Tuplestorestate *added;
	TupleTableSlot *removed_row;	/* a single row, if there is no tuplestore */
	TupleTableSlot *added_row;
	bool		sieved;			/* sieve.c has told which of them belong to
								 * the base of the view that follows: */
	const bool *removed_belongs;	/* row by row; NULL: there are none */
	const bool *added_belongs;
	bool		unreliable;		/* a MERGE tells of them: merge.c */
} AqumvChange;

/* where one is in a change, row by row */
typedef struct AqumvChangeReader
{
	AqumvChange *change;
	TupleTableSlot *removed;
	TupleTableSlot *added;
	bool		removed_ended;
	bool		added_ended;
	int64		nremoved;		/* rows that have been read */
	int64		nadded;
} AqumvChangeReader;

extern void aqumv_begin_change(AqumvChangeReader *reader, AqumvChange *change);
extern bool aqumv_next_change(AqumvChangeReader *reader, TupleTableSlot **removed,
							  TupleTableSlot **added);
extern void aqumv_end_change(AqumvChangeReader *reader);

typedef struct AqumvChangeScan
{
	AqumvImage *before;			/* the row that went, or not belonging */
	AqumvImage *after;			/* the one that came */
	bool		updating;		/* there was an old row, belonging or not */

	/* private */
	AqumvDeltaState *state;
	AqumvSource *source;
	AqumvChangeReader reader;
} AqumvChangeScan;

extern AqumvChangeScan *aqumv_begin_change_scan(AqumvDeltaState *state, AqumvChange *change);
extern bool aqumv_read_on(AqumvChangeScan *scan);
extern void aqumv_end_change_scan(AqumvChangeScan *scan);

#endif							/* AQUMV_CHANGE_H */
