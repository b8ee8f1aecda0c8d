/*
 * What key 14 of a statement says, by the names of its fields: whoever reads it, lists it or approves it sees
 * the same words.
 */
#include "home/words.h"
#include "show/show.h"
#include "wire/dialogue.h"

#include <stdlib.h>
#include <string.h>

/* In the order of reading. What is said of a commitment, a body, a session has words of its own. */
static const struct title {
	const char *key, *title, *of_commitment, *of_body, *of_session; /* N_() */
} titles[] = {
	{ "act", N_("act"), NULL, NULL, NULL },
	{ "name", N_("lasting name"), NULL, NULL, NULL },
	{ "title", N_("title"), NULL, NULL, NULL },
	{ "words", N_("words"), NULL, NULL, NULL },
	{ "when", N_("when"), N_("until"), NULL, NULL },
	{ "parties", N_("hosts"), N_("by whom"), N_("hosts by turns"), NULL },
	{ "owed_to", N_("owed to"), NULL, NULL, NULL },
	{ "detail", N_("said in it"), N_("what shows it done"), N_("mandate"), N_("place") },
	{ "unit", N_("from the unit"), NULL, NULL, NULL },
	{ "doubt", N_("its sources contradict"), NULL, NULL, NULL },
	{ "source", N_("source"), NULL, NULL, NULL },
	{ "type", N_("type"), NULL, NULL, NULL },
	{ "confidence", N_("confidence"), NULL, NULL, NULL },
	{ "location", N_("place"), NULL, NULL, NULL },
	{ "where", N_("where"), NULL, NULL, NULL },
	{ "number", N_("number"), NULL, N_("months between two"), NULL },
	{ "languages", N_("languages"), NULL, NULL, NULL },
	{ "chairs", N_("chairs"), NULL, NULL, NULL },
	{ "to", N_("to"), NULL, N_("feeds"), NULL },
	{ "people", N_("delegation"), NULL, NULL, NULL },
	{ "credentials", N_("credentials"), NULL, NULL, NULL },
	{ "manner", N_("manner"), NULL, NULL, NULL },
	{ "beside", N_("beside the session"), NULL, NULL, NULL },
	{ "stage", N_("stage"), NULL, NULL, NULL },
	{ "hash", N_("hash of the text"), NULL, NULL, NULL },
	{ "outlets", N_("outlets"), NULL, NULL, NULL },
};

static void show_words(const json_t *value)
{
	const char *tag;
	json_t *text;
	bool is_first = true;

	json_object_foreach((json_t *)(uintptr_t)value, tag, text)
	{
		say("{1}[{2}] ", is_first ? "" : "  ", tag);
		say_text(bytes_str(json_is_string(text) ? json_string_value(text) : ""));
		is_first = false;
	}
}

/* People stand in pairs of a name and an office. */
static void show_list(const json_t *value, bool is_pairs)
{
	const json_t *text;
	size_t i;

	json_array_foreach(value, i, text)
	{
		say("{1}", i == 0 ? "" : is_pairs && i % 2 == 1 ? ": " : is_pairs ? "; " : ", ");
		say_text(bytes_str(json_is_string(text) ? json_string_value(text) : ""));
	}
}

static const char *manner_text(const char *manner)
{
	if (strcmp(manner, "side-meeting") == 0)
		return _("side meeting");
	return strcmp(manner, "call") == 0 ? _("call") : _("meeting");
}

static void show_value(const char *key, const json_t *value)
{
	if (strcmp(key, "act") == 0)
		say("{1}", _(json_string_value(value)));
	else if (strcmp(key, "manner") == 0)
		say("{1}", manner_text(json_string_value(value)));
	else if (json_is_string(value) && json_string_length(value) == 0)
		say_coloured(COLOUR_DIM, _("(left out)"));
	else if (json_is_string(value))
		say_text(bytes_str(json_string_value(value)));
	else if (json_is_integer(value))
		say("{1}", say_number((uint64_t)json_integer_value(value)));
	else if (json_is_object(value))
		show_words(value);
	else
		show_list(value, strcmp(key, "people") == 0);
}

static void show_row(const char *title, const char *key, const json_t *value)
{
	say("  ");
	say_cell(title, 22, COLOUR_DIM);
	say(" ");
	show_value(key, value);
	say("\n");
}

void show_says(const char *kind, const json_t *says)
{
	for (size_t i = 0; i < ARRAY_COUNT(titles); i++) {
		const json_t *value = json_object_get(says, titles[i].key);
		const char *title = strcmp(kind, "commitment") == 0 ? titles[i].of_commitment
				    : strcmp(kind, "body") == 0	    ? titles[i].of_body
				    : strcmp(kind, "session") == 0  ? titles[i].of_session
								    : NULL;
		if (title == NULL)
			title = titles[i].title;
		if (value != NULL)
			show_row(_(title), titles[i].key, value);
	}
}

void show_numbered(const json_t *fields, bool is_dialogue)
{
	const json_t *field;
	size_t i;

	json_array_foreach(fields, i, field)
	{
		char title[32], *value;
		if (is_dialogue && dialogue_field_name(json_uint(field, "key")) != NULL)
			continue;
		value = json_dumps(json_object_get(field, "value"), JSON_ENCODE_ANY | JSON_COMPACT);
		say_fill(title, sizeof title, _("field {1}"), say_number(json_uint(field, "key")));
		say("  ");
		say_cell(title, 22, COLOUR_DIM);
		say(" ");
		say_text(bytes_str(value == NULL ? "" : value));
		say("\n");
		free(value);
	}
}

void show_signed_fields(const json_t *statement)
{
	if (json_object_get(statement, "filled") != NULL) {
		show_form(statement);
		return;
	}
	show_says(json_str(statement, "kind"), json_object_get(statement, "says"));
	show_numbered(json_object_get(statement, "fields"), json_object_get(statement, "says") != NULL);
	show_form(statement); /* and what its words say in fields, as no form */
}

void show_says_line(const json_t *statement, char *out, size_t size)
{
	const json_t *says = json_object_get(statement, "says");
	const char *text = reader_words(json_object_get(says, "title")), *act = json_str(says, "act");

	if (text[0] == '\0')
		text = json_str(says, "words");
	if (text[0] == '\0')
		text = reader_words(json_object_get(says, "detail"));
	say_fill(out, size, "{1}{2}{3}{4}{5}", act[0] == '\0' ? "" : _(act), act[0] == '\0' ? "" : " ",
		 json_str(says, "name"), json_object_get(says, "name") == NULL ? "" : " ", text);
}
