#include "entente/instance.h"

#include "compose/fill.h"
#include "home/words.h"
#include "terminal/marked.h"
#include "terminal/say.h"

#include <string.h>

enum exit_code instance_get(struct client *c, const char *place, json_t **out)
{
	struct query q;

	query_open(&q, "/instances");
	query_put(&q, "place", place);
	return client_get(c, &q, out);
}

enum exit_code draft_instance(struct draft *d, struct client *c, const json_t *instance)
{
	struct place *p = &d->statement.instance;
	json_t *entry = NULL;
	enum exit_code code = draft_address(d, c, say_number(json_uint(instance, "channel")));

	if (code == EXIT_DONE)
		code = show_get_entry(c, json_str(instance, "place"), &entry);
	if (code == EXIT_DONE) {
		p->channel = (uint32_t)json_uint(entry, "channel");
		p->party = draft_word(d, json_str(entry, "party"));
		p->epoch = (uint32_t)json_uint(entry, "epoch");
		p->index = json_uint(entry, "index");
		d->statement.has_instance = json_hex(entry, "leaf", p->leaf, HASH_LEN) == ERR_OK;
		if (!d->statement.has_label)
			d->statement.has_label =
				label_copy(&d->words, json_object_get(entry, "label"), &d->statement.label);
	}
	json_decref(entry);
	return code;
}

/* Words of the API in the reader's language. */
static const char *const api_words[] = {
	N_("ACTIVE"),
	N_("RECESS"),
	N_("STOOD DOWN"),
	N_("ENDED"),
	N_("CLOSED"),
	N_("OWED"),
	N_("MET"),
	N_("LAPSED"),
	N_("MET LATE"),
	N_("MET, CROSSED"),
	N_("PROPOSED"),
	N_("ALL CONCURRED"),
	N_("IN DOUBT"),
	N_("DECIDED"),
	N_("WITHDRAWN"),
	N_("watch-read"),
	N_("read-back"),
	N_("presented"),
	N_("replied"),
	N_("attend"),
	N_("position"),
	N_("done"),
	N_("REACHED"),
	N_("NO ANSWER"),
	N_("LINE DOWN"),
	N_("REFUSED"),
	N_("start"),
	N_("message"),
	N_("watch read"),
	N_("read back"),
	N_("mark"),
	N_("reply"),
	N_("decline"),
	N_("defer"),
	N_("leave"),
	N_("lapse"),
	N_("escalated"),
	N_("recess"),
	N_("resume"),
	N_("stand down"),
	N_("end participation"),
	N_("remark"),
	N_("propose"),
	N_("concur"),
	N_("withdraw"),
	N_("confirm"),
	N_("reserve"),
	N_("object"),
	N_("await instructions"),
	N_("decide"),
};

static const char *word(const char *text)
{
	for (size_t i = 0; i < ARRAY_COUNT(api_words); i++) {
		if (strcmp(api_words[i], text) == 0)
			return _(api_words[i]);
	}
	return text;
}

static void say_list(const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name) say(i == 0 ? "{1}" : ", {1}", json_string_value(name));
}

static void say_steps(const char *head, const json_t *steps)
{
	const json_t *step;
	size_t i;

	say("{1} ", head);
	json_array_foreach(steps, i, step)
		say(i == 0 ? "{1} ({2})" : ", {1} ({2})", reader_words(json_object_get(step, "title")),
		    json_str(step, "id"));
	if (json_array_size(steps) == 0)
		say(_("none"));
	say("\n");
}

static bool is_doubtful(const json_t *gate)
{
	return strcmp(json_str(gate, "state"), "IN DOUBT") == 0;
}

static void say_doubt(const json_t *gate)
{
	say_coloured(COLOUR_BAD,
		     json_flag(gate, "in_doubt") ? _("!! IN DOUBT") : _("!! CONFIRMED THERE, NOT HERE"));
	say("  {1}: {2}  ", json_str(gate, "place"), reader_words(json_object_get(gate, "option_title")));
	say(_("confirmed by "));
	say_list(json_object_get(gate, "confirmed"));
	say(_("; awaiting "));
	say_list(json_object_get(gate, "awaiting"));
	say("\n");
}

/* What no REMARK of ours has seen yet; once one has, it stays written that they differ. */
static void say_difference(const json_t *instance, const char *before)
{
	if (json_flag(instance, "differs")) {
		say("{1}", before);
		say_coloured(COLOUR_BAD, _("!! THE STATES DIFFER: their node holds another at the same past. "
					   "Confirm nothing."));
		say("\n");
	} else if (json_array_size(json_object_get(instance, "diverged")) > 0) {
		say_line(_("The states differ; a remark of ours says why we go on."));
	}
}

void instance_show_stand(const json_t *instance)
{
	const char *life = json_str(instance, "life");

	say_coloured(strcmp(life, "ACTIVE") == 0 ? COLOUR_WARN : COLOUR_PLAIN, word(life));
	say_steps(_("  open:"), json_object_get(instance, "open"));
	say_steps(_("    done:"), json_object_get(instance, "done"));
}

void instance_show_row(const json_t *instance)
{
	const json_t *gate;
	const char *life = json_str(instance, "life");
	size_t i;

	say("{1}  {2}  {3}  ", json_str(instance, "place"), reader_words(json_object_get(instance, "title")),
	    json_str(instance, "precedence"));
	say_coloured(strcmp(life, "ACTIVE") == 0 ? COLOUR_WARN : COLOUR_PLAIN, word(life));
	say_steps(_("  open:"), json_object_get(instance, "open"));
	say_difference(instance, "    ");
	json_array_foreach(json_object_get(instance, "gates"), i, gate)
	{
		if (is_doubtful(gate)) {
			say("    ");
			say_doubt(gate);
		}
	}
}

static void say_gate(const json_t *gate)
{
	const char *state = json_str(gate, "state");
	enum colour colour = strcmp(state, "DECIDED") == 0 ? COLOUR_GOOD
			     : is_doubtful(gate)	   ? COLOUR_BAD
							   : COLOUR_PLAIN;

	say("  {1}  {2}: {3}  ", json_str(gate, "place"), reader_words(json_object_get(gate, "step_title")),
	    reader_words(json_object_get(gate, "option_title")));
	say_coloured(colour, word(state));
	say(_("  concurred: "));
	say_list(json_object_get(gate, "concurred"));
	say(_("  confirmed: "));
	say_list(json_object_get(gate, "confirmed"));
	say("\n");
}

/* Never folded, and before everything else. */
static void say_doubts(const json_t *instance)
{
	const json_t *gate;
	bool is_any = false;
	size_t i;

	json_array_foreach(json_object_get(instance, "gates"), i, gate)
	{
		if (!is_doubtful(gate))
			continue;
		if (!is_any)
			say_coloured(COLOUR_BAD,
				     "================================================================\n");
		is_any = true;
		say_doubt(gate);
	}
	if (is_any) {
		say("   {1}\n",
		    _("Nothing is decided. Who has confirmed cannot withdraw; it ends when whoever is "
		      "awaited confirms or withdraws."));
		say_coloured(COLOUR_BAD,
			     "================================================================\n");
	}
}

void obligation_show(const json_t *due, uint64_t now_ms)
{
	const char *state = json_str(due, "state");
	bool is_open = strcmp(state, "OWED") == 0, is_late = json_flag(due, "overdue");

	say("  ");
	say_cell(word(state), 14, is_open ? is_late ? COLOUR_BAD : COLOUR_WARN : COLOUR_PLAIN);
	say(" {1}/{2}  {3}", json_str(due, "party"), json_str(due, "role"), word(json_str(due, "level")));
	if (json_object_get(due, "about") != NULL)
		say(_(" of {1}"), json_str(due, "about"));
	say("  {1}", reader_words(json_object_get(due, "step_title")));
	if (is_open && json_object_get(due, "due_ms") != NULL) {
		uint64_t at = json_uint(due, "due_ms");
		say(_("  by {1}"), say_time(at));
		say(at > now_ms ? _(" (in {1})") : _(" ({1} ago)"),
		    say_span(at > now_ms ? at - now_ms : now_ms - at));
	}
	if (is_open && json_object_get(due, "due_ms") == NULL)
		say(_("  it has no deadline here yet"));
	say("\n");
}

void instance_show_gates(const json_t *instance)
{
	const json_t *gate;
	size_t i;

	json_array_foreach(json_object_get(instance, "gates"), i, gate) say_gate(gate);
	json_array_foreach(json_object_get(instance, "decisions"), i, gate)
		say(_("  {1}  {2} has decided for itself: {3}\n"), json_str(gate, "place"),
		    json_str(gate, "party"), reader_words(json_object_get(gate, "option_title")));
}

static void say_moves(const json_t *instance)
{
	const json_t *move;
	size_t parties = json_array_size(json_object_get(instance, "parties")), i;

	json_array_foreach(json_object_get(instance, "moves"), i, move)
	{
		say("  {1}  {2}/{3}  {4}  {5}", say_time(json_uint(move, "filed_ms")),
		    json_str(move, "party"), json_str(move, "role"), json_str(move, "place"),
		    word(json_str(move, "move")));
		if (json_object_get(move, "step") != NULL)
			say(" {1}", json_str(move, "step"));
		if (json_object_get(move, "about") != NULL)
			say(" -> {1}", json_str(move, "about"));
		if (json_object_get(move, "cause") != NULL)
			say("  {1}, {2}: {3}", json_str(move, "whose"), word(json_str(move, "level")),
			    word(json_str(move, "cause")));
		if (json_array_size(json_object_get(move, "shown_by")) < parties)
			say_coloured(COLOUR_DIM, _("  (not yet shown by all)"));
		say("\n");
	}
}

static const char *depth(uint64_t given)
{
	static const char *const texts[] = {
		N_("not all have read it"), N_("I, exchanged: every party has read it"),
		N_("II, advised: it was put before every party's principal"),
		N_("III, consulted: every party has answered or taken a position")
	};

	return _(texts[given < ARRAY_COUNT(texts) ? given : 0]);
}

void instance_show(const json_t *instance, const char *self)
{
	static const char *const asked[] = { "", "I", "II", "III" };
	uint64_t wanted = json_uint(instance, "depth_asked"), now_ms = json_uint(instance, "now_ms");
	const json_t *due;
	size_t i;

	say_doubts(instance);
	say_difference(instance, "");
	say_coloured(COLOUR_BOLD, reader_words(json_object_get(instance, "title")));
	say("  {1}  {2}  ", json_str(instance, "place"), json_str(instance, "precedence"));
	say_coloured(COLOUR_BOLD, word(json_str(instance, "life")));
	say("\n");
	say(_("begun by {1} at {2}; {3} version {4}\n"), json_str(instance, "opener"),
	    say_time(json_uint(instance, "started_ms")), json_str(instance, "procedure"),
	    say_number(json_uint(instance, "version")));
	say(_("depth asked: {1}; given: {2}\n"), asked[wanted < ARRAY_COUNT(asked) ? wanted : 0],
	    depth(json_uint(instance, "depth_given")));
	say_steps(_("open:"), json_object_get(instance, "open"));
	say_steps(_("done:"), json_object_get(instance, "done"));
	if (json_array_size(json_object_get(instance, "gates")) > 0)
		say_line(_("at the gates"));
	instance_show_gates(instance);
	say_line(_("we owe"));
	json_array_foreach(json_object_get(instance, "obligations"), i, due)
	{
		if (strcmp(json_str(due, "party"), self) == 0)
			obligation_show(due, now_ms);
	}
	say_line(_("they owe"));
	json_array_foreach(json_object_get(instance, "obligations"), i, due)
	{
		if (strcmp(json_str(due, "party"), self) != 0)
			obligation_show(due, now_ms);
	}
	say_line(_("what was said"));
	say_moves(instance);
}
