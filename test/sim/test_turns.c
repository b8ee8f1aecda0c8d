/*
 * What a turn has room for, and what waits until it has ended; and what our own door refuses before it looks
 * at the words.
 */
#include "attack.h"
#include "draft.h"

#include "base/log.h"

/* A message of ours, signed so often; the answer, while the turn is open. */
static struct effect_answer give(struct room *r, uint32_t channel, size_t signatures)
{
	static struct draft d;
	struct effect_answer answer = { .err = ERR_COUNT };
	struct command in = { .signatures_count = signatures };

	draft_open(r->w, r->n, &d, channel, KIND_MESSAGE);
	d.s.has_precedence = true;
	d.s.precedence = PRECEDENCE_ROUTINE;
	if (channel <= TWO_ALONE)
		draft_addressees(r->w, r->n, &d);
	draft_content(r->w, &d, 10, NONE);
	draft_sign(r->w, &d, &r->n->officer.key);
	in.statement = (struct bytes){ d.bytes, d.len };
	in.content = (struct bytes){ d.content, d.content_len };
	in.signatures[0] = (struct bytes){ d.signatures[0], d.signature_lens[0] };
	answer.err = node_command(r->n->node, room_now(r), &in, &r->n->fx);
	for (size_t i = 0; i < r->n->fx.count && answer.err == ERR_OK; i++) {
		if (r->n->fx.list[i].kind == EFFECT_ANSWER)
			answer = r->n->fx.list[i].answer;
	}
	return answer;
}

static void test_refused_at_the_door(void **state)
{
	struct room *r = *state;
	struct effect_answer answer = give(r, CONSULT, 0);

	assert_int_equal(answer.err, ERR_REFUSED);
	assert_int_equal(answer.verdict, VERDICT_SIGNATURE);
	room_turn(r);
	assert_int_equal(give(r, 77, 1).err, ERR_NOT_FOUND);
	room_turn(r);
	assert_int_equal(give(r, CONSULT, 1).err, ERR_OK);
	room_turn(r);
}

/* A slice of a backup, and the store's quiet moment, come after the turn that has begun. */
static void test_what_waits_for_the_turn(void **state)
{
	struct room *r = *state;
	uint64_t done = 0, total = 0;

	assert_int_equal(give(r, CONSULT, 1).err, ERR_OK);
	assert_int_equal(node_backup(r->n->node, "backup", &done, &total), ERR_SHORT);
	assert_int_equal(node_tidy(r->n->node, true, &r->n->fx), ERR_OK);
	assert_int_equal(done, 0);
	room_turn(r);
	assert_int_equal(room_log(r, &(struct log_key){ CONSULT, 0, 1 }).state, LOG_RUNS);
}

/* What a turn has no room for is not begun: it is said again in the next one, and nothing of it is lost. */
static void test_a_full_turn(void **state)
{
	struct room *r = *state;
	const struct log_key key = { CONSULT, 0, 1 };
	uint64_t before = room_log(r, &key).size, count = 0;
	struct effect_answer answer = { .err = ERR_OK };

	assert_true(effects_has_room(&r->n->fx, EFFECTS_MAX, 0));
	assert_false(effects_has_room(&r->n->fx, EFFECTS_MAX + 1, 0));
	assert_false(effects_has_room(&r->n->fx, 0, SIZE_MAX));
	while ((answer = give(r, CONSULT, 1)).err == ERR_OK)
		count++;
	assert_int_equal(answer.err, ERR_LIMIT);
	assert_true(count >= BATCH_ENTRIES_MAX);
	room_turn(r);
	assert_int_equal(r->stopped, 0);
	assert_int_equal(room_log(r, &key).size, before + count);
	assert_int_equal(give(r, CONSULT, 1).err, ERR_OK);
	while (effects_add(&r->n->fx, EFFECT_PUBLISH) != NULL)
		continue;
	assert_int_equal(r->n->fx.count, EFFECTS_MAX);
	effects_reset(&r->n->fx);
	room_turn(r);
}

static void again(void **state)
{
	assert_int_equal(attack_teardown(state), 0);
	(void)attack_setup(state);
}

/* Words that a peer has said to us alone, and the file that is attached to them. */
static void long_words(struct room *r, struct bytes blob, const uint8_t hash[HASH_LEN], struct statement *out)
{
	static uint8_t text[3000], memory[4096];
	struct buf content = BUF_ON(memory), payload;
	struct attachment_piece piece = { .total = blob.len, .piece = blob };
	struct forge f;

	memset(text, 'x', sizeof text);
	memcpy(piece.hash, hash, HASH_LEN);
	load(&f, r, 1, TWO_ALONE);
	forge_message(&f, PRECEDENCE_ROUTINE, out);
	forge_content(r->w, out, BYTES_OF(text), hash, blob.len, &content);
	forge_say(&f, out, &r->w->nodes[1].officer.key, buf_bytes(&content));
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	forge_free(&f);
	buf_init(&payload, memory, sizeof memory);
	attachment_piece_write(&piece, &payload);
	assert_int_equal(room_hear(r, 1, FRAME_ATTACHMENT, buf_bytes(&payload)), ERR_OK);
	assert_int_equal(r->published[CHANGE_ATTACHMENT], 1);
}

/* It waits, and is longer than those that come beside it. */
static void waiting_entry(struct room *r, const struct forge *on)
{
	struct statement s;
	struct forge f;

	load(&f, r, 2, CONSULT);
	forge_message(&f, PRECEDENCE_ROUTINE, &s);
	while (s.refers_count < 8)
		s.refers[s.refers_count++] = (struct place){
			CONSULT, bytes_str(on->origin.party), 1, on->count + 8 + s.refers_count, { 0 }
		};
	forge_say(&f, &s, &r->w->nodes[2].officer.key, NONE);
	assert_int_equal(room_hear_batch(r, 2, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_log(r, &f.key).folded, f.count - 1);
	forge_free(&f);
}

/* A message with a file, and one whose words the node holds, so that they do not come again. */
static void batch_of_two(struct room *r, const struct statement *held, struct forge *f, struct buf *out)
{
	static const uint8_t hash[HASH_LEN] = { 7 };
	uint8_t memory[1024];
	struct buf content = BUF_ON(memory);
	struct statement s;

	forge_message(f, PRECEDENCE_ROUTINE, &s);
	forge_content(r->w, &s, BYTES_LIT("attached"), hash, 100, &content);
	forge_say(f, &s, &r->w->nodes[1].officer.key, buf_bytes(&content));
	forge_message(f, PRECEDENCE_ROUTINE, &s);
	s.has_content = true;
	s.content = held->content;
	forge_say(f, &s, &r->w->nodes[1].officer.key, NONE);
	forge_batch(f, f->count - 2, f->count, out);
}

/* The node has so much room for a frame; whether it takes it. */
static bool is_taken_in(struct room *r, size_t len, struct bytes batch)
{
	struct effects *fx = &r->n->fx;
	struct arrival in = { 1, 0, { FRAME_BATCH, batch } };
	size_t max = fx->arena.max;
	bool is_taken;

	fx->arena.max = fx->arena.len + len;
	is_taken = node_receive(r->n->node, room_now(r), &in, fx) == ERR_OK;
	fx->arena.max = max;
	if (is_taken)
		room_turn(r);
	else
		assert_int_equal(node_commit(r->n->node, room_now(r), fx), ERR_IO);
	return is_taken;
}

/* What is named there is asked for from its author, and given to whoever else reads it. */
static void check_attached(struct room *r, const uint8_t held[HASH_LEN])
{
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);
	struct fetch fetch = { .offset = 0 };

	room_tick(r, 1000);
	assert_int_equal(room_said(r, 1, FRAME_FETCH), 1);
	memcpy(fetch.hash, held, HASH_LEN);
	fetch_write(&fetch, &out);
	assert_int_equal(room_hear(r, 2, FRAME_FETCH, buf_bytes(&out)), ERR_OK);
	assert_int_equal(room_said(r, 2, FRAME_ATTACHMENT), 1);
}

/*
 * However little room a turn has: what a peer brings is taken whole, with all that belongs to it, or the node
 * stops and nothing of it is kept.
 */
static void test_a_batch_is_taken_whole_or_not_at_all(void **state)
{
	static uint8_t memory[FRAME_LEN_MAX];
	uint8_t hash[HASH_LEN];
	bool is_taken = false;
	size_t len = 0;

	hash_sha256(BYTES_LIT("a file"), hash);
	for (; !is_taken; len += 40) {
		struct buf batch = BUF_ON(memory);
		struct room *r = *state;
		struct statement words;
		struct forge f;

		room_link(r, 1, 0, NULL, 0);
		room_link(r, 2, 0, NULL, 0);
		long_words(r, BYTES_LIT("a file"), hash, &words);
		load(&f, r, 1, CONSULT);
		assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
		waiting_entry(r, &f);
		batch_of_two(r, &words, &f, &batch);
		room_forget(r);
		is_taken = is_taken_in(r, len, buf_bytes(&batch));
		assert_int_equal(room_log(r, &f.key).size, is_taken ? f.count : f.count - 2);
		if (is_taken)
			check_attached(r, hash);
		forge_free(&f);
		again(state);
	}
	assert_true(len > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { ATTACK(refused_at_the_door), ATTACK(what_waits_for_the_turn),
					    ATTACK(a_full_turn),
					    ATTACK(a_batch_is_taken_whole_or_not_at_all) };

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
