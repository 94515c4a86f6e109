/*-------------------------------------------------------------------------
 *
 * init.c
 *	  Settings, and the order in which everything is set up.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_db_role_setting.h"
#include "fmgr.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"

#include "access.h"
#include "algebra/meanings.h"
#include "algebra/rights.h"
#include "answer/blockcost.h"
#include "answer/guard.h"
#include "answer/hold.h"
#include "answer/recall.h"
#include "ddl.h"
#include "fill.h"
#include "fresh/account.h"
#include "fresh/option.h"
#include "fresh/partition.h"
#include "fresh/refreshcount.h"
#include "fresh/statements.h"
#include "fresh/syntax.h"
#include "fresh/trust.h"
#include "fresh/views.h"
#include "maintain/deltastate.h"
#include "maintain/lasttid.h"
#include "maintain/merge.h"
#include "maintain/owner.h"
#include "maintain/putoff.h"
#include "maintain/sieve.h"
#include "planner.h"
#include "seal.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(aqumv_check_preload);

void		_PG_init(void);

bool		aqumv_enabled = false;
bool		aqumv_allow_foreign_table = false;
int			aqumv_rewrite_mode = AQUMV_REWRITE_COST;
int			aqumv_paused = 0;
uint64		aqumv_invalidations = 1;

static const struct config_enum_entry rewrite_mode_options[] = {
	{"cost", AQUMV_REWRITE_COST, false},
	{"force", AQUMV_REWRITE_FORCE, false},
	{"required", AQUMV_REWRITE_REQUIRED, false},
	{NULL, 0, false}
};

/*
 * PostgreSQL keeps GUC_DISALLOW_IN_FILE out of ALTER SYSTEM only.  At a reload
 * a configuration file would work, and then stop the next start.
 */
static bool
check_not_in_file(bool *newval, void **extra, GucSource source)
{
	if (source != PGC_S_FILE)
		return true;
	GUC_check_errdetail("The setting cannot stand in a configuration file, where it would stop the next start of the server.");
	GUC_check_errhint("Use ALTER DATABASE ... SET or ALTER ROLE ALL SET.");
	return false;
}

/* Plans that were made under another setting are made again. */
static void
replan_all_bool(bool newval, void *extra)
{
	aqumv_invalidations++;
	ResetPlanCache();
}

static void
replan_all_enum(int newval, void *extra)
{
	ResetPlanCache();
}

/*
 * Settings of the database and the role are read before the libraries of
 * session_preload_libraries are loaded, when nobody knew ours yet.  Read them
 * again; what the client has set goes before them in any case.
 */
static void
apply_database_and_role_settings(void)
{
	Relation	rel;
	Snapshot	snapshot;
	Oid			database = MyDatabaseId;
	Oid			role;

	if (process_shared_preload_libraries_in_progress || !IsTransactionState() ||
		!OidIsValid(database) || InitializingParallelWorker || !OidIsValid(GetSessionUserId()))
		return;
	role = GetSessionUserId();
	rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	snapshot = RegisterSnapshot(GetCatalogSnapshot(DbRoleSettingRelationId));
	ApplySetting(snapshot, database, role, rel, PGC_S_DATABASE_USER);
	ApplySetting(snapshot, InvalidOid, role, rel, PGC_S_USER);
	ApplySetting(snapshot, database, InvalidOid, rel, PGC_S_DATABASE);
	ApplySetting(snapshot, InvalidOid, InvalidOid, rel, PGC_S_GLOBAL);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
}

void
_PG_init(void)
{
	/* a name without a dot in postgresql.conf would stop the next start */
	const int	not_in_files = GUC_DISALLOW_IN_FILE | GUC_DISALLOW_IN_AUTO_FILE;

	DefineCustomEnumVariable("aqumv.rewrite_mode",
							 "When a query that a materialized view can answer is rewritten.",
							 "cost: when the plan is cheaper; force: always; required: always, and it is an error if a query on a table with views cannot be rewritten.",
							 &aqumv_rewrite_mode, AQUMV_REWRITE_COST, rewrite_mode_options,
							 PGC_USERSET, GUC_EXPLAIN, NULL, replan_all_enum, NULL);
	DefineCustomBoolVariable("aqumv_allow_foreign_table",
							 "Lets materialized views over foreign tables answer queries.",
							 "Trusts that the data has not changed since the view was refreshed.",
							 &aqumv_allow_foreign_table, false,
							 PGC_USERSET, GUC_EXPLAIN | not_in_files,
							 check_not_in_file, replan_all_bool, NULL);
	DefineCustomBoolVariable("enable_answer_query_using_materialized_views",
							 "Enables the planner to answer queries from materialized views.",
							 NULL,
							 &aqumv_enabled, false,
							 PGC_USERSET, GUC_EXPLAIN | not_in_files,
							 check_not_in_file, replan_all_bool, NULL);
	MarkGUCPrefixReserved("aqumv");

	aqumv_owner_init();
	aqumv_option_init();
	aqumv_refreshing_init();
	aqumv_meanings_init();
	aqumv_rights_init();
	aqumv_partition_init();
	aqumv_views_init();
	aqumv_trust_init();
	aqumv_syntax_init();
	aqumv_account_init();
	aqumv_writes_init();
	aqumv_written_init();
	aqumv_sieve_init();
	aqumv_deltastate_init();
	aqumv_putoff_init();
	aqumv_merge_init();
	aqumv_seal_init();
	aqumv_fill_init();
	aqumv_guard_init();
	aqumv_hold_init();
	aqumv_levels_init();
	aqumv_recall_init();
	aqumv_planner_init();
	aqumv_ddl_init();
	aqumv_access_init();

	apply_database_and_role_settings();
}

/* Does a list of libraries name this one? */
static bool
names_library(const char *setting)
{
	List	   *libraries;
	ListCell   *lc;

	if (setting == NULL || !SplitDirectoriesString(pstrdup(setting), ',', &libraries))
		return false;
	foreach(lc, libraries)
	{
		const char *name = lfirst(lc);
		const char *slash = strrchr(name, '/');

		name = slash == NULL ? name : slash + 1;
		if (strcmp(name, "aqumv") == 0 || strcmp(name, "aqumv.so") == 0)
			return true;
	}
	return false;
}

/*
 * aqumv.check_preload(): called by CREATE EXTENSION.
 */
Datum
aqumv_check_preload(PG_FUNCTION_ARGS)
{
	if (!names_library(GetConfigOption("shared_preload_libraries", true, false)) &&
		!names_library(GetConfigOption("session_preload_libraries", true, false)))
		ereport(WARNING,
				(errmsg("aqumv is not loaded in new sessions"),
				 errdetail("Queries are answered from materialized views only in sessions that have loaded the library."),
				 errhint("Add aqumv to shared_preload_libraries and restart the server, or run ALTER DATABASE %s SET session_preload_libraries = 'aqumv'.",
						 quote_identifier(get_database_name(MyDatabaseId)))));
	PG_RETURN_VOID();
}
