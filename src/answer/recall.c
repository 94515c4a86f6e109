/*-------------------------------------------------------------------------
 *
 * recall.c
 *	  What did a statement cost as written, the last time that it was planned?
 *
 *	  To compare a statement as written with its answer from views, both have to
 *	  be planned, and over thousands of partitions, or with many blocks, it is the
 *	  former that takes long.  The same statement comes again and again, though.
 *	  If an answer costs less than half of what the statement cost as written, the
 *	  last time, nobody looks again: until something is heard of its tables (their
 *	  statistics, say), or it has been believed MAX_USES times.
 *
 *	  The statement is recognized by its text.  Which plan is taken never changes
 *	  what it returns, so that being wrong costs time only.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "answer/recall.h"
#include "hear.h"

#define MAX_ENTRIES 512
#define MAX_USES 32
#define MAX_TABLES 16
#define BY_FAR 2.0

typedef struct Entry
{
	uint64		key;			/* hash key */
	double		cost;
	int			uses;
	int			ntables;		/* that it reads; of more than MAX_TABLES, any
								 * may be one */
	Oid			tables[MAX_TABLES];
} Entry;

static HTAB *entries = NULL;

/* What the planner's costs depend on, but for the statement. */
static uint64
hash_of_settings(int cursor_options)
{
	double		costs[] = {seq_page_cost, random_page_cost, cpu_tuple_cost, cpu_index_tuple_cost,
		cpu_operator_cost, parallel_tuple_cost, parallel_setup_cost, cursor_tuple_fraction,
	hash_mem_multiplier};
	int			others[] = {effective_cache_size, work_mem, max_parallel_workers_per_gather,
		enable_seqscan, enable_indexscan, enable_indexonlyscan, enable_bitmapscan,
		enable_hashagg, enable_sort, enable_hashjoin, enable_mergejoin, enable_nestloop,
		enable_partition_pruning, enable_partitionwise_join, enable_partitionwise_aggregate,
		enable_memoize, enable_material, enable_parallel_append, enable_parallel_hash,
		enable_gathermerge, enable_incremental_sort, enable_tidscan, from_collapse_limit,
		join_collapse_limit, cursor_options, (int) GetUserId()
	};

	return hash_bytes_extended((unsigned char *) costs, sizeof(costs),
							   hash_bytes_extended((unsigned char *) others, sizeof(others), 0));
}

/* Add all relations that a statement reads. */
static bool
tables_walker(Node *node, void *context)
{
	List	  **tables = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		Oid			relid = ((RangeTblEntry *) node)->relid;

		if (OidIsValid(relid))
			*tables = lappend_oid(*tables, relid);
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, tables_walker, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, tables_walker, context);
}

/*
 * A hash of all that makes the statement what it is, or 0.  A text with several
 * statements may be that of any of them.
 */
static uint64
hash_of_statement(const Query *parse, const char *query_string, int cursor_options,
				  List *tables)
{
	const char *start = query_string;
	size_t		length;
	uint64		hash;
	ListCell   *lc;

	if (start == NULL)
		return 0;
	if (parse->stmt_location > 0)
		start += parse->stmt_location;
	length = strlen(start);
	if (parse->stmt_len > 0 && parse->stmt_len <= length)
		length = parse->stmt_len;
	else
	{
		const char *semicolon = strchr(start, ';');

		if (semicolon != NULL && strspn(semicolon + 1, " \t\r\n") != strlen(semicolon + 1))
			return 0;
	}
	hash = hash_bytes_extended((const unsigned char *) start, (int) length,
							   hash_of_settings(cursor_options));
	foreach(lc, tables)
		hash = hash_combine64(hash, lfirst_oid(lc));
	return hash;
}

/*
 * What is known of a statement without parameters; the values of these are
 * nowhere in its text.
 */
void
aqumv_recall(AqumvRecalled *recalled, const Query *parse, const char *query_string,
			 int cursor_options)
{
	Entry	   *entry;

	(void) tables_walker((Node *) parse, &recalled->tables);
	recalled->key = hash_of_statement(parse, query_string, cursor_options, recalled->tables);
	recalled->cost = -1;
	entry = entries == NULL ? NULL : hash_search(entries, &recalled->key, HASH_FIND, NULL);
	if (entry == NULL)
		return;
	if (entry->uses++ < MAX_USES)
		recalled->cost = entry->cost;
}

/* Is the statement as written dearer by far than this? */
bool
aqumv_is_beaten(const AqumvRecalled *recalled, double cost)
{
	return recalled->cost >= 0 && cost * BY_FAR <= recalled->cost;
}

/* Does a statement read a table?  All read InvalidOid. */
static bool
reads(const Entry *entry, Oid relid)
{
	bool		found = !OidIsValid(relid) || entry->ntables > MAX_TABLES;

	for (int i = 0; i < entry->ntables && !found; i++)
		found = entry->tables[i] == relid;
	return found;
}

/* Forget all that read a table, or all. */
static void
forget_relation(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	Entry	   *entry;

	if (entries == NULL || hash_get_num_entries(entries) == 0)
		return;
	hash_seq_init(&status, entries);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (reads(entry, relid))
			(void) hash_search(entries, &entry->key, HASH_REMOVE, NULL);
	}
}

/* Add a table to those that a statement reads. */
static void
note_table(Entry *entry, Oid relid)
{
	if (entry->ntables > MAX_TABLES || (entry->ntables > 0 && reads(entry, relid)))
		return;
	if (entry->ntables < MAX_TABLES)
		entry->tables[entry->ntables] = relid;
	entry->ntables++;
}

/* A statement has been planned as written; these are tables of it that have views. */
void
aqumv_note_original(const AqumvRecalled *recalled, double cost, List *tables)
{
	Entry	   *entry;
	ListCell   *lc;

	if (recalled->key == 0)
		return;
	if (entries == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(uint64),.entrysize = sizeof(Entry),
			.hcxt = CacheMemoryContext
		};

		entries = hash_create("aqumv costs", MAX_ENTRIES, &ctl,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	if (hash_get_num_entries(entries) >= MAX_ENTRIES)
		forget_relation((Datum) 0, InvalidOid);
	entry = hash_search(entries, &recalled->key, HASH_ENTER, NULL);
	entry->cost = cost;
	entry->uses = entry->ntables = 0;
	foreach(lc, recalled->tables)
		note_table(entry, lfirst_oid(lc));
	foreach(lc, tables)
		note_table(entry, lfirst_oid(lc));
}

/* A statement is to be planned as written the next time, too. */
void
aqumv_forget_original(const AqumvRecalled *recalled)
{
	if (entries != NULL)
		(void) hash_search(entries, &recalled->key, HASH_REMOVE, NULL);
}

void
aqumv_recall_init(void)
{
	aqumv_hear_of_relations(forget_relation);
}
