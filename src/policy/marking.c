/* Labels as text: a level, a segment a category, REL TO, and whose information it is. */
#include "policy/marking.h"

#include <assert.h>
#include <string.h>

/* What stands around a list of parties. */
struct frame_words {
	const char *before, *after;
};

static const struct {
	const char *language;
	struct frame_words rel, from;
} words[] = {
	{ "en", { "REL TO ", "" }, { "FROM ", "" } }, /* and any language that has no row */
	{ "ko", { "", " 제공" }, { "", " 출처" } },
};
static const struct frame_words portion_rel = { "REL ", "" }, portion_from = { "FROM ", "" };

static size_t words_of(const char *language)
{
	for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
		if (strcmp(words[i].language, language) == 0)
			return i;
	}
	return 0;
}

/* ---- A name, if it can be no other; with its code where another has the same one ---- */

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool begins_with(struct bytes text, struct bytes front)
{
	if (text.len < front.len)
		return false;
	for (size_t i = 0; i < front.len; i++) {
		if (small(text.ptr[i]) != small(front.ptr[i]))
			return false;
	}
	return true;
}

static bool is_same_name(struct bytes a, struct bytes b)
{
	return a.len == b.len && begins_with(a, b);
}

static bool ends_with(struct bytes text, struct bytes end)
{
	if (text.len < end.len)
		return false;
	return bytes_equal((struct bytes){ text.ptr + text.len - end.len, end.len }, end);
}

static bool is_framed(struct bytes name, struct frame_words frame)
{
	struct bytes before = bytes_str(frame.before), after = bytes_str(frame.after);

	return (before.len > 0 && begins_with(name, before)) || (after.len > 0 && ends_with(name, after));
}

static bool take_frame(struct bytes segment, struct frame_words frame, struct bytes *codes)
{
	size_t before = strlen(frame.before), after = strlen(frame.after);

	if (!is_framed(segment, frame))
		return false;
	*codes = (struct bytes){ segment.ptr + before, segment.len - before - after };
	return true;
}

bool marking_list_read(struct bytes segment, struct bytes *codes, bool *is_rel)
{
	for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
		*is_rel = true;
		if (take_frame(segment, words[i].rel, codes))
			return true;
		*is_rel = false;
		if (take_frame(segment, words[i].from, codes))
			return true;
	}
	*is_rel = true;
	return take_frame(segment, portion_rel, codes);
}

/* It holds no sign of the grammar, and reads like no other segment. */
static bool is_plain(struct bytes name, size_t row)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '/' || name.ptr[i] == '[' || name.ptr[i] == ']')
			return false;
	}
	return !is_framed(name, words[row].rel) && !is_framed(name, words[row].from);
}

static void put_code(const char *code, struct buf *out)
{
	buf_put_str(out, "[");
	buf_put_str(out, code);
	buf_put_str(out, "]");
}

static void put_name(struct bytes name, const char *code, bool is_alone, size_t row, struct buf *out)
{
	if (!is_plain(name, row)) {
		put_code(code, out);
		return;
	}
	buf_put(out, name);
	if (!is_alone) {
		buf_put_str(out, " ");
		put_code(code, out);
	}
}

static void put_level(const struct guidelines *g, size_t level, size_t language, size_t row, struct buf *out)
{
	struct bytes name = g->levels[index_below(level, g->levels_count)].names.text[language];
	bool is_alone = true;

	for (size_t i = 0; i < g->levels_count; i++)
		is_alone = is_alone && (i == level || !is_same_name(g->levels[i].names.text[language], name));
	put_name(name, g->levels[level].code, is_alone, row, out);
}

/* Of every category: a title means the value that is known by its code, never another of the same title. */
static void put_value(const struct guidelines *g, size_t value, size_t language, size_t row, struct buf *out)
{
	struct bytes name = g->values[value].names.text[language];
	bool is_alone = true;

	for (size_t i = 0; i < g->values_count; i++)
		is_alone = is_alone && (i == value || !is_same_name(g->values[i].names.text[language], name));
	put_name(name, g->values[value].code, is_alone, row, out);
}

/* ---- Segments ---- */

#define IN_CODES SIZE_MAX /* instead of a language */

static void put_values(const struct accord *a, const struct label_mask *l, size_t language, struct buf *out)
{
	const struct guidelines *g = a->guidelines;
	size_t row = language == IN_CODES ? 0 : words_of(a->languages[language]);

	for (size_t c = 0; c < g->categories_count; c++) {
		const char *between = "//";
		for (size_t i = 0; i < g->values_count; i++) {
			if ((l->values & g->categories[c].values & 1ull << i) == 0)
				continue;
			buf_put_str(out, between);
			between = "/";
			if (language == IN_CODES)
				buf_put_str(out, g->values[i].code);
			else
				put_value(g, i, language, row, out);
		}
	}
}

static void put_parties(const struct guidelines *g, uint32_t set, struct frame_words frame, struct buf *out)
{
	bool is_first = true;

	buf_put_str(out, frame.before);
	for (size_t i = 0; i < g->parties_count; i++) {
		if ((set >> i & 1) == 0)
			continue;
		buf_put_str(out, is_first ? "" : ", ");
		buf_put_str(out, g->parties[i].code);
		is_first = false;
	}
	buf_put_str(out, is_first ? "-" : ""); /* nobody: no code is written so */
	buf_put_str(out, frame.after);
}

static bool says_origin(const struct label_mask *l, size_t author)
{
	return author == MARKING_NO_AUTHOR || l->origin != 1u << author;
}

void marking_banner(const struct accord *a, const struct label_mask *l, size_t author, size_t language,
		    struct buf *out)
{
	const struct guidelines *g = a->guidelines;
	size_t row = words_of(a->languages[index_below(language, a->languages_count)]);

	put_level(g, l->level, language, row, out);
	put_values(a, l, language, out);
	buf_put_str(out, "//");
	put_parties(g, l->rel, words[row].rel, out);
	if (says_origin(l, author)) {
		buf_put_str(out, "//");
		put_parties(g, l->origin, words[row].from, out);
	}
}

void marking_portion(const struct accord *a, const struct label_mask *l, size_t author, struct buf *out)
{
	const struct guidelines *g = a->guidelines;

	buf_put_str(out, "(");
	buf_put_str(out, g->levels[index_below(l->level, g->levels_count)].code);
	put_values(a, l, IN_CODES, out);
	buf_put_str(out, "//");
	put_parties(g, l->rel, portion_rel, out);
	if (says_origin(l, author)) {
		buf_put_str(out, "//");
		put_parties(g, l->origin, portion_from, out);
	}
	buf_put_str(out, ")");
}

/* ---- As one party marks at home ---- */

/* The next by the alphabet, of a set that is not empty. */
static size_t take_first(const struct guidelines *g, uint32_t *set)
{
	size_t first = g->parties_count;

	for (size_t i = 0; i < g->parties_count; i++) {
		if ((*set >> i & 1) != 0 &&
		    (first == g->parties_count || strcmp(g->parties[i].code, g->parties[first].code) < 0))
			first = i;
	}
	*set &= ~(1u << first);
	return first;
}

static void put_sorted(const struct guidelines *g, uint32_t set, const char *before, const char *between,
		       struct buf *out)
{
	while (set != 0) {
		buf_put_str(out, before);
		buf_put_str(out, g->parties[take_first(g, &set)].code);
		before = between;
	}
}

/* "//KOR S", "//JOINT S KOR USA", or the level alone. */
static void put_home_level(const struct guidelines *g, const struct label_mask *l, size_t home,
			   struct bytes level, struct buf *out)
{
	bool is_joint = (l->origin & (l->origin - 1)) != 0;

	if (is_joint)
		buf_put_str(out, "//JOINT ");
	else if (l->origin != 1u << home)
		put_sorted(g, l->origin, "//", " ", out);
	if (!is_joint && l->origin != 1u << home)
		buf_put_str(out, " ");
	buf_put(out, level);
	if (is_joint)
		put_sorted(g, l->origin, " ", " ", out);
}

static void put_home_rel(const struct guidelines *g, const struct label_mask *l, size_t home, struct buf *out)
{
	uint32_t own = l->rel & 1u << home;

	if ((l->rel & ~own) == 0) {
		buf_put_str(out, "//NOFORN");
		return;
	}
	put_sorted(g, own, "//REL TO ", ", ", out);
	put_sorted(g, l->rel & ~own, own != 0 ? ", " : "//REL TO ", ", ", out);
}

void marking_home_banner(const struct accord *a, const struct label_mask *l, size_t home, struct buf *out)
{
	const struct guidelines *g = a->guidelines;
	size_t language = accord_language_find(a, BYTES_LIT("en"));
	char memory[ACCORD_TEXT_LEN_MAX + CODE_LEN_MAX + 8];
	struct buf level = BUF_ON(memory);

	assert(home < g->parties_count);
	put_level(g, l->level, language, words_of(a->languages[language]), &level);
	put_home_level(g, l, home, buf_bytes(&level), out);
	put_values(a, l, language, out);
	put_home_rel(g, l, home, out);
}

void marking_home_portion(const struct accord *a, const struct label_mask *l, size_t home, struct bytes code,
			  struct buf *out)
{
	const struct guidelines *g = a->guidelines;

	assert(home < g->parties_count);
	buf_put_str(out, "(");
	put_home_level(g, l, home, code, out);
	put_values(a, l, IN_CODES, out);
	put_home_rel(g, l, home, out);
	buf_put_str(out, ")");
}

struct bytes marking_home_code(const struct accord *a, const struct label_mask *l, size_t home)
{
	char format[ROLE_NAME_MAX + 1] = { 0 };
	struct buf name = { (uint8_t *)format, 0, sizeof format - 1, false };

	if (home >= a->parties_count)
		return (struct bytes){ NULL, 0 };
	buf_put_str(&name, GUIDELINES_HOME);
	buf_put_str(&name, a->parties[home].name);
	return guidelines_level_name(a->guidelines, format, l->level);
}
