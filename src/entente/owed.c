/* What we owe by when, and what they owe us: one list each, in the order of the node. */
#include "entente/instance.h"
#include "entente/roster.h"
#include "entente/rows.h"
#include "home/words.h"
#include "terminal/login.h"

static size_t show_those(const json_t *all, bool is_ours, uint64_t now_ms)
{
	const json_t *due;
	size_t i, count = 0;

	json_array_foreach(all, i, due)
	{
		if (json_flag(due, "ours") != is_ours)
			continue;
		say("{1}  {2}", json_str(due, "precedence"), json_str(due, "instance"));
		obligation_show(due, now_ms);
		count++;
	}
	return count;
}

static enum exit_code run(struct options *o)
{
	json_t *answer = NULL, *status = NULL, *watch = NULL;
	struct client c;
	enum exit_code code = login_open(&c, o);
	const json_t *all;

	if (code != EXIT_DONE)
		return code;
	code = show_get(&c, "/obligations", &answer);
	if (code == EXIT_DONE)
		code = show_get(&c, "/status", &status);
	if (code == EXIT_DONE)
		code = show_get(&c, "/watch", &watch);
	login_close(&c);
	all = json_object_get(answer, "obligations");
	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE) {
		show_band(status);
		manning_show(watch, true);
		say_line(_("we owe"));
		if (show_those(all, true, json_uint(answer, "now_ms")) == 0)
			say_line(_("  nothing"));
		say_line(_("they owe"));
		if (show_those(all, false, json_uint(answer, "now_ms")) == 0)
			say_line(_("  nothing"));
		manning_show(watch, false);
		if (json_flag(answer, "more"))
			say_note(_("This list is full: there are more than it can hold."));
	}
	json_decref(answer);
	json_decref(status);
	json_decref(watch);
	return code;
}

const struct command_row command_owed = {
	"owed", "", 0, 0, N_("what we owe by when, and what they owe us"), NULL, run, false,
};
