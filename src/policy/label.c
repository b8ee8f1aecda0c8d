/* Labels: from the wire and back, what may be written, and what is made of two. */
#include "policy/deny.h"

#include <assert.h>

#define REL "rel"
#define ORIGIN "origin"

static struct decision unknown(enum reason reason, struct bytes word)
{
	return (struct decision){ .reason = reason, .subject = SUBJECT_WORD, .word = word };
}

static const struct decision allowed = { .is_allowed = true };

static struct decision read_parties(const struct guidelines *g, const struct label *l,
				    const struct label_category *c, uint32_t *out)
{
	*out = 0;
	for (size_t i = 0; i < c->count; i++) {
		size_t party = guidelines_party_find(g, l->values[c->first + i]);
		if (party == g->parties_count)
			return unknown(REASON_PARTY_UNKNOWN, l->values[c->first + i]);
		*out |= 1u << party;
	}
	return allowed;
}

static struct decision read_values(const struct guidelines *g, const struct label *l,
				   const struct label_category *c, uint64_t *out)
{
	size_t category = guidelines_category_find(g, c->name);

	if (category == g->categories_count)
		return unknown(REASON_CATEGORY_UNKNOWN, c->name);
	for (size_t i = 0; i < c->count; i++) {
		size_t value = guidelines_value_find(g, l->values[c->first + i]);
		if (value == g->values_count || g->values[value].category != category)
			return unknown(REASON_VALUE_UNKNOWN, l->values[c->first + i]);
		*out |= 1ull << value;
	}
	return allowed;
}

struct decision policy_label_read(const struct guidelines *g, const struct label *l, size_t author,
				  struct label_mask *out)
{
	struct label_mask mask = { .rel = 1u << author, .origin = 1u << author };
	size_t level = guidelines_level_find(g, l->level);

	assert(author < g->parties_count);
	if (level == g->levels_count)
		return unknown(REASON_LEVEL_UNKNOWN, l->level);
	mask.level = (uint8_t)level;
	for (size_t i = 0; i < l->categories_count; i++) {
		const struct label_category *c = &l->categories[i];
		struct decision d;
		if (bytes_equal(c->name, BYTES_LIT(REL)))
			d = read_parties(g, l, c, &mask.rel);
		else if (bytes_equal(c->name, BYTES_LIT(ORIGIN)))
			d = read_parties(g, l, c, &mask.origin);
		else
			d = read_values(g, l, c, &mask.values);
		if (!d.is_allowed)
			return d;
	}
	*out = mask;
	return allowed;
}

/* ---- Back to the wire: categories and values in rising byte order ---- */

/* A word into its place among the values from `first` on. */
static bool put_word(struct label *l, size_t first, struct bytes word)
{
	size_t at = l->values_count;

	if (l->values_count == LABEL_VALUES_MAX)
		return false;
	for (; at > first && bytes_compare(l->values[at - 1], word) > 0; at--)
		l->values[at] = l->values[at - 1];
	l->values[at] = word;
	l->values_count++;
	return true;
}

static bool put_category(const struct guidelines *g, struct bytes name, const struct label_mask *m,
			 struct label *l)
{
	struct label_category *c = &l->categories[l->categories_count];
	bool is_rel = bytes_equal(name, BYTES_LIT(REL)), is_whole = true;
	size_t category = guidelines_category_find(g, name);
	uint64_t set = category < g->categories_count ? m->values & g->categories[category].values
		       : is_rel			      ? m->rel
						      : m->origin;

	*c = (struct label_category){ .name = name, .first = l->values_count };
	for (size_t i = 0; set != 0; i++, set >>= 1) {
		if ((set & 1) != 0)
			is_whole = is_whole &&
				   put_word(l, c->first,
					    bytes_str(category < g->categories_count ? g->values[i].code
										     : g->parties[i].code));
	}
	c->count = l->values_count - c->first;
	l->categories_count += c->count > 0;
	return is_whole;
}

enum err policy_label_write(const struct guidelines *g, const struct label_mask *m, struct label *out)
{
	struct bytes names[LABEL_CATEGORIES_MAX] = { BYTES_LIT(ORIGIN), BYTES_LIT(REL) };
	size_t count = 2;

	assert(m->level < g->levels_count);
	*out = (struct label){ .level = bytes_str(g->levels[m->level].code) };
	for (size_t i = 0; i < g->categories_count; i++) {
		struct bytes name = bytes_str(g->categories[i].name);
		size_t at = count++;
		for (; at > 0 && bytes_compare(names[at - 1], name) > 0; at--)
			names[at] = names[at - 1];
		names[at] = name;
	}
	for (size_t i = 0; i < count; i++) {
		if (!put_category(g, names[i], m, out))
			return ERR_LIMIT;
	}
	return ERR_OK;
}

/* ---- At authoring ---- */

static struct decision check_values(const struct guidelines *g, const struct label_mask *l)
{
	for (size_t i = 0; i < g->values_count; i++) {
		const struct guidelines_value *v = &g->values[i];
		struct decision d = deny(REASON_FROM, SUBJECT_VALUE, i, v->line);
		if ((l->values >> i & 1) == 0)
			continue;
		if (l->level < v->from) {
			d.needed_level = v->from;
			return d;
		}
		for (size_t party = 0; party < g->parties_count; party++) {
			if ((v->excludes & l->rel & 1u << party) == 0)
				continue;
			d.reason = REASON_EXCLUDES;
			d.needed_party = (uint8_t)party;
			return d;
		}
	}
	return allowed;
}

static struct decision check_agreements(const struct guidelines *g, const struct label_mask *l)
{
	for (size_t party = 0; party < g->parties_count; party++) {
		struct decision d = allowed;
		if ((l->rel >> party & 1) != 0 && !policy_is_agreed(g, l, party, &d))
			return d;
	}
	return allowed;
}

/* An outside party as such, or a person of one of the accord. */
static bool has_reader(const struct guidelines *g, const struct label_mask *l)
{
	for (size_t i = 0; i < g->parties_count * ACCORD_ROLES_MAX; i++) {
		struct reader r = reader_of(i / ACCORD_ROLES_MAX, i % ACCORD_ROLES_MAX);
		if (policy_evaluate(g, l, &r).is_allowed)
			return true;
	}
	return (policy_parties(g, l) & ~g->members) != 0;
}

struct decision policy_label_check(const struct guidelines *g, const struct label_mask *l)
{
	struct decision d;

	if (l->origin == 0)
		return deny(REASON_ORIGIN, SUBJECT_NONE, 0, 0);
	d = check_values(g, l);
	if (d.is_allowed)
		d = check_agreements(g, l);
	if (d.is_allowed && !has_reader(g, l))
		return deny(REASON_NOBODY, SUBJECT_NONE, 0, 0);
	return d;
}

struct decision policy_join(const struct guidelines *g, const struct label_mask *a,
			    const struct label_mask *b, struct label_mask *out)
{
	struct label_mask mask = {
		.level = a->level > b->level ? a->level : b->level,
		.values = a->values | b->values,
		.rel = a->rel & b->rel,
		.origin = a->origin | b->origin,
	};

	if (mask.rel == 0)
		return deny(REASON_JOIN_REL, SUBJECT_NONE, 0, 0);
	for (size_t i = 0; i < g->any_count; i++) {
		uint64_t left = a->values & g->any[i], right = b->values & g->any[i];
		/* Where one of them names none, it asks for none. */
		if (left == 0 || right == 0)
			continue;
		if ((left & right) == 0)
			return deny(REASON_JOIN_ANY, SUBJECT_CATEGORY, g->any_category[i],
				    g->categories[g->any_category[i]].line);
		mask.values &= ~g->any[i] | (left & right);
	}
	*out = mask;
	return allowed;
}

struct decision policy_part(const struct guidelines *g, const struct label_mask *whole, struct bytes part,
			    size_t author)
{
	struct label_mask mask, both;
	struct cbor_reader r;
	struct label label;
	struct decision d;

	cbor_open(&r, part);
	if (label_read(&r, &label) != ERR_OK || cbor_finish(&r) != ERR_OK)
		return unknown(REASON_LEVEL_UNKNOWN, (struct bytes){ NULL, 0 });
	d = policy_label_read(g, &label, author, &mask);
	if (d.is_allowed)
		d = policy_label_check(g, &mask);
	if (d.is_allowed)
		d = policy_join(g, whole, &mask, &both);
	if (d.is_allowed && (both.level != whole->level || both.values != whole->values ||
			     both.rel != whole->rel || both.origin != whole->origin))
		d = (struct decision){ .reason = REASON_PART, .subject = SUBJECT_WORD, .word = label.level };
	return d;
}

struct decision policy_statement(const struct guidelines *g, const struct label *l, size_t author,
				 const struct accord_channel *channel)
{
	struct label_mask mask;
	struct decision d = policy_label_read(g, l, author, &mask);

	if (d.is_allowed)
		d = policy_label_check(g, &mask);
	return d.is_allowed ? policy_label_on(g, &mask, channel->parties, channel->plane) : d;
}

struct decision policy_label_on(const struct guidelines *g, const struct label_mask *l, uint32_t parties,
				enum plane plane)
{
	for (size_t i = 0; i < g->parties_count; i++) {
		struct reader r = reader_on_plane(i, READER_NODE, plane);
		struct decision d;
		if ((parties >> i & 1) == 0)
			continue;
		d = policy_evaluate(g, l, &r);
		if (!d.is_allowed)
			return d;
	}
	return allowed;
}
