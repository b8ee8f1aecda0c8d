/*
 * papers.h - what is drafted, approved, released, labelled anew, asked back and translated in a simulated
 * world, under guidelines.
 *
 * Layer: tests.
 */
#ifndef SIM_PAPERS_H
#define SIM_PAPERS_H

#include "world.h"

/* Before anybody acts: guidelines of two levels and one outside party, for both versions. */
void papers_begin(struct world *w);
/* One thing of them; nothing if there is nothing to say it of. */
void papers_act(struct world *w, struct sim_node *n);

#endif
