/*-------------------------------------------------------------------------
 *
 * writes.c
 *	  Which tracked relations has this transaction written, and which is a
 *	  statement of it writing right now?
 *
 *	  A mark is left once per transaction and relation, so its memory must be
 *	  right: what a subtransaction remembered is forgotten when it aborts,
 *	  together with the mark it left.  A statement that has begun to write
 *	  leaves its mark when it ends; until then "being written" stands for it,
 *	  so that what its own functions and triggers read is right too.  Should a
 *	  statement never end (a caller may stop fetching from INSERT ... RETURNING)
 *	  its mark is left when the transaction commits.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "writes.h"

/*
 * A backend's marks on a relation take each other's place.  One new row in so
 * many also clears away what other backends have left, so that about so many
 * stay alive.
 */
#define SUPERSEDE_EVERY 32

typedef struct Write
{
	Oid			root;
	Oid			relation;
	SubTransactionId subid;
} Write;

/* in TopTransactionContext: gone with the transaction */
static List *marked = NIL;		/* of Write: this part's marks */
static List *open_statements = NIL; /* of Write: statements writing now */
static int32 current_part = 0;

/* of AqumvMarkPlace by relation; hints, for the life of the backend */
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

/*
 * A refresh in this transaction has read what was written so far; what is
 * written from now on belongs to another part.
 */
void
aqumv_end_part(void)
{
	list_free_deep(marked);
	marked = NIL;
	current_part++;
}

static List *
remember(List *writes, Oid root, Oid relation)
{
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Write	   *write = palloc(sizeof(Write));

	write->root = root;
	write->relation = relation;
	write->subid = GetCurrentSubTransactionId();
	writes = lappend(writes, write);
	MemoryContextSwitchTo(old);
	return writes;
}

/* Has this part of the transaction written, or is it writing, anything? */
bool
aqumv_has_written(void)
{
	return marked != NIL || open_statements != NIL;
}

bool
aqumv_has_marked(Oid relation)
{
	ListCell   *lc;

	foreach(lc, marked)
	{
		if (((Write *) lfirst(lc))->relation == relation)
			return true;
	}
	return false;
}

/* This backend's place for marks on a relation; valid if it has a moment. */
static AqumvMarkPlace *
place_of(Oid relation)
{
	AqumvMarkPlace *place;
	bool		found;

	if (places == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(AqumvMarkPlace)};

		places = hash_create("aqumv mark places", 16, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	place = hash_search(places, &relation, HASH_ENTER, &found);
	if (!found)
		place->moment.xid = InvalidFullTransactionId;
	return place;
}

/*
 * Leave this transaction's mark on a relation, unless it stands already.
 *
 * A SERIALIZABLE transaction always leaves a new row: only its index entry is
 * sure to meet the SIREAD lock of a reader that did not see the old one.
 */
void
aqumv_mark(Oid root, Oid relation)
{
	AqumvMoment moment;
	AqumvMarkPlace *place;
	uint32		hash;

	if (aqumv_has_marked(relation))
		return;
	moment = aqumv_current_moment();
	place = place_of(relation);
	if (IsolationIsSerializable() || !FullTransactionIdIsValid(place->moment.xid) ||
		!aqumv_replace_mark(place, root, moment))
	{
		hash = hash_bytes_uint32(XidFromFullTransactionId(moment.xid));
		aqumv_insert_mark(place, root, AQUMV_MARK_WRITE, moment, hash % SUPERSEDE_EVERY == 0);
	}
	marked = remember(marked, root, relation);
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
}

/* A statement begins to write a relation. */
void
aqumv_statement_begins(Oid root, Oid relation)
{
	open_statements = remember(open_statements, root, relation);
}

/* The innermost such statement on the relation has ended. */
void
aqumv_statement_ends(Oid relation)
{
	for (int i = list_length(open_statements) - 1; i >= 0; i--)
	{
		Write	   *write = list_nth(open_statements, i);

		if (write->relation == relation)
		{
			open_statements = list_delete_nth_cell(open_statements, i);
			pfree(write);
			return;
		}
	}
}

bool
aqumv_is_being_written(Oid relation)
{
	ListCell   *lc;

	foreach(lc, open_statements)
	{
		if (((Write *) lfirst(lc))->relation == relation)
			return true;
	}
	return false;
}

static void
end_of_transaction(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			while (open_statements != NIL)
			{
				Write	   *write = llast(open_statements);

				aqumv_mark(write->root, write->relation);
				open_statements = list_delete_last(open_statements);
			}
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			/* the memory itself goes with TopTransactionContext */
			marked = NIL;
			open_statements = NIL;
			current_part = 0;
			break;
		default:
			break;
	}
}

static List *
end_subtransaction(List *writes, SubTransactionId subid, SubTransactionId parent,
				   bool committed)
{
	ListCell   *lc;

	foreach(lc, writes)
	{
		Write	   *write = lfirst(lc);

		if (write->subid != subid)
			continue;
		if (committed)
			write->subid = parent;
		else
			writes = foreach_delete_current(writes, lc);
	}
	return writes;
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB)
		return;
	marked = end_subtransaction(marked, subid, parent, event == SUBXACT_EVENT_COMMIT_SUB);
	open_statements = end_subtransaction(open_statements, subid, parent,
										 event == SUBXACT_EVENT_COMMIT_SUB);
}

void
aqumv_writes_init(void)
{
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
