/*-------------------------------------------------------------------------
 *
 * fingerprint.h
 *	  Which users' functions does a definition call, and what do they do?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FINGERPRINT_H
#define AQUMV_FINGERPRINT_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

typedef struct AqumvFingerprint
{
	int64		what;			/* they do */
	int64		which;			/* versions of them */
	List	   *hashes;			/* that their invalidations come with, as OIDs */
	List	   *called;			/* OIDs of all functions, core's too */
	List	   *seen;			/* OIDs of users' functions */
	List	   *checked;		/* OIDs of users' types */
} AqumvFingerprint;

/* among the hashes: it may depend on others as well */
#define AQUMV_ANY_FUNCTION ((Oid) 0)
/* and on what text search configurations map to dictionaries */
#define AQUMV_TEXT_SEARCH ((Oid) 1)

extern AqumvFingerprint aqumv_fingerprint(Query *definition, Oid owner);
extern int64 aqumv_function_versions(Query *definition);

#endif							/* AQUMV_FINGERPRINT_H */
