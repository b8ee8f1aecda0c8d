#include "reads.h"

#include "answers.h"

#include "base/alloc.h"
#include "crypto/sshsig.h"
#include "view/reading.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_LAST 3u /* of each log */
#define READ_LAST 12u	/* of each log, by each reader */
#define READ_LEN_MAX (2 * REBUILT_LEN_MAX)

static uint8_t memory[READ_LEN_MAX];

void answers_put(struct answers *a, const char *what, enum err e, struct bytes bytes)
{
	struct answer *answer = &a->list[a->count++];

	if (a->count == ANSWERS_MAX)
		world_fail(a->w, "too much is asked");
	*answer = (struct answer){ .what = what, .e = e };
	if (e == ERR_OK)
		hash_sha256(bytes, answer->hash);
}

void answers_put_number(struct answers *a, const char *what, enum err e, uint64_t number)
{
	uint8_t bytes[8];

	be64_put(bytes, number);
	answers_put(a, what, e, BYTES_OF(bytes));
}

/* ---- One entry and what belongs to it. ---- */

static void ask_notes(struct answers *a, const struct place_key *at)
{
	for (size_t party = 0; party <= a->w->accord->parties_count; party++) {
		struct buf out = BUF_ON(memory);
		uint64_t found = 0;

		answers_put(a, "note", node_note(a->n->node, &at->log, at->index + 1, party, &out, &found),
			    buf_bytes(&out));
		buf_reset(&out);
		answers_put(a, "proof", node_proof(a->n->node, at, party, &out), buf_bytes(&out));
	}
}

static void ask_ladder(struct answers *a, const struct place_key *at)
{
	static struct message_view view;
	struct buf out = BUF_ON(memory);
	enum err e = node_ladder(a->n->node, at, &view);

	for (size_t i = 0; e == ERR_OK && i < view.ladders_count; i++) {
		for (int step = 0; step < STEP_COUNT; step++) {
			buf_put_byte(&out, view.ladders[i].steps[step].is_proved);
			buf_put_be64(&out, view.ladders[i].steps[step].at.ms);
		}
	}
	answers_put(a, "ladder", e, buf_bytes(&out));
}

static void ask_act(struct answers *a, const struct place_key *at)
{
	struct buf out = BUF_ON(memory);
	struct message_at act = { 0 };
	struct owed_view owed;
	enum err e;

	while ((e = fold_next_act(node_fold(a->n->node), at, &act)) == ERR_OK)
		place_key_write(&act.place, &out);
	answers_put(a, "acts", e == ERR_NOT_FOUND ? ERR_OK : e, buf_bytes(&out));
	answers_put_number(a, "owed", fold_owed(node_fold(a->n->node), at, &owed), 0);
}

static void ask_entry(struct answers *a, const struct place_key *at)
{
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	struct place_key eraser;
	uint64_t held = 0, total = 0;
	enum err e = node_entry(a->n->node, at, &bytes, &read);

	answers_put(a, "entry", e, buf_bytes(&bytes));
	if (e == ERR_OK) {
		struct buf content = BUF_ON(memory);
		content.ptr += ENTRY_LEN_MAX;
		content.max -= ENTRY_LEN_MAX;
		answers_put_number(a, "signer", ERR_OK, read.has_signer);
		e = node_content(a->n->node, &read.statement, &content);
		answers_put(a, "content", e, buf_bytes(&content));
		e = node_eraser(a->n->node, at, &read.statement, &eraser);
		answers_put_number(a, "eraser", e, eraser.index);
		e = node_attachment(a->n->node, read.statement.content.hash, 0, 0, NULL, &held, &total);
		answers_put_number(a, "attachment", e, held);
	}
	ask_notes(a, at);
	ask_ladder(a, at);
	ask_act(a, at);
}

/* ---- All of a channel, all of a peer. ---- */

static enum err row_put(void *self, struct bytes key, struct bytes value)
{
	struct hash_stream *stream = self;

	hash_add(stream, key);
	hash_add(stream, value);
	return ERR_OK;
}

static void ask_channel(struct answers *a, uint32_t channel)
{
	const struct fold *f = node_fold(a->n->node);
	struct buf out = BUF_ON(memory);
	struct message_at at = { 0 };
	struct owed_view owed = { 0 };
	struct hash_stream stream;
	uint8_t hash[HASH_LEN];
	bool is_suspended = false;
	enum err e;

	while ((e = fold_next_message(f, channel, &at)) == ERR_OK)
		place_key_write(&at.place, &out);
	answers_put(a, "messages", e == ERR_NOT_FOUND ? ERR_OK : e, buf_bytes(&out));
	buf_reset(&out);
	while ((e = fold_next_owed(f, channel, &owed)) == ERR_OK)
		place_key_write(&owed.place, &out);
	answers_put(a, "all owed", e == ERR_NOT_FOUND ? ERR_OK : e, buf_bytes(&out));
	answers_put_number(a, "suspension", fold_is_suspended(f, channel, &is_suspended), is_suspended);
	hash_open(&stream);
	e = fold_rows(f, channel, row_put, &stream);
	hash_finish(&stream, hash);
	answers_put(a, "rows", e, BYTES_OF(hash));
}

static void ask_peer(struct answers *a, size_t peer)
{
	struct bundle_cursor cursor = { .pieces_max = 1u << 20 };
	enum err e = ERR_OK;

	while (e == ERR_OK) {
		struct buf frame = BUF_ON(memory);
		e = node_bundle(a->n->node, peer, world_now(a->w, a->n), &cursor, &frame);
		answers_put(a, "bundle", e, buf_bytes(&frame));
	}
}

static void ask_advances(struct answers *a)
{
	for (size_t party = 0; party < node_accord(a->n->node)->parties_count; party++) {
		struct advance_cursor cursor = { .party = party };
		enum err e = ERR_OK;

		while (e == ERR_OK) {
			struct buf bytes = BUF_ON(memory);
			struct advance_read_out out;
			e = node_advance_next(a->n->node, &cursor, &bytes, &out);
			answers_put(a, "advance copy", e, buf_bytes(&bytes));
		}
	}
}

/* ---- Who may know of what. ---- */

static enum err fetch(void *self, const struct place_key *at, struct statement *out)
{
	static uint8_t entry[ENTRY_LEN_MAX];
	const struct answers *a = self;
	struct buf bytes = BUF_ON(entry);
	struct entry_read_out read;
	enum err e = node_entry(a->n->node, at, &bytes, &read);

	if (e == ERR_OK)
		*out = read.statement;
	return e;
}

static uint32_t epoch(void *self, uint32_t channel, size_t party)
{
	const struct answers *a = self;

	return node_epoch(a->n->node, channel, party);
}

static void ask_reading_of(struct answers *a, struct reading *r, const struct log_status *logs, size_t count)
{
	bool may = false;

	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, logs[i].size };
		uint64_t size = 0;
		answers_put_number(a, "size in sight", reading_size(r, &at.log, at.index, &size), size);
		answers_put_number(a, "evidence", reading_whole(r, at.log.channel, &may), may);
		for (size_t last = 0; last < READ_LAST && at.index > 0; last++) {
			at.index--;
			answers_put_number(a, "sight", reading_place(r, &at, &may), may);
		}
	}
}

/* An officer of the node, and a role of each party. */
static void ask_readings(struct answers *a, const struct log_status *logs, size_t count)
{
	static struct reading r;
	const struct reading_record record = { .fold = node_fold(a->n->node),
					       .self = a,
					       .fetch = fetch,
					       .epoch = epoch,
					       .now_ms = world_now(a->w, a->n).wall.ms };
	uint8_t wire[64], key[KEY_HASH_LEN];
	struct buf public = BUF_ON(wire);

	if (a->w->accord->guidelines == NULL)
		return;
	ssh_public_write(a->n->officer.key.public, &public);
	hash_sha256(buf_bytes(&public), key);
	reading_open_officer(&r, &record, a->n->party, key);
	ask_reading_of(a, &r, logs, count);
	for (size_t party = 0; party < a->w->nodes_count; party++) {
		const struct reader reader = reader_of(party, party == 0 ? READER_NODE : 0);
		reading_open_role(&r, &record, &reader);
		ask_reading_of(a, &r, logs, count);
	}
}

static void ask(struct answers *a)
{
	struct log_status logs[64];
	size_t count = node_logs(a->n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		uint64_t size = logs[i].size;
		for (uint64_t at = size < ENTRIES_LAST ? 0 : size - ENTRIES_LAST; at < size; at++)
			ask_entry(a, &(struct place_key){ logs[i].log, at });
	}
	for (size_t i = 0; i < a->w->accord->channels_count; i++)
		ask_channel(a, a->w->accord->channels[i].number);
	for (size_t i = 0; i < a->w->nodes_count; i++) {
		if (i != a->n->party)
			ask_peer(a, i);
	}
	ask_advances(a);
	ask_readings(a, logs, count);
}

/* ---- Two passes. ---- */

/* A row that has rotted is left out of what is said of many. */
static bool is_honest(const struct world *w, const struct answer *a)
{
	return err_class(a->e) == ERR_CLASS_LOCAL || a->e == ERR_ROT || w->is_rotten;
}

/* What was not asked the second time followed from an answer that failed. */
static void compare(const struct answers *a, const struct answers *b)
{
	size_t i = 0;

	for (size_t j = 0; j < b->count; j++) {
		const struct answer *got = &b->list[j];
		if (is_honest(a->w, got))
			return;
		if (i == a->count || strcmp(a->list[i].what, got->what) != 0 || a->list[i].e != got->e ||
		    memcmp(a->list[i].hash, got->hash, HASH_LEN) != 0)
			world_fail(a->w, "node %zu was asked twice for %s number %zu: %s, then %s",
				   a->n->party, got->what, j,
				   i == a->count ? "nothing" : err_text(a->list[i].e), err_text(got->e));
		i++;
	}
}

/* What only reads rows has changed nothing: there is no world to judge of it. Nor has a short child one. */
static void ask_twice(struct answers *whole, struct answers *failing, void (*pass)(struct answers *a),
		      bool is_pure)
{
	int64_t since_us;
	bool has_failed = places_has_failed(&since_us);

	whole->count = failing->count = 0;
	pass(whole);
	places_core_begins(whole->n);
	pass(failing);
	places_core_ends();
	compare(whole, failing);
	if ((is_pure || places_are_short()) && !has_failed && places_has_failed(&since_us))
		places_child_end();
}

void reads_compare(struct world *w)
{
	static struct answers whole, failing;
	int64_t since_us;

	for (size_t i = 0; i < w->nodes_count; i++) {
		struct sim_node *n = &w->nodes[i];
		if (n->node == NULL || is_hostile(w, i))
			continue;
		whole.w = failing.w = w;
		whole.n = failing.n = n;
		whole.fold = failing.fold = node_fold(n->node);
		ask_twice(&whole, &failing, ask, false);
		ask_twice(&whole, &failing, door_ask, true);
		ask_twice(&whole, &failing, views_ask, true);
		while (!places_has_failed(&since_us) && cut_ask(&whole, &failing))
			compare(&whole, &failing);
	}
}
