/*
 * What a peer may do that holds its own keys and every byte of its link: one node, and frames that no node of
 * ours would send. Each test is an attack, and what must not come of it.
 */
#include "room.h"

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
#define CONSULT 2u
#define SERVICE 3u
#define TWO_ALONE 4u /* of parties 0 and 1 */
#define NONE ((struct bytes){ NULL, 0 })

static uint8_t scratch[FRAME_LEN_MAX];

static int setup(void **state)
{
	struct room *r = xcalloc(1, sizeof *r);

	room_open(r);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	struct room *r = *state;
	bool has_stopped = r->stopped > 0;

	room_close(r);
	free(r);
	return has_stopped ? -1 : 0; /* no peer's bytes stop a node */
}

static size_t bytes_said(const struct room *r, size_t peer, enum frame_kind kind, enum urgency urgency)
{
	size_t len = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].peer == peer && r->said[i].kind == kind && r->said[i].urgency == urgency)
			len += r->said[i].len;
	}
	return len;
}

/* A message of that party, at the end of its log. */
static void add_message(struct forge *f, enum precedence precedence, const char *text)
{
	uint8_t memory[4096];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, precedence, &s);
	forge_content(f->w, &s, bytes_str(text), NULL, 0, &content);
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, buf_bytes(&content));
}

/* The log of a peer as its own node has it. */
static void load(struct forge *f, struct room *r, size_t party, uint32_t channel)
{
	forge_open(f, r->w, party, channel, 1);
	forge_load(f, &r->w->nodes[party]);
}

/* ---- What is given to the link ahead of the socket. ---- */

static void test_flash_needs_no_credit_of_others(void **state)
{
	struct room *r = *state;
	size_t others, flashes;

	room_link(r, 1, 0, NULL, 0);
	for (int i = 0; i < 60; i++)
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 50000, NULL, 0), ERR_OK);
	others = bytes_said(r, 1, FRAME_BATCH, URGENCY_IMMEDIATE);
	assert_in_range(others, 1, BATCH_AHEAD_MAX + BATCH_AHEAD_MAX + 60000);
	/* The socket has taken none of it, and the FLASH is given to the link all the same. */
	flashes = bytes_said(r, 1, FRAME_BATCH, URGENCY_FLASH);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 100, NULL, 0), ERR_OK);
	assert_true(bytes_said(r, 1, FRAME_BATCH, URGENCY_FLASH) > flashes);
	/* Each that the socket takes makes room for the next. */
	for (size_t i = 0, count = r->count; i < count; i++) {
		if (r->said[i].urgency == URGENCY_IMMEDIATE && r->said[i].tag != 0)
			room_took(r, &r->said[i]);
	}
	assert_true(bytes_said(r, 1, FRAME_BATCH, URGENCY_IMMEDIATE) > others);
}

static void test_advance_copies_wait_for_the_socket(void **state)
{
	struct room *r = *state;
	size_t ahead;

	room_link(r, 1, 0, NULL, 0);
	for (int i = 0; i < 1500; i++)
		assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 300, NULL, 0), ERR_OK);
	ahead = bytes_said(r, 1, FRAME_ADVANCE, URGENCY_FLASH);
	assert_in_range(ahead, ADVANCE_AHEAD_MAX / 2, ADVANCE_AHEAD_MAX + 4096);
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].kind == FRAME_ADVANCE) {
			assert_int_not_equal(r->said[i].tag, 0);
			room_took(r, &r->said[i]);
			break;
		}
	}
	assert_in_range(bytes_said(r, 1, FRAME_ADVANCE, URGENCY_FLASH), ahead + 1, ahead + 4096);
}

/* Its tags would be overwritten, and what they count would be under way for ever. */
static void test_slow_peer_keeps_its_tags(void **state)
{
	struct room *r = *state;
	size_t first = 0, held, count = 0;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	while (first < r->count && (r->said[first].peer != 1 || r->said[first].tag == 0))
		first++;
	assert_true(first < r->count);
	held = r->said[first].len;
	/* Everybody else takes at once, until each tag was given out again and again. */
	for (int i = 0; i < 1600; i++) {
		assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, NULL, 0), ERR_OK);
		for (size_t j = 0; j < r->count; j++) {
			if (r->said[j].tag != 0 && r->said[j].peer == 2)
				room_took(r, &r->said[j]);
		}
	}
	assert_true(held > 0);
	/* Now it takes what it was given, and the rest follows to the end. */
	for (size_t j = 0; j < r->count; j++) {
		if (r->said[j].peer == 1 && r->said[j].tag != 0) {
			room_took(r, &r->said[j]);
			count++;
		}
	}
	assert_true(count > 1);
	{
		struct log_key key = { CONSULT, 0, 1 };
		size_t size = (size_t)room_log(r, &key).size;
		static struct message_view v;
		assert_int_equal(node_ladder(r->n->node, &(struct place_key){ key, size - 1 }, &v), ERR_OK);
		for (size_t i = 0; i < v.ladders_count; i++)
			assert_true(v.ladders[i].steps[STEP_SENT].is_proved);
	}
}

/* ---- How much of the store is read; a disk that is full. ---- */

static const struct store_ops *counted_ops;
static uint64_t entries_read, nodes_read;
static bool is_full;

static enum err full_commit(struct store *store)
{
	if (!is_full)
		return counted_ops->commit(store);
	counted_ops->rollback(store);
	return ERR_FULL;
}

static enum err counted_entry_get(struct store *store, log_number log, uint64_t index, struct buf *entry,
				  struct buf *hashes)
{
	entries_read++;
	return counted_ops->entry_get(store, log, index, entry, hashes);
}

static enum err counted_node_get(struct store *store, log_number log, unsigned level, uint64_t index,
				 uint8_t hash[HASH_LEN])
{
	nodes_read++;
	return counted_ops->node_get(store, log, level, index, hash);
}

static void count_reads(struct room *r)
{
	static struct store_ops ops;

	if (r->n->store->ops != &ops) {
		counted_ops = r->n->store->ops;
		ops = *r->n->true_ops;
		ops.entry_get = counted_entry_get;
		ops.node_get = counted_node_get;
		ops.commit = full_commit;
		r->n->store->ops = &ops;
	}
	entries_read = nodes_read = 0;
}

/* Before the world closes the store. */
static void count_no_more(struct room *r)
{
	r->n->store->ops = counted_ops;
}

/* ---- Advance copies that come. ---- */

static enum err hear_advance(struct room *r, size_t peer, struct forge *f, const struct statement *s)
{
	struct buf out = BUF_ON(scratch);

	forge_advance(f, s, &r->w->nodes[f->key.party].officer.key, NONE, &out);
	return room_hear(r, peer, FRAME_ADVANCE, buf_bytes(&out));
}

static void test_advance_copies_are_few(void **state)
{
	struct room *r = *state;
	struct statement s;
	struct forge f;
	size_t first;

	load(&f, r, 1, LEADER);
	first = f.count;
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, first), ERR_OK);
	for (size_t i = 0; i < ADVANCES_MAX + 50; i++) {
		forge_message(&f, PRECEDENCE_FLASH, &s);
		assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
		/* The same again is not shown again. */
		assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
		if (i == 0)
			forge_say(&f, &s, &r->w->nodes[1].officer.key, NONE);
	}
	assert_int_equal(r->published[CHANGE_ADVANCE], ADVANCES_MAX);
	/* The other peer has a room of its own. */
	{
		struct forge g;
		load(&g, r, 2, LEADER);
		room_link(r, 2, 0, NULL, 0);
		assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
		forge_message(&g, PRECEDENCE_FLASH, &s);
		assert_int_equal(hear_advance(r, 2, &g, &s), ERR_OK);
		assert_int_equal(r->published[CHANGE_ADVANCE], ADVANCES_MAX + 1);
		forge_free(&g);
	}
	/* One that its log reaches makes room for one. */
	assert_int_equal(room_hear_batch(r, 1, &f, first, f.count), ERR_OK);
	for (int i = 0; i < 2; i++) {
		forge_message(&f, PRECEDENCE_FLASH, &s);
		assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
	}
	assert_int_equal(r->published[CHANGE_ADVANCE], ADVANCES_MAX + 2);
	forge_free(&f);
}

/* Whoever repeats the id of another's FLASH keeps no copy of it away. */
static void test_a_copied_id_hides_no_flash(void **state)
{
	struct room *r = *state;
	struct statement honest, s;
	struct forge f, g;
	size_t first;

	load(&f, r, 1, LEADER);
	load(&g, r, 2, LEADER);
	first = g.count;
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	for (int i = 0; i < 2; i++) {
		forge_message(&f, PRECEDENCE_FLASH, &honest);
		forge_message(&g, PRECEDENCE_FLASH, &s);
		memcpy(s.id, honest.id, sizeof s.id);
		r->published[CHANGE_ADVANCE] = 0;
		if (i == 0) {
			assert_int_equal(hear_advance(r, 2, &g, &s), ERR_OK);
		} else {
			forge_say(&g, &s, &r->w->nodes[2].officer.key, NONE);
			assert_int_equal(room_hear_batch(r, 2, &g, first, g.count), ERR_OK);
		}
		assert_int_equal(hear_advance(r, 1, &f, &honest), ERR_OK);
		assert_int_equal(r->published[CHANGE_ADVANCE], i == 0 ? 2 : 1);
	}
	forge_free(&f);
	forge_free(&g);
}

/* The same officers may have signed an exercise: it is no FLASH of this accord, nor is what is no FLASH. */
static void test_an_exercise_is_no_flash(void **state)
{
	struct room *r = *state;
	struct statement s;
	struct forge f;

	load(&f, r, 1, LEADER);
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.accord[0] ^= 1;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_FRAME);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.party = bytes_str(r->w->accord->parties[2].name);
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_FRAME);
	forge_message(&f, PRECEDENCE_IMMEDIATE, &s);
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_FRAME);
	assert_int_equal(r->published[CHANGE_ADVANCE], 0);
	forge_free(&f);
}

/* ---- Attachments. ---- */

static void make_blob(uint8_t *blob, size_t len, uint8_t first, uint8_t hash[HASH_LEN])
{
	memset(blob, first, len);
	hash_sha256((struct bytes){ blob, len }, hash);
}

static void attach(struct room *r, const uint8_t *blob, size_t len, const uint8_t hash[HASH_LEN])
{
	for (size_t at = 0; at < len; at += ATTACHMENT_PIECE_MAX) {
		size_t part = len - at < ATTACHMENT_PIECE_MAX ? len - at : ATTACHMENT_PIECE_MAX;
		assert_int_equal(node_attach(r->n->node, hash, len, at, (struct bytes){ blob + at, part }),
				 ERR_OK);
	}
	room_turn(r);
}

/* Pieces that a FETCH of this peer brings him. */
static size_t fetch(struct room *r, size_t peer, const uint8_t hash[HASH_LEN])
{
	struct buf out = BUF_ON(scratch);
	struct fetch f = { .offset = 0 };
	size_t before = room_said(r, peer, FRAME_ATTACHMENT);

	memcpy(f.hash, hash, HASH_LEN);
	fetch_write(&f, &out);
	assert_int_equal(room_hear(r, peer, FRAME_FETCH, buf_bytes(&out)), ERR_OK);
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].kind == FRAME_ATTACHMENT && r->said[i].tag != 0)
			room_took(r, &r->said[i]);
	}
	return room_said(r, peer, FRAME_ATTACHMENT) - before;
}

static enum err hear_piece(struct room *r, size_t peer, const uint8_t hash[HASH_LEN], uint64_t offset,
			   uint64_t total, struct bytes bytes)
{
	struct buf out = BUF_ON(scratch);
	struct attachment_piece p = { .offset = offset, .total = total, .piece = bytes };

	memcpy(p.hash, hash, HASH_LEN);
	attachment_piece_write(&p, &out);
	return room_hear(r, peer, FRAME_ATTACHMENT, buf_bytes(&out));
}

/* A message of that party that names a blob, at the end of its log. */
static void add_attachment(struct forge *f, const uint8_t hash[HASH_LEN], size_t len)
{
	uint8_t memory[4096];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	forge_content(f->w, &s, BYTES_LIT("attached"), hash, len, &content);
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, buf_bytes(&content));
}

static void test_fetch_gives_what_the_channel_names(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], draft[HASH_LEN], two_alone[HASH_LEN], common[HASH_LEN], home[HASH_LEN];
	struct forge f;

	make_blob(blob, sizeof blob, 1, draft);
	attach(r, blob, sizeof blob, draft);
	make_blob(blob, sizeof blob, 2, two_alone);
	attach(r, blob, sizeof blob, two_alone);
	make_blob(blob, sizeof blob, 3, common);
	attach(r, blob, sizeof blob, common);
	make_blob(blob, sizeof blob, 4, home);
	attach(r, blob, sizeof blob, home);
	assert_int_equal(room_say(r, TWO_ALONE, PRECEDENCE_ROUTINE, 10, two_alone, 100), ERR_OK);
	assert_int_equal(room_say(r, CONSULT, PRECEDENCE_ROUTINE, 10, common, 100), ERR_OK);
	assert_int_equal(room_say(r, 900, PRECEDENCE_ROUTINE, 10, home, 100), ERR_OK);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	for (size_t peer = 1; peer <= 2; peer++) {
		assert_int_equal(fetch(r, peer, draft), 0);
		assert_int_equal(fetch(r, peer, home), 0);
		assert_int_equal(fetch(r, peer, common), 1);
		assert_int_equal(fetch(r, peer, two_alone), peer == 1 ? 1 : 0);
	}
	/* Who knows a hash can name it; that gives it to nobody. */
	load(&f, r, 2, CONSULT);
	add_attachment(&f, two_alone, 100);
	add_attachment(&f, draft, 100);
	add_attachment(&f, home, 100);
	assert_int_equal(room_hear_batch(r, 2, &f, 0, f.count), ERR_OK);
	assert_int_equal(fetch(r, 2, two_alone), 0);
	assert_int_equal(fetch(r, 2, draft), 0);
	assert_int_equal(fetch(r, 2, home), 0);
	forge_free(&f);
}

static void test_fetch_gives_back_what_was_given(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], hash[HASH_LEN];
	uint64_t held, total;
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	add_attachment(&f, hash, sizeof blob);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_said(r, 1, FRAME_FETCH), 1);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	/* To its author, who may have lost it, and to whoever else read that message. */
	assert_int_equal(fetch(r, 1, hash), 1);
	assert_int_equal(fetch(r, 2, hash), 1);
	/* One content of the two that name it is erased: the other names it still. */
	forge_erase(&f, &f, f.count - 1);
	assert_int_equal(room_hear_batch(r, 1, &f, f.count - 1, f.count), ERR_OK);
	assert_true(room_has_folded(r, &f.key, f.count - 1));
	assert_int_equal(fetch(r, 2, hash), 1);
	/* When both are, it goes to nobody, and from here. */
	forge_erase(&f, &f, f.count - 3);
	assert_int_equal(room_hear_batch(r, 1, &f, f.count - 1, f.count), ERR_OK);
	assert_true(room_has_folded(r, &f.key, f.count - 1));
	assert_int_equal(fetch(r, 1, hash), 0);
	assert_int_equal(fetch(r, 2, hash), 0);
	assert_int_equal(node_attachment(r->n->node, hash, 0, 0, NULL, &held, &total), ERR_NOT_FOUND);
	forge_free(&f);
}

/* A row a byte would be what 64 MiB cost. */
static void test_pieces_are_whole(void **state)
{
	struct room *r = *state;
	static uint8_t blob[3 * ATTACHMENT_PIECE_MAX];
	uint8_t hash[HASH_LEN];
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, (struct bytes){ blob, 1 }), ERR_FRAME);
	assert_int_equal(
		hear_piece(r, 1, hash, 0, ATTACHMENT_LEN_MAX, (struct bytes){ blob, ATTACHMENT_PIECE_MAX }),
		ERR_FRAME);
	for (size_t at = 0; at < sizeof blob; at += ATTACHMENT_PIECE_MAX)
		assert_int_equal(hear_piece(r, 1, hash, at, sizeof blob,
					    (struct bytes){ blob + at, ATTACHMENT_PIECE_MAX }),
				 ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	forge_free(&f);
}

/* One who names another's blob and gives a false beginning of it spoils nothing but his own. */
static void test_a_false_blob_spoils_no_other(void **state)
{
	struct room *r = *state;
	static uint8_t blob[2 * ATTACHMENT_PIECE_MAX], other[sizeof blob];
	uint8_t hash[HASH_LEN], ignored[HASH_LEN];
	struct forge f, g;

	make_blob(blob, sizeof blob, 1, hash);
	make_blob(other, sizeof other, 2, ignored);
	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	load(&g, r, 2, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	add_attachment(&g, hash, sizeof blob);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	assert_int_equal(
		hear_piece(r, 2, hash, 0, sizeof blob, (struct bytes){ other, ATTACHMENT_PIECE_MAX }),
		ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	/* The honest one is asked when the other lets us wait, from the beginning. */
	room_tick(r, 11000);
	assert_int_equal(room_said(r, 1, FRAME_FETCH), 1);
	for (size_t at = 0; at < sizeof blob; at += ATTACHMENT_PIECE_MAX)
		assert_int_equal(hear_piece(r, 1, hash, at, sizeof blob,
					    (struct bytes){ blob + at, ATTACHMENT_PIECE_MAX }),
				 ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	assert_int_equal(r->closed, 0);
	forge_free(&f);
	forge_free(&g);
}

/* ---- Short codes. ---- */

/* In short codes the content says its own hash: another one makes another entry, which no root holds. */
static void test_another_content_in_short_codes(void **state)
{
	static const char text[] = "Meet at nine.";
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;
	uint8_t *at;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_message(&f, PRECEDENCE_FLASH, text);
	forge_batch(&f, 0, f.count, &out);
	at = memmem(out.ptr, out.len, text, sizeof text - 1);
	assert_non_null(at);
	at[8] = 't'; /* "Meet at tine." */
	/* Who passes it on is not believed; its author is asked for what came before, and may try again. */
	assert_int_equal(room_hear(r, 2, FRAME_BATCH, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, 1), ERR_OK);
	buf_reset(&out);
	forge_batch(&f, 1, f.count, &out);
	at = memmem(out.ptr, out.len, text, sizeof text - 1);
	at[8] = 't';
	assert_int_equal(room_hear(r, 1, FRAME_BATCH, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, 1);
	assert_int_equal(room_log(r, &f.key).state, LOG_RUNS);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, f.count);
	assert_int_equal(room_log(r, &f.key).state, LOG_RUNS);
	assert_int_equal(r->closed, 0);
	forge_free(&f);
}

/* A copy is kept in full, however it came: who reads it later need not have the book. */
static void test_a_copy_is_kept_in_full(void **state)
{
	struct room *r = *state;
	struct store *store = r->n->store;
	uint8_t both[1 + STATEMENT_ID_LEN], key[HASH_LEN];
	struct buf kept = BUF_ON(scratch);
	struct advance a;
	struct statement s, read;
	struct fault fault;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
	assert_int_equal(r->published[CHANGE_ADVANCE], 1);
	both[0] = 1;
	memcpy(both + 1, s.id, STATEMENT_ID_LEN);
	hash_sha256(BYTES_OF(both), key);
	assert_int_equal(store->ops->advance_get(store, key, &kept), ERR_OK);
	assert_int_equal(advance_read(buf_bytes(&kept), NULL, NULL, &a), ERR_OK);
	assert_int_equal(statement_read(a.statement, &read, &fault), ERR_OK);
	assert_memory_equal(read.id, s.id, STATEMENT_ID_LEN);
	forge_free(&f);
}

/* Parts are put together by the link: one that reaches the node is no frame of a peer. */
static void test_no_part_reaches_the_node(void **state)
{
	struct room *r = *state;

	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(room_hear(r, 1, FRAME_PART, BYTES_LIT("\x83\x01\x00\x41x")), ERR_FRAME);
	assert_int_equal(r->closed, 1);
}

/*
 * The commit of the message failed after its blob was asked for: the honest sender of a piece broke nothing.
 */
static void test_a_piece_of_what_was_taken_back(void **state)
{
	struct room *r = *state;
	uint8_t blob[100], hash[HASH_LEN];
	struct buf out = BUF_ON(scratch);
	struct arrival in = { 1, 0, { FRAME_BATCH, { 0 } } };
	struct forge f;

	make_blob(blob, sizeof blob, 1, hash);
	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	add_attachment(&f, hash, sizeof blob);
	forge_batch(&f, 0, f.count, &out);
	in.frame.payload = buf_bytes(&out);
	count_reads(r);
	is_full = true;
	assert_int_equal(node_receive(r->n->node, room_now(r), &in, &r->n->fx), ERR_OK);
	assert_int_equal(node_commit(r->n->node, room_now(r), &r->n->fx), ERR_FULL);
	effects_reset(&r->n->fx);
	is_full = false;
	count_no_more(r);
	node_room(r->n->node, true);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	assert_int_equal(r->closed, 0);
	/* Asked for again with its message. */
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(hear_piece(r, 1, hash, 0, sizeof blob, BYTES_OF(blob)), ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
	forge_free(&f);
}

/* ---- Logs and epochs. ---- */

static void test_epochs_are_few(void **state)
{
	struct room *r = *state;
	size_t logs = 0;

	room_link(r, 1, 0, NULL, 0);
	for (uint32_t channel = LEADER; channel <= TWO_ALONE; channel++) {
		for (uint32_t epoch = 1; epoch <= 2 * EPOCHS_MAX; epoch++) {
			struct forge f;
			forge_open(&f, r->w, 1, channel, epoch);
			forge_begin(&f);
			assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
			logs += room_has_log(r, &f.key);
			if (epoch <= EPOCHS_MAX)
				assert_true(room_has_log(r, &f.key));
			else
				assert_false(room_has_log(r, &f.key));
			forge_free(&f);
		}
	}
	assert_int_equal(logs, 4 * EPOCHS_MAX);
	assert_int_equal(r->closed, 0);
	assert_int_equal(r->stopped, 0);
	/* And ours go on, as everybody else's. */
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
}

static void test_a_log_is_opened_by_its_author_alone(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 2, 0, NULL, 0);
	forge_open(&f, r->w, 1, LEADER, 5);
	forge_begin(&f);
	/* The third party cannot sign for the author. */
	forge_batch(&f, 0, f.count, &out);
	out.ptr[out.len - 20] = out.ptr[out.len - 20] == 'A' ? 'B' : 'A';
	assert_int_not_equal(room_hear(r, 2, FRAME_BATCH, buf_bytes(&out)), ERR_OK);
	assert_false(room_has_log(r, &f.key));
	assert_int_equal(room_hear_batch(r, 2, &f, 0, f.count), ERR_OK);
	assert_true(room_has_log(r, &f.key));
	forge_free(&f);
}

/* Said twice in a session, it would make us look at all logs and send all receipts as often as it likes. */
static void test_hello_comes_once(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);

	room_link(r, 1, 0, NULL, 0);
	forge_hello(r->w, 1, NULL, 0, &out);
	assert_int_equal(room_hear(r, 1, FRAME_HELLO, buf_bytes(&out)), ERR_FRAME);
	assert_int_equal(r->closed, 1);
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(r->closed, 1);
}

/* ---- Forks. ---- */

/* The contents of FORK statements in our own logs, checked as a stranger would. */
static size_t count_proofs(struct room *r, size_t party, uint32_t channel)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct place_key at = { { channel, 0, 1 }, 0 };
	size_t count = 0;

	for (; at.index < room_log(r, &at.log).size; at.index++) {
		struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
		static struct fork fork;
		struct entry_read_out read;
		struct fault fault;
		assert_int_equal(node_entry(r->n->node, &at, &bytes, &read), ERR_OK);
		count += read.statement.kind == KIND_FORK &&
			 node_content(r->n->node, &read.statement, &content) == ERR_OK &&
			 fork_read(buf_bytes(&content), &fork, &fault) == ERR_OK &&
			 fork_check(&fork, r->w->nodes[party].log_key.public, &fault) == ERR_OK;
	}
	return count;
}

static void add_many(struct forge *f, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_message(f, PRECEDENCE_FLASH, "more");
}

static void test_a_fork_is_proved_with_few_reads(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t common;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 1500);
	common = f.count;
	for (size_t at = 0; at < f.count; at += 300)
		assert_int_equal(room_hear_batch(r, 1, &f, at, at + 300 < f.count ? at + 300 : f.count),
				 ERR_OK);
	forge_open(&g, r->w, 1, LEADER, 1);
	for (size_t i = 0; i < common; i++)
		forge_put(&g, f.items[i].entry, f.items[i].content);
	add_many(&f, 1);
	add_many(&g, 3);
	assert_int_equal(room_hear_batch(r, 1, &f, common, f.count), ERR_OK);
	count_reads(r);
	assert_int_equal(room_hear_batch(r, 1, &g, common, g.count), ERR_OK);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
	assert_in_range(nodes_read, 1, 500);
	count_no_more(r);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	forge_free(&f);
	forge_free(&g);
}

/* Two roots of one size, whichever comes first: the sides are put in order before they are checked. */
static void test_a_fork_is_proved_either_way_round(void **state)
{
	struct room *r = *state;
	bool was_less = false, was_more = false;

	room_link(r, 1, 0, NULL, 0);
	for (uint32_t epoch = 1; !was_less || !was_more; epoch++) {
		uint8_t memory[2][1024], roots[2][HASH_LEN];
		struct buf notes[2] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
		size_t proofs = count_proofs(r, 1, LEADER);
		struct bytes note;
		struct forge f, g;
		assert_true(epoch <= EPOCHS_MAX);
		forge_open(&f, r->w, 1, LEADER, epoch);
		forge_open(&g, r->w, 1, LEADER, epoch);
		forge_begin(&f);
		forge_begin(&g);
		assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
		frontier_root(&f.frontiers[f.count], roots[0]);
		frontier_root(&g.frontiers[g.count], roots[1]);
		forge_note(&g, g.count, &notes[1]);
		note = buf_bytes(&notes[1]);
		room_link(r, 1, 0, &note, 1);
		assert_int_equal(count_proofs(r, 1, LEADER), proofs + 1);
		assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
		was_less |= memcmp(roots[0], roots[1], HASH_LEN) < 0;
		was_more |= memcmp(roots[0], roots[1], HASH_LEN) > 0;
		forge_free(&f);
		forge_free(&g);
	}
}

/* What a third party makes up of a log must not keep us from looking when its author really forks it. */
static void test_hearsay_hides_no_fork(void **state)
{
	struct room *r = *state;
	struct forge f, g, h;
	size_t common;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_many(&f, 10);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	common = f.count;
	/* The third party passes on a good note with other entries under it. */
	load(&g, r, 1, LEADER);
	forge_cut(&g, 0);
	for (size_t i = 0; i < common; i++)
		forge_put(&g, f.items[i].entry, f.items[i].content);
	add_many(&f, 2);
	add_many(&g, 2);
	{
		struct batch_item items[2];
		uint8_t memory[1024];
		struct buf note = BUF_ON(memory), out = BUF_ON(scratch);
		struct batch b = { .origin = f.origin, .first = common, .items = items, .count = 2 };
		for (size_t i = 0; i < 2; i++)
			items[i] = (struct batch_item){ .entry = g.items[common + i].entry,
							.content = g.items[common + i].content };
		forge_note(&f, f.count, &note);
		b.note = buf_bytes(&note);
		batch_write(&b, NULL, &out);
		assert_int_equal(room_hear(r, 2, FRAME_BATCH, buf_bytes(&out)), ERR_OK);
	}
	assert_int_equal(room_log(r, &f.key).state, LOG_RUNS);
	/* Now the author goes on from another history. */
	forge_open(&h, r->w, 1, LEADER, 1);
	for (size_t i = 0; i + 1 < common; i++)
		forge_put(&h, f.items[i].entry, f.items[i].content);
	add_many(&h, 3);
	room_forget(r);
	assert_int_equal(room_hear_batch(r, 1, &h, common, h.count), ERR_OK);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	assert_int_equal(room_hear_batch(r, 1, &h, 0, h.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	assert_int_equal(count_proofs(r, 1, LEADER), 1);
	forge_free(&f);
	forge_free(&g);
	forge_free(&h);
}

/*
 * The signer remembers a history of a peer's log that our store has lost: that stops the log and not the
 * node.
 */
static void test_a_log_that_the_signer_refuses_stops(void **state)
{
	struct room *r = *state;
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	r->signer_says = ERR_REFUSED;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	r->signer_says = ERR_OK;
	room_turn(r);
	assert_int_equal(r->stopped, 0);
	assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	forge_free(&f);
}

/* ---- Receipts. ---- */

static void test_a_receipt_of_another_root_closes_nothing(void **state)
{
	struct room *r = *state;
	struct buf out = BUF_ON(scratch);
	struct forge f;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 0, LEADER);
	forge_cut(&f, f.count - 1);
	add_message(&f, PRECEDENCE_FLASH, "not ours");
	forge_cosignature(&f, f.count, 1, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(r->closed, 0);
	assert_int_equal(room_log(r, &f.key).cosigned[1], 0);
	forge_free(&f);
}

/* A receipt that comes before its entries cannot be judged yet: what others make up takes no room from it. */
static void test_an_early_receipt_is_not_crowded_out(void **state)
{
	struct room *r = *state;
	uint8_t memory[1024];
	struct buf out = BUF_ON(scratch), line = BUF_ON(memory);
	struct cosignature c;
	struct forge f;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	first = f.count;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, first), ERR_OK);
	add_many(&f, 1);
	/* The author says for the third party what it never said. */
	forge_line(&f, f.count, 2, &line);
	c = (struct cosignature){ f.origin, LOG_SIZE_MAX, buf_bytes(&line) };
	cosignature_write(&c, NULL, &out);
	assert_int_equal(room_hear(r, 1, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	buf_reset(&out);
	forge_cosignature(&f, f.count, 2, &out);
	assert_int_equal(room_hear(r, 2, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &f, first, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).cosigned[2], f.count);
	forge_free(&f);
}

/* ---- Erasure as a peer claims it. ---- */

static void test_a_claimed_erasure_erases_nothing(void **state)
{
	struct room *r = *state;
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
	struct entry_read_out read;
	struct forge f, g;
	size_t at;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_message(&f, PRECEDENCE_FLASH, "held");
	at = f.count - 1;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	/* The same content stands in another's log, and is said to be erased by the first entry of all. */
	load(&g, r, 2, LEADER);
	forge_put(&g, f.items[at].entry, NONE);
	{
		struct entry entry;
		struct statement s;
		struct fault fault;
		struct statement copy;
		assert_int_equal(entry_read(f.items[at].entry, &entry, &s, &fault), ERR_OK);
		forge_cut(&g, g.count - 1);
		forge_message(&g, PRECEDENCE_FLASH, &copy);
		copy.has_content = true;
		copy.content = s.content;
		forge_say(&g, &copy, &r->w->nodes[2].officer.key, NONE);
	}
	g.items[g.count - 1].is_erased = true;
	g.items[g.count - 1].eraser = forge_place(&f, 0);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	assert_int_equal(room_log(r, &g.key).size, g.count);
	assert_int_equal(node_entry(r->n->node, &(struct place_key){ f.key, at }, &bytes, &read), ERR_OK);
	assert_int_equal(node_content(r->n->node, &read.statement, &content), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&content), f.items[at].content));
	forge_free(&f);
	forge_free(&g);
}

static void test_nothing_is_cosigned_without_its_eraser(void **state)
{
	struct room *r = *state;
	struct forge f;
	size_t at;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_message(&f, PRECEDENCE_FLASH, "never sent");
	at = f.count - 1;
	f.items[at].is_erased = true;
	/* Some entry that we hold is no eraser. */
	f.items[at].eraser = forge_place(&f, 0);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).size, f.count);
	assert_int_equal(room_log(r, &f.key).cosigned[0], 0);
	forge_free(&f);
	/* One that counts is. */
	forge_open(&f, r->w, 1, CONSULT, 1);
	forge_load(&f, &r->w->nodes[1]);
	add_message(&f, PRECEDENCE_ROUTINE, "erased before");
	at = f.count - 1;
	forge_erase(&f, &f, at);
	f.items[at].is_erased = true;
	f.items[at].eraser = forge_place(&f, f.count - 1);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).cosigned[0], f.count);
	forge_free(&f);
}

/* A third party passes on another's log, and says that its contents are erased: they come after all. */
static void test_hearsay_erases_nothing(void **state)
{
	struct room *r = *state;
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
	struct entry_read_out read;
	struct forge f;
	size_t at;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_message(&f, PRECEDENCE_FLASH, "said");
	at = f.count - 1;
	f.items[at].is_erased = true;
	f.items[at].eraser = forge_place(&f, 0);
	assert_int_equal(room_hear_batch(r, 2, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).cosigned[0], 0);
	/* Its author believes that we have it: he is asked. */
	room_tick(r, 6000);
	assert_int_equal(room_said(r, 1, FRAME_WANT), 1);
	f.items[at].is_erased = false;
	assert_int_equal(room_hear_batch(r, 1, &f, at, f.count), ERR_OK);
	assert_int_equal(node_entry(r->n->node, &(struct place_key){ f.key, at }, &bytes, &read), ERR_OK);
	assert_int_equal(node_content(r->n->node, &read.statement, &content), ERR_OK);
	assert_int_equal(room_log(r, &f.key).cosigned[0], f.count);
	forge_free(&f);
}

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

/* ---- What one withholds from us, and others have seen. ---- */

static void add_seen(struct forge *f, size_t party, uint32_t epoch, uint64_t size)
{
	struct statement s;

	forge_message(f, PRECEDENCE_FLASH, &s);
	s.seen[s.seen_count++] = (struct seen){ bytes_str(f->w->accord->parties[party].name), epoch, size };
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, NONE);
}

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

static void add_reference(struct forge *f, enum precedence precedence, const struct forge *to, size_t index)
{
	struct statement s;

	forge_message(f, precedence, &s);
	s.refers[s.refers_count++] = (struct place){ to->key.channel, s.party, 1, index, { 0 } };
	forge_say(f, &s, &f->w->nodes[f->key.party].officer.key, NONE);
}

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

/* ---- An entry that is not of the form. ---- */

/* The last entry again, with these bytes in place of the first `cut` and these behind it. */
static void add_spoilt(struct forge *f, size_t cut, struct bytes begin, struct bytes end)
{
	static uint8_t memory[2 * ENTRY_LEN_MAX];
	struct buf out = BUF_ON(memory);
	struct bytes entry = f->items[f->count - 1].entry;

	buf_put(&out, begin);
	buf_put(&out, (struct bytes){ entry.ptr + cut, entry.len - cut });
	buf_put(&out, end);
	forge_cut(f, f->count - 1);
	forge_put(f, buf_bytes(&out), NONE);
}

/* That log stops there, and its writer is told where and why; the path and his other logs go on. */
static void stops_at(struct room *r, struct forge *f, struct forge *other, size_t offset, const char *rule)
{
	struct refuse refuse;
	struct log_status status;

	assert_int_equal(room_hear_batch(r, 1, f, 0, f->count), ERR_OK);
	assert_int_equal(r->closed, 0);
	assert_int_equal(room_said(r, 1, FRAME_REFUSE), 1);
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].kind == FRAME_REFUSE)
			assert_int_equal(
				refuse_read((struct bytes){ r->said[i].bytes, r->said[i].len }, &refuse),
				ERR_OK);
	}
	assert_true(origin_equal(&refuse.origin, &f->origin));
	assert_int_equal(refuse.index, f->count - 1);
	assert_int_equal(refuse.offset, offset);
	assert_true(bytes_equal(refuse.rule, bytes_str(rule)));
	status = room_log(r, &f->key);
	assert_int_equal(status.state, LOG_STOPPED);
	assert_string_equal(status.stopped.rule, rule);
	assert_int_equal(status.size, 0);
	assert_int_equal(room_hear_batch(r, 1, other, 0, other->count), ERR_OK);
	assert_int_equal(room_log(r, &other->key).size, other->count);
}

static void test_an_entry_that_is_not_strict_stops_its_log_alone(void **state)
{
	static const uint8_t long_end[ENTRY_LEN_MAX];
	const struct {
		const char *why;
		size_t cut;
		struct bytes begin, end;
		size_t offset; /* SIZE_MAX: behind the entry */
		const char *rule;
	} rows[] = {
		{ "an integer in two bytes", 3, BYTES_LIT("\xa6\x01\x18\x01"), NONE, 2, "cbor.shortest" },
		{ "a float", 3, BYTES_LIT("\xa6\x01\xf9\x3c\x00"), NONE, 2, "cbor.float" },
		{ "a tag", 3, BYTES_LIT("\xa6\x01\xc1\x01"), NONE, 2, "cbor.tag" },
		{ "a map without an end", 1, BYTES_LIT("\xbf"), NONE, 0, "cbor.indefinite" },
		{ "a key twice", 3, BYTES_LIT("\xa7\x01\x01\x01\x01"), NONE, 3, "cbor.order" },
		{ "another version", 3, BYTES_LIT("\xa6\x01\x02"), NONE, 2, "entry.version" },
		{ "a byte behind it", 0, NONE, BYTES_LIT("\x00"), SIZE_MAX, "cbor.trailing" },
		{ "too long", 0, NONE, BYTES_OF(long_end), 0, "entry.limit" },
	};

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct room *r = *state;
		struct forge f, g;
		size_t len;

		print_message("# %s\n", rows[i].why);
		room_link(r, 1, 0, NULL, 0);
		load(&f, r, 1, LEADER);
		load(&g, r, 1, CONSULT);
		add_reference(&f, PRECEDENCE_FLASH, &f, 0);
		len = f.items[f.count - 1].entry.len;
		add_spoilt(&f, rows[i].cut, rows[i].begin, rows[i].end);
		stops_at(r, &f, &g, rows[i].offset == SIZE_MAX ? len : rows[i].offset, rows[i].rule);
		forge_free(&f);
		forge_free(&g);
		room_close(r);
		room_open(r);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(flash_needs_no_credit_of_others),
		TEST(advance_copies_wait_for_the_socket),
		TEST(slow_peer_keeps_its_tags),
		TEST(advance_copies_are_few),
		TEST(a_copied_id_hides_no_flash),
		TEST(an_exercise_is_no_flash),
		TEST(fetch_gives_what_the_channel_names),
		TEST(fetch_gives_back_what_was_given),
		TEST(pieces_are_whole),
		TEST(a_false_blob_spoils_no_other),
		TEST(a_piece_of_what_was_taken_back),
		TEST(epochs_are_few),
		TEST(a_log_is_opened_by_its_author_alone),
		TEST(hello_comes_once),
		TEST(a_fork_is_proved_with_few_reads),
		TEST(a_fork_is_proved_either_way_round),
		TEST(hearsay_hides_no_fork),
		TEST(a_log_that_the_signer_refuses_stops),
		TEST(a_receipt_of_another_root_closes_nothing),
		TEST(an_early_receipt_is_not_crowded_out),
		TEST(a_claimed_erasure_erases_nothing),
		TEST(nothing_is_cosigned_without_its_eraser),
		TEST(hearsay_erases_nothing),
		TEST(a_want_without_a_note_reads_nothing),
		TEST(entries_that_wait_cost_little),
		TEST(line_checks_are_answered_so_often),
		TEST(what_is_withheld_is_asked_of_who_saw_it),
		TEST(a_stopped_log_holds_nobody_up),
		TEST(a_reference_out_of_the_channel_is_none),
		TEST(folding_anew_takes_its_time),
		TEST(refuse_is_about_our_log),
		TEST(another_channel_is_waited_for_no_longer_than_it_takes),
		TEST(circles_of_two_channels),
		TEST(an_entry_that_is_not_strict_stops_its_log_alone),
		TEST(another_content_in_short_codes),
		TEST(a_copy_is_kept_in_full),
		TEST(no_part_reaches_the_node),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
