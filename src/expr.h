/*-------------------------------------------------------------------------
 *
 * expr.h
 *	  Expressions: canonical form, mutability.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_EXPR_H
#define AQUMV_EXPR_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"

extern Node *aqumv_canonical(Node *expr, const List *rtis);
extern bool aqumv_is_mutable(Node *expr, bool *needs_timezone);
extern bool aqumv_equality_is_bitwise(Oid eqop, Oid type, Oid collation);
extern bool aqumv_is_ordering_operator(Oid opno, Oid eqop, Oid type);

#endif							/* AQUMV_EXPR_H */
