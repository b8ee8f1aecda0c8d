/*
 * hostile.h - one of three nodes whose link belongs to somebody who holds all its keys: its frames are
 * altered, forged, kept back and made up by the seed.
 *
 * The other two stay honest, and every promise is held for them: they never stop, their own logs never stop,
 * and what they say reaches each other.
 */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "forge_moves.h"

/* clang-format off */
#define ATTACK_LIST(X) \
	X(REPLAY, "replayed") X(HOLD, "held back") X(TRUNCATE, "cut short") X(FLIP, "one byte altered") \
	X(RANGE, "wrong range") X(WITHHOLD, "kept from one") X(ERASED, "erasure claimed") \
	X(ALTER, "altered under a new note") X(HEARSAY, "altered under another's note") X(FORK, "fork") \
	X(HEAD, "forged head") X(SIZE, "huge size") X(EPOCH, "epoch") X(ADVANCE, "advance copies") \
	X(FETCH, "fetch of a draft") X(PIECE, "false piece") X(RECEIPT, "false receipt") X(HELLO, "second hello") \
	X(CHECKS, "line checks") X(MOVES, "forged moves")
/* clang-format on */
enum attack {
#define ATTACK_ENUM(name, text) ATTACK_##name,
	ATTACK_LIST(ATTACK_ENUM)
#undef ATTACK_ENUM
		ATTACK_COUNT
};

struct hostile_counters {
	uint64_t attacks[ATTACK_COUNT];
	uint64_t closed,
		stopped;    /* paths that the honest closed, logs of the hostile one that they stopped */
	uint64_t delivered; /* what the honest said and each other held at the end */
	uint64_t moves[FORGED_COUNT]; /* forged, and VOID at an honest node */
};

/*
 * Three nodes, one of them hostile; runs the seed to its end and adds to *total. With procedures there are
 * forged moves in every seed.
 */
void hostile_run(uint64_t seed, bool has_consult, bool is_verbose, struct hostile_counters *total);

/* ---- For the files of the world. ---- */
bool is_hostile(const struct world *w, size_t party);
/* True: this frame of the hostile node has been seen to. */
bool hostile_sends(struct world *w, const struct sim_node *from, const struct effect_frame *frame);
/* Now and then: what no node would ever say. */
void hostile_acts(struct world *w);
/* An honest node's copy of a hostile log may stop, but not change. */
void hostile_check_log(struct world *w, struct sim_node *n, const struct log_status *log);
void hostile_note_close(struct world *w);

#endif
