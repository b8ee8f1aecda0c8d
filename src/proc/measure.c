#include "proc/measure.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *number, *text;
} marks[] = {
#define MARK_ROW(name, number, text) { number, text },
	MARK_LIST(MARK_ROW)
#undef MARK_ROW
};

const char *mark_number(enum mark_kind m)
{
	assert(m < MARK_KIND_COUNT);
	return marks[m].number;
}

const char *mark_text(enum mark_kind m)
{
	assert(m < MARK_KIND_COUNT);
	return marks[m].text;
}

const struct measure_interval *measure_interval_at(size_t index)
{
	static const struct measure_interval intervals[MEASURE_INTERVALS] = {
		{ MARK_ALERT, MARK_RECEIPT, "request to STATION RECEIPT" },
		{ MARK_ALERT, MARK_READ, "request to WATCH READ" },
		{ MARK_ALERT, MARK_QUORUM, "request to all having met" },
		{ MARK_ALERT, MARK_LAST_CONCUR, "request to all having signed" },
		{ MARK_ALERT, MARK_DECIDED, "request to decision" },
		{ MARK_DECIDED, MARK_COMMUNICATED, "decision to publication" },
		{ MARK_ALERT, MARK_CLOSED, "request to close" },
	};

	assert(index < MEASURE_INTERVALS);
	return &intervals[index];
}

/* ---- Which steps are measured: a definition names none of them so, its order does. ---- */

/* The n-th step of a kind, and of gates the n-th joint one; steps_count: there is none. */
static size_t step_of(const struct procedure *p, enum step_kind kind, size_t n)
{
	for (size_t s = 0; s < p->steps_count; s++) {
		if (p->steps[s].kind != kind || (kind == STEP_KIND_GATE && p->steps[s].rule != GATE_JOINT))
			continue;
		if (n-- == 0)
			return s;
	}
	return p->steps_count;
}

/* The last notice that a reply is owed to, else the last one. */
static size_t alert_step(const struct procedure *p)
{
	size_t found = p->steps_count;
	bool is_replied = false;

	for (size_t s = 0; s < p->steps_count; s++) {
		bool owes = false;
		if (p->steps[s].kind != STEP_KIND_NOTICE)
			continue;
		for (size_t o = 0; o < p->steps[s].owe_count; o++)
			owes = owes || p->steps[s].owe[o].what == LEVEL_REPLIED;
		if (owes || !is_replied)
			found = s;
		is_replied = is_replied || owes;
	}
	return found;
}

/* What every party does after the first joint gate. */
static size_t communicated_step(const struct procedure *p)
{
	for (size_t s = step_of(p, STEP_KIND_GATE, 0); s < p->steps_count; s++) {
		if (p->steps[s].kind == STEP_KIND_ACT && p->steps[s].by.of == OF_EACH)
			return s;
	}
	return p->steps_count;
}

static size_t last_gate(const struct procedure *p)
{
	size_t n = 0, found = p->steps_count;

	while (step_of(p, STEP_KIND_GATE, n + 1) < p->steps_count)
		found = step_of(p, STEP_KIND_GATE, ++n);
	return found;
}

static size_t measured_step(const struct procedure *p, enum mark_kind mark)
{
	switch (mark) {
	case MARK_INDICATOR:
		return step_of(p, STEP_KIND_NOTICE, 0);
	case MARK_ALERT:
	case MARK_READ:
	case MARK_PRESENTED:
		return alert_step(p);
	case MARK_QUORUM:
		return step_of(p, STEP_KIND_MEET, 0);
	case MARK_FIRST_CONCUR:
	case MARK_LAST_CONCUR:
	case MARK_DECIDED:
		return step_of(p, STEP_KIND_GATE, 0);
	case MARK_COMMUNICATED:
		return communicated_step(p);
	case MARK_RECORDED:
		return last_gate(p);
	case MARK_RECEIPT:
		return p->steps_count;
	case MARK_CLOSED:
	case MARK_KIND_COUNT:
		break;
	}
	return 0;
}

/* ---- What is true of them. ---- */

struct measured {
	enum mark_kind mark;
	size_t step;
};

static bool has_move(const struct instance *i, const struct glimpse *g, const struct measured *m)
{
	static const enum move_kind kinds[MARK_KIND_COUNT] = {
		[MARK_INDICATOR] = MOVE_MESSAGE,
		[MARK_ALERT] = MOVE_MESSAGE,
		[MARK_FIRST_CONCUR] = MOVE_CONCUR,
	};

	for (const struct fact *f = fact_first(i, kinds[m->mark]); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == m->step && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

/* Every other party has given this of one message of the step. */
static bool is_given(const struct instance *i, const struct glimpse *g, size_t step, enum level level)
{
	for (const struct fact *f = fact_first(i, MOVE_MESSAGE); f != NULL; f = fact_next(i, f)) {
		uint8_t parties = (uint8_t)(1u << f->move.at.party);
		if (f->move.step != step || !fact_is_in(i, f, g))
			continue;
		for (const struct fact *a = about_first(i, f); a != NULL; a = about_next(i, a)) {
			if (move_level(&a->move) == level && fact_is_in(i, a, g))
				parties |= (uint8_t)(1u << a->move.at.party);
		}
		if ((i->parties & ~parties) == 0)
			return true;
	}
	return false;
}

static bool has_concurred(const struct instance *i, const struct glimpse *g, size_t step)
{
	for (const struct fact *f = fact_first(i, MOVE_PROPOSE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && fact_is_in(i, f, g) &&
		    (i->parties & ~gate_concurred(i, g, f)) == 0)
			return true;
	}
	return false;
}

static bool holds(const struct instance *i, const struct glimpse *g, const void *self)
{
	const struct measured *m = self;

	switch (m->mark) {
	case MARK_INDICATOR:
	case MARK_ALERT:
	case MARK_FIRST_CONCUR:
		return has_move(i, g, m);
	case MARK_READ:
		return is_given(i, g, m->step, LEVEL_WATCH_READ);
	case MARK_PRESENTED:
		return is_given(i, g, m->step, LEVEL_PRESENTED);
	case MARK_LAST_CONCUR:
		return has_concurred(i, g, m->step);
	case MARK_QUORUM:
	case MARK_DECIDED:
	case MARK_COMMUNICATED:
	case MARK_RECORDED:
		return (instance_standing(i, g).done >> m->step & 1) != 0;
	case MARK_CLOSED:
		return instance_standing(i, g).is_closed;
	case MARK_RECEIPT:
	case MARK_KIND_COUNT:
		break;
	}
	return false;
}

bool mark_time(const struct instance *i, enum mark_kind mark, size_t party, uint64_t *filed_ms)
{
	const struct measured m = { mark, measured_step(i->procedure, mark) };
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };

	*filed_ms = 0;
	if (m.step == i->procedure->steps_count)
		return false;
	*filed_ms = clock_of_all(i, &g, party, 0, holds, &m);
	return true;
}

struct spot measure_alert(const struct instance *i)
{
	size_t step = alert_step(i->procedure);

	for (const struct fact *f = fact_first(i, MOVE_MESSAGE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step)
			return f->move.at;
	}
	return (struct spot){ 0 };
}
