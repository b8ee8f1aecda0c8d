#include "border/banner.h"

#include "accord/nfc.h"
#include "policy/marking.h"

#include <ctype.h>
#include <string.h>

static struct bytes trimmed(struct bytes text)
{
	while (text.len > 0 && text.ptr[0] <= ' ')
		text = (struct bytes){ text.ptr + 1, text.len - 1 };
	while (text.len > 0 && text.ptr[text.len - 1] <= ' ')
		text.len--;
	return text;
}

static bool is_same(struct bytes text, struct bytes name)
{
	return text.len > 0 && nfc_front(text, name) == text.len;
}

/* As many bytes as it begins with that, and not in the middle of a word; 0: it does not. */
static size_t len_at_front(struct bytes text, struct bytes name)
{
	size_t len = nfc_front(text, name);

	return len == text.len || (text.ptr[len] < 0x80 && !isalnum(text.ptr[len])) ? len : 0;
}

void banner_doubt(struct banner *b, struct bytes word)
{
	if (b->word.len == 0)
		b->word = word;
	b->is_unknown = true;
}

/* Up to the next of these or the end; false when nothing is left. */
static bool take_until(struct bytes *in, const char *end, struct bytes *out)
{
	const uint8_t *cut = in->len == 0 ? NULL : memmem(in->ptr, in->len, end, strlen(end));

	if (in->ptr == NULL)
		return false;
	*out = *in;
	*in = (struct bytes){ NULL, 0 };
	if (cut != NULL) {
		size_t len = (size_t)(cut - out->ptr), over = len + strlen(end);
		*in = (struct bytes){ out->ptr + over, out->len - over };
		out->len = len;
	}
	*out = trimmed(*out);
	return true;
}

/* ---- Levels ---- */

/* The longest name or code at the front; of levels with one name the highest. */
static bool find_level(const struct guidelines *g, struct bytes text, bool has_codes, uint8_t *level,
		       size_t *longest)
{
	*longest = 0;
	for (size_t l = 0; l < g->levels_count; l++) {
		struct bytes code = bytes_str(g->levels[l].code);
		size_t len = has_codes ? len_at_front(text, code) : 0;
		if (len > *longest) {
			*level = (uint8_t)l;
			*longest = len;
		}
		for (size_t i = 0; i < ACCORD_LANGUAGES_MAX; i++) {
			len = len_at_front(text, g->levels[l].names.text[i]);
			if (len == 0 || len < *longest)
				continue;
			*level = (uint8_t)l;
			*longest = len;
		}
	}
	return *longest > 0;
}

/* "[CODE]", alone or behind a name that is another's too. */
static struct bytes code_in_brackets(struct bytes text)
{
	const uint8_t *open = text.len == 0 ? NULL : memrchr(text.ptr, '[', text.len);

	if (open == NULL || text.ptr[text.len - 1] != ']')
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ open + 1, (size_t)(text.ptr + text.len - open) - 2 };
}

/* Where only a marking is written so: "S" before "//", and never at the front of a sentence. */
static void read_level(const struct guidelines *g, struct bytes text, bool is_marked, struct banner *b)
{
	struct bytes code = code_in_brackets(text);
	size_t len;

	for (size_t l = 0; l < g->levels_count; l++) {
		struct bytes own = bytes_str(g->levels[l].code);
		if (!is_same(code, own) && !is_same(text, own))
			continue;
		b->level = (uint8_t)l;
		b->has_level = true;
		return;
	}
	b->has_level = find_level(g, text, is_marked, &b->level, &len);
	if (b->has_level ? len < text.len : is_marked)
		banner_doubt(b, text);
}

/* ---- Parties ---- */

static uint32_t party_of(const struct guidelines *g, struct bytes code)
{
	for (size_t i = 0; i < g->parties_count; i++) {
		if (is_same(code, bytes_str(g->parties[i].code)))
			return 1u << i;
	}
	return 0;
}

/* Those that are known; whoever is not known is in nobody's list, and nobody is no party: not whole. */
static uint32_t read_parties(const struct guidelines *g, struct bytes list, const char *between,
			     bool *is_whole)
{
	struct bytes code;
	uint32_t set = 0;

	*is_whole = true;
	while (take_until(&list, between, &code)) {
		uint32_t one = party_of(g, code);
		*is_whole = *is_whole && one != 0;
		set |= one;
	}
	return set;
}

/* "KOR S", "JOINT S KOR USA": whose it is, and how high. */
static void read_foreign(const struct guidelines *g, struct bytes text, struct banner *b)
{
	struct bytes rest = text, word;
	bool is_whole = true;
	size_t len;

	if (len_at_front(text, BYTES_LIT("JOINT")) > 0) {
		rest = trimmed((struct bytes){ text.ptr + 5, text.len - 5 });
		b->has_level = find_level(g, rest, true, &b->level, &len);
		rest = trimmed((struct bytes){ rest.ptr + len, rest.len - len });
		b->origin = read_parties(g, rest, " ", &is_whole);
		if (!is_whole)
			banner_doubt(b, text);
		return;
	}
	while (take_until(&rest, " ", &word) && party_of(g, word) != 0) {
		b->origin |= party_of(g, word);
		text = rest;
	}
	if (b->origin == 0)
		banner_doubt(b, text);
	read_level(g, trimmed(text), true, b);
}

static void narrow(struct banner *b, uint32_t rel)
{
	b->rel = b->has_rel ? b->rel & rel : rel;
	b->has_rel = true;
}

/* ---- Segments ---- */

/* A name in any language, if it is one value's alone, or a code. */
static uint64_t value_of(const struct guidelines *g, struct bytes text)
{
	struct bytes code = code_in_brackets(text);
	uint64_t found = 0;

	for (size_t v = 0; v < g->values_count; v++) {
		struct bytes own = bytes_str(g->values[v].code);
		if (is_same(code, own) || is_same(text, own))
			return 1ull << v;
		for (size_t i = 0; i < ACCORD_LANGUAGES_MAX; i++) {
			if (is_same(text, g->values[v].names.text[i]))
				found |= 1ull << v;
		}
	}
	return (found & (found - 1)) == 0 ? found : 0;
}

static void read_values(const struct guidelines *g, struct bytes text, struct banner *b)
{
	struct bytes one;

	while (take_until(&text, "/", &one)) {
		uint64_t value = value_of(g, one);
		b->values |= value;
		if (value == 0)
			banner_doubt(b, one.len > 0 ? one : text);
	}
}

static void read_segment(const struct guidelines *g, struct bytes text, struct banner *b)
{
	struct bytes codes;
	bool is_rel, is_whole = true;

	b->has_words = true;
	if (is_same(text, BYTES_LIT("NOFORN")) || is_same(text, BYTES_LIT("NF"))) {
		narrow(b, 0);
	} else if (len_at_front(text, BYTES_LIT("FGI")) > 0 && value_of(g, text) == 0) {
		uint32_t set = read_parties(g, trimmed((struct bytes){ text.ptr + 3, text.len - 3 }), " ",
					    &is_whole);
		b->foreign |= set;
		if (!is_whole)
			banner_doubt(b, text);
	} else if (marking_list_read(text, &codes, &is_rel)) {
		uint32_t set = read_parties(g, codes, ",", &is_whole);
		if (is_rel)
			narrow(b, set);
		else
			b->origin |= set;
		if (!is_rel && !is_whole)
			banner_doubt(b, text);
	} else {
		read_values(g, text, b);
	}
}

bool banner_read(const struct guidelines *g, struct bytes text, struct banner *out)
{
	struct bytes segment;
	bool is_marked, is_foreign;

	*out = (struct banner){ 0 };
	text = trimmed(text);
	if (text.len >= 2 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')')
		text = trimmed((struct bytes){ text.ptr + 1, text.len - 2 });
	if (text.len == 0)
		return false;
	is_marked = memmem(text.ptr, text.len, "//", 2) != NULL;
	is_foreign = text.len > 2 && memcmp(text.ptr, "//", 2) == 0;
	if (is_foreign)
		text = (struct bytes){ text.ptr + 2, text.len - 2 };
	(void)take_until(&text, "//", &segment);
	if (is_foreign)
		read_foreign(g, segment, out);
	else
		read_level(g, segment, is_marked, out);
	while (take_until(&text, "//", &segment))
		read_segment(g, segment, out);
	out->is_unknown = out->is_unknown || !out->has_level;
	out->is_there = out->has_level || is_marked;
	return out->is_there;
}

/* ---- Several ---- */

void banner_join(const struct guidelines *g, const struct banner *more, struct banner *to)
{
	uint64_t values = to->values | more->values;

	if (!more->is_there)
		return;
	if (!to->is_there) {
		*to = *more;
		return;
	}
	for (size_t i = 0; i < g->any_count; i++) {
		uint64_t left = to->values & g->any[i], right = more->values & g->any[i];
		if (left == 0 || right == 0)
			continue;
		to->is_unknown = to->is_unknown || (left & right) == 0;
		values &= ~g->any[i] | (left & right);
	}
	to->values = values;
	to->level = more->has_level && (!to->has_level || more->level > to->level) ? more->level : to->level;
	to->has_level = to->has_level || more->has_level;
	to->has_words = to->has_words || more->has_words;
	if (more->is_unknown)
		banner_doubt(to, more->word);
	to->origin |= more->origin;
	to->foreign |= more->foreign;
	if (more->has_rel)
		narrow(to, more->rel);
}

/* A value is of no level below its own. */
static uint8_t level_from(const struct guidelines *g, uint8_t level, uint64_t values)
{
	for (size_t v = 0; v < g->values_count; v++) {
		if ((values >> v & 1) != 0 && g->values[v].from > level)
			level = g->values[v].from;
	}
	return level;
}

static uint64_t deciding(const struct guidelines *g, uint64_t values)
{
	for (size_t c = 0; c < g->categories_count; c++) {
		if (g->categories[c].rule == CATEGORY_INFO)
			values &= ~g->categories[c].values;
	}
	return values;
}

bool banner_join_label(const struct guidelines *g, const struct banner *of, bool is_part,
		       struct label_mask *label, bool *differs)
{
	struct label_mask other = *label, both;
	bool is_more;

	if (of->has_level)
		other.level = of->level;
	if (of->has_words)
		other.values = of->values | (label->values & ~deciding(g, label->values));
	if (of->has_rel) /* who names nobody means whose it is */
		other.rel = of->rel != 0 ? of->rel : label->rel & label->origin;
	if (of->origin != 0)
		other.origin = of->origin;
	other.origin |= of->foreign;
	if (!policy_join(g, label, &other, &both).is_allowed)
		return false;
	both.level = level_from(g, both.level, both.values);
	is_more = both.level != label->level || deciding(g, both.values) != deciding(g, label->values) ||
		  both.rel != label->rel || both.origin != label->origin;
	*differs = of->is_unknown || is_more ||
		   (!is_part && (other.level != label->level || other.rel != label->rel ||
				 other.origin != label->origin ||
				 deciding(g, other.values) != deciding(g, label->values)));
	*label = both;
	return true;
}

/* ---- What is proposed ---- */

static void put_word(struct buf *out, const char *name, const char *code, bool *is_first)
{
	buf_put_str(out, *is_first ? " " : ",");
	if (*is_first) {
		buf_put_str(out, name);
		buf_put_byte(out, ':');
	}
	buf_put_str(out, code);
	*is_first = false;
}

static void put_parties(const struct guidelines *g, const char *name, uint32_t set, struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < g->parties_count; i++) {
		if ((set >> i & 1) != 0)
			put_word(out, name, g->parties[i].code, &is_first);
	}
}

void banner_propose(const struct guidelines *g, const struct banner *b, size_t home, struct buf *out)
{
	struct label_mask m = {
		.level = level_from(g, b->level, b->values),
		.values = b->values,
		/* nobody else: only whose it is, and who takes it over is one of them */
		.rel = b->rel != 0  ? b->rel
		       : b->has_rel ? b->origin & 1u << home
				    : 1u << home,
		.origin = (b->origin != 0 ? b->origin : 1u << home) | b->foreign,
	};
	/* for whom ours is another's, he is not we, and does not say who he is */
	bool is_anonymous = b->origin == 0 && (b->foreign >> home & 1) != 0;

	if (!b->is_there || b->is_unknown || home >= g->parties_count || m.rel == 0 || is_anonymous ||
	    !policy_label_check(g, &m).is_allowed)
		return;
	buf_put_str(out, g->levels[m.level].code);
	for (size_t c = 0; c < g->categories_count; c++) {
		bool is_first = true;
		for (size_t v = 0; v < g->values_count; v++) {
			if ((m.values & g->categories[c].values) >> v & 1)
				put_word(out, g->categories[c].name, g->values[v].code, &is_first);
		}
	}
	put_parties(g, "rel", m.rel, out);
	put_parties(g, "origin", (b->origin | b->foreign) != 0 ? m.origin : 0, out);
}
