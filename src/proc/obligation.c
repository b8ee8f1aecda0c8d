/*
 * What is owed, and since when: an interval is the difference of two filing times of one party, and a lapse
 * is said on the clock of whoever says it. It decides nothing.
 */
#include "base/plant.h"
#include "proc/instance.h"

static const char *const state_words[] = { "OWED", "MET", "LAPSED", "MET LATE", "MET, CROSSED" };

const char *owed_state_name(enum owed_state s)
{
	return state_words[index_below(s, OWED_COUNT)];
}

/* Counted from 1; 0: none. */
static const uint8_t levels[MOVE_COUNT] = {
	[MOVE_WATCH_READ] = 1 + LEVEL_WATCH_READ,
	[MOVE_READ_BACK] = 1 + LEVEL_READ_BACK,
	[MOVE_PRESENTED] = 1 + LEVEL_PRESENTED,
	[MOVE_REPLY] = 1 + LEVEL_REPLIED,
	[MOVE_DECLINE] = 1 + LEVEL_REPLIED,
	[MOVE_ATTEND] = 1 + LEVEL_ATTEND,
	[MOVE_DONE] = 1 + LEVEL_DONE,
	[MOVE_CONCUR] = 1 + LEVEL_POSITION,
	[MOVE_RESERVE] = 1 + LEVEL_POSITION,
	[MOVE_OBJECT] = 1 + LEVEL_POSITION,
	[MOVE_AWAIT] = 1 + LEVEL_POSITION,
	[MOVE_DECIDE] = 1 + LEVEL_POSITION,
};

enum level move_level(const struct move *m)
{
	return levels[m->kind] == 0 ? LEVEL_COUNT : (enum level)(levels[m->kind] - 1);
}

static bool is_owed_by(const struct instance *i, const struct obligation *o, size_t party, struct spot about)
{
	if ((i->parties >> party & 1) == 0)
		return false;
	if (o->who.of == OF_OPENER)
		return party == i->start.party;
	return o->who.of != OF_OTHERS || party != about.party;
}

/* The next message of a notice behind `after`, in the order of the facts. */
static bool next_message(const struct instance *i, const struct glimpse *g, size_t step, struct spot *at)
{
	const struct fact *before = at->number == 0 ? NULL : index_find(i, *at);
	const struct fact *f = before == NULL ? fact_first(i, MOVE_MESSAGE) : fact_next(i, before);

	while (f != NULL && (f->move.step != step || !fact_is_in(i, f, g)))
		f = fact_next(i, f);
	if (f != NULL)
		*at = f->move.at;
	return f != NULL;
}

/* The next step that is open, with its first message if it is a notice. */
static bool next_open(const struct instance *i, const struct glimpse *g, const struct standing *s,
		      struct owed *at)
{
	for (size_t step = at->step + 1; step < i->procedure->steps_count; step++) {
		*at = (struct owed){ .step = step };
		if ((s->open >> step & 1) == 0)
			continue;
		if (i->procedure->steps[step].kind != STEP_KIND_NOTICE ||
		    next_message(i, g, step, &at->about))
			return true;
	}
	at->step = SIZE_MAX;
	return false;
}

static bool next_place(const struct instance *i, const struct glimpse *g, const struct standing *s,
		       struct owed *at)
{
	const struct procedure_step *step;

	if (at->step == SIZE_MAX)
		return next_open(i, g, s, at);
	step = &i->procedure->steps[at->step];
	if (++at->party < PARTY_MAX)
		return true;
	at->party = 0;
	if (++at->obligation < step->owe_count)
		return true;
	at->obligation = 0;
	if (step->kind == STEP_KIND_NOTICE && next_message(i, g, at->step, &at->about))
		return true;
	return next_open(i, g, s, at);
}

bool owed_next(const struct instance *i, const struct glimpse *g, const struct standing *s, struct owed *at)
{
	while (next_place(i, g, s, at)) {
		const struct procedure_step *step = &i->procedure->steps[at->step];
		if (at->obligation < step->owe_count &&
		    is_owed_by(i, &step->owe[at->obligation], at->party, at->about))
			return true;
	}
	return false;
}

static const struct obligation *obligation_of(const struct instance *i, const struct owed *o)
{
	return &i->procedure->steps[o->step].owe[o->obligation];
}

static bool is_answer(const struct instance *i, const struct owed *o, const struct move *m)
{
	const struct obligation *what = obligation_of(i, o);

	if (m->at.party != o->party || m->is_node || m->role != what->who.role || move_level(m) != what->what)
		return false;
	return o->about.number != 0 ? spot_equal(m->about, o->about) : m->step == o->step;
}

static bool is_lapse_of(const struct instance *i, const struct owed *o, const struct move *m)
{
	const struct obligation *what = obligation_of(i, o);

	return m->step == o->step && m->which == what->what && m->role == what->who.role &&
	       m->whose == o->party && spot_equal(m->about, o->about);
}

/* The first in that party's own log: what it answers later changes nothing. */
static const struct fact *answer_of(const struct instance *i, const struct glimpse *g, const struct owed *o)
{
	const struct fact *message = o->about.number != 0 ? index_find(i, o->about) : NULL;
	const struct fact *f = message != NULL ? about_first(i, message) : NULL;

	for (size_t n = 0; message == NULL && n < i->count; n++) {
		f = fact_nth(i, n);
		if (is_answer(i, o, &f->move) && fact_is_in(i, f, g))
			return f;
	}
	while (message != NULL && f != NULL && (!is_answer(i, o, &f->move) || !fact_is_in(i, f, g)))
		f = about_next(i, f);
	return message != NULL ? f : NULL;
}

enum owed_state owed_state(const struct instance *i, const struct glimpse *g, const struct owed *o)
{
	const struct fact *answer = answer_of(i, g, o);
	enum owed_state state = answer == NULL ? OWED_OPEN : OWED_MET;

	for (const struct fact *f = fact_first(i, MOVE_LAPSE); f != NULL; f = fact_next(i, f)) {
		uint64_t seen = f->seen[o->party].number;
		if (!is_lapse_of(i, o, &f->move) || !fact_is_in(i, f, g))
			continue;
		if (answer == NULL)
			return OWED_LAPSED;
		if (PLANTED(CLAIMED_TIME) ? answer->move.filed_ms > f->move.filed_ms
					  : seen != 0 && seen <= answer->move.at.number)
			return OWED_MET_LATE;
		state = OWED_MET_CROSSED;
	}
	return state;
}

/* ---- Clocks ---- */

uint64_t clock_of_all(const struct instance *i, const struct glimpse *g, size_t party, uint64_t otherwise,
		      bool (*holds)(const struct instance *i, const struct glimpse *g, const void *self),
		      const void *self)
{
	struct glimpse at = { .party = party, .number = UINT64_MAX };
	uint64_t filed = otherwise;

	for (size_t n = 0; n < i->count; n++) {
		const struct fact *f = &i->facts[n];
		struct glimpse before = { .party = party, .number = f->seen[party].number };
		if (!fact_is_in(i, f, g) || before.number == 0 || before.number >= at.number ||
		    before.number > g->past->of[party])
			continue;
		if (holds(i, &before, self)) {
			at.number = before.number;
			filed = f->seen[party].filed_ms;
		}
	}
	return filed;
}

static bool is_armed(const struct instance *i, const struct glimpse *g, const void *self)
{
	const struct owed *o = self;

	if (o->about.number != 0)
		return fact_find(i, o->about, g) != NULL;
	return step_is_open(i, g, o->step);
}

/* When party's log first showed this fact. */
static uint64_t clock_of(const struct fact *f, size_t party, uint64_t number, uint64_t otherwise)
{
	uint64_t seen = f->seen[party].number;

	return seen != 0 && seen <= number ? f->seen[party].filed_ms : otherwise;
}

struct span {
	uint64_t from, to;
};

#define SPANS_MAX 32u

/* How much of [from, to] is covered by any of them. */
static uint64_t covered(const struct span *spans, size_t count, uint64_t from, uint64_t to)
{
	uint64_t sum = 0, at = from;

	while (at < to) {
		uint64_t next = to;
		bool is_in = false;
		for (size_t n = 0; n < count; n++) {
			if (spans[n].from <= at && spans[n].to > at) {
				is_in = true;
				next = spans[n].to < next ? spans[n].to : next;
			} else if (spans[n].from > at && spans[n].from < next) {
				next = spans[n].from;
			}
		}
		sum += is_in ? next - at : 0;
		at = next;
	}
	return sum;
}

/* Every recess as this party's log shows it, at most `max` of each. */
static size_t recesses(const struct instance *i, const struct glimpse *g, size_t party, uint64_t filed_ms,
		       struct span spans[SPANS_MAX])
{
	uint64_t number = g->past->of[party];
	size_t count = 0;

	for (const struct fact *f = fact_first(i, MOVE_RECESS); f != NULL && count < SPANS_MAX;
	     f = fact_next(i, f)) {
		struct span s = { clock_of(f, party, number, filed_ms), filed_ms };
		if (!fact_is_in(i, f, g))
			continue;
		for (const struct fact *r = about_first(i, f); r != NULL; r = about_next(i, r)) {
			if (r->move.kind == MOVE_RESUME && fact_is_in(i, r, g))
				s.to = clock_of(r, party, number, filed_ms);
		}
		if (s.to > s.from + 1000ull * i->procedure->recess_max)
			s.to = s.from + 1000ull * i->procedure->recess_max;
		spans[count++] = s;
	}
	return count;
}

/* From the filing of a DEFER until what it says, on the clock of who defers. */
static uint64_t deferred(const struct instance *i, const struct glimpse *g, const struct owed *o)
{
	const struct fact *message = o->about.number != 0 ? index_find(i, o->about) : NULL;
	const struct fact *f = message != NULL ? about_first(i, message) : NULL;
	struct span spans[SPANS_MAX];
	size_t count = 0;

	for (; f != NULL && count < SPANS_MAX; f = about_next(i, f)) {
		const struct move *m = &f->move;
		if (m->kind == MOVE_DEFER && m->at.party == o->party && m->until_ms > m->filed_ms &&
		    fact_is_in(i, f, g))
			spans[count++] = (struct span){ m->filed_ms, m->until_ms };
	}
	return covered(spans, count, 0, UINT64_MAX);
}

bool owed_times(const struct instance *i, const struct glimpse *g, const struct owed *o, size_t party,
		uint64_t now_ms, uint64_t *since_ms, uint64_t *due_ms)
{
	const struct obligation *what = obligation_of(i, o);
	struct span spans[SPANS_MAX];

	*since_ms = clock_of_all(i, g, party, UINT64_MAX, is_armed, o);
	if (*since_ms == UINT64_MAX)
		return false;
	*due_ms = *since_ms + 1000ull * obligation_within(i->procedure, what, i->precedence) +
		  deferred(i, g, o);
	if (!i->procedure->steps[o->step].runs_in_recess)
		*due_ms += covered(spans, recesses(i, g, party, now_ms, spans), *since_ms, now_ms);
	return true;
}

bool owed_is_over(const struct instance *i, const struct glimpse *g, const struct owed *o, size_t party,
		  uint64_t filed_ms)
{
	const struct obligation *what = obligation_of(i, o);
	struct span spans[SPANS_MAX];
	uint64_t from = clock_of_all(i, g, party, filed_ms, is_armed, o), spent, allowed;

	if (filed_ms < from)
		return false;
	spent = filed_ms - from;
	if (!i->procedure->steps[o->step].runs_in_recess)
		spent -= covered(spans, recesses(i, g, party, filed_ms, spans), from, filed_ms);
	allowed = 1000ull * obligation_within(i->procedure, what, i->precedence) + deferred(i, g, o);
	return spent >= allowed;
}

enum ruling lapse_judge(const struct instance *i, const struct move *m)
{
	const struct glimpse g = { .past = &m->past };
	const struct standing s = instance_standing(i, &g);
	struct owed at = { .step = SIZE_MAX };
	enum owed_state state;

	if (!m->is_node)
		return RULING_NODE;
	while (owed_next(i, &g, &s, &at)) {
		if (!is_lapse_of(i, &at, m))
			continue;
		if (at.party == m->at.party)
			return RULING_PARTY;
		state = owed_state(i, &g, &at);
		if (state == OWED_OPEN)
			return owed_is_over(i, &g, &at, m->at.party, m->filed_ms) ? RULING_OK : RULING_EARLY;
		return state == OWED_LAPSED ? RULING_LAPSED : RULING_MET;
	}
	return RULING_OWED;
}
