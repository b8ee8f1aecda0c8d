/*
 * reads.h - everything that can be asked of a node, asked twice: of the whole store, and where a call may
 * fail.
 */
#ifndef CRASH_READS_H
#define CRASH_READS_H

#include "places.h"

/*
 * Asks every node that is up. An answer where a call has failed is the same as without, or an error that says
 * so; any other ends the run.
 */
void reads_compare(struct world *w);

#endif
