#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "terminal/login.h"
#include "terminal/unseal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "last", N_("N"), N_("only the last N messages of a channel; 20 if not said") },
	{ "find", N_("WORDS"), N_("every message in which all of these words are, in any of its texts") },
	{ "owed", NULL, N_("only those on which this party owes a step") },
	{ "all", NULL, N_("the nodes' own line checks too") },
	UNSEAL_OPTION,
	{ NULL, NULL, NULL },
};

static void put_message(struct table *t, const json_t *m)
{
	const json_t *ladder = show_slowest_ladder(m), *owed = json_object_get(ladder, "owed");
	const char *highest = ladder == NULL ? "" : json_str(ladder, "highest");
	bool is_void = show_is_void(m);
	char *label = show_label_words(m), what[96] = "", title[1024];
	bool is_overdue;
	struct buf text = { (uint8_t *)what, 0, sizeof what - 1, false };

	if (is_void) {
		buf_put_str(&text, show_void_word(m));
		buf_put_str(&text, json_str(m, "verdict"));
	} else if (owed != NULL) {
		buf_put_str(&text, json_flag(owed, "ours") ? "> " : "  ");
		buf_put_str(&text, show_step(json_str(owed, "step")));
	}
	what[text.len] = '\0';
	table_put(t, COLOUR_BOLD, label);
	table_put(t, COLOUR_PLAIN, json_str(m, "place"));
	table_put(t, strcmp(json_str(m, "precedence"), "FLASH") == 0 ? COLOUR_BAD : COLOUR_PLAIN,
		  json_str(m, "precedence"));
	table_put(t, COLOUR_DIM, say_time(json_uint(m, "filed_ms")));
	table_put(t, show_step_colour(highest), show_step(highest));
	table_put(t, is_void ? COLOUR_BAD : json_flag(owed, "ours") ? COLOUR_WARN : COLOUR_DIM, what);
	show_title(m, title, sizeof title, &is_overdue);
	table_put(t, is_overdue ? COLOUR_BAD : COLOUR_PLAIN, title);
	table_end_row(t);
	free(label);
}

static void show_channel_head(const json_t *channel)
{
	char names[256];

	show_names(json_object_get(channel, "names"), names, sizeof names);
	say_coloured(COLOUR_BOLD, json_str(channel, "name"));
	say("  {1}  {2}\n", json_str(channel, "plane"), names);
}

/* Page by page: the node looks through some messages in each request. */
static enum exit_code find_messages(struct client *c, const json_t *channel, const char *words, json_t **out)
{
	json_t *answer = NULL, *found = json_array();
	enum exit_code code;
	struct query q;

	do {
		char next[128] = "";

		if (answer != NULL)
			snprintf(next, sizeof next, "%s", json_str(answer, "next"));
		json_decref(answer);
		answer = NULL;
		query_open(&q, "/search");
		query_put(&q, "words", words);
		query_put_number(&q, "channel", json_uint(channel, "number"));
		if (next[0] != '\0')
			query_put(&q, "after", next);
		code = client_get(c, &q, &answer);
		if (code == EXIT_DONE)
			json_array_extend(found, json_object_get(answer, "messages"));
	} while (code == EXIT_DONE && json_str(answer, "next")[0] != '\0');
	json_decref(answer);
	*out = json_pack("{s:o}", "messages", found);
	return code;
}

static enum exit_code get_messages(struct client *c, const struct options *o, const json_t *channel,
				   uint64_t last, json_t **out)
{
	const char *words = option_value(o, "find");
	struct query q;

	if (words != NULL)
		return find_messages(c, channel, words, out);
	query_open(&q, "/inbox");
	query_put_number(&q, "channel", json_uint(channel, "number"));
	query_put_number(&q, "last", last);
	return client_get(c, &q, out);
}

static enum exit_code show_channel(struct client *c, const struct options *o, const json_t *channel,
				   uint64_t last, json_t *all)
{
	bool is_only_owed = option_is_given(o, "owed"), is_without_nodes = !option_is_given(o, "all"),
	     has_head = false;
	struct table *table;
	enum exit_code code;
	json_t *answer = NULL;
	json_t *message;
	size_t i;

	code = get_messages(c, o, channel, last, &answer);
	if (code == EXIT_DONE)
		code = unseal_rows(json_object_get(answer, "messages"), o, c);
	if (code != EXIT_DONE) {
		json_decref(answer);
		return code;
	}
	table = table_new();
	json_array_foreach(json_object_get(answer, "messages"), i, message)
	{
		if ((is_only_owed && !show_is_owed_by_us(message)) ||
		    (is_without_nodes && json_uint(message, "signatures") == 0))
			continue;
		if (o->is_json) {
			json_array_append(all, message);
			continue;
		}
		if (!has_head)
			show_channel_head(channel);
		has_head = true;
		put_message(table, message);
	}
	table_say(table);
	table_free(table);
	json_decref(answer);
	return EXIT_DONE;
}

/* What came ahead of its log stands above everything. */
static enum exit_code show_copies(struct client *c, const struct options *o, const json_t *channel,
				  json_t *all)
{
	json_t *answer = NULL, *copy;
	enum exit_code code = show_get(c, "/advances", &answer);
	size_t i;

	json_array_foreach(json_object_get(answer, "advances"), i, copy)
	{
		const json_t *entry = json_object_get(copy, "entry");
		char *label = show_label_words(entry);

		if (json_uint(copy, "channel") == json_uint(channel, "number") && o->is_json) {
			json_array_append(all, copy);
		} else if (json_uint(copy, "channel") == json_uint(channel, "number")) {
			say_coloured(COLOUR_BOLD, label);
			say("  {1}  {2}  {3}\n    ",
			    json_str(copy, json_object_get(copy, "place") == NULL ? "log" : "place"),
			    json_str(entry, "precedence"), say_time(json_uint(entry, "claimed_ms")));
			show_copy_state(copy);
		}
		free(label);
	}
	json_decref(answer);
	return code;
}

/* What is held, and receipted, and not folded yet: nobody looks for it where nothing tells of it. */
static enum exit_code show_waiting(struct client *c, const struct options *o, const json_t *channel,
				   json_t *all)
{
	json_t *answer = NULL, *row;
	enum exit_code code = show_get(c, "/waiting", &answer);
	size_t i;

	json_array_foreach(json_object_get(answer, "waiting"), i, row)
	{
		const json_t *entry = json_object_get(row, "entry");
		char *label = show_label_words(entry);

		if (json_uint(row, "channel") == json_uint(channel, "number") && o->is_json) {
			json_array_append(all, row);
		} else if (json_uint(row, "channel") == json_uint(channel, "number")) {
			say_coloured(COLOUR_BOLD, label);
			say("  {1}  {2}  {3}\n    ", json_str(entry, "place"), json_str(entry, "precedence"),
			    say_time(json_uint(entry, "filed_ms")));
			say_coloured(COLOUR_BAD, _("WAITING: "));
			say("{1}\n", show_waits(json_str(row, "cause")));
		}
		free(label);
	}
	json_decref(answer);
	return code;
}

/* Behind what is held, for there it will stand. */
static void show_ranges(const struct options *o, const json_t *channel, const json_t *status, json_t *all)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(status, "missing"), i, row)
	{
		if (json_uint(row, "channel") != json_uint(channel, "number"))
			continue;
		if (o->is_json)
			json_array_append(all, row);
		else
			show_missing(row);
	}
}

static bool is_wanted(const struct options *o, const json_t *channel)
{
	return o->arguments_count == 0 || strcasecmp(o->arguments[0], json_str(channel, "name")) == 0 ||
	       strcmp(o->arguments[0], say_number(json_uint(channel, "number"))) == 0;
}

static enum exit_code run(struct options *o)
{
	json_t *status = NULL, *channels = NULL, *all, *channel;
	enum exit_code code;
	struct client c;
	uint64_t last;
	size_t i, shown = 0;

	if (!option_count(o, "last", LIST_MAX, 20, &last))
		return EXIT_USAGE;
	code = login_open(&c, o);
	if (code != EXIT_DONE)
		return code;
	all = json_array();
	code = show_get(&c, "/status", &status);
	if (code == EXIT_DONE)
		code = show_get(&c, "/channels", &channels);
	if (code == EXIT_DONE && !o->is_json)
		show_band(status);
	json_array_foreach(json_object_get(channels, "channels"), i, channel)
	{
		if (code != EXIT_DONE || !is_wanted(o, channel))
			continue;
		shown++;
		code = show_waiting(&c, o, channel, all);
		if (code == EXIT_DONE)
			code = show_copies(&c, o, channel, all);
		if (code == EXIT_DONE)
			code = show_channel(&c, o, channel, last, all);
		if (code == EXIT_DONE)
			show_ranges(o, channel, status, all);
	}
	if (code == EXIT_DONE && shown == 0) {
		say_error(_("This accord has no channel {1}."), o->arguments[0]);
		say_next("entente accord show");
		code = EXIT_NOT_FOUND;
	}
	if (code == EXIT_DONE && o->is_json)
		json_say(all);
	json_decref(all);
	json_decref(channels);
	json_decref(status);
	login_close(&c);
	return code;
}

const struct command_row command_inbox = {
	"inbox",
	"[CHANNEL]",
	0,
	1,
	N_("list messages in the order of the record, with the steps that are owed"),
	options,
	run,
	false,
};
