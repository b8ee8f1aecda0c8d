/* The state of a channel's procedures within a vector, in lines: what a DIGEST hashes. */
#include "proc/instance.h"

static void put_party(const struct machine *m, uint8_t party, struct buf *out)
{
	buf_put_byte(out, ' ');
	buf_put_str(out, m->accord->parties[party].name);
}

static void put_spot(const struct machine *m, struct spot at, struct buf *out)
{
	put_party(m, at.party, out);
	buf_put_byte(out, ' ');
	buf_put_decimal(out, at.number);
}

static void put_mask(const struct machine *m, const char *word, uint8_t parties, struct buf *out)
{
	buf_put_str(out, word);
	for (uint8_t i = 0; i < PARTY_MAX; i++) {
		if ((parties >> i & m->instance->parties >> i & 1) != 0)
			put_party(m, i, out);
	}
}

static void put_steps(const struct instance *i, const char *word, uint64_t steps, struct buf *out)
{
	buf_put_str(out, word);
	for (size_t s = 0; s < i->procedure->steps_count; s++) {
		if ((steps >> s & 1) == 0)
			continue;
		buf_put_byte(out, ' ');
		buf_put_str(out, i->procedure->steps[s].id);
	}
	buf_put_byte(out, '\n');
}

static void put_proposal(const struct machine *m, const struct glimpse *g, const struct fact *f,
			 struct buf *out)
{
	const struct instance *i = m->instance;
	const struct procedure_step *s = &i->procedure->steps[f->move.step];
	uint8_t confirmed = gate_confirmed(i, g, f);

	buf_put_str(out, "proposal");
	put_spot(m, f->move.at, out);
	buf_put_byte(out, ' ');
	buf_put_str(out, s->id);
	buf_put_byte(out, ' ');
	buf_put_str(out, s->options[f->move.which].id);
	if ((i->parties & ~confirmed) == 0)
		buf_put_str(out, " DECIDED");
	if (is_withdrawn(i, g, f))
		buf_put_str(out, " WITHDRAWN");
	put_mask(m, " concurred", gate_concurred(i, g, f), out);
	put_mask(m, " confirmed", confirmed, out);
	buf_put_byte(out, '\n');
}

static void put_decision(const struct machine *m, const struct fact *f, struct buf *out)
{
	const struct procedure_step *s = &m->instance->procedure->steps[f->move.step];

	buf_put_str(out, "decision");
	put_spot(m, f->move.at, out);
	buf_put_byte(out, ' ');
	buf_put_str(out, s->id);
	buf_put_byte(out, ' ');
	buf_put_str(out, s->options[f->move.which].id);
	buf_put_byte(out, '\n');
}

static void put_owed(const struct machine *m, const struct glimpse *g, const struct owed *o, struct buf *out)
{
	const struct procedure *p = m->instance->procedure;
	const struct obligation *what = &p->steps[o->step].owe[o->obligation];

	buf_put_str(out, "owed ");
	buf_put_str(out, p->steps[o->step].id);
	if (o->about.number != 0)
		put_spot(m, o->about, out);
	put_party(m, (uint8_t)o->party, out);
	buf_put_byte(out, ' ');
	buf_put_str(out, p->roles[what->who.role].name);
	buf_put_byte(out, ' ');
	buf_put_str(out, level_name(what->what));
	buf_put_byte(out, ' ');
	buf_put_str(out, owed_state_name(owed_state(m->instance, g, o)));
	buf_put_byte(out, '\n');
}

void machine_write_instance(const struct machine *m, const struct vector *at, struct buf *out)
{
	const struct glimpse g = { .past = at };
	const struct instance *i = m->instance;
	const struct standing s = instance_standing(i, &g);
	struct owed owed = { .step = SIZE_MAX };

	buf_put_str(out, "instance");
	put_spot(m, i->start, out);
	buf_put_byte(out, ' ');
	buf_put_str(out, i->procedure->id);
	buf_put_byte(out, ' ');
	buf_put_str(out, precedence_name(i->precedence));
	buf_put_byte(out, ' ');
	buf_put_str(out, lifecycle_name(instance_life(i, &g)));
	buf_put_byte(out, '\n');
	put_steps(i, "open", s.open & ~s.done, out);
	put_steps(i, "done", s.done, out);
	for (size_t n = 0; n < i->count; n++) {
		const struct fact *f = fact_nth(i, n);
		if (!fact_is_in(i, f, &g))
			continue;
		if (f->move.kind == MOVE_PROPOSE)
			put_proposal(m, &g, f, out);
		else if (f->move.kind == MOVE_DECIDE)
			put_decision(m, f, out);
	}
	while (owed_next(i, &g, &s, &owed))
		put_owed(m, &g, &owed, out);
}

enum err machine_write(const struct machine *m, const struct vector *at, struct buf *out)
{
	struct spot start = { 0 };
	enum err e;

	while ((e = machine_next(m, &start)) == ERR_OK) {
		const struct glimpse g = { .past = at };
		e = machine_load(m, start);
		if (e != ERR_OK)
			return e;
		if (fact_find(m->instance, start, &g) != NULL)
			machine_write_instance(m, at, out);
	}
	return e == ERR_NOT_FOUND ? buf_check(out) : e;
}
