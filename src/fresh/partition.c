/*-------------------------------------------------------------------------
 *
 * partition.c
 *	  Which relations can bring rows into, or take them out of, this one?
 *
 *	  A statement through a partitioned table fires that table's statement
 *	  triggers and no other; one on a partition only the partition's.  So what
 *	  is read of a relation is tracked only if the relation, all that is above
 *	  it and all that is below it are.
 *
 *	  Trees are cached per backend.  An invalidation of any relation in one
 *	  drops it; a caller's pointer stays good until the transaction ends.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/sinval.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "fresh/memo.h"
#include "fresh/partition.h"
#include "fresh/triggerkinds.h"
#include "hear.h"

typedef struct TreeSlot
{
	Oid			relid;			/* hash key */
	AqumvMemo	memo;			/* an AqumvTree */
} TreeSlot;

static HTAB *tree_slots = NULL;
static TreeSlot *last_slot = NULL;	/* that was asked for; slots stay in place */
static uint64 last_serial = 0;
static uint64 invalidations = 0;

bool
aqumv_tree_has(const AqumvTree *tree, Oid relid)
{
	return tree->relid == relid ||
		list_member_oid(tree->ancestors, relid) ||
		list_member_oid(tree->descendants, relid);
}

static void
forget_trees(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	TreeSlot   *slot;

	invalidations++;
	aqumv_invalidations++;
	hash_seq_init(&status, tree_slots);
	while ((slot = hash_seq_search(&status)) != NULL)
	{
		if (slot->memo.valid &&
			(relid == InvalidOid || aqumv_tree_has(slot->memo.value, relid)))
			slot->memo.valid = false;
	}
}

void
aqumv_partition_init(void)
{
	HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(TreeSlot)};

	tree_slots = hash_create("aqumv partition trees", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	aqumv_hear_of_relations(forget_trees);
}

/* Have this backend look again at what it remembers of a relation. */
void
aqumv_look_again(Oid relid)
{
	SharedInvalidationMessage msg;

	memset(&msg, 0, sizeof(msg));
	msg.cc.id = RELOID;
	msg.cc.dbId = MyDatabaseId;
	msg.cc.hashValue = GetSysCacheHashValue1(RELOID, ObjectIdGetDatum(relid));
	LocalExecuteInvalidationMessage(&msg);

	memset(&msg, 0, sizeof(msg));
	msg.rc.id = SHAREDINVALRELCACHE_ID;
	msg.rc.dbId = MyDatabaseId;
	msg.rc.relId = relid;
	LocalExecuteInvalidationMessage(&msg);
}

/*
 * Have this backend look again at which partitions there are.  A transaction
 * that attaches one is seen by new snapshots before its invalidations are sent,
 * and its lock on the parent keeps no reader waiting.
 */
void
aqumv_look_again_at_partitions(Oid relid)
{
	ListCell   *lc;

	if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
		return;
	aqumv_look_again(relid);
	foreach(lc, aqumv_partition_descendants(relid))
	{
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_PARTITIONED_TABLE)
			aqumv_look_again(lfirst_oid(lc));
	}
}

/* Note what one relation of the tree means for the whole. */
static void
look_at(AqumvTree *tree, Oid relid, bool above)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class form;
	AqumvTracking tracking;
	bool		foreign;

	if (!HeapTupleIsValid(tuple))
		return;					/* being dropped; its parent will be marked */
	form = (Form_pg_class) GETSTRUCT(tuple);
	if (form->relkind == RELKIND_MATVIEW)
	{
		tree->is_view = true;
		tree->maintained = false;
		ReleaseSysCache(tuple);
		return;
	}
	foreign = form->relkind == RELKIND_FOREIGN_TABLE;
	if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_PARTITIONED_TABLE &&
		!foreign)
		tree->unsuitable = aqumv_reason(AQUMV_BASE_KIND,
										"\"%s\" is not a table", NameStr(form->relname));
	if (!above && form->relpersistence != RELPERSISTENCE_PERMANENT && !foreign)
		tree->unsuitable = aqumv_reason(AQUMV_UNLOGGED,
										"\"%s\" is unlogged: a crash would empty it, but not the view",
										NameStr(form->relname));
	if (!above && foreign)
		tree->has_foreign = true;
	if (form->relkind != RELKIND_PARTITIONED_TABLE && form->relam != HEAP_TABLE_AM_OID)
		tree->counts_rows = false;

	if (aqumv_read_tracking(relid, &tracking) &&
		tracking.root == tree->root && aqumv_has_triggers(relid, false))
	{
		tree->epochs[tree->nepochs++] = tracking.since;
		if (!above)
			tree->epochs[tree->nepochs++] = tracking.changed;
	}
	else if (!OidIsValid(tree->untracked))
		tree->untracked = relid;
	if (tree->maintained && !aqumv_has_triggers(relid, true))
		tree->maintained = false;
	ReleaseSysCache(tuple);
}

/* The tree around the relation that *arg is. */
static void *
build_tree(void *arg)
{
	Oid			relid = *(Oid *) arg;
	AqumvTree  *tree = palloc0(sizeof(AqumvTree));
	bool		detaching = false;
	ListCell   *lc;

	tree->relid = relid;
	tree->serial = ++last_serial;
	tree->counts_rows = true;
	tree->maintained = aqumv_is_installed();
	tree->partitioned = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE;
	if (get_rel_relispartition(relid))
		tree->ancestors = get_partition_ancestors(relid);
	tree->root = tree->ancestors == NIL ? relid : llast_oid(tree->ancestors);
	tree->descendants = aqumv_descendants_of(relid, &detaching);
	tree->epochs = palloc(2 * (1 + list_length(tree->ancestors) +
							   list_length(tree->descendants)) * sizeof(AqumvMoment));

	look_at(tree, relid, false);
	foreach(lc, tree->ancestors)
		look_at(tree, lfirst_oid(lc), true);
	foreach(lc, tree->descendants)
		look_at(tree, lfirst_oid(lc), false);
	if ((tree->descendants != NIL && !tree->partitioned) ||
		(tree->ancestors == NIL && has_superclass(relid)))
		tree->unsuitable = aqumv_reason(AQUMV_INHERITANCE,
										"\"%s\" takes part in table inheritance; only partitions are supported",
										get_rel_name(relid));
	if (detaching)
		tree->unsuitable = aqumv_reason(AQUMV_DETACHING,
										"a partition of \"%s\" is being detached; ALTER TABLE ... DETACH PARTITION ... FINALIZE ends that",
										get_rel_name(relid));
	return tree;
}

/*
 * The tree around a relation, as of now.
 */
const AqumvTree *
aqumv_get_tree(Oid relid)
{
	TreeSlot   *slot = last_slot;
	bool		found;

	if (slot == NULL || slot->relid != relid)
		slot = hash_search(tree_slots, &relid, HASH_FIND, NULL);
	if (slot != NULL && slot->memo.valid)
	{
		last_slot = slot;
		return slot->memo.value;
	}
	slot = hash_search(tree_slots, &relid, HASH_ENTER, &found);
	if (!found)
		memset(&slot->memo, 0, sizeof(AqumvMemo));
	return aqumv_remember(&slot->memo, "aqumv partition tree", &invalidations, build_tree, &relid);
}
