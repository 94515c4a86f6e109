/*-------------------------------------------------------------------------
 *
 * foreign.h
 *	  How does somebody reach the foreign tables that a view is over?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_FOREIGN_H
#define AQUMV_FOREIGN_H

#include "aqumv.h"

extern int64 aqumv_foreign_sources(Oid base, Oid owner);

#endif							/* AQUMV_FOREIGN_H */
