/*-------------------------------------------------------------------------
 *
 * permit.h
 *	  May this user be answered from this view?
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_PERMIT_H
#define AQUMV_PERMIT_H

#include "aqumv.h"

#include "algebra/reason.h"
#include "algebra/rights.h"
#include "answer/match.h"
#include "fresh/views.h"

extern AqumvReason *aqumv_permit_block(AqumvRights *rights, Query *block);
extern AqumvReason *aqumv_permit_view(AqumvRights *rights, const AqumvView *view, Oid role);
extern AqumvReason *aqumv_permit_match(AqumvRights *rights, const AqumvMatch *match, List *called);

#endif							/* AQUMV_PERMIT_H */
