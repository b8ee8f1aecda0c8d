#include "home/roster_file.h"

#include "base/sort.h"
#include "home/words.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 16u
#define LABEL_MAX 48u

struct reading {
	struct roster *out;
	struct arena *words;
	struct bytes labels[ROSTER_PEOPLE_MAX]; /* what the file calls its people */
	struct bytes word[WORDS_MAX];
	size_t count;
	bool has_zone, has_from, has_to;
	size_t line;
	const char *why;
};

static bool refuse(struct reading *r, const char *why)
{
	if (r->why == NULL)
		r->why = why;
	return false;
}

/* ---- Words of a line: "..." is one, # begins a comment. ---- */

static bool split(struct reading *r, struct bytes line)
{
	r->count = 0;
	while (line.len > 0) {
		struct bytes word = { line.ptr, 0 };
		bool is_text = line.ptr[0] == '"';
		if (line.ptr[0] == ' ' || line.ptr[0] == '\t' || line.ptr[0] == '\r') {
			line = (struct bytes){ line.ptr + 1, line.len - 1 };
			continue;
		}
		if (line.ptr[0] == '#')
			return true;
		if (r->count == WORDS_MAX)
			return refuse(r, N_("there are too many words on the line"));
		if (is_text) {
			struct bytes rest = { line.ptr + 1, line.len - 1 };
			if (bytes_take_until(&rest, '"', &word) != ERR_OK)
				return refuse(r, N_("a quote is not closed"));
			line = rest;
		} else {
			while (word.len < line.len && strchr(" \t\r", line.ptr[word.len]) == NULL)
				word.len++;
			line = (struct bytes){ line.ptr + word.len, line.len - word.len };
		}
		r->word[r->count++] = word;
	}
	return true;
}

static bool is_word(struct bytes word, const char *text)
{
	return bytes_equal(word, bytes_str(text));
}

/* ---- Civil time. ---- */

/* A name of the time zone database that this machine has. */
static bool set_zone(struct reading *r, struct bytes name)
{
	const char *folder = getenv("TZDIR");
	char zone[LABEL_MAX + 1], path[256];
	struct buf text;

	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i], lower = c | 0x20;
		if ((lower < 'a' || lower > 'z') && (c < '0' || c > '9') && strchr("/_+-", c) == NULL)
			return refuse(r, N_("there is no time zone of that name here, as Asia/Seoul or UTC"));
	}
	buf_init(&text, path, sizeof path - 1);
	buf_put_str(&text, folder == NULL ? "/usr/share/zoneinfo" : folder);
	buf_put_str(&text, "/");
	buf_put(&text, name);
	if (bytes_copy_str(name, zone, sizeof zone) != ERR_OK || buf_check(&text) != ERR_OK)
		return refuse(r, N_("there is no time zone of that name here, as Asia/Seoul or UTC"));
	path[text.len] = '\0';
	if (!is_word(name, "UTC") && access(path, R_OK) != 0)
		return refuse(r, N_("there is no time zone of that name here, as Asia/Seoul or UTC"));
	if (setenv("TZ", zone, 1) != 0)
		abort();
	tzset();
	r->has_zone = true;
	return true;
}

/*
 * The moments that a civil time may be; a time that the zone leaves out is none, one that it has twice two.
 */
static bool civil_ms(struct reading *r, const struct tm *civil, uint64_t *ms)
{
	time_t found[2] = { -1, -1 };

	for (int dst = 0; dst < 2; dst++) {
		struct tm t = *civil;
		time_t at;
		t.tm_isdst = dst;
		at = mktime(&t);
		if (at >= 0 && t.tm_isdst == dst && t.tm_min == civil->tm_min &&
		    t.tm_hour == civil->tm_hour && t.tm_mday == civil->tm_mday && t.tm_mon == civil->tm_mon)
			found[dst] = at;
	}
	if (found[0] >= 0 && found[1] >= 0 && found[0] != found[1])
		return refuse(r, N_("the clocks of this zone show that time twice: write the file in UTC"));
	if (found[0] < 0 && found[1] < 0)
		return refuse(r, N_("the clocks of this zone do not show that time"));
	*ms = 1000 * (uint64_t)(found[0] >= 0 ? found[0] : found[1]);
	return true;
}

static bool read_two(const uint8_t *at, int *out)
{
	*out = (at[0] - '0') * 10 + at[1] - '0';
	return at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9';
}

static bool read_day(struct reading *r, struct bytes word, struct tm *out)
{
	int high, low, month;

	*out = (struct tm){ 0 };
	if (word.len != 10 || word.ptr[4] != '-' || word.ptr[7] != '-' || !read_two(word.ptr, &high) ||
	    !read_two(word.ptr + 2, &low) || !read_two(word.ptr + 5, &month) ||
	    !read_two(word.ptr + 8, &out->tm_mday) || high < 19 || month < 1 || month > 12 ||
	    out->tm_mday < 1 || out->tm_mday > 31)
		return refuse(r, N_("a day is written 2026-12-01"));
	out->tm_year = high * 100 + low - 1900;
	out->tm_mon = month - 1;
	return true;
}

/* The day after, which may be another month: noon has no change of clocks in any zone. */
static void next_day(struct tm *day)
{
	struct tm noon = *day;

	noon.tm_mday++;
	noon.tm_hour = 12;
	noon.tm_isdst = -1;
	(void)mktime(&noon);
	*day = (struct tm){ .tm_year = noon.tm_year, .tm_mon = noon.tm_mon, .tm_mday = noon.tm_mday };
}

static int minutes_of(const struct tm *t)
{
	return t->tm_hour * 60 + t->tm_min;
}

/* 24:00 is the next day's beginning. */
static bool read_hour(struct reading *r, struct bytes word, struct tm *out)
{
	if (word.len != 5 || word.ptr[2] != ':' || !read_two(word.ptr, &out->tm_hour) ||
	    !read_two(word.ptr + 3, &out->tm_min) || out->tm_min > 59 || minutes_of(out) > 24 * 60)
		return refuse(r, N_("an hour is written 08:00"));
	if (out->tm_hour == 24)
		next_day(out);
	return true;
}

static bool read_moment(struct reading *r, size_t at, uint64_t *ms)
{
	struct tm day;

	if (r->count != at + 2)
		return refuse(r, N_("a moment is a day and an hour"));
	return read_day(r, r->word[at], &day) && read_hour(r, r->word[at + 1], &day) && civil_ms(r, &day, ms);
}

/* ---- Lines. ---- */

static bool read_person(struct reading *r)
{
	struct roster_person *p = &r->out->people[r->out->people_count];
	struct buf able = arena_lend(r->words, ROSTER_REACH_MAX);

	if (r->count < 4)
		return refuse(r, N_("a person is: person LABEL \"NAME\" \"WHERE TO REACH\" [WORD ...]"));
	if (r->out->people_count == ROSTER_PEOPLE_MAX)
		return refuse(r, N_("there are too many people in one roster"));
	for (size_t i = 0; i < r->out->people_count; i++) {
		if (bytes_equal(r->labels[i], r->word[1]))
			return refuse(r, N_("two people have one label"));
	}
	for (size_t i = 4; i < r->count; i++) {
		buf_put_str(&able, i == 4 ? "" : " ");
		buf_put(&able, r->word[i]);
	}
	if (r->word[2].len == 0 || r->word[2].len > ROSTER_NAME_MAX || r->word[3].len > ROSTER_REACH_MAX ||
	    buf_check(&able) != ERR_OK)
		return refuse(r, N_("a name, a number or what somebody is able to is too long"));
	r->labels[r->out->people_count++] = r->word[1];
	*p = (struct roster_person){ r->word[2], r->word[3], arena_keep(r->words, &able) };
	return true;
}

static bool put_shift(struct reading *r, uint64_t from_ms, uint64_t to_ms, size_t rung, size_t person)
{
	bool is_gap = person == ROSTER_PEOPLE_MAX;
	size_t *count = is_gap ? &r->out->gaps_count : &r->out->shifts_count;
	struct roster_shift *list = is_gap ? r->out->gaps : r->out->shifts;

	if (to_ms <= from_ms)
		return refuse(r, N_("it ends before it begins"));
	if (from_ms < r->out->from_ms || to_ms > r->out->to_ms)
		return refuse(r, N_("it lies outside of the time that the roster is for"));
	if (*count == ROSTER_SHIFTS_MAX)
		return refuse(r, N_("there are too many shifts in one roster"));
	list[(*count)++] = (struct roster_shift){ (uint32_t)((from_ms - r->out->from_ms) / 1000),
						  (uint32_t)((to_ms - r->out->from_ms) / 1000), (uint8_t)rung,
						  (uint8_t)(is_gap ? 0 : person), (uint16_t)r->line };
	return true;
}

/* Those of one day; a shift that ends at its beginning or before ends the next day. */
static bool put_day(struct reading *r, struct tm day, bool is_gap)
{
	struct tm begin = day, end = day;
	uint64_t from_ms, to_ms;

	if (!read_hour(r, r->word[2], &begin) || !read_hour(r, r->word[3], &end))
		return false;
	if (!is_word(r->word[3], "24:00") && minutes_of(&end) <= minutes_of(&begin)) {
		next_day(&day);
		end.tm_year = day.tm_year;
		end.tm_mon = day.tm_mon;
		end.tm_mday = day.tm_mday;
	}
	if (!civil_ms(r, &begin, &from_ms) || !civil_ms(r, &end, &to_ms))
		return false;
	if (is_gap)
		return put_shift(r, from_ms, to_ms, 0, ROSTER_PEOPLE_MAX);
	for (size_t i = 4; i < r->count; i++) {
		size_t person = 0;
		if (is_word(r->word[i], "-"))
			continue;
		while (person < r->out->people_count && !bytes_equal(r->labels[person], r->word[i]))
			person++;
		if (person == r->out->people_count)
			return refuse(r, N_("no person of that label stands above"));
		if (!put_shift(r, from_ms, to_ms, i - 4, person))
			return false;
	}
	return true;
}

/* DAY or DAY/DAY, both included. */
static bool read_shift(struct reading *r, bool is_gap)
{
	struct bytes first, last;
	struct tm day, end;
	bool is_last = false;

	if (!r->has_zone || !r->has_from || !r->has_to)
		return refuse(r, N_("zone, from and to stand above the first shift"));
	if (is_gap ? r->count != 4 : r->count < 5 || r->count > 4 + RUNG_POST)
		return refuse(r, N_("a shift is: shift DAY[/DAY] HOUR HOUR LABEL [LABEL [LABEL]], a gap: gap "
				    "DAY[/DAY] "
				    "HOUR HOUR"));
	last = r->word[1];
	if (bytes_take_until(&last, '/', &first) != ERR_OK)
		first = last = r->word[1];
	if (!read_day(r, first, &day) || !read_day(r, last, &end))
		return false;
	for (unsigned days = 0; !is_last; days++) {
		if (days > ROSTER_SPAN_MS_MAX / 86400000)
			return refuse(r, N_("it lies outside of the time that the roster is for"));
		is_last =
			day.tm_year == end.tm_year && day.tm_mon == end.tm_mon && day.tm_mday == end.tm_mday;
		if (!put_day(r, day, is_gap))
			return false;
		next_day(&day);
	}
	return true;
}

static bool read_line(struct reading *r)
{
	struct bytes word = r->count > 0 ? r->word[0] : (struct bytes){ NULL, 0 };

	if (r->count == 0)
		return true;
	if (is_word(word, "post") && r->count == 2 && is_role_name(r->word[1])) {
		r->out->post = r->word[1];
		return true;
	}
	if (is_word(word, "zone") && r->count == 2)
		return set_zone(r, r->word[1]);
	if (is_word(word, "from") || is_word(word, "to")) {
		bool is_from = is_word(word, "from");
		if (!r->has_zone)
			return refuse(r, N_("zone, from and to stand above the first shift"));
		*(is_from ? &r->has_from : &r->has_to) = true;
		return read_moment(r, 1, is_from ? &r->out->from_ms : &r->out->to_ms);
	}
	if (is_word(word, "person"))
		return read_person(r);
	if (is_word(word, "shift") || is_word(word, "gap"))
		return read_shift(r, is_word(word, "gap"));
	return refuse(r, N_("it begins with none of post, zone, from, to, person, shift, gap"));
}

/* ---- The whole. ---- */

static int by_begin(const void *a, const void *b)
{
	const struct roster_shift *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->rung > y->rung) - (x->rung < y->rung);
}

/* At one rung one person at once, and one person at one rung. */
static const char *overlap_of(const struct roster_shift *list, size_t count, bool is_gap, size_t *line)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count && list[j].begin < list[i].end; j++) {
			*line = list[j].line > list[i].line ? list[j].line : list[i].line;
			if (is_gap || list[j].rung == list[i].rung)
				return is_gap ? N_("two gaps overlap")
					      : N_("two people have one place at once");
			if (list[j].person == list[i].person)
				return N_("one person has two places at once");
		}
	}
	return NULL;
}

bool roster_settle(struct roster *r, size_t *line, const char **why)
{
	sort_items(r->shifts, r->shifts_count, sizeof *r->shifts, by_begin);
	sort_items(r->gaps, r->gaps_count, sizeof *r->gaps, by_begin);
	*why = overlap_of(r->shifts, r->shifts_count, false, line);
	if (*why == NULL)
		*why = overlap_of(r->gaps, r->gaps_count, true, line);
	return *why == NULL;
}

static bool check_whole(struct reading *r)
{
	struct roster *out = r->out;

	if (out->post.len == 0 || !r->has_zone || !r->has_from || !r->has_to)
		return refuse(r, N_("post, zone, from or to is missing"));
	if (out->to_ms <= out->from_ms)
		return refuse(r, N_("it ends before it begins"));
	if (out->to_ms - out->from_ms > ROSTER_SPAN_MS_MAX)
		return refuse(r, N_("it is for more than 62 days"));
	return roster_settle(out, &r->line, &r->why);
}

enum err roster_file_read(struct bytes file, struct arena *words, struct roster *out, size_t *line,
			  const char **why)
{
	struct reading r = { .out = out, .words = words };
	struct bytes one;
	bool is_good = bytes_is_utf8(file);

	out->post = (struct bytes){ NULL, 0 };
	out->people_count = out->shifts_count = out->gaps_count = 0;
	if (!is_good)
		is_good = refuse(&r, N_("it is not UTF-8"));
	while (is_good && file.len > 0) {
		r.line++;
		if (bytes_take_until(&file, '\n', &one) != ERR_OK) {
			one = file;
			file.len = 0;
		}
		is_good = split(&r, one) && read_line(&r);
	}
	if (is_good) {
		r.line = 0;
		is_good = check_whole(&r);
	}
	*line = r.line;
	*why = r.why;
	return is_good ? ERR_OK : ERR_USAGE;
}
