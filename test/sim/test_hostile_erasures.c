/*
 * What a peer may say of erased contents.
 * It holds its own keys and every byte of its link. Each test is an attack, and what must not come of it.
 */
#include "attack.h"

#include "base/log.h"

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

#define ERASED 200u

/*
 * Whose contents came as erased, and then by other statements: what comes behind them does not look at each
 * again.
 */
static void test_what_came_as_erased_is_looked_at_once(void **state)
{
	struct room *r = *state;
	struct forge f, g;
	size_t first;

	room_link(r, 1, 0, NULL, 0);
	load(&f, r, 1, CONSULT);
	load(&g, r, 1, LEADER);
	first = f.count;
	for (size_t i = 0; i < ERASED; i++) {
		struct entry entry;
		struct statement said, copy;
		struct fault fault;
		add_message(&f, PRECEDENCE_ROUTINE, "words");
		assert_int_equal(entry_read(f.items[f.count - 1].entry, &entry, &said, &fault), ERR_OK);
		forge_message(&g, PRECEDENCE_ROUTINE, &copy);
		copy.has_content = true;
		copy.content = said.content;
		forge_say(&g, &copy, &r->w->nodes[1].officer.key, NONE);
		g.items[g.count - 1].is_erased = true;
		g.items[g.count - 1].eraser = forge_place(&f, first + i);
	}
	assert_int_equal(room_hear_batch(r, 1, &g, 0, g.count), ERR_OK);
	assert_int_not_equal(room_log(r, &g.key).cosigned[0], g.count);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	count_reads(r);
	for (size_t i = 0; i < 10; i++) {
		add_message(&g, PRECEDENCE_FLASH, "more");
		assert_int_equal(room_hear_batch(r, 1, &g, g.count - 1, g.count), ERR_OK);
		assert_int_equal(room_log(r, &g.key).cosigned[0], g.count);
	}
	assert_in_range(contents_read, 1, ERASED);
	count_no_more(r);
	forge_free(&f);
	forge_free(&g);
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

/* The words of another channel by their hash, in a log of his own: he is not given them with that log. */
static void check_hash_opens_nothing(struct room *r, bool is_erased)
{
	static const char words[] = "For two alone, and for no third.";
	static uint8_t want_memory[512];
	struct buf out = BUF_ON(want_memory);
	struct want want;
	struct statement copy, said;
	struct entry entry;
	struct fault fault;
	struct forge f, g;
	size_t at;
	enum err e;

	load(&f, r, 1, TWO_ALONE);
	add_message(&f, PRECEDENCE_ROUTINE, words);
	at = f.count - 1;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	load(&g, r, 2, LEADER);
	assert_int_equal(entry_read(f.items[at].entry, &entry, &said, &fault), ERR_OK);
	forge_message(&g, PRECEDENCE_FLASH, &copy);
	copy.has_content = true;
	copy.content = said.content;
	forge_say(&g, &copy, &r->w->nodes[2].officer.key, NONE);
	g.items[g.count - 1].is_erased = is_erased;
	g.items[g.count - 1].eraser = forge_place(&g, 0);
	e = room_hear_batch(r, 2, &g, 0, g.count);
	assert_true(e == ERR_OK || e == ERR_CONTENT);
	/* Nor does our own node show them as his, under a label of his. */
	if (room_log(r, &g.key).size == g.count) {
		static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
		struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
		struct place_key his = { g.key, g.count - 1 }, ours = { f.key, at };
		struct entry_read_out read;
		assert_int_equal(node_entry(r->n->node, &his, &bytes, &read), ERR_OK);
		assert_int_equal(node_words(r->n->node, &his, &read.statement, &content), ERR_NOT_FOUND);
		assert_int_equal(node_words(r->n->node, &ours, &read.statement, &content), ERR_OK);
	}
	room_link(r, 2, 0, NULL, 0); /* where that closed the line: from a restored disk, he says */
	room_forget(r);
	want = (struct want){ g.origin, 0, g.count };
	want_write(&want, &out);
	e = room_hear(r, 2, FRAME_WANT, buf_bytes(&out));
	assert_int_equal(e, ERR_OK);
	for (size_t i = 0; i < 20; i++)
		room_turn(r);
	for (size_t i = 0; i < r->count; i++) {
		if (r->said[i].peer == 2)
			assert_null(memmem(r->said[i].bytes, r->said[i].len, words, sizeof words - 1));
	}
	forge_free(&f);
	forge_free(&g);
}

static void test_a_hash_opens_no_words(void **state)
{
	struct room *r = *state;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	check_hash_opens_nothing(r, true);
}

static void test_a_hash_alone_opens_no_words(void **state)
{
	struct room *r = *state;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	check_hash_opens_nothing(r, false);
}

/*
 * A statement of its party with the words of that entry, by their hash alone; said to be erased by the next.
 */
static void name_words(struct forge *g, const struct room *r, const struct forge *f, size_t at)
{
	struct statement copy, said;
	struct entry entry;
	struct fault fault;

	assert_int_equal(entry_read(f->items[at].entry, &entry, &said, &fault), ERR_OK);
	forge_message(g, PRECEDENCE_FLASH, &copy);
	copy.has_content = true;
	copy.content = said.content;
	forge_say(g, &copy, &r->w->nodes[g->key.party].officer.key, NONE);
}

static enum err words_of(struct room *r, const struct forge *f, size_t at, struct buf *out)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct place_key place = { f->key, at };
	struct entry_read_out read;

	assert_int_equal(node_entry(r->n->node, &place, &bytes, &read), ERR_OK);
	return node_words(r->n->node, &place, &read.statement, out);
}

/*
 * A partner has heard words before us. He names them by their hash, and two of his officers erase what he so
 * said, before or after they come from whoever said them: they are here, and stay.
 */
static void check_erases_his_own(struct room *r, bool is_erased_before)
{
	static uint8_t memory[CONTENT_LEN_MAX];
	struct buf content = BUF_ON(memory);
	struct forge f, g;
	size_t at, named;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_message(&f, PRECEDENCE_FLASH, "They stay.");
	at = f.count - 1;
	load(&g, r, 2, LEADER);
	name_words(&g, r, &f, at);
	named = g.count - 1;
	forge_erase(&g, &g, named);
	g.items[named].is_erased = true;
	g.items[named].eraser = forge_place(&g, named + 1);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count - !is_erased_before), ERR_OK);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	for (int is_again = 0; is_again < 2; is_again++) {
		buf_reset(&content);
		assert_int_equal(words_of(r, &f, at, &content), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&content), f.items[at].content));
		/* What he said there his own erased: it is shown so. */
		assert_int_equal(words_of(r, &g, named, &content), ERR_REFUSED);
		assert_int_equal(room_log(r, &f.key).cosigned[0], f.count);
		assert_int_equal(room_log(r, &g.key).cosigned[0], g.count);
		assert_int_equal(node_refold(r->n->node, world_now(r->w, r->n), &r->n->fx), ERR_OK);
		room_turn(r);
	}
	forge_free(&f);
	forge_free(&g);
}

static void test_nobody_erases_what_has_not_come(void **state)
{
	check_erases_his_own(*state, true);
}

static void test_nobody_erases_what_came_since(void **state)
{
	check_erases_his_own(*state, false);
}

/* He names our words by their hash alone: that keeps nothing that their author erases. */
static void test_a_hash_keeps_no_words(void **state)
{
	struct room *r = *state;
	static uint8_t memory[CONTENT_LEN_MAX];
	struct buf content = BUF_ON(memory);
	struct forge f, g;
	size_t at;

	room_link(r, 1, 0, NULL, 0);
	room_link(r, 2, 0, NULL, 0);
	load(&f, r, 1, LEADER);
	add_message(&f, PRECEDENCE_FLASH, "They go.");
	at = f.count - 1;
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	load(&g, r, 2, LEADER);
	name_words(&g, r, &f, at);
	assert_int_equal(room_hear_batch(r, 2, &g, 0, g.count), ERR_OK);
	forge_erase(&f, &f, at);
	assert_int_equal(room_hear_batch(r, 1, &f, 0, f.count), ERR_OK);
	assert_int_equal(words_of(r, &f, at, &content), ERR_REFUSED);
	forge_free(&f);
	forge_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(what_came_as_erased_is_looked_at_once),
		ATTACK(a_claimed_erasure_erases_nothing),
		ATTACK(nothing_is_cosigned_without_its_eraser),
		ATTACK(hearsay_erases_nothing),
		ATTACK(a_hash_opens_no_words),
		ATTACK(a_hash_alone_opens_no_words),
		ATTACK(nobody_erases_what_has_not_come),
		ATTACK(nobody_erases_what_came_since),
		ATTACK(a_hash_keeps_no_words),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile erasures", tests, NULL, NULL);
}
