/*-------------------------------------------------------------------------
 *
 * support.h
 *	  What does comparing values call?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SUPPORT_H
#define AQUMV_SUPPORT_H

#include "aqumv.h"

#include "nodes/pg_list.h"
#include "nodes/nodes.h"

extern List *aqumv_support_functions(Node *node);
extern List *aqumv_support_of_type(Oid type);

#endif							/* AQUMV_SUPPORT_H */
