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
	bool		sieved;			/* sieve.c has told which of them belong to the
								 * base of the view that follows: */
	const bool *removed_belongs;	/* row by row; NULL: there are none */
	const bool *added_belongs;
	bool		unreliable;		/* a MERGE tells of them: merge.c */
} AqumvChange;

/* reading a change, row by row */
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

#endif							/* AQUMV_CHANGE_H */
