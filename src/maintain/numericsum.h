/*-------------------------------------------------------------------------
 *
 * numericsum.h
 *	  The sum of many numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_NUMERICSUM_H
#define AQUMV_NUMERICSUM_H

#include "aqumv.h"

typedef struct AqumvNumericSum AqumvNumericSum;

extern AqumvNumericSum *aqumv_sum_numeric(AqumvNumericSum *sum, Datum number,
										  MemoryContext context);
extern Datum aqumv_numeric_sum(AqumvNumericSum *sum);

#endif							/* AQUMV_NUMERICSUM_H */
