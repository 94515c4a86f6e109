/*-------------------------------------------------------------------------
 *
 * merge.h
 *	  What MERGE does to partitioned tables without saying so.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_MERGE_H
#define AQUMV_MERGE_H

#include "aqumv.h"

extern bool aqumv_merge_mixes(Oid relid);

extern void aqumv_merge_init(void);

#endif							/* AQUMV_MERGE_H */
