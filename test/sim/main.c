/*
 * sim [SEED=n | SEEDS=count] [FROM=n] [JOBS=n]: runs seeds, prints trace hashes, how often each fault fired
 * and each operation came after each. In a run of FLOOR_SEEDS or more each must have come often enough.
 */
#include "shares.h"
#include "world.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* In so many seeds, and in proportion in more. */
#define FLOOR_SEEDS 200u
#define FAULT_FLOOR 5u
#define PIECES_FLOOR 20u
#define SILENT_FLOOR 100u
#define DETOURS_FLOOR 10u
#define PAIR_FLOOR 1u

static const char *const faults[] = {
#define FAULT_NAME(name, text) text,
	FAULT_LIST(FAULT_NAME)
#undef FAULT_NAME
};

static const char *const acts[] = {
#define ACT_NAME(name, text) text,
	ACT_LIST(ACT_NAME)
#undef ACT_NAME
};

static void print_counters(const struct sim_counters *c)
{
	printf("seeds: until quiet %llu, anything goes %llu\n"
	       "entries %llu, frames %llu, answered %llu, refused %llu, receipts %llu, advances %llu, "
	       "restarts %llu, "
	       "recoveries %llu, epochs %llu, refused commits %llu, contents found erased %llu, "
	       "versions adopted %llu, pieces of attachments by hand too %llu, silent paths %llu, detours of "
	       "a "
	       "FLASH %llu\n",
	       (unsigned long long)c->quiet, (unsigned long long)c->anything, (unsigned long long)c->entries,
	       (unsigned long long)c->frames, (unsigned long long)c->answered, (unsigned long long)c->refused,
	       (unsigned long long)c->receipts, (unsigned long long)c->advances,
	       (unsigned long long)c->restarts, (unsigned long long)c->recoveries,
	       (unsigned long long)c->epochs, (unsigned long long)c->full, (unsigned long long)c->erased,
	       (unsigned long long)c->adopted, (unsigned long long)c->pieces, (unsigned long long)c->silent,
	       (unsigned long long)c->detours);
	printf("faults:");
	for (size_t i = 0; i < FAULT_COUNT; i++)
		printf(" %s %llu%s", faults[i], (unsigned long long)c->faults[i],
		       i + 1 < FAULT_COUNT ? "," : "\n");
	printf("acts, and how often each came after each (the row first, columns in the same order):\n");
	for (size_t i = 0; i < ACT_COUNT; i++) {
		printf("  %-12s %6llu |", acts[i], (unsigned long long)c->acts[i]);
		for (size_t j = 0; j < ACT_COUNT; j++)
			printf(" %4llu", (unsigned long long)c->pairs[i][j]);
		printf("\n");
	}
}

/*
 * A fault or a pair that does not come is tested by nothing: too few over all seeds is a failure of the test.
 */
static bool check_floors(const struct sim_counters *c, uint64_t seeds)
{
	uint64_t factor = seeds / FLOOR_SEEDS;
	uint64_t fault_floor = factor * FAULT_FLOOR, pair_floor = factor * PAIR_FLOOR;
	bool is_good = c->pieces >= factor * PIECES_FLOOR && c->silent >= factor * SILENT_FLOOR &&
		       c->detours >= factor * DETOURS_FLOOR;

	if (!is_good)
		printf("FAIL %llu pieces of attachments came by hand too, %llu paths were silent, past which "
		       "%llu "
		       "batches went\n",
		       (unsigned long long)c->pieces, (unsigned long long)c->silent,
		       (unsigned long long)c->detours);
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		if (c->faults[i] >= fault_floor)
			continue;
		printf("FAIL the fault '%s' came %llu times, not %llu\n", faults[i],
		       (unsigned long long)c->faults[i], (unsigned long long)fault_floor);
		is_good = false;
	}
	for (size_t i = 0; i < ACT_COUNT * ACT_COUNT; i++) {
		uint64_t times = c->pairs[i / ACT_COUNT][i % ACT_COUNT];
		if (times >= pair_floor)
			continue;
		printf("FAIL '%s' came after '%s' %llu times, not %llu\n", acts[i % ACT_COUNT],
		       acts[i / ACT_COUNT], (unsigned long long)times, (unsigned long long)pair_floor);
		is_good = false;
	}
	return is_good;
}

static void run_seed(uint64_t seed, uint64_t count, void *total)
{
	uint8_t trace[HASH_LEN];
	char hex[2 * HASH_LEN + 1];

	world_run(seed, getenv("VERBOSE") != NULL, total, trace);
	bytes_write_hex(BYTES_OF(trace), hex);
	if (count <= 10 || seed % 100 == 0) {
		printf("SEED=%llu trace=%.16s\n", (unsigned long long)seed, hex);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	struct sim_counters *total = xcalloc(1, sizeof *total);
	uint64_t seed = world_argument(argc, argv, "SEED", 0),
		 count = world_argument(argc, argv, "SEEDS", seed == 0 ? UINT64_MAX : 1);
	uint64_t first = seed != 0 ? seed : world_argument(argc, argv, "FROM", 1);
	uint64_t jobs = world_argument(argc, argv, "JOBS", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	struct timespec start, end;
	bool is_good;

	shares_open();
	clock_gettime(CLOCK_MONOTONIC, &start);
	is_good = shares_run(first, count, jobs, run_seed, total, sizeof *total);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (is_good) {
		print_counters(total);
		is_good = check_floors(total, count);
		printf("%llu seeds in %.1f s\n", (unsigned long long)count,
		       (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec));
	}
	free(total);
	return is_good ? 0 : 1;
}
