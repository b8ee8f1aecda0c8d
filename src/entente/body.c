/* Bodies of standing dialogue: founded, renamed, merged and ended, with all that they were. */
#include "entente/dialogue.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <string.h>

static void put_row(struct table *t, const json_t *thing)
{
	bool is_over = json_flag(thing, "over");

	table_put(t, COLOUR_BOLD, json_str(thing, "name"));
	table_put(t, is_over ? COLOUR_DIM : COLOUR_PLAIN, is_over ? _("ENDED") : _("OPEN"));
	table_put(t, COLOUR_DIM, json_str(thing, "when"));
	table_put(t, COLOUR_DIM, json_str(thing, "place"));
	table_put(t, COLOUR_PLAIN, reader_words(json_object_get(thing, "title")));
	table_end_row(t);
}

static enum exit_code list(struct options *o)
{
	json_t *answer = NULL, *sessions = NULL;
	struct table *t = table_new();
	const json_t *thing;
	enum exit_code code;
	struct client c;
	size_t i;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = dialogue_get(&c, "body", &answer);
	if (code == EXIT_DONE && !o->is_json)
		code = dialogue_get(&c, "session", &sessions);
	if (code == EXIT_DONE && o->is_json)
		json_say(answer);
	json_array_foreach(json_object_get(answer, "things"), i, thing) put_row(t, thing);
	if (code == EXIT_DONE && !o->is_json) {
		table_say(t);
		dialogue_say_rhythms(answer, sessions);
	}
	table_free(t);
	json_decref(sessions);
	json_decref(answer);
	login_close(&c);
	return code;
}

/* ---- One of them, with all that it is. ---- */

#define CALLED_LEN 512u

/* The body of that member: NULL, there is none, or it is none of the record. */
static const json_t *body_with(const json_t *bodies, const char *key, const char *value)
{
	const json_t *body;
	size_t i;

	json_array_foreach(json_object_get(bodies, "things"), i, body)
	{
		if (value[0] != '\0' && strcmp(json_str(body, key), value) == 0)
			return body;
	}
	return NULL;
}

/* As a person calls it, with the name that commands take. */
static const char *called(const json_t *body, char out[CALLED_LEN])
{
	say_fill(out, CALLED_LEN, "{1} ({2})", reader_words(json_object_get(body, "title")),
		 json_str(body, "name"));
	return body == NULL ? "" : out;
}

/* As what it says itself. */
static void say_fact(const char *what, const char *value)
{
	if (value[0] == '\0')
		return;
	say("  ");
	say_cell(what, 22, COLOUR_DIM);
	say(" ");
	say_text(bytes_str(value));
	say("\n");
}

/* What is under it, and what went into it: a part that became a body of its own is one of those. */
static void say_others(const json_t *body, const json_t *bodies)
{
	const json_t *other;
	char text[CALLED_LEN];
	size_t i;

	json_array_foreach(json_object_get(bodies, "things"), i, other)
	{
		if (strcmp(json_str(other, "of"), json_str(body, "place")) == 0)
			say_fact(_("has under it"), called(other, text));
		if (json_flag(other, "over") &&
		    strcmp(json_str(other, "merged_into"), json_str(body, "name")) == 0)
			say_fact(_("went into it"), called(other, text));
	}
}

static void say_body(const json_t *body, const json_t *bodies)
{
	const json_t *fed = body_with(bodies, "name", json_str(body, "to")), *deed,
		     *into = body_with(bodies, "name", json_str(body, "merged_into"));
	json_t *says = json_copy((json_t *)(uintptr_t)body);
	struct table *t = table_new();
	char text[CALLED_LEN];
	size_t i;

	if (fed != NULL)
		json_object_set_new(says, "to", json_string(called(fed, text)));
	put_row(t, body);
	table_say(t);
	show_says("body", says);
	json_decref(says);
	say_fact(_("under"), called(body_with(bodies, "place", json_str(body, "of")), text));
	say_fact(_("merged into"), into != NULL ? called(into, text) : json_str(body, "merged_into"));
	say_others(body, bodies);
	json_array_foreach(json_object_get(body, "deeds"), i, deed)
	{
		if (strcmp(json_str(deed, "kind"), "act") != 0)
			continue;
		table_put(t, COLOUR_DIM, json_str(deed, "place"));
		table_put(t, COLOUR_PLAIN, json_str(deed, "party"));
		table_put(t, COLOUR_PLAIN, _(json_str(deed, "act")));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(deed, "title")));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(deed, "detail")));
		table_end_row(t);
	}
	table_say(t);
	table_free(t);
}

static enum exit_code show(struct options *o)
{
	json_t *bodies = NULL, *whole = NULL;
	const json_t *body = NULL;
	enum exit_code code;
	struct client c;
	struct query q;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = dialogue_get(&c, "body", &bodies);
	if (code == EXIT_DONE && (body = dialogue_find(bodies, "body", o->arguments[1])) == NULL)
		code = EXIT_NOT_FOUND;
	query_open(&q, "/dialogues");
	if (code == EXIT_DONE) {
		query_put(&q, "place", json_str(body, "place"));
		code = client_get(&c, &q, &whole);
	}
	if (code == EXIT_DONE && o->is_json)
		json_say(whole);
	else if (code == EXIT_DONE)
		say_body(json_array_get(json_object_get(whole, "things"), 0), bodies);
	json_decref(whole);
	json_decref(bodies);
	login_close(&c);
	return code;
}

static const struct dialogue_verb says[] = {
	{ "new", KIND_BODY, 0, 0, true, true, N_("The body stands as {1}.") },
	{ "under", KIND_BODY, 0, KIND_BODY, true, true, N_("The body stands as {1}, under {2}.") },
	{ "amend", KIND_ACT, DIALOGUE_ACT_AMEND, KIND_BODY, false, true, N_("{1} changes what {2} says.") },
	{ "merge", KIND_ACT, DIALOGUE_ACT_MERGE, KIND_BODY, false, true,
	  N_("{1} merges the body into another; every party must.") },
	{ "end", KIND_ACT, DIALOGUE_ACT_END, KIND_BODY, false, true,
	  N_("{1} ends the body; every party must.") },
};

static enum exit_code run_say(struct options *o)
{
	return dialogue_say_one(o, says, ARRAY_COUNT(says));
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "list", 1, 1, list },
		{ "new" TAKES_TITLE " --when --by --to --chairs --languages --number --channel", 3, 4,
		  run_say },
		{ "under" TAKES_TITLE " --when --by --to --chairs --languages --number", 4, 5, run_say },
		{ "amend" TAKES_TITLE " --when --by --to --chairs --languages --number", 2, 3, run_say },
		{ "merge" TAKES " --to", 2, 3, run_say },
		{ "end" TAKES, 2, 3, run_say },
		{ "show", 2, 2, show },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

const struct command_row command_body = {
	"body",
	"[show NAME | new NAME TITLE [MANDATE] | under BODY NAME TITLE [MANDATE] | amend|merge|end NAME "
	"[TEXT]]",
	0,
	5,
	N_("list the bodies of standing dialogue; found, rename, merge or end one"),
	dialogue_options,
	run,
	false,
};
