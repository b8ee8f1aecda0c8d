/*
 * rot.h - what a disk has changed, behind a node's back.
 *
 * Layer: tests.
 */
#ifndef SIM_ROT_H
#define SIM_ROT_H

#include "world.h"

enum rot_kind { ROT_ENTRY, ROT_LEAF, ROT_NODES, ROT_CONTENT, ROT_NOTE, ROT_LINE, ROT_BLOB, ROT_COUNT };

/*
 * Changes one thing that a node holds of a log; false if there is none of that kind there. .true_ops is what
 * it is changed with.
 */
bool rot(struct world *w, struct sim_node *n, struct prng *p, log_number log, uint64_t index,
	 enum rot_kind kind);
/* A log that others hold too, by chance, and its number in this node's store. */
log_number rot_log(struct world *w, struct sim_node *n, struct prng *p, struct log_status *out);

/* Whether the tree of so many entries goes on from what stands beside this one. */
bool rot_is_frontier(uint64_t size, uint64_t index);

#endif
