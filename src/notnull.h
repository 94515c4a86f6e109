/*-------------------------------------------------------------------------
 *
 * notnull.h
 *	  Columns that are never NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_NOTNULL_H
#define AQUMV_NOTNULL_H

#include "aqumv.h"

#include "access/attnum.h"

extern bool aqumv_is_never_null(Oid relid, AttrNumber attno);

#endif							/* AQUMV_NOTNULL_H */
