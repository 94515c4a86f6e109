/*-------------------------------------------------------------------------
 *
 * account.c
 *	  How many rows of which relations has this transaction written, and how
 *	  many of them before it last refreshed a view?
 *
 *	  Rows are counted by the cumulative statistics, per relation and
 *	  subtransaction.  A refresh ends a part of the transaction: it accounts for
 *	  the rows that were written until then.  That is asked only of relations
 *	  that may have been written since the last part, the "restless" ones: those
 *	  that statements have touched since, and those that are still open, since a
 *	  statement under way writes on without touching again.  So a transaction
 *	  with many refreshes costs what its statements cost, not their product.
 *
 *	  A relation's accounts are a stack, one per level of subtransactions at
 *	  most; so are all accounts together.  A refresh that is undone has accounted
 *	  for nothing: what it had put to rest is restless again.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/pgstat_internal.h"
#include "utils/relcache.h"

#include "compat.h"
#include "fresh/account.h"

/* rows that were written when a part ended */
typedef struct Account
{
	AqumvTouch *touch;
	int64		rows;
	SubTransactionId subid;		/* of the refresh */
	struct Account *below;		/* of the same relation */
	struct Account *previous;	/* of any */
} Account;

static HTAB *touches = NULL;	/* of AqumvTouch, for the backend's life */
static uint64 this_transaction = 1;

/* in TopTransactionContext, or of this transaction only */
static List *touched = NIL;		/* of AqumvTouch, in the order they began */
static AqumvTouch *restless = NULL;
static Account *accounts = NULL;	/* the innermost subtransaction's first */

/* ------------------------------------------------------------------------
 * Touches
 * ------------------------------------------------------------------------
 */

/* What is known of a relation in this transaction, or NULL. */
static AqumvTouch *
find_entry(Oid relation)
{
	AqumvTouch *touch = touches == NULL ? NULL :
		hash_search(touches, &relation, HASH_FIND, NULL);

	return touch != NULL && touch->transaction == this_transaction ? touch : NULL;
}

static AqumvTouch *
get_entry(Oid relation)
{
	AqumvTouch *touch;
	bool		found;

	if (touches == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(AqumvTouch)};

		touches = hash_create("aqumv touches", 16, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	touch = hash_search(touches, &relation, HASH_ENTER, &found);
	if (!found || touch->transaction != this_transaction)
	{
		memset(touch, 0, sizeof(AqumvTouch));
		touch->relation = relation;
		touch->transaction = this_transaction;
	}
	return touch;
}

static void
make_restless(AqumvTouch *touch)
{
	if (touch->restless)
		return;
	touch->restless = true;
	touch->next_restless = restless;
	restless = touch;
}

/* The touch of a relation that a statement has set out to write, or NULL. */
AqumvTouch *
aqumv_find_touch(Oid relation)
{
	AqumvTouch *touch = find_entry(relation);

	return touch != NULL && touch->touched ? touch : NULL;
}

/* All of them. */
List *
aqumv_touches(void)
{
	return touched;
}

/*
 * A statement sets out to write a relation, or replication has written it.
 */
AqumvTouch *
aqumv_note_touch(Oid relation, bool *is_new)
{
	AqumvTouch *touch = get_entry(relation);

	*is_new = !touch->touched;
	if (*is_new)
	{
		MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);

		touched = lappend(touched, touch);
		MemoryContextSwitchTo(old);
		touch->touched = true;
	}
	make_restless(touch);
	return touch;
}

/* ------------------------------------------------------------------------
 * Counts
 * ------------------------------------------------------------------------
 */

static int64
rows_of(const PgStat_TableXactStatus *counts)
{
	return counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted;
}

/*
 * Visit the relations of which rows were written in this transaction, less
 * what has been undone; a relation may come more than once.
 */
void
aqumv_visit_written(AqumvWrittenVisitor visitor, void *context)
{
	PgStat_SubXactStatus *level =
		pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel());

	for (; level != NULL; level = level->prev)
	{
		for (PgStat_TableXactStatus *counts = level->first; counts != NULL; counts = counts->next)
		{
			if (rows_of(counts) > 0 &&
				!visitor(aqumv_compat_pgstat_relid(counts->parent), context))
				return;
		}
	}
}

/*
 * How many rows of a relation were written so far, less what has been undone?
 */
int64
aqumv_rows_written(Oid relation)
{
	PgStat_EntryRef *entry = pgstat_fetch_pending_entry(PGSTAT_KIND_RELATION,
														MyDatabaseId, relation);
	int64		rows = 0;

	if (entry == NULL)
		return 0;
	for (PgStat_TableXactStatus *counts = ((PgStat_TableStatus *) entry->pending)->trans;
		 counts != NULL; counts = counts->upper)
		rows += rows_of(counts);
	return rows;
}

/* Were rows of a relation written since this transaction's last refresh? */
bool
aqumv_rows_written_since(Oid relation)
{
	AqumvTouch *touch = find_entry(relation);

	return aqumv_rows_written(relation) !=
		(touch == NULL || touch->account == NULL ? 0 : touch->account->rows);
}

/* ------------------------------------------------------------------------
 * Accounts
 * ------------------------------------------------------------------------
 */

/*
 * A part ends: what was written of a relation so far belongs to it.
 */
void
aqumv_account_for(Oid relation)
{
	AqumvTouch *touch = get_entry(relation);
	SubTransactionId subid = GetCurrentSubTransactionId();

	if (touch->account == NULL || touch->account->subid != subid)
	{
		Account    *account = MemoryContextAlloc(TopTransactionContext, sizeof(Account));

		account->touch = touch;
		account->subid = subid;
		account->below = touch->account;
		account->previous = accounts;
		touch->account = accounts = account;
	}
	touch->account->rows = aqumv_rows_written(relation);
}

/*
 * Visit what may have been written since the last part.
 */
void
aqumv_visit_restless(void (*visitor) (const AqumvTouch *touch))
{
	for (AqumvTouch *touch = restless; touch != NULL; touch = touch->next_restless)
		visitor(touch);
}

/*
 * Does anybody in this session have a relation open?  Who writes one has, from
 * before he touches it until he has ended.
 */
static bool
is_open(Oid relid)
{
	Relation	rel = RelationIdGetRelation(relid);
	bool		result;

	if (rel == NULL)
		return false;
	result = rel->rd_refcnt > 1;
	RelationClose(rel);
	return result;
}

/*
 * A part ends: visit what may have been written since the last one, account for
 * it, and put it to rest unless it is being written just now.  If there is an
 * error, all that has not been accounted for stays restless.
 */
void
aqumv_finish_restless(void (*visitor) (const AqumvTouch *touch))
{
	AqumvTouch **link = &restless;

	while (*link != NULL)
	{
		AqumvTouch *touch = *link;

		visitor(touch);
		aqumv_account_for(touch->relation);
		if (is_open(touch->relation))
		{
			link = &touch->next_restless;
			continue;
		}
		*link = touch->next_restless;
		touch->restless = false;
	}
}

/* ------------------------------------------------------------------------
 * Ends of transactions
 * ------------------------------------------------------------------------
 */

/* The memory itself goes with TopTransactionContext. */
static void
end_of_transaction(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	this_transaction++;
	touched = NIL;
	restless = NULL;
	accounts = NULL;
}

/*
 * Those of a subtransaction are its parent's from now on, and take the place of
 * the parent's own.
 */
static void
hand_over_accounts(SubTransactionId subid, SubTransactionId parent)
{
	Account   **link = &accounts;

	while (*link != NULL && (*link)->subid == subid)
	{
		Account    *account = *link;

		if (account->below == NULL || account->below->subid != parent)
		{
			account->subid = parent;
			link = &account->previous;
			continue;
		}
		account->below->rows = account->rows;
		account->touch->account = account->below;
		*link = account->previous;
		pfree(account);
	}
}

/* What they had put to rest may have been written before them. */
static void
undo_accounts(SubTransactionId subid)
{
	while (accounts != NULL && accounts->subid == subid)
	{
		Account    *account = accounts;

		account->touch->account = account->below;
		if (account->touch->touched)
			make_restless(account->touch);
		accounts = account->previous;
		pfree(account);
	}
}

/*
 * Counts follow subtransactions by themselves, and to have touched a relation
 * once too often does no harm.
 */
static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		hand_over_accounts(subid, parent);
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		undo_accounts(subid);
}

void
aqumv_account_init(void)
{
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
