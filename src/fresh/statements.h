/*-------------------------------------------------------------------------
 *
 * statements.h
 *	  What this backend's transaction has written, and the marks of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_STATEMENTS_H
#define AQUMV_STATEMENTS_H

#include "aqumv.h"

#include "fresh/catalog.h"
#include "fresh/marks.h"
#include "fresh/partition.h"

/* what this transaction has written of a relation */
typedef enum AqumvWrote
{
	AQUMV_WROTE_NOTHING,
	AQUMV_WROTE_BEFORE,			/* nothing since it last refreshed a view */
	AQUMV_WROTE_SINCE
} AqumvWrote;

extern AqumvMoment aqumv_current_moment(void);
extern void aqumv_end_part(Oid base);

extern void aqumv_touch(Oid relation);
extern void aqumv_statement_begins(Oid relation);
extern void aqumv_statement_ends(Oid relation);
extern bool aqumv_statement_is_open(const AqumvTree *tree);
extern bool aqumv_wrote_anything(void);
extern AqumvWrote aqumv_wrote_any_of(const AqumvTree *tree);
extern void aqumv_mark_change(Oid root, Oid relation);
extern void aqumv_mark_switch(Oid root, Oid relation);

extern void aqumv_writes_init(void);

#endif							/* AQUMV_STATEMENTS_H */
