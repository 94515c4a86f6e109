/*-------------------------------------------------------------------------
 *
 * ddl.h
 *	  What utility statements mean for views and tracking.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_DDL_H
#define AQUMV_DDL_H

#include "aqumv.h"

extern void aqumv_ddl_init(void);

#endif							/* AQUMV_DDL_H */
