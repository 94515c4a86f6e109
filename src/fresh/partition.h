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

/* immutable; lives at least until the end of the transaction */
typedef struct AqumvTree
{
	Oid			relid;
	Oid			root;			/* topmost ancestor, or relid itself */
	List	   *ancestors;		/* OIDs, nearest first */
	List	   *descendants;	/* OIDs */
	bool		partitioned;
	bool		is_view;		/* a materialized view, which changes by REFRESH */
	bool		has_foreign;	/* itself or a descendant */
	bool		counts_rows;	/* every leaf is a heap, whose writes pgstat counts */
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
extern bool aqumv_has_triggers(Oid relid, bool maintaining);
extern bool aqumv_has_trigger(Oid relid, int kind);
extern List *aqumv_partition_descendants(Oid relid);
extern List *aqumv_parents_of(Oid relid);
extern Oid	aqumv_parent_of(Oid relid);
extern Oid	aqumv_root_of(Oid relid);
extern List *aqumv_relations_above(Oid relid);
extern List *aqumv_relations_around(Oid relid);
extern void aqumv_lock_tree(Oid relid, LOCKMODE mode);
extern void aqumv_look_again(Oid relid);
extern void aqumv_look_again_at_partitions(Oid relid);

/* a trigger that we put on relations */
typedef struct AqumvTriggerKind
{
	const char *name;			/* to which PostgreSQL adds a number */
	const char *function;
	bool		row;
	int16		timing;
	int16		events;
	bool		maintaining;	/* for immediate views; else for marks */
} AqumvTriggerKind;

#define AQUMV_TRIGGER_KINDS 8
extern const AqumvTriggerKind aqumv_trigger_kinds[AQUMV_TRIGGER_KINDS];
extern bool aqumv_trigger_suits(const AqumvTriggerKind *kind, char relkind);
extern char aqumv_trigger_enabled(const AqumvTriggerKind *kind);

extern void aqumv_partition_init(void);

#endif							/* AQUMV_PARTITION_H */
