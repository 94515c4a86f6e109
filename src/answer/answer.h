/*-------------------------------------------------------------------------
 *
 * answer.h
 *	  Views put in the place of tables, block by block.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ANSWER_H
#define AQUMV_ANSWER_H

#include "aqumv.h"

#include "nodes/parsenodes.h"

#include "answer/block.h"

extern int	aqumv_number_blocks(Query *parse);
extern AqumvAnswer *aqumv_find_answer(AqumvQuestion *question);
extern AqumvAnswer *aqumv_answer(AqumvQuestion *question, List *candidates);
extern void aqumv_give_up(AqumvAnswer *answer);

#endif							/* AQUMV_ANSWER_H */
