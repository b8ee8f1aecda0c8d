#include "wire/date.h"

#define DAY_MS (86400ull * 1000)
#define MINUTE_MS (60ull * 1000)

/* As much of a day as there is; the parts that are missing are 0. */
struct day {
	unsigned year, month, day, minute;
	bool has_minute;
};

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/* Days since 1970-01-01 of the first of a month. */
static int64_t days_before(unsigned year, unsigned month)
{
	/* 477 leap days before 1970. */
	int64_t before = (int64_t)year - 1,
		days = 365 * ((int64_t)year - 1970) + before / 4 - before / 100 + before / 400 - 477;

	for (unsigned m = 1; m < month; m++)
		days += days_of(year, m);
	return days;
}

/* Takes exactly `digits` of them behind the character before; false and nothing taken without that one. */
static bool take(struct bytes *in, char before, size_t digits, unsigned *out, bool *is_bad)
{
	size_t skip = before == '\0' ? 0 : 1;

	if (*is_bad || in->len == 0 || (skip == 1 && in->ptr[0] != (uint8_t)before))
		return false;
	if (in->len < skip + digits) {
		*is_bad = true;
		return false;
	}
	*out = 0;
	for (size_t i = skip; i < skip + digits; i++) {
		if (in->ptr[i] < '0' || in->ptr[i] > '9')
			*is_bad = true;
		*out = *out * 10 + (unsigned)(uint8_t)(in->ptr[i] - '0');
	}
	in->ptr += skip + digits;
	in->len -= skip + digits;
	return !*is_bad;
}

static bool day_read(struct bytes in, struct day *d)
{
	bool is_bad = false;
	unsigned hour = 0, minute = 0;

	*d = (struct day){ 0 };
	if (!take(&in, '\0', 4, &d->year, &is_bad) || d->year < 1900 || d->year > 2199)
		return false;
	if (take(&in, '-', 2, &d->month, &is_bad) && (d->month < 1 || d->month > 12))
		return false;
	if (d->month != 0 && take(&in, '-', 2, &d->day, &is_bad) &&
	    (d->day < 1 || d->day > days_of(d->year, d->month)))
		return false;
	if (d->day != 0 && take(&in, 'T', 2, &hour, &is_bad)) {
		if (!take(&in, ':', 2, &minute, &is_bad) || hour > 23 || minute > 59 || in.len != 1 ||
		    in.ptr[0] != 'Z')
			return false;
		d->has_minute = true;
		d->minute = hour * 60 + minute;
		in.len = 0;
	}
	return !is_bad && in.len == 0;
}

/* Before 1970 everything is the first moment: nothing here is reckoned from there. */
static struct wall wall_of(int64_t days, uint64_t ms)
{
	return (struct wall){ days < 0 ? 0 : (uint64_t)days * DAY_MS + ms };
}

static void span_of(const struct day *d, struct date *out)
{
	unsigned month = d->month == 0 ? 1 : d->month;
	int64_t day = days_before(d->year, month) + (d->day == 0 ? 0 : (int64_t)d->day - 1);

	out->first = wall_of(day, (uint64_t)d->minute * MINUTE_MS);
	if (d->has_minute)
		out->end = (struct wall){ out->first.ms + MINUTE_MS };
	else if (d->day != 0)
		out->end = wall_of(day + 1, 0);
	else if (d->month == 0 || d->month == 12)
		out->end = wall_of(days_before(d->year + 1, 1), 0);
	else
		out->end = wall_of(days_before(d->year, d->month + 1), 0);
}

enum err date_read(struct bytes text, struct date *out)
{
	struct bytes second = { NULL, 0 };
	struct day from, to;
	struct date last;

	if (text.len > DATE_TEXT_MAX)
		return ERR_RULE;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '/')
			continue;
		second = (struct bytes){ text.ptr + i + 1, text.len - i - 1 };
		text.len = i;
		break;
	}
	if (!day_read(text, &from))
		return ERR_RULE;
	span_of(&from, out);
	if (second.ptr == NULL)
		return ERR_OK;
	if (!day_read(second, &to))
		return ERR_RULE;
	span_of(&to, &last);
	if (last.first.ms < out->first.ms || last.end.ms < out->end.ms)
		return ERR_RULE;
	out->end = last.end;
	return ERR_OK;
}
