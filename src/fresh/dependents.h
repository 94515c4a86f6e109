/*-------------------------------------------------------------------------
 *
 * dependents.h
 *	  What depends on an object.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_DEPENDENTS_H
#define AQUMV_DEPENDENTS_H

#include "aqumv.h"

#include "nodes/pg_list.h"

extern List *aqumv_dependents(Oid referenced_class, Oid referenced, Oid class);

#endif							/* AQUMV_DEPENDENTS_H */
