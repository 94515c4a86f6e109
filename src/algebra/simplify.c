/*-------------------------------------------------------------------------
 *
 * simplify.c
 *	  What does an expression come to, as far as can be told without running
 *	  code that a user may have written, and without raising an error?
 *
 *	  eval_const_expressions() evaluates: it calls IMMUTABLE functions of
 *	  constants, as whoever plans.  A view's definition is somebody else's, so
 *	  what a user may have defined is hidden from it; queries are treated alike,
 *	  because the two must come out the same.  What is left are functions of
 *	  core, which may raise (1/0): core itself may never evaluate that part of
 *	  the statement, so an error here means that the expression stays as it is.
 *
 *	  An expression that is left alone only loses a match.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "algebra/simplify.h"
#include "algebra/undo.h"
#include "algebra/usercode.h"

/* ------------------------------------------------------------------------
 * What may raise an error
 * ------------------------------------------------------------------------
 */

/* Is this an error that nobody may swallow: a cancel, a shutdown, no memory? */
static bool
must_be_raised(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return category == ERRCODE_OPERATOR_INTERVENTION ||
		category == ERRCODE_INSUFFICIENT_RESOURCES;
}

/*
 * Do something in a subtransaction.  False if it raised an error, which nobody
 * gets to see, or where there can be no subtransactions.
 */
bool
aqumv_attempt(void (*action) (void *), void *arg)
{
	ErrorData  *error;

	if (IsInParallelMode())
		return false;
	error = aqumv_catch_error(action, arg);
	if (error == NULL)
		return true;
	if (must_be_raised(error))
		ReThrowError(error);
	FreeErrorData(error);
	return false;
}

/* what is known of the parts of an expression */
typedef struct Prospect
{
	ParamListInfo params;
	int			constant;		/* how many may become constants */
	int			other;			/* how many will not */
	bool		null;			/* may any become NULL? */
	bool		raises;			/* may simplifying any raise an error? */
} Prospect;

/* what is known of the functions that a node calls */
typedef struct Calls
{
	bool		immutable;
	bool		harmless;
} Calls;

/*
 * Leakproof functions raise nothing, unless they may not be called.
 */
static bool
look_at_call(Oid funcid, void *context)
{
	Calls	   *calls = context;
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	bool		default_rights = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);

		calls->immutable &= form->provolatile == PROVOLATILE_IMMUTABLE;
		calls->harmless &= form->proleakproof;
		(void) SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &default_rights);
		ReleaseSysCache(tuple);
	}
	calls->harmless &= default_rights;
	return false;
}

/* Is it simplified without evaluating anything but what it consists of? */
static bool
is_transparent(Node *node)
{
	switch (nodeTag(node))
	{
		case T_TargetEntry:
		case T_BoolExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CoalesceExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CollateExpr:
		case T_RowExpr:
		case T_FieldSelect:
		case T_CoerceToDomain:
		case T_NamedArgExpr:
			return true;
		default:
			return false;
	}
}

/* A constant, or what will be one; false if it is neither. */
static bool
look_at_constant(Node *node, Prospect *prospect)
{
	if (IsA(node, Const))
		prospect->null |= ((Const *) node)->constisnull;
	else if (IsA(node, CaseTestExpr) ||
			 (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN &&
			  prospect->params != NULL))
		prospect->null = true;
	else
		return false;
	prospect->constant++;
	return true;
}

/*
 * Find out whether simplifying an expression may raise.  "Yes" costs a
 * subtransaction, a wrong "no" an error that the statement did not have.
 */
static bool
prospect_walker(Node *node, void *context)
{
	Prospect   *prospect = context;
	Prospect	parts = {.params = prospect->params};
	Calls		calls = {true, true};
	bool		simplified = false;

	if (node == NULL || look_at_constant(node, prospect))
		return false;
	if (IsA(node, List))
		return expression_tree_walker(node, prospect_walker, context);
	if (IsA(node, Query))
		return false;

	(void) expression_tree_walker(node, prospect_walker, &parts);
	prospect->raises |= parts.raises;
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Param:
		case T_Aggref:
		case T_WindowFunc:
		case T_GroupingFunc:
		case T_SubLink:
			prospect->other++;
			return false;
		default:
			break;
	}
	if (is_transparent(node))
		simplified = parts.constant > 0;
	/* of NULL, many functions are NULL whatever else they are given */
	else if (parts.other == 0 || parts.null)
	{
		(void) check_functions_in_node(node, look_at_call, &calls);
		simplified = calls.immutable || parts.null;
		parts.null |= simplified;
		if (simplified && !(calls.harmless && (IsA(node, OpExpr) || IsA(node, FuncExpr))))
			prospect->raises = true;
	}
	prospect->null |= parts.null;
	if (simplified)
		prospect->constant++;
	else
		prospect->other++;
	return false;
}

/* ------------------------------------------------------------------------
 * Simplifying without what users may have written
 * ------------------------------------------------------------------------
 */

/* an expression being simplified */
typedef struct Simplifying
{
	PlannerInfo *root;
	ParamListInfo params;
	Node	   *expr;
	List	   *hidden;			/* what stands for Params of kind PARAM_EXEC */
	Bitmapset  *restored;
} Simplifying;

/*
 * A call with its arguments in order, and defaults in the place of those that
 * were not given.
 */
FuncExpr *
aqumv_expand_arguments(FuncExpr *func)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(func->funcid));
	FuncExpr   *result = func;
	List	   *args;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", func->funcid);
	args = expand_function_arguments(func->args, false, func->funcresulttype, tuple);
	ReleaseSysCache(tuple);
	if (args != func->args)
	{
		result = makeNode(FuncExpr);
		*result = *func;
		result->args = args;
	}
	return result;
}

/* Is there anything that hide_mutator() would hide? */
static bool
hides_walker(Node *node, void *context)
{
	if (node == NULL || IsA(node, Query))
		return false;
	return IsA(node, CoerceToDomain) ||
		(!IsA(node, Aggref) && check_functions_in_node(node, aqumv_is_added_function, NULL)) ||
		expression_tree_walker(node, hides_walker, context);
}

/*
 * Put Params in the place of what may run a user's code when it is simplified, as
 * looking up the constraints of a domain does, too.  CASE and array casts hand a
 * value to what is inside of them, so they are hidden as a whole if anything in
 * there is.
 */
static Node *
hide_mutator(Node *node, void *context)
{
	Simplifying *s = context;
	int			before = list_length(s->hidden);
	bool		hide;
	Param	   *param;

	if (node == NULL || IsA(node, Query))
		return node;
	CHECK_FOR_INTERRUPTS();
	hide = IsA(node, CoerceToDomain) ||
		(!IsA(node, Aggref) && check_functions_in_node(node, aqumv_is_added_function, NULL));
	if (hide && IsA(node, FuncExpr))
		node = (Node *) aqumv_expand_arguments((FuncExpr *) node);
	node = expression_tree_mutator(node, hide_mutator, context);
	if ((IsA(node, CaseExpr) && ((CaseExpr *) node)->arg != NULL) || IsA(node, ArrayCoerceExpr))
		hide |= list_length(s->hidden) > before;
	if (!hide)
		return node;

	param = makeNode(Param);
	param->paramkind = PARAM_EXEC;
	param->paramid = list_length(s->hidden);
	param->paramtype = exprType(node);
	param->paramtypmod = exprTypmod(node);
	param->paramcollid = exprCollation(node);
	param->location = -1;
	s->hidden = lappend(s->hidden, node);
	return (Node *) param;
}

static Node *
restore_mutator(Node *node, void *context)
{
	Simplifying *s = context;

	if (node == NULL || IsA(node, Query))
		return node;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
	{
		int			id = ((Param *) node)->paramid;

		node = list_nth(s->hidden, id);
		if (bms_is_member(id, s->restored))
			node = copyObject(node);
		s->restored = bms_add_member(s->restored, id);
	}
	return expression_tree_mutator(node, restore_mutator, context);
}

/* Simplify a part of what is hidden. */
static Node *
simplify_part(Node *node, void *context)
{
	return eval_const_expressions(((Simplifying *) context)->root, node);
}

static void
simplify_all(void *arg)
{
	Simplifying *s = arg;
	ListCell   *lc;

	s->expr = eval_const_expressions(s->root, s->expr);
	foreach(lc, s->hidden)
		lfirst(lc) = expression_tree_mutator(lfirst(lc), simplify_part, s);
}

static bool
may_raise(Simplifying *s)
{
	Prospect	prospect = {.params = s->params};
	ListCell   *lc;

	(void) prospect_walker(s->expr, &prospect);
	foreach(lc, s->hidden)
		(void) expression_tree_walker(lfirst(lc), prospect_walker, &prospect);
	return prospect.raises;
}

static bool
count_sublinks_walker(Node *node, void *context)
{
	if (node == NULL || IsA(node, Query))
		return false;
	if (IsA(node, SubLink))
		(*(int *) context)++;
	return expression_tree_walker(node, count_sublinks_walker, context);
}

static int
count_sublinks(Node *node)
{
	int			n = 0;

	(void) count_sublinks_walker(node, &n);
	return n;
}

/* One expression, simplified; as it is if that cannot be done. */
static Node *
simplify_one(PlannerInfo *root, ParamListInfo params, Node *expr)
{
	Simplifying s = {.root = root,.params = params};
	Node	   *result;

	CHECK_FOR_INTERRUPTS();
	s.expr = hides_walker(expr, NULL) ? hide_mutator(expr, &s) : expr;
	if (!may_raise(&s))
		simplify_all(&s);
	else if (!aqumv_attempt(simplify_all, &s))
		return expr;
	result = s.hidden == NIL ? s.expr : restore_mutator(s.expr, &s);
	/* with a subquery would go the check of the privileges that it needs */
	if (root->parse->hasSubLinks && count_sublinks(result) < count_sublinks(expr))
		return expr;
	return result;
}

/*
 * Simplify an expression of query, or a list of such, as the planner would:
 * constants simplified, named arguments resolved; but nothing that a user may have
 * defined is evaluated or inlined, and no error is raised.  Parameters with
 * PARAM_FLAG_CONST are constants.  Does not descend into subqueries.
 *
 * What the result was built on (functions that are no longer in it) is added to
 * *inval_items, for a plan to depend on; NULL if nobody wants to know.
 */
Node *
aqumv_simplify(Query *query, Node *expr, ParamListInfo params, List **inval_items)
{
	PlannerInfo *root;

	if (expr == NULL)
		return NULL;
	root = makeNode(PlannerInfo);
	root->glob = makeNode(PlannerGlobal);
	root->glob->boundParams = params;
	root->parse = query;
	if (IsA(expr, List))
	{
		List	   *simplified = NIL;
		ListCell   *lc;

		foreach(lc, (List *) expr)
			simplified = lappend(simplified, simplify_one(root, params, lfirst(lc)));
		expr = (Node *) simplified;
	}
	else
		expr = simplify_one(root, params, expr);
	if (inval_items != NULL)
		*inval_items = list_concat(*inval_items, root->glob->invalItems);
	return expr;
}
