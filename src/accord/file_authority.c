/* `authority`: which posts nobody appoints alone, until when they may speak, which channels are closed. */
#include "accord/file.h"

static bool read_two(struct bytes word, uint64_t *out)
{
	if (word.len != 2 || word.ptr[0] < '0' || word.ptr[0] > '9' || word.ptr[1] < '0' || word.ptr[1] > '9')
		return false;
	*out = (uint64_t)(word.ptr[0] - '0') * 10 + (uint64_t)(word.ptr[1] - '0');
	return true;
}

/* 2027-06-30: the first millisecond of the day after it; 0 if there is no such day. */
static uint64_t end_of_day(struct bytes word)
{
	static const unsigned before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	uint64_t year, month, day;
	struct bytes part;
	bool is_leap;

	if (word.len != 10 || bytes_take_until(&word, '-', &part) != ERR_OK ||
	    bytes_read_decimal(part, 9999, &year) != ERR_OK || year < 1970 ||
	    bytes_take_until(&word, '-', &part) != ERR_OK || !read_two(part, &month) ||
	    !read_two(word, &day) || month == 0 || month > 12 || day == 0)
		return 0;
	is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (day > before[month] - before[month - 1] + (month == 2 && is_leap))
		return 0;
	/* Days since 1970, the leap days of the years before this one among them. */
	return ((year - 1970) * 365 + (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400 +
		before[month - 1] + day + (month > 2 && is_leap)) *
	       86400000u;
}

static void read_post(struct line_reader *r, struct accord *a)
{
	size_t role = accord_role_find(a, line_word(r, "authority.post"));
	bool has_any = false;

	if (role == a->roles_count || (a->named_roles >> role & 1) != 0) {
		line_refuse(r, "authority.post");
		return;
	}
	a->named_roles |= 1ull << role;
	if (line_accept(r, "by")) {
		line_expect(r, "two", "authority.by");
		a->two_roles |= 1ull << role;
		has_any = true;
	}
	if (line_accept(r, "until")) {
		a->roles[role].until_ms = end_of_day(line_word(r, "authority.until"));
		if (a->roles[role].until_ms == 0)
			line_refuse(r, "authority.until");
		has_any = true;
	}
	if (!has_any)
		line_refuse(r, "authority.by");
}

/* Who holds a post that writes there can read there: two persons let him in. */
static void read_closed(struct line_reader *r, struct accord *a)
{
	const struct accord_channel *c = accord_channel_by_name(a, line_word(r, "authority.closed"));

	if (c == NULL)
		line_refuse(r, "authority.closed");
	else
		a->two_roles |= c->writers;
}

static const struct line_row rows[] = {
	{ "post", read_post, NULL },
	{ "closed", read_closed, NULL },
};

const struct file_row file_authority = { "authority", rows, ARRAY_COUNT(rows), NULL };
