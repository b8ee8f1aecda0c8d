/*
 * places [SEED=n] [SEEDS=count] [STORY=1] [TWICE=n] [SHORT=1] [STRIDE=n] [DEPTH=n] [JOBS=n]
 * [PLACE=n ERROR=n]: fails a call of the store, of an arena and of the signer at each place of the core, and
 * judges what becomes of the world. MOVES: one in which officers consult, keep watches and write texts. ROT:
 * one in which bits flip on disks, and are repaired from the peers. PAPERS: one under guidelines, in which
 * officers draft and release. BLOBS: one in which officers attach files to much of what they say. WATCH: one
 * in which they man their posts and relieve each other. TWICE=1: then everything is read again, as a repair
 * does, and a call of that fails too. TWICE=2: a later call of the same node fails too; mostly it is starting
 * again by then. SHORT: a child ends with the door of the core in which its call failed.
 */
#include "../sim/papers.h"
#include "../sim/rot.h"
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
#define REPAIRS_MAX 3u
#define REPAIR_LONGEST_US 60000000
#define SETTLED_AFTER_US 15000000
#define AGAIN_US 10000000 /* a repair takes some of it */
#define STEP_US 250000
#define CUT_US 4000000
#define SECONDS_FLOOR 2u /* a second failure for every so many */
#define LEADER 1u	 /* channel of FLASH */
#define COMMON 2u	 /* of all parties */
#define ACT_ONE_IN 8u	 /* steps, for each node */
#define ASKED_US 6000000 /* of everything that can be asked, every so often */
#define AFTER_US 1500000 /* so long the world goes on as before after the call that failed */
#define ROT_FROM_US 8000000
#define ROT_EVERY_US 3000000 /* a bit of one node, and then a repair, which takes some seconds */
#define ROTS 3u
#define ROT_TRIES 24u /* few messages have an attachment */

/* Of any story, which is a third of the least that a seed of one has by either compiler. */
static const uint64_t floors[SEAM_COUNT] = {
	[SEAM_READ] = 13,     [SEAM_WRITE] = 3, [SEAM_BEGIN] = 1,   [SEAM_COMMIT] = 1, [SEAM_ROW] = 13,
	[SEAM_ROW_WRITE] = 5, [SEAM_HOUSE] = 1, [SEAM_MEMORY] = 19, [SEAM_SIGNER] = 1
};

static struct scrub_status scrub_of(const struct sim_node *n)
{
	struct node_status status = { 0 };

	if (n->node != NULL)
		node_status(n->node, &status);
	return status.scrub;
}

/* For so long; the world's own ticks end when all has been said. */
static void tick(struct world *w, int64_t until_us)
{
	while (w->now_us < until_us) {
		for (size_t i = 0; i < w->nodes_count; i++) {
			struct sim_node *n = &w->nodes[i];
			if (n->node != NULL && node_tick(n->node, world_now(w, n), &n->fx) == ERR_OK)
				node_turn(w, n);
			if (n->node != NULL && node_scrub(n->node, world_now(w, n), &n->fx) == ERR_OK)
				node_turn(w, n);
		}
		world_advance(w, w->now_us + STEP_US);
	}
}

static void wait_for_repairs(struct world *w)
{
	const int64_t end_us = w->now_us + REPAIR_LONGEST_US;
	bool is_repairing = true;

	while (is_repairing && w->now_us < end_us) {
		tick(w, w->now_us + STEP_US);
		is_repairing = false;
		for (size_t i = 0; i < w->nodes_count; i++)
			is_repairing |= scrub_of(&w->nodes[i]).is_repairing;
	}
}

/*
 * What has rotted, or was taken for it, is repaired from the peers; once what is under way is over. What
 * stood behind another damage may be seen only when that is mended.
 */
static void repair(struct world *w)
{
	bool is_left = true;

	world_advance(w, w->now_us + REPAIR_AFTER_US);
	for (size_t round = 0; is_left && round < REPAIRS_MAX; round++) {
		wait_for_repairs(w);
		for (size_t i = 0; i < w->nodes_count; i++) {
			struct sim_node *n = &w->nodes[i];
			if (n->node != NULL && node_repair(n->node, world_now(w, n)) != ERR_OK)
				world_fail(w, "node %zu does not begin a repair", i);
		}
		wait_for_repairs(w);
		is_left = false;
		for (size_t i = 0; i < w->nodes_count; i++)
			is_left |= scrub_of(&w->nodes[i]).left > 0;
	}
	tick(w, w->now_us + SETTLED_AFTER_US);
}

/* Who was stopped is up again by now, looks at all of what is held, and that meets a fault too. */
static void fail_again(struct world *w)
{
	world_advance(w, w->now_us + REPAIR_AFTER_US);
	places_again();
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		enum err e = n->node == NULL ? ERR_OK : node_repair(n->node, world_now(w, n));
		if (e != ERR_OK && e != ERR_EXISTS)
			world_fail(w, "node %zu does not begin a repair: %s", i, err_text(e));
	}
	tick(w, w->now_us + AGAIN_US);
}

static void judge(struct world *w)
{
	places_rest(w);
	w->is_cut = false;
	faults_end(w);
	if (w->is_rotten)
		repair(w);
	if (w->is_anything) {
		for (size_t i = 0; i < w->nodes_count; i++) {
			if (w->nodes[i].node == NULL)
				node_boot(w, &w->nodes[i]);
			/*
			 * What a repair has brought back is folded anew a while later, with the peers' help.
			 */
			if (w->is_rotten)
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

/* What a peer holds of it too: what only one side knew is gone with it. */
static uint64_t held_by_all(const struct world *w, const struct sim_node *n, const struct log_status *log)
{
	const struct accord_channel *c = accord_channel_find(w->accord, log->log.channel);
	uint64_t held = log->noted;

	for (size_t i = 0; log->log.party == n->party && i < w->nodes_count; i++) {
		if (i != n->party && (c->parties >> i & 1) != 0 && log->cosigned[i] < held)
			held = log->cosigned[i];
	}
	return held;
}

/*
 * One bit of that kind. Of each thing one copy alone: of an entry, by its number; a note stays with its
 * author, and with birch its own line.
 */
static bool flip(struct world *w, struct sim_node *n, struct prng *p, enum rot_kind kind)
{
	struct log_status log;
	log_number number = rot_log(w, n, p, &log);
	uint64_t held = held_by_all(w, n, &log), index = held == 0 ? 0 : prng_below(p, held);

	index -= (index + w->nodes_count - n->party) % w->nodes_count;
	return index < held && !(kind == ROT_NOTE && log.log.party == n->party) &&
	       !(kind == ROT_LINE && n->party == 1) && rot(w, n, p, number, index, kind);
}

/* A few bits of one node flip, of each kind in turn, and it is told to repair what it finds. */
static void let_rot(struct world *w, struct prng *p, size_t *turn)
{
	struct sim_node *n = &w->nodes[prng_below(p, w->nodes_count)];
	enum err e;

	if (n->node == NULL)
		return;
	for (size_t i = 0; i < ROTS; i++) {
		enum rot_kind kind = (enum rot_kind)((*turn)++ % ROT_COUNT);
		for (size_t tried = 0; tried < ROT_TRIES && !flip(w, n, p, kind); tried++)
			continue;
	}
	e = node_repair(n->node, world_now(w, n));
	if (e != ERR_OK && e != ERR_EXISTS)
		world_fail(w, "node %zu does not begin a repair: %s", n->party, err_text(e));
}

struct story {
	bool has_moves, has_rot, has_papers, has_blobs, has_watch;
	enum twice twice;
};

/* Files of one piece and of several. */
static void attach(struct world *w, struct sim_node *n, struct prng *p)
{
	static const size_t lens[] = { 100, ATTACHMENT_PIECE_MAX, 3 * ATTACHMENT_PIECE_MAX + 1, 60000 };

	officer_attach(w, n, COMMON, lens[prng_below(p, ARRAY_COUNT(lens))]);
	node_turn(w, n);
}

static void act(struct world *w, const struct story *story, struct prng *p)
{
	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		if (story->has_blobs && n->node != NULL && prng_is_one_in(p, ACT_ONE_IN))
			attach(w, n, p);
		if (!story->has_watch || n->node == NULL || !prng_is_one_in(p, ACT_ONE_IN))
			continue;
		officer_watch(w, n);
		node_turn(w, n);
	}
}

static void run(uint64_t seed, const struct story *story)
{
	struct world *w = world_new_thin(seed, 0, getenv("VERBOSE") != NULL);
	int64_t since_us = 0, asked_us = 0, rot_us = ROT_FROM_US;
	size_t turn = 0;
	struct prng p;

	prng_init(&p, seed);
	w->is_rotten |= story->has_rot;
	if (story->has_rot) /* nobody goes back to a backup: what rotted would be nowhere else */
		w->faults_on &= ~(1u << FAULT_RESTORE | 1u << FAULT_ROLLBACK | 1u << FAULT_FLIP);
	if (story->has_watch)
		prng_init(&w->consult_prng, seed);
	if (story->has_moves)
		world_consults(w);
	if (story->has_papers)
		papers_begin(w);
	while (w->now_us < CHAOS_UNTIL_US &&
	       !(places_has_failed(&since_us) && w->now_us > since_us + AFTER_US)) {
		cut(w);
		act(w, story, &p);
		world_advance(w, w->now_us + STEP_US);
		if (w->now_us >= asked_us + ASKED_US) {
			asked_us = w->now_us;
			reads_compare(w);
		}
		if (story->has_rot && !places_has_failed(&since_us) && w->now_us >= rot_us) {
			rot_us = w->now_us + ROT_EVERY_US;
			let_rot(w, &p, &turn);
		}
	}
	if (places_has_failed(&since_us) && story->twice == TWICE_REPAIR)
		fail_again(w);
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
				     .only_error = world_argument(argc, argv, "ERROR", 0),
				     .is_short = world_argument(argc, argv, "SHORT", 0) != 0 };
	struct story story = { .has_moves = world_argument(argc, argv, "MOVES", 0) != 0,
			       .has_rot = world_argument(argc, argv, "ROT", 0) != 0,
			       .has_papers = world_argument(argc, argv, "PAPERS", 0) != 0,
			       .has_blobs = world_argument(argc, argv, "BLOBS", 0) != 0,
			       .has_watch = world_argument(argc, argv, "WATCH", 0) != 0 };
	struct place_counts counts;
	uint64_t failures = 0, twice = world_argument(argc, argv, "TWICE", 0);
	bool is_good;

	order.twice = story.twice = twice < TWICE_COUNT ? (enum twice)twice : TWICE_NEVER;
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	log_open("places", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	places_begin(&order);
	for (uint64_t seed = first; seed < first + seeds; seed++)
		run(seed, &story);
	is_good = places_end(&counts);
	is_good &= places_are_enough(&counts, floors);
	for (size_t i = 0; i < SEAM_COUNT; i++)
		failures += counts.failures[i];
	if (order.only == 0 && order.twice != TWICE_NEVER && counts.seconds < failures / SECONDS_FLOOR) {
		printf("FAIL of %llu failures so few were followed by another\n",
		       (unsigned long long)failures);
		is_good = false;
	}
	return is_good ? 0 : 1;
}
