/*-------------------------------------------------------------------------
 *
 * sieve.h
 *	  Which rows written through an ancestor are a partition's?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SIEVE_H
#define AQUMV_SIEVE_H

#include "aqumv.h"

#include "maintain/change.h"

extern void aqumv_sieve(AqumvChange *change, Oid base, List *ancestors);

extern void aqumv_sieve_init(void);

#endif							/* AQUMV_SIEVE_H */
