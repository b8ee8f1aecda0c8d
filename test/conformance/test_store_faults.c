/* The SQLite store on a disk that loses power, fails and fills up, at every step of a short history. */
#include "record/store.h"

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

#define VFS "test-faults"
#define COMMITS 16u
#define LOGS 3u
#define ENTRY_LEN 700u

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
		e = s->ops->tidy(s, m->acknowledged % 6 == 0 ? STORE_TIDY_IDLE_US : 1000);
		if (e != ERR_OK && e != ERR_SHORT)
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
	for (uint64_t n = 1, is_done = 0; !is_done; n++) {
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
	assert_true(points > 400 && lost > 100 && torn > 100 && kept > 100);
}

/* Fails operation n, reads too, once or for ever; then operation k of the recovery as well. */
static void fail_every_operation(void **state)
{
	uint64_t fired = 0, compound = 0;

	(void)state;
	for (unsigned mode = 0; mode < 3; mode++) {
		for (uint64_t n = 1, is_done = 0; !is_done; n += mode == 2 ? 7 : 1) {
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
	assert_true(fired > 300 && compound > 100);
}

/*
 * A sync fails, the process stops and starts again on the same kernel, which still shows what the
 * platter has not: nothing may be built on that, when the power goes later.
 */
static void restart_after_a_failed_operation(void **state)
{
	uint64_t fired = 0;

	(void)state;
	for (uint64_t n = 1, is_done = 0; !is_done; n++) {
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
	assert_true(fired > 100);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crash_at_every_change),
		cmocka_unit_test(fail_every_operation),
		cmocka_unit_test(restart_after_a_failed_operation),
		cmocka_unit_test(full_disk_refuses_and_goes_on),
	};

	log_open("test", (enum log_level)0); /* the failures are wanted, their reports are not */
	return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
