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

/*
 * Canonical forms of expressions and of all their parts, for who needs one after
 * the other.  Zero but for rtis at first.
 */
typedef struct AqumvForms
{
	const List *rtis;
	bool		remember;
	struct HTAB *table;			/* of expressions that are not small */
} AqumvForms;

extern Node *aqumv_canonical(Node *expr, const List *rtis);
extern int	aqumv_size(Node *expr);
extern Node *aqumv_form(AqumvForms *forms, Node *expr, int *size);
extern bool aqumv_is_mutable(Node *expr, bool *needs_timezone);
extern bool aqumv_names_zones(Node *node, void *context);
extern bool aqumv_equality_is_bitwise(Oid eqop, Oid type, Oid collation);
extern bool aqumv_is_ordering_operator(Oid opno, Oid eqop, Oid type);

#endif							/* AQUMV_EXPR_H */
