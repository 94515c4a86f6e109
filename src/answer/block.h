/*-------------------------------------------------------------------------
 *
 * block.h
 *	  One block, as written and with views in it.
 *
 *	  What is found of a block is kept as long as its statement is planned, so
 *	  that the statement can be answered in several ways.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_BLOCK_H
#define AQUMV_BLOCK_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"

#include "algebra/reason.h"
#include "algebra/rights.h"
#include "answer/site.h"
#include "answer/source.h"

/* a block with views in some of its sites, or in none */
typedef struct AqumvForm
{
	Query	   *query;			/* nobody scribbles on it; NULL: as written */
	List	   *children;		/* AqumvBlocks inside of it, in order */

	/* block.c's: */
	bool		is_prepared;
	Query	   *prepared;		/* the same for summaries */
	AqumvReason *reason;		/* why it has none */
	List	   *inval_items;	/* of the functions that were simplified away */
	List	   *seats;
	List	   *next;			/* forms with one view more */
	const AqumvMatch *match;	/* of the last view in it */
} AqumvForm;

/* a block where it was come upon */
typedef struct AqumvBlock
{
	const char *path;
	int			number;			/* 0: none */
	bool		any_copies;		/* how often a row is returned does not matter */
	Bitmapset  *looked_into;	/* columns that outer blocks look into */
	AqumvForm	written;

	/* block.c's: */
	bool		is_open;		/* the following is known */
	List	   *rtis;			/* relations, once it is flattened; NIL if no
								 * view can stand there */
	AqumvRights rights;			/* to call what it calls as written */
} AqumvBlock;

/* a statement, and what has been found of it */
typedef struct AqumvQuestion
{
	Query	   *parse;
	ParamListInfo params;
	int			cursor_options;
	AqumvReason *hopeless;		/* why no block can be answered */
	List	   *sites;
	AqumvBlock	top;
} AqumvQuestion;

/* one way to answer a statement */
typedef struct AqumvAnswer
{
	Query	   *query;
	bool		shares;			/* the query is that of a form: copy it before
								 * it is scribbled on, if more answers may
								 * follow */
	List	   *sources;		/* AqumvSources that stand in it */
	AqumvRights rights;			/* that it relies on */
	List	   *inval_items;	/* for the plan: inlined functions */
	bool		depends_on_role;
} AqumvAnswer;

/* a walk over a statement */
typedef struct AqumvWalk
{
	AqumvQuestion *question;
	AqumvAnswer *answer;
	bool		finds;			/* takes the first candidates that can be
								 * taken; or else: */
	List	   *candidates;		/* those to be taken */
} AqumvWalk;

extern AqumvForm *aqumv_answer_block(AqumvWalk *walk, AqumvBlock *block, Query *query);

#endif							/* AQUMV_BLOCK_H */
