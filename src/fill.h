/*-------------------------------------------------------------------------
 *
 * fill.h
 *	  Views are filled: created, refreshed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FILL_H
#define AQUMV_FILL_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "tcop/utility.h"

/* a utility statement, and everything that the hook passes on */
typedef struct AqumvUtility
{
	ProcessUtility_hook_type next;	/* the hook before ours, or NULL */
	PlannedStmt *pstmt;
	const char *query_string;
	bool		read_only_tree;
	ProcessUtilityContext context;
	ParamListInfo params;
	QueryEnvironment *query_env;
	DestReceiver *dest;
	QueryCompletion *qc;
} AqumvUtility;

extern void aqumv_run_utility(AqumvUtility *u);
extern CreateTableAsStmt *aqumv_creation_of(Node *stmt);
extern void aqumv_create_view(AqumvUtility *u);
extern void aqumv_refresh_view(AqumvUtility *u, RefreshMatViewStmt *stmt);
extern void aqumv_refill_view(AqumvUtility *u, Oid view);
extern void aqumv_lock_tree_of(Oid viewoid);

extern void aqumv_fill_init(void);
extern bool aqumv_is_filling(void);
extern bool aqumv_is_filling_view(Oid view);
extern void aqumv_note_created_view(Oid view);

#endif							/* AQUMV_FILL_H */
