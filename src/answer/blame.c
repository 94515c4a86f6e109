/*-------------------------------------------------------------------------
 *
 * blame.c
 *	  Which blocks have become dearer by being answered from views?
 *
 *	  A block's cost has in it what the blocks inside of it cost.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "answer/blame.h"

/* Is one block inside of another? */
static bool
is_inside(const char *path, const char *outer)
{
	size_t		length = strlen(outer);

	return strncmp(path, outer, length) == 0 && path[length] == '.';
}

/* How much dearer has the block of a site become?  0 if that is not known. */
static double
loss(const AqumvSite *site, const AqumvCosts *before, const AqumvCosts *after)
{
	if (site->number < 1)
		return after->whole - before->whole;
	if (before->blocks[site->number] < 0 || after->blocks[site->number] < 0)
		return 0;
	return after->blocks[site->number] - before->blocks[site->number];
}

/* Is a site in a block that is inside of the site's, but of no other between? */
static bool
is_next_inside(List *sites, const AqumvSite *site, const AqumvSite *outer)
{
	ListCell   *lc;

	if (!is_inside(site->path, outer->path))
		return false;
	foreach(lc, sites)
	{
		const AqumvSite *other = lfirst(lc);

		/* a block with several sites counts by the first */
		if (other == site)
			break;
		if (other->number == site->number && strcmp(other->path, site->path) == 0)
			return false;
	}
	foreach(lc, sites)
	{
		const AqumvSite *other = lfirst(lc);

		if (is_inside(site->path, other->path) && is_inside(other->path, outer->path))
			return false;
	}
	return true;
}

/*
 * Is the block of a site to blame for having become dearer?  Not if a block
 * inside of it is; but what those have gained is not its merit.
 */
bool
aqumv_is_to_blame(List *sites, const AqumvSite *site, const AqumvCosts *before,
				  const AqumvCosts *after)
{
	double		own = loss(site, before, after);
	ListCell   *lc;

	foreach(lc, sites)
	{
		const AqumvSite *other = lfirst(lc);
		double		inner = loss(other, before, after);

		if (inner > 0 && is_inside(other->path, site->path))
			return false;
		if (inner < 0 && is_next_inside(sites, other, site))
			own -= inner;
	}
	return own > 0;
}
