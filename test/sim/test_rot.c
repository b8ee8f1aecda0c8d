/*
 * What a disk has changed, on one side: it is found, its log alone halts, and the peer who holds it mends it.
 */
#include "draft.h"
#include "rot.h"

#include "base/log.h"
#include "node/core.h"
#include "view/procedure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The sanitizers make a world slow, and see in a few what they see in many. */
#ifdef FEW
#define ROTS 40u
#define WORLDS 2u
#define STARTS 1u
#else
#define ROTS 120u
#define WORLDS 6u
#define STARTS 2u
#endif

/* Until the repair is over; the world goes on meanwhile. */
static struct scrub_status repair(struct world *w, struct sim_node *n)
{
	static struct node_status status;

	assert_int_equal(node_repair(n->node, world_now(w, n)), ERR_OK);
	for (int i = 0; i < 400; i++) {
		assert_int_equal(node_scrub(n->node, world_now(w, n), &n->fx), ERR_OK);
		assert_int_equal(node_tick(n->node, world_now(w, n), &n->fx), ERR_OK);
		node_turn(w, n);
		node_status(n->node, &status);
		if (!status.scrub.is_repairing)
			return status.scrub;
		world_advance(w, w->now_us + 250000);
	}
	fail_msg("a repair does not end");
	return status.scrub;
}

/* The world's own ticks end after a minute. */
static void settle(struct world *w)
{
	for (int i = 0; i < 60; i++) {
		for (size_t k = 0; k < w->nodes_count; k++) {
			assert_int_equal(
				node_tick(w->nodes[k].node, world_now(w, &w->nodes[k]), &w->nodes[k].fx),
				ERR_OK);
			node_turn(w, &w->nodes[k]);
		}
		world_advance(w, w->now_us + 250000);
	}
}

static struct world *world_ready(uint64_t seed)
{
	struct world *w = world_new(seed, 2, getenv("VERBOSE") != NULL);

	w->is_rotten = true;
	world_advance(w, 25000000);
	for (uint32_t i = 0; i < 4; i++) {
		officer_attach(w, &w->nodes[i % 2], 2, 20000 + i * 1000);
		node_turn(w, &w->nodes[i % 2]);
		world_advance(w, w->now_us + 1000000);
	}
	faults_end(w);
	world_advance(w, 40000000);
	return w;
}

static void test_a_peer_mends_all_of_it(void **state)
{
	struct world *w = world_ready(11);
	struct prng p;
	unsigned done[ROT_COUNT] = { 0 };

	(void)state;
	prng_init(&p, 4);
	for (unsigned i = 0; i < ROTS; i++) {
		enum rot_kind kind = (enum rot_kind)(i % ROT_COUNT);
		struct scrub_status s;
		struct log_status log;
		log_number number = rot_log(w, &w->nodes[0], &p, &log);
		uint64_t index = prng_below(&p, log.size);
		bool is_done = rot(w, &w->nodes[0], &p, number, index, kind);
		/* Few messages have an attachment. */
		for (index = 0; kind == ROT_BLOB && !is_done && index < log.size; index++)
			is_done = rot(w, &w->nodes[0], &p, number, index, kind);
		if (!is_done)
			continue;
		done[kind]++;
		s = repair(w, &w->nodes[0]);
		if (s.found == 0 || s.left != 0)
			fail_msg("rot %u of kind %d: %llu found, %llu left", i, (int)kind,
				 (unsigned long long)s.found, (unsigned long long)s.left);
	}
	for (unsigned kind = 0; kind < ROT_COUNT; kind++)
		assert_true(done[kind] > 0);
	settle(w);
	check_agreement(w);
	world_free(w);
}

/* Nobody has said of somebody that he let pass what he had done. */
static void assert_no_lapse_is_void(const struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, 0 };
		struct entry_view v;
		for (; at.index < logs[i].folded; at.index++) {
			assert_int_equal(fold_get(node_fold(n->node), &at, &v), ERR_OK);
			assert_false(v.kind == KIND_LAPSE && v.verdict != VERDICT_OK);
		}
	}
}

/*
 * While a log is stopped by rot, what had seen more of it is folded without that: no state is compared then,
 * for nothing takes back that two differed.
 */
static void test_no_state_is_compared_meanwhile(void **state)
{
	(void)state;
	for (uint64_t seed = 21; seed < 21 + WORLDS; seed++) {
		struct world *w = world_new(seed, 3, getenv("VERBOSE") != NULL);
		struct sim_node *n = &w->nodes[0];
		struct place_key start = { 0 }, at;
		struct log_status log;
		struct spot spot = { 0 };
		struct machine m;
		struct prng p;
		log_number number;

		w->is_rotten = true;
		w->faults_on = 0;
		world_consults(w);
		prng_init(&p, seed);
		world_advance(w, 15000000);
		do {
			number = rot_log(w, n, &p, &log);
		} while (log.log.channel != 2 || log.log.party != 1);
		assert_true(rot(w, n, &p, number, 4, ROT_ENTRY));
		for (int i = 0; i < 200; i++)
			assert_int_equal(node_scrub(n->node, world_now(w, n), &n->fx), ERR_OK);
		node_turn(w, n);
		world_advance(w, 35000000);
		assert_int_equal(repair(w, n).left, 0);
		settle(w);
		assert_true(fold_machine(node_fold(n->node), 2, &m));
		while (machine_next(&m, &spot) == ERR_OK) {
			start = place_of_spot(2, spot);
			assert_int_equal(node_divergence(n->node, &start, &at), ERR_NOT_FOUND);
		}
		assert_no_lapse_is_void(n);
		world_free(w);
	}
}

/* Several at once, and a whole page of neighbours. */
static void test_many_at_once(void **state)
{
	struct world *w = world_ready(12);
	struct scrub_status s;
	struct log_status log;
	struct prng p;

	(void)state;
	prng_init(&p, 5);
	for (unsigned i = 0; i < 12; i++) {
		log_number number = rot_log(w, &w->nodes[0], &p, &log);
		(void)rot(w, &w->nodes[0], &p, number, prng_below(&p, log.size),
			  (enum rot_kind)(i % ROT_COUNT));
	}
	do {
		log_number number = rot_log(w, &w->nodes[0], &p, &log);
		for (uint64_t i = 2; i < 7 && i < log.size; i++)
			(void)rot(w, &w->nodes[0], &p, number, i, i % 2 == 0 ? ROT_ENTRY : ROT_LEAF);
	} while (log.size < 8);
	s = repair(w, &w->nodes[0]);
	assert_true(s.found >= 5);
	/* What stood behind another damage may be seen only when that is mended. */
	if (s.left > 0)
		s = repair(w, &w->nodes[0]);
	assert_int_equal(s.left, 0);
	settle(w);
	check_agreement(w);
	world_free(w);
}

static size_t stopped(struct sim_node *n)
{
	static struct node_status status;

	node_status(n->node, &status);
	return status.stopped_logs;
}

static void let_meet(struct world *w, bool can_meet)
{
	w->is_cut = !can_meet;
	for (size_t path = 0; path < SIM_PATHS; path++)
		path_set(w, 0, 1, path, can_meet);
}

/* Without a peer that log halts, and no other; a restart does not forget it. */
static void test_without_a_peer_one_log_halts(void **state)
{
	struct world *w = world_ready(13);
	struct sim_node *n = &w->nodes[0];
	struct scrub_status s;
	struct log_status log;
	struct prng p;
	log_number number;

	(void)state;
	prng_init(&p, 6);
	number = rot_log(w, &w->nodes[0], &p, &log);
	let_meet(w, false);
	world_advance(w, w->now_us + 2000000);
	assert_true(rot(w, n, &p, number, log.size / 2, ROT_ENTRY));
	s = repair(w, n);
	assert_true(s.left >= 1);
	assert_int_equal(stopped(n), 1);
	node_down(w, n);
	node_boot(w, n);
	assert_int_equal(stopped(n), 1);
	let_meet(w, true);
	world_advance(w, w->now_us + 2000000);
	s = repair(w, n);
	assert_int_equal(s.left, 0);
	assert_int_equal(stopped(n), 0);
	settle(w);
	check_agreement(w);
	world_free(w);
}

/* What is stopped at a start has no places until a pass has found them: the first one takes no half a day. */
static void test_a_start_finds_what_it_stopped_for(void **state)
{
	struct world *w = world_ready(13);
	struct sim_node *n = &w->nodes[0];
	struct rot_status rots[4];
	struct log_status log;
	struct prng p;
	struct now now;
	log_number number;

	(void)state;
	prng_init(&p, 6);
	number = rot_log(w, n, &p, &log);
	let_meet(w, false);
	assert_true(rot(w, n, &p, number, log.size / 2, ROT_ENTRY));
	assert_true(repair(w, n).left >= 1);
	node_down(w, n);
	node_boot(w, n);
	assert_int_equal(node_rots(n->node, &log.log, rots, ARRAY_COUNT(rots)), 0);
	now = world_now(w, n);
	for (int i = 0; i < 60; i++) {
		now.mono = mono_add_ms(now.mono, 1000);
		assert_int_equal(node_scrub(n->node, now, &n->fx), ERR_OK);
		node_turn(w, n);
	}
	assert_int_equal(node_rots(n->node, &log.log, rots, ARRAY_COUNT(rots)), 1);
	assert_int_equal(rots[0].index, log.size / 2);
	world_free(w);
}

/* The pass that goes by itself, with nobody asking: it finds the same, and halts that log. */
static void test_the_scrub_finds_it(void **state)
{
	struct world *w = world_ready(14);
	struct sim_node *n = &w->nodes[0];
	static struct node_status status;
	struct log_status log;
	struct prng p;
	struct now now = world_now(w, n);
	log_number number;

	(void)state;
	prng_init(&p, 7);
	number = rot_log(w, &w->nodes[0], &p, &log);
	assert_true(rot(w, n, &p, number, log.size / 2, ROT_LEAF));
	/* Not later than a day. */
	for (int64_t end = now.mono.us + 24 * 3600 * 1000000ll; now.mono.us < end && stopped(n) == 0;) {
		now.mono = mono_add_ms(now.mono, 60000);
		assert_int_equal(node_scrub(n->node, now, &n->fx), ERR_OK);
		node_turn(w, n);
	}
	assert_int_equal(stopped(n), 1);
	node_status(n->node, &status);
	assert_true(status.scrub.findings > 0);
	world_free(w);
}

#define MANY 150u /* turns, each with its signatures: a pass of many slices */

/* The last words that a pass comes to: no start reads them. */
static void rot_late(struct world *w, struct sim_node *n, struct prng *p)
{
	bool is_done = false;

	for (size_t i = record_logs_count(n->node->record); !is_done && i-- > 0;) {
		const struct log *log = record_log_at(n->node->record, i);
		for (uint64_t index = log->durable; !is_done && index-- > 0;)
			is_done = rot(w, n, p, log->number, index, ROT_CONTENT);
	}
	assert_true(is_done);
}

/* A day in which the node is started anew every so often. True: something has halted. */
static bool is_found_in_a_day(struct world *w, struct sim_node *n, uint64_t start_ms)
{
	for (uint64_t ms = 0; ms < 24 * 3600000 && stopped(n) == 0; ms += start_ms) {
		struct now now;
		node_down(w, n);
		node_boot(w, n);
		now = world_now(w, n);
		for (uint64_t at = 0; at < start_ms && stopped(n) == 0; at += 60000) {
			now.mono = mono_add_ms(now.mono, 60000);
			assert_int_equal(node_scrub(n->node, now, &n->fx), ERR_OK);
			node_turn(w, n);
		}
	}
	return stopped(n) > 0;
}

/* A pass goes on where the start before had come to: who is started every few hours reads everything too. */
static void test_the_scrub_outlives_starts(void **state)
{
	static const uint64_t starts_ms[] = { 5 * 3600000, 20 * 60000 };
	static struct node_status status;

	(void)state;
	for (size_t i = 0; i < STARTS; i++) {
		struct world *w = world_ready(14);
		struct sim_node *n = &w->nodes[0];
		struct prng p;

		prng_init(&p, 7);
		for (unsigned k = 0; k < MANY; k++) {
			officer_send(w, n, 2);
			node_turn(w, n);
			world_advance(w, w->now_us + 100000);
		}
		/* Where it begins in the middle of a log it finds nothing that is not there. */
		assert_false(is_found_in_a_day(w, n, starts_ms[i]));
		node_status(n->node, &status);
		assert_int_equal(status.scrub.findings, 0);
		rot_late(w, n, &p);
		assert_true(is_found_in_a_day(w, n, starts_ms[i]));
		assert_int_equal(stopped(n), 1);
		node_status(n->node, &status);
		assert_true(status.scrub.findings > 0);
		world_free(w);
	}
}

/* The log that was found to have rotted halts in a quiet moment, of which the world has no more. */
static void let_halt(struct world *w, struct sim_node *n)
{
	assert_int_equal(node_scrub(n->node, world_now(w, n), &n->fx), ERR_OK);
	node_turn(w, n);
	assert_true(stopped(n) > 0);
}

/* Every shared log's newest note, or its receipts: they would close each line that they are said on. */
static void rot_all(struct world *w, struct sim_node *n, struct prng *p, enum rot_kind kind)
{
	log_number number = 0;

	while (n->true_ops->log_next(n->store, number, &number) == ERR_OK) {
		struct store_log row;
		assert_int_equal(n->true_ops->log_get(n->store, number, &row), ERR_OK);
		if (row.size > 0 && accord_channel_find(w->accord, row.origin.channel)->plane != PLANE_HOME)
			(void)rot(w, n, p, number, row.size - 1, kind);
	}
}

static void test_what_has_rotted_is_not_said(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct world *w = world_ready(15);
		struct sim_node *n = &w->nodes[0];
		struct prng p;

		prng_init(&p, 8);
		rot_all(w, n, &p, i == 0 ? ROT_NOTE : ROT_LINE);
		node_down(w, n);
		node_boot(w, n);
		/* Both greet each other: that a path to an honest peer is closed ends the world. */
		world_advance(w, w->now_us + 5000000);
		let_halt(w, n);
		assert_int_equal(repair(w, n).left, 0);
		assert_int_equal(stopped(n), 0);
		settle(w);
		check_agreement(w);
		world_free(w);
	}
}

/* An entry that names what has rotted here waits for its repair; the node goes on. */
static void test_what_names_it_waits(void **state)
{
	struct world *w = world_ready(16);
	struct sim_node *n = &w->nodes[0], *author = &w->nodes[1];
	struct message_at at = { 0 };
	struct place_key place = { { 0 }, 0 };
	struct log_status logs[64];
	log_number number = 0;
	struct store_log row = { .size = 0 };
	uint64_t life = n->life;
	struct prng p;

	(void)state;
	prng_init(&p, 9);
	while (n->true_ops->log_next(n->store, number, &number) == ERR_OK) {
		assert_int_equal(n->true_ops->log_get(n->store, number, &row), ERR_OK);
		if (row.origin.channel == 2 && strcmp(row.origin.party, "birch") == 0)
			break;
	}
	while (place.log.epoch == 0 && fold_next_message(node_fold(n->node), 2, &at) == ERR_OK) {
		if (at.place.log.party == 1 && !rot_is_frontier(row.size, at.place.index))
			place = at.place;
	}
	assert_true(rot(w, n, &p, number, place.index, ROT_LEAF));
	officer_query(w, author, &place);
	node_turn(w, author);
	world_advance(w, w->now_us + 5000000);
	assert_int_equal(n->life, life);
	let_halt(w, n);
	assert_int_equal(repair(w, n).left, 0);
	settle(w);
	check_agreement(w);
	for (size_t i = 0, count = node_logs(n->node, logs, ARRAY_COUNT(logs)); i < count; i++)
		assert_int_equal(logs[i].folded, logs[i].size);
	world_free(w);
}

/* The store's number of a log, and its row. */
static log_number log_of(struct sim_node *n, uint32_t channel, const char *party, struct store_log *row)
{
	log_number number = 0;

	for (;;) {
		assert_int_equal(n->true_ops->log_next(n->store, number, &number), ERR_OK);
		assert_int_equal(n->true_ops->log_get(n->store, number, row), ERR_OK);
		if (row->origin.channel == channel && strcmp(row->origin.party, party) == 0)
			return number;
	}
}

static uint64_t note_above(struct sim_node *n, log_number number, uint64_t size)
{
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	uint64_t found = 0;

	return n->true_ops->note_above(n->store, number, size, &found, &note) == ERR_OK ? found : 0;
}

/* Both are repaired together, as after a bad night for both machines. */
static void repair_both(struct world *w)
{
	struct node_status status[2];
	bool is_over = false;

	for (size_t k = 0; k < 2; k++)
		assert_int_equal(node_repair(w->nodes[k].node, world_now(w, &w->nodes[k])), ERR_OK);
	for (int i = 0; i < 400 && !is_over; i++) {
		for (size_t k = 0; k < 2; k++) {
			struct sim_node *n = &w->nodes[k];
			assert_int_equal(node_scrub(n->node, world_now(w, n), &n->fx), ERR_OK);
			assert_int_equal(node_tick(n->node, world_now(w, n), &n->fx), ERR_OK);
			node_turn(w, n);
			node_status(n->node, &status[k]);
		}
		is_over = !status[0].scrub.is_repairing && !status[1].scrub.is_repairing;
		world_advance(w, w->now_us + 250000);
	}
	assert_true(is_over);
	for (size_t k = 0; k < 2; k++) {
		assert_true(status[k].scrub.found > 0);
		assert_int_equal(status[k].scrub.left, 0);
		assert_int_equal(stopped(&w->nodes[k]), 0);
	}
	settle(w);
	check_agreement(w);
}

/* So many messages in one turn, and so under one note. */
static void say_on(struct world *w, struct sim_node *n, uint32_t channel, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		officer_send(w, n, channel);
	node_turn(w, n);
	world_advance(w, w->now_us + 2000000);
}

static void say(struct world *w, struct sim_node *n, unsigned count)
{
	say_on(w, n, 2, count);
}

/* The newest batch needs its content and its note: no side has both, and together they have. */
static void test_each_has_what_the_other_lacks(void **state)
{
	struct world *w = world_ready(17);
	struct store_log row;
	log_number numbers[2];
	struct prng p;

	(void)state;
	prng_init(&p, 10);
	say(w, &w->nodes[0], 1);
	for (size_t k = 0; k < 2; k++)
		numbers[k] = log_of(&w->nodes[k], 2, "aster", &row);
	assert_int_equal(note_above(&w->nodes[1], numbers[1], row.size), row.size);
	assert_true(rot(w, &w->nodes[0], &p, numbers[0], row.size - 1, ROT_CONTENT));
	assert_true(rot(w, &w->nodes[1], &p, numbers[1], row.size - 1, ROT_NOTE));
	repair_both(w);
	world_free(w);
}

/* Of three contents under one note one side has the second, and the other the rest. */
static void test_each_has_other_contents(void **state)
{
	struct world *w = world_ready(18);
	struct store_log row;
	log_number numbers[2];
	struct prng p;

	(void)state;
	prng_init(&p, 11);
	say(w, &w->nodes[1], 3);
	for (size_t k = 0; k < 2; k++) {
		numbers[k] = log_of(&w->nodes[k], 2, "birch", &row);
		assert_int_equal(note_above(&w->nodes[k], numbers[k], row.size - 2), row.size);
	}
	for (uint64_t i = 1; i <= 3; i++) {
		size_t k = i % 2;
		assert_true(rot(w, &w->nodes[k], &p, numbers[k], row.size - i, ROT_CONTENT));
	}
	repair_both(w);
	world_free(w);
}

/* Of three one alone has the words: who answers first, and has not, ends nothing. */
static void test_the_third_has_the_words(void **state)
{
	struct world *w = world_new(19, 3, getenv("VERBOSE") != NULL);
	struct store_log row;
	struct prng p;

	(void)state;
	w->is_rotten = true;
	faults_end(w);
	world_advance(w, 25000000);
	prng_init(&p, 13);
	say(w, &w->nodes[2], 1);
	for (size_t k = 0; k < 2; k++) {
		log_number number = log_of(&w->nodes[k], 2, "cedar", &row);
		assert_true(rot(w, &w->nodes[k], &p, number, row.size - 1, ROT_CONTENT));
	}
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(repair(w, &w->nodes[k]).left, 0);
		assert_int_equal(stopped(&w->nodes[k]), 0);
	}
	settle(w);
	check_agreement(w);
	world_free(w);
}

/* Words that have rotted here and were erased there meanwhile: nobody can give them again, and none need. */
static void test_words_that_were_erased_meanwhile(void **state)
{
	struct world *w = world_ready(17);
	struct sim_node *author = &w->nodes[0], *reader = &w->nodes[1];
	struct store_log row;
	struct place_key at = { { 2, 0, 1 }, 0 };
	struct prng p;
	log_number number;

	(void)state;
	prng_init(&p, 12);
	say(w, author, 1);
	number = log_of(reader, 2, "aster", &row);
	at.index = row.size - 1;
	let_meet(w, false);
	assert_true(rot(w, reader, &p, number, at.index, ROT_CONTENT));
	assert_int_equal(repair(w, reader).left, 1);
	officer_erase(w, author, &at, 2);
	node_turn(w, author);
	let_meet(w, true);
	world_advance(w, w->now_us + 2000000);
	assert_int_equal(repair(w, reader).left, 0);
	assert_int_equal(stopped(reader), 0);
	settle(w);
	check_agreement(w);
	assert_true(check_is_erased(reader, &at));
	check_erased(w, reader, &at);
	world_free(w);
}

/* A tree that has rotted leads to another root than the note that a peer holds: no fork, and no lost log. */
static void test_an_own_tree_that_has_rotted_is_no_fork(void **state)
{
	struct world *w = world_ready(19);
	struct sim_node *n = &w->nodes[0];
	struct store_log row, before;
	struct log_status logs[64];
	struct prng p;
	log_number number;

	(void)state;
	prng_init(&p, 12);
	let_meet(w, false);
	(void)log_of(&w->nodes[1], 2, "aster", &before);
	do {
		say(w, n, 1);
		number = log_of(n, 2, "aster", &row);
	} while ((row.size & before.size) == before.size);
	/* What the tree of that size ends with, and the tree of now does not. */
	for (uint64_t index = before.size; index-- > 0;) {
		if (rot_is_frontier(before.size, index) && !rot_is_frontier(row.size, index)) {
			assert_true(rot(w, n, &p, number, index, ROT_NODES));
			break;
		}
	}
	let_meet(w, true);
	world_advance(w, w->now_us + 5000000);
	let_halt(w, n);
	/* A receipt behind it is found when the tree is right. */
	if (repair(w, n).left > 0)
		assert_int_equal(repair(w, n).left, 0);
	for (size_t i = node_logs(n->node, logs, ARRAY_COUNT(logs)); i-- > 0;)
		assert_int_equal(logs[i].state, LOG_RUNS);
	settle(w);
	check_agreement(w);
	world_free(w);
}

/* The tree goes on from what has rotted: a restart makes it again of its entries, with no peer's help. */
static void test_a_tree_is_made_again_of_its_entries(void **state)
{
	struct world *w = world_ready(20);
	struct sim_node *n = &w->nodes[0];
	struct prng p;

	(void)state;
	prng_init(&p, 13);
	for (unsigned i = 0; i < 8; i++) {
		struct store_log row;
		log_number number = log_of(n, 2, i % 4 < 2 ? "aster" : "birch", &row);
		uint64_t index = row.size - 1;
		for (uint64_t k = index; i >= 4 && k-- > 0 && index + 1 == row.size;)
			index = rot_is_frontier(row.size, k) ? k : index;
		assert_true(rot(w, n, &p, number, index, i % 2 == 0 ? ROT_LEAF : ROT_NODES));
		node_down(w, n);
		node_boot(w, n);
		/* Who read it before the restart halted the log. */
		if (stopped(n) > 0)
			assert_int_equal(repair(w, n).left, 0);
		assert_int_equal(stopped(n), 0);
		say(w, n, 1);
	}
	assert_int_equal(repair(w, n).found, 0);
	settle(w);
	check_agreement(w);
	world_free(w);
}

/* Its last entry has changed too: that log halts, the others go on, and a peer mends it. */
static void test_a_tree_that_is_lost_halts_its_log(void **state)
{
	struct world *w = world_ready(21);
	struct sim_node *n = &w->nodes[0];
	struct prng p;

	(void)state;
	prng_init(&p, 14);
	for (unsigned i = 0; i < 2; i++) {
		struct store_log row;
		log_number number;
		do {
			say(w, &w->nodes[i], 1);
			number = log_of(n, 2, i == 0 ? "aster" : "birch", &row);
		} while (row.size % 2 == 0); /* the last leaf is a node that the tree goes on from */
		assert_true(rot(w, n, &p, number, row.size - 1, ROT_LEAF));
		assert_true(rot(w, n, &p, number, row.size - 1, ROT_ENTRY));
		node_down(w, n);
		node_boot(w, n);
		assert_int_equal(stopped(n), 1);
		world_advance(w, w->now_us + 2000000);
		if (repair(w, n).left > 0) /* a receipt behind it */
			assert_int_equal(repair(w, n).left, 0);
		assert_int_equal(stopped(n), 0);
		say(w, n, 1);
	}
	settle(w);
	check_agreement(w);
	world_free(w);
}

/*
 * What nobody else holds, on a line that is down and on a home channel: a leaf or a node that has changed
 * follows from the entries, and they from a root that is known, with no start and no peer.
 */
static void test_what_follows_from_the_entries_grows_again(void **state)
{
	static const uint32_t channels[] = { 2, 900 };
	struct world *w = world_ready(22);
	struct sim_node *n = &w->nodes[0];
	struct prng p;

	(void)state;
	prng_init(&p, 15);
	let_meet(w, false);
	for (size_t c = 0; c < ARRAY_COUNT(channels); c++) {
		struct store_log row;
		log_number number;
		for (unsigned i = 0; i < 4; i++)
			say_on(w, n, channels[c], 1 + i % 2);
		number = log_of(n, channels[c], "aster", &row);
		for (uint64_t i = 0; i < 6; i++) {
			struct scrub_status s;
			for (uint64_t k = 0; k <= i % 3; k++)
				assert_true(rot(w, n, &p, number, row.size - 1 - i + k % (i + 1),
						i < 3 ? ROT_LEAF : ROT_NODES));
			s = repair(w, n);
			assert_true(s.found > 0);
			assert_int_equal(s.left, 0);
			assert_int_equal(stopped(n), 0);
		}
		say_on(w, n, channels[c], 1);
	}
	let_meet(w, true);
	settle(w);
	check_agreement(w);
	world_free(w);
}

static struct log_status newest(struct sim_node *n, size_t party, uint32_t channel)
{
	struct log_status logs[64], found = { .size = 0 };

	for (size_t i = node_logs(n->node, logs, ARRAY_COUNT(logs)); i-- > 0;) {
		if (logs[i].log.party == party && logs[i].log.channel == channel &&
		    logs[i].log.epoch > found.log.epoch)
			found = logs[i];
	}
	return found;
}

/* Entries `lost` and `held` of aster's log on that channel, whose line is down, have rotted. */
static struct world *world_with_loss(uint64_t seed, uint32_t channel, uint64_t held, uint64_t *lost)
{
	struct world *w = world_ready(seed);
	struct sim_node *n = &w->nodes[0];
	struct store_log row;
	struct prng p;
	log_number number;

	prng_init(&p, 16);
	let_meet(w, false);
	for (unsigned i = 0; i < 4; i++)
		say_on(w, n, channel, 2);
	number = log_of(n, channel, "aster", &row);
	*lost = row.size - 4;
	assert_true(rot(w, n, &p, number, *lost, ROT_ENTRY));
	assert_true(rot(w, n, &p, number, held, ROT_ENTRY));
	assert_int_equal(repair(w, n).left, 2);
	assert_int_equal(stopped(n), 1);
	return w;
}

/* As the registrar says; what stood in what is given up the terminals say again. */
static void give_up(struct world *w, struct sim_node *n, uint32_t channel)
{
	uint64_t refused = w->counters.refused;

	n->is_restored = true; /* from here on, also where the turn fails */
	officer_open(w, n, channel);
	node_turn(w, n);
	assert_int_equal(w->counters.refused, refused);
	check_reopened(w, n);
	n->is_restored = false;
	officer_resend(w, n);
	node_turn(w, n);
	assert_int_equal(w->counters.refused, refused);
	settle(w);
}

/*
 * The words of an entry that nobody else holds are gone with its bytes. The node says which, and that nobody
 * has it; of what a peer holds it says who. The registrar opens the next epoch, the log ends before what is
 * lost, and all that was said since is said again in the next one.
 */
static void test_what_is_lost_is_named_and_given_up(void **state)
{
	uint64_t lost, held = 5, said;
	struct world *w = world_with_loss(23, 2, held, &lost);
	struct sim_node *n = &w->nodes[0];
	struct rot_status rots[8];
	struct log_status log;

	(void)state;
	log = newest(n, 0, 2);
	said = n->acknowledged_count;
	assert_int_equal(node_rots(n->node, &log.log, rots, ARRAY_COUNT(rots)), 2);
	assert_int_equal(rots[0].index, held);
	assert_int_equal(rots[0].held_by, 1u << 1);
	assert_int_equal(rots[1].index, lost);
	assert_int_equal(rots[1].held_by, 0);
	assert_string_equal(rots[1].what, "NODE");
	assert_in_range(log.sound_size, lost - 1, lost);
	let_meet(w, true);
	settle(w);
	assert_int_equal(repair(w, n).left, 1);
	give_up(w, n, 2);
	assert_int_equal(stopped(n), 0);
	assert_in_range(n->acknowledged_count, said + 3, said + 8);
	say(w, n, 3);
	settle(w);
	log = newest(n, 0, 2);
	assert_int_equal(log.state, LOG_RUNS);
	assert_int_equal(log.log.epoch, 2);
	assert_true(log.size >= 8);
	node_down(w, n);
	node_boot(w, n);
	world_advance(w, w->now_us + 5000000);
	settle(w);
	check_agreement(w);
	world_free(w);
}

/*
 * Of a home channel nobody else has anything: the log ends as it is, and what is whole of it stays. An
 * officer's key that is lost with its entry is not repeated.
 */
static void test_a_home_log_is_given_up_as_it_is(void **state)
{
	uint64_t lost, key = 2; /* the second person's */
	struct world *w = world_with_loss(24, 900, key, &lost);
	struct sim_node *n = &w->nodes[0];
	struct log_status log = newest(n, 0, 900);
	struct rot_status rots[8];

	(void)state;
	assert_int_equal(log.sound_size, log.size);
	assert_int_equal(node_rots(n->node, &log.log, rots, ARRAY_COUNT(rots)), 2);
	assert_int_equal(rots[0].held_by | rots[1].held_by, 0);
	let_meet(w, true);
	give_up(w, n, 900);
	say_on(w, n, 900, 3);
	node_down(w, n);
	node_boot(w, n);
	log = newest(n, 0, 900);
	assert_int_equal(log.state, LOG_RUNS);
	assert_int_equal(log.log.epoch, 2);
	assert_int_equal(log.size, 5);
	assert_int_equal(log.folded, log.size);
	world_free(w);
}

/* Before a repair has looked nobody knows what is lost: then nothing is given up. */
static void test_nothing_is_given_up_unseen(void **state)
{
	uint64_t lost, refused;
	struct world *w = world_with_loss(25, 2, 5, &lost);
	struct sim_node *n = &w->nodes[0];

	(void)state;
	node_down(w, n);
	node_boot(w, n);
	assert_int_equal(stopped(n), 1);
	refused = w->counters.refused;
	officer_open(w, n, 2);
	node_turn(w, n);
	assert_int_equal(w->counters.refused, refused + 1);
	assert_int_equal(newest(n, 0, 2).log.epoch, 1);
	world_free(w);
}

/* Whoever opens the next epoch names its old log, how much of it stays, and the root of that, all rightly. */
static void test_what_is_given_up_is_said_exactly(void **state)
{
	uint64_t lost;
	struct world *w = world_with_loss(28, 2, 5, &lost);
	struct sim_node *n = &w->nodes[0];
	struct log_status log = newest(n, 0, 2);

	(void)state;
	assert_true(log.sound_size < log.size);
	for (unsigned i = 0; i < 5; i++) {
		uint8_t manifest_memory[48], old_memory[64];
		struct buf manifest = BUF_ON(manifest_memory), old = BUF_ON(old_memory);
		uint64_t refused = w->counters.refused;
		struct draft d;

		draft_open(w, n, &d, 2, KIND_OPEN);
		cbor_put_bytes(&manifest, BYTES_OF(w->accord->hash));
		cbor_put_array(&old, 3);
		cbor_put_uint(&old, log.log.epoch + (i == 0));
		cbor_put_uint(&old, i == 1 ? log.size : log.sound_size);
		cbor_put_bytes(&old, i == 2 ? BYTES_OF(log.root) : BYTES_OF(log.sound_root));
		d.s.seen_count = 0;
		d.s.fields[0] = (struct field){ FIELD_OPEN_MANIFEST, buf_bytes(&manifest) };
		d.s.fields[1] = (struct field){ FIELD_OPEN_OLD, buf_bytes(&old) };
		d.s.fields_count = i == 3 ? 1 : 2;
		draft_submit(w, n, &d, &n->officer.registrar);
		n->is_restored = i == 4; /* from here on, also where the turn fails */
		node_turn(w, n);
		assert_int_equal(w->counters.refused, refused + (i < 4));
		assert_int_equal(newest(n, 0, 2).log.epoch, i < 4 ? 1 : 2);
	}
	world_free(w);
}

/* The node starts, and while it does the entry reads as another: a disk's moment, which leaves no trace. */
static void boot_misread(struct world *w, struct sim_node *n, log_number number, uint64_t index)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	const struct store_ops *ops = n->true_ops;
	uint8_t hashes_memory[64 * HASH_LEN];
	struct buf bytes = BUF_ON(memory), hashes = BUF_ON(hashes_memory);
	struct prng p;

	prng_init(&p, 17);
	assert_int_equal(ops->entry_get(n->store, number, index, &bytes, &hashes), ERR_OK);
	assert_true(rot(w, n, &p, number, index, ROT_ENTRY));
	node_down(w, n);
	node_boot(w, n);
	assert_int_equal(ops->begin(n->store), ERR_OK);
	assert_int_equal(ops->entry_renew(n->store, number, index, buf_bytes(&bytes), buf_bytes(&hashes)),
			 ERR_OK);
	assert_int_equal(ops->commit(n->store), ERR_OK);
}

/* Both hold the next version of the accord; what becomes of it this story says. */
static void adopt_both(struct world *w)
{
	world_rotates(w);
	for (size_t i = 0; i < 2; i++) {
		struct sim_node *n = &w->nodes[i];
		assert_int_equal(node_adopt(n->node, world_now(w, n), w->next, &n->fx), ERR_OK);
		n->has_next = true;
		node_turn(w, n);
	}
}

/*
 * At a start a log's first entry, which says whose keys sign, was misread: whoever moves the log afterwards
 * is not said to have used a key that does not hold, be it the peer's log or our own.
 */
static void test_a_misread_first_entry_accuses_nobody(void **state)
{
	(void)state;
	for (size_t author = 0; author < 2; author++) {
		struct world *w = world_ready(22 + author);
		struct sim_node *n = &w->nodes[0];
		struct log_key key = { 2, w->nodes[author].party, 1 };
		uint8_t memory[NOTE_LEN_MAX];
		struct store_log row;

		adopt_both(w); /* with this seed that party's log key */
		boot_misread(w, n, log_of(n, 2, author == 0 ? "aster" : "birch", &row), 0);
		officer_move(w, &w->nodes[author]);
		node_turn(w, &w->nodes[author]);
		world_advance(w, w->now_us + 2000000);
		say(w, &w->nodes[author], 1);
		(void)repair(w, n);
		settle(w);
		for (size_t i = 0; i < 2; i++) {
			struct buf kept = BUF_ON(memory);
			assert_int_equal(node_misused(w->nodes[i].node, &key, &kept), ERR_NOT_FOUND);
			assert_int_equal(stopped(&w->nodes[i]), 0);
		}
		check_agreement(w);
		world_free(w);
	}
}

/* A row of the views that reads as no row that was written, until it is deleted. */
static struct {
	const struct map_ops *map;
	enum err (*walk)(struct store *s, bool is_first, struct buf *key);
	uint8_t memory[MAP_KEY_MAX];
	struct buf key;
	bool is_rotten;
} row;

static enum err rotten(struct bytes key, enum err e)
{
	return e == ERR_OK && row.is_rotten && bytes_equal(key, buf_bytes(&row.key)) ? ERR_CORRUPT : e;
}

static enum err row_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			 struct buf *value)
{
	enum err e = row.map->next(self, prefix, after, key, value);

	return rotten(buf_bytes(key), e);
}

static enum err row_del(void *self, struct bytes key)
{
	row.is_rotten = row.is_rotten && !bytes_equal(key, buf_bytes(&row.key));
	return row.map->del(self, key);
}

static enum err row_walk(struct store *s, bool is_first, struct buf *key)
{
	enum err e = row.walk(s, is_first, key);

	return rotten(buf_bytes(key), e);
}

static void let_row_rot(struct sim_node *n)
{
	static struct map_ops map;

	row.map = n->node->views.ops;
	row.walk = n->store_ops.views_walk;
	buf_init(&row.key, row.memory, sizeof row.memory);
	assert_int_equal(map_next(&n->node->views, (struct bytes){ NULL, 0 }, (struct bytes){ NULL, 0 },
				  &row.key, NULL),
			 ERR_OK);
	row.is_rotten = true;
	map = *row.map;
	map.next = row_next;
	map.del = row_del;
	n->node->views.ops = &map;
	n->store_ops.views_walk = row_walk;
}

/*
 * What a row of the views said nobody else has: all of them are made anew, and as it may have been why an own
 * log stays closed, that waits until everybody has been asked.
 */
static void test_a_row_of_the_views_is_given_up(void **state)
{
	struct world *w = world_ready(27);
	struct sim_node *n = &w->nodes[0];
	struct scrub_status s;

	(void)state;
	let_meet(w, false);
	node_down(w, n);
	node_boot(w, n);
	assert_int_equal(newest(n, 0, 2).state, LOG_RUNS);
	let_row_rot(n);
	s = repair(w, n);
	assert_int_equal(s.found, 1);
	assert_int_equal(s.left, 0);
	assert_false(row.is_rotten);
	assert_int_equal(newest(n, 0, 2).state, LOG_RECOVERING);
	assert_int_equal(newest(n, 0, 900).state, LOG_RUNS); /* of which nobody else knows */
	n->node->views.ops = row.map;
	n->store_ops.views_walk = row.walk;
	let_meet(w, true);
	settle(w);
	assert_int_equal(newest(n, 0, 2).state, LOG_RUNS);
	say(w, n, 1);
	settle(w);
	check_agreement(w);
	world_free(w);
}

/*
 * An own log that has moved to the next version waits for what has rotted, and the node has not folded the
 * move: until it has, it takes no message that only the version before allows.
 */
static void test_no_door_opens_by_the_version_before(void **state)
{
	struct world *w = world_ready(29);
	struct sim_node *n = &w->nodes[0];
	uint64_t refused;
	log_number number;
	struct store_log log;
	struct prng p;
	struct draft d;

	(void)state;
	prng_init(&p, 17);
	adopt_both(w);
	say(w, &w->nodes[1], 1);
	say(w, n, 1);
	officer_move(w, n);
	node_turn(w, n);
	world_advance(w, w->now_us + 2000000);
	assert_true(newest(n, 0, 2).accord == w->next);
	let_meet(w, false);
	number = log_of(n, 2, "birch", &log);
	assert_true(rot(w, n, &p, number, log.size - 1, ROT_ENTRY));
	let_row_rot(n);
	assert_true(repair(w, n).left >= 1);
	n->node->views.ops = row.map;
	n->store_ops.views_walk = row.walk;
	let_meet(w, true);
	settle(w);
	assert_int_equal(newest(n, 0, 2).state, LOG_RUNS);
	assert_true(newest(n, 0, 2).folded < newest(n, 0, 2).size);
	refused = w->counters.refused;
	draft_open(w, n, &d, 2, KIND_MESSAGE);
	draft_addressees(w, n, &d);
	d.s.has_precedence = true;
	d.s.precedence = PRECEDENCE_PRIORITY;
	draft_content(w, &d, 40, (struct bytes){ NULL, 0 });
	draft_submit(w, n, &d, &n->officer.key);
	node_turn(w, n);
	assert_int_equal(w->counters.refused, refused + 1);
	assert_int_equal(repair(w, n).left, 0);
	settle(w);
	check_agreement(w);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_of_the_views_is_given_up),
		cmocka_unit_test(test_no_door_opens_by_the_version_before),
		cmocka_unit_test(test_a_tree_is_made_again_of_its_entries),
		cmocka_unit_test(test_a_tree_that_is_lost_halts_its_log),
		cmocka_unit_test(test_each_has_what_the_other_lacks),
		cmocka_unit_test(test_each_has_other_contents),
		cmocka_unit_test(test_the_third_has_the_words),
		cmocka_unit_test(test_words_that_were_erased_meanwhile),
		cmocka_unit_test(test_an_own_tree_that_has_rotted_is_no_fork),
		cmocka_unit_test(test_a_misread_first_entry_accuses_nobody),
		cmocka_unit_test(test_a_peer_mends_all_of_it),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_no_state_is_compared_meanwhile),
		cmocka_unit_test(test_without_a_peer_one_log_halts),
		cmocka_unit_test(test_a_start_finds_what_it_stopped_for),
		cmocka_unit_test(test_the_scrub_finds_it),
		cmocka_unit_test(test_the_scrub_outlives_starts),
		cmocka_unit_test(test_what_has_rotted_is_not_said),
		cmocka_unit_test(test_what_names_it_waits),
		cmocka_unit_test(test_what_follows_from_the_entries_grows_again),
		cmocka_unit_test(test_what_is_lost_is_named_and_given_up),
		cmocka_unit_test(test_a_home_log_is_given_up_as_it_is),
		cmocka_unit_test(test_nothing_is_given_up_unseen),
		cmocka_unit_test(test_what_is_given_up_is_said_exactly),
	};

	crypto_init();
	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_NOTICE : (enum log_level)0);
	return cmocka_run_group_tests_name("rot", tests, NULL, NULL);
}
