/* The play: what each node holds, what reaches it when, and what it says of itself. */
#include "entente/dry_run.h"

#include "api/instance_reply.h"
#include "base/alloc.h"
#include "record/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHANNEL 1u
#define ENTRIES_MAX 1024u /* of one party */
#define STATE_LEN_MAX (1u << 20)
#define FIRST_NUMBER (1ull << 32 | 1) /* of the first epoch */

struct dry_node {
	struct store *store;
	struct map map;
	struct machine machine;
	struct instance *instance;
	struct vector held;
	struct move log[ENTRIES_MAX]; /* what this party has said */
	size_t log_count;
	bool is_calling; /* something has come that calls for a DIGEST */
};

struct dry_run {
	const struct accord *accord;
	const struct procedure *procedure;
	struct dry_node nodes[PARTY_MAX];
	struct spot start;
	uint64_t now_ms;
	enum dry_line line;
	uint8_t cut;	   /* bit mask of parties */
	struct spot *acts; /* where each act of the play stands; number 0: it does not */
	size_t acts_count;
	struct buf state;
};

/* Memory does not fail; a fold that does is our fault. */
static void must(enum err e)
{
	assert(e == ERR_OK);
}

struct dry_run *dry_run_new(const struct accord *accord, const struct procedure *procedure)
{
	struct dry_run *d = xcalloc(1, sizeof *d);

	d->accord = accord;
	d->procedure = procedure;
	buf_init(&d->state, xcalloc(1, STATE_LEN_MAX), STATE_LEN_MAX);
	for (size_t i = 0; i < accord->parties_count; i++) {
		struct dry_node *n = &d->nodes[i];
		n->store = store_mem_new();
		must(n->store->ops->begin(n->store)); /* and never commits: nothing is kept */
		n->map = n->store->ops->views(n->store);
		n->instance = xcalloc(1, sizeof *n->instance);
		n->machine = (struct machine){ .accord = accord,
					       .map = &n->map,
					       .channel = CHANNEL,
					       .parties = (uint8_t)accord->channels[0].parties,
					       .instance = n->instance };
	}
	return d;
}

void dry_run_free(struct dry_run *d)
{
	for (size_t i = 0; i < d->accord->parties_count; i++) {
		d->nodes[i].store->ops->close(d->nodes[i].store);
		free(d->nodes[i].instance);
	}
	free(d->state.ptr);
	free(d->acts);
	free(d);
}

const struct accord *dry_run_accord(const struct dry_run *d)
{
	return d->accord;
}

const struct procedure *dry_run_procedure(const struct dry_run *d)
{
	return d->procedure;
}

/* ---- Entries and what reaches whom. ---- */

static bool is_loaded(struct dry_node *n, struct spot start)
{
	return start.number != 0 && vector_covers(&n->held, start) &&
	       machine_load(&n->machine, start) == ERR_OK;
}

static enum ruling fold(struct dry_run *d, struct dry_node *n, const struct move *m)
{
	enum ruling ruling;

	must(machine_fold(&n->machine, m, &ruling));
	n->held.of[m->at.party] = m->at.number;
	if (ruling == RULING_OK && m->kind != MOVE_NONE && &d->nodes[m->at.party] != n &&
	    is_loaded(n, d->start))
		n->is_calling = n->is_calling || instance_is_calling(n->instance, m->at);
	return ruling;
}

static bool has_line(const struct dry_run *d, size_t to, size_t from)
{
	return d->line == DRY_LINE_UP || ((d->cut >> to & 1) == 0 && (d->cut >> from & 1) == 0);
}

/* The next entry of a party's log, once all that it had seen is held there. */
static bool take(struct dry_run *d, size_t to, size_t from)
{
	struct dry_node *n = &d->nodes[to];
	uint64_t next = n->held.of[from] == 0 ? FIRST_NUMBER : n->held.of[from] + 1;
	const struct move *m = &d->nodes[from].log[next - FIRST_NUMBER];

	if (next - FIRST_NUMBER >= d->nodes[from].log_count || !has_line(d, to, from))
		return false;
	for (size_t i = 0; i < PARTY_MAX; i++) {
		if (m->past.of[i] > n->held.of[i])
			return false;
	}
	(void)fold(d, n, m);
	return true;
}

/* Appends at the party's own node what its door has let through. */
static enum err append(struct dry_run *d, struct move *m)
{
	struct dry_node *n = &d->nodes[m->at.party];
	enum ruling ruling;

	if (n->log_count == ENTRIES_MAX)
		return ERR_LIMIT;
	m->at.number = FIRST_NUMBER + n->log_count;
	m->past = n->held;
	n->log[n->log_count++] = *m;
	if (m->kind == MOVE_START)
		d->start = m->at;
	ruling = fold(d, n, m);
	assert(ruling == RULING_OK); /* as its door has just found */
	return ERR_OK;
}

/* Until nothing moves: entries, and the DIGESTs that they call for. */
static enum err deliver(struct dry_run *d)
{
	size_t parties = d->accord->parties_count;
	bool is_any = true;
	enum err e = ERR_OK;

	while (is_any && e == ERR_OK) {
		is_any = false;
		for (size_t to = 0; to < parties; to++) {
			for (size_t from = 0; from < parties; from++)
				is_any = (to != from && take(d, to, from)) || is_any;
		}
		for (size_t i = 0; i < parties && !is_any && e == ERR_OK; i++) {
			struct move digest = { .at = { 0, (uint8_t)i },
					       .filed_ms = d->now_ms,
					       .step = STEP_NONE };
			if (!d->nodes[i].is_calling)
				continue;
			d->nodes[i].is_calling = false;
			is_any = true;
			e = append(d, &digest);
		}
	}
	return e;
}

/* ---- What a node says of itself: a LAPSE, on its own clock. ---- */

static struct move lapse_of(struct dry_run *d, size_t party, const struct owed *o, uint64_t at_ms)
{
	const struct obligation *what = &d->procedure->steps[o->step].owe[o->obligation];
	struct dry_node *n = &d->nodes[party];

	return (struct move){ .kind = MOVE_LAPSE,
			      .at = { FIRST_NUMBER + n->log_count, (uint8_t)party },
			      .past = n->held,
			      .filed_ms = at_ms,
			      .instance = d->start,
			      .about = o->about,
			      .step = (uint8_t)o->step,
			      .role = what->who.role,
			      .which = (uint8_t)what->what,
			      .whose = (uint8_t)o->party,
			      .cause = d->line == DRY_LINE_DOWN && !has_line(d, party, o->party),
			      .is_node = true };
}

/* The first that falls due until then. */
static bool find_lapse(struct dry_run *d, uint64_t to_ms, struct move *out)
{
	bool is_any = false;

	for (size_t party = 0; party < d->accord->parties_count; party++) {
		struct dry_node *n = &d->nodes[party];
		const struct glimpse g = { .past = &n->held };
		struct owed at = { .step = SIZE_MAX };
		struct standing s;
		if (!is_loaded(n, d->start))
			continue;
		s = instance_standing(n->instance, &g);
		while (owed_next(n->instance, &g, &s, &at)) {
			uint64_t since_ms, due_ms;
			struct move m;
			enum ruling ruling;
			if (at.party == party || owed_state(n->instance, &g, &at) != OWED_OPEN ||
			    !owed_times(n->instance, &g, &at, party, to_ms, &since_ms, &due_ms))
				continue;
			due_ms = due_ms < d->now_ms ? d->now_ms : due_ms;
			if (due_ms > to_ms || (is_any && due_ms >= out->filed_ms))
				continue;
			m = lapse_of(d, party, &at, due_ms);
			must(machine_judge(&n->machine, &m, &ruling));
			if (ruling == RULING_OK) {
				*out = m;
				is_any = true;
			}
		}
	}
	return is_any;
}

/* ---- Acts. ---- */

/* The last that is of that step and of the kind that such a move is about, in what the party holds. */
static struct spot last_of_step(const struct dry_run *d, const struct move *m, uint8_t step)
{
	const struct instance *i = d->nodes[m->at.party].instance;
	const struct glimpse g = { .past = &d->nodes[m->at.party].held };
	struct spot found = { 0 };
	uint64_t latest = 0;

	for (size_t n = 0; n < i->count; n++) {
		const struct fact *f = fact_nth(i, n), *back = f;
		bool is_it = f->move.kind == MOVE_MESSAGE || f->move.kind == MOVE_PROPOSE;
		if (m->kind == MOVE_MARK) {
			is_it = f->move.kind == MOVE_READ_BACK;
			back = is_it ? fact_find(i, f->move.about, &g) : f;
		}
		if (is_it && back != NULL && back->move.step == step && f->move.filed_ms >= latest) {
			latest = f->move.filed_ms;
			found = f->move.at;
		}
	}
	return found;
}

static struct spot running_recess(const struct dry_run *d, size_t party)
{
	const struct instance *i = d->nodes[party].instance;
	struct spot found = { 0 };
	uint64_t latest = 0;

	for (const struct fact *f = fact_first(i, MOVE_RECESS); f != NULL; f = fact_next(i, f)) {
		if (f->move.filed_ms >= latest) {
			latest = f->move.filed_ms;
			found = f->move.at;
		}
	}
	return found;
}

/* ERR_NOT_FOUND: nothing answers to it. */
static enum err find_about(struct dry_run *d, const struct dry_act *act, struct move *m)
{
	bool is_named = act->about != STEP_NONE || act->about_act != 0 || act->is_about_any;
	const struct fact *about;

	if (!is_loaded(&d->nodes[m->at.party], d->start))
		return is_named ? ERR_NOT_FOUND : ERR_OK;
	if (act->about_act != 0)
		m->about = act->about_act <= d->acts_count ? d->acts[act->about_act - 1] : (struct spot){ 0 };
	else if (act->is_about_any)
		m->about = running_recess(d, m->at.party);
	else if (act->about != STEP_NONE)
		m->about = last_of_step(d, m, act->about);
	if (is_named && m->about.number == 0)
		return ERR_NOT_FOUND;
	/* A move at a gate is at the gate of its proposal. */
	about = index_find(d->nodes[m->at.party].instance, m->about);
	if (about != NULL && about->move.kind == MOVE_PROPOSE)
		m->step = about->move.step;
	return ERR_OK;
}

/* It reaches whom it reaches, and is told of. What a node says of itself has no number. */
static enum err finish(struct dry_run *d, struct dry_event *event, dry_each *each, void *self)
{
	enum err e;

	if (d->acts_count == PARTY_MAX * ENTRIES_MAX)
		return ERR_LIMIT;
	if (event->line != 0) {
		d->acts = xrealloc(d->acts, (d->acts_count + 1) * sizeof *d->acts);
		d->acts[d->acts_count++] = event->at;
		event->number = d->acts_count;
	}
	e = deliver(d);
	if (e == ERR_OK)
		each(self, d, event);
	return e;
}

static enum err say(struct dry_run *d, struct dry_event *event, dry_each *each, void *self)
{
	struct move *m = &event->act.move;
	struct dry_node *n = &d->nodes[m->at.party];
	enum err e = ERR_OK;

	m->at.number = FIRST_NUMBER + n->log_count;
	m->past = n->held;
	m->instance = m->kind == MOVE_START ? (struct spot){ 0 } : d->start;
	must(machine_judge(&n->machine, m, &event->ruling));
	if (m->kind == MOVE_START && d->start.number != 0)
		event->ruling = RULING_TWICE; /* one instance is played */
	if (event->ruling == RULING_OK) {
		e = append(d, m);
		event->at = m->at;
	}
	if (e == ERR_OK)
		e = finish(d, event, each, self);
	return e;
}

static enum err wait_until(struct dry_run *d, uint64_t to_ms, dry_each *each, void *self)
{
	struct dry_event event = { .act = { .word = "lapse" } };
	enum err e = ERR_OK;

	while (e == ERR_OK && find_lapse(d, to_ms, &event.act.move)) {
		d->now_ms = event.act.at_ms = event.act.move.filed_ms;
		event.at = (struct spot){ 0 };
		e = say(d, &event, each, self);
	}
	d->now_ms = to_ms;
	return e;
}

enum err dry_run_play(struct dry_run *d, const struct dry_act *act, size_t line, dry_each *each, void *self)
{
	struct dry_event event = { .act = *act, .line = line };
	enum err e = wait_until(d, act->at_ms, each, self);

	if (e != ERR_OK)
		return e;
	if (act->what == DRY_MOVE) {
		e = find_about(d, act, &event.act.move);
		return e == ERR_OK ? say(d, &event, each, self) : e;
	}
	if (act->what == DRY_LINE) {
		d->line = act->line;
		d->cut = act->line == DRY_LINE_UP ? 0 : act->parties;
	}
	return finish(d, &event, each, self);
}

/* ---- How it stands. ---- */

json_t *dry_run_state(struct dry_run *d, size_t party)
{
	struct dry_node *n = &d->nodes[party];
	struct buf out = d->state;
	struct reply r = { &out };
	uint8_t *lines;
	struct buf text;
	json_t *state;

	if (!is_loaded(n, d->start))
		return NULL;
	buf_reset(&out);
	reply_object(&r, NULL);
	reply_str(&r, "party", d->accord->parties[party].name);
	reply_uint(&r, "now_ms", d->now_ms);
	reply_instance(&r, d->accord, party, &n->machine);
	reply_obligations(&r, d->accord, party, d->now_ms, &n->machine);
	reply_object(&r, "held"); /* of each party's log, how many entries have come */
	for (size_t i = 0; i < d->accord->parties_count; i++)
		reply_uint(&r, d->accord->parties[i].name,
			   n->held.of[i] == 0 ? 0 : n->held.of[i] - FIRST_NUMBER + 1);
	reply_object_end(&r);
	lines = xcalloc(1, PROCEDURE_LINES_MAX);
	buf_init(&text, lines, PROCEDURE_LINES_MAX);
	machine_write_instance(&n->machine, &n->held, &text);
	reply_text(&r, "lines", buf_bytes(&text));
	reply_object_end(&r);
	free(lines);
	state = reply_check(&r) == ERR_OK ? json_loadb((const char *)out.ptr, out.len, 0, NULL) : NULL;
	assert(state != NULL);
	return state;
}
