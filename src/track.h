/*-------------------------------------------------------------------------
 *
 * track.h
 *	  Begin and end noticing the writes to a relation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TRACK_H
#define AQUMV_TRACK_H

#include "aqumv.h"

#include "nodes/pg_list.h"

extern bool aqumv_track_if_permitted(Oid relid);
extern void aqumv_track_new_partition(Oid relid, Oid parent);
extern void aqumv_retrack(Oid relid);
extern void aqumv_note_switch(Oid relid);
extern void aqumv_note_change(Oid relid);
extern List *aqumv_note_partitions(Oid relid);

/* for immediate views */
extern void aqumv_maintain_base(Oid relid, bool keep_writers_out);
extern void aqumv_restore_triggers(Oid relid);
extern void aqumv_release_bases(void);
extern void aqumv_note_inheritance(Oid relid);
extern void aqumv_distrust(Oid relid, bool below);

#endif							/* AQUMV_TRACK_H */
