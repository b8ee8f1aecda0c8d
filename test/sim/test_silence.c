/*
 * A path that has fallen silent and that nobody knows to be dead yet: a FLASH goes round it
 * (docs/spec/link.md section 2), and nothing else is said twice.
 */
#include "attack.h"
#include "silence.h"

#include "base/log.h"

static size_t said_on(const struct room *r, size_t path, enum frame_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->said[i].peer == 1 && r->said[i].path == path && r->said[i].kind == kind;
	return count;
}

/* Time goes by, and no line is checked meanwhile. */
static void pass(struct room *r, int64_t ms)
{
	r->skip_ms += ms;
	room_turn(r);
}

/* The peer's receipt for all that the node has of its own log on that channel. */
static void hear_receipt(struct room *r, uint32_t channel)
{
	uint8_t memory[NOTE_LINE_LEN_MAX + 256];
	struct buf out = BUF_ON(memory);
	struct forge f;

	load(&f, r, 0, channel);
	forge_cosignature(&f, f.count, 1, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	forge_free(&f);
}

/* So many paths of the first peer are up, and he holds all that the node has said. */
static void link_by(struct room *r, size_t paths)
{
	for (size_t path = 0; path < paths; path++)
		room_link(r, 1, path, NULL, 0);
	for (uint32_t channel = LEADER; channel <= TWO_ALONE; channel++)
		hear_receipt(r, channel);
	room_forget(r);
}

static void say(struct room *r, uint32_t channel, size_t len)
{
	enum precedence precedence = channel == LEADER ? PRECEDENCE_FLASH : PRECEDENCE_ROUTINE;

	assert_int_equal(room_say(r, channel, precedence, len, NULL, 0), ERR_OK);
}

static void test_it_goes_by_each_path_once(void **state)
{
	struct room *r = *state;

	link_by(r, 3);
	say(r, LEADER, 10);
	assert_int_equal(said_on(r, 0, FRAME_BATCH), 1);
	pass(r, RECEIPT_WAIT_MS - 1);
	assert_int_equal(room_said(r, 1, FRAME_BATCH), 1);
	pass(r, 1);
	assert_int_equal(said_on(r, 1, FRAME_BATCH), 1);
	/* What comes after it goes the same way: behind what it follows. */
	say(r, LEADER, 10);
	assert_int_equal(said_on(r, 1, FRAME_BATCH), 2);
	pass(r, RECEIPT_WAIT_MS);
	assert_int_equal(said_on(r, 2, FRAME_BATCH), 1);
	for (int i = 0; i < 100; i++)
		pass(r, RECEIPT_WAIT_MS);
	assert_int_equal(room_said(r, 1, FRAME_BATCH), 4);
	/* With a receipt the first one is the best again. */
	hear_receipt(r, LEADER);
	say(r, LEADER, 10);
	assert_int_equal(said_on(r, 0, FRAME_BATCH), 2);
	/* And a path that comes when it has waited already has it at once. */
	pass(r, 3 * RECEIPT_WAIT_MS);
	assert_int_equal(said_on(r, 2, FRAME_BATCH), 1);
	hear_receipt(r, LEADER);
	pass(r, 10 * RECEIPT_WAIT_MS);
	assert_int_equal(room_said(r, 1, FRAME_BATCH), 6);
}

static void test_a_path_that_opens_late_has_it_at_once(void **state)
{
	struct room *r = *state;
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	struct bytes notes[1];
	struct forge f;

	link_by(r, 1);
	load(&f, r, 0, LEADER);
	forge_note(&f, f.count, &note);
	notes[0] = buf_bytes(&note);
	say(r, LEADER, 10);
	for (int i = 0; i < 10; i++)
		pass(r, RECEIPT_WAIT_MS);
	assert_int_equal(said_on(r, 0, FRAME_BATCH), 1);
	room_link(r, 1, 1, notes, 1);
	assert_int_equal(said_on(r, 1, FRAME_BATCH), 1);
	forge_free(&f);
}

static void test_what_is_not_urgent_waits_for_its_path(void **state)
{
	struct room *r = *state;

	link_by(r, 2);
	say(r, CONSULT, 10);
	for (int i = 0; i < 14; i++)
		pass(r, RECEIPT_WAIT_MS);
	assert_int_equal(said_on(r, 0, FRAME_BATCH), 1);
	assert_int_equal(said_on(r, 1, FRAME_BATCH), 0);
	room_unlink(r, 1, 0);
	assert_int_equal(said_on(r, 1, FRAME_BATCH), 1);
}

/* What a path has not taken keeps nothing back on another, and what a slow one has is not said for ever. */
static void test_a_full_path_fills_no_other(void **state)
{
	struct room *r = *state;

	link_by(r, 2);
	for (int i = 0; i < 10; i++)
		say(r, TWO_ALONE, 50000);
	assert_in_range(said_on(r, 0, FRAME_BATCH), 5, 6);
	pass(r, RECEIPT_WAIT_MS);
	assert_in_range(said_on(r, 1, FRAME_BATCH), 1, 2);
	for (int i = 0; i < 100; i++)
		pass(r, RECEIPT_WAIT_MS);
	assert_in_range(said_on(r, 1, FRAME_BATCH), 1, 2);
}

static void test_its_receipt_goes_by_all(void **state)
{
	struct room *r = *state;
	struct forge f;

	link_by(r, 2);
	for (uint32_t channel = LEADER; channel <= CONSULT; channel++) {
		size_t before = said_on(r, 1, FRAME_COSIGNATURE);
		load(&f, r, 1, channel);
		assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
		assert_int_equal(said_on(r, 0, FRAME_COSIGNATURE), channel);
		assert_int_equal(said_on(r, 1, FRAME_COSIGNATURE) - before, channel == LEADER ? 1 : 0);
		forge_free(&f);
	}
}

/* ---- Two nodes. ---- */

static void test_two_nodes_go_round_it(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		silence_run(seed, getenv("VERBOSE") != NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(it_goes_by_each_path_once),
		ATTACK(a_path_that_opens_late_has_it_at_once),
		ATTACK(what_is_not_urgent_waits_for_its_path),
		ATTACK(a_full_path_fills_no_other),
		ATTACK(its_receipt_goes_by_all),
		cmocka_unit_test(test_two_nodes_go_round_it),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
