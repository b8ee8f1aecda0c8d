/* Advance copies: what came ahead of its log, and by whose word. */
#include "home/words.h"
#include "show/show.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void show_copy_state(const json_t *copy)
{
	static const struct {
		const char *state, *text;
		enum colour colour;
	} states[] = {
		{ "SIGNED", N_("ADVANCE: signed by its officer; its number follows"), COLOUR_WARN },
		{ "BY_LINE",
		  N_("ADVANCE: authenticated by the line alone, by no officer; the signature is to follow"),
		  COLOUR_WARN },
		{ "FALSE",
		  N_("FALSE: the line said this, and the log holds something else; telephone their watch"),
		  COLOUR_BAD },
	};

	for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
		if (strcmp(states[i].state, json_str(copy, "state")) == 0)
			say_coloured(states[i].colour, _(states[i].text));
	}
	if (json_flag(copy, "ended"))
		say_coloured(COLOUR_BAD, _("; its log ended without it; telephone their watch"));
	say("\n");
}

enum exit_code show_copy(struct client *c, const json_t *copy)
{
	const json_t *entry = json_object_get(copy, "entry");
	const char *place = json_str(copy, json_object_get(copy, "place") == NULL ? "log" : "place");
	json_t *portion, *status = NULL;
	enum exit_code code = show_get(c, "/status", &status);
	size_t i;

	if (code != EXIT_DONE)
		return code;
	show_band(status);
	json_decref(status);
	show_copy_state(copy);
	show_marking(entry);
	say("{1}  {2}  {3}\n", place, json_str(entry, "precedence"), show_kind(entry));
	say(_("names as its author "));
	show_author(entry);
	say("\n");
	if (json_str(entry, "acting_for")[0] != '\0')
		say(_("acting for {1}\n"), json_str(entry, "acting_for"));
	if (json_object_get(entry, "to") != NULL) {
		say(_("to "));
		show_addressees(entry);
		say("\n");
	}
	say(_("claimed {1}\n"), say_dtg(json_uint(entry, "claimed_ms")));
	show_signed_fields(entry);
	json_array_foreach(json_object_get(entry, "text"), i, portion)
	{
		show_portion_mark(json_array_get(json_object_get(entry, "portions"), i));
		say_text(bytes_str(json_is_string(portion) ? json_string_value(portion) : ""));
		say("\n");
	}
	if (json_uint(json_object_get(entry, "content"), "sealing") != 0) {
		say_coloured(COLOUR_WARN, _("SEALED"));
		say("\n");
	}
	show_copy_state(copy);
	show_marking(entry);
	return EXIT_DONE;
}

enum exit_code show_copy_find(struct client *c, const char *place, json_t **all, const json_t **out)
{
	enum exit_code code = show_get(c, "/advances", all);
	const json_t *copy;
	size_t i;

	*out = NULL;
	json_array_foreach(json_object_get(*all, "advances"), i, copy)
	{
		if (strcasecmp(json_str(copy, "place"), place) == 0)
			*out = copy;
	}
	return code;
}
