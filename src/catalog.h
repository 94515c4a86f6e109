/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  aqumv's own tables: tracking, mark and refresh.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_CATALOG_H
#define AQUMV_CATALOG_H

#include "aqumv.h"

#include "access/transam.h"
#include "nodes/pg_list.h"
#include "storage/itemptr.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

/*
 * A moment in the life of a transaction: the transaction, and how many
 * refreshes it had run.
 */
typedef struct AqumvMoment
{
	FullTransactionId xid;
	int32		part;
} AqumvMoment;

/* a row of aqumv.tracking */
typedef struct AqumvTracking
{
	Oid			relation;
	Oid			parent;
	Oid			root;
	AqumvMoment since;			/* all writes after this leave marks */
	AqumvMoment changed;		/* rows changed in a way that leaves none */
} AqumvTracking;

/* a row of aqumv.refresh; all it points to is palloc'd */
typedef struct AqumvRefresh
{
	Oid			view;
	Oid			base;
	Oid			filenode;
	AqumvMoment moment;
	int64		functions;
	bool		complete;
	TimestampTz refreshed_at;
	char	   *timezone;
	Datum		snapshot;		/* pg_snapshot */
} AqumvRefresh;

/* where a backend's last mark on a relation stands */
typedef struct AqumvMarkPlace
{
	Oid			relation;
	ItemPointerData tid;
	AqumvMoment moment;
} AqumvMarkPlace;

/* what a mark on a relation says; the first says more */
typedef enum AqumvMarkKind
{
	AQUMV_MARK_WRITE,			/* its rows were written, or those of an unknown
								 * partition of it */
	AQUMV_MARK_CHANGE,			/* rows came or went as a whole, in it or below */
	AQUMV_MARK_OPEN				/* another transaction may have written it: it was
								 * open when this one refreshed a view */
} AqumvMarkKind;

/* return false to stop */
typedef bool (*AqumvMarkVisitor) (Oid relation, AqumvMarkKind kind, AqumvMoment moment,
								  void *context);

extern bool aqumv_is_installed(void);
extern bool aqumv_is_own_table(Oid relid);
extern Oid	aqumv_trigger_function(const char *name);
extern Oid	aqumv_scales_function(void);
extern Oid	aqumv_row_hash_function(void);
extern Oid	aqumv_variance_function(const char *name);
extern Oid	aqumv_moments_aggregate(const char *name);

extern bool aqumv_read_tracking(Oid relation, AqumvTracking *row);
extern void aqumv_write_tracking(const AqumvTracking *row);
extern void aqumv_delete_tracking(Oid relation);
extern List *aqumv_tracked_children(Oid parent);

extern bool aqumv_replace_mark(AqumvMarkPlace *place, Oid root, AqumvMoment moment);
extern void aqumv_insert_mark(AqumvMarkPlace *place, Oid root, AqumvMarkKind kind,
							  AqumvMoment moment, bool supersede);
extern void aqumv_delete_marks(Oid root, Oid relation);
extern void aqumv_visit_marks(Oid root, Snapshot snapshot, AqumvMarkVisitor visitor,
							  void *context);

extern bool aqumv_read_refresh(Oid view, Snapshot snapshot, AqumvRefresh *row);
extern void aqumv_write_refresh(const AqumvRefresh *row);
extern void aqumv_delete_refresh(Oid view);

extern bool aqumv_is_ancient(FullTransactionId fxid);
extern bool aqumv_moment_seen(AqumvMoment moment, const AqumvRefresh *refresh);

#endif							/* AQUMV_CATALOG_H */
