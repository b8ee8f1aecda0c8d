/*
 * A machine rolled back with its signer's file, out of reach of its peer, cannot know it: it signs a second
 * history.
 * At the first contact the peer stops that log and holds a proof that a stranger can check.
 */
#include "world.h"

#include "base/alloc.h"
#include "base/log.h"
#include "record/fork.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEADER 1u

static struct log_status log_of(struct sim_node *n, size_t party)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (logs[i].log.channel == LEADER && logs[i].log.party == party)
			return logs[i];
	}
	fail_msg("no log of party %zu", party);
	return logs[0];
}

/* The FORK statement in a node's own logs, checked with the log key alone. */
static bool has_proof(struct world *w, struct sim_node *n, const uint8_t log_key[SIGN_PUBLIC_LEN])
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, 0 };
		if (logs[i].log.party != n->party)
			continue;
		for (; at.index < logs[i].size; at.index++) {
			struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
			struct entry_read_out read;
			static struct fork fork;
			struct fault fault;
			if (node_entry(n->node, &at, &bytes, &read) != ERR_OK)
				world_fail(w, "an entry cannot be read");
			if (read.statement.kind == KIND_FORK &&
			    node_content(n->node, &read.statement, &content) == ERR_OK &&
			    fork_read(buf_bytes(&content), &fork, &fault) == ERR_OK &&
			    fork_check(&fork, (const uint8_t *const[]){ log_key }, 1, &fault) == ERR_OK)
				return true;
		}
	}
	return false;
}

/* Goes on until this node holds more of the first party's log. */
static void until_more(struct world *w, struct sim_node *n, uint64_t size)
{
	int64_t until = w->now_us + 400000000;

	while (w->now_us < until && log_of(n, 0).size <= size)
		world_advance(w, w->now_us + 5000000);
	assert_true(log_of(n, 0).size > size);
}

static void test_rolled_back_machine(void **state)
{
	struct world *w = world_new(*(uint64_t *)*state, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	static struct sim_signer signer;
	uint64_t size;

	world_advance(w, 10000000);
	disk_keep(w, a);
	signer_copy(&signer, &a->signer);
	size = log_of(a, 0).size;
	until_more(w, b, size);
	/* Rolled back, all of it, and alone. */
	w->is_cut = true;
	w->forked = (uint8_t)(1u << a->party);
	node_down(w, a);
	disk_restore(w, a);
	signer_copy(&a->signer, &signer);
	a->is_restored = true;
	memset(a->cosigned, 0, sizeof a->cosigned);
	node_boot(w, a);
	until_more(w, a, size);
	assert_false(has_proof(w, b, a->log_key.public));
	w->is_cut = false;
	world_advance(w, w->now_us + 30000000);
	assert_int_equal(log_of(b, 0).state, LOG_STOPPED);
	assert_true(has_proof(w, b, a->log_key.public));
	/* Other logs go on, and the one who forked writes no more in that epoch. */
	assert_int_equal(log_of(b, 1).state, LOG_RUNS);
	assert_int_not_equal(log_of(a, 0).state, LOG_RUNS);
	world_free(w);
}

/* The same under an accord that says `start strict`: it waits for the other, and there is no fork. */
static void test_rolled_back_machine_waits(void **state)
{
	struct world *w = world_new(*(uint64_t *)*state, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	static struct sim_signer signer;
	uint64_t size;

	w->accord->is_start_strict = true;
	w->faults_on = 0;
	world_advance(w, 10000000);
	disk_keep(w, a);
	signer_copy(&signer, &a->signer);
	size = log_of(a, 0).size;
	a->backup_acknowledged = a->acknowledged_count;
	until_more(w, b, size);
	w->is_cut = true;
	w->is_healing = true; /* nobody acts by himself: the home log has no peer who could know better */
	for (size_t i = 0; i < SIM_PATHS; i++)
		path_set(w, 0, 1, i, false);
	signer_copy(&a->signer, &signer);
	node_restore(w, a);
	node_boot(w, a);
	size = log_of(a, 0).size;
	officer_send(w, a, LEADER);
	node_turn(w, a);
	world_advance(w, w->now_us + 60000000);
	assert_int_equal(log_of(a, 0).size, size);
	assert_int_equal(log_of(a, 0).state, LOG_RECOVERING);
	/* Nor does the registrar get around it. */
	officer_open(w, a, LEADER);
	node_turn(w, a);
	assert_int_equal(log_of(a, 0).state, LOG_RECOVERING);
	w->is_cut = false;
	world_advance(w, w->now_us + 5000000);
	world_wake(w);
	until_more(w, b, log_of(b, 0).size);
	assert_false(has_proof(w, b, a->log_key.public));
	assert_int_equal(log_of(b, 0).state, LOG_RUNS);
	assert_int_equal(log_of(a, 0).state, LOG_RUNS);
	world_free(w);
}

int main(void)
{
	static uint64_t seeds[] = { 1, 2, 3 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_rolled_back_machine, &seeds[2]),
		cmocka_unit_test_prestate(test_rolled_back_machine, &seeds[1]),
		cmocka_unit_test_prestate(test_rolled_back_machine, &seeds[0]),
		cmocka_unit_test_prestate(test_rolled_back_machine_waits, &seeds[0]),
		cmocka_unit_test_prestate(test_rolled_back_machine_waits, &seeds[1]),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
