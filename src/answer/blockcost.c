/*-------------------------------------------------------------------------
 *
 * blockcost.c
 *	  What does each block of a statement cost?
 *
 *	  When a statement has several blocks that views could answer, one planning
 *	  tells the cost of all of them: the planner calls a hook for each query
 *	  level that it has planned, and blocks carry numbers, in a field of
 *	  subqueries that nobody else uses.  What was pulled up into another block
 *	  has no cost of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "nodes/pathnodes.h"
#include "optimizer/planner.h"

#include "answer/blockcost.h"

/* recognizes our numbers among query identifiers */
#define TAG UINT64CONST(0x6171756d76000000)

static create_upper_paths_hook_type prev_create_upper_paths = NULL;
static double *noted = NULL;	/* by number, or NULL */
static int	nnoted = 0;

void
aqumv_tag_block(Query *block, int number)
{
	block->queryId = TAG | number;
}

/* The number of a block, 0 if it has none. */
int
aqumv_block_number(const Query *block)
{
	uint64		id = (uint64) block->queryId;

	return (id & ~UINT64CONST(0xffffff)) == TAG ? (int) (id & 0xffffff) : 0;
}

/*
 * Until the next call, note the costs of blocks 1 to n - 1 in an array.  NULL
 * ends it; so must be done also on error.
 */
void
aqumv_note_costs(double *costs, int n)
{
	noted = costs;
	nnoted = n;
}

static void
aqumv_create_upper_paths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input,
						 RelOptInfo *output, void *extra)
{
	int			number;
	ListCell   *lc;

	if (prev_create_upper_paths)
		prev_create_upper_paths(root, stage, input, output, extra);
	if (noted == NULL || stage != UPPERREL_FINAL)
		return;
	number = aqumv_block_number(root->parse);
	if (number <= 0 || number >= nnoted)
		return;
	noted[number] = -1;
	foreach(lc, output->pathlist)
	{
		double		cost = ((Path *) lfirst(lc))->total_cost;

		if (noted[number] < 0 || cost < noted[number])
			noted[number] = cost;
	}
}

void
aqumv_levels_init(void)
{
	prev_create_upper_paths = create_upper_paths_hook;
	create_upper_paths_hook = aqumv_create_upper_paths;
}
