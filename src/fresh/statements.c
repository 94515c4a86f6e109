/*-------------------------------------------------------------------------
 *
 * statements.c
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
#include "utils/syscache.h"

#include "compat.h"
#include "fresh/account.h"
#include "fresh/refreshcount.h"
#include "fresh/statements.h"

/*
 * A backend's marks on a relation take each other's place.  One new row in so
 * many also clears away what dead backends have left.
 */
#define SUPERSEDE_EVERY 16

/* a statement that writes a relation with immediate views */
typedef struct OpenStatement
{
	Oid			relation;
	SubTransactionId subid;
} OpenStatement;

/* in TopTransactionContext: gone with the transaction */
static List *open_statements = NIL; /* in the order they began */
static List *marked = NIL;		/* of Place, each once */
static bool marks_undone = false;	/* some of them were rolled back */

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
	bool		marked;			/* by this transaction */
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
can_count(const AqumvTree *tree, const AqumvTouch *touch)
{
	return pgstat_track_counts && !counts_were_off && !touch->uncounted &&
		tree->counts_rows;
}

typedef struct BelowSearch
{
	const AqumvTree *tree;
	AqumvWrittenVisitor visitor;
	void	   *context;
} BelowSearch;

static bool
visit_if_below(Oid relation, void *context)
{
	BelowSearch *search = context;

	return (relation != search->tree->relid &&
			!list_member_oid(search->tree->descendants, relation)) ||
		search->visitor(relation, search->context);
}

/*
 * Visit the relations in and below which rows were written, from whichever side
 * is less to look at: the tree, or what was written.
 */
static void
visit_written_below(const AqumvTree *tree, AqumvWrittenVisitor visitor, void *context)
{
	BelowSearch search = {.tree = tree,.visitor = visitor,.context = context};
	ListCell   *lc;

	if (list_length(tree->descendants) > list_length(aqumv_touches()))
	{
		aqumv_visit_written(visit_if_below, &search);
		return;
	}
	if (!tree->partitioned && aqumv_rows_written(tree->relid) > 0 &&
		!visitor(tree->relid, context))
		return;
	foreach(lc, tree->descendants)
	{
		if (aqumv_rows_written(lfirst_oid(lc)) > 0 && !visitor(lfirst_oid(lc), context))
			return;
	}
}

static bool
find_written(Oid relation, void *context)
{
	AqumvWrote *wrote = context;

	*wrote = aqumv_rows_written_since(relation) ? AQUMV_WROTE_SINCE : AQUMV_WROTE_BEFORE;
	return *wrote != AQUMV_WROTE_SINCE;
}

/*
 * May this transaction have written a tracked relation?
 */
bool
aqumv_wrote_anything(void)
{
	return aqumv_touches() != NIL;
}

typedef enum Touched
{
	NOT_TOUCHED,
	TOUCHED,
	TOUCHED_UNCOUNTED
} Touched;

static Touched
how_touched(const AqumvTree *tree, const AqumvTouch *touch)
{
	return touch == NULL ? NOT_TOUCHED : can_count(tree, touch) ? TOUCHED : TOUCHED_UNCOUNTED;
}

static Touched
how_any_touched(const AqumvTree *tree, List *relids)
{
	Touched		result = NOT_TOUCHED;
	ListCell   *lc;

	foreach(lc, relids)
		result = Max(result, how_touched(tree, aqumv_find_touch(lfirst_oid(lc))));
	return result;
}

static Touched
how_tree_touched(const AqumvTree *tree)
{
	Touched		result = NOT_TOUCHED;
	ListCell   *lc;

	if (list_length(tree->ancestors) + list_length(tree->descendants) <
		list_length(aqumv_touches()))
		return Max(how_touched(tree, aqumv_find_touch(tree->relid)),
				   Max(how_any_touched(tree, tree->ancestors),
					   how_any_touched(tree, tree->descendants)));
	foreach(lc, aqumv_touches())
	{
		if (aqumv_tree_has(tree, ((AqumvTouch *) lfirst(lc))->relation))
			result = Max(result, how_touched(tree, lfirst(lc)));
	}
	return result;
}

/*
 * What has this transaction written of the rows that are read through the
 * tree's relation?  A statement may be writing them just now.
 */
AqumvWrote
aqumv_wrote_any_of(const AqumvTree *tree)
{
	AqumvWrote	wrote = AQUMV_WROTE_NOTHING;
	Touched		how = aqumv_wrote_anything() ? how_tree_touched(tree) : NOT_TOUCHED;

	if (how == TOUCHED_UNCOUNTED)
		return AQUMV_WROTE_SINCE;
	if (how == TOUCHED)
		visit_written_below(tree, find_written, &wrote);
	return wrote;
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
		place->marked = false;
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
	if (place->marked)
		return;
	old = MemoryContextSwitchTo(TopTransactionContext);
	marked = lappend(marked, place);
	MemoryContextSwitchTo(old);
	place->marked = true;
}

static bool
mark_written_partition(Oid relation, void *context)
{
	const AqumvTree *tree = context;

	if (aqumv_rows_written_since(relation) && !last_mark_will_do(relation))
		leave_mark(tree->root, relation);
	return true;
}

/* Leave the marks that a touched relation calls for. */
static void
mark_touched(const AqumvTouch *touch)
{
	const AqumvTree *tree;

	if (last_mark_will_do(touch->relation) ||
		!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(touch->relation)))
		return;
	tree = aqumv_get_tree(touch->relation);
	if (!can_count(tree, touch))
		leave_mark(tree->root, touch->relation);
	else if (tree->partitioned)
		visit_written_below(tree, mark_written_partition, unconstify(AqumvTree *, tree));
	else if (aqumv_rows_written_since(touch->relation))
		leave_mark(tree->root, touch->relation);
}

/*
 * A statement begins to write a relation, or replication has.
 */
void
aqumv_touch(Oid relation)
{
	bool		is_new;
	AqumvTouch *touch = aqumv_note_touch(relation, &is_new);

	if (is_new)
		aqumv_invalidations++;
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

/* The same if rows may have, of it or, through it, below. */
void
aqumv_mark_switch(Oid root, Oid relation)
{
	AqumvMarkPlace place = {.relation = relation};

	aqumv_insert_mark(&place, root, AQUMV_MARK_WRITE, aqumv_current_moment(), false);
	CommandCounterIncrement();
}

static bool
account_for(Oid relation, void *context)
{
	aqumv_account_for(relation);
	return true;
}

static void
account_below(Oid relation)
{
	if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)))
		visit_written_below(aqumv_get_tree(relation), account_for, NULL);
}

static void
finish_touched(const AqumvTouch *touch)
{
	mark_touched(touch);
	account_below(touch->relation);
}

/*
 * A refresh in this transaction reads what was written so far: leave the marks
 * of it.  What is written from now on belongs to another part.  Of the base that
 * is read, if any, rows may have been written before it was tracked.
 */
void
aqumv_end_part(Oid base)
{
	aqumv_finish_restless(finish_touched);
	if (OidIsValid(base))
		account_below(base);
	if (marked != NIL)
		CommandCounterIncrement();
	current_part++;
}

/* ------------------------------------------------------------------------
 * Ends of transactions
 * ------------------------------------------------------------------------
 */

/*
 * A place is good for what comes next only if its mark was committed.  One that
 * was undone must not be thought to stand.
 */
static void
finish_places(bool committed)
{
	ListCell   *lc;

	foreach(lc, marked)
	{
		Place	   *place = lfirst(lc);

		place->marked = false;
		place->committed = committed;
		if (marks_undone)
			place->begun = AQUMV_ALWAYS_MARK;
		if (!committed)
			place->mark.moment.xid = InvalidFullTransactionId;
	}
	marked = NIL;
	marks_undone = false;
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
	aqumv_invalidations++;
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
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			committing = true;
			aqumv_visit_restless(mark_touched);
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			finish_places(event == XACT_EVENT_COMMIT);
			/* the memory itself goes with TopTransactionContext */
			open_statements = NIL;
			current_part = 0;
			committing = false;
			/* one that begins so opens its relations uncounted */
			counts_were_off = !pgstat_track_counts;
			break;
		default:
			break;
	}
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	forget_statements(subid);
	if (marked != NIL)
		marks_undone = true;
}

void
aqumv_writes_init(void)
{
	struct config_bool *track_counts = (struct config_bool *)
		aqumv_compat_find_setting("track_counts", PGC_BOOL);

	if (track_counts != NULL)
	{
		prev_assign_track_counts = track_counts->assign_hook;
		track_counts->assign_hook = assign_track_counts;
	}
	counts_were_off = !pgstat_track_counts;
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
