/*
 * `authority`: which posts nobody appoints alone, until when they may speak, who acts for whom, which
 * channels are closed.
 */
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

/* Each party has a post there that is let in: one that observes has none that may write. */
static bool is_known_in(const struct accord *a, const struct accord_channel *c)
{
	unsigned able = 0;

	for (size_t i = 0; i < a->roles_count; i++)
		able |= (c->writers >> i & 1) != 0 ? a->roles[i].parties : 0u;
	return (c->parties & ~able) == 0;
}

/* Who holds a post that writes there reads there, and nobody else: two persons let him in. */
static void read_closed(struct line_reader *r, struct accord *a)
{
	const struct accord_channel *c = accord_channel_by_name(a, line_word(r, "authority.closed"));

	if (c == NULL || !is_known_in(a, c)) {
		line_refuse(r, "authority.closed");
		return;
	}
	a->channels[c - a->channels].is_closed = true;
	a->two_roles |= c->writers;
}

static bool has_pair(const struct accord *a, size_t role, size_t for_role)
{
	for (size_t i = 0; i < a->acting_count; i++) {
		if (a->acting[i].role == role && a->acting[i].for_role == for_role)
			return true;
	}
	return false;
}

/* Everywhere and however urgent, unless it says where or how urgently. */
static void read_acts(struct line_reader *r, struct accord *a)
{
	struct accord_acting acting = { .planes = (1u << PLANE_COUNT) - 1,
					.precedences = (1u << PRECEDENCE_COUNT) - 1 };
	size_t role = accord_role_find(a, line_word(r, "authority.acts")), for_role;

	line_expect(r, "for", "authority.acts");
	for_role = accord_role_find(a, line_word(r, "authority.acts"));
	if (role == a->roles_count || for_role == a->roles_count || role == for_role ||
	    has_pair(a, role, for_role) || a->acting_count == ACCORD_ACTING_MAX) {
		line_refuse(r, "authority.acts");
		return;
	}
	if (line_accept(r, "plane"))
		acting.planes = (uint8_t)line_set(r, a, file_plane_index, PLANE_COUNT, "authority.acts");
	if (line_accept(r, "precedence"))
		acting.precedences =
			(uint8_t)line_set(r, a, file_precedence_index, PRECEDENCE_COUNT, "authority.acts");
	acting.role = (uint8_t)role;
	acting.for_role = (uint8_t)for_role;
	a->acting[a->acting_count++] = acting;
}

static const struct line_row rows[] = {
	{ "post", read_post, NULL },
	{ "acts", read_acts, NULL },
	{ "closed", read_closed, NULL },
};

const struct file_row file_authority = { "authority", rows, ARRAY_COUNT(rows), NULL, NULL };
