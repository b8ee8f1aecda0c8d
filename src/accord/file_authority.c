/* `authority`: which posts nobody appoints alone, until when they may speak, which channels are closed. */
#include "accord/file.h"

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
		struct date day;
		line_day(r, "authority.until", &day);
		a->roles[role].until_ms = day.end.ms;
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
