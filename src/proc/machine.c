/* Each move against what is counted in its past; then its own fact, and what its log shows from here on. */
#include "proc/machine.h"

#include "base/plant.h"
#include "proc/instance.h"
#include "proc/rows.h"

#include <assert.h>
#include <string.h>

static const char *const move_words[] = {
#define MOVE_WORD(name, word) word,
	MOVE_LIST(MOVE_WORD)
#undef MOVE_WORD
};

static const struct {
	const char *name, *text;
} rulings[] = {
#define RULING_ROW(name, text) { #name, text },
	RULING_LIST(RULING_ROW)
#undef RULING_ROW
};

const char *move_name(enum move_kind kind)
{
	return move_words[index_below(kind, MOVE_COUNT)];
}

const char *ruling_name(enum ruling r)
{
	return rulings[index_below(r, RULING_COUNT)].name;
}

const char *ruling_text(enum ruling r)
{
	return rulings[index_below(r, RULING_COUNT)].text;
}

/* ---- Judging, a function a kind ---- */

static enum ruling judge_by(const struct instance *i, const struct move *m, const struct procedure_who *by)
{
	if (m->is_node)
		return RULING_NODE;
	if (m->role != by->role)
		return RULING_ROLE;
	return by->of == OF_OPENER && m->at.party != i->start.party ? RULING_PARTY : RULING_OK;
}

static bool is_kind(const struct instance *i, const struct move *m, unsigned kinds)
{
	return m->step < i->procedure->steps_count && (kinds >> i->procedure->steps[m->step].kind & 1) != 0;
}

static enum ruling judge_on_step(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	enum ruling r = judge_by(i, m, &i->procedure->steps[m->step].by);

	if (r != RULING_OK)
		return r;
	return step_is_open(i, g, m->step) ? RULING_OK : RULING_STEP;
}

static enum ruling judge_message(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	return is_kind(i, m, 1u << STEP_KIND_NOTICE) ? judge_on_step(i, m, g) : RULING_REFERS;
}

static enum ruling judge_done(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	enum ruling r = is_kind(i, m, 1u << STEP_KIND_EXCHANGE | 1u << STEP_KIND_ACT) ? judge_on_step(i, m, g)
										      : RULING_REFERS;

	for (const struct fact *f = fact_first(i, MOVE_DONE); f != NULL && r == RULING_OK;
	     f = fact_next(i, f)) {
		if (f->move.step == m->step && f->move.at.party == m->at.party && fact_is_in(i, f, g))
			r = RULING_TWICE;
	}
	return r;
}

static enum ruling judge_attend(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	enum ruling r = is_kind(i, m, 1u << STEP_KIND_MEET) ? judge_on_step(i, m, g) : RULING_REFERS;
	bool is_there;

	if (r != RULING_OK)
		return r;
	(void)persons_attending(i, g, m->step, m->at.party, m->person, &is_there);
	if (m->kind == MOVE_LEAVE)
		return is_there ? RULING_OK : RULING_REFERS;
	return is_there ? RULING_TWICE : RULING_OK;
}

static bool has_read(const struct instance *i, const struct glimpse *g, const struct fact *message,
		     uint8_t party)
{
	for (const struct fact *f = about_first(i, message); f != NULL; f = about_next(i, f)) {
		if (f->move.kind == MOVE_WATCH_READ && f->move.at.party == party && fact_is_in(i, f, g))
			return true;
	}
	return false;
}

/* WATCH READ and what follows it, of another party's message; a proposal is read back too. */
static enum ruling judge_on_message(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	const struct fact *about = fact_find(i, m->about, g);

	if (about == NULL || about->move.at.party == m->at.party)
		return RULING_REFERS;
	if (about->move.kind == MOVE_PROPOSE && m->kind == MOVE_READ_BACK)
		return RULING_OK;
	if (about->move.kind != MOVE_MESSAGE)
		return RULING_REFERS;
	return m->kind == MOVE_WATCH_READ || has_read(i, g, about, m->at.party) ? RULING_OK : RULING_READ;
}

/* Of a read-back of an own statement, once. */
static enum ruling judge_mark(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	const struct fact *back = fact_find(i, m->about, g);
	const struct fact *own = back == NULL ? NULL : fact_find(i, back->move.about, g);

	if (own == NULL || back->move.kind != MOVE_READ_BACK || own->move.at.party != m->at.party)
		return RULING_REFERS;
	return has_about(i, g, MOVE_MARK, back) ? RULING_TWICE : RULING_OK;
}

static enum ruling judge_recess(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	const struct fact *recess;
	enum ruling r;

	if (!i->procedure->has_recess)
		return RULING_RECESS;
	r = judge_by(i, m, &i->procedure->recess_by);
	if (r != RULING_OK)
		return r;
	if (m->kind == MOVE_RECESS)
		return instance_life(i, g) == LIFE_RECESS ? RULING_RECESS : RULING_OK;
	recess = fact_find(i, m->about, g);
	if (recess == NULL || recess->move.kind != MOVE_RECESS)
		return RULING_REFERS;
	return has_about(i, g, MOVE_RESUME, recess) ? RULING_RECESS : RULING_OK;
}

static enum ruling judge_leaving(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	return has_said(i, g, m->kind, m->at.party) ? RULING_TWICE : RULING_OK;
}

static enum ruling judge_gate(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	if (!is_kind(i, m, 1u << STEP_KIND_GATE))
		return RULING_REFERS;
	return step_is_open(i, g, m->step) ? gate_judge(i, m) : RULING_STEP;
}

static enum ruling judge_lapse(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	(void)g;
	return m->step < i->procedure->steps_count ? lapse_judge(i, m) : RULING_REFERS;
}

static enum ruling judge_escalated(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	const struct standing s = instance_standing(i, g);
	struct owed at = { .step = SIZE_MAX };

	while (owed_next(i, g, &s, &at)) {
		if (at.party == m->at.party && owed_state(i, g, &at) == OWED_OPEN)
			return RULING_OK;
	}
	return RULING_OWED;
}

static enum ruling judge_remark(const struct instance *i, const struct move *m, const struct glimpse *g)
{
	(void)i;
	(void)m;
	(void)g;
	return RULING_OK;
}

/* Who says it: of the others the step tells. */
enum sayer { BY_ANY, BY_PERSON, BY_NODE };

static const struct {
	enum ruling (*judge)(const struct instance *i, const struct move *m, const struct glimpse *g);
	bool is_after_end; /* also once it is closed, or the party has ended its participation */
	enum sayer by;
} judges[MOVE_COUNT] = {
	[MOVE_MESSAGE] = { judge_message, false, BY_ANY },
	[MOVE_WATCH_READ] = { judge_on_message, true, BY_PERSON },
	[MOVE_READ_BACK] = { judge_on_message, true, BY_PERSON },
	[MOVE_MARK] = { judge_mark, true, BY_PERSON },
	[MOVE_PRESENTED] = { judge_on_message, true, BY_PERSON },
	[MOVE_REPLY] = { judge_on_message, true, BY_PERSON },
	[MOVE_DECLINE] = { judge_on_message, true, BY_PERSON },
	[MOVE_DEFER] = { judge_on_message, true, BY_PERSON },
	[MOVE_ATTEND] = { judge_attend, false, BY_ANY },
	[MOVE_LEAVE] = { judge_attend, true, BY_ANY },
	[MOVE_DONE] = { judge_done, false, BY_ANY },
	[MOVE_LAPSE] = { judge_lapse, false, BY_ANY },
	[MOVE_ESCALATED] = { judge_escalated, false, BY_NODE },
	[MOVE_RECESS] = { judge_recess, false, BY_ANY },
	[MOVE_RESUME] = { judge_recess, false, BY_ANY },
	[MOVE_STAND_DOWN] = { judge_leaving, false, BY_PERSON },
	[MOVE_END] = { judge_leaving, true, BY_PERSON },
	[MOVE_REMARK] = { judge_remark, true, BY_PERSON },
	[MOVE_PROPOSE] = { judge_gate, false, BY_ANY },
	[MOVE_CONCUR] = { judge_gate, false, BY_ANY },
	[MOVE_WITHDRAW] = { judge_gate, false, BY_ANY },
	[MOVE_CONFIRM] = { judge_gate, false, BY_ANY },
	[MOVE_RESERVE] = { judge_gate, false, BY_ANY },
	[MOVE_OBJECT] = { judge_gate, false, BY_ANY },
	[MOVE_AWAIT] = { judge_gate, false, BY_ANY },
	[MOVE_DECIDE] = { judge_gate, false, BY_ANY },
};

static enum ruling judge(const struct instance *i, const struct move *m)
{
	const struct glimpse g = { .past = &m->past };
	enum lifecycle life;

	if (fact_find(i, i->start, &g) == NULL)
		return RULING_INSTANCE;
	if ((i->parties >> m->at.party & 1) == 0)
		return RULING_PARTY;
	if (epoch_of(m->at.number) != i->epochs[m->at.party])
		return RULING_EPOCH;
	if (!instance_has_room(i, &g, m->kind, m->at.party))
		return RULING_LIMIT;
	if (!m->is_node && m->role >= i->procedure->roles_count)
		return RULING_ROLE;
	if (!judges[m->kind].is_after_end) {
		if (has_said(i, &g, MOVE_END, m->at.party))
			return RULING_ENDED;
		life = instance_life(i, &g);
		if (life == LIFE_CLOSED || life == LIFE_STOOD_DOWN)
			return RULING_CLOSED;
	}
	if (judges[m->kind].by == (m->is_node ? BY_PERSON : BY_NODE))
		return RULING_NODE;
	return judges[m->kind].judge(i, m, &g);
}

static enum ruling judge_on_all(const struct instance *i, struct move m)
{
	const uint64_t own = m.past.of[m.at.party];

	m.past = instance_held(i);
	m.past.of[m.at.party] = own;
	return judge(i, &m);
}

static enum ruling judge_start(const struct machine *m, const struct move *move)
{
	const struct procedure *p = procedure_find(m->accord, move->hash);

	if (move->is_node)
		return RULING_NODE;
	if ((m->parties >> move->at.party & 1) == 0)
		return RULING_PARTY;
	if (p == NULL || move->which >= PRECEDENCE_COUNT || p->precedence[move->which].line == 0 ||
	    move->whose < 1 || move->whose > 3)
		return RULING_DEFINITION;
	return move->role < p->roles_count ? RULING_OK : RULING_ROLE;
}

enum err machine_judge(const struct machine *m, const struct move *move, enum ruling *out)
{
	enum err e;

	assert(move->kind < MOVE_COUNT && move->at.party < PARTY_MAX && move->at.number != 0);
	*out = RULING_OK;
	if (move->kind == MOVE_NONE)
		return ERR_OK;
	if (move->kind == MOVE_START) {
		*out = judge_start(m, move);
		return ERR_OK;
	}
	*out = RULING_INSTANCE;
	if (!vector_covers(&move->past, move->instance))
		return ERR_OK;
	e = machine_load(m, move->instance);
	if (e == ERR_OK && PLANTED(BY_ARRIVAL))
		*out = judge_on_all(m->instance, *move);
	else if (e == ERR_OK)
		*out = judge(m->instance, move);
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err fold_sights_of(const struct machine *m, const struct move *move, uint64_t from,
			       struct spot to)
{
	struct spot at = { from, to.party }, start;
	enum err e = ERR_OK;

	if (epoch_of(to.number) > 1 && epoch_of(to.number) != epoch_of(from))
		e = row_show_epoch(m, to, move);
	while (e == ERR_OK && at.number < to.number && (e = row_next_fact_of(m, &at, &start)) == ERR_OK &&
	       at.number <= to.number) {
		uint64_t carried;
		e = row_carried(m, to, epoch_of(at.number), &carried);
		if (e == ERR_OK && at.number <= carried)
			e = row_see(m, start, at, move);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* What this entry shows for the first time of others' facts, whether or not it counts itself. */
static enum err fold_sights(const struct machine *m, const struct move *move)
{
	struct vector before;
	enum err e = machine_shown(m, move->at, &before);

	for (uint8_t party = 0; party < PARTY_MAX && e == ERR_OK; party++) {
		struct spot to = { move->past.of[party], party };
		if (party != move->at.party && to.number > before.of[party])
			e = fold_sights_of(m, move, before.of[party], to);
	}
	vector_raise(&before, &move->past);
	before.of[move->at.party] = move->at.number;
	return e == ERR_OK ? row_put_vector(m, move->at, &before) : e;
}

/* Whether its past has any START: what was written before the first concerns no procedure. */
static enum err has_start(const struct machine *m, const struct vector *past, bool *out)
{
	enum err e = ERR_OK;

	*out = false;
	for (uint8_t party = 0; party < PARTY_MAX && !*out; party++) {
		struct spot first;
		if (past->of[party] == 0)
			continue;
		e = row_first_start(m, party, &first);
		if (e == ERR_OK)
			*out = vector_covers(past, first);
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

/*
 * It runs no longer for who has seen this entry: said of each entry alone, whatever else is held, so that
 * every order of folding leaves the same rows.
 */
static enum err fold_end(const struct machine *m, const struct move *move)
{
	struct vector shown = move->past;
	const struct glimpse g = { .past = &shown };
	enum err e = machine_load(m, move->instance);

	shown.of[move->at.party] = move->at.number;
	if (e == ERR_OK && instance_is_over(m->instance, &g))
		e = row_del_running(m, move->instance);
	return err_unless(e, ERR_NOT_FOUND); /* a digest of none that we know */
}

enum err machine_folded(const struct machine *m, const struct move *move, enum ruling ruling)
{
	bool is_shown = move->kind != MOVE_NONE;
	enum err e = ERR_OK;

	if (is_later_epoch(move->at))
		e = row_put_epoch(m, move);
	if (e == ERR_OK && !is_shown)
		e = has_start(m, &move->past, &is_shown);
	if (e == ERR_OK && is_shown)
		e = fold_sights(m, move);
	if (e != ERR_OK || (move->kind == MOVE_NONE ? move->instance.number == 0 : ruling != RULING_OK))
		return e;
	if (move->kind != MOVE_NONE)
		e = row_put_fact(m, move);
	return e == ERR_OK && move->kind != MOVE_START ? fold_end(m, move) : e;
}

enum err machine_fold(const struct machine *m, const struct move *move, enum ruling *out)
{
	enum err e = machine_judge(m, move, out);

	return e == ERR_OK ? machine_folded(m, move, *out) : e;
}
