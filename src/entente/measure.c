/* Marks of one instance on every party's clock: a table, JSON, or a drawing. */
#include "compose/fill.h"
#include "entente/instance.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/table.h"
#include "terminal/login.h"

#include <stdio.h>
#include <string.h>

/* proc/measure.h, once more so that the catalogue has them. */
static const char *const measure_words[] = {
	N_("request to STATION RECEIPT"),
	N_("request to WATCH READ"),
	N_("request to all having met"),
	N_("request to all having signed"),
	N_("request to decision"),
	N_("decision to publication"),
	N_("request to close"),
	N_("report of what happened"),
	N_("consultation asked for"),
	N_("all have met"),
	N_("first has concurred"),
	N_("last has concurred"),
	N_("decided: last CONFIRM held"),
	N_("communicated"),
	N_("record agreed"),
	N_("closed"),
};

static const char *measure_word(const char *text)
{
	for (size_t i = 0; i < ARRAY_COUNT(measure_words); i++) {
		if (strcmp(measure_words[i], text) == 0)
			return _(measure_words[i]);
	}
	return show_step(text);
}

/* 0: it has not come. */
static uint64_t time_of(const json_t *answer, const char *mark, const char *party)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "marks"), i, row)
	{
		if (strcmp(json_str(row, "mark"), mark) == 0)
			return json_uint(json_object_get(row, "at_ms"), party);
	}
	return 0;
}

static const char *cell(const json_t *row, const char *party)
{
	const json_t *at = json_object_get(json_object_get(row, "at_ms"), party);

	if (at == NULL)
		return "";
	return json_is_null(at) ? _("not yet") : say_time((uint64_t)json_integer_value(at));
}

static void say_marks(const json_t *answer)
{
	const json_t *parties = json_object_get(answer, "parties"), *row, *party;
	struct table *t = table_new();
	size_t i, p;

	table_put(t, COLOUR_BOLD, "");
	table_put(t, COLOUR_BOLD, _("mark"));
	json_array_foreach(parties, p, party) table_put(t, COLOUR_BOLD, json_string_value(party));
	table_end_row(t);
	json_array_foreach(json_object_get(answer, "marks"), i, row)
	{
		table_put(t, COLOUR_PLAIN, json_str(row, "mark"));
		table_put(t, COLOUR_PLAIN, measure_word(json_str(row, "text")));
		json_array_foreach(parties, p, party)
			table_put(t, COLOUR_PLAIN, cell(row, json_string_value(party)));
		table_end_row(t);
	}
	table_say(t);
	table_free(t);
}

/* What has not come is no number; since when it is waited for stands behind all. */
static const char *interval_text(const json_t *row, const char *party)
{
	const json_t *ms = json_object_get(json_object_get(row, "ms"), party);

	if (ms == NULL)
		return "";
	if (json_is_null(ms))
		return "-";
	return json_integer_value(ms) < 1000 ? _("under 1 s") : say_offset(json_integer_value(ms));
}

static void say_intervals(const json_t *answer)
{
	const json_t *parties = json_object_get(answer, "parties"), *row, *party;
	struct table *t = table_new();
	size_t i, p;

	json_array_foreach(json_object_get(answer, "intervals"), i, row)
	{
		char open[64] = "";
		table_put(t, COLOUR_PLAIN, measure_word(json_str(row, "text")));
		json_array_foreach(parties, p, party)
			table_put(t, COLOUR_PLAIN, interval_text(row, json_string_value(party)));
		if (json_object_get(row, "open_ms") != NULL)
			say_fill(open, sizeof open, _("open for {1}"), say_span(json_uint(row, "open_ms")));
		table_put(t, COLOUR_WARN, open);
		table_end_row(t);
	}
	table_say(t);
	table_free(t);
}

/* What was never met is no number: it is counted, and left out of every interval. */
static void say_counts(const json_t *answer)
{
	const json_t *counts = json_object_get(answer, "obligations"),
		     *lapses = json_object_get(answer, "lapses");
	uint64_t open = json_uint(counts, "OWED") + json_uint(counts, "LAPSED"),
		 met = json_uint(counts, "MET") + json_uint(counts, "MET LATE") +
		       json_uint(counts, "MET, CROSSED");

	say(_("met: {1} of {2} owed; late {3}, crossed {4}; not met and not counted in any time: {5}\n"),
	    say_number(met), say_number(met + open), say_number(json_uint(counts, "MET LATE")),
	    say_number(json_uint(counts, "MET, CROSSED")), say_number(open));
	if (json_object_get(answer, "oldest_open_ms") != NULL)
		say(_("the oldest that is not met: since {1}, {2}\n"),
		    say_time(json_uint(answer, "oldest_open_ms")),
		    say_span(json_uint(answer, "now_ms") - json_uint(answer, "oldest_open_ms")));
	say(_("lapses: no answer {1}, line down {2}\n"), say_number(json_uint(lapses, "NO ANSWER")),
	    say_number(json_uint(lapses, "LINE DOWN")));
}

static void say_clocks(const json_t *answer)
{
	const char *party;
	json_t *offset;

	json_object_foreach(json_object_get(answer, "clock_offset_ms"), party, offset) say(
		_("their clock ({1}) against ours: {2}\n"), party, say_offset(json_integer_value(offset)));
}

static void say_targets(const json_t *answer)
{
	const json_t *target;
	size_t i;

	say_line(_("what the definition allows"));
	json_array_foreach(json_object_get(answer, "targets"), i, target)
		say("  {1}  {2}  {3}: {4}\n", json_str(target, "step"), json_str(target, "role"),
		    json_str(target, "level"), say_span(1000 * json_uint(target, "seconds")));
}

/* ---- The drawing: a line a party, its marks by its own clock. ---- */

#define SVG_WIDTH 900
#define SVG_ROW 70

static uint64_t earliest(const json_t *answer)
{
	const json_t *row;
	uint64_t least = UINT64_MAX;
	const char *party;
	json_t *at;
	size_t i;

	json_array_foreach(json_object_get(answer, "marks"), i, row)
	{
		json_object_foreach(json_object_get(row, "at_ms"), party, at)
		{
			if (json_is_integer(at) && (uint64_t)json_integer_value(at) < least)
				least = (uint64_t)json_integer_value(at);
		}
	}
	return least == UINT64_MAX ? 0 : least;
}

static uint64_t latest(const json_t *answer)
{
	const json_t *row;
	uint64_t most = 0;
	const char *party;
	json_t *at;
	size_t i;

	json_array_foreach(json_object_get(answer, "marks"), i, row)
	{
		json_object_foreach(json_object_get(row, "at_ms"), party, at)
		{
			if (json_is_integer(at) && (uint64_t)json_integer_value(at) > most)
				most = (uint64_t)json_integer_value(at);
		}
	}
	return most;
}

static void draw_party(const json_t *answer, const char *party, size_t line, uint64_t from, uint64_t span)
{
	const json_t *row;
	size_t i, y = 60 + line * SVG_ROW;

	printf("<text x=\"10\" y=\"%zu\">%s</text><path d=\"M90 %zuH%d\" stroke=\"#555\"/>\n", y + 5, party,
	       y, SVG_WIDTH - 20);
	json_array_foreach(json_object_get(answer, "marks"), i, row)
	{
		uint64_t at = time_of(answer, json_str(row, "mark"), party);
		uint64_t x = at < from ? 0 : 90 + (at - from) * (SVG_WIDTH - 130) / span;
		if (at == 0)
			continue;
		printf("<circle cx=\"%llu\" cy=\"%zu\" r=\"4\"/><text x=\"%llu\" y=\"%zu\">%s</text>\n",
		       (unsigned long long)x, y, (unsigned long long)x, i % 2 == 0 ? y - 10 : y + 22,
		       json_str(row, "mark"));
	}
}

static void draw(const json_t *answer)
{
	const json_t *parties = json_object_get(answer, "parties"), *party;
	uint64_t from = earliest(answer), to = latest(answer), span = to > from ? to - from : 1;
	size_t i;

	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" "
	       "font-family=\"sans-serif\" "
	       "font-size=\"12\">\n<title>%s</title>\n<text x=\"10\" y=\"20\">%s, %s: 0 .. %llu s</text>\n",
	       SVG_WIDTH, 60 + json_array_size(parties) * SVG_ROW, json_str(answer, "place"),
	       json_str(answer, "procedure"), json_str(answer, "precedence"),
	       (unsigned long long)(span / 1000));
	json_array_foreach(parties, i, party) draw_party(answer, json_string_value(party), i, from, span);
	printf("</svg>\n");
}

static enum exit_code run(struct options *o)
{
	json_t *answer = NULL;
	struct client c;
	struct query q;
	enum exit_code code = login_open(&c, o);

	if (code != EXIT_DONE)
		return code;
	query_open(&q, "/measures");
	query_put(&q, "place", o->arguments[0]);
	code = client_get(&c, &q, &answer);
	login_close(&c);
	if (code == EXIT_DONE && o->is_json) {
		json_say(answer);
	} else if (code == EXIT_DONE && option_is_given(o, "svg")) {
		draw(answer);
	} else if (code == EXIT_DONE) {
		instance_show_row(answer);
		say_line(_("each time is on that party's own clock"));
		say_marks(answer);
		say_intervals(answer);
		say_counts(answer);
		say_clocks(answer);
		say_targets(answer);
	}
	json_decref(answer);
	return code;
}

static const struct option_row options[] = {
	{ "svg", NULL, N_("draw the marks, a line a party") },
	{ NULL, NULL, NULL },
};

const struct command_row command_measure = {
	"measure", "PLACE", 1,	   1, N_("how long each part of a procedure took, on every party's clock"),
	options,   run,	    false,
};
