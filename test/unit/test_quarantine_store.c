/* What waits in quarantine is whole before anybody is told that it waits. */
#include "base/limits.h"
#include "home/quarantine_store.h"
#include "sys/file.h"

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

#define NAME "7e6c1a52-0c3d-4d0f-9a55-2f0c8f1f7a11.csv"

struct home {
	char dir[64], path[192];
};

static int home_make(void **state)
{
	struct home *h = calloc(1, sizeof *h);
	char folder[128];

	if (h == NULL)
		return -1;
	memcpy(h->dir, "/tmp/entente-home-XXXXXX", 25);
	if (mkdtemp(h->dir) == NULL)
		return -1;
	snprintf(folder, sizeof folder, "%s/" QUARANTINE_DIR, h->dir);
	snprintf(h->path, sizeof h->path, "%s/" NAME, folder);
	*state = h;
	return mkdir(folder, 0700);
}

static int home_drop(void **state)
{
	struct home *h = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", h->dir);
	if (system(command) != 0)
		return -1;
	free(h);
	return 0;
}

static void assert_holds(const struct home *h, struct bytes want)
{
	uint8_t memory[64];
	struct buf got = BUF_ON(memory);

	assert_int_equal(quarantine_get(h->dir, NAME, &got), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&got), want));
}

static void the_same_twice_is_there_once(void **state)
{
	const struct home *h = *state;

	assert_int_equal(quarantine_put(h->dir, NAME, BYTES_LIT("one,two\nthree,four\n")), ERR_OK);
	assert_int_equal(quarantine_put(h->dir, NAME, BYTES_LIT("one,two\nthree,four\n")), ERR_EXISTS);
	assert_holds(h, BYTES_LIT("one,two\nthree,four\n"));
}

/* The power went, or the process was killed, between its first byte and its last: nobody was told of it. */
static void what_was_cut_off_comes_again(void **state)
{
	static const char *const left[] = { "", "one,two\n", "one,two\nthree,four\nfive,six\n" };
	const struct home *h = *state;

	for (size_t i = 0; i < ARRAY_COUNT(left); i++) {
		assert_int_equal(file_write(h->path, bytes_str(left[i]), 0600), ERR_OK);
		assert_int_equal(quarantine_put(h->dir, NAME, BYTES_LIT("one,two\nthree,four\n")), ERR_OK);
		assert_holds(h, BYTES_LIT("one,two\nthree,four\n"));
	}
}

static void it_has_an_end(void **state)
{
	const struct home *h = *state;

	for (unsigned i = 0; i < QUARANTINE_MAX; i++) {
		char name[64];
		snprintf(name, sizeof name, "%036u.csv", i);
		assert_int_equal(quarantine_put(h->dir, name, BYTES_LIT("x")), ERR_OK);
	}
	assert_int_equal(quarantine_put(h->dir, NAME, BYTES_LIT("x")), ERR_FULL);
	assert_int_equal(quarantine_put(h->dir, "000000000000000000000000000000000000.csv", BYTES_LIT("x")),
			 ERR_EXISTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_same_twice_is_there_once, home_make, home_drop),
		cmocka_unit_test_setup_teardown(what_was_cut_off_comes_again, home_make, home_drop),
		cmocka_unit_test_setup_teardown(it_has_an_end, home_make, home_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
