/*
 * An SPIF of any version read into lines of a guidelines file, for a person to take over. Where it says more
 * than a line can, the line is the stricter, and that is told (spif_left.h).
 */
#include "border/incoming.h"
#include "border/spif.h"
#include "border/spif_left.h"
#include "border/xml_read.h"

#include "accord/line.h"
#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LEN_MAX 4096u
#define LANGUAGE_LEN 16u
#define LEFT_MAX 4096u
#define SETS_MAX 256u

struct level {
	struct bytes name;
	char code[CODE_LEN_MAX + 1];
	int64_t lacv, hierarchy;
	const struct xml_node *node;
	bool is_left; /* obsolete: in no line */
};

struct spif_reader {
	struct spif *out;
	const struct xml_node *root;
	char languages[ACCORD_LANGUAGES_MAX][LANGUAGE_LEN];
	size_t languages_count;
	bool has_more_languages;		    /* that is told once */
	struct level levels[GUIDELINES_LEVELS_MAX]; /* low to high */
	size_t levels_count;
	struct bytes party_numbers[GUIDELINES_PARTIES_MAX];
	char parties[GUIDELINES_PARTIES_MAX][CODE_LEN_MAX + 1];
	size_t parties_count;
	char categories[GUIDELINES_CATEGORIES_MAX][CODE_LEN_MAX + 1];
	size_t categories_count;
	char values[GUIDELINES_VALUES_MAX][CODE_LEN_MAX + 1];
	size_t values_count;
	uint8_t memory[LINE_LEN_MAX];
	struct buf line;
};

static const struct bytes none = { NULL, 0 };

static void refuse(struct spif_reader *r, const char *rule)
{
	if (r->out->rule == NULL)
		r->out->rule = rule;
}

static void tell(struct spif_reader *r, enum spif_left why, struct bytes of, struct bytes as)
{
	if (json_array_size(r->out->left) == LEFT_MAX)
		refuse(r, "spif.count");
	else
		spif_left_put(r->out->left, why, of, as);
}

/* Whether there is no place for one more, which is told: what is not named in a line is in no label. */
static bool is_full(struct spif_reader *r, size_t count, size_t max, struct bytes name)
{
	if (count == max)
		tell(r, SPIF_FULL, name, none);
	return count == max;
}

static const struct xml_node *next(const struct xml_node *parent, const struct xml_node *after,
				   const char *name)
{
	return xml_next(parent, after, SPIF_NS, name);
}

/* The one element of this name; NULL: there is none, and the rule is broken where there are two. */
static const struct xml_node *only(struct spif_reader *r, const char *name, const char *rule)
{
	const struct xml_node *n = next(r->root, NULL, name);

	if (n != NULL && next(r->root, n, name) != NULL)
		refuse(r, rule);
	return n;
}

static bool is_word(const struct xml_node *n, const char *attribute, const char *word)
{
	return bytes_equal(xml_attribute_of(n, attribute), bytes_str(word));
}

static bool is_true(struct spif_reader *r, const struct xml_node *n, const char *attribute, const char *rule)
{
	if (is_word(n, attribute, "true") || is_word(n, attribute, "1"))
		return true;
	if (xml_attribute_of(n, attribute).ptr != NULL && !is_word(n, attribute, "false") &&
	    !is_word(n, attribute, "0"))
		refuse(r, rule);
	return false;
}

/* xs:integer of at most 18 digits. */
static int64_t take_integer(struct spif_reader *r, struct bytes text, const char *rule)
{
	bool is_negative = text.len > 0 && text.ptr[0] == '-';
	int64_t value = 0;

	if (text.len > 0 && (is_negative || text.ptr[0] == '+'))
		text = (struct bytes){ text.ptr + 1, text.len - 1 };
	if (text.len == 0 || text.len > 18)
		refuse(r, rule);
	for (size_t i = 0; i < text.len && i < 18; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			refuse(r, rule);
		value = 10 * value + (text.ptr[i] - '0');
	}
	return is_negative ? -value : value;
}

/* ---- Names that lines may have ---- */

/* [A-Z][A-Z0-9-]*, or the same in small letters. */
static bool is_name(struct bytes name, bool is_small)
{
	uint8_t first = is_small ? 'a' : 'A';

	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		if ((c < first || c > first + 25) && (i == 0 || ((c < '0' || c > '9') && c != '-')))
			return false;
	}
	return name.len > 0;
}

/* rel and origin are categories of every label, and of no guidelines: no other names are in small letters. */
static bool is_taken(char (*taken)[CODE_LEN_MAX + 1], size_t count, const char *name)
{
	if (strcmp(name, "rel") == 0 || strcmp(name, "origin") == 0)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(taken[i], name) == 0)
			return true;
	}
	return false;
}

/* Letters and digits of ASCII in one case, a hyphen for whatever else stands between them. */
static void fold_name(struct bytes in, bool is_small, size_t max, char *out)
{
	size_t len = 0;
	bool is_apart = false;

	for (size_t i = 0; i < in.len && len + 1 < max; i++) {
		uint8_t c = in.ptr[i], small = c | 0x20;
		bool is_letter = small >= 'a' && small <= 'z';
		if (!is_letter && (c < '0' || c > '9')) {
			is_apart = len > 0;
			continue;
		}
		if (is_apart)
			out[len++] = '-';
		is_apart = false;
		if (len == 0 && !is_letter)
			out[len++] = is_small ? 'x' : 'X';
		if (len < max)
			out[len++] = (char)(!is_letter ? c : is_small ? small : c & ~0x20);
	}
	if (len == 0)
		out[len++] = is_small ? 'x' : 'X';
	out[len] = '\0';
}

/* A code of its own among those that are taken, as like the name as it can be. */
static void take_code(struct spif_reader *r, struct bytes name, bool is_small, size_t max,
		      char (*taken)[CODE_LEN_MAX + 1], size_t count, char *out)
{
	size_t whole;

	if (is_name(name, is_small) && bytes_copy_str(name, out, max + 1) == ERR_OK &&
	    !is_taken(taken, count, out))
		return;
	fold_name(name, is_small, max - 4, out);
	whole = strlen(out);
	for (unsigned n = 2; is_taken(taken, count, out) && n < 1000; n++)
		snprintf(out + whole, 5, "-%u", n);
	tell(r, SPIF_RENAMED, name, bytes_str(out));
}

/* ---- Texts in each language ---- */

static void add_language(struct spif_reader *r, struct bytes tag)
{
	for (size_t i = 0; i < r->languages_count; i++) {
		if (bytes_equal(tag, bytes_str(r->languages[i])))
			return;
	}
	if (r->languages_count == ACCORD_LANGUAGES_MAX || !is_language(tag) ||
	    bytes_copy_str(tag, r->languages[r->languages_count], LANGUAGE_LEN) != ERR_OK) {
		if (!r->has_more_languages)
			tell(r, SPIF_LANGUAGE, tag, none);
		r->has_more_languages = true;
	} else {
		r->languages_count++;
	}
}

/* In the order in which they come; English where none is said. */
static void find_languages(struct spif_reader *r, const struct xml_doc *doc)
{
	for (const struct xml_node *n = xml_walk(doc, NULL); n != NULL; n = xml_walk(doc, n)) {
		struct bytes tag = xml_attribute_of(n, "xml:lang");
		if (xml_is(n, SPIF_NS, "markingData") && tag.ptr != NULL)
			add_language(r, tag);
	}
	if (r->languages_count == 0)
		add_language(r, BYTES_LIT("en"));
}

static bool has_code(const struct xml_node *marking, const char *code)
{
	for (const struct xml_node *n = next(marking, NULL, "code"); n != NULL;
	     n = next(marking, n, "code")) {
		if (bytes_equal(xml_text_of(n), bytes_str(code)))
			return true;
	}
	return false;
}

/* In this language, else without one, else the name itself. */
static struct bytes phrase_of(const struct xml_node *n, const char *language)
{
	struct bytes plain = xml_attribute_of(n, "name");
	bool is_plain_found = false;

	for (const struct xml_node *d = next(n, NULL, "markingData"); d != NULL;
	     d = next(n, d, "markingData")) {
		struct bytes phrase = xml_attribute_of(d, "phrase"), tag = xml_attribute_of(d, "xml:lang");
		if (phrase.len == 0 || has_code(d, "portionMarking"))
			continue;
		if (bytes_equal(tag, bytes_str(language)))
			return phrase;
		if (tag.ptr == NULL && !is_plain_found) {
			plain = phrase;
			is_plain_found = true;
		}
	}
	return plain;
}

/* As line.c takes a text. */
static bool is_text(struct bytes text)
{
	struct bytes rest = text;
	uint32_t c;

	if (text.len == 0 || text.len > ACCORD_TEXT_LEN_MAX || !line_is_nfc(text))
		return false;
	while (bytes_take_character(&rest, &c) == ERR_OK) {
		if (c == '"' || character_is_hidden(c))
			return false;
	}
	return true;
}

static void put_names(struct spif_reader *r, const struct xml_node *n, const char *code)
{
	for (size_t i = 0; i < r->languages_count; i++) {
		struct bytes text = phrase_of(n, r->languages[i]);
		if (!is_text(text)) {
			tell(r, SPIF_NAME, bytes_str(code), bytes_str(r->languages[i]));
			text = bytes_str(code);
		}
		buf_put_byte(&r->line, ' ');
		buf_put_str(&r->line, r->languages[i]);
		buf_put_str(&r->line, " \"");
		buf_put(&r->line, text);
		buf_put_byte(&r->line, '"');
	}
	for (const struct xml_node *d = next(n, NULL, "markingData"); d != NULL;
	     d = next(n, d, "markingData")) {
		struct bytes phrase = xml_attribute_of(d, "phrase");
		if (phrase.ptr != NULL && has_code(d, "portionMarking") &&
		    !bytes_equal(phrase, bytes_str(code)))
			tell(r, SPIF_PORTION, bytes_str(code), phrase);
	}
}

static void begin(struct spif_reader *r, const char *word)
{
	buf_reset(&r->line);
	buf_put_str(&r->line, word);
}

static void put_word(struct spif_reader *r, const char *word)
{
	buf_put_byte(&r->line, ' ');
	buf_put_str(&r->line, word);
}

static void end(struct spif_reader *r)
{
	struct bytes line = buf_bytes(&r->line);

	if (buf_check(&r->line) != ERR_OK)
		refuse(r, "spif.count");
	else
		json_array_append_new(r->out->lines, json_stringn((const char *)line.ptr, line.len));
}

/* ---- Policy and levels ---- */

/* The name, without the version where it ends in that as ours do. */
static void read_policy(struct spif_reader *r)
{
	const struct xml_node *n = only(r, "securityPolicyId", "spif.policy");
	struct bytes name = n == NULL ? none : xml_attribute_of(n, "name");
	struct bytes version = xml_attribute_of(r->root, "version");
	char code[CODE_LEN_MAX + 1], end_of[24];
	uint64_t number = 1;
	size_t len;

	if (name.len == 0 || (version.ptr != NULL &&
			      (bytes_read_decimal(version, UINT32_MAX, &number) != ERR_OK || number == 0))) {
		refuse(r, "spif.policy");
		return;
	}
	len = (size_t)snprintf(end_of, sizeof end_of, " %u", (unsigned)number);
	if (name.len > len && memcmp(name.ptr + name.len - len, end_of, len) == 0)
		name.len -= len;
	take_code(r, name, false, CODE_LEN_MAX, NULL, 0, code);
	begin(r, "guidelines");
	put_word(r, code);
	buf_put_str(&r->line, " version");
	buf_put_str(&r->line, end_of);
	end(r);
}

static void read_level(struct spif_reader *r, const struct xml_node *n)
{
	struct level l = { .name = xml_attribute_of(n, "name"), .node = n };
	size_t at = r->levels_count;

	l.lacv = take_integer(r, xml_attribute_of(n, "lacv"), "spif.level");
	l.hierarchy = take_integer(r, xml_attribute_of(n, "hierarchy"), "spif.level");
	l.is_left = is_true(r, n, "obsolete", "spif.level");
	if (l.name.len == 0)
		refuse(r, "spif.level");
	for (size_t i = 0; i < r->levels_count; i++) {
		if (r->levels[i].lacv == l.lacv || bytes_equal(r->levels[i].name, l.name))
			refuse(r, "spif.level");
	}
	if (r->levels_count == GUIDELINES_LEVELS_MAX) {
		refuse(r, "spif.count");
		return;
	}
	for (; at > 0 && r->levels[at - 1].hierarchy > l.hierarchy; at--)
		r->levels[at] = r->levels[at - 1];
	r->levels[at] = l;
	r->levels_count++;
}

static void put_levels(struct spif_reader *r)
{
	char taken[GUIDELINES_LEVELS_MAX][CODE_LEN_MAX + 1];
	const struct level *below = NULL;
	size_t count = 0;

	for (size_t i = 0; i < r->levels_count; i++) {
		struct level *l = &r->levels[i];
		if (l->is_left) {
			tell(r, SPIF_OBSOLETE, l->name, none);
			continue;
		}
		take_code(r, l->name, false, CODE_LEN_MAX, taken, count, l->code);
		memcpy(taken[count++], l->code, sizeof l->code);
		if (below != NULL && below->hierarchy == l->hierarchy)
			tell(r, SPIF_EQUAL, bytes_str(l->code), bytes_str(below->code));
		begin(r, "level");
		put_word(r, l->code);
		put_names(r, l->node, l->code);
		end(r);
		below = l;
	}
	if (count == 0)
		refuse(r, "spif.level");
}

static void read_levels(struct spif_reader *r)
{
	const struct xml_node *all = only(r, "securityClassifications", "spif.level");

	if (all == NULL) {
		refuse(r, "spif.level");
		return;
	}
	for (const struct xml_node *n = next(all, NULL, "securityClassification");
	     n != NULL && r->out->rule == NULL; n = next(all, n, "securityClassification"))
		read_level(r, n);
}

static size_t find_level(struct spif_reader *r, struct bytes name)
{
	size_t i = 0;

	while (i < r->levels_count && !bytes_equal(r->levels[i].name, name))
		i++;
	if (i == r->levels_count)
		refuse(r, "spif.class");
	return i;
}

/* ---- Values ---- */

/* Whether the extensions have this element, with these two attributes. */
static bool is_extended(const struct spif_reader *r, const char *element, const char *a, struct bytes a_is,
			const char *b, struct bytes b_is)
{
	const struct xml_node *all = next(r->root, NULL, "extensions");

	for (; all != NULL; all = next(r->root, all, "extensions")) {
		for (const struct xml_node *n = xml_next(all, NULL, SPIF_OWN_NS, element); n != NULL;
		     n = xml_next(all, n, SPIF_OWN_NS, element)) {
			if (bytes_equal(xml_attribute_of(n, a), a_is) &&
			    (b == NULL || bytes_equal(xml_attribute_of(n, b), b_is)))
				return true;
		}
	}
	return false;
}

/* The lowest level that it goes with; false: there is none. What ends again above it is told. */
static bool find_from(struct spif_reader *r, const struct xml_node *n, size_t *from, bool *ends)
{
	struct bytes required = xml_attribute_of(n, "requiredClass");
	bool excluded[GUIDELINES_LEVELS_MAX] = { false };

	for (const struct xml_node *x = next(n, NULL, "excludedClass"); x != NULL;
	     x = next(n, x, "excludedClass")) {
		size_t i = find_level(r, xml_text_of(x));
		if (r->out->rule != NULL)
			return false;
		excluded[i] = true;
	}
	if (required.ptr != NULL) {
		size_t i = find_level(r, required);
		for (size_t other = 0; other < r->levels_count; other++)
			excluded[other] = excluded[other] || other != i;
	}
	*from = 0;
	while (*from < r->levels_count && (excluded[*from] || r->levels[*from].is_left))
		(*from)++;
	*ends = false;
	for (size_t i = *from; i < r->levels_count; i++)
		*ends = *ends || (excluded[i] && !r->levels[i].is_left);
	return *from < r->levels_count;
}

static void put_excludes(struct spif_reader *r, const struct xml_node *n, const char *code)
{
	uint32_t set = 0;

	for (const struct xml_node *x = next(n, NULL, "excludedCategory"); x != NULL;
	     x = next(n, x, "excludedCategory")) {
		size_t i = 0;
		while (i < r->parties_count && !bytes_equal(r->party_numbers[i], xml_attribute_of(x, "lacv")))
			i++;
		if (i < r->parties_count && is_word(x, "tagSetRef", "rel") &&
		    xml_attribute_of(x, "all").ptr == NULL)
			set |= 1u << i;
		else
			tell(r, SPIF_EXCLUDED, bytes_str(code), xml_attribute_of(x, "tagSetRef"));
	}
	if (set != 0)
		buf_put_str(&r->line, " excludes");
	for (size_t i = 0; i < r->parties_count; i++) {
		if ((set >> i & 1) != 0)
			put_word(r, r->parties[i]);
	}
}

static bool is_carried(struct spif_reader *r, const struct xml_node *n)
{
	struct bytes name = xml_attribute_of(n, "name");
	bool is_obsolete = is_true(r, n, "obsolete", "spif.value");

	if (name.len == 0 || xml_attribute_of(n, "lacv").len == 0)
		refuse(r, "spif.value");
	else if (is_obsolete)
		tell(r, SPIF_OBSOLETE, name, none);
	else if (xml_attribute_of(n, "userInput").ptr != NULL)
		tell(r, SPIF_TYPED, name, none);
	else
		return r->out->rule == NULL;
	return false;
}

static void put_value(struct spif_reader *r, const struct xml_node *n, struct bytes category)
{
	struct bytes name = xml_attribute_of(n, "name");
	size_t from, first = 0;
	bool ends;
	char *code;

	if (!is_carried(r, n))
		return;
	if (!find_from(r, n, &from, &ends)) {
		tell(r, SPIF_NOWHERE, name, none);
		return;
	}
	if (is_full(r, r->values_count, GUIDELINES_VALUES_MAX, name))
		return;
	code = r->values[r->values_count];
	take_code(r, name, false, CODE_LEN_MAX, r->values, r->values_count, code);
	r->values_count++;
	if (ends)
		tell(r, SPIF_ABOVE, bytes_str(code), bytes_str(r->levels[from].code));
	begin(r, "value");
	put_word(r, r->categories[r->categories_count - 1]);
	put_word(r, code);
	put_names(r, n, code);
	while (r->levels[first].is_left)
		first++;
	if (from > first) {
		buf_put_str(&r->line, " from");
		put_word(r, r->levels[from].code);
	}
	put_excludes(r, n, code);
	if (is_extended(r, "control", "category", category, "value", name))
		buf_put_str(&r->line, " control originator");
	end(r);
}

/* ---- Categories ---- */

/* What says nothing that we know binds most. */
static const char *kind_of(struct spif_reader *r, const struct xml_node *tag, struct bytes name)
{
	bool is_enumerated = is_word(tag, "tagType", "enumerated");
	const char *attribute = is_enumerated ? "enumType" : "tagType";

	if (is_word(tag, attribute, "restrictive"))
		return "all";
	if (is_word(tag, attribute, "permissive"))
		return "any";
	if (is_word(tag, "tagType", "tagType7"))
		return "info";
	if (!is_enumerated && !is_word(tag, "tagType", "notApplicable"))
		refuse(r, "spif.tag");
	tell(r, SPIF_KIND, name, xml_attribute_of(tag, "tagType"));
	return "all";
}

static void put_category(struct spif_reader *r, const struct xml_node *tag, struct bytes set)
{
	struct bytes name = xml_attribute_of(tag, "name");
	char *code;

	if (name.len == 0)
		name = set;
	if (is_full(r, r->categories_count, GUIDELINES_CATEGORIES_MAX, name))
		return;
	code = r->categories[r->categories_count];
	take_code(r, name, true, ROLE_NAME_MAX, r->categories, r->categories_count, code);
	r->categories_count++;
	begin(r, "category");
	put_word(r, code);
	put_word(r, kind_of(r, tag, name));
	end(r);
	for (const struct xml_node *n = next(tag, NULL, "tagCategory"); n != NULL && r->out->rule == NULL;
	     n = next(tag, n, "tagCategory"))
		put_value(r, n, name);
}

/* Of the set `rel`: who is outside stands in the extensions. */
static void put_party(struct spif_reader *r, const struct xml_node *n)
{
	struct bytes name = xml_attribute_of(n, "name");
	bool is_outside;
	char *code;

	if (!is_carried(r, n))
		return;
	if (is_full(r, r->parties_count, GUIDELINES_PARTIES_MAX, name))
		return;
	is_outside = is_extended(r, "outside", "party", name, NULL, none);
	code = r->parties[r->parties_count];
	take_code(r, name, false, PARTY_NAME_MAX, r->parties, r->parties_count, code);
	r->party_numbers[r->parties_count++] = xml_attribute_of(n, "lacv");
	begin(r, is_outside ? "outside" : "party");
	put_word(r, code);
	put_names(r, n, code);
	end(r);
}

static const struct xml_node *find_set(const struct xml_node *all, const struct xml_node *after,
				       const char *name)
{
	const struct xml_node *n = after;

	while ((n = next(all, n, "securityCategoryTagSet")) != NULL && name != NULL &&
	       !bytes_equal(xml_attribute_of(n, "name"), bytes_str(name)))
		;
	return n;
}

static void check_sets(struct spif_reader *r, const struct xml_node *all)
{
	size_t count = 0;

	for (const struct xml_node *n = find_set(all, NULL, NULL); n != NULL; n = find_set(all, n, NULL)) {
		/* Compared each with each: so a bound comes first. */
		if (++count > SETS_MAX) {
			refuse(r, "spif.count");
			return;
		}
		if (xml_attribute_of(n, "name").len == 0)
			refuse(r, "spif.set");
		for (const struct xml_node *o = find_set(all, n, NULL); o != NULL;
		     o = find_set(all, o, NULL)) {
			if (bytes_equal(xml_attribute_of(n, "name"), xml_attribute_of(o, "name")))
				refuse(r, "spif.set");
		}
	}
}

static void put_parties(struct spif_reader *r, const struct xml_node *rel)
{
	for (const struct xml_node *tag = rel == NULL ? NULL : next(rel, NULL, "securityCategoryTag");
	     tag != NULL; tag = next(rel, tag, "securityCategoryTag")) {
		for (const struct xml_node *n = next(tag, NULL, "tagCategory");
		     n != NULL && r->out->rule == NULL; n = next(tag, n, "tagCategory"))
			put_party(r, n);
	}
}

static void put_sets(struct spif_reader *r, const struct xml_node *all)
{
	for (const struct xml_node *n = find_set(all, NULL, NULL); n != NULL; n = find_set(all, n, NULL)) {
		struct bytes name = xml_attribute_of(n, "name");
		if (bytes_equal(name, BYTES_LIT("rel")) || bytes_equal(name, BYTES_LIT("origin")))
			continue;
		for (const struct xml_node *tag = next(n, NULL, "securityCategoryTag");
		     tag != NULL && r->out->rule == NULL; tag = next(n, tag, "securityCategoryTag"))
			put_category(r, tag, name);
	}
}

/* In the order of a guidelines file: parties, levels, then categories with their values. */
static void read_all(struct spif_reader *r)
{
	const struct xml_node *sets = only(r, "securityCategoryTagSets", "spif.set");

	if (!is_word(r->root, "schemaVersion", "2.1") && !is_word(r->root, "schemaVersion", "2.0") &&
	    !is_word(r->root, "schemaVersion", "1.0"))
		refuse(r, "spif.version");
	if (sets != NULL && r->out->rule == NULL)
		check_sets(r, sets);
	if (r->out->rule == NULL)
		read_policy(r);
	if (r->out->rule == NULL)
		read_levels(r);
	if (sets != NULL && r->out->rule == NULL)
		put_parties(r, find_set(sets, NULL, "rel"));
	if (r->out->rule == NULL)
		put_levels(r);
	if (sets != NULL && r->out->rule == NULL)
		put_sets(r, sets);
}

enum err spif_read(struct bytes in, struct spif *out)
{
	struct spif_reader *r;
	struct xml_doc *doc;
	enum err e;

	*out = (struct spif){ .lines = json_array(), .left = json_array() };
	e = xml_read(in, &doc, &out->rule, &out->offset);
	if (e != ERR_OK)
		return e;
	r = xcalloc(1, sizeof *r);
	r->out = out;
	r->root = xml_root(doc);
	buf_init(&r->line, r->memory, sizeof r->memory);
	if (!xml_is(r->root, SPIF_NS, "SPIF"))
		refuse(r, "spif.root");
	if (out->rule == NULL)
		find_languages(r, doc);
	if (out->rule == NULL)
		read_all(r);
	if (out->rule == NULL)
		spif_left_count(out->left, doc);
	free(r);
	xml_read_close(doc);
	if (out->rule == NULL)
		return ERR_OK;
	json_array_clear(out->lines);
	json_array_clear(out->left);
	return ERR_USAGE;
}

void spif_close(struct spif *s)
{
	json_decref(s->lines);
	json_decref(s->left);
	*s = (struct spif){ 0 };
}
