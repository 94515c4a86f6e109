/*-------------------------------------------------------------------------
 *
 * bodies.c
 *	  What may a user's function call, in its caller's name?
 *
 *	  Whoever calls a function that is not SECURITY DEFINER needs the right to
 *	  call what it calls.  SQL functions with a parsed body say what that is.  Of
 *	  others there is a text, in which names are looked for without knowing the
 *	  language, and taken for whatever is called so in any schema: nothing is
 *	  looked up through a search_path, and nothing evaluated.  Too many are found
 *	  that way, never too few, unless a name is put together when the function
 *	  runs, or the function is written in C.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "algebra/bodies.h"

/* Add the functions of a name, in any schema. */
static void
add_functions(const char *name, List **functions)
{
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple	tuple = &list->members[i]->tuple;

		*functions = lappend_oid(*functions, ((Form_pg_proc) GETSTRUCT(tuple))->oid);
	}
	ReleaseSysCacheList(list);
}

/* Add the functions behind the operators of a name. */
static void
add_operators(const char *name, List **functions)
{
	CatCList   *list = SearchSysCacheList1(OPERNAMENSP, CStringGetDatum(name));

	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple	tuple = &list->members[i]->tuple;

		*functions = lappend_oid(*functions, ((Form_pg_operator) GETSTRUCT(tuple))->oprcode);
	}
	ReleaseSysCacheList(list);
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '$' || IS_HIGHBIT_SET(c);
}

static bool
is_operator_char(char c)
{
	return c != '\0' && strchr("~!@#^&|`?+-*/%<>=", c) != NULL;
}

/* Add what a word of a text may call, with quotes around it or without. */
static void
add_word(const char *word, int length, List **functions)
{
	char	   *name = downcase_truncate_identifier(word, length, false);
	char	   *as_is = pnstrdup(word, length);

	add_functions(name, functions);
	if (strcmp(name, as_is) != 0 && length < NAMEDATALEN)
		add_functions(as_is, functions);
	pfree(name);
	pfree(as_is);
}

/* Add what a text may call. */
static void
add_text(const char *text, List **functions)
{
	const char *end;

	for (const char *at = text; *at != '\0'; at = end)
	{
		CHECK_FOR_INTERRUPTS();
		end = at;
		if (is_name_char(*at))
		{
			while (is_name_char(*end))
				end++;
			if (*at < '0' || *at > '9')
				add_word(at, end - at, functions);
		}
		else if (is_operator_char(*at))
		{
			while (is_operator_char(*end))
				end++;
			if (end - at < NAMEDATALEN)
				add_operators(pnstrdup(at, end - at), functions);
		}
		else
		{
			const char *quote = *at == '"' ? strchr(at + 1, '"') : NULL;

			if (quote != NULL && quote - at <= NAMEDATALEN)
				add_functions(pnstrdup(at + 1, quote - at - 1), functions);
			end++;
		}
	}
}

/*
 * The body of a user's function, if it has been parsed, else NULL; and what it
 * may call otherwise.  Nothing if it runs as its owner.
 */
Node *
aqumv_body_of(Oid funcid, List **functions)
{
	HeapTuple	tuple = funcid < FirstNormalObjectId ? NULL :
		SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Node	   *body = NULL;
	Form_pg_proc form;
	Datum		value;
	bool		isnull;

	*functions = NIL;
	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (!form->prosecdef && form->prolang != INTERNALlanguageId && form->prolang != ClanguageId)
	{
		value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &isnull);
		if (!isnull)
			body = stringToNode(TextDatumGetCString(value));
		else
		{
			value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
			if (!isnull)
				add_text(TextDatumGetCString(value), functions);
		}
	}
	ReleaseSysCache(tuple);
	return body;
}
