/*-------------------------------------------------------------------------
 *
 * blame.h
 *	  Blocks that are better off without views.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_BLAME_H
#define AQUMV_BLAME_H

#include "aqumv.h"

#include "nodes/pg_list.h"

#include "answer/site.h"

/* what a plan costs, and what each block does in it */
typedef struct AqumvCosts
{
	double		whole;
	double	   *blocks;			/* by block number, negative if not known; or
								 * NULL */
} AqumvCosts;

extern bool aqumv_is_to_blame(List *sites, const AqumvSite *site, const AqumvCosts *before,
							  const AqumvCosts *after);

#endif							/* AQUMV_BLAME_H */
