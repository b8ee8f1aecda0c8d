/* Translations under what is authentic: whose, and how good; what a machine made says so on every line. */
#include "home/words.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *status, *word; /* N_() */
	enum colour colour;
} states[] = {
	{ "NONE", N_("NONE"), COLOUR_DIM },
	{ "MACHINE", N_("MACHINE"), COLOUR_BAD },
	{ "DRAFT", N_("DRAFT"), COLOUR_WARN },
	{ "REVIEWED", N_("REVIEWED"), COLOUR_PLAIN },
	{ "CERTIFIED", N_("CERTIFIED"), COLOUR_GOOD },
};

static void show_text(const json_t *t, const char *mark)
{
	json_t *portion;
	size_t i;

	json_array_foreach(json_object_get(t, "text"), i, portion)
	{
		const char *text = json_is_string(portion) ? json_string_value(portion) : "";
		while (*text != '\0') {
			size_t len = strcspn(text, "\n");
			say("  ");
			if (mark != NULL)
				say_coloured(COLOUR_BAD, mark);
			say_text((struct bytes){ (const uint8_t *)text, len });
			say("\n");
			text += len + (text[len] == '\n');
		}
	}
}

/* Marked above the original, as they are after a DOWNGRADE of it: between its markings they do not stand. */
static void show_apart(const json_t *t)
{
	char *label = show_label_words(t);

	say(_("  its words are marked {1}, above the original: entente read '{2}'\n"), label,
	    json_str(t, "apart"));
	free(label);
}

/* Another into its language that is certified too, and has other words; NULL: there is none that is read. */
static const json_t *rival_of(const json_t *all, const json_t *t)
{
	const json_t *other;
	size_t i;

	if (strcmp(json_str(t, "status"), "CERTIFIED") != 0 || json_object_get(t, "text") == NULL)
		return NULL;
	json_array_foreach(all, i, other)
	{
		if (other != t && strcmp(json_str(other, "status"), "CERTIFIED") == 0 &&
		    strcmp(json_str(other, "to"), json_str(t, "to")) == 0 &&
		    json_object_get(other, "text") != NULL &&
		    !json_equal(json_object_get(other, "text"), json_object_get(t, "text")))
			return other;
	}
	return NULL;
}

static void show_one(const json_t *all, const json_t *t)
{
	const json_t *rival = rival_of(all, t);
	const json_t *by = json_object_get(t, "by");
	const char *status = json_str(t, "status");
	bool is_machine = strcmp(status, "MACHINE") == 0;

	say(_("translation ({1})  "), json_str(t, "to"));
	for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
		if (strcmp(states[i].status, status) == 0)
			say_coloured(states[i].colour, _(states[i].word));
	}
	say(_("  by {1} {2}, holder {3}, {4}\n"), json_str(by, "party"), json_str(by, "role"),
	    say_number(json_uint(by, "holder")), json_str(by, "place"));
	if (rival != NULL) {
		say_coloured(COLOUR_WARN, _("  TWO ARE CERTIFIED AND DIFFER: "));
		say(_("another says otherwise, {1}; the linguists of both sides say which stands\n"),
		    json_str(rival, "place"));
	}
	if (strcmp(status, "NONE") == 0) {
		say(_("  its words stay in the record: entente read '{1}'\n"), json_str(t, "place"));
		return;
	}
	if (json_object_get(t, "apart") != NULL) {
		show_apart(t);
		return;
	}
	if (!json_flag(t, "held"))
		say_coloured(COLOUR_WARN, _("INCOMPLETE: the text is not here yet.\n"));
	show_text(t, is_machine ? _("[MACHINE] ") : NULL);
}

void show_translations(const json_t *entry)
{
	const json_t *t;
	size_t i;

	json_array_foreach(json_object_get(entry, "translations"), i, t)
		show_one(json_object_get(entry, "translations"), t);
	if (json_array_size(json_object_get(entry, "translations")) > 0)
		say_line(_("what counts is the authentic text above"));
}
