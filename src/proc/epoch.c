/*
 * What is in a glimpse, where a party's log began anew after the instance did: docs/spec/procedure.md
 * section 4.
 *
 * An instance has one log of each party. A later epoch adds nothing to it and takes away only what nobody
 * had shown: so what its author may have said and lost cannot contradict what he says next, and what was
 * shown stays.
 */
#include "base/plant.h"
#include "proc/instance.h"

static const struct epoch *later_epoch(const struct instance *i, size_t party, uint64_t number)
{
	for (size_t n = 0; n < i->later_count; n++) {
		if (i->later[n].party == party && i->later[n].number == epoch_of(number))
			return &i->later[n];
	}
	return NULL;
}

/* An entry of a log of this instance is in the past by what its party's epochs carry on. */
static bool is_carried(const struct instance *i, const struct vector *past, struct spot at)
{
	uint64_t to = past->of[at.party];
	const struct epoch *e;

	if (epoch_of(to) <= i->epochs[at.party])
		return at.number <= to;
	e = later_epoch(i, at.party, to);
	return e != NULL && at.number <= e->carried;
}

/* Every other party's log shows this epoch: from there on none can show more of the one before. */
static bool is_shown_by_all(const struct instance *i, const struct vector *past, const struct epoch *e)
{
	for (uint8_t party = 0; party < PARTY_MAX; party++) {
		if (party != e->party && (i->parties >> party & 1) != 0 &&
		    (e->shown[party] == 0 || !is_carried(i, past, (struct spot){ e->shown[party], party })))
			return false;
	}
	return true;
}

/* Another party's log showed it before it showed any later epoch of its author. */
static bool is_vouched(const struct instance *i, const struct vector *past, const struct fact *f)
{
	for (uint8_t party = 0; party < PARTY_MAX; party++) {
		const struct spot at = { f->seen[party].number, party };
		bool is_before = at.number != 0 && party != f->move.at.party && is_carried(i, past, at);
		for (size_t n = 0; n < i->later_count && is_before; n++) {
			const struct epoch *e = &i->later[n];
			is_before = e->party != f->move.at.party || e->shown[party] == 0 ||
				    at.number < e->shown[party];
		}
		if (is_before)
			return true;
	}
	return false;
}

/* A later epoch carries it on; and none that all have seen left it out. */
static bool is_kept(const struct instance *i, const struct vector *past, const struct fact *f)
{
	for (size_t n = 0; n < i->later_count; n++) {
		const struct epoch *e = &i->later[n];
		if (e->party == f->move.at.party && f->move.at.number > e->carried &&
		    is_shown_by_all(i, past, e))
			return false;
	}
	return is_carried(i, past, f->move.at);
}

bool fact_is_in(const struct instance *i, const struct fact *f, const struct glimpse *g)
{
	if (f == g->but)
		return false;
	if (g->past == NULL)
		return f->seen[g->party].number != 0 && f->seen[g->party].number <= g->number;
	if (epoch_of(g->past->of[f->move.at.party]) <= i->epochs[f->move.at.party])
		return f->move.at.number <= g->past->of[f->move.at.party];
	return (is_vouched(i, g->past, f) && !PLANTED(UNVOUCHED)) || is_kept(i, g->past, f);
}

struct vector instance_held(const struct instance *i)
{
	struct vector all;

	for (size_t party = 0; party < PARTY_MAX; party++)
		all.of[party] = (uint64_t)i->epochs[party] << 32 | UINT32_MAX;
	for (size_t n = 0; n < i->later_count; n++) /* by number: the last stays */
		all.of[i->later[n].party] = (uint64_t)i->later[n].number << 32 | UINT32_MAX;
	return all;
}

bool has_begun_anew(const struct instance *i, const struct glimpse *g, size_t party)
{
	return g->past != NULL && epoch_of(g->past->of[party]) > i->epochs[party];
}

bool has_left(const struct instance *i, const struct glimpse *g, size_t party)
{
	return has_begun_anew(i, g, party) || has_said(i, g, MOVE_END, party);
}

bool is_confirm_lost(const struct instance *i, const struct glimpse *g, const struct fact *proposal)
{
	uint8_t confirmed = gate_confirmed(i, g, proposal);

	for (size_t n = 0; n < i->later_count && g->past != NULL; n++) {
		const struct epoch *e = &i->later[n];
		if ((confirmed >> e->party & 1) == 0 && (i->parties >> e->party & 1) != 0 &&
		    e->number <= epoch_of(g->past->of[e->party]) &&
		    (is_shown_by_all(i, g->past, e) || PLANTED(LOST_EARLY)))
			return true;
	}
	return false;
}
