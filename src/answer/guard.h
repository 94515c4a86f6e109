/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  What a plan assumed, checked again when it is executed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_GUARD_H
#define AQUMV_GUARD_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"

#include "algebra/rights.h"

/* an assumption: the view is usable, and as it was when the plan was made */
typedef struct AqumvGuard
{
	Oid			view;
	uint64		generation;		/* aqumv_view_generation() then */
} AqumvGuard;

extern void aqumv_guard_plan(PlannedStmt *plan, const AqumvGuard *guards, int nguards,
							 const AqumvRights *rights, uint64 rights_changes,
							 Query *original, int cursor_options);
extern void aqumv_guard_init(void);

#endif							/* AQUMV_GUARD_H */
