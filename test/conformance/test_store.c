/* One contract, every store: the same plays against memory and SQLite. */
#include "record/store.h"

#include "base/alloc.h"
#include "base/prng.h"
#include "crypto/hash.h"
#include "record/sqlite.h"
#include "wire/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A store under test; a store that keeps nothing over a close has no path. */
struct bench {
	struct store *store;
	char folder[64], path[96];
	bool is_durable;
};

static struct store *sqlite_open(const struct bench *b)
{
	struct store *s = NULL;

	assert_int_equal(store_sqlite_open(b->path, NULL, &s), ERR_OK);
	return s;
}

static int memory_setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof *b);

	b->store = store_mem_new();
	*state = b;
	return 0;
}

static int sqlite_setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof *b);

	snprintf(b->folder, sizeof b->folder, "/tmp/entente-store-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof b->path, "%s/record", b->folder);
	b->is_durable = true;
	b->store = sqlite_open(b);
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;
	static const char *const ends[] = { "",	     "-wal",	      "-redo",	  "-journal",
					    ".copy", ".copy-journal", ".copy-wal" };

	b->store->ops->close(b->store);
	for (size_t i = 0; b->is_durable && i < ARRAY_COUNT(ends); i++) {
		char name[128];
		snprintf(name, sizeof name, "%s%s", b->path, ends[i]);
		unlink(name);
	}
	if (b->is_durable)
		assert_int_equal(rmdir(b->folder), 0);
	free(b);
	return 0;
}

/* ---- What the plays are written with. ---- */

static struct origin origin_at(uint32_t channel, const char *party, uint32_t epoch)
{
	struct origin o = { .channel = channel, .epoch = epoch };

	memset(o.accord, 0x78, sizeof o.accord);
	snprintf(o.party, sizeof o.party, "%s", party);
	return o;
}

static void begin(struct store *s)
{
	assert_int_equal(s->ops->begin(s), ERR_OK);
}

static void commit(struct store *s)
{
	assert_int_equal(s->ops->commit(s), ERR_OK);
}

static log_number log_of(struct store *s, uint32_t channel, const char *party)
{
	struct origin o = origin_at(channel, party, 1);
	log_number n = 0;

	assert_int_equal(s->ops->log_open(s, &o, &n), ERR_OK);
	return n;
}

static void hash_of(uint8_t fill, uint8_t out[HASH_LEN])
{
	memset(out, fill, HASH_LEN);
}

#define assert_buf(buf, text)                                           \
	do {                                                            \
		assert_int_equal((buf).len, sizeof(text) - 1);          \
		assert_memory_equal((buf).ptr, text, sizeof(text) - 1); \
	} while (0)

static void reopen(struct bench *b)
{
	if (!b->is_durable)
		return;
	b->store->ops->close(b->store);
	b->store = sqlite_open(b);
}

/* ---- The plays. ---- */

static void logs_are_numbered_and_kept(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	struct store_log got, want = { .origin = origin_at(7, "kor", 1),
				       .size = 123456789012u,
				       .stopped = { "cbor.shortest", 17 } };
	log_number first, second, n;

	assert_int_equal(s->ops->log_next(s, 0, &n), ERR_NOT_FOUND);
	assert_int_equal(s->ops->log_get(s, 1, &got), ERR_NOT_FOUND);
	begin(s);
	first = log_of(s, 7, "kor");
	second = log_of(s, 7, "usa");
	assert_true(first >= 1 && second > first);
	assert_int_equal(log_of(s, 7, "kor"), first);
	assert_int_equal(s->ops->log_get(s, second, &got), ERR_OK);
	assert_int_equal(got.size, 0);
	assert_null(got.stopped.rule);
	hash_of(9, want.root);
	assert_int_equal(s->ops->log_put(s, first, &want), ERR_OK);
	commit(s);
	reopen(b);
	s = b->store;
	assert_int_equal(log_of(s, 7, "kor"), first); /* one that exists needs no transaction */
	assert_int_equal(s->ops->log_get(s, first, &got), ERR_OK);
	assert_true(origin_equal(&got.origin, &want.origin));
	assert_int_equal(got.size, want.size);
	assert_memory_equal(got.root, want.root, HASH_LEN);
	assert_string_equal(got.stopped.rule, "cbor.shortest");
	assert_int_equal(got.stopped.offset, 17);
	assert_int_equal(s->ops->log_next(s, 0, &n), ERR_OK);
	assert_int_equal(n, first);
	assert_int_equal(s->ops->log_next(s, first, &n), ERR_OK);
	assert_int_equal(n, second);
	assert_int_equal(s->ops->log_next(s, second, &n), ERR_NOT_FOUND);
}

static void entries_and_nodes_come_back(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	static uint8_t long_entry[ENTRY_LEN_MAX], memory[ENTRY_LEN_MAX];
	uint8_t hashes[4][HASH_LEN], got[HASH_LEN];
	struct buf out = BUF_ON(memory);
	log_number log, other;

	memset(long_entry, 'L', sizeof long_entry);
	begin(s);
	log = log_of(s, 1, "kor");
	other = log_of(s, 2, "kor");
	for (uint64_t i = 0; i < 8; i++) {
		size_t count = i % 2 == 0 ? 1 : i % 4 == 1 ? 2 : i == 3 ? 3 : 4;
		struct bytes entry = i == 5 ? BYTES_OF(long_entry) : (struct bytes){ long_entry, (size_t)i };
		for (size_t l = 0; l < 4; l++)
			hash_of((uint8_t)(16 * l + i), hashes[l]);
		assert_int_equal(
			s->ops->entry_put(s, log, i, entry, (struct bytes){ hashes[0], count * HASH_LEN }),
			ERR_OK);
	}
	/* The open transaction is read. */
	assert_int_equal(s->ops->entry_get(s, log, 3, &out, NULL), ERR_OK);
	assert_buf(out, "LLL");
	commit(s);
	reopen(b);
	s = b->store;
	buf_reset(&out);
	assert_int_equal(s->ops->entry_get(s, log, 5, &out, NULL), ERR_OK);
	assert_int_equal(out.len, ENTRY_LEN_MAX);
	assert_memory_equal(out.ptr, long_entry, ENTRY_LEN_MAX);
	buf_reset(&out);
	assert_int_equal(s->ops->entry_get(s, log, 0, &out, NULL), ERR_OK); /* the empty one */
	assert_int_equal(out.len, 0);
	assert_int_equal(s->ops->entry_get(s, log, 3, NULL, &out), ERR_OK);
	assert_int_equal(out.len, 3 * HASH_LEN);
	for (uint8_t l = 0; l < 3; l++)
		assert_int_equal(out.ptr[l * HASH_LEN], 16 * l + 3);
	assert_int_equal(s->ops->entry_get(s, log, 8, &out, NULL), ERR_NOT_FOUND);
	assert_int_equal(s->ops->entry_get(s, other, 0, &out, NULL), ERR_NOT_FOUND);
	assert_int_equal(s->ops->entry_get(s, log, UINT64_MAX, &out, NULL), ERR_NOT_FOUND);
	for (uint64_t i = 0; i < 8; i++) {
		assert_int_equal(s->ops->node_get(s, log, 0, i, got), ERR_OK);
		assert_int_equal(got[0], i);
	}
	assert_int_equal(s->ops->node_get(s, log, 1, 1, got), ERR_OK); /* finished by entry 3 */
	assert_int_equal(got[31], 16 + 3);
	assert_int_equal(s->ops->node_get(s, log, 2, 1, got), ERR_OK); /* by entry 7 */
	assert_int_equal(got[0], 32 + 7);
	assert_int_equal(s->ops->node_get(s, log, 2, 2, got), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, log, 63, 1, got), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, other, 0, 0, got), ERR_NOT_FOUND);
}

static void cut_entries_take_their_nodes_along(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hashes[4 * HASH_LEN] = { 0 }, hash[HASH_LEN], memory[16];
	struct buf out = BUF_ON(memory);
	log_number log, other;

	begin(s);
	log = log_of(s, 1, "kor");
	other = log_of(s, 2, "kor");
	for (uint64_t i = 0; i < 8; i++) {
		struct bytes own = { hashes, (i % 2 == 0   ? 1u
					      : i % 4 == 1 ? 2u
					      : i == 3	   ? 3u
							   : 4u) *
						     HASH_LEN };
		assert_int_equal(s->ops->entry_put(s, log, i, BYTES_LIT("x"), own), ERR_OK);
		assert_int_equal(s->ops->entry_put(s, other, i, BYTES_LIT("x"), own), ERR_OK);
	}
	commit(s);
	begin(s);
	assert_int_equal(s->ops->entry_cut(s, log, 3), ERR_OK);
	assert_int_equal(s->ops->entry_cut(s, log, UINT64_MAX), ERR_OK); /* nothing is there */
	commit(s);
	reopen(b);
	s = b->store;
	assert_int_equal(s->ops->entry_get(s, log, 2, &out, NULL), ERR_OK);
	assert_int_equal(s->ops->entry_get(s, log, 3, &out, NULL), ERR_NOT_FOUND);
	assert_int_equal(s->ops->entry_get(s, log, 7, &out, NULL), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, log, 1, 0, hash), ERR_OK);
	assert_int_equal(s->ops->node_get(s, log, 1, 1, hash), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, log, 2, 0, hash), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, log, 3, 0, hash), ERR_NOT_FOUND);
	assert_int_equal(s->ops->entry_get(s, other, 7, &out, NULL), ERR_OK);
	begin(s);
	assert_int_equal(s->ops->entry_cut(s, other, 0), ERR_OK);
	s->ops->rollback(s);
	assert_int_equal(s->ops->node_get(s, other, 3, 0, hash), ERR_OK);
}

static void getters_append_and_keep_the_bound(void **state)
{
	struct store *s = ((struct bench *)*state)->store;
	uint8_t memory[6], hash[HASH_LEN] = { 1 };
	struct buf out = BUF_ON(memory);
	log_number log;

	begin(s);
	log = log_of(s, 1, "kor");
	assert_int_equal(s->ops->entry_put(s, log, 0, BYTES_LIT("abc"), BYTES_OF(hash)), ERR_OK);
	assert_int_equal(s->ops->entry_get(s, log, 0, &out, NULL), ERR_OK);
	assert_int_equal(s->ops->entry_get(s, log, 0, &out, NULL), ERR_OK);
	assert_buf(out, "abcabc");
	assert_int_equal(s->ops->entry_get(s, log, 0, &out, NULL), ERR_LIMIT);
	commit(s);
}

static void contents_stay_and_are_erased(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t memory[64], held[HASH_LEN], never[HASH_LEN];
	struct buf out = BUF_ON(memory);

	hash_of(1, held);
	hash_of(2, never);
	assert_int_equal(s->ops->content_get(s, held, &out), ERR_NOT_FOUND);
	begin(s);
	assert_int_equal(s->ops->content_put(s, held, BYTES_LIT("words")), ERR_OK);
	assert_int_equal(s->ops->content_put(s, held, BYTES_LIT("words")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->content_get(s, held, &out), ERR_OK);
	assert_buf(out, "words");
	assert_int_equal(s->ops->content_eraser(s, held, &out), ERR_NOT_FOUND);
	begin(s);
	assert_int_equal(s->ops->content_erase(s, held, BYTES_LIT("place")), ERR_OK);
	assert_int_equal(s->ops->content_erase(s, never, BYTES_LIT("other")), ERR_OK); /* before it came */
	commit(s);
	reopen(b);
	s = b->store;
	buf_reset(&out);
	assert_int_equal(s->ops->content_get(s, held, &out), ERR_REFUSED);
	assert_int_equal(s->ops->content_get(s, never, &out), ERR_REFUSED);
	assert_int_equal(s->ops->content_eraser(s, held, &out), ERR_OK);
	assert_buf(out, "place");
	begin(s);
	assert_int_equal(s->ops->content_erase(s, held, BYTES_LIT("later")),
			 ERR_OK); /* the first one stands */
	assert_int_equal(s->ops->content_put(s, held, BYTES_LIT("words")),
			 ERR_OK); /* a resend brings nothing back */
	commit(s);
	buf_reset(&out);
	assert_int_equal(s->ops->content_eraser(s, held, &out), ERR_OK);
	assert_buf(out, "place");
	assert_int_equal(s->ops->content_get(s, held, &out), ERR_REFUSED);
}

/* What named it, or erased it, was cut: it may come again, and be erased again. */
static void a_content_that_is_forgotten_may_come_again(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hash[HASH_LEN], never[HASH_LEN], memory[64];
	struct buf out = BUF_ON(memory);

	hash_of(1, hash);
	hash_of(2, never);
	for (int round = 0; round < 2; round++) {
		begin(s);
		assert_int_equal(s->ops->content_put(s, hash, BYTES_LIT("words")), ERR_OK);
		if (round > 0)
			assert_int_equal(s->ops->content_erase(s, hash, BYTES_LIT("place")), ERR_OK);
		commit(s);
		begin(s);
		assert_int_equal(s->ops->content_forget(s, hash), ERR_OK);
		assert_int_equal(s->ops->content_forget(s, never), ERR_OK);
		commit(s);
		assert_int_equal(s->ops->content_get(s, hash, &out), ERR_NOT_FOUND);
		assert_int_equal(s->ops->content_eraser(s, hash, &out), ERR_NOT_FOUND);
	}
	reopen(b);
	s = b->store;
	begin(s);
	assert_int_equal(s->ops->content_put(s, hash, BYTES_LIT("words")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->content_get(s, hash, &out), ERR_OK);
	assert_buf(out, "words");
	begin(s);
	assert_int_equal(s->ops->content_forget(s, hash), ERR_OK);
	assert_int_equal(s->ops->content_erase(s, hash, BYTES_LIT("place")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->content_get(s, hash, &out), ERR_REFUSED);
}

static void erased_bytes_leave_the_disk(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hash[HASH_LEN];
	static char content[40000], command[256];

	if (!b->is_durable)
		return;
	for (size_t i = 0; i + 8 <= sizeof content; i += 8)
		memcpy(content + i, "SECRETS!", 8);
	hash_of(1, hash);
	begin(s);
	assert_int_equal(s->ops->content_put(s, hash, BYTES_OF(content)), ERR_OK);
	commit(s);
	snprintf(command, sizeof command, "grep -q 'SECRETS!' %s*", b->path);
	assert_int_equal(system(command), 0);
	begin(s);
	assert_int_equal(s->ops->content_erase(s, hash, BYTES_LIT("place")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	assert_int_not_equal(system(command), 0);
}

/* Whether the store's files have this text anywhere. */
static bool is_on_disk(const struct bench *b, const char *text)
{
	char command[256];

	snprintf(command, sizeof command, "grep -q -F '%s' %s*", text, b->path);
	return system(command) == 0;
}

#define SECRETS 400u

static void secret_of(size_t number, char out[32], uint8_t hash[HASH_LEN])
{
	snprintf(out, 32, "<SECRET-%05zu>", number);
	hash_sha256(bytes_str(out), hash);
}

/*
 * Contents of every length: short ones share a page, and are moved when it is split or joined with another.
 */
static void erased_bytes_leave_every_page(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	static char content[9000];
	struct prng prng;
	uint8_t hash[HASH_LEN];
	char secret[32];

	prng_init(&prng, 7);
	for (size_t i = 0; i < SECRETS; i++) {
		size_t len = 64 + prng_below(&prng, i % 10 == 0 ? sizeof content - 64 : 600), at;
		secret_of(i, secret, hash);
		memset(content, '.', sizeof content);
		for (at = 0; at + 64 <= len; at += 64)
			memcpy(content + at, secret, strlen(secret));
		begin(s);
		assert_int_equal(s->ops->content_put(s, hash, (struct bytes){ (uint8_t *)content, len }),
				 ERR_OK);
		commit(s);
		if (i % 40 == 0)
			assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	}
	/* In no order: 239 and the number have no common divisor. */
	for (size_t n = 0, i = 0; n < SECRETS; n++, i = (i + 239) % SECRETS) {
		if (i % 7 == 0)
			continue;
		secret_of(i, secret, hash);
		begin(s);
		assert_int_equal(s->ops->content_erase(
					 s, hash, BYTES_LIT("a place of about so many bytes, as it has")),
				 ERR_OK);
		commit(s);
	}
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	for (size_t i = 0; i < SECRETS; i++) {
		secret_of(i, secret, hash);
		if (is_on_disk(b, secret) != (i % 7 == 0))
			fail_msg("%s is%s on the disk", secret, i % 7 == 0 ? " not" : "");
	}
}

/* An attachment that goes with its content, an advance copy that its log has overtaken. */
static void deleted_bytes_leave_the_disk(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hash[HASH_LEN], id[STATEMENT_ID_LEN] = { 1 };
	static char piece[40000];

	for (size_t i = 0; i + 8 <= sizeof piece; i += 8)
		memcpy(piece + i, "SECRETS!", 8);
	hash_of(1, hash);
	begin(s);
	assert_int_equal(s->ops->attachment_put(s, hash, sizeof piece, 0, BYTES_OF(piece)), ERR_OK);
	assert_int_equal(s->ops->advance_put(s, id, BYTES_LIT("SECRETS!")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	assert_true(is_on_disk(b, "SECRETS!"));
	begin(s);
	assert_int_equal(s->ops->attachment_del(s, hash), ERR_OK);
	assert_int_equal(s->ops->advance_del(s, id), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	assert_false(is_on_disk(b, "SECRETS!"));
}

/*
 * It is erased, and the node ends before the next quiet moment: the first one of the next run has to do it.
 */
static void a_restart_forgets_no_erasure(void **state)
{
	struct bench *b = *state;
	uint8_t hash[HASH_LEN];
	char secret[32];

	secret_of(1, secret, hash);
	begin(b->store);
	assert_int_equal(b->store->ops->content_put(b->store, hash, bytes_str(secret)), ERR_OK);
	commit(b->store);
	begin(b->store);
	assert_int_equal(b->store->ops->content_erase(b->store, hash, BYTES_LIT("place")), ERR_OK);
	commit(b->store);
	reopen(b);
	assert_true(is_on_disk(b, secret));
	assert_int_equal(b->store->ops->tidy(b->store, true), ERR_OK);
	assert_false(is_on_disk(b, secret));
}

static void notes_are_found_from_both_sides(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);
	log_number log, other;
	uint64_t found;
	static const struct {
		const char *why;
		uint64_t size;
		uint64_t below, above; /* 0: none */
	} cases[] = {
		{ "before the first", 2, 0, 3 }, { "exactly", 3, 3, 3 },
		{ "between", 5, 3, 10 },	 { "exactly the last", 10, 10, 10 },
		{ "after the last", 11, 10, 0 }, { "the largest", UINT64_MAX, 10, 0 },
		{ "from zero", 0, 0, 3 },
	};

	begin(s);
	log = log_of(s, 1, "kor");
	other = log_of(s, 1, "usa");
	assert_int_equal(s->ops->note_put(s, log, 3, BYTES_LIT("three")), ERR_OK);
	assert_int_equal(s->ops->note_put(s, log, 10, BYTES_LIT("ten")), ERR_OK);
	assert_int_equal(s->ops->note_put(s, log, 10, BYTES_LIT("ten")), ERR_OK);
	commit(s);
	reopen(b);
	s = b->store;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		print_message("# note: %s\n", cases[i].why);
		buf_reset(&out);
		assert_int_equal(s->ops->note_get(s, log, cases[i].size, &found, &out),
				 cases[i].below == 0 ? ERR_NOT_FOUND : ERR_OK);
		if (cases[i].below != 0)
			assert_int_equal(found, cases[i].below);
		buf_reset(&out);
		assert_int_equal(s->ops->note_above(s, log, cases[i].size, &found, &out),
				 cases[i].above == 0 ? ERR_NOT_FOUND : ERR_OK);
		if (cases[i].above != 0)
			assert_int_equal(found, cases[i].above);
	}
	buf_reset(&out);
	assert_int_equal(s->ops->note_get(s, log, 10, &found, &out), ERR_OK);
	assert_buf(out, "ten");
	assert_int_equal(s->ops->note_get(s, other, UINT64_MAX, &found, &out), ERR_NOT_FOUND);
	assert_int_equal(s->ops->note_above(s, other, 0, &found, &out), ERR_NOT_FOUND);
}

static void cosignatures_are_found_by_party(void **state)
{
	struct store *s = ((struct bench *)*state)->store;
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);
	log_number log, other;
	uint64_t found;
	struct bytes us = BYTES_LIT("us"), usa = BYTES_LIT("usa");

	begin(s);
	log = log_of(s, 1, "kor");
	other = log_of(s, 2, "kor");
	assert_int_equal(s->ops->cosignature_put(s, log, 3, usa, BYTES_LIT("usa 3")), ERR_OK);
	assert_int_equal(s->ops->cosignature_put(s, log, 300, usa, BYTES_LIT("usa 300")), ERR_OK);
	assert_int_equal(s->ops->cosignature_put(s, log, 4, us, BYTES_LIT("us 4")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->cosignature_above(s, log, 4, usa, &found, &out), ERR_OK);
	assert_int_equal(found, 300);
	assert_buf(out, "usa 300");
	buf_reset(&out);
	assert_int_equal(s->ops->cosignature_above(s, log, 0, us, &found, &out), ERR_OK);
	assert_int_equal(found, 4);
	assert_int_equal(s->ops->cosignature_above(s, log, 5, us, &found, &out), ERR_NOT_FOUND);
	assert_int_equal(s->ops->cosignature_above(s, log, 301, usa, &found, &out), ERR_NOT_FOUND);
	buf_reset(&out);
	assert_int_equal(s->ops->cosignature_last(s, log, us, &found, &out), ERR_OK);
	assert_buf(out, "us 4");
	buf_reset(&out);
	assert_int_equal(s->ops->cosignature_last(s, log, usa, &found, &out), ERR_OK);
	assert_int_equal(found, 300);
	assert_int_equal(s->ops->cosignature_last(s, other, usa, &found, &out), ERR_NOT_FOUND);
	assert_int_equal(s->ops->cosignature_last(s, log, BYTES_LIT("u"), &found, &out), ERR_NOT_FOUND);
}

static void attachments_come_in_any_order(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	static uint8_t whole[1000], memory[1000];
	struct buf out = BUF_ON(memory);
	uint8_t hash[HASH_LEN];
	uint64_t held, total;
	static const struct {
		const char *why;
		size_t offset, len;
		uint64_t held;
	} cases[] = {
		{ "a later piece is kept, not held", 400, 200, 0 },
		{ "the front", 0, 100, 100 },
		{ "again", 0, 100, 100 },
		{ "over what is held", 50, 100, 150 },
		{ "inside what is held", 10, 20, 150 },
		{ "into a later piece: reaches through it", 140, 300, 600 },
		{ "nothing", 700, 0, 600 },
		{ "the last byte", 999, 1, 600 },
		{ "all of it", 0, 1000,
		  600 }, /* begins in a piece and is cut by it: no gap is left unfetched */
		{ "from where it is held", 600, 400, 1000 },
	};

	for (size_t i = 0; i < sizeof whole; i++)
		whole[i] = (uint8_t)(i * 7 + i / 256);
	hash_of(3, hash);
	assert_int_equal(s->ops->attachment_held(s, hash, &held, &total), ERR_OK);
	assert_int_equal(total, 0);
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		print_message("# attachment: %s\n", cases[i].why);
		begin(s);
		assert_int_equal(
			s->ops->attachment_put(s, hash, sizeof whole, cases[i].offset,
					       (struct bytes){ whole + cases[i].offset, cases[i].len }),
			ERR_OK);
		commit(s);
		assert_int_equal(s->ops->attachment_held(s, hash, &held, &total), ERR_OK);
		assert_int_equal(held, cases[i].held);
		assert_int_equal(total, sizeof whole);
	}
	reopen(b);
	s = b->store;
	assert_int_equal(s->ops->attachment_get(s, hash, 0, sizeof whole, &out), ERR_OK);
	assert_memory_equal(memory, whole, sizeof whole);
	buf_reset(&out);
	assert_int_equal(s->ops->attachment_get(s, hash, 555, 100, &out), ERR_OK);
	assert_int_equal(out.len, 100);
	assert_memory_equal(memory, whole + 555, 100);
	assert_int_equal(s->ops->attachment_get(s, hash, 950, 51, &out), ERR_NOT_FOUND);
	assert_int_equal(s->ops->attachment_get(s, hash, UINT64_MAX, 1, &out), ERR_NOT_FOUND);
	begin(s);
	assert_int_equal(s->ops->attachment_del(s, hash), ERR_OK);
	assert_int_equal(s->ops->attachment_del(s, hash), ERR_NOT_FOUND);
	assert_int_equal(s->ops->attachment_held(s, hash, &held, &total), ERR_OK);
	assert_int_equal(total, 0);
	assert_int_equal(s->ops->attachment_get(s, hash, 0, 1, &out), ERR_NOT_FOUND);
	s->ops->rollback(s);
	begin(s);
	assert_int_equal(s->ops->attachment_put(s, hash, 999, 0, BYTES_LIT("x")), ERR_USAGE);
	assert_int_equal(s->ops->attachment_put(s, hash, 1000, 1000, BYTES_LIT("x")), ERR_USAGE);
	assert_int_equal(s->ops->attachment_put(s, hash, 1000, UINT64_MAX, BYTES_LIT("x")), ERR_USAGE);
	commit(s);
}

static void advances_come_and_go(void **state)
{
	struct store *s = ((struct bench *)*state)->store;
	uint8_t memory[64], id[STATEMENT_ID_LEN] = { 5 };
	struct buf out = BUF_ON(memory);

	begin(s);
	assert_int_equal(s->ops->advance_put(s, id, BYTES_LIT("first")), ERR_OK);
	assert_int_equal(s->ops->advance_put(s, id, BYTES_LIT("again")), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->advance_get(s, id, &out), ERR_OK);
	assert_buf(out, "again");
	begin(s);
	assert_int_equal(s->ops->advance_del(s, id), ERR_OK);
	assert_int_equal(s->ops->advance_del(s, id), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->advance_get(s, id, &out), ERR_NOT_FOUND);
}

static void views_walk_in_order(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	struct map m = s->ops->views(s);
	static const char *const keys[] = { "b", "a\xff", "a", "ab", "abc", "", "c" };
	uint8_t key_memory[MAP_KEY_MAX], memory[64];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(memory);

	begin(s);
	for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
		assert_int_equal(map_put(&m, bytes_str(keys[i]), bytes_str(keys[i])), ERR_OK);
	assert_int_equal(map_put(&m, BYTES_LIT("b"), BYTES_LIT("changed")), ERR_OK);
	commit(s);
	reopen(b);
	s = b->store;
	m = s->ops->views(s);
	assert_int_equal(map_get(&m, BYTES_LIT("b"), &value), ERR_OK);
	assert_buf(value, "changed");
	assert_int_equal(map_get(&m, BYTES_LIT("zz"), &value), ERR_NOT_FOUND);
	assert_int_equal(map_get(&m, BYTES_LIT("ab"), NULL), ERR_OK);
	buf_reset(&value);
	/* Under "a": itself, ab, abc, a 0xff; then no more. */
	static const char *const under_a[] = { "a", "ab", "abc", "a\xff" };
	for (size_t i = 0; i < ARRAY_COUNT(under_a); i++) {
		assert_int_equal(map_next(&m, BYTES_LIT("a"), buf_bytes(&key), &key, NULL), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&key), bytes_str(under_a[i])));
	}
	assert_int_equal(map_next(&m, BYTES_LIT("a"), buf_bytes(&key), &key, &value), ERR_NOT_FOUND);
	assert_true(bytes_equal(buf_bytes(&key), BYTES_LIT("a\xff"))); /* left as it was */
	assert_int_equal(map_next(&m, BYTES_LIT("a"), BYTES_LIT("Z"), &key, NULL),
			 ERR_OK); /* before the prefix */
	assert_true(bytes_equal(buf_bytes(&key), BYTES_LIT("a")));
	assert_int_equal(map_next(&m, BYTES_LIT(""), BYTES_LIT("c"), &key, NULL), ERR_NOT_FOUND);
	begin(s);
	assert_int_equal(map_del(&m, BYTES_LIT("ab")), ERR_OK);
	commit(s);
	assert_int_equal(map_next(&m, BYTES_LIT("a"), BYTES_LIT("a"), &key, &value), ERR_OK);
	assert_buf(value, "abc");
}

/* The rows under a prefix, one after another, as one text: a walk of its own for each call. */
static void walked(const struct map *m, struct bytes prefix, struct bytes after, size_t count,
		   struct buf *out)
{
	uint8_t memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);

	buf_put(&key, after);
	while (count-- > 0 && map_next(m, prefix, buf_bytes(&key), &key, NULL) == ERR_OK)
		buf_put(out, buf_bytes(&key));
}

/* A list, and beside it what hangs on each of its rows; rows that come and go where a walk stands. */
static void walks_go_side_by_side(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	struct map m = s->ops->views(s);
	static const char *const keys[] = { "T1", "T2", "T3", "T4", "d1a", "d1b", "d3a", "d4a", "d4b" };
	uint8_t key_memory[MAP_KEY_MAX], memory[128];
	struct buf key = BUF_ON(key_memory), out = BUF_ON(memory);

	begin(s);
	for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
		assert_int_equal(map_put(&m, bytes_str(keys[i]), BYTES_LIT("")), ERR_OK);
	commit(s);
	while (map_next(&m, BYTES_LIT("T"), buf_bytes(&key), &key, NULL) == ERR_OK) {
		const uint8_t prefix[] = { 'd', key.ptr[1] };
		buf_put(&out, buf_bytes(&key));
		walked(&m, BYTES_OF(prefix), (struct bytes){ 0 }, 9, &out);
	}
	assert_buf(out, "T1d1ad1bT2T3d3aT4d4ad4b");
	/* Back again, from the middle, and behind a row that is not there. */
	buf_reset(&out);
	walked(&m, BYTES_LIT("d"), BYTES_LIT("d2"), 1, &out);
	walked(&m, BYTES_LIT("d"), BYTES_LIT("d1a"), 1, &out);
	walked(&m, BYTES_LIT("d"), BYTES_LIT("d1b"), 1, &out);
	walked(&m, BYTES_LIT("d3a"), (struct bytes){ 0 }, 1, &out);
	walked(&m, BYTES_LIT("d3a"), (struct bytes){ 0 }, 1, &out);
	walked(&m, BYTES_LIT("d"), BYTES_LIT("d3a"), 1, &out);
	walked(&m, BYTES_LIT("d"), BYTES_LIT("d4b"), 1, &out);
	assert_buf(out, "d3ad1bd3ad3ad3ad4a");
	/* It stands on T2: that goes, one comes right behind it, and the turn is taken back. */
	buf_reset(&out);
	walked(&m, BYTES_LIT("T"), BYTES_LIT("T1"), 1, &out);
	begin(s);
	assert_int_equal(map_del(&m, BYTES_LIT("T2")), ERR_OK);
	walked(&m, BYTES_LIT("T"), BYTES_LIT("T1"), 1, &out);
	assert_int_equal(map_put(&m, BYTES_LIT("T2x"), BYTES_LIT("")), ERR_OK);
	walked(&m, BYTES_LIT("T"), BYTES_LIT("T1"), 2, &out);
	s->ops->rollback(s);
	walked(&m, BYTES_LIT("T"), BYTES_LIT("T1"), 2, &out);
	assert_buf(out, "T2T3T2xT3T2T3");
	/* A quiet moment, and a walk that was begun before it goes on. */
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	buf_reset(&out);
	walked(&m, BYTES_LIT("T"), BYTES_LIT("T3"), 9, &out);
	assert_buf(out, "T4");
}

/* Everything that a transaction wrote goes with it: every table once. */
static void rollback_forgets_everything(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	struct map m = s->ops->views(s);
	uint8_t memory[256], hash[HASH_LEN], erased[HASH_LEN], id[STATEMENT_ID_LEN] = { 1 };
	struct buf out = BUF_ON(memory);
	struct store_log got;
	log_number log, fresh;
	uint64_t held, total, found;

	hash_of(4, hash);
	hash_of(5, erased);
	begin(s);
	log = log_of(s, 1, "kor");
	assert_int_equal(s->ops->content_put(s, erased, BYTES_LIT("still here")), ERR_OK);
	assert_int_equal(map_put(&m, BYTES_LIT("kept"), BYTES_LIT("before")), ERR_OK);
	assert_int_equal(map_put(&m, BYTES_LIT("gone"), BYTES_LIT("before")), ERR_OK);
	commit(s);

	begin(s);
	fresh = log_of(s, 2, "usa");
	got = (struct store_log){ .origin = origin_at(1, "kor", 1), .size = 5 };
	assert_int_equal(s->ops->log_put(s, log, &got), ERR_OK);
	assert_int_equal(s->ops->entry_put(s, log, 0, BYTES_LIT("x"), BYTES_OF(hash)), ERR_OK);
	assert_int_equal(s->ops->content_put(s, hash, BYTES_LIT("x")), ERR_OK);
	assert_int_equal(s->ops->content_erase(s, erased, BYTES_LIT("place")), ERR_OK);
	assert_int_equal(s->ops->note_put(s, log, 1, BYTES_LIT("x")), ERR_OK);
	assert_int_equal(s->ops->cosignature_put(s, log, 1, BYTES_LIT("usa"), BYTES_LIT("x")), ERR_OK);
	assert_int_equal(s->ops->attachment_put(s, hash, 2, 0, BYTES_LIT("xy")), ERR_OK);
	assert_int_equal(s->ops->advance_put(s, id, BYTES_LIT("x")), ERR_OK);
	assert_int_equal(map_put(&m, BYTES_LIT("kept"), BYTES_LIT("after")), ERR_OK);
	assert_int_equal(map_put(&m, BYTES_LIT("new"), BYTES_LIT("after")), ERR_OK);
	assert_int_equal(map_del(&m, BYTES_LIT("gone")), ERR_OK);
	s->ops->rollback(s);

	for (int round = 0; round < 2; round++) {
		assert_int_equal(s->ops->log_get(s, fresh, &got), ERR_NOT_FOUND);
		assert_int_equal(s->ops->log_get(s, log, &got), ERR_OK);
		assert_int_equal(got.size, 0);
		assert_int_equal(s->ops->entry_get(s, log, 0, &out, NULL), ERR_NOT_FOUND);
		assert_int_equal(s->ops->node_get(s, log, 0, 0, hash), ERR_NOT_FOUND);
		assert_int_equal(s->ops->content_get(s, hash, &out), ERR_NOT_FOUND);
		buf_reset(&out);
		assert_int_equal(s->ops->content_get(s, erased, &out), ERR_OK);
		assert_buf(out, "still here");
		assert_int_equal(s->ops->note_get(s, log, 9, &found, &out), ERR_NOT_FOUND);
		assert_int_equal(s->ops->cosignature_last(s, log, BYTES_LIT("usa"), &found, &out),
				 ERR_NOT_FOUND);
		assert_int_equal(s->ops->attachment_held(s, hash, &held, &total), ERR_OK);
		assert_int_equal(total, 0);
		assert_int_equal(s->ops->advance_get(s, id, &out), ERR_NOT_FOUND);
		buf_reset(&out);
		assert_int_equal(map_get(&m, BYTES_LIT("kept"), &out), ERR_OK);
		assert_buf(out, "before");
		assert_int_equal(map_get(&m, BYTES_LIT("gone"), NULL), ERR_OK);
		assert_int_equal(map_get(&m, BYTES_LIT("new"), NULL), ERR_NOT_FOUND);
		reopen(b);
		s = b->store;
		m = s->ops->views(s);
	}
	begin(s); /* and the store goes on */
	assert_int_equal(log_of(s, 2, "usa"), fresh);
	commit(s);
}

static void what_is_not_committed_is_lost_at_close(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t memory[16], hash[HASH_LEN] = { 1 };
	struct buf out = BUF_ON(memory);
	log_number log;

	begin(s);
	log = log_of(s, 1, "kor");
	commit(s);
	begin(s);
	assert_int_equal(s->ops->entry_put(s, log, 0, BYTES_LIT("x"), BYTES_OF(hash)), ERR_OK);
	if (!b->is_durable) {
		s->ops->rollback(s);
		return;
	}
	reopen(b);
	assert_int_equal(b->store->ops->entry_get(b->store, log, 0, &out, NULL), ERR_NOT_FOUND);
}

/* ---- SQLite alone. ---- */

static void second_opener_is_refused(void **state)
{
	struct bench *b = *state;
	struct store *second = NULL;

	/* POSIX locks are of a process, so SQLite itself keeps two of one process apart, the same way. */
	assert_int_equal(store_sqlite_open(b->path, NULL, &second), ERR_EXISTS);
	assert_null(second);
}

static void other_files_are_refused(void **state)
{
	struct bench *b = *state;
	struct store *s = NULL;
	char name[128], command[512];
	static const struct {
		const char *why, *make;
		enum err want;
	} cases[] = {
		{ "another program's", "sqlite3 $F 'PRAGMA user_version=7'", ERR_REFUSED },
		{ "not a database", "head -c 8192 /dev/urandom > $F", ERR_CORRUPT },
		{ "a folder", "mkdir $F", ERR_IO },
	};

	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		print_message("# open: %s\n", cases[i].why);
		snprintf(name, sizeof name, "%s.copy", b->path);
		snprintf(command, sizeof command, "F=%s; %s", name, cases[i].make);
		assert_int_equal(system(command), 0);
		assert_int_equal(store_sqlite_open(name, NULL, &s), cases[i].want);
		assert_null(s);
		snprintf(command, sizeof command, "rm -rf %s %s-wal %s-journal", name, name, name);
		assert_int_equal(system(command), 0);
	}
}

static void backup_is_a_store(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store, *copy = NULL;
	uint8_t memory[16], hash[HASH_LEN] = { 1 };
	struct buf out = BUF_ON(memory);
	uint64_t done, total;
	char name[128];
	log_number log;

	begin(s);
	log = log_of(s, 1, "kor");
	assert_int_equal(s->ops->entry_put(s, log, 0, BYTES_LIT("x"), BYTES_OF(hash)), ERR_OK);
	commit(s);
	snprintf(name, sizeof name, "%s.copy", b->path);
	assert_int_equal(s->ops->backup(s, name, &done, &total), ERR_OK);
	assert_true(done == total && total > 0);
	assert_int_equal(store_sqlite_open(name, NULL, &copy), ERR_OK);
	assert_int_equal(copy->ops->entry_get(copy, log, 0, &out, NULL), ERR_OK);
	assert_buf(out, "x");
	copy->ops->close(copy);
}

/* Entries come between the slices, into pages that were copied and into new ones; the copy has them all. */
static void backup_goes_on_beside_the_work(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store, *copy = NULL;
	static uint8_t entry[4000], memory[4096];
	uint8_t hash[HASH_LEN] = { 1 };
	char name[128], given_up[128];
	uint64_t done = 0, total, before, slices = 0, count = 1500;
	log_number log;
	enum err e;

	begin(s);
	log = log_of(s, 1, "kor");
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(s->ops->entry_put(s, log, i, BYTES_OF(entry), BYTES_OF(hash)), ERR_OK);
	commit(s);
	snprintf(given_up, sizeof given_up, "%s.other", b->path);
	assert_int_equal(s->ops->backup(s, given_up, &done, &total), ERR_SHORT);
	snprintf(name, sizeof name, "%s.copy", b->path);
	for (before = 0; (e = s->ops->backup(s, name, &done, &total)) == ERR_SHORT; before = done) {
		assert_true(done > before && done < total);
		begin(s);
		assert_int_equal(s->ops->entry_put(s, log, count++, BYTES_OF(entry), BYTES_OF(hash)), ERR_OK);
		commit(s);
		slices++;
	}
	assert_int_equal(e, ERR_OK);
	assert_true(slices > 4);
	assert_int_equal(store_sqlite_open(name, NULL, &copy), ERR_OK);
	for (uint64_t i = 0; i < count; i++) {
		struct buf out = BUF_ON(memory);
		assert_int_equal(copy->ops->entry_get(copy, log, i, &out, NULL), ERR_OK);
	}
	copy->ops->close(copy);
	assert_int_equal(unlink(given_up), 0);
}

static void backup_is_given_up_when_nobody_asks(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	static uint8_t entry[4000];
	uint8_t hash[HASH_LEN] = { 1 };
	uint64_t done, total, first;
	char name[128];
	log_number log;

	begin(s);
	log = log_of(s, 1, "kor");
	for (uint64_t i = 0; i < 1500; i++)
		assert_int_equal(s->ops->entry_put(s, log, i, BYTES_OF(entry), BYTES_OF(hash)), ERR_OK);
	commit(s);
	snprintf(name, sizeof name, "%s.copy", b->path);
	assert_int_equal(s->ops->backup(s, name, &first, &total), ERR_SHORT);
	for (int i = 0; i < 39; i++)
		assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	assert_int_equal(s->ops->backup(s, name, &done, &total), ERR_SHORT);
	assert_true(done > first); /* it went on */
	for (int i = 0; i < 41; i++)
		assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	unlink(name);
	assert_int_equal(s->ops->backup(s, name, &done, &total), ERR_SHORT);
	assert_int_equal(done, first); /* it began anew */
}

static void tidy_moves_the_wal_into_the_file(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	static uint8_t entry[4000], memory[4096];
	uint8_t hash[HASH_LEN] = { 1 };
	log_number log;

	begin(s);
	log = log_of(s, 1, "kor");
	commit(s);
	for (uint64_t i = 0; i < 600; i++) {
		begin(s);
		assert_int_equal(s->ops->entry_put(s, log, i, BYTES_OF(entry), BYTES_OF(hash)), ERR_OK);
		commit(s);
		assert_int_equal(s->ops->tidy(s, i % 50 == 0), ERR_OK);
	}
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	reopen(b);
	for (uint64_t i = 0; i < 600; i++) {
		struct buf out = BUF_ON(memory);
		assert_int_equal(b->store->ops->entry_get(b->store, log, i, &out, NULL), ERR_OK);
		assert_int_equal(out.len, sizeof entry);
	}
}

static uint64_t number_of(struct bench *b, const char *query)
{
	uint64_t out;
	sqlite3_stmt *q;

	assert_int_equal(sqlite3_prepare_v2(lite(b->store)->db, query, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	out = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return out;
}

/*
 * A peer chooses the hashes of what it says was erased: however many begin alike, none is looked for behind
 * another.
 */
static void contents_of_like_hashes_lie_apart(void **state)
{
	struct bench *b = *state;
	uint8_t hash[HASH_LEN] = { 7 };

	begin(b->store);
	for (uint8_t i = 0; i < 200; i++) {
		hash[HASH_LEN - 1] = i;
		assert_int_equal(b->store->ops->content_erase(b->store, hash, BYTES_LIT("place")), ERR_OK);
	}
	commit(b->store);
	assert_int_equal(number_of(b, "SELECT count(*) FROM content_name"), 200);
	assert_int_equal(
		number_of(b, "SELECT count(*) FROM content_name a, content_name b WHERE b.id = a.id + 1"), 0);
}

/* The place of a content is another's: it stands behind that, and each is found. */
static void contents_of_one_name_are_told_apart(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t first[HASH_LEN] = { 1 }, second[HASH_LEN] = { 2 }, name[HASH_LEN], memory[64];
	struct buf out = BUF_ON(memory);
	char command[128];

	hash_sha256(BYTES_OF(second), name);
	snprintf(command, sizeof command, "UPDATE content_name SET id = %lld",
		 (long long)(be64_get(name) >> 1));
	begin(s);
	assert_int_equal(s->ops->content_put(s, first, BYTES_LIT("first")), ERR_OK);
	commit(s);
	assert_int_equal(sqlite3_exec(lite(s)->db, command, NULL, NULL, NULL), SQLITE_OK);
	begin(s);
	assert_int_equal(s->ops->content_put(s, second, BYTES_LIT("second")), ERR_OK);
	commit(s);
	assert_int_equal(
		number_of(b, "SELECT count(*) FROM content_name a, content_name b WHERE b.id = a.id + 1"), 1);
	assert_int_equal(s->ops->content_get(s, second, &out), ERR_OK);
	assert_buf(out, "second");
}

#define IDS 2000u /* of a turn that SQLite itself commits */

/* Ids that begin with their time: a turn's rows are written into few pages, however many rows there are. */
static void ids_of_one_time_lie_side_by_side(void **state)
{
	struct bench *b = *state;
	struct map views = b->store->ops->views(b->store);
	struct wall now = { 1893456000000 };
	uint8_t key[19] = { 'i' }, seed[HASH_LEN] = { 1 };
	int pages = 0, highest;

	for (unsigned turn = 0; turn < 20; turn++) {
		begin(b->store);
		for (unsigned i = 0; i < IDS; i++, now.ms++) {
			hash_sha256(BYTES_OF(seed), seed);
			memcpy(key + 3, seed, STATEMENT_ID_LEN);
			statement_id_date(key + 3, now);
			assert_int_equal(map_put(&views, BYTES_OF(key), BYTES_LIT("at one place")), ERR_OK);
		}
		(void)sqlite3_db_status(lite(b->store)->db, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 1);
		commit(b->store);
	}
	(void)sqlite3_db_status(lite(b->store)->db, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, 0);
	assert_in_range(pages, 1, IDS / 20);
}

#define ON_EVERY(play)                                                       \
	cmocka_unit_test_setup_teardown(play, memory_setup, bench_teardown), \
		cmocka_unit_test_setup_teardown(play, sqlite_setup, bench_teardown)
#define ON_SQLITE(play) cmocka_unit_test_setup_teardown(play, sqlite_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_EVERY(logs_are_numbered_and_kept),
		ON_EVERY(entries_and_nodes_come_back),
		ON_EVERY(cut_entries_take_their_nodes_along),
		ON_EVERY(getters_append_and_keep_the_bound),
		ON_EVERY(contents_stay_and_are_erased),
		ON_EVERY(a_content_that_is_forgotten_may_come_again),
		ON_EVERY(erased_bytes_leave_the_disk),
		ON_SQLITE(erased_bytes_leave_every_page),
		ON_SQLITE(deleted_bytes_leave_the_disk),
		ON_SQLITE(a_restart_forgets_no_erasure),
		ON_EVERY(notes_are_found_from_both_sides),
		ON_EVERY(cosignatures_are_found_by_party),
		ON_EVERY(attachments_come_in_any_order),
		ON_EVERY(advances_come_and_go),
		ON_EVERY(views_walk_in_order),
		ON_EVERY(walks_go_side_by_side),
		ON_EVERY(rollback_forgets_everything),
		ON_EVERY(what_is_not_committed_is_lost_at_close),
		ON_SQLITE(second_opener_is_refused),
		ON_SQLITE(other_files_are_refused),
		ON_SQLITE(backup_is_a_store),
		ON_SQLITE(backup_goes_on_beside_the_work),
		ON_SQLITE(backup_is_given_up_when_nobody_asks),
		ON_SQLITE(tidy_moves_the_wal_into_the_file),
		ON_SQLITE(ids_of_one_time_lie_side_by_side),
		ON_SQLITE(contents_of_like_hashes_lie_apart),
		ON_SQLITE(contents_of_one_name_are_told_apart),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
