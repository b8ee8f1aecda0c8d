/*
 * faults [SEED=n] [SEEDS=count] [STRIDE=n] [AGAIN=n] [MEMORY_STRIDE=n] [MEMORY_FIRST=n] [JOBS=n]: fails the
 * n-th call of the disk and the n-th allocation; AGAIN: after each n-th of the disk's every call of the
 * recovery too. Prints how many of each and what became of the node.
 */
#include "faults.h"

#include "base/alloc.h"
#include "base/log.h"
#include "crypto/sign.h"
#include "jobs.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* Of each kind, when every n of one seed is tried. */
#define DISK_FLOOR 90u
#define MEMORY_FLOOR 1000u

static const char *const names[] = {
#define FAIL_NAME(name, text) text,
	FAIL_LIST(FAIL_NAME)
#undef FAIL_NAME
};

struct order {
	uint64_t first, seeds, stride, memory_stride, memory_first, again;
};

static uint64_t floor_of(const struct order *o, enum fail kind)
{
	uint64_t floor = kind < FAIL_MEMORY_ONCE ? DISK_FLOOR / o->stride : MEMORY_FLOOR / o->memory_stride;

	if (kind == FAIL_EACH_AGAIN && o->again == 0)
		return 0;
	return o->seeds * (floor > 0 ? floor : 1);
}

/* Whether the last n of each was reached, too: there a history passes untouched. */
static bool are_enough(const struct order *o, const struct fail_counts *c)
{
	bool is_good = true;

	for (size_t i = 0; i < FAIL_COUNT; i++) {
		uint64_t floor = floor_of(o, (enum fail)i);
		printf("  %-34s %8llu\n", names[i], (unsigned long long)c->fired[i]);
		if (floor == 0 || (c->fired[i] >= floor && (i == FAIL_AGAIN || c->untouched[i] > 0)))
			continue;
		printf("FAIL fewer than %llu, or its last n was not reached\n", (unsigned long long)floor);
		is_good = false;
	}
	return is_good;
}

/* Jobs share the n of each seed among them. */
static void run(void *self, uint64_t job, uint64_t jobs, uint64_t *out)
{
	const struct order *o = self;

	for (uint64_t seed = o->first; seed < o->first + o->seeds; seed++) {
		struct fail_order order = {
			seed,	 1 + job, jobs * o->stride, jobs * o->memory_stride, o->memory_first + job,
			o->again
		};
		faults_run(&order, (struct fail_counts *)out);
	}
}

int main(int argc, char **argv)
{
	struct fail_counts *total = xcalloc(1, sizeof *total);
	struct order order = {
		world_argument(argc, argv, "SEED", 1),	       world_argument(argc, argv, "SEEDS", 1),
		world_argument(argc, argv, "STRIDE", 1),       world_argument(argc, argv, "MEMORY_STRIDE", 1),
		world_argument(argc, argv, "MEMORY_FIRST", 1), world_argument(argc, argv, "AGAIN", 0)
	};
	bool is_good;

	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	faults_configure();
	log_open("faults", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	is_good = jobs_run(world_argument(argc, argv, "JOBS", 0), run, &order, (uint64_t *)total,
			   sizeof *total / sizeof(uint64_t));
	if (is_good) {
		is_good = are_enough(&order, total);
		printf("nodes that stopped %llu, ended for want of memory %llu, went on %llu\n",
		       (unsigned long long)total->stopped, (unsigned long long)total->aborted,
		       (unsigned long long)total->went_on);
	}
	free(total);
	return is_good ? 0 : 1;
}
