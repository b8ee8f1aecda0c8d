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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(what_others_left, scratch_make, scratch_drop),
		cmocka_unit_test_setup_teardown(never_over_another, scratch_make, scratch_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
