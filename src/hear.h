/*-------------------------------------------------------------------------
 *
 * hear.h
 *	  What this backend hears of changes of catalogs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_HEAR_H
#define AQUMV_HEAR_H

#include "aqumv.h"

#include "utils/inval.h"

extern void aqumv_hear_of_relations(RelcacheCallbackFunction listener);
extern void aqumv_hear_of_catalog(int cacheid, SyscacheCallbackFunction listener);

#endif							/* AQUMV_HEAR_H */
