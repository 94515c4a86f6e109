/*-------------------------------------------------------------------------
 *
 * setup.h
 *	  What has to be in place for a view to be maintained by writers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SETUP_H
#define AQUMV_SETUP_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

#include "fresh/views.h"
#include "maintain/delta.h"

extern AqumvDelta *aqumv_require_delta(Query *query, const char *view);
extern AqumvDelta *aqumv_require_delta_of(Oid view);
extern AqumvDelta *aqumv_define_incremental(CreateTableAsStmt *stmt);
extern void aqumv_prepare_base(const AqumvDelta *delta, Oid owner, const char *view,
							   bool keep_writers_out);
extern List *aqumv_add_fillfactor(List *options, Oid view, const AqumvDelta *delta);

#endif							/* AQUMV_SETUP_H */
