/*-------------------------------------------------------------------------
 *
 * expr.c
 *	  When are two expressions the same, and when does one always give the
 *	  same value?
 *
 *	  Every function here may say "different" or "mutable" of what is not;
 *	  that only loses a match.  The opposite would give wrong answers.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/nbtree.h"
#include "access/stratnum.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "access/transam.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "algebra/bodies.h"
#include "algebra/expr.h"
#include "algebra/textsearch.h"
#include "compat.h"

/*
 * A partial order of expressions, good enough to write the operands of a
 * commutative operator always the same way round.  0 means "leave them".
 */
static int
compare_exprs(Node *a, Node *b)
{
	ListCell   *la,
			   *lb;
	List	   *args_a,
			   *args_b;
	Oid			id_a,
				id_b;

	if (nodeTag(a) != nodeTag(b))
		return nodeTag(a) < nodeTag(b) ? -1 : 1;
	switch (nodeTag(a))
	{
		case T_Var:
			{
				Var		   *va = (Var *) a,
						   *vb = (Var *) b;

				if (va->varno != vb->varno)
					return va->varno < vb->varno ? -1 : 1;
				return (int) va->varattno - (int) vb->varattno;
			}
		case T_RelabelType:
			return compare_exprs((Node *) ((RelabelType *) a)->arg,
								 (Node *) ((RelabelType *) b)->arg);
		case T_OpExpr:
			id_a = ((OpExpr *) a)->opno;
			id_b = ((OpExpr *) b)->opno;
			args_a = ((OpExpr *) a)->args;
			args_b = ((OpExpr *) b)->args;
			break;
		case T_FuncExpr:
			id_a = ((FuncExpr *) a)->funcid;
			id_b = ((FuncExpr *) b)->funcid;
			args_a = ((FuncExpr *) a)->args;
			args_b = ((FuncExpr *) b)->args;
			break;
		default:
			return 0;
	}
	if (id_a != id_b)
		return id_a < id_b ? -1 : 1;
	forboth(la, args_a, lb, args_b)
	{
		int			c = compare_exprs(lfirst(la), lfirst(lb));

		if (c != 0)
			return c;
	}
	return 0;
}

/* an expression on its way to the canonical form */
typedef struct Canonical
{
	const List *rtis;
	int			size;			/* nodes that have been seen */
	HTAB	   *table;			/* where forms are put, or NULL */
} Canonical;

typedef struct Form
{
	Node	   *expr;			/* hash key: the pointer */
	Node	   *canonical;
	int			size;
} Form;

/* Number relations by their place in rtis. */
static Node *
canonical_var(Var *from, const List *rtis)
{
	Var		   *var = palloc(sizeof(Var));
	int			index = 0;
	ListCell   *lc;

	*var = *from;
	if (var->varlevelsup != 0)
		return (Node *) var;
	foreach(lc, rtis)
	{
		index++;
		if (lfirst_int(lc) == (int) var->varno)
		{
			var->varno = index;
			return (Node *) var;
		}
	}
	var->varno += list_length(rtis);
	return (Node *) var;
}

/* Put the operands of a commutable operator in order, in place. */
static void
order_operands(OpExpr *op)
{
	Node	   *left = linitial(op->args);
	Node	   *right = lsecond(op->args);
	bool		swap;

	if (IsA(left, Const) || IsA(left, Param))
		swap = !IsA(right, Const) && !IsA(right, Param);
	else if (IsA(right, Const) || IsA(right, Param))
		swap = false;
	else
		swap = compare_exprs(left, right) > 0;
	if (swap && OidIsValid(get_commutator(op->opno)))
		CommuteOpExpr(op);
}

static Node *
canonical_mutator(Node *node, void *context)
{
	Canonical  *canonical = context;
	Node	   *original = node;
	int			before = canonical->size;

	if (node == NULL)
		return NULL;
	CHECK_FOR_INTERRUPTS();
	canonical->size++;
	if (IsA(node, Query))
		return node;			/* an uncorrelated sublink's; stands as is */
	if (IsA(node, Var))
		return canonical_var((Var *) node, canonical->rtis);

	node = expression_tree_mutator(node, canonical_mutator, context);
	if (IsA(node, OpExpr) && list_length(((OpExpr *) node)->args) == 2)
		order_operands((OpExpr *) node);
	if (canonical->table != NULL && !IsA(node, List))
	{
		Form	   *form = hash_search(canonical->table, &original, HASH_ENTER, NULL);

		form->canonical = node;
		form->size = canonical->size - before;
	}
	return node;
}

/*
 * The form in which expressions are compared with equal(): a copy in which
 * constants stand on the right of commutable operators, other operands in a
 * fixed order, and relations are numbered by their place in rtis (an integer
 * list of range table indexes) rather than by range table index; others come
 * after those, so that none can be taken for one of them.
 */
Node *
aqumv_canonical(Node *expr, const List *rtis)
{
	Canonical	canonical = {.rtis = rtis};

	return canonical_mutator(expr, &canonical);
}

/* How many nodes is an expression made of?  As many as any that is equal(). */
int
aqumv_size(Node *expr)
{
	Canonical	canonical = {NULL};

	(void) canonical_mutator(expr, &canonical);
	return canonical.size;
}

/*
 * The canonical form of an expression, and its size.  What has been asked for
 * must stay where it is as long as the forms are in use.  Once an expression was
 * large, those of its parts are remembered: asking for every one of them takes
 * time in proportion to its size, not the square of it.
 */
Node *
aqumv_form(AqumvForms *forms, Node *expr, int *size)
{
	Canonical	canonical = {.rtis = forms->rtis};
	HASHCTL		ctl = {.keysize = sizeof(Node *),.entrysize = sizeof(Form)};
	Form	   *form;
	Node	   *result;

	if (forms->remember && forms->table == NULL)
	{
		ctl.hcxt = CurrentMemoryContext;
		forms->table = hash_create("aqumv canonical forms", 256, &ctl,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	if (forms->table != NULL &&
		(form = hash_search(forms->table, &expr, HASH_FIND, NULL)) != NULL)
	{
		*size = form->size;
		return form->canonical;
	}
	canonical.table = forms->table;
	result = canonical_mutator(expr, &canonical);
	forms->remember |= canonical.size > 16;
	*size = canonical.size;
	return result;
}

/*
 * Functions that are not IMMUTABLE only because they look at TimeZone.
 */
static bool
depends_on_timezone_only(Oid funcid)
{
	switch (funcid)
	{
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
		case F_DATE_PART_TEXT_TIMESTAMPTZ:
		case F_EXTRACT_TEXT_TIMESTAMPTZ:
		case F_DATE_TIMESTAMPTZ:
		case F_TIME_TIMESTAMPTZ:
		case F_TIMETZ_TIMESTAMPTZ:
		case F_TIMESTAMP_TIMESTAMPTZ:
		case F_TIMESTAMPTZ_DATE:
		case F_TIMESTAMPTZ_TIMESTAMP:
		case F_TIMESTAMPTZ_PL_INTERVAL:
		case F_TIMESTAMPTZ_MI_INTERVAL:
		case F_AGE_TIMESTAMPTZ_TIMESTAMPTZ:
		case F_DATE_LT_TIMESTAMPTZ:
		case F_DATE_LE_TIMESTAMPTZ:
		case F_DATE_EQ_TIMESTAMPTZ:
		case F_DATE_GT_TIMESTAMPTZ:
		case F_DATE_GE_TIMESTAMPTZ:
		case F_DATE_NE_TIMESTAMPTZ:
		case F_TIMESTAMPTZ_LT_DATE:
		case F_TIMESTAMPTZ_LE_DATE:
		case F_TIMESTAMPTZ_EQ_DATE:
		case F_TIMESTAMPTZ_GT_DATE:
		case F_TIMESTAMPTZ_GE_DATE:
		case F_TIMESTAMPTZ_NE_DATE:
		case F_TIMESTAMP_LT_TIMESTAMPTZ:
		case F_TIMESTAMP_LE_TIMESTAMPTZ:
		case F_TIMESTAMP_EQ_TIMESTAMPTZ:
		case F_TIMESTAMP_GT_TIMESTAMPTZ:
		case F_TIMESTAMP_GE_TIMESTAMPTZ:
		case F_TIMESTAMP_NE_TIMESTAMPTZ:
		case F_TIMESTAMPTZ_LT_TIMESTAMP:
		case F_TIMESTAMPTZ_LE_TIMESTAMP:
		case F_TIMESTAMPTZ_EQ_TIMESTAMP:
		case F_TIMESTAMPTZ_GT_TIMESTAMP:
		case F_TIMESTAMPTZ_GE_TIMESTAMP:
		case F_TIMESTAMPTZ_NE_TIMESTAMP:
			return true;
		default:
			return false;
	}
}

/*
 * Replace calls that depend on nothing but TimeZone by a node that merely
 * holds their arguments, noting that there were any.
 */
static Node *
hide_timezone_mutator(Node *node, void *context)
{
	List	   *args = NIL;
	Oid			funcid = InvalidOid;

	if (node == NULL)
		return NULL;
	if (IsA(node, Query))
		return node;
	if (IsA(node, FuncExpr))
	{
		funcid = ((FuncExpr *) node)->funcid;
		args = ((FuncExpr *) node)->args;
	}
	else if (IsA(node, OpExpr))
	{
		funcid = get_opcode(((OpExpr *) node)->opno);
		args = ((OpExpr *) node)->args;
	}
	if (OidIsValid(funcid) && depends_on_timezone_only(funcid))
	{
		CoalesceExpr *holder = makeNode(CoalesceExpr);

		*((bool *) context) = true;
		holder->coalescetype = exprType(node);
		holder->args = args;
		node = (Node *) holder;
	}
	return expression_tree_mutator(node, hide_timezone_mutator, context);
}

/*
 * Functions of core that are called IMMUTABLE and yet look at settings:
 * extra_float_digits, bytea_output, IntervalStyle, quote_all_identifiers.
 * Output functions stand here for casts to text.
 */
static bool
depends_on_settings(Oid funcid, void *context)
{
	switch (funcid)
	{
		case F_FLOAT4OUT:
		case F_FLOAT8OUT:
		case F_POINT_OUT:
		case F_LSEG_OUT:
		case F_PATH_OUT:
		case F_BOX_OUT:
		case F_POLY_OUT:
		case F_LINE_OUT:
		case F_CIRCLE_OUT:
		case F_BYTEAOUT:
		case F_INTERVAL_OUT:
		case F_QUOTE_IDENT:
			return true;
		default:
			return false;
	}
}

/*
 * The name of a zone that an IMMUTABLE function takes, such as timezone(text, ...),
 * that is AT TIME ZONE; or NULL.
 */
static Node *
zone_argument(Node *node)
{
	FuncExpr   *func = (FuncExpr *) node;

	if (!IsA(node, FuncExpr))
		return NULL;
	switch (func->funcid)
	{
		case F_TIMEZONE_TEXT_TIMESTAMPTZ:
		case F_TIMEZONE_TEXT_TIMESTAMP:
		case F_TIMEZONE_TEXT_TIMETZ:
			return linitial(func->args);
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT:
			return lthird(func->args);
		default:
			return aqumv_compat_adds_in_zone(func->funcid) ? lthird(func->args) : NULL;
	}
}

/*
 * Zones are looked up among the abbreviations first, which are a setting.  Full
 * names are safe: they have a slash, or are UTC.
 */
static bool
is_safe_zone(Node *node)
{
	Const	   *zone = (Const *) node;
	char	   *name;

	if (!IsA(zone, Const) || zone->constisnull || zone->consttype != TEXTOID)
		return false;
	name = TextDatumGetCString(zone->constvalue);
	return strchr(name, '/') != NULL || pg_strcasecmp(name, "UTC") == 0;
}

static bool settings_walker(Node *node, void *context);

/* Does an argument that is left out default to anything but what it always is? */
static bool
has_mutable_default(FuncExpr *func)
{
	Node	   *defaults = aqumv_left_out(func);

	return contain_mutable_functions(defaults) || settings_walker(defaults, NULL);
}

/* Does what a text says depend on settings or on constraints, if it is made a value of a type? */
static bool
has_mutable_input(Oid type)
{
	Oid			input,
				param;

	getTypeInputInfo(type, &input, &param);
	return func_volatile(input) != PROVOLATILE_IMMUTABLE;
}

/*
 * May a value that is made JSON differ with settings, or come of a cast that a user
 * has written?  Doubt means yes.
 */
static bool
has_mutable_json(Node *node)
{
	static const Oid plain[] = {BOOLOID, INT2OID, INT4OID, INT8OID, NUMERICOID, TEXTOID,
	VARCHAROID, BPCHAROID, JSONOID, JSONBOID, UNKNOWNOID};
	ListCell   *lc;

	foreach(lc, aqumv_compat_json_inputs(node))
	{
		bool		is_plain = false;

		for (int i = 0; i < lengthof(plain); i++)
			is_plain |= lfirst_oid(lc) == plain[i];
		if (!is_plain)
			return true;
	}
	return false;
}

static bool
settings_walker(Node *node, void *context)
{
	Node	   *zone;
	Oid			json;

	if (node == NULL)
		return false;
	json = aqumv_compat_json_result(node);
	if ((OidIsValid(json) && has_mutable_input(json)) || has_mutable_json(node))
		return true;
	if (aqumv_chooses_text_search(node))
		return true;
	if (IsA(node, Query))
		return true;			/* views have no subqueries */
	if (IsA(node, CoerceToDomain) || IsA(node, XmlExpr))
		return true;			/* constraints may change; xmlbinary */
	if ((IsA(node, FuncExpr) || IsA(node, OpExpr) || IsA(node, Aggref)) &&
		get_typtype(exprType(node)) == TYPTYPE_DOMAIN)
		return true;			/* a function checks them as well */
	if (IsA(node, FuncExpr) && has_mutable_default((FuncExpr *) node))
		return true;
	zone = zone_argument(node);
	if (zone != NULL && !is_safe_zone(zone))
		return true;
	if (check_functions_in_node(node, depends_on_settings, NULL))
		return true;
	return expression_tree_walker(node, settings_walker, context);
}

/*
 * Does an expression name zones, which, from PostgreSQL 18 on, TimeZone may have
 * taken the names of?
 */
bool
aqumv_names_zones(Node *node, void *context)
{
	if (node == NULL || !aqumv_compat_zones_follow_timezone())
		return false;
	return zone_argument(node) != NULL || expression_tree_walker(node, aqumv_names_zones, context);
}

/* Is a function, core's or not, that an aggregate calls anything but IMMUTABLE? */
static bool
support_function_is_mutable(Oid funcid)
{
	return OidIsValid(funcid) &&
		(func_volatile(funcid) != PROVOLATILE_IMMUTABLE || depends_on_settings(funcid, NULL));
}

/*
 * Does the state that an aggregate begins with depend on settings, or the day?
 * It is kept as text.  An empty array is always the same.
 */
static bool
initial_state_is_mutable(HeapTuple aggregate)
{
	Form_pg_aggregate form = (Form_pg_aggregate) GETSTRUCT(aggregate);
	bool		isnull;
	Datum		value = SysCacheGetAttr(AGGFNOID, aggregate, Anum_pg_aggregate_agginitval, &isnull);
	Oid			type = form->aggtranstype;

	if (isnull || form->aggfnoid < FirstNormalObjectId ||
		strcmp(TextDatumGetCString(value), "{}") == 0)
		return false;
	if (OidIsValid(get_element_type(type)))
		type = get_element_type(type);
	return has_mutable_input(type);
}

/*
 * CREATE AGGREGATE calls every aggregate IMMUTABLE, and so is core's
 * jsonb_object_agg called; look at what it calls.
 */
static bool
aggregate_is_mutable_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Aggref))
	{
		HeapTuple	tuple = SearchSysCache1(AGGFNOID,
											ObjectIdGetDatum(((Aggref *) node)->aggfnoid));
		bool		mutable = true;

		if (HeapTupleIsValid(tuple))
		{
			Form_pg_aggregate agg = (Form_pg_aggregate) GETSTRUCT(tuple);

			mutable = support_function_is_mutable(agg->aggtransfn) ||
				support_function_is_mutable(agg->aggfinalfn) ||
				get_typtype(agg->aggtranstype) == TYPTYPE_DOMAIN ||
				initial_state_is_mutable(tuple);
			ReleaseSysCache(tuple);
		}
		if (mutable)
			return true;
	}
	return expression_tree_walker(node, aggregate_is_mutable_walker, context);
}

/*
 * Might the expression give another value for the same row at another time?
 * Dependence on TimeZone alone does not count, but sets *needs_timezone.
 */
bool
aqumv_is_mutable(Node *expr, bool *needs_timezone)
{
	expr = hide_timezone_mutator(expr, needs_timezone);
	return contain_mutable_functions(expr) ||
		settings_walker(expr, NULL) ||
		aggregate_is_mutable_walker(expr, NULL);
}

/*
 * Are values that eqop calls equal also the same to every function?  The btree
 * operator class knows (BTEQUALIMAGE): 1.0 and 1.00 are equal numerics, but
 * print differently.
 */
bool
aqumv_equality_is_bitwise(Oid eqop, Oid type, Oid collation)
{
	TypeCacheEntry *entry;
	Oid			proc;

	type = getBaseType(type);
	if (type == BPCHAROID)
		return false;			/* trailing blanks are equal to none */
	if (type_is_collatable(type) && !OidIsValid(collation))
		return false;			/* the class would complain */
	entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
	if (!OidIsValid(entry->btree_opf) || !op_in_opfamily(eqop, entry->btree_opf))
		return false;
	proc = get_opfamily_proc(entry->btree_opf, entry->btree_opintype, entry->btree_opintype,
							 BTEQUALIMAGE_PROC);
	return OidIsValid(proc) &&
		DatumGetBool(OidFunctionCall1Coll(proc, collation,
										  ObjectIdGetDatum(entry->btree_opintype)));
}

/*
 * Is opno a comparison of the type's default btree operator class, to which
 * eqop belongs as well, or eqop's negator?  Under the collation of the values, such an operator
 * cannot tell apart what eqop calls equal.  (Other classes can, such as
 * text_pattern_ops under a nondeterministic collation.)
 */
bool
aqumv_is_ordering_operator(Oid opno, Oid eqop, Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);

	return OidIsValid(entry->btree_opf) &&
		op_in_opfamily(eqop, entry->btree_opf) &&
		(op_in_opfamily(opno, entry->btree_opf) || opno == get_negator(eqop));
}
