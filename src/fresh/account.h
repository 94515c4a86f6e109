/*-------------------------------------------------------------------------
 *
 * account.h
 *	  What this transaction set out to write, and how many rows it has written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ACCOUNT_H
#define AQUMV_ACCOUNT_H

#include "aqumv.h"

#include "nodes/pg_list.h"

/* a relation that statements of this transaction set out to write */
typedef struct AqumvTouch
{
	Oid			relation;		/* hash key */
	uint64		transaction;	/* to which all the rest belongs */
	bool		touched;		/* else only accounted for */
	bool		uncounted;		/* track_counts was off at the time */
	bool		restless;		/* may have been written since the last part */
	struct AqumvTouch *next_restless;
	struct Account *account;	/* the latest, or NULL */
} AqumvTouch;

typedef bool (*AqumvWrittenVisitor) (Oid relation, void *context);

extern AqumvTouch *aqumv_note_touch(Oid relation, bool *is_new);
extern AqumvTouch *aqumv_find_touch(Oid relation);
extern List *aqumv_touches(void);

extern int64 aqumv_rows_written(Oid relation);
extern bool aqumv_rows_written_since(Oid relation);
extern void aqumv_visit_written(AqumvWrittenVisitor visitor, void *context);
extern void aqumv_account_for(Oid relation);
extern void aqumv_visit_restless(void (*visitor) (const AqumvTouch *touch));
extern void aqumv_finish_restless(void (*visitor) (const AqumvTouch *touch));

extern void aqumv_account_init(void);

#endif							/* AQUMV_ACCOUNT_H */
