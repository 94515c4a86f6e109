/*-------------------------------------------------------------------------
 *
 * status.c
 *	  How is it with all views?  The rows of aqumv.views.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "algebra/rights.h"
#include "answer/choose.h"
#include "fresh/catalog.h"
#include "fresh/freshness.h"
#include "fresh/option.h"
#include "fresh/views.h"

PG_FUNCTION_INFO_V1(aqumv_list_views);

/* OIDs of all materialized views of the database. */
static List *
all_views(void)
{
	List	   *views = NIL;
	Relation	rel = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_class_relkind, BTEqualStrategyNumber, F_CHAREQ,
				CharGetDatum(RELKIND_MATVIEW));
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		views = lappend_oid(views, ((Form_pg_class) GETSTRUCT(tuple))->oid);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return views;
}

/* Why can the view not answer anything now?  NULL: it can. */
static AqumvReason *
view_state(Oid viewoid, AqumvView **view)
{
	AqumvReason *reason;

	if ((reason = aqumv_get_view(viewoid, view)) != NULL)
		return reason;
	if ((*view)->withheld != NULL)
		return (*view)->withheld;
	return aqumv_check_usable(*view, GetActiveSnapshot());
}

/* Views, and tables, of schemas that the user may not use are nobody's business. */
static bool
may_be_listed(Oid viewoid, const AqumvView *view)
{
	return aqumv_is_visible(viewoid) &&
		(view == NULL || !OidIsValid(view->base) || aqumv_is_visible(view->base));
}

static void
put_view(ReturnSetInfo *rsinfo, Oid viewoid)
{
	AqumvView  *view = NULL;
	AqumvReason *reason = view_state(viewoid, &view);
	AqumvRefresh refresh;
	Datum		values[9] = {0};
	bool		nulls[9] = {false};
	bool		refreshed = aqumv_read_refresh(viewoid, GetActiveSnapshot(), &refresh);

	if (!may_be_listed(viewoid, view))
		return;
	values[0] = ObjectIdGetDatum(viewoid);
	nulls[1] = view == NULL || !OidIsValid(view->base);
	if (!nulls[1])
		values[1] = ObjectIdGetDatum(view->base);
	values[2] = CStringGetTextDatum(aqumv_maintenance_name(aqumv_maintenance_of(viewoid)));
	values[3] = BoolGetDatum(reason == NULL);
	nulls[4] = nulls[5] = reason == NULL;
	if (reason != NULL)
	{
		values[4] = CStringGetTextDatum(aqumv_reason_code(reason));
		values[5] = CStringGetTextDatum(reason->message);
	}
	nulls[6] = nulls[7] = !refreshed;
	nulls[8] = !refreshed || view == NULL || view->unsuitable != NULL;
	if (refreshed)
	{
		values[6] = TimestampTzGetDatum(refresh.refreshed_at);
		values[7] = refresh.snapshot;
	}
	if (!nulls[8])
		values[8] = Int64GetDatum(aqumv_count_marks(view, &refresh, GetActiveSnapshot()));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * aqumv.list_views(): the rows of aqumv.views.
 */
Datum
aqumv_list_views(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	AQUMV_BEGIN_MESSAGES(true);
	{
		foreach(lc, all_views())
			put_view(rsinfo, lfirst_oid(lc));
	}
	AQUMV_END_MESSAGES();
	return (Datum) 0;
}
