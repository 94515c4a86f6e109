/*-------------------------------------------------------------------------
 *
 * moments.h
 *	  Variance, covariance and regression of floating-point numbers from what a
 *	  view stores of them.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_MOMENTS_H
#define AQUMV_MOMENTS_H

#include "parts.h"

extern Node *aqumv_combine_moments(Aggref *aggregate, const AqumvParts *parts);

#endif							/* AQUMV_MOMENTS_H */
