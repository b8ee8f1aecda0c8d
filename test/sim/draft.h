/*
 * draft.h - a statement of a simulated officer while it is made, and the door that it goes to.
 *
 * Layer: tests.
 */
#ifndef SIM_DRAFT_H
#define SIM_DRAFT_H

#include "world.h"

#define STATEMENT_MAX 4096u

/* What a statement under construction is made of; memory for what its struct borrows. */
struct draft {
	struct statement s;
	uint8_t field_memory[16];
	uint8_t content[8192];
	size_t content_len;
	struct bytes blob; /* attached to it */
	uint8_t bytes[STATEMENT_MAX], signatures[2][1024];
	size_t len, signature_lens[2], signatures_count;
};

/* Of the watch of this party, labelled U for every party of the channel. */
void draft_open(struct world *w, struct sim_node *n, struct draft *d, uint32_t channel, enum kind kind);
/* To the watch of every other party of the channel. */
void draft_addressees(const struct world *w, const struct sim_node *n, struct draft *d);
/* Text of this length; blob .len 0: no attachment. */
void draft_content(struct world *w, struct draft *d, size_t len, struct bytes blob);
/* One signature more. */
void draft_sign(struct world *w, struct draft *d, const struct sign_key *key);
/* With this signature as the last. */
void draft_submit(struct world *w, struct sim_node *n, struct draft *d, const struct sign_key *key);
/* A place as a statement names it; false: the node does not hold it. */
bool draft_place(const struct world *w, struct sim_node *n, const struct place_key *at, struct place *out);
/*
 * Hands a signed statement to the node; the terminal keeps it until the answer. NULL: it is too busy for
 * another.
 */
struct sim_acknowledged *officer_submit(struct world *w, struct sim_node *n, struct bytes statement,
					struct bytes content, const struct bytes *signatures,
					size_t signatures_count);

#endif
