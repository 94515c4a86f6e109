/*-------------------------------------------------------------------------
 *
 * partition.h
 *	  The partition tree around a relation, and how it is tracked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PARTITION_H
#define AQUMV_PARTITION_H

#include "aqumv.h"

#include "nodes/pg_list.h"
#include "storage/lockdefs.h"

#include "algebra/reason.h"
#include "fresh/catalog.h"
#include "fresh/inherits.h"

/* immutable; lives at least until the end of the transaction */
typedef struct AqumvTree
{
	Oid			relid;
	Oid			root;			/* topmost ancestor, or relid itself */
	List	   *ancestors;		/* OIDs, nearest first */
	List	   *descendants;	/* OIDs */
	bool		partitioned;
	bool		is_view;		/* a materialized view, which changes by
								 * REFRESH */
	bool		has_foreign;	/* itself or a descendant */
	bool		counts_rows;	/* every leaf is a heap, whose writes pgstat
								 * counts */
	AqumvReason *unsuitable;	/* can never be tracked exactly, or NULL */
	Oid			untracked;		/* a relation around it that is not tracked */
	bool		maintained;		/* all that write it fold their changes into
								 * immediate views */
	int			nepochs;		/* moments that a refresh must have seen: */
	AqumvMoment *epochs;		/* "since" of all, "changed" of it and below */
	uint64		serial;			/* tells this tree from later ones */
} AqumvTree;

extern const AqumvTree *aqumv_get_tree(Oid relid);
extern bool aqumv_tree_has(const AqumvTree *tree, Oid relid);
extern void aqumv_look_again(Oid relid);
extern void aqumv_look_again_at_partitions(Oid relid);

extern void aqumv_partition_init(void);

#endif							/* AQUMV_PARTITION_H */
