/*-------------------------------------------------------------------------
 *
 * site.c
 *	  Where may views stand in a statement, and which?
 *
 *	  What can be told without a match: views over the table that is read there,
 *	  of which nothing is known that speaks against them, the smallest first.
 *	  Whatever is passed over here gets a reason.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "answer/match.h"
#include "answer/site.h"

/*
 * The site of a relation, if it has been come upon before; NULL if not.  Blocks
 * are told apart by their numbers, since several may have the same path; two
 * calls of inlined functions may even so, and then have their candidates in
 * common.
 */
AqumvSite *
aqumv_find_site(List *sites, const char *path, int number, int rti, Oid base)
{
	ListCell   *lc;

	foreach(lc, sites)
	{
		AqumvSite  *site = lfirst(lc);

		if (site->number == number && site->rti == rti && site->base == base &&
			strcmp(site->path, path) == 0)
			return site;
	}
	return NULL;
}

/*
 * The views over a relation.  One that has been dropped may still be remembered
 * there; it is not worth a look unless somebody is told the reasons.
 */
List *
aqumv_existing_views_over(Oid base)
{
	List	   *views = aqumv_views_over(base);
	ListCell   *lc;

	if (!aqumv_reason_messages)
		return views;
	foreach(lc, views)
	{
		if (get_rel_relkind(lfirst_oid(lc)) != RELKIND_MATVIEW)
			views = foreach_delete_current(views, lc);
	}
	return views;
}

/* What the view holds, or the reason why that cannot be of use. */
AqumvReason *
aqumv_look_at_view(AqumvCandidate *candidate, const AqumvSummary *summary)
{
	AqumvReason *reason;

	if ((reason = aqumv_get_view(candidate->verdict->view, &candidate->view)) != NULL)
		return reason;
	if (candidate->view->withheld != NULL)
		return candidate->view->withheld;
	if (candidate->view->base != candidate->site->base)
		return aqumv_reason(AQUMV_VIEW_SHAPE, "the view is over another table");
	return aqumv_check_quickly(summary, candidate->view->summary);
}

static int
compare_sizes(const ListCell *a, const ListCell *b)
{
	const AqumvCandidate *ca = lfirst(a);
	const AqumvCandidate *cb = lfirst(b);

	if (ca->view->pages != cb->view->pages)
		return ca->view->pages < cb->view->pages ? -1 : 1;
	return ca->verdict->view < cb->verdict->view ? -1 : 1;
}

/*
 * The views that may match as far as can be told quickly, smallest first.  A
 * reason is put into the verdicts of all others.
 */
void
aqumv_find_candidates(AqumvSite *site, List *views, AqumvReason *reason,
					  const AqumvSummary *summary)
{
	ListCell   *lc;

	foreach(lc, views)
	{
		AqumvVerdict *verdict = palloc0(sizeof(AqumvVerdict));
		AqumvCandidate *candidate;

		verdict->block = site->path;
		verdict->view = lfirst_oid(lc);
		verdict->cost_original = verdict->cost_rewritten = -1;
		verdict->reason = reason;
		site->verdicts = lappend(site->verdicts, verdict);
		if (reason != NULL)
			continue;
		candidate = palloc0(sizeof(AqumvCandidate));
		candidate->site = site;
		candidate->verdict = verdict;
		verdict->reason = aqumv_look_at_view(candidate, summary);
		if (verdict->reason == NULL)
			site->candidates = lappend(site->candidates, candidate);
	}
	list_sort(site->candidates, compare_sizes);
}
