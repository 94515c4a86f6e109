/*-------------------------------------------------------------------------
 *
 * option.h
 *	  How a materialized view is to be maintained, and where that is written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_OPTION_H
#define AQUMV_OPTION_H

#include "aqumv.h"

#include "nodes/pg_list.h"

typedef enum AqumvMaintenance
{
	AQUMV_MANUAL,				/* by REFRESH */
	AQUMV_IMMEDIATE				/* in the transaction that writes the base */
} AqumvMaintenance;

extern AqumvMaintenance aqumv_maintenance_of(Oid view);
extern void aqumv_set_maintenance(Oid view, AqumvMaintenance maintenance);
extern void aqumv_remove_labels(void);
extern List *aqumv_labelled_views(void);
extern const char *aqumv_maintenance_name(AqumvMaintenance maintenance);

extern bool aqumv_has_options(List *elements);
extern List *aqumv_take_options(List *elements, bool reset, AqumvMaintenance *maintenance);

extern void aqumv_option_init(void);

#endif							/* AQUMV_OPTION_H */
