/* Labels as one line: docs/spec/border.md section 2. */
#include "border/border.h"

#include <string.h>

static void put_list(struct buf *out, const char *name, bool *is_first)
{
	if (*is_first) {
		buf_put_byte(out, ' ');
		buf_put_str(out, name);
		buf_put_byte(out, '=');
	} else {
		buf_put_byte(out, ',');
	}
	*is_first = false;
}

static void put_parties(const struct guidelines *g, const char *name, uint32_t set, struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < g->parties_count; i++) {
		if ((set >> i & 1) == 0)
			continue;
		put_list(out, name, &is_first);
		buf_put_str(out, g->parties[i].code);
	}
}

void label_text_write(const struct guidelines *g, const struct label_mask *m, struct buf *out)
{
	buf_put_str(out, g->name);
	buf_put_byte(out, ' ');
	buf_put_decimal(out, g->version);
	buf_put_byte(out, ' ');
	buf_put_str(out, g->levels[m->level].code);
	for (size_t c = 0; c < g->categories_count; c++) {
		bool is_first = true;
		for (size_t v = 0; v < g->values_count; v++) {
			if ((m->values & g->categories[c].values) >> v & 1) {
				put_list(out, g->categories[c].name, &is_first);
				buf_put_str(out, g->values[v].code);
			}
		}
	}
	put_parties(g, "rel", m->rel, out);
	put_parties(g, "origin", m->origin, out);
}

/* ---- Back ---- */

/* Up to the next of this byte or the end; false when nothing is left. */
static bool take(struct bytes *in, uint8_t end, struct bytes *word)
{
	if (in->len == 0)
		return false;
	if (bytes_take_until(in, end, word) != ERR_OK) {
		*word = *in;
		*in = (struct bytes){ in->ptr + in->len, 0 };
	}
	return true;
}

static bool take_word(struct bytes *in, struct bytes *word)
{
	while (take(in, ' ', word)) {
		if (word->len > 0)
			return true;
	}
	return false;
}

/* Codes are written in capitals, the rest as the file has it: only ASCII is the same in either case. */
static bool is_same(struct bytes word, const char *name)
{
	return word.len == strlen(name) && strncasecmp((const char *)word.ptr, name, word.len) == 0;
}

static enum err read_parties(const struct guidelines *g, struct bytes list, uint32_t *out)
{
	struct bytes word;

	if (*out != 0)
		return ERR_USAGE;
	while (take(&list, ',', &word)) {
		size_t i = 0;
		while (i < g->parties_count && !is_same(word, g->parties[i].code))
			i++;
		if (i == g->parties_count)
			return ERR_REFUSED;
		if ((*out >> i & 1) != 0)
			return ERR_USAGE;
		*out |= 1u << i;
	}
	return *out == 0 ? ERR_USAGE : ERR_OK;
}

static enum err read_values(const struct guidelines *g, struct bytes name, struct bytes list, uint64_t *out)
{
	struct bytes word;
	size_t c = 0, count = 0;

	while (c < g->categories_count && !is_same(name, g->categories[c].name))
		c++;
	if (c == g->categories_count)
		return ERR_REFUSED;
	if ((*out & g->categories[c].values) != 0)
		return ERR_USAGE;
	for (; take(&list, ',', &word); count++) {
		size_t v = 0;
		while (v < g->values_count &&
		       !(g->values[v].category == c && is_same(word, g->values[v].code)))
			v++;
		if (v == g->values_count)
			return ERR_REFUSED;
		if ((*out >> v & 1) != 0)
			return ERR_USAGE;
		*out |= 1ull << v;
	}
	return count == 0 ? ERR_USAGE : ERR_OK;
}

static enum err read_head(const struct guidelines *g, struct bytes *in, struct label_mask *out)
{
	struct bytes name, version, level;
	uint64_t number;
	size_t i = 0;

	if (!take_word(in, &name) || !take_word(in, &version) || !take_word(in, &level) ||
	    bytes_read_decimal(version, UINT32_MAX, &number) != ERR_OK)
		return ERR_USAGE;
	if (!is_same(name, g->name) || number != g->version)
		return ERR_REFUSED;
	while (i < g->levels_count && !is_same(level, g->levels[i].code))
		i++;
	out->level = (uint8_t)i;
	return i == g->levels_count ? ERR_REFUSED : ERR_OK;
}

enum err label_text_read(const struct guidelines *g, struct bytes in, struct label_mask *out)
{
	struct label_mask m = { 0 };
	struct bytes word, name;
	enum err e;

	*out = m;
	if (in.len > LABEL_TEXT_LEN_MAX)
		return ERR_USAGE;
	for (size_t i = 0; i < in.len; i++) {
		if (in.ptr[i] < 0x20 || in.ptr[i] > 0x7e)
			return ERR_USAGE;
	}
	e = read_head(g, &in, &m);
	while (e == ERR_OK && take_word(&in, &word)) {
		if (bytes_take_until(&word, '=', &name) != ERR_OK)
			return ERR_USAGE;
		if (is_same(name, "rel"))
			e = read_parties(g, word, &m.rel);
		else if (is_same(name, "origin"))
			e = read_parties(g, word, &m.origin);
		else
			e = read_values(g, name, word, &m.values);
	}
	if (e == ERR_OK && (m.rel == 0 || m.origin == 0))
		e = ERR_USAGE;
	if (e != ERR_OK)
		return e;
	*out = m;
	return policy_label_check(g, &m).is_allowed ? ERR_OK : ERR_REFUSED;
}
