/*-------------------------------------------------------------------------
 *
 * attach.h
 *	  Relations that come into a tree of tables, or leave it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ATTACH_H
#define AQUMV_ATTACH_H

#include "aqumv.h"

#include "nodes/pg_list.h"

extern void aqumv_note_new_partition(Oid relid, Oid parent);
extern List *aqumv_note_partitions(Oid relid);
extern List *aqumv_note_inheritance(Oid relid);
extern void aqumv_note_leaving(Oid parent);
extern List *aqumv_left_parents(void);

#endif							/* AQUMV_ATTACH_H */
