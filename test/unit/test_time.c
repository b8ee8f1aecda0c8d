/* Claimed times as text, and spans of this machine's own clock. */
#include "base/time.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_wall_text(void **state)
{
	static const struct {
		const char *why;
		uint64_t ms;
		const char *text, *dtg;
	} rows[] = {
		{ "the beginning", 0, "1970-01-01T00:00:00.000Z", "010000Z JAN 1970" },
		{ "a leap day", 1709251199999, "2024-02-29T23:59:59.999Z", "292359Z FEB 24" },
		{ "the day behind it", 1709251200000, "2024-03-01T00:00:00.000Z", "010000Z MAR 24" },
		{ "a year of a century that leaps", 951782400000, "2000-02-29T00:00:00.000Z",
		  "290000Z FEB 00" },
		{ "behind the end of 32 bits", 2147483648000, "2038-01-19T03:14:08.000Z", "190314Z JAN 38" },
		{ "a century that does not leap", 4107542400000, "2100-03-01T00:00:00.000Z",
		  "010000Z MAR 2100" },
		{ "the end of a year", 1798761599000, "2026-12-31T23:59:59.000Z", "312359Z DEC 26" },
		{ "the last that is written", 253402300799999, "9999-12-31T23:59:59.999Z",
		  "312359Z DEC 9999" },
	};
	char text[WALL_TEXT_LEN], dtg[WALL_DTG_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		print_message("# %s\n", rows[i].why);
		wall_write((struct wall){ rows[i].ms }, text);
		wall_write_dtg((struct wall){ rows[i].ms }, dtg);
		assert_string_equal(text, rows[i].text);
		assert_string_equal(dtg, rows[i].dtg);
	}
}

/* A claimed time is any number at all: what no calendar has is read as no time of these days. */
static void test_wall_of_any_number(void **state)
{
	static const uint64_t rows[] = { 253402300800000, 1ull << 53, UINT64_MAX };
	char text[WALL_TEXT_LEN], dtg[WALL_DTG_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		wall_write((struct wall){ rows[i] }, text);
		wall_write_dtg((struct wall){ rows[i] }, dtg);
		assert_string_equal(text, "9999-12-31T23:59:59.999Z");
		assert_string_equal(dtg, "312359Z DEC 9999");
	}
}

/* Each day of four centuries, as the C library has it. */
static void test_wall_against_the_library(void **state)
{
	char text[WALL_TEXT_LEN], want[WALL_TEXT_LEN];

	(void)state;
	for (time_t day = 0; day < 146097; day++) {
		time_t seconds = day * 86400 + day % 86400;
		struct tm tm;
		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_equal(strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.000Z", &tm),
				 WALL_TEXT_LEN - 1);
		wall_write((struct wall){ (uint64_t)seconds * 1000 }, text);
		assert_string_equal(text, want);
	}
}

static void test_mono(void **state)
{
	struct mono start = { 5000000 }, later = mono_add_ms(start, 250);

	(void)state;
	assert_true(later.us == 5250000);
	assert_true(mono_is_before(start, later));
	assert_false(mono_is_before(later, start));
	assert_false(mono_is_before(start, start));
	assert_true(mono_is_before((struct mono){ -1 }, (struct mono){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wall_text),
		cmocka_unit_test(test_wall_of_any_number),
		cmocka_unit_test(test_wall_against_the_library),
		cmocka_unit_test(test_mono),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
