/* The edges of the contract: numbers that no log has, buffers without room, hashes alike, files of others. */
#include "base/alloc.h"
#include "record/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define BEYOND (1ull << 60) /* any index that a row has */

struct bench {
	struct store *store;
	char folder[64], path[96]; /* empty: in memory */
	log_number log;
};

static struct origin origin_at(uint32_t channel)
{
	struct origin o = { .channel = channel, .party = "kor", .epoch = 1 };

	memset(o.accord, 0x78, sizeof o.accord);
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

static void log_make(struct bench *b)
{
	struct origin o = origin_at(7);

	begin(b->store);
	assert_int_equal(b->store->ops->log_open(b->store, &o, &b->log), ERR_OK);
	commit(b->store);
}

static int memory_setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof *b);

	b->store = store_mem_new();
	log_make(b);
	*state = b;
	return 0;
}

static int sqlite_setup(void **state)
{
	struct bench *b = xcalloc(1, sizeof *b);

	snprintf(b->folder, sizeof b->folder, "/tmp/entente-edges-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof b->path, "%s/record", b->folder);
	assert_int_equal(store_sqlite_open(b->path, NULL, &b->store), ERR_OK);
	log_make(b);
	*state = b;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *b = *state;
	char command[96];

	if (b->store != NULL)
		b->store->ops->close(b->store);
	snprintf(command, sizeof command, "rm -r %s", b->folder);
	assert_int_equal(b->folder[0] == '\0' ? 0 : system(command), 0);
	free(b);
	return 0;
}

/* ---- Numbers. ---- */

static enum err entry_far(struct store *s, log_number n)
{
	return s->ops->entry_put(s, n, BEYOND, BYTES_LIT("x"), BYTES_LIT(""));
}

static enum err note_far(struct store *s, log_number n)
{
	return s->ops->note_put(s, n, BEYOND, BYTES_LIT("note"));
}

static enum err line_far(struct store *s, log_number n)
{
	return s->ops->cosignature_put(s, n, BEYOND, BYTES_LIT("usa"), BYTES_LIT("line"));
}

static enum err attachment_far(struct store *s, log_number n)
{
	static const uint8_t hash[HASH_LEN] = { 1 };

	(void)n;
	return s->ops->attachment_put(s, hash, ATTACHMENT_LEN_MAX + 1, 0, BYTES_LIT("x"));
}

/* What would be another log's row is not written, and fails its turn; read, it is not there. */
static void what_no_log_has(void **state)
{
	static const struct {
		enum err (*put)(struct store *s, log_number n);
		enum err want, commit;
	} rows[] = {
		{ entry_far, ERR_LIMIT, ERR_LIMIT },
		{ note_far, ERR_LIMIT, ERR_LIMIT },
		{ line_far, ERR_LIMIT, ERR_LIMIT },
		{ attachment_far, ERR_USAGE, ERR_OK }, /* nothing of it was begun */
	};
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t memory[64], hash[HASH_LEN];
	struct buf out = BUF_ON(memory);
	uint64_t found;

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		begin(s);
		assert_int_equal(rows[i].put(s, b->log), rows[i].want);
		assert_int_equal(s->ops->commit(s), rows[i].commit);
	}
	begin(s);
	assert_int_equal(s->ops->entry_cut(s, b->log, BEYOND), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->entry_get(s, b->log, BEYOND, &out, NULL), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, b->log, 0, BEYOND, hash), ERR_NOT_FOUND);
	assert_int_equal(s->ops->node_get(s, b->log, 63, 0, hash), ERR_NOT_FOUND);
	assert_int_equal(s->ops->note_above(s, b->log, BEYOND, &found, &out), ERR_NOT_FOUND);
	assert_int_equal(s->ops->cosignature_above(s, b->log, BEYOND, BYTES_LIT("usa"), &found, &out),
			 ERR_NOT_FOUND);
	assert_int_equal(out.len, 0);
}

static void behind_the_last(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	log_number n = 0;

	assert_int_equal(s->ops->log_next(s, 0, &n), ERR_OK);
	assert_int_equal(n, b->log);
	assert_int_equal(s->ops->log_next(s, n, &n), ERR_NOT_FOUND);
	assert_int_equal(s->ops->log_next(s, UINT32_MAX, &n), ERR_NOT_FOUND);
}

/* ---- Contents. ---- */

static void check_content(struct store *s, const uint8_t hash[HASH_LEN], const char *want)
{
	uint8_t memory[64];
	struct buf out = BUF_ON(memory);

	assert_int_equal(s->ops->content_get(s, hash, &out), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&out), bytes_str(want)));
}

/* Renewed is what is held, and what is not; what was erased stays so, and nothing is a content too. */
static void renewed_contents(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hashes[4][HASH_LEN] = { { 1 }, { 2 }, { 3 }, { 4 } }, memory[64];
	struct buf out = BUF_ON(memory);

	begin(s);
	assert_int_equal(s->ops->content_put(s, hashes[0], BYTES_LIT("rotten")), ERR_OK);
	assert_int_equal(s->ops->content_erase(s, hashes[1], BYTES_LIT("eraser")), ERR_OK);
	assert_int_equal(s->ops->content_put(s, hashes[3], (struct bytes){ NULL, 0 }), ERR_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(s->ops->content_renew(s, hashes[i], BYTES_LIT("sound")), ERR_OK);
	commit(s);
	check_content(s, hashes[0], "sound");
	assert_int_equal(s->ops->content_get(s, hashes[1], &out), ERR_REFUSED);
	check_content(s, hashes[2], "sound");
	check_content(s, hashes[3], "");
}

/* Hashes that begin alike, the largest too: each finds its own. */
static void hashes_alike(void **state)
{
	static const char *const texts[] = { "one", "two", "three" };
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hash[HASH_LEN];

	for (int fill = 0; fill < 2; fill++) {
		memset(hash, fill == 0 ? 0 : 0xff, sizeof hash);
		begin(s);
		for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
			hash[HASH_LEN - 1] = (uint8_t)i;
			assert_int_equal(s->ops->content_put(s, hash, bytes_str(texts[i])), ERR_OK);
		}
		commit(s);
		for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
			hash[HASH_LEN - 1] = (uint8_t)i;
			check_content(s, hash, texts[i]);
		}
	}
}

/* ---- Room. ---- */

static void no_room(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	struct map views = s->ops->views(s);
	uint8_t hash[HASH_LEN] = { 5 }, memory[64], hash_memory[HASH_LEN];
	struct buf entry, hashes;

	begin(s);
	assert_int_equal(s->ops->entry_put(s, b->log, 0, BYTES_LIT("entry"), BYTES_OF(hash)), ERR_OK);
	assert_int_equal(map_put(&views, BYTES_LIT("key"), BYTES_LIT("value")), ERR_OK);
	commit(s);
	for (size_t room = 0; room <= 5; room++) {
		entry = (struct buf){ memory, 0, room, false };
		hashes = BUF_ON(hash_memory);
		assert_int_equal(s->ops->entry_get(s, b->log, 0, &entry, &hashes),
				 room < 5 ? ERR_LIMIT : ERR_OK);
	}
	for (size_t room = 0; room <= HASH_LEN; room += HASH_LEN / 2) {
		entry = BUF_ON(memory);
		hashes = (struct buf){ hash_memory, 0, room, false };
		assert_int_equal(s->ops->entry_get(s, b->log, 0, &entry, &hashes),
				 room < HASH_LEN ? ERR_LIMIT : ERR_OK);
	}
	for (size_t room = 0; room <= 3; room++) {
		struct buf key = { memory, 0, room, false };
		assert_int_equal(map_next(&views, BYTES_LIT("k"), (struct bytes){ NULL, 0 }, &key, NULL),
				 room < 3 ? ERR_LIMIT : ERR_OK);
	}
}

/* An entry without the hashes that it finishes is read; its nodes are not there. */
static void no_hashes(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t hash[HASH_LEN] = { 5 };

	begin(s);
	assert_int_equal(s->ops->entry_put(s, b->log, 0, BYTES_LIT("a"), BYTES_LIT("")), ERR_OK);
	assert_int_equal(s->ops->entry_put(s, b->log, 1, BYTES_LIT("b"), BYTES_OF(hash)), ERR_OK);
	commit(s);
	assert_int_equal(s->ops->node_get(s, b->log, 0, 0, hash), ERR_CORRUPT);
	assert_int_equal(s->ops->node_get(s, b->log, 0, 1, hash), ERR_OK);
	assert_int_equal(s->ops->node_get(s, b->log, 1, 0, hash), ERR_CORRUPT);
}

static void none_is_forgotten(void **state)
{
	struct bench *b = *state;
	struct store *s = b->store;
	uint8_t memory[64], hash[HASH_LEN] = { 9 };
	struct buf out = BUF_ON(memory);
	uint64_t found;

	begin(s);
	assert_int_equal(s->ops->note_put(s, b->log, 3, BYTES_LIT("note")), ERR_OK);
	assert_int_equal(s->ops->cosignature_put(s, b->log, 3, BYTES_LIT("usa"), BYTES_LIT("line")), ERR_OK);
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(s->ops->note_del(s, b->log, 3), ERR_OK);
		assert_int_equal(s->ops->cosignature_del(s, b->log, 3, BYTES_LIT("usa")), ERR_OK);
		assert_int_equal(s->ops->content_forget(s, hash), ERR_OK);
	}
	commit(s);
	assert_int_equal(s->ops->note_get(s, b->log, 9, &found, &out), ERR_NOT_FOUND);
	assert_int_equal(s->ops->cosignature_last(s, b->log, BYTES_LIT("usa"), &found, &out), ERR_NOT_FOUND);
}

static void all_rows_are_walked(void **state)
{
	static const char *const keys[] = { "a", "b", "ba" };
	struct bench *b = *state;
	struct store *s = b->store;
	struct map views = s->ops->views(s);
	uint8_t memory[64];
	struct buf key = BUF_ON(memory);

	begin(s);
	for (size_t i = ARRAY_COUNT(keys); i > 0; i--)
		assert_int_equal(map_put(&views, bytes_str(keys[i - 1]), BYTES_LIT("value")), ERR_OK);
	commit(s);
	for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
		assert_int_equal(s->ops->views_walk(s, i == 0, &key), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&key), bytes_str(keys[i])));
	}
	assert_int_equal(s->ops->views_walk(s, false, &key), ERR_NOT_FOUND);
}

/* ---- Files. ---- */

static void write_at(const char *path, off_t at, struct bytes bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes.ptr, bytes.len, at), bytes.len);
	assert_int_equal(close(fd), 0);
}

/* Of the file's head (sqlite.org/fileformat2.html section 1.3): the version, and whose file it is. */
static void whose_file_it_is(void **state)
{
	static const struct {
		const char *why;
		off_t at;
	} rows[] = { { "another version", 63 }, { "another program", 71 } };
	struct bench *b = *state;
	struct store *none = NULL;
	char path[128], other[160];
	uint64_t done, total;

	/* A copy is whole in its one file. */
	snprintf(path, sizeof path, "%s/copy", b->folder);
	assert_int_equal(b->store->ops->backup(b->store, path, &done, &total), ERR_OK);
	assert_int_equal(store_sqlite_look(path), ERR_OK);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t was, is;
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		print_message("# %s\n", rows[i].why);
		assert_int_equal(pread(fd, &was, 1, rows[i].at), 1);
		close(fd);
		is = was ^ 1;
		write_at(path, rows[i].at, (struct bytes){ &is, 1 });
		assert_int_equal(store_sqlite_look(path), ERR_REFUSED);
		assert_int_equal(store_sqlite_open(path, NULL, &none), ERR_REFUSED);
		assert_null(none);
		write_at(path, rows[i].at, (struct bytes){ &was, 1 });
	}
	assert_int_equal(store_sqlite_look(path), ERR_OK);
	write_at(path, 0, BYTES_LIT("sqlite"));
	assert_int_equal(store_sqlite_look(path), ERR_REFUSED);
	snprintf(other, sizeof other, "%s/short", b->folder);
	write_at(other, 0, BYTES_LIT("SQLite format 3"));
	assert_int_equal(store_sqlite_look(other), ERR_REFUSED);
	/* Not there, not below a file, not to be looked at: a folder, a name in a circle. */
	assert_int_equal(store_sqlite_look("/tmp/entente-edges-none"), ERR_NOT_FOUND);
	snprintf(other, sizeof other, "%s/below", path);
	assert_int_equal(store_sqlite_look(other), ERR_NOT_FOUND);
	assert_int_equal(store_sqlite_look(b->folder), ERR_IO);
	snprintf(other, sizeof other, "%s/circle", b->folder);
	assert_int_equal(symlink(other, other), 0);
	assert_int_equal(store_sqlite_look(other), ERR_IO);
}

#define ON_BOTH(play)                                                        \
	cmocka_unit_test_setup_teardown(play, memory_setup, bench_teardown), \
		cmocka_unit_test_setup_teardown(play, sqlite_setup, bench_teardown)
#define ON_SQLITE(play) cmocka_unit_test_setup_teardown(play, sqlite_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SQLITE(what_no_log_has),
		ON_BOTH(behind_the_last),
		ON_BOTH(renewed_contents),
		ON_BOTH(hashes_alike),
		ON_BOTH(no_room),
		ON_SQLITE(no_hashes),
		ON_BOTH(none_is_forgotten),
		ON_BOTH(all_rows_are_walked),
		ON_SQLITE(whose_file_it_is),
	};

	return cmocka_run_group_tests_name("store_edges", tests, NULL, NULL);
}
