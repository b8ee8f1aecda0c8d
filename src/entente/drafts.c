/* What waits in the home channel, and for whom. */
#include "compose/submit.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "terminal/login.h"

static const struct option_row options[] = {
	{ "all", NULL, N_("those too that went out, were refused or taken back, or have lapsed") },
	{ NULL, NULL, NULL },
};

static const char *state_word(const char *state)
{
	static const struct {
		const char *state, *word;
	} words[] = {
		{ "SUBMITTED", N_("waits for approval") },
		{ "APPROVED", N_("approved, goes out by entente approve") },
		{ "DATED", N_("approved, the node files it on its day") },
		{ "RELEASED", N_("has gone out") },
		{ "REFUSED", N_("refused") },
		{ "CANCELLED", N_("taken back") },
		{ "LAPSED", N_("lapsed") },
	};

	for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
		if (bytes_equal(bytes_str(words[i].state), bytes_str(state)))
			return _(words[i].word);
	}
	return state;
}

static void show_one(const json_t *row)
{
	char line[512];

	show_label(row, COLOUR_BOLD);
	say("  {1}  {2}  {3} -> {4}", json_str(row, "place"), json_str(row, "precedence"),
	    _(json_str(row, "kind")), json_str(row, "channel_name"));
	say(_("  by {1}, {2} of {3}, until {4}: "), json_str(row, "role"),
	    say_number(json_uint(row, "approved")), say_number(json_uint(row, "needed")),
	    say_time(json_uint(row, "lapses_ms")));
	say("{1}\n    ", state_word(json_str(row, "state")));
	if (json_uint(row, "from_ms") > 0)
		say(_("from {1}  "), say_time(json_uint(row, "from_ms")));
	show_says_line(row, line, sizeof line);
	say_text(bytes_str(line[0] != '\0' ? line : json_str(row, "title")));
	say("\n");
	waiting_show_day(row);
	if (json_array_size(json_object_get(row, "newer")) > 0)
		say_coloured(COLOUR_WARN, _("    something came since its author signed\n"));
}

static enum exit_code run(struct options *o)
{
	struct client c = { .fd = -1 };
	json_t *list = NULL;
	const json_t *row;
	struct query q;
	size_t i;
	enum exit_code code = login_open(&c, o);

	query_open(&q, "/drafts");
	if (option_is_given(o, "all"))
		query_put(&q, "all", "1");
	if (code == EXIT_DONE)
		code = client_get(&c, &q, &list);
	if (code == EXIT_DONE && o->is_json) {
		json_say(list);
	} else if (code == EXIT_DONE) {
		json_array_foreach(list, i, row) show_one(row);
		if (json_array_size(list) == 0)
			say_line(_("Nothing waits to go out."));
	}
	json_decref(list);
	login_close(&c);
	return code;
}

const struct command_row command_drafts = {
	"drafts", "", 0, 0, N_("what waits to go out, and for whose approval"), options, run, false,
};
