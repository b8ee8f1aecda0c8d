/* The one list of errors: complete, short, and each with a class that says what to do. */
#include "base/err.h"
#include "base/log.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_each_has_name_and_text(void **state)
{
	(void)state;
	for (enum err e = ERR_OK; e < ERR_COUNT; e++) {
		const char *name = err_name(e), *text = err_text(e);
		assert_true(strlen(name) > 0);
		for (size_t i = 0; name[i] != '\0'; i++)
			assert_true(isupper((unsigned char)name[i]) || name[i] == '_');
		/* It is put behind a colon, so it begins small unless it begins with a name, and ends without
		 * a stop. */
		assert_true(strlen(text) > 0);
		assert_true(text[strlen(text) - 1] != '.');
		for (enum err other = ERR_OK; other < e; other++) {
			assert_string_not_equal(err_name(other), name);
			assert_string_not_equal(err_text(other), text);
		}
	}
}

static void test_classes(void **state)
{
	static const struct {
		enum err e;
		enum err_class want;
	} rows[] = {
		{ ERR_OK, ERR_CLASS_NONE },
		{ ERR_SHORT, ERR_CLASS_MORE },
		{ ERR_FRAME, ERR_CLASS_PEER },
		{ ERR_NOT_PINNED, ERR_CLASS_PEER },
		{ ERR_ACCORD_DIFFERS, ERR_CLASS_PEER },
		{ ERR_STRICT, ERR_CLASS_LOG },
		{ ERR_ROOT, ERR_CLASS_LOG },
		{ ERR_FORK, ERR_CLASS_LOG },
		{ ERR_USAGE, ERR_CLASS_USER },
		{ ERR_REFUSED, ERR_CLASS_USER },
		{ ERR_FULL, ERR_CLASS_LOCAL },
		{ ERR_IO, ERR_CLASS_LOCAL },
		{ ERR_CORRUPT, ERR_CLASS_LOCAL },
		{ ERR_SIGNER, ERR_CLASS_LOCAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		assert_int_equal(err_class(rows[i].e), rows[i].want);
	for (enum err e = ERR_OK + 1; e < ERR_COUNT; e++)
		assert_int_not_equal(err_class(e), ERR_CLASS_NONE);
}

/* A caller can look at thirty codes; at more he only looks away. */
static void test_few(void **state)
{
	(void)state;
	assert_int_equal(ERR_OK, 0);
	assert_true(ERR_COUNT <= 30);
}

/* The journal takes a line's level from its front; a terminal has no use for it. */
static void test_levels_for_the_journal(void **state)
{
	static const char *const wants[] = { "test: words 7\n", "<3>test: words 7\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(wants); i++) {
		char got[64] = "";
		int ends[2], before = dup(STDERR_FILENO);
		assert_int_equal(pipe(ends), 0);
		if (i == 0)
			unsetenv("JOURNAL_STREAM");
		else
			setenv("JOURNAL_STREAM", "8:1", 1);
		dup2(ends[1], STDERR_FILENO);
		log_open("test", LOG_LEVEL_ERROR);
		log_error("words %d", 7);
		log_debug("and what is not asked for");
		dup2(before, STDERR_FILENO);
		close(before);
		close(ends[1]);
		assert_true(read(ends[0], got, sizeof got - 1) > 0);
		close(ends[0]);
		assert_string_equal(got, wants[i]);
	}
	unsetenv("JOURNAL_STREAM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_name_and_text),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_levels_for_the_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
