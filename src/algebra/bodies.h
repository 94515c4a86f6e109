/*-------------------------------------------------------------------------
 *
 * bodies.h
 *	  What users' functions may call in their callers' name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_BODIES_H
#define AQUMV_BODIES_H

#include "aqumv.h"

#include "nodes/pg_list.h"

extern Node *aqumv_body_of(Oid funcid, List **functions);

#endif							/* AQUMV_BODIES_H */
