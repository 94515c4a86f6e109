/*-------------------------------------------------------------------------
 *
 * refreshcount.c
 *	  Has any refresh begun since a given moment, or is one beginning?
 *
 *	  Two counters in shared memory, for the whole cluster: how many refreshes
 *	  have ever begun, and how many are beginning, that is, have said so but not
 *	  taken their snapshot yet.
 *	  They exist only if shared_preload_libraries loads the library, and so in
 *	  all processes or in none; without them every write leaves its mark.
 *	  What is read here is only used to leave out marks, and freshness.c proves
 *	  when that is sound.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "fresh/refreshcount.h"

typedef struct Counters
{
	pg_atomic_uint64 begun;		/* starts at 1 */
	pg_atomic_uint32 beginning;
} Counters;

static Counters *counters = NULL;
static bool is_beginning = false;	/* a refresh of this backend */

static shmem_request_hook_type prev_shmem_request = NULL;
static shmem_startup_hook_type prev_shmem_startup = NULL;

/*
 * A refresh begins: from now on, until it has its snapshot, every write leaves
 * a mark.  Call this before looking for open writers.
 */
void
aqumv_refresh_begins(void)
{
	if (counters == NULL)
		return;
	/* both are full barriers, in this order; see below */
	if (!is_beginning)
		pg_atomic_fetch_add_u32(&counters->beginning, 1);
	is_beginning = true;
	pg_atomic_fetch_add_u64(&counters->begun, 1);
}

/* The snapshot has been taken, or there will be none. */
void
aqumv_refresh_has_snapshot(void)
{
	if (!is_beginning)
		return;
	is_beginning = false;
	pg_atomic_fetch_sub_u32(&counters->beginning, 1);
}

/*
 * How many refreshes have begun, if none is beginning; else AQUMV_ALWAYS_MARK.
 * If the same number comes back later, no refresh has begun in between.
 *
 * A refresh that is included in the number, which is read first, was beginning
 * before; so if none is beginning afterwards, it has its snapshot.
 */
uint64
aqumv_refreshes_begun(void)
{
	uint64		begun;

	if (counters == NULL)
		return AQUMV_ALWAYS_MARK;
	pg_memory_barrier();
	begun = pg_atomic_read_u64(&counters->begun);
	pg_memory_barrier();
	if (pg_atomic_read_u32(&counters->beginning) > 0)
		return AQUMV_ALWAYS_MARK;
	return begun;
}

/* An error may have come between. */
static void
end_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		aqumv_refresh_has_snapshot();
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		aqumv_refresh_has_snapshot();
}

static void
request_shmem(void)
{
	if (prev_shmem_request)
		prev_shmem_request();
	RequestAddinShmemSpace(MAXALIGN(sizeof(Counters)));
}

static void
startup_shmem(void)
{
	bool		found;

	if (prev_shmem_startup)
		prev_shmem_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	counters = ShmemInitStruct("aqumv refreshes", sizeof(Counters), &found);
	if (!found)
	{
		pg_atomic_init_u64(&counters->begun, AQUMV_ALWAYS_MARK + 1);
		pg_atomic_init_u32(&counters->beginning, 0);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
aqumv_refreshing_init(void)
{
	if (process_shared_preload_libraries_in_progress)
	{
		prev_shmem_request = shmem_request_hook;
		shmem_request_hook = request_shmem;
		prev_shmem_startup = shmem_startup_hook;
		shmem_startup_hook = startup_shmem;
	}
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}
