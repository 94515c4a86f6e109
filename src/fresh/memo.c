/*-------------------------------------------------------------------------
 *
 * memo.c
 *	  What has been computed, and is remembered until it may not be true any more.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "algebra/reason.h"
#include "fresh/memo.h"

/*
 * Have a value built, in a memory context of its own, and put it in the place of
 * the one before, which others may hold until the end of the transaction.
 *
 * Building reads catalogs, which may bring invalidations in: *invalidations is
 * the number of those that may concern such values.  What is not known to be
 * true is built again, and remembered as not valid when that happens again and
 * again.  After an error in building all is as it was.
 */
void *
aqumv_remember(AqumvMemo *memo, const char *name, const uint64 *invalidations,
			   void *(*build) (void *arg), void *arg)
{
	MemoryContext context = AllocSetContextCreateInternal(CurrentMemoryContext, name,
														  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	uint64		before = *invalidations - 1;
	void	   *value = NULL;

	AQUMV_BEGIN_MESSAGES(true);
	{
		for (int tries = 0; tries < 3 && before != *invalidations; tries++)
		{
			before = *invalidations;
			value = build(arg);
		}
	}
	AQUMV_END_MESSAGES();
	MemoryContextSwitchTo(old);
	if (memo->context != NULL)
		MemoryContextSetParent(memo->context, TopTransactionContext);
	MemoryContextSetParent(context, CacheMemoryContext);
	memo->context = context;
	memo->value = value;
	memo->valid = before == *invalidations;
	return value;
}
