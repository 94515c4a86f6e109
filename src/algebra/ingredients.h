/*-------------------------------------------------------------------------
 *
 * ingredients.h
 *	  Other aggregates over the same inputs that an aggregate follows from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_INGREDIENTS_H
#define AQUMV_INGREDIENTS_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"

#include "algebra/aggregate.h"

extern void aqumv_describe_call(Aggref *agg, AqumvAggregate *known);
extern Expr *aqumv_argument_of(Aggref *agg);
extern Expr *aqumv_summand(Aggref *agg);
extern bool aqumv_has_fixed_scale(Expr *expr);
extern bool aqumv_is_square(Expr *expr, Expr *x);

/* companions */
extern Aggref *aqumv_count_of(Aggref *agg);
extern Aggref *aqumv_sum_of(Aggref *agg, const AqumvAggregate *known);
extern Aggref *aqumv_squares_of(Aggref *agg, const AqumvAggregate *known);
extern Aggref *aqumv_scales_of(Aggref *agg, int *factor);

/* the columns of a view that hold them, or 0 */
extern AttrNumber aqumv_column_of(Query *query, Node *expr);
extern AttrNumber aqumv_count_column(Query *query, int rti, Aggref *agg);
extern AttrNumber aqumv_squares_column(Query *query, Aggref *agg, const AqumvAggregate *known);
extern AttrNumber aqumv_scales_column(Query *query, Aggref *agg, int *factor);

extern Var *aqumv_view_column(Query *query, AttrNumber attno);
extern Node *aqumv_derive_aggregate(Query *query, int rti, Aggref *agg);

#endif							/* AQUMV_INGREDIENTS_H */
