/*-------------------------------------------------------------------------
 *
 * provenance.h
 *	  Whose word is it that a view holds what its definition says?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PROVENANCE_H
#define AQUMV_PROVENANCE_H

#include "aqumv.h"

#include "access/htup.h"
#include "nodes/parsenodes.h"
#include "utils/relcache.h"

#include "algebra/reason.h"

extern char *aqumv_path_of_function(HeapTuple function);
extern AqumvReason *aqumv_check_functions(Query *definition, List *reached, Oid owner,
										  bool needs_timezone);
extern AqumvReason *aqumv_check_attachments(Relation view);
extern bool aqumv_is_harmless_for(Oid relid, Oid role);

#endif							/* AQUMV_PROVENANCE_H */
