#include "base/alloc.h"
#include "entente/rows.h"
#include "entente/show.h"
#include "entente/words.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "last", N_("N"), N_("the last N entries of each log; 50 if not said") },
	{ "party", N_("PARTY"), N_("only this party's log") },
	{ NULL, NULL, NULL },
};

static int compare_order(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	uint64_t left = json_flag(x, "folded") ? json_uint(x, "order") : UINT64_MAX;
	uint64_t right = json_flag(y, "folded") ? json_uint(y, "order") : UINT64_MAX;
	int order = (left > right) - (left < right);

	/* The record's order: T, party, epoch, index. */
	if (order == 0)
		order = strcmp(json_str(x, "party"), json_str(y, "party"));
	if (order == 0)
		order = (json_uint(x, "epoch") > json_uint(y, "epoch")) -
			(json_uint(x, "epoch") < json_uint(y, "epoch"));
	if (order == 0)
		order = (json_uint(x, "index") > json_uint(y, "index")) -
			(json_uint(x, "index") < json_uint(y, "index"));
	return order;
}

static void show_entry(const json_t *entry)
{
	bool is_void = json_flag(entry, "folded") && strcmp(json_str(entry, "verdict"), "OK") != 0;
	const json_t *refers = json_object_get(entry, "refers");

	say_cell(json_str(entry, "place"), 20, COLOUR_PLAIN);
	say(" ");
	say_cell(say_time(json_uint(entry, "filed_ms")), 20, COLOUR_DIM);
	say(" ");
	say_cell(show_kind(entry), 13, COLOUR_PLAIN);
	say(" ");
	say_cell(json_str(entry, "role"), 12, COLOUR_DIM);
	say(" ");
	say_cell(json_str(entry, "precedence"), 9, COLOUR_PLAIN);
	if (is_void)
		say_coloured(COLOUR_BAD, " VOID ");
	if (is_void)
		say("{1}", json_str(entry, "verdict"));
	if (!json_flag(entry, "folded"))
		say(_(" waits for what it refers to"));
	if (json_flag(entry, "flagged"))
		say_coloured(COLOUR_WARN, _(" clock"));
	if (json_array_size(refers) > 0)
		say(" > {1}", json_string_value(json_array_get(refers, 0)));
	say("  ");
	say_text(bytes_str(json_str(entry, "title")));
	say("\n");
}

static enum exit_code fetch_log(struct client *c, const struct options *o, const json_t *log, json_t *all)
{
	const char *last = option_value(o, "last");
	enum exit_code code;
	json_t *answer;
	struct query q;

	query_open(&q, "/log");
	query_put_number(&q, "channel", json_uint(log, "channel"));
	query_put(&q, "party", json_str(log, "party"));
	query_put_number(&q, "epoch", json_uint(log, "epoch"));
	query_put(&q, "last", last == NULL ? "50" : last);
	code = (enum exit_code)client_get(c, &q, &answer);
	if (code == EXIT_DONE)
		json_array_extend(all, json_object_get(answer, "entries"));
	json_decref(answer);
	return code;
}

static void show_all(const struct options *o, json_t *all)
{
	size_t count = json_array_size(all);
	json_t **rows = xcalloc(count + 1, sizeof *rows);

	for (size_t i = 0; i < count; i++)
		rows[i] = json_array_get(all, i);
	qsort(rows, count, sizeof *rows, compare_order);
	for (size_t i = 0; i < count; i++) {
		if (o->is_json)
			json_say(rows[i]);
		else
			show_entry(rows[i]);
	}
	free(rows);
}

static bool is_wanted(const struct options *o, const json_t *log, const char *channel_name)
{
	const char *party = option_value(o, "party");

	if (party != NULL && strcasecmp(party, json_str(log, "party")) != 0)
		return false;
	return o->arguments_count == 0 || strcasecmp(o->arguments[0], channel_name) == 0 ||
	       strcmp(o->arguments[0], say_number(json_uint(log, "channel"))) == 0;
}

static const char *channel_name(const json_t *channels, uint64_t number)
{
	const json_t *channel;
	size_t i;

	json_array_foreach(channels, i, channel)
	{
		if (json_uint(channel, "number") == number)
			return json_str(channel, "name");
	}
	return "";
}

static enum exit_code run(struct options *o)
{
	json_t *channels = NULL, *logs = NULL, *all = json_array();
	enum exit_code code;
	const json_t *log;
	struct client c;
	size_t i, taken = 0;

	if (client_open(&c, o->home) != ERR_OK) {
		json_decref(all);
		return EXIT_ERROR;
	}
	code = show_get(&c, "/channels", &channels);
	if (code == EXIT_DONE)
		code = show_get(&c, "/logs", &logs);
	json_array_foreach(json_object_get(logs, "logs"), i, log)
	{
		if (code != EXIT_DONE || !is_wanted(o, log,
						    channel_name(json_object_get(channels, "channels"),
								 json_uint(log, "channel"))))
			continue;
		code = fetch_log(&c, o, log, all);
		taken++;
	}
	client_close(&c);
	if (code == EXIT_DONE && taken == 0 && o->arguments_count == 0) {
		say_error(_("There is no log of party {1}."), option_value(o, "party"));
		say_next("entente accord show");
		code = EXIT_NOT_FOUND;
	} else if (code == EXIT_DONE && taken == 0) {
		say_error(_("There is no log of channel {1}."), o->arguments[0]);
		say_next("entente accord show");
		code = EXIT_NOT_FOUND;
	}
	if (code == EXIT_DONE)
		show_all(o, all);
	json_decref(all);
	json_decref(logs);
	json_decref(channels);
	return code;
}

const struct command_row command_log = {
	"log",	 "[CHANNEL]", 0,     1, N_("list every entry, acts too, in the order of the record"),
	options, run,	      false,
};
