/*-------------------------------------------------------------------------
 *
 * triggers.h
 *	  Put triggers on relations, and take them off.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TRIGGERS_H
#define AQUMV_TRIGGERS_H

#include "aqumv.h"

#include "nodes/pg_list.h"

extern void aqumv_create_triggers(Oid relid, bool maintaining);
extern void aqumv_drop_triggers(Oid relid, bool maintaining);
extern bool aqumv_is_own_trigger(Oid trigger);
extern List *aqumv_maintained_relations(void);

#endif							/* AQUMV_TRIGGERS_H */
