/*
 * What a peer may make of a thin path, whose key he has: copies that no log of his will bear out, and
 * receipts of what he never had. And what a node says on one that takes it slowly, or not at all.
 */
#include "attack.h"

#include "base/alloc.h"
#include "base/log.h"
#include "node/core.h"
#include "wire/thin.h"

#define PEER 1u
#define HOUR_MS 3600000

static struct book book;
static struct pair_key in_key, out_key;

/* One thin path to each peer and no other; what the line had of it so far is gone. */
static int thin_setup(void **state)
{
	struct room *r = xcalloc(1, sizeof *r);
	struct path_change change = { PEER, THIN_PATH, false, ERR_DOWN, { NULL, 0 }, "", "a line", NULL };
	uint8_t secret[PAIR_SECRET_LEN];

	r->w = world_new_thin(1, 3, false);
	r->w->is_cut = true;
	world_advance(r->w, 500000);
	r->n = &r->w->nodes[0];
	accord_book(r->w->accord, &book);
	memset(secret, 0x5a, sizeof secret);
	thin_key(secret, r->w->accord->hash, "birch", "aster", &in_key);
	thin_key(secret, r->w->accord->hash, "aster", "birch", &out_key);
	for (int i = 0; i < 2; i++, change.is_up = true)
		assert_int_equal(node_link(r->n->node, room_now(r), &change, &r->n->fx), ERR_OK);
	room_turn(r);
	room_forget(r);
	*state = r;
	return 0;
}

#define THIN(name) cmocka_unit_test_setup_teardown(test_##name, thin_setup, attack_teardown)

/* ---- What comes. ---- */

static void hear(struct room *r, enum thin_kind kind, struct bytes plain)
{
	struct thin_message m;

	assert_int_equal(thin_seal(&in_key, kind, plain, &m), ERR_OK);
	for (unsigned i = 0; i < thin_frames(&m); i++) {
		uint8_t memory[THIN_FRAME_MAX];
		struct buf frame = BUF_ON(memory);
		thin_frame_write(&m, i, &in_key, &frame);
		assert_int_equal(
			node_heard(r->n->node, room_now(r), PEER, THIN_PATH, buf_bytes(&frame), &r->n->fx),
			ERR_OK);
	}
	room_turn(r);
}

/* That statement of the forge's party, under that number. */
static void hear_copy(struct room *r, const struct forge *f, const struct statement *s, uint64_t index)
{
	static uint8_t memory[4096];
	uint8_t plain_memory[THIN_MESSAGE_MAX];
	struct buf out = BUF_ON(memory), plain = BUF_ON(plain_memory);
	struct thin_copy copy = { .origin = f->origin, .index = index };
	enum thin_kind kind;

	statement_write(s, &out);
	copy.statement = buf_bytes(&out);
	assert_int_equal(thin_copy_write(&copy, &book, s->claimed, &plain, &kind), ERR_OK);
	hear(r, kind, buf_bytes(&plain));
}

/* The copies of that peer's that are kept, in that state. */
static size_t kept(struct room *r, enum advance_state state)
{
	static uint8_t bytes[FRAME_LEN_MAX];
	struct advance_cursor cursor = { .party = PEER };
	struct advance_read_out out;
	size_t count = 0;
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct buf memory = BUF_ON(bytes);
		e = node_advance_next(r->n->node, &cursor, &memory, &out);
		count += e == ERR_OK && out.state == state;
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	return count;
}

/* Nothing is kept, or shown, of what is no urgent message of a log that both of us hold. */
static void test_a_copy_is_of_a_log_that_both_hold(void **state)
{
	struct room *r = *state;
	struct accord_channel *channels = ((struct accord *)r->w->accord_memory)->channels;
	struct statement s;
	struct forge f;

	load(&f, r, PEER, LEADER);
	forge_message(&f, PRECEDENCE_PRIORITY, &s);
	hear_copy(r, &f, &s, f.count);
	forge_message(&f, PRECEDENCE_IMMEDIATE, &s); /* which that channel has not */
	hear_copy(r, &f, &s, f.count);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.kind = KIND_DECLINE;
	s.refers[s.refers_count++] = forge_place(&f, 0);
	hear_copy(r, &f, &s, f.count);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.has_precedence = false;
	hear_copy(r, &f, &s, f.count);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	f.origin.epoch = 0;
	hear_copy(r, &f, &s, f.count);
	f.origin.epoch = 1;
	/* A channel that is none, one of his alone, one that he has no part in, and one that we have not. */
	f.origin.channel = s.channel = 77;
	hear_copy(r, &f, &s, f.count);
	f.origin.channel = s.channel = 901;
	hear_copy(r, &f, &s, f.count);
	f.origin.channel = s.channel = LEADER;
	channels[LEADER - 1].parties = 1;
	hear_copy(r, &f, &s, f.count);
	channels[LEADER - 1].parties = 6;
	hear_copy(r, &f, &s, f.count);
	channels[LEADER - 1].parties = 7;
	channels[LEADER - 1].plane = PLANE_HOME;
	hear_copy(r, &f, &s, f.count);
	channels[LEADER - 1].plane = PLANE_LEADER;
	/* Its content is not there, and never came. */
	s.has_content = true;
	s.content.len = 9;
	hear_copy(r, &f, &s, f.count);
	assert_int_equal(r->published[CHANGE_ADVANCE], 0);
	s.has_content = false;
	hear_copy(r, &f, &s, f.count);
	assert_int_equal(r->published[CHANGE_ADVANCE], 1);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 1);
	/* Nor is anything heard of a path that is none. */
	assert_int_equal(node_heard(r->n->node, room_now(r), PEER, 0, BYTES_LIT("x"), &r->n->fx), ERR_FRAME);
	forge_free(&f);
}

/* The same words once more change nothing; others under the same id make the copy FALSE, for good. */
static void test_a_copy_that_is_said_otherwise_is_false(void **state)
{
	struct room *r = *state;
	struct statement s, other;
	struct forge f;

	load(&f, r, PEER, LEADER);
	room_link(r, PEER, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, f.count), ERR_OK);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	for (int i = 0; i < 2; i++)
		hear_copy(r, &f, &s, f.count);
	assert_int_equal(r->published[CHANGE_ADVANCE], 1);
	other = s;
	other.claimed.ms += 1000;
	for (int i = 0; i < 2; i++) {
		hear_copy(r, &f, &other, f.count);
		assert_int_equal(r->published[CHANGE_ADVANCE], 2);
		assert_int_equal(kept(r, ADVANCE_FALSE), 1);
	}
	/* The log brings another one under that number, and then the first: what was shown stays shown. */
	add_message(&f, PRECEDENCE_FLASH, "another");
	forge_say(&f, &s, &r->w->nodes[PEER].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, PEER, &f, f.count - 2, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, f.count);
	assert_int_equal(r->published[CHANGE_ADVANCE], 2);
	assert_int_equal(kept(r, ADVANCE_FALSE), 1);
	forge_free(&f);
}

/* Of two copies with one number the log bears out one; and one with the right number and the wrong words. */
static void test_what_a_log_does_not_bear_out_is_false(void **state)
{
	struct room *r = *state;
	struct statement s, other;
	struct forge f;
	size_t first;

	load(&f, r, PEER, LEADER);
	first = f.count;
	room_link(r, PEER, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, first), ERR_OK);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	forge_message(&f, PRECEDENCE_FLASH, &other);
	hear_copy(r, &f, &s, first);
	hear_copy(r, &f, &other, first);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 2);
	forge_say(&f, &s, &r->w->nodes[PEER].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, PEER, &f, first, f.count), ERR_OK);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 0);
	assert_int_equal(kept(r, ADVANCE_FALSE), 1);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	hear_copy(r, &f, &s, f.count);
	s.claimed.ms += 1000;
	forge_say(&f, &s, &r->w->nodes[PEER].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, PEER, &f, first + 1, f.count), ERR_OK);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 0);
	assert_int_equal(kept(r, ADVANCE_FALSE), 2);
	forge_free(&f);
}

/* A number that is held says whether the copy is late or false; an id that is held, that it is late. */
static void test_a_late_copy_is_none(void **state)
{
	struct room *r = *state;
	struct statement s, other;
	struct forge f;
	size_t first;

	load(&f, r, PEER, LEADER);
	first = f.count;
	room_link(r, PEER, 0, NULL, 0);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	forge_say(&f, &s, &r->w->nodes[PEER].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, f.count), ERR_OK);
	hear_copy(r, &f, &s, first);
	hear_copy(r, &f, &s, f.count + 1);
	assert_int_equal(r->published[CHANGE_ADVANCE], 0);
	forge_message(&f, PRECEDENCE_FLASH, &other);
	for (int i = 0; i < 2; i++) {
		hear_copy(r, &f, &other, first);
		assert_int_equal(r->published[CHANGE_ADVANCE], 1);
		assert_int_equal(kept(r, ADVANCE_FALSE), 1);
	}
	forge_free(&f);
}

/* The signed copy takes the place of that by a line, and is not shown as another. */
static void test_a_signed_copy_takes_the_place(void **state)
{
	static uint8_t memory[8192];
	struct room *r = *state;
	struct buf out = BUF_ON(memory);
	struct statement s;
	struct forge f;

	load(&f, r, PEER, LEADER);
	room_link(r, PEER, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, f.count), ERR_OK);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	hear_copy(r, &f, &s, f.count);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 1);
	forge_advance(&f, &s, &r->w->nodes[PEER].officer.key, NONE, &out);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(room_hear(r, PEER, FRAME_ADVANCE, buf_bytes(&out)), ERR_OK);
		assert_int_equal(kept(r, ADVANCE_BY_LINE), 0);
		assert_int_equal(kept(r, ADVANCE_SIGNED), 1);
	}
	hear_copy(r, &f, &s, f.count);
	assert_int_equal(kept(r, ADVANCE_BY_LINE) + kept(r, ADVANCE_FALSE), 0);
	forge_free(&f);
}

/* The n-th of many FLASHes of which no log says anything. */
static void flood(struct room *r, struct forge *f, size_t copies, uint64_t index)
{
	for (size_t i = 0; i < copies; i++) {
		struct statement s;
		forge_message(f, PRECEDENCE_FLASH, &s);
		hear_copy(r, f, &s, index);
	}
}

/* That one is shown, signed or not; what others said before it, in whatever number, keeps it from nobody. */
static void is_taken(struct room *r, struct forge *f)
{
	static uint8_t memory[8192];
	struct buf out = BUF_ON(memory);
	struct statement s;
	size_t shown = r->published[CHANGE_ADVANCE];

	flood(r, f, 1, f->count + 5);
	assert_int_equal(r->published[CHANGE_ADVANCE], shown + 1);
	forge_message(f, PRECEDENCE_FLASH, &s);
	forge_advance(f, &s, &r->w->nodes[PEER].officer.key, NONE, &out);
	assert_int_equal(room_hear(r, PEER, FRAME_ADVANCE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->published[CHANGE_ADVANCE], shown + 2);
}

/* Who has the pair's key fills what is kept by the line, and no more: the oldest of it gives way. */
static void test_copies_by_the_line_shut_nothing(void **state)
{
	struct room *r = *state;
	struct statement last;
	struct forge f;
	size_t first;

	load(&f, r, PEER, LEADER);
	first = f.count;
	room_link(r, PEER, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, first), ERR_OK);
	flood(r, &f, ADVANCES_MAX + 10, first + 1000);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), ADVANCES_BY_LINE_MAX);
	/* The last one is among those that stay: its log bears it out. */
	forge_message(&f, PRECEDENCE_FLASH, &last);
	hear_copy(r, &f, &last, first);
	is_taken(r, &f);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), ADVANCES_BY_LINE_MAX);
	forge_say(&f, &last, &r->w->nodes[PEER].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, PEER, &f, first, f.count), ERR_OK);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), ADVANCES_BY_LINE_MAX - 1);
	assert_int_equal(kept(r, ADVANCE_SIGNED), 1);
	forge_free(&f);
}

#define ROW_LEN_BEFORE (1 + PLACE_KEY_LEN)

/*
 * Rows of the peer's copies as they were before they had a number: how many; made so first, if that is asked.
 */
static size_t rows_of_before(struct room *r, bool is_made)
{
	const uint8_t prefix[] = { ROW_ADVANCE, PEER };
	uint8_t key_memory[MAP_KEY_MAX], value_memory[64];
	struct store *store = r->n->store;
	struct map views = store->ops->views(store);
	struct buf key = BUF_ON(key_memory);
	size_t count = 0;

	buf_put(&key, BYTES_OF(prefix));
	assert_int_equal(store->ops->begin(store), ERR_OK);
	for (;;) {
		struct buf value = BUF_ON(value_memory);
		if (map_next(&views, BYTES_OF(prefix), buf_bytes(&key), &key, &value) != ERR_OK)
			break;
		if (is_made)
			value.len = ROW_LEN_BEFORE;
		assert_int_equal(map_put(&views, buf_bytes(&key), buf_bytes(&value)), ERR_OK);
		count += value.len == ROW_LEN_BEFORE;
	}
	assert_int_equal(store->ops->commit(store), ERR_OK);
	return count;
}

/* A store of before is read, and what it has gives way first. */
static void test_a_copy_of_before_is_the_oldest(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t first;

	load(&f, r, PEER, LEADER);
	first = f.count;
	room_link(r, PEER, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, first), ERR_OK);
	flood(r, &f, 1, first + 1000);
	assert_int_equal(rows_of_before(r, true), 1);
	flood(r, &f, ADVANCES_BY_LINE_MAX - 1, first + 1000);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), ADVANCES_BY_LINE_MAX);
	assert_int_equal(rows_of_before(r, false), 1);
	flood(r, &f, 1, first + 1000);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), ADVANCES_BY_LINE_MAX);
	assert_int_equal(rows_of_before(r, false), 0);
	forge_free(&f);
}

/* Nor does what the log has contradicted; of that the last stay to be seen. */
static void test_false_copies_shut_nothing(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t first;

	load(&f, r, PEER, LEADER);
	first = f.count;
	room_link(r, PEER, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, PEER, &f, 0, first), ERR_OK);
	flood(r, &f, ADVANCES_BY_LINE_MAX, first); /* of which the log makes as many FALSE at once */
	add_message(&f, PRECEDENCE_FLASH, "another");
	assert_int_equal(room_hear_batch(r, PEER, &f, first, f.count), ERR_OK);
	assert_int_equal(kept(r, ADVANCE_FALSE), ADVANCES_BY_LINE_MAX);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 0);
	flood(r, &f, ADVANCES_MAX, first);
	assert_int_equal(kept(r, ADVANCE_FALSE), ADVANCES_BY_LINE_MAX);
	is_taken(r, &f);
	assert_int_equal(kept(r, ADVANCE_FALSE), ADVANCES_BY_LINE_MAX);
	assert_int_equal(kept(r, ADVANCE_BY_LINE), 1);
	forge_free(&f);
}

/* ---- What goes. ---- */

/* A walk over what the line had of us since room_forget. */
struct hearing {
	struct thin_reader reader;
	size_t at;
	struct bytes in; /* what is left of that frame */
};

/* The next whole message; of one that is no HEARD, the copy as well. */
static bool next_said(const struct room *r, struct hearing *h, struct thin_read *read, struct thin_copy *copy)
{
	static uint8_t plain_memory[THIN_MESSAGE_MAX], rebuilt[8192];

	for (;;) {
		struct buf plain = BUF_ON(plain_memory), out = BUF_ON(rebuilt);
		while (h->in.len == 0) {
			if (h->at == r->count)
				return false;
			if (r->said[h->at].path == THIN_PATH)
				h->in = (struct bytes){ r->said[h->at].bytes, r->said[h->at].len };
			h->at++;
		}
		if (thin_read(&h->reader, &out_key, &h->in, &plain, read) != ERR_OK)
			continue;
		if (read->kind != THIN_HEARD)
			assert_int_equal(thin_copy_read(read->plain, read->kind, &book, "aster", &out, copy),
					 ERR_OK);
		return true;
	}
}

/* By kind, and of that channel: whole messages, each as often as it was said. */
static size_t said(const struct room *r, enum thin_kind kind, uint32_t channel)
{
	struct hearing h = { .at = 0 };
	struct thin_copy copy;
	struct thin_read read;
	size_t count = 0;

	while (next_said(r, &h, &read, &copy))
		count += read.kind == kind && (kind == THIN_HEARD || copy.origin.channel == channel);
	return count;
}

/* The line takes what it is given, so many frames at most. */
static void take(struct room *r, size_t frames)
{
	for (size_t i = 0; i < r->count && frames > 0; i++) {
		if (r->said[i].peer != PEER || r->said[i].path != THIN_PATH || r->said[i].tag == 0)
			continue;
		room_took(r, &r->said[i]);
		frames--;
	}
}

/* A full line: what is more urgent takes the place of what is less, and what was said enough makes room. */
static void test_a_full_line_says_the_most_urgent(void **state)
{
	struct room *r = *state;

	for (unsigned i = 0; i < THIN_COPIES_MAX; i++)
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_IMMEDIATE, 10, NULL, 0), ERR_OK);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	/* Too long for it: it goes with its log alone. */
	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_IMMEDIATE, 900, NULL, 0), ERR_OK);
	room_tick(r, HOUR_MS);
	take(r, 400);
	assert_true(said(r, THIN_CONTENT, LEADER) > 0);
	assert_true(said(r, THIN_CONTENT, CONSULT) > 0);
	/* Nothing but FLASHes: the next one has no place, until another was said often enough. */
	for (unsigned i = 0; i < THIN_COPIES_MAX; i++)
		assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	for (int i = 0; i < 4; i++) {
		room_tick(r, HOUR_MS);
		take(r, 400);
	}
	room_forget(r);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 11, NULL, 0), ERR_OK);
	room_tick(r, HOUR_MS);
	take(r, 400);
	assert_true(said(r, THIN_CONTENT, LEADER) > 0);
	assert_int_equal(said(r, THIN_CONTENT, CONSULT), 0);
}

/* Of that channel, different ones. */
static size_t said_apart(const struct room *r, uint32_t channel)
{
	struct hearing h = { .at = 0 };
	bool is_said[256] = { false };
	struct thin_copy copy;
	struct thin_read read;
	size_t count = 0;

	while (next_said(r, &h, &read, &copy)) {
		if (read.kind == THIN_HEARD || copy.origin.channel != channel)
			continue;
		assert_true(copy.index < ARRAY_COUNT(is_said));
		count += !is_said[copy.index];
		is_said[copy.index] = true;
	}
	return count;
}

/* By which the peer names the message that the line had last. */
static void last_seal(const struct room *r, uint8_t seal[PAIR_SEAL_LEN])
{
	struct thin_reader reader = { .len = 0 };

	for (size_t i = 0; i < r->count; i++) {
		uint8_t memory[THIN_MESSAGE_MAX];
		struct buf plain = BUF_ON(memory);
		struct bytes in = { r->said[i].bytes, r->said[i].len };
		struct thin_read read;

		if (r->said[i].path == THIN_PATH &&
		    thin_read(&reader, &out_key, &in, &plain, &read) == ERR_OK)
			memcpy(seal, read.seal, PAIR_SEAL_LEN);
	}
}

/* What is heard while the line has it once more keeps its place until that is over, and keeps out nothing. */
static void test_what_is_heard_while_it_is_said_keeps_out_nothing(void **state)
{
	struct room *r = *state;
	uint8_t seal[PAIR_SEAL_LEN] = { 0 };

	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	take(r, 400);
	last_seal(r, seal);
	room_tick(r, HOUR_MS);
	hear(r, THIN_HEARD, BYTES_OF(seal));
	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_IMMEDIATE, 10, NULL, 0), ERR_OK);
	take(r, 400);
	room_tick(r, HOUR_MS);
	take(r, 400);
	assert_true(said(r, THIN_CONTENT, CONSULT) > 0);
}

/* One more than there are places for is said as soon as one of them was heard, or all were said enough. */
static void test_one_more_waits_for_a_place(void **state)
{
	struct room *r = *state;
	uint8_t seal[PAIR_SEAL_LEN] = { 0 };

	for (unsigned i = 0; i < THIN_COPIES_MAX + 2; i++)
		assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	take(r, 400);
	assert_int_equal(said_apart(r, LEADER), THIN_COPIES_MAX);
	last_seal(r, seal);
	hear(r, THIN_HEARD, BYTES_OF(seal));
	take(r, 400);
	assert_int_equal(said_apart(r, LEADER), THIN_COPIES_MAX + 1);
	for (int i = 0; i < 3; i++) {
		room_tick(r, HOUR_MS);
		take(r, 400);
	}
	assert_int_equal(said_apart(r, LEADER), THIN_COPIES_MAX + 2);
}

/* What gave way to a FLASH is said once that was heard; a FLASH waits for no IMMEDIATE that has no place. */
static void test_what_gave_way_comes_back(void **state)
{
	struct room *r = *state;
	uint8_t seal[PAIR_SEAL_LEN] = { 0 };

	for (unsigned i = 0; i < THIN_COPIES_MAX + 1; i++)
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_IMMEDIATE, 10, NULL, 0), ERR_OK);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	take(r, 5);
	assert_int_equal(said_apart(r, LEADER), 1);
	last_seal(r, seal);
	for (int i = 0; i < 4; i++) {
		hear(r, THIN_HEARD, BYTES_OF(seal));
		take(r, 400);
		room_tick(r, HOUR_MS);
	}
	assert_int_equal(said_apart(r, CONSULT), THIN_COPIES_MAX + 1);
}

/* However often it was said, within an hour it is said again, until the peer says that he heard it. */
static void test_it_is_said_each_hour_until_it_is_heard(void **state)
{
	struct room *r = *state;
	uint8_t seal[PAIR_SEAL_LEN] = { 0 };

	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	for (int i = 0; i < 12; i++) {
		take(r, 400);
		if (i > 2) {
			last_seal(r, seal);
			assert_true(said(r, THIN_CONTENT, LEADER) > 0);
		}
		room_forget(r);
		room_tick(r, HOUR_MS);
	}
	/* Words of the line that are no receipt, and a frame that it never had. */
	hear(r, THIN_HEARD, (struct bytes){ seal, 3 });
	assert_int_equal(node_sent(r->n->node, room_now(r), PEER, THIN_PATH, 1, &r->n->fx), ERR_OK);
	take(r, 400);
	assert_true(said(r, THIN_CONTENT, LEADER) > 0);
	hear(r, THIN_HEARD, BYTES_OF(seal));
	take(r, 400);
	room_forget(r);
	room_tick(r, HOUR_MS);
	take(r, 400);
	assert_int_equal(said(r, THIN_CONTENT, LEADER), 0);
}

/* A line that takes nothing: of many copies that are heard meanwhile the first are told. */
static void test_so_many_are_told_as_heard(void **state)
{
	struct room *r = *state;
	struct statement s;
	struct forge f;

	load(&f, r, PEER, LEADER);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	room_forget(r);
	for (unsigned i = 0; i < THIN_HEARD_MAX + 4; i++) {
		forge_message(&f, PRECEDENCE_FLASH, &s);
		hear_copy(r, &f, &s, f.count + i);
	}
	assert_int_equal(kept(r, ADVANCE_BY_LINE), THIN_HEARD_MAX + 4);
	room_tick(r, 1000);
	/* The line is done with what it had. */
	room_unlink(r, PEER, THIN_PATH);
	assert_int_equal(node_link(r->n->node, room_now(r),
				   &(struct path_change){
					   PEER, THIN_PATH, true, ERR_OK, { NULL, 0 }, "", "a line", NULL },
				   &r->n->fx),
			 ERR_OK);
	room_turn(r);
	take(r, 400);
	assert_int_equal(said(r, THIN_HEARD, 0), THIN_HEARD_MAX);
	forge_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		THIN(a_copy_is_of_a_log_that_both_hold),
		THIN(a_copy_that_is_said_otherwise_is_false),
		THIN(what_a_log_does_not_bear_out_is_false),
		THIN(a_late_copy_is_none),
		THIN(a_signed_copy_takes_the_place),
		THIN(copies_by_the_line_shut_nothing),
		THIN(a_copy_of_before_is_the_oldest),
		THIN(false_copies_shut_nothing),
		THIN(a_full_line_says_the_most_urgent),
		THIN(one_more_waits_for_a_place),
		THIN(what_gave_way_comes_back),
		THIN(it_is_said_each_hour_until_it_is_heard),
		THIN(so_many_are_told_as_heard),
		THIN(what_is_heard_while_it_is_said_keeps_out_nothing),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile thin", tests, NULL, NULL);
}
