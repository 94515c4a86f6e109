/*-------------------------------------------------------------------------
 *
 * calls.h
 *	  What do expressions and aggregates call?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_CALLS_H
#define AQUMV_CALLS_H

#include "nodes/nodes.h"

/* true ends the walk */
typedef bool (*AqumvCallVisitor) (Oid funcid, void *context);

extern bool aqumv_visit_calls(Node *node, AqumvCallVisitor visit, void *context);
extern bool aqumv_visit_parts(Oid aggregate, AqumvCallVisitor visit, void *context);

#endif							/* AQUMV_CALLS_H */
