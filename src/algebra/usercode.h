/*-------------------------------------------------------------------------
 *
 * usercode.h
 *	  May anything run that a user has written, should this be evaluated?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_USERCODE_H
#define AQUMV_USERCODE_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "utils/relcache.h"

extern bool aqumv_runs_users_code(Relation view, Query *definition);
extern Oid	aqumv_yielded_type(Node *node);
extern bool aqumv_is_added_function(Oid funcid, void *context);
extern bool aqumv_names_users_functions(Node *node);
extern bool aqumv_calls_users_code(Node *node);

#endif							/* AQUMV_USERCODE_H */
