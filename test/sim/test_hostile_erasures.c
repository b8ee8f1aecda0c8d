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

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(a_claimed_erasure_erases_nothing),
		ATTACK(nothing_is_cosigned_without_its_eraser),
		ATTACK(hearsay_erases_nothing),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("hostile erasures", tests, NULL, NULL);
}
