/*-------------------------------------------------------------------------
 *
 * textsearch.h
 *	  What do text search configurations and dictionaries do?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_TEXTSEARCH_H
#define AQUMV_TEXTSEARCH_H

#include "aqumv.h"

#include "nodes/nodes.h"

typedef struct AqumvTextSearch
{
	uint64		what;			/* they do; 0 if there are none */
	uint64		which;			/* versions of them */
	List	   *hashes;			/* that their invalidations come with, as OIDs */
} AqumvTextSearch;

extern void aqumv_look_at_text_search(Oid object, AqumvTextSearch *found);
extern bool aqumv_chooses_text_search(Node *node);

#endif							/* AQUMV_TEXTSEARCH_H */
