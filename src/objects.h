/*-------------------------------------------------------------------------
 *
 * objects.h
 *	  aqumv's own tables and functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_OBJECTS_H
#define AQUMV_OBJECTS_H

#include "aqumv.h"

#include "storage/lockdefs.h"
#include "utils/relcache.h"

typedef enum AqumvOwnTable
{
	AQUMV_OWN_TRACKING,
	AQUMV_OWN_MARK,
	AQUMV_OWN_REFRESH
} AqumvOwnTable;

#define AQUMV_OWN_TABLES (AQUMV_OWN_REFRESH + 1)

extern bool aqumv_is_installed(void);
extern bool aqumv_is_own_table(Oid relid);
extern Relation aqumv_open_own_table(AqumvOwnTable which, LOCKMODE lockmode, Oid *index);
extern Oid	aqumv_trigger_function(const char *name);
extern bool aqumv_is_maintain_function(Oid funcid);
extern Oid	aqumv_scales_function(void);
extern Oid	aqumv_row_hash_function(void);
extern Oid	aqumv_variance_function(const char *name);
extern Oid	aqumv_moments_aggregate(const char *name);

#endif							/* AQUMV_OBJECTS_H */
