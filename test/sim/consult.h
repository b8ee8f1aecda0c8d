/*
 * consult.h - procedures in a simulated world: which move an officer makes next, and what must hold of them.
 *
 * Layer: tests.
 */
#ifndef SIM_CONSULT_H
#define SIM_CONSULT_H

#include "world.h"

#include "accord/procedure.h"

/* The definition of every world; *memory is the caller's to free, after it. */
struct procedure *consult_procedure(const struct world *w, uint8_t **memory);

struct consult_move {
	uint32_t channel;
	enum kind kind;
	const uint8_t *definition; /* of a START */
	struct place_key instance, about;
	bool has_about, is_second; /* signed by the second officer */
	const char *step, *option;
};
bool consult_choose(struct world *w, struct sim_node *n, struct consult_move *out);

/* Nothing decided and withdrawn, no two decided at a gate, nothing VOID, no digest found wrong. */
void consult_check(struct world *w, struct sim_node *n);

#endif
