/*-------------------------------------------------------------------------
 *
 * immediate.h
 *	  Keep the immediate views over a relation up to date.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_IMMEDIATE_H
#define AQUMV_IMMEDIATE_H

#include "aqumv.h"

#include "maintain/change.h"

extern void aqumv_maintain_views(AqumvChange *change);
extern void aqumv_view_filled(Oid viewoid);
extern void aqumv_rebuild_views(List *relids, bool wait);
extern void aqumv_drops_index(Oid index);
extern void aqumv_note_dropped_indexes(void);

#endif							/* AQUMV_IMMEDIATE_H */
