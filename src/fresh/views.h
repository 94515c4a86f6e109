/*-------------------------------------------------------------------------
 *
 * views.h
 *	  The views over a relation, and what they hold: a per-backend cache.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_VIEWS_H
#define AQUMV_VIEWS_H

#include "aqumv.h"

#include "nodes/pg_list.h"
#include "utils/snapshot.h"

#include "algebra/reason.h"
#include "algebra/summary.h"
#include "fresh/option.h"

/*
 * The snapshot in which a view was last proved usable, so that the proof need
 * not be repeated while nothing commits (freshness.c).
 */
#define AQUMV_PROOF_XIPS 16
typedef struct AqumvProof
{
	bool		valid;
	uint64		events;			/* aqumv_invalidations then; 0 if more could
								 * happen without one */
	uint64		tree_serial;
	uint64		roles;			/* aqumv_role_changes() then */
	const void *timezone;		/* if it matters: the zone that was set */
	TransactionId own_xid;		/* the only one that xip does not tell of */
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	TransactionId xip[AQUMV_PROOF_XIPS];
} AqumvProof;

/*
 * A materialized view.  Immutable but for the proof and trust; lives at least until the
 * end of the transaction.
 */
typedef struct AqumvView
{
	Oid			view;
	Oid			owner;
	Oid			base;			/* the relation it reads, or InvalidOid */
	AqumvReason *unsuitable;	/* its definition answers no query, or NULL */
	AqumvReason *withheld;		/* the same, or why it is not trusted to */
	AqumvSummary *summary;		/* if suitable */
	AqumvMaintenance maintenance;
	bool		populated;
	Oid			filenode;
	double		pages;			/* what a scan would read */
	bool		runs_users_code;	/* when its rows are computed or written */
	int64		functions;		/* fingerprint of the functions it calls */
	List	   *function_hashes;	/* of these, in the syscaches */
	const uint64 *changes;		/* counts invalidations; see
								 * aqumv_view_generation() */
	AqumvProof	proof;
	Bitmapset  *selected;		/* columns of the base that the owner must be
								 * allowed to read, as core counts them */
	List	   *called;			/* OIDs of functions */
	List	   *looked_up_in;	/* OIDs of schemas where functions find what
								 * they call, as their caller */
	bool		trusted;		/* immediate: may changes be folded into it? */
	bool		has_record;		/* of having been filled */
	uint64		trusted_tree;	/* the tree and roles for which that is known */
	uint64		trusted_roles;
	uint64		owner_tree;		/* those for which the owner has all rights */
	uint64		owner_roles;
} AqumvView;

/* how often functions or operators have come, gone or changed */
extern uint64 aqumv_function_changes;

extern List *aqumv_views_over(Oid base);
extern bool aqumv_has_views(Oid base);
extern Query *aqumv_definition_of(Oid view);
extern AqumvReason *aqumv_get_view(Oid view, AqumvView **result);
extern AqumvView *aqumv_get_locked_view(Oid view);
extern void aqumv_announce_view(Oid view);
extern bool aqumv_may_have_differed(const AqumvView *view, uint64 changes);
extern uint64 aqumv_view_generation(const AqumvView *view);

extern void aqumv_views_init(void);

#endif							/* AQUMV_VIEWS_H */
