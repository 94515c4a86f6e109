/*-------------------------------------------------------------------------
 *
 * undo.c
 *	  Something is done, or undone and the error kept.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "algebra/undo.h"

/*
 * Do something in a subtransaction.  NULL, or the error with which it has ended:
 * then what it did is undone, and it is for the caller to raise the error again or
 * not, a cancel included.  There must be no parallel mode.  The session does not
 * end by an error that may never be raised, whatever exit_on_error says.
 */
ErrorData *
aqumv_catch_error(void (*action) (void *), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;
	bool		exits = ExitOnAnyError;

	ExitOnAnyError = false;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		action(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	ExitOnAnyError = exits;
	return error;
}
