/*-------------------------------------------------------------------------
 *
 * hold.h
 *	  Which executions read views in the place of tables, and what they hold.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_HOLD_H
#define AQUMV_HOLD_H

#include "aqumv.h"

#include "executor/execdesc.h"

extern void aqumv_hold(QueryDesc *desc, int n, const Oid *views, const Oid *bases);
extern void aqumv_hold_init(void);

#endif							/* AQUMV_HOLD_H */
