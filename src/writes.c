/*-------------------------------------------------------------------------
 *
 * writes.c
 *	  Which tracked relations has this transaction written, and who must know?
 *
 *	  A trigger tells when a statement begins to write a relation (it is
 *	  "touched").  Whether, and through a partitioned table where, rows were
 *	  written is asked of the cumulative statistics, which count rows per heap
 *	  and subtransaction in this backend as they are written, and forget those
 *	  of subtransactions that abort.  So the answer is exact even in the middle
 *	  of a statement; a statement that touches no row counts for nothing, and
 *	  one through a partitioned table only for the partitions it wrote.  Where
 *	  nobody counts (track_counts off, foreign partitions, other table access
 *	  methods), a touched relation is a written one.
 *
 *	  This backend asks here for its own transaction.  Others find marks, which
 *	  are left when the transaction commits, and when it refreshes a view itself
 *	  (the view has seen what was written before, not what comes after: the
 *	  transaction's "parts").
 *
 *	  A mark need not be left if this backend's last one still says all that a
 *	  new one would: no refresh has begun since (freshness.c has the proof).
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "pgstat.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/pgstat_internal.h"
#include "utils/syscache.h"

#include "compat.h"
#include "refreshing.h"
#include "writes.h"

/*
 * A backend's marks on a relation take each other's place.  One new row in so
 * many also clears away what dead backends have left.
 */
#define SUPERSEDE_EVERY 16

/* a relation that statements of this transaction set out to write */
typedef struct Touch
{
	Oid			relation;
	bool		uncounted;		/* track_counts was off at the time */
} Touch;

/* rows that were written when a view was refreshed in this transaction */
typedef struct Account
{
	Oid			relation;
	int64		rows;
	SubTransactionId subid;		/* of the refresh */
} Account;

/* in TopTransactionContext: gone with the transaction */
static List *touched = NIL;		/* of Touch */

/* a statement that writes a relation with immediate views */
typedef struct OpenStatement
{
	Oid			relation;
	SubTransactionId subid;
} OpenStatement;

static List *open_statements = NIL;	/* in the order they began */
static List *accounts = NIL;	/* of Account, the latest first */
static List *marked = NIL;		/* OIDs of relations marked */
static int32 current_part = 0;
static bool committing = false;
static bool counts_were_off = false;	/* at some moment of this transaction */
static GucBoolAssignHook prev_assign_track_counts = NULL;

/* where this backend's last mark on a relation stands; hints */
typedef struct Place
{
	AqumvMarkPlace mark;		/* begins with the hash key */
	uint64		begun;			/* aqumv_refreshes_begun() when it was left */
	bool		committed;
} Place;

static HTAB *places = NULL;

/* Where in its life is the transaction?  Assigns its id. */
AqumvMoment
aqumv_current_moment(void)
{
	AqumvMoment moment;

	moment.xid = GetTopFullTransactionId();
	moment.part = current_part;
	return moment;
}

/* ------------------------------------------------------------------------
 * What was written
 * ------------------------------------------------------------------------
 */

typedef bool (*WrittenVisitor) (Oid relation, void *context);

/*
 * Visit the relations of which rows were written in this transaction, less
 * what has been undone; a relation may come more than once.
 */
static void
visit_written(WrittenVisitor visitor, void *context)
{
	PgStat_SubXactStatus *level =
		pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel());

	for (; level != NULL; level = level->prev)
	{
		for (PgStat_TableXactStatus *counts = level->first; counts != NULL; counts = counts->next)
		{
			if (counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted > 0 &&
				!visitor(aqumv_compat_pgstat_relid(counts->parent), context))
				return;
		}
	}
}

/* How many rows of a relation were written so far? */
static int64
rows_written(Oid relation)
{
	int64		rows = 0;
	PgStat_SubXactStatus *level =
		pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel());

	for (; level != NULL; level = level->prev)
	{
		for (PgStat_TableXactStatus *counts = level->first; counts != NULL; counts = counts->next)
		{
			if (aqumv_compat_pgstat_relid(counts->parent) == relation)
				rows += counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted;
		}
	}
	return rows;
}

/* Were rows of a relation written since this transaction's last refresh? */
static bool
is_written(Oid relation)
{
	int64		rows = rows_written(relation);
	ListCell   *lc;

	foreach(lc, accounts)
	{
		Account    *account = lfirst(lc);

		if (account->relation == relation)
			return rows != account->rows;
	}
	return rows > 0;
}

/*
 * track_counts is switched, perhaps by a function inside of the very statement
 * that writes.
 */
static void
assign_track_counts(bool newval, void *extra)
{
	if (!newval)
		counts_were_off = true;
	if (prev_assign_track_counts)
		prev_assign_track_counts(newval, extra);
}

/* Can the counts of a touched relation be trusted? */
static bool
can_count(const AqumvTree *tree, const Touch *touch)
{
	return pgstat_track_counts && !counts_were_off && !touch->uncounted &&
		tree->counts_rows;
}

typedef struct WrittenSearch
{
	const AqumvTree *tree;
	AqumvWrote	wrote;
} WrittenSearch;

static bool
find_written_below(Oid relation, void *context)
{
	WrittenSearch *search = context;

	if (relation == search->tree->relid ||
		list_member_oid(search->tree->descendants, relation))
		search->wrote = is_written(relation) ? AQUMV_WROTE_SINCE : AQUMV_WROTE_BEFORE;
	return search->wrote != AQUMV_WROTE_SINCE;
}

/*
 * May this transaction have written a tracked relation?
 */
bool
aqumv_wrote_anything(void)
{
	return touched != NIL;
}

/*
 * What has this transaction written of the rows that are read through the
 * tree's relation?  A statement may be writing them just now.
 */
AqumvWrote
aqumv_wrote_any_of(const AqumvTree *tree)
{
	WrittenSearch search = {.tree = tree,.wrote = AQUMV_WROTE_NOTHING};
	bool		is_touched = false;
	ListCell   *lc;

	foreach(lc, touched)
	{
		Touch	   *touch = lfirst(lc);

		if (!aqumv_tree_has(tree, touch->relation))
			continue;
		if (!can_count(tree, touch))
			return AQUMV_WROTE_SINCE;
		is_touched = true;
	}
	if (is_touched)
		visit_written(find_written_below, &search);
	return search.wrote;
}

/* ------------------------------------------------------------------------
 * Marks
 * ------------------------------------------------------------------------
 */

static Place *
place_of(Oid relation)
{
	Place	   *place;
	bool		found;

	if (places == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(Place)};

		places = hash_create("aqumv mark places", 16, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	place = hash_search(places, &relation, HASH_ENTER, &found);
	if (!found)
	{
		place->mark.moment.xid = InvalidFullTransactionId;
		place->begun = AQUMV_ALWAYS_MARK;
		place->committed = false;
	}
	return place;
}

/*
 * Does the last mark stand for what this transaction writes as well?  Not for
 * SERIALIZABLE, whose conflicts need a write; not for a transaction that has
 * refreshed views, which would not know which part to blame.
 */
static bool
last_mark_will_do(Oid relation)
{
	Place	   *place;

	if (places == NULL || IsolationIsSerializable() || current_part > 0)
		return false;
	place = hash_search(places, &relation, HASH_FIND, NULL);
	return place != NULL && place->committed && place->begun != AQUMV_ALWAYS_MARK &&
		place->begun == aqumv_refreshes_begun();
}

/*
 * Leave this transaction's mark on a relation.  A SERIALIZABLE transaction
 * always leaves a new row: only its index entry is sure to meet the SIREAD
 * lock of a reader that did not see the old one.
 */
static void
leave_mark(Oid root, Oid relation)
{
	AqumvMoment moment = aqumv_current_moment();
	Place	   *place = place_of(relation);
	MemoryContext old;

	place->begun = current_part > 0 ? AQUMV_ALWAYS_MARK : aqumv_refreshes_begun();
	place->committed = false;
	if (IsolationIsSerializable() || !FullTransactionIdIsValid(place->mark.moment.xid) ||
		!aqumv_replace_mark(&place->mark, root, moment))
	{
		uint32		hash = hash_bytes_uint32(XidFromFullTransactionId(moment.xid));

		aqumv_insert_mark(&place->mark, root, AQUMV_MARK_WRITE, moment,
						  hash % SUPERSEDE_EVERY == 0);
	}
	old = MemoryContextSwitchTo(TopTransactionContext);
	marked = lappend_oid(marked, relation);
	MemoryContextSwitchTo(old);
}

static bool
mark_written_partition(Oid relation, void *context)
{
	const AqumvTree *tree = context;

	if (list_member_oid(tree->descendants, relation) && is_written(relation) &&
		!last_mark_will_do(relation))
		leave_mark(tree->root, relation);
	return true;
}

/* Leave the marks that a touched relation calls for. */
static void
mark_touched(const Touch *touch)
{
	const AqumvTree *tree;

	if (last_mark_will_do(touch->relation) ||
		!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(touch->relation)))
		return;
	tree = aqumv_get_tree(touch->relation);
	if (!can_count(tree, touch))
		leave_mark(tree->root, touch->relation);
	else if (tree->partitioned)
		visit_written(mark_written_partition, unconstify(AqumvTree *, tree));
	else if (is_written(touch->relation))
		leave_mark(tree->root, touch->relation);
}

/*
 * A statement begins to write a relation, or replication has.
 */
void
aqumv_touch(Oid relation)
{
	Touch	   *touch = NULL;
	ListCell   *lc;

	foreach(lc, touched)
	{
		if (((Touch *) lfirst(lc))->relation == relation)
		{
			touch = lfirst(lc);
			break;
		}
	}
	if (touch == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);

		touch = palloc(sizeof(Touch));
		touch->relation = relation;
		touch->uncounted = false;
		touched = lappend(touched, touch);
		aqumv_events++;
		MemoryContextSwitchTo(old);
	}
	if (!pgstat_track_counts)
		touch->uncounted = true;
	if (committing)
	{
		/* another extension writes as the transaction commits, after us */
		touch->uncounted = true;
		mark_touched(touch);
	}
}

/*
 * Rows of a relation came or went as a whole.  There is an epoch for that; the
 * mark beside it is for those who already take snapshots that see this
 * transaction but have not got its invalidations yet, and for SIREAD locks.
 */
void
aqumv_mark_change(Oid root, Oid relation)
{
	AqumvMarkPlace place = {.relation = relation};

	aqumv_insert_mark(&place, root, AQUMV_MARK_CHANGE, aqumv_current_moment(), true);
	CommandCounterIncrement();
}

static bool
account_for(Oid relation, void *context)
{
	Account    *account = palloc(sizeof(Account));

	account->relation = relation;
	account->rows = rows_written(relation);
	account->subid = GetCurrentSubTransactionId();
	accounts = lcons(account, accounts);
	return true;
}

/*
 * A refresh in this transaction reads what was written so far: leave the marks
 * of it.  What is written from now on belongs to another part.
 */
void
aqumv_end_part(void)
{
	MemoryContext old;
	ListCell   *lc;

	foreach(lc, touched)
		mark_touched(lfirst(lc));
	if (marked != NIL)
		CommandCounterIncrement();
	old = MemoryContextSwitchTo(TopTransactionContext);
	visit_written(account_for, NULL);
	MemoryContextSwitchTo(old);
	current_part++;
}

/* ------------------------------------------------------------------------
 * Ends of transactions
 * ------------------------------------------------------------------------
 */

/* A place is good for what comes next only if its mark was committed. */
static void
settle_places(bool committed)
{
	ListCell   *lc;

	foreach(lc, marked)
	{
		Place	   *place = place_of(lfirst_oid(lc));

		place->committed = committed;
		if (!committed)
			place->mark.moment.xid = InvalidFullTransactionId;
	}
}

/* ------------------------------------------------------------------------
 * Statements under way
 * ------------------------------------------------------------------------
 */

/*
 * A statement is about to write a relation, and will say when it has ended (to
 * the triggers that maintain views).
 */
void
aqumv_statement_begins(Oid relation)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	OpenStatement *open = palloc(sizeof(OpenStatement));

	open->relation = relation;
	open->subid = GetCurrentSubTransactionId();
	open_statements = lappend(open_statements, open);
	MemoryContextSwitchTo(old);
	aqumv_events++;
}

void
aqumv_statement_ends(Oid relation)
{
	for (int i = list_length(open_statements) - 1; i >= 0; i--)
	{
		OpenStatement *open = list_nth(open_statements, i);

		if (open->relation == relation)
		{
			open_statements = list_delete_nth_cell(open_statements, i);
			pfree(open);
			return;
		}
	}
}

/*
 * Is a statement writing one of the tree's relations just now?
 */
bool
aqumv_statement_is_open(const AqumvTree *tree)
{
	ListCell   *lc;

	foreach(lc, open_statements)
	{
		if (aqumv_tree_has(tree, ((OpenStatement *) lfirst(lc))->relation))
			return true;
	}
	return false;
}

/* Those of a subtransaction that is rolled back will not end any more. */
static void
forget_statements(SubTransactionId subid)
{
	ListCell   *lc;

	foreach(lc, open_statements)
	{
		if (((OpenStatement *) lfirst(lc))->subid == subid)
			open_statements = foreach_delete_current(open_statements, lc);
	}
}

static void
end_of_transaction(XactEvent event, void *arg)
{
	ListCell   *lc;

	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			committing = true;
			foreach(lc, touched)
				mark_touched(lfirst(lc));
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			settle_places(event == XACT_EVENT_COMMIT);
			/* the memory itself goes with TopTransactionContext */
			touched = accounts = marked = open_statements = NIL;
			current_part = 0;
			committing = false;
			/* one that begins so opens its relations uncounted */
			counts_were_off = !pgstat_track_counts;
			break;
		default:
			break;
	}
}

/*
 * Counts follow subtransactions by themselves, and to have touched a relation
 * once too often does no harm.  But a refresh that is undone has accounted for
 * nothing, and a mark that is undone must not be thought to stand.
 */
static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	ListCell   *lc;

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		forget_statements(subid);
		foreach(lc, marked)
			place_of(lfirst_oid(lc))->begun = AQUMV_ALWAYS_MARK;
	}
	else if (event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	foreach(lc, accounts)
	{
		Account    *account = lfirst(lc);

		if (account->subid != subid)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			account->subid = parent;
		else
			accounts = foreach_delete_current(accounts, lc);
	}
}

void
aqumv_writes_init(void)
{
	struct config_bool *track_counts = aqumv_compat_find_bool_setting("track_counts");

	if (track_counts != NULL)
	{
		prev_assign_track_counts = track_counts->assign_hook;
		track_counts->assign_hook = assign_track_counts;
	}
	counts_were_off = !pgstat_track_counts;
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
