/*
 * Frames that are well formed and of nothing that there is: logs of channels, parties and accords that two do
 * not share, notes that are of another batch, and what is asked of places where nothing stands.
 */
#include "attack.h"

#include "base/log.h"
#include "record/checkpoint.h"

#include <stdio.h>

static uint8_t scratch[FRAME_LEN_MAX];

/* What makes a log one that there is not. */
struct odd {
	const char *why;
	size_t peer, party; /* who sends it, whose it says it is */
	uint32_t channel;   /* made of this one ... */
	uint32_t as;	    /* ... and said to be of that; 0: the same */
	const char *name;   /* of its party; NULL: its own */
	bool is_of_another_accord;
	bool is_read; /* of a HELLO: it is no fault, and opens nothing */
};

static const struct odd odds[] = {
	{ .why = "another accord", .peer = 1, .party = 1, .channel = CONSULT, .is_of_another_accord = true },
	{ .why = "no party", .peer = 1, .party = 1, .channel = CONSULT, .name = "nobody" },
	{ .why = "no channel", .peer = 1, .party = 1, .channel = CONSULT, .as = 77, .is_read = true },
	{ .why = "a home channel", .peer = 1, .party = 1, .channel = CONSULT, .as = 900, .is_read = true },
	{ .why = "not its author's",
	  .peer = 1,
	  .party = 2,
	  .channel = CONSULT,
	  .as = TWO_ALONE,
	  .is_read = true },
	{ .why = "not the sender's", .peer = 2, .party = 1, .channel = TWO_ALONE, .is_read = true },
};

static void make_odd(struct forge *f, struct room *r, const struct odd *odd)
{
	forge_open(f, r->w, odd->party, odd->channel, 1);
	if (odd->as != 0)
		f->origin.channel = f->key.channel = odd->as;
	if (odd->name != NULL)
		snprintf(f->origin.party, sizeof f->origin.party, "%s", odd->name);
	f->origin.accord[0] ^= odd->is_of_another_accord;
	f->key.channel = odd->channel; /* whose parties its statements name */
	forge_begin(f);
	f->key.channel = odd->as != 0 ? odd->as : odd->channel;
}

static size_t logs_of(const struct room *r)
{
	static struct log_status logs[LOGS_MAX];

	return node_logs(r->n->node, logs, ARRAY_COUNT(logs));
}

static void test_batches_of_no_log(void **state)
{
	struct room *r = *state;
	size_t logs;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	logs = logs_of(r);
	for (size_t i = 0; i < ARRAY_COUNT(odds); i++) {
		struct forge f;
		uint64_t closed = r->closed;
		make_odd(&f, r, &odds[i]);
		if (room_hear_batch(r, odds[i].peer, &f, 0, f.count) != ERR_FRAME || r->closed != closed + 1)
			fail_msg("%s: it is taken", odds[i].why);
		assert_int_equal(logs_of(r), logs);
		room_unlink(r, odds[i].peer, 0);
		room_link(r, odds[i].peer, 0, NULL, 0);
		forge_free(&f);
	}
}

/* The note says which entries it is of, and of which log. */
static void test_a_note_of_another_batch(void **state)
{
	struct room *r = *state;
	struct forge f, other;

	forge_open(&f, r->w, 1, CONSULT, 1);
	forge_begin(&f);
	forge_open(&other, r->w, 1, LEADER, 1);
	forge_begin(&other);
	for (size_t i = 0; i < 2; i++) {
		uint8_t memory[NOTE_LEN_MAX];
		struct buf note = BUF_ON(memory), out = BUF_ON(scratch);
		struct batch_item items[3] = { { .entry = f.items[0].entry },
					       { .entry = f.items[1].entry },
					       { .entry = f.items[2].entry } };
		struct batch batch = { .origin = f.origin, .items = items, .count = i == 0 ? 2 : 3 };
		forge_note(i == 0 ? &f : &other, 3, &note);
		batch.note = buf_bytes(&note);
		batch_write(&batch, NULL, &out);
		room_link(r, 1, 0, NULL, 0);
		assert_int_equal(room_hear(r, 1, FRAME_BATCH, buf_bytes(&out)), ERR_FRAME);
		assert_int_equal(r->closed, i + 1);
		room_unlink(r, 1, 0);
		assert_false(room_has_log(r, &f.key));
	}
	forge_free(&f);
	forge_free(&other);
}

/* ---- HELLO ---- */

/* A path that is up, and on which nothing is said yet. */
static void path_up(struct room *r, size_t peer)
{
	struct path_change up = { .peer = peer, .is_up = true, .group = "X25519", .address = "simulated" };

	assert_int_equal(node_link(r->n->node, room_now(r), &up, &r->n->fx), ERR_OK);
	room_turn(r);
}

static void test_hellos_of_no_log(void **state)
{
	struct room *r = *state;
	const size_t logs = logs_of(r);

	for (size_t i = 0; i < ARRAY_COUNT(odds); i++) {
		uint8_t memory[NOTE_LEN_MAX];
		struct buf note = BUF_ON(memory), out = BUF_ON(scratch);
		struct bytes notes[1];
		struct forge f;
		make_odd(&f, r, &odds[i]);
		forge_note(&f, f.count, &note);
		notes[0] = buf_bytes(&note);
		forge_hello(r->w, odds[i].peer, notes, 1, &out);
		path_up(r, odds[i].peer);
		if (room_hear(r, odds[i].peer, FRAME_HELLO, buf_bytes(&out)) !=
		    (odds[i].is_read ? ERR_OK : ERR_NOTE))
			fail_msg("%s", odds[i].why);
		assert_int_equal(logs_of(r), logs);
		room_unlink(r, odds[i].peer, 0);
		forge_free(&f);
	}
}

static struct refusal refused_by(const struct room *r, size_t peer)
{
	static struct node_status status;

	node_status(r->n->node, &status);
	for (size_t i = 0; i < status.peers_count; i++) {
		if (status.peers[i].party == peer)
			return status.peers[i].refused;
	}
	return (struct refusal){ .kind = REFUSAL_COUNT };
}

/* Who says that he is another; and whose accord has another hash and the same files. */
static void test_hellos_of_others(void **state)
{
	struct room *r = *state;
	static struct hello h;

	for (size_t i = 0; i < 2; i++) {
		struct buf out = BUF_ON(scratch);
		h = (struct hello){ .protocol = LINK_PROTOCOL,
				    .manifest = r->w->accord->manifest,
				    .party = i == 0 ? BYTES_LIT("somebody")
						    : bytes_str(r->w->accord->parties[1].name),
				    .clock = room_now(r).wall };
		memcpy(h.accord, r->w->accord->id, ACCORD_ID_LEN);
		memcpy(h.manifest_hash, r->w->accord->hash, HASH_LEN);
		h.manifest_hash[0] ^= 1;
		hello_write(&h, &out);
		path_up(r, 1);
		assert_int_equal(room_hear(r, 1, FRAME_HELLO, buf_bytes(&out)),
				 i == 0 ? ERR_NOT_PINNED : ERR_ACCORD_DIFFERS);
		assert_int_equal(refused_by(r, 1).kind, i == 0 ? REFUSAL_PARTY : REFUSAL_ACCORD_FILE);
		room_unlink(r, 1, 0);
	}
}

/* The key that a log comes to, before its place, in a HELLO: nobody sent entries, so nobody is told. */
static void test_a_key_out_of_its_place_in_a_hello(void **state)
{
	struct room *r = *state;

	world_rotates(r->w);
	assert_int_equal(node_adopt(r->n->node, room_now(r), r->w->next, &r->n->fx), ERR_OK);
	room_turn(r);
	for (unsigned again = 0; again < 2; again++) {
		uint8_t memory[NOTE_LEN_MAX], kept_memory[NOTE_LEN_MAX];
		struct buf note = BUF_ON(memory), out = BUF_ON(scratch), kept = BUF_ON(kept_memory);
		struct bytes notes[1];
		struct forge f;
		load(&f, r, 1, LEADER);
		if (again == 0) {
			room_link(r, 1, 0, NULL, 0);
			assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
			room_unlink(r, 1, 0);
		}
		room_forget(r);
		f.log_key = &r->w->nodes[1].next_log_key;
		forge_note(&f, f.count, &note);
		notes[0] = buf_bytes(&note);
		forge_hello(r->w, 1, notes, 1, &out);
		path_up(r, 1);
		assert_int_equal(room_hear(r, 1, FRAME_HELLO, buf_bytes(&out)), ERR_OK);
		assert_int_equal(room_log(r, &f.key).state, LOG_STOPPED);
		assert_string_equal(room_log(r, &f.key).stopped.rule, "record.key");
		assert_int_equal(room_said(r, 1, FRAME_REFUSE), 0);
		assert_int_equal(r->closed, 0);
		assert_int_equal(node_misused(r->n->node, &f.key, &kept), ERR_OK);
		room_unlink(r, 1, 0);
		forge_free(&f);
	}
	/* Of our own it is kept, and ours goes on. Of a log that there is not, a key of nobody's is false. */
	uint8_t memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(memory), out = BUF_ON(scratch);
	struct bytes notes[1];
	struct forge f;
	load(&f, r, 0, LEADER);
	f.log_key = &r->w->nodes[0].next_log_key;
	forge_note(&f, f.count, &note);
	notes[0] = buf_bytes(&note);
	forge_hello(r->w, 1, notes, 1, &out);
	path_up(r, 1);
	assert_int_equal(room_hear(r, 1, FRAME_HELLO, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_log(r, &f.key).state, LOG_RUNS);
	assert_int_equal(room_say(r, LEADER, PRECEDENCE_FLASH, 10, NULL, 0), ERR_OK);
	room_unlink(r, 1, 0);
	forge_free(&f);
	buf_reset(&note);
	buf_reset(&out);
	forge_open(&f, r->w, 1, CONSULT, 2);
	forge_begin(&f);
	f.log_key = &r->w->nodes[1].officer.key;
	forge_note(&f, f.count, &note);
	notes[0] = buf_bytes(&note);
	forge_hello(r->w, 1, notes, 1, &out);
	path_up(r, 1);
	assert_int_equal(room_hear(r, 1, FRAME_HELLO, buf_bytes(&out)), ERR_NOTE);
	forge_free(&f);
}

/* ---- What is asked, and told, of others' logs ---- */

static void test_asked_of_no_log(void **state)
{
	struct room *r = *state;
	struct forge two, unknown;
	uint64_t published;

	assert_int_equal(room_say(r, TWO_ALONE, PRECEDENCE_ROUTINE, 10, NULL, 0), ERR_OK);
	load(&two, r, 0, TWO_ALONE);
	forge_open(&unknown, r->w, 1, CONSULT, 9);
	forge_begin(&unknown);
	room_link(r, 2, 0, NULL, 0);
	room_forget(r);
	published = r->published[CHANGE_LOG];
	const struct forge *const asked[] = { &two, &unknown };
	for (size_t i = 0; i < ARRAY_COUNT(asked); i++) {
		struct want want = { asked[i]->origin, 0, 1 };
		struct refuse refuse = { asked[i]->origin, 0, 0, BYTES_LIT("record.root") };
		struct buf out = BUF_ON(scratch);
		want_write(&want, &out);
		assert_int_equal(room_hear(r, 2, FRAME_WANT, buf_bytes(&out)), ERR_OK);
		buf_reset(&out);
		refuse_write(&refuse, &out);
		assert_int_equal(room_hear(r, 2, FRAME_REFUSE, buf_bytes(&out)), ERR_OK);
		buf_reset(&out);
		forge_cosignature(asked[i], asked[i]->count, 2, &out);
		assert_int_equal(room_hear(r, 2, FRAME_COSIGNATURE, buf_bytes(&out)), ERR_OK);
	}
	assert_int_equal(room_said(r, 2, FRAME_BATCH), 0);
	assert_int_equal(r->published[CHANGE_LOG], published);
	assert_int_equal(refused_by(r, 2).kind, REFUSAL_NONE);
	assert_int_equal(room_log(r, &two.key).cosigned[2], 0);
	assert_int_equal(r->closed, 0);
	assert_int_not_equal(room_hear(r, 2, FRAME_REFUSE, BYTES_LIT("\xff")), ERR_OK);
	assert_int_equal(r->closed, 1);
	forge_free(&two);
	forge_free(&unknown);
}

/* ---- What is read of places where nothing stands ---- */

static void test_read_of_no_place(void **state)
{
	struct room *r = *state;
	static uint8_t memory[ENTRY_LEN_MAX];
	static struct message_view view;
	const struct place_key places[] = { { { CONSULT, 1, 9 }, 0 },
					    { { 77, 0, 1 }, 0 },
					    { { CONSULT, 0, 1 }, 999 } };
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN];
	struct log_status few[1];
	size_t count;
	uint64_t found;

	for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
		const struct place_key *at = &places[i];
		struct buf out = BUF_ON(memory);
		struct entry_read_out read;
		assert_int_equal(node_entry(r->n->node, at, &out, &read), ERR_NOT_FOUND);
		assert_int_equal(node_ladder(r->n->node, at, &view), ERR_NOT_FOUND);
		assert_int_equal(node_proof(r->n->node, at, PARTY_MAX, &out), ERR_NOT_FOUND);
		assert_false(node_has_receipt(r->n->node, at, 1));
		assert_false(node_has_receipt(r->n->node, at, PARTY_MAX));
		assert_null(node_sent_path(r->n->node, at, 1));
		if (i == 2)
			continue;
		assert_int_equal(node_note(r->n->node, &at->log, 1, PARTY_MAX, &out, &found), ERR_NOT_FOUND);
		assert_int_equal(node_consistency(r->n->node, &at->log, 0, 1, proof, &count), ERR_NOT_FOUND);
		assert_int_equal(node_misused(r->n->node, &at->log, &out), ERR_NOT_FOUND);
	}
	assert_int_equal(node_logs(r->n->node, few, ARRAY_COUNT(few)), ARRAY_COUNT(few));
}

/* ---- Attachments ---- */

static void test_pieces_out_of_bounds(void **state)
{
	struct room *r = *state;
	const uint8_t hash[HASH_LEN] = { 1 };
	const struct bytes piece = BYTES_LIT("0123456789");
	const struct {
		uint64_t total, offset;
	} rows[] = { { 0, 0 },		{ ATTACHMENT_LEN_MAX + 1, 0 }, { 9, 0 }, { 10, 1 }, { 20, 11 },
		     { 20, UINT64_MAX } };
	uint64_t held, total;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		assert_int_equal(node_attach(r->n->node, NULL, hash, rows[i].total, rows[i].offset, piece),
				 ERR_LIMIT);
	room_turn(r);
	if (r->n->store->ops->attachment_held(r->n->store, hash, &held, &total) == ERR_OK)
		assert_int_equal(total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(batches_of_no_log),
		ATTACK(a_note_of_another_batch),
		ATTACK(hellos_of_no_log),
		ATTACK(hellos_of_others),
		ATTACK(a_key_out_of_its_place_in_a_hello),
		ATTACK(asked_of_no_log),
		ATTACK(read_of_no_place),
		ATTACK(pieces_out_of_bounds),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
