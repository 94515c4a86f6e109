/*-------------------------------------------------------------------------
 *
 * viewindex.h
 *	  The index by which maintenance finds rows of an incremental view.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_VIEWINDEX_H
#define AQUMV_VIEWINDEX_H

#include "aqumv.h"

#include "maintain/delta.h"

extern Oid	aqumv_find_view_index(Oid view, const AqumvDelta *delta);
extern void aqumv_create_view_index(Oid view, const AqumvDelta *delta);

#endif							/* AQUMV_VIEWINDEX_H */
