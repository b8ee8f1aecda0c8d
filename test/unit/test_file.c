/* Small files: what stands under a name is never written into, followed, or written over unasked. */
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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct scratch {
	char dir[64], path[96], other[96];
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
	snprintf(s->other, sizeof s->other, "%s/other", s->dir);
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

static void assert_holds(const char *path, const char *want)
{
	uint8_t memory[64];
	struct buf text = BUF_ON(memory);

	assert_int_equal(file_read(path, &text), ERR_OK);
	assert_int_equal(text.len, strlen(want));
	assert_memory_equal(memory, want, text.len);
}

/* Two of one file are two files, nobody else's, that are nobody's to guess. */
static void parts(void **state)
{
	const struct scratch *s = *state;
	char a[FILE_PATH_MAX], b[FILE_PATH_MAX], long_name[FILE_PATH_MAX];
	struct stat there;
	int x, y;

	assert_int_equal(file_part(s->path, 0600, a, &x), ERR_OK);
	assert_int_equal(file_part(s->path, 0600, b, &y), ERR_OK);
	assert_string_not_equal(a, b);
	assert_int_equal(strncmp(a, s->path, strlen(s->path)), 0);
	assert_int_equal(fstat(x, &there), 0);
	assert_int_equal(there.st_mode & 0777, 0600);
	assert_int_equal(file_place(a, s->path), ERR_OK);
	assert_int_equal(file_place_new(b, s->path), ERR_EXISTS);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(file_place_new(b, s->other), ERR_OK);
	close(x);
	close(y);
	memset(long_name, 'a', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	assert_int_equal(file_part(long_name, 0600, a, &x), ERR_LIMIT);
	assert_int_equal(file_part("/nowhere/at/all", 0600, a, &x), ERR_IO);
}

/* Whoever may write into the folder leaves a file or a link where an older release put its unfinished one. */
static void what_others_left(void **state)
{
	static const char *const names[] = { "key.new", "key.part" };
	const struct scratch *s = *state;

	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		char left[96];
		int fd;
		snprintf(left, sizeof left, "%s/%s", s->dir, names[i]);
		fd = open(left, O_RDWR | O_CREAT, 0666);
		assert_true(fd >= 0);
		assert_int_equal(file_write(s->path, BYTES_LIT("secret"), 0600), ERR_OK);
		assert_int_equal(lseek(fd, 0, SEEK_END), 0); /* nothing of it went through his door */
		close(fd);
		assert_int_equal(unlink(left), 0);
	}
	assert_holds(s->path, "secret");
}

static void never_over_another(void **state)
{
	const struct scratch *s = *state;

	assert_int_equal(file_write_new(s->path, BYTES_LIT("first"), 0600), ERR_OK);
	assert_int_equal(file_write_new(s->path, BYTES_LIT("second"), 0600), ERR_EXISTS);
	assert_holds(s->path, "first");
	assert_int_equal(file_write(s->path, BYTES_LIT("third"), 0600), ERR_OK);
	assert_holds(s->path, "third");
	/* A link is a name too, wherever it leads. */
	assert_int_equal(symlink("/nowhere/at/all", s->other), 0);
	assert_int_equal(file_write_new(s->other, BYTES_LIT("fourth"), 0600), ERR_EXISTS);
}

/* A folder of files alone: what is something else there is told, and nothing of it is followed. */
static void lists(void **state)
{
	static const struct {
		const char *why;
		mode_t special; /* 0: a link */
	} rows[] = { { "a link", 0 }, { "a pipe", S_IFIFO | 0600 } };
	const struct scratch *s = *state;
	uint8_t memory[64];
	struct bytes names[4];
	struct arena arena;
	size_t count;
	char below[128];

	snprintf(below, sizeof below, "%s/folder", s->dir);
	assert_int_equal(file_make_dir(below), ERR_OK);
	assert_int_equal(file_make_dir(below), ERR_OK);
	snprintf(below, sizeof below, "%s/folder/b", s->dir);
	assert_int_equal(file_write(below, BYTES_LIT("b"), 0600), ERR_OK);
	assert_int_equal(file_write(s->path, BYTES_LIT("a"), 0600), ERR_OK);
	assert_int_equal(file_make_dir(s->path), ERR_IO); /* it is a file */
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(file_list(s->dir, &arena, names, ARRAY_COUNT(names), &count), ERR_OK);
	assert_int_equal(count, 2);
	assert_true(bytes_equal(names[0], BYTES_LIT("folder/b")));
	assert_true(bytes_equal(names[1], BYTES_LIT("key")));
	arena_init(&arena, memory, 4);
	assert_int_equal(file_list(s->dir, &arena, names, ARRAY_COUNT(names), &count), ERR_LIMIT);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		arena_init(&arena, memory, sizeof memory);
		if (rows[i].special == 0)
			assert_int_equal(symlink(s->path, s->other), 0);
		else
			assert_int_equal(mknod(s->other, rows[i].special, 0), 0);
		if (file_list(s->dir, &arena, names, ARRAY_COUNT(names), &count) != ERR_USAGE)
			fail_msg("%s", rows[i].why);
		assert_int_equal(file_remove(s->other), ERR_OK);
	}
}

/* Names without a folder lie in this one, and those of the root in the root. */
static void names_and_folders(void **state)
{
	const struct scratch *s = *state;
	uint8_t memory[2];
	struct buf small = BUF_ON(memory);
	char here[FILE_PATH_MAX];

	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(s->dir), 0);
	assert_int_equal(file_write("key", BYTES_LIT("abc"), 0600), ERR_OK);
	assert_int_equal(chdir(here), 0);
	assert_holds(s->path, "abc");
	/* Nothing of the root is there to be moved: it is asked in the right folder all the same. */
	assert_int_equal(file_place("/nowhere-at-all", "/nowhere-either"), ERR_IO);
	assert_int_equal(file_read(s->path, &small), ERR_LIMIT);
	buf_init(&small, memory, 0);
	assert_int_equal(file_read(s->path, &small), ERR_LIMIT);
	assert_int_equal(file_touch(s->path), ERR_OK);
	assert_int_equal(file_touch(s->other), ERR_OK);
	assert_int_equal(file_reserve(s->other, 0), ERR_OK);
	assert_int_equal(file_reserve(s->other, 100), ERR_OK);
	assert_int_equal(file_remove(s->other), ERR_OK);
	assert_int_equal(file_remove(s->other), ERR_OK);
	assert_int_equal(file_remove(s->dir), ERR_IO);
	assert_null(file_open(s->dir));
	assert_int_equal(errno, EISDIR);
	/* A name that is no file's, however it is to be used. */
	memset(here, 'n', sizeof here);
	here[sizeof here - 1] = '\0';
	assert_int_equal(file_write(here, BYTES_LIT("abc"), 0600), ERR_LIMIT);
	assert_int_equal(file_path(here, s->path, here), ERR_LIMIT);
	assert_int_equal(file_room("/nowhere/at/all"), 0);
	assert_true(file_room(s->dir) > 0);
}

/* As many as are asked for, where the system lets it, and never fewer than before. */
static void open_files(void **state)
{
	struct rlimit before, now;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	now = (struct rlimit){ 64, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	file_allow_open(32);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, 64);
	file_allow_open(128);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_int_equal(now.rlim_cur, 128);
	file_allow_open(UINT32_MAX);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur == (now.rlim_max < UINT32_MAX ? now.rlim_max : UINT32_MAX));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void one_holds_a_lock(void **state)
{
	const struct scratch *s = *state;
	int first, second = -1;

	assert_int_equal(file_lock(s->path, &first), ERR_OK);
	assert_int_equal(file_lock(s->path, &second), ERR_EXISTS);
	file_unlock(second); /* none */
	file_unlock(first);
	assert_int_equal(file_lock(s->path, &second), ERR_OK);
	file_unlock(second);
}

/* Whoever was cut off while he wrote leaves a part: it is no file, and goes when nobody can be writing it. */
static void what_was_cut_off(void **state)
{
	const struct scratch *s = *state;
	char part[FILE_PATH_MAX], near[128];
	uint8_t memory[1024];
	struct bytes names[4];
	struct arena arena;
	size_t count = 0;
	int fd;

	assert_int_equal(file_write(s->path, BYTES_LIT("whole"), 0600), ERR_OK);
	assert_int_equal(file_part(s->path, 0600, part, &fd), ERR_OK);
	close(fd);
	snprintf(near, sizeof near, "%s.part-0123", s->path);
	assert_int_equal(file_write(near, BYTES_LIT("whole"), 0600), ERR_OK);
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(file_list(s->dir, &arena, names, ARRAY_COUNT(names), &count), ERR_OK);
	assert_int_equal(count, 2);
	assert_true(bytes_equal(names[0], BYTES_LIT("key")));
	assert_true(bytes_equal(names[1], BYTES_LIT("key.part-0123")));
	file_sweep_parts(s->dir, 60);
	assert_true(file_exists(part));
	file_sweep_parts(s->dir, 0);
	assert_false(file_exists(part));
	assert_true(file_exists(s->path) && file_exists(near));
	file_sweep_parts("/nowhere/at/all", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(what_others_left, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(never_over_another, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(lists, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(names_and_folders, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(one_holds_a_lock, scratch_make, scratch_drop),
		cmocka_unit_test(open_files),
		cmocka_unit_test_setup_teardown(what_was_cut_off, scratch_make, scratch_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
