/*
 * Gates. A proposal is decided when every party's CONFIRM of it is there. CONFIRM and WITHDRAW exclude each
 * other in one log with one writer, and a party has one live concurrence at a gate: so nothing is decided and
 * withdrawn, and no two proposals are decided, whatever crosses. Model: test/models/gate.pml.
 */
#include "base/plant.h"
#include "proc/instance.h"

static bool is_about(const struct fact *f, enum move_kind kind, const struct fact *proposal)
{
	return f->move.kind == kind && spot_equal(f->move.about, proposal->move.at);
}

static bool has_confirmed_before(const struct instance *i, const struct fact *proposal, struct spot at)
{
	for (const struct fact *f = about_first(i, proposal); f != NULL; f = about_next(i, f)) {
		if (f->move.kind == MOVE_CONFIRM && f->move.at.party == at.party &&
		    f->move.at.number < at.number)
			return true;
	}
	return false;
}

/*
 * Whoever stands down withdraws what he has seen and has not confirmed; whoever ends his participation, every
 * proposal that he has not confirmed, for he will confirm none.
 */
static bool ends(const struct instance *i, const struct fact *f, const struct fact *proposal)
{
	size_t party = f->move.at.party;
	uint64_t seen = proposal->seen[party].number;

	if (f->move.kind != MOVE_END && (seen == 0 || seen > f->move.at.number))
		return false;
	return !has_confirmed_before(i, proposal, f->move.at);
}

bool is_withdrawn(const struct instance *i, const struct glimpse *g, const struct fact *proposal)
{
	static const enum move_kind leaving[] = { MOVE_STAND_DOWN, MOVE_END };

	if (has_about(i, g, MOVE_WITHDRAW, proposal) || is_confirm_lost(i, g, proposal))
		return true;
	for (size_t k = 0; k < ARRAY_COUNT(leaving); k++) {
		for (const struct fact *f = fact_first(i, leaving[k]); f != NULL; f = fact_next(i, f)) {
			if (fact_is_in(i, f, g) && ends(i, f, proposal))
				return true;
		}
	}
	return false;
}

uint8_t gate_concurred(const struct instance *i, const struct glimpse *g, const struct fact *proposal)
{
	uint16_t roles[PARTY_MAX] = { 0 }, needed = i->procedure->steps[proposal->move.step].signers;
	uint8_t parties = 0;

	for (const struct fact *f = about_first(i, proposal); f != NULL; f = about_next(i, f)) {
		if (f->move.kind == MOVE_CONCUR && fact_is_in(i, f, g))
			roles[f->move.at.party] |= (uint16_t)(1u << f->move.role);
	}
	for (size_t party = 0; party < PARTY_MAX; party++) {
		if ((needed & ~roles[party]) == 0)
			parties |= (uint8_t)(1u << party);
	}
	return parties;
}

uint8_t gate_confirmed(const struct instance *i, const struct glimpse *g, const struct fact *proposal)
{
	uint8_t parties = 0;

	for (const struct fact *f = about_first(i, proposal); f != NULL; f = about_next(i, f)) {
		if (f->move.kind == MOVE_CONFIRM && fact_is_in(i, f, g))
			parties |= (uint8_t)(1u << f->move.at.party);
	}
	return parties;
}

bool is_in_doubt(const struct instance *i, const struct glimpse *g, const struct fact *proposal, size_t party)
{
	uint8_t confirmed = gate_confirmed(i, g, proposal);

	return proposal->move.kind == MOVE_PROPOSE && (confirmed >> party & 1) != 0 &&
	       (i->parties & ~confirmed) != 0 && !is_withdrawn(i, g, proposal);
}

static bool is_decided(const struct instance *i, const struct glimpse *g, const struct fact *proposal)
{
	if (PLANTED(NO_CONFIRM))
		return (i->parties & ~gate_concurred(i, g, proposal)) == 0;
	return (i->parties & ~gate_confirmed(i, g, proposal)) == 0;
}

/* What each has decided for itself; of how many. */
static uint8_t decided_by(const struct instance *i, const struct glimpse *g, size_t step, uint8_t *option,
			  bool *is_alike)
{
	uint8_t parties = 0;

	*is_alike = true;
	for (const struct fact *f = fact_first(i, MOVE_DECIDE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step != step || !fact_is_in(i, f, g))
			continue;
		if (parties != 0 && f->move.which != *option)
			*is_alike = false;
		*option = f->move.which;
		parties |= (uint8_t)(1u << f->move.at.party);
	}
	return parties;
}

bool gate_is_decided(const struct instance *i, const struct glimpse *g, size_t step, uint8_t *option)
{
	enum gate_rule rule = i->procedure->steps[step].rule;
	uint8_t parties;
	bool is_alike;

	if (rule != GATE_JOINT) {
		parties = decided_by(i, g, step, option, &is_alike);
		return is_alike && (rule == GATE_ONE ? parties != 0 : (i->parties & ~parties) == 0);
	}
	for (const struct fact *f = fact_first(i, MOVE_PROPOSE); f != NULL; f = fact_next(i, f)) {
		if (f->move.step == step && fact_is_in(i, f, g) && is_decided(i, g, f)) {
			*option = f->move.which;
			return true;
		}
	}
	return false;
}

bool gate_is_done(const struct instance *i, const struct glimpse *g, size_t step)
{
	uint8_t option;
	bool is_alike;

	if (i->procedure->steps[step].rule == GATE_EACH)
		return (i->parties & ~decided_by(i, g, step, &option, &is_alike)) == 0;
	return gate_is_decided(i, g, step, &option);
}

/* ---- The moves ---- */

static enum ruling judge_propose(const struct instance *i, const struct glimpse *g, const struct move *m)
{
	const struct procedure_step *s = &i->procedure->steps[m->step];

	if (s->rule != GATE_JOINT || m->which >= s->options_count)
		return RULING_REFERS;
	return gate_is_done(i, g, m->step) ? RULING_DECIDED : RULING_OK;
}

/* Another proposal that this party concurs with, and that nobody has withdrawn. */
static bool has_live(const struct instance *i, const struct glimpse *g, const struct move *m)
{
	for (const struct fact *f = fact_first(i, MOVE_CONCUR); f != NULL; f = fact_next(i, f)) {
		const struct fact *other;
		if (f->move.at.party != m->at.party || f->move.step != m->step ||
		    spot_equal(f->move.about, m->about) || !fact_is_in(i, f, g))
			continue;
		other = fact_find(i, f->move.about, g);
		if (other != NULL && !is_withdrawn(i, g, other))
			return true;
	}
	return false;
}

static enum ruling judge_concur(const struct instance *i, const struct glimpse *g, const struct move *m,
				const struct fact *proposal)
{
	for (const struct fact *f = about_first(i, proposal); f != NULL; f = about_next(i, f)) {
		if (f->move.kind == MOVE_CONCUR && f->move.at.party == m->at.party && fact_is_in(i, f, g) &&
		    (f->move.role == m->role || f->move.person == m->person))
			return RULING_PERSON;
	}
	if (is_withdrawn(i, g, proposal))
		return RULING_WITHDRAWN;
	return !PLANTED(SECOND_CONCURRENCE) && has_live(i, g, m) ? RULING_LIVE : RULING_OK;
}

static enum ruling judge_withdraw(const struct instance *i, const struct glimpse *g, const struct move *m,
				  const struct fact *proposal)
{
	if (!PLANTED(LATE_WITHDRAW) && (gate_confirmed(i, g, proposal) >> m->at.party & 1) != 0)
		return RULING_CONFIRMED;
	return is_withdrawn(i, g, proposal) ? RULING_WITHDRAWN : RULING_OK;
}

/* Each other party has read it back, and who proposed it has marked that CORRECT. */
static bool is_read_back(const struct instance *i, const struct glimpse *g, const struct fact *proposal)
{
	uint8_t parties = (uint8_t)(1u << proposal->move.at.party);

	for (const struct fact *mark = fact_first(i, MOVE_MARK); mark != NULL; mark = fact_next(i, mark)) {
		const struct fact *back;
		if (mark->move.which != 0 || !fact_is_in(i, mark, g))
			continue;
		back = fact_find(i, mark->move.about, g);
		if (back != NULL && is_about(back, MOVE_READ_BACK, proposal))
			parties |= (uint8_t)(1u << back->move.at.party);
	}
	return (i->parties & ~parties) == 0;
}

static bool all_concurred(const struct instance *i, const struct glimpse *g, const void *self)
{
	return (i->parties & ~gate_concurred(i, g, self)) == 0;
}

static enum ruling judge_confirm(const struct instance *i, const struct glimpse *g, const struct move *m,
				 const struct fact *proposal)
{
	const struct procedure_step *s = &i->procedure->steps[m->step];
	uint64_t since;

	if (m->is_node && s->effect > STEP_EFFECT_REVERSIBLE)
		return RULING_NODE;
	if (!m->is_node && s->has_confirm && m->role != s->confirm)
		return RULING_ROLE;
	if ((gate_confirmed(i, g, proposal) >> m->at.party & 1) != 0)
		return RULING_TWICE;
	if (!all_concurred(i, g, proposal))
		return RULING_CONCURRED;
	if (is_withdrawn(i, g, proposal))
		return RULING_WITHDRAWN;
	if (s->is_read_back && !is_read_back(i, g, proposal))
		return RULING_READ_BACK;
	since = clock_of_all(i, g, m->at.party, m->filed_ms, all_concurred, proposal);
	if (m->filed_ms < since || m->filed_ms - since < 1000ull * s->hold)
		return s->hold == 0 ? RULING_OK : RULING_HOLD;
	return RULING_OK;
}

static enum ruling judge_decide(const struct instance *i, const struct glimpse *g, const struct move *m)
{
	const struct procedure_step *s = &i->procedure->steps[m->step];
	uint8_t option;
	bool is_alike;

	if (s->rule == GATE_JOINT || m->which >= s->options_count)
		return RULING_REFERS;
	if (s->rule == GATE_ONE && s->by.of == OF_OPENER && m->at.party != i->start.party)
		return RULING_PARTY;
	if (s->rule == GATE_ONE && gate_is_done(i, g, m->step))
		return RULING_DECIDED;
	return (decided_by(i, g, m->step, &option, &is_alike) >> m->at.party & 1) != 0 ? RULING_TWICE
										       : RULING_OK;
}

enum ruling gate_judge(const struct instance *i, const struct move *m)
{
	const struct glimpse g = { .past = &m->past };
	const struct procedure_step *s = &i->procedure->steps[m->step];
	const struct fact *proposal;

	if (!m->is_node && (s->signers >> m->role & 1) == 0 &&
	    !(m->kind == MOVE_CONFIRM && s->has_confirm && m->role == s->confirm))
		return RULING_ROLE;
	if (m->is_node && m->kind != MOVE_CONFIRM)
		return RULING_NODE;
	if (m->kind == MOVE_PROPOSE)
		return judge_propose(i, &g, m);
	if (m->kind == MOVE_DECIDE)
		return judge_decide(i, &g, m);
	proposal = fact_find(i, m->about, &g);
	if (proposal == NULL || proposal->move.kind != MOVE_PROPOSE || proposal->move.step != m->step)
		return RULING_REFERS;
	if (m->kind == MOVE_CONCUR)
		return judge_concur(i, &g, m, proposal);
	if (m->kind == MOVE_WITHDRAW)
		return judge_withdraw(i, &g, m, proposal);
	if (m->kind == MOVE_CONFIRM)
		return judge_confirm(i, &g, m, proposal);
	return is_withdrawn(i, &g, proposal) ? RULING_WITHDRAWN : RULING_OK; /* RESERVE, OBJECT, AWAIT */
}
