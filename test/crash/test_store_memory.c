/*
 * Every write of the store, with its n-th allocation failing, for each n until it passes: a turn is whole or
 * nothing of it is there, and what was said to be written is. No query but the one at hand was prepared
 * before.
 */
#include "gate.h"
#include "memory.h"

#include "base/log.h"
#include "record/store.h"
#include "record/vfs.h"
#include "sys/sim_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VFS "test-memory"
#define OLD BYTES_LIT("what was there before")
#define NEW BYTES_LIT("what is written now")

static const uint8_t hash_of_old[HASH_LEN] = { 1 }, hash_of_new[HASH_LEN] = { 2 };
static const uint8_t id_of_old[STATEMENT_ID_LEN] = { 1 };

static enum err open_log(struct store *s, log_number *log)
{
	struct origin o = { .channel = 1, .party = "alba", .epoch = 1 };

	return s->ops->log_open(s, &o, log);
}

/* What each write finds. */
static enum err fill(struct store *s)
{
	log_number log;
	enum err e = open_log(s, &log);

	if (e == ERR_OK)
		e = s->ops->entry_put(s, log, 0, OLD, BYTES_OF(hash_of_old));
	if (e == ERR_OK)
		e = s->ops->content_put(s, hash_of_old, OLD);
	if (e == ERR_OK)
		e = s->ops->attachment_put(s, hash_of_old, OLD.len, 0, OLD);
	return e == ERR_OK ? s->ops->advance_put(s, id_of_old, OLD) : e;
}

static enum err erase_content(struct store *s)
{
	return s->ops->content_erase(s, hash_of_old, NEW);
}

static bool is_erased(struct store *s)
{
	struct buf none = { 0 };

	return s->ops->content_get(s, hash_of_old, &none) == ERR_REFUSED;
}

static enum err put_content(struct store *s)
{
	return s->ops->content_put(s, hash_of_new, NEW);
}

static bool has_content(struct store *s)
{
	struct buf none = { 0 };

	return s->ops->content_get(s, hash_of_new, &none) == ERR_LIMIT;
}

static enum err del_attachment(struct store *s)
{
	return s->ops->attachment_del(s, hash_of_old);
}

static bool has_no_attachment(struct store *s)
{
	uint64_t held, total;

	return s->ops->attachment_held(s, hash_of_old, &held, &total) == ERR_OK && total == 0;
}

static enum err del_advance(struct store *s)
{
	return s->ops->advance_del(s, id_of_old);
}

static bool has_no_advance(struct store *s)
{
	struct buf none = { 0 };

	return s->ops->advance_get(s, id_of_old, &none) == ERR_NOT_FOUND;
}

static enum err put_entry(struct store *s)
{
	log_number log;
	enum err e = open_log(s, &log);

	return e == ERR_OK ? s->ops->entry_put(s, log, 1, NEW, BYTES_OF(hash_of_new)) : e;
}

static bool has_entry(struct store *s)
{
	log_number log;
	struct buf none = { 0 };

	return open_log(s, &log) == ERR_OK && s->ops->entry_get(s, log, 1, &none, NULL) == ERR_LIMIT;
}

static enum err put_note(struct store *s)
{
	log_number log;
	enum err e = open_log(s, &log);

	return e == ERR_OK ? s->ops->note_put(s, log, 7, NEW) : e;
}

static bool has_note(struct store *s)
{
	log_number log;
	struct buf none = { 0 };
	uint64_t found;

	return open_log(s, &log) == ERR_OK && s->ops->note_get(s, log, 7, &found, &none) == ERR_LIMIT;
}

static enum err put_view(struct store *s)
{
	struct map views = s->ops->views(s);

	return map_put(&views, BYTES_LIT("key"), NEW);
}

static bool has_view(struct store *s)
{
	struct map views = s->ops->views(s);

	return map_get(&views, BYTES_LIT("key"), NULL) == ERR_OK;
}

static const struct {
	const char *what;
	enum err (*write)(struct store *s);
	bool (*is_done)(struct store *s);
} writes[] = {
	{ "erase a content", erase_content, is_erased },
	{ "put a content", put_content, has_content },
	{ "delete an attachment", del_attachment, has_no_attachment },
	{ "delete an advance copy", del_advance, has_no_advance },
	{ "put an entry", put_entry, has_entry },
	{ "put a note", put_note, has_note },
	{ "put a row of a view", put_view, has_view },
};

/* Two writes in one turn, the first with a failing allocation; whoever calls goes on, as he should not. */
static bool try_turn(struct sim_disk *d, size_t row, size_t second, uint64_t n)
{
	struct store *s;
	bool has_failed;
	enum err e;

	assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
	assert_int_equal(s->ops->begin(s), ERR_OK);
	memory = (struct memory){ .fail_in = n, .is_counting = true };
	assert_int_equal(setjmp(memory.out), 0);
	e = writes[row].write(s);
	memory.is_counting = false;
	has_failed = memory.has_failed;
	(void)!writes[second].write(s);
	assert_true(e == ERR_OK || has_failed);
	if (s->ops->commit(s) == ERR_OK) {
		assert_int_equal(e, ERR_OK);
		assert_true(writes[row].is_done(s) && writes[second].is_done(s));
		s->ops->close(s);
		sim_disk_cut(d, SIM_DISK_LOST, 1);
		assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
		assert_true(writes[row].is_done(s) && writes[second].is_done(s));
		s->ops->close(s);
		return has_failed;
	}
	s->ops->close(s);
	sim_disk_cut(d, SIM_DISK_LOST, 1);
	assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
	assert_false(writes[row].is_done(s));
	assert_false(writes[second].is_done(s));
	s->ops->close(s);
	return has_failed;
}

static void every_write(void **state)
{
	struct sim_disk *filled = sim_disk_new(1);
	uint64_t fired = 0;
	struct gate gate;
	struct store *s;
	struct vfs *v;

	(void)state;
	assert_int_equal(vfs_new(VFS, sim_disk_disk(filled), &v), ERR_OK);
	assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
	assert_int_equal(s->ops->begin(s), ERR_OK);
	assert_int_equal(fill(s), ERR_OK);
	assert_int_equal(s->ops->commit(s), ERR_OK);
	s->ops->close(s);
	for (size_t row = 0; row < ARRAY_COUNT(writes); row++) {
		bool has_failed = true;
		for (uint64_t n = 1; has_failed; n++, fired++) {
			struct sim_disk *d = sim_disk_copy(filled, n);
			gate_init(&gate, sim_disk_disk(d));
			vfs_set_disk(v, &gate.disk);
			has_failed = try_turn(d, row, (row + 1) % ARRAY_COUNT(writes), n);
			sim_disk_free(d);
		}
	}
	print_message("# allocations that failed in a write: %llu\n", (unsigned long long)fired);
	assert_true(fired > 100);
	vfs_free(v);
	sim_disk_free(filled);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_write) };

	memory_configure();
	log_open("test", (enum log_level)0);
	return cmocka_run_group_tests_name("store without memory", tests, NULL, NULL);
}
