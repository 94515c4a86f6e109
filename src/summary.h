/*-------------------------------------------------------------------------
 *
 * summary.h
 *	  The canonical form of a block: what it reads, keeps, groups and returns.
 *
 *	  Queries and views go through the same code.  Lists whose names end in
 *	  "canonical" are in the form of aqumv_canonical(): relations are numbered
 *	  by their place in "relations", so the summaries of two blocks can be
 *	  compared with equal().
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SUMMARY_H
#define AQUMV_SUMMARY_H

#include "aqumv.h"

#include "nodes/params.h"
#include "nodes/parsenodes.h"

#include "predicate.h"
#include "reason.h"

/* what one row of a block stands for */
typedef enum AqumvGrain
{
	AQUMV_GRAIN_ROW,			/* a row of the relations */
	AQUMV_GRAIN_GROUP,			/* a group of them */
	AQUMV_GRAIN_SETS,			/* several grains (GROUPING SETS) */
	AQUMV_GRAIN_ALL				/* all rows at once (ungrouped aggregates) */
} AqumvGrain;

typedef struct AqumvRelation
{
	Oid			relid;
	int			rti;			/* in query->rtable */
	Bitmapset  *columns;		/* all that the block mentions, by attnum */
	Bitmapset  *where_columns;	/* those that its WHERE mentions */
	Bitmapset  *bare_columns;	/* those that it returns by themselves */
	Bitmapset  *certain_columns;	/* less those that only an OR mentions */
} AqumvRelation;

typedef struct AqumvKey
{
	Node	   *expr;			/* canonical */
	Oid			eqop;
	bool		bitwise;		/* equal values are the same to every function */
} AqumvKey;

/* what a column of a view holds */
typedef struct AqumvOutput
{
	AttrNumber	attno;
	Node	   *expr;			/* canonical */
	AqumvKey   *key;			/* set if it is a grouping key whose equality is
								 * not bitwise */
	bool		inexact;		/* depends on such a key: never used */
} AqumvOutput;

typedef struct AqumvSummary
{
	Query	   *query;			/* folded; the summary's own copy */
	List	   *relations;		/* of AqumvRelation */
	List	   *rtis;			/* their range table indexes */
	AqumvGrain	grain;
	List	   *where;			/* conjuncts */
	AqumvCondition *where_canonical;
	List	   *having;
	AqumvCondition *having_canonical;
	List	   *keys;			/* of AqumvKey */
	List	   *outputs;		/* of AqumvOutput; views only */
	bool		needs_timezone; /* views only: filled under one TimeZone */
} AqumvSummary;

extern AqumvReason *aqumv_find_relation(Query *query, RangeTblEntry **rte, int *rti);
extern AqumvReason *aqumv_summarize_query(Query *query, ParamListInfo params,
										  AqumvSummary **summary);
extern AqumvReason *aqumv_summarize_view(Query *query, AqumvSummary **summary);

static inline AqumvRelation *
aqumv_only_relation(const AqumvSummary *summary)
{
	return (AqumvRelation *) linitial(summary->relations);
}

#endif							/* AQUMV_SUMMARY_H */
