/* What docs/spec/link.md says of a node's side of a line: what it asks for, and what it does not read. */
#include "attack.h"

#include "base/log.h"
#include "rot.h"

static uint8_t scratch[FRAME_HEAD_LEN + FRAME_LEN_MAX];

/* The last frame of this kind that the peer was given. */
static struct bytes last_said(const struct room *r, size_t peer, enum frame_kind kind)
{
	for (size_t i = r->count; i-- > 0;) {
		if (r->said[i].peer == peer && r->said[i].kind == kind)
			return (struct bytes){ r->said[i].bytes, r->said[i].len };
	}
	return NONE;
}

static size_t said_on(const struct room *r, size_t path, enum frame_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->said[i].peer == 1 && r->said[i].path == path && r->said[i].kind == kind;
	return count;
}

/* A path can be dead for a while before anybody knows: what was given to it is said again on the other. */
static void test_a_receipt_outlives_its_path(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t before;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 1, 1, NULL, 0);
	load(&f, r, 1, LEADER);
	before = said_on(r, 0, FRAME_COSIGNATURE);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(said_on(r, 0, FRAME_COSIGNATURE), before + 1);
	room_tick(r, HEADS_MS + 1); /* told there, too */
	room_forget(r);
	room_unlink(r, 1, 0);
	assert_true(said_on(r, 1, FRAME_COSIGNATURE) >= 1);
	room_tick(r, HEADS_MS + 1);
	assert_true(last_said(r, 1, FRAME_HEADS).len > 1000);
	/* Without any path there is nothing to say, and the next HELLO says it. */
	room_forget(r);
	room_unlink(r, 1, 1);
	assert_int_equal(r->count, 0);
	forge_free(&f);
}

/* Whoever says that he holds more of our own log than we do is asked for it, and not each time he says so. */
static void test_what_is_ours_is_wanted_once(void **state)
{
	struct room *r = *state;
	uint8_t memory[NOTE_LINE_LEN_MAX + 256], line_memory[NOTE_LINE_LEN_MAX];
	struct buf line = BUF_ON(line_memory);
	struct cosignature c;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 0, LEADER);
	forge_line(&f, f.count, 1, &line);
	c = (struct cosignature){ f.origin, 1000, buf_bytes(&line) };
	room_tick(r, 6000); /* no clock begins at 0 but this one */
	room_forget(r);
	for (int i = 0; i < 20; i++, c.size++) {
		struct buf out = BUF_ON(memory);
		cosignature_write(&c, NULL, &out);
		assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
		if (i == 18) {
			assert_int_equal(said_on(r, 0, FRAME_WANT), 1);
			r->skip_ms += 6000;
		}
	}
	assert_int_equal(said_on(r, 0, FRAME_WANT), 2);
	forge_free(&f);
}

/* Our own newest line is in memory until the next commit: the receipt of what was there before is older. */
static void test_a_receipt_has_its_own_time(void **state)
{
	struct room *r = *state;
	static struct message_view view;
	struct forge f;
	uint64_t first_ms;
	size_t at;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	at = f.count;
	add_message(&f, PRECEDENCE_ROUTINE, "one");
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	first_ms = room_now(r).wall.ms / 1000 * 1000;
	r->skip_ms += 120000;
	add_message(&f, PRECEDENCE_ROUTINE, "two");
	assert_int_equal(room_hear_batch(r, 1, &f, at + 1, f.count), ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		struct place_key place = { f.key, at + i };
		assert_int_equal(node_ladder(r->n->node, &place, &view), ERR_OK);
		assert_int_equal(view.ladders[0].party, 0);
		assert_true(view.ladders[0].steps[STEP_RECEIPT].is_proved);
		assert_int_equal(view.ladders[0].steps[STEP_RECEIPT].at.ms, first_ms + i * 120000);
	}
	forge_free(&f);
}

static void test_a_gap_is_asked_for(void **state)
{
	struct room *r = *state;
	struct want want;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 5);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, 2), ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &f, 4, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, 2);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	assert_int_equal(want_read(last_said(r, 1, FRAME_WANT), &want), ERR_OK);
	assert_int_equal(want.first, 2);
	assert_int_equal(want.end, f.count);
	forge_free(&f);
}

/* A batch of what was committed at once ends with it: nothing behind its note is read, and so none twice. */
static void test_a_batch_reads_to_its_note(void **state)
{
	struct room *r = *state;
	struct said *last;
	uint64_t before;

	assert_int_equal(room_say_at_once(r, CONSULT, PRECEDENCE_ROUTINE, 15000, 40), ERR_OK);
	assert_int_equal(room_say_at_once(r, CONSULT, PRECEDENCE_ROUTINE, 15000, 40), ERR_OK);
	count_reads(r);
	room_link(r, 1, 0, NULL, 0);
	/* With those of other logs, and of this one's beginning. */
	assert_in_range(entries_read, 40, 79);
	before = entries_read;
	last = &r->said[r->count - 1];
	assert_true(last->kind == FRAME_BATCH && last->len > 600000);
	room_took(r, last);
	assert_int_equal(entries_read - before, 40);
	count_no_more(r);
}

/* What an urgent message has seen and we lack, be it of our own log, is asked for with the next tick. */
static void test_what_an_urgent_message_waits_for_is_asked_at_once(void **state)
{
	for (size_t whose = 0; whose <= 2; whose += 2) {
		struct room *r = *state;
		struct statement s;
		struct want want;
		struct waiting w;
		struct forge f, g;
		room_link(r, 1, 0, NULL, 0);
		room_tick(r, 100);
		room_forget(r);
		load(&g, r, whose, LEADER);
		load(&f, r, 1, LEADER);
		forge_message(&f, PRECEDENCE_IMMEDIATE, &s);
		s.seen[s.seen_count++] =
			(struct seen){ bytes_str(r->w->accord->parties[whose].name), 1, g.count + 1 };
		forge_say(&f, &s, &r->w->nodes[1].officer.key, NONE);
		assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
		assert_int_equal(node_waiting(r->n->node, &f.key, &w), ERR_OK);
		assert_int_equal(w.cause, WAIT_OTHERS);
		assert_int_equal(w.count, 1);
		assert_int_equal(w.urgent, 1);
		room_tick(r, 600);
		assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
		assert_int_equal(want_read(last_said(r, 1, FRAME_WANT), &want), ERR_OK);
		assert_true(origin_equal(&want.origin, &g.origin));
		assert_int_equal(want.end, g.count + 1);
		forge_free(&f);
		forge_free(&g);
		room_close(r);
		room_open(r);
	}
}

static void test_content_of_another_hash_closes(void **state)
{
	struct room *r = *state;
	struct bytes one;
	struct forge f;
	size_t held;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	held = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, held), ERR_OK);
	add_message(&f, PRECEDENCE_ROUTINE, "one");
	add_message(&f, PRECEDENCE_ROUTINE, "two");
	one = f.items[held].content;
	f.items[held].content = f.items[held + 1].content;
	f.items[held + 1].content = one;
	assert_int_equal(room_hear_batch(r, 1, &f, held, f.count), ERR_CONTENT);
	assert_int_equal(r->closed, 1);
	assert_int_equal(r->why, ERR_CONTENT);
	assert_int_equal(room_log(r, &f.key).size, held);
	forge_free(&f);
}

static enum err hear_heads(struct room *r, const struct forge *f)
{
	static struct heads h;
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory), out = BUF_ON(scratch);

	forge_note(f, f->count, &note);
	h = (struct heads){ .notes_count = 1, .notes = { buf_bytes(&note) } };
	heads_write(&h, &out);
	return room_hear(r, 1, FRAME_HEADS, buf_bytes(&out));
}

static void test_heads_that_come_too_soon_are_not_read_on(void **state)
{
	struct room *r = *state;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(hear_heads(r, &f), ERR_OK);
	add_many(&f, 1);
	r->skip_ms += 9000;
	assert_int_equal(hear_heads(r, &f), ERR_OK);
	assert_int_equal(room_log(r, &f.key).wanted, f.count - 1);
	r->skip_ms += 2000;
	assert_int_equal(hear_heads(r, &f), ERR_OK);
	assert_int_equal(room_log(r, &f.key).wanted, f.count);
	forge_free(&f);
}

static void test_who_lets_us_wait_for_a_blob_is_not_the_only_one(void **state)
{
	struct room *r = *state;
	uint8_t hash[HASH_LEN] = { 1 };
	struct fetch fetch;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	for (size_t peer = 1; peer <= 2; peer++) {
		uint8_t memory[4096];
		struct buf content = BUF_ON(memory);
		struct statement s;
		struct forge f;
		load(&f, r, peer, CONSULT);
		forge_message(&f, PRECEDENCE_ROUTINE, &s);
		forge_content(r->w, &s, BYTES_LIT("attached"), hash, 100000, &content);
		forge_say(&f, &s, &r->w->nodes[peer].officer.key, buf_bytes(&content));
		assert_int_equal(room_hear_batch(r, peer, &f, 0, f.count), ERR_OK);
		forge_free(&f);
	}
	assert_int_equal(room_said(r, 1, FRAME_FETCH), 1);
	room_tick(r, 9000);
	assert_int_equal(room_said(r, 2, FRAME_FETCH), 0);
	room_tick(r, 1500);
	assert_int_equal(room_said(r, 2, FRAME_FETCH), 1);
	assert_int_equal(fetch_read(last_said(r, 2, FRAME_FETCH), &fetch), ERR_OK);
	assert_memory_equal(fetch.hash, hash, HASH_LEN);
	assert_int_equal(fetch.offset, 0);
}

/* What has no room is counted, and is for the next one. */
static void test_a_bundle_has_so_many_attachments(void **state)
{
	struct room *r = *state;
	struct bundle_cursor cursor = { .pieces_max = 1u << 30 };
	struct buf frame = BUF_ON(scratch);
	uint8_t blob[100] = { 0 }, hash[HASH_LEN];
	size_t pieces = 0;
	enum err e;

	for (size_t i = 0; i < BUNDLE_BLOBS_MAX + 3; i++) {
		be64_put(blob, i);
		hash_sha256(BYTES_OF(blob), hash);
		assert_int_equal(node_attach(r->n->node, NULL, hash, sizeof blob, 0, BYTES_OF(blob)), ERR_OK);
		room_turn(r);
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, hash, sizeof blob), ERR_OK);
	}
	while ((e = node_bundle(r->n->node, 1, room_now(r), &cursor, &frame)) == ERR_OK) {
		pieces += scratch[4] == FRAME_ATTACHMENT;
		buf_reset(&frame);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(pieces, BUNDLE_BLOBS_MAX);
	assert_int_equal(cursor.left, 3);
}

/* What his last bundle asked for, and however much, stands in ours first. */
static void test_a_bundle_brings_all_that_the_last_one_asked_for(void **state)
{
	struct room *r = *state;
	struct bundle_cursor cursor = { .pieces_max = 1u << 30 };
	uint8_t blob[100] = { 0 }, asking[128];
	struct buf frame = BUF_ON(scratch), asked = BUF_ON(asking);
	struct fetch fetch = { .offset = 0 };
	size_t pieces = 0;
	enum err e;

	for (size_t i = 0; i < 3; i++) {
		struct arrival in = { 1, PATH_BUNDLE, { FRAME_FETCH, { NULL, 0 } } };

		be64_put(blob, i);
		hash_sha256(BYTES_OF(blob), fetch.hash);
		assert_int_equal(node_attach(r->n->node, NULL, fetch.hash, sizeof blob, 0, BYTES_OF(blob)),
				 ERR_OK);
		room_turn(r);
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, fetch.hash, sizeof blob),
				 ERR_OK);
		buf_reset(&asked);
		fetch_write(&fetch, &asked);
		in.frame.payload = buf_bytes(&asked);
		assert_int_equal(node_receive(r->n->node, room_now(r), &in, &r->n->fx), ERR_OK);
		room_turn(r);
	}
	while ((e = node_bundle(r->n->node, 1, room_now(r), &cursor, &frame)) == ERR_OK) {
		pieces += scratch[4] == FRAME_ATTACHMENT;
		buf_reset(&frame);
	}
	assert_int_equal(e, ERR_NOT_FOUND);
	assert_int_equal(pieces, 3);
}

/* ---- Line checks. ---- */

static uint64_t said_of_lines(const struct room *r)
{
	return room_log(r, &(struct log_key){ SERVICE, 0, 1 }).size;
}

/* The peer's node answers that entry of ours, by that form. */
static void hear_answer(struct room *r, struct forge *f, uint64_t index, const char *form)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	struct statement s;

	forge_statement(f, KIND_REPLY, &s);
	s.role = BYTES_LIT(ROLE_NODE);
	s.has_label = false;
	s.has_form = form != NULL;
	if (form != NULL)
		s.form = bytes_str(form);
	s.form_version = 1;
	s.addressees[s.addressees_count++] =
		(struct addressee){ bytes_str(r->w->accord->parties[0].name), BYTES_LIT(ROLE_NODE), false };
	assert_int_equal(
		node_entry(r->n->node, &(struct place_key){ { SERVICE, 0, 1 }, index }, &bytes, &read),
		ERR_OK);
	s.refers[s.refers_count++] =
		(struct place){ SERVICE, bytes_str(r->w->accord->parties[0].name), 1, index, { 0 } };
	memcpy(s.refers[0].leaf, read.leaf, HASH_LEN);
	forge_say(f, &s, NULL, NONE);
	assert_int_equal(room_hear_batch(r, 1, f, f->count - 1, f->count), ERR_OK);
}

/* A path is checked where there is a channel for it, one check at a time; its own answer closes it, once. */
static void test_a_line_is_checked_where_there_is_a_channel(void **state)
{
	struct room *r = *state;
	struct accord *a = (struct accord *)r->w->accord_memory;
	struct accord_channel *c = &a->channels[SERVICE - 1];
	struct forge f;
	uint64_t size;

	load(&f, r, 1, SERVICE);
	c->plane = PLANE_NOTIFY;
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	size = said_of_lines(r);
	room_tick(r, 60000);
	c->plane = PLANE_SERVICE;
	a->line_check_ms = 0;
	room_tick(r, 60000);
	assert_int_equal(said_of_lines(r), size);
	a->line_check_ms = 1000;
	room_tick(r, 1000);
	assert_int_equal(said_of_lines(r), size + 1);
	room_tick(r, 2000);
	assert_int_equal(said_of_lines(r), size + 1);
	hear_answer(r, &f, size - 1, FORM_LINE_CHECK);
	hear_answer(r, &f, size, NULL);
	hear_answer(r, &f, size, "N02");
	assert_int_equal(said_of_lines(r), size + 1);
	for (int i = 0; i < 2; i++) {
		hear_answer(r, &f, size, FORM_LINE_CHECK);
		assert_int_equal(said_of_lines(r), size + 2);
	}
	/* One that is not answered in time is asked again. */
	room_tick(r, 3000);
	assert_int_equal(said_of_lines(r), size + 3);
	room_tick(r, 6000);
	assert_int_equal(said_of_lines(r), size + 4);
	forge_free(&f);
}

/* ---- What has rotted. ---- */

static log_number number_of(const struct room *r, const struct forge *f)
{
	log_number number = 0;
	struct store_log row;

	do {
		assert_int_equal(r->n->true_ops->log_next(r->n->store, number, &number), ERR_OK);
		assert_int_equal(r->n->true_ops->log_get(r->n->store, number, &row), ERR_OK);
	} while (!origin_equal(&row.origin, &f->origin));
	return number;
}

/* So far that all is read, and the peers are asked for what has rotted; or on from there. */
static struct scrub_status scrub(struct room *r, unsigned slices)
{
	static struct node_status status;

	for (unsigned i = 0; i < slices; i++) {
		r->skip_ms += 250;
		assert_int_equal(node_scrub(r->n->node, room_now(r), &r->n->fx), ERR_OK);
		room_turn(r);
	}
	node_status(r->n->node, &status);
	return status.scrub;
}

static void hear_note(struct room *r, const struct forge *f, size_t size)
{
	uint8_t memory[NOTE_LEN_MAX], payload_memory[NOTE_LEN_MAX + 64];
	struct buf note = BUF_ON(memory), payload = BUF_ON(payload_memory);
	static struct heads h;

	forge_note(f, size, &note);
	h = (struct heads){ .notes = { buf_bytes(&note) }, .notes_count = 1 };
	heads_write(&h, &payload);
	assert_int_equal(room_hear(r, 1, FRAME_HEADS, buf_bytes(&payload)), ERR_OK);
}

/*
 * A note that this disk has changed comes again from whoever has it: alone, if all that it is of is whole.
 * One of another size, or of another history, is not put in its place.
 */
static void test_a_note_comes_again(void **state)
{
	struct room *r = *state;
	struct forge f, other;
	struct prng p;
	size_t sizes[2];

	prng_init(&p, 3);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	load(&other, r, 1, LEADER);
	add_message(&other, PRECEDENCE_FLASH, "otherwise");
	for (size_t i = 0, from = 0; i < 2; i++, from = f.count) {
		add_message(&f, PRECEDENCE_FLASH, "said");
		assert_int_equal(room_hear_batch(r, 1, &f, from, f.count), ERR_OK);
		sizes[i] = f.count;
	}
	for (int is_entry = 0; is_entry < 2; is_entry++) {
		log_number number = number_of(r, &f);
		assert_true(rot(r->w, r->n, &p, number, sizes[1] - 1, ROT_NOTE));
		if (is_entry)
			assert_true(rot(r->w, r->n, &p, number, sizes[1] - 1, ROT_CONTENT));
		assert_int_equal(node_repair(r->n->node, room_now(r)), ERR_OK);
		assert_true(scrub(r, 30).is_repairing);
		assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
		hear_note(r, &f, sizes[0]);
		hear_note(r, &other, sizes[0]);
		assert_true(scrub(r, 10).is_repairing);
		hear_note(r, &f, sizes[1]);
		if (is_entry) {
			assert_true(scrub(r, 10).is_repairing);
			assert_int_equal(room_hear_batch(r, 1, &f, sizes[1] - 1, sizes[1]), ERR_OK);
		}
		assert_int_equal(scrub(r, 60).left, 0);
		assert_int_equal(room_log(r, &f.key).state, LOG_RUNS);
		assert_int_equal(room_log(r, &f.key).noted, sizes[1]);
	}
	assert_int_equal(r->closed, 0);
	forge_free(&other);
	forge_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(a_receipt_has_its_own_time),
		ATTACK(a_receipt_outlives_its_path),
		ATTACK(what_is_ours_is_wanted_once),
		ATTACK(a_gap_is_asked_for),
		ATTACK(a_batch_reads_to_its_note),
		ATTACK(what_an_urgent_message_waits_for_is_asked_at_once),
		ATTACK(content_of_another_hash_closes),
		ATTACK(heads_that_come_too_soon_are_not_read_on),
		ATTACK(who_lets_us_wait_for_a_blob_is_not_the_only_one),
		ATTACK(a_bundle_has_so_many_attachments),
		ATTACK(a_bundle_brings_all_that_the_last_one_asked_for),
		ATTACK(a_line_is_checked_where_there_is_a_channel),
		ATTACK(a_note_comes_again),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
