/*
 * faults.h - the n-th call of the disk or for memory fails, once and for ever, for each n until a node's
 * short history passes untouched; and again in the recovery. What is started again then is judged as after a
 * cut.
 */
#ifndef CRASH_FAULTS_H
#define CRASH_FAULTS_H

#include "probe.h"

/* clang-format off */
#define FAIL_LIST(X) \
	X(ANY_ONCE, "call n of the disk, once") X(ANY_EVER, "call n of the disk, for ever") \
	X(ROOM_ONCE, "write n finds no room, once") X(ROOM_EVER, "write n finds no room, for ever") \
	X(AGAIN, "and call m of the recovery") X(EACH_AGAIN, "and each call m of the recovery") \
	X(MEMORY_ONCE, "allocation n, once") X(MEMORY_EVER, "allocation n, for ever") \
	X(MEMORY_AGAIN, "allocation n of the recovery from a disk's failure")
/* clang-format on */
enum fail {
#define FAIL_ENUM(name, text) FAIL_##name,
	FAIL_LIST(FAIL_ENUM)
#undef FAIL_ENUM
		FAIL_COUNT
};

/* What the node did. */
struct fail_counts {
	uint64_t fired[FAIL_COUNT];
	/* histories that passed, so that every n was tried: one a mode and job */
	uint64_t untouched[FAIL_COUNT];
	uint64_t stopped, aborted, went_on;
};

/*
 * Each stride-th n from first on, n from 1, and of allocations likewise; a stride of 1 is every n. After each
 * again-th of the disk's, which are more, every call of the recovery fails by turns. A finding ends the
 * program.
 */
struct fail_order {
	uint64_t seed, first, stride, memory_stride, memory_first, again;
};
void faults_run(const struct fail_order *order, struct fail_counts *counts);
/* Once a process, before anything of SQLite's: memory that fails when it is told to. */
void faults_configure(void);

#endif
