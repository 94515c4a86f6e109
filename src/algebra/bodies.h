/*-------------------------------------------------------------------------
 *
 * bodies.h
 *	  What users' functions may call in their callers' name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_BODIES_H
#define AQUMV_BODIES_H

#include "aqumv.h"

#include "nodes/primnodes.h"

#include "nodes/pg_list.h"

typedef void (*AqumvNameVisitor) (const char *name, bool is_operator, void *context);

extern void aqumv_visit_names(const char *text, AqumvNameVisitor visit, void *context);
extern Node *aqumv_parsed_body(HeapTuple function);
extern Node *aqumv_body_of(Oid funcid, List **functions);
extern Node *aqumv_defaults_of(Oid funcid);
extern Node *aqumv_left_out(const FuncExpr *call);

#endif							/* AQUMV_BODIES_H */
