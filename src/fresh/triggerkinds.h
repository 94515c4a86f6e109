/*-------------------------------------------------------------------------
 *
 * triggerkinds.h
 *	  The triggers that we put on relations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TRIGGERKINDS_H
#define AQUMV_TRIGGERKINDS_H

#include "aqumv.h"

/* a trigger that we put on relations */
typedef struct AqumvTriggerKind
{
	const char *name;			/* to which PostgreSQL adds a number */
	const char *function;
	bool		row;
	int16		timing;
	int16		events;
	bool		maintaining;	/* for immediate views; else for marks */
} AqumvTriggerKind;

#define AQUMV_TRIGGER_KINDS 8
extern const AqumvTriggerKind aqumv_trigger_kinds[AQUMV_TRIGGER_KINDS];
extern bool aqumv_trigger_suits(const AqumvTriggerKind *kind, char relkind);
extern char aqumv_trigger_enabled(const AqumvTriggerKind *kind);

extern bool aqumv_has_triggers(Oid relid, bool maintaining);
extern bool aqumv_has_trigger(Oid relid, int kind);

#endif							/* AQUMV_TRIGGERKINDS_H */
