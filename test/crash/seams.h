/*
 * seams.h - where the core meets what may fail: each of these asks place_fails whether it does now.
 */
#ifndef CRASH_SEAMS_H
#define CRASH_SEAMS_H

#include "places.h"

#define PLACE_ERRORS_MAX 3u

const char *seam_name(enum seam seam);

/* The world that runs; NULL before its first node opens a store. */
extern struct world *places_world;

/*
 * ERR_OK, or what this call is to fail with: one of `errors`, which end with ERR_OK if they are fewer than
 * PLACE_ERRORS_MAX; the last of that many fails from then on. name: what tells calls of one seam
 * apart.
 */
enum err place_fails(enum seam seam, const char *name, const enum err *errors) MUST_CHECK;
struct sim_node *places_running(void);
/* Whose call has failed, if children end with their door; else NULL. */
struct sim_node *places_ending(void);
bool places_is_for_ever(void);
void places_mend(void);
void places_are_resting(void);

#endif
