/*-------------------------------------------------------------------------
 *
 * delta.h
 *	  How does each column of an incremental view follow a change of the base?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_DELTA_H
#define AQUMV_DELTA_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "utils/rel.h"

#include "algebra/aggregate.h"
#include "algebra/reason.h"
#include "algebra/summary.h"

/* what a column of the view holds */
typedef enum AqumvColumnKind
{
	AQUMV_COLUMN_ROW,			/* expr over a row of the base */
	AQUMV_COLUMN_KEY,			/* a grouping key: expr over a row of the base */
	AQUMV_COLUMN_AGGREGATE,		/* one aggregate, folded or recomputed */
	AQUMV_COLUMN_DERIVED		/* expr over other columns of the view */
} AqumvColumnKind;

typedef struct AqumvColumn
{
	AttrNumber	attno;
	AqumvColumnKind kind;
	Node	   *expr;			/* over the base (relation 1), or derived:
								 * over the view's own columns (relation 1) */
	Oid			eqop;			/* key: its grouping operator */

	/* of an aggregate, whose Aggref is expr: */
	AqumvFold	fold;
	AqumvAggregate aggregate;
	Oid			collation;
	Expr	   *argument;		/* over the base, or NULL */
	Expr	   *filter;			/* over the base, or NULL */
	AttrNumber	count;			/* the column that counts its inputs that are
								 * not NULL, or 0: then it cannot lose any */
	AttrNumber	scales;			/* sums of numeric: the column that counts
								 * their display scales, or 0 */
	int			scale_factor;	/* of which theirs are this multiple */
	bool		fixed_scale;	/* all inputs have the same one */
} AqumvColumn;

typedef struct AqumvDelta
{
	Oid			base;
	AqumvGrain	grain;			/* ROW, GROUP or ALL */
	Query	   *query;			/* the definition, grouping flattened; base is
								 * relation "rti" there */
	int			rti;
	List	   *where;			/* over the base (relation 1), implicitly
								 * ANDed */
	int			ncolumns;
	AqumvColumn *columns;		/* by attno - 1 */
	List	   *keys;			/* attnos (int): grouping keys, or columns
								 * whose values only one row of the base has */
	AttrNumber	count;			/* groups: count(*), or 0 */
	AttrNumber	hash;			/* rows without key: hash of the row, or 0 */
	Oid			key_index;		/* rows: the base's primary key behind the
								 * keys */
	Bitmapset  *used;			/* columns of the base, as pull_varattnos()
								 * has them */
} AqumvDelta;

/* what hidden columns are called */
#define AQUMV_HIDDEN_PREFIX "__aqumv_"

extern AqumvReason *aqumv_check_maintainable(Query *query);
extern AqumvReason *aqumv_make_delta(Query *query, AqumvDelta **delta);
extern List *aqumv_indexed_columns(const AqumvDelta *delta);
extern bool aqumv_index_fits(Relation index, Relation view, const AqumvDelta *delta);
extern bool aqumv_index_never_objects(Relation index, Relation view, const AqumvDelta *delta);

#endif							/* AQUMV_DELTA_H */
