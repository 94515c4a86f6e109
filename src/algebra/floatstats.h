/*-------------------------------------------------------------------------
 *
 * floatstats.h
 *	  Variance, covariance and regression of floating-point numbers from what a
 *	  view stores of them.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FLOATSTATS_H
#define AQUMV_FLOATSTATS_H

#include "algebra/stored.h"

extern Node *aqumv_combine_floatstats(Aggref *aggregate, const AqumvPieces *pieces);

#endif							/* AQUMV_FLOATSTATS_H */
