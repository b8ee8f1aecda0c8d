/*
 * What is authentic stays: a translation is a statement of its own, linked to it, by a linguist who says how
 * good it is.
 */
#include "accord/glossary.h"
#include "base/alloc.h"
#include "compose/act.h"
#include "compose/glossary.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "to", N_("TAG"),
	  N_("the language that it is translated into, as ko or en; the terminal's if not said") },
	{ "status", N_("STATUS"),
	  N_("MACHINE, DRAFT (default), REVIEWED or CERTIFIED; NONE: it is none any more") },
	{ "file", N_("FILE"), N_("take the text from a file, - for standard input") },
	{ NULL, NULL, NULL },
};

static enum exit_code read_status(const struct options *o, enum translation_status *status)
{
	const char *word = option_value(o, "status");

	*status = TRANSLATION_DRAFT;
	if (word == NULL || translation_status_read(bytes_str(word), status) == ERR_OK)
		return EXIT_DONE;
	say_error(_("{1} is no status of a translation."), word);
	say_next(_("one of: {1}"), "MACHINE, DRAFT, REVIEWED, CERTIFIED, NONE");
	return EXIT_USAGE;
}

/* The text as one, for the glossary; the caller's to free. */
static char *join_text(const json_t *entry)
{
	const json_t *text = json_object_get(entry, "text");
	json_t *portion;
	struct buf out;
	size_t i, len = 1;

	json_array_foreach(text, i, portion) len += json_string_length(portion) + 1;
	buf_init(&out, xcalloc(1, len), len);
	json_array_foreach(text, i, portion)
	{
		buf_put_str(&out, json_is_string(portion) ? json_string_value(portion) : "");
		buf_put_byte(&out, '\n');
	}
	if (out.len > 0)
		out.ptr[out.len - 1] = '\0';
	return (char *)out.ptr;
}

static enum exit_code add_words(struct draft *d, const struct options *o, struct client *c,
				const json_t *original, const char *language)
{
	char *from = join_text(original);
	enum exit_code code;
	struct buf text;

	code = text_read(o, o->arguments_count > 1 ? o->arguments[1] : NULL, &text);
	if (code == EXIT_DONE) {
		draft_text(d, language, NULL, buf_bytes(&text));
		if (text.len < text.max) {
			text.ptr[text.len] = '\0';
			glossary_warn_translation(c, json_str(original, "language"), from, language,
						  (const char *)text.ptr);
		}
	}
	free(from);
	free(text.ptr);
	return code;
}

/* A later word is said on the translation itself, in its language; what it is of is what that is of. */
static enum exit_code add_fields(struct draft *d, const struct options *o, struct client *c,
				 const json_t *entry, const json_t *original, enum translation_status status)
{
	bool is_later = strcmp(json_str(entry, "kind"), "translation") == 0;
	bool has_text = o->arguments_count > 1 || option_is_given(o, "file");
	const char *language = option_value(o, "to");
	uint8_t memory[LANGUAGE_TAG_MAX + 8];
	struct buf out = BUF_ON(memory);
	bool (*is_good)(struct bytes tag);

	if (language == NULL)
		language = is_later ? json_str(json_array_get(json_object_get(entry, "fields"), 1), "value")
				    : reader_language();
	has_text = has_text || !is_later;
	/* What a peer put into no language can be doubted and taken back all the same. */
	is_good = has_text ? is_language : is_language_tag;
	draft_field_uint(d, FIELD_TRANSLATION_STATUS, status);
	cbor_put_text(&out, bytes_str(language));
	if (buf_check(&out) != ERR_OK || !is_good(bytes_str(language))) {
		say_error(_("{1} is no language: a tag is written as ko, or en-GB."), language);
		say_next("entente translate --help");
		return EXIT_USAGE;
	}
	draft_field(d, FIELD_TRANSLATION_LANGUAGE, buf_bytes(&out), false);
	return !has_text ? EXIT_DONE : add_words(d, o, c, original, language);
}

/* Who names a later word on a translation means the translation. */
static enum exit_code find_first(struct client *c, json_t **entry)
{
	json_t *of = NULL;
	enum exit_code code;

	if (strcmp(json_str(*entry, "kind"), "translation") != 0)
		return EXIT_DONE;
	code = show_get_entry(c, json_string_value(json_array_get(json_object_get(*entry, "refers"), 0)),
			      &of);
	if (code == EXIT_DONE && strcmp(json_str(of, "kind"), "translation") == 0) {
		json_decref(*entry);
		*entry = of;
		return EXIT_DONE;
	}
	json_decref(of);
	return code;
}

/* What it translates, which for a later word is what the first is of; *original is the caller's. */
static enum exit_code find_original(struct client *c, json_t *entry, json_t **original)
{
	const char *kind = json_str(entry, "kind");

	if (strcmp(kind, "translation") == 0)
		return show_get_entry(
			c, json_string_value(json_array_get(json_object_get(entry, "refers"), 0)), original);
	/* What a node says by itself, and what every log begins with. */
	if (json_uint(entry, "signatures") == 0 || strcmp(kind, "open") == 0 || strcmp(kind, "keys") == 0 ||
	    strcmp(kind, "accord") == 0) {
		say_error(_("{1} has no words to translate: it is {2}."), json_str(entry, "place"),
			  show_kind(entry));
		say_next(_("entente inbox lists the messages to your party, with their places"));
		return EXIT_REFUSED;
	}
	*original = json_incref(entry);
	return EXIT_DONE;
}

/* Marked as the original is by now, whose label may have changed since the first translation. */
static enum exit_code compose(struct options *o, struct client *c, struct officer *officer, struct draft *d,
			      const json_t *entry, const json_t *original, enum translation_status status)
{
	enum exit_code code = officer_find_role(officer, o, c);

	if (code == EXIT_DONE)
		code = draft_address(d, c, say_number(json_uint(entry, "channel")));
	if (code == EXIT_DONE) {
		draft_label_as(d, original);
		code = draft_refer(d, entry);
	}
	if (code == EXIT_DONE)
		code = add_fields(d, o, c, entry, original, status);
	if (code == EXIT_DONE)
		code = seal_choose(d, officer, o, c);
	if (code == EXIT_DONE)
		code = draft_sign(d, officer);
	return code == EXIT_DONE ? act_file(o, c, d, officer, entry,
					    status == TRANSLATION_NONE
						    ? _("The translation {2} is none any more: {1} says so.")
						    : _("The translation of {2} stands as {1}."))
				 : code;
}

static enum exit_code run(struct options *o)
{
	struct officer officer = { 0 };
	struct client c = { .fd = -1 };
	enum translation_status status;
	json_t *entry = NULL, *original = NULL;
	struct draft d;
	enum exit_code code = read_status(o, &status);

	draft_open(&d, KIND_TRANSLATION);
	if (code == EXIT_DONE)
		code = officer_open(&officer, o);
	if (code == EXIT_DONE)
		code = login_open_to_sign(&c, o);
	if (code == EXIT_DONE)
		code = show_get_entry(&c, o->arguments[0], &entry);
	if (code == EXIT_DONE)
		code = find_first(&c, &entry);
	if (code == EXIT_DONE)
		code = find_original(&c, entry, &original);
	if (code == EXIT_DONE)
		code = compose(o, &c, &officer, &d, entry, original, status);
	json_decref(original);
	json_decref(entry);
	login_close(&c);
	officer_close(&officer);
	draft_close(&d);
	return code;
}

const struct command_row command_translate = {
	"translate",
	"PLACE [TEXT]",
	1,
	2,
	N_("put a translation beside it, or say how good one is: PLACE is then the translation's"),
	options,
	run,
	false,
};
