/*-------------------------------------------------------------------------
 *
 * writes.h
 *	  What this backend's transaction has written, and is writing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_WRITES_H
#define AQUMV_WRITES_H

#include "aqumv.h"

#include "catalog.h"

extern AqumvMoment aqumv_current_moment(void);
extern void aqumv_end_part(void);

extern bool aqumv_has_written(void);
extern bool aqumv_has_marked(Oid relation);
extern void aqumv_mark(Oid root, Oid relation);
extern void aqumv_mark_change(Oid root, Oid relation);

extern void aqumv_statement_begins(Oid root, Oid relation);
extern void aqumv_statement_ends(Oid relation);
extern bool aqumv_is_being_written(Oid relation);

extern void aqumv_writes_init(void);

#endif							/* AQUMV_WRITES_H */
