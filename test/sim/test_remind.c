/* QUERY and NO ANSWER come by the time that has passed, whatever the clock says meanwhile. */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEADER 1u
#define DAY_MS 86400000ll

/* How many of this kind the first node has said itself on the channel. */
static size_t said(struct sim_node *n, enum kind kind)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct place_key at = { { LEADER, n->party, 1 }, 0 };
	size_t count = 0;

	for (;; at.index++) {
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out read;
		if (node_entry(n->node, &at, &bytes, &read) != ERR_OK)
			return count;
		count += read.statement.kind == kind;
	}
}

/*
 * Two nodes, a FLASH of the first that nobody reads: QUERY after five seconds each, NO ANSWER after twenty.
 */
static struct world *ask(void)
{
	struct world *w = world_new(9, 2, getenv("VERBOSE") != NULL);

	world_advance(w, 1900000);
	w->is_healing = true; /* nobody acts by himself */
	officer_flash(w, &w->nodes[0], LEADER);
	node_turn(w, &w->nodes[0]);
	return w;
}

static void pass(struct world *w, int64_t ms)
{
	world_advance(w, w->now_us + ms * 1000);
}

static void check_times(int64_t leap_ms)
{
	struct world *w = ask();
	struct sim_node *a = &w->nodes[0];

	pass(w, 1500);
	a->clock_offset_ms += leap_ms;
	pass(w, 2000);
	assert_int_equal(said(a, KIND_QUERY), 0);
	pass(w, 4000);
	assert_int_equal(said(a, KIND_QUERY), 1);
	a->clock_offset_ms -= leap_ms;
	pass(w, 5000);
	assert_int_equal(said(a, KIND_QUERY), 2);
	assert_int_equal(said(a, KIND_LAPSE), 0);
	pass(w, 12000);
	assert_int_equal(said(a, KIND_LAPSE), 1);
	world_free(w);
}

static void test_a_clock_that_leaps_asks_nobody(void **state)
{
	(void)state;
	check_times(0);
	check_times(3 * DAY_MS);
}

static void test_a_clock_that_falls_back_forgets_nobody(void **state)
{
	(void)state;
	check_times(-3 * DAY_MS);
}

/* However often a person asks, the node's timer goes on as if he had not. */
static void test_queries_by_hand_are_not_the_nodes(void **state)
{
	struct world *w = ask();
	struct sim_node *a = &w->nodes[0];
	struct place_key flash = { { LEADER, a->party, 1 }, 0 };
	static uint8_t memory[ENTRY_LEN_MAX];
	struct entry_read_out read;
	bool is_flash = false;

	(void)state;
	for (; !is_flash; flash.index++) {
		struct buf bytes = BUF_ON(memory);
		assert_int_equal(node_entry(a->node, &flash, &bytes, &read), ERR_OK);
		is_flash = read.statement.kind == KIND_MESSAGE;
	}
	flash.index--;
	for (int i = 0; i < 8; i++) {
		officer_query(w, a, &flash);
		node_turn(w, a);
	}
	assert_int_equal(said(a, KIND_QUERY), 8);
	pass(w, 6000);
	assert_int_equal(said(a, KIND_QUERY), 9);
	pass(w, 5000);
	assert_int_equal(said(a, KIND_QUERY), 10);
	world_free(w);
}

/* A machine that was off for three days does not ask eight times at once, and gives nobody up for it. */
static void test_a_start_begins_anew(void **state)
{
	struct world *w = ask();
	struct sim_node *a = &w->nodes[0];

	(void)state;
	pass(w, 7000);
	assert_int_equal(said(a, KIND_QUERY), 1);
	node_down(w, a);
	a->clock_offset_ms += 3 * DAY_MS;
	node_boot(w, a);
	pass(w, 3000);
	assert_int_equal(said(a, KIND_QUERY), 1);
	pass(w, 5000);
	assert_int_equal(said(a, KIND_QUERY), 2);
	assert_int_equal(said(a, KIND_LAPSE), 0);
	world_free(w);
}

/* The ladder of the FLASH, as its author has it. */
static struct ladder *ladder_of(struct sim_node *n)
{
	static struct message_view view;
	struct message_at at = { 0 };

	assert_int_equal(fold_next_message(node_fold(n->node), LEADER, &at), ERR_OK);
	assert_int_equal(node_ladder(n->node, &at.place, &view), ERR_OK);
	return &view.ladders[0];
}

static void cut(struct world *w)
{
	w->is_cut = true;
	for (size_t path = 0; path < SIM_PATHS; path++)
		path_set(w, 0, 1, path, false);
}

static void mend(struct world *w)
{
	w->is_cut = false;
	path_set(w, 0, 1, 0, true);
}

/* Who cannot be heard is not said to be silent: our own side is looked at first. */
static void test_a_line_that_is_down_is_no_silence(void **state)
{
	static const struct {
		const char *why;
		enum { CUT_NEVER, CUT_AFTER, CUT_BEFORE } cut;
		uint64_t cause;
	} rows[] = {
		{ "it was received, the line is up, and nobody reads it", CUT_NEVER, 0 },
		{ "it was received, and then the line went down", CUT_AFTER, 1 },
		{ "it was never received", CUT_BEFORE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct world *w = world_new(9, 2, getenv("VERBOSE") != NULL);
		struct sim_node *a = &w->nodes[0];
		const struct ladder *l;

		world_advance(w, 1900000);
		w->is_healing = true;
		if (rows[i].cut == CUT_BEFORE)
			cut(w);
		officer_flash(w, a, LEADER);
		node_turn(w, a);
		pass(w, 3000);
		if (rows[i].cut == CUT_AFTER)
			cut(w);
		pass(w, 22000);
		l = ladder_of(a);
		assert_int_equal(l->steps[STEP_RECEIPT].is_proved, rows[i].cut != CUT_BEFORE);
		assert_true(l->lapse.is_proved);
		if (l->lapse_cause != rows[i].cause)
			fail_msg("%s: lapse cause %d", rows[i].why, (int)l->lapse_cause);
		world_free(w);
	}
}

/* The line came back and nobody reads what it brought: that is silence, and is said once beside LINE DOWN. */
static void test_silence_after_the_line_is_back(void **state)
{
	struct world *w = world_new(9, 2, getenv("VERBOSE") != NULL);
	struct sim_node *a = &w->nodes[0];

	(void)state;
	world_advance(w, 1900000);
	w->is_healing = true;
	cut(w);
	officer_flash(w, a, LEADER);
	node_turn(w, a);
	pass(w, 25000);
	assert_int_equal(ladder_of(a)->lapse_cause, 1);
	pass(w, 10000);
	assert_int_equal(said(a, KIND_LAPSE), 1);
	mend(w);
	pass(w, 10000);
	assert_true(ladder_of(a)->steps[STEP_RECEIPT].is_proved);
	assert_int_equal(said(a, KIND_LAPSE), 1);
	pass(w, 25000);
	assert_int_equal(said(a, KIND_LAPSE), 2);
	assert_true(ladder_of(a)->lapse.is_proved);
	assert_int_equal(ladder_of(a)->lapse_cause, 0);
	pass(w, 10000);
	assert_int_equal(said(a, KIND_LAPSE), 2);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_clock_that_leaps_asks_nobody),
		cmocka_unit_test(test_a_clock_that_falls_back_forgets_nobody),
		cmocka_unit_test(test_a_start_begins_anew),
		cmocka_unit_test(test_queries_by_hand_are_not_the_nodes),
		cmocka_unit_test(test_a_line_that_is_down_is_no_silence),
		cmocka_unit_test(test_silence_after_the_line_is_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
