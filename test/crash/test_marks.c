/*
 * The signer's file on a disk that is cut before every change of it, and fails at every call. What is read
 * then is a state that was written, none older than the last sync, and certain only if it is the last.
 */
#include "home/mark_file.h"

#include "base/alloc.h"
#include "base/prng.h"
#include "sys/file.h"
#include "sys/sim_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MARKS "marks"
#define FD 7777
#define LOGS 3u
#define STEPS 24u
#define MOMENTS_MAX 512u

static const char boot_a[CLOCK_BOOT_LEN] = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
static const char boot_b[CLOCK_BOOT_LEN] = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb";

static const char boot_c[CLOCK_BOOT_LEN] = "cccccccc-cccc-cccc-cccc-cccccccccccc";

static struct disk *disk; /* what the file lies on */

/* ---- The linker puts these in the place of the system's (meson.build: --wrap), for this file alone. ---- */

// NOLINTBEGIN(bugprone-reserved-identifier)
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __real_pread64(int fd, void *out, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *out, size_t len, off_t at);
ssize_t __real_pwrite64(int fd, const void *from, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *from, size_t len, off_t at);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_close(int fd);
int __wrap_close(int fd);
bool __wrap_file_exists(const char *path);
enum err __wrap_file_write(const char *path, struct bytes content, unsigned mode);

static int code_of(enum err e)
{
	errno = e == ERR_FULL ? ENOSPC : EIO;
	return e == ERR_OK ? 0 : -1;
}

int __wrap_open64(const char *path, int flags, ...)
{
	if (strcmp(path, MARKS) != 0)
		return __real_open64(path, flags, 0);
	return code_of(disk->ops->open(disk, MARKS)) == 0 ? FD : -1;
}

ssize_t __wrap_pread64(int fd, void *out, size_t len, off_t at)
{
	size_t got = 0;

	if (fd != FD)
		return __real_pread64(fd, out, len, at);
	return code_of(disk->ops->read(disk, MARKS, (uint64_t)at, out, len, &got)) == 0 ? (ssize_t)got : -1;
}

ssize_t __wrap_pwrite64(int fd, const void *from, size_t len, off_t at)
{
	if (fd != FD)
		return __real_pwrite64(fd, from, len, at);
	return code_of(disk->ops->write(disk, MARKS, (uint64_t)at, (struct bytes){ from, len })) == 0
		       ? (ssize_t)len
		       : -1;
}

int __wrap_fdatasync(int fd)
{
	return fd != FD ? __real_fdatasync(fd) : code_of(disk->ops->sync(disk, MARKS));
}

int __wrap_close(int fd)
{
	return fd != FD ? __real_close(fd) : 0;
}

bool __wrap_file_exists(const char *path)
{
	(void)path;
	return disk->ops->exists(disk, MARKS);
}

/* All of it or nothing, and on the disk: file.h; a rename cannot be cut in two. It can fail, as one call. */
enum err __wrap_file_write(const char *path, struct bytes content, unsigned mode)
{
	uint64_t size;
	enum err e;

	(void)path;
	(void)mode;
	if (disk->ops->size(disk, MARKS, &size) == ERR_IO)
		return ERR_IO;
	sim_disk_pause((struct sim_disk *)disk, true);
	e = disk->ops->open(disk, MARKS);
	if (e == ERR_OK)
		e = disk->ops->write(disk, MARKS, 0, content);
	if (e == ERR_OK)
		e = disk->ops->sync(disk, MARKS);
	sim_disk_pause((struct sim_disk *)disk, false);
	return e;
}
// NOLINTEND(bugprone-reserved-identifier)

/* ---- A signer's history: state i has the marks after i moves. ---- */

struct promise {
	uint64_t begun;	   /* the last state whose write has begun */
	uint64_t answered; /* the last state whose write has ended: its signature may be out */
	uint64_t synced;   /* the last state that a sync that ended has made last */
	bool is_settled;   /* the file was said to be a memory */
};

struct history {
	struct mark rows[LOGS], got_rows[LOGS_MAX];
	struct promise now;
	struct prng prng;
	struct mark_file file;
	struct sim_disk *disks[MOMENTS_MAX];
	struct promise promises[MOMENTS_MAX];
	size_t moments;
};

/* The sizes of all logs together are the state's number. */
static void move(struct history *h, size_t log)
{
	struct mark *m = &h->rows[log];

	m->size++;
	memset(m->root, (int)m->size, HASH_LEN);
}

static void history_open(struct history *h, uint64_t seed)
{
	*h = (struct history){ 0 };
	prng_init(&h->prng, seed);
	for (size_t i = 0; i < LOGS; i++)
		h->rows[i].origin =
			(struct origin){ .channel = (uint32_t)i + 1, .party = "alba", .epoch = 1 };
}

static void note_moment(void *self)
{
	struct history *h = self;

	assert_true(h->moments < MOMENTS_MAX);
	h->disks[h->moments] = sim_disk_moment((struct sim_disk *)disk, 1);
	h->promises[h->moments++] = h->now;
}

static enum err open_file(struct history *h, struct marks *m, const char *boot)
{
	struct mark_memory memory;

	return mark_file_open(&h->file, MARKS, boot, m, &memory);
}

/* No log hangs on what a first file does not have: from now on it is a memory. */
static enum err settle_file(struct history *h, const struct marks *m)
{
	enum err e = mark_file_settle(&h->file, m);

	h->now.is_settled |= e == ERR_OK;
	return e;
}

static enum err sync_file(struct history *h)
{
	enum err e = mark_file_sync(&h->file);

	if (e == ERR_OK)
		h->now.synced = h->now.answered;
	return e;
}

static enum err close_and_open(struct history *h, struct marks *m)
{
	struct marks again = { h->got_rows, 0, LOGS_MAX };
	enum err e = mark_file_close(&h->file, m);

	if (e != ERR_OK)
		return e;
	h->now.synced = h->now.answered;
	return open_file(h, &again, boot_a);
}

/* As the signer does: no log is signed for twice without a sync in between. */
static enum err play(struct history *h)
{
	struct marks m = { h->rows, LOGS, LOGS }, none = { h->got_rows, 0, LOGS_MAX };
	bool is_fresh[LOGS] = { false };
	enum err e = open_file(h, &none, boot_a);

	if (e == ERR_OK)
		e = settle_file(h, &none);
	for (size_t i = 0; e == ERR_OK && i < STEPS; i++) {
		size_t log = prng_below(&h->prng, LOGS);
		if (is_fresh[log] || prng_is_one_in(&h->prng, 3)) {
			memset(is_fresh, 0, sizeof is_fresh);
			e = sync_file(h);
		}
		if (e == ERR_OK && prng_is_one_in(&h->prng, 6))
			e = close_and_open(h, &m);
		if (e != ERR_OK)
			break;
		move(h, log);
		is_fresh[log] = true;
		h->now.begun++;
		e = mark_file_write(&h->file, &m);
		if (e == ERR_OK)
			h->now.answered = h->now.begun;
	}
	return e;
}

/* ---- What is read at the next start. ---- */

static uint64_t state_of(const struct marks *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->count; i++)
		sum += m->rows[i].size;
	return sum;
}

static void check_start(struct sim_disk *d, const struct promise *p, const char *boot)
{
	struct mark rows[LOGS_MAX];
	struct marks m = { rows, 0, LOGS_MAX };
	struct mark_memory memory;
	struct mark_file f;
	uint64_t state;

	disk = sim_disk_disk(d);
	assert_int_equal(mark_file_open(&f, MARKS, boot, &m, &memory), ERR_OK);
	state = state_of(&m);
	assert_true(!p->is_settled || memory.has_memory);
	assert_true(state >= p->synced && state <= p->begun);
	assert_true(!memory.is_certain || state >= p->answered);
	/* And it goes on: what is written and synced now stands. */
	m.rows[0] = (struct mark){ .origin = { .channel = 1, .party = "alba", .epoch = 1 }, .size = 1000 };
	m.count = 1;
	assert_int_equal(mark_file_write(&f, &m), ERR_OK);
	assert_int_equal(mark_file_sync(&f), ERR_OK);
	mark_file_drop(&f);
	sim_disk_cut(d, SIM_DISK_LOST, 1);
	m.count = 0;
	assert_int_equal(mark_file_open(&f, MARKS, boot_c, &m, &memory), ERR_OK);
	assert_true(state_of(&m) == 1000);
	mark_file_drop(&f);
}

/* Power goes again before and after what the next start changes, and that is one thing. */
static uint64_t check_again(struct sim_disk *d, const struct promise *p, const char *boot, uint64_t seed)
{
	struct history *again = xcalloc(1, sizeof *again);
	struct marks m = { again->got_rows, 0, LOGS_MAX };
	uint64_t count;

	history_open(again, seed);
	disk = sim_disk_disk(d);
	note_moment(again);
	assert_int_equal(open_file(again, &m, boot), ERR_OK);
	note_moment(again);
	mark_file_drop(&again->file);
	count = again->moments;
	for (size_t i = 0; i < again->moments; i++) {
		sim_disk_cut(again->disks[i], (enum sim_disk_damage)((seed + i) % SIM_DISK_DAMAGE_COUNT),
			     seed);
		check_start(again->disks[i], p, boot_c);
		sim_disk_free(again->disks[i]);
	}
	free(again);
	return count;
}

static void cut_at_every_change(void **state)
{
	uint64_t cuts = 0, again = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct sim_disk *d = sim_disk_new(seed);
		struct history *h = xcalloc(1, sizeof *h);

		history_open(h, seed);
		disk = sim_disk_disk(d);
		sim_disk_watch(d, note_moment, h);
		assert_int_equal(play(h), ERR_OK);
		mark_file_drop(&h->file);
		for (size_t i = 0; i < h->moments; i++) {
			for (int damage = 0; damage < SIM_DISK_DAMAGE_COUNT; damage++, cuts++) {
				struct sim_disk *at = sim_disk_moment(h->disks[i], 1);
				sim_disk_cut(at, (enum sim_disk_damage)damage, seed * 1000 + i);
				struct sim_disk *copy = sim_disk_moment(at, 1);
				again += check_again(copy, &h->promises[i], boot_b, i);
				sim_disk_free(copy);
				check_start(at, &h->promises[i], boot_b);
				sim_disk_free(at);
			}
			/* The process alone is killed: nothing is gone. */
			h->promises[i].synced = h->promises[i].answered;
			check_start(h->disks[i], &h->promises[i], boot_a);
			sim_disk_free(h->disks[i]);
		}
		sim_disk_free(d);
		free(h);
	}
	print_message("# cuts of the signer's file %llu, again at its next start %llu\n",
		      (unsigned long long)cuts, (unsigned long long)again);
	assert_true(cuts > 200 && again > 400);
}

/* Call n fails, once or for ever; the machine goes on, or its power goes, and goes again. */
static void fail_at_every_call(void **state)
{
	uint64_t fired = 0, again = 0;

	(void)state;
	for (uint64_t n = 1, is_done = 0; !is_done; n++) {
		for (int mode = 0; mode < 4; mode++) {
			struct sim_disk *d = sim_disk_new(n);
			struct history *h = xcalloc(1, sizeof *h);
			enum err e;

			history_open(h, 1);
			disk = sim_disk_disk(d);
			sim_disk_fail(d, n, SIM_DISK_ANY, mode % 2 == 1);
			e = play(h);
			is_done = !sim_disk_has_failed(d);
			assert_true(is_done ? e == ERR_OK : e == ERR_IO);
			fired += !is_done;
			mark_file_drop(&h->file);
			sim_disk_fail(d, 0, SIM_DISK_ANY, false);
			/*
			 * Started again on what the kernel shows, which the platter may lack, and cut at
			 * once.
			 */
			if (mode < 2) {
				struct sim_disk *copy = sim_disk_moment(d, 1);
				again += check_again(copy, &h->now, boot_a, n);
				sim_disk_free(copy);
			}
			if (mode >= 2)
				sim_disk_cut(d, (enum sim_disk_damage)(n % SIM_DISK_DAMAGE_COUNT), n);
			/*
			 * Certain of nothing that it did not sync, but of what it answered while the kernel
			 * has it.
			 */
			check_start(d, &h->now, mode >= 2 ? boot_b : boot_a);
			sim_disk_free(d);
			free(h);
		}
	}
	print_message("# failures of the signer's file %llu, cut again at its next start %llu\n",
		      (unsigned long long)fired, (unsigned long long)again);
	assert_true(fired > 150 && again > 150);
}

#ifdef PLANT
#include "base/plant.h"

enum plant plant_chosen = PLANT_MARK_UNSYNCED;
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_change),
		cmocka_unit_test(fail_at_every_call),
	};

#ifdef PLANT
	/* The twin has to fail, in silence. */
	cmocka_set_message_output(CM_OUTPUT_SUBUNIT);
	return cmocka_run_group_tests_name("signer's marks", tests, NULL, NULL) != 0 ? 0 : 1;
#else
	return cmocka_run_group_tests_name("signer's marks", tests, NULL, NULL);
#endif
}
