/*
 * sim_consult [SEED=n | SEEDS=count] [FROM=n] [JOBS=n] [REFUSALS=1]: seeds with officers in procedures;
 * REFUSALS: for whose moves there is no room now and then.
 */
#include "shares.h"
#include "world.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FLOORS_FROM 14u /* seeds: fewer prove nothing by how often something came */

static const char *const watch_words[] = {
#define WATCH_WORD(name, text) text,
	WATCH_LIST(WATCH_WORD)
#undef WATCH_WORD
};
static const char *const talk_words[] = {
#define TALK_WORD(name, text) text,
	TALK_LIST(TALK_WORD)
#undef TALK_WORD
};

static bool has_refusals;

static void run_seed(uint64_t seed, uint64_t count, void *total)
{
	uint8_t trace[HASH_LEN];

	if (has_refusals)
		world_run_refusals(seed, getenv("VERBOSE") != NULL, total, trace);
	else
		world_run_consult(seed, getenv("VERBOSE") != NULL, total, trace);
	if (count <= 10 || seed % 100 == 0)
		printf("SEED=%llu\n", (unsigned long long)seed);
}

static bool is_enough(const char *what, uint64_t times, uint64_t floor)
{
	if (times < floor)
		printf("FAIL %s: %llu, fewer than %llu\n", what, (unsigned long long)times,
		       (unsigned long long)floor);
	return times >= floor;
}

/* What does not come is tested by nothing. */
static bool has_enough(const struct sim_counters *c, uint64_t count)
{
	const struct {
		const char *what;
		uint64_t times, floor;
	} rows[] = {
		{ "decided", c->decided, count / 10 },
		{ "lapses", c->lapses, count },
		{ "digests", c->digests, count },
		{ "moves", c->moves, 10 * count },
		{ "ladders with a rung", c->called, count },
	};
	bool is_good = true;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		is_good &= is_enough(rows[i].what, rows[i].times, rows[i].floor);
	for (size_t i = 0; i < WATCH_COUNT; i++)
		is_good &= is_enough(watch_words[i], c->watch[i], count / 3);
	for (size_t i = 0; i < TALK_COUNT; i++)
		is_good &= is_enough(talk_words[i], c->talk[i], 1);
	return is_good;
}

int main(int argc, char **argv)
{
	struct sim_counters *c = xcalloc(1, sizeof *c);
	uint64_t seed = world_argument(argc, argv, "SEED", 0), count = world_argument(argc, argv, "SEEDS", 1);
	uint64_t first = seed != 0 ? seed : world_argument(argc, argv, "FROM", 1);
	uint64_t jobs = world_argument(argc, argv, "JOBS", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	bool is_good;

	has_refusals = world_argument(argc, argv, "REFUSALS", 0) != 0;
	shares_open();
	is_good = shares_run(first, count, jobs, run_seed, c, sizeof *c);
	printf("seeds %llu: entries %llu, answered %llu, refused %llu; at each node instances %llu, moves "
	       "%llu, "
	       "decided %llu, lapses %llu, digests %llu\n",
	       (unsigned long long)count, (unsigned long long)c->entries, (unsigned long long)c->answered,
	       (unsigned long long)c->refused, (unsigned long long)c->instances, (unsigned long long)c->moves,
	       (unsigned long long)c->decided, (unsigned long long)c->lapses, (unsigned long long)c->digests);
	printf("of the watch:");
	for (size_t i = 0; i < WATCH_COUNT; i++)
		printf(" %s %llu,", watch_words[i], (unsigned long long)c->watch[i]);
	printf(" ladders with a rung %llu\n", (unsigned long long)c->called);
	printf("of dialogues:");
	for (size_t i = 0; i < TALK_COUNT; i++)
		printf(" %s %llu%s", talk_words[i], (unsigned long long)c->talk[i],
		       i + 1 == TALK_COUNT ? "\n" : ",");
	if (is_good && count >= FLOORS_FROM)
		is_good = has_enough(c, count);
	free(c);
	return is_good ? 0 : 1;
}
