/*-------------------------------------------------------------------------
 *
 * site.h
 *	  Tables in a statement, and the views that may stand in their places.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SITE_H
#define AQUMV_SITE_H

#include "aqumv.h"

#include "algebra/reason.h"
#include "algebra/summary.h"
#include "fresh/views.h"

/* what was decided of one view; view is InvalidOid for a query without views */
typedef struct AqumvVerdict
{
	const char *block;			/* path of the block */
	Oid			view;
	bool		used;
	AqumvReason *reason;		/* NULL if used */
	double		cost_original;	/* negative: not known */
	double		cost_rewritten;
} AqumvVerdict;

/*
 * A table in a block, in the place of which a view may stand.  Its block may be
 * come upon in several forms, when blocks around it are answered differently.
 */
typedef struct AqumvSite
{
	const char *path;			/* of the block */
	int			number;			/* of the block */
	int			rti;			/* in the block, once it is flattened */
	Oid			base;
	Oid			role;			/* that reads it; InvalidOid: the current user */
	List	   *candidates;		/* smallest first */
	List	   *verdicts;		/* of all views over the table */
} AqumvSite;

/* a view that may stand in a site */
typedef struct AqumvCandidate
{
	AqumvSite  *site;
	AqumvVerdict *verdict;
	AqumvView  *view;			/* the latest that is known of it */
	bool		matches;		/* one form of the block, at least */
} AqumvCandidate;

extern AqumvSite *aqumv_find_site(List *sites, const char *path, int number, int rti, Oid base);
extern List *aqumv_existing_views_over(Oid base);
extern void aqumv_find_candidates(AqumvSite *site, List *views, AqumvReason *reason,
								  const AqumvSummary *summary);
extern AqumvReason *aqumv_look_at_view(AqumvCandidate *candidate, const AqumvSummary *summary);

#endif							/* AQUMV_SITE_H */
