/*
 * watch.h - the watch of a simulated world: who files a roster, hands the watch over, takes it.
 *
 * Layer: tests.
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include "world.h"

struct watch_act {
	uint32_t channel; /* the party's home */
	enum kind kind;
	struct place_key about; /* the offer that is accepted */
	bool is_second;		/* by the second officer */
	struct field fields[6];
	size_t fields_count;
	uint8_t memory[4096]; /* of the fields */
};
bool watch_choose(struct world *w, struct sim_node *n, struct watch_act *out);

/* Once quiet: every node says the same of everybody's manning; counts what has come. */
void watch_check(struct world *w, struct sim_node *n);

#endif
