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
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "algebra/bodies.h"
#include "algebra/meanings.h"

/* Add what a name may call, in any schema: functions, or those of operators. */
static void
add_named(const char *name, bool is_operator, void *context)
{
	List	  **functions = context;
	ListCell   *lc;

	foreach(lc, aqumv_meanings(name))
	{
		AqumvMeaning *meaning = lfirst(lc);

		if (is_operator && meaning->catalog == OperatorRelationId)
			*functions = lappend_oid(*functions, get_opcode(meaning->object));
		else if (!is_operator && meaning->catalog == ProcedureRelationId)
			*functions = lappend_oid(*functions, meaning->object);
	}
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '$' || IS_HIGHBIT_SET(c);
}

/* A word of a text names something, with quotes around it or without. */
static void
visit_word(const char *word, int length, AqumvNameVisitor visit, void *context)
{
	char	   *name = downcase_truncate_identifier(word, length, false);
	char	   *as_is = pnstrdup(word, length);

	visit(name, false, context);
	if (strcmp(name, as_is) != 0 && length < NAMEDATALEN)
		visit(as_is, false, context);
	pfree(name);
	pfree(as_is);
}

/*
 * A run of characters of operators is one, or several: comments end an operator,
 * and a sign at its end may belong to what follows.
 */
static void
visit_operators(const char *run, int length, AqumvNameVisitor visit, void *context)
{
	for (int from = 0; from < length; from++)
	{
		if (from > 0 && run[from] != '+' && run[from] != '-')
			continue;
		for (int to = from + 1; to <= length && to - from < NAMEDATALEN; to++)
		{
			if (to - from > 1 && (strncmp(run + to - 2, "--", 2) == 0 ||
								  strncmp(run + to - 2, "/*", 2) == 0))
				break;
			if (to == length || strchr("+-/", run[to]) != NULL)
				visit(pnstrdup(run + from, to - from), true, context);
		}
	}
}

/*
 * Visit all that may be a name in a text, or an operator's, in whatever language
 * it is written.
 */
void
aqumv_visit_names(const char *text, AqumvNameVisitor visit, void *context)
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
				visit_word(at, end - at, visit, context);
		}
		else if (aqumv_is_operator_char(*at))
		{
			while (aqumv_is_operator_char(*end))
				end++;
			visit_operators(at, end - at, visit, context);
		}
		else
		{
			const char *quote = *at == '"' ? strchr(at + 1, '"') : NULL;

			if (quote != NULL && quote - at <= NAMEDATALEN)
				visit(pnstrdup(at + 1, quote - at - 1), false, context);
			end++;
		}
	}
}

/* The body of a function if it has been parsed, else NULL. */
Node *
aqumv_parsed_body(HeapTuple function)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosqlbody, &isnull);

	return isnull ? NULL : stringToNode(TextDatumGetCString(value));
}

/*
 * The same of a user's function; and what it may call otherwise.  Nothing if it runs
 * as its owner.
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
	ListCell   *lc;

	*functions = NIL;
	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (!form->prosecdef && form->prolang != INTERNALlanguageId && form->prolang != ClanguageId)
	{
		body = aqumv_parsed_body(tuple);
		if (body == NULL)
		{
			value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
			if (!isnull)
				aqumv_visit_names(TextDatumGetCString(value), add_named, functions);
			foreach(lc, aqumv_users_casts())
			{
				if (foreach_current_index(lc) % 2 != 0 && OidIsValid(lfirst_oid(lc)))
					*functions = lappend_oid(*functions, lfirst_oid(lc));
			}
		}
	}
	ReleaseSysCache(tuple);
	return body;
}

/*
 * The defaults of a user's function's arguments, or NULL: whoever calls it without
 * them evaluates them, in his own name.
 */
Node *
aqumv_defaults_of(Oid funcid)
{
	HeapTuple	tuple = funcid < FirstNormalObjectId ? NULL :
		SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Node	   *defaults = NULL;
	Datum		value;
	bool		isnull;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargdefaults, &isnull);
	if (!isnull)
		defaults = stringToNode(TextDatumGetCString(value));
	ReleaseSysCache(tuple);
	return defaults;
}

/*
 * The defaults of a user's function of which a call leaves arguments out, those of
 * others that it gives among them; NULL if it gives all.
 */
Node *
aqumv_left_out(const FuncExpr *call)
{
	if (call->funcid < FirstNormalObjectId ||
		list_length(call->args) >= get_func_nargs(call->funcid))
		return NULL;
	return aqumv_defaults_of(call->funcid);
}
