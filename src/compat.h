/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between PostgreSQL majors, as wrappers shaped like the
 *	  newest release.  PG_VERSION_NUM appears nowhere else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_COMPAT_H
#define AQUMV_COMPAT_H

#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "replication/logicalworker.h"
#include "replication/worker_internal.h"
#include "rewrite/rewriteManip.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/sinvaladt.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "storage/bufmgr.h"
#include "utils/rangetypes.h"
#include "utils/regproc.h"
#include "utils/rel.h"

/* 16 turned rd_node.relNode into rd_locator.relNumber */
static inline Oid
aqumv_compat_filenode(Relation rel)
{
#if PG_VERSION_NUM >= 160000
	return rel->rd_locator.relNumber;
#else
	return rel->rd_node.relNode;
#endif
}

/* 16 lets errors in names be reported otherwise */
static inline List *
aqumv_compat_qualified_name(const char *text)
{
#if PG_VERSION_NUM >= 160000
	return stringToQualifiedNameList(text, NULL);
#else
	return stringToQualifiedNameList(text);
#endif
}

/*
 * 16 moved what a range table entry asks permission for to a list of its own,
 * in which the planner insists on finding every relation of a query.  So an
 * entry that asks for nothing has one there while it is planned, and none in
 * the finished plan, where the executor does not expect it.
 */
static inline void
aqumv_compat_ask_nothing(Query *query, RangeTblEntry *rte, RangeTblEntry *like)
{
#if PG_VERSION_NUM >= 160000
	RTEPermissionInfo *model = getRTEPermissionInfo(query->rteperminfos, like);
	Oid			as_user = model->checkAsUser;

	rte->perminfoindex = 0;
	addRTEPermissionInfo(&query->rteperminfos, rte)->checkAsUser = as_user;
#else
	rte->requiredPerms = 0;
	rte->checkAsUser = like->checkAsUser;
#endif
}

/* Give a flat copy of a query a list of privileges of its own, to which more can be added. */
static inline void
aqumv_compat_copy_permissions(Query *query)
{
#if PG_VERSION_NUM >= 160000
	query->rteperminfos = list_copy(query->rteperminfos);
#endif
}

/* As whom is it checked whether the query may read a relation?  InvalidOid: the current user */
static inline Oid
aqumv_compat_check_as_user(Query *query, RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	return getRTEPermissionInfo(query->rteperminfos, rte)->checkAsUser;
#else
	return rte->checkAsUser;
#endif
}

/* Does an entry of a query ask for nothing? */
static inline bool
aqumv_compat_is_unasked(Query *query, RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	return rte->perminfoindex == 0 ||
		getRTEPermissionInfo(query->rteperminfos, rte)->requiredPerms == 0;
#else
	return rte->requiredPerms == 0;
#endif
}

/* The same in a finished plan, where 16 has forgotten the view's request. */
static inline bool
aqumv_compat_is_unchecked(const RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	return rte->perminfoindex == 0;
#else
	return rte->requiredPerms == 0;
#endif
}

/* 17 can ask for stronger locks, too */
static inline bool
aqumv_compat_holds_lock(Oid relid, LOCKMODE mode)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relid);
#if PG_VERSION_NUM >= 170000
	return LockHeldByMe(&tag, mode, false);
#else
	return LockHeldByMe(&tag, mode);
#endif
}

/* Does an entry of a plan ask for nothing?  If so, forget that it was asked. */
static inline bool
aqumv_compat_asks_nothing(PlannedStmt *plan, RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	Index		index = rte->perminfoindex;
	ListCell   *lc;

	if (index == 0 ||
		list_nth_node(RTEPermissionInfo, plan->permInfos, index - 1)->requiredPerms != 0)
		return false;
	plan->permInfos = list_delete_nth_cell(plan->permInfos, index - 1);
	rte->perminfoindex = 0;
	foreach(lc, plan->rtable)
	{
		RangeTblEntry *other = lfirst_node(RangeTblEntry, lc);

		if (other->perminfoindex > index)
			other->perminfoindex--;
	}
	return true;
#else
	return rte->requiredPerms == 0;
#endif
}

/* As the executor checks them before a plan begins; the original of a plan only. */
static inline void
aqumv_compat_check_plan_permissions(PlannedStmt *plan)
{
#if PG_VERSION_NUM >= 160000
	(void) ExecCheckPermissions(plan->rtable, plan->permInfos, true);
#else
	(void) ExecCheckRTPerms(plan->rtable, true);
#endif
}

/* The columns that an entry asks to SELECT. */
static inline Bitmapset *
aqumv_compat_selected_columns(Query *query, RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	return getRTEPermissionInfo(query->rteperminfos, rte)->selectedCols;
#else
	return rte->selectedCols;
#endif
}

static inline void
aqumv_compat_check_permissions(Query *query)
{
#if PG_VERSION_NUM >= 160000
	ExecCheckPermissions(query->rtable, query->rteperminfos, true);
#else
	ExecCheckRTPerms(query->rtable, true);
#endif
}

/* 17 lets holders of MAINTAIN refresh; before, only the owner */
#if PG_VERSION_NUM >= 170000
#define aqumv_compat_refresh_callback RangeVarCallbackMaintainsTable
#else
#define aqumv_compat_refresh_callback RangeVarCallbackOwnsTable
#endif

/*
 * 17 added ALTER COLUMN SET EXPRESSION; before, there is no such command.
 */
#if PG_VERSION_NUM >= 170000
#define aqumv_compat_is_set_expression(cmdtype) ((cmdtype) == AT_SetExpression)
#else
#define aqumv_compat_is_set_expression(cmdtype) false
#endif

/*
 * 18 hides grouping expressions behind an RTE_GROUP entry.  Write them out in
 * place again and leave a harmless entry where it stood.  Not with grouping
 * sets: there the planner must know which of them a set makes NULL.
 */
static inline void
aqumv_compat_flatten_group(Query *query)
{
#if PG_VERSION_NUM >= 180000
	ListCell   *lc;

	if (!query->hasGroupRTE || query->groupingSets != NIL)
		return;
	query->targetList = (List *)
		flatten_group_exprs(NULL, query, (Node *) query->targetList);
	query->havingQual =
		flatten_group_exprs(NULL, query, query->havingQual);
	query->hasGroupRTE = false;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_GROUP)
		{
			rte->rtekind = RTE_RESULT;
			rte->groupexprs = NIL;
		}
	}
#endif
}

/* 18 wants to know which relation a statement writes */
static inline void
aqumv_compat_replace_vars(Query *query, int rti, RangeTblEntry *rte, List *target_list)
{
	bool		has_sublinks = query->hasSubLinks;

#if PG_VERSION_NUM >= 180000
	Query	   *result = (Query *)
		ReplaceVarsFromTargetList((Node *) query, rti, 0, rte, target_list, 0,
								  REPLACEVARS_REPORT_ERROR, 0, &has_sublinks);
#else
	Query	   *result = (Query *)
		ReplaceVarsFromTargetList((Node *) query, rti, 0, rte, target_list,
								  REPLACEVARS_REPORT_ERROR, 0, &has_sublinks);
#endif

	*query = *result;
	query->hasSubLinks |= has_sublinks;
}

/* 16 keeps privileges apart from the range table */
static inline void
aqumv_compat_combine_tables(Query *query, Query *subquery)
{
#if PG_VERSION_NUM >= 160000
	CombineRangeTables(&query->rtable, &query->rteperminfos,
					   subquery->rtable, subquery->rteperminfos);
#else
	query->rtable = list_concat(query->rtable, subquery->rtable);
#endif
}

/* 16 notes in a column which outer joins may have made it NULL */
static inline void
aqumv_compat_copy_nulling(Var *to, const Var *from)
{
#if PG_VERSION_NUM >= 160000
	to->varnullingrels = bms_union(to->varnullingrels, from->varnullingrels);
#endif
}

/* The same, undone for joins that turned out to be inner ones. */
static inline void
aqumv_compat_forget_nulling(Query *query, Bitmapset *joins)
{
#if PG_VERSION_NUM >= 160000
	*query = *(Query *) remove_nulling_relids((Node *) query, joins, NULL);
#endif
}

#if PG_VERSION_NUM >= 180000
#define AQUMV_COMPAT_IGNORE_GROUP_EXPRS QTW_IGNORE_GROUPEXPRS
#else
#define AQUMV_COMPAT_IGNORE_GROUP_EXPRS 0
#endif

/* The grouping expressions that are still hidden, or NULL. */
static inline List **
aqumv_compat_group_exprs(Query *query)
{
#if PG_VERSION_NUM >= 180000
	ListCell   *lc;

	if (query->hasGroupRTE)
	{
		foreach(lc, query->rtable)
		{
			RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

			if (rte->rtekind == RTE_GROUP)
				return &rte->groupexprs;
		}
	}
#endif
	return NULL;
}

/* Is it the column that stands for one of those, from 1 on? */
static inline bool
aqumv_compat_is_group_expr(Query *query, Node *node, int position)
{
#if PG_VERSION_NUM >= 180000
	Var		   *var = (Var *) node;

	return IsA(node, Var) && var->varlevelsup == 0 && var->varattno == position &&
		rt_fetch(var->varno, query->rtable)->rtekind == RTE_GROUP;
#else
	return false;
#endif
}

/*
 * Put others in the place of those, in a query whose range table is its own,
 * though not the entries.
 */
static inline void
aqumv_compat_set_group_exprs(Query *query, List *group_exprs)
{
#if PG_VERSION_NUM >= 180000
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind != RTE_GROUP)
			continue;
		lfirst(lc) = makeNode(RangeTblEntry);
		*lfirst_node(RangeTblEntry, lc) = *rte;
		lfirst_node(RangeTblEntry, lc)->groupexprs = group_exprs;
	}
#endif
}

/* Is this an entry that no plan reads from? */
static inline bool
aqumv_compat_is_idle_entry(RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 180000
	if (rte->rtekind == RTE_GROUP)
		return true;
#endif
	return rte->rtekind == RTE_RESULT;
}

/*
 * 16 tells which indexes need new entries; for a heap that is "all or none",
 * which the new tuple knows as well.
 */
static inline TM_Result
aqumv_compat_heap_update(Relation rel, ItemPointer old, HeapTuple tuple, CommandId cid,
						 TM_FailureData *failure)
{
	LockTupleMode lockmode;
#if PG_VERSION_NUM >= 160000
	TU_UpdateIndexes update_indexes;

	return heap_update(rel, old, tuple, cid, InvalidSnapshot, false, failure, &lockmode,
					   &update_indexes);
#else
	return heap_update(rel, old, tuple, cid, InvalidSnapshot, false, failure, &lockmode);
#endif
}

/* 16 made one privilege check for functions out of many */
static inline bool
aqumv_compat_role_may_execute(Oid funcid, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ProcedureRelationId, funcid, role, ACL_EXECUTE) == ACLCHECK_OK;
#else
	return pg_proc_aclcheck(funcid, role, ACL_EXECUTE) == ACLCHECK_OK;
#endif
}

static inline bool
aqumv_compat_may_use_schema(Oid schema)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#else
	return pg_namespace_aclcheck(schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#endif
}

static inline bool
aqumv_compat_may_execute(Oid funcid)
{
	return aqumv_compat_role_may_execute(funcid, GetUserId());
}

/* 18: how an operator orders is a type of its own */
#if PG_VERSION_NUM >= 180000
#define AqumvCompareType CompareType
#else
#define AqumvCompareType int16
#endif

/* 16 made one ownership check out of many */
static inline bool
aqumv_compat_owns_relation(Oid relid)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relid, GetUserId());
#else
	return pg_class_ownercheck(relid, GetUserId());
#endif
}

/* 16 added a number of partitions to report progress by */
static inline ObjectAddress
aqumv_compat_define_index(Oid relid, IndexStmt *stmt)
{
#if PG_VERSION_NUM >= 160000
	return DefineIndex(relid, stmt, InvalidOid, InvalidOid, InvalidOid, -1,
					   false, false, true, false, true);
#else
	return DefineIndex(relid, stmt, InvalidOid, InvalidOid, InvalidOid,
					   false, false, true, false, true);
#endif
}

/* 17 renamed ShmemVariableCache */
static inline TransactionId
aqumv_compat_oldest_clog_xid(void)
{
#if PG_VERSION_NUM >= 170000
	return TransamVariables->oldestClogXid;
#else
	return ShmemVariableCache->oldestClogXid;
#endif
}

/* 16 made its argument a RelFileLocator */
static inline bool
aqumv_compat_read_recent_buffer(Relation rel, BlockNumber block, Buffer buffer)
{
#if PG_VERSION_NUM >= 160000
	return ReadRecentBuffer(rel->rd_locator, MAIN_FORKNUM, block, buffer);
#else
	return ReadRecentBuffer(rel->rd_node, MAIN_FORKNUM, block, buffer);
#endif
}

static inline LocalTransactionId
aqumv_compat_my_lxid(void)
{
#if PG_VERSION_NUM >= 170000
	return MyProc->vxid.lxid;
#else
	return MyProc->lxid;
#endif
}

/* 17 put the two parts of a virtual transaction id together */
static inline VirtualTransactionId
aqumv_compat_lock_vxid(LockInstanceData *lock)
{
#if PG_VERSION_NUM >= 170000
	return lock->vxid;
#else
	VirtualTransactionId vxid = {.backendId = lock->backend,.localTransactionId = lock->lxid};

	return vxid;
#endif
}

/* 17 numbers processes instead of backends; who runs a virtual transaction? */
static inline TransactionId
aqumv_compat_xid_of_vxid(VirtualTransactionId vxid)
{
#if PG_VERSION_NUM >= 170000
	PGPROC	   *proc = vxid.procNumber == INVALID_PROC_NUMBER ? NULL :
		ProcNumberGetProc(vxid.procNumber);

	if (vxid.procNumber == INVALID_PROC_NUMBER)
		return vxid.localTransactionId;
	return proc != NULL && proc->vxid.lxid == vxid.localTransactionId ?
		*(volatile TransactionId *) &proc->xid : InvalidTransactionId;
#else
	PGPROC	   *proc = vxid.backendId == InvalidBackendId ? NULL :
		BackendIdGetProc(vxid.backendId);

	if (vxid.backendId == InvalidBackendId)
		return vxid.localTransactionId;
	return proc != NULL && proc->lxid == vxid.localTransactionId ?
		*(volatile TransactionId *) &proc->xid : InvalidTransactionId;
#endif
}

/* 16 made find_option() public; NULL if there is no such setting */
static inline struct config_generic *
aqumv_compat_find_setting(const char *name, enum config_type type)
{
#if PG_VERSION_NUM >= 160000
	struct config_generic *setting = find_option(name, false, true, 0);

	return setting != NULL && setting->vartype == type ? setting : NULL;
#else
	struct config_generic **settings = get_guc_variables();

	for (int i = 0; i < GetNumConfigOptions(); i++)
	{
		if (settings[i]->vartype == type && strcmp(settings[i]->name, name) == 0)
			return settings[i];
	}
	return NULL;
#endif
}

/* 16 renamed the members of PgStat_TableStatus */
static inline Oid
aqumv_compat_pgstat_relid(PgStat_TableStatus *status)
{
#if PG_VERSION_NUM >= 160000
	return status->id;
#else
	return status->t_id;
#endif
}

/*
 * From 18 on, a column that is NOT NULL has a constraint that says so, and may
 * not be valid: not have been checked for rows that were there before.  Returns
 * it, to be freed; NULL where there is none.
 */
static inline HeapTuple
aqumv_compat_not_null_constraint(Oid relid, AttrNumber attno)
{
#if PG_VERSION_NUM >= 180000
	return findNotNullConstraintAttnum(relid, attno);
#else
	return NULL;
#endif
}

/* 18 counts index searches for EXPLAIN */
static inline IndexScanDesc
aqumv_compat_index_beginscan(Relation rel, Relation index, Snapshot snapshot, int nkeys)
{
#if PG_VERSION_NUM >= 180000
	return index_beginscan(rel, index, snapshot, NULL, nkeys, 0);
#else
	return index_beginscan(rel, index, snapshot, nkeys, 0);
#endif
}

/* 16 tells which indexes an update has to be entered in */
#if PG_VERSION_NUM >= 160000
typedef TU_UpdateIndexes AqumvUpdateIndexes;
#define AQUMV_COMPAT_NO_INDEXES TU_None
#define aqumv_compat_only_summarizing(update) ((update) == TU_Summarizing)
#else
typedef bool AqumvUpdateIndexes;
#define AQUMV_COMPAT_NO_INDEXES false
#define aqumv_compat_only_summarizing(update) false
#endif

static inline List *
aqumv_compat_insert_index_tuples(ResultRelInfo *rri, TupleTableSlot *slot, EState *estate,
								 bool update, bool no_dup_err, bool *conflict,
								 List *arbiters, bool only_summarizing)
{
#if PG_VERSION_NUM >= 160000
	return ExecInsertIndexTuples(rri, slot, estate, update, no_dup_err, conflict,
								 arbiters, only_summarizing);
#else
	return ExecInsertIndexTuples(rri, slot, estate, update, no_dup_err, conflict,
								 arbiters);
#endif
}

/* 18 wants to know which tuple is being updated */
static inline bool
aqumv_compat_check_index_constraints(ResultRelInfo *rri, TupleTableSlot *slot, EState *estate,
									 ItemPointer conflict, List *arbiters)
{
#if PG_VERSION_NUM >= 180000
	ItemPointerData none;

	ItemPointerSetInvalid(&none);
	return ExecCheckIndexConstraints(rri, slot, estate, conflict, &none, arbiters);
#else
	return ExecCheckIndexConstraints(rri, slot, estate, conflict, arbiters);
#endif
}

/*
 * Is this a worker that applies transactions while others of its subscription
 * are prepared or, from 16 on, applied by parallel workers?
 */
static inline bool
aqumv_compat_applies_beside_others(void)
{
	if (!IsLogicalWorker() || MySubscription == NULL)
		return false;
#if PG_VERSION_NUM >= 160000
	if (MySubscription->stream == LOGICALREP_STREAM_PARALLEL)
		return true;
#endif
	return MySubscription->twophasestate == LOGICALREP_TWOPHASE_STATE_ENABLED;
}

/* 16 lets errors be returned */
static inline RangeType *
aqumv_compat_make_range(TypeCacheEntry *cache, RangeBound *lower, RangeBound *upper, bool empty)
{
#if PG_VERSION_NUM >= 160000
	return make_range(cache, lower, upper, empty, NULL);
#else
	return make_range(cache, lower, upper, empty);
#endif
}

/*
 * From 17 on, JSON_VALUE and JSON_QUERY make a value of a type from its text, by
 * functions that no expression mentions.  Which type?  InvalidOid: no such node
 */
static inline Oid
aqumv_compat_json_result(Node *node)
{
#if PG_VERSION_NUM >= 170000
	return IsA(node, JsonExpr) ? exprType(node) : InvalidOid;
#else
	return InvalidOid;
#endif
}

/* 16 brought date_add() and date_subtract(), whose third argument is a zone */
static inline bool
aqumv_compat_adds_in_zone(Oid funcid)
{
#if PG_VERSION_NUM >= 160000
	return funcid == F_DATE_ADD_TIMESTAMPTZ_INTERVAL_TEXT ||
		funcid == F_DATE_SUBTRACT_TIMESTAMPTZ_INTERVAL_TEXT;
#else
	return false;
#endif
}

/* 18 looks names of zones up among the abbreviations of TimeZone first */
static inline bool
aqumv_compat_zones_follow_timezone(void)
{
#if PG_VERSION_NUM >= 180000
	return true;
#else
	return false;
#endif
}

/*
 * The types that SQL/JSON's constructors (since 16) and the PASSING of its query
 * functions (since 17) convert to JSON, by functions that no expression mentions.
 */
static inline List *
aqumv_compat_json_inputs(Node *node)
{
	List	   *values = NIL;
	List	   *types = NIL;
	ListCell   *lc;

#if PG_VERSION_NUM >= 160000
	if (IsA(node, JsonConstructorExpr))
		values = ((JsonConstructorExpr *) node)->args;
#endif
#if PG_VERSION_NUM >= 170000
	if (IsA(node, JsonExpr))
		values = ((JsonExpr *) node)->passing_values;
#endif
	foreach(lc, values)
		types = lappend_oid(types, exprType(lfirst(lc)));
	return types;
}

/* 18 dropped "execute once" */
static inline void
aqumv_compat_run(QueryDesc *desc)
{
#if PG_VERSION_NUM >= 180000
	ExecutorRun(desc, ForwardScanDirection, 0);
#else
	ExecutorRun(desc, ForwardScanDirection, 0, true);
#endif
}

#endif							/* AQUMV_COMPAT_H */
