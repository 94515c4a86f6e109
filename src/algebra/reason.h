/*-------------------------------------------------------------------------
 *
 * reason.h
 *	  "No" is a value: why a query, a view or a match is declined.
 *
 *	  Functions that may decline return an AqumvReason *, NULL meaning yes.
 *	  The same value is printed by aqumv.explain_rewrite, aqumv.views and
 *	  rewrite_mode = required.  Codes are stable and documented in README.md.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_REASON_H
#define AQUMV_REASON_H

#include "aqumv.h"

#define AQUMV_REASON_CODES \
	/* the query cannot be answered from any view */ \
	X(NO_VIEWS, "no_views") \
	X(STATEMENT, "statement") \
	X(NO_TABLE, "no_table") \
	X(PARAMETERS, "parameters") \
	X(BASE_KIND, "base_kind") \
	X(SYSTEM_CATALOG, "system_catalog") \
	X(UNLOGGED, "unlogged") \
	X(INHERITANCE, "inheritance") \
	X(DETACHING, "detaching") \
	X(ONLY, "only") \
	X(TABLESAMPLE, "tablesample") \
	X(ROW_SECURITY, "row_security") \
	X(FUNCTION_PRIVILEGE, "function_privilege") \
	X(COLUMN_PRIVILEGE, "column_privilege") \
	X(USER_MAPPING, "user_mapping") \
	X(ROW_LOCKS, "row_locks") \
	X(UPDATABLE_CURSOR, "updatable_cursor") \
	X(MODIFYING_CTE, "modifying_cte") \
	X(SUBLINK, "sublink") \
	X(VOLATILE, "volatile") \
	X(SYSTEM_COLUMN, "system_column") \
	X(WHOLE_ROW, "whole_row") \
	X(FOREIGN_TABLE, "foreign_table") \
	/* the view cannot answer any query */ \
	X(VIEW_SHAPE, "view_shape") \
	X(VIEW_LIMIT, "view_limit") \
	X(VIEW_DISTINCT, "view_distinct") \
	X(VIEW_SUBLINK, "view_sublink") \
	X(VIEW_MUTABLE, "view_mutable") \
	X(VIEW_INDEX, "view_index") \
	X(FUNCTION_OWNER, "function_owner") \
	/* this view does not match this query */ \
	X(CONDITION, "condition") \
	X(FILTER, "filter") \
	X(COLUMN, "column") \
	X(GROUPING, "grouping") \
	X(AGGREGATE, "aggregate") \
	X(KEY_EQUALITY, "key_equality") \
	/* it matches, but is not usable now */ \
	X(NOT_POPULATED, "not_populated") \
	X(NOT_TRACKED, "not_tracked") \
	X(NOT_REFRESHED, "not_refreshed") \
	X(REFRESHED_ELSEWHERE, "refreshed_elsewhere") \
	X(INCOMPLETE, "incomplete") \
	X(STALE, "stale") \
	X(BEING_REFRESHED, "being_refreshed") \
	X(TIMEZONE, "timezone") \
	X(FUNCTION_CHANGED, "function_changed") \
	X(OWNER_PRIVILEGE, "owner_privilege") \
	/* it could be used, but another plan is better */ \
	X(COST, "cost") \
	X(OTHER_VIEW, "other_view")

typedef enum AqumvReasonCode
{
#define X(name, text) AQUMV_##name,
	AQUMV_REASON_CODES
#undef X
} AqumvReasonCode;

typedef struct AqumvReason
{
	AqumvReasonCode code;
	const char *message;		/* NULL unless messages were wanted */
} AqumvReason;

/* messages cost time; the planner's fast path goes without */
extern bool aqumv_reason_messages;

/*
 * Between these two, reasons have messages, or have none; an error ends that,
 * too.  As with PG_TRY(), what is between may not return.
 */
#define AQUMV_BEGIN_MESSAGES(wanted) \
	do { \
		bool		had_messages_ = aqumv_reason_messages; \
		aqumv_reason_messages = (wanted); \
		PG_TRY()
#define AQUMV_END_MESSAGES() \
		PG_FINALLY(); \
		{ \
			aqumv_reason_messages = had_messages_; \
		} \
		PG_END_TRY(); \
	} while (0)

extern AqumvReason *aqumv_reason(AqumvReasonCode code, const char *fmt,...)
			pg_attribute_printf(2, 3);
extern const char *aqumv_reason_code(const AqumvReason *reason);

#endif							/* AQUMV_REASON_H */
