/*-------------------------------------------------------------------------
 *
 * simplify.h
 *	  Expressions simplified without running anybody's code, and without errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SIMPLIFY_H
#define AQUMV_SIMPLIFY_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"

extern bool aqumv_attempt(void (*action) (void *), void *arg);
extern FuncExpr *aqumv_expand_arguments(FuncExpr *func);
extern Node *aqumv_simplify(Query *query, Node *expr, ParamListInfo params, List **inval_items);

#endif							/* AQUMV_SIMPLIFY_H */
