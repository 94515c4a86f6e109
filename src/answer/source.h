/*-------------------------------------------------------------------------
 *
 * source.h
 *	  What takes a table's place in a block: today, a view.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SOURCE_H
#define AQUMV_SOURCE_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

#include "algebra/reason.h"
#include "algebra/rights.h"
#include "answer/guard.h"
#include "answer/match.h"
#include "answer/site.h"

/*
 * Rows that stand for those of the table, and what the block is over them.  As
 * long as there is a source, the view is locked.
 */
typedef struct AqumvSource
{
	AqumvCandidate *candidate;
	const AqumvMatch *match;
	AqumvGuard	guard;
	AqumvRights rights;			/* that it relies on */
	bool		locked;
} AqumvSource;

extern AqumvReason *aqumv_open_source(AqumvCandidate *candidate, const AqumvSummary *summary,
									  const AqumvMatch *match, List *called,
									  AqumvSource **source);
extern void aqumv_close_source(AqumvSource *source);
extern RangeTblEntry *aqumv_source_entry(const AqumvSource *source);

#endif							/* AQUMV_SOURCE_H */
