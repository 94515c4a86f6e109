/*-------------------------------------------------------------------------
 *
 * attempt.c
 *	  Change a view, if its indexes let us.
 *
 *	  An error of the view's definition is the writer's, as that of an expression
 *	  index on his table would be.  What indexes on the view object to is not: it
 *	  ends the view's maintenance, and the write goes through.  Ordinary indexes
 *	  object to nothing but the width of rows, which viewrows.c sees before it
 *	  writes: it stops writing then.  What others may object to comes as an error,
 *	  so views that have any are changed in a subtransaction.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "access/xact.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "algebra/undo.h"
#include "maintain/attempt.h"
#include "maintain/owner.h"

/*
 * Does an error say something of the index, or of the rows?  Not if the same may
 * succeed when it is tried again, or if nothing can be relied on any more: those are raised.
 */
static bool
is_objection(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
			return false;
		default:
			return sqlstate != ERRCODE_LOCK_NOT_AVAILABLE &&
				sqlstate != ERRCODE_DATA_CORRUPTED && sqlstate != ERRCODE_INDEX_CORRUPTED;
	}
}

/*
 * Do something that the rows may not let us do: then it is undone.
 */
bool
aqumv_attempt_rebuild(void (*action) (void *), void *arg)
{
	ErrorData  *error = aqumv_catch_error(action, arg);

	if (error != NULL && !is_objection(error->sqlerrcode))
		ReThrowError(error);
	return error == NULL;
}

/* a change of a view, on its way */
typedef struct Attempt
{
	AqumvDeltaState *state;
	AqumvChanger fold;
	void	   *arg;
} Attempt;

static void
run_attempt(void *arg)
{
	Attempt    *attempt = arg;

	attempt->fold(attempt->state, attempt->arg);
}

/*
 * Have a view changed.  NULL; or why one of its indexes does not let us, for the
 * user: then the view holds nobody knows what, and the caller sees to it that it
 * is not used.  The caller has become the view's owner.
 */
char *
aqumv_attempt_change(AqumvDeltaState *state, AqumvChanger fold, void *arg)
{
	Attempt		attempt = {state, fold, arg};
	ErrorData  *error = NULL;

	state->refusing = InvalidOid;
	state->indexing = false;
	if (state->may_refuse)
	{
		/* settings changed within would be put back at its end */
		aqumv_pin_settings();
		error = aqumv_catch_error(run_attempt, &attempt);
	}
	else
		run_attempt(&attempt);
	if (error != NULL)
	{
		if (!state->indexing || !is_objection(error->sqlerrcode))
			ReThrowError(error);
		aqumv_abandon_uses(state);
		return psprintf("an index of the view objects to a row: %s", error->message);
	}
	if (OidIsValid(state->refusing))
		return psprintf("a row is too wide for index \"%s\"", get_rel_name(state->refusing));
	return NULL;
}
