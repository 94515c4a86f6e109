/*-------------------------------------------------------------------------
 *
 * foreign.c
 *	  How does somebody reach the foreign tables that a view is over?
 *
 *	  A view holds what its owner was shown, as whom he asked, by which server, of
 *	  which table there.  When any of that becomes another, so would the rows be, and
 *	  a reader who asks as the owner does now would not have been shown the old ones.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "foreign/foreign.h"
#include "nodes/nodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "algebra/rights.h"
#include "fresh/foreign.h"
#include "fresh/partition.h"

static uint64
hash_options(List *options, uint64 seed)
{
	char	   *text = nodeToString(options);

	return hash_bytes_extended((unsigned char *) text, strlen(text), seed);
}

/* How many columns, with those that have gone, has a relation?  It may have gone. */
static int
count_columns(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			n = 0;

	if (HeapTupleIsValid(tuple))
	{
		n = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
		ReleaseSysCache(tuple);
	}
	return n;
}

static uint64
hash_of_table(Oid relid, Oid owner)
{
	ForeignTable *table = GetForeignTable(relid);
	uint64		hash = hash_options(table->options, 1);
	int			ncolumns = count_columns(relid);

	hash = hash_options(GetForeignServer(table->serverid)->options, hash);
	hash = hash_combine64(hash, aqumv_hash_of_mapping(table->serverid, owner));
	for (int i = 1; i <= ncolumns; i++)
		hash = hash_options(GetForeignColumnOptions(relid, i), hash);
	return hash;
}

/*
 * A number that changes when the owner of a view would reach what is foreign in
 * and below its base otherwise; 0 if nothing is.
 */
int64
aqumv_foreign_sources(Oid base, Oid owner)
{
	const AqumvTree *tree = OidIsValid(base) ? aqumv_get_tree(base) : NULL;
	uint64		sum = 0;
	ListCell   *lc;

	if (tree == NULL || !tree->has_foreign)
		return 0;
	foreach(lc, lcons_oid(tree->relid, list_copy(tree->descendants)))
	{
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			sum += hash_of_table(lfirst_oid(lc), owner);
	}
	return (int64) sum;
}
