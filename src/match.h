/*-------------------------------------------------------------------------
 *
 * match.h
 *	  How one view answers one block.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_MATCH_H
#define AQUMV_MATCH_H

#include "aqumv.h"

#include "reason.h"
#include "summary.h"

/*
 * The block's expressions over the view's columns, which are Vars of the
 * range table index that the block's relation has.
 */
typedef struct AqumvMatch
{
	List	   *target_list;
	List	   *quals;			/* conjuncts left to check on the view's rows */
	List	   *group_exprs;	/* where they stand apart from the target list */
	Node	   *having;			/* NULL unless the block still groups */
	bool		grouped_already;	/* the view's rows are the block's groups */
} AqumvMatch;

extern AqumvReason *aqumv_check_quickly(const AqumvSummary *query, const AqumvSummary *view);
extern AqumvReason *aqumv_match(const AqumvSummary *query, const AqumvSummary *view,
								AqumvMatch **match);

#endif							/* AQUMV_MATCH_H */
