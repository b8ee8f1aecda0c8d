#include "base/alloc.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "terminal/login.h"
#include "terminal/unseal.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "last", N_("N"), N_("the last N entries of each log; 50 if not said") },
	{ "party", N_("PARTY"), N_("only this party's log") },
	UNSEAL_OPTION,
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

/* What a reader must know before the title: whether it counts, waits or came by a wrong clock. */
static void put_remarks(struct table *t, const json_t *entry)
{
	bool is_void = show_is_void(entry);
	const json_t *refers = json_array_get(json_object_get(entry, "refers"), 0);
	const char *offset = json_flag(entry, "flagged")
				     ? say_offset(json_integer_value(json_object_get(entry, "offset_ms")))
				     : "";
	const char *ahead = "";
	char remarks[256];

	if (json_uint(entry, "ahead_ms") != 0)
		ahead = say_offset((int64_t)json_uint(entry, "ahead_ms"));
	say_fill(remarks, sizeof remarks, "{1}{2}{3}{4}{5}{6}{7}{8}{9}", show_void_word(entry),
		 is_void ? json_str(entry, "verdict") : "",
		 json_flag(entry, "folded") ? "" : show_waits(json_str(entry, "waits")),
		 offset[0] == '\0' ? "" : _(" clock "), offset, ahead[0] == '\0' ? "" : _(" filed ahead "),
		 ahead, json_is_string(refers) ? " > " : "",
		 json_is_string(refers) ? json_string_value(refers) : "");
	table_put(t,
		  is_void				  ? COLOUR_BAD
		  : offset[0] != '\0' || ahead[0] != '\0' ? COLOUR_WARN
							  : COLOUR_PLAIN,
		  remarks[0] == ' ' ? remarks + 1 : remarks);
}

static void put_entry(struct table *t, const json_t *entry)
{
	char *label = show_label_words(entry), title[512], kind[128];

	table_put(t, COLOUR_BOLD, label);
	table_put(t, COLOUR_PLAIN, json_str(entry, "place"));
	table_put(t, COLOUR_DIM, say_time(json_uint(entry, "filed_ms")));
	if (strcmp(json_str(entry, "kind"), "unknown") == 0) /* of a peer that is newer */
		say_fill(kind, sizeof kind, _("kind {1}, not known here"),
			 say_number(json_uint(entry, "kind_number")));
	else
		say_fill(kind, sizeof kind, "{1}", show_kind(entry));
	table_put(t, COLOUR_PLAIN, kind);
	table_put(t, COLOUR_DIM, json_str(entry, "role"));
	table_put(t, COLOUR_PLAIN, json_str(entry, "precedence"));
	put_remarks(t, entry);
	show_instead(entry, title, sizeof title);
	if (title[0] == '\0')
		show_says_line(entry, title, sizeof title);
	table_put(t, COLOUR_PLAIN, title[0] != '\0' ? title : json_str(entry, "title"));
	table_end_row(t);
	free(label);
}

static enum exit_code fetch_log(struct client *c, const struct options *o, const json_t *log, uint64_t last,
				json_t *all)
{
	enum exit_code code;
	json_t *answer;
	struct query q;

	query_open(&q, "/log");
	query_put_number(&q, "channel", json_uint(log, "channel"));
	query_put(&q, "party", json_str(log, "party"));
	query_put_number(&q, "epoch", json_uint(log, "epoch"));
	query_put_number(&q, "last", last);
	code = client_get(c, &q, &answer);
	if (code == EXIT_DONE)
		code = unseal_rows(json_object_get(answer, "entries"), o, c);
	if (code == EXIT_DONE)
		json_array_extend(all, json_object_get(answer, "entries"));
	json_decref(answer);
	return code;
}

static void show_all(const struct options *o, json_t *all)
{
	size_t count = json_array_size(all);
	json_t **rows = xcalloc(count + 1, sizeof *rows);
	struct table *table = table_new();

	for (size_t i = 0; i < count; i++)
		rows[i] = json_array_get(all, i);
	qsort(rows, count, sizeof *rows, compare_order);
	for (size_t i = 0; i < count; i++) {
		if (o->is_json)
			json_say(rows[i]);
		else
			put_entry(table, rows[i]);
	}
	table_say(table);
	table_free(table);
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

/* Behind what is held, for there it will stand. */
static void show_ranges(const struct options *o, const json_t *channels, const json_t *status)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(status, "missing"), i, row)
	{
		if (!is_wanted(
			    o, row,
			    channel_name(json_object_get(channels, "channels"), json_uint(row, "channel"))))
			continue;
		if (o->is_json)
			json_say(row);
		else
			show_missing(row);
	}
}

static enum exit_code run(struct options *o)
{
	json_t *channels = NULL, *logs = NULL, *status = NULL, *all;
	enum exit_code code;
	const json_t *log;
	struct client c;
	uint64_t last;
	size_t i, taken = 0;

	if (!option_count(o, "last", LIST_MAX, 50, &last))
		return EXIT_USAGE;
	code = login_open(&c, o);
	if (code != EXIT_DONE)
		return code;
	all = json_array();
	code = show_get(&c, "/status", &status);
	if (code == EXIT_DONE)
		code = show_get(&c, "/channels", &channels);
	if (code == EXIT_DONE)
		code = show_get(&c, "/logs", &logs);
	json_array_foreach(json_object_get(logs, "logs"), i, log)
	{
		if (code != EXIT_DONE || !is_wanted(o, log,
						    channel_name(json_object_get(channels, "channels"),
								 json_uint(log, "channel"))))
			continue;
		code = fetch_log(&c, o, log, last, all);
		taken++;
	}
	login_close(&c);
	if (code == EXIT_DONE && taken == 0 && option_value(o, "party") != NULL && o->arguments_count > 0) {
		say_error(_("There is no log of party {1} on channel {2}."), option_value(o, "party"),
			  o->arguments[0]);
		say_next("entente accord show");
		code = EXIT_NOT_FOUND;
	} else if (code == EXIT_DONE && taken == 0 && option_value(o, "party") != NULL) {
		say_error(_("There is no log of party {1}."), option_value(o, "party"));
		say_next("entente accord show");
		code = EXIT_NOT_FOUND;
	} else if (code == EXIT_DONE && taken == 0 && o->arguments_count > 0) {
		say_error(_("There is no log of channel {1}."), o->arguments[0]);
		say_next("entente accord show");
		code = EXIT_NOT_FOUND;
	}
	if (code == EXIT_DONE) {
		show_all(o, all);
		show_ranges(o, channels, status);
	}
	json_decref(all);
	json_decref(logs);
	json_decref(channels);
	json_decref(status);
	return code;
}

const struct command_row command_log = {
	"log",	 "[CHANNEL]", 0,     1, N_("list every entry, acts too, in the order of the record"),
	options, run,	      false,
};
