/*-------------------------------------------------------------------------
 *
 * undo.h
 *	  Something is done, or undone and the error kept.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_UNDO_H
#define AQUMV_UNDO_H

#include "aqumv.h"

extern ErrorData *aqumv_catch_error(void (*action) (void *), void *arg);

#endif							/* AQUMV_UNDO_H */
