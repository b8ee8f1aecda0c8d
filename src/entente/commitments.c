/* What was promised: who owes it, who says that it is done, and who says so too. */
#include "entente/dialogue.h"
#include "entente/login.h"
#include "entente/rows.h"
#include "entente/say.h"
#include "entente/table.h"
#include "entente/words.h"

#include <string.h>

static const char *const standings[] = {
	N_("CLAIMED"),	N_("OPEN"),   N_("REPORTED"), N_("DISPUTED"),
	N_("ACCEPTED"), N_("CLOSED"), N_("DROPPED"),
};

static const char *standing_text(const char *name)
{
	for (size_t i = 0; i < ARRAY_COUNT(standings); i++) {
		if (strcmp(standings[i], name) == 0)
			return _(standings[i]);
	}
	return name;
}

static enum colour standing_colour(const char *name)
{
	if (strcmp(name, "DISPUTED") == 0)
		return COLOUR_BAD;
	return strcmp(name, "CLOSED") == 0 ? COLOUR_GOOD : COLOUR_PLAIN;
}

static void put_parts(struct table *t, const json_t *thing)
{
	char line[256] = "";
	struct buf text;
	const json_t *part;
	size_t i;

	buf_init(&text, line, sizeof line - 1);
	json_array_foreach(json_object_get(thing, "parts"), i, part)
	{
		buf_put_str(&text, i == 0 ? "" : "  ");
		buf_put_str(&text, json_str(part, "party"));
		buf_put_str(&text, " ");
		buf_put_str(&text, standing_text(json_str(part, "part")));
	}
	line[text.len] = '\0';
	table_put(t, COLOUR_DIM, line);
}

/* No side is blamed: the day is named, and that it is past. */
static void put_due(struct table *t, const json_t *thing, uint64_t now_ms)
{
	bool is_past = json_uint(thing, "end_ms") != 0 && json_uint(thing, "end_ms") <= now_ms &&
		       !json_flag(thing, "over");
	char line[128];

	say_fill(line, sizeof line, is_past ? _("{1}, date past") : "{1}", json_str(thing, "when"));
	table_put(t, is_past ? COLOUR_WARN : COLOUR_PLAIN, line);
}

static void put_row(struct table *t, const json_t *thing, uint64_t now_ms)
{
	const char *standing = json_str(thing, "standing");

	table_put(t, COLOUR_BOLD, json_str(thing, "name"));
	table_put(t, standing_colour(standing), standing_text(standing));
	put_parts(t, thing);
	put_due(t, thing, now_ms);
	table_put(t, COLOUR_DIM, json_str(thing, "place"));
	table_put(t, COLOUR_PLAIN, dialogue_title(json_object_get(thing, "title")));
	table_end_row(t);
}

static enum exit_code list(struct options *o)
{
	json_t *answer = NULL;
	struct table *t = table_new();
	const json_t *thing;
	enum exit_code code;
	struct client c;
	struct query q;
	size_t i;

	query_open(&q, "/dialogues");
	query_put(&q, "kind", "commitment");
	if (!option_is_given(o, "all"))
		query_put(&q, "open", "1");
	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = (enum exit_code)client_get(&c, &q, &answer);
	if (code == EXIT_DONE && o->is_json)
		json_say(answer);
	json_array_foreach(json_object_get(answer, "things"), i, thing)
		put_row(t, thing, json_uint(answer, "now_ms"));
	if (code == EXIT_DONE && !o->is_json)
		table_say(t);
	if (code == EXIT_DONE && json_flag(answer, "more"))
		say_note(_("This list is full: there are more than it can hold."));
	table_free(t);
	json_decref(answer);
	login_close(&c);
	return code;
}

static const struct dialogue_verb says[] = {
	{ "report", KIND_REPORTED, 0, KIND_COMMITMENT, false, true, N_("The report stands as {1}.") },
	{ "accept", KIND_ACCEPTED, 0, KIND_COMMITMENT, false, true, N_("{1} accepts the report {2}.") },
	{ "dispute", KIND_DISPUTED, 0, KIND_COMMITMENT, false, true, N_("{1} disputes the report {2}.") },
	{ "confirm", KIND_ACT, DIALOGUE_ACT_CONFIRM, KIND_COMMITMENT, false, true,
	  N_("{1} confirms that it is owed.") },
	{ "drop", KIND_ACT, DIALOGUE_ACT_DROP, KIND_COMMITMENT, false, true,
	  N_("{1} says that it is owed no more; every party must.") },
	{ "condition", KIND_CONDITION, 0, KIND_COMMITMENT, true, true,
	  N_("The stage of the condition stands as {1}.") },
};

static const struct dialogue_verb on_body = {
	"new", KIND_COMMITMENT, 0, KIND_BODY, true, true, N_("The commitment stands as {1}.")
};
static const struct dialogue_verb on_session = {
	"of", KIND_COMMITMENT, 0, KIND_SESSION, true, true, N_("The commitment stands as {1}.")
};

static enum exit_code run_new(struct options *o)
{
	return dialogue_say(o, &on_body);
}

static enum exit_code run_of(struct options *o)
{
	return dialogue_say(o, &on_session);
}

static enum exit_code run_say(struct options *o)
{
	return dialogue_say_one(o, says, ARRAY_COUNT(says));
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "list", 1, 1, list },	      { "new", 4, 5, run_new },	   { "of", 4, 5, run_of },
		{ "report", 2, 3, run_say },  { "accept", 2, 3, run_say }, { "dispute", 3, 3, run_say },
		{ "confirm", 2, 3, run_say }, { "drop", 3, 3, run_say },   { "condition", 5, 6, run_say },
		{ NULL, 0, 0, NULL },
	};

	return o->arguments_count == 0 ? list(o) : verbs_run(o, verbs);
}

const struct command_row command_commitments = {
	"commitments",
	"[new BODY NAME TITLE | report|accept|confirm NAME [TEXT] | dispute|drop NAME TEXT | condition NAME "
	"...]",
	0,
	6,
	N_("list what was promised; promise, report, accept or dispute"),
	dialogue_options,
	run,
	false,
};
