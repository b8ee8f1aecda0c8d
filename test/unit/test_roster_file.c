/*
 * A roster as a person writes it: civil times become UTC here, and what two readers could read differently is
 * refused.
 */
#include "home/roster_csv.h"
#include "home/roster_file.h"

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

static uint8_t memory[128u << 10];
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
	  "two people have one place at once", 8 },
	{ HEAD PEOPLE "shift 2026-12-01 08:00 20:00 kim kim\n", "one person has two places at once", 7 },
	{ HEAD PEOPLE "gap 2026-12-01 08:00 20:00\ngap 2026-12-01 19:00 21:00\n", "two gaps overlap", 8 },
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

/* ---- CSV ---- */

#define COLUMNS "post,rung,begin,end,name,reach,able\n"
#define DAY "2026-12-01T00:00Z,2026-12-01T12:00Z"
#define NIGHT "2026-12-01T12:00Z,2026-12-02T00:00Z"
#define SEVEN "the first row names post, rung, begin, end, name, reach and able, each once"
#define MOMENT "a moment is in UTC and written 2026-12-01T08:00Z"

static enum err read_csv(const char *text, size_t *line, const char **why)
{
	struct arena words;

	arena_init(&words, memory, sizeof memory);
	return roster_csv_read(bytes_str(text), &words, &roster, line, why);
}

/* As a table program writes it: a mark in front, columns in its own order, texts in quotes, lines of DOS. */
static void a_table_becomes_a_roster(void **state)
{
	uint8_t text[1024];
	struct buf out = BUF_ON(text);
	size_t line;
	const char *why;

	(void)state;
	assert_int_equal(read_csv("\xef\xbb\xbf"
				  "rung,post,name,reach,able,begin,end\r\n"
				  "alternate 1,watch,Lee,\"pager 12, \"\"x\"\"\",ko," DAY "\r\n"
				  "primary,watch,김민수,'+82 2 0000,ko en release," DAY "\r\n"
				  "primary,watch,Lee,\"pager 12, \"\"x\"\"\",ko," NIGHT "\r\n"
				  "gap,watch,,,,2026-12-02T00:00Z,2026-12-02T08:30:15Z\r\n",
				  &line, &why),
			 ERR_OK);
	assert_true(bytes_equal(roster.post, bytes_str("watch")));
	assert_int_equal(roster.people_count, 2);
	assert_true(bytes_equal(roster.people[0].reach, bytes_str("pager 12, \"x\"")));
	assert_true(bytes_equal(roster.people[1].reach, bytes_str("+82 2 0000")));
	assert_int_equal(roster.from_ms, 1796083200000ull);
	assert_int_equal(roster.to_ms, 1796083200000ull + 1000ull * (32 * 3600 + 30 * 60 + 15));
	assert_int_equal(roster.shifts_count, 3);
	assert_int_equal(roster.shifts[0].rung, 0);
	assert_int_equal(roster.shifts[0].person, 1);
	assert_int_equal(roster.shifts[0].line, 3);
	assert_int_equal(roster.shifts[2].begin, 12 * 3600);
	assert_int_equal(roster.gaps_count, 1);
	/* And out again. */
	roster_csv_head(&out);
	roster_csv_put(&out, roster.post, roster.from_ms, roster.from_ms + 3600000, 0, &roster.people[1]);
	roster_csv_put(&out, roster.post, roster.from_ms + 3600000, roster.to_ms, 0, NULL);
	buf_put_byte(&out, 0);
	assert_string_equal(
		(char *)text,
		"\"post\",\"rung\",\"begin\",\"end\",\"name\",\"reach\",\"able\"\r\n"
		"\"watch\",\"primary\",\"2026-12-01T00:00:00Z\",\"2026-12-01T01:00:00Z\","
		"\"김민수\",\"'+82 2 0000\",\"ko en release\"\r\n"
		"\"watch\",\"gap\",\"2026-12-01T01:00:00Z\",\"2026-12-02T08:30:15Z\",\"\",\"\",\"\"\r\n");
}

static const struct {
	const char *in, *why;
	size_t line;
} bad_csv[] = {
	{ "", SEVEN, 1 },
	{ "post,rung,begin,end,name,reach\n", SEVEN, 1 },
	{ "post,rung,begin,end,name,reach,able,able\n", SEVEN, 1 },
	{ "post,rung,begin,end,name,reach,telephone\n", SEVEN, 1 },
	{ "post;rung;begin;end;name;reach;able\n", SEVEN, 1 },
	{ COLUMNS, "it has no shift and no gap", 0 },
	{ COLUMNS "watch,primary," DAY ",Kim,tel\n", "the row has not as many cells as the first", 2 },
	{ COLUMNS "watch,primary," DAY ",Kim,tel,ko\n\n", "the row has not as many cells as the first", 3 },
	{ COLUMNS "Watch,primary," DAY ",Kim,tel,ko\n", "a post is named as the accord names it", 2 },
	{ COLUMNS "watch,primary," DAY ",Kim,tel,ko\nhead,primary," NIGHT ",Kim,tel,ko\n",
	  "a roster is of one post: put each into a file of its own", 3 },
	{ COLUMNS "watch,first," DAY ",Kim,tel,ko\n",
	  "a rung is primary, alternate 1, alternate 2, alternate 3 or gap", 2 },
	{ COLUMNS "watch,primary,2026-12-01 00:00,2026-12-01T12:00Z,Kim,tel,ko\n", MOMENT, 2 },
	{ COLUMNS "watch,primary,2026-12-01T00:00Z,2026-12-01T12:00+09:00,Kim,tel,ko\n", MOMENT, 2 },
	{ COLUMNS "watch,primary,2026-11-31T00:00Z,2026-12-01T12:00Z,Kim,tel,ko\n", MOMENT, 2 },
	{ COLUMNS "watch,primary,2h,2026-12-01T12:00Z,Kim,tel,ko\n", MOMENT, 2 },
	{ COLUMNS "watch,primary,2026-12-01T12:00Z,2026-12-01T12:00Z,Kim,tel,ko\n",
	  "it ends before it begins", 2 },
	{ COLUMNS "watch,primary," DAY ",,tel,ko\n", "nobody is named: a planned gap has the rung gap", 2 },
	{ COLUMNS "watch,gap," DAY ",Kim,,\n", "somebody is named in a planned gap", 2 },
	{ COLUMNS "watch,primary," DAY ",\"Kim\nMinsu\",tel,ko\nwatch,gap," NIGHT ",,,\n",
	  "a name, a number or what somebody is able to is too long", 2 },
	{ COLUMNS "watch,primary," DAY ",Kim,tel 1,ko\nwatch,primary," NIGHT ",Kim,tel 2,ko\n",
	  "this person stands above with another reach or able", 3 },
	{ COLUMNS "watch,primary," DAY ",Kim,tel,ko\nwatch,alternate 1," DAY ",Kim,tel,ko\n",
	  "one person has two places at once", 3 },
	{ COLUMNS "watch,primary," DAY ",Kim,tel,ko\nwatch,primary," DAY ",Lee,tel,ko\n",
	  "two people have one place at once", 3 },
	{ COLUMNS "watch,gap," DAY ",,,\nwatch,gap," DAY ",,,\n", "two gaps overlap", 3 },
	{ COLUMNS "watch,primary,2026-12-01T00:00Z,2027-12-01T00:00Z,Kim,tel,ko\n",
	  "it is for more than 62 days", 0 },
	{ COLUMNS "watch,primary," DAY ",\"Kim,tel,ko\n",
	  "it is no CSV in UTF-8: quotes or the end of a line stand wrongly", 2 },
	{ COLUMNS "watch,primary," DAY ",K\xff,tel,ko\n",
	  "it is no CSV in UTF-8: quotes or the end of a line stand wrongly", 2 },
};

static void what_is_wrong_in_a_table_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bad_csv); i++) {
		size_t line = 99;
		const char *why = NULL;
		if (read_csv(bad_csv[i].in, &line, &why) != ERR_USAGE || line != bad_csv[i].line ||
		    !bytes_equal(bytes_str(why), bytes_str(bad_csv[i].why)))
			fail_msg("%s: line %zu, %s", bad_csv[i].why, line, why == NULL ? "read" : why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_becomes_a_roster),
		cmocka_unit_test(what_is_wrong_in_a_table_is_said_with_its_line),
		cmocka_unit_test(civil_time_becomes_utc),
		cmocka_unit_test(the_clocks_change),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
