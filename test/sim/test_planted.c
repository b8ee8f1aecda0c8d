/*
 * test_planted NAME WORDS histories|restores|consult|refusals|silences [FROM]: a twin of the core with a
 * fault of ours in it (src/base/plant.h) must be found by a seed of that kind of history, by the check that
 * says these words. That says the simulator is not blind; it prints which seed found it and how many were
 * tried. FROM is a hint: a seed that found it soon, when it was written. Each change of the core gives every
 * seed another history, and a twin that one in a hundred shows is not to be missed by that: the search goes
 * on for as many seeds as `make sim` is asked for.
 */
#include "apart.h"
#include "restores.h"
#include "silence.h"
#include "world.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/plant.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS 1000u
#define SECONDS 60u

enum plant plant_chosen;

static const struct {
	const char *name, *text;
} plants[PLANT_COUNT] = {
#define PLANT_ROW(name, text) [PLANT_##name] = { #name, text },
	PLANT_LIST(PLANT_ROW)
#undef PLANT_ROW
};

static const char *what;

static void run(uint64_t seed)
{
	uint8_t trace[HASH_LEN];
	struct sim_counters *counters = xcalloc(1, sizeof *counters);

	if (strcmp(what, "restores") == 0)
		restores_run(seed, false, xcalloc(1, sizeof(struct restore_counters)));
	else if (strcmp(what, "consult") == 0)
		world_run_consult(seed, false, counters, trace);
	else if (strcmp(what, "refusals") == 0)
		world_run_refusals(seed, false, counters, trace);
	else if (strcmp(what, "silences") == 0)
		silence_run(seed, false);
	else
		world_run(seed, false, counters, trace);
}

int main(int argc, char **argv)
{
	uint64_t from = 1;

	for (int i = 1; argc > 1 && i < PLANT_COUNT; i++) {
		if (strcmp(plants[i].name, argv[1]) == 0)
			plant_chosen = (enum plant)i;
	}
	if (plant_chosen == PLANT_NONE || argc < 4 ||
	    (argc > 4 && bytes_read_decimal(bytes_str(argv[4]), 100000, &from) != ERR_OK)) {
		fprintf(stderr, "usage: test_planted NAME WORDS histories|restores|consult|refusals|silences "
				"[FROM]\n");
		return 2;
	}
	what = argv[3];
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	log_open("planted", 0);
	crypto_init();
	for (uint64_t seed = from; seed < from + SEEDS; seed++) {
		if (!apart_finds(run, seed, SECONDS, argv[2]))
			continue;
		printf("found by seed %llu, after %llu others: %s\n", (unsigned long long)seed,
		       (unsigned long long)(seed - from), plants[plant_chosen].text);
		return 0;
	}
	printf("not found by %u seeds: %s\n", SEEDS, plants[plant_chosen].text);
	return 1;
}
