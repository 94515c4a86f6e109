/*-------------------------------------------------------------------------
 *
 * refresh.h
 *	  What a view was filled from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_REFRESH_H
#define AQUMV_REFRESH_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

#include "fresh/catalog.h"

/* a filling of a view that is under way */
typedef struct AqumvFilling
{
	Datum		snapshot;		/* pg_snapshot */
	AqumvMoment moment;
	Query	   *definition;
	int64		versions;		/* of the functions that it calls */
	int64		sources;		/* how the owner reaches foreign tables */
	uint64		changes;		/* of any */
	bool		hides_rows;		/* row security did, from the owner, to begin
								 * with */
	bool		is_old;			/* writes may have come after the snapshot
								 * that left no mark */
} AqumvFilling;

extern void aqumv_begin_filling(AqumvFilling *filling, Oid base, Oid owner,
								Query *definition);
extern void aqumv_end_filling(AqumvFilling *filling, Oid view);
extern void aqumv_end_maintenance(Oid view, bool holds_all);
extern void aqumv_view_moved(Oid view, Oid from, Oid to);

#endif							/* AQUMV_REFRESH_H */
