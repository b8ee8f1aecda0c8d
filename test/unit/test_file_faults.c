/*
 * Settings, keys, versions of the accord, pins, what a terminal signed: each is a small file that is written
 * by sys/file.h. The n-th call of the system fails, for each n, once and from then on; and the power goes
 * before each call. What stands under the name is the old file or the new one, whole, and the new one once
 * the caller has been told so.
 */
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define OLD "what stood there before"
#define NEW "what comes in its place, and is longer"
#define PIECE 16 /* a write takes no more at once */

/* What the disk has of the one file: bytes and a name are there once they were synced, each by itself. */
static struct {
	bool is_counting, is_for_ever;
	unsigned fail_in, calls;
	bool has_failed;
	size_t written, synced; /* bytes of the new file */
	int fd;			/* it */
	bool is_named;		/* in memory */
	bool is_named_early;	/* before all of its bytes were on the disk */
	bool has_name;		/* on the disk */
	bool is_folder_open;
} disk;

static bool fails(void)
{
	if (!disk.is_counting)
		return false;
	disk.calls++;
	if (disk.has_failed && disk.is_for_ever)
		return true;
	if (disk.fail_in == 0 || --disk.fail_in > 0)
		return false;
	return disk.has_failed = true;
}

static int failed(void)
{
	errno = EIO;
	return -1;
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *from, size_t len);
ssize_t __wrap_write(int fd, const void *from, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

int __wrap_open64(const char *path, int flags, ...)
{
	int fd;

	if (fails())
		return failed();
	fd = __real_open64(path, flags, 0600);
	if ((flags & O_CREAT) != 0)
		disk.fd = fd;
	disk.is_folder_open = (flags & O_DIRECTORY) != 0;
	return fd;
}

ssize_t __wrap_write(int fd, const void *from, size_t len)
{
	ssize_t put;

	if (!disk.is_counting)
		return __real_write(fd, from, len);
	if (fails())
		return failed();
	put = __real_write(fd, from, len > PIECE ? PIECE : len);
	disk.written += put > 0 ? (size_t)put : 0;
	return put;
}

int __wrap_fsync(int fd)
{
	if (fails())
		return failed();
	if (disk.is_folder_open)
		disk.has_name = disk.is_named;
	else if (fd == disk.fd)
		disk.synced = disk.written;
	return __real_fsync(fd);
}

static int named(int e)
{
	disk.is_named = e == 0;
	disk.is_named_early = e == 0 && disk.synced < strlen(NEW);
	return e;
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? failed() : named(__real_rename(from, to));
}

int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return fails() ? failed() : named(__real_renameat2(from_dir, from, to_dir, to, flags));
}

int __wrap_unlink(const char *path)
{
	return fails() ? failed() : __real_unlink(path);
}
// NOLINTEND(bugprone-reserved-identifier)

struct scratch {
	char dir[64], path[96];
};

static int scratch_make(void **state)
{
	struct scratch *s = calloc(1, sizeof *s);

	if (s == NULL)
		return -1;
	memcpy(s->dir, "/tmp/entente-file-XXXXXX", 25);
	if (mkdtemp(s->dir) == NULL)
		return -1;
	snprintf(s->path, sizeof s->path, "%s/key", s->dir);
	*state = s;
	return 0;
}

static int scratch_drop(void **state)
{
	struct scratch *s = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", s->dir);
	if (system(command) != 0)
		return -1;
	free(s);
	return 0;
}

static bool holds(const char *path, const char *want)
{
	uint8_t memory[128];
	struct buf text = BUF_ON(memory);

	return file_read(path, &text) == ERR_OK && bytes_equal(buf_bytes(&text), bytes_str(want));
}

typedef enum err write_file(const char *path, struct bytes content, unsigned mode);

/* Whether the fault has fired. */
static bool one(const struct scratch *s, write_file *write_it, unsigned n, bool is_for_ever)
{
	bool is_over = write_it == file_write, has_failed;
	int why;
	enum err e;

	(void)unlink(s->path);
	if (is_over)
		assert_int_equal(file_write(s->path, bytes_str(OLD), 0600), ERR_OK);
	memset(&disk, 0, sizeof disk);
	disk.is_counting = true;
	disk.fail_in = n;
	disk.is_for_ever = is_for_ever;
	e = write_it(s->path, bytes_str(NEW), 0600);
	why = errno;
	disk.is_counting = false;
	has_failed = disk.has_failed;
	/* A cut at any moment finds one of the two: its bytes were there before its name could be. */
	assert_false(disk.is_named_early);
	if (e == ERR_OK) {
		assert_true(disk.synced == strlen(NEW) && disk.has_name);
		assert_true(holds(s->path, NEW));
	} else {
		assert_true(has_failed && e == ERR_IO && why == EIO);
		assert_true(holds(s->path, disk.is_named ? NEW : OLD) ||
			    (!is_over && !disk.is_named && !file_exists(s->path)));
	}
	file_sweep_parts(s->dir, 0);
	return has_failed;
}

static void whole_or_not(void **state)
{
	static write_file *const ways[] = { file_write, file_write_new };
	const struct scratch *s = *state;

	for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
		for (int is_for_ever = 0; is_for_ever < 2; is_for_ever++) {
			unsigned n = 1;
			while (one(s, ways[i], n, is_for_ever != 0))
				n++;
			assert_true(n > 8); /* open, three writes, sync, rename, the folder's open and sync */
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_or_not, scratch_make, scratch_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
