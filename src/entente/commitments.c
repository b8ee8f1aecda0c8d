/* What was promised: who owes it, who says that it is done, and who says so too. */
#include "entente/dialogue.h"

#include "base/alloc.h"
#include "base/sort.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <stdlib.h>
#include <string.h>

static const char *const standings[] = {
	N_("UNCONFIRMED"), N_("OPEN"),	 N_("REPORTED"), N_("DISPUTED"),
	N_("ACCEPTED"),	   N_("CLOSED"), N_("DROPPED"),	 N_("DENIED"),
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

/* What its debtor says that it does not owe is late of nobody. */
static bool is_past(const json_t *thing, uint64_t now_ms)
{
	return strcmp(json_str(thing, "standing"), "DENIED") != 0 && json_uint(thing, "end_ms") != 0 &&
	       json_uint(thing, "end_ms") <= now_ms && !json_flag(thing, "over");
}

/* No side is blamed: the day is named, and that it is past. */
static void put_due(struct table *t, const json_t *thing, uint64_t now_ms)
{
	char line[128];

	say_fill(line, sizeof line, is_past(thing, now_ms) ? _("{1}, date past") : "{1}",
		 json_str(thing, "when"));
	table_put(t, is_past(thing, now_ms) ? COLOUR_WARN : COLOUR_PLAIN, line);
}

static void put_row(struct table *t, const json_t *thing, uint64_t now_ms)
{
	const char *standing = json_str(thing, "standing");

	table_put(t, COLOUR_BOLD, json_str(thing, "name"));
	table_put(t, standing_colour(standing), standing_text(standing));
	put_parts(t, thing);
	put_due(t, thing, now_ms);
	table_put(t, COLOUR_DIM, json_str(thing, "place"));
	table_put(t, COLOUR_PLAIN, reader_words(json_object_get(thing, "title")));
	table_end_row(t);
}

static void put_rows(struct table *t, const json_t *answer)
{
	const json_t *thing;
	size_t i;

	json_array_foreach(json_object_get(answer, "things"), i, thing)
		put_row(t, thing, json_uint(answer, "now_ms"));
}

/* ---- The board: a column a standing. ---- */

/* What stands so, in the order of the answer. */
struct column {
	const json_t **things; /* heap */
	size_t count;
};

static void columns_make(struct column columns[ARRAY_COUNT(standings)], const json_t *answer)
{
	const json_t *things = json_object_get(answer, "things"), *thing;
	size_t i;

	for (size_t n = 0; n < ARRAY_COUNT(standings); n++)
		columns[n] = (struct column){ xcalloc(json_array_size(things) + 1, sizeof thing), 0 };
	json_array_foreach(things, i, thing)
	{
		size_t n = 0;
		while (n < ARRAY_COUNT(standings) && strcmp(json_str(thing, "standing"), standings[n]) != 0)
			n++;
		if (n < ARRAY_COUNT(standings))
			columns[n].things[columns[n].count++] = thing;
	}
}

/* Its name, and below it who owes it and until when. */
static void put_card(struct table *t, const json_t *thing, bool is_below, uint64_t now_ms)
{
	char line[256] = "";
	struct buf text;
	const json_t *code;
	size_t i;

	if (!is_below || thing == NULL) {
		table_put(t, COLOUR_BOLD, thing == NULL ? "" : json_str(thing, "name"));
		return;
	}
	buf_init(&text, line, sizeof line - 1);
	json_array_foreach(json_object_get(thing, "parties"), i, code)
	{
		buf_put_str(&text, json_string_value(code));
		buf_put_str(&text, " ");
	}
	buf_put_str(&text, json_str(thing, "when"));
	line[text.len] = '\0';
	if (is_past(thing, now_ms))
		say_fill(line + text.len, sizeof line - text.len, _("{1}, date past"), "");
	table_put(t, is_past(thing, now_ms) ? COLOUR_WARN : COLOUR_DIM, line);
}

static void put_board(struct table *t, const json_t *answer)
{
	struct column columns[ARRAY_COUNT(standings)];
	size_t most = 0;
	char head[64];

	columns_make(columns, answer);
	for (size_t i = 0; i < ARRAY_COUNT(standings); i++) {
		most = columns[i].count > most ? columns[i].count : most;
		if (columns[i].count == 0)
			continue;
		say_fill(head, sizeof head, "{1} {2}", _(standings[i]), say_number(columns[i].count));
		table_put(t, standing_colour(standings[i]), head);
	}
	table_end_row(t);
	for (size_t n = 0; n < 2 * most; n++) {
		for (size_t i = 0; i < ARRAY_COUNT(standings); i++) {
			if (columns[i].count > 0)
				put_card(t, n / 2 < columns[i].count ? columns[i].things[n / 2] : NULL,
					 n % 2 == 1, json_uint(answer, "now_ms"));
		}
		table_end_row(t);
	}
	for (size_t i = 0; i < ARRAY_COUNT(standings); i++)
		free(columns[i].things);
}

/* ---- The time line: until when, on one scale. ---- */

#define LINE_CELLS 32u

struct span {
	uint64_t from, to;
};

static struct span span_of(const json_t *answer)
{
	uint64_t now_ms = json_uint(answer, "now_ms");
	struct span s = { now_ms, now_ms + 1 };
	const json_t *thing;
	size_t i;

	json_array_foreach(json_object_get(answer, "things"), i, thing)
	{
		uint64_t first = json_uint(thing, "first_ms"), end = json_uint(thing, "end_ms");
		if (end == 0)
			continue;
		s.from = first < s.from ? first : s.from;
		s.to = end > s.to ? end : s.to;
	}
	return s;
}

static size_t cell_at(const struct span *s, uint64_t ms)
{
	return (size_t)((ms - s->from) * (LINE_CELLS - 1) / (s->to - s->from));
}

/* "....|...##......": the day or the month that it may mean, and now. */
static void put_bar(struct table *t, const struct span *s, const json_t *thing, uint64_t now_ms)
{
	char bar[LINE_CELLS + 1];
	uint64_t end = json_uint(thing, "end_ms");

	memset(bar, '.', LINE_CELLS);
	bar[LINE_CELLS] = '\0';
	bar[cell_at(s, now_ms)] = '|';
	for (size_t i = cell_at(s, json_uint(thing, "first_ms")); i <= cell_at(s, end - 1); i++)
		bar[i] = '#';
	table_put(t, is_past(thing, now_ms) ? COLOUR_WARN : COLOUR_PLAIN, bar);
}

static int due_order(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	uint64_t one = json_uint(*x, "end_ms"), other = json_uint(*y, "end_ms");

	/* What has no date comes last. */
	one = one == 0 ? UINT64_MAX : one;
	other = other == 0 ? UINT64_MAX : other;
	if (one != other)
		return one < other ? -1 : 1;
	return strcmp(json_str(*x, "name"), json_str(*y, "name"));
}

static void put_timeline(struct table *t, const json_t *answer)
{
	json_t *things = json_object_get(answer, "things");
	size_t count = json_array_size(things);
	const json_t **sorted = xcalloc(count + 1, sizeof(const json_t *));
	uint64_t now_ms = json_uint(answer, "now_ms");
	struct span s = span_of(answer);

	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(things, i);
	sort_items(sorted, count, sizeof(const json_t *), due_order);
	for (size_t i = 0; i < count; i++) {
		if (json_uint(sorted[i], "end_ms") == 0)
			table_put(t, COLOUR_DIM, _("no date"));
		else
			put_bar(t, &s, sorted[i], now_ms);
		put_due(t, sorted[i], now_ms);
		table_put(t, COLOUR_BOLD, json_str(sorted[i], "name"));
		put_parts(t, sorted[i]);
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(sorted[i], "title")));
		table_end_row(t);
	}
	free(sorted);
}

/* ---- */

typedef void put_all(struct table *t, const json_t *answer);

static enum exit_code show(struct options *o, put_all *put)
{
	json_t *answer = NULL;
	struct table *t = table_new();
	enum exit_code code;
	struct client c;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = dialogue_get_all(&c, "commitment", !option_is_given(o, "all"), &answer);
	if (code == EXIT_DONE && o->is_json)
		json_say(answer);
	if (code == EXIT_DONE && !o->is_json) {
		put(t, answer);
		table_say(t);
	}
	table_free(t);
	json_decref(answer);
	login_close(&c);
	return code;
}

static enum exit_code list(struct options *o)
{
	return show(o, put_rows);
}

static enum exit_code board(struct options *o)
{
	return show(o, put_board);
}

static enum exit_code timeline(struct options *o)
{
	return show(o, put_timeline);
}

/* ---- One, with all that is said of it. ---- */

static void put_conditions(struct table *t, const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(answer, "things"), i, one)
	{
		table_put(t, COLOUR_BOLD, json_str(one, "name"));
		table_put(t, COLOUR_PLAIN, json_str(one, "stage"));
		table_put(t, COLOUR_PLAIN, json_str(one, "when"));
		table_put(t, COLOUR_DIM, json_str(one, "party"));
		table_put(t, COLOUR_DIM, json_str(one, "source"));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(one, "title")));
		if (json_object_get(one, "doubt") != NULL)
			table_put(t, COLOUR_DIM, reader_words(json_object_get(one, "doubt")));
		table_end_row(t);
	}
}

static void put_deeds(struct table *t, const json_t *thing)
{
	const json_t *deed;
	size_t i;

	json_array_foreach(json_object_get(thing, "deeds"), i, deed)
	{
		const char *kind = json_str(deed, "kind");
		if (strcmp(kind, "condition") == 0)
			continue;
		table_put(t, COLOUR_DIM, json_str(deed, "place"));
		table_put(t, COLOUR_PLAIN, json_str(deed, "party"));
		table_put(t, COLOUR_PLAIN,
			  strcmp(kind, "act") == 0 ? _(json_str(deed, "act")) : show_kind(deed));
		table_put(t, COLOUR_DIM, json_str(deed, "to"));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(deed, "detail")));
		table_put(t, COLOUR_DIM, json_str(deed, "source"));
		table_end_row(t);
	}
}

static void say_part_of(const char *title, struct table *t)
{
	say("\n");
	say_coloured(COLOUR_BOLD, title);
	say("\n");
	table_say(t);
}

static void show_whole(const json_t *thing, const json_t *conditions, uint64_t now_ms)
{
	struct table *head = table_new(), *stages = table_new(), *deeds = table_new();

	put_row(head, thing, now_ms);
	table_say(head);
	show_says("commitment", thing);
	put_conditions(stages, conditions);
	put_deeds(deeds, thing);
	if (json_array_size(json_object_get(conditions, "things")) > 0)
		say_part_of(_("Conditions and the stages that they have reached"), stages);
	say_part_of(_("What was said of it"), deeds);
	table_free(head);
	table_free(stages);
	table_free(deeds);
}

static enum exit_code show_one(struct options *o)
{
	json_t *found = NULL, *whole = NULL, *conditions = NULL, *thing;
	struct client c;
	struct query q;
	enum exit_code code = login_open(&c, o);

	if (code == EXIT_DONE)
		code = dialogue_look_up(&c, "commitment", o->arguments[1], &found);
	query_open(&q, "/dialogues");
	query_put(&q, "place", json_str(found, "place"));
	if (code == EXIT_DONE)
		code = client_get(&c, &q, &whole);
	query_open(&q, "/dialogues");
	query_put(&q, "kind", "condition");
	query_put(&q, "of", json_str(found, "place"));
	if (code == EXIT_DONE)
		code = client_get(&c, &q, &conditions);
	thing = json_array_get(json_object_get(whole, "things"), 0);
	if (code == EXIT_DONE && o->is_json) {
		json_object_set(thing, "conditions", json_object_get(conditions, "things"));
		json_say(thing);
	} else if (code == EXIT_DONE) {
		show_whole(thing, conditions, json_uint(whole, "now_ms"));
	}
	json_decref(conditions);
	json_decref(whole);
	json_decref(found);
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
		{ "list --all", 1, 1, list },
		{ "board --all", 1, 1, board },
		{ "timeline --all", 1, 1, timeline },
		{ "new" TAKES_TITLE " --when --by --to --unit", 4, 5, run_new },
		{ "of" TAKES_TITLE " --when --by --to --unit", 4, 5, run_of },
		{ "report" TAKES, 2, 3, run_say },
		{ "accept" TAKES " --party", 2, 3, run_say },
		{ "dispute" TAKES " --party", 3, 3, run_say },
		{ "confirm" TAKES, 2, 3, run_say },
		{ "drop" TAKES, 3, 3, run_say },
		{ "condition" TAKES_TITLE " --when", 5, 6, run_say },
		{ "show", 2, 2, show_one },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

const struct command_row command_commitments = {
	"commitments",
	"[board | timeline | show NAME | new BODY NAME TITLE | of SESSION NAME TITLE | "
	"report|accept|confirm NAME [TEXT] | dispute|drop NAME TEXT | condition NAME CONDITION TITLE STAGE]",
	0,
	6,
	N_("list what was promised; promise, report, accept or dispute"),
	dialogue_options,
	run,
	false,
};
