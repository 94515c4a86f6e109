/*-------------------------------------------------------------------------
 *
 * bucket.h
 *	  Coarse buckets of a value from finer ones.  Pure, but for TimeZone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_BUCKET_H
#define AQUMV_BUCKET_H

#include "aqumv.h"

#include "nodes/primnodes.h"

extern bool aqumv_is_bucket(Node *expr);
extern Node *aqumv_coarsen(Node *node, Node *stored, Var *column);

#endif							/* AQUMV_BUCKET_H */
