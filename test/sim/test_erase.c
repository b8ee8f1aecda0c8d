/*
 * Erasures told by honest and by lying peers. Batches are put together by hand and carried in, so that each
 * comes when the story wants it.
 */
#include "world.h"

#include "base/alloc.h"
#include "base/log.h"
#include "record/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CONSULT 2u

/* In the first party's log: its opening and two keys, then what the story adds. */
#define FIRST 3u

static const struct log_key log_key = { CONSULT, 0, 1 };

static struct place_key place_at(uint64_t index)
{
	return (struct place_key){ log_key, index };
}

/* Three nodes that no path joins, and nobody who does anything by himself. */
static struct world *world_alone(void)
{
	struct world *w = world_new(1, 3, getenv("VERBOSE") != NULL);

	w->is_cut = w->is_healing = true;
	world_advance(w, 3000000);
	return w;
}

static void settle(struct world *w, struct sim_node *n)
{
	node_turn(w, n);
	world_advance(w, w->now_us + 1000000);
}

static struct log_status log_of(const struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		if (log_key_equal(&logs[i].log, &log_key))
			return logs[i];
	}
	return (struct log_status){ .log = log_key };
}

static struct entry_read_out entry_at(const struct sim_node *n, uint64_t index)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct entry_read_out read;
	struct place_key at = place_at(index);

	assert_int_equal(node_entry(n->node, &at, &bytes, &read), ERR_OK);
	return read;
}

/* ERR_OK: held; ERR_REFUSED: erased; ERR_NOT_FOUND. */
static enum err content_at(const struct sim_node *n, uint64_t index)
{
	static uint8_t memory[CONTENT_LEN_MAX];
	struct buf content = BUF_ON(memory);
	struct entry_read_out read = entry_at(n, index);

	return node_content(n->node, &read.statement, &content);
}

static struct place place_named(struct world *w, const struct sim_node *n, uint64_t index)
{
	struct place p = { CONSULT, bytes_str(w->accord->parties[0].name), 1, index, { 0 } };

	if (index < log_of(n).size)
		memcpy(p.leaf, entry_at(n, index).leaf, HASH_LEN);
	return p;
}

/* ---- A batch by hand. ---- */

#define ITEMS_MAX 8u

struct parcel {
	struct batch batch;
	struct batch_item items[ITEMS_MAX];
	uint8_t memory[1 << 17];
	struct arena arena;
};

static struct bytes lent(struct parcel *p, struct bytes in)
{
	struct bytes copy = arena_copy(&p->arena, in);

	assert_non_null(copy.ptr);
	return copy;
}

/* The first party's entries from first on, with the note that its node made of this size. */
static void parcel_fill(struct parcel *p, const struct sim_node *from, uint64_t first, uint64_t size)
{
	static uint8_t memory[CONTENT_LEN_MAX];
	uint8_t note_memory[NOTE_LEN_MAX];
	struct buf note = BUF_ON(note_memory);
	uint64_t found;

	arena_init(&p->arena, p->memory, sizeof p->memory);
	p->batch = (struct batch){ .first = first, .items = p->items };
	for (uint64_t index = first; index < size; index++) {
		struct entry_read_out read = entry_at(from, index);
		struct buf content = BUF_ON(memory);
		struct batch_item *item = &p->items[p->batch.count++];
		*item = (struct batch_item){ .entry = lent(p, read.bytes) };
		if (node_content(from->node, &read.statement, &content) == ERR_OK)
			item->content = lent(p, buf_bytes(&content));
		p->batch.origin = read.entry.origin;
	}
	assert_int_equal(node_note(from->node, &log_key, size, PARTY_MAX, &note, &found), ERR_OK);
	assert_int_equal(found, size);
	p->batch.note = lent(p, buf_bytes(&note));
}

static void claim(struct parcel *p, uint64_t index, struct place eraser)
{
	struct batch_item *item = &p->items[index - p->batch.first];

	item->content.len = 0;
	item->is_erased = true;
	item->eraser = eraser;
}

static void give(struct world *w, struct sim_node *to, struct parcel *p)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf payload = BUF_ON(memory);
	struct arrival in = { .peer = to->party == 1 ? 2 : 1, .path = PATH_BUNDLE };

	batch_write(&p->batch, NULL, &payload);
	assert_int_equal(buf_check(&payload), ERR_OK);
	in.frame = (struct frame){ FRAME_BATCH, buf_bytes(&payload) };
	assert_int_equal(node_receive(to->node, world_now(w, to), &in, &to->fx), ERR_OK);
	settle(w, to);
}

static void give_all(struct world *w, struct sim_node *to, const struct sim_node *from, uint64_t first,
		     uint64_t size)
{
	static struct parcel p;

	parcel_fill(&p, from, first, size);
	give(w, to, &p);
}

/* The first party's node says so many things: entry FIRST and on. */
static struct world *world_with(size_t messages)
{
	struct world *w = world_alone();

	for (size_t i = 0; i < messages; i++) {
		officer_send(w, &w->nodes[0], CONSULT);
		settle(w, &w->nodes[0]);
	}
	return w;
}

static void erase(struct world *w, struct sim_node *n, uint64_t index)
{
	struct place_key at = place_at(index);

	officer_erase(w, n, &at, 2);
	settle(w, n);
}

/*
 * The next entry of the first party's log that its node would never write: what its officer signed alone.
 * Its log key signs the note, and from here on that node is not asked any more.
 */
static void parcel_forge(struct parcel *p, struct world *w, uint64_t erased)
{
	struct sim_node *n = &w->nodes[0];
	struct place_key at = place_at(erased);
	uint64_t size = log_of(n).size;
	struct entry entry = { .origin = entry_at(n, 0).entry.origin, .index = size, .signatures_count = 1 };
	struct frontier frontier = { 0 };
	uint8_t memory[4096], note_memory[1024], text_memory[512], leaf[HASH_LEN], root[HASH_LEN];
	struct buf bytes = BUF_ON(memory), note = BUF_ON(note_memory), text = BUF_ON(text_memory);

	officer_erase(w, n, &at, 1);
	entry.filed = world_now(w, n).wall;
	entry.statement = n->pending[n->pending_count - 1].statement;
	entry.signatures[0] = n->pending[n->pending_count - 1].signatures[0];
	entry_write(&entry, &bytes);
	for (uint64_t i = 0; i < size; i++)
		assert_int_equal(frontier_append(&frontier, entry_at(n, i).leaf, NULL, NULL), ERR_OK);
	hash_leaf(buf_bytes(&bytes), leaf);
	assert_int_equal(frontier_append(&frontier, leaf, NULL, NULL), ERR_OK);
	frontier_root(&frontier, root);
	note_write_text(&entry.origin, size + 1, root, &text);
	buf_put(&note, buf_bytes(&text));
	buf_put_byte(&note, '\n');
	checkpoint_sign(&n->log_key, buf_bytes(&text), &note);
	arena_init(&p->arena, p->memory, sizeof p->memory);
	p->items[0] = (struct batch_item){ .entry = lent(p, buf_bytes(&bytes)) };
	p->batch = (struct batch){ .origin = entry.origin,
				   .first = size,
				   .items = p->items,
				   .count = 1,
				   .note = lent(p, buf_bytes(&note)) };
	settle(w, n);
}

/* Its words went, by that entry, and by it alone: that another says the same is no word of it. */
static void check_says_it_is_erased(struct sim_node *n, const struct place_key *at,
				    const struct place_key *by)
{
	static uint8_t memory[ENTRY_LEN_MAX], content_memory[CONTENT_LEN_MAX];
	struct buf bytes = BUF_ON(memory), content = BUF_ON(content_memory);
	struct entry_read_out read;
	struct place_key eraser;

	assert_int_equal(node_entry(n->node, at, &bytes, &read), ERR_OK);
	assert_int_equal(node_words(n->node, at, &read.statement, &content), ERR_REFUSED);
	assert_int_equal(node_eraser(n->node, at, &read.statement, &eraser), ERR_OK);
	assert_true(place_key_equal(&eraser, by));
}

/* ---- The stories. ---- */

/* Gone on both, and each says by which entry; the hash and the entry stay. */
static void erased_on_both(void **state)
{
	struct world *w = world_with(2);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	const struct place_key erased = place_at(FIRST), eraser = place_at(FIRST + 2);

	(void)state;
	give_all(w, b, a, 0, FIRST + 2);
	assert_int_equal(content_at(b, FIRST), ERR_OK);
	erase(w, a, FIRST);
	give_all(w, b, a, FIRST + 2, FIRST + 3);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(content_at(&w->nodes[i], FIRST), ERR_REFUSED);
		assert_int_equal(content_at(&w->nodes[i], FIRST + 1), ERR_OK);
		check_says_it_is_erased(&w->nodes[i], &erased, &eraser);
		/* Folded anew it is the same. */
		assert_int_equal(node_refold(w->nodes[i].node, world_now(w, a), &w->nodes[i].fx), ERR_OK);
		assert_int_equal(content_at(&w->nodes[i], FIRST), ERR_REFUSED);
		assert_int_equal(content_at(&w->nodes[i], FIRST + 1), ERR_OK);
	}
	assert_int_equal(log_of(b).cosigned[1], FIRST + 3);
	world_free(w);
}

/*
 * Who was away gets the eraser's place by way of another, and cosigns once he holds the eraser, not before.
 */
static void caught_up_through_another(void **state)
{
	struct world *w = world_with(1);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1], *c = &w->nodes[2];
	static struct parcel p;

	(void)state;
	give_all(w, b, a, 0, FIRST);
	give_all(w, b, a, FIRST, FIRST + 1);
	erase(w, a, FIRST);
	give_all(w, b, a, FIRST + 1, FIRST + 2);
	give_all(w, c, b, 0, FIRST);
	parcel_fill(&p, b, FIRST, FIRST + 1);
	assert_int_equal(p.items[0].content.len, 0); /* b has nothing to give */
	claim(&p, FIRST, place_named(w, b, FIRST + 1));
	give(w, c, &p);
	for (int is_again = 0; is_again < 2; is_again++) {
		assert_int_equal(log_of(c).size, FIRST + 1);
		assert_int_equal(content_at(c, FIRST), ERR_NOT_FOUND);
		assert_int_equal(log_of(c).cosigned[2], FIRST);
		/* A restart does not forget what it waits for, nor does a replay. */
		node_down(w, c);
		node_boot(w, c);
		world_advance(w, w->now_us + 1000000);
		assert_int_equal(node_refold(c->node, world_now(w, c), &c->fx), ERR_OK);
	}
	give_all(w, c, b, FIRST + 1, FIRST + 2);
	assert_int_equal(content_at(c, FIRST), ERR_REFUSED);
	assert_int_equal(log_of(c).cosigned[2], FIRST + 2);
	world_free(w);
}

/* What it was told, it tells: the claim goes on to the next party as it came. */
static void a_claim_is_passed_on(void **state)
{
	struct world *w = world_with(1);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1], *c = &w->nodes[2];
	static struct parcel p;

	(void)state;
	parcel_fill(&p, a, 0, FIRST + 1);
	claim(&p, FIRST, place_named(w, a, FIRST + 1));
	give(w, b, &p);
	give_all(w, c, a, 0, FIRST);
	node_down(w, a);
	w->is_cut = false;
	world_advance(w, w->now_us + 15000000);
	assert_int_equal(log_of(c).size, FIRST + 1);
	assert_int_equal(content_at(c, FIRST), ERR_NOT_FOUND);
	assert_int_equal(log_of(c).cosigned[2], FIRST);
	/* The author is back, and has it: nobody erased anything. */
	node_boot(w, a);
	world_advance(w, w->now_us + 20000000);
	assert_int_equal(content_at(b, FIRST), ERR_OK);
	assert_int_equal(content_at(c, FIRST), ERR_OK);
	assert_true(log_of(b).size > FIRST);
	assert_int_equal(log_of(b).cosigned[1], log_of(b).size);
	assert_int_equal(log_of(c).cosigned[2], log_of(c).size);
	world_free(w);
}

/* One officer alone: refused at the own door, and from a peer it keeps its place and erases nothing. */
static void one_person_erases_nothing(void **state)
{
	struct world *w = world_with(1);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	uint64_t refused = w->counters.refused;
	static struct parcel p;

	(void)state;
	give_all(w, b, a, 0, FIRST + 1);
	parcel_forge(&p, w, FIRST);
	assert_int_equal(w->counters.refused, refused + 1);
	assert_int_equal(log_of(a).size, FIRST + 1);
	give(w, b, &p);
	assert_int_equal(log_of(b).size, FIRST + 2);
	assert_int_equal(entry_at(b, FIRST + 1).view.verdict, VERDICT_TWO);
	assert_int_equal(content_at(b, FIRST), ERR_OK);
	world_free(w);
}

/*
 * A peer names an eraser that does not count for this entry. It is not believed, nothing is cosigned, and the
 * content is taken when somebody brings it.
 */
static void a_lie_is_not_believed(void **state)
{
	static const struct {
		const char *why;
		uint64_t eraser;
	} rows[] = {
		{ "an entry that nobody has", 99 },	      { "an entry that erases nothing", 1 },
		{ "the eraser of another entry", FIRST + 2 }, { "itself", FIRST },
		{ "an erasure by one person", FIRST + 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct world *w = world_with(2);
		struct sim_node *a = &w->nodes[0], *c = &w->nodes[2];
		static struct parcel p, forged;
		print_message("# eraser: %s\n", rows[i].why);
		erase(w, a, FIRST + 1);
		give_all(w, c, a, 0, FIRST);
		parcel_fill(&p, a, FIRST, FIRST + 3);
		claim(&p, FIRST, place_named(w, a, rows[i].eraser));
		claim(&p, FIRST + 1, place_named(w, a, FIRST + 2));
		give(w, c, &p);
		parcel_forge(&forged, w, FIRST);
		give(w, c, &forged);
		assert_int_equal(log_of(c).size, FIRST + 4);
		assert_int_equal(content_at(c, FIRST), ERR_NOT_FOUND);
		assert_int_equal(content_at(c, FIRST + 1), ERR_REFUSED);
		assert_int_equal(log_of(c).cosigned[2], FIRST);
		give_all(w, c, a, FIRST, FIRST + 2);
		assert_int_equal(content_at(c, FIRST), ERR_OK);
		assert_int_equal(log_of(c).cosigned[2], FIRST + 4);
		world_free(w);
	}
}

/* What is held stays, whatever a peer says, and another content is not taken for it. */
static void what_is_held_stays(void **state)
{
	struct world *w = world_with(2);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1], *c = &w->nodes[2];
	struct arrival in = { .peer = 1, .path = PATH_BUNDLE };
	static struct parcel p, other;
	static uint8_t memory[FRAME_LEN_MAX];
	struct buf payload = BUF_ON(memory);

	(void)state;
	give_all(w, b, a, 0, FIRST + 2);
	parcel_fill(&p, a, FIRST, FIRST + 2);
	claim(&p, FIRST, place_named(w, a, 1));
	give(w, b, &p);
	assert_int_equal(content_at(b, FIRST), ERR_OK);
	give_all(w, c, a, 0, FIRST);
	give(w, c, &p);
	parcel_fill(&other, a, FIRST, FIRST + 2);
	other.items[0].content = other.items[1].content;
	batch_write(&other.batch, NULL, &payload);
	in.frame = (struct frame){ FRAME_BATCH, buf_bytes(&payload) };
	assert_int_equal(node_receive(c->node, world_now(w, c), &in, &c->fx), ERR_CONTENT);
	settle(w, c);
	assert_int_equal(content_at(c, FIRST), ERR_NOT_FOUND);
	world_free(w);
}

/* Who copies a hash and erases his own statement erases nobody's words. */
static void copied_words_stay(void **state)
{
	struct world *w = world_with(1);
	struct sim_node *a = &w->nodes[0], *b = &w->nodes[1];
	struct log_key theirs = { CONSULT, 1, 1 };
	struct place_key first = place_at(FIRST), copy = { theirs, FIRST };

	(void)state;
	give_all(w, b, a, 0, FIRST + 1);
	officer_copy(w, b, &first);
	settle(w, b);
	officer_erase(w, b, &copy, 2);
	settle(w, b);
	w->is_cut = false;
	world_advance(w, w->now_us + 5000000);
	for (size_t i = 0; i < 3; i++) {
		static uint8_t memory[ENTRY_LEN_MAX];
		struct buf bytes = BUF_ON(memory);
		struct entry_read_out read;
		struct place_key at = { theirs, FIRST + 1 };
		assert_int_equal(node_entry(w->nodes[i].node, &at, &bytes, &read), ERR_OK);
		assert_int_equal(read.view.verdict, VERDICT_OK);
		assert_int_equal(content_at(&w->nodes[i], FIRST), ERR_OK);
		check_says_it_is_erased(&w->nodes[i], &copy, &at);
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erased_on_both),	 cmocka_unit_test(caught_up_through_another),
		cmocka_unit_test(a_claim_is_passed_on),	 cmocka_unit_test(one_person_erases_nothing),
		cmocka_unit_test(a_lie_is_not_believed), cmocka_unit_test(what_is_held_stays),
		cmocka_unit_test(copied_words_stay),
	};

	log_open("test", getenv("VERBOSE") != NULL ? LOG_LEVEL_DEBUG : 0);
	crypto_init();
	return cmocka_run_group_tests_name("erase", tests, NULL, NULL);
}
