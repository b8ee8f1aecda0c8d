/*
 * talk.h - standing dialogues of a simulated world: who founds, promises, writes and signs what, and tells of
 * events.
 *
 * Layer: tests.
 */
#ifndef SIM_TALK_H
#define SIM_TALK_H

#include "world.h"

#define TALK_REFERS_MAX 8u

struct talk_act {
	uint32_t channel;
	enum kind kind;
	struct place_key about[TALK_REFERS_MAX];
	size_t about_count;
	struct field fields[8];
	size_t fields_count;
	uint8_t memory[1024]; /* of the fields */
};
/* False: there is nothing to say it of. */
bool talk_choose(struct world *w, struct sim_node *n, struct talk_act *out);

/* Once quiet: every node has the same file of every text; counts what has come. */
void talk_check(struct world *w, struct sim_node *n);

#endif
