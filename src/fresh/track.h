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
extern void aqumv_track_one(Oid relid);
extern bool aqumv_is_tracked(Oid relid);
extern bool aqumv_can_have_triggers(Oid relid);
extern const char *aqumv_track_call(Oid relid);
extern void aqumv_note_switch(Oid relid);
extern void aqumv_note_change(Oid relid);

/* for immediate views */
extern List *aqumv_immediate_views(List *relids);
extern Oid	aqumv_forbids_triggers(Oid relid, Oid role);
extern void aqumv_maintain_base(Oid relid, Oid owner, bool keep_writers_out);
extern void aqumv_restore_triggers(Oid relid);
extern void aqumv_release_bases(void);
extern void aqumv_distrust(Oid relid, bool below);

#endif							/* AQUMV_TRACK_H */
