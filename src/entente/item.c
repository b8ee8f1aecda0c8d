#include "entente/item.h"

#include "entente/act.h"
#include "entente/say.h"
#include "entente/words.h"

#include <stdlib.h>
#include <string.h>

/* ---- A label, value by value. ---- */

struct pair {
	struct bytes category, value;
};

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

void label_put(struct draft *d, const char *category, const char *value)
{
	struct pair pairs[LABEL_VALUES_MAX + 1];
	size_t count = pairs_of(&d->statement.label, pairs);

	if (count == LABEL_VALUES_MAX)
		return;
	pairs[count++] = (struct pair){ draft_word(d, category), draft_word(d, value) };
	label_set(&d->statement.label, pairs, count);
}

bool label_drop(struct draft *d, const char *value)
{
	struct pair pairs[LABEL_VALUES_MAX];
	size_t count = pairs_of(&d->statement.label, pairs), kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!bytes_equal(pairs[i].value, bytes_str(value)))
			pairs[kept++] = pairs[i];
	}
	label_set(&d->statement.label, pairs, kept);
	return kept < count;
}

/* ---- The act. ---- */

static enum exit_code get_entry(struct client *c, const char *place, json_t **out)
{
	struct query q;

	query_open(&q, "/entry");
	query_put(&q, "place", place);
	return (enum exit_code)client_get(c, &q, out);
}

static enum exit_code add_hash(struct draft *d, const json_t *item)
{
	uint8_t hash[HASH_LEN];

	if (json_hex(json_object_get(item, "content"), "hash", hash, sizeof hash) != ERR_OK) {
		say_error(_("{1} has no text: there is nothing of it to release."), json_str(item, "place"));
		say_next("entente read '{1}'", json_str(item, "place"));
		return EXIT_REFUSED;
	}
	draft_field_bytes(d, FIELD_ITEM_HASH, BYTES_OF(hash));
	return EXIT_DONE;
}

/* Whose information it is stays so, whoever speaks of it: a label that does not say it means its author. */
static void add_origin(struct draft *d, const json_t *item)
{
	char code[PARTY_NAME_MAX + 1];

	for (size_t i = 0; i < d->statement.label.categories_count; i++) {
		if (bytes_equal(d->statement.label.categories[i].name, BYTES_LIT("origin")))
			return;
	}
	if (bytes_copy_str(bytes_str(json_str(item, "party")), code, sizeof code) != ERR_OK)
		return;
	for (char *c = code; *c != '\0'; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	label_put(d, "origin", code);
}

/* What the act refers to; *subject is the caller's. */
static enum exit_code find_subject(struct client *c, const struct item_act *act, json_t *item,
				   json_t **subject)
{
	const json_t *became = json_object_get(item, "became");
	const char *place = "";

	if (act->is_about_label)
		place = json_str(became, "label_place");
	else if (act->is_about_recall && strcmp(json_str(item, "kind"), "recall") != 0)
		place = json_str(became, "recall_place");
	if (place[0] != '\0')
		return get_entry(c, place, subject);
	if (act->is_about_recall && strcmp(json_str(item, "kind"), "recall") != 0) {
		say_error(_("Nobody has asked for {1} back."), json_str(item, "place"));
		say_next("entente read '{1}'", json_str(item, "place"));
		return EXIT_NOT_FOUND;
	}
	*subject = json_incref(item);
	return EXIT_DONE;
}

static enum exit_code add_text(struct draft *d, const struct item_act *act, const struct options *o)
{
	const char *typed = o->arguments_count > 1 ? o->arguments[1] : NULL;
	enum exit_code code;
	struct buf text;

	if (!act->may_have_text || (typed == NULL && !option_is_given(o, "file")))
		return EXIT_DONE;
	code = text_read(o, typed, &text);
	if (code == EXIT_DONE)
		draft_text(d, text_language(o), NULL, buf_bytes(&text));
	free(text.ptr);
	return code;
}

static enum exit_code compose(struct options *o, const struct item_act *act, struct client *c,
			      struct officer *officer, struct draft *d)
{
	json_t *item = NULL, *subject = NULL;
	enum exit_code code = get_entry(c, o->arguments[0], &item);

	if (code == EXIT_DONE)
		code = officer_find_role(officer, o, c);
	if (code == EXIT_DONE)
		code = find_subject(c, act, item, &subject);
	if (code == EXIT_DONE)
		code = draft_address(d, c, say_number(json_uint(subject, "channel")));
	if (code == EXIT_DONE)
		code = draft_refer(d, subject);
	if (code == EXIT_DONE)
		add_origin(d, item);
	if (code == EXIT_DONE && act->has_hash)
		code = add_hash(d, item);
	if (code == EXIT_DONE && act->fill != NULL)
		code = act->fill(d, o, item);
	if (code == EXIT_DONE)
		code = add_text(d, act, o);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	if (code == EXIT_DONE)
		code = act_file(o, c, d, officer, item, _(act->done));
	json_decref(subject);
	json_decref(item);
	return code;
}

enum exit_code item_run(struct options *o, const struct item_act *act)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	struct draft d;
	enum exit_code code;

	draft_open(&d, act->kind);
	code = officer_open(&officer, o);
	if (code == EXIT_DONE && client_open(&c, o->home) != ERR_OK)
		code = EXIT_ERROR;
	if (code == EXIT_DONE)
		code = compose(o, act, &c, &officer, &d);
	client_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}
