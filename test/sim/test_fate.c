/* The review of an item that has come is said, whatever became of another one's. */
#include "served.h"

#include "node/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct world w;
static struct forge ours, theirs, home;

/* What was said of the reviews, and how much of it counts. */
static size_t fates(struct served *v, enum verdict verdict)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct place_key at = { { SERVED_CONSULT, 0, 1 }, 0 };
	size_t count = 0;

	for (;; at.index++) {
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out read;
		struct entry_view view;
		if (node_entry(v->node, &at, &bytes, &read) != ERR_OK)
			return count;
		assert_int_equal(fold_get(node_fold(v->node), &at, &view), ERR_OK);
		count += view.kind == KIND_FATE && view.verdict == verdict;
	}
}

static void pass(struct served *v, uint64_t ms)
{
	v->now.mono.us += (int64_t)ms * 1000;
	v->now.wall.ms += ms;
	assert_int_equal(node_tick(v->node, v->now, &v->fx), ERR_OK);
	served_turn(v);
}

/* A row that a later version of the folds would not have made: the item has its review already. */
static void plant_row(struct served *v, const struct message_at *first)
{
	uint8_t memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);

	buf_put_byte(&key, 't');
	buf_put_byte(&key, 0);
	buf_put_byte(&key, SERVED_CONSULT);
	buf_put_be64(&key, first->order - 1);
	place_key_write(&first->place, &key);
	assert_int_equal(turn_open(v->node), ERR_OK);
	assert_int_equal(map_put(node_fold(v->node)->map, buf_bytes(&key), (struct bytes){ NULL, 0 }),
			 ERR_OK);
	served_turn(v);
}

static void test_one_that_is_void_stops_no_other(void **state)
{
	static struct served v;
	struct served_options o = { 0 };
	struct message_at first = { 0 };

	(void)state;
	served_open(&v, &w, &o);
	served_say(&v, &home, 0, home.count);
	served_say(&v, &ours, 0, ours.count);
	assert_int_equal(fold_next_due(node_fold(v.node), SERVED_CONSULT, &first), ERR_OK);
	plant_row(&v, &first);
	pass(&v, 2000);
	assert_int_equal(fates(&v, VERDICT_STEP), 1);
	assert_int_equal(fates(&v, VERDICT_OK), 3);
	pass(&v, 2000);
	pass(&v, 2000);
	assert_int_equal(fates(&v, VERDICT_STEP), 1);
	assert_int_equal(fates(&v, VERDICT_OK), 3);
	served_close(&v);
}

/* Of a peer whose node says none of its own, though they have come, and come before ours. */
static void test_a_peer_that_says_none_keeps_nobody(void **state)
{
	static struct served v;
	struct served_options o = { 0 };

	(void)state;
	served_open(&v, &w, &o);
	served_say(&v, &home, 0, home.count);
	served_say(&v, &ours, 0, ours.count);
	served_hear(&v, &theirs, 0, theirs.count);
	for (size_t i = 0; i < 4; i++)
		pass(&v, 2000);
	assert_int_equal(fates(&v, VERDICT_OK), 3);
	served_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_that_is_void_stops_no_other),
		cmocka_unit_test(test_a_peer_that_says_none_keeps_nobody),
	};

	served_world(&w);
	forge_open(&ours, &w, 0, SERVED_CONSULT, 1);
	forge_open(&home, &w, 0, SERVED_HOME, 1);
	forge_open(&theirs, &w, 1, SERVED_CONSULT, 1);
	served_begin(&ours);
	served_begin(&home);
	served_begin(&theirs);
	w.nodes[1].clock_offset_ms = -86400000;
	for (size_t i = 0; i < 70; i++)
		served_message(&theirs, "U", "of long ago");
	served_message(&ours, "U", "one");
	served_message(&ours, "U", "two");
	served_message(&ours, "S", "three");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
