/*-------------------------------------------------------------------------
 *
 * hidden.h
 *	  The functions behind the hidden columns of incremental views.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_HIDDEN_H
#define AQUMV_HIDDEN_H

#include "aqumv.h"

#include "utils/array.h"

/* the counters of aqumv.scales() */
#define AQUMV_SCALES(array) ((int64 *) ARR_DATA_PTR(array))

extern int	aqumv_scale(Datum number);
extern int	aqumv_count_scales(ArrayType *array);
extern ArrayType *aqumv_grow_scales(ArrayType *array, int n);
extern ArrayType *aqumv_trim_scales(ArrayType *array);
extern uint32 aqumv_hash_image(Datum value, bool typbyval, int16 typlen);
extern bool aqumv_same_image(Datum a, Datum b, bool typbyval, int16 typlen);

#endif							/* AQUMV_HIDDEN_H */
