/* A backup takes the record's place, whichever rename the power goes before. */
#include "home/restored.h"
#include "record/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const endings[] = STORE_SQLITE_ENDINGS;
static unsigned renames_left; /* 0: all of them */

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

int __wrap_rename(const char *from, const char *to)
{
	if (renames_left > 0 && --renames_left == 0)
		_exit(0);
	return __real_rename(from, to);
}

static unsigned names_tried;
int __real_access(const char *path, int how);
int __wrap_access(const char *path, int how);

int __wrap_access(const char *path, int how)
{
	names_tried++;
	return __real_access(path, how);
}
// NOLINTEND(bugprone-reserved-identifier)

static void put(const char *home, const char *name, const char *ending)
{
	char path[FILE_PATH_MAX], text[256];

	snprintf(path, sizeof path, "%s/%s%s", home, name, ending);
	snprintf(text, sizeof text, "%s%s", name, ending);
	assert_int_equal(file_write(path, bytes_str(text), 0600), ERR_OK);
}

/* Whether the file of that name holds what was written under another. */
static void assert_holds(const char *home, const char *name, const char *ending, const char *written)
{
	char path[FILE_PATH_MAX], want[256], got[256];
	struct buf text = BUF_ON(got);

	snprintf(path, sizeof path, "%s/%s%s", home, name, ending);
	snprintf(want, sizeof want, "%s%s", written, ending);
	assert_int_equal(file_read(path, &text), ERR_OK);
	assert_int_equal(text.len, strlen(want));
	assert_memory_equal(got, want, text.len);
}

static void assert_gone(const char *home, const char *name, const char *ending)
{
	char path[FILE_PATH_MAX];

	snprintf(path, sizeof path, "%s/%s%s", home, name, ending);
	assert_false(file_exists(path));
}

/* False: there are fewer renames than that. */
static bool cut_before(unsigned rename_number)
{
	char home[] = "/tmp/entente-restored-XXXXXX", part[FILE_PATH_MAX], kept[FILE_PATH_MAX], command[128];
	bool is_cut;
	int status;
	pid_t pid;

	assert_non_null(mkdtemp(home));
	for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
		put(home, "record.db", endings[i]);
		put(home, "record.db.before", endings[i]);
	}
	put(home, "restore.part", "");
	assert_int_equal(file_path(part, home, "restore.part"), ERR_OK);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		renames_left = rename_number;
		_exit(restored_place(home, part, kept) == ERR_OK ? 7 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	is_cut = WEXITSTATUS(status) == 0;
	assert_true(is_cut || WEXITSTATUS(status) == 7);
	/* Before the first nothing was decided, and nothing has changed. */
	if (is_cut && rename_number == 1) {
		assert_int_equal(restored_finish(home, kept), ERR_NOT_FOUND);
		for (size_t i = 0; i < ARRAY_COUNT(endings); i++)
			assert_holds(home, "record.db", endings[i], "record.db");
		assert_int_equal(restored_place(home, part, kept), ERR_OK);
	} else {
		assert_int_equal(restored_finish(home, kept), is_cut ? ERR_OK : ERR_NOT_FOUND);
	}
	assert_holds(home, "record.db", "", "restore.part");
	for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
		assert_holds(home, "record.db.before", endings[i], "record.db.before");
		assert_holds(home, "record.db.before.2", endings[i], "record.db");
		if (i > 0)
			assert_gone(home, "record.db", endings[i]);
	}
	assert_int_equal(restored_finish(home, kept), ERR_NOT_FOUND);
	snprintf(command, sizeof command, "rm -r %s", home);
	assert_int_equal(system(command), 0);
	return is_cut;
}

static void cut_before_each_rename(void **state)
{
	unsigned number = 1;

	(void)state;
	while (cut_before(number))
		number++;
	/* the decision, each file of before, the backup */
	assert_int_equal(number, ARRAY_COUNT(endings) + 3);
}

/* Each start asks, and nearly none has anything to end: no name is tried for it. */
static void a_look_at_a_home(void **state)
{
	static const char *const none[] = { "record.db.restored.0", "record.db.restored.01",
					    "record.db.restored.1000", "record.db.restored.x",
					    "record.db.restored." };
	char home[] = "/tmp/entente-restored-XXXXXX", kept[FILE_PATH_MAX], command[128];

	(void)state;
	assert_non_null(mkdtemp(home));
	for (size_t i = 0; i < ARRAY_COUNT(none); i++)
		put(home, none[i], "");
	names_tried = 0;
	assert_int_equal(restored_finish(home, kept), ERR_NOT_FOUND);
	assert_int_equal(names_tried, 0);
	/* of two the first, and each is put in its place */
	put(home, "record.db.restored.999", "");
	put(home, "record.db.restored.20", "");
	assert_int_equal(restored_finish(home, kept), ERR_OK);
	assert_holds(home, "record.db", "", "record.db.restored.20");
	assert_int_equal(restored_finish(home, kept), ERR_OK);
	assert_holds(home, "record.db", "", "record.db.restored.999");
	assert_holds(home, "record.db.before.999", "", "record.db.restored.20");
	assert_int_equal(restored_finish(home, kept), ERR_NOT_FOUND);
	for (size_t i = 0; i < ARRAY_COUNT(none); i++)
		assert_holds(home, none[i], "", none[i]);
	snprintf(command, sizeof command, "rm -r %s", home);
	assert_int_equal(system(command), 0);
	assert_int_equal(restored_finish(home, kept), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_before_each_rename),
		cmocka_unit_test(a_look_at_a_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
