/*-------------------------------------------------------------------------
 *
 * sieve.c
 *	  Which rows written through an ancestor are a partition's?
 *
 *	  The bounds of a partition may call functions of the table's owner.  Core
 *	  evaluates them as the writer when it routes a row; so do we, before the
 *	  owner of a view is entered (owner.c), who must not run them.  Bounds that
 *	  call none are left to deltastate.c, which has them compiled.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "access/tupconvert.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/partcache.h"
#include "utils/rel.h"

#include "algebra/usercode.h"
#include "maintain/owner.h"
#include "maintain/sieve.h"
#include "hear.h"

/* do the bounds of a partition call functions of users? */
typedef struct BoundsSlot
{
	Oid			relid;			/* hash key */
	bool		valid;
	bool		calls_users;
} BoundsSlot;

static HTAB *bounds_slots = NULL;

static void
forget_relation(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	BoundsSlot *slot;

	if (OidIsValid(relid))
	{
		slot = hash_search(bounds_slots, &relid, HASH_FIND, NULL);
		if (slot != NULL)
			slot->valid = false;
		return;
	}
	hash_seq_init(&status, bounds_slots);
	while ((slot = hash_seq_search(&status)) != NULL)
		slot->valid = false;
}

void
aqumv_sieve_init(void)
{
	HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(BoundsSlot)};

	bounds_slots = hash_create("aqumv bounds", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	aqumv_hear_of_relations(forget_relation);
}

static bool
bounds_call_users(Oid relid)
{
	BoundsSlot *slot = hash_search(bounds_slots, &relid, HASH_FIND, NULL);
	Relation	rel;
	bool		result;

	if (slot != NULL && slot->valid)
		return slot->calls_users;
	slot = hash_search(bounds_slots, &relid, HASH_ENTER, NULL);
	/* an invalidation that comes now must not be lost */
	slot->valid = true;
	rel = table_open(relid, AccessShareLock);
	result = aqumv_calls_users_code((Node *) RelationGetPartitionQual(rel));
	table_close(rel, AccessShareLock);
	slot = hash_search(bounds_slots, &relid, HASH_FIND, NULL);
	slot->calls_users = result;
	return result;
}

/* what it takes to tell whether a row belongs */
typedef struct Sieve
{
	EState	   *estate;
	ExprState  *qual;
	TupleConversionMap *map;	/* NULL if rows are alike */
	TupleTableSlot *slot;		/* for rows that are read */
	TupleTableSlot *converted;
} Sieve;

static bool
passes(Sieve *sieve, TupleTableSlot *row)
{
	ExprContext *econtext = GetPerTupleExprContext(sieve->estate);

	CHECK_FOR_INTERRUPTS();
	ResetExprContext(econtext);
	econtext->ecxt_scantuple = sieve->map == NULL ? row :
		execute_attr_map_slot(sieve->map->attrMap, row, sieve->converted);
	return ExecQual(sieve->qual, econtext);
}

/* One answer per row, in the order in which change.c reads them. */
static bool *
sieve_rows(Sieve *sieve, Tuplestorestate *store, TupleTableSlot *single)
{
	bool	   *result;
	int64		n = 0;

	if (store == NULL && single == NULL)
		return NULL;
	result = MemoryContextAllocHuge(CurrentMemoryContext,
									store == NULL ? 1 : Max(tuplestore_tuple_count(store), 1));
	if (store == NULL)
		result[0] = passes(sieve, single);
	else
	{
		tuplestore_rescan(store);
		while (tuplestore_gettupleslot(store, true, false, sieve->slot))
			result[n++] = passes(sieve, sieve->slot);
		ExecClearTuple(sieve->slot);
	}
	return result;
}

/*
 * Tell which rows of a change belong to a relation, which has these ancestors;
 * if that takes functions of users.  As the writer: not to be called for a view
 * that has been entered.
 */
void
aqumv_sieve(AqumvChange *change, Oid base, List *ancestors)
{
	Sieve		sieve = {0};
	Relation	rel;

	change->sieved = false;
	change->removed_belongs = change->added_belongs = NULL;
	if (!list_member_oid(ancestors, RelationGetRelid(change->rel)) || !bounds_call_users(base))
		return;
	rel = table_open(base, AccessShareLock);
	sieve.estate = CreateExecutorState();
	sieve.qual = ExecPrepareQual(RelationGetPartitionQual(rel), sieve.estate);
	sieve.map = convert_tuples_by_name(RelationGetDescr(change->rel), RelationGetDescr(rel));
	sieve.slot = MakeSingleTupleTableSlot(RelationGetDescr(change->rel), &TTSOpsMinimalTuple);
	if (sieve.map != NULL)
		sieve.converted = MakeSingleTupleTableSlot(sieve.map->outdesc, &TTSOpsVirtual);
	change->removed_belongs = sieve_rows(&sieve, change->removed, change->removed_row);
	change->added_belongs = sieve_rows(&sieve, change->added, change->added_row);
	change->sieved = true;
	ExecDropSingleTupleTableSlot(sieve.slot);
	if (sieve.map != NULL)
		ExecDropSingleTupleTableSlot(sieve.converted);
	FreeExecutorState(sieve.estate);
	table_close(rel, AccessShareLock);
}
