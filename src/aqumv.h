/*-------------------------------------------------------------------------
 *
 * aqumv.h
 *	  The ground that every file stands on: settings and a few constants.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_H
#define AQUMV_H

#include "postgres.h"

#define AQUMV_SCHEMA "aqumv"
#define AQUMV_EXTENSION "aqumv"

/* aqumv.rewrite_mode */
typedef enum AqumvRewriteMode
{
	AQUMV_REWRITE_COST,			/* the cheapest whole plan wins */
	AQUMV_REWRITE_FORCE,		/* a match is taken whatever it costs */
	AQUMV_REWRITE_REQUIRED		/* and no match is an error */
} AqumvRewriteMode;

/* settings; defined and documented in init.c */
extern bool aqumv_enabled;
extern bool aqumv_allow_foreign_table;
extern int	aqumv_rewrite_mode;

/*
 * While positive, queries are planned as written: the refresh of a view must
 * not be answered from views, nor a query whose guard has just failed.
 * Whoever raises it lowers it again, also on error.
 */
extern int	aqumv_paused;

/*
 * Counts what may change the answer to "is this view usable" in this backend,
 * other than the snapshot and TimeZone: invalidations, the transaction's own
 * writes, settings.  Starts at 1.
 */
extern uint64 aqumv_invalidations;

#endif							/* AQUMV_H */
