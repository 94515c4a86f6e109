/*-------------------------------------------------------------------------
 *
 * lasttid.c
 *	  Where has this backend last written a row of a view?
 *
 *	  A hint: the version that this backend wrote last is often the newest still,
 *	  and then no index has to be asked.  Within one transaction it is so for
 *	  sure: the versions of a row that is updated over and over pile up until the
 *	  transaction ends, and to walk through them each time would be quadratic.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/heapam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "storage/bufmgr.h"

#include "compat.h"
#include "maintain/lasttid.h"

typedef struct LastWritten
{
	Oid			view;
	Oid			filenode;
	uint32		hash;
	LocalTransactionId lxid;
	uint32		rollbacks;		/* that there had been then */
	ItemPointerData tid;
	Buffer		buffer;			/* where its page was in memory, or invalid */
} LastWritten;

#define ROOM 400				/* bytes that a new version should find */
#define LAST_WRITTEN 1024		/* in sets of so many: */
#define LAST_WRITTEN_WAYS 8
static LastWritten last_written[LAST_WRITTEN];
static uint32 rollbacks = 0;	/* of subtransactions: they give back their
								 * locks */

static bool
is_about(const LastWritten *last, Relation rel, uint32 hash)
{
	return last->hash == hash && last->view == RelationGetRelid(rel) &&
		last->filenode == aqumv_compat_filenode(rel);
}

static LastWritten *
last_written_set(Relation rel, uint32 hash)
{
	uint32		set = (hash ^ murmurhash32(RelationGetRelid(rel))) %
		(LAST_WRITTEN / LAST_WRITTEN_WAYS);

	return &last_written[set * LAST_WRITTEN_WAYS];
}

/* Where the row was written last, or NULL. */
static LastWritten *
find_last_written(Relation rel, uint32 hash)
{
	LastWritten *set = last_written_set(rel, hash);

	for (int i = 0; i < LAST_WRITTEN_WAYS; i++)
	{
		if (is_about(&set[i], rel, hash))
			return &set[i];
	}
	return NULL;
}

/*
 * A version of the row with this hash has been written.
 */
void
aqumv_remember_written(Relation rel, ItemPointer tid, uint32 hash)
{
	static uint32 turn = 0;
	LastWritten *last = find_last_written(rel, hash);

	if (last == NULL)
		last = &last_written_set(rel, hash)[turn++ % LAST_WRITTEN_WAYS];
	if (last->hash != hash || last->view != RelationGetRelid(rel) ||
		ItemPointerGetBlockNumberNoCheck(&last->tid) != ItemPointerGetBlockNumber(tid))
		last->buffer = InvalidBuffer;
	last->view = RelationGetRelid(rel);
	last->filenode = aqumv_compat_filenode(rel);
	last->hash = hash;
	last->lxid = aqumv_compat_my_lxid();
	last->rollbacks = rollbacks;
	last->tid = *tid;
}

/*
 * Has this transaction held the view since the row was written?  Then VACUUM has
 * not cut its page off.  A rollback to a savepoint may have let go of it.
 */
static bool
has_held_since(const LastWritten *last)
{
	return last->lxid == aqumv_compat_my_lxid() && last->rollbacks == rollbacks;
}

/*
 * Pin the page on which the row was written last; InvalidBuffer if VACUUM has
 * cut it off.
 */
static Buffer
read_written(Relation rel, LastWritten *last)
{
	BlockNumber block = ItemPointerGetBlockNumber(&last->tid);

	if (BufferIsValid(last->buffer) &&
		aqumv_compat_read_recent_buffer(rel, block, last->buffer))
		return last->buffer;
	last->buffer = InvalidBuffer;
	if (has_held_since(last) || block < RelationGetNumberOfBlocks(rel))
		last->buffer = ReadBuffer(rel, block);
	return last->buffer;
}

/*
 * Whoever comes through an index or a scan prunes the page on his way.  Who
 * always knows where the row is has to do it himself, or the next version finds
 * no room and needs entries in all indexes.  Not sooner, however: to prune costs
 * as much as several updates.  No use where this transaction has written itself.
 */
static void
make_room(Relation rel, LastWritten *last, Buffer buffer)
{
	/* look without a lock, as heap_page_prune_opt() does: a guess will do */
	if (last->lxid != aqumv_compat_my_lxid() &&
		PageGetHeapFreeSpace(BufferGetPage(buffer)) < ROOM)
		heap_page_prune_opt(rel, buffer);
}

/*
 * Fetch the version that was written last of a row with this hash, if the
 * snapshot sees it.  The place may have been given to another row meanwhile, so
 * the caller looks at the key.
 */
bool
aqumv_fetch_written(Relation rel, uint32 hash, Snapshot snapshot, TupleTableSlot *slot)
{
	LastWritten *last = find_last_written(rel, hash);
	Buffer		buffer;
	bool		found;

	if (last == NULL || rel->rd_tableam != GetHeapamTableAmRoutine())
		return false;
	/* a page that is looked at, by us or others, cannot be pruned */
	ExecClearTuple(slot);
	buffer = read_written(rel, last);
	if (!BufferIsValid(buffer))
		return false;
	make_room(rel, last, buffer);
	found = table_tuple_fetch_row_version(rel, &last->tid, snapshot, slot);
	ReleaseBuffer(buffer);
	return found;
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		rollbacks++;
}

void
aqumv_written_init(void)
{
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
