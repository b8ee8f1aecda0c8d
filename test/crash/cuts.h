/*
 * cuts.h - the power goes at every write and every flush of a node, and what is started again is judged.
 */
#ifndef CRASH_CUTS_H
#define CRASH_CUTS_H

#include "probe.h"

/* What a cut was, each counted by itself. */
/* clang-format off */
#define CUT_LIST(X) \
	X(LOST, "all lost") X(TORN, "torn") X(REORDERED, "reordered") X(RANDOM, "random bytes") \
	X(STILL, "nothing unsynced") X(KILLED, "killed, then cut") X(AGAIN, "cut again in the recovery") \
	X(WRITTEN, "wrote on, then cut") X(FIRST, "at the first start")
/* clang-format on */
enum cut {
#define CUT_ENUM(name, text) CUT_##name,
	CUT_LIST(CUT_ENUM)
#undef CUT_ENUM
		CUT_COUNT
};

struct cut_counts {
	uint64_t boundaries; /* writes, truncations, flushes, removals before which the power went */
	uint64_t cuts[CUT_COUNT];
	uint64_t deep; /* of them with every view, content and attachment */
	uint64_t acknowledged, receipts, entries, backups;
};

uint64_t cuts_sum(const struct cut_counts *c);
/* One world, from its start to its end or until so many cuts were made. A finding ends the program. */
void cuts_run(uint64_t seed, uint64_t cuts_max, struct cut_counts *counts);

#endif
