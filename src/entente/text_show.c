/* Texts on a terminal: which there are, how one stands unit by unit, and what is different in another. */
#include "entente/text.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <string.h>

static const char *const states[] = {
	N_("DRAFT"),
	N_("CLEAN AD REFERENDUM"),
	N_("CLEAN"),
	N_("INITIALLED"),
	N_("SIGNED"),
	N_("IN FORCE"),
	N_("AMENDED"),
	N_("TERMINATED"),
	N_("CORRECTED"),
	N_("MISSING"),
	N_("PROPOSED"),
	N_("BRACKETED"),
	N_("AGREED AD REFERENDUM"),
	N_("AGREED"),
	N_("proposes"),
	N_("ad referendum"),
	N_("agrees"),
};

static const char *state_text(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
		if (strcmp(states[i], name) == 0)
			return _(states[i]);
	}
	return name;
}

/* ---- The list. ---- */

static enum exit_code put_row(struct client *c, struct table *t, const json_t *thing)
{
	json_t *text = NULL;
	enum exit_code code = text_get(c, json_str(thing, "place"), NULL, &text);

	if (code == EXIT_DONE) {
		table_put(t, COLOUR_BOLD, json_str(thing, "name"));
		table_put(t, COLOUR_PLAIN, state_text(json_str(text, "state")));
		table_put(t, COLOUR_DIM, say_number(json_array_size(json_object_get(text, "units"))));
		table_put(t, COLOUR_DIM, json_str(thing, "place"));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(thing, "title")));
		table_end_row(t);
	}
	json_decref(text);
	return code;
}

enum exit_code text_list(struct options *o)
{
	json_t *answer = NULL;
	struct table *t = table_new();
	const json_t *thing;
	struct client c;
	enum exit_code code = login_open(&c, o);
	size_t i;

	if (code == EXIT_DONE)
		code = dialogue_get(&c, "text", &answer);
	if (code == EXIT_DONE && o->is_json)
		json_say(answer);
	json_array_foreach(json_object_get(answer, "things"), i, thing)
	{
		if (code == EXIT_DONE && !o->is_json)
			code = put_row(&c, t, thing);
	}
	if (code == EXIT_DONE && !o->is_json)
		table_say(t);
	table_free(t);
	json_decref(answer);
	login_close(&c);
	return code;
}

/* ---- One text. ---- */

static void say_brackets(const json_t *text)
{
	const char *code, *tag;
	const json_t *languages, *count;

	json_object_foreach(json_object_get(text, "brackets"), code, languages)
	{
		json_object_foreach((json_t *)(uintptr_t)languages, tag, count)
		{
			if (json_integer_value(count) > 0)
				say(_("{1}, {2}: {3} in brackets\n"), code, tag,
				    say_number((uint64_t)json_integer_value(count)));
		}
	}
}

static void say_outlets(const json_t *release)
{
	const json_t *one, *outlets = json_object_get(release, "outlets");
	char names[(DIALOGUE_NAME_MAX + 2) * DIALOGUE_OUTLETS_MAX + 1] = "";
	size_t i;

	json_array_foreach(outlets, i, one) say_fill(names + strlen(names), sizeof names - strlen(names),
						     i == 0 ? "{1}" : ", {1}", json_string_value(one));
	if (names[0] != '\0')
		say(_(" By {1}."), names);
}

static void say_endorsed(const json_t *text, const char *key, const char *sentence)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(text, key), "by"), i, one)
	{
		say(sentence, json_str(one, "party"), json_str(one, "place"));
		if (json_flag(one, "stale"))
			say_coloured(COLOUR_WARN, _(" It was another text then."));
		if (json_str(one, "when")[0] != '\0')
			say(_(" Not before {1}."), json_str(one, "when"));
		say_outlets(one);
		say("\n");
	}
}

static void say_version(const json_t *version, const char *tag, bool is_bracketed)
{
	const char *code;
	const json_t *firmness;

	say("    {1} ", tag);
	if (is_bracketed) {
		say("[");
		json_object_foreach(json_object_get(version, "by"), code, firmness)
			say("{1} {2}: ", code, state_text(json_string_value(firmness)));
	}
	if (json_str(version, "words")[0] == '\0')
		say_coloured(COLOUR_DIM, _("(to be left out)"));
	else
		say_text(bytes_str(json_str(version, "words")));
	say(is_bracketed ? "]\n" : "\n");
}

static void say_unit(const json_t *unit)
{
	const char *tag, *status = json_str(unit, "status");
	const json_t *in, *version;
	size_t i;

	say_coloured(COLOUR_BOLD, json_str(unit, "name"));
	say("  ");
	say_coloured(strcmp(status, "AGREED") == 0 ? COLOUR_GOOD : COLOUR_WARN, state_text(status));
	if (json_array_size(json_object_get(unit, "concordance")) > 0) {
		const json_t *code;
		say(_("  languages match:"));
		json_array_foreach(json_object_get(unit, "concordance"), i, code)
			say(" {1}", json_string_value(code));
	}
	say("\n");
	json_object_foreach(json_object_get(unit, "languages"), tag, in)
	{
		bool is_bracketed = strcmp(json_str(in, "status"), "BRACKETED") == 0;
		if (json_array_size(json_object_get(in, "versions")) == 0)
			say(_("    {1} (nobody has words)\n"), tag);
		json_array_foreach(json_object_get(in, "versions"), i, version)
			say_version(version, tag, is_bracketed);
	}
}

/* The units are the joint record; these are nobody's but our own. */
static enum exit_code say_notes(struct client *c, const json_t *text)
{
	const json_t *place;
	enum exit_code code = EXIT_DONE;
	size_t i;

	json_array_foreach(json_object_get(text, "notes"), i, place)
	{
		json_t *entry = NULL;
		if (code == EXIT_DONE)
			code = show_get_entry(c, json_string_value(place), &entry);
		if (code == EXIT_DONE) {
			const char *words =
				json_string_value(json_array_get(json_object_get(entry, "text"), 0));
			say_coloured(COLOUR_WARN, _("OWN NOTE, not sent"));
			say("  {1}: ", json_string_value(place));
			say_text(bytes_str(words == NULL ? "" : words));
			say("\n");
		}
		json_decref(entry);
	}
	return code;
}

/* What it was made of, and what was made of it. */
static void say_relations(const json_t *text, const char *of)
{
	const json_t *name;
	size_t i;

	if (of[0] != '\0')
		say(json_flag(text, "amends") ? _("It amends {1}.\n") : _("It corrects {1}.\n"), of);
	json_array_foreach(json_object_get(text, "corrected_by"), i, name)
		say(_("{1} corrects it.\n"), json_string_value(name));
	json_array_foreach(json_object_get(text, "amended_by"), i, name)
		say(_("{1} amends it.\n"), json_string_value(name));
}

static void say_whole(const json_t *text, const char *of)
{
	const json_t *unit;
	size_t i;

	say_coloured(COLOUR_BOLD, json_str(text, "name"));
	say("  {1}  {2}\n", state_text(json_str(text, "state")), json_str(text, "place"));
	say_line(reader_words(json_object_get(text, "title")));
	say("SHA-256 {1}\n", json_str(text, "hash"));
	if (text_reach(text)[0] != '\0')
		say("{1}\n", text_reach(text));
	say_relations(text, of);
	say_brackets(text);
	say_endorsed(text, "initialled", _("{1} initialled it at {2}."));
	text_say_hold(text);
	say_endorsed(text, "signed", _("{1} signed it at {2}."));
	say_endorsed(text, "released", _("{1} released it at {2}."));
	json_array_foreach(json_object_get(text, "units"), i, unit) say_unit(unit);
}

/* The name of the text that this one is of, "": of none. The caller's list has it. */
static enum exit_code get_name_of(struct client *c, const json_t *text, json_t **texts, const char **name)
{
	const json_t *thing;
	enum exit_code code = dialogue_get(c, "text", texts);
	size_t i;

	*name = "";
	json_array_foreach(json_object_get(*texts, "things"), i, thing)
	{
		if (strcmp(json_str(thing, "place"), json_str(text, "of")) == 0)
			*name = json_str(thing, "name");
	}
	return code;
}

enum exit_code text_show(struct options *o)
{
	json_t *text = NULL, *texts = NULL;
	const char *of = "";
	struct client c;
	enum exit_code code = login_open(&c, o);

	if (code == EXIT_DONE)
		code = text_get(&c, o->arguments[1], option_value(o, "since"), &text);
	if (code == EXIT_DONE)
		code = get_name_of(&c, text, &texts, &of);
	if (code == EXIT_DONE && o->is_json)
		json_say(text);
	else if (code == EXIT_DONE)
		say_whole(text, of);
	if (code == EXIT_DONE && !o->is_json)
		code = say_notes(&c, text);
	json_decref(texts);
	json_decref(text);
	login_close(&c);
	return code;
}

/* ---- What is different. ---- */

static json_t *change(const char *unit, const char *language, const char *was, const char *is)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "unit", unit, "language", language, "was", was, "is", is);
}

/* Of every unit of either, in every language of this one, what is shown there and here. */
static json_t *changes_of(const json_t *was, const json_t *is)
{
	json_t *changes = json_array();
	const json_t *unit, *language;
	size_t i, n;

	json_array_foreach(json_object_get(is, "languages"), n, language)
	{
		const char *tag = json_string_value(language);
		json_array_foreach(json_object_get(was, "units"), i, unit)
		{
			const char *name = json_str(unit, "name");
			if (text_unit(is, name) == NULL && text_words(unit, tag)[0] != '\0')
				json_array_append_new(changes, change(name, tag, text_words(unit, tag), ""));
		}
		json_array_foreach(json_object_get(is, "units"), i, unit)
		{
			const char *name = json_str(unit, "name"), *now = text_words(unit, tag),
				   *then = text_words(text_unit(was, name), tag);
			if (strcmp(now, then) != 0)
				json_array_append_new(changes, change(name, tag, then, now));
		}
	}
	return changes;
}

static void say_changes(const json_t *changes)
{
	const json_t *one;
	size_t i;

	json_array_foreach(changes, i, one)
	{
		say_coloured(COLOUR_BOLD, json_str(one, "unit"));
		say(" {1}\n", json_str(one, "language"));
		for (size_t n = 0; n < 2; n++) {
			const char *words = json_str(one, n == 0 ? "was" : "is");
			if (words[0] == '\0')
				continue;
			say_coloured(n == 0 ? COLOUR_BAD : COLOUR_GOOD, n == 0 ? "  - " : "  + ");
			say_text(bytes_str(words));
			say("\n");
		}
	}
	if (json_array_size(changes) == 0)
		say_line(_("Nothing is different."));
}

enum exit_code text_diff(struct options *o)
{
	const char *since = option_value(o, "since"), *against = option_value(o, "against");
	json_t *is = NULL, *was = NULL, *changes = NULL;
	struct client c;
	enum exit_code code;

	if ((since == NULL) == (against == NULL)) {
		say_error(_("It is not said what it is compared with."));
		say_next(_("--since PLACE, an entry whose author had the text as it was; or --against TEXT"));
		return EXIT_USAGE;
	}
	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = text_get(&c, o->arguments[1], NULL, &is);
	if (code == EXIT_DONE)
		code = text_get(&c, against == NULL ? o->arguments[1] : against, since, &was);
	if (code == EXIT_DONE) {
		changes = changes_of(was, is);
		if (o->is_json)
			json_say(changes);
		else
			say_changes(changes);
	}
	json_decref(changes);
	json_decref(was);
	json_decref(is);
	login_close(&c);
	return code;
}
