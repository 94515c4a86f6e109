/*-------------------------------------------------------------------------
 *
 * trust.c
 *	  Is what an immediate view holds right, and will it stay right?
 *
 *	  An immediate view is trusted while it has a record for its present storage
 *	  and functions that is newer than all epochs, all triggers stand, and its
 *	  owner may do what maintenance does in his name: read the base, all of it,
 *	  and call the view's functions.
 *
 *	  Much of this can be undone and done again by statements that know nothing
 *	  of views, and by changes of roles.  So a writer that finds a view untrusted
 *	  takes the record back in its own transaction (aqumv_pass_by), and says so:
 *	  then nothing but another filling makes it trusted again.  Readers look at the
 *	  same things, since nobody may have written since.
 *
 *	  Doubt means "not trusted".
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "compat.h"
#include "algebra/provenance.h"
#include "fresh/catalog.h"
#include "fresh/foreign.h"
#include "fresh/partition.h"
#include "fresh/trust.h"
#include "fresh/views.h"
#include "hear.h"

/* counts what may have changed the rights of a role, 0 being none */
static uint64 role_changes = 1;

static void
forget_roles(Datum arg, int cacheid, uint32 hashvalue)
{
	role_changes++;
	aqumv_invalidations++;
}

void
aqumv_trust_init(void)
{
	aqumv_hear_of_catalog(AUTHOID, forget_roles);
	aqumv_hear_of_catalog(AUTHMEMROLEMEM, forget_roles);
	/* who owns the database is a member of pg_database_owner */
	aqumv_hear_of_catalog(DATABASEOID, forget_roles);
}

/* A number that changes whenever what roles may do may have. */
uint64
aqumv_role_changes(void)
{
	return role_changes;
}

/* ------------------------------------------------------------------------
 * The owner
 * ------------------------------------------------------------------------
 */

/* Core's rule for SELECT, as the executor applies it to the definition. */
static bool
may_select(const AqumvView *view)
{
	bool		is_missing = false;
	int			bit = -1;

	if (pg_class_aclcheck_ext(view->base, view->owner, ACL_SELECT, &is_missing) == ACLCHECK_OK)
		return true;
	if (is_missing)
		return false;
	if (bms_is_empty(view->selected))
		return pg_attribute_aclcheck_all(view->base, view->owner, ACL_SELECT,
										 ACLMASK_ANY) == ACLCHECK_OK;
	while ((bit = bms_next_member(view->selected, bit)) >= 0)
	{
		AttrNumber	attno = bit + FirstLowInvalidHeapAttributeNumber;

		if ((attno == InvalidAttrNumber ?
			 pg_attribute_aclcheck_all(view->base, view->owner, ACL_SELECT, ACLMASK_ALL) :
			 pg_attribute_aclcheck(view->base, attno, view->owner, ACL_SELECT)) != ACLCHECK_OK)
			return false;
	}
	return true;
}

/* A function of the view's that its owner may not call, or InvalidOid. */
static Oid
forbidden_function(const AqumvView *view)
{
	ListCell   *lc;

	foreach(lc, view->called)
	{
		if (!aqumv_compat_role_may_execute(lfirst_oid(lc), view->owner))
			return lfirst_oid(lc);
	}
	return InvalidOid;
}

static AqumvReason *
check_owner(const AqumvView *view, const AqumvTree *tree)
{
	const char *owner = GetUserNameFromId(view->owner, true);
	List	   *relations;
	ListCell   *lc;
	Oid			function;

	if (owner == NULL)
		owner = "?";
	if (!may_select(view))
		return aqumv_reason(AQUMV_OWNER_PRIVILEGE,
							"its owner \"%s\" has no SELECT privilege on \"%s\" any more",
							owner, get_rel_name(view->base));
	if (check_enable_rls(view->base, view->owner, true) == RLS_ENABLED)
		return aqumv_reason(AQUMV_ROW_SECURITY,
							"row security on \"%s\" hides rows from its owner \"%s\"",
							get_rel_name(view->base), owner);
	function = forbidden_function(view);
	if (OidIsValid(function))
		return aqumv_reason(AQUMV_OWNER_PRIVILEGE,
							"its owner \"%s\" has no EXECUTE privilege on function \"%s\" any more",
							owner, get_func_name(function));
	relations = lcons_oid(view->base, list_copy(tree->descendants));
	foreach(lc, relations)
	{
		if (!aqumv_is_harmless_for(lfirst_oid(lc), view->owner))
			return aqumv_reason(AQUMV_OWNER_PRIVILEGE,
								"an index, statistics or a constraint of \"%s\", of another owner, calls a user's function, which planning might run as \"%s\"",
								get_rel_name(lfirst_oid(lc)), owner);
	}
	return NULL;
}

/*
 * May the owner of an immediate view do what maintenance does as him?  The
 * answer yes is remembered until a role, the view, or its base changes.
 */
AqumvReason *
aqumv_check_owner(AqumvView *view, const AqumvTree *tree)
{
	AqumvReason *reason;

	if (view->owner_tree == tree->serial && view->owner_roles == role_changes)
		return NULL;
	reason = check_owner(view, tree);
	if (reason == NULL)
	{
		view->owner_tree = tree->serial;
		view->owner_roles = role_changes;
	}
	return reason;
}

/* ------------------------------------------------------------------------
 * The record
 * ------------------------------------------------------------------------
 */

/* The functions of users that a view calls, for messages. */
static const char *
function_names(const AqumvView *view)
{
	StringInfoData names;
	ListCell   *lc;

	initStringInfo(&names);
	foreach(lc, view->called)
	{
		const char *name = lfirst_oid(lc) < FirstNormalObjectId ? NULL :
			get_func_name(lfirst_oid(lc));

		if (name != NULL)
			appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ", name);
	}
	return names.data;
}

/*
 * Is a view what it was when it was filled?  This goes for views that REFRESH
 * fills as well.
 */
AqumvReason *
aqumv_check_record(const AqumvView *view, const AqumvRefresh *refresh)
{
	int64		sources;

	if (view->filenode != refresh->filenode)
		return aqumv_reason(AQUMV_REFRESHED_ELSEWHERE,
							"the view was refreshed by a transaction that this snapshot does not see, or in a session without the library; refresh it");
	if (!refresh->complete)
		return aqumv_reason(AQUMV_INCOMPLETE,
							"row security kept rows from the view's owner when it was filled, or it was filled from an old snapshot, or where functions are read otherwise; refresh it");
	sources = aqumv_foreign_sources(view->base, view->owner);
	if (view->functions + sources == refresh->functions)
		return NULL;
	if (sources != 0)
		return aqumv_reason(AQUMV_USER_MAPPING,
							"how the view's owner reaches the foreign table has changed since the view was filled, or a function that the view calls; refresh it");
	return aqumv_reason(AQUMV_FUNCTION_CHANGED,
						"a function that the view calls was replaced since the view's last REFRESH began (%s)",
						aqumv_reason_messages ? function_names(view) : "");
}

/* Is the record newer than whatever it cannot outlive? */
AqumvReason *
aqumv_check_epochs(const AqumvTree *tree, const AqumvRefresh *refresh)
{
	for (int i = 0; i < tree->nepochs; i++)
	{
		if (!aqumv_moment_seen(tree->epochs[i], refresh))
			return aqumv_reason(AQUMV_STALE,
								"the view was filled before \"%s\" was last truncated, altered or began to be tracked; refresh it",
								get_rel_name(tree->relid));
	}
	return NULL;
}

/* ------------------------------------------------------------------------
 * Trust
 * ------------------------------------------------------------------------
 */

/*
 * Can writers maintain an immediate view at all, as things stand?
 */
AqumvReason *
aqumv_check_maintained(AqumvView *view)
{
	const AqumvTree *tree = aqumv_get_tree(view->base);

	if (tree->unsuitable != NULL)
		return tree->unsuitable;
	if (!tree->maintained)
		return aqumv_reason(AQUMV_NOT_TRACKED,
							"a trigger that maintains the view is missing or disabled");
	return aqumv_check_owner(view, tree);
}

static AqumvReason *
check_trust(AqumvView *view, bool *has_record)
{
	AqumvRefresh refresh;
	AqumvReason *reason;

	*has_record = false;
	if (view->maintenance != AQUMV_IMMEDIATE || !OidIsValid(view->base))
		return aqumv_reason(AQUMV_NOT_TRACKED, "the view is maintained by REFRESH");
	*has_record = aqumv_read_refresh(view->view, NULL, &refresh);
	if (!*has_record || !view->populated)
		return aqumv_reason(AQUMV_NOT_REFRESHED, "the view was not filled since its maintenance began");
	if ((reason = aqumv_check_maintained(view)) != NULL ||
		(reason = aqumv_check_record(view, &refresh)) != NULL)
		return reason;
	return aqumv_check_epochs(aqumv_get_tree(view->base), &refresh);
}

/*
 * Is what an immediate view holds right, as of now, and will it stay right as
 * long as all writers fold their changes into it?
 */
bool
aqumv_is_trusted(AqumvView *view)
{
	const AqumvTree *tree = OidIsValid(view->base) ? aqumv_get_tree(view->base) : NULL;
	bool		has_record;

	if (tree == NULL)
		return false;
	if (view->trusted_tree != tree->serial || view->trusted_roles != role_changes)
	{
		AQUMV_BEGIN_MESSAGES(false);
		{
			view->trusted = check_trust(view, &has_record) == NULL;
		}
		AQUMV_END_MESSAGES();
		view->has_record = has_record;
		view->trusted_tree = tree->serial;
		view->trusted_roles = role_changes;
	}
	return view->trusted;
}

/*
 * The same, for who is about to fill the view and has locked it: others may have
 * doubted it without a lock, and their invalidations be under way.
 */
bool
aqumv_is_trusted_now(AqumvView *view)
{
	view->trusted_tree = 0;
	return aqumv_is_trusted(view);
}

/* Say that writers leave a view alone from now on, and why. */
void
aqumv_warn_unmaintained(const AqumvView *view, const AqumvReason *reason)
{
	ereport(WARNING,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("materialized view \"%s\" is not maintained any more: %s",
					get_rel_name(view->view), reason->message),
			 reason->code == AQUMV_INHERITANCE ?
			 errhint("When its table inherits no more and has no children, the view is computed anew.") :
			 errhint("It answers no queries until REFRESH MATERIALIZED VIEW has filled it again, which puts its triggers in place as well.")));
}

/*
 * A writer leaves out an immediate view that is not trusted: what makes it so
 * may be undone, but the view will lack what is written now.  The caller holds a
 * lock on the view, but need not wait for others who pass it by.
 */
void
aqumv_pass_by(AqumvView *view)
{
	bool		has_record;
	AqumvReason *reason;

	if (aqumv_is_trusted(view) || !view->has_record)
		return;
	AQUMV_BEGIN_MESSAGES(true);
	{
		reason = check_trust(view, &has_record);
	}
	AQUMV_END_MESSAGES();
	aqumv_doubt_refresh(view->view);
	view->has_record = false;
	if (reason != NULL)
		aqumv_warn_unmaintained(view, reason);
}

/* Say it once per view and session. */
static void
warn_passed_by(Oid viewoid)
{
	static List *warned = NIL;
	MemoryContext old;

	if (list_member_oid(warned, viewoid))
		return;
	old = MemoryContextSwitchTo(TopMemoryContext);
	warned = lappend_oid(warned, viewoid);
	MemoryContextSwitchTo(old);
	ereport(WARNING,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("materialized view \"%s\" is not maintained by subscription \"%s\"",
					get_rel_name(viewoid), MySubscription->name),
			 errdetail("With two_phase = on or streaming = parallel, one transaction might wait for ever for another that it writes the same row of the view as."),
			 errhint("The view answers queries after REFRESH MATERIALIZED VIEW, until the next change arrives.")));
}

/*
 * A worker that must not wait for other transactions of its subscription writes
 * the base of an immediate view: leave the view out.
 *
 * Locks would stay with a transaction that is prepared, and keep others from
 * dropping or refreshing the view; so none is kept.  A REFRESH that holds its
 * lock may be reading a snapshot that lacks this transaction, so then a doubt is
 * added in any case, as it is if there is a record: REFRESH spares doubts that
 * it did not see.  If there is no record that counts, and nobody is filling the
 * view, whoever does so next finds that it is not trusted, with the lock in
 * hand, and keeps out or waits for those who write the base.
 */
void
aqumv_pass_by_unlocked(Oid viewoid)
{
	AqumvView  *view;

	if (!ConditionalLockRelationOid(viewoid, RowShareLock))
	{
		aqumv_add_doubt(viewoid);
		return;
	}
	view = aqumv_get_locked_view(viewoid);
	if (view != NULL && view->maintenance == AQUMV_IMMEDIATE &&
		(aqumv_is_trusted(view) || view->has_record))
	{
		aqumv_add_doubt(viewoid);
		warn_passed_by(viewoid);
	}
	UnlockRelationOid(viewoid, RowShareLock);
}
