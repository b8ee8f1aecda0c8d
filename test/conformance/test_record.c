/* The one door, on every store; what it says after faults of the store, of memory and of power. */
#include "record/record.h"

#include "base/alloc.h"
#include "base/log.h"
#include "failing_store.h"
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

/* ---- Each call of the store fails, in each way. ---- */

struct failing {
	const char *name; /* NULL: none; else the call that fails, after so many of them */
	unsigned after;
	enum err e;
	bool has_failed;
};

static enum err fail_named(void *self, enum failing_kind kind, const char *name)
{
	struct failing *f = self;

	(void)kind;
	if (f->name == NULL || strcmp(f->name, name) != 0 || f->after-- > 0)
		return ERR_OK;
	f->has_failed = true;
	f->name = NULL;
	return f->e;
}

#define HELD 11u /* entries of log 1, in one turn, with a note */
#define FRESH 2u /* a log whose first turn was rolled back: it has no row */

static enum err do_cut(struct record *r, struct log *log)
{
	return record_cut(r, log, 7); /* three nodes */
}

static enum err do_frontier(struct record *r, struct log *log)
{
	struct frontier f;

	return record_frontier(r, log, HELD, &f);
}

static enum err do_renew(struct record *r, struct log *log)
{
	struct frontier f;
	enum err e = record_frontier(r, log, 3, &f);

	return e == ERR_OK ? record_renew(r, log, &f, BYTES_LIT("another")) : e;
}

/* What stands there already is left alone. */
static enum err do_renew_same(struct record *r, struct log *log)
{
	uint8_t memory[64];
	struct frontier f;
	enum err e = record_frontier(r, log, 3, &f);

	return e == ERR_OK ? record_renew(r, log, &f, entry_at(1, 3, memory)) : e;
}

static enum err do_regrow(struct record *r, struct log *log)
{
	struct frontier f = { .size = 0 };

	return record_regrow(r, log, &f, REGROWN_LEAF, false);
}

static enum err do_note(struct record *r, struct log *log)
{
	return record_add_note(r, log, log->frontier.size, BYTES_LIT("again"));
}

static enum err do_line(struct record *r, struct log *log)
{
	return record_add_cosignature(r, log, log->frontier.size, BYTES_LIT("usa"), BYTES_LIT("line"));
}

static enum err do_del_note(struct record *r, struct log *log)
{
	return record_del_note(r, log, HELD);
}

static enum err do_stop(struct record *r, struct log *log)
{
	return record_stop(r, log, &(struct fault){ "entry.origin", 3 });
}

static enum err do_add(struct record *r, struct log *log)
{
	return add(r, log);
}

static enum err do_read(struct record *r, struct log *log)
{
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);

	return record_entry(r, log, 4, &out);
}

static enum err do_content(struct record *r, struct log *log)
{
	uint8_t entry[64], hash[HASH_LEN], memory[64];
	struct buf out = BUF_ON(memory);

	(void)log;
	hash_sha256(entry_at(1, 4, entry), hash);
	return record_content(r, hash, &out);
}

/* What each says when a call of it fails as for a damaged row; a failed disk is said as it is. */
static const struct {
	const char *why;
	enum err (*run)(struct record *r, struct log *log);
	const char *call;
	unsigned calls; /* of it at least: each fails */
	bool is_fresh;
	enum err gone, corrupt;
} deeds[] = {
	{ "cut: the nodes below", do_cut, "node_get", 3, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "cut", do_cut, "entry_cut", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "the tree as it is kept", do_frontier, "node_get", 3, false, ERR_ROT, ERR_ROT },
	{ "renew: the nodes below", do_renew, "node_get", 2, false, ERR_ROT, ERR_ROT },
	/* What cannot be read is renewed too, if the turn goes on. */
	{ "renew: what stands there", do_renew, "entry_get", 1, false, ERR_NOT_FOUND, ERR_OK },
	{ "renew", do_renew, "entry_renew", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "regrow", do_regrow, "entry_get", 1, false, ERR_ROT, ERR_ROT },
	{ "a note", do_note, "note_put", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "a note of a new log", do_note, "log_open", 1, true, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "a line", do_line, "cosignature_put", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "a line of a new log", do_line, "log_open", 1, true, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "a note goes", do_del_note, "note_del", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "the note before it", do_del_note, "note_get", 1, false, ERR_OK, ERR_CORRUPT },
	{ "a new log stops", do_stop, "log_open", 1, true, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "an entry of a new log", do_add, "log_open", 1, true, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "an entry", do_add, "entry_put", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "its content", do_add, "content_put", 1, false, ERR_NOT_FOUND, ERR_CORRUPT },
	{ "reading", do_read, "entry_get", 1, false, ERR_ROT, ERR_ROT },
	{ "reading a content", do_content, "content_get", 1, false, ERR_NOT_FOUND, ERR_ROT },
};

static struct record *record_made(struct failing *f)
{
	struct record *r = open_on(failing_store_new(store_mem_new(), fail_named, f));
	struct log *log;

	assert_int_equal(record_begin(r), ERR_OK);
	log = log_at(r, 1);
	for (unsigned i = 0; i < HELD; i++)
		assert_int_equal(add(r, log), ERR_OK);
	assert_int_equal(record_add_note(r, log, HELD, BYTES_LIT("note")), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	assert_int_equal(record_begin(r), ERR_OK);
	log_at(r, FRESH);
	record_rollback(r);
	return r;
}

static void each_deed_says_how_it_failed(void **state)
{
	static const enum err ways[] = { ERR_IO, ERR_NOT_FOUND, ERR_CORRUPT };
	struct failing f = { .name = NULL };
	struct record *r = record_made(&f);
	struct log *held = record_log_at(r, 0), *fresh = record_log_at(r, 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(deeds); i++) {
		struct log *log = deeds[i].is_fresh ? fresh : held;
		print_message("# %s: %s\n", deeds[i].why, deeds[i].call);
		for (size_t way = 0; way < ARRAY_COUNT(ways); way++) {
			enum err want = ways[way] == ERR_IO	     ? ERR_IO
					: ways[way] == ERR_NOT_FOUND ? deeds[i].gone
								     : deeds[i].corrupt;
			for (unsigned n = 0; n < deeds[i].calls; n++) {
				assert_int_equal(record_begin(r), ERR_OK);
				f = (struct failing){ deeds[i].call, n, ways[way], false };
				assert_int_equal(deeds[i].run(r, log), want);
				assert_true(f.has_failed);
				f.name = NULL;
				record_rollback(r);
				check_log(r, held, HELD);
				assert_int_equal(held->noted, HELD);
				assert_null(log->stopped.rule);
			}
		}
		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(deeds[i].run(r, log), ERR_OK);
		record_rollback(r);
		check_log(r, held, HELD);
	}
	assert_int_equal(record_begin(r), ERR_OK);
	assert_int_equal(do_renew_same(r, held), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	check_log(r, held, HELD);
	record_free(r);
}

/* What was added and cannot be read back is no record, whatever the store says of it. */
static void read_back_or_stopped(void **state)
{
	static const struct {
		const char *call;
		enum err way, want;
		bool is_stop; /* a turn without an entry */
	} rows[] = {
		{ "entry_get", ERR_NOT_FOUND, ERR_CORRUPT, false },
		{ "entry_get", ERR_IO, ERR_IO, false },
		{ "log_get", ERR_NOT_FOUND, ERR_CORRUPT, false },
		{ "log_get", ERR_IO, ERR_IO, false },
		{ "log_get", ERR_NOT_FOUND, ERR_CORRUPT, true },
		{ "log_get", ERR_IO, ERR_IO, true },
		{ "log_put", ERR_IO, ERR_IO, true },
		{ "commit", ERR_FULL, ERR_FULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct failing f = { .name = NULL };
		struct record *r = record_made(&f);
		struct log *log = record_log_at(r, 0);

		print_message("# %s\n", rows[i].call);
		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(rows[i].is_stop ? do_stop(r, log) : add(r, log), ERR_OK);
		f = (struct failing){ rows[i].call, 0, rows[i].way, false };
		assert_int_equal(record_append(r), rows[i].want);
		assert_int_equal(log->durable, HELD);
		record_free(r);
	}
}

/* The record does not begin with fewer logs than there are, nor with one whose rows a disk did not give. */
static void opening_says_how_it_failed(void **state)
{
	static const struct {
		const char *call;
		unsigned after;
		enum err way, want;
	} rows[] = {
		{ "log_next", 0, ERR_IO, ERR_IO },
		{ "log_get", 0, ERR_IO, ERR_IO },
		{ "log_get", 0, ERR_NOT_FOUND, ERR_CORRUPT },
		{ "log_get", 1, ERR_NOT_FOUND, ERR_CORRUPT },
		{ "log_get", 0, ERR_CORRUPT, ERR_CORRUPT },
		{ "node_get", 0, ERR_IO, ERR_IO },
		{ "note_get", 0, ERR_IO, ERR_IO },
		{ "note_get", 0, ERR_NOT_FOUND, ERR_OK },
		{ "node_get", 0, ERR_NOT_FOUND, ERR_OK }, /* its tree is CHANGED, by its entries */
		{ "node_get", 2, ERR_CORRUPT, ERR_OK },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct store *mem = store_mem_new();
		struct failing f = { .name = NULL };
		struct liar *first = liar_new(mem);
		struct record *r = open_on(&first->store), *again = NULL;

		for (uint32_t channel = 1; channel <= 2; channel++) {
			assert_int_equal(record_begin(r), ERR_OK);
			for (unsigned k = 0; k < HELD; k++)
				assert_int_equal(add(r, log_at(r, channel)), ERR_OK);
			assert_int_equal(record_append(r), ERR_OK);
		}
		first->inner = store_mem_new(); /* the other is the second's, to close */
		record_free(r);
		f = (struct failing){ rows[i].call, rows[i].after, rows[i].way, false };
		print_message("# %s: %s\n", rows[i].call, err_text(rows[i].way));
		assert_int_equal(record_open(failing_store_new(mem, fail_named, &f), accord_of(0x78), &again),
				 rows[i].want);
		assert_true(f.has_failed);
		if (rows[i].want == ERR_OK) {
			assert_int_equal(record_logs_count(again), 2);
			assert_int_equal(record_log_at(again, 0)->tree,
					 strcmp(rows[i].call, "node_get") == 0 ? TREE_CHANGED : TREE_KEPT);
			check_log(again, record_log_at(again, 1), HELD);
			record_free(again);
		}
	}
}

/* ---- A tree that has changed. ---- */

enum changed { A_NODE, A_NODE_AND_BYTES, EVERYTHING, THE_ROW, CHANGED_COUNT };

/* A log of HELD entries, of which entry 7, with its leaf and three nodes, or the log's row has changed. */
static struct store *store_changed(enum changed what)
{
	struct store *mem = store_mem_new();
	struct liar *first = liar_new(mem);
	struct record *r = open_on(&first->store);
	uint8_t memory[64], hashes_memory[4 * HASH_LEN];
	struct buf entry = BUF_ON(memory), hashes = BUF_ON(hashes_memory);
	struct store_log row;

	assert_int_equal(record_begin(r), ERR_OK);
	for (unsigned i = 0; i < HELD; i++)
		assert_int_equal(add(r, log_at(r, 1)), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	first->inner = store_mem_new();
	record_free(r);
	assert_int_equal(mem->ops->entry_get(mem, 1, 7, &entry, &hashes), ERR_OK);
	assert_int_equal(hashes.len, sizeof hashes_memory);
	assert_int_equal(mem->ops->log_get(mem, 1, &row), ERR_OK);
	hashes_memory[3 * HASH_LEN] ^= what != THE_ROW;
	memory[0] ^= what == A_NODE_AND_BYTES || what == EVERYTHING;
	hashes_memory[0] ^= what == EVERYTHING;
	row.root[0] ^= what == THE_ROW;
	assert_int_equal(mem->ops->begin(mem), ERR_OK);
	assert_int_equal(mem->ops->entry_put(mem, 1, 7, buf_bytes(&entry), buf_bytes(&hashes)), ERR_OK);
	assert_int_equal(mem->ops->log_put(mem, 1, &row), ERR_OK);
	assert_int_equal(mem->ops->commit(mem), ERR_OK);
	return mem;
}

/* Its entries or their leaves lead to the root that its row has; it runs again when its rows do too. */
static void a_changed_tree_grows_again(void **state)
{
	static const enum log_tree trees[CHANGED_COUNT] = { TREE_CHANGED, TREE_CHANGED, TREE_LOST,
							    TREE_CHANGED };
	const struct fault none = { NULL, 0 };

	(void)state;
	for (enum changed what = A_NODE; what < CHANGED_COUNT; what++) {
		struct failing f = { .name = NULL };
		struct record *r = open_on(failing_store_new(store_changed(what), fail_named, &f));
		struct log *log = record_log_at(r, 0);
		uint8_t want[HASH_LEN], root[HASH_LEN];

		assert_int_equal(log->tree, trees[what]);
		root_of_first(1, HELD, want);
		record_root(log, root);
		assert_memory_equal(root, want, HASH_LEN);
		if (what == THE_ROW || what == EVERYTHING) {
			assert_int_equal(record_begin(r), ERR_OK);
			assert_int_equal(record_stop(r, log, &none), what == THE_ROW ? ERR_OK : ERR_ROT);
			record_rollback(r);
			record_free(r);
			continue;
		}
		for (int way = 0; way < 3; way++) {
			/* An entry that cannot be read is taken by its leaf. */
			static const enum err ways[] = { ERR_OK, ERR_IO, ERR_CORRUPT };
			assert_int_equal(record_begin(r), ERR_OK);
			f = (struct failing){ way == 0 ? NULL : "node_get", 0, ways[way], false };
			assert_int_equal(record_stop(r, log, &none), way == 1 ? ERR_IO : ERR_ROT);
			f = (struct failing){ way == 0 ? NULL : "entry_get", 2, ways[way], false };
			if (way > 0)
				assert_int_equal(record_regrow_all(r, log), way == 1 ? ERR_IO : ERR_OK);
			f.name = NULL;
			record_rollback(r);
			assert_int_equal(log->tree, TREE_CHANGED);
		}
		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(record_regrow_all(r, log), ERR_OK);
		assert_int_equal(record_append(r), ERR_OK);
		assert_int_equal(log->tree, TREE_KEPT);
		assert_int_equal(record_begin(r), ERR_OK);
		assert_int_equal(record_stop(r, log, &none), ERR_OK);
		record_rollback(r);
		assert_int_equal(record_root_at(r, log, HELD, root), ERR_OK);
		assert_memory_equal(root, want, HASH_LEN);
		record_free(r);
	}
}

/* A disk that fails while it is asked what the tree grows from has changed nothing. */
static void a_changed_tree_is_not_read(void **state)
{
	struct failing f = { "entry_get", 3, ERR_IO, false };
	struct record *r = NULL;

	(void)state;
	assert_int_equal(
		record_open(failing_store_new(store_changed(A_NODE), fail_named, &f), accord_of(0x78), &r),
		ERR_IO);
	assert_null(r);
}

/* ---- Reads, and how many logs. ---- */

static void reads_keep_their_bounds(void **state)
{
	struct liar *l = liar_new(store_mem_new());
	struct record *r = open_on(&l->store);
	static uint8_t much[ENTRY_LEN_MAX];
	uint8_t memory[64], hash[HASH_LEN];
	struct buf small = { memory, 0, 3, false }, out = BUF_ON(much);
	struct statement s;
	struct entry entry;
	struct log *log;

	(void)state;
	assert_int_equal(record_begin(r), ERR_OK);
	log = log_at(r, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(add(r, log), ERR_OK);
	assert_int_equal(record_append(r), ERR_OK);
	assert_int_equal(record_entry(r, log, 3, &out), ERR_NOT_FOUND);
	assert_int_equal(record_entry(r, log, 0, &small), ERR_LIMIT);
	hash_sha256(entry_at(1, 0, memory), hash);
	small = (struct buf){ memory, 0, 3, false };
	assert_int_equal(record_content(r, hash, &small), ERR_LIMIT);
	/* Bytes of the right hash that are no entry are nobody's to read. */
	assert_int_equal(record_entry_read(r, log, 0, &out, &entry, &s), ERR_ROT);
	assert_int_equal(out.len, 0);
	l->lie = LIE_HASHES_SHORT;
	assert_int_equal(record_entry(r, log, 0, &out), ERR_ROT);
	assert_int_equal(out.len, 0);
	record_free(r);
}

static void so_many_logs(void **state)
{
	struct store *mem = store_mem_new();
	struct liar *first = liar_new(mem);
	struct record *r = open_on(&first->store), *again = NULL;
	struct origin one_more = origin_at(LOGS_MAX + 1);
	struct log *log;
	log_number n;

	(void)state;
	assert_int_equal(record_begin(r), ERR_OK);
	for (uint32_t channel = 1; channel <= LOGS_MAX; channel++)
		log_at(r, channel);
	assert_int_equal(record_log_open(r, &one_more, &log), ERR_LIMIT);
	assert_int_equal(record_append(r), ERR_OK);
	first->inner = store_mem_new();
	record_free(r);
	assert_int_equal(mem->ops->begin(mem), ERR_OK);
	assert_int_equal(mem->ops->log_open(mem, &one_more, &n), ERR_OK);
	assert_int_equal(mem->ops->commit(mem), ERR_OK);
	assert_int_equal(record_open(mem, accord_of(0x78), &again), ERR_LIMIT);
	assert_null(again);
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
		cmocka_unit_test(each_deed_says_how_it_failed),
		cmocka_unit_test(read_back_or_stopped),
		cmocka_unit_test(opening_says_how_it_failed),
		cmocka_unit_test(a_changed_tree_grows_again),
		cmocka_unit_test(a_changed_tree_is_not_read),
		cmocka_unit_test(reads_keep_their_bounds),
		cmocka_unit_test(so_many_logs),
		cmocka_unit_test(power_cuts_lose_nothing_acknowledged),
	};

	log_open("test", (enum log_level)0); /* the failures are wanted, their reports are not */
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
