/* What no single value of a procedure shows: docs/spec/procedure.md section 3, C4 to C12. */
#include "accord/procedure.h"

#include <string.h>

#define HOLD_MIN_S 10u
#define SIGNERS_MIN 2u

/* ---- C4, C5: every way of deciding is played through, each step done as soon as it opens. ---- */

struct choice {
	const struct procedure *p;
	enum precedence precedence;
	uint64_t done;			      /* bit mask of steps */
	uint8_t decided[PROCEDURE_STEPS_MAX]; /* of a gate: its option; options_count: the parties differ */
	bool lapses;			      /* everything that can lapse does */
};

static bool is_assumed(void *self, const struct guard_node *n)
{
	const struct choice *c = self;

	/* The others say something of a step: guard_evaluate asks of leaves alone. */
	if (n->kind == GUARD_PRECEDENCE)
		return c->precedence == (enum precedence)n->which;
	return (c->done >> n->step & 1) != 0 && (n->kind != GUARD_LAPSED || c->lapses) &&
	       (n->kind != GUARD_DECIDED || c->decided[n->step] == n->which);
}

/* A guard names steps above it alone: once through is enough. */
static void play(struct choice *c)
{
	c->done = 0;
	for (size_t i = 0; i < c->p->steps_count; i++) {
		if (guard_evaluate(&c->p->steps[i].after, is_assumed, c))
			c->done |= 1ull << i;
	}
}

/* How a gate can end: with one of its options, or where each decides for itself, with different ones. */
static size_t ends_of(const struct procedure_step *s)
{
	if (s->kind != STEP_KIND_GATE)
		return 1;
	return s->options_count + (s->rule == GATE_EACH && s->options_count > 1);
}

/* The next combination; false behind the last. */
static bool choose_next(struct choice *c)
{
	for (size_t i = 0; i < c->p->steps_count; i++) {
		if (++c->decided[i] < ends_of(&c->p->steps[i]))
			return true;
		c->decided[i] = 0;
	}
	return false;
}

static const char *check_ways(const struct procedure *p, size_t *line)
{
	struct choice c = { .p = p };
	uint64_t opened = 0;
	size_t ways = 1;

	for (size_t i = 0; i < p->steps_count; i++) {
		ways *= ends_of(&p->steps[i]);
		*line = p->steps[i].line;
		if (ways > CHOICES_MAX)
			return "procedure.choices";
	}
	*line = p->close_line;
	for (unsigned precedence = 0; precedence < PRECEDENCE_COUNT; precedence++) {
		c.precedence = (enum precedence)precedence;
		if (p->precedence[precedence].line == 0)
			continue;
		do {
			c.lapses = true;
			play(&c);
			opened |= c.done;
			c.lapses = false;
			play(&c);
			if (!guard_evaluate(&p->close, is_assumed, &c))
				return "procedure.close";
		} while (choose_next(&c));
	}
	for (size_t i = 0; i < p->steps_count; i++) {
		*line = p->steps[i].line;
		if ((opened >> i & 1) == 0)
			return "procedure.never";
	}
	return NULL;
}

/* ---- C7: whether somebody's silence opens it, or anything that it waits for. ---- */

static bool has_lapsed(const struct guard *g, uint64_t tainted)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct guard_node *n = &g->nodes[i];
		if (n->kind == GUARD_LAPSED || (n->kind < GUARD_LAPSED && (tainted >> n->step & 1) != 0))
			return true;
	}
	return false;
}

static const char *check_lapses(const struct procedure *p, size_t *line)
{
	uint64_t tainted = 0;

	for (size_t i = 0; i < p->steps_count; i++) {
		const struct procedure_step *s = &p->steps[i];
		*line = s->line;
		if (!has_lapsed(&s->after, tainted))
			continue;
		tainted |= 1ull << i;
		if (s->kind == STEP_KIND_GATE || s->effect > STEP_EFFECT_REVERSIBLE)
			return "procedure.lapsed";
	}
	*line = p->close_line;
	return has_lapsed(&p->close, tainted) ? "procedure.lapsed" : NULL;
}

/* ---- What one step shows ---- */

static size_t bits(uint64_t mask)
{
	size_t count = 0;

	for (; mask != 0; mask &= mask - 1)
		count++;
	return count;
}

static const char *check_effect(const struct procedure_step *s)
{
	bool is_safe = s->kind == STEP_KIND_GATE && s->rule == GATE_JOINT &&
		       bits(s->signers) >= SIGNERS_MIN && s->has_confirm && s->is_read_back &&
		       s->hold >= HOLD_MIN_S;

	if (s->effect == STEP_EFFECT_IRREVERSIBLE && !is_safe)
		return "procedure.irreversible";
	if (s->effect == STEP_EFFECT_COMPENSABLE && s->undo[0] == '\0')
		return "procedure.undo";
	return NULL;
}

static const char *check_timers(const struct procedure *p, const struct procedure_step *s)
{
	for (unsigned precedence = 0; precedence < PRECEDENCE_COUNT; precedence++) {
		uint64_t ladder = 0;
		if (p->precedence[precedence].line == 0)
			continue;
		for (size_t i = 0; i < p->precedence[precedence].ladder_count; i++)
			ladder += p->precedence[precedence].ladder[i];
		for (size_t i = 0; i < s->owe_count; i++) {
			const struct obligation *o = &s->owe[i];
			uint32_t within = obligation_within(p, o, (enum precedence)precedence);
			if (within == 0 || (o->what == LEVEL_WATCH_READ && ladder == 0))
				return "procedure.timer";
			if (o->what == LEVEL_WATCH_READ && ladder >= within)
				return "procedure.ladder";
		}
	}
	return NULL;
}

/* A message with a form says by it of which notice it is. */
static const char *check_form(const struct procedure *p, size_t step)
{
	const struct procedure_step *s = &p->steps[step];

	for (size_t i = 0; i < step && s->kind == STEP_KIND_NOTICE && s->form[0] != '\0'; i++) {
		if (p->steps[i].kind == STEP_KIND_NOTICE && strcmp(p->steps[i].form, s->form) == 0)
			return "procedure.same";
	}
	return NULL;
}

static const char *check_owed(const struct procedure *p, const struct procedure_step *s)
{
	unsigned owed[PROCEDURE_ROLES_MAX] = { 0 };
	bool is_read = false, is_more = false;

	for (size_t i = 0; i < s->owe_count; i++) {
		const struct obligation *o = &s->owe[i];
		if (o->what == LEVEL_WATCH_READ && p->roles[o->who.role].alternates == 0)
			return "procedure.alternate";
		if (++owed[o->who.role] > STEP_OBLIGATIONS_OF_ROLE_MAX)
			return "procedure.many";
		is_read = is_read || o->what == LEVEL_WATCH_READ;
		is_more = is_more || o->what != LEVEL_WATCH_READ;
		for (size_t before = 0; before < i; before++) {
			if (s->owe[before].what == o->what && s->owe[before].who.role == o->who.role)
				return "procedure.name";
		}
	}
	return is_read && !is_more ? "procedure.watch" : NULL;
}

const char *procedure_check(const struct procedure *p, size_t *line)
{
	const char *rule = NULL;

	for (size_t i = 0; i < p->steps_count && rule == NULL; i++) {
		*line = p->steps[i].line;
		rule = check_effect(&p->steps[i]);
		if (rule == NULL)
			rule = check_form(p, i);
		if (rule == NULL)
			rule = check_timers(p, &p->steps[i]);
		if (rule == NULL)
			rule = check_owed(p, &p->steps[i]);
	}
	if (rule == NULL)
		rule = check_lapses(p, line);
	return rule != NULL ? rule : check_ways(p, line);
}
