/* The one door, on every store; what it says after faults of the store, of memory and of power. */
#include "record/record.h"

#include "base/alloc.h"
#include "base/log.h"
#include "record/vfs.h"
#include "sys/sim_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VFS "test-record"
#define CHANNELS 3u

/* A store between the record and the real one, which can be told to lie. */
enum lie {
	LIE_NONE,
	LIE_ENTRY,
	LIE_HASHES,
	LIE_HASHES_SHORT,
	LIE_ROOT,
	LIE_SIZE,
	LIE_GONE,
	LIE_FULL,
	LIE_IO
};

struct liar {
	struct store store; /* first */
	struct store_ops ops;
	struct store *inner;
	enum lie lie;
	uint64_t reads;
};

static struct liar *liar(struct store *s)
{
	return (struct liar *)s;
}

static void liar_close(struct store *s)
{
	liar(s)->inner->ops->close(liar(s)->inner);
	free(s);
}

static enum err liar_begin(struct store *s)
{
	return liar(s)->inner->ops->begin(liar(s)->inner);
}

static void liar_rollback(struct store *s)
{
	liar(s)->inner->ops->rollback(liar(s)->inner);
}

static enum err liar_commit(struct store *s)
{
	struct store *inner = liar(s)->inner;

	if (liar(s)->lie == LIE_FULL || liar(s)->lie == LIE_IO) {
		inner->ops->rollback(inner);
		return liar(s)->lie == LIE_FULL ? ERR_FULL : ERR_IO;
	}
	return inner->ops->commit(inner);
}

static enum err liar_log_open(struct store *s, const struct origin *origin, log_number *out)
{
	return liar(s)->inner->ops->log_open(liar(s)->inner, origin, out);
}

static enum err liar_log_get(struct store *s, log_number log, struct store_log *out)
{
	enum err e = liar(s)->inner->ops->log_get(liar(s)->inner, log, out);

	out->root[31] ^= liar(s)->lie == LIE_ROOT;
	out->size -= liar(s)->lie == LIE_SIZE;
	return e;
}

static enum err liar_log_put(struct store *s, log_number log, const struct store_log *value)
{
	return liar(s)->inner->ops->log_put(liar(s)->inner, log, value);
}

static enum err liar_log_next(struct store *s, log_number after, log_number *out)
{
	return liar(s)->inner->ops->log_next(liar(s)->inner, after, out);
}

static enum err liar_entry_put(struct store *s, log_number log, uint64_t index, struct bytes entry,
			       struct bytes hashes)
{
	return liar(s)->inner->ops->entry_put(liar(s)->inner, log, index, entry, hashes);
}

static enum err liar_entry_get(struct store *s, log_number log, uint64_t index, struct buf *entry,
			       struct buf *hashes)
{
	enum err e = liar(s)->inner->ops->entry_get(liar(s)->inner, log, index, entry, hashes);

	liar(s)->reads++;
	if (e == ERR_OK && liar(s)->lie == LIE_ENTRY)
		entry->ptr[entry->len - 1] ^= 1;
	if (e == ERR_OK && liar(s)->lie == LIE_HASHES && hashes != NULL)
		hashes->ptr[hashes->len - 1] ^= 1;
	if (e == ERR_OK && liar(s)->lie == LIE_HASHES_SHORT && hashes != NULL)
		hashes->len -= HASH_LEN;
	return liar(s)->lie == LIE_GONE ? ERR_NOT_FOUND : e;
}

static enum err liar_node_get(struct store *s, log_number log, unsigned level, uint64_t index,
			      uint8_t hash[HASH_LEN])
{
	liar(s)->reads++;
	return liar(s)->inner->ops->node_get(liar(s)->inner, log, level, index, hash);
}

static enum err liar_content_put(struct store *s, const uint8_t hash[HASH_LEN], struct bytes content)
{
	return liar(s)->inner->ops->content_put(liar(s)->inner, hash, content);
}

static enum err liar_content_get(struct store *s, const uint8_t hash[HASH_LEN], struct buf *content)
{
	return liar(s)->inner->ops->content_get(liar(s)->inner, hash, content);
}

static enum err liar_note_put(struct store *s, log_number log, uint64_t size, struct bytes note)
{
	return liar(s)->inner->ops->note_put(liar(s)->inner, log, size, note);
}

static enum err liar_note_get(struct store *s, log_number log, uint64_t size, uint64_t *found,
			      struct buf *note)
{
	return liar(s)->inner->ops->note_get(liar(s)->inner, log, size, found, note);
}

static enum err liar_cosignature_put(struct store *s, log_number log, uint64_t size, struct bytes party,
				     struct bytes line)
{
	return liar(s)->inner->ops->cosignature_put(liar(s)->inner, log, size, party, line);
}

static struct liar *liar_new(struct store *inner)
{
	struct liar *l = xcalloc(1, sizeof *l);

	l->ops = (struct store_ops){ .close = liar_close,
				     .begin = liar_begin,
				     .commit = liar_commit,
				     .rollback = liar_rollback,
				     .log_open = liar_log_open,
				     .log_get = liar_log_get,
				     .log_put = liar_log_put,
				     .log_next = liar_log_next,
				     .entry_put = liar_entry_put,
				     .entry_get = liar_entry_get,
				     .node_get = liar_node_get,
				     .content_put = liar_content_put,
				     .content_get = liar_content_get,
				     .note_put = liar_note_put,
				     .note_get = liar_note_get,
				     .cosignature_put = liar_cosignature_put };
	l->store.ops = &l->ops;
	l->inner = inner;
	return l;
}

/* ---- What the plays are written with. ---- */

static const struct accord *accord_of(uint8_t fill)
{
	static struct accord a;

	memset(a.id, fill, sizeof a.id);
	return &a;
}

static struct origin origin_at(uint32_t channel)
{
	struct origin o = { .channel = channel, .party = "kor", .epoch = 1 };

	memset(o.accord, 0x78, sizeof o.accord);
	return o;
}

static struct record *open_on(struct store *s)
{
	struct record *r = NULL;

	assert_int_equal(record_open(s, accord_of(0x78), &r), ERR_OK);
	return r;
}

static struct log *log_at(struct record *r, uint32_t channel)
{
	struct origin o = origin_at(channel);
	struct log *log = NULL;

	assert_int_equal(record_log_open(r, &o, &log), ERR_OK);
	return log;
}

/* Entry i of a channel: its bytes, and the same bytes as its content. */
static struct bytes entry_at(uint32_t channel, uint64_t i, uint8_t memory[64])
{
	struct buf b = { memory, 0, 64, false };

	buf_put_str(&b, "entry ");
	buf_put_decimal(&b, channel);
	buf_put_byte(&b, '.');
	buf_put_decimal(&b, i);
	return buf_bytes(&b);
}

static enum err add(struct record *r, struct log *log)
{
	uint8_t memory[64];
	struct statement s = { .has_content = true };
	struct bytes entry = entry_at(log->origin.channel, log->frontier.size, memory);

	hash_sha256(entry, s.content.hash);
	return record_add(r, log, entry, &s, entry);
}

static void root_of_first(uint32_t channel, uint64_t size, uint8_t root[HASH_LEN])
{
	struct frontier f = { 0 };

	for (uint64_t i = 0; i < size; i++) {
		uint8_t memory[64], leaf[HASH_LEN];
		hash_leaf(entry_at(channel, i, memory), leaf);
		assert_int_equal(frontier_append(&f, leaf, NULL, NULL), ERR_OK);
	}
	frontier_root(&f, root);
}

static void check_log(struct record *r, struct log *log, uint64_t size)
{
	uint8_t want[HASH_LEN], root[HASH_LEN], memory[64], got[256], hash[HASH_LEN];

	assert_int_equal(log->frontier.size, size);
	assert_int_equal(log->durable, size);
	root_of_first(log->origin.channel, size, want);
	record_root(log, root);
	assert_memory_equal(root, want, HASH_LEN);
	for (uint64_t i = 0; i < size; i++) {
		struct bytes entry = entry_at(log->origin.channel, i, memory);
		struct buf out = BUF_ON(got);
		assert_int_equal(record_entry(r, log, i, &out), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&out), entry));
		hash_sha256(entry, hash);
		buf_reset(&out);
		assert_int_equal(record_content(r, hash, &out), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&out), entry));
	}
}

/* ---- The plays. ---- */

static void turns_make_logs_that_prove_themselves(void **state)
{
	struct record *r = open_on(store_mem_new());
	uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], root[HASH_LEN], old_root[HASH_LEN], leaf[HASH_LEN];
	struct log *log;
	size_t count;

	(void)state;
	for (unsigned turn = 0; turn < 9; turn++) {
		assert_int_equal(record_begin(r), ERR_OK);
		assert_true(record_is_open(r));
		for (unsigned i = 0; i <= turn; i++) {
			assert_int_equal(add(r, log_at(r, 2)), ERR_OK);
			assert_int_equal(add(r, log_at(r, 1)), ERR_OK);
		}
		assert_true(log_at(r, 1)->durable < log_at(r, 1)->frontier.size);
		assert_int_equal(record_append(r), ERR_OK);
		assert_false(record_is_open(r));
	}
	assert_int_equal(record_logs_count(r), 2);
	assert_int_equal(record_log_at(r, 0)->origin.channel, 1); /* rising, whoever came first */
	log = record_log_at(r, 1);
	check_log(r, log, 45);
	check_log(r, record_log_at(r, 0), 45);
	record_root(log, root);
	for (uint64_t size = 0; size <= 45; size++) {
		assert_int_equal(record_root_at(r, log, size, old_root), ERR_OK);
		assert_int_equal(record_consistency(r, log, size, 45, proof, &count), ERR_OK);
		assert_int_equal(merkle_check_consistency(size, old_root, 45, root,
							  (const uint8_t(*)[HASH_LEN])proof, count),
				 ERR_OK);
	}
	for (uint64_t i = 0; i < 45; i++) {
		assert_int_equal(record_leaf(r, log, i, leaf), ERR_OK);
		assert_int_equal(record_inclusion(r, log, i, 45, proof, &count), ERR_OK);
		assert_int_equal(
			merkle_check_inclusion(i, leaf, 45, root, (const uint8_t(*)[HASH_LEN])proof, count),
			ERR_OK);
	}
	assert_int_equal(record_root_at(r, log, 46, root), ERR_NOT_FOUND);
	assert_int_equal(record_consistency(r, log, 1, 46, proof, &count), ERR_NOT_FOUND);
	assert_int_equal(record_inclusion(r, log, 45, 46, proof, &count), ERR_NOT_FOUND);
	assert_int_equal(record_leaf(r, log, 45, leaf), ERR_NOT_FOUND);
	record_free(r);
}

static void rollback_gives_everything_back(void **state)
{
	struct record *r = open_on(store_mem_new());
	struct fault why = { "cbor.shortest", 3 };
	struct log *log, *fresh, *other;
	uint8_t leaf[HASH_LEN];

	(void)state;
	assert_int_equal(record_begin(r), ERR_OK);
	log = log_at(r, 1);
	assert_int_equal(add(r, log), ERR_OK);
	assert_int_equal(record_add_note(r, log, 1, BYTES_LIT("one")), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	assert_int_equal(log->noted, 1);

	assert_int_equal(record_begin(r), ERR_OK);
	assert_int_equal(add(r, log), ERR_OK);
	assert_int_equal(record_add_note(r, log, 2, BYTES_LIT("two")), ERR_OK);
	assert_int_equal(record_stop(r, log, &why), ERR_OK);
	fresh = log_at(r, 2);
	assert_int_equal(add(r, fresh), ERR_OK);
	record_rollback(r);
	check_log(r, log, 1);
	assert_int_equal(log->noted, 1);
	assert_null(log->stopped.rule);
	assert_int_equal(fresh->frontier.size, 0);

	/* The number that the rolled back log had goes to another; the log gets a new one when it is used. */
	assert_int_equal(record_begin(r), ERR_OK);
	other = log_at(r, 3);
	assert_int_equal(add(r, other), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	assert_int_equal(record_leaf(r, fresh, 0, leaf), ERR_NOT_FOUND);
	assert_int_equal(record_begin(r), ERR_OK);
	assert_int_equal(add(r, fresh), ERR_OK);
	assert_int_equal(add(r, log), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	check_log(r, fresh, 1);
	check_log(r, other, 1);
	check_log(r, log, 2);
	assert_true(fresh->number != other->number);
	record_free(r);
}

static void cut_logs_go_on(void **state)
{
	struct record *r = open_on(store_mem_new());
	struct log *log;

	(void)state;
	assert_int_equal(record_begin(r), ERR_OK);
	log = log_at(r, 1);
	for (int i = 0; i < 10; i++)
		assert_int_equal(add(r, log), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	assert_int_equal(record_begin(r), ERR_OK);
	assert_int_equal(record_cut(r, log, 5), ERR_OK);
	record_rollback(r);
	check_log(r, log, 10);
	/* Cut and then shorter or longer than before in one turn: what is read back begins at the cut. */
	for (int more = 2; more < 9; more += 6) {
		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(record_cut(r, log, 5), ERR_OK);
		for (int i = 0; i < more; i++)
			assert_int_equal(add(r, log), ERR_OK);
		assert_int_equal(record_append(r), ERR_OK);
		check_log(r, log, 5 + (uint64_t)more);
	}
	record_free(r);
}

static void what_is_read_back_decides(void **state)
{
	static const struct {
		const char *why;
		enum lie lie;
		enum err want;
	} cases[] = {
		{ "the truth", LIE_NONE, ERR_OK },
		{ "a flipped bit in an entry", LIE_ENTRY, ERR_CORRUPT },
		{ "a flipped bit in a node", LIE_HASHES, ERR_CORRUPT },
		{ "a node too few", LIE_HASHES_SHORT, ERR_CORRUPT },
		{ "another root", LIE_ROOT, ERR_CORRUPT },
		{ "another size", LIE_SIZE, ERR_CORRUPT },
		{ "no entry", LIE_GONE, ERR_CORRUPT },
		{ "the disk is full", LIE_FULL, ERR_FULL },
		{ "the disk failed", LIE_IO, ERR_IO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct liar *l = liar_new(store_mem_new());
		struct record *r = open_on(&l->store);
		struct log *log;

		print_message("# read back: %s\n", cases[i].why);
		assert_int_equal(record_begin(r), ERR_OK);
		log = log_at(r, 1);
		assert_int_equal(add(r, log), ERR_OK);
		assert_int_equal(record_append(r), ERR_OK);
		l->lie = cases[i].lie;
		assert_int_equal(record_begin(r), ERR_OK);
		for (int k = 0; k < 3; k++)
			assert_int_equal(add(r, log), ERR_OK);
		assert_int_equal(record_append(r), cases[i].want);
		assert_false(record_is_open(r));
		assert_int_equal(log->durable,
				 cases[i].want == ERR_OK ? 4 : 1); /* nothing is durable on a doubt */
		if (cases[i].want == ERR_FULL) {
			l->lie = LIE_NONE;
			assert_int_equal(log->frontier.size, 1);
			assert_int_equal(record_begin(r), ERR_OK);
			assert_int_equal(add(r, log), ERR_OK);
			assert_int_equal(record_append(r), ERR_OK);
			check_log(r, log, 2);
		}
		record_free(r);
	}
}

/* Opening reads heads, not entries: a restart with a million of them takes as long as one with a thousand. */
static void opening_reads_heads_alone(void **state)
{
	struct store *mem = store_mem_new();
	struct liar *l = liar_new(mem);
	struct record *r = open_on(&l->store);

	(void)state;
	for (unsigned turn = 0; turn < 8; turn++) {
		assert_int_equal(record_begin(r), ERR_OK);
		for (unsigned i = 0; i < 1023; i++)
			assert_int_equal(add(r, log_at(r, 1)), ERR_OK);
		assert_int_equal(record_append(r), ERR_OK);
	}
	/* A second record over the same rows; the first then gets others to close. */
	struct liar *second = liar_new(mem);
	struct record *again = open_on(&second->store);

	assert_true(second->reads <= 13); /* 8184 has fewer bits */
	check_log(again, record_log_at(again, 0), 8184);
	l->inner = store_mem_new();
	record_free(r);
	record_free(again);
}

static void damage_is_found_at_the_door(void **state)
{
	struct store *mem = store_mem_new();
	struct store_log row = { .origin = origin_at(1), .size = 1 };
	struct record *r = NULL;
	uint8_t leaf[HASH_LEN] = { 1 }, root[HASH_LEN];
	log_number n;

	(void)state;
	assert_int_equal(mem->ops->begin(mem), ERR_OK);
	assert_int_equal(mem->ops->log_open(mem, &row.origin, &n), ERR_OK);
	assert_int_equal(mem->ops->entry_put(mem, n, 0, BYTES_LIT("x"), BYTES_OF(leaf)), ERR_OK);
	memset(row.root, 2, HASH_LEN);
	assert_int_equal(mem->ops->log_put(mem, n, &row), ERR_OK);
	assert_int_equal(mem->ops->commit(mem), ERR_OK);
	assert_int_equal(record_open(mem, accord_of(0x78), &r), ERR_OK);
	assert_int_equal(record_log_at(r, 0)->tree, TREE_LOST); /* root is not its tree's */
	record_root(record_log_at(r, 0), root);
	assert_memory_equal(root, row.root, HASH_LEN); /* and the only one there is */
	record_free(r);
	r = NULL;

	mem = store_mem_new();
	assert_int_equal(mem->ops->begin(mem), ERR_OK);
	assert_int_equal(mem->ops->log_open(mem, &row.origin, &n), ERR_OK);
	assert_int_equal(mem->ops->log_put(mem, n, &row), ERR_OK);
	assert_int_equal(mem->ops->commit(mem), ERR_OK);
	assert_int_equal(record_open(mem, accord_of(0x78), &r), ERR_CORRUPT); /* an entry is missing */

	mem = store_mem_new();
	assert_int_equal(mem->ops->begin(mem), ERR_OK);
	assert_int_equal(mem->ops->log_open(mem, &row.origin, &n), ERR_OK);
	assert_int_equal(mem->ops->commit(mem), ERR_OK);
	assert_int_equal(record_open(mem, accord_of(0x79), &r), ERR_ACCORD_DIFFERS);
	assert_null(r);
}

/* ---- Power. ---- */

struct history {
	uint64_t turns;	       /* to be played */
	uint64_t acknowledged; /* turns whose record_append returned ERR_OK */
};

/* Turn t adds 1 + t % 3 entries to each log, with a note. */
static uint64_t size_after(uint64_t turns)
{
	uint64_t size = 0;

	for (uint64_t t = 0; t < turns; t++)
		size += 1 + t % 3;
	return size;
}

static enum err play_turn(struct record *r, uint64_t turn)
{
	enum err e = record_begin(r);

	for (uint32_t channel = 1; e == ERR_OK && channel <= CHANNELS; channel++) {
		struct origin o = origin_at(channel);
		struct log *log = NULL;

		e = record_log_open(r, &o, &log);
		for (uint64_t i = 0; e == ERR_OK && i <= turn % 3; i++)
			e = add(r, log);
		if (e == ERR_OK)
			e = record_add_note(r, log, log->frontier.size, BYTES_LIT("note"));
	}
	if (e == ERR_OK)
		return record_append(r);
	if (record_is_open(r))
		record_rollback(r);
	return e;
}

static enum err play(struct history *h, bool is_checked)
{
	struct store *s;
	struct record *r;
	enum err e = store_sqlite_open("record", VFS, &s);

	if (e == ERR_OK)
		e = record_open(s, accord_of(0x78), &r);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < record_logs_count(r); i++) {
		struct log *log = record_log_at(r, i);
		bool is_more = log->durable == size_after(h->acknowledged + 1);
		assert_true(is_more || log->durable == size_after(h->acknowledged));
		if (i + 1 == record_logs_count(r))
			h->acknowledged += is_more;
	}
	while (e == ERR_OK && h->acknowledged < h->turns) {
		e = play_turn(r, h->acknowledged);
		h->acknowledged += e == ERR_OK;
		if (e == ERR_OK && h->acknowledged % 4 == 0)
			e = s->ops->tidy(s, true);
	}
	for (size_t i = 0; is_checked && i < record_logs_count(r); i++) {
		check_log(r, record_log_at(r, i), size_after(h->turns));
		assert_int_equal(record_log_at(r, i)->noted, size_after(h->turns));
	}
	record_free(r);
	return e;
}

static void power_cuts_lose_nothing_acknowledged(void **state)
{
	struct vfs *v;

	(void)state;
	for (uint64_t n = 1, is_done = 0; !is_done; n++) {
		struct sim_disk *d = sim_disk_new(n);
		struct history h = { .turns = 12 };

		assert_int_equal(vfs_new(VFS, sim_disk_disk(d), &v), ERR_OK);
		sim_disk_fail(d, n, SIM_DISK_CHANGES, n % 2 == 0);
		is_done = play(&h, false) == ERR_OK && !sim_disk_has_failed(d);
		sim_disk_crash(d, n);
		assert_int_equal(play(&h, true), ERR_OK);
		vfs_free(v);
		sim_disk_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_make_logs_that_prove_themselves),
		cmocka_unit_test(rollback_gives_everything_back),
		cmocka_unit_test(cut_logs_go_on),
		cmocka_unit_test(what_is_read_back_decides),
		cmocka_unit_test(opening_reads_heads_alone),
		cmocka_unit_test(damage_is_found_at_the_door),
		cmocka_unit_test(power_cuts_lose_nothing_acknowledged),
	};

	log_open("test", (enum log_level)0); /* the failures are wanted, their reports are not */
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
