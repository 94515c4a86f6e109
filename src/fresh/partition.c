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
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/sinval.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "fresh/partition.h"

typedef struct TreeSlot
{
	Oid			relid;			/* hash key */
	bool		valid;
	AqumvTree  *tree;			/* may be outdated if not valid */
	MemoryContext context;
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
	list_sort(children, list_oid_cmp);	/* as core locks them */
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

/* The relations that one inherits from, as of now. */
List *
aqumv_parents_of(Oid relid)
{
	Relation	rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *parents = NIL;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return parents;
}

/*
 * The relation that one is a partition of, or InvalidOid.  Without a lock it
 * may be detached at any moment, which get_partition_parent() does not expect.
 */
Oid
aqumv_parent_of(Oid relid)
{
	List	   *parents = get_rel_relispartition(relid) ? aqumv_parents_of(relid) : NIL;

	return parents == NIL ? InvalidOid : linitial_oid(parents);
}

Oid
aqumv_root_of(Oid relid)
{
	List	   *ancestors = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;

	return ancestors == NIL ? relid : llast_oid(ancestors);
}

/* A relation with all that it is a partition of, topmost first. */
List *
aqumv_relations_above(Oid relid)
{
	List	   *all = list_make1_oid(relid);
	ListCell   *lc;

	if (get_rel_relispartition(relid))
	{
		foreach(lc, get_partition_ancestors(relid))
			all = lcons_oid(lfirst_oid(lc), all);
	}
	return all;
}

/* A relation with all that is above and below it, topmost first. */
List *
aqumv_relations_around(Oid relid)
{
	return list_concat(aqumv_relations_above(relid), aqumv_partition_descendants(relid));
}

/*
 * Lock a relation with all that is above and below it, as all who lock several
 * of them do: topmost first.  If something comes in meanwhile, begin anew.
 */
void
aqumv_lock_tree(Oid relid, LOCKMODE mode)
{
	List	   *tree = aqumv_relations_around(relid);

	for (;;)
	{
		List	   *locked = tree;
		ListCell   *lc;

		foreach(lc, locked)
			LockRelationOid(lfirst_oid(lc), mode);
		tree = aqumv_relations_around(relid);
		if (list_difference_oid(tree, locked) == NIL)
			return;
		foreach(lc, locked)
			UnlockRelationOid(lfirst_oid(lc), mode);
	}
}

#define WRITES (TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE)

/*
 * Triggers fire in the order of their names.  Row triggers for replication,
 * and those that maintain views, go before any of the user's, so that these
 * never read the table before its mark is left, or a view before it is
 * maintained.
 */
const AqumvTriggerKind aqumv_trigger_kinds[AQUMV_TRIGGER_KINDS] = {
	{"aqumv_mark_before_statement", "mark_before_statement", false, TRIGGER_TYPE_BEFORE, WRITES, false},
	{"aqumv_mark_truncate", "mark_truncate", false, TRIGGER_TYPE_BEFORE, TRIGGER_TYPE_TRUNCATE, false},
	{"!aqumv_mark_row", "mark_row", true, TRIGGER_TYPE_AFTER, WRITES, false},
	{"!aqumv_maintain_insert", "maintain", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_INSERT, true},
	{"!aqumv_maintain_update", "maintain", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_UPDATE, true},
	{"!aqumv_maintain_delete", "maintain", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_DELETE, true},
	{"!aqumv_maintain_truncate", "maintain_truncate", false, TRIGGER_TYPE_AFTER, TRIGGER_TYPE_TRUNCATE, true},
	{"!aqumv_maintain_row", "maintain_row", true, TRIGGER_TYPE_AFTER, WRITES, true}
};

/* Does PostgreSQL have such triggers on relations of a kind? */
bool
aqumv_trigger_suits(const AqumvTriggerKind *kind, char relkind)
{
	if (kind->row)
		return relkind == RELKIND_RELATION;
	return relkind != RELKIND_FOREIGN_TABLE ||
		(!kind->maintaining && kind->events != TRIGGER_TYPE_TRUNCATE);
}

/*
 * Statement triggers always fire.  Row triggers only where statement triggers
 * do not: in the apply worker of logical replication.
 */
char
aqumv_trigger_enabled(const AqumvTriggerKind *kind)
{
	return kind->row ? TRIGGER_FIRES_ON_REPLICA : TRIGGER_FIRES_ALWAYS;
}

/* Which kinds of triggers are on a relation, enabled as they were made? */
static uint32
triggers_of(Oid relid)
{
	Relation	rel = table_open(TriggerRelationId, AccessShareLock);
	Oid			functions[AQUMV_TRIGGER_KINDS];
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	uint32		found = 0;

	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
		functions[i] = aqumv_trigger_function(aqumv_trigger_kinds[i].function);
	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);

		for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
		{
			const AqumvTriggerKind *kind = &aqumv_trigger_kinds[i];

			/* users' own may have conditions */
			if (trigger->tgisinternal && trigger->tgfoid == functions[i] &&
				trigger->tgenabled == aqumv_trigger_enabled(kind) &&
				trigger->tgtype == (kind->timing | kind->events |
									(kind->row ? TRIGGER_TYPE_ROW : 0)))
				found |= 1 << i;
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

bool
aqumv_has_trigger(Oid relid, int kind)
{
	return (triggers_of(relid) & 1 << kind) != 0;
}

/*
 * Are all the triggers on a relation that its kind can have, for marks or for
 * immediate views?  A foreign table has none of the latter.
 */
bool
aqumv_has_triggers(Oid relid, bool maintaining)
{
	char		relkind = get_rel_relkind(relid);
	uint32		needed = 0;

	if (maintaining && relkind == RELKIND_FOREIGN_TABLE)
		return false;
	for (int i = 0; i < AQUMV_TRIGGER_KINDS; i++)
	{
		if (aqumv_trigger_kinds[i].maintaining == maintaining &&
			aqumv_trigger_suits(&aqumv_trigger_kinds[i], relkind))
			needed |= 1 << i;
	}
	return (triggers_of(relid) & needed) == needed;
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

/* The tree around a relation; its reasons, which are asked for later, have messages. */
static AqumvTree *
build_tree(Oid relid)
{
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
	MemoryContext context,
				old;
	AqumvTree  *tree = NULL;
	uint64		before = invalidations - 1;
	int			tries;

	if (slot == NULL || slot->relid != relid)
		slot = hash_search(tree_slots, &relid, HASH_FIND, NULL);
	if (slot != NULL && slot->valid)
	{
		last_slot = slot;
		return slot->tree;
	}

	/* computing may bring invalidations in: keep only what is still true */
	context = AllocSetContextCreate(CurrentMemoryContext, "aqumv partition tree",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	AQUMV_BEGIN_MESSAGES(true);
	{
		for (tries = 0; tries < 3 && before != invalidations; tries++)
		{
			before = invalidations;
			tree = build_tree(relid);
		}
	}
	AQUMV_END_MESSAGES();
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
