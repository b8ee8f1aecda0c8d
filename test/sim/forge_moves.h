/*
 * forge_moves.h - moves of procedures, and words of dialogues, that no node would file, in the log of whoever
 * has its keys.
 *
 * Layer: tests.
 */
#ifndef SIM_FORGE_MOVES_H
#define SIM_FORGE_MOVES_H

#include "forge.h"

/* clang-format off */
#define FORGED_LIST(X) \
	X(CONCUR, "CONCUR twice") X(CONFIRM, "CONFIRM alone") X(START, "another definition") \
	X(WITHDRAW, "WITHDRAW too late") X(LAPSE, "back-dated LAPSE") X(RECORD, "RECORD AGREE of another text") \
	X(CORRECTS, "correction of what nobody signed")
/* clang-format on */
#define FORGED_ENUM(name, text) FORGED_##name,
enum forged_move { FORGED_LIST(FORGED_ENUM) FORGED_COUNT };
#undef FORGED_ENUM

#define FORGED_MOVES_MAX 512u

/* What has been forged that counts nowhere, whatever else is in its past. */
struct forged_moves {
	struct {
		uint8_t leaf[HASH_LEN];
		enum forged_move kind;
	} of[FORGED_MOVES_MAX];
	size_t count;
};

/* Adds some at the end of a log of the channel of procedures. False: there is nothing to say one of. */
bool forge_moves(struct forge *f, struct sim_node *author, struct forged_moves *out);
/* All that this node holds of them is VOID there; counts them by kind. */
void forged_moves_check(struct world *w, struct sim_node *n, size_t author, const struct forged_moves *m,
			uint64_t seen[FORGED_COUNT]);

#endif
