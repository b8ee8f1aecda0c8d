/*
 * What a peer may make of advance copies and short codes, and of what is given to the link.
 * It holds its own keys and every byte of its link. Each test is an attack, and what must not come of it.
 */
#include "attack.h"

#include "base/log.h"

static uint8_t scratch[FRAME_LEN_MAX];

static size_t bytes_said(const struct room *r, size_t peer, enum frame_kind kind, enum urgency urgency)
{
	size_t len = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].peer == peer && r->said[i].kind == kind && r->said[i].urgency == urgency)
			len += r->said[i].len;
	}
	return len;
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

static size_t batches_said(const struct room *r)
{
	size_t len = 0;

	for (int u = 0; u < URGENCY_COUNT; u++)
		len += bytes_said(r, 1, FRAME_BATCH, (enum urgency)u);
	return len;
}

/* As much as there is credit for: nearly all of it, and then a commit that fills a frame. */
static void fill(struct room *r, uint32_t channel, enum precedence precedence)
{
	assert_int_equal(room_say_at_once(r, channel, precedence, 58000, 4), ERR_OK);
	assert_int_equal(room_say_at_once(r, channel, precedence, 58000, 15), ERR_OK);
}

/* A peer that takes nothing while all precedences have much to say: the link would close the path for it. */
static void test_all_urgencies_fit_the_queue(void **state)
{
	struct room *r = *state;
	struct accord *a = (struct accord *)r->w->accord_memory;
	size_t flashes;

	a->channels[SERVICE - 1].precedences = 1u << PRECEDENCE_PRIORITY;
	a->channels[TWO_ALONE - 1].precedences = 1u << PRECEDENCE_ROUTINE;
	a->flash_len_max = 60000;
	room_link(r, 1, 0, NULL, 0);
	fill(r, TWO_ALONE, PRECEDENCE_ROUTINE);
	fill(r, SERVICE, PRECEDENCE_PRIORITY);
	assert_true(batches_said(r) >= BATCH_IN_FLIGHT_MAX);
	fill(r, CONSULT, PRECEDENCE_IMMEDIATE);
	flashes = bytes_said(r, 1, FRAME_BATCH, URGENCY_FLASH);
	fill(r, LEADER, PRECEDENCE_FLASH);
	assert_true(bytes_said(r, 1, FRAME_BATCH, URGENCY_FLASH) > flashes + 19 * 58000);
	assert_true(batches_said(r) + ADVANCE_AHEAD_MAX + 4 * ATTACHMENT_PIECE_MAX < LINK_QUEUE_LEN_MAX);
	/* What waited for the room goes when there is some. */
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].tag != 0)
			room_took(r, &r->said[i]);
	}
	assert_true(bytes_said(r, 1, FRAME_BATCH, URGENCY_IMMEDIATE) > 19 * 58000);
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
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.has_precedence = false;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_FRAME);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.channel = CONSULT;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_FRAME);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	s.accord[0] ^= 1;
	f.origin.accord[0] ^= 1;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_FRAME);
	assert_int_equal(r->published[CHANGE_ADVANCE], 0);
	forge_free(&f);
}

/* Nor is what nobody could file: of a log that is not here, of ours, of one that the peer has no part in. */
static void test_a_copy_of_no_log_is_passed_over(void **state)
{
	struct room *r = *state;
	struct accord *a = (struct accord *)r->w->accord_memory;
	struct statement s;
	struct forge f, own;

	load(&f, r, 1, LEADER);
	load(&own, r, 0, LEADER);
	room_link(r, 1, 0, NULL, 0);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK); /* nothing of it is held */
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	f.origin.epoch = 9;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
	f.origin.epoch = 1;
	forge_message(&own, PRECEDENCE_FLASH, &s);
	assert_int_equal(hear_advance(r, 1, &own, &s), ERR_OK);
	forge_message(&f, PRECEDENCE_FLASH, &s);
	a->channels[LEADER - 1].parties &= (uint8_t)~2u;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
	a->channels[LEADER - 1].parties |= 2;
	/* What it names is not there. */
	s.has_content = true;
	s.content.len = 9;
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_CONTENT);
	s.has_content = false;
	assert_int_equal(r->published[CHANGE_ADVANCE], 0);
	room_link(r, 1, 0, NULL, 0);
	assert_int_equal(hear_advance(r, 1, &f, &s), ERR_OK);
	assert_int_equal(r->published[CHANGE_ADVANCE], 1);
	forge_free(&own);
	forge_free(&f);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(flash_needs_no_credit_of_others),
		ATTACK(all_urgencies_fit_the_queue),
		ATTACK(advance_copies_wait_for_the_socket),
		ATTACK(slow_peer_keeps_its_tags),
		ATTACK(advance_copies_are_few),
		ATTACK(a_copied_id_hides_no_flash),
		ATTACK(an_exercise_is_no_flash),
		ATTACK(a_copy_of_no_log_is_passed_over),
		ATTACK(another_content_in_short_codes),
		ATTACK(a_copy_is_kept_in_full),
		ATTACK(no_part_reaches_the_node),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile copies", tests, NULL, NULL);
}
