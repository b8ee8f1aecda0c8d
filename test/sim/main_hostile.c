/*
 * sim_hostile [SEED=n | SEEDS=count] [FROM=n] [MOVES=1]: seeds with a hostile peer; prints how often each
 * attack was made. MOVES=1: with procedures, and moves that it forges in them.
 */
#include "hostile.h"

#include "base/alloc.h"
#include "base/log.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * In so many seeds each attack was made once, or the run proves less than it says: the rarest come about
 * twice in three. A procedure's moves are forged in each seed, many times.
 */
#define SEEDS_PER_ATTACK 5u

static const char *const attacks[] = {
#define ATTACK_NAME(name, text) text,
	ATTACK_LIST(ATTACK_NAME)
#undef ATTACK_NAME
};

static const char *const forged[] = {
#define FORGED_NAME(name, text) text,
	FORGED_LIST(FORGED_NAME)
#undef FORGED_NAME
};

static void print_each(const char *what, const char *const *names, const uint64_t *times, size_t count)
{
	printf("%s:", what);
	for (size_t i = 0; i < count; i++)
		printf(" %s %llu%s", names[i], (unsigned long long)times[i], i + 1 < count ? "," : "\n");
}

static bool are_enough(const char *const *names, const uint64_t *times, size_t count, uint64_t floor)
{
	bool is_good = true;

	for (size_t i = 0; i < count; i++) {
		if (times[i] >= floor)
			continue;
		fprintf(stderr, "FAIL \"%s\" came %llu times, fewer than %llu\n", names[i],
			(unsigned long long)times[i], (unsigned long long)floor);
		is_good = false;
	}
	return is_good;
}

static int print_counters(const struct hostile_counters *c, bool has_consult, uint64_t seeds)
{
	/* Forged moves are made where there are procedures alone. */
	size_t made = has_consult ? ATTACK_COUNT : ATTACK_MOVES;
	bool is_good = are_enough(attacks, c->attacks, ATTACK_MOVES, seeds / SEEDS_PER_ATTACK);

	print_each("attacks", attacks, c->attacks, made);
	printf("paths closed %llu, hostile logs stopped %llu, honest entries delivered %llu\n",
	       (unsigned long long)c->closed, (unsigned long long)c->stopped,
	       (unsigned long long)c->delivered);
	if (has_consult) {
		print_each("forged, held by an honest node and counted nowhere", forged, c->moves,
			   FORGED_COUNT);
		is_good &= are_enough(attacks + ATTACK_MOVES, c->attacks + ATTACK_MOVES, 1, seeds);
		is_good &= are_enough(forged, c->moves, FORGED_RECORD, seeds / 2);
		/* Those of dialogues are said in every other seed. */
		is_good &= are_enough(forged + FORGED_RECORD, c->moves + FORGED_RECORD,
				      FORGED_COUNT - FORGED_RECORD, seeds / 4);
	}
	return is_good ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct hostile_counters *total = xcalloc(1, sizeof *total);
	uint64_t seed = world_argument(argc, argv, "SEED", 0), count = world_argument(argc, argv, "SEEDS", 1);
	uint64_t first = seed != 0 ? seed : world_argument(argc, argv, "FROM", 1);
	bool has_consult = world_argument(argc, argv, "MOVES", 0) != 0;
	int status;

	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	log_open("sim", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	for (uint64_t i = 0; i < count; i++)
		hostile_run(first + i, has_consult, getenv("VERBOSE") != NULL, total);
	status = print_counters(total, has_consult, count);
	free(total);
	return status;
}
