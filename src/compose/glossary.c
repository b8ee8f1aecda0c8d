#include "compose/glossary.h"

#include "base/alloc.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

#define ABBREVIATION_LEN_MIN 3u
#define ABBREVIATION_LEN_MAX 31u
#define WARNINGS_MAX 16u

/* Quietly: without a glossary there is nothing to hold words against. */
static json_t *get_glossary(struct client *c)
{
	json_t *answer = NULL;
	struct query q;

	query_open(&q, "/glossary");
	if (client_get(c, &q, &answer) != EXIT_DONE ||
	    json_array_size(json_object_get(answer, "terms")) == 0) {
		json_decref(answer);
		return NULL;
	}
	return answer;
}

static void warn(const char *sentence, const char *one, const char *two, const char *three)
{
	char line[512];

	say_fill(line, sizeof line, sentence, one, two, three);
	say_error("{1}", line);
	say_next(_("it goes as it is; entente accord show and the file glossary have the words"));
}

static bool has_word(const json_t *term, const char *language, const char *text)
{
	const json_t *word = json_object_get(json_object_get(term, "words"), language);

	return json_is_string(word) && strcasestr(text, json_string_value(word)) != NULL;
}

static const char *word_of(const json_t *term, const char *language)
{
	return json_str(json_object_get(term, "words"), language);
}

static bool is_listed(const json_t *glossary, const char *abbreviation)
{
	const json_t *term, *word;
	const char *language;
	size_t i;

	json_array_foreach(json_object_get(glossary, "terms"), i, term)
	{
		json_object_foreach(json_object_get(term, "words"), language, word)
		{
			if (json_is_string(word) && strstr(json_string_value(word), abbreviation) != NULL)
				return true;
		}
	}
	return false;
}

static bool is_capital(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Capitals in a row, one letter among them: what each side reads in its own way unless it is listed. */
static void warn_abbreviations(const json_t *glossary, const char *text)
{
	size_t warnings = 0;

	while (*text != '\0' && warnings < WARNINGS_MAX) {
		char word[ABBREVIATION_LEN_MAX + 1];
		size_t len = 0, letters = 0;
		for (; is_capital(text[len]); len++)
			letters += text[len] >= 'A';
		if (letters >= ABBREVIATION_LEN_MIN - 1 && len >= ABBREVIATION_LEN_MIN &&
		    len <= ABBREVIATION_LEN_MAX) {
			memcpy(word, text, len);
			word[len] = '\0';
			if (!is_listed(glossary, word)) {
				warn(_("{1} is not in the joint glossary."), word, "", "");
				warnings++;
			}
		}
		text += len > 0 ? len : 1;
	}
}

static void warn_contested(const json_t *glossary, const char *language, const char *text)
{
	const json_t *term;
	size_t i;

	json_array_foreach(json_object_get(glossary, "terms"), i, term)
	{
		if (json_flag(term, "contested") && has_word(term, language, text))
			warn(_("{1} is contested: the two sides do not mean the same by it."),
			     word_of(term, language), "", "");
	}
}

/* Without the abbreviation behind it, which a text gives once or never. */
static size_t name_len(const char *word)
{
	size_t len = strcspn(word, "(");

	return len > 0 ? len : strlen(word);
}

/* Whether what stands there of a text is within a longer word of the glossary. */
static bool is_within_longer(const json_t *glossary, const char *language, const char *text, size_t at,
			     size_t len)
{
	const json_t *term;
	size_t i;

	json_array_foreach(json_object_get(glossary, "terms"), i, term)
	{
		const char *word = word_of(term, language);
		size_t longer = name_len(word);
		if (longer <= len)
			continue;
		for (size_t from = at + len > longer ? at + len - longer : 0; from <= at; from++) {
			if (strncasecmp(text + from, word, longer) == 0)
				return true;
		}
	}
	return false;
}

/* As a word of its own: in `a b`, which has a meaning of its own there, is no `b`. */
static bool has_own_word(const json_t *glossary, const json_t *term, const char *language, const char *text)
{
	const char *word = word_of(term, language), *found = text;

	while (word[0] != '\0' && (found = strcasestr(found, word)) != NULL) {
		if (!is_within_longer(glossary, language, text, (size_t)(found - text), strlen(word)))
			return true;
		found++;
	}
	return false;
}

/* The word stands on one side, and what the glossary has for it does not on the other. */
static void warn_other_words(const json_t *glossary, const char *language, const char *words,
			     const char *other_language, const char *others)
{
	const json_t *term;
	size_t i;

	json_array_foreach(json_object_get(glossary, "terms"), i, term)
	{
		if (has_own_word(glossary, term, language, words) &&
		    word_of(term, other_language)[0] != '\0' && !has_word(term, other_language, others))
			warn(_("The joint glossary has {2} for {1}."), word_of(term, language),
			     word_of(term, other_language), "");
	}
}

static char *text_of(struct bytes text)
{
	char *out = xcalloc(1, text.len + 1);

	if (text.len > 0)
		memcpy(out, text.ptr, text.len);
	return out;
}

/* An array of as many texts as the accord has languages is a pair, whatever field it is of. */
static void warn_field(const json_t *glossary, const json_t *languages, struct bytes value)
{
	char *texts[ACCORD_LANGUAGES_MAX] = { NULL };
	struct cbor_reader r;
	struct bytes text;
	size_t count, i;

	cbor_open(&r, value);
	if (cbor_read_array(&r, ACCORD_LANGUAGES_MAX, &count) != ERR_OK ||
	    count != json_array_size(languages))
		return;
	for (i = 0; i < count && cbor_read_text(&r, CONTENT_LEN_MAX, &text) == ERR_OK; i++)
		texts[i] = text_of(text);
	for (size_t from = 0; i == count && from < count; from++) {
		const char *language = json_string_value(json_array_get(languages, from));
		warn_contested(glossary, language, texts[from]);
		warn_abbreviations(glossary, texts[from]);
		for (size_t to = 0; to < count; to++)
			warn_other_words(glossary, language, texts[from],
					 json_string_value(json_array_get(languages, to)), texts[to]);
	}
	for (i = 0; i < count; i++)
		free(texts[i]);
}

void glossary_warn(struct client *c, const struct draft *d)
{
	json_t *glossary = get_glossary(c), *accord = NULL;
	char language[LANGUAGE_TAG_MAX + 1];

	if (glossary == NULL || show_get(c, "/accord", &accord) != EXIT_DONE ||
	    bytes_copy_str(d->content.language, language, sizeof language) != ERR_OK)
		goto out;
	for (size_t i = 0; i < d->content.portions_count; i++) {
		char *text = text_of(d->content.portions[i].text);
		warn_contested(glossary, language, text);
		warn_abbreviations(glossary, text);
		free(text);
	}
	for (size_t i = 0; i < d->content.fields_count; i++)
		warn_field(glossary, json_object_get(accord, "languages"), d->content.fields[i].value);
out:
	json_decref(accord);
	json_decref(glossary);
}

void glossary_warn_translation(struct client *c, const char *from_language, const char *from,
			       const char *to_language, const char *to)
{
	json_t *glossary = get_glossary(c);

	if (glossary != NULL) {
		warn_contested(glossary, to_language, to);
		warn_abbreviations(glossary, to);
		warn_other_words(glossary, from_language, from, to_language, to);
		warn_other_words(glossary, to_language, to, from_language, from);
	}
	json_decref(glossary);
}
