/*
 * A roster as a person writes it: civil times become UTC here, and what two readers could read differently is
 * refused.
 */
#include "entente/roster_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define HEAD "post watch\nzone Asia/Seoul\nfrom 2026-12-01 00:00\nto 2026-12-31 24:00\n"
#define PEOPLE "person kim \"김민수\" \"tel 1\" ko en release\nperson lee \"Lee\" \"\"\n"
#define BERLIN "post watch\nzone Europe/Berlin\nfrom 2026-03-01 00:00\nto 2026-04-01 00:00\n" PEOPLE
#define AUTUMN "post watch\nzone Europe/Berlin\nfrom 2026-10-01 00:00\nto 2026-11-01 00:00\n" PEOPLE
#define BEGAN_S 1796050800u /* 2026-11-30T15:00Z */

static uint8_t memory[64u << 10];
static struct roster roster;

static enum err read_text(const char *text, size_t *line, const char **why)
{
	struct arena words;

	arena_init(&words, memory, sizeof memory);
	return roster_file_read(bytes_str(text), &words, &roster, line, why);
}

static void civil_time_becomes_utc(void **state)
{
	size_t line;
	const char *why;

	(void)state;
	assert_int_equal(read_text(HEAD PEOPLE
				   "shift 2026-12-02/2026-12-03 20:00 08:00 - kim # nights\n"
				   "gap 2026-12-25 08:00 24:00\n"
				   "shift 2026-12-01 08:00 20:00 kim lee\nshift 2026-12-31 08:00 24:00 lee",
				   &line, &why),
			 ERR_OK);
	assert_int_equal(roster.from_ms, 1000ull * BEGAN_S);
	assert_int_equal(roster.to_ms, 1000ull * (BEGAN_S + 31 * 86400u));
	assert_int_equal(roster.people_count, 2);
	assert_true(bytes_equal(roster.people[0].able, bytes_str("ko en release")));
	assert_int_equal(roster.shifts_count, 5);
	assert_int_equal(roster.shifts[4].end, 31 * 86400);
	assert_int_equal(roster.shifts[0].begin, 8 * 3600);
	assert_int_equal(roster.shifts[0].rung, 0);
	assert_int_equal(roster.shifts[1].person, 1);
	assert_int_equal(roster.shifts[2].begin, 86400 + 20 * 3600);
	assert_int_equal(roster.shifts[2].end, 2 * 86400 + 8 * 3600);
	assert_int_equal(roster.shifts[2].rung, 1);
	assert_int_equal(roster.gaps_count, 1);
	assert_int_equal(roster.gaps[0].end, 25 * 86400);
}

/* The night of the change is an hour shorter, and everybody reads the same of it. */
static void the_clocks_change(void **state)
{
	size_t line;
	const char *why;

	(void)state;
	assert_int_equal(read_text(BERLIN "shift 2026-03-28/2026-03-29 20:00 08:00 kim\n", &line, &why),
			 ERR_OK);
	assert_int_equal(roster.shifts[0].end - roster.shifts[0].begin, 11 * 3600);
	assert_int_equal(roster.shifts[1].end - roster.shifts[1].begin, 12 * 3600);
}

static const struct {
	const char *in, *why;
	size_t line;
} bad[] = {
	{ "", "post, zone, from or to is missing", 0 },
	{ HEAD "shifts 2026-12-01\n", "it begins with none of post, zone, from, to, person, shift, gap", 5 },
	{ "post Watch\n", "it begins with none of post, zone, from, to, person, shift, gap", 1 },
	{ "zone Asia/Nowhere\n", "there is no time zone of that name here, as Asia/Seoul or UTC", 1 },
	{ "zone ../../etc/passwd\n", "there is no time zone of that name here, as Asia/Seoul or UTC", 1 },
	{ "from 2026-12-01 08:00\n", "zone, from and to stand above the first shift", 1 },
	{ "zone UTC\nfrom 2026-13-01 08:00\n", "a day is written 2026-12-01", 2 },
	{ "zone UTC\nfrom 2026-12-01 8:00\n", "an hour is written 08:00", 2 },
	{ "zone UTC\nfrom 2026-12-01 24:01\n", "an hour is written 08:00", 2 },
	{ "zone UTC\nfrom 2026-02-30 08:00\n", "the clocks of this zone do not show that time", 2 },
	{ "zone UTC\nfrom 2026-12-01\n", "a moment is a day and an hour", 2 },
	{ "post watch\nzone UTC\nfrom 2026-12-02 00:00\nto 2026-12-01 00:00\n", "it ends before it begins",
	  0 },
	{ "post watch\nzone UTC\nfrom 2026-12-01 00:00\nto 2027-12-01 00:00\n", "it is for more than 62 days",
	  0 },
	{ HEAD "person kim \"Kim\n", "a quote is not closed", 5 },
	{ HEAD "person kim \"Kim\"\n", "a person is: person LABEL \"NAME\" \"WHERE TO REACH\" [WORD ...]",
	  5 },
	{ HEAD PEOPLE "person kim \"Another\" \"\"\n", "two people have one label", 7 },
	{ HEAD PEOPLE "shift 2026-12-01 08:00 20:00 park\n", "no person of that label stands above", 7 },
	{ HEAD PEOPLE "shift 2026-12-01 24:00 08:00 kim\n", "it ends before it begins", 7 },
	{ HEAD PEOPLE "shift 2026-11-30 08:00 20:00 kim\n",
	  "it lies outside of the time that the roster is for", 7 },
	{ HEAD PEOPLE "shift 2026-12-31/2026-12-01 08:00 20:00 kim\n",
	  "it lies outside of the time that the roster is for", 7 },
	{ HEAD PEOPLE "shift 2026-12-01 08:00 20:00 kim\nshift 2026-12-01 19:00 21:00 lee\n",
	  "two people have one place at once", 0 },
	{ HEAD PEOPLE "shift 2026-12-01 08:00 20:00 kim kim\n", "one person has two places at once", 0 },
	{ HEAD PEOPLE "gap 2026-12-01 08:00 20:00\ngap 2026-12-01 19:00 21:00\n", "two gaps overlap", 0 },
	{ BERLIN "shift 2026-03-29 02:30 08:00 kim\n", "the clocks of this zone do not show that time", 7 },
	{ AUTUMN "shift 2026-10-25 02:30 08:00 kim\n",
	  "the clocks of this zone show that time twice: write the file in UTC", 7 },
	{ "post \xff\n", "it is not UTF-8", 0 },
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		size_t line = 99;
		const char *why = NULL;
		if (read_text(bad[i].in, &line, &why) != ERR_USAGE || line != bad[i].line ||
		    !bytes_equal(bytes_str(why), bytes_str(bad[i].why)))
			fail_msg("%s: line %zu, %s", bad[i].why, line, why == NULL ? "read" : why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(civil_time_becomes_utc),
		cmocka_unit_test(the_clocks_change),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
