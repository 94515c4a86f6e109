/*-------------------------------------------------------------------------
 *
 * owner.h
 *	  The door: whatever evaluates a piece of a view does so as its owner.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_OWNER_H
#define AQUMV_OWNER_H

#include "aqumv.h"

extern void aqumv_enter_owner(Oid view, Oid base, Oid owner, bool runs_users_code);
extern void aqumv_pin_settings(void);
extern void aqumv_set_time_zone(const char *zone);
extern uint64 aqumv_leave_owner(void);

extern void aqumv_begin_work(Oid view, Oid base);
extern bool aqumv_end_work(void);
extern int	aqumv_pin_scans(int guc_level);
extern void aqumv_pin_filling(void);
extern int	aqumv_pin_explained_filling(int guc_level);
extern bool aqumv_is_at_work(Oid view);
extern bool aqumv_is_as_owner(void);
extern void aqumv_require_idle_view(Oid view);
extern void aqumv_note_write(Oid relid, List *ancestors, List *descendants);

extern void aqumv_owner_init(void);

#endif							/* AQUMV_OWNER_H */
