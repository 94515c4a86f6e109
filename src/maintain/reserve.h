/*-------------------------------------------------------------------------
 *
 * reserve.h
 *	  Locks that DDL on a tree of tables will need, all at once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_RESERVE_H
#define AQUMV_RESERVE_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern void aqumv_reserve(Node *stmt);

#endif							/* AQUMV_RESERVE_H */
