/*-------------------------------------------------------------------------
 *
 * textsearch.c
 *	  What do text search configurations and dictionaries do?
 *
 *	  Core calls functions like to_tsvector(regconfig, text) IMMUTABLE, though ALTER
 *	  TEXT SEARCH changes what they give.  Here is looked at what it changes: which
 *	  dictionaries a configuration has for which tokens, and their options.  What
 *	  parsers and templates do is a superuser's business, and what stands in files
 *	  as well.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_config_map.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "algebra/textsearch.h"
#include "compat.h"

static uint64
hash_of(uint64 value, uint64 seed)
{
	return hash_bytes_extended((unsigned char *) &value, sizeof(value), seed);
}

/* Note the version of a catalog row, and what its invalidations come with. */
static void
note_row(int cacheid, Oid object, HeapTuple tuple, AqumvTextSearch *found)
{
	found->which += hash_of((uint64) HeapTupleHeaderGetRawXmin(tuple->t_data) << 32 |
							ItemPointerGetBlockNumber(&tuple->t_self),
							ItemPointerGetOffsetNumber(&tuple->t_self));
	if (OidIsValid(object))
	{
		uint32		hash = GetSysCacheHashValue1(cacheid, ObjectIdGetDatum(object));

		found->hashes = list_append_unique_oid(found->hashes, (Oid) hash);
	}
}

static uint64 look_at_dictionary(Oid dictionary, AqumvTextSearch *found);

/* The dictionary that another's options name, as those of a thesaurus do. */
static uint64
look_at_named(Datum options, AqumvTextSearch *found)
{
	uint64		what = 0;
	ListCell   *lc;

	foreach(lc, deserialize_deflist(options))
	{
		DefElem    *option = lfirst_node(DefElem, lc);
		List	   *name;

		if (pg_strcasecmp(option->defname, "dictionary") != 0)
			continue;
		name = aqumv_compat_qualified_name(defGetString(option));
		what += look_at_dictionary(get_ts_dict_oid(name, true), found);
	}
	return what;
}

static uint64
look_at_dictionary(Oid dictionary, AqumvTextSearch *found)
{
	HeapTuple	tuple = SearchSysCache1(TSDICTOID, ObjectIdGetDatum(dictionary));
	uint64		what;
	bool		isnull;
	Datum		options;

	if (!HeapTupleIsValid(tuple))
		return 0;
	check_stack_depth();
	note_row(TSDICTOID, dictionary, tuple, found);
	what = hash_of(((Form_pg_ts_dict) GETSTRUCT(tuple))->dicttemplate, 1);
	options = SysCacheGetAttr(TSDICTOID, tuple, Anum_pg_ts_dict_dictinitoption, &isnull);
	if (!isnull)
	{
		char	   *value = TextDatumGetCString(options);

		what = hash_bytes_extended((unsigned char *) value, strlen(value), what);
		what += look_at_named(options, found);
	}
	ReleaseSysCache(tuple);
	return what;
}

static uint64
look_at_configuration(Oid configuration, AqumvTextSearch *found)
{
	HeapTuple	tuple = SearchSysCache1(TSCONFIGOID, ObjectIdGetDatum(configuration));
	uint64		what;
	CatCList   *map;

	if (!HeapTupleIsValid(tuple))
		return 0;
	note_row(TSCONFIGOID, configuration, tuple, found);
	what = hash_of(((Form_pg_ts_config) GETSTRUCT(tuple))->cfgparser, 2);
	ReleaseSysCache(tuple);
	map = SearchSysCacheList1(TSCONFIGMAP, ObjectIdGetDatum(configuration));
	for (int i = 0; i < map->n_members; i++)
	{
		HeapTuple	row = &map->members[i]->tuple;
		Form_pg_ts_config_map form = (Form_pg_ts_config_map) GETSTRUCT(row);

		/* in any order: each says which place it has */
		note_row(TSCONFIGMAP, InvalidOid, row, found);
		what += hash_of((uint64) form->maptokentype << 32 | form->mapseqno,
						look_at_dictionary(form->mapdict, found));
	}
	ReleaseSysCacheList(map);
	return what;
}

/* Add what a configuration or dictionary does, if that is what it is. */
void
aqumv_look_at_text_search(Oid object, AqumvTextSearch *found)
{
	found->what = found->what * 31 + look_at_configuration(object, found) +
		look_at_dictionary(object, found);
}

/*
 * Is a function called with a configuration or dictionary that is known only when
 * it is called?  In doubt yes.
 */
bool
aqumv_chooses_text_search(Node *node)
{
	ListCell   *lc;

	if (node == NULL || !IsA(node, FuncExpr))
		return false;
	foreach(lc, ((FuncExpr *) node)->args)
	{
		Node	   *arg = lfirst(lc);
		Oid			type = exprType(arg);

		if ((type == REGCONFIGOID || type == REGDICTIONARYOID) && !IsA(arg, Const))
			return true;
	}
	return false;
}
