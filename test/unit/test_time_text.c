/* Spans and times as people type them. */
#include "home/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *why, *in;
	enum err want;
	uint64_t ms;
} spans[] = {
	{ "milliseconds", "250ms", ERR_OK, 250 },
	{ "seconds", "30s", ERR_OK, 30000 },
	{ "minutes", "10m", ERR_OK, 600000 },
	{ "hours", "2h", ERR_OK, 7200000 },
	{ "days", "1d", ERR_OK, 86400000 },
	{ "none", "0s", ERR_OK, 0 },
	{ "the most", "1000000d", ERR_OK, 86400000000000 },
	{ "more than the most", "1000001s", ERR_USAGE, 0 },
	{ "no unit", "30", ERR_USAGE, 0 },
	{ "another unit", "30w", ERR_USAGE, 0 },
	{ "no number", "s", ERR_USAGE, 0 },
	{ "nothing", "", ERR_USAGE, 0 },
	{ "a sign", "-5s", ERR_USAGE, 0 },
	{ "a space", "5 s", ERR_USAGE, 0 },
	{ "more behind it", "5s ", ERR_USAGE, 0 },
};

static void spans_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(spans); i++) {
		uint64_t ms = 0;
		if (span_read(spans[i].in, &ms) != spans[i].want || ms != spans[i].ms)
			fail_msg("%s", spans[i].why);
	}
}

#define NOW 1795485150000u /* 2026-11-24T01:52:30Z */

static const struct {
	const char *why, *in;
	enum err want;
	uint64_t ms;
} times[] = {
	{ "from now on", "2h", ERR_OK, NOW + 7200000 },
	{ "a minute", "2026-11-24T01:52Z", ERR_OK, NOW - 30000 },
	{ "a second", "2026-11-24T01:52:30Z", ERR_OK, NOW },
	{ "a leap day", "2028-02-29T00:00Z", ERR_OK, 1835395200000 },
	{ "no such day", "2026-11-31T00:00Z", ERR_USAGE, 0 },
	{ "no leap year", "2027-02-29T00:00Z", ERR_USAGE, 0 },
	{ "not UTC", "2026-11-24T01:52", ERR_USAGE, 0 },
	{ "another zone", "2026-11-24T01:52+09:00", ERR_USAGE, 0 },
	{ "more behind it", "2026-11-24T01:52Z ", ERR_USAGE, 0 },
	{ "spaces", "2026-11-24T01:  52Z", ERR_USAGE, 0 },
	{ "single digits", "2026-1-4T1:2Z", ERR_USAGE, 0 },
	{ "a second too many", "2026-11-24T01:52:60Z", ERR_USAGE, 0 },
	{ "a word", "tomorrow", ERR_USAGE, 0 },
	{ "nothing", "", ERR_USAGE, 0 },
};

static void times_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
		uint64_t ms = 0;
		if (time_text_read(times[i].in, (struct wall){ NOW }, &ms) != times[i].want ||
		    ms != times[i].ms)
			fail_msg("%s", times[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(spans_are_read),
					    cmocka_unit_test(times_are_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
