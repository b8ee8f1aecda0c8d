/* Meetings of a body: when and where, who came, what is on the agenda, and what is carried to the next. */
#include "entente/dialogue.h"
#include "entente/rows.h"
#include "home/words.h"
#include "show/show.h"
#include "show/table.h"
#include "terminal/login.h"
#include "terminal/say.h"

#include <string.h>

static const char *const standings[] = {
	N_("SCHEDULED"), N_("AGENDA OPEN"),   N_("AGENDA AGREED"), N_("IN SESSION"), N_("RECESS"),
	N_("CONCLUDED"), N_("RECORD AGREED"), N_("CALLED OFF"),	   N_("PROPOSED"),   N_("AGREED"),
	N_("DECLINED"),	 N_("DISCUSSED"),     N_("DEFERRED"),	   N_("CLOSED"),     N_("UNCONFIRMED"),
	N_("OPEN"),	 N_("REPORTED"),      N_("DISPUTED"),	   N_("ACCEPTED"),
};

static const char *standing_text(const json_t *thing)
{
	const char *name = json_str(thing, "standing");

	for (size_t i = 0; i < ARRAY_COUNT(standings); i++) {
		if (strcmp(standings[i], name) == 0)
			return _(standings[i]);
	}
	return name;
}

/* What is no meeting says what it is, and beside which session. */
static void put_manner(struct table *t, const json_t *thing)
{
	const char *beside = json_str(thing, "beside");
	bool is_call = strcmp(json_str(thing, "manner"), "call") == 0;
	bool is_side = strcmp(json_str(thing, "manner"), "side-meeting") == 0;
	char text[DIALOGUE_NAME_MAX + 64];

	if (beside[0] == '\0')
		say_fill(text, sizeof text, "{1}", is_call ? _("call") : is_side ? _("side meeting") : "");
	else
		say_fill(text, sizeof text,
			 is_call   ? _("call beside {1}")
			 : is_side ? _("side meeting beside {1}")
				   : _("beside {1}"),
			 beside);
	table_put(t, COLOUR_PLAIN, text);
}

static bool is_held(const json_t *session)
{
	static const char *const held[] = { "IN SESSION", "RECESS", "CONCLUDED", "RECORD AGREED" };

	for (size_t i = 0; i < ARRAY_COUNT(held); i++) {
		if (strcmp(held[i], json_str(session, "standing")) == 0)
			return true;
	}
	return false;
}

/* Its date went by, and nobody has said that it was held, or is not to be. */
static bool is_past(const json_t *session, uint64_t now_ms)
{
	uint64_t end_ms = json_uint(session, "end_ms");

	return end_ms != 0 && end_ms <= now_ms && !is_held(session) && !json_flag(session, "over");
}

static void put_row(struct table *t, const json_t *thing, uint64_t now_ms)
{
	bool is_late = strcmp(json_str(thing, "kind"), "session") == 0 && is_past(thing, now_ms);
	char when[128], parties[128] = "";
	const json_t *party;
	size_t i;

	say_fill(when, sizeof when, is_late ? _("{1}, date past") : "{1}", json_str(thing, "when"));
	json_array_foreach(json_object_get(thing, "parties"), i, party)
		say_fill(parties + strlen(parties), sizeof parties - strlen(parties),
			 i == 0 ? "{1}" : ", {1}", json_string_value(party));
	table_put(t, COLOUR_BOLD, json_str(thing, "name"));
	table_put(t, json_flag(thing, "over") ? COLOUR_DIM : COLOUR_PLAIN, standing_text(thing));
	table_put(t, is_late ? COLOUR_WARN : COLOUR_PLAIN, when);
	table_put(t, COLOUR_DIM, parties);
	table_put(t, COLOUR_DIM, json_str(thing, "place"));
	put_manner(t, thing);
	table_put(t, COLOUR_PLAIN, reader_words(json_object_get(thing, "title")));
	table_end_row(t);
}

static void put_all(struct table *t, const json_t *answer, bool is_over_too)
{
	const json_t *thing;
	size_t i;

	json_array_foreach(json_object_get(answer, "things"), i, thing)
	{
		if (is_over_too || !json_flag(thing, "over"))
			put_row(t, thing, json_uint(answer, "now_ms"));
	}
}

/* ---- The list, and what it says of the bodies' rhythm. ---- */

/* What is held beside a session, or is a call, is none that was agreed on, and nobody's turn to host. */
static bool is_regular(const json_t *session)
{
	const char *manner = json_str(session, "manner");

	return json_str(session, "beside")[0] == '\0' &&
	       (manner[0] == '\0' || strcmp(manner, "meeting") == 0);
}

/* The last session of a body that was held, or the first that was not; NULL: there is none. */
static const json_t *session_beside(const json_t *sessions, const char *body, bool is_next)
{
	const json_t *thing, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(sessions, "things"), i, thing)
	{
		uint64_t at = json_uint(thing, "end_ms"), best = json_uint(found, "end_ms");
		if (strcmp(json_str(thing, "of"), body) != 0 || at == 0 || !is_regular(thing) ||
		    is_held(thing) == is_next || strcmp(json_str(thing, "standing"), "CALLED OFF") == 0)
			continue;
		if (found == NULL || (is_next ? at < best : at > best))
			found = thing;
	}
	return found;
}

/* Who hosts after whom: the list of the body, one after the other. */
static const char *next_host(const json_t *body, const json_t *last)
{
	const json_t *hosts = json_object_get(body, "parties"), *host;
	const char *was = json_string_value(json_array_get(json_object_get(last, "parties"), 0));
	size_t i, count = json_array_size(hosts);

	json_array_foreach(hosts, i, host)
	{
		if (was != NULL && strcmp(json_string_value(host), was) == 0)
			return json_string_value(json_array_get(hosts, (i + 1) % count));
	}
	return NULL;
}

#define MONTH_MS (365ull * 86400000 / 12)

/* That the months that were agreed go by, or have gone by, before the body meets again. */
static void say_past(const json_t *body, const json_t *last, const json_t *next, uint64_t now_ms)
{
	uint64_t cadence_ms = json_uint(body, "number") * MONTH_MS,
		 due_ms = json_uint(last, "end_ms") + cadence_ms;

	if (last == NULL || cadence_ms == 0)
		return;
	if (next == NULL && due_ms <= now_ms)
		say(_("{1}: none is set, and the last was {2}; every {3} months is agreed\n"),
		    json_str(body, "name"), json_str(last, "when"), say_number(json_uint(body, "number")));
	if (next != NULL && due_ms < json_uint(next, "first_ms"))
		say(_("{1}: the last was {2}, every {3} months is agreed, and the next is set for later\n"),
		    json_str(body, "name"), json_str(last, "when"), say_number(json_uint(body, "number")));
}

static void say_rhythm(const json_t *body, const json_t *sessions, uint64_t now_ms)
{
	const char *place = json_str(body, "place"), *name = json_str(body, "name");
	const json_t *last = session_beside(sessions, place, false);
	const json_t *next = session_beside(sessions, place, true);
	const char *host = next_host(body, last);
	const json_t *session;
	size_t i;

	if (json_flag(body, "over"))
		return; /* nothing is due of what is ended */
	json_array_foreach(json_object_get(sessions, "things"), i, session)
	{
		if (strcmp(json_str(session, "of"), place) == 0 && is_past(session, now_ms))
			say(_("{1}: {3} was set for {2}, and nobody has said yet that it was held\n"), name,
			    json_str(session, "when"), json_str(session, "name"));
	}
	if (next != NULL && json_uint(next, "end_ms") > now_ms)
		say(_("{1}: next {2}, {3}\n"), name, json_str(next, "when"), json_str(next, "name"));
	say_past(body, last, next, now_ms);
	if (host != NULL)
		say(_("{1}: {2} hosts next, by turns\n"), name, host);
}

void dialogue_say_rhythms(const json_t *bodies, const json_t *sessions)
{
	const json_t *body;
	size_t i;

	json_array_foreach(json_object_get(bodies, "things"), i, body)
		say_rhythm(body, sessions, json_uint(sessions, "now_ms"));
}

static enum exit_code list(struct options *o)
{
	json_t *sessions = NULL, *bodies = NULL;
	struct table *t = table_new();
	enum exit_code code;
	struct client c;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = dialogue_get(&c, "session", &sessions);
	if (code == EXIT_DONE)
		code = dialogue_get(&c, "body", &bodies);
	if (code == EXIT_DONE && o->is_json) {
		json_say(sessions);
	} else if (code == EXIT_DONE) {
		put_all(t, sessions, true);
		table_say(t);
		dialogue_say_rhythms(bodies, sessions);
	}
	table_free(t);
	json_decref(bodies);
	json_decref(sessions);
	login_close(&c);
	return code;
}

/* ---- One of them: its agenda, with what is carried to it. ---- */

/* What is asked for an agenda, and what lists there are. */
struct agenda {
	const json_t *session, *sessions, *bodies;
};

static const json_t *at_place(const json_t *things, const char *place)
{
	const json_t *thing;
	size_t i;

	json_array_foreach(json_object_get(things, "things"), i, thing)
	{
		if (strcmp(json_str(thing, "place"), place) == 0)
			return thing;
	}
	return NULL;
}

/* Whether the one body is the other, is under it, or went into it, by however many steps. */
static bool goes_to(const struct agenda *a, const char *place, const char *into)
{
	const json_t *body = at_place(a->bodies, place), *other;
	size_t i, turns = json_array_size(json_object_get(a->bodies, "things"));

	for (; turns > 0 && body != NULL && strcmp(json_str(body, "place"), into) != 0; turns--) {
		const char *name = json_str(body, "merged_into");
		const json_t *next = NULL;
		if (!json_flag(body, "over"))
			next = at_place(a->bodies, json_str(body, "of"));
		json_array_foreach(json_object_get(a->bodies, "things"), i, other)
		{
			if (json_flag(body, "over") && strcmp(json_str(other, "name"), name) == 0)
				next = other;
		}
		body = next;
	}
	return strcmp(json_str(body, "place"), into) == 0;
}

/* One without a date is behind all that have one, and behind those that were set before it. */
static bool is_earlier(const struct agenda *a, const json_t *session)
{
	uint64_t first = json_uint(session, "first_ms"), own = json_uint(a->session, "first_ms");
	const json_t *other;
	size_t i;

	if (first != 0 || own != 0)
		return own == 0 || first < own;
	json_array_foreach(json_object_get(a->sessions, "things"), i, other)
	{
		if (other == session || other == a->session)
			return other == session;
	}
	return false;
}

/* Whether it hangs on the body or a part of it, on an earlier session of these, or on what went into them. */
static bool is_carried(const struct agenda *a, const json_t *thing)
{
	const char *of = json_str(thing, "of"), *body = json_str(a->session, "of");
	const json_t *session = at_place(a->sessions, of);
	const char *on = session == NULL ? of : json_str(session, "of");
	bool is_gone = strcmp(on, body) != 0 && json_flag(at_place(a->bodies, on), "over");

	return goes_to(a, on, body) && (session == NULL || is_gone || is_earlier(a, session));
}

static bool is_on_agenda(const struct agenda *a, const json_t *thing)
{
	return strcmp(json_str(thing, "of"), json_str(a->session, "place")) == 0 ||
	       (!json_flag(thing, "over") && is_carried(a, thing));
}

/* Who declined it or put it off, and why. */
static enum exit_code say_reasons(struct client *c, const json_t *item)
{
	json_t *whole = NULL;
	const json_t *deed;
	enum exit_code code;
	struct query q;
	size_t i;

	query_open(&q, "/dialogues");
	query_put(&q, "place", json_str(item, "place"));
	code = client_get(c, &q, &whole);
	json_array_foreach(json_object_get(json_array_get(json_object_get(whole, "things"), 0), "deeds"), i,
			   deed)
	{
		if (json_object_get(deed, "detail") != NULL)
			say("{1}  {2}  {3}  {4}\n", json_str(item, "name"), json_str(deed, "party"),
			    _(json_str(deed, "act")), reader_words(json_object_get(deed, "detail")));
	}
	json_decref(whole);
	return code;
}

/* An item is shown nowhere else. */
static enum exit_code say_behind(struct client *c, const json_t *items, const struct agenda *a)
{
	enum exit_code code = EXIT_DONE;
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(items, "things"), i, item)
	{
		const char *standing = json_str(item, "standing");
		if (code != EXIT_DONE || !is_on_agenda(a, item))
			continue;
		if (json_object_get(item, "doubt") != NULL)
			say("{1}  {2}: {3}\n", json_str(item, "name"), _("its sources contradict"),
			    reader_words(json_object_get(item, "doubt")));
		if (strcmp(standing, "DECLINED") == 0 || strcmp(standing, "DEFERRED") == 0)
			code = say_reasons(c, item);
	}
	return code;
}

static void put_agenda(struct table *t, const json_t *things, const struct agenda *a)
{
	const json_t *thing;
	size_t i;

	json_array_foreach(json_object_get(things, "things"), i, thing)
	{
		if (is_on_agenda(a, thing))
			put_row(t, thing, json_uint(a->sessions, "now_ms"));
	}
}

/* An act, or what hangs on the session: "begin", "text statement-kidd-24". */
static void say_deed(const json_t *deed)
{
	const char *act = json_str(deed, "act");

	say("{1}  {2}  {3}", json_str(deed, "place"), json_str(deed, "party"),
	    act[0] != '\0' ? _(act) : show_kind(deed));
	if (json_object_get(deed, "name") != NULL)
		say(" {1}", json_str(deed, "name"));
}

/* The side meetings and calls that are held beside it. */
static void put_beside(struct table *t, const json_t *sessions, const json_t *session)
{
	const json_t *other;
	size_t i;

	json_array_foreach(json_object_get(sessions, "things"), i, other)
	{
		if (strcmp(json_str(other, "beside"), json_str(session, "name")) == 0)
			put_row(t, other, json_uint(sessions, "now_ms"));
	}
}

/* Without what is listed below as its agenda. */
static void say_deeds(const json_t *session)
{
	const json_t *deed, *person;
	size_t i, n;

	json_array_foreach(json_object_get(session, "deeds"), i, deed)
	{
		if (strcmp(json_str(deed, "kind"), "item") == 0 ||
		    strcmp(json_str(deed, "kind"), "commitment") == 0)
			continue;
		say_deed(deed);
		json_array_foreach(json_object_get(deed, "people"), n, person) say("{1}{2}",
										   n == 0	? "  "
										   : n % 2 == 0 ? "; "
												: ", ",
										   json_string_value(person));
		if (json_object_get(deed, "detail") != NULL)
			say("  {1}", reader_words(json_object_get(deed, "detail")));
		if (json_object_get(deed, "credentials") != NULL)
			say(_("  credentials: {1}"), reader_words(json_object_get(deed, "credentials")));
		if (json_object_get(deed, "doubt") != NULL)
			say("  {1}: {2}", _("its sources contradict"),
			    reader_words(json_object_get(deed, "doubt")));
		if (json_object_get(deed, "hash") != NULL)
			say("  {1}  SHA-256 {2}", json_str(deed, "to"), json_str(deed, "hash"));
		say("\n");
	}
}

static enum exit_code show_with(struct options *o, struct client *c, const json_t *sessions)
{
	const json_t *session = dialogue_find(sessions, "session", o->arguments[1]);
	json_t *items = NULL, *commitments = NULL, *whole = NULL, *bodies = NULL;
	struct table *t = table_new();
	enum exit_code code = session == NULL ? EXIT_NOT_FOUND : EXIT_DONE;
	struct query q;

	query_open(&q, "/dialogues");
	if (code == EXIT_DONE) {
		query_put(&q, "place", json_str(session, "place"));
		code = client_get(c, &q, &whole);
	}
	if (code == EXIT_DONE)
		code = dialogue_get(c, "item", &items);
	if (code == EXIT_DONE)
		code = dialogue_get(c, "commitment", &commitments);
	if (code == EXIT_DONE)
		code = dialogue_get(c, "body", &bodies);
	if (code == EXIT_DONE && o->is_json) {
		json_say(whole);
	} else if (code == EXIT_DONE) {
		const struct agenda a = { session, sessions, bodies };
		put_row(t, session, json_uint(sessions, "now_ms"));
		put_beside(t, sessions, session);
		table_say(t);
		show_says("session", session);
		say_deeds(json_array_get(json_object_get(whole, "things"), 0));
		say(_("agenda, with what is carried to it:\n"));
		put_agenda(t, items, &a);
		put_agenda(t, commitments, &a);
		table_say(t);
		code = say_behind(c, items, &a);
	}
	table_free(t);
	json_decref(bodies);
	json_decref(whole);
	json_decref(commitments);
	json_decref(items);
	return code;
}

static enum exit_code show(struct options *o)
{
	json_t *sessions = NULL;
	enum exit_code code;
	struct client c;

	code = login_open(&c, o);
	if (code == EXIT_DONE)
		code = dialogue_get(&c, "session", &sessions);
	if (code == EXIT_DONE)
		code = show_with(o, &c, sessions);
	json_decref(sessions);
	login_close(&c);
	return code;
}

/* ---- What is said of them. ---- */

#define OF_SESSION(name, act, done) { name, KIND_ACT, DIALOGUE_ACT_##act, KIND_SESSION, false, true, done }
#define OF_ITEM(name, act, done) { name, KIND_ACT, DIALOGUE_ACT_##act, KIND_ITEM, false, true, done }

static const struct dialogue_verb says[] = {
	{ "new", KIND_SESSION, 0, KIND_BODY, true, true, N_("The session stands as {1}.") },
	{ "item", KIND_ITEM, 0, KIND_SESSION, true, true, N_("The item stands as {1}.") },
	OF_SESSION("open", AGENDA_OPEN, N_("{1} opens the agenda.")),
	OF_SESSION("agree", AGENDA_AGREE, N_("{1} agrees to the agenda; every party must.")),
	OF_SESSION("begin", BEGIN, N_("{1} begins the session, or goes on with it.")),
	OF_SESSION("recess", RECESS, N_("{1} begins a recess.")),
	OF_SESSION("conclude", CONCLUDE, N_("{1} concludes the session.")),
	OF_SESSION("record", RECORD_AGREE, N_("{1} agrees to the record; every party must, to the same.")),
	OF_SESSION("delegation", DELEGATION, N_("{1} names the own delegation.")),
	OF_SESSION("move", MOVE, N_("{1} gives the session another day or place.")),
	OF_SESSION("call-off", CALL_OFF, N_("{1} calls the session off.")),
	OF_ITEM("agree-item", ITEM_AGREE, N_("{1} agrees to the item.")),
	OF_ITEM("decline-item", ITEM_DECLINE, N_("{1} declines the item.")),
	OF_ITEM("discussed", ITEM_DISCUSSED, N_("{1} says that the item was discussed.")),
	OF_ITEM("defer", ITEM_DEFER, N_("{1} defers the item to the next session.")),
	OF_ITEM("close-item", ITEM_CLOSE, N_("{1} closes the item.")),
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
		{ "new" TAKES_TITLE " --when --by --number --manner --beside", 4, 5, run_say },
		{ "item" TAKES_TITLE, 4, 5, run_say },
		{ "open" TAKES, 2, 3, run_say },
		{ "agree" TAKES, 2, 3, run_say },
		{ "begin" TAKES, 2, 3, run_say },
		{ "recess" TAKES, 2, 3, run_say },
		{ "conclude" TAKES, 2, 3, run_say },
		{ "record" TAKES " --text", 2, 3, run_say },
		{ "move" TAKES_TITLE " --when --by --number --manner --beside", 2, 3, run_say },
		{ "call-off" TAKES, 3, 3, run_say },
		{ "agree-item" TAKES, 2, 3, run_say },
		{ "decline-item" TAKES, 3, 3, run_say },
		{ "discussed" TAKES, 2, 3, run_say },
		{ "defer" TAKES, 2, 3, run_say },
		{ "close-item" TAKES, 2, 3, run_say },
		{ "delegation" TAKES " --head --member --credentials", 2, 3, run_say },
		{ NULL, 0, 0, NULL },
	};

	return verbs_run(o, verbs);
}

const struct command_row command_session = {
	"session",
	"[show NAME | new BODY NAME TITLE | item SESSION NAME TITLE | "
	"open|agree|begin|recess|conclude|record|"
	"delegation|move|agree-item|discussed|defer|close-item NAME [TEXT] | call-off|decline-item NAME "
	"TEXT]",
	0,
	5,
	N_("list the sessions of bodies; set one, agree on its agenda, lead it through"),
	dialogue_options,
	run,
	false,
};
