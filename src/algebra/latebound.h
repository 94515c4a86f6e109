/*-------------------------------------------------------------------------
 *
 * latebound.h
 *	  What may the names in a function's text mean, today?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_LATEBOUND_H
#define AQUMV_LATEBOUND_H

#include "aqumv.h"

#include "access/htup.h"
#include "nodes/pg_list.h"

/* users' objects that names may mean, by OID */
typedef struct AqumvNamed
{
	List	   *functions;
	List	   *operators;
	List	   *types;
	List	   *others;			/* collations, and what searches texts */
	List	   *schemas;		/* of all these */
} AqumvNamed;

extern bool aqumv_is_bound_late(HeapTuple function);
extern AqumvNamed aqumv_bind_names(HeapTuple function);

#endif							/* AQUMV_LATEBOUND_H */
