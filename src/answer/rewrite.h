/*-------------------------------------------------------------------------
 *
 * rewrite.h
 *	  Build the block that reads a source.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_REWRITE_H
#define AQUMV_REWRITE_H

#include "aqumv.h"

#include "algebra/summary.h"
#include "answer/source.h"

extern Query *aqumv_rewrite(const AqumvSummary *query, const AqumvSource *source);

#endif							/* AQUMV_REWRITE_H */
