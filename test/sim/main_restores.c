/*
 * restores [N=count] [FROM=n] [SEED=n] [JOBS=n] [FLOORS=1]: so many restores, a few in each history; prints
 * what was put back in which state, and how each ended. FLOORS: too few of anything is a failure of the test.
 */
#include "restores.h"
#include "shares.h"
#include "world.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* For a hundred restores. */
#define AGE_FLOOR 2u
#define MEMORY_FLOOR 10u
#define COMPANY_FLOOR 10u
#define TURN_FLOOR 2u
#define END_FLOOR 3u
#define TALK_FLOOR 1u

#define NAME_TEXT(name, text) text,
static const char *const ages[] = { AGE_LIST(NAME_TEXT) }, *const memories[] = { MEMORY_LIST(NAME_TEXT) },
			 *const companies[] = { COMPANY_LIST(NAME_TEXT) },
			 *const turns[] = { TURN_LIST(NAME_TEXT) }, *const ends[] = { END_LIST(NAME_TEXT) };
#undef NAME_TEXT
#define TALK_TEXT(name, text) text,
static const char *const talks[] = { TALK_LIST(TALK_TEXT) };
#undef TALK_TEXT

static void run_seed(uint64_t seed, uint64_t count, void *total)
{
	(void)count;
	restores_run(seed, getenv("VERBOSE") != NULL, total);
}

static uint64_t sum_row(const uint64_t *row, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += row[i];
	return sum;
}

/* One line: what, how often, and the parts of it. floor 0: none is held to anything. */
static bool print_row(const char *what, const uint64_t *row, size_t count, uint64_t floor)
{
	uint64_t sum = sum_row(row, count);

	printf("  %-44s %6llu", what, (unsigned long long)sum);
	for (size_t i = 0; count > 1 && i < count; i++)
		printf(" %6llu", (unsigned long long)row[i]);
	printf("%s\n", sum < floor ? "  FAIL: too few" : "");
	return sum >= floor;
}

static bool print_counters(const struct restore_counters *c, uint64_t floors)
{
	uint64_t by_end[END_COUNT] = { 0 };
	bool is_good = true;

	printf("%llu restores in %llu histories: forks 0, cosigned entries missing 0, views that differ 0\n"
	       "entries %llu, cosigned at the end %llu, refilled from peers %llu, said again by terminals "
	       "%llu\n",
	       (unsigned long long)c->restores, (unsigned long long)c->histories,
	       (unsigned long long)c->entries, (unsigned long long)c->cosigned,
	       (unsigned long long)c->refilled, (unsigned long long)c->again);
	printf("own entries that the backup lacked; the signer's memory:\n  %-44s %6s %6s %6s %6s %6s\n", "",
	       "all", "kept", "cut", "lost", "older");
	for (size_t i = 0; i < AGE_COUNT; i++)
		is_good &= print_row(ages[i], c->ages[i], MEMORY_COUNT, floors * AGE_FLOOR);
	printf("peers at that moment:\n");
	for (size_t i = 0; i < COMPANY_COUNT; i++)
		is_good &= print_row(companies[i], &c->companies[i], 1, floors * COMPANY_FLOOR);
	printf("and on top of it:\n");
	for (size_t i = 0; i < TURN_COUNT; i++)
		is_good &= print_row(turns[i], &c->turns[i], 1, floors * TURN_FLOOR);
	printf("endings, by the signer's memory: nothing missing, refilled, next epoch\n");
	for (size_t i = 0; i < MEMORY_COUNT; i++) {
		is_good &= print_row(memories[i], c->ends[i], END_COUNT, floors * MEMORY_FLOOR);
		for (size_t j = 0; j < END_COUNT; j++)
			by_end[j] += c->ends[i][j];
	}
	/* A peer who goes back while another recovers is judged with him, and has no ending of its own. */
	is_good &= print_row("of a peer meanwhile", &c->turns[TURN_PEER], 1,
			     c->restores - sum_row(c->ends[0], sizeof c->ends / sizeof c->ends[0][0]));
	printf("endings, of restores and of each log of who went back:\n");
	for (size_t i = 0; i < END_COUNT; i++) {
		is_good &= print_row(ends[i], &by_end[i], 1, floors * END_FLOOR);
		is_good &= print_row("  logs", &c->logs[i], 1, floors * END_FLOOR);
	}
	printf("of standing dialogues, whenever it is quiet:\n");
	for (size_t i = 0; i < TALK_COUNT; i++)
		is_good &= print_row(talks[i], &c->talk[i], 1, floors * TALK_FLOOR);
	return is_good;
}

int main(int argc, char **argv)
{
	struct restore_counters *total = xcalloc(1, sizeof *total);
	uint64_t seed = world_argument(argc, argv, "SEED", 0);
	uint64_t restores = world_argument(argc, argv, "N", RESTORES_A_HISTORY);
	uint64_t count = (restores + RESTORES_A_HISTORY - 1) / RESTORES_A_HISTORY;
	uint64_t first = seed != 0 ? seed : world_argument(argc, argv, "FROM", 1);
	uint64_t jobs = world_argument(argc, argv, "JOBS", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	bool is_good;

	shares_open();
	is_good = shares_run(first, count, jobs, run_seed, total, sizeof *total);
	if (is_good)
		is_good = print_counters(total, world_argument(argc, argv, "FLOORS", 0) * restores / 100);
	free(total);
	return is_good ? 0 : 1;
}
