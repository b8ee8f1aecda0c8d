/* What stands, within a glimpse: which steps are open and done, whether it is closed. */
#include "proc/instance.h"

#include <string.h>

static const char *const life_words[] = { "ACTIVE", "RECESS", "STOOD DOWN", "ENDED", "CLOSED" };

const char *lifecycle_name(enum lifecycle l)
{
	return life_words[index_below(l, LIFE_COUNT)];
}

const struct fact *fact_find(const struct instance *i, struct spot at, const struct glimpse *g)
{
	const struct fact *f = index_find(i, at);

	return f != NULL && fact_is_in(i, f, g) ? f : NULL;
}

bool has_said(const struct instance *i, const struct glimpse *g, enum move_kind kind, size_t party)
{
	for (const struct fact *f = fact_first(i, kind); f != NULL; f = fact_next(i, f)) {
		if (f->move.at.party == party && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

/* ---- Which steps are done ---- */

static bool has_message(const struct instance *i, const struct glimpse *g, size_t step)
{
	for (const struct fact *f = fact_first(i, MOVE_MESSAGE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

static bool is_done_by(const struct instance *i, const struct glimpse *g, size_t step, size_t party)
{
	for (const struct fact *f = fact_first(i, MOVE_DONE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && f->move.at.party == party && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

/*
 * How many persons of a party attended a step at once, at most: in its own log, which has one order. With
 * *is_there whether this person does now.
 */
size_t persons_attending(const struct instance *i, const struct glimpse *g, size_t step, size_t party,
			 uint64_t person, bool *is_there)
{
	const struct fact *in = fact_first(i, MOVE_ATTEND), *out = fact_first(i, MOVE_LEAVE);
	size_t now = 0, most = 0;

	*is_there = false;
	while (in != NULL || out != NULL) {
		bool is_in = out == NULL || (in != NULL && spot_is_before(in->move.at, out->move.at));
		const struct fact *f = is_in ? in : out;
		if (is_in)
			in = fact_next(i, in);
		else
			out = fact_next(i, out);
		if (f->move.step != step || f->move.at.party != party || !fact_is_in(i, f, g))
			continue;
		now = is_in ? now + 1 : now - 1;
		most = now > most ? now : most;
		if (f->move.person == person)
			*is_there = is_in;
	}
	return most;
}

static bool has_quorum(const struct instance *i, const struct glimpse *g, size_t step)
{
	for (size_t party = 0; party < PARTY_MAX; party++) {
		bool is_there;
		if ((i->parties >> party & 1) != 0 &&
		    persons_attending(i, g, step, party, 0, &is_there) < i->procedure->steps[step].quorum)
			return false;
	}
	return true;
}

static bool is_acted(const struct instance *i, const struct glimpse *g, size_t step)
{
	enum procedure_of of = i->procedure->steps[step].by.of;
	bool is_any = false, is_all = true;

	if (of == OF_OPENER)
		return is_done_by(i, g, step, i->start.party);
	for (size_t party = 0; party < PARTY_MAX; party++) {
		bool is_one;
		if ((i->parties >> party & 1) == 0)
			continue;
		is_one = is_done_by(i, g, step, party);
		is_any = is_any || is_one;
		is_all = is_all && is_one;
	}
	return of == OF_ANY ? is_any : is_all;
}

static bool (*const is_done[STEP_KIND_COUNT])(const struct instance *i, const struct glimpse *g,
					      size_t step) = {
	[STEP_KIND_NOTICE] = has_message, [STEP_KIND_MEET] = has_quorum,   [STEP_KIND_EXCHANGE] = is_acted,
	[STEP_KIND_ACT] = is_acted,	  [STEP_KIND_GATE] = gate_is_done,
};

/* ---- Guards ---- */

static bool owes(const struct procedure_step *s, enum level what, size_t role)
{
	for (size_t o = 0; o < s->owe_count; o++) {
		if (s->owe[o].what == what && s->owe[o].who.role == role)
			return true;
	}
	return false;
}

/* Every other party has given exactly this level of one message. */
static bool is_reached_by(const struct instance *i, const struct glimpse *g, const struct fact *message,
			  enum level what)
{
	const struct procedure_step *s = &i->procedure->steps[message->move.step];
	uint8_t given = (uint8_t)(1u << message->move.at.party);

	for (const struct fact *f = about_first(i, message); f != NULL; f = about_next(i, f)) {
		if (move_level(&f->move) == what && owes(s, what, f->move.role) && fact_is_in(i, f, g))
			given |= (uint8_t)(1u << f->move.at.party);
	}
	return (i->parties & ~given) == 0;
}

static bool is_reached(const struct instance *i, const struct glimpse *g, size_t step, enum level what)
{
	for (const struct fact *f = fact_first(i, MOVE_MESSAGE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && fact_is_in(i, f, g) && is_reached_by(i, g, f, what))
			return true;
	}
	return false;
}

static bool is_lapsed(const struct instance *i, const struct glimpse *g, size_t step, enum level what)
{
	for (const struct fact *f = fact_first(i, MOVE_LAPSE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && f->move.which == what && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

struct guarded {
	const struct instance *i;
	const struct glimpse *g;
	const struct standing *s;
};

static bool done_holds(const struct guarded *c, const struct guard_node *n)
{
	return (c->s->done >> n->step & 1) != 0;
}

static bool reached_holds(const struct guarded *c, const struct guard_node *n)
{
	return is_reached(c->i, c->g, n->step, (enum level)n->which);
}

static bool decided_holds(const struct guarded *c, const struct guard_node *n)
{
	uint8_t option;

	return gate_is_decided(c->i, c->g, n->step, &option) && option == n->which;
}

static bool lapsed_holds(const struct guarded *c, const struct guard_node *n)
{
	return is_lapsed(c->i, c->g, n->step, (enum level)n->which);
}

static bool precedence_holds(const struct guarded *c, const struct guard_node *n)
{
	return c->i->precedence == (enum precedence)n->which;
}

/* Of those that are not composite. */
static bool (*const leaves[GUARD_COUNT])(const struct guarded *c, const struct guard_node *n) = {
	[GUARD_DONE] = done_holds,     [GUARD_REACHED] = reached_holds,	      [GUARD_DECIDED] = decided_holds,
	[GUARD_LAPSED] = lapsed_holds, [GUARD_PRECEDENCE] = precedence_holds,
};

static bool leaf_holds(void *self, const struct guard_node *n)
{
	return leaves[n->kind](self, n);
}

/* Of the first so many steps: a guard names steps above it alone. */
static struct standing standing_of(const struct instance *i, const struct glimpse *g, size_t steps)
{
	struct standing s = { 0 };
	struct guarded c = { i, g, &s };

	for (size_t step = 0; step < steps; step++) {
		if (!guard_evaluate(&i->procedure->steps[step].after, leaf_holds, &c))
			continue;
		s.open |= 1ull << step;
		if (is_done[i->procedure->steps[step].kind](i, g, step))
			s.done |= 1ull << step;
	}
	return s;
}

bool step_is_open(const struct instance *i, const struct glimpse *g, size_t step)
{
	struct standing s = standing_of(i, g, step);
	struct guarded c = { i, g, &s };

	return guard_evaluate(&i->procedure->steps[step].after, leaf_holds, &c);
}

struct standing instance_standing(const struct instance *i, const struct glimpse *g)
{
	struct standing s = standing_of(i, g, i->procedure->steps_count);
	struct guarded c = { i, g, &s };

	s.is_closed = guard_evaluate(&i->procedure->close, leaf_holds, &c);
	return s;
}

static const unsigned depths[LEVEL_COUNT] = {
	[LEVEL_WATCH_READ] = 1,
	[LEVEL_PRESENTED] = 2,
	[LEVEL_REPLIED] = 3,
};

/* Whoever declines has not been consulted, nor has who waits for instructions. */
static unsigned depth_of(const struct instance *i, const struct fact *f, const struct glimpse *g)
{
	const struct move *m = &f->move;
	const struct fact *about = fact_find(i, m->about, g);
	enum level level = move_level(m);

	if (m->is_node || m->kind == MOVE_DECLINE || m->kind == MOVE_AWAIT)
		return 0;
	if (level == LEVEL_POSITION)
		return 3;
	if (about == NULL || about->move.kind != MOVE_MESSAGE ||
	    !owes(&i->procedure->steps[about->move.step], level, m->role))
		return 0;
	return depths[level];
}

unsigned instance_depth(const struct instance *i, const struct glimpse *g)
{
	unsigned given[PARTY_MAX] = { 0 }, least = DEPTH_MAX;

	for (size_t n = 0; n < i->count; n++) {
		const struct fact *f = fact_nth(i, n);
		unsigned depth = fact_is_in(i, f, g) ? depth_of(i, f, g) : 0;
		if (depth > given[f->move.at.party])
			given[f->move.at.party] = depth;
	}
	for (size_t party = 0; party < PARTY_MAX; party++) {
		if ((i->parties >> party & 1) != 0 && party != i->start.party && given[party] < least)
			least = given[party];
	}
	return least;
}

static bool is_call(enum move_kind kind)
{
	return kind == MOVE_LAPSE || kind == MOVE_ESCALATED;
}

/* Of each of the last two there is one. */
static size_t room_for(enum move_kind kind)
{
	if (kind == MOVE_STAND_DOWN || kind == MOVE_END)
		return INSTANCE_MOVES_MAX;
	return kind == MOVE_WITHDRAW || kind == MOVE_CONFIRM ? INSTANCE_MOVES_MAX - 2 : INSTANCE_SAID_MAX;
}

bool instance_has_room(const struct instance *i, const struct glimpse *g, enum move_kind kind, size_t party)
{
	size_t own = 0, calls = 0;

	/* With fewer of all parties neither is reached. */
	if (i->count < (is_call(kind) ? INSTANCE_CALLS_MAX : INSTANCE_SAID_MAX))
		return true;
	for (size_t n = 0; n < i->count; n++) {
		const struct move *m = &i->facts[n].move;
		if (m->at.party == party && fact_is_in(i, &i->facts[n], g)) {
			own++;
			calls += is_call(m->kind);
		}
	}
	return own < room_for(kind) && !(is_call(kind) && calls >= INSTANCE_CALLS_MAX);
}

bool has_about(const struct instance *i, const struct glimpse *g, enum move_kind kind,
	       const struct fact *about)
{
	for (const struct fact *f = about_first(i, about); f != NULL; f = about_next(i, f)) {
		if (f->move.kind == kind && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

enum lifecycle instance_life_open(const struct instance *i, const struct glimpse *g)
{
	uint8_t down = 0;

	for (const struct fact *f = fact_first(i, MOVE_STAND_DOWN); f != NULL; f = fact_next(i, f)) {
		if (fact_is_in(i, f, g))
			down |= (uint8_t)(1u << f->move.at.party);
	}
	if ((i->parties & ~down) == 0)
		return LIFE_STOOD_DOWN;
	for (size_t party = 0; party < PARTY_MAX; party++) {
		if (has_left(i, g, party))
			return LIFE_ENDED;
	}
	for (const struct fact *f = fact_first(i, MOVE_RECESS); f != NULL; f = fact_next(i, f)) {
		if (fact_is_in(i, f, g) && !has_about(i, g, MOVE_RESUME, f))
			return LIFE_RECESS;
	}
	return LIFE_ACTIVE;
}

enum lifecycle instance_life(const struct instance *i, const struct glimpse *g)
{
	return instance_standing(i, g).is_closed ? LIFE_CLOSED : instance_life_open(i, g);
}

bool instance_is_over(const struct instance *i, const struct glimpse *g)
{
	enum lifecycle life = instance_life(i, g);
	uint8_t out = 0;

	for (size_t party = 0; party < PARTY_MAX; party++) {
		if (has_left(i, g, party) || has_said(i, g, MOVE_STAND_DOWN, party))
			out |= (uint8_t)(1u << party);
	}
	return life == LIFE_CLOSED || life == LIFE_STOOD_DOWN || (i->parties & ~out) == 0;
}

/* ---- What calls for a DIGEST. ---- */

/* Every signing role of every party has concurred with some proposal that this fact may have filled. */
static bool is_filled(const struct instance *i, const struct glimpse *g, const struct fact *f)
{
	const struct fact *proposal = fact_find(i, f->move.about, g);

	return f->move.kind == MOVE_CONCUR && proposal != NULL &&
	       (i->parties & ~gate_concurred(i, g, proposal)) == 0;
}

bool instance_is_calling(const struct instance *i, struct spot at)
{
	const struct vector all = instance_held(i);
	const struct fact *f = index_find(i, at);
	const struct glimpse g = { .past = &all }, but = { .past = &all, .but = f };
	struct standing after, before;
	enum move_kind kind;

	if (f == NULL)
		return false;
	kind = f->move.kind;
	/* What arms something, or stops its clock, does so for whoever shows that he has seen it. */
	if (kind == MOVE_START || kind == MOVE_MESSAGE || kind == MOVE_RECESS || kind == MOVE_RESUME ||
	    is_filled(i, &g, f))
		return true;
	after = instance_standing(i, &g);
	before = instance_standing(i, &but); /* nothing that is held builds on it yet */
	return after.open != before.open || after.done != before.done ||
	       after.is_closed != before.is_closed || instance_is_over(i, &g) != instance_is_over(i, &but);
}
