/*
 * places.h - a call of the store, of an arena or of the signer fails at every place of the core.
 *
 * A place is a call and how the core came to it: its innermost return addresses. A world runs; where the core
 * comes to a place for the first time, the process forks, and in the child that call fails, with each error
 * that it may give, once or from then on. The child's world goes on, heals, and is judged as any other. So
 * every way out of the core is taken once, and none a thousand times.
 */
#ifndef CRASH_PLACES_H
#define CRASH_PLACES_H

#include "../sim/hostile.h"

/* What may fail; each is counted by itself. */
/* clang-format off */
#define SEAM_LIST(X) \
	X(READ, "read of the store") X(WRITE, "write of the store") X(BEGIN, "begin") X(COMMIT, "commit") \
	X(ROW, "read of a view") X(ROW_WRITE, "write of a view") X(HOUSE, "housekeeping") \
	X(MEMORY, "want of an arena") X(SIGNER, "answer of the signer")
/* clang-format on */
enum seam {
#define SEAM_ENUM(name, text) SEAM_##name,
	SEAM_LIST(SEAM_ENUM)
#undef SEAM_ENUM
		SEAM_COUNT
};

/* Where a second call fails: in a repair of everything; from the first on, of that node, as it starts. */
enum twice { TWICE_NEVER, TWICE_REPAIR, TWICE_START, TWICE_COUNT };

struct place_counts {
	uint64_t places[SEAM_COUNT], failures[SEAM_COUNT]; /* known; each of its errors that was tried */
	uint64_t passed;				   /* calls */
	uint64_t seconds;				   /* second calls that failed */
};

struct place_order {
	uint64_t stride, depth; /* one of so many is tried; return addresses that tell places apart */
	uint64_t jobs;		/* children at once */
	enum twice twice;
	uint64_t only; /* this place alone, in this process; 0: all */
	uint64_t only_error;
	bool is_in_place; /* no child: the call fails in this process, which goes on (places_go_on) */
	/*
	 * A child ends with the door of the core in which its call failed: the node is started again, opens
	 * its store, and holds what it had acknowledged, cosigned or shown. Else its world goes on, heals and
	 * is judged.
	 */
	bool is_short;
};

/* Before the first world. A child that ends badly makes places_end say so. */
void places_begin(const struct place_order *order);
/* Waits for every child; false: one of them found something, and has said what. */
bool places_end(struct place_counts *out);
/*
 * Prints them; false: a seam has fewer places than its floor, or one with a floor none that failed, or in all
 * too few failed for the stride: what is wrapped no longer is.
 */
bool places_are_enough(const struct place_counts *counts, const uint64_t floors[SEAM_COUNT]);

bool places_are_short(void);
/* This process is one in which a call has failed; since when. */
bool places_has_failed(int64_t *since_us);
/* What was asked where a call failed has its answer: another may fail. */
void places_go_on(void);
/* A repair begins: one call of it fails too, and all after it, until that node starts anew. */
void places_again(void);
/* From now on nothing fails, in this process. */
void places_rest(struct world *w);
/* Ends a child whose judge found nothing. */
_Noreturn void places_child_end(void);

/* From here to core_ends the core of this node runs. */
void places_core_begins(struct sim_node *n);
void places_core_ends(void);

#endif
