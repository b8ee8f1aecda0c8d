/*
 * sim_hostile [SEED=n | SEEDS=count] [FROM=n]: seeds with a hostile peer; prints how often each attack was
 * made.
 */
#include "hostile.h"

#include "base/alloc.h"
#include "base/log.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In so many seeds each attack was made so often, or the run proves less than it says. */
#define SEEDS_PER_FLOOR 50u
#define FLOOR 10u

static int print_counters(const struct hostile_counters *c, uint64_t seeds)
{
	static const char *const names[] = {
#define ATTACK_NAME(name, text) text,
		ATTACK_LIST(ATTACK_NAME)
#undef ATTACK_NAME
	};
	uint64_t floor = seeds / SEEDS_PER_FLOOR * FLOOR;
	int status = 0;

	printf("attacks:");
	for (size_t i = 0; i < ATTACK_COUNT; i++)
		printf(" %s %llu%s", names[i], (unsigned long long)c->attacks[i],
		       i + 1 < ATTACK_COUNT ? "," : "\n");
	printf("paths closed %llu, hostile logs stopped %llu, honest entries delivered %llu\n",
	       (unsigned long long)c->closed, (unsigned long long)c->stopped,
	       (unsigned long long)c->delivered);
	for (size_t i = 0; i < ATTACK_COUNT; i++) {
		if (c->attacks[i] >= floor)
			continue;
		fprintf(stderr, "FAIL \"%s\" was tried %llu times, fewer than %llu\n", names[i],
			(unsigned long long)c->attacks[i], (unsigned long long)floor);
		status = 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct hostile_counters *total = xcalloc(1, sizeof *total);
	uint64_t seed = world_argument(argc, argv, "SEED", 0), count = world_argument(argc, argv, "SEEDS", 1);
	uint64_t first = seed != 0 ? seed : world_argument(argc, argv, "FROM", 1);
	int status;

	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	log_open("sim", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	for (uint64_t i = 0; i < count; i++)
		hostile_run(first + i, getenv("VERBOSE") != NULL, total);
	status = print_counters(total, count);
	free(total);
	return status;
}
