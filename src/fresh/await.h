/*-------------------------------------------------------------------------
 *
 * await.h
 *	  Locks that keep writers out.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_AWAIT_H
#define AQUMV_AWAIT_H

#include "aqumv.h"

#include "nodes/pg_list.h"

extern bool aqumv_keep_out_at_once(List *relids);
extern bool aqumv_keep_out_aside(List *relids);

#endif							/* AQUMV_AWAIT_H */
