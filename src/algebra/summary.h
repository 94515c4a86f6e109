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

#include "algebra/predicate.h"
#include "algebra/reason.h"

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
	bool		alone;			/* the block reads nothing else */
	bool		nullable;		/* an outer join may put NULLs for its rows */
	Bitmapset  *columns;		/* all that the block mentions, by attnum */
	Bitmapset  *where_columns;	/* those that its WHERE mentions */
	Bitmapset  *bare_columns;	/* those that it returns by themselves */
	Bitmapset  *certain_columns;	/* less those that only an OR mentions */
} AqumvRelation;

typedef struct AqumvKey
{
	Node	   *expr;			/* canonical */
	int			size;			/* aqumv_size() of it */
	Oid			eqop;
	bool		bitwise;		/* equal values are the same to every function */
} AqumvKey;

/* what a column of a view holds */
typedef struct AqumvOutput
{
	AttrNumber	attno;
	Node	   *expr;			/* canonical */
	int			size;			/* aqumv_size() of it */
	AqumvKey   *key;			/* set if it is a grouping key whose equality
								 * is not bitwise */
	bool		inexact;		/* depends on such a key: never used */
	bool		aggregated;		/* has an aggregate in it */
	bool		bucket;			/* aqumv_is_bucket() */
} AqumvOutput;

/*
 * A block may join several relations; its summary is then made for one of them
 * at a time, and columns of the others stand as they are, like parameters.
 */
typedef struct AqumvSummary
{
	Query	   *query;			/* simplified; the summary's own copy.  Its
								 * quals are lists of conjuncts */
	List	   *relations;		/* of AqumvRelation */
	List	   *rtis;			/* their range table indexes */
	AqumvGrain	grain;
	bool		any_copies;		/* how often a row is returned does not matter */
	Bitmapset  *looked_into;	/* outputs that blocks around it look into */
	List	   *where;			/* conjuncts that hold for every row of the
								 * relation that matters */
	AqumvCondition *where_canonical;
	List	   *having;
	AqumvCondition *having_canonical;
	List	   *keys;			/* of AqumvKey */
	List	   *outputs;		/* of AqumvOutput; views only */
	bool		loose;			/* views only: some key's equality is not
								 * bitwise */
	bool		needs_timezone; /* views only: filled under one TimeZone */
	bool		names_zones_only;	/* ... unless it takes their names */
} AqumvSummary;

extern AqumvReason *aqumv_find_relation(Query *query, RangeTblEntry **rte, int *rti);
extern AqumvReason *aqumv_summarize_query(Query *query, int rti, bool any_copies,
										  AqumvSummary **summary);
extern AqumvReason *aqumv_summarize_view(Query *query, AqumvSummary **summary);

static inline AqumvRelation *
aqumv_only_relation(const AqumvSummary *summary)
{
	return (AqumvRelation *) linitial(summary->relations);
}

#endif							/* AQUMV_SUMMARY_H */
