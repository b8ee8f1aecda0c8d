#include "terminal/marked.h"

#include "terminal/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct pair {
	struct bytes category, value;
};

static struct bytes keep(struct arena *words, struct bytes in)
{
	struct bytes copy = arena_copy(words, in);

	/* What a person types and a node says is cut to its limits before it comes here. */
	assert(copy.ptr != NULL);
	return copy;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = bytes_compare(x->category, y->category);

	return order != 0 ? order : bytes_compare(x->value, y->value);
}

static size_t pairs_of(const struct label *l, struct pair *out)
{
	size_t count = 0;

	for (size_t i = 0; i < l->categories_count; i++) {
		for (size_t v = 0; v < l->categories[i].count; v++)
			out[count++] =
				(struct pair){ l->categories[i].name, l->values[l->categories[i].first + v] };
	}
	return count;
}

static void label_set(struct label *l, struct pair *pairs, size_t count)
{
	qsort(pairs, count, sizeof *pairs, compare_pairs);
	l->categories_count = l->values_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && compare_pairs(&pairs[i - 1], &pairs[i]) == 0)
			continue;
		if (l->categories_count == 0 ||
		    !bytes_equal(l->categories[l->categories_count - 1].name, pairs[i].category)) {
			if (l->categories_count == LABEL_CATEGORIES_MAX)
				return;
			l->categories[l->categories_count++] =
				(struct label_category){ pairs[i].category, l->values_count, 0 };
		}
		l->values[l->values_count++] = pairs[i].value;
		l->categories[l->categories_count - 1].count++;
	}
}

static void put(struct label *l, struct bytes category, struct bytes value)
{
	struct pair pairs[LABEL_VALUES_MAX + 1];
	size_t count = pairs_of(l, pairs);

	if (count == LABEL_VALUES_MAX)
		return;
	pairs[count++] = (struct pair){ category, value };
	label_set(l, pairs, count);
}

void label_put(struct arena *words, struct label *l, const char *category, const char *value)
{
	put(l, keep(words, bytes_str(category)), keep(words, bytes_str(value)));
}

/* category .len 0: whatever it is */
static bool drop(struct label *l, struct bytes category, struct bytes value)
{
	struct pair pairs[LABEL_VALUES_MAX];
	size_t count = pairs_of(l, pairs), kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!bytes_equal(pairs[i].value, value) ||
		    (category.len > 0 && !bytes_equal(pairs[i].category, category)))
			pairs[kept++] = pairs[i];
	}
	label_set(l, pairs, kept);
	return kept < count;
}

bool label_drop(struct label *l, const char *value)
{
	return drop(l, (struct bytes){ NULL, 0 }, bytes_str(value));
}

void label_close(struct label *l, const char *party)
{
	(void)drop(l, BYTES_LIT("rel"), bytes_str(party));
}

/* ---- As it is typed. ---- */

/* Codes are in capitals: who types them in small letters means them. Beyond ASCII nothing is guessed. */
static struct bytes in_capitals(struct arena *words, struct bytes word)
{
	uint8_t *letters = arena_alloc(words, word.len + 1, 1);

	assert(letters != NULL);
	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.ptr[i];
		letters[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
	}
	return (struct bytes){ letters, word.len };
}

static bool has_category(const struct label *l, struct bytes name)
{
	for (size_t i = 0; i < l->categories_count; i++) {
		if (bytes_equal(l->categories[i].name, name))
			return true;
	}
	return false;
}

/* The next word before `end`; false at the end of the text. */
static bool next_word(struct bytes *rest, uint8_t end, struct bytes *word)
{
	if (rest->len == 0)
		return false;
	if (bytes_take_until(rest, end, word) != ERR_OK) {
		*word = *rest;
		rest->len = 0;
	}
	return true;
}

/* "KOR,USA" */
static void put_list(struct arena *words, struct label *l, struct bytes category, struct bytes list)
{
	struct bytes one;

	while (next_word(&list, ',', &one))
		put(l, category, in_capitals(words, one));
}

enum err label_type(struct arena *words, const char *text, const char *rel, const json_t *parties,
		    struct label *out)
{
	struct bytes rest = keep(words, bytes_str(text)), word, name;
	const json_t *party;
	size_t i;

	*out = (struct label){ 0 };
	if (!next_word(&rest, ' ', &out->level))
		return ERR_USAGE;
	while (next_word(&rest, ' ', &word)) {
		if (word.len == 0)
			continue;
		if (bytes_take_until(&word, ':', &name) != ERR_OK || name.len == 0 || word.len == 0 ||
		    has_category(out, name))
			return ERR_USAGE;
		put_list(words, out, name, word);
	}
	if (has_category(out, BYTES_LIT("rel")))
		return rel == NULL ? ERR_OK : ERR_USAGE;
	if (rel != NULL)
		put_list(words, out, BYTES_LIT("rel"), keep(words, bytes_str(rel)));
	json_array_foreach(parties, i, party)
	{
		if (rel == NULL && json_is_string(party))
			put_list(words, out, BYTES_LIT("rel"), bytes_str(json_string_value(party)));
	}
	return ERR_OK;
}

/* ---- As the node says it. ---- */

bool label_copy(struct arena *words, const json_t *label, struct label *out)
{
	const json_t *category, *value;
	size_t i, v;

	*out = (struct label){ 0 };
	if (label == NULL)
		return false;
	out->level = keep(words, bytes_str(json_str(label, "level")));
	json_array_foreach(json_object_get(label, "categories"), i, category)
	{
		json_array_foreach(json_object_get(category, "values"), v, value)
		{
			if (json_is_string(value))
				label_put(words, out, json_str(category, "name"), json_string_value(value));
		}
	}
	return true;
}

void label_keep_origin(struct arena *words, struct label *l, const char *party)
{
	if (!has_category(l, BYTES_LIT("origin")))
		put_list(words, l, BYTES_LIT("origin"), keep(words, bytes_str(party)));
}
