/*-------------------------------------------------------------------------
 *
 * source.c
 *	  What can take a table's place in a block, for this user and snapshot?
 *
 *	  Today that is a view that matches: it is locked without waiting, checked
 *	  to be usable, and its rights are gathered.  A "no" is always safe, and
 *	  leaves no lock behind.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/table.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "answer/permit.h"
#include "answer/source.h"
#include "fresh/freshness.h"

/*
 * Lock the view, without waiting, and check that it is usable.  An entry that
 * had to be rebuilt under the lock is matched again.
 */
static AqumvReason *
lock_view(AqumvSource *source, const AqumvSummary *summary)
{
	AqumvCandidate *candidate = source->candidate;
	AqumvView  *before = candidate->view;
	Oid			view = candidate->verdict->view;
	AqumvMatch *match;
	AqumvReason *reason;

	if (!ConditionalLockRelationOid(view, AccessShareLock))
		return aqumv_reason(AQUMV_BEING_REFRESHED, "the view is being refreshed");
	source->locked = true;
	if ((reason = aqumv_get_view(view, &candidate->view)) == NULL &&
		candidate->view != before &&
		(reason = aqumv_look_at_view(candidate, summary)) == NULL &&
		(reason = aqumv_match(summary, candidate->view->summary, &match)) == NULL)
		source->match = match;
	if (reason != NULL)
	{
		candidate->view = before;	/* that had a summary, at least */
		return reason;
	}
	source->guard.view = view;
	source->guard.generation = aqumv_view_generation(candidate->view);
	return aqumv_check_usable(candidate->view, GetActiveSnapshot());
}

/*
 * Make a source of a candidate that matches, if it is usable and may answer this
 * user, who is to call the functions in "called" anyway.  The view stays locked
 * until the source is closed; it is not if there is a reason.
 */
AqumvReason *
aqumv_open_source(AqumvCandidate *candidate, const AqumvSummary *summary,
				  const AqumvMatch *match, List *called, AqumvSource **result)
{
	AqumvSource *source = palloc0(sizeof(AqumvSource));
	AqumvReason *reason;

	source->candidate = candidate;
	source->match = match;
	if ((reason = lock_view(source, summary)) != NULL ||
		(reason = aqumv_permit_view(&source->rights, candidate->view,
									candidate->site->role)) != NULL ||
		(reason = aqumv_permit_match(&source->rights, source->match, called)) != NULL)
		aqumv_close_source(source);
	else
		*result = source;
	return reason;
}

/* Unlock what a source reads, once it has been planned or is not taken. */
void
aqumv_close_source(AqumvSource *source)
{
	if (source->locked)
		UnlockRelationOid(source->candidate->verdict->view, AccessShareLock);
	source->locked = false;
}

/* The range table entry that a block reads a source through. */
RangeTblEntry *
aqumv_source_entry(const AqumvSource *source)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	Oid			view = source->candidate->verdict->view;
	Relation	rel = table_open(view, NoLock);
	List	   *colnames = NIL;

	for (int i = 0; i < RelationGetNumberOfAttributes(rel); i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);

		colnames = lappend(colnames, makeString(pstrdup(NameStr(att->attname))));
	}
	rte->rtekind = RTE_RELATION;
	rte->relid = view;
	rte->relkind = rel->rd_rel->relkind;
	rte->rellockmode = AccessShareLock;
	rte->eref = makeAlias(RelationGetRelationName(rel), colnames);
	rte->inFromCl = true;
	table_close(rel, NoLock);
	return rte;
}
