/* A form on a terminal: what was agreed beforehand in the reader's language, what was not marked as such. */
#include "home/words.h"
#include "show/show.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *word; /* N_() */
} acts[] = {
	{ "announce", N_("announced") }, { "amend", N_("amended") },	       { "cancel", N_("cancelled") },
	{ "close", N_("closed") },	 { "correction", N_("corrected by") },
};

static const char *act_word(const char *act)
{
	for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
		if (strcmp(acts[i].name, act) == 0)
			return _(acts[i].word);
	}
	return act;
}

static const struct {
	const char *state, *word; /* N_() */
	enum colour colour;
} states[] = {
	{ "ANNOUNCED", N_("ANNOUNCED"), COLOUR_PLAIN },
	{ "AMENDED", N_("AMENDED"), COLOUR_WARN },
	{ "CANCELLED", N_("CANCELLED"), COLOUR_BAD },
	{ "CLOSED", N_("CLOSED"), COLOUR_DIM },
};

const char *show_life_state(const char *state)
{
	for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
		if (strcmp(states[i].state, state) == 0)
			return _(states[i].word);
	}
	return state;
}

static const struct {
	const char *name, *title; /* N_() */
} shared_titles[] = {
	{ "act", N_("act") },		{ "basis", N_("legal basis") },
	{ "reply-by", N_("reply by") }, { "because", N_("sent because") },
	{ "reason", N_("reason") },
};

const char *show_field_title(const json_t *field)
{
	const json_t *title = json_object_get(field, "title");

	if (title != NULL)
		return reader_words(title);
	for (size_t i = 0; i < ARRAY_COUNT(shared_titles); i++) {
		if (strcmp(shared_titles[i].name, json_str(field, "name")) == 0)
			return _(shared_titles[i].title);
	}
	return json_str(field, "name");
}

/* Words that both sides agreed on, or a number, a time: anything but what its author wrote himself. */
static bool is_free(const json_t *field)
{
	const char *type = json_str(field, "type");

	return strcmp(type, "text") == 0 || strcmp(type, "pair") == 0;
}

static void show_pair(const json_t *pair)
{
	const json_t *own = json_object_get(pair, reader_language()), *text;
	const char *language;

	/* The reader's language first; both are authentic. */
	if (json_is_string(own))
		say_text(bytes_str(json_string_value(own)));
	json_object_foreach((json_t *)(uintptr_t)pair, language, text)
	{
		if (text == own || !json_is_string(text))
			continue;
		say("\n      [{1}] ", language);
		say_text(bytes_str(json_string_value(text)));
	}
}

static void show_value(const json_t *field, const json_t *one)
{
	const json_t *value = json_object_get(one, "value"), *words = json_object_get(one, "words");
	const char *type = json_str(field, "type");

	if (words != NULL)
		say_coloured(COLOUR_BOLD, reader_words(words));
	else if (strcmp(type, "pair") == 0)
		show_pair(value);
	else if (strcmp(type, "span") == 0)
		say("{1} - {2}", say_dtg((uint64_t)json_integer_value(json_array_get(value, 0))),
		    say_dtg((uint64_t)json_integer_value(json_array_get(value, 1))));
	else if (strcmp(type, "time") == 0)
		say("{1}", say_dtg(json_uint(one, "value")));
	else if (json_is_integer(value))
		say("{1}", say_number(json_uint(one, "value")));
	else
		say_text(bytes_str(json_str(one, "value")));
}

static void show_field(const json_t *field, const char *indent)
{
	const json_t *one;
	size_t i;

	say("{1}", indent);
	say_cell(show_field_title(field), 22, COLOUR_DIM);
	say(" ");
	json_array_foreach(json_object_get(field, "values"), i, one)
	{
		say("{1}", i == 0 ? "" : "; ");
		show_value(field, one);
	}
	if (is_free(field))
		say_coloured(COLOUR_DIM, _("  (words not agreed beforehand)"));
	say("\n");
}

/* Several values of several members each: claims that stay apart. */
static void show_group(const json_t *field)
{
	const json_t *one, *member;
	size_t i, m;

	json_array_foreach(json_object_get(field, "values"), i, one)
	{
		say("  {1} {2}\n", show_field_title(field), say_number(i + 1));
		json_array_foreach(json_object_get(one, "members"), m, member) show_field(member, "    ");
	}
}

static void show_fields(const json_t *filled)
{
	const json_t *field;
	size_t i;

	json_array_foreach(json_object_get(filled, "fields"), i, field)
	{
		if (strcmp(json_str(field, "type"), "group") == 0)
			show_group(field);
		else
			show_field(field, "  ");
	}
}

static void show_fault(const json_t *filled)
{
	const json_t *fault = json_object_get(filled, "fault");

	if (fault == NULL)
		return;
	say("  ");
	say_coloured(COLOUR_WARN, _("not as its form says: "));
	say_coloured(COLOUR_WARN, _(json_str(fault, "text")));
	if (json_object_get(fault, "field") != NULL)
		say(" ({1})", json_str(fault, "field"));
	say("\n");
}

static void show_raw(const json_t *entry, const json_t *filled)
{
	const json_t *field, *fields[] = { json_object_get(entry, "fields"),
					   json_object_get(json_object_get(entry, "read"), "fields") };
	char line[256];
	size_t i;

	say_fill(line, sizeof line,
		 _("FORM NOT KNOWN HERE: {1} version {2}; its fields stand raw, and nothing is made of "
		   "them\n"),
		 json_str(filled, "form"), say_number(json_uint(filled, "version")));
	say_coloured(COLOUR_WARN, line);
	for (size_t f = 0; f < ARRAY_COUNT(fields); f++) {
		json_array_foreach(fields[f], i, field)
		{
			char *value =
				json_dumps(json_object_get(field, "value"), JSON_ENCODE_ANY | JSON_COMPACT);
			say("  {1}: ", say_number(json_uint(field, "key")));
			say_text(bytes_str(value == NULL ? "" : value));
			say("\n");
			free(value);
		}
	}
}

void show_form_title(const json_t *entry, char *out, size_t size)
{
	const json_t *filled = json_object_get(entry, "filled"), *title = json_object_get(filled, "title"),
		     *field;
	struct buf text;
	size_t i;

	out[0] = '\0';
	if (filled == NULL || (title == NULL && json_flag(filled, "known")))
		return;
	buf_init(&text, out, size - 1);
	buf_put_str(&text, json_str(filled, "form"));
	buf_put_byte(&text, ' ');
	buf_put_str(&text, title == NULL ? _("(form not known here)") : reader_words(title));
	if (title != NULL && strcmp(json_str(filled, "act"), "announce") != 0) {
		buf_put_str(&text, ", ");
		buf_put_str(&text, act_word(json_str(filled, "act")));
	}
	json_array_foreach(json_object_get(filled, "fields"), i, field)
	{
		const json_t *words =
			json_object_get(json_array_get(json_object_get(field, "values"), 0), "words");
		if (words == NULL)
			continue;
		buf_put_str(&text, ": ");
		buf_put_str(&text, reader_words(words));
		break; /* the first code says what it is about */
	}
	out[text.len] = '\0';
}

static bool is_answered(const json_t *entry)
{
	const json_t *ladder, *owed;
	size_t i;

	json_array_foreach(json_object_get(entry, "ladders"), i, ladder)
	{
		owed = json_object_get(ladder, "owed");
		if (owed != NULL && !json_flag(ladder, "information"))
			return false;
	}
	return true;
}

void show_due(const json_t *entry, char *out, size_t size, bool *is_overdue)
{
	const json_t *life = json_object_get(entry, "life");
	uint64_t answer = json_uint(life, "answer_by_ms"), again = json_uint(life, "again_by_ms");
	uint64_t now = clock_now().wall.ms;

	out[0] = '\0';
	*is_overdue = false;
	if (answer > 0 && !is_answered(entry)) {
		*is_overdue = answer < now;
		say_fill(out, size, *is_overdue ? _("ANSWER OVERDUE since {1}") : _("answer due by {1}"),
			 say_time(answer));
	} else if (again > 0) {
		*is_overdue = again < now;
		say_fill(out, size,
			 *is_overdue ? _("NEXT REPORT OVERDUE since {1}") : _("next report due by {1}"),
			 say_time(again));
	}
}

static void show_life(const json_t *entry)
{
	const json_t *life = json_object_get(entry, "life"), *act;
	const char *state = json_str(life, "state");
	bool is_overdue;
	char due[128];
	size_t i;

	if (life == NULL)
		return;
	say(_("  number {1}"), json_str(life, "number"));
	for (i = 0; i < ARRAY_COUNT(states); i++) {
		if (strcmp(states[i].state, state) == 0) {
			say("  ");
			say_coloured(states[i].colour, _(states[i].word));
		}
	}
	json_array_foreach(json_object_get(life, "acts"), i, act)
		say("  > {1} {2}", act_word(json_str(act, "act")), json_str(act, "place"));
	say("\n");
	if (json_array_size(json_object_get(life, "acts")) > 0 &&
	    strcmp(json_str(life, "last"), json_str(entry, "place")) != 0 &&
	    strcmp(json_str(life, "number"), json_str(entry, "place")) == 0)
		say(_("  what stands now: {1}\n"), json_str(life, "last"));
	show_due(entry, due, sizeof due, &is_overdue);
	if (due[0] != '\0') {
		say("  ");
		say_coloured(is_overdue ? COLOUR_BAD : COLOUR_PLAIN, due);
		say("\n");
	}
}

/* What no form of the accord says of its words stands in them all the same. */
static void show_read(const json_t *entry, const json_t *filled)
{
	const json_t *said = json_object_get(entry, "filled_content");
	bool is_shown = filled != NULL && (!json_flag(filled, "known") ||
					   (said != NULL && json_object_get(said, "fault") == NULL));

	if (!is_shown)
		show_numbered(json_object_get(json_object_get(entry, "read"), "fields"), false);
}

void show_form(const json_t *entry)
{
	const json_t *filled = json_object_get(entry, "filled");
	char title[512];

	if (filled != NULL && !json_flag(filled, "known")) {
		show_raw(entry, filled);
	} else if (json_object_get(filled, "title") != NULL) {
		show_form_title(entry, title, sizeof title);
		say_coloured(COLOUR_BOLD, title);
		say(_("  (version {1})\n"), say_number(json_uint(filled, "version")));
		show_fields(filled);
		show_fields(json_object_get(entry, "filled_content"));
		show_fault(filled);
		show_fault(json_object_get(entry, "filled_content"));
	}
	show_read(entry, filled);
	show_life(entry);
}
