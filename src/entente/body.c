/* Bodies of standing dialogue: founded, renamed, merged and ended, with all that they were. */
#include "entente/dialogue.h"
#include "entente/login.h"
#include "entente/rows.h"
#include "entente/say.h"
#include "entente/table.h"
#include "entente/words.h"

#include <string.h>

static void put_row(struct table *t, const json_t *thing)
{
	bool is_over = json_flag(thing, "over");

	table_put(t, COLOUR_BOLD, json_str(thing, "name"));
	table_put(t, is_over ? COLOUR_DIM : COLOUR_PLAIN, is_over ? _("ENDED") : _("OPEN"));
	table_put(t, COLOUR_DIM, json_str(thing, "when"));
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
	size_t i;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = dialogue_get(&c, "body", &answer);
	if (code == EXIT_DONE && o->is_json)
		json_say(answer);
	json_array_foreach(json_object_get(answer, "things"), i, thing) put_row(t, thing);
	if (code == EXIT_DONE && !o->is_json)
		table_say(t);
	table_free(t);
	json_decref(answer);
	login_close(&c);
	return code;
}

static const struct dialogue_verb says[] = {
	{ "new", KIND_BODY, 0, 0, true, true, N_("The body stands as {1}.") },
	{ "under", KIND_BODY, 0, KIND_BODY, true, true, N_("The body stands as {1}, under {2}.") },
	{ "amend", KIND_ACT, DIALOGUE_ACT_AMEND, KIND_BODY, false, true, N_("{1} changes what {2} says.") },
	{ "merge", KIND_ACT, DIALOGUE_ACT_MERGE, KIND_BODY, false, true,
	  N_("{1} merges the body into another.") },
	{ "end", KIND_ACT, DIALOGUE_ACT_END, KIND_BODY, false, true, N_("{1} ends the body.") },
};

static enum exit_code run_say(struct options *o)
{
	return dialogue_say_one(o, says, ARRAY_COUNT(says));
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "list", 1, 1, list },	    { "new", 3, 4, run_say },	{ "under", 4, 5, run_say },
		{ "amend", 2, 3, run_say }, { "merge", 2, 3, run_say }, { "end", 2, 3, run_say },
		{ NULL, 0, 0, NULL },
	};

	return o->arguments_count == 0 ? list(o) : verbs_run(o, verbs);
}

const struct command_row command_body = {
	"body",
	"[new NAME TITLE [MANDATE] | under BODY NAME TITLE [MANDATE] | amend|merge|end NAME [TEXT]]",
	0,
	5,
	N_("list the bodies of standing dialogue; found, rename, merge or end one"),
	dialogue_options,
	run,
	false,
};
