#include "policy/deny.h"

#include <assert.h>

struct reader reader_of(size_t party, size_t role)
{
	return (struct reader){ .party = (uint8_t)party,
				.role = (uint8_t)role,
				.at = READER_ANYWHERE,
				.own = { UINT8_MAX, UINT64_MAX } };
}

struct reader reader_on_plane(size_t party, size_t role, enum plane plane)
{
	struct reader r = reader_of(party, role);

	r.at = READER_PLANE;
	r.place = (uint8_t)plane;
	return r;
}

struct reader reader_of_feed(size_t party, size_t role, size_t feed)
{
	struct reader r = reader_of(party, role);

	r.at = READER_FEED;
	r.place = (uint8_t)feed;
	return r;
}

/*
 * What a reader lacks: of `all` each value named; of an `any` category of which it holds none, those named.
 */
static uint64_t lacks(const struct guidelines *g, uint64_t values, uint64_t holds)
{
	uint64_t lacking = values & g->all & ~holds;

	for (size_t i = 0; i < g->any_count; i++) {
		uint64_t named = values & g->any[i];
		if (named != 0 && (named & holds) == 0)
			lacking |= named;
	}
	return lacking;
}

__attribute__((always_inline)) static inline bool reaches(const struct guidelines *g,
							  const struct label_mask *l,
							  const struct clearance *c)
{
	return l->level <= c->up_to && lacks(g, l->values, c->holds) == 0;
}

/*
 * In its place: a decision is as large as a cache line, and one that is made elsewhere and copied costs more
 * than all the comparisons. What was begun before, hands among it, is undone. Out of the way of what allows.
 */
__attribute__((noinline, cold)) static void refuse(struct decision *d, enum reason reason,
						   enum subject subject, size_t index, uint16_t line)
{
	d->is_allowed = false;
	d->reason = reason;
	d->subject = subject;
	d->subject_index = (uint8_t)index;
	d->line = line;
	d->via = 0;
}

/* Of one that does not reach: which of the two it is. */
__attribute__((noinline, cold)) static void refuse_clearance(const struct guidelines *g,
							     const struct label_mask *l,
							     const struct clearance *c, struct decision *d)
{
	if (l->level <= c->up_to) {
		d->reason = d->reason == REASON_LEVEL ? REASON_VALUES : REASON_OWN_VALUES;
		d->needed_values = lacks(g, l->values, c->holds);
	}
	d->needed_level = l->level;
}

static bool is_covered(const struct guidelines_agreement *t, const struct label_mask *l, uint32_t both)
{
	if ((t->parties & both) != both || l->level > t->ceiling)
		return false;
	return t->only == 0 || ((l->values & t->only) != 0 && (l->values & t->outside) == 0);
}

const struct guidelines_agreement *policy_agreement(const struct guidelines *g, const struct label_mask *l,
						    size_t party, size_t origin)
{
	uint32_t both = 1u << party | 1u << origin;

	for (size_t i = 0; i < g->agreements_count; i++) {
		if (is_covered(&g->agreements[i], l, both))
			return &g->agreements[i];
	}
	return NULL;
}

/* The first agreement that joins them at all: the one whose terms would have to be met. */
static uint16_t line_between(const struct guidelines *g, size_t party, size_t origin)
{
	uint32_t both = 1u << party | 1u << origin;

	for (size_t i = 0; i < g->agreements_count; i++) {
		if ((g->agreements[i].parties & both) == both)
			return g->agreements[i].line;
	}
	return 0;
}

bool policy_is_agreed(const struct guidelines *g, const struct label_mask *l, size_t party,
		      struct decision *d)
{
	uint32_t others = l->origin & ~(1u << party);

	for (size_t origin = 0; others != 0; origin++, others >>= 1) {
		const struct guidelines_agreement *t;
		if ((others & 1) == 0)
			continue;
		t = policy_agreement(g, l, party, origin);
		if (t == NULL) {
			refuse(d, REASON_NO_AGREEMENT, SUBJECT_PARTY, party, line_between(g, party, origin));
			d->needed_party = (uint8_t)origin;
			return false;
		}
		d->line = t->line;
		if (t->via != GUIDELINES_NO_VIA && t->via != party)
			d->via |= 1u << t->via;
	}
	return true;
}

/* Of a category `any`, one value of several is enough: fewer are stricter, and none is for everybody. */
static bool is_any_within(uint64_t values, uint64_t of)
{
	return of == 0 || (values != 0 && (values & ~of) == 0);
}

bool policy_is_within(const struct guidelines *g, const struct label_mask *label, const struct label_mask *of)
{
	if (label->level < of->level || (of->values & g->all & ~label->values) != 0 ||
	    (label->rel & ~of->rel) != 0 || (of->origin & ~label->origin) != 0)
		return false;
	for (size_t i = 0; i < g->any_count; i++) {
		if (!is_any_within(label->values & g->any[i], of->values & g->any[i]))
			return false;
	}
	/* An agreement may ask for a value: there more of them may be what lets it pass. */
	for (size_t party = 0; party < g->parties_count; party++) {
		struct decision d = { 0 };
		if ((label->rel >> party & 1) != 0 && policy_is_agreed(g, label, party, &d) &&
		    !policy_is_agreed(g, of, party, &d))
			return false;
	}
	return true;
}

/* Node, role, officer: a ceiling each, and what each holds. Only the first that fails is told. */
static bool is_cleared(const struct guidelines *g, const struct label_mask *l, const struct reader *r,
		       struct decision *d)
{
	const struct guidelines_reader *node = &g->nodes[r->party], *role;

	d->line = node->line;
	if (node->line == 0) {
		refuse(d, REASON_NODE, SUBJECT_PARTY, r->party, 0);
		return false;
	}
	if (!reaches(g, l, &node->clearance)) {
		refuse(d, REASON_LEVEL, SUBJECT_PARTY, r->party, node->line);
		refuse_clearance(g, l, &node->clearance, d);
		return false;
	}
	if (r->role != READER_NODE) {
		role = &g->roles[r->role];
		/* An outside party has no posts here, whatever it is called there. */
		if (role->line == 0 || (g->members >> r->party & 1) == 0) {
			refuse(d, REASON_NODE, SUBJECT_ROLE, r->role, 0);
			return false;
		}
		if (!reaches(g, l, &role->clearance)) {
			refuse(d, REASON_LEVEL, SUBJECT_ROLE, r->role, role->line);
			refuse_clearance(g, l, &role->clearance, d);
			return false;
		}
	}
	if (!reaches(g, l, &r->own)) {
		refuse(d, REASON_OWN_LEVEL, SUBJECT_NONE, 0, 0);
		refuse_clearance(g, l, &r->own, d);
		return false;
	}
	return true;
}

static bool is_carried(const struct guidelines *g, const struct label_mask *l, const struct reader *r,
		       struct decision *d)
{
	const struct guidelines_ceiling *ceiling;
	bool is_plane = r->at == READER_PLANE;

	if (r->at == READER_ANYWHERE)
		return true;
	assert(r->place < (is_plane ? PLANE_COUNT : g->feeds_count));
	ceiling = is_plane ? &g->planes[r->place] : &g->feeds[r->place].ceiling;
	/* A plane without a line carries nothing, but for the one that leaves no home. */
	if (l->level <= ceiling->level && (ceiling->line != 0 || r->place == PLANE_HOME))
		return true;
	refuse(d, REASON_CEILING, is_plane ? SUBJECT_PLANE : SUBJECT_FEED, r->place, ceiling->line);
	d->needed_level = l->level;
	return false;
}

void policy_decide(const struct guidelines *g, const struct label_mask *l, const struct reader *r,
		   struct decision *d)
{
	assert(r->party < g->parties_count);
	assert(r->role < ACCORD_ROLES_MAX || r->role == READER_NODE);
	*d = (struct decision){ .is_allowed = true, .subject = SUBJECT_PARTY, .subject_index = r->party };
	if ((l->rel >> r->party & 1) == 0) {
		refuse(d, REASON_REL, SUBJECT_PARTY, r->party, 0);
		d->needed_party = r->party;
	} else if (l->origin == 0) {
		refuse(d, REASON_ORIGIN, SUBJECT_NONE, 0, 0);
	} else if (is_cleared(g, l, r, d) && is_carried(g, l, r, d) && policy_is_agreed(g, l, r->party, d) &&
		   r->role != READER_NODE) {
		d->subject = SUBJECT_ROLE;
		d->subject_index = r->role;
		d->line = g->roles[r->role].line;
	}
}

uint32_t policy_parties(const struct guidelines *g, const struct label_mask *l)
{
	uint32_t out = 0;

	for (size_t i = 0; i < g->parties_count; i++) {
		struct reader r = reader_of(i, READER_NODE);
		if (policy_evaluate(g, l, &r).is_allowed)
			out |= 1u << i;
	}
	return out;
}

uint64_t policy_roles(const struct guidelines *g, const struct label_mask *l, size_t party)
{
	uint64_t out = 0;

	for (size_t i = 0; i < ACCORD_ROLES_MAX; i++) {
		struct reader r = reader_of(party, i);
		if (policy_evaluate(g, l, &r).is_allowed)
			out |= 1ull << i;
	}
	return out;
}

uint64_t policy_readers(const struct guidelines *g, const struct label_mask *l,
			const struct accord_channel *channel)
{
	uint64_t out = 0;

	for (size_t i = 0; i < PARTY_MAX * (size_t)ACCORD_ROLES_MAX; i++) {
		struct reader r = reader_on_plane(i / ACCORD_ROLES_MAX, i % ACCORD_ROLES_MAX, channel->plane);
		if ((channel->parties >> r.party & 1) != 0 && policy_evaluate(g, l, &r).is_allowed)
			out |= 1ull << r.role;
	}
	return out;
}
