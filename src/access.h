/*-------------------------------------------------------------------------
 *
 * access.h
 *	  What happens to objects below DDL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AQUMV_ACCESS_H
#define AQUMV_ACCESS_H

#include "aqumv.h"

extern void aqumv_access_init(void);

#endif							/* AQUMV_ACCESS_H */
