/*-------------------------------------------------------------------------
 *
 * rollup.h
 *	  Aggregates of a query from aggregates that a view stores.  Pure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ROLLUP_H
#define AQUMV_ROLLUP_H

#include "algebra/stored.h"

extern Node *aqumv_roll_up(Aggref *aggregate, const AqumvPieces *pieces);
extern bool aqumv_ignores_copies(Aggref *aggregate);

#endif							/* AQUMV_ROLLUP_H */
