/*-------------------------------------------------------------------------
 *
 * hear.c
 *	  What does this backend hear of changes of catalogs?
 *
 *	  PostgreSQL has ten places for those who want to hear of relations, and 64
 *	  for those who want to hear of what is in other catalogs, for core and all
 *	  extensions together; who finds none ends the session.  So we take one of
 *	  the former, and of the latter one for each catalog.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "hear.h"

typedef struct CatalogListener
{
	int			cacheid;
	SyscacheCallbackFunction listener;
} CatalogListener;

static RelcacheCallbackFunction of_relations[16];
static int	nof_relations = 0;
static CatalogListener of_catalogs[64];
static int	nof_catalogs = 0;

static void
tell_of_relation(Datum arg, Oid relid)
{
	for (int i = 0; i < nof_relations; i++)
		of_relations[i] (arg, relid);
}

static void
tell_of_catalog(Datum arg, int cacheid, uint32 hashvalue)
{
	for (int i = 0; i < nof_catalogs; i++)
	{
		if (of_catalogs[i].cacheid == cacheid)
			of_catalogs[i].listener(arg, cacheid, hashvalue);
	}
}

/*
 * From now on, in this backend and in those that come of it, call a function for
 * every relation of which something is heard; as CacheRegisterRelcacheCallback().
 */
void
aqumv_hear_of_relations(RelcacheCallbackFunction listener)
{
	if (nof_relations == lengthof(of_relations))
		elog(FATAL, "too many listen to relations");
	if (nof_relations == 0)
		CacheRegisterRelcacheCallback(tell_of_relation, (Datum) 0);
	of_relations[nof_relations++] = listener;
}

/* The same for the rows of a catalog; as CacheRegisterSyscacheCallback(). */
void
aqumv_hear_of_catalog(int cacheid, SyscacheCallbackFunction listener)
{
	bool		is_first = true;

	if (nof_catalogs == lengthof(of_catalogs))
		elog(FATAL, "too many listen to catalogs");
	for (int i = 0; i < nof_catalogs; i++)
		is_first &= of_catalogs[i].cacheid != cacheid;
	if (is_first)
		CacheRegisterSyscacheCallback(cacheid, tell_of_catalog, (Datum) 0);
	of_catalogs[nof_catalogs].cacheid = cacheid;
	of_catalogs[nof_catalogs++].listener = listener;
}
