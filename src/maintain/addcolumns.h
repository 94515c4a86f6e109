/*-------------------------------------------------------------------------
 *
 * addcolumns.h
 *	  Columns that maintenance needs beside those of a definition.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ADDCOLUMNS_H
#define AQUMV_ADDCOLUMNS_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern void aqumv_add_hidden_columns(Query *query);

#endif							/* AQUMV_ADDCOLUMNS_H */
