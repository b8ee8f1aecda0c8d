/*
 * What a disk has changed, on one side: it is found, its log alone halts, and the peer who holds it mends it.
 */
#include "world.h"

#include "base/log.h"
#include "wire/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROTS 120u

enum rot_kind { ROT_ENTRY, ROT_LEAF, ROT_NODES, ROT_CONTENT, ROT_NOTE, ROT_LINE, ROT_BLOB, ROT_COUNT };

static void flip(struct buf *b, struct prng *p)
{
	uint64_t bit = prng_below(p, b->len * 8);

	b->ptr[bit / 8] ^= (uint8_t)(1u << (bit % 8));
}

struct row {
	struct statement statement;
	struct entry entry;
	struct buf bytes, hashes;
};

static bool row_read(struct sim_node *n, log_number log, uint64_t index, struct row *out)
{
	static uint8_t memory[ENTRY_LEN_MAX], hashes_memory[64 * HASH_LEN];
	struct fault fault;

	out->bytes = BUF_ON(memory);
	out->hashes = BUF_ON(hashes_memory);
	return n->true_ops->entry_get(n->store, log, index, &out->bytes, &out->hashes) == ERR_OK &&
	       entry_read(buf_bytes(&out->bytes), &out->entry, &out->statement, &fault) == ERR_OK;
}

/* The first attachment of the entry's content, if the node holds it whole. */
static bool blob_of(struct sim_node *n, const struct row *row, uint8_t hash[HASH_LEN], struct buf *blob)
{
	static uint8_t memory[CONTENT_LEN_MAX];
	struct buf text = BUF_ON(memory);
	struct content content;
	struct fault fault;
	uint64_t held, total;

	if (!row->statement.has_content ||
	    n->true_ops->content_get(n->store, row->statement.content.hash, &text) != ERR_OK ||
	    content_read(buf_bytes(&text), &content, &fault) != ERR_OK || content.attachments_count == 0)
		return false;
	memcpy(hash, content.attachments[0].hash, HASH_LEN);
	return n->true_ops->attachment_held(n->store, hash, &held, &total) == ERR_OK && total > 0 &&
	       held == total && n->true_ops->attachment_get(n->store, hash, 0, total, blob) == ERR_OK;
}

/*
 * Changes one thing that a node holds of a log, behind its back; false if there is none of that kind there.
 */
static bool rot(struct sim_node *n, struct prng *p, log_number log, uint64_t index, enum rot_kind kind)
{
	static uint8_t memory[1 << 20];
	const struct store_ops *ops = n->true_ops;
	struct store *s = n->store;
	struct buf other = BUF_ON(memory), old;
	uint8_t hash[HASH_LEN];
	struct row row;
	uint64_t found = 0, total;
	bool is_done = true;
	enum err e = ERR_OK;

	if (!row_read(n, log, index, &row) || ops->begin(s) != ERR_OK)
		return false;
	switch (kind) {
	case ROT_ENTRY:
		flip(&row.bytes, p);
		e = ops->entry_renew(s, log, index, buf_bytes(&row.bytes), buf_bytes(&row.hashes));
		break;
	case ROT_LEAF:
	case ROT_NODES:
		old = row.hashes;
		if (kind == ROT_LEAF)
			old.len = HASH_LEN;
		flip(&old, p);
		e = ops->entry_renew(s, log, index, buf_bytes(&row.bytes), buf_bytes(&row.hashes));
		break;
	case ROT_CONTENT:
		is_done = row.statement.has_content &&
			  ops->content_get(s, row.statement.content.hash, &other) == ERR_OK;
		if (is_done) {
			flip(&other, p);
			e = ops->content_renew(s, row.statement.content.hash, buf_bytes(&other));
		}
		break;
	case ROT_NOTE:
		is_done = ops->note_above(s, log, index, &found, &other) == ERR_OK;
		if (is_done) {
			flip(&other, p);
			e = ops->note_put(s, log, found, buf_bytes(&other));
		}
		break;
	case ROT_LINE:
		is_done = ops->cosignature_above(s, log, index, BYTES_LIT("birch"), &found, &other) == ERR_OK;
		if (is_done) {
			flip(&other, p);
			e = ops->cosignature_put(s, log, found, BYTES_LIT("birch"), buf_bytes(&other));
		}
		break;
	case ROT_BLOB:
		is_done = blob_of(n, &row, hash, &other);
		if (is_done) {
			total = other.len;
			flip(&other, p);
			e = ops->attachment_del(s, hash);
			if (e == ERR_OK)
				e = ops->attachment_put(s, hash, total, 0, buf_bytes(&other));
		}
		break;
	case ROT_COUNT:
		break;
	}
	assert_int_equal(e, ERR_OK);
	assert_int_equal(ops->commit(s), ERR_OK);
	return is_done;
}

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

/* A log that both are to hold, by chance. */
static log_number log_of(struct world *w, struct prng *p, struct log_status *out)
{
	struct sim_node *n = &w->nodes[0];
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));
	log_number number = 0;

	do {
		*out = logs[prng_below(p, count)];
	} while (out->size == 0 || accord_channel_find(w->accord, out->log.channel)->plane == PLANE_HOME);
	while (n->true_ops->log_next(n->store, number, &number) == ERR_OK) {
		struct store_log row;
		assert_int_equal(n->true_ops->log_get(n->store, number, &row), ERR_OK);
		if (row.origin.channel == out->log.channel && row.origin.epoch == out->log.epoch &&
		    strcmp(row.origin.party, w->accord->parties[out->log.party].name) == 0)
			return number;
	}
	fail_msg("no such log");
	return 0;
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
		log_number number = log_of(w, &p, &log);
		uint64_t index = prng_below(&p, log.size);
		bool is_done = rot(&w->nodes[0], &p, number, index, kind);
		/* Few messages have an attachment. */
		for (index = 0; kind == ROT_BLOB && !is_done && index < log.size; index++)
			is_done = rot(&w->nodes[0], &p, number, index, kind);
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
		log_number number = log_of(w, &p, &log);
		(void)rot(&w->nodes[0], &p, number, prng_below(&p, log.size), (enum rot_kind)(i % ROT_COUNT));
	}
	do {
		log_number number = log_of(w, &p, &log);
		for (uint64_t i = 2; i < 7 && i < log.size; i++)
			(void)rot(&w->nodes[0], &p, number, i, i % 2 == 0 ? ROT_ENTRY : ROT_LEAF);
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
	number = log_of(w, &p, &log);
	w->is_cut = true;
	for (size_t path = 0; path < SIM_PATHS; path++)
		path_set(w, 0, 1, path, false);
	world_advance(w, w->now_us + 2000000);
	assert_true(rot(n, &p, number, log.size / 2, ROT_ENTRY));
	s = repair(w, n);
	assert_true(s.left >= 1);
	assert_int_equal(stopped(n), 1);
	node_down(w, n);
	node_boot(w, n);
	assert_int_equal(stopped(n), 1);
	w->is_cut = false;
	for (size_t path = 0; path < SIM_PATHS; path++)
		path_set(w, 0, 1, path, true);
	world_advance(w, w->now_us + 2000000);
	s = repair(w, n);
	assert_int_equal(s.left, 0);
	assert_int_equal(stopped(n), 0);
	settle(w);
	check_agreement(w);
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
	number = log_of(w, &p, &log);
	assert_true(rot(n, &p, number, log.size / 2, ROT_LEAF));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_peer_mends_all_of_it),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_without_a_peer_one_log_halts),
		cmocka_unit_test(test_the_scrub_finds_it),
	};

	crypto_init();
	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_NOTICE : (enum log_level)0);
	return cmocka_run_group_tests_name("rot", tests, NULL, NULL);
}
