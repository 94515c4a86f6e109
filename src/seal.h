/*-------------------------------------------------------------------------
 *
 * seal.h
 *	  While a view is being filled, only core writes materialized views.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_SEAL_H
#define AQUMV_SEAL_H

#include "aqumv.h"

/* a view that is being filled, and what was before */
typedef struct AqumvSeal
{
	struct AqumvSeal *outer;
	Oid			view;			/* which REFRESH CONCURRENTLY writes, or
								 * InvalidOid */
	int			statements;		/* that have written it */
} AqumvSeal;

extern void aqumv_seal_views(AqumvSeal *seal, Oid view);
extern void aqumv_unseal_views(AqumvSeal *seal);

extern void aqumv_seal_init(void);

#endif							/* AQUMV_SEAL_H */
