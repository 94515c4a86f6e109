/*-------------------------------------------------------------------------
 *
 * views.c
 *	  Which materialized views read this relation, and what do they hold?
 *
 *	  Nothing is registered anywhere: pg_depend knows which views read a
 *	  relation, and the relcache has their definitions.  Both answers are
 *	  cached per backend, "none" included, so a query on tables without views
 *	  pays one hash probe.
 *
 *	  Invalidations only flag entries; what they held is rebuilt at the next
 *	  look-up and freed at the end of the transaction, so callers may keep
 *	  pointers until then.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "common/hashfn.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "algebra/fingerprint.h"
#include "algebra/lookups.h"
#include "algebra/provenance.h"
#include "algebra/usercode.h"
#include "compat.h"
#include "fresh/dependents.h"
#include "fresh/memo.h"
#include "fresh/views.h"
#include "hear.h"

typedef struct BaseSlot
{
	Oid			relid;			/* hash key */
	bool		valid;
	bool		recent;			/* read by this transaction */
	List	   *views;			/* OIDs, in CacheMemoryContext */
} BaseSlot;

typedef struct ViewSlot
{
	Oid			view;			/* hash key */
	bool		suspected;		/* not valid, but may come out the same: its
								 * generation waits for that */
	uint64		generation;
	AqumvMemo	memo;			/* an AqumvView */
} ViewSlot;

static HTAB *base_slots = NULL;
static HTAB *view_slots = NULL;
static ViewSlot *last_view_slot = NULL; /* slots are never removed */
static uint64 invalidations = 0;
uint64		aqumv_function_changes = 0;
static bool any_recent = false;

/* ------------------------------------------------------------------------
 * Invalidation
 * ------------------------------------------------------------------------
 */

static void
forget_relation(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS status;
	BaseSlot   *base;
	ViewSlot   *view;

	invalidations++;
	aqumv_invalidations++;
	if (OidIsValid(relid))
	{
		base = hash_search(base_slots, &relid, HASH_FIND, NULL);
		if (base != NULL)
			base->valid = false;
		view = hash_search(view_slots, &relid, HASH_FIND, NULL);
		if (view != NULL)
		{
			view->memo.valid = false;
			view->generation++;
		}
		return;
	}
	hash_seq_init(&status, base_slots);
	while ((base = hash_seq_search(&status)) != NULL)
		base->valid = false;
	hash_seq_init(&status, view_slots);
	while ((view = hash_seq_search(&status)) != NULL)
	{
		view->memo.valid = false;
		view->generation++;
	}
}

/* May the change of a function, or of a role, concern a view that is valid? */
static bool
is_concerned(const AqumvView *view, int cacheid, uint32 hashvalue)
{
	if (hashvalue == 0)
		return true;			/* any may have changed */
	if (cacheid == AUTHOID)
		return view->functions != 0;
	/* its hash values are not those of configurations */
	if (cacheid == TSCONFIGMAP)
		return list_member_oid(view->function_hashes, AQUMV_TEXT_SEARCH);
	/* tables are types, too: only those that a function names already */
	if (cacheid == TYPEOID)
		return list_member_oid(view->function_hashes, (Oid) hashvalue);
	return list_member_oid(view->function_hashes, (Oid) hashvalue) ||
		list_member_oid(view->function_hashes, AQUMV_ANY_FUNCTION);
}

/*
 * Has something changed that a view would call only if it were called by a name
 * that one of its functions uses?
 */
static bool
is_only_suspected(const AqumvView *view, int cacheid, uint32 hashvalue)
{
	return cacheid != AUTHOID && cacheid != TSCONFIGMAP && hashvalue != 0 &&
		!list_member_oid(view->function_hashes, (Oid) hashvalue);
}

/*
 * A function has changed, or a role, or what a schema is called: so may have what
 * views hold that call it, and who is a superuser.  Two functions may have one
 * hash value, which only costs a look.  Who may call them is no concern of views.
 */
static void
forget_function(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS status;
	ViewSlot   *view;

	invalidations++;
	aqumv_invalidations++;
	if (cacheid != AGGFNOID && cacheid != AUTHOID && cacheid != TYPEOID)
		aqumv_function_changes++;
	hash_seq_init(&status, view_slots);
	while ((view = hash_seq_search(&status)) != NULL)
	{
		bool		known = view->memo.valid || view->suspected;

		/* what is not valid may not say all that it calls */
		if (known && !is_concerned(view->memo.value, cacheid, hashvalue))
			continue;
		view->memo.valid = false;
		view->suspected = known && is_only_suspected(view->memo.value, cacheid, hashvalue);
		if (!view->suspected)
			view->generation++;
	}
}

/*
 * Dependencies send no invalidations: what this transaction has read of them
 * may lack a view that it had dropped, and that comes back with its ROLLBACK
 * (after PREPARE, perhaps).
 */
static void
end_recent(bool forget, bool at_end)
{
	HASH_SEQ_STATUS status;
	BaseSlot   *base;

	if (!any_recent)
		return;
	hash_seq_init(&status, base_slots);
	while ((base = hash_seq_search(&status)) != NULL)
	{
		if (base->recent && forget)
			base->valid = false;
		if (at_end)
			base->recent = false;
	}
	any_recent = !at_end;
}

static void
end_of_transaction(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		end_recent(event != XACT_EVENT_COMMIT, true);
}

static void
end_of_subtransaction(SubXactEvent event, SubTransactionId subid, SubTransactionId parent,
					  void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		end_recent(true, false);
}

void
aqumv_views_init(void)
{
	HASHCTL		base_ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(BaseSlot)};
	HASHCTL		view_ctl = {.keysize = sizeof(Oid),.entrysize = sizeof(ViewSlot)};

	base_slots = hash_create("aqumv bases", 256, &base_ctl, HASH_ELEM | HASH_BLOBS);
	view_slots = hash_create("aqumv views", 64, &view_ctl, HASH_ELEM | HASH_BLOBS);
	aqumv_hear_of_relations(forget_relation);
	aqumv_hear_of_catalog(PROCOID, forget_function);
	aqumv_hear_of_catalog(AGGFNOID, forget_function);
	aqumv_hear_of_catalog(AUTHOID, forget_function);
	aqumv_hear_of_catalog(OPEROID, forget_function);
	aqumv_hear_of_catalog(CASTSOURCETARGET, forget_function);
	aqumv_hear_of_catalog(TYPEOID, forget_function);
	aqumv_hear_of_catalog(COLLOID, forget_function);
	aqumv_hear_of_catalog(TSCONFIGOID, forget_function);
	aqumv_hear_of_catalog(TSCONFIGMAP, forget_function);
	aqumv_hear_of_catalog(TSDICTOID, forget_function);
	aqumv_hear_of_catalog(NAMESPACEOID, forget_function);
	RegisterXactCallback(end_of_transaction, NULL);
	RegisterSubXactCallback(end_of_subtransaction, NULL);
}

/* ------------------------------------------------------------------------
 * From a relation to its views
 * ------------------------------------------------------------------------
 */

/* The materialized view whose rule this is, or InvalidOid. */
static Oid
view_of_rule(Oid rule)
{
	Relation	rel = table_open(RewriteRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			view = InvalidOid;

	ScanKeyInit(&key, Anum_pg_rewrite_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(rule));
	scan = systable_beginscan(rel, RewriteOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		view = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (OidIsValid(view) && get_rel_relkind(view) != RELKIND_MATVIEW)
		view = InvalidOid;
	return view;
}

/* Materialized views whose definition mentions the relation, in OID order. */
static List *
find_views_over(Oid base)
{
	List	   *views = NIL;
	ListCell   *lc;

	foreach(lc, aqumv_dependents(RelationRelationId, base, RewriteRelationId))
	{
		Oid			view = view_of_rule(lfirst_oid(lc));

		if (OidIsValid(view) && view != base)
			views = lappend_oid(views, view);
	}
	list_sort(views, list_oid_cmp);
	list_deduplicate_oid(views);
	return views;
}

/*
 * OIDs of the materialized views that mention the relation.  The list belongs
 * to the caller.
 */
List *
aqumv_views_over(Oid base)
{
	BaseSlot   *slot = hash_search(base_slots, &base, HASH_FIND, NULL);
	List	   *views = NIL;
	uint64		before = invalidations - 1;
	int			tries;
	bool		found;
	MemoryContext old;

	if (slot != NULL && slot->valid)
		return slot->views == NIL ? NIL : list_copy(slot->views);
	for (tries = 0; tries < 3 && before != invalidations; tries++)
	{
		before = invalidations;
		views = find_views_over(base);
	}

	slot = hash_search(base_slots, &base, HASH_ENTER, &found);
	if (found)
		list_free(slot->views);
	slot->valid = false;
	slot->views = NIL;
	old = MemoryContextSwitchTo(CacheMemoryContext);
	slot->views = list_copy(views);
	MemoryContextSwitchTo(old);
	slot->valid = before == invalidations;
	slot->recent = any_recent = true;
	return views;
}

/* Is there any? */
bool
aqumv_has_views(Oid base)
{
	BaseSlot   *slot = hash_search(base_slots, &base, HASH_FIND, NULL);

	return slot != NULL && slot->valid ? slot->views != NIL : aqumv_views_over(base) != NIL;
}

/* ------------------------------------------------------------------------
 * What a view holds
 * ------------------------------------------------------------------------
 */

/* The definition of a view, which the caller has locked. */
static Query *
definition_of(Relation rel)
{
	if (rel->rd_rules == NULL || rel->rd_rules->numLocks < 1)
		elog(ERROR, "materialized view \"%s\" has no rule", RelationGetRelationName(rel));
	return copyObject(linitial_node(Query, rel->rd_rules->rules[0]->actions));
}

Query *
aqumv_definition_of(Oid viewoid)
{
	Relation	rel = table_open(viewoid, NoLock);
	Query	   *query = definition_of(rel);

	table_close(rel, NoLock);
	return query;
}

/* The entry of the view that arg is. */
static void *
build_view(void *arg)
{
	Relation	rel = arg;
	AqumvView  *view = palloc0(sizeof(AqumvView));
	Query	   *query;
	RangeTblEntry *rte;
	int			rti;
	AqumvFingerprint fingerprint;

	view->view = RelationGetRelid(rel);
	view->owner = rel->rd_rel->relowner;
	view->maintenance = aqumv_maintenance_of(view->view);
	view->populated = RelationIsPopulated(rel);
	view->filenode = aqumv_compat_filenode(rel);
	view->pages = Max(rel->rd_rel->relpages, 1);

	query = definition_of(rel);
	fingerprint = aqumv_fingerprint(query, view->owner);
	view->functions = fingerprint.what;
	view->function_hashes = fingerprint.hashes;
	view->runs_users_code = aqumv_runs_users_code(rel, query);
	view->called = fingerprint.called;
	view->looked_up_in = aqumv_schemas_looked_in(query);
	if ((view->unsuitable = aqumv_find_relation(query, &rte, &rti)) != NULL)
		view->withheld = view->unsuitable =
			aqumv_reason(AQUMV_VIEW_SHAPE, "the view is not over one table");
	else
	{
		view->base = rte->relid;
		view->selected = aqumv_compat_selected_columns(query, rte);
		view->unsuitable = aqumv_summarize_view(copyObject(query), &view->summary);
		view->withheld = view->unsuitable;
		if (view->withheld == NULL)
			view->withheld = aqumv_check_functions(query, fingerprint.seen, view->owner,
												   view->summary->needs_timezone);

		/*
		 * rows that were filled while its owner had a say stay withheld when
		 * he has none
		 */
		if (view->withheld != view->unsuitable)
			view->functions ^= 1;
		if (view->withheld == NULL)
			view->withheld = aqumv_check_attachments(rel);
	}
	return view;
}

/* Build the entry of a view, which the caller has opened, and keep it. */
static AqumvView *
remember_view(Relation rel)
{
	Oid			viewoid = RelationGetRelid(rel);
	ViewSlot   *slot;
	AqumvView  *view;
	AqumvView  *last;
	bool		found;

	slot = hash_search(view_slots, &viewoid, HASH_ENTER, &found);
	if (!found)
	{
		slot->generation = 0;
		slot->suspected = false;
		memset(&slot->memo, 0, sizeof(AqumvMemo));
	}
	last = slot->memo.value;
	view = aqumv_remember(&slot->memo, "aqumv view", &invalidations, build_view, rel);
	if (!slot->memo.valid ||
		(slot->suspected && (last->functions != view->functions ||
							 (last->withheld == NULL) != (view->withheld == NULL))))
		slot->generation++;
	slot->suspected = false;
	view->changes = &slot->generation;
	return view;
}

/* The entry of a view, if there is one and it is up to date; else NULL. */
static AqumvView *
remembered_view(Oid viewoid)
{
	ViewSlot   *slot = last_view_slot;

	if (slot == NULL || slot->view != viewoid)
		slot = hash_search(view_slots, &viewoid, HASH_FIND, NULL);
	if (slot == NULL || !slot->memo.valid)
		return NULL;
	last_view_slot = slot;
	return slot->memo.value;
}

/*
 * What a view holds, for those who may do without it.  Takes a lock on the view
 * only to build the entry, and never waits for it: somebody may be refreshing
 * the view, or be waiting to.  Returns a reason if so, or if it is gone: never
 * conclude from that that the view need not be maintained.
 */
AqumvReason *
aqumv_get_view(Oid viewoid, AqumvView **result)
{
	Relation	rel;

	if ((*result = remembered_view(viewoid)) != NULL)
		return NULL;
	if (!ConditionalLockRelationOid(viewoid, AccessShareLock))
		return aqumv_reason(AQUMV_BEING_REFRESHED, "the view is being refreshed");
	if (get_rel_relkind(viewoid) != RELKIND_MATVIEW)
	{
		UnlockRelationOid(viewoid, AccessShareLock);
		return aqumv_reason(AQUMV_NO_VIEWS, "the view has been dropped");
	}
	rel = table_open(viewoid, NoLock);
	*result = remember_view(rel);
	table_close(rel, NoLock);
	UnlockRelationOid(viewoid, AccessShareLock);
	return NULL;
}

/*
 * The same for those who may not pass the view by, and hold a lock on it, or
 * are ready to wait for one.  NULL only if the view is gone.
 *
 * Who holds a lock gets another one at once, even if others wait for stronger
 * ones: the lock manager puts him in front of these.  (A conditional request
 * fails then.)
 */
AqumvView *
aqumv_get_locked_view(Oid viewoid)
{
	AqumvView  *view = remembered_view(viewoid);
	Relation	rel;

	if (view != NULL)
		return view;
	rel = try_relation_open(viewoid, AccessShareLock);
	if (rel == NULL)
		return NULL;
	if (rel->rd_rel->relkind == RELKIND_MATVIEW)
		view = remember_view(rel);
	relation_close(rel, AccessShareLock);
	return view;
}

static bool
invalidate_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;

		if (rte->rtekind == RTE_RELATION && rte->inFromCl)
			CacheInvalidateRelcacheByRelid(rte->relid);
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, invalidate_walker, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, invalidate_walker, context);
}

/*
 * A view has been created or filled: have everybody look again at what reads
 * the relations that it mentions.  The caller holds a lock on it.
 */
void
aqumv_announce_view(Oid view)
{
	Relation	rel = table_open(view, NoLock);

	if (rel->rd_rules != NULL && rel->rd_rules->numLocks > 0)
		(void) invalidate_walker(linitial(rel->rd_rules->rules[0]->actions), NULL);
	table_close(rel, NoLock);
}

/*
 * A number that changes whenever the view, or a function it calls, may have.
 */
uint64
aqumv_view_generation(const AqumvView *view)
{
	return *view->changes;
}

/*
 * May a function of the view have called something else for a while, since
 * changes were counted?  What names meant in between, no catalog tells, but
 * nothing may have changed at all; a superuser's word is taken.
 */
bool
aqumv_may_have_differed(const AqumvView *view, uint64 changes)
{
	return changes != aqumv_function_changes && !superuser_arg(view->owner) &&
		list_member_oid(view->function_hashes, AQUMV_ANY_FUNCTION);
}
