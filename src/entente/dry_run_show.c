/* The command: reads acts, plays them, and shows after each how it stands at every party. */
#include "entente/dry_run.h"

#include "api/instance_reply.h"
#include "api/place_text.h"
#include "base/alloc.h"
#include "compose/fill.h"
#include "entente/instance.h"
#include "home/words.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "terminal/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS 86400000u

bool dry_accord(struct accord *out, const struct procedure *procedure, const struct accord *like,
		const char *parties)
{
	struct bytes rest = bytes_str(parties == NULL ? "a,b" : parties), name;
	struct accord_channel *channel = &out->channels[0];

	*out = (struct accord){ .channels_count = 1, .languages_count = procedure->languages_count };
	memcpy(out->languages, procedure->languages, sizeof out->languages);
	if (like != NULL && parties == NULL) {
		memcpy(out->parties, like->parties, sizeof out->parties);
		out->parties_count = like->parties_count;
		rest.len = 0;
	}
	while (rest.len > 0) {
		struct accord_party *p = &out->parties[out->parties_count];
		if (bytes_take_until(&rest, ',', &name) != ERR_OK) {
			name = rest;
			rest.len = 0;
		}
		if (out->parties_count == PARTY_MAX || !is_party_name(name) ||
		    accord_party_find(out, name) != out->parties_count ||
		    bytes_copy_str(name, p->name, sizeof p->name) != ERR_OK) {
			say_error(_("\"{1}\" are not two to eight names of parties."), parties);
			say_next(_("write them as --parties a,b"));
			return false;
		}
		out->parties_count++;
	}
	if (out->parties_count < 2) {
		say_error(_("\"{1}\" are not two to eight names of parties."),
			  parties == NULL ? "" : parties);
		say_next(_("write them as --parties a,b"));
		return false;
	}
	*channel = (struct accord_channel){ .number = 1,
					    .plane = PLANE_CONSULT,
					    .name = "dry",
					    .parties = (uint8_t)((1u << out->parties_count) - 1) };
	return true;
}

struct showing {
	struct accord *accord; /* with the definition in it */
	json_t *acts;	       /* NULL: to the terminal */
	size_t void_count;
};

/* ---- An event in one line, and as JSON. ---- */

static const char *place_of(const struct accord *a, struct spot at, char *out, size_t size)
{
	struct place_key place = place_of_spot(a->channels[0].number, at);
	struct buf text;

	buf_init(&text, out, size - 1);
	place_text_write(a, &place, &text);
	out[text.len] = '\0';
	return out;
}

static const char *who_of(const struct accord *a, const struct procedure *p, const struct move *m, char *out,
			  size_t size)
{
	say_fill(out, size, m->is_node ? "{1}" : "{1}/{2}", a->parties[m->at.party].name,
		 m->is_node ? "" : p->roles[m->role].name);
	return out;
}

static const char *option_of(const struct procedure *p, const struct move *m)
{
	return m->kind == MOVE_PROPOSE || m->kind == MOVE_DECIDE ? p->steps[m->step].options[m->which].id
								 : "";
}

static json_t *move_json(const struct accord *a, const struct procedure *p, const struct dry_event *event)
{
	const struct move *m = &event->act.move;
	json_t *row = json_pack("{s:s, s:s, s:s}", "party", a->parties[m->at.party].name, "move",
				move_name(m->kind), "ruling", ruling_name(event->ruling));
	char place[64];

	if (!m->is_node)
		json_object_set_new(row, "role", json_string(p->roles[m->role].name));
	if (m->step != STEP_NONE)
		json_object_set_new(row, "step", json_string(p->steps[m->step].id));
	if (option_of(p, m)[0] != '\0')
		json_object_set_new(row, "option", json_string(option_of(p, m)));
	if (m->about.number != 0)
		json_object_set_new(row, "about", json_string(place_of(a, m->about, place, sizeof place)));
	if (m->kind == MOVE_LAPSE) {
		json_object_set_new(row, "level", json_string(level_name((enum level)m->which)));
		json_object_set_new(row, "whose", json_string(a->parties[m->whose].name));
		json_object_set_new(row, "cause", json_string(m->cause == 0 ? "NO ANSWER" : "LINE DOWN"));
	}
	if (event->at.number != 0)
		json_object_set_new(row, "place", json_string(place_of(a, event->at, place, sizeof place)));
	if (event->ruling != RULING_OK)
		json_object_set_new(row, "why", json_string(_(ruling_text(event->ruling))));
	return row;
}

static const char *const line_words[] = { "line up", "line down", "line slow" };

static json_t *event_json(struct dry_run *d, const struct dry_event *event)
{
	const struct accord *a = dry_run_accord(d);
	json_t *row = event->act.what == DRY_MOVE ? move_json(a, dry_run_procedure(d), event) : json_object(),
	       *states = json_array();

	if (event->act.what != DRY_MOVE)
		json_object_set_new(
			row, "move",
			json_string(event->act.what == DRY_SHOW ? "show" : line_words[event->act.line]));
	json_object_set_new(row, "number", json_integer((json_int_t)event->number));
	json_object_set_new(row, "line", json_integer((json_int_t)event->line));
	json_object_set_new(row, "at_ms", json_integer((json_int_t)event->act.at_ms));
	for (size_t party = 0; party < a->parties_count; party++) {
		json_t *state = dry_run_state(d, party);
		if (state != NULL)
			json_array_append_new(states, state);
	}
	json_object_set_new(row, "states", states);
	return row;
}

static void say_event(struct dry_run *d, const struct dry_event *event)
{
	const struct accord *a = dry_run_accord(d);
	const struct procedure *p = dry_run_procedure(d);
	const struct move *m = &event->act.move;
	char who[2 * ROLE_NAME_MAX], place[64];

	say_coloured(COLOUR_BOLD, event->number == 0 ? "-" : say_number(event->number));
	say("  {1}  ", say_time(event->act.at_ms));
	if (event->act.what != DRY_MOVE) {
		say("{1}\n", event->act.what == DRY_SHOW ? "show" : line_words[event->act.line]);
		return;
	}
	say("{1}  {2}", who_of(a, p, m, who, sizeof who), event->act.word);
	if (m->step != STEP_NONE)
		say(" {1}", p->steps[m->step].id);
	if (option_of(p, m)[0] != '\0')
		say(" {1}", option_of(p, m));
	if (m->kind == MOVE_LAPSE)
		say(" {1} {2}/{3}: {4}", level_name((enum level)m->which), a->parties[m->whose].name,
		    p->roles[m->role].name, m->cause == 0 ? _("NO ANSWER") : _("LINE DOWN"));
	if (m->about.number != 0)
		say(" -> {1}", place_of(a, m->about, place, sizeof place));
	if (event->ruling == RULING_OK) {
		say("  {1}  ", place_of(a, event->at, place, sizeof place));
		say_coloured(COLOUR_GOOD, _("counts"));
	} else {
		say("  ");
		say_coloured(COLOUR_BAD, _("VOID"));
		say(": {1}", _(ruling_text(event->ruling)));
	}
	say("\n");
}

/* ---- How it stands. ---- */

/* Who signs an open gate, who confirms it, and what it waits for. */
static void say_gate_rules(const struct procedure *p, const json_t *state)
{
	const json_t *step;
	size_t i;

	json_array_foreach(json_object_get(state, "open"), i, step)
	{
		const struct procedure_step *s =
			&p->steps[procedure_step_find(p, bytes_str(json_str(step, "id")))];
		if (s->kind != STEP_KIND_GATE)
			continue;
		say(_("  gate {1} ({2}): signed by"), s->id, gate_rule_name(s->rule));
		for (size_t r = 0; r < p->roles_count; r++) {
			if ((s->signers >> r & 1) != 0)
				say(" {1}", p->roles[r].name);
		}
		if (s->has_confirm)
			say(_("; confirmed by {1}"), p->roles[s->confirm].name);
		if (s->hold > 0)
			say(_("; hold {1}"), say_span(1000ull * s->hold));
		if (s->is_read_back)
			say(_("; read back"));
		say("\n");
	}
}

static bool is_told(const char *state)
{
	return strcmp(state, "MET") != 0;
}

/*
 * What the states say of parties that hold the same; each obligation by the clock of whoever owes it, if he
 * is among them.
 */
static void say_state(const struct procedure *p, json_t *const *states, size_t from, const size_t *group,
		      size_t parties)
{
	const json_t *state = states[from], *due;
	size_t i;

	for (size_t party = from; party < parties; party++) {
		if (states[party] != NULL && group[party] == from)
			say(party == from ? "  {1}" : " = {1}", json_str(states[party], "party"));
	}
	say("  ");
	instance_show_stand(state);
	say_gate_rules(p, state);
	instance_show_gates(state);
	json_array_foreach(json_object_get(state, "obligations"), i, due)
	{
		const json_t *shown = due;
		for (size_t party = from; party < parties; party++) {
			if (states[party] != NULL && group[party] == from &&
			    strcmp(json_str(states[party], "party"), json_str(due, "party")) == 0)
				shown = json_array_get(json_object_get(states[party], "obligations"), i);
		}
		if (is_told(json_str(shown, "state")))
			obligation_show(shown, json_uint(state, "now_ms"));
	}
}

static void say_states(struct dry_run *d)
{
	size_t parties = dry_run_accord(d)->parties_count, group[PARTY_MAX];
	json_t *states[PARTY_MAX];

	for (size_t party = 0; party < parties; party++) {
		states[party] = dry_run_state(d, party);
		for (group[party] = 0; group[party] < party; group[party]++) {
			if (states[party] != NULL && states[group[party]] != NULL &&
			    strcmp(json_str(states[party], "lines"),
				   json_str(states[group[party]], "lines")) == 0)
				break;
		}
	}
	for (size_t party = 0; party < parties; party++) {
		if (states[party] == NULL)
			say(_("  {1}  holds nothing of it\n"), dry_run_accord(d)->parties[party].name);
		else if (group[party] == party)
			say_state(dry_run_procedure(d), states, party, group, parties);
	}
	for (size_t party = 0; party < parties; party++)
		json_decref(states[party]);
}

static void show_event(void *self, struct dry_run *d, const struct dry_event *event)
{
	struct showing *s = self;

	s->void_count += event->act.what == DRY_MOVE && event->ruling != RULING_OK;
	if (s->acts != NULL) {
		json_array_append_new(s->acts, event_json(d, event));
		return;
	}
	say_event(d, event);
	say_states(d);
}

/* ---- Reading. ---- */

static void say_rule(const char *file, size_t line, const struct dry_rule *why)
{
	say_error(_("{1}, line {2}: {3} ({4})."), file, say_number(line), _(why->text), why->name);
	say_next(_(why->next));
}

static const struct dry_rule not_there = {
	"script.about", N_("nothing that this party holds answers to what it is about"),
	N_("name a step of which something was said, or an act by its number")
};
static const struct dry_rule too_much = { "script.many", N_("too much was said"),
					  N_("play fewer acts: a party writes at most 1024 entries") };

/* True: go on. */
static bool play_line(struct dry_run *d, struct dry_script *script, struct bytes text, const char *file,
		      size_t line, struct showing *s)
{
	const struct dry_rule *why;
	struct dry_act act;
	enum err e = dry_script_read(script, text, &act, &why);

	if (e == ERR_NOT_FOUND)
		return true;
	if (e == ERR_OK) {
		e = dry_run_play(d, &act, line, show_event, s);
		why = e == ERR_NOT_FOUND ? &not_there : &too_much;
	}
	if (e != ERR_OK)
		say_rule(file, line, why);
	return e == ERR_OK;
}

static enum exit_code play_all(struct dry_run *d, FILE *in, const char *file, struct showing *s)
{
	uint64_t today = clock_now().wall.ms / DAY_MS * DAY_MS;
	struct dry_script script = {
		.procedure = dry_run_procedure(d), .accord = s->accord, .day_ms = today, .now_ms = today
	};
	bool is_typed = in == stdin && isatty(STDIN_FILENO) != 0;
	enum exit_code code = EXIT_DONE;
	char *text = NULL;
	size_t size = 0, line = 0;
	ssize_t len;

	for (;;) {
		if (is_typed)
			say_note(_("an act, as `09:00:00 {1}/{2} start`; ^D ends it"),
				 s->accord->parties[0].name, script.procedure->roles[0].name);
		len = getline(&text, &size, in);
		if (len < 0)
			break;
		line++;
		if (play_line(d, &script, (struct bytes){ (const uint8_t *)text, (size_t)len }, file, line,
			      s) ||
		    is_typed)
			continue;
		code = EXIT_USAGE;
		break;
	}
	free(text);
	return code;
}

static void say_end(const struct procedure *p, struct showing *s)
{
	json_t *all;

	if (s->acts == NULL)
		return;
	all = json_pack("{s:s, s:i, s:I, s:O}", "procedure", p->id, "version", (int)p->version, "void",
			(json_int_t)s->void_count, "acts", s->acts);
	json_say(all);
	json_decref(all);
}

enum exit_code dry_run_command(const struct options *o, const struct accord *accord,
			       const struct procedure *procedure, const char *script)
{
	FILE *in = script == NULL ? stdin : file_open(script);
	struct accord *dry = xcalloc(1, sizeof *dry);
	struct procedure *copy = xcalloc(1, sizeof *copy);
	struct showing s = { .accord = dry };
	enum exit_code code = EXIT_USAGE;
	struct dry_run *d;

	if (in == NULL) {
		code = refuse_missing(script);
	} else if (dry_accord(dry, procedure, accord, option_value(o, "parties"))) {
		*copy = *procedure; /* the only one of this accord */
		copy->next = NULL;
		dry->procedures = copy;
		s.acts = o->is_json ? json_array() : NULL;
		d = dry_run_new(dry, copy);
		code = play_all(d, in, script == NULL ? "-" : script, &s);
		if (code == EXIT_DONE)
			say_end(copy, &s);
		dry_run_free(d);
		json_decref(s.acts);
		if (code == EXIT_DONE && s.void_count > 0)
			code = EXIT_REFUSED;
	}
	if (in != NULL && in != stdin)
		fclose(in);
	free(copy);
	free(dry);
	return code;
}
