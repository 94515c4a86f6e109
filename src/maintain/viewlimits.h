/*-------------------------------------------------------------------------
 *
 * viewlimits.h
 *	  Which rows of a view cannot its indexes take?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_VIEWLIMITS_H
#define AQUMV_VIEWLIMITS_H

#include "aqumv.h"

#include "executor/tuptable.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

/* btree indexes of a view that a row may be too wide for */
typedef struct AqumvLimits
{
	List	   *indexes;		/* OIDs */
	int			ncolumns;
	AttrNumber *columns;		/* of the view, of any width, that are in
								 * those */
} AqumvLimits;

extern bool aqumv_may_refuse(Relation index);
extern void aqumv_add_limit(AqumvLimits *limits, Relation index);
extern Oid	aqumv_refusing_index(const AqumvLimits *limits, TupleTableSlot *row);

#endif							/* AQUMV_VIEWLIMITS_H */
