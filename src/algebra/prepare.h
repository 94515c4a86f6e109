/*-------------------------------------------------------------------------
 *
 * prepare.h
 *	  A block in the form that summaries are made from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PREPARE_H
#define AQUMV_PREPARE_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"

#include "algebra/reason.h"

extern void aqumv_simplify_query(Query *query, ParamListInfo params, List **inval_items);
extern AqumvReason *aqumv_prepare_block(Query *query, ParamListInfo params, List **inval_items);

#endif							/* AQUMV_PREPARE_H */
