/*-------------------------------------------------------------------------
 *
 * marks.h
 *	  The rows of aqumv.mark: who has written what.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_MARKS_H
#define AQUMV_MARKS_H

#include "aqumv.h"

#include "access/transam.h"
#include "storage/itemptr.h"
#include "utils/snapshot.h"

#include "fresh/catalog.h"

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
	AQUMV_MARK_WRITE,			/* its rows were written, or those of an
								 * unknown partition of it */
	AQUMV_MARK_CHANGE,			/* rows came or went as a whole, in it or
								 * below */
	AQUMV_MARK_OPEN				/* another transaction may have written it: it
								 * was open when this one refreshed a view */
} AqumvMarkKind;

/* return false to stop */
typedef bool (*AqumvMarkVisitor) (Oid relation, AqumvMarkKind kind, AqumvMoment moment,
								  void *context);

extern bool aqumv_replace_mark(AqumvMarkPlace *place, Oid root, AqumvMoment moment);
extern void aqumv_insert_mark(AqumvMarkPlace *place, Oid root, AqumvMarkKind kind,
							  AqumvMoment moment, bool supersede);
extern void aqumv_insert_open_mark(Oid root, Oid relation, FullTransactionId xid);
extern void aqumv_delete_marks(Oid root, Oid relation);
extern void aqumv_visit_marks(Oid root, Snapshot snapshot, AqumvMarkVisitor visitor,
							  void *context);

extern bool aqumv_is_ancient(FullTransactionId fxid);

#endif							/* AQUMV_MARKS_H */
