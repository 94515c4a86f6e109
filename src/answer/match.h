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

#include "algebra/reason.h"
#include "algebra/summary.h"
#include "answer/derive.h"

/*
 * The block's expressions over the view's columns, which are Vars of the
 * range table index that the relation has.
 */
typedef struct AqumvMatch
{
	AqumvFit	fit;
	List	   *target_list;
	FromExpr   *join_tree;		/* its quals are lists of conjuncts */
	List	   *range_table;	/* NIL if other entries stay as they are */
	List	   *group_exprs;	/* where they stand apart from the target list */
	Node	   *having;			/* NULL unless the block still groups */
} AqumvMatch;

extern AqumvReason *aqumv_check_quickly(const AqumvSummary *query, const AqumvSummary *view);
extern AqumvReason *aqumv_match(const AqumvSummary *query, const AqumvSummary *view,
								AqumvMatch **match);

#endif							/* AQUMV_MATCH_H */
