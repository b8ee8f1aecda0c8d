/* What happened, as each source has it, and beside it what each side makes of it. */
#include "entente/event.h"

#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
	{ "language", N_("TAG"), N_("the language of what is typed, as ko or en") },
	{ "also", N_("TAG=TEXT"), N_("the title or the text in another language; may be given again") },
	{ "type", N_("NAME"), N_("of an event: as the accord lists it") },
	{ "when", N_("DATE"),
	  N_("2026, 2026-04, 2026-04-11, 2026-04-11T14:30Z, or FROM/TO; unknown if not said") },
	{ "where", N_("LAT,LON"),
	  N_("a point, or an area by its corners with blanks between, the first again at the end") },
	{ "location", N_("TEXT"), N_("the place in words") },
	{ "confidence", N_("NAME"),
	  N_("how sure its author is, as the accord lists it; unknown if not said") },
	{ "source", N_("TEXT"), N_("of a claim: whose word it is") },
	{ "doubt", N_("TEXT"), N_("what its sources contradict") },
	{ "to", N_("NAME"), N_("of what is withdrawn: the claim that stands instead") },
	{ "label", N_("LEVEL"), N_("the level; of what is said of another, its own") },
	{ "rel", N_("CODES"), N_("to whom it is released; everybody of the channel if not said") },
	{ "channel", N_("CHANNEL"), N_("on which an event is opened") },
	{ "base", N_("FILE"),
	  N_("of a map: lines under it, from a GeoJSON file of yours; without it there are none") },
	{ NULL, NULL, NULL },
};

/* ---- What the answer says, in the reader's language. ---- */

const char *event_code(const json_t *answer, const char *list, const char *name)
{
	const json_t *code;
	size_t i;

	json_array_foreach(json_object_get(answer, list), i, code)
	{
		if (strcmp(json_str(code, "name"), name) == 0)
			return reader_words(json_object_get(code, "words"));
	}
	return name[0] == '\0' ? _("unknown") : name;
}

const char *event_when(const json_t *said)
{
	return json_object_get(said, "when") == NULL ? _("unknown") : json_str(said, "when");
}

const char *event_where(const json_t *said)
{
	if (json_object_get(said, "location") != NULL)
		return reader_words(json_object_get(said, "location"));
	return json_object_get(said, "where") == NULL ? _("unknown") : json_str(said, "where");
}

enum exit_code event_get(struct client *c, json_t **out)
{
	struct query q;

	query_open(&q, "/assessments");
	return client_get(c, &q, out);
}

/* ---- The list. ---- */

static void put_label(struct table *t, const json_t *said)
{
	char *label = show_label_words(said);

	table_put(t, COLOUR_DIM, label);
	free(label);
}

/* "KOR high  USA -": who has assessed it, and how sure he is; no number is made of them. */
static void put_assessed(struct table *t, const json_t *answer, const json_t *event)
{
	const json_t *one;
	char line[256] = "";
	struct buf text;
	size_t i;

	buf_init(&text, line, sizeof line - 1);
	json_array_foreach(json_object_get(event, "assessments"), i, one)
	{
		buf_put_str(&text, i == 0 ? "" : "  ");
		buf_put_str(&text, json_str(one, "party"));
		buf_put_str(&text, " ");
		buf_put_str(&text, event_code(answer, "confidences", json_str(one, "confidence")));
	}
	line[text.len] = '\0';
	table_put(t, COLOUR_DIM, line);
}

/* Both sides say that it is one with these. */
static size_t merged_with(const json_t *event)
{
	const json_t *same;
	size_t i, count = 0;

	json_array_foreach(json_object_get(event, "same"), i, same) count += json_flag(same, "one");
	return count;
}

static void put_event(struct table *t, const json_t *answer, const json_t *event)
{
	char claims[64];

	say_fill(claims, sizeof claims, merged_with(event) > 0 ? _("{1}, one with {2}") : "{1}",
		 say_counted(json_array_size(json_object_get(event, "claims")), "{1} claim", "{1} claims"),
		 say_number(merged_with(event)));
	put_label(t, event);
	table_put(t, COLOUR_BOLD, json_str(event, "name"));
	table_put(t, COLOUR_PLAIN, event_code(answer, "types", json_str(event, "type")));
	table_put(t, COLOUR_PLAIN, event_when(event));
	table_put(t, COLOUR_PLAIN, claims);
	put_assessed(t, answer, event);
	table_put(t, COLOUR_DIM, json_str(event, "place"));
	table_put(t, COLOUR_PLAIN, reader_words(json_object_get(event, "title")));
	table_end_row(t);
}

static enum exit_code list(struct options *o)
{
	struct table *t = table_new();
	json_t *answer = NULL;
	const json_t *event;
	enum exit_code code;
	struct client c;
	size_t i;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = event_get(&c, &answer);
	if (code == EXIT_DONE && o->is_json)
		json_say(answer);
	json_array_foreach(json_object_get(answer, "events"), i, event) put_event(t, answer, event);
	if (code == EXIT_DONE && !o->is_json)
		table_say(t);
	if (code == EXIT_DONE && json_flag(answer, "more"))
		say_note(_("This list is full: there are more than it can hold."));
	table_free(t);
	json_decref(answer);
	login_close(&c);
	return code;
}

/* ---- One of them. ---- */

const json_t *event_find(const json_t *answer, const char *word)
{
	const json_t *event, *found = NULL;
	size_t i, count = 0;

	json_array_foreach(json_object_get(answer, "events"), i, event)
	{
		if (strcmp(json_str(event, "name"), word) != 0 &&
		    strcasecmp(json_str(event, "place"), word) != 0)
			continue;
		found = event;
		count++;
	}
	if (count == 1)
		return found;
	if (count == 0)
		say_error(_("There is no {1} of the name {2}."), _("event"), word);
	else
		say_error(_("{1} things have the name {2}: both sides gave it at once."), say_number(count),
			  word);
	say_next(_("name its place; the list has it"));
	return NULL;
}

static void say_doubt(const json_t *said)
{
	if (json_object_get(said, "doubt") != NULL)
		say(_("    in doubt: {1}\n"), reader_words(json_object_get(said, "doubt")));
}

static void say_claim(const json_t *answer, const json_t *claim)
{
	const json_t *withdrawn = json_object_get(claim, "withdrawn");

	say("\n");
	show_label(claim, COLOUR_BOLD);
	say("  ");
	say_coloured(withdrawn == NULL ? COLOUR_BOLD : COLOUR_DIM, json_str(claim, "name"));
	say("  {1}  {2}\n", json_str(claim, "party"), json_str(claim, "place"));
	say(_("    source: {1}\n"), json_str(claim, "source"));
	say(_("    when: {1}   where: {2}   confidence: {3}\n"), event_when(claim), event_where(claim),
	    event_code(answer, "confidences", json_str(claim, "confidence")));
	say("    {1}\n", reader_words(json_object_get(claim, "detail")));
	say_doubt(claim);
	if (withdrawn == NULL)
		return;
	say(_("    WITHDRAWN by its party {1}: {2}\n"), json_str(withdrawn, "place"),
	    reader_words(json_object_get(withdrawn, "detail")));
	if (json_object_get(withdrawn, "to") != NULL)
		say(_("    instead of it: {1}\n"), json_str(withdrawn, "to"));
}

/* Side by side, in the order of the parties: none of them is the answer. */
static void say_assessments(const json_t *answer, const json_t *event)
{
	struct table *t = table_new();
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(event, "assessments"), i, one)
	{
		put_label(t, one);
		table_put(t, COLOUR_BOLD, json_str(one, "party"));
		table_put(t, COLOUR_PLAIN, event_code(answer, "confidences", json_str(one, "confidence")));
		table_put(t, COLOUR_PLAIN, reader_words(json_object_get(one, "detail")));
		table_end_row(t);
	}
	if (i > 0)
		say(_("\nassessments, each side's own:\n"));
	table_say(t);
	table_free(t);
}

static const char *name_at(const json_t *answer, const char *place)
{
	const json_t *event;
	size_t i;

	json_array_foreach(json_object_get(answer, "events"), i, event)
	{
		if (strcmp(json_str(event, "place"), place) == 0)
			return json_str(event, "name");
	}
	return place;
}

static void say_same(const json_t *answer, const json_t *event)
{
	const json_t *same, *party;
	size_t i, n;

	json_array_foreach(json_object_get(event, "same"), i, same)
	{
		const char *place = json_str(same, "event");
		say(i == 0 ? "\n" : "");
		say(json_flag(same, "one") ? _("one with {1} ({2}), say all:")
					   : _("one with {1} ({2}), say only:"),
		    name_at(answer, place), place);
		json_array_foreach(json_object_get(same, "by"), n, party)
			say(" {1}", json_string_value(party));
		say("\n");
	}
}

static void say_event(const json_t *answer, const json_t *event)
{
	const json_t *claim;
	size_t i;

	show_marking(event);
	say_coloured(COLOUR_BOLD, json_str(event, "name"));
	say("  {1}\n", reader_words(json_object_get(event, "title")));
	say(_("    type: {1}   when: {2}   opened by {3}, {4}\n"),
	    event_code(answer, "types", json_str(event, "type")), event_when(event), json_str(event, "party"),
	    json_str(event, "place"));
	if (json_object_get(event, "detail") != NULL)
		say("    {1}\n", reader_words(json_object_get(event, "detail")));
	say_doubt(event);
	json_array_foreach(json_object_get(event, "claims"), i, claim) say_claim(answer, claim);
	say_assessments(answer, event);
	say_same(answer, event);
	show_marking(event);
}

static enum exit_code show(struct options *o)
{
	const json_t *event = NULL;
	json_t *answer = NULL;
	enum exit_code code;
	struct client c;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = event_get(&c, &answer);
	if (code == EXIT_DONE) {
		event = event_find(answer, o->arguments[1]);
		code = event == NULL ? EXIT_NOT_FOUND : EXIT_DONE;
	}
	if (code == EXIT_DONE && o->is_json)
		json_say((json_t *)(uintptr_t)event);
	else if (code == EXIT_DONE)
		say_event(answer, event);
	json_decref(answer);
	login_close(&c);
	return code;
}

static enum exit_code draw(struct options *o)
{
	const char *base_path = option_value(o, "base");
	json_t *answer = NULL, *base = NULL;
	enum exit_code code = base_path == NULL ? EXIT_DONE : event_base_open(base_path, &base);
	struct client c = { .fd = -1 };

	if (code == EXIT_DONE)
		code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = event_get(&c, &answer);
	if (code == EXIT_DONE)
		code = event_draw(answer, o->arguments[1], strcmp(o->arguments[0], "map") == 0, base,
				  o->is_json);
	json_decref(base);
	json_decref(answer);
	login_close(&c);
	return code;
}

/* ---- What is said of them. ---- */

static const struct dialogue_verb says[] = {
	{ "open", KIND_EVENT, 0, 0, true, true, N_("The event stands as {1}.") },
	{ "claim", KIND_CLAIM, 0, KIND_EVENT, true, true, N_("The claim stands as {1}, on {2}.") },
	{ "assess", KIND_ACT, DIALOGUE_ACT_ASSESS, KIND_EVENT, false, true,
	  N_("{1} is this side's assessment of {2}; an earlier one of it stands no more.") },
	{ "withdraw", KIND_ACT, DIALOGUE_ACT_WITHDRAW, KIND_CLAIM, false, true,
	  N_("{1} withdraws the claim {2}; it stays readable.") },
	{ "same", KIND_SAME, SAME_ONE, KIND_EVENT, false, false,
	  N_("{1} says that the two are one event; every party must.") },
	{ "apart", KIND_SAME, SAME_APART, KIND_EVENT, false, false,
	  N_("{1} says that the two are not one event.") },
};

static enum exit_code run_say(struct options *o)
{
	return dialogue_say_one(o, says, ARRAY_COUNT(says));
}

static enum exit_code run(struct options *o)
{
	static const struct verb verbs[] = {
		{ "list", 1, 1, list },
		{ "show", 2, 2, show },
		{ "map --base", 2, 2, draw },
		{ "timeline", 2, 2, draw },
		{ "open --language --also --source --doubt --label --rel --channel --type --when --where "
		  "--location --confidence",
		  3, 4, run_say },
		{ "claim --language --also --source --doubt --label --rel --when --where --location "
		  "--confidence",
		  4, 4, run_say },
		{ "assess --language --also --source --doubt --label --rel --confidence", 3, 3, run_say },
		{ "withdraw --language --also --source --doubt --label --rel --to", 3, 3, run_say },
		{ "same --source --label --rel", 3, 3, run_say },
		{ "apart --source --label --rel", 3, 3, run_say },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

const struct command_row command_event = {
	"event",
	"[show EVENT | map|timeline FILE | open NAME TITLE [TEXT] | claim EVENT NAME TEXT | assess EVENT "
	"TEXT | withdraw CLAIM "
	"TEXT | "
	"same|apart EVENT EVENT]",
	0,
	4,
	N_("list what happened; claim, assess, withdraw, say that two are one"),
	options,
	run,
	false,
};
