#include "proc/measure.h"

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
	return marks[index_below(m, MARK_KIND_COUNT)].number;
}

const char *mark_text(enum mark_kind m)
{
	return marks[index_below(m, MARK_KIND_COUNT)].text;
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

	return &intervals[index_below(index, MEASURE_INTERVALS)];
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
	size_t last = p->steps_count, replied = p->steps_count;

	for (size_t s = 0; s < p->steps_count; s++) {
		last = p->steps[s].kind == STEP_KIND_NOTICE ? s : last;
		for (size_t o = 0; o < p->steps[s].owe_count; o++)
			replied = p->steps[s].owe[o].what == LEVEL_REPLIED ? s : replied;
	}
	return replied < p->steps_count ? replied : last;
}

static size_t first_notice(const struct procedure *p)
{
	return step_of(p, STEP_KIND_NOTICE, 0);
}

static size_t first_meeting(const struct procedure *p)
{
	return step_of(p, STEP_KIND_MEET, 0);
}

static size_t first_gate(const struct procedure *p)
{
	return step_of(p, STEP_KIND_GATE, 0);
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

static size_t any_step(const struct procedure *p)
{
	(void)p;
	return 0;
}

/* ---- What is true of them. ---- */

static bool has_move(const struct instance *i, const struct glimpse *g, size_t step, enum move_kind kind)
{
	for (const struct fact *f = fact_first(i, kind); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

static bool is_sent(const struct instance *i, const struct glimpse *g, size_t step)
{
	return has_move(i, g, step, MOVE_MESSAGE);
}

static bool is_concurred(const struct instance *i, const struct glimpse *g, size_t step)
{
	return has_move(i, g, step, MOVE_CONCUR);
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

static bool is_read(const struct instance *i, const struct glimpse *g, size_t step)
{
	return is_given(i, g, step, LEVEL_WATCH_READ);
}

static bool is_presented(const struct instance *i, const struct glimpse *g, size_t step)
{
	return is_given(i, g, step, LEVEL_PRESENTED);
}

static bool have_concurred(const struct instance *i, const struct glimpse *g, size_t step)
{
	for (const struct fact *f = fact_first(i, MOVE_PROPOSE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && fact_is_in(i, f, g) &&
		    (i->parties & ~gate_concurred(i, g, f)) == 0)
			return true;
	}
	return false;
}

static bool is_done(const struct instance *i, const struct glimpse *g, size_t step)
{
	return (instance_standing(i, g).done >> step & 1) != 0;
}

static bool is_closed(const struct instance *i, const struct glimpse *g, size_t step)
{
	(void)step;
	return instance_standing(i, g).is_closed;
}

/* Of which step, and what; no entry shows a RECEIPT. */
static const struct measured {
	size_t (*find)(const struct procedure *p);
	bool (*holds)(const struct instance *i, const struct glimpse *g, size_t step);
} measures[MARK_KIND_COUNT] = {
	[MARK_INDICATOR] = { first_notice, is_sent },
	[MARK_ALERT] = { alert_step, is_sent },
	[MARK_READ] = { alert_step, is_read },
	[MARK_PRESENTED] = { alert_step, is_presented },
	[MARK_QUORUM] = { first_meeting, is_done },
	[MARK_FIRST_CONCUR] = { first_gate, is_concurred },
	[MARK_LAST_CONCUR] = { first_gate, have_concurred },
	[MARK_DECIDED] = { first_gate, is_done },
	[MARK_COMMUNICATED] = { communicated_step, is_done },
	[MARK_RECORDED] = { last_gate, is_done },
	[MARK_CLOSED] = { any_step, is_closed },
};

struct sought {
	const struct measured *measured;
	size_t step;
};

static bool holds(const struct instance *i, const struct glimpse *g, const void *self)
{
	const struct sought *s = self;

	return s->measured->holds(i, g, s->step);
}

bool mark_time(const struct instance *i, enum mark_kind mark, size_t party, uint64_t *filed_ms)
{
	struct sought s = { &measures[mark], i->procedure->steps_count };
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };

	*filed_ms = 0;
	if (s.measured->find != NULL)
		s.step = s.measured->find(i->procedure);
	if (s.step == i->procedure->steps_count)
		return false;
	*filed_ms = clock_of_all(i, &g, party, 0, holds, &s);
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
