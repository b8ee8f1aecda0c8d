/*
 * What the machine reads of an entry. What names a step, a role or a party that is none gets a number beyond.
 */
#include "view/procedure.h"

#include "view/judge.h"
#include "view/rows.h"

#include <string.h>

bool fold_machine(const struct fold *f, uint32_t channel, struct machine *out)
{
	const struct accord_channel *c = accord_channel_find(f->accord, channel);

	*out = (struct machine){ .accord = f->accord,
				 .versions = f->versions,
				 .map = f->map,
				 .channel = channel,
				 .parties = c == NULL ? 0 : accord_voices(c),
				 .instance = f->instance };
	return f->instance != NULL && c != NULL;
}

struct spot spot_of_place(const struct place_key *at)
{
	uint64_t index = at->index < UINT32_MAX ? at->index + 1 : UINT32_MAX;

	return (struct spot){ (uint64_t)at->log.epoch << 32 | index, (uint8_t)at->log.party };
}

struct place_key place_of_spot(uint32_t channel, struct spot at)
{
	return (struct place_key){ { channel, at.party, epoch_of(at.number) }, (at.number & UINT32_MAX) - 1 };
}

struct vector vector_of_view(const struct fold *f, const struct entry_view *v)
{
	struct vector out = { 0 };

	for (size_t i = 0; i < f->accord->parties_count; i++) {
		if (v->past.of[i].size > 0)
			out.of[i] = spot_of_place(&(struct place_key){ { 0, i, v->past.of[i].epoch },
								       v->past.of[i].size - 1 })
					    .number;
	}
	return out;
}

enum err fold_vector(const struct fold *f, uint32_t channel, struct vector *out)
{
	enum err e = ERR_OK;

	*out = (struct vector){ 0 };
	for (size_t party = 0; party < f->accord->parties_count && e == ERR_OK; party++) {
		struct place_key last = { { channel, party, 0 }, 0 };
		uint64_t size;
		e = row_last_folded(f->map, &last.log, &size);
		last.index = size - 1;
		if (e == ERR_OK && size > 0)
			out->of[party] = spot_of_place(&last).number;
	}
	return e;
}

enum err fold_instance_of(const struct fold *f, const struct place_key *at, struct place_key *start)
{
	struct machine m;
	struct spot found;
	enum err e = fold_machine(f, at->log.channel, &m) ? machine_instance_of(&m, spot_of_place(at), &found)
							  : ERR_NOT_FOUND;

	if (e == ERR_OK)
		*start = place_of_spot(at->log.channel, found);
	return e;
}

/* ---- One entry as a move. ---- */

static bool kind_is_of_procedure(uint64_t kind)
{
	/* Who is called for a message is said of those too that are in no procedure. */
	return kind >= KIND_START && kind <= KIND_DECIDE && kind != KIND_ESCALATED;
}

bool statement_must_count(const struct statement *s)
{
	return s->has_instance || kind_is_of_procedure(s->kind);
}

static uint8_t step_named(const struct procedure *p, struct bytes id)
{
	size_t step = procedure_step_find(p, id);

	return step < p->steps_count ? (uint8_t)step : STEP_NONE;
}

/* A message with a form is of the notice that is said by that form; one without names its step. */
static uint8_t step_of_message(const struct procedure *p, const struct statement *s)
{
	if (!s->has_form)
		return step_named(p, statement_text(s, FIELD_STEP));
	for (size_t i = 0; i < p->steps_count; i++) {
		if (p->steps[i].kind == STEP_KIND_NOTICE && bytes_equal(bytes_str(p->steps[i].form), s->form))
			return (uint8_t)i;
	}
	return STEP_NONE;
}

static void read_hash(const struct statement *s, uint64_t key, uint8_t out[HASH_LEN])
{
	struct buf hash = { out, 0, HASH_LEN, false };

	buf_put(&hash, statement_bytes(s, key)); /* fields_check has seen to its length */
}

static void read_message(const struct fold *f, const struct procedure *p, const struct statement *s,
			 struct move *m)
{
	(void)f;
	m->step = step_of_message(p, s);
}

static void read_step(const struct fold *f, const struct procedure *p, const struct statement *s,
		      struct move *m)
{
	(void)f;
	m->step = step_named(p, statement_text(s, FIELD_STEP));
}

static void read_mark(const struct fold *f, const struct procedure *p, const struct statement *s,
		      struct move *m)
{
	(void)f;
	(void)p;
	m->which = (uint8_t)statement_uint(s, FIELD_MARK);
}

static void read_defer(const struct fold *f, const struct procedure *p, const struct statement *s,
		       struct move *m)
{
	(void)f;
	(void)p;
	m->until_ms = statement_uint(s, FIELD_DEFER_UNTIL);
}

static void read_option(const struct fold *f, const struct procedure *p, const struct statement *s,
			struct move *m)
{
	(void)f;
	m->step = step_named(p, statement_text(s, FIELD_STEP));
	m->which = STEP_OPTIONS_MAX;
	if (m->step != STEP_NONE)
		m->which = (uint8_t)step_option_find(&p->steps[m->step], statement_text(s, FIELD_OPTION));
	if (m->kind == MOVE_PROPOSE)
		read_hash(s, FIELD_PROPOSE_TEXT, m->hash);
}

static void read_lapse(const struct fold *f, const struct procedure *p, const struct statement *s,
		       struct move *m)
{
	struct bytes level = statement_text(s, FIELD_LAPSE_LEVEL);

	m->step = step_named(p, statement_text(s, FIELD_LAPSE_STEP));
	m->role = (uint8_t)procedure_role_find(p, statement_text(s, FIELD_LAPSE_ROLE));
	m->whose = (uint8_t)accord_party_find(f->accord, statement_text(s, FIELD_LAPSE_PARTY));
	m->which = LEVEL_COUNT;
	for (size_t i = 0; i < LEVEL_COUNT; i++) {
		if (bytes_equal(level, bytes_str(level_name((enum level)i))))
			m->which = (uint8_t)i;
	}
	m->cause = (uint8_t)statement_uint(s, FIELD_LAPSE_CAUSE);
	if (spot_equal(m->about, m->instance))
		m->about = (struct spot){ 0 }; /* of the step itself */
}

static const struct {
	enum kind kind;
	enum move_kind move;
	/* What it is about is enough to belong to that one's instance. */
	bool is_by_subject;
	/* What it says beside; NULL: nothing. */
	void (*read)(const struct fold *f, const struct procedure *p, const struct statement *s,
		     struct move *m);
} moves[] = {
	{ KIND_MESSAGE, MOVE_MESSAGE, false, read_message },
	{ KIND_WATCH_READ, MOVE_WATCH_READ, true, NULL },
	{ KIND_READ_BACK, MOVE_READ_BACK, true, NULL },
	{ KIND_MARK, MOVE_MARK, true, read_mark },
	{ KIND_PRESENTED, MOVE_PRESENTED, true, NULL },
	{ KIND_REPLY, MOVE_REPLY, true, NULL },
	{ KIND_DECLINE, MOVE_DECLINE, true, NULL },
	{ KIND_DEFER, MOVE_DEFER, true, read_defer },
	{ KIND_REMARK, MOVE_REMARK, false, NULL },
	{ KIND_LAPSE, MOVE_LAPSE, false, read_lapse },
	{ KIND_START, MOVE_START, false, NULL },
	{ KIND_ATTEND, MOVE_ATTEND, false, read_step },
	{ KIND_LEAVE, MOVE_LEAVE, false, read_step },
	{ KIND_DONE, MOVE_DONE, false, read_step },
	{ KIND_ESCALATED, MOVE_ESCALATED, false, read_step },
	{ KIND_RECESS, MOVE_RECESS, false, NULL },
	{ KIND_RESUME, MOVE_RESUME, true, NULL },
	{ KIND_STAND_DOWN, MOVE_STAND_DOWN, false, NULL },
	{ KIND_END, MOVE_END, false, NULL },
	{ KIND_PROPOSE, MOVE_PROPOSE, false, read_option },
	{ KIND_CONCUR, MOVE_CONCUR, true, NULL },
	{ KIND_WITHDRAW, MOVE_WITHDRAW, true, NULL },
	{ KIND_CONFIRM, MOVE_CONFIRM, true, NULL },
	{ KIND_RESERVE, MOVE_RESERVE, true, NULL },
	{ KIND_OBJECT, MOVE_OBJECT, true, NULL },
	{ KIND_AWAIT, MOVE_AWAIT, true, NULL },
	{ KIND_DECIDE, MOVE_DECIDE, false, read_option },
};

static size_t move_row(uint64_t kind)
{
	size_t i = 0;

	while (i < ARRAY_COUNT(moves) && (uint64_t)moves[i].kind != kind)
		i++;
	return i;
}

static void read_start(const struct fold *f, const struct statement *s, struct move *m)
{
	const struct procedure *p;

	read_hash(s, FIELD_START_DEFINITION, m->hash);
	m->which = s->has_precedence ? (uint8_t)s->precedence : PRECEDENCE_COUNT;
	m->whose = (uint8_t)statement_uint(s, FIELD_START_DEPTH);
	p = procedure_find(f->accord, m->hash);
	m->role = p == NULL ? PROCEDURE_ROLES_MAX : (uint8_t)procedure_role_find(p, s->role);
}

/* Whoever signed first of those who hold the role: what else stands beside it lends nobody a name. */
static enum err read_person(const struct fold *f, const struct fold_input *in, uint64_t *holder)
{
	size_t role = accord_role_find(f->accord, in->statement->role);

	*holder = 0;
	for (size_t i = 0; i < in->entry->signatures_count && role < f->accord->roles_count; i++) {
		struct key_view key;
		enum err e = row_get_key(f->map, &in->log, in->signers[i].key, in->entry->index, &key);
		if (e == ERR_OK && (key.roles >> role & 1) != 0) {
			*holder = key.holder;
			return ERR_OK;
		}
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

/* Which instance it is of. ERR_NOT_FOUND: of none. */
static enum err find_instance(const struct machine *m, const struct fold *f, const struct fold_input *in,
			      size_t row, struct move *out)
{
	const struct statement *s = in->statement;
	struct place_key at;

	if (s->refers_count > 0 && refers_place(f, in, &s->refers[0], &at) && at.log.channel == m->channel)
		out->about = spot_of_place(&at);
	if (s->has_instance) {
		if (!refers_place(f, in, &s->instance, &at) || at.log.channel != m->channel ||
		    !in->instance_matches)
			return ERR_OK; /* none that is in its past */
		out->instance = spot_of_place(&at);
		return ERR_OK;
	}
	if (!moves[row].is_by_subject || out->about.number == 0)
		return ERR_NOT_FOUND;
	return machine_instance_of(m, out->about, &out->instance);
}

/*
 * The move that an entry is. *is_named: it must count, or the entry does not. What is none shows what its
 * author had seen all the same.
 */
static enum err move_read(const struct machine *m, const struct fold *f, const struct fold_input *in,
			  const struct entry_view *v, struct move *out, bool *is_named)
{
	const struct statement *s = in->statement;
	const struct place_key at = { in->log, in->entry->index };
	struct place_key named;
	const struct procedure *p = NULL;
	size_t row = move_row(s->kind);
	struct fact about;
	enum err e = ERR_NOT_FOUND;

	*out = (struct move){ .at = spot_of_place(&at),
			      .past = vector_of_view(f, v),
			      .filed_ms = in->entry->filed.ms,
			      .step = STEP_NONE,
			      .is_node = in->entry->signatures_count == 0 };
	*is_named = statement_must_count(s);
	if (s->kind == KIND_DIGEST && s->has_instance && in->instance_matches &&
	    refers_place(f, in, &s->instance, &named) && named.log.channel == m->channel)
		out->instance = spot_of_place(&named);
	if (row == ARRAY_COUNT(moves))
		return ERR_OK;
	if (moves[row].move == MOVE_START) {
		out->kind = MOVE_START;
		read_start(f, s, out);
		return read_person(f, in, &out->person);
	}
	e = find_instance(m, f, in, row, out);
	if (e == ERR_NOT_FOUND && !*is_named)
		return ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	out->kind = moves[row].move;
	e = out->instance.number == 0 ? ERR_NOT_FOUND : machine_definition(m, out->instance, &p);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND); /* the machine says that there is none */
	out->role = (uint8_t)procedure_role_find(p, s->role);
	if (moves[row].read != NULL)
		moves[row].read(f, p, s, out);
	/* A move at a gate is at the gate of its proposal. */
	e = machine_fact(m, out->instance, out->about, &about);
	if (e == ERR_OK && about.move.kind == MOVE_PROPOSE && out->step == STEP_NONE)
		out->step = about.move.step;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (out->kind == MOVE_MESSAGE && out->step == STEP_NONE)
		out->kind = MOVE_NONE; /* words in the course of it, which are no step */
	return read_person(f, in, &out->person);
}

/* A number beyond is no index of the machine's tables: roles and parties are masks there. */
static bool is_within(const struct fold *f, const struct move *m)
{
	return m->kind != MOVE_LAPSE || (m->whose < f->accord->parties_count && m->which < LEVEL_COUNT);
}

enum err judge_procedure(const struct case_file *c, enum verdict *out)
{
	struct machine machine;
	struct move move;
	bool is_named;
	enum err e;

	c->view->ruling = RULING_COUNT;
	if (!fold_machine(c->f, c->in->log.channel, &machine))
		return ERR_OK;
	e = move_read(&machine, c->f, c->in, c->view, &move, &is_named);
	if (e != ERR_OK || move.kind == MOVE_NONE)
		return e;
	c->view->ruling = RULING_REFERS;
	if (is_within(c->f, &move))
		e = machine_judge(&machine, &move, &c->view->ruling);
	if (e == ERR_OK && is_named && c->view->ruling != RULING_OK)
		*out = VERDICT_PROCEDURE;
	return e;
}

enum err fold_procedure(const struct fold *f, const struct fold_input *in, const struct entry_view *v)
{
	struct machine machine;
	struct move move;
	bool is_named;
	enum err e;

	if (!fold_machine(f, in->log.channel, &machine))
		return ERR_OK;
	e = move_read(&machine, f, in, v, &move, &is_named);
	if (e != ERR_OK)
		return e;
	if (v->verdict != VERDICT_OK || (move.kind != MOVE_NONE && v->ruling != RULING_OK))
		move = (struct move){ .at = move.at, .past = move.past, .filed_ms = move.filed_ms };
	return machine_folded(&machine, &move, RULING_OK);
}

/* ---- What is owed. ---- */

static enum err each_owed(const struct machine *m, size_t party, uint64_t now_ms, due_each *each, void *self)
{
	const struct instance *i = m->instance;
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	struct owed owed = { .step = SIZE_MAX };
	struct standing standing;
	struct due_view due = { .instance = place_of_spot(m->channel, i->start),
				.procedure = i->procedure,
				.precedence = i->precedence };
	enum err e = ERR_OK;

	if (instance_is_over(i, &g))
		return ERR_OK; /* and no entry shows that yet */
	standing = instance_standing(i, &g);
	due.is_in_recess = instance_life(i, &g) == LIFE_RECESS;
	while (e == ERR_OK && owed_next(i, &g, &standing, &owed)) {
		due.owed = owed;
		due.state = owed_state(i, &g, &owed);
		if ((due.state != OWED_OPEN && due.state != OWED_LAPSED) ||
		    has_begun_anew(i, &g, owed.party)) /* it can meet nothing here any more */
			continue;
		due.is_shown = owed_times(i, &g, &owed, party, now_ms, &due.since_ms, &due.due_ms);
		e = each(self, &due);
	}
	return e;
}

enum err fold_obligations(const struct fold *f, uint32_t channel, size_t party, uint64_t now_ms,
			  due_each *each, void *self)
{
	struct machine m;
	bool is_cut = false;
	enum err e = fold_machine(f, channel, &m) ? ERR_OK : ERR_NOT_FOUND;

	for (uint8_t by = 0; e == ERR_OK && by < f->accord->parties_count; by++) {
		struct spot start = { 0, by };
		size_t count = 0;
		while (e == ERR_OK && (e = machine_next_of(&m, true, &start)) == ERR_OK) {
			e = count++ == RUNNING_MAX ? ERR_LIMIT : machine_load(&m, start);
			if (e == ERR_OK)
				e = each_owed(&m, party, now_ms, each, self);
		}
		is_cut |= e == ERR_LIMIT;
		e = e == ERR_NOT_FOUND || e == ERR_LIMIT ? ERR_OK : e;
	}
	if (e == ERR_OK && is_cut)
		return ERR_LIMIT;
	return err_unless(e, ERR_NOT_FOUND);
}
