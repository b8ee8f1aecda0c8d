/*
 * What a peer may make a node read, ask and wait for.
 * It holds its own keys and every byte of its link. Each test is an attack, and what must not come of it.
 */
#include "attack.h"

#include "base/log.h"

static uint8_t scratch[FRAME_LEN_MAX];

/* ---- Work that a few bytes make. ---- */

/* A range that no note ends is looked for in the notes, not read again at every turn. */
static void test_a_want_without_a_note_reads_nothing(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct want want;
	struct forge f;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	first = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	add_many(&f, 500);
	assert_int_equal(room_hear_batch(r, 1, &f, first, f.count), ERR_OK);
	want = (struct want){ f.origin, first, f.count - 1 };
	want_write(&want, &out);
	assert_int_equal(room_hear(r, 2, FRAME_WANT, buf_bytes(&out)), ERR_OK);
	count_reads(r);
	for (int i = 0; i < 10; i++)
		room_turn(r);
	assert_int_equal(entries_read, 0);
	count_no_more(r);
	forge_free(&f);
}

/* What he says to hold and nobody knows sends him nothing again, in however many lists. */
static void test_made_up_versions_send_nothing(void **state)
{
	struct room *r = *state;
	struct heads heads = { 0 };
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	room_turn(r);
	assert_true(room_said(r, 1, FRAME_COSIGNATURE) > 0);
	room_forget(r);
	memcpy(heads.held.hashes[0], r->w->accord->hash, HASH_LEN);
	memset(heads.held.hashes[1], 0xa5, HASH_LEN);
	memset(heads.held.hashes[2], 0x5a, HASH_LEN);
	for (size_t i = 0; i < 100; i++) {
		struct buf out = BUF_ON(scratch);
		heads.held.count = 2 + i % 2;
		heads_write(&heads, &out);
		assert_int_equal(room_hear(r, 1, FRAME_HEADS, buf_bytes(&out)), ERR_OK);
	}
	assert_int_equal(room_said(r, 1, FRAME_COSIGNATURE) + room_said(r, 1, FRAME_BATCH), 0);
	forge_free(&f);
}

/* What waits is looked at once a batch, and without its signatures. */
static void test_entries_that_wait_cost_little(void **state)
{
	struct room *r = *state;
	struct statement s;
	struct forge f, g;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 2, LEADER);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	add_many(&f, STATEMENT_REFERENCES_MAX);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(r->w->accord->parties[2].name), 1, 1000000 };
	while (s.refers_count < STATEMENT_REFERENCES_MAX) {
		s.refers[s.refers_count] = forge_place(&f, s.refers_count);
		s.refers_count++;
	}
	forge_say(&f, &s, &r->w->nodes[1].officer.key, NONE);
	first = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, first), ERR_OK);
	add_many(&f, 500);
	count_reads(r);
	assert_int_equal(room_hear_batch(r, 1, &f, first, f.count), ERR_OK);
	/* Read back each, and a few looks at the first that waits. */
	assert_in_range(entries_read, 500, 510);
	/* Each reference that is looked up shows that it was judged and not only looked at. */
	count_reads(r);
	for (int i = 0; i < 50; i++) {
		add_many(&g, 1);
		assert_int_equal(room_hear_batch(r, 2, &g, g.count - 1, g.count), ERR_OK);
	}
	assert_in_range(nodes_read, 0, 50 * STATEMENT_REFERENCES_MAX);
	count_no_more(r);
	assert_int_equal(room_log(r, &f.key).folded, first - 1);
	forge_free(&f);
	forge_free(&g);
}

/* Our own log grows by a peer's line checks only as fast as the accord has them. */
static void test_line_checks_are_answered_so_often(void **state)
{
	struct room *r = *state;
	struct log_key own = { SERVICE, 0, 1 };
	uint64_t before;
	struct forge f;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, SERVICE);
	first = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, first), ERR_OK);
	before = room_log(r, &own).size;
	for (int i = 0; i < 200; i++) {
		forge_line_check(&f, 0);
		assert_int_equal(room_hear_batch(r, 1, &f, f.count - 1, f.count), ERR_OK);
	}
	assert_in_range(room_log(r, &own).size - before, 1, 2 * LINK_PATHS_MAX);
	forge_free(&f);
}

/*
 * Nor by a path that he lets come and go, whether it is seen to go or not; what was gone for longer than a
 * check may take is checked when it is back.
 */
static void test_a_path_that_flaps_is_checked_so_often(void **state)
{
	struct room *r = *state;
	struct log_key own = { SERVICE, 0, 1 };
	uint64_t first;

	room_link(r, 1, 0, NULL, 0);
	room_tick(r, 100);
	first = room_log(r, &own).size;
	for (int i = 0; i < 60; i++) {
		if (i % 3 != 0)
			room_unlink(r, 1, 0);
		room_tick(r, 100);
		room_link(r, 1, 0, NULL, 0);
		room_tick(r, 100);
	}
	assert_int_equal(room_log(r, &own).size, first);
	room_unlink(r, 1, 0);
	room_tick(r, (int64_t)r->w->accord->line_answer_ms);
	room_unlink(r, 1, 0); /* it is down still */
	room_link(r, 1, 0, NULL, 0);
	room_tick(r, 100);
	assert_int_equal(room_log(r, &own).size, first + 1);
}

/* ---- What one withholds from us, and others have seen. ---- */

/*
 * The third party gives its log to the second and not to us: the second is asked, who says that it has seen
 * it; and everybody else, should it be the second who keeps it from us.
 */
static void test_what_is_withheld_is_asked_of_who_saw_it(void **state)
{
	struct room *r = *state;
	struct forge f, g;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	forge_open(&g, r->w, 2, LEADER, 2);
	forge_begin(&g);
	load(&f, r, 1, LEADER);
	add_seen(&f, 2, 2, g.count);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_false(room_has_folded(r, &f.key, f.count - 1));
	room_tick(r, 6000);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	assert_int_equal(room_said(r, 2, FRAME_WANT), 1);
	assert_int_equal(room_hear_batch(r, 1, &g, 0, g.count), ERR_OK);
	assert_true(room_has_folded(r, &f.key, f.count - 1));
	forge_free(&f);
	forge_free(&g);
}

/* The first peer's log, its last three entries not held, and the note of all of them; how many are held. */
static size_t hold_some(struct room *r, struct forge *f, struct buf *note)
{
	size_t held;

	room_link(r, 1, 0, NULL, 0);
	load(f, r, 1, LEADER);
	held = f->count;
	assert_int_equal(room_hear_batch(r, 1, f, 0, held), ERR_OK);
	room_unlink(r, 1, 0);
	add_many(f, 3);
	forge_note(f, f->count, note);
	return held;
}

/* Two say that they hold more of a log. One of them gives none of it: the other is asked. */
static void test_who_gives_nothing_is_not_asked_alone(void **state)
{
	struct room *r = *state;
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	struct bytes told;
	struct forge f;
	size_t held;

	held = hold_some(r, &f, &note);
	told = buf_bytes(&note);
	room_link(r, 1, 0, &told, 1);
	room_link(r, 2, 0, &told, 1);
	room_forget(r);
	for (int i = 0; i < 4; i++)
		room_tick(r, 6000);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 2);
	assert_int_equal(room_said(r, 2, FRAME_WANT), 2);
	/* Who gives some is asked for the rest. */
	assert_int_equal(room_hear_batch(r, 1, &f, held, held + 1), ERR_OK);
	room_tick(r, 6000);
	room_forget(r);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(room_hear_batch(r, 2, &f, held + i, held + i + 1), ERR_OK);
		room_tick(r, 6000);
	}
	assert_int_equal(room_said(r, 1, FRAME_WANT) + room_said(r, 2, FRAME_WANT), 1);
	forge_free(&f);
}

/* Who sends again and again what we cannot take yet, and never what comes before it, puts off nobody else. */
static void test_who_sends_ahead_is_not_asked_alone(void **state)
{
	struct room *r = *state;
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory);
	struct bytes told;
	struct forge f;
	size_t held;

	held = hold_some(r, &f, &note);
	told = buf_bytes(&note);
	room_link(r, 2, 0, NULL, 0);
	room_link(r, 1, 0, &told, 1);
	room_forget(r);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(room_hear_batch(r, 2, &f, held + 1, f.count), ERR_OK);
		room_tick(r, 4000);
	}
	assert_true(room_said(r, 1, FRAME_WANT) > 1);
	forge_free(&f);
}

/*
 * One speaks of a version that nobody has, and passes on of another's log what no key of it has signed: that
 * keeps nobody from asking its author for it.
 */
static void test_a_made_up_version_keeps_nothing_back(void **state)
{
	struct room *r = *state;
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory), out = BUF_ON(scratch);
	struct heads heads = { .held.count = 2 };
	struct bytes told;
	struct forge f;
	size_t held;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	held = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, held), ERR_OK);
	memcpy(heads.held.hashes[0], r->w->accord->hash, HASH_LEN);
	memset(heads.held.hashes[1], 0xa5, HASH_LEN);
	heads_write(&heads, &out);
	assert_int_equal(room_hear(r, 2, FRAME_HEADS, buf_bytes(&out)), ERR_OK);
	add_many(&f, 3);
	f.log_key = &r->w->nodes[2].officer.key;
	assert_int_equal(room_hear_batch(r, 2, &f, held + 1, held + 2), ERR_OK);
	f.log_key = NULL;
	room_unlink(r, 1, 0);
	forge_note(&f, f.count, &note);
	told = buf_bytes(&note);
	room_link(r, 1, 0, &told, 1);
	room_forget(r);
	room_tick(r, 6000);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	forge_free(&f);
}

/* The third party forks: what the second has seen of it never comes, and the second is heard all the same. */
static void test_a_stopped_log_holds_nobody_up(void **state)
{
	struct room *r = *state;
	struct forge f, g, h;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 2, LEADER);
	load(&h, r, 2, LEADER);
	add_many(&g, 2);
	add_many(&h, 5);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	assert_int_equal(room_hear_batch(r, 2, &h, 0, h.count), ERR_OK);
	assert_int_equal(room_log(r, &g.key).state, LOG_STOPPED);
	add_seen(&f, 2, 1, h.count);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	room_tick(r, 6000);
	assert_true(room_has_folded(r, &f.key, f.count - 1));
	forge_free(&f);
	forge_free(&g);
	forge_free(&h);
}

/*
 * A reference into a channel that not all readers hold leads nowhere for anybody: else those who do not hold
 * it would wait for ever, and for all that is said after it.
 */
static void test_a_reference_out_of_the_channel_is_none(void **state)
{
	struct room *r = *state;
	struct log_key of_two = { TWO_ALONE, 1, 1 };
	struct statement s;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.refers[s.refers_count++] = (struct place){ TWO_ALONE, s.party, 1, 7, { 0 } };
	forge_say(&f, &s, &r->w->nodes[1].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_false(room_has_log(r, &of_two));
	assert_int_equal(room_log(r, &f.key).folded, f.count);
	forge_free(&f);
}

/* An ended log that is filled up makes everything be folded anew: not once a frame. */
static void test_folding_anew_takes_its_time(void **state)
{
	struct room *r = *state;
	struct forge f, g;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 100);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, 50), ERR_OK);
	forge_open(&g, r->w, 1, LEADER, 2);
	forge_begin(&g);
	assert_int_equal(room_hear_batch(r, 1, &g, 0, g.count), ERR_OK);
	count_reads(r);
	for (size_t i = 50; i < 100; i++) {
		struct statement s;
		forge_message(&g, PRECEDENCE_FLASH, &s);
		s.refers[s.refers_count++] = forge_place(&f, i);
		forge_say(&g, &s, &r->w->nodes[1].officer.key, NONE);
		assert_int_equal(room_hear_batch(r, 1, &g, g.count - 1, g.count), ERR_OK);
		assert_int_equal(room_hear_batch(r, 1, &f, i, i + 1), ERR_OK);
		room_tick(r, 1);
	}
	assert_in_range(entries_read, 1, 1500);
	count_no_more(r);
	room_tick(r, 5000);
	assert_true(room_has_folded(r, &g.key, g.count - 1));
	forge_free(&f);
	forge_free(&g);
}

/* A REFUSE is about a log of ours, or it is nothing. */
static void test_refuse_is_about_our_log(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	r->published[CHANGE_LOG] = 0;
	refuse_write(&(struct refuse){ f.origin, 1, 0, BYTES_LIT("entry.place") }, &out);
	assert_int_equal(room_hear(r, 1, FRAME_REFUSE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->published[CHANGE_LOG], 0);
	forge_free(&f);
}

/* ---- What waits for each other. ---- */

/* What waits for another channel is shown when that comes, not at the next look around. */
static void test_another_channel_is_waited_for_no_longer_than_it_takes(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&g, r, 1, CONSULT);
	first = g.count;
	add_message(&g, PRECEDENCE_ROUTINE, "the matter");
	add_reference(&f, PRECEDENCE_FLASH, &g, first);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).folded, f.count - 1);
	assert_int_equal(room_hear_batch(r, 1, &g, 0, g.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).folded, f.count);
	forge_free(&f);
	forge_free(&g);
}

/*
 * One party's two logs that each wait for the other's later entry hold up nobody who has seen them, and are
 * broken at one place, whichever came first.
 */
static void break_circles(struct room *r, struct forge *first, struct forge *second, struct forge *f,
			  struct forge *g)
{
	size_t at = f->count, there = g->count;
	struct entry_read_out read;
	struct buf bytes = BUF_ON(scratch);

	for (size_t i = 0; i < 300; i++) {
		add_reference(f, PRECEDENCE_FLASH, g, there + i);
		add_reference(g, PRECEDENCE_ROUTINE, f, at + i);
	}
	assert_int_equal(room_hear_batch(r, 1, first, 0, first->count), ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, second, 0, second->count), ERR_OK);
	assert_int_equal(room_log(r, &f->key).folded, f->count);
	assert_int_equal(room_log(r, &g->key).folded, g->count);
	for (size_t i = 0; i < 300; i++) {
		assert_int_equal(node_entry(r->n->node, &(struct place_key){ f->key, at + i }, &bytes, &read),
				 ERR_OK);
		assert_true(read.view.is_flagged);
		bytes.len = 0;
		assert_int_equal(
			node_entry(r->n->node, &(struct place_key){ g->key, there + i }, &bytes, &read),
			ERR_OK);
		assert_false(read.view.is_flagged);
		bytes.len = 0;
	}
}

static void test_circles_of_two_channels(void **state)
{
	for (size_t order = 0; order < 2; order++) {
		struct room *r = *state;
		struct forge f, g;

		room_link(r, 1, 0, NULL, 0);
		load(&f, r, 1, LEADER);
		load(&g, r, 1, CONSULT);
		break_circles(r, order == 0 ? &f : &g, order == 0 ? &g : &f, &f, &g);
		forge_free(&f);
		forge_free(&g);
		room_close(r);
		room_open(r);
	}
}

/* ---- Our own message that nobody reads. ---- */

static size_t count_lapses(struct room *r)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct place_key at = { { LEADER, 0, 1 }, 0 };
	size_t count = 0;

	for (;; at.index++) {
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out read;
		if (node_entry(r->n->node, &at, &bytes, &read) != ERR_OK)
			return count;
		count += read.statement.kind == KIND_LAPSE;
	}
}

static void check_flash_lapses(struct room *r, int64_t within_ms)
{
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	for (int64_t ms = 0; ms < within_ms && count_lapses(r) == 0; ms += 1000)
		room_tick(r, 1000);
	assert_int_equal(count_lapses(r), 1);
}

/* However many messages of others are owed something, it is said in time that nobody answers ours. */
static void test_messages_of_others_delay_no_lapse(void **state)
{
	struct room *r = *state;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 3000);
	for (size_t at = 0; at < f.count; at += 500)
		assert_int_equal(room_hear_batch(r, 1, &f, at, at + 500 < f.count ? at + 500 : f.count),
				 ERR_OK);
	room_tick(r, 1000);
	check_flash_lapses(r, 25000);
	forge_free(&f);
}

/* As many as are watched at once stay unread: a more urgent one is watched in the place of one of them. */
static void test_routine_messages_delay_no_lapse(void **state)
{
	struct room *r = *state;

	for (size_t i = 0; i < 110; i++)
		assert_int_equal(room_say_at_once(r, CONSULT, PRECEDENCE_ROUTINE, 10, 10), ERR_OK);
	for (size_t i = 0; i < 20; i++)
		room_tick(r, 1000);
	check_flash_lapses(r, 25000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(a_want_without_a_note_reads_nothing),
		ATTACK(made_up_versions_send_nothing),
		ATTACK(entries_that_wait_cost_little),
		ATTACK(line_checks_are_answered_so_often),
		ATTACK(a_path_that_flaps_is_checked_so_often),
		ATTACK(what_is_withheld_is_asked_of_who_saw_it),
		ATTACK(who_gives_nothing_is_not_asked_alone),
		ATTACK(who_sends_ahead_is_not_asked_alone),
		ATTACK(a_made_up_version_keeps_nothing_back),
		ATTACK(a_stopped_log_holds_nobody_up),
		ATTACK(a_reference_out_of_the_channel_is_none),
		ATTACK(folding_anew_takes_its_time),
		ATTACK(refuse_is_about_our_log),
		ATTACK(another_channel_is_waited_for_no_longer_than_it_takes),
		ATTACK(circles_of_two_channels),
		ATTACK(messages_of_others_delay_no_lapse),
		ATTACK(routine_messages_delay_no_lapse),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile waiting", tests, NULL, NULL);
}
