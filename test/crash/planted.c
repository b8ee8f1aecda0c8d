/*
 * planted NAME WORDS [FROM]: a twin with a fault of ours in it (src/base/plant.h) must be found by the cuts,
 * or by the faults, of one of eight seeds from this one on, by the check that says these words.
 */
#include "../sim/apart.h"
#include "cuts.h"
#include "faults.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/plant.h"
#include "crypto/sign.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUTS_A_SEED 700u
#define STRIDE 3u /* of the calls of the disk */
#define MEMORY_STRIDE 40u
#define SEEDS 8u
#define SECONDS 120u

enum plant plant_chosen;

static const struct {
	const char *name, *text;
} plants[PLANT_COUNT] = {
#define PLANT_ROW(name, text) [PLANT_##name] = { #name, text },
	PLANT_LIST(PLANT_ROW)
#undef PLANT_ROW
};

static void run(uint64_t seed)
{
	struct cut_counts *cuts = xcalloc(1, sizeof *cuts);
	struct fail_counts *fails = xcalloc(1, sizeof *fails);
	const struct fail_order order = { seed, 1 + seed % STRIDE, STRIDE, MEMORY_STRIDE, 1 + seed, 0 };

	cuts_run(seed, CUTS_A_SEED, cuts);
	faults_run(&order, fails);
}

int main(int argc, char **argv)
{
	uint64_t from = 1;

	for (int i = 1; argc > 1 && i < PLANT_COUNT; i++) {
		if (strcmp(plants[i].name, argv[1]) == 0)
			plant_chosen = (enum plant)i;
	}
	if (plant_chosen == PLANT_NONE || argc < 3 ||
	    (argc > 3 && bytes_read_decimal(bytes_str(argv[3]), 100000, &from) != ERR_OK)) {
		fprintf(stderr, "usage: planted NAME WORDS [FROM]\n");
		return 2;
	}
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	faults_configure();
	log_open("planted", 0);
	crypto_init();
	for (uint64_t seed = from; seed < from + SEEDS; seed++) {
		if (!apart_finds(run, seed, SECONDS, argv[2]))
			continue;
		printf("found by seed %llu: %s\n", (unsigned long long)seed, plants[plant_chosen].text);
		return 0;
	}
	printf("not found by %u seeds: %s\n", SEEDS, plants[plant_chosen].text);
	return 1;
}
