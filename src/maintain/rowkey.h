/*-------------------------------------------------------------------------
 *
 * rowkey.h
 *	  What tells the rows of a view without aggregates apart?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ROWKEY_H
#define AQUMV_ROWKEY_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern List *aqumv_row_key(Query *query, int rti, Oid base, Oid *key_index);
extern Expr *aqumv_row_hash_of(Query *query);
extern AttrNumber aqumv_hash_column(Query *query);

#endif							/* AQUMV_ROWKEY_H */
