/*-------------------------------------------------------------------------
 *
 * support.c
 *	  What does comparing values call?
 *
 *	  Grouping, DISTINCT, sorting, and comparisons of arrays, ranges and rows call
 *	  functions of operator classes, which no expression mentions.  Those written
 *	  in C do what they do; others are like any function of a user's.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "algebra/support.h"
#include "algebra/usercode.h"
#include "compat.h"

typedef struct Support
{
	List	   *functions;
	List	   *types;			/* that have been looked at */
} Support;

static void note_type(Oid type, Support *support);

static void
note_function(Oid funcid, Support *support)
{
	HeapTuple	tuple = funcid < FirstNormalObjectId ? NULL :
		SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Oid			language;

	if (!HeapTupleIsValid(tuple))
		return;
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	ReleaseSysCache(tuple);
	if (language != INTERNALlanguageId && language != ClanguageId)
		support->functions = list_append_unique_oid(support->functions, funcid);
}

static void
note_operator(Oid operator, Support *support)
{
	if (OidIsValid(operator))
		note_function(get_opcode(operator), support);
}

/* What a type consists of is compared as well. */
static void
note_parts(Oid type, Support *support)
{
	Oid			relid = get_typ_typrelid(type);
	TupleDesc	desc;

	note_type(get_element_type(type), support);
	note_type(get_range_subtype(type), support);
	note_type(get_multirange_range(type), support);
	if (!OidIsValid(relid))
		return;
	desc = lookup_rowtype_tupdesc(type, -1);
	for (int i = 0; i < desc->natts; i++)
	{
		if (!TupleDescAttr(desc, i)->attisdropped)
			note_type(TupleDescAttr(desc, i)->atttypid, support);
	}
	ReleaseTupleDesc(desc);
}

static void
note_type(Oid type, Support *support)
{
	TypeCacheEntry *entry;

	if (type < FirstNormalObjectId || list_member_oid(support->types, type))
		return;
	check_stack_depth();
	support->types = lappend_oid(support->types, type);
	note_type(getBaseType(type), support);
	note_parts(type, support);
	entry = lookup_type_cache(type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR | TYPECACHE_GT_OPR |
							  TYPECACHE_CMP_PROC | TYPECACHE_HASH_PROC |
							  TYPECACHE_HASH_EXTENDED_PROC | TYPECACHE_RANGE_INFO);
	note_operator(entry->eq_opr, support);
	note_operator(entry->lt_opr, support);
	note_operator(entry->gt_opr, support);
	note_function(entry->cmp_proc, support);
	note_function(entry->hash_proc, support);
	note_function(entry->hash_extended_proc, support);
	if (entry->rngelemtype != NULL)
		note_function(entry->rng_cmp_proc_finfo.fn_oid, support);
}

static void
note_clause(SortGroupClause *clause, Support *support)
{
	Oid			family,
				type;
	AqumvCompareType kind;
	RegProcedure left,
				right;

	note_operator(clause->eqop, support);
	note_operator(clause->sortop, support);
	if (OidIsValid(clause->sortop) &&
		get_ordering_op_properties(clause->sortop, &family, &type, &kind))
		note_function(get_opfamily_proc(family, type, type, BTORDER_PROC), support);
	if (OidIsValid(clause->eqop) && get_op_hash_functions(clause->eqop, &left, &right))
		note_function(left, support);
}

/* Rows are compared by the comparison functions of the operators' families. */
static void
note_row_comparison(RowCompareExpr *comparison, Support *support)
{
	ListCell   *lo,
			   *lf;

	forboth(lo, comparison->opnos, lf, comparison->opfamilies)
	{
		int			strategy;
		Oid			left,
					right;

		get_op_opfamily_properties(lfirst_oid(lo), lfirst_oid(lf), false,
								   &strategy, &left, &right);
		note_function(get_opfamily_proc(lfirst_oid(lf), left, right, BTORDER_PROC), support);
	}
}

/*
 * The functions of users, but for those in C, that a node may call to compare
 * values, its own or such as it yields.
 */
List *
aqumv_support_functions(Node *node)
{
	Support		support = {NIL, NIL};

	if (IsA(node, SortGroupClause))
		note_clause((SortGroupClause *) node, &support);
	else if (IsA(node, RowCompareExpr))
		note_row_comparison((RowCompareExpr *) node, &support);
	else
		note_type(aqumv_yielded_type(node), &support);
	return support.functions;
}

/* The same that comparing values of a type may call. */
List *
aqumv_support_of_type(Oid type)
{
	Support		support = {NIL, NIL};

	note_type(type, &support);
	return support.functions;
}
