/*-------------------------------------------------------------------------
 *
 * rewrite.h
 *	  Build the query that a match describes.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_REWRITE_H
#define AQUMV_REWRITE_H

#include "aqumv.h"

#include "answer/match.h"

extern Query *aqumv_rewrite(AqumvSummary *query, AqumvMatch *match, Oid view);

#endif							/* AQUMV_REWRITE_H */
