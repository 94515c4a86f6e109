/*-------------------------------------------------------------------------
 *
 * inherits.h
 *	  What is above and below a relation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_INHERITS_H
#define AQUMV_INHERITS_H

#include "aqumv.h"

#include "nodes/pg_list.h"
#include "storage/lockdefs.h"

extern List *aqumv_descendants_of(Oid relid, bool *detaching);
extern List *aqumv_partition_descendants(Oid relid);
extern List *aqumv_parents_of(Oid relid);
extern Oid	aqumv_parent_of(Oid relid);
extern Oid	aqumv_root_of(Oid relid);
extern List *aqumv_relations_above(Oid relid);
extern List *aqumv_relations_around(Oid relid);
extern void aqumv_lock_tree(Oid relid, LOCKMODE mode);

#endif							/* AQUMV_INHERITS_H */
