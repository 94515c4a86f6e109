/*-------------------------------------------------------------------------
 *
 * answer.h
 *	  Views put in the place of tables, block by block.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ANSWER_H
#define AQUMV_ANSWER_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"

#include "algebra/reason.h"
#include "algebra/rights.h"
#include "answer/guard.h"
#include "answer/match.h"
#include "fresh/views.h"

/* what was decided of one view; view is InvalidOid for a query without views */
typedef struct AqumvVerdict
{
	const char *block;			/* path of the block */
	Oid			view;
	bool		used;
	AqumvReason *reason;		/* NULL if used */
	double		cost_original;	/* negative: not known */
	double		cost_rewritten;
} AqumvVerdict;

/* a view that may stand in a site */
typedef struct AqumvCandidate
{
	AqumvVerdict *verdict;
	AqumvView  *view;
	AqumvMatch *match;
	AqumvGuard	guard;
} AqumvCandidate;

/* a table in a block, in the place of which a view may stand */
typedef struct AqumvSite
{
	const char *path;			/* of the block */
	int			number;			/* of the block */
	int			rti;			/* in the block, once it is flattened */
	Oid			base;
	Oid			role;			/* that reads it; InvalidOid: the current user */
	List	   *candidates;		/* smallest first */
	List	   *verdicts;		/* of all views over the table */
	int			allowed;		/* which candidate may be tried; -1: none */
} AqumvSite;

/* one way to answer a statement */
typedef struct AqumvAnswer
{
	Query	   *query;
	List	   *sites;			/* those with a view in them */
	List	   *used;			/* the candidates that stand there */
	List	   *locked;			/* OIDs of views, once for each lock */
	AqumvRights rights;			/* that it relies on */
	List	   *inval_items;	/* for the plan: inlined functions */
	bool		depends_on_role;
} AqumvAnswer;

typedef struct AqumvQuestion
{
	Query	   *parse;
	ParamListInfo params;
	int			cursor_options;
	List	   *sites;			/* all that were found so far */
	bool		explored;		/* only these, and what they allow */
} AqumvQuestion;

extern int	aqumv_number_blocks(Query *parse);
extern AqumvAnswer *aqumv_answer(AqumvQuestion *question);
extern void aqumv_give_up(AqumvAnswer *answer);

#endif							/* AQUMV_ANSWER_H */
