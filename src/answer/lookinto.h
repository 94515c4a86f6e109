/*-------------------------------------------------------------------------
 *
 * lookinto.h
 *	  Columns of a block that the blocks around it look into.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_LOOKINTO_H
#define AQUMV_LOOKINTO_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

/* a member that says: into all columns */
#define AQUMV_LOOKS_INTO_ALL 0

extern Bitmapset *aqumv_looked_into(Query *query, int rti, const Bitmapset *outer);
extern Bitmapset *aqumv_sublink_looks_into(SubLink *sublink);
extern Bitmapset *aqumv_cte_looked_into(Query *query, CommonTableExpr *cte,
										const Bitmapset *outer);

static inline bool
aqumv_looks_into(const Bitmapset *columns, int column)
{
	return bms_is_member(AQUMV_LOOKS_INTO_ALL, columns) || bms_is_member(column, columns);
}

#endif							/* AQUMV_LOOKINTO_H */
