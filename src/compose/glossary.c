#include "compose/glossary.h"

#include "accord/nfc.h"
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

static const char *word_of(const json_t *term, const char *language)
{
	return json_str(json_object_get(term, "words"), language);
}

/* ---- A word in a text ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static char small(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_ascii(char c)
{
	return ((unsigned char)c & 0x80) == 0;
}

/*
 * How much of the text the word takes there; 0: it does not stand there. The end of a line is a space, and
 * between letters that are not Latin, which are written apart or together, a space is none.
 */
static size_t match_at(const char *text, const char *word, size_t len)
{
	bool is_loose = false;
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_space(word[i])) {
			if (!is_loose && !is_space(text[at]))
				return 0;
			at += strspn(text + at, " \n\t");
			continue;
		}
		/* A space may stand before a letter, and never within its bytes. */
		if (is_loose && ((unsigned char)word[i] & 0xc0) == 0xc0)
			at += strspn(text + at, " \n\t");
		if (small(text[at]) != small(word[i]))
			return 0;
		is_loose = !is_ascii(word[i]);
		at++;
	}
	return at;
}

/* Without the abbreviations behind it, which a text gives once, never, or alone. */
static size_t name_len(const char *word)
{
	size_t len = strcspn(word, "(");

	while (len > 0 && word[len - 1] == ' ')
		len--;
	return len > 0 ? len : strlen(word);
}

static bool is_capital(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The next run of capitals; its length, or 0: there is none. */
static size_t next_abbreviation(const char **text)
{
	size_t len = 0;

	while (**text != '\0' && !is_capital(**text))
		(*text)++;
	while (is_capital((*text)[len]))
		len++;
	return len;
}

static bool has_run(const char *text, const char *run, size_t run_len)
{
	size_t len;

	for (; (len = next_abbreviation(&text)) > 0; text += len) {
		if (len == run_len && memcmp(text, run, len) == 0)
			return true;
	}
	return false;
}

/* One of the abbreviations that stand behind its name. */
static bool has_abbreviation(const char *word, const char *text)
{
	const char *behind = word + name_len(word);
	size_t len;

	for (; (len = next_abbreviation(&behind)) > 0; behind += len) {
		if (has_run(text, behind, len))
			return true;
	}
	return false;
}

static bool has_word(const char *word, const char *text)
{
	for (const char *at = text; word[0] != '\0' && *at != '\0'; at++) {
		if (match_at(at, word, name_len(word)) > 0)
			return true;
	}
	return has_abbreviation(word, text);
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
			if (has_run(json_is_string(word) ? json_string_value(word) : "", abbreviation,
				    strlen(abbreviation)))
				return true;
		}
	}
	return false;
}

/* Capitals in a row, one letter among them: what each side reads in its own way unless it is listed. */
static void warn_abbreviations(const json_t *glossary, const char *text)
{
	size_t warnings = 0;

	for (size_t len; warnings < WARNINGS_MAX && (len = next_abbreviation(&text)) > 0; text += len) {
		char word[ABBREVIATION_LEN_MAX + 1];
		size_t letters = 0;
		for (size_t i = 0; i < len; i++)
			letters += text[i] >= 'A';
		if (letters < ABBREVIATION_LEN_MIN - 1 || len < ABBREVIATION_LEN_MIN ||
		    len > ABBREVIATION_LEN_MAX)
			continue;
		memcpy(word, text, len);
		word[len] = '\0';
		if (!is_listed(glossary, word)) {
			warn(_("{1} is not in the joint glossary."), word, "", "");
			warnings++;
		}
	}
}

/* In whatever language the text is: one cites the words of the other. */
static void warn_contested(const json_t *glossary, const char *text)
{
	const json_t *term, *word;
	const char *language, *found;
	size_t i;

	json_array_foreach(json_object_get(glossary, "terms"), i, term)
	{
		found = NULL;
		json_object_foreach(json_object_get(term, "words"), language, word)
		{
			if (found == NULL && json_is_string(word) && has_word(json_string_value(word), text))
				found = json_string_value(word);
		}
		if (found != NULL && json_flag(term, "contested"))
			warn(_("{1} is contested: the two sides do not mean the same by it."), found, "", "");
	}
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
		for (size_t from = at > 2 * longer ? at - 2 * longer : 0; from <= at; from++) {
			if (from + match_at(text + from, word, longer) >= at + len)
				return true;
		}
	}
	return false;
}

/* As a word of its own: in `a b`, which has a meaning of its own there, is no `b`. */
static bool has_own_word(const json_t *glossary, const json_t *term, const char *language, const char *text)
{
	const char *word = word_of(term, language);

	for (size_t at = 0; word[0] != '\0' && text[at] != '\0'; at++) {
		size_t len = match_at(text + at, word, name_len(word));
		if (len > 0 && !is_within_longer(glossary, language, text, at, len))
			return true;
	}
	return has_abbreviation(word, text);
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
		    word_of(term, other_language)[0] != '\0' &&
		    !has_word(word_of(term, other_language), others))
			warn(_("The joint glossary has {2} for {1}."), word_of(term, language),
			     word_of(term, other_language), "");
	}
}

/*
 * In normal form C, as the words of the glossary are: some machines write a syllable as its single letters.
 * A line that is too long for that stays as it is.
 */
static char *text_of(struct bytes text)
{
	size_t max = 3 * text.len; /* no character grows by more */
	char *memory = xcalloc(1, max + 1);
	struct bytes rest = text, line;
	struct buf out;

	buf_init(&out, memory, max);
	while (rest.len > 0) {
		bool is_last = bytes_take_until(&rest, '\n', &line) != ERR_OK;
		size_t begin = out.len;
		if (is_last)
			line = rest;
		if (text_to_nfc(line, &out) != ERR_OK) {
			out.len = begin;
			buf_put(&out, line);
		}
		if (is_last)
			break;
		buf_put_byte(&out, '\n');
	}
	memory[out.len] = '\0';
	return memory;
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
		warn_contested(glossary, texts[from]);
		warn_abbreviations(glossary, texts[from]);
		for (size_t to = 0; to < count; to++)
			warn_other_words(glossary, language, texts[from],
					 json_string_value(json_array_get(languages, to)), texts[to]);
	}
	for (i = 0; i < count; i++)
		free(texts[i]);
}

static void warn_text(const json_t *glossary, struct bytes bytes)
{
	char *text = text_of(bytes);

	warn_contested(glossary, text);
	warn_abbreviations(glossary, text);
	free(text);
}

void glossary_warn(struct client *c, const struct draft *d)
{
	json_t *glossary = get_glossary(c), *accord = NULL;

	if (glossary == NULL || show_get(c, "/accord", &accord) != EXIT_DONE)
		goto out;
	warn_text(glossary, d->content.subject);
	for (size_t i = 0; i < d->content.portions_count; i++)
		warn_text(glossary, d->content.portions[i].text);
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
	char *source = text_of(bytes_str(from)), *target = text_of(bytes_str(to));

	if (glossary != NULL) {
		warn_contested(glossary, target);
		warn_abbreviations(glossary, target);
		warn_other_words(glossary, from_language, source, to_language, target);
		warn_other_words(glossary, to_language, target, from_language, source);
	}
	free(source);
	free(target);
	json_decref(glossary);
}
