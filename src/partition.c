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

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "partition.h"

typedef struct TreeSlot
{
	Oid			relid;			/* hash key */
	bool		valid;
	AqumvTree  *tree;			/* may be outdated if not valid */
	MemoryContext context;
} TreeSlot;

static HTAB *tree_slots = NULL;
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
	aqumv_events++;
	hash_seq_init(&status, tree_slots);
	while ((slot = hash_seq_search(&status)) != NULL)
	{
		if (slot->valid &&
			(relid == InvalidOid || aqumv_tree_has(slot->tree, relid)))
			slot->valid = false;
	}
}

void
aqumv_partition_init(void)
{
	HASHCTL		ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(TreeSlot)};

	tree_slots = hash_create("aqumv partition trees", 64, &ctl, HASH_ELEM | HASH_BLOBS);
	CacheRegisterRelcacheCallback(forget_trees, (Datum) 0);
}

/*
 * Children of a relation, as of now, without locking them.  Sets *detaching if
 * one is half way through DETACH CONCURRENTLY.
 */
static List *
children_of(Oid relid, bool *detaching)
{
	List	   *children = NIL;
	Relation	rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhparent, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, InheritsParentIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_inherits form = (Form_pg_inherits) GETSTRUCT(tuple);

		children = lappend_oid(children, form->inhrelid);
		if (form->inhdetachpending)
			*detaching = true;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return children;
}

static List *
descendants_of(Oid relid, bool *detaching)
{
	List	   *all = children_of(relid, detaching);

	/* the list grows while it is walked */
	for (int i = 0; i < list_length(all); i++)
		all = list_concat_unique_oid(all, children_of(list_nth_oid(all, i), detaching));
	return all;
}

/* All that is below a relation, by inheritance of either kind. */
List *
aqumv_partition_descendants(Oid relid)
{
	bool		detaching = false;

	return descendants_of(relid, &detaching);
}

/*
 * Is one of the tracking triggers on a relation, and enabled as it was made?
 */
bool
aqumv_has_trigger(Oid relid, const char *function)
{
	Oid			funcid = aqumv_trigger_function(function);
	char		enabled = strcmp(function, AQUMV_REPLICA_ROW) == 0
		? TRIGGER_FIRES_ON_REPLICA : TRIGGER_FIRES_ALWAYS;
	Relation	rel = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		found = trigger->tgfoid == funcid && trigger->tgenabled == enabled;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Are all the tracking triggers on a relation that its kind can have?
 */
bool
aqumv_has_triggers(Oid relid)
{
	char		relkind = get_rel_relkind(relid);

	return aqumv_has_trigger(relid, AQUMV_BEFORE_STATEMENT) &&
		(relkind == RELKIND_FOREIGN_TABLE || aqumv_has_trigger(relid, AQUMV_TRUNCATE)) &&
		(relkind != RELKIND_RELATION || aqumv_has_trigger(relid, AQUMV_REPLICA_ROW));
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
		tracking.root == tree->root && aqumv_has_triggers(relid))
	{
		tree->epochs[tree->nepochs++] = tracking.since;
		if (!above)
			tree->epochs[tree->nepochs++] = tracking.changed;
	}
	else if (!OidIsValid(tree->untracked))
		tree->untracked = relid;
	ReleaseSysCache(tuple);
}

static AqumvTree *
build_tree(Oid relid)
{
	AqumvTree  *tree = palloc0(sizeof(AqumvTree));
	bool		had_messages = aqumv_reason_messages;
	bool		detaching = false;
	ListCell   *lc;

	aqumv_reason_messages = true;	/* this will be asked for later */
	tree->relid = relid;
	tree->serial = ++last_serial;
	tree->counts_rows = true;
	tree->partitioned = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE;
	if (get_rel_relispartition(relid))
		tree->ancestors = get_partition_ancestors(relid);
	tree->root = tree->ancestors == NIL ? relid : llast_oid(tree->ancestors);
	tree->descendants = descendants_of(relid, &detaching);
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
	aqumv_reason_messages = had_messages;
	return tree;
}

/*
 * The tree around a relation, as of now.
 */
const AqumvTree *
aqumv_get_tree(Oid relid)
{
	TreeSlot   *slot;
	bool		found;
	MemoryContext context,
				old;
	AqumvTree  *tree = NULL;
	uint64		before = invalidations - 1;
	int			tries;

	slot = hash_search(tree_slots, &relid, HASH_FIND, NULL);
	if (slot != NULL && slot->valid)
		return slot->tree;

	/* computing may bring invalidations in: keep only what is still true */
	context = AllocSetContextCreate(CurrentMemoryContext, "aqumv partition tree",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	for (tries = 0; tries < 3 && before != invalidations; tries++)
	{
		before = invalidations;
		tree = build_tree(relid);
	}
	MemoryContextSwitchTo(old);

	slot = hash_search(tree_slots, &relid, HASH_ENTER, &found);
	if (found && slot->context != NULL)
		MemoryContextSetParent(slot->context, TopTransactionContext);
	MemoryContextSetParent(context, CacheMemoryContext);
	slot->context = context;
	slot->tree = tree;
	slot->valid = before == invalidations;
	return tree;
}
