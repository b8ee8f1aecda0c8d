/*
 * places [SEED=n] [SEEDS=count] [MOVES=1] [STRIDE=n] [DEPTH=n] [JOBS=n] [PLACE=n ERROR=n]: fails a call of
 * the store, of an arena and of the signer at each place of the core, and judges what becomes of the world.
 * MOVES: one in which officers consult, keep watches and write texts.
 */
#include "reads.h"

#include "base/alloc.h"
#include "base/log.h"
#include "crypto/sign.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHAOS_UNTIL_US 40000000
#define QUIET_AFTER_US 105000000 /* heads are compared within a minute (HEADS_MS) */
#define REPAIR_AFTER_US 5000000	 /* when who was down is up again */
#define STEP_US 250000
#define CUT_US 4000000
#define LEADER 1u	 /* channel of FLASH */
#define ASKED_US 6000000 /* of everything that can be asked, every so often */
#define AFTER_US 1500000 /* so long the world goes on as before after the call that failed */

static const char *const names[] = {
#define SEAM_TEXT(name, text) text,
	SEAM_LIST(SEAM_TEXT)
#undef SEAM_TEXT
};

static bool is_repairing(const struct world *w)
{
	struct node_status status;

	for (size_t i = 0; i < w->nodes_count; i++) {
		if (w->nodes[i].node == NULL)
			continue;
		node_status(w->nodes[i].node, &status);
		if (status.scrub.is_repairing)
			return true;
	}
	return false;
}

/*
 * What was found to be rot is repaired from the peers; nothing has changed on the disk, and so all of it is.
 */
static void repair(struct world *w)
{
	world_advance(w, w->now_us + REPAIR_AFTER_US);
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		if (n->node != NULL && node_repair(n->node, world_now(w, n)) != ERR_OK)
			world_fail(w, "node %zu does not begin a repair", i);
	}
	/* At the pace of a node, not of the ticks: those end, and there is more to read than they reach. */
	while (is_repairing(w) && w->now_us < QUIET_AFTER_US) {
		world_advance(w, w->now_us + STEP_US);
		for (size_t i = 0; i < w->nodes_count; i++) {
			struct sim_node *n = &w->nodes[i];
			if (n->node != NULL &&
			    (node_scrub(n->node, world_now(w, n), &n->fx) != ERR_OK || n->fx.count > 0))
				node_turn(w, n);
		}
	}
}

static void judge(struct world *w)
{
	places_rest(w);
	w->is_cut = false;
	faults_end(w);
	if (places_is_rotten())
		repair(w);
	if (w->is_anything) {
		for (size_t i = 0; i < w->nodes_count; i++) {
			if (w->nodes[i].node == NULL)
				node_boot(w, &w->nodes[i]);
			/*
			 * What a repair has brought back is folded anew a while later, with the peers' help.
			 */
			if (places_is_rotten())
				check_whole(w, &w->nodes[i]);
			else
				check_alone(w, &w->nodes[i]);
		}
		return;
	}
	for (size_t i = 0; i < w->nodes_count; i++)
		w->nodes[i].clock_offset_ms = 0;
	world_advance(w, QUIET_AFTER_US);
	check_agreement(w);
}

/* For a third of the time there is no path but the thin one, and then there is much to say. */
static void cut(struct world *w)
{
	w->is_cut = w->now_us / CUT_US % 3 == 1;
	for (size_t i = 0; w->is_cut && i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		for (size_t j = 0; j < i * SIM_PATHS; j++)
			path_set(w, i, j / SIM_PATHS, j % SIM_PATHS, false);
		if (n->node == NULL || !prng_is_one_in(&w->prng, 4))
			continue;
		officer_flash(w, n, LEADER);
		node_turn(w, n);
	}
}

static void run(uint64_t seed, bool has_consult)
{
	struct world *w = world_new_thin(seed, 0, getenv("VERBOSE") != NULL);
	int64_t since_us = 0, asked_us = 0;

	if (has_consult)
		world_consults(w);
	while (w->now_us < CHAOS_UNTIL_US &&
	       !(places_has_failed(&since_us) && w->now_us > since_us + AFTER_US)) {
		cut(w);
		world_advance(w, w->now_us + STEP_US);
		if (w->now_us >= asked_us + ASKED_US) {
			asked_us = w->now_us;
			reads_compare(w);
		}
	}
	if (places_has_failed(&since_us))
		judge(w);
	world_free(w);
	if (places_has_failed(&since_us))
		places_child_end();
}

int main(int argc, char **argv)
{
	uint64_t first = world_argument(argc, argv, "SEED", 1),
		 seeds = world_argument(argc, argv, "SEEDS", 1);
	struct place_order order = { .stride = world_argument(argc, argv, "STRIDE", 1),
				     .depth = world_argument(argc, argv, "DEPTH", 5),
				     .jobs = world_argument(argc, argv, "JOBS",
							    (uint64_t)sysconf(_SC_NPROCESSORS_ONLN)),
				     .only = world_argument(argc, argv, "PLACE", 0),
				     .only_error = world_argument(argc, argv, "ERROR", 0) };
	struct place_counts counts;
	bool is_good;

	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	log_open("places", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	places_begin(&order);
	for (uint64_t seed = first; seed < first + seeds; seed++)
		run(seed, world_argument(argc, argv, "MOVES", 0) != 0);
	is_good = places_end(&counts);
	for (size_t i = 0; i < SEAM_COUNT; i++)
		printf("  %-24s %6llu places %6llu failures\n", names[i],
		       (unsigned long long)counts.places[i], (unsigned long long)counts.failures[i]);
	printf("of %llu calls\n", (unsigned long long)counts.passed);
	return is_good ? 0 : 1;
}
