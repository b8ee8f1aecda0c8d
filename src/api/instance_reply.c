#include "api/instance_reply.h"

#include "api/entry_reply.h"
#include "api/form_reply.h"
#include "api/request.h"

#include <string.h>

static const char *party_name(const struct accord *a, size_t party)
{
	return party < a->parties_count ? a->parties[party].name : "?";
}

static void reply_mask(struct reply *r, const char *key, const struct accord *a, uint8_t parties)
{
	reply_array(r, key);
	for (size_t i = 0; i < a->parties_count; i++) {
		if ((parties >> i & 1) != 0)
			reply_str(r, NULL, a->parties[i].name);
	}
	reply_array_end(r);
}

/* ---- A definition. ---- */

static void reply_who(struct reply *r, const char *key, const struct procedure *p,
		      const struct procedure_who *who)
{
	char memory[2 * ROLE_NAME_MAX + 2];
	struct buf text = BUF_ON(memory);

	buf_put_str(&text, procedure_of_name(who->of));
	buf_put_byte(&text, '.');
	buf_put_str(&text, p->roles[who->role].name);
	reply_text(r, key, buf_bytes(&text));
}

static void reply_gate_rules(struct reply *r, const struct accord *a, const struct procedure *p,
			     const struct procedure_step *s)
{
	reply_str(r, "rule", gate_rule_name(s->rule));
	reply_array(r, "signers");
	for (size_t i = 0; i < p->roles_count; i++) {
		if ((s->signers >> i & 1) != 0)
			reply_str(r, NULL, p->roles[i].name);
	}
	reply_array_end(r);
	if (s->has_confirm)
		reply_str(r, "confirm", p->roles[s->confirm].name);
	reply_uint(r, "hold", s->hold);
	reply_bool(r, "read_back", s->is_read_back);
	reply_array(r, "options");
	for (size_t i = 0; i < s->options_count; i++) {
		reply_object(r, NULL);
		reply_str(r, "id", s->options[i].id);
		reply_names(r, "title", a, s->options[i].title.text);
		reply_object_end(r);
	}
	reply_array_end(r);
}

static void reply_step(struct reply *r, const struct accord *a, const struct procedure *p,
		       const struct procedure_step *s)
{
	reply_object(r, NULL);
	reply_str(r, "id", s->id);
	reply_str(r, "kind", step_kind_name(s->kind));
	reply_names(r, "title", a, s->title.text);
	if (s->has_by)
		reply_who(r, "by", p, &s->by);
	if (s->form[0] != '\0')
		reply_str(r, "form", s->form);
	if (s->kind == STEP_KIND_GATE)
		reply_gate_rules(r, a, p, s);
	reply_array(r, "owe");
	for (size_t i = 0; i < s->owe_count; i++) {
		reply_object(r, NULL);
		reply_who(r, "who", p, &s->owe[i].who);
		reply_str(r, "what", level_name(s->owe[i].what));
		reply_object_end(r);
	}
	reply_array_end(r);
	reply_object_end(r);
}

void reply_procedure(struct reply *r, const struct accord *a, const struct procedure *p)
{
	reply_object(r, NULL);
	reply_str(r, "id", p->id);
	reply_uint(r, "version", p->version);
	reply_hex(r, "hash", BYTES_OF(p->hash));
	reply_names(r, "title", a, p->title.text);
	reply_array(r, "roles");
	for (size_t i = 0; i < p->roles_count; i++)
		reply_str(r, NULL, p->roles[i].name);
	reply_array_end(r);
	reply_array(r, "precedences");
	for (size_t i = 0; i < PRECEDENCE_COUNT; i++) {
		if (p->precedence[i].line != 0)
			reply_str(r, NULL, precedence_name((enum precedence)i));
	}
	reply_array_end(r);
	if (p->has_recess)
		reply_who(r, "recess", p, &p->recess_by);
	reply_array(r, "steps");
	for (size_t i = 0; i < p->steps_count; i++)
		reply_step(r, a, p, &p->steps[i]);
	reply_array_end(r);
	reply_object_end(r);
}

/* ---- An instance, of all that is held. ---- */

static void reply_steps(struct reply *r, const char *key, const struct accord *a, const struct procedure *p,
			uint64_t steps)
{
	reply_array(r, key);
	for (size_t i = 0; i < p->steps_count; i++) {
		if ((steps >> i & 1) == 0)
			continue;
		reply_object(r, NULL);
		reply_str(r, "id", p->steps[i].id);
		reply_str(r, "kind", step_kind_name(p->steps[i].kind));
		reply_names(r, "title", a, p->steps[i].title.text);
		reply_object_end(r);
	}
	reply_array_end(r);
}

static const char *gate_state(const struct instance *i, const struct glimpse *g, const struct fact *f)
{
	uint8_t confirmed = gate_confirmed(i, g, f);

	if ((i->parties & ~confirmed) == 0)
		return "DECIDED";
	if (is_withdrawn(i, g, f))
		return "WITHDRAWN";
	if (confirmed != 0)
		return "IN DOUBT";
	return (i->parties & ~gate_concurred(i, g, f)) == 0 ? "ALL CONCURRED" : "PROPOSED";
}

static void reply_at_gate(struct reply *r, const struct accord *a, const struct machine *m,
			  const struct move *move)
{
	const struct procedure_step *s = &m->instance->procedure->steps[move->step];
	struct place_key at = place_of_spot(m->channel, move->at);

	reply_place(r, "place", a, &at);
	reply_str(r, "party", party_name(a, move->at.party));
	reply_str(r, "step", s->id);
	reply_names(r, "step_title", a, s->title.text);
	reply_str(r, "option", s->options[move->which].id);
	reply_names(r, "option_title", a, s->options[move->which].title.text);
}

static void reply_proposal(struct reply *r, const struct accord *a, size_t self, const struct machine *m,
			   const struct glimpse *g, const struct fact *f)
{
	const struct instance *i = m->instance;
	const struct procedure_step *s = &i->procedure->steps[f->move.step];
	const char *state = gate_state(i, g, f);

	reply_object(r, NULL);
	reply_at_gate(r, a, m, &f->move);
	reply_hex(r, "hash", BYTES_OF(f->move.hash));
	reply_str(r, "state", state);
	reply_bool(r, "in_doubt", is_in_doubt(i, g, f, self));
	reply_mask(r, "concurred", a, gate_concurred(i, g, f) & i->parties);
	reply_mask(r, "confirmed", a, gate_confirmed(i, g, f));
	if (strcmp(state, "IN DOUBT") == 0)
		reply_mask(r, "awaiting", a, (uint8_t)(i->parties & ~gate_confirmed(i, g, f)));
	reply_uint(r, "hold", s->hold);
	reply_bool(r, "read_back", s->is_read_back);
	reply_object_end(r);
}

static void reply_gates(struct reply *r, const struct accord *a, size_t self, const struct machine *m,
			const struct glimpse *g)
{
	const struct instance *i = m->instance;

	reply_array(r, "gates");
	for (const struct fact *f = fact_first(i, MOVE_PROPOSE); f != NULL; f = fact_next(i, f)) {
		if (fact_is_in(i, f, g))
			reply_proposal(r, a, self, m, g, f);
	}
	reply_array_end(r);
	reply_array(r, "decisions");
	for (const struct fact *f = fact_first(i, MOVE_DECIDE); f != NULL; f = fact_next(i, f)) {
		if (!fact_is_in(i, f, g))
			continue;
		reply_object(r, NULL);
		reply_at_gate(r, a, m, &f->move);
		reply_object_end(r);
	}
	reply_array_end(r);
}

void reply_instance(struct reply *r, const struct accord *a, size_t self, const struct machine *m)
{
	const struct instance *i = m->instance;
	const struct procedure *p = i->procedure;
	const struct accord_channel *c = accord_channel_find(a, m->channel);
	struct place_key at = place_of_spot(m->channel, i->start);
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	const struct fact *start;
	struct standing s;

	s = instance_standing(i, &g);
	start = fact_find(i, i->start, &g);
	reply_place(r, "place", a, &at);
	reply_uint(r, "channel", m->channel);
	reply_str(r, "channel_name", c == NULL ? "" : c->name);
	reply_str(r, "opener", party_name(a, i->start.party));
	reply_mask(r, "parties", a, i->parties);
	reply_str(r, "procedure", p->id);
	reply_uint(r, "version", p->version);
	reply_hex(r, "definition", BYTES_OF(p->hash));
	reply_names(r, "title", a, p->title.text);
	reply_str(r, "precedence", precedence_name(i->precedence));
	reply_uint(r, "depth_asked", i->depth);
	reply_uint(r, "depth_given", instance_depth(i, &g));
	reply_uint(r, "started_ms", start == NULL ? 0 : start->move.filed_ms);
	reply_str(r, "life", lifecycle_name(instance_life(i, &g)));
	reply_steps(r, "open", a, p, s.open & ~s.done);
	reply_steps(r, "done", a, p, s.done);
	reply_gates(r, a, self, m, &g);
}

static void reply_move(struct reply *r, const struct accord *a, const struct machine *m, const struct fact *f)
{
	const struct procedure *p = m->instance->procedure;
	struct place_key at = place_of_spot(m->channel, f->move.at), about = { 0 };
	uint8_t shown = 0;

	reply_object(r, NULL);
	reply_place(r, "place", a, &at);
	reply_str(r, "party", party_name(a, f->move.at.party));
	reply_str(r, "move", move_name(f->move.kind));
	if (f->move.step != STEP_NONE)
		reply_str(r, "step", p->steps[f->move.step].id);
	if (f->move.is_node)
		reply_str(r, "role", ROLE_NODE);
	else if (f->move.role < p->roles_count)
		reply_str(r, "role", p->roles[f->move.role].name);
	reply_uint(r, "holder", f->move.person);
	if (f->move.about.number != 0) {
		about = place_of_spot(m->channel, f->move.about);
		reply_place(r, "about", a, &about);
	}
	if (f->move.kind == MOVE_LAPSE) {
		reply_str(r, "level", level_name((enum level)f->move.which));
		reply_str(r, "whose", party_name(a, f->move.whose));
		reply_str(r, "cause", f->move.cause == 0 ? "NO ANSWER" : "LINE DOWN");
	}
	reply_uint(r, "filed_ms", f->move.filed_ms);
	for (size_t i = 0; i < PARTY_MAX; i++) {
		if (f->seen[i].number != 0)
			shown |= (uint8_t)(1u << i);
	}
	reply_mask(r, "shown_by", a, shown);
	reply_object_end(r);
}

enum err reply_moves(struct api *a, struct reply *r, const struct machine *m)
{
	const struct accord *accord = node_accord(a->node);
	enum err e = ERR_OK;

	reply_array(r, "moves");
	for (size_t n = 0; n < m->instance->count && e == ERR_OK; n++) {
		struct place_key at = place_of_spot(m->channel, fact_nth(m->instance, n)->move.at);
		e = request_may_place(a, &at);
		if (e == ERR_OK)
			reply_move(r, accord, m, fact_nth(m->instance, n));
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	reply_array_end(r);
	return e;
}

void reply_due(struct reply *r, const struct accord *a, size_t self, uint64_t now_ms,
	       const struct due_view *due)
{
	const struct procedure *p = due->procedure;
	const struct procedure_step *s = &p->steps[due->owed.step];
	const struct obligation *what = &s->owe[due->owed.obligation];

	reply_object(r, NULL);
	reply_str(r, "source", "PROCEDURE");
	reply_place(r, "instance", a, &due->instance);
	reply_str(r, "procedure", p->id);
	reply_names(r, "title", a, p->title.text);
	reply_str(r, "precedence", precedence_name(due->precedence));
	reply_str(r, "step", s->id);
	reply_names(r, "step_title", a, s->title.text);
	if (due->owed.about.number != 0) {
		struct place_key about = place_of_spot(due->instance.log.channel, due->owed.about);
		reply_place(r, "about", a, &about);
	}
	reply_str(r, "party", party_name(a, due->owed.party));
	reply_str(r, "role", p->roles[what->who.role].name);
	reply_str(r, "level", level_name(what->what));
	reply_bool(r, "ours", due->owed.party == self);
	reply_str(r, "state", owed_state_name(due->state));
	reply_bool(r, "recess", due->is_in_recess);
	if (due->is_shown) {
		reply_uint(r, "since_ms", due->since_ms);
		reply_uint(r, "due_ms", due->due_ms);
		reply_bool(r, "overdue", now_ms >= due->due_ms);
	}
	reply_object_end(r);
}

void reply_obligations(struct reply *r, const struct accord *a, size_t self, uint64_t now_ms,
		       const struct machine *m)
{
	const struct instance *i = m->instance;
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	struct standing s;
	struct owed owed = { .step = SIZE_MAX };
	struct due_view due = { .instance = place_of_spot(m->channel, i->start),
				.procedure = i->procedure,
				.precedence = i->precedence };

	s = instance_standing(i, &g);
	due.is_in_recess = instance_life(i, &g) == LIFE_RECESS;
	reply_array(r, "obligations");
	while (owed_next(i, &g, &s, &owed)) {
		due.owed = owed;
		due.state = owed_state(i, &g, &owed);
		due.is_shown = owed_times(i, &g, &owed, self, now_ms, &due.since_ms, &due.due_ms);
		reply_due(r, a, self, now_ms, &due);
	}
	reply_array_end(r);
}
