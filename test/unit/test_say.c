/* Sentences with {1} in them, written into memory that may be too short for them. */
#include "terminal/say.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_values_stand_in_their_places(void **state)
{
	char out[64];

	(void)state;
	say_fill(out, sizeof out, "{2}, {1}; {3} {0}", "one", "둘");
	assert_string_equal(out, "둘, one; {3} {0}");
}

/* At each size: what is there is the beginning, in whole characters, with nothing behind the cut. */
static void test_cut_between_characters(void **state)
{
	static const char whole[] = "연합 a 당직관: 확인.";
	char out[sizeof whole];
	size_t longest = 0;

	(void)state;
	for (size_t size = 1; size <= sizeof whole; size++) {
		memset(out, 'x', sizeof out);
		say_fill(out, size, "{1} a {2}.", "연합", "당직관: 확인");
		assert_true(strlen(out) < size && strncmp(out, whole, strlen(out)) == 0);
		assert_true(bytes_is_utf8(bytes_str(out)));
		assert_true(strlen(out) >= longest && strlen(out) + 3 >= size);
		longest = strlen(out);
	}
	assert_string_equal(out, whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_stand_in_their_places),
		cmocka_unit_test(test_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
