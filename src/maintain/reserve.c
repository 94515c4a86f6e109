/*-------------------------------------------------------------------------
 *
 * reserve.c
 *	  Which locks will DDL on a tree of tables need, or LOCK TABLE, with immediate
 *	  views over it?
 *
 *	  PostgreSQL locks the tables, and then our triggers the views, which are to
 *	  be computed anew from the rest of the tree.  Writers come from the other
 *	  side: a statement that writes a partition has locked that, then a view, and
 *	  may have to read the base of the view.  So whoever waits for one lock with
 *	  another in hand may wait for ever.  Here all are taken before the statement
 *	  begins, and if one cannot be had at once it is waited for with none in hand.
 *
 *	  Nothing is locked for those who may not run the statement, and nothing for
 *	  tables without immediate views.  What is missed here is locked later, one
 *	  by one, with no harm but a deadlock.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "commands/tablecmds.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "fresh/catalog.h"
#include "fresh/partition.h"
#include "fresh/track.h"
#include "maintain/reserve.h"

typedef struct Wanted
{
	Oid			relid;
	LOCKMODE	mode;
} Wanted;

/* where tables are busy it is better to queue up than to try again and again */
#define ROUNDS 20

static void
want(List **wanted, Oid relid, LOCKMODE mode)
{
	Wanted	   *entry;
	ListCell   *lc;

	if (!OidIsValid(relid))
		return;
	foreach(lc, *wanted)
	{
		entry = lfirst(lc);
		if (entry->relid == relid)
		{
			entry->mode = Max(entry->mode, mode);
			return;
		}
	}
	entry = palloc(sizeof(Wanted));
	entry->relid = relid;
	entry->mode = mode;
	*wanted = lappend(*wanted, entry);
}

/*
 * Take all locks but the first, which is held, without waiting.  Returns -1, or
 * the one that could not be had, and then holds none.
 */
static int
try_others(List *wanted, int first)
{
	for (int i = 0; i < list_length(wanted); i++)
	{
		Wanted	   *entry = list_nth(wanted, i);

		if (i == first || ConditionalLockRelationOid(entry->relid, entry->mode))
			continue;
		for (int j = 0; j < list_length(wanted); j++)
		{
			Wanted	   *held = list_nth(wanted, j);

			if (j < i || j == first)
				UnlockRelationOid(held->relid, held->mode);
		}
		return i;
	}
	return -1;
}

/*
 * Take all locks, tables before views; see the top.  Who has to queue up lets
 * readers pass: PostgreSQL will take the last step.
 */
static void
lock_all(List *wanted)
{
	int			first = 0;
	ListCell   *lc;

	for (int i = 0; wanted != NIL && i < ROUNDS; i++)
	{
		Wanted	   *entry = list_nth(wanted, first);

		CHECK_FOR_INTERRUPTS();
		LockRelationOid(entry->relid, entry->mode);
		first = try_others(wanted, first);
		if (first < 0)
			return;
	}
	foreach(lc, wanted)
	{
		Wanted	   *entry = lfirst(lc);

		LockRelationOid(entry->relid, Min(entry->mode, ExclusiveLock));
	}
}

/*
 * Lock a list of relations that are to change, in the modes that PostgreSQL will
 * ask for, with all that is around them, and the immediate views over that.
 */
static void
reserve(List *changing)
{
	List	   *all = NIL;
	List	   *wanted = NIL;
	List	   *views;
	ListCell   *lc;

	foreach(lc, changing)
	{
		Oid			root = aqumv_root_of(((Wanted *) lfirst(lc))->relid);

		all = list_concat_unique_oid(all, aqumv_relations_around(root));
	}
	views = aqumv_immediate_views(all);
	if (views == NIL)
		return;
	foreach(lc, all)
		want(&wanted, lfirst_oid(lc), RowShareLock);
	foreach(lc, changing)
		want(&wanted, ((Wanted *) lfirst(lc))->relid, ((Wanted *) lfirst(lc))->mode);
	list_sort(views, list_oid_cmp);
	foreach(lc, views)
		want(&wanted, lfirst_oid(lc), ShareRowExclusiveLock);
	lock_all(wanted);
}

/* A relation with all that is below it. */
static void
want_below(List **wanted, Oid relid, LOCKMODE mode)
{
	ListCell   *lc;

	want(wanted, relid, mode);
	foreach(lc, aqumv_partition_descendants(relid))
		want(wanted, lfirst_oid(lc), mode);
}

static List *
truncated(TruncateStmt *stmt)
{
	List	   *wanted = NIL;
	ListCell   *lc;

	foreach(lc, stmt->relations)
	{
		Oid			relid = RangeVarGetRelid(lfirst_node(RangeVar, lc), NoLock, true);

		if (OidIsValid(relid) &&
			pg_class_aclcheck(relid, GetUserId(), ACL_TRUNCATE) == ACLCHECK_OK)
			want_below(&wanted, relid, AccessExclusiveLock);
	}
	return wanted;
}

/* Does a command change partitions as it changes their parent? */
static bool
goes_down(const AlterTableCmd *cmd)
{
	switch (cmd->subtype)
	{
		case AT_AddColumn:
		case AT_DropColumn:
		case AT_AlterColumnType:
		case AT_ColumnDefault:
		case AT_SetNotNull:
		case AT_DropNotNull:
		case AT_DropExpression:
		case AT_SetStorage:
		case AT_AddConstraint:
		case AT_DropConstraint:
			return true;
		default:
			return aqumv_compat_is_set_expression(cmd->subtype);
	}
}

/*
 * A partitioned table, with all partitions.  Who writes one of these may have to
 * read the table as a whole, so it is not to be locked first.
 */
static void
want_whole(List **wanted, RangeVar *relation)
{
	Oid			relid = RangeVarGetRelid(relation, NoLock, true);

	if (relation->inh && get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE &&
		aqumv_compat_owns_relation(relid))
		want_below(wanted, relid, AccessExclusiveLock);
}

/* ALTER TABLE: ATTACH and DETACH PARTITION, and what partitions inherit. */
static List *
altered(AlterTableStmt *stmt)
{
	List	   *wanted = NIL;
	ListCell   *lc;

	foreach(lc, stmt->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);
		Oid			parent,
					partition;

		if (goes_down(cmd) && AlterTableGetLockLevel(stmt->cmds) == AccessExclusiveLock)
			want_whole(&wanted, stmt->relation);
		if (cmd->subtype != AT_AttachPartition &&
			(cmd->subtype != AT_DetachPartition || ((PartitionCmd *) cmd->def)->concurrent))
			continue;
		parent = RangeVarGetRelid(stmt->relation, NoLock, true);
		partition = RangeVarGetRelid(((PartitionCmd *) cmd->def)->name, NoLock, true);
		if (get_rel_relkind(parent) != RELKIND_PARTITIONED_TABLE || !OidIsValid(partition) ||
			!aqumv_compat_owns_relation(parent) || !aqumv_compat_owns_relation(partition))
			continue;
		want(&wanted, parent, cmd->subtype == AT_AttachPartition ? ShareUpdateExclusiveLock :
			 AccessExclusiveLock);
		want_below(&wanted, get_default_partition_oid(parent), AccessExclusiveLock);
		want_below(&wanted, partition, AccessExclusiveLock);
	}
	return wanted;
}

/* RENAME COLUMN. */
static List *
renamed(RenameStmt *stmt)
{
	List	   *wanted = NIL;

	if (stmt->renameType == OBJECT_COLUMN && stmt->relationType == OBJECT_TABLE)
		want_whole(&wanted, stmt->relation);
	return wanted;
}

/* LOCK TABLE that keeps out who computes views.  These need not be locked for that. */
static List *
locked(LockStmt *stmt)
{
	List	   *wanted = NIL;
	ListCell   *lc;

	foreach(lc, stmt->mode < ExclusiveLock || stmt->nowait ? NIL : stmt->relations)
	{
		RangeVar   *relation = lfirst_node(RangeVar, lc);
		Oid			relid = RangeVarGetRelid(relation, NoLock, true);

		if (relation->inh && get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE &&
			pg_class_aclcheck(relid, GetUserId(),
							  ACL_UPDATE | ACL_DELETE | ACL_TRUNCATE) == ACLCHECK_OK &&
			aqumv_immediate_views(aqumv_relations_around(relid)) != NIL)
			want_below(&wanted, relid, stmt->mode);
	}
	return wanted;
}

/*
 * All that is tracked, if the extension is dropped: else its tables would be
 * locked first, and writers want these when they commit.
 */
static List *
dropped_with_extension(DropStmt *stmt)
{
	List	   *wanted = NIL;
	List	   *tracked = NIL;
	ListCell   *lc;

	foreach(lc, stmt->objects)
	{
		if (superuser() && strcmp(strVal(lfirst(lc)), AQUMV_SCHEMA) == 0)
			tracked = aqumv_all_tracked();
	}
	foreach(lc, tracked)
	{
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(lc))))
			want(&wanted, lfirst_oid(lc), AccessExclusiveLock);
	}
	return wanted;
}

/* Tables that are dropped; PostgreSQL locks parents first. */
static List *
dropped(DropStmt *stmt)
{
	List	   *wanted = NIL;
	ListCell   *lc;

	if (stmt->removeType == OBJECT_EXTENSION)
		return dropped_with_extension(stmt);
	if (stmt->removeType != OBJECT_TABLE && stmt->removeType != OBJECT_FOREIGN_TABLE)
		return NIL;
	foreach(lc, stmt->objects)
	{
		Oid			relid = RangeVarGetRelid(makeRangeVarFromNameList(lfirst_node(List, lc)),
											 NoLock, true);

		if (!OidIsValid(relid) || !aqumv_compat_owns_relation(relid))
			continue;
		if (get_rel_relispartition(relid))
		{
			Oid			parent = aqumv_parent_of(relid);

			want(&wanted, parent, AccessExclusiveLock);
			want_below(&wanted, get_default_partition_oid(parent), AccessExclusiveLock);
		}
		else if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
			continue;
		want_below(&wanted, relid, AccessExclusiveLock);
	}
	return wanted;
}

/*
 * Take the locks that a statement will need.  What may not be done, or is not
 * there, is left for core to complain about.
 */
void
aqumv_reserve(Node *stmt)
{
	List	   *changing = IsA(stmt, TruncateStmt) ? truncated((TruncateStmt *) stmt) :
		IsA(stmt, RenameStmt) ? renamed((RenameStmt *) stmt) :
		IsA(stmt, AlterTableStmt) ? altered((AlterTableStmt *) stmt) :
		IsA(stmt, DropStmt) ? dropped((DropStmt *) stmt) : NIL;

	if (IsA(stmt, LockStmt))
		lock_all(locked((LockStmt *) stmt));
	if (changing != NIL)
		reserve(changing);
}
