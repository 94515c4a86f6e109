/*-------------------------------------------------------------------------
 *
 * meanings.h
 *	  What is called by a name, in any schema?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_MEANINGS_H
#define AQUMV_MEANINGS_H

#include "aqumv.h"

#include "nodes/pg_list.h"

typedef struct AqumvMeaning
{
	Oid			catalog;
	Oid			object;
	Oid			schema;
} AqumvMeaning;

/* counts what may have changed what users' functions call */
extern uint64 aqumv_call_changes;

extern bool aqumv_is_operator_char(char c);
extern List *aqumv_meanings(const char *name);
extern List *aqumv_users_casts(void);
extern void aqumv_meanings_init(void);

#endif							/* AQUMV_MEANINGS_H */
