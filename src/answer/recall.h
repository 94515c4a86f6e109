/*-------------------------------------------------------------------------
 *
 * recall.h
 *	  What statements cost as written, the last time that they were planned.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_RECALL_H
#define AQUMV_RECALL_H

#include "aqumv.h"

#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"

/* what is known of a statement; key is 0 for one that cannot be recognized */
typedef struct AqumvRecalled
{
	uint64		key;
	double		cost;			/* as written; negative if not known */
	List	   *tables;			/* that it mentions */
} AqumvRecalled;

extern void aqumv_recall(AqumvRecalled *recalled, const Query *parse, const char *query_string,
						 int cursor_options);
extern bool aqumv_is_beaten(const AqumvRecalled *recalled, double cost);
extern void aqumv_note_original(const AqumvRecalled *recalled, double cost, List *tables);
extern void aqumv_forget_original(const AqumvRecalled *recalled);
extern void aqumv_recall_init(void);

#endif							/* AQUMV_RECALL_H */
