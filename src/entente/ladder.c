#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"
#include "wire/kinds.h"

#include <string.h>

static const char *path_of(const json_t *answer, const char *peer)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "sent"), i, row)
	{
		if (strcmp(json_str(row, "peer"), peer) == 0)
			return json_str(row, "path");
	}
	return "";
}

/* Who stands behind a step: the node, the peer's node, or the officer whose statement it is. */
static void show_step_row(const json_t *answer, const json_t *ladder, const json_t *step)
{
	const char *word = json_str(step, "step"), *evidence = json_str(step, "evidence");
	const char *path = path_of(answer, json_str(ladder, "party"));
	bool is_past = show_is_answered_since(ladder, word);

	say("  ");
	say_cell(show_step(word), 18, is_past ? COLOUR_DIM : show_step_colour(word));
	say(" ");
	say_cell(show_step_time(step), 21, is_past ? COLOUR_DIM : COLOUR_PLAIN);
	if (strcmp(word, "SENT") == 0 && path[0] == '\0')
		say(_(" by our link's word; when, and by which path, is longer ago than it remembers"));
	else if (strcmp(word, "SENT") == 0)
		say(_(" path {1}, by our link's word"), path);
	else if (strcmp(word, "STATION RECEIPT") == 0)
		say(_(" cosigned by the node of {1}, at this second of its clock"),
		    json_str(ladder, "party"));
	else if (json_object_get(step, "role") == NULL)
		say(" {1}", evidence);
	else
		say(_(" {1}  by {2}"), evidence, json_str(step, "role"));
	if (is_past)
		say_coloured(COLOUR_DIM, _("  answered since"));
	say("\n");
	if (strcmp(word, "DEFERRED") == 0 && json_object_get(ladder, "deferred_until_ms") != NULL)
		say(_("    until {1}\n"), say_time(json_uint(ladder, "deferred_until_ms")));
}

static void show_off(const json_t *ladder, const char *key, const char *word)
{
	const json_t *rung = json_object_get(ladder, key);

	if (rung == NULL)
		return;
	say("  ");
	say_cell(show_step(word), 18, show_step_colour(word));
	say(" ");
	say_cell(say_time(json_uint(rung, "at_ms")), 21, COLOUR_PLAIN);
	say(_(" {1}  by {2}"), json_str(rung, "evidence"), json_str(rung, "role"));
	say("\n");
}

/* Until its author says whether it is right, what was returned is to be compared. */
static void show_offered(const json_t *ladder)
{
	static const char *const causes[] = {
		[MARK_MISSING] = N_(" some of it is missing;"),
		[MARK_FIGURES] = N_(" a number, a time or a place is another;"),
		[MARK_NAMES] = N_(" a name is another;"),
		[MARK_SENSE] = N_(" its sense is another;"),
		[MARK_UNREADABLE] = N_(" it cannot be read;"),
	};
	const json_t *offered = json_object_get(ladder, "read_back_offered"), *step,
		     *cause = json_object_get(ladder, "wrong_cause");
	size_t i;

	json_array_foreach(json_object_get(ladder, "steps"), i, step)
	{
		if (strcmp(json_str(step, "step"), "READ BACK") == 0)
			return;
	}
	if (offered == NULL)
		return;
	if (json_flag(ladder, "wrong"))
		say_coloured(COLOUR_BAD, _("    read back, and marked WRONG:"));
	else
		say(_("    read back, and not marked yet:"));
	if (cause != NULL && (size_t)json_integer_value(cause) < ARRAY_COUNT(causes))
		say("{1}", _(causes[json_integer_value(cause)]));
	say(_(" {1}  by {2}"), json_str(offered, "evidence"), json_str(offered, "role"));
	say("\n");
}

static void show_one(const json_t *answer, const json_t *ladder, const json_t *attachments)
{
	static const char *const causes[] = { N_("cannot be decoded"), N_("wrong addressee"),
					      N_("unknown form"), N_("incomplete") };
	const json_t *step, *owed = json_object_get(ladder, "owed");
	uint64_t cause = json_uint(ladder, "negative_cause");
	size_t i;

	say_coloured(COLOUR_BOLD, json_str(ladder, "party"));
	say("/{1}  {2}\n", json_str(ladder, "role"),
	    json_flag(ladder, "information") ? _("information") : _("action"));
	json_array_foreach(json_object_get(ladder, "steps"), i, step)
	{
		show_step_row(answer, ladder, step);
		show_had(step, attachments, "      ");
	}
	show_off(ladder, "query", "QUERY");
	show_off(ladder, "negative", "NEGATIVE");
	if (json_object_get(ladder, "negative") != NULL && cause < ARRAY_COUNT(causes))
		say(_("    cause: {1}\n"), _(causes[cause]));
	if (json_object_get(ladder, "called") != NULL) {
		show_called(ladder);
		say("\n");
	}
	if (json_object_get(ladder, "lapse") != NULL)
		show_off(ladder, "lapse", json_str(ladder, "lapse_cause"));
	show_offered(ladder);
	if (owed != NULL) {
		say(_("  owed by {1}: "), json_str(owed, "by"));
		say_coloured(json_flag(owed, "ours") ? COLOUR_WARN : COLOUR_DIM,
			     show_step(json_str(owed, "step")));
		say("\n");
	}
}

static enum exit_code run(struct options *o)
{
	const json_t *ladder;
	json_t *place;
	json_t *answer = NULL, *entry = NULL;
	const json_t *attachments;
	enum exit_code code;
	struct client c;
	struct query q;
	size_t i;

	code = login_open(&c, o);
	if (code != EXIT_DONE)
		return code;
	query_open(&q, "/ladder");
	query_put(&q, "place", o->arguments[0]);
	code = client_get(&c, &q, &answer);
	/* The attachments' names stand in the message. */
	query_open(&q, "/entry");
	query_put(&q, "place", o->arguments[0]);
	if (code == EXIT_DONE && !o->is_json)
		code = client_get(&c, &q, &entry);
	attachments = json_object_get(entry, "attachments");
	login_close(&c);
	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE && json_array_size(json_object_get(answer, "ladders")) == 0) {
		say_error(_("{1} is no message, and only a message has a ladder."),
			  json_str(answer, "place"));
		say_next("entente read '{1}'", json_str(answer, "place"));
		code = EXIT_NOT_FOUND;
	} else if (code == EXIT_DONE) {
		show_marking(answer);
		say("{1}  {2}  {3}\n", json_str(answer, "place"), json_str(answer, "precedence"),
		    say_dtg(json_uint(answer, "filed_ms")));
		show_void(answer);
		json_array_foreach(json_object_get(answer, "ladders"), i, ladder)
			show_one(answer, ladder, attachments);
		json_array_foreach(json_object_get(answer, "crossed"), i, place)
			say(_("crossed in transit with {1}\n"), json_string_value(place));
		if (json_flag(answer, "suspended"))
			say_coloured(COLOUR_BAD, _("this channel is SUSPENDED by formal notice\n"));
		show_marking(answer);
	}
	json_decref(entry);
	json_decref(answer);
	return code;
}

const struct command_row command_ladder = {
	"ladder", "PLACE", 1,	  1, N_("show how far a message has come: each step, when, and its evidence"),
	NULL,	  run,	   false,
};
