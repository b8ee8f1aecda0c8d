/*
 * sim_consult [SEED=n | SEEDS=count] [FROM=n] [JOBS=n]: seeds with officers in procedures.
 */
#include "shares.h"
#include "world.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void run_seed(uint64_t seed, uint64_t count, void *total)
{
	uint8_t trace[HASH_LEN];

	world_run_consult(seed, getenv("VERBOSE") != NULL, total, trace);
	if (count <= 10 || seed % 100 == 0)
		printf("SEED=%llu\n", (unsigned long long)seed);
}

int main(int argc, char **argv)
{
	struct sim_counters *c = xcalloc(1, sizeof *c);
	uint64_t seed = world_argument(argc, argv, "SEED", 0), count = world_argument(argc, argv, "SEEDS", 1);
	uint64_t first = seed != 0 ? seed : world_argument(argc, argv, "FROM", 1);
	uint64_t jobs = world_argument(argc, argv, "JOBS", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	bool is_good;

	shares_open();
	is_good = shares_run(first, count, jobs, run_seed, c, sizeof *c);
	printf("seeds %llu: entries %llu, answered %llu, refused %llu; at each node instances %llu, moves "
	       "%llu, "
	       "decided %llu, lapses %llu, digests %llu\n",
	       (unsigned long long)count, (unsigned long long)c->entries, (unsigned long long)c->answered,
	       (unsigned long long)c->refused, (unsigned long long)c->instances, (unsigned long long)c->moves,
	       (unsigned long long)c->decided, (unsigned long long)c->lapses, (unsigned long long)c->digests);
	if (is_good && count >= 40 &&
	    (c->decided < count / 10 || c->lapses < count || c->digests < count || c->moves < 10 * count)) {
		printf("FAIL too little has happened\n");
		is_good = false;
	}
	free(c);
	return is_good ? 0 : 1;
}
