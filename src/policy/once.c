#include "policy/once.h"

#define EVERYTHING "once everything"

/* Up to the next space, or all that is left. */
static struct bytes take_word(struct bytes *line)
{
	struct bytes word;

	if (bytes_take_until(line, ' ', &word) != ERR_OK) {
		word = *line;
		*line = (struct bytes){ NULL, 0 };
	}
	return word;
}

/* once CATEGORY VALUE from LEVEL [ excludes PARTY+ ]: the whole line, and what is in it. */
struct rule {
	struct bytes line, category, value, level, excludes;
};

static bool next_rule(struct bytes *lines, struct rule *out)
{
	while (bytes_take_until(lines, '\n', &out->line) == ERR_OK) {
		struct bytes rest = out->line, once = take_word(&rest), from;
		out->category = take_word(&rest);
		out->value = take_word(&rest);
		from = take_word(&rest);
		out->level = take_word(&rest);
		if (!bytes_equal(once, BYTES_LIT("once")) || !bytes_equal(from, BYTES_LIT("from")) ||
		    out->level.len == 0)
			continue;
		if (bytes_equal(take_word(&rest), BYTES_LIT("excludes")))
			out->excludes = rest;
		else
			out->excludes = (struct bytes){ NULL, 0 };
		return true;
	}
	return false;
}

static bool excludes(const struct rule *r, struct bytes code)
{
	struct bytes rest = r->excludes;

	while (rest.len > 0) {
		if (bytes_equal(take_word(&rest), code))
			return true;
	}
	return false;
}

static bool has_line(struct bytes lines, struct bytes wanted)
{
	struct bytes line;

	while (bytes_take_until(&lines, '\n', &line) == ERR_OK) {
		if (bytes_equal(line, wanted))
			return true;
	}
	return false;
}

uint64_t once_given(struct bytes opened, const struct guidelines *g, size_t level, size_t party)
{
	struct rule r;
	uint64_t out = 0;

	if (has_line(opened, BYTES_LIT(EVERYTHING)))
		return UINT64_MAX;
	while (next_rule(&opened, &r)) {
		size_t value = guidelines_value_find(g, r.value), from = guidelines_level_find(g, r.level);
		if (value == g->values_count || (from < g->levels_count && level < from) ||
		    !bytes_equal(bytes_str(g->categories[g->values[value].category].name), r.category) ||
		    excludes(&r, bytes_str(g->parties[party].code)))
			continue;
		out |= 1ull << value;
	}
	return out;
}

/* Whether old lets it be given at a level, or to a party, at or to which next does not. */
static bool is_given_less(const struct guidelines *g, const struct guidelines *old, size_t value)
{
	const struct guidelines_value *was = &old->values[value], *is;
	size_t at = guidelines_value_in(g, old, value);

	if (at == SIZE_MAX)
		return true;
	is = &g->values[at];
	for (size_t i = was->from; i < old->levels_count; i++) {
		size_t level = guidelines_level_find(g, bytes_str(old->levels[i].code));
		if (level == g->levels_count || level < is->from)
			return true;
	}
	for (size_t i = 0; i < old->parties_count; i++) {
		size_t party = guidelines_party_find(g, bytes_str(old->parties[i].code));
		if ((was->excludes >> i & 1) == 0 && party < g->parties_count &&
		    (is->excludes >> party & 1) != 0)
			return true;
	}
	return false;
}

/* Its rule, as it stands in the guidelines; nothing if a line of the version before says it already. */
static void put_rule(const struct accord *old, size_t value, struct buf *out)
{
	const struct guidelines *g = old->guidelines;
	const struct guidelines_value *v = &g->values[value];
	const char *between = " excludes ";
	size_t begin = out->len;

	buf_put_str(out, "once ");
	buf_put_str(out, g->categories[v->category].name);
	buf_put_byte(out, ' ');
	buf_put_str(out, v->code);
	buf_put_str(out, " from ");
	buf_put_str(out, g->levels[v->from].code);
	for (size_t i = 0; i < g->parties_count; i++) {
		if ((v->excludes >> i & 1) == 0)
			continue;
		buf_put_str(out, between);
		buf_put_str(out, g->parties[i].code);
		between = " ";
	}
	if (has_line(old->opened, (struct bytes){ out->ptr + begin, out->len - begin }))
		out->len = begin;
	else
		buf_put_byte(out, '\n');
}

void once_write(const struct accord *next, const struct accord *old, struct buf *out)
{
	struct bytes rest = old->opened;
	struct rule r;

	if (next->guidelines == NULL)
		return;
	if (old->guidelines == NULL || has_line(old->opened, BYTES_LIT(EVERYTHING))) {
		buf_put_str(out, EVERYTHING "\n");
		return;
	}
	while (next_rule(&rest, &r)) {
		buf_put(out, r.line);
		buf_put_byte(out, '\n');
	}
	for (size_t i = 0; i < old->guidelines->values_count; i++) {
		if (is_given_less(next->guidelines, old->guidelines, i))
			put_rule(old, i, out);
	}
}
