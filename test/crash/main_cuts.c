/*
 * cuts [CUTS=n] [FROM=seed] [JOBS=n]: cuts the power of nodes at every write and flush until there were so
 * many cuts, in a process for each core; prints how many of each kind.
 */
#include "cuts.h"

#include "base/alloc.h"
#include "base/log.h"
#include "crypto/sign.h"
#include "jobs.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const names[] = {
#define CUT_NAME(name, text) text,
	CUT_LIST(CUT_NAME)
#undef CUT_NAME
};

struct order {
	uint64_t first, cuts;
};

static void run(void *self, uint64_t job, uint64_t jobs, uint64_t *out)
{
	const struct order *o = self;
	struct cut_counts *counts = (struct cut_counts *)out;
	uint64_t share = o->cuts / jobs + 1;

	for (uint64_t seed = o->first + job; cuts_sum(counts) < share; seed += jobs)
		cuts_run(seed, share - cuts_sum(counts), counts);
}

static bool check_floors(const struct cut_counts *c, uint64_t cuts)
{
	bool is_good = true;

	for (size_t i = 0; i < CUT_COUNT; i++) {
		uint64_t floor = i == CUT_FIRST ? 1 : cuts / 100;
		if (c->cuts[i] >= floor)
			continue;
		printf("FAIL '%s' came %llu times, not %llu\n", names[i], (unsigned long long)c->cuts[i],
		       (unsigned long long)floor);
		is_good = false;
	}
	return is_good;
}

int main(int argc, char **argv)
{
	struct cut_counts *total = xcalloc(1, sizeof *total);
	struct order order = { world_argument(argc, argv, "FROM", 1),
			       world_argument(argc, argv, "CUTS", 10000) };
	struct timespec start, end;
	bool is_good;

	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	log_open("cuts", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	clock_gettime(CLOCK_MONOTONIC, &start);
	is_good = jobs_run(world_argument(argc, argv, "JOBS", 0), run, &order, (uint64_t *)total,
			   sizeof *total / sizeof(uint64_t));
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (is_good) {
		printf("power cuts: %llu at %llu writes and flushes of %llu entries\n",
		       (unsigned long long)cuts_sum(total), (unsigned long long)total->boundaries,
		       (unsigned long long)total->entries);
		for (size_t i = 0; i < CUT_COUNT; i++)
			printf("  %-28s %8llu\n", names[i], (unsigned long long)total->cuts[i]);
		printf("  %-28s %8llu\n", "read to the last view", (unsigned long long)total->deep);
		printf("statements acknowledged %llu, receipts given after a cut %llu, backups %llu; "
		       "acknowledged lost 0, cosigned and missing 0\n",
		       (unsigned long long)total->acknowledged, (unsigned long long)total->receipts,
		       (unsigned long long)total->backups);
		is_good = check_floors(total, order.cuts);
		printf("%.1f s\n",
		       (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec));
	}
	free(total);
	return is_good ? 0 : 1;
}
