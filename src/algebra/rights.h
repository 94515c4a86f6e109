/*-------------------------------------------------------------------------
 *
 * rights.h
 *	  May the user do what only the query as written would be asked for?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_RIGHTS_H
#define AQUMV_RIGHTS_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

/*
 * Privileges on the strength of which a plan was made, and that the executor
 * does not check.  A role is InvalidOid for whoever executes it.
 */
typedef struct AqumvRights
{
	List	   *functions;		/* OIDs; to be called */
	List	   *schemas;		/* OIDs; to be used, by what functions call */
	List	   *columns;		/* OIDs in threes: relation, role, column; to
								 * be selected */
	List	   *mappings;		/* OIDs in threes: foreign server, role, the
								 * role whose user mapping must be the same */
} AqumvRights;

/* counts what may have changed anybody's rights, but for those on tables */
extern uint64 aqumv_rights_changes;

extern void aqumv_note_functions(Node *node, List **functions);
extern void aqumv_note_functions_of_tables(List *rtable, List **functions);
extern bool aqumv_may_execute(List *functions);
extern bool aqumv_may_use(List *schemas);
extern bool aqumv_may_select(List *columns);
extern bool aqumv_may_connect(List *mappings);
extern uint64 aqumv_hash_of_mapping(Oid server, Oid role);
extern bool aqumv_rights_hold(const AqumvRights *rights);
extern void aqumv_merge_rights(AqumvRights *rights, const AqumvRights *more);
extern bool aqumv_is_visible(Oid relid);
extern void aqumv_rights_init(void);

#endif							/* AQUMV_RIGHTS_H */
