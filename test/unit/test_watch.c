/* Which rung is called after how long, and what a peer reads of a manning. */
#include "view/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define S 1000u

static const uint64_t waits[] = { 300 * S, 90 * S, 60 * S };

static const struct {
	const char *why;
	uint64_t elapsed_ms;
	uint8_t manned;
	unsigned rung;
	uint8_t empty;
} rows[] = {
	{ "at once the primary", 0, 7, 0, 0 },
	{ "just before", 300 * S - 1, 7, 0, 0 },
	{ "alternate 1", 300 * S, 7, 1, 0 },
	{ "alternate 2", 390 * S, 7, 2, 0 },
	{ "the whole post", 450 * S, 7, RUNG_POST, 0 },
	{ "after an outage of a day the last, not each", 86400 * S, 7, RUNG_POST, 0 },
	{ "nobody is primary: the alternate at once", 0, 6, 1, 1 },
	{ "and stays called when its own time comes", 300 * S, 6, 1, 0 },
	{ "only the second alternate", 0, 4, 2, 3 },
	{ "nobody at all: the whole post at once", 0, 0, RUNG_POST, 7 },
	{ "no alternate 1 when it is due", 300 * S, 5, 2, 2 },
	{ "no alternate 2 when it is due", 390 * S, 3, RUNG_POST, 4 },
};

static void a_rung_is_called_when_it_is_due(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t empty;
		unsigned rung =
			rung_due(waits, ARRAY_COUNT(waits), rows[i].elapsed_ms, rows[i].manned, &empty);
		if (rung != rows[i].rung || empty != rows[i].empty)
			fail_msg("%s: rung %u, empty %u", rows[i].why, rung, empty);
	}
}

static void manning_is_of_a_moment(void **state)
{
	const struct manning_view planned = {
		.depth = 2, .gap_from_ms = 100, .gap_to_ms = 200, .is_planned = true
	};
	const struct manning_view loud = { .depth = 2, .gap_from_ms = 100 };
	const struct manning_view nobody = { .depth = 0 };

	(void)state;
	assert_int_equal(manning_state(&planned, 99), DUTY_MANNED);
	assert_int_equal(manning_state(&planned, 100), DUTY_GAP);
	assert_int_equal(manning_state(&planned, 200), DUTY_MANNED);
	/* A node that is away has said when nobody will be: nobody is from then on. */
	assert_int_equal(manning_state(&loud, 100), DUTY_EMPTY);
	assert_int_equal(manning_state(&nobody, 100), DUTY_EMPTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rung_is_called_when_it_is_due),
		cmocka_unit_test(manning_is_of_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
