/* The SQLite store on a disk that loses power, fails and fills up, at every step of a short history. */
#include "record/store.h"

#include "base/log.h"
#include "crypto/hash.h"
#include "record/vfs.h"
#include "sys/sim_disk.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VFS "test-faults"
#define COMMITS 16u
#define LOGS 3u
#define ENTRY_LEN 700u
#define LEAST (100 / STRIDE) /* of each that must have come */

/* What the history is known to have done: commits that returned ERR_OK, and whether one more was under way.
 */
struct model {
	uint64_t acknowledged;
};

/* Entry `commit` of each log; a third of a commit's rows, so that half a commit would show. */
static struct bytes entry_of(uint64_t commit, uint64_t log, uint8_t memory[ENTRY_LEN])
{
	for (size_t i = 0; i < ENTRY_LEN; i++)
		memory[i] = (uint8_t)(commit * 31 + log * 7 + i);
	return (struct bytes){ memory, ENTRY_LEN - (size_t)(commit % 5) };
}

static void hash_at(uint64_t commit, uint64_t log, uint8_t hash[HASH_LEN])
{
	memset(hash, 0xa5, HASH_LEN);
	be64_put(hash, (commit * LOGS + log + 1) * 0x9e3779b97f4a7c15u); /* spread, as hashes are */
}

static enum err log_name(struct store *s, uint64_t log, log_number *out)
{
	struct origin o = { .channel = (uint32_t)log + 1, .party = "kor", .epoch = 1 };

	return s->ops->log_open(s, &o, out);
}

/* One commit: an entry, a content, a note and the head of each log, and the count of commits as a view. */
static enum err write_commit(struct store *s, uint64_t commit)
{
	uint8_t memory[ENTRY_LEN], hash[HASH_LEN], count[8];
	struct map views = s->ops->views(s);
	enum err e = ERR_OK;

	for (uint64_t log = 0; e == ERR_OK && log < LOGS; log++) {
		struct store_log row = {
			.origin = { .channel = (uint32_t)log + 1, .party = "kor", .epoch = 1 },
			.size = commit + 1
		};
		struct bytes entry = entry_of(commit, log, memory);
		log_number n;

		hash_at(commit, log, hash);
		memcpy(row.root, hash, HASH_LEN);
		e = log_name(s, log, &n);
		if (e == ERR_OK)
			e = s->ops->entry_put(s, n, commit, entry, BYTES_OF(hash));
		if (e == ERR_OK)
			e = s->ops->content_put(s, hash, entry);
		if (e == ERR_OK)
			e = s->ops->note_put(s, n, commit + 1, entry);
		if (e == ERR_OK)
			e = s->ops->log_put(s, n, &row);
	}
	be64_put(count, commit + 1);
	return e == ERR_OK ? map_put(&views, BYTES_LIT("commits"), BYTES_OF(count)) : e;
}

/* Goes on from what the store holds until all is written or something fails. */
static enum err play(struct store *s, struct model *m)
{
	while (m->acknowledged < COMMITS) {
		enum err e = s->ops->begin(s);

		if (e != ERR_OK)
			return e;
		e = write_commit(s, m->acknowledged);
		if (e != ERR_OK) {
			s->ops->rollback(s);
			return e;
		}
		e = s->ops->commit(s);
		if (e != ERR_OK)
			return e;
		m->acknowledged++;
		e = s->ops->tidy(s, m->acknowledged % 6 == 0);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* The first `commits` are there to the last byte, and nothing after them is. */
static void check_holds(struct store *s, uint64_t commits)
{
	uint8_t memory[ENTRY_LEN], got[NOTE_LEN_MAX], hash[HASH_LEN], leaf[HASH_LEN];

	for (uint64_t log = 0; log < LOGS; log++) {
		struct store_log row;
		log_number n = 0;
		uint64_t found;

		if (commits == 0 && s->ops->log_next(s, 0, &n) == ERR_NOT_FOUND)
			return;
		assert_int_equal(log_name(s, log, &n), ERR_OK);
		assert_int_equal(s->ops->log_get(s, n, &row), ERR_OK);
		assert_int_equal(row.size, commits);
		for (uint64_t i = 0; i < commits; i++) {
			struct buf out = BUF_ON(got);
			struct bytes want = entry_of(i, log, memory);

			hash_at(i, log, hash);
			assert_int_equal(s->ops->entry_get(s, n, i, &out, NULL), ERR_OK);
			assert_true(bytes_equal(buf_bytes(&out), want));
			assert_int_equal(s->ops->node_get(s, n, 0, i, leaf), ERR_OK);
			assert_memory_equal(leaf, hash, HASH_LEN);
			buf_reset(&out);
			assert_int_equal(s->ops->content_get(s, hash, &out), ERR_OK);
			assert_true(bytes_equal(buf_bytes(&out), want));
			buf_reset(&out);
			assert_int_equal(s->ops->note_get(s, n, i + 1, &found, &out), ERR_OK);
			assert_int_equal(found, i + 1);
		}
		hash_at(commits, log, hash);
		struct buf out = BUF_ON(got);
		assert_int_equal(s->ops->entry_get(s, n, commits, &out, NULL), ERR_NOT_FOUND);
		assert_int_equal(s->ops->content_get(s, hash, &out), ERR_NOT_FOUND);
		assert_int_equal(s->ops->note_above(s, n, commits + 1, &found, &out), ERR_NOT_FOUND);
	}
}

/* What the store holds after a restart: the commit that was under way is whole or absent. */
static enum err resume(struct store *s, struct model *m)
{
	struct map views = s->ops->views(s);
	uint8_t count[8];
	struct buf out = BUF_ON(count);
	enum err e = map_get(&views, BYTES_LIT("commits"), &out);
	uint64_t held = e == ERR_OK ? be64_get(count) : 0;

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	assert_true(held == m->acknowledged || held == m->acknowledged + 1);
	m->acknowledged = held;
	return ERR_OK;
}

static void check_recovered(struct store *s, struct model *m)
{
	assert_int_equal(resume(s, m), ERR_OK);
	check_holds(s, m->acknowledged);
}

/* Plays until the fault stops it; the store is closed as a process that dies leaves it. */
static enum err play_once(struct model *m)
{
	struct store *s;
	enum err e = store_sqlite_open("record", VFS, &s);

	if (e != ERR_OK)
		return e;
	e = resume(s, m);
	if (e == ERR_OK)
		e = play(s, m);
	s->ops->close(s);
	return e;
}

static void reopen_and_finish(struct model *m)
{
	struct store *s;

	assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
	check_recovered(s, m);
	assert_int_equal(play(s, m), ERR_OK);
	check_holds(s, COMMITS);
	s->ops->close(s);
}

/* Fails the n-th change for ever and cuts the power there, for every n until the history ends untouched. */
static void crash_at_every_change(void **state)
{
	uint64_t points = 0, lost = 0, torn = 0, kept = 0;

	(void)state;
	for (uint64_t n = 1, is_done = 0; !is_done; n += STRIDE) {
		for (uint64_t seed = 1; seed <= 3; seed++, points++) {
			struct sim_disk *d = sim_disk_new(seed);
			struct model m = { 0 };
			struct vfs *v;

			assert_int_equal(vfs_new(VFS, sim_disk_disk(d), &v), ERR_OK);
			sim_disk_fail(d, n, SIM_DISK_CHANGES, true);
			is_done = play_once(&m) == ERR_OK;
			sim_disk_crash(d, n * 8 + seed);
			reopen_and_finish(&m);
			lost += sim_disk_counts(d)->lost;
			torn += sim_disk_counts(d)->torn;
			kept += sim_disk_counts(d)->kept;
			vfs_free(v);
			sim_disk_free(d);
		}
	}
	print_message("# crash: %llu points, %llu sectors lost, %llu torn, %llu kept\n",
		      (unsigned long long)points, (unsigned long long)lost, (unsigned long long)torn,
		      (unsigned long long)kept);
	assert_true(points > 400 / STRIDE && lost > LEAST && torn > LEAST && kept > LEAST);
}

/* Fails operation n, reads too, once or for ever; then operation k of the recovery as well. */
static void fail_every_operation(void **state)
{
	uint64_t fired = 0, compound = 0;

	(void)state;
	for (unsigned mode = 0; mode < 3; mode++) {
		for (uint64_t n = 1, is_done = 0; !is_done; n += mode == 2 ? 7 : STRIDE) {
			struct sim_disk *d = sim_disk_new(n);
			struct model m = { 0 };
			struct vfs *v;

			assert_int_equal(vfs_new(VFS, sim_disk_disk(d), &v), ERR_OK);
			sim_disk_fail(d, n, SIM_DISK_ANY, mode == 1);
			if (play_once(&m) == ERR_OK)
				is_done = !sim_disk_has_failed(d);
			fired += sim_disk_has_failed(d);
			sim_disk_crash(d, n * 3 + mode);
			for (uint64_t k = 1; mode == 2 && k <= 40; k += 5) {
				sim_disk_fail(d, k, SIM_DISK_ANY, false);
				(void)!play_once(&m);
				compound += sim_disk_has_failed(d);
				sim_disk_crash(d, n * 100 + k);
			}
			reopen_and_finish(&m);
			vfs_free(v);
			sim_disk_free(d);
		}
	}
	print_message("# failures: %llu, in recovery %llu\n", (unsigned long long)fired,
		      (unsigned long long)compound);
	assert_true(fired > 3 * LEAST && compound > LEAST);
}

/*
 * A sync fails, the process stops and starts again on the same kernel, which still shows what the
 * platter has not: nothing may be built on that, when the power goes later.
 */
static void restart_after_a_failed_operation(void **state)
{
	uint64_t fired = 0;

	(void)state;
	for (uint64_t n = 1, is_done = 0; !is_done; n += STRIDE) {
		for (uint64_t k = 1; k <= 2; k++) {
			struct sim_disk *d = sim_disk_new(n * 4 + k);
			struct model m = { 0 };
			struct vfs *v;

			assert_int_equal(vfs_new(VFS, sim_disk_disk(d), &v), ERR_OK);
			sim_disk_fail(d, n, SIM_DISK_CHANGES, false);
			is_done = play_once(&m) == ERR_OK && !sim_disk_has_failed(d);
			fired += sim_disk_has_failed(d);
			sim_disk_fail(d, k * 9, SIM_DISK_CHANGES, true); /* somewhere on its way */
			(void)!play_once(&m);
			sim_disk_crash(d, n * 5 + k);
			reopen_and_finish(&m);
			vfs_free(v);
			sim_disk_free(d);
		}
	}
	print_message("# restarts: %llu\n", (unsigned long long)fired);
	assert_true(fired > LEAST);
}

/* Full: the commit is refused, nothing of it is there, and with room again the same store goes on. */
static void full_disk_refuses_and_goes_on(void **state)
{
	uint64_t refusals = 0;

	(void)state;
	for (uint64_t room = 0; room < 200000; room += 3500) {
		struct sim_disk *d = sim_disk_new(room);
		struct model m = { 0 };
		struct store *s;
		struct vfs *v;
		enum err e;

		assert_int_equal(vfs_new(VFS, sim_disk_disk(d), &v), ERR_OK);
		assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
		/* What was written ahead is used up first; SQLite's file and WAL then grow until the limit.
		 */
		sim_disk_limit(d, sim_disk_used(d) + room);
		e = play(s, &m);
		assert_true(e == ERR_OK || e == ERR_FULL);
		refusals += e == ERR_FULL;
		check_holds(s, m.acknowledged);
		sim_disk_limit(d, UINT64_MAX);
		assert_int_equal(play(s, &m), ERR_OK);
		check_holds(s, COMMITS);
		s->ops->close(s);
		vfs_free(v);
		sim_disk_free(d);
	}
	print_message("# full: %llu refusals\n", (unsigned long long)refusals);
	assert_true(refusals > 10);
}

/* ---- Turns that are durable ahead of the tables. ---- */

#define REDO "record-redo"
#define REDO_HASH_AT 4u
#define REDO_QUERIES_AT 36u
#define REDO_HEAD_LEN 68u

struct ahead {
	struct sim_disk *disk;
	struct vfs *vfs;
	struct store *store;
	uint8_t redo[64 << 10];
	size_t redo_len;
};

static void ahead_open(struct ahead *a)
{
	a->disk = sim_disk_new(1);
	assert_int_equal(vfs_new(VFS, sim_disk_disk(a->disk), &a->vfs), ERR_OK);
	assert_int_equal(store_sqlite_open("record", VFS, &a->store), ERR_OK);
}

static void ahead_close(struct ahead *a)
{
	a->store->ops->close(a->store);
	vfs_free(a->vfs);
	sim_disk_free(a->disk);
}

/* `count` more turns, none of them drained. */
static void ahead_write(struct ahead *a, uint64_t from, uint64_t count)
{
	for (uint64_t i = from; i < from + count; i++) {
		assert_int_equal(a->store->ops->begin(a->store), ERR_OK);
		assert_int_equal(write_commit(a->store, i), ERR_OK);
		assert_int_equal(a->store->ops->commit(a->store), ERR_OK);
	}
}

/* The process dies and the power with it, at a moment when all is still. */
static void ahead_die(struct ahead *a)
{
	sim_disk_fail(a->disk, 1, SIM_DISK_CHANGES, true);
	a->store->ops->close(a->store);
	sim_disk_crash(a->disk, 7);
}

static void ahead_reopen(struct ahead *a)
{
	assert_int_equal(store_sqlite_open("record", VFS, &a->store), ERR_OK);
}

static void redo_save(struct ahead *a)
{
	struct disk *d = sim_disk_disk(a->disk);

	assert_int_equal(d->ops->read(d, REDO, 0, a->redo, sizeof a->redo, &a->redo_len), ERR_OK);
	assert_true(a->redo_len > REDO_HEAD_LEN);
}

static void redo_put(struct ahead *a)
{
	struct disk *d = sim_disk_disk(a->disk);

	assert_int_equal(d->ops->write(d, REDO, 0, (struct bytes){ a->redo, a->redo_len }), ERR_OK);
	assert_int_equal(d->ops->sync(d, REDO), ERR_OK);
}

static void turns_ahead_come_back(void **state)
{
	struct ahead a;

	(void)state;
	ahead_open(&a);
	ahead_write(&a, 0, 3);
	assert_int_equal(a.store->ops->tidy(a.store, true), ERR_OK);
	ahead_write(&a, 3, 4);
	ahead_die(&a);
	redo_save(&a);
	ahead_reopen(&a);
	check_holds(a.store, 7);
	/* Again before they are drained, and with more behind them. */
	ahead_write(&a, 7, 2);
	ahead_die(&a);
	ahead_reopen(&a);
	check_holds(a.store, 9);
	assert_int_equal(a.store->ops->tidy(a.store, true), ERR_OK);
	check_holds(a.store, 9);
	ahead_close(&a);
}

/* What the tables have already is never run a second time, whatever lies in the file. */
static void older_turns_do_not_follow(void **state)
{
	struct ahead a;

	(void)state;
	ahead_open(&a);
	ahead_write(&a, 0, 3);
	redo_save(&a);
	assert_int_equal(a.store->ops->tidy(a.store, true), ERR_OK);
	ahead_die(&a);
	redo_put(&a);
	ahead_reopen(&a);
	check_holds(a.store, 3);
	/* One new turn over the first of three old ones. */
	ahead_write(&a, 3, 1);
	ahead_die(&a);
	ahead_reopen(&a);
	check_holds(a.store, 4);
	ahead_close(&a);
}

/* Turn n of three has one wrong bit: it is none, nor are those after it; those before it are whole. */
static void break_turn(struct ahead *a, uint64_t n, uint64_t first, uint64_t len)
{
	for (uint64_t bit = 8 * first; bit < 8 * (first + len); bit += 2999) {
		ahead_open(a);
		ahead_write(a, 0, 3);
		ahead_die(a);
		assert_int_equal(sim_disk_flip(a->disk, REDO, bit), ERR_OK);
		ahead_reopen(a);
		check_holds(a->store, n);
		ahead_close(a);
	}
}

static void broken_turns_end_the_file(void **state)
{
	struct ahead a;
	uint64_t first = 0;

	(void)state;
	ahead_open(&a);
	ahead_write(&a, 0, 3);
	redo_save(&a);
	ahead_close(&a);
	for (uint64_t n = 0; n < 3; n++) {
		uint64_t len = REDO_HEAD_LEN + be32_get(a.redo + first);

		break_turn(&a, n, first, len);
		first += len;
	}
}

/* The chain of the first record begins at the file's salt and generation. */
static void redo_hash_again(struct ahead *a)
{
	uint8_t salt[16], number[8] = { 0 }, begin[HASH_LEN], hash[HASH_LEN];
	const struct bytes first[] = { BYTES_OF(salt), BYTES_OF(number) };
	const struct bytes second[] = { BYTES_OF(begin),
					{ a->redo + REDO_QUERIES_AT, HASH_LEN + be32_get(a->redo) } };
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open_v2("record", &db, SQLITE_OPEN_READWRITE, VFS), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT salt, generation FROM redo", -1, &q, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_int_equal(sqlite3_column_bytes(q, 0), sizeof salt);
	memcpy(salt, sqlite3_column_blob(q, 0), sizeof salt);
	be64_put(number, (uint64_t)sqlite3_column_int64(q, 1));
	sqlite3_finalize(q);
	sqlite3_close(db);
	hash_parts(first, 2, begin);
	hash_parts(second, 2, hash);
	memcpy(a->redo + REDO_HASH_AT, hash, HASH_LEN);
}

static void another_versions_turns_are_refused(void **state)
{
	struct ahead a;
	uint8_t hash[HASH_LEN];

	(void)state;
	ahead_open(&a);
	ahead_write(&a, 0, 1);
	ahead_die(&a);
	redo_save(&a);
	memcpy(hash, a.redo + REDO_HASH_AT, HASH_LEN);
	redo_hash_again(&a);
	assert_memory_equal(hash, a.redo + REDO_HASH_AT, HASH_LEN); /* it is hashed as we think */
	a.redo[REDO_QUERIES_AT] ^= 1;
	redo_hash_again(&a);
	redo_put(&a);
	assert_int_equal(store_sqlite_open("record", VFS, &a.store), ERR_REFUSED);
	a.redo[REDO_QUERIES_AT] ^= 1;
	redo_hash_again(&a);
	redo_put(&a);
	ahead_reopen(&a);
	check_holds(a.store, 1);
	ahead_close(&a);
}

/* No room for the tables: the turns stay where they are, readable and durable, until there is some. */
static void full_disk_keeps_what_is_ahead(void **state)
{
	struct disk *d;
	struct ahead a;

	(void)state;
	ahead_open(&a);
	d = sim_disk_disk(a.disk);
	ahead_write(&a, 0, 1);
	assert_int_equal(a.store->ops->tidy(a.store, true), ERR_OK);
	/* it was empty; its zeros were room */
	assert_int_equal(d->ops->truncate(d, "record-wal", 0), ERR_OK);
	sim_disk_limit(a.disk, sim_disk_used(a.disk));
	ahead_write(&a, 1, 5);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(a.store->ops->tidy(a.store, true), ERR_OK);
		check_holds(a.store, 6);
	}
	sim_disk_limit(a.disk, UINT64_MAX);
	assert_int_equal(a.store->ops->tidy(a.store, true), ERR_OK);
	check_holds(a.store, 6);
	ahead_write(&a, 6, 1);
	ahead_die(&a);
	assert_int_equal(d->ops->remove(d, REDO), ERR_OK);
	ahead_reopen(&a);
	check_holds(a.store, 6); /* the tables had them */
	ahead_close(&a);
}

/*
 * What is committed waits in the WAL for a quiet moment. A disk that is full by then cannot take it into the
 * file: the store goes on, and moves it when there is room again.
 */
static void full_disk_at_a_checkpoint(void **state)
{
	struct sim_disk *d = sim_disk_new(1);
	uint64_t commits = 0;
	struct store *s;
	struct vfs *v;

	(void)state;
	assert_int_equal(vfs_new(VFS, sim_disk_disk(d), &v), ERR_OK);
	assert_int_equal(store_sqlite_open("record", VFS, &s), ERR_OK);
	for (; commits < 80; commits++) {
		assert_int_equal(s->ops->begin(s), ERR_OK);
		assert_int_equal(write_commit(s, commits), ERR_OK);
		assert_int_equal(s->ops->commit(s), ERR_OK);
	}
	sim_disk_limit(d, sim_disk_used(d));
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	assert_int_equal(s->ops->begin(s), ERR_OK);
	s->ops->rollback(s);
	check_holds(s, commits);
	sim_disk_limit(d, UINT64_MAX);
	assert_int_equal(s->ops->tidy(s, true), ERR_OK);
	assert_int_equal(s->ops->begin(s), ERR_OK);
	assert_int_equal(write_commit(s, commits++), ERR_OK);
	assert_int_equal(s->ops->commit(s), ERR_OK);
	check_holds(s, commits);
	s->ops->close(s);
	vfs_free(v);
	sim_disk_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crash_at_every_change),
		cmocka_unit_test(fail_every_operation),
		cmocka_unit_test(restart_after_a_failed_operation),
		cmocka_unit_test(full_disk_refuses_and_goes_on),
		cmocka_unit_test(turns_ahead_come_back),
		cmocka_unit_test(older_turns_do_not_follow),
		cmocka_unit_test(broken_turns_end_the_file),
		cmocka_unit_test(another_versions_turns_are_refused),
		cmocka_unit_test(full_disk_keeps_what_is_ahead),
		cmocka_unit_test(full_disk_at_a_checkpoint),
	};

	log_open("test", (enum log_level)0); /* the failures are wanted, their reports are not */
	return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
