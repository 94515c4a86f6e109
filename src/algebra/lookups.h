/*-------------------------------------------------------------------------
 *
 * lookups.h
 *	  Where do functions find what they call, as whoever calls them?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_LOOKUPS_H
#define AQUMV_LOOKUPS_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern List *aqumv_schemas_looked_in(Query *definition);

#endif							/* AQUMV_LOOKUPS_H */
