/*-------------------------------------------------------------------------
 *
 * setup.c
 *	  Can writers keep this view up to date, and is all in place for it?
 *
 *	  What an immediate view needs: a definition that can be maintained,
 *	  triggers on its base and all around that, an index, and contents that were
 *	  exact when the first writer came.  The last is why whoever makes a view
 *	  immediate, or fills one that was not trusted, keeps writers out of the base
 *	  until the transaction ends: a writer that began earlier would not know of
 *	  the view, and the snapshot that fills it would not see that writer.
 *
 *	  Locks are taken on the base first, then on the view, as writers do.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/reloptions.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "commands/tablecmds.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "rewrite/prs2lock.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "fresh/catalog.h"
#include "fresh/partition.h"
#include "fresh/track.h"
#include "maintain/addcolumns.h"
#include "maintain/setup.h"

/* leaves room for new versions of rows: groups are updated again and again */
#define FILLFACTOR_OF_GROUPS 50
#define FILLFACTOR_OF_ROWS 90

static void
refuse(const char *view, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot maintain materialized view \"%s\" incrementally", view),
			 errdetail_internal("%c%s.", pg_toupper(detail[0]), detail + 1),
			 errhint("Change that, or leave the option out and use REFRESH MATERIALIZED VIEW.")));
}

/* How a definition follows its base, or an error that says why it cannot. */
AqumvDelta *
aqumv_require_delta(Query *query, const char *view)
{
	AqumvDelta *delta;
	AqumvReason *reason;

	AQUMV_BEGIN_MESSAGES(true);
	{
		reason = aqumv_make_delta(query, &delta);
	}
	AQUMV_END_MESSAGES();
	if (reason != NULL)
		refuse(view, reason->message);
	return delta;
}

/* The same for a view that exists.  The caller has locked it. */
AqumvDelta *
aqumv_require_delta_of(Oid viewoid)
{
	Relation	view = table_open(viewoid, NoLock);
	Query	   *query;
	AqumvDelta *delta;

	if (view->rd_rules == NULL || view->rd_rules->numLocks < 1)
		elog(ERROR, "materialized view \"%s\" has no rule", RelationGetRelationName(view));
	query = linitial_node(Query, view->rd_rules->rules[0]->actions);
	delta = aqumv_require_delta(copyObject(query), RelationGetRelationName(view));
	table_close(view, NoLock);
	return delta;
}

static bool
has_option(List *options, const char *name)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *element = lfirst_node(DefElem, lc);

		if (element->defnamespace == NULL && pg_strcasecmp(element->defname, name) == 0)
			return true;
	}
	return false;
}

/*
 * Add a fillfactor to the storage options of a view (InvalidOid if it is new)
 * whose rows will be updated, unless there is one.
 */
List *
aqumv_add_fillfactor(List *options, Oid view, const AqumvDelta *delta)
{
	/* rows without a key come and go, but do not change */
	if (delta->hash != 0 || has_option(options, "fillfactor"))
		return options;
	if (OidIsValid(view))
	{
		HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(view));
		bool		isnull;
		Datum		present;
		bool		found;

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for relation %u", view);
		present = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &isnull);
		found = !isnull && has_option(untransformRelOptions(present), "fillfactor");
		ReleaseSysCache(tuple);
		if (found)
			return options;
	}
	return lappend(options, makeDefElem("fillfactor",
										(Node *) makeInteger(delta->grain == AQUMV_GRAIN_ROW ?
															 FILLFACTOR_OF_ROWS :
															 FILLFACTOR_OF_GROUPS), -1));
}

/*
 * Complete the statement that creates an immediate view: hidden columns and
 * storage options.
 */
AqumvDelta *
aqumv_define_incremental(CreateTableAsStmt *stmt)
{
	IntoClause *into = stmt->into;
	Query	   *query = castNode(Query, stmt->query);
	AqumvDelta *delta;

	/* the names would become those of hidden columns */
	if (list_length(into->colNames) > count_nonjunk_tlist_entries(query->targetList))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("too many column names were specified")));
	aqumv_add_hidden_columns(query);
	into->viewQuery = copyObject((void *) query);
	delta = aqumv_require_delta(query, into->rel->relname);
	into->options = aqumv_add_fillfactor(into->options, InvalidOid, delta);
	return delta;
}

/*
 * No statement of this very session may be writing the base either: a part of
 * what it writes would be filled in, and who knows which.
 */
static void
require_unused(const AqumvTree *tree)
{
	List	   *all = list_concat_copy(lcons_oid(tree->relid, list_copy(tree->ancestors)),
									   tree->descendants);
	ListCell   *lc;

	foreach(lc, all)
	{
		Relation	rel = table_open(lfirst_oid(lc), AccessShareLock);

		CheckTableNotInUse(rel, "incremental maintenance of a materialized view over");
		table_close(rel, NoLock);
	}
}

/*
 * Make writers of the base maintain the view of an owner, whoever they are.  With
 * keep_writers_out, none writes until the transaction ends: see the top.
 */
void
aqumv_prepare_base(const AqumvDelta *delta, Oid owner, const char *view,
				   bool keep_writers_out)
{
	const AqumvTree *tree;

	if (delta->base < FirstNormalObjectId || aqumv_is_own_table(delta->base))
		refuse(view, psprintf("\"%s\" is a system table", get_rel_name(delta->base)));

	/*
	 * So that nobody takes the triggers away again (see
	 * aqumv_release_bases()), and nobody who keeps a part of the tree for
	 * himself waits for the view. Writers and readers may go on, and whoever
	 * creates an index.
	 */
	aqumv_lock_tree(delta->base, RowShareLock);
	tree = aqumv_get_tree(delta->base);
	if (tree->unsuitable != NULL)
		refuse(view, tree->unsuitable->message);
	if (tree->has_foreign)
		refuse(view, psprintf("\"%s\" is a foreign table, or has partitions that are; changes of their data are not seen",
							  get_rel_name(delta->base)));
	if (aqumv_get_tree(tree->root)->has_foreign)
		refuse(view, psprintf("\"%s\" has foreign partitions, and what is written to these is not seen",
							  get_rel_name(tree->root)));
	if (check_enable_rls(delta->base, owner, true) == RLS_ENABLED)
		refuse(view, psprintf("row security on \"%s\" hides rows from the owner of the view",
							  get_rel_name(delta->base)));
	aqumv_maintain_base(delta->base, owner, keep_writers_out);
	if (keep_writers_out)
		require_unused(tree);
}
