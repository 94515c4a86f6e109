/*-------------------------------------------------------------------------
 *
 * nested.h
 *	  Values within values, and how these are stored.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_NESTED_H
#define AQUMV_NESTED_H

#include "aqumv.h"

extern bool aqumv_may_nest(Oid type);
extern Datum aqumv_plain_value(Datum value, Oid type);

#endif							/* AQUMV_NESTED_H */
