/*-------------------------------------------------------------------------
 *
 * blockcost.h
 *	  What each block of a statement costs, noted while it is planned.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_BLOCKCOST_H
#define AQUMV_BLOCKCOST_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

extern void aqumv_tag_block(Query *block, int number);
extern int	aqumv_block_number(const Query *block);
extern void aqumv_note_costs(double *costs, int n);
extern void aqumv_levels_init(void);

#endif							/* AQUMV_BLOCKCOST_H */
