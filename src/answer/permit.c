/*-------------------------------------------------------------------------
 *
 * permit.c
 *	  May this user be answered from this view?
 *
 *	  What is found is also what has to be true when the plan is executed, by
 *	  whomever (guard.c).  A "no" is always safe: the query as written checks
 *	  what it has to.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "foreign/fdwapi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"

#include "answer/permit.h"
#include "fresh/partition.h"

/*
 * May the user call all that a block calls?  Whether it is an error if not, the
 * executor says.
 */
AqumvReason *
aqumv_permit_block(AqumvRights *rights, Query *block)
{
	aqumv_note_functions((Node *) block, &rights->functions);
	if (!aqumv_may_execute(rights->functions))
		return aqumv_reason(AQUMV_FUNCTION_PRIVILEGE,
							"the current user may not call a function that the query calls");
	return NULL;
}

/*
 * May the user call what computes the block from the view, but for what the
 * block has called anyway?
 */
AqumvReason *
aqumv_permit_match(AqumvRights *rights, const AqumvMatch *match, List *called)
{
	List	   *functions = NIL;

	aqumv_note_functions((Node *) list_make3(match->target_list, match->join_tree, match->having),
						 &functions);
	aqumv_note_functions((Node *) match->group_exprs, &functions);
	aqumv_note_functions_of_tables(match->range_table, &functions);
	functions = list_difference_oid(functions, called);
	if (!aqumv_may_execute(functions))
		return aqumv_reason(AQUMV_FUNCTION_PRIVILEGE,
							"the current user may not call a function that computes the query's results from those of the view");
	rights->functions = list_concat_unique_oid(rights->functions, functions);
	return NULL;
}

/*
 * The columns on which it depends how many rows a view has: those that it groups
 * or filters by.  As OIDs in threes, for aqumv_may_select().
 */
static List *
telling_columns(const AqumvView *view, Oid role)
{
	const AqumvSummary *summary = view->summary;
	Bitmapset  *columns = NULL;
	List	   *result = NIL;
	ListCell   *lc;
	int			column = -1;

	foreach(lc, summary->keys)
		pull_varattnos(((AqumvKey *) lfirst(lc))->expr, 1, &columns);
	columns = bms_add_members(columns, aqumv_only_relation(summary)->where_columns);
	foreach(lc, summary->having)
		pull_varattnos(lfirst(lc), aqumv_only_relation(summary)->rti, &columns);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		result = lappend_oid(result, view->base);
		result = lappend_oid(result, role);
		result = lappend_oid(result, (Oid) (column + FirstLowInvalidHeapAttributeNumber));
	}
	return result;
}

/* The servers that a view has been filled from, for aqumv_may_connect(). */
static List *
foreign_servers(const AqumvView *view, Oid role)
{
	const AqumvTree *tree = aqumv_get_tree(view->base);
	List	   *result = NIL;
	ListCell   *lc;

	if (!tree->has_foreign)
		return NIL;
	foreach(lc, lcons_oid(tree->relid, list_copy(tree->descendants)))
	{
		if (get_rel_relkind(lfirst_oid(lc)) != RELKIND_FOREIGN_TABLE)
			continue;
		result = lappend_oid(result, GetForeignServerIdByRelId(lfirst_oid(lc)));
		result = lappend_oid(result, role);
		result = lappend_oid(result, view->owner);
	}
	return result;
}

/*
 * May a role be shown what a view over a table holds, given that it may be
 * shown what the query mentions of the table itself?  A role of InvalidOid is
 * the current user.
 */
AqumvReason *
aqumv_permit_view(AqumvRights *rights, const AqumvView *view, Oid role)
{
	List	   *columns = telling_columns(view, role);
	List	   *mappings = foreign_servers(view, role);

	if (!aqumv_may_select(columns))
		return aqumv_reason(AQUMV_COLUMN_PRIVILEGE,
							"the view groups or filters by a column of \"%s\" that the user may not SELECT",
							get_rel_name(view->base));
	if (!aqumv_may_use(view->looked_up_in))
		return aqumv_reason(AQUMV_FUNCTION_PRIVILEGE,
							"the current user may not use a schema in which a function of the view finds what it calls");
	if (!aqumv_may_connect(mappings))
		return aqumv_reason(AQUMV_USER_MAPPING,
							"the view was filled with the user mapping of its owner, \"%s\", and the user's own is another",
							GetUserNameFromId(view->owner, true));
	rights->schemas = list_concat_unique_oid(rights->schemas, view->looked_up_in);
	rights->columns = list_concat(rights->columns, columns);
	rights->mappings = list_concat(rights->mappings, mappings);
	return NULL;
}
