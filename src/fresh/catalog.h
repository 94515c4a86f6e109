/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  aqumv's own tables: tracking, mark (see marks.h) and refresh.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_CATALOG_H
#define AQUMV_CATALOG_H

#include "aqumv.h"

#include "access/genam.h"
#include "access/transam.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

#include "objects.h"

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

extern SysScanDesc aqumv_scan_own_table(Relation rel, Oid index, Oid key, Snapshot snapshot);

extern bool aqumv_read_tracking(Oid relation, AqumvTracking *row);
extern void aqumv_write_tracking(const AqumvTracking *row);
extern void aqumv_claim_tracking(Oid relation);
extern void aqumv_delete_tracking(Oid relation);
extern List *aqumv_tracked_children(Oid parent);
extern List *aqumv_all_tracked(void);

extern bool aqumv_read_refresh(Oid view, Snapshot snapshot, AqumvRefresh *row);
extern char *aqumv_read_timezone(Oid view);
extern void aqumv_write_refresh(const AqumvRefresh *row);
extern void aqumv_delete_refresh(Oid view);
extern void aqumv_doubt_refresh(Oid view);
extern void aqumv_add_doubt(Oid view);

extern bool aqumv_moment_seen(AqumvMoment moment, const AqumvRefresh *refresh);

#endif							/* AQUMV_CATALOG_H */
