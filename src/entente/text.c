/*
 * Texts in several languages: their units are proposed, agreed and found to match, then the whole is signed.
 */
#include "entente/text.h"

#include "accord/nfc.h"
#include "base/alloc.h"
#include "compose/act.h"
#include "compose/glossary.h"
#include "entente/rows.h"
#include "entente/text_say.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

/* ---- A unit. ---- */

char *text_normal(struct bytes typed)
{
	struct buf out;

	buf_init(&out, xcalloc(1, 4 * typed.len + 1), 4 * typed.len);
	if (text_to_nfc(typed, &out) == ERR_OK)
		return (char *)out.ptr;
	free(out.ptr);
	return NULL;
}

/* Its words against the glossary, and against what stands in the other languages. */
static void warn(struct saying *s, const json_t *unit, const char *language, const char *words)
{
	const json_t *other;
	size_t i, others = 0;

	json_array_foreach(json_object_get(s->text, "languages"), i, other)
	{
		const char *tag = json_string_value(other);
		if (strcmp(tag, language) == 0 || text_words(unit, tag)[0] == '\0')
			continue;
		others++;
		glossary_warn_translation(&s->c, tag, text_words(unit, tag), language, words);
	}
	if (others == 0)
		glossary_warn_translation(&s->c, "", "", language, words);
}

/* Where it was, or behind all others. */
static uint64_t number_of(const struct saying *s, const json_t *unit)
{
	const char *typed = option_value(s->o, "number");
	const json_t *units = json_object_get(s->text, "units");

	if (typed != NULL)
		return strtoul(typed, NULL, 10);
	if (unit != NULL)
		return json_uint(unit, "number");
	return json_array_size(units) == 0
		       ? 1
		       : json_uint(json_array_get(units, json_array_size(units) - 1), "number") + 1;
}

static enum exit_code run_unit(struct options *o)
{
	struct saying s = {
		.o = o, .c = { .fd = -1 }, .kind = KIND_UNIT, .done = N_("The unit stands as {1}.")
	};
	const char *name = o->arguments[2], *language = text_language(o);
	bool is_left_out = strcmp(o->arguments[0], "leave-out") == 0;
	struct buf typed = { 0 };
	char *words = NULL;
	enum exit_code code = saying_open(&s);

	if (code == EXIT_DONE && !is_left_out)
		code = text_read(o, o->arguments_count > 3 ? o->arguments[3] : NULL, &typed);
	if (code == EXIT_DONE) {
		words = text_normal(buf_bytes(&typed));
		code = saying_begin(&s);
	}
	if (code == EXIT_DONE) {
		const json_t *unit = text_unit(s.text, name);
		if (words != NULL)
			warn(&s, unit, language, words);
		code = saying_end(&s,
				  json_pack("{s:s, s:[s], s:s*, s:I}", "name", name, "languages", language,
					    "words", words, "number", (json_int_t)number_of(&s, unit)));
	}
	free(words);
	free(typed.ptr);
	saying_close(&s);
	return code;
}

/* ---- Agreements and concordances: they name versions, as many as one statement refers to. ---- */

static bool is_own(const struct saying *s, const json_t *by, const char *level)
{
	const char *code;
	const json_t *one;

	json_object_foreach((json_t *)(uintptr_t)by, code, one)
	{
		if (strcasecmp(code, s->party) == 0)
			return level == NULL || strcmp(json_string_value(one), level) == 0;
	}
	return false;
}

/* Whose words are meant: the only ones, or --party's. NULL: there are several, or none. */
static const json_t *version_of(const struct saying *s, const json_t *in)
{
	const char *party = option_value(s->o, "party");
	const json_t *versions = json_object_get(in, "versions"), *one;
	size_t i;

	if (party == NULL || json_array_size(versions) == 1)
		return json_array_size(versions) == 1 ? json_array_get(versions, 0) : NULL;
	json_array_foreach(versions, i, one)
	{
		const char *code;
		const json_t *firmness;
		json_object_foreach(json_object_get(one, "by"), code, firmness)
		{
			if (strcasecmp(code, party) == 0)
				return one;
		}
	}
	return NULL;
}

/* The versions of a unit that are still to be named, *count of them; false: one is not clear. */
static bool versions_of(const struct saying *s, const json_t *unit, const char **places, size_t *count)
{
	bool is_concordance = s->kind == KIND_CONCORDANCE, is_done = true;
	const char *level = option_is_given(s->o, "ad-referendum") ? "ad referendum" : "agrees", *tag;
	const json_t *in, *code;
	size_t i;

	*count = 0;
	json_object_foreach(json_object_get(unit, "languages"), tag, in)
	{
		const json_t *version = version_of(s, in);
		if (version == NULL &&
		    (is_concordance || json_array_size(json_object_get(in, "versions")) > 0))
			return false;
		if (version == NULL)
			continue;
		if (!is_concordance && is_own(s, json_object_get(version, "by"), level))
			continue;
		is_done = false;
		places[(*count)++] = json_str(version, "place");
	}
	if (!is_concordance)
		return !is_done || *count == 0;
	json_array_foreach(json_object_get(unit, "concordance"), i, code)
	{
		if (strcasecmp(json_string_value(code), s->party) == 0)
			*count = 0;
	}
	return true;
}

static json_t *agreement_of(const struct saying *s)
{
	return option_is_given(s->o, "ad-referendum") ? json_pack("{s:i}", "act", AGREE_AD_REFERENDUM)
						      : json_object();
}

static enum exit_code refer(struct saying *s, const char *place)
{
	json_t *entry = NULL;
	enum exit_code code = show_get_entry(&s->c, place, &entry);

	if (code == EXIT_DONE)
		code = draft_refer(&s->d, entry);
	json_decref(entry);
	return code;
}

static bool is_wanted(const struct options *o, const char *name)
{
	for (size_t i = 2; i < o->arguments_count; i++) {
		if (strcmp(o->arguments[i], name) == 0)
			return true;
	}
	return o->arguments_count == 2;
}

static enum exit_code name_unit(struct saying *s, const json_t *unit, size_t *skipped)
{
	const char *places[DIALOGUE_LANGUAGES_MAX];
	size_t count;
	enum exit_code code = EXIT_DONE;

	if (!versions_of(s, unit, places, &count)) {
		(*skipped)++;
		if (s->o->arguments_count == 2)
			return EXIT_DONE;
		say_error(_("{1} is not clear: a language has no words, or those of several parties."),
			  json_str(unit, "name"));
		say_next(_("say whose by --party CODE; entente text show {1}"), json_str(s->text, "name"));
		return EXIT_USAGE;
	}
	if (s->is_drafted && s->d.statement.refers_count + count > STATEMENT_REFERENCES_MAX)
		code = saying_end(s, agreement_of(s));
	if ((code == EXIT_DONE || code == EXIT_LINE_DOWN) && count > 0 && !s->is_drafted)
		code = saying_begin(s);
	for (size_t i = 0; code == EXIT_DONE && i < count; i++)
		code = refer(s, places[i]);
	s->named += count;
	return code;
}

static enum exit_code check_units(const struct saying *s)
{
	for (size_t i = 2; i < s->o->arguments_count; i++) {
		enum exit_code code = text_has_unit(s->text, s->o->arguments[i]);
		if (code != EXIT_DONE)
			return code;
	}
	return EXIT_DONE;
}

static enum exit_code run_named(struct options *o)
{
	bool is_agreement = strcmp(o->arguments[0], "agree") == 0;
	struct saying s = { .o = o,
			    .c = { .fd = -1 },
			    .kind = is_agreement ? KIND_AGREE : KIND_CONCORDANCE,
			    .done = is_agreement ? N_("{1} agrees to these words.")
						 : N_("{1} finds that the languages match.") };
	enum exit_code code = saying_open(&s);
	size_t skipped = 0, i;
	const json_t *unit;

	if (code == EXIT_DONE)
		code = check_units(&s);
	if (code == EXIT_DONE)
		code = saying_begin(&s);
	json_array_foreach(json_object_get(s.text, "units"), i, unit)
	{
		if ((code == EXIT_DONE || code == EXIT_LINE_DOWN) && is_wanted(o, json_str(unit, "name")))
			code = name_unit(&s, unit, &skipped);
	}
	if ((code == EXIT_DONE || code == EXIT_LINE_DOWN) && s.is_drafted && s.d.statement.refers_count > 1)
		code = saying_end(&s, agreement_of(&s));
	if (skipped > 0 && o->arguments_count == 2) {
		say_note(n_(skipped,
			    "{1} unit stands in brackets or lacks a language, and was left as it is.",
			    "{1} units stand in brackets or lack a language, and were left as they are."),
			 say_number(skipped));
		say_next(_("entente text show {1} shows them; entente text agree {1} UNIT --party CODE "
			   "agrees to "
			   "that party's words, entente text unit says others"),
			 o->arguments[1]);
	} else if (code == EXIT_DONE && s.named == 0)
		say_note(is_agreement ? _("Your party agrees to all of that already.")
				      : _("Your party has found all of that to match already."));
	saying_close(&s);
	return code;
}

/* ---- What one thinks of it oneself. ---- */

/* In the home channel, which nobody else holds. */
static enum exit_code run_note(struct options *o)
{
	struct saying s = { .o = o,
			    .c = { .fd = -1 },
			    .kind = KIND_REMARK,
			    .done = N_("The note stands as {1}, in the home channel: it is not sent.") };
	struct buf typed = { 0 };
	uint64_t home = 0;
	enum exit_code code = saying_open(&s);

	if (code == EXIT_DONE)
		code = text_read(o, o->arguments_count > 2 ? o->arguments[2] : NULL, &typed);
	if (code == EXIT_DONE)
		code = saying_begin(&s); /* which party it is */
	if (code == EXIT_DONE)
		code = home_find(&s.c, s.party, &home);
	if (s.is_drafted) {
		draft_close(&s.d);
		draft_open(&s.d, s.kind);
	}
	if (code == EXIT_DONE)
		code = draft_address(&s.d, &s.c, say_number(home));
	if (code == EXIT_DONE)
		code = draft_label_over(&s.d, o, &s.c);
	if (code == EXIT_DONE)
		code = draft_refer(&s.d, s.entry);
	if (code == EXIT_DONE) {
		draft_text(&s.d, text_language(o), NULL, buf_bytes(&typed));
		code = saying_end(&s, json_object());
	}
	free(typed.ptr);
	saying_close(&s);
	return code;
}

/* ---- The command. ---- */

static const struct dialogue_verb says[] = {
	{ "new", KIND_TEXT, 0, KIND_BODY, true, true, N_("The text stands as {1}.") },
	{ "of", KIND_TEXT, 0, KIND_SESSION, true, true, N_("The text stands as {1}.") },
	{ "correct", KIND_TEXT, 0, KIND_TEXT, true, true, N_("The text stands as {1}, and corrects {2}.") },
	{ "amend", KIND_TEXT, TEXT_AMENDS, KIND_TEXT, true, true,
	  N_("The text stands as {1}, and amends {2}.") },
	{ "in-force", KIND_ACT, DIALOGUE_ACT_IN_FORCE, KIND_TEXT, false, true,
	  N_("{1} says that the text is in force; every party must.") },
	{ "terminate", KIND_ACT, DIALOGUE_ACT_TERMINATE, KIND_TEXT, false, true,
	  N_("{1} says that the text is in force no more; every party must.") },
};

static enum exit_code run_say(struct options *o)
{
	return dialogue_say_one(o, says, ARRAY_COUNT(says));
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "list", 1, 1, text_list },
		{ "show --since", 2, 2, text_show },
		{ "diff --since --against", 2, 2, text_diff },
		{ "new --language --also --source --label --rel --languages", 4, 5, run_say },
		{ "of --language --also --source --label --rel --languages", 4, 5, run_say },
		{ "correct --language --also --source --label --rel --languages", 4, 5, run_say },
		{ "amend --language --also --source --label --rel --languages", 4, 5, run_say },
		{ "unit --language --number --file --label --rel", 3, 4, run_unit },
		{ "leave-out --language --number --label --rel", 3, 3, run_unit },
		{ "agree --party --ad-referendum --label --rel", 2, 66, run_named },
		{ "concord --party --label --rel", 2, 66, run_named },
		{ "initial --hash --label --rel", 2, 2, text_endorse },
		{ "sign --hash --label --rel", 2, 2, text_endorse },
		{ "release --hash --when --outlets --label --rel", 2, 2, text_endorse },
		{ "readback --label --rel", 2, 2, text_read_back },
		{ "mark --label --rel", 2, 2, text_mark },
		{ "render --since --original --language --output --pdf", 2, 2, text_render },
		{ "publish", 3, 3, text_publish },
		{ "note --language --file --label --rel", 2, 3, run_note },
		{ "in-force --language --source --label --rel", 2, 3, run_say },
		{ "terminate --language --source --label --rel", 2, 3, run_say },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

static const struct option_row options[] = {
	{ "language", N_("TAG"), N_("the language of what is typed, as ko or en") },
	{ "also", N_("TAG=TEXT"), N_("the title in another language; may be given again") },
	{ "when", N_("DATE"), N_("not before this moment it is made public: 2026-04-11T14:30Z") },
	{ "source", N_("TEXT"), N_("where it is taken from") },
	{ "number", N_("N"), N_("where the unit stands among the others") },
	{ "label", N_("LEVEL"), N_("the level; of an act that of what it is about") },
	{ "rel", N_("CODES"), N_("to whom it is released; everybody of the channel if not said") },
	{ "party", N_("CODE"), N_("whose words are meant, where several parties have some") },
	{ "languages", N_("TAGS"), N_("the languages of a text, of equal rank: ko,en") },
	{ "file", N_("FILE"), N_("take a unit's words from a file, - for standard input") },
	{ "ad-referendum", NULL, N_("agree only if one's capital does") },
	{ "hash", N_("HASH"), N_("sign nothing but the file with this SHA-256") },
	{ "outlets", N_("NAMES"), N_("by what a text is made public: atom,press") },
	{ "since", N_("PLACE"), N_("what has changed since the author of that entry saw it") },
	{ "against", N_("TEXT"), N_("what is different from that text") },
	{ "original", N_("CODE"), N_("the original of that party, which names itself first") },
	{ "output", N_("FILE"), N_("write there, not to standard output") },
	{ "pdf", NULL, N_("the original as PDF, not as HTML") },
	{ NULL, NULL, NULL },
};

const struct command_row command_text = {
	"text",
	"[show|diff|render TEXT | new BODY NAME TITLE | of SESSION NAME TITLE | unit TEXT UNIT [WORDS] | "
	"correct|amend TEXT NAME TITLE | "
	"agree|concord TEXT [UNIT...] | initial|readback|mark|sign|release TEXT | publish TEXT FOLDER | ...]",
	0,
	66,
	N_("write a text in every language together, sign it, and make it public"),
	options,
	run,
	false,
};
