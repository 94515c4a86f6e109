/*-------------------------------------------------------------------------
 *
 * freshness.c
 *	  Does a view hold, for this snapshot, exactly what its base table holds?
 *
 *	  Three things are compared:
 *
 *	  - Marks (statements.c).  A transaction that changes a tracked relation leaves
 *		a row (relation, its xid) in aqumv.mark when it commits.  A snapshot
 *		sees the mark if and only if it sees what was written.
 *	  - The refresh record (aqumv.refresh), written by the transaction that
 *		filled the view: the snapshot R that it read, and the storage it filled.
 *	  - Epochs (aqumv.tracking): the transaction since which writes leave marks
 *		(tracking began, triggers were switched), and the last one that changed
 *		rows in a way that leaves none (TRUNCATE, a partition came or went).
 *
 *	  The view is usable in snapshot S iff
 *
 *	  (1) S sees the record, and the storage is still the recorded one.  A
 *		  plain REFRESH shows its rows even to snapshots that are older than
 *		  it; those see the older record, and the storage differs.
 *	  (2) R saw the epochs of every relation around the base, as they are *now*.
 *		  Like the DDL that moves them, epochs do not follow snapshots: after
 *		  TRUNCATE commits, even an older snapshot finds the table empty.
 *		  For this to mean that what R saw attached has been read, refreshes
 *		  forget what they knew of partitions once they have R.
 *	  (3) Every mark that S sees, R saw.
 *
 *	  Then each transaction whose writes S sees was seen by R; and those that R
 *	  saw, S sees too, since S sees the refresh, which committed after them.
 *
 *	  Why it is sound to clear marks away (catalog.c, supersede_marks): a
 *	  transaction Q deletes only marks m that its own snapshot sees, and leaves
 *	  its own mark q.  Take any record R that did not see m, and any S that
 *	  sees R's record and m's transaction.  If S does not see Q, it still sees
 *	  m.  If S sees Q, it sees q (or the mark of a later transaction that
 *	  cleared q away, which did see Q: the same argument).  R cannot have seen
 *	  Q: Q saw m's transaction committed, so R would have too.  So S sees a
 *	  mark that R did not.  It takes no lock, no horizon, and no look at the
 *	  views; a refresh that overlaps is covered.
 *
 *	  Why it is sound to leave marks out (statements.c, last_mark_will_do): most
 *	  transactions of a backend find that no refresh has begun since its last
 *	  mark m was left, and that none is beginning; then m stands for them as
 *	  well.  A refresh (refresh.c, aqumv_begin_filling) first says in shared
 *	  memory that it begins, then looks who holds a writer's lock on the base,
 *	  leaving a mark for each on its behalf (AQUMV_MARK_OPEN), then takes its
 *	  snapshot R, and says so.  Take a transaction P that left its mark out, and
 *	  any record.
 *	  - The refresh began after P looked: then P, which holds its lock until it
 *		has ended, was found open, or had ended, and R sees it.
 *	  - It began before P looked, and after m was left: P would have noticed.
 *	  - It began before m was left: had it had no snapshot then, m would not
 *		have been trusted later; so it had, and R does not see m's transaction,
 *		which was still open.  S sees m, or a mark of one who cleared m away.
 *	  A mark on behalf counts in snapshots that see P itself.  It may be cleared
 *	  away by those only who see P finished.  m is cleared away by others only
 *	  when its backend has exited: P has committed by then, or is prepared and
 *	  still holds its lock.  Under REPEATABLE READ, R may be older than all this;
 *	  such a record counts only if nothing has committed in between.
 *
 *	  Over a materialized view, (2) and (3) are: the record of that view that S
 *	  sees, R saw (check_base_view).
 *
 *	  SERIALIZABLE transactions must find their marks by an ordinary index scan
 *	  under their snapshot, which leaves SIREAD locks behind: two transactions
 *	  that each read a view and write its base conflict as they would on the
 *	  base.
 *
 *	  Doubt means "not usable".
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/transam.h"
#include "access/xact.h"
#include "pgtime.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "algebra/timezone.h"
#include "fresh/freshness.h"
#include "fresh/marks.h"
#include "fresh/partition.h"
#include "fresh/statements.h"
#include "fresh/track.h"
#include "fresh/trust.h"

static AqumvReason *
check_base(const AqumvTree *tree)
{
	if (tree->unsuitable != NULL)
		return tree->unsuitable;
	if (tree->has_foreign && !aqumv_allow_foreign_table)
		return aqumv_reason(AQUMV_FOREIGN_TABLE,
							"changes of a foreign table's data cannot be seen; set aqumv_allow_foreign_table = on if there are none");
	return NULL;
}

/*
 * Can anything be answered from views over this relation, now and ever?
 */
AqumvReason *
aqumv_check_base(Oid base)
{
	return check_base(aqumv_get_tree(base));
}

/* ------------------------------------------------------------------------
 * Proofs, and how they are saved
 * ------------------------------------------------------------------------
 */

/*
 * May this snapshot's proof be kept, or be taken from an earlier one?  Not if
 * the scan itself matters (SERIALIZABLE).  What the transaction has written
 * itself is checked in each case; what it has refreshed or changed otherwise
 * invalidates the view or the tree.
 */
static bool
proof_counts(Snapshot snapshot)
{
	return !IsolationIsSerializable() &&
		!snapshot->takenDuringRecovery &&
		!snapshot->suboverflowed &&
		snapshot->xcnt <= AQUMV_PROOF_XIPS;
}

/* Does a snapshot see the same transactions as the one of the proof? */
static bool
same_snapshot(const AqumvProof *proof, Snapshot snapshot)
{
	return proof->own_xid == GetTopTransactionIdIfAny() &&
		proof->xmin == snapshot->xmin && proof->xmax == snapshot->xmax &&
		proof->xcnt == snapshot->xcnt &&
		memcmp(proof->xip, snapshot->xip, snapshot->xcnt * sizeof(TransactionId)) == 0;
}

/*
 * Was the view proved usable in a snapshot that saw the same transactions?
 */
static bool
proof_holds(const AqumvProof *proof, const AqumvTree *tree, Snapshot snapshot)
{
	return proof->valid && proof->tree_serial == tree->serial &&
		proof->roles == aqumv_role_changes() &&
		proof_counts(snapshot) && same_snapshot(proof, snapshot);
}

static void
keep_proof(AqumvView *view, const AqumvTree *tree, uint64 events,
		   Snapshot snapshot)
{
	AqumvProof *proof = &view->proof;

	proof->valid = false;
	if (!proof_counts(snapshot))
		return;
	proof->tree_serial = tree->serial;
	proof->roles = aqumv_role_changes();
	/* tables that have been touched can be written, row by row, at any time */
	proof->events = aqumv_wrote_anything() ? 0 : events;
	proof->timezone = view->summary->needs_timezone ? session_timezone : NULL;
	proof->own_xid = GetTopTransactionIdIfAny();
	proof->xmin = snapshot->xmin;
	proof->xmax = snapshot->xmax;
	proof->xcnt = snapshot->xcnt;
	memcpy(proof->xip, snapshot->xip, snapshot->xcnt * sizeof(TransactionId));
	proof->valid = true;
}

/*
 * A short cut through aqumv_check_usable(), for what is executed right after
 * it was planned or executed: has nothing whatsoever happened since the proof?
 */
bool
aqumv_still_usable(const AqumvProof *proof, Snapshot snapshot)
{
	return proof->valid && proof->events == aqumv_invalidations && IsMVCCSnapshot(snapshot) &&
		(proof->timezone == NULL || proof->timezone == session_timezone) &&
		proof_counts(snapshot) && same_snapshot(proof, snapshot);
}

/* ------------------------------------------------------------------------
 * Marks
 * ------------------------------------------------------------------------
 */

typedef struct MarkSearch
{
	const AqumvTree *tree;
	const AqumvRefresh *refresh;
	Snapshot	snapshot;
	bool		count_all;
	int64		unseen;
} MarkSearch;

/*
 * Does a snapshot see what this transaction wrote?  Those that are so old that
 * nobody knows count as committed.
 */
static bool
was_committed(FullTransactionId fxid, Snapshot snapshot)
{
	TransactionId xid = XidFromFullTransactionId(fxid);

	if (aqumv_is_ancient(fxid))
		return true;
	return !XidInMVCCSnapshot(xid, snapshot) &&
		(TransactionIdPrecedes(xid, aqumv_compat_oldest_clog_xid()) ||
		 TransactionIdDidCommit(xid));
}

static bool
visit_mark(Oid relation, AqumvMarkKind kind, AqumvMoment moment, void *context)
{
	MarkSearch *search = context;

	if (!aqumv_tree_has(search->tree, relation) ||
		(kind != AQUMV_MARK_WRITE && list_member_oid(search->tree->ancestors, relation)) ||
		(kind == AQUMV_MARK_OPEN && !was_committed(moment.xid, search->snapshot)) ||
		aqumv_moment_seen(moment, search->refresh))
		return true;
	search->unseen++;
	return search->count_all;
}

/* How many marks does the snapshot see that the refresh did not? */
int64
aqumv_count_marks(AqumvView *view, const AqumvRefresh *refresh, Snapshot snapshot)
{
	MarkSearch	search = {.tree = aqumv_get_tree(view->base),.refresh = refresh,
	.snapshot = snapshot,.count_all = true};

	aqumv_visit_marks(search.tree->root, snapshot, visit_mark, &search);
	return search.unseen;
}

/* ------------------------------------------------------------------------
 * The checks
 * ------------------------------------------------------------------------
 */

/* Tracking, and what a record cannot outlive. */
static AqumvReason *
check_tracking(const AqumvTree *tree, AqumvWrote wrote)
{
	if (tree->is_view)
		return NULL;
	/* who opts in to foreign tables trusts them to stay as they are */
	if (OidIsValid(tree->untracked) && !tree->has_foreign)
		return aqumv_reason(AQUMV_NOT_TRACKED,
							"not tracked: ask the owner of \"%s\" to run %s, then refresh the view",
							get_rel_name(tree->untracked),
							aqumv_reason_messages ? aqumv_track_call(tree->relid) : "");
	if (wrote == AQUMV_WROTE_SINCE)
		return aqumv_reason(AQUMV_STALE,
							"this transaction wrote \"%s\" after the view was filled; refresh it",
							get_rel_name(tree->relid));
	return NULL;
}

static AqumvReason *
check_record(const AqumvView *view, const AqumvRefresh *refresh)
{
	AqumvReason *reason = aqumv_check_record(view, refresh);
	const char *zone = pg_get_timezone_name(session_timezone);

	if (reason == NULL && view->summary->needs_timezone &&
		strcmp(refresh->timezone, zone) != 0 &&
		!(view->summary->names_zones_only &&
		  aqumv_zone_takes_no_names(refresh->timezone) && aqumv_zone_takes_no_names(zone)))
		reason = aqumv_reason(AQUMV_TIMEZONE,
							  "the view was filled under TimeZone \"%s\"", refresh->timezone);
	return reason;
}

static AqumvReason *
check_writes(const AqumvTree *tree, const AqumvRefresh *refresh, Snapshot snapshot)
{
	MarkSearch	search = {.tree = tree,.refresh = refresh,.snapshot = snapshot};
	AqumvReason *reason = aqumv_check_epochs(tree, refresh);

	if (reason != NULL)
		return reason;
	aqumv_visit_marks(tree->root, snapshot, visit_mark, &search);
	if (search.unseen > 0)
		return aqumv_reason(AQUMV_STALE,
							"\"%s\" was written after the view was filled; refresh it",
							get_rel_name(tree->relid));
	return NULL;
}

/*
 * A view over a view: has the latter been refreshed since?  Its record tells,
 * as of the snapshot.  If the snapshot S sees that record and the view's own
 * snapshot R saw it too, then it is the one that R found: had R found a later
 * one, S would see that, since S sees the view's record, written after R.
 */
static AqumvReason *
check_base_view(const AqumvTree *tree, const AqumvRefresh *refresh, Snapshot snapshot)
{
	AqumvRefresh below;
	AqumvView  *view;
	AqumvReason *reason;

	if ((reason = aqumv_get_view(tree->relid, &view)) != NULL)
		return reason;
	if (view->maintenance == AQUMV_IMMEDIATE)
		return aqumv_reason(AQUMV_BASE_KIND,
							"\"%s\" is changed by those who write its table, which views over it do not notice",
							get_rel_name(tree->relid));
	if (!aqumv_read_refresh(tree->relid, snapshot, &below) || view->filenode != below.filenode)
		return aqumv_reason(AQUMV_NOT_REFRESHED,
							"\"%s\" was not refreshed since aqumv watches it, as far as this snapshot sees; refresh it, then the view",
							get_rel_name(tree->relid));
	if (!aqumv_moment_seen(below.moment, refresh))
		return aqumv_reason(AQUMV_STALE,
							"\"%s\" was refreshed after the view was filled; refresh the view too",
							get_rel_name(tree->relid));
	return NULL;
}

/*
 * An immediate view changes with its base, in the same transaction.  Only what
 * does not follow snapshots matters: the storage, the epochs, and what else
 * trust rests on, which a writer may have found wanting already.
 */
static AqumvReason *
check_immediate(AqumvView *view, const AqumvTree *tree, Snapshot snapshot, uint64 events)
{
	AqumvRefresh refresh;
	AqumvReason *reason;

	if (!tree->maintained)
		return aqumv_reason(AQUMV_NOT_TRACKED,
							"a trigger that maintains the view is missing or disabled; refresh the view");
	if (aqumv_statement_is_open(tree))
		return aqumv_reason(AQUMV_STALE,
							"a statement that writes \"%s\" has not ended yet",
							get_rel_name(tree->relid));
	if (!view->summary->needs_timezone && proof_holds(&view->proof, tree, snapshot))
		return NULL;
	if (!aqumv_read_refresh(view->view, snapshot, &refresh))
		return aqumv_reason(AQUMV_NOT_REFRESHED,
							"the view was not filled since its maintenance began, as far as this snapshot sees; refresh it");
	if ((reason = check_record(view, &refresh)) != NULL ||
		(reason = aqumv_check_epochs(tree, &refresh)) != NULL ||
		(reason = aqumv_check_owner(view, tree)) != NULL)
		return reason;
	/* predicate locks leave materialized views out; marks stand for them */
	if (IsolationIsSerializable())
		(void) aqumv_count_marks(view, &refresh, snapshot);
	keep_proof(view, tree, events, snapshot);
	return NULL;
}

/*
 * Is the view, as it is now, what the snapshot would compute from the base?
 * NULL means yes, for as long as a lock on the view is held.  Call it with
 * that lock held; otherwise the answer is a forecast.
 */
AqumvReason *
aqumv_check_usable(AqumvView *view, Snapshot snapshot)
{
	const AqumvTree *tree;
	AqumvRefresh refresh;
	AqumvReason *reason;
	AqumvWrote	wrote;
	uint64		events;

	Assert(view->unsuitable == NULL);
	if (!IsMVCCSnapshot(snapshot))
		return aqumv_reason(AQUMV_STALE, "the query does not run in an ordinary snapshot");
	if (!view->populated)
		return aqumv_reason(AQUMV_NOT_POPULATED,
							"the view was created or refreshed WITH NO DATA; refresh it");

	/*
	 * Epochs have been announced by those who held locks that conflict with
	 * ours; have them arrive.  For those who did not (TRUNCATE of a
	 * partition, seen from its parent) there are marks as well.
	 */
	AcceptInvalidationMessages();
	events = aqumv_invalidations;
	tree = aqumv_get_tree(view->base);
	wrote = view->maintenance == AQUMV_IMMEDIATE || tree->is_view ? AQUMV_WROTE_NOTHING :
		aqumv_wrote_any_of(tree);
	if ((reason = check_base(tree)) != NULL || (reason = check_tracking(tree, wrote)) != NULL)
		return reason;
	if (view->maintenance == AQUMV_IMMEDIATE)
		return check_immediate(view, tree, snapshot, events);
	if (!view->summary->needs_timezone && wrote == AQUMV_WROTE_NOTHING &&
		proof_holds(&view->proof, tree, snapshot))
	{
		view->proof.events = aqumv_wrote_anything() ? 0 : events;
		return NULL;
	}

	if (!aqumv_read_refresh(view->view, snapshot, &refresh))
		return aqumv_reason(AQUMV_NOT_REFRESHED,
							"the view was not refreshed since aqumv watches it, as far as this snapshot sees; refresh it");
	if (wrote != AQUMV_WROTE_NOTHING &&
		!FullTransactionIdEquals(refresh.moment.xid, GetTopFullTransactionIdIfAny()))
		return aqumv_reason(AQUMV_STALE,
							"this snapshot is older than the refresh that followed the transaction's own writes");
	if ((reason = check_record(view, &refresh)) != NULL ||
		(reason = tree->is_view ? check_base_view(tree, &refresh, snapshot) :
		 check_writes(tree, &refresh, snapshot)) != NULL)
		return reason;
	keep_proof(view, tree, events, snapshot);
	return NULL;
}
