/*
 * Random histories of one procedure between two or three governments: clocks that are off, slow lines, an
 * outage, filing times that are put back, what crosses. docs/spec/procedure.md section 8 has the figures.
 *
 * usage: sim [RUNS=n] [SEED=n] [unchecked] [ahead] [losses | havoc] [crowded] [dump | speed]
 *
 *	unchecked  one move in five is appended whatever the machine says
 *	ahead      the first party's clock is at times a day ahead
 *	losses     one party loses the end of what it said, and opens another epoch: perhaps it lies
 *	havoc      every party does: what was shown may be taken back, but all find the same
 *	crowded    parties say a lot at once, until they have no room left
 *	dump       prints the history of SEED for second.py, and no figures
 *	speed      entries a second that the machine judges and folds, for bench/run.py, and no figures
 *
 * Exit 0: nothing diverged, no verdict changed, nothing decided and withdrawn, no two decided, no VOID of an
 * honest party, no early lapse, no late answer that passes as in time, no decision taken back that was shown.
 */
#include "base/plant.h"
#include "base/prng.h"
#include "proc_scene.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef PLANT
enum plant plant_chosen;

static enum plant plant_find(const char *name)
{
#define PLANT_NAME(plant, text) #plant,
	static const char *const names[] = { PLANT_LIST(PLANT_NAME) };
#undef PLANT_NAME

	for (size_t n = 0; n < ARRAY_COUNT(names); n++) {
		if (strcmp(names[n], name) == 0)
			return (enum plant)(n + 1);
	}
	return PLANT_NONE;
}
#endif

#define MOVES_MAX 200u
#define CROWDED_MAX 250u /* entries of one party: its history ends before its log is full */
#define DELAY_MS_MAX 60000u
#define SKEW_MS_MAX 20000u
#define BACK_MS 100000u
#define DAY_MS 86400000u
#define STATE_LEN_MAX (1u << 16)

struct figures {
	uint64_t runs, entries, closed, void_moves, crossed, lapses, late, decided, in_doubt;
	uint64_t diverged, changed, decided_withdrawn, two_decided, void_honest, early, passed, losses,
		taken_back;
};

struct run {
	struct scene scene;
	struct prng prng;
	bool is_unchecked, is_ahead, is_lossy, is_havoc, is_crowded;
	uint64_t now_ms; /* true */
	int64_t skew_ms[SCENE_PARTIES_MAX];
	/* At, of, in which epoch; 0: at once. */
	uint64_t arrives_ms[SCENE_PARTIES_MAX][SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX][SCENE_ENTRIES_MAX];
	uint64_t outage_from_ms, outage_to_ms;
	size_t outage_of;
	struct spot start;
	uint64_t losses, taken_back;
	/* What its screen has shown: gates that are decided, proposals that are not to be. */
	uint64_t shown[SCENE_PARTIES_MAX];
	struct spot withdrawn[SCENE_PARTIES_MAX][SCENE_ENTRIES_MAX];
	size_t withdrawn_count[SCENE_PARTIES_MAX];
};

static struct procedure *procedures[2];
static struct run run;
static uint8_t state_memory[2][STATE_LEN_MAX];

static uint64_t below(uint64_t bound)
{
	return prng_below(&run.prng, bound);
}

/* ---- Time and lines ---- */

static uint64_t filing_time(size_t party)
{
	uint64_t ms = (uint64_t)((int64_t)(run.now_ms + DAY_MS) + run.skew_ms[party]);

	if (run.is_ahead)
		return party == 0 && below(3) == 0 ? ms + DAY_MS : ms;
	return below(4) == 0 ? ms - BACK_MS : ms;
}

/* The last that it wrote. */
static void send_last(size_t party)
{
	uint32_t epoch = run.scene.epochs[party];
	uint64_t number = scene_count(&run.scene, party);

	for (size_t to = 0; to < run.scene.parties; to++) {
		uint64_t at = run.now_ms + below(DELAY_MS_MAX);
		if ((to == run.outage_of || party == run.outage_of) && run.now_ms >= run.outage_from_ms &&
		    at < run.outage_to_ms)
			at = run.outage_to_ms + below(DELAY_MS_MAX);
		run.arrives_ms[to][party][epoch][number - 1] = at;
	}
}

static bool deliver_of(size_t node, size_t party)
{
	bool is_any = false;

	for (uint32_t epoch = 0; epoch <= run.scene.epochs[party]; epoch++) {
		size_t next = run.scene.nodes[node].taken[party][epoch];
		if (run.arrives_ms[node][party][epoch][next] <= run.now_ms)
			is_any = scene_take(&run.scene, node, party, epoch) || is_any;
	}
	return is_any;
}

static void deliver(size_t node)
{
	bool is_any = true;

	while (is_any) {
		is_any = false;
		for (size_t party = 0; party < run.scene.parties; party++)
			is_any = deliver_of(node, party) || is_any;
	}
}

/* ---- What an officer may think of ---- */

static const struct fact *some_fact(const struct instance *i, enum move_kind kind)
{
	size_t from = i->count == 0 ? 0 : below(i->count);

	for (size_t n = 0; n < i->count; n++) {
		const struct fact *f = fact_nth(i, (from + n) % i->count);
		if (f->move.kind == kind)
			return f;
	}
	return NULL;
}

static uint8_t some_step(const struct procedure *p, enum step_kind kind)
{
	size_t from = below(p->steps_count);

	for (size_t n = 0; n < p->steps_count; n++) {
		size_t step = (from + n) % p->steps_count;
		if (p->steps[step].kind == kind)
			return (uint8_t)step;
	}
	return STEP_NONE;
}

static bool think_of_lapse(size_t party, struct move *m)
{
	const struct instance *i = run.scene.nodes[party].machine.instance;
	const struct glimpse g = { .past = &run.scene.nodes[party].held };
	const struct standing s = instance_standing(i, &g);
	struct owed at = { .step = SIZE_MAX };
	size_t skip = below(4);

	m->is_node = true;
	while (owed_next(i, &g, &s, &at)) {
		const struct obligation *o = &i->procedure->steps[at.step].owe[at.obligation];
		if (at.party == party || owed_state(i, &g, &at) != OWED_OPEN)
			continue;
		m->step = (uint8_t)at.step;
		m->about = at.about;
		m->role = o->who.role;
		m->which = (uint8_t)o->what;
		m->whose = (uint8_t)at.party;
		if (skip-- == 0)
			break;
	}
	return m->step != STEP_NONE;
}

/* Which kinds, and how often; the rarest end things. */
static const uint8_t kinds[] = {
	MOVE_MESSAGE, MOVE_MESSAGE,  MOVE_WATCH_READ, MOVE_WATCH_READ, MOVE_WATCH_READ, MOVE_PRESENTED,
	MOVE_REPLY,   MOVE_REPLY,    MOVE_DEFER,      MOVE_ATTEND,     MOVE_ATTEND,	MOVE_LEAVE,
	MOVE_DONE,    MOVE_DONE,     MOVE_LAPSE,      MOVE_LAPSE,      MOVE_CONFIRM,	MOVE_PROPOSE,
	MOVE_CONCUR,  MOVE_CONCUR,   MOVE_CONCUR,     MOVE_CONCUR,     MOVE_CONCUR,	MOVE_CONCUR,
	MOVE_CONFIRM, MOVE_CONFIRM,  MOVE_CONFIRM,    MOVE_CONFIRM,    MOVE_CONFIRM,	MOVE_DECIDE,
	MOVE_DECIDE,  MOVE_WITHDRAW, MOVE_WITHDRAW,   MOVE_READ_BACK,  MOVE_READ_BACK,	MOVE_MARK,
	MOVE_MARK,    MOVE_NONE,     MOVE_NONE,	      MOVE_RESERVE,    MOVE_OBJECT,	MOVE_RECESS,
	MOVE_RESUME,  MOVE_REMARK,   MOVE_AWAIT,      MOVE_DECLINE,    MOVE_ESCALATED,
};

/* Once there is something to decide. */
static const uint8_t gate_kinds[] = {
	MOVE_CONCUR,	MOVE_CONCUR,  MOVE_CONCUR,   MOVE_CONCUR,  MOVE_CONFIRM,
	MOVE_CONFIRM,	MOVE_CONFIRM, MOVE_CONFIRM,  MOVE_CONFIRM, MOVE_CONFIRM,
	MOVE_READ_BACK, MOVE_MARK,    MOVE_WITHDRAW, MOVE_DECIDE,  MOVE_PROPOSE,
};

static struct move think(size_t party)
{
	const struct instance *i = run.scene.nodes[party].machine.instance;
	const struct procedure *p = i->procedure;
	struct move m = { .step = STEP_NONE, .instance = run.start, .filed_ms = filing_time(party) };
	const struct fact *about = NULL;
	bool is_at_gate = below(3) != 0;

	m.kind = below(300) == 0 ? (below(2) == 0 ? MOVE_STAND_DOWN : MOVE_END) : kinds[below(sizeof kinds)];
	if (is_at_gate && some_fact(i, MOVE_PROPOSE) != NULL)
		m.kind = gate_kinds[below(sizeof gate_kinds)];
	/* What always counts would crowd out the rest. */
	if (m.kind == MOVE_WITHDRAW || (m.kind == MOVE_PROPOSE && some_fact(i, MOVE_PROPOSE) != NULL))
		m.kind = below(run.losses > 0 ? 2 : 10) == 0 ? m.kind : MOVE_CONFIRM;
	m.role = (uint8_t)below(p->roles_count);
	m.person = m.role * 10u + below(2);
	switch (m.kind) {
	case MOVE_MESSAGE:
		m.step = some_step(p, STEP_KIND_NOTICE);
		break;
	case MOVE_ATTEND:
	case MOVE_LEAVE:
		m.step = some_step(p, STEP_KIND_MEET);
		break;
	case MOVE_DONE:
		m.step = some_step(p, below(2) == 0 ? STEP_KIND_ACT : STEP_KIND_EXCHANGE);
		break;
	case MOVE_PROPOSE:
	case MOVE_DECIDE:
		m.step = some_step(p, STEP_KIND_GATE);
		m.which = (uint8_t)below(p->steps[m.step].options_count);
		break;
	case MOVE_WATCH_READ:
	case MOVE_PRESENTED:
	case MOVE_REPLY:
	case MOVE_DECLINE:
	case MOVE_DEFER:
		about = some_fact(i, MOVE_MESSAGE);
		m.until_ms = m.filed_ms + below(100000);
		break;
	case MOVE_CONCUR:
	case MOVE_WITHDRAW:
	case MOVE_CONFIRM:
	case MOVE_RESERVE:
	case MOVE_OBJECT:
	case MOVE_AWAIT:
	case MOVE_READ_BACK:
		about = some_fact(i, MOVE_PROPOSE);
		m.step = about == NULL ? STEP_NONE : about->move.step;
		while (about != NULL && below(4) != 0 && (p->steps[m.step].signers >> m.role & 1) == 0)
			m.role = (uint8_t)below(p->roles_count);
		m.person = m.role * 10u + below(2);
		break;
	case MOVE_MARK:
		about = some_fact(i, MOVE_READ_BACK);
		m.which = below(8) == 0;
		break;
	case MOVE_RESUME:
		about = some_fact(i, MOVE_RECESS);
		break;
	case MOVE_LAPSE:
		if (!think_of_lapse(party, &m))
			m.kind = MOVE_NONE;
		break;
	case MOVE_ESCALATED:
		m.is_node = true;
		break;
	case MOVE_NONE:
	case MOVE_START:
	case MOVE_STAND_DOWN:
	case MOVE_END:
	case MOVE_RECESS:
	case MOVE_REMARK:
	case MOVE_COUNT:
		break;
	}
	if (about != NULL)
		m.about = about->move.at;
	return m;
}

static void act(size_t party)
{
	struct scene *s = &run.scene;
	bool is_forced = run.is_unchecked && below(5) == 0;

	if (!vector_covers(&s->nodes[party].held, run.start)) {
		struct move none = { .step = STEP_NONE, .filed_ms = filing_time(party) };
		(void)scene_say(s, party, none, run.now_ms, false);
		send_last(party);
		return;
	}
	for (size_t tries = 0; tries < 8; tries++) {
		enum ruling r;
		struct move m;
		assert(machine_load(&s->nodes[party].machine, run.start) == ERR_OK);
		m = think(party);
		r = scene_say(s, party, m, run.now_ms, is_forced);
		if (r == RULING_OK || is_forced) {
			send_last(party);
			return;
		}
	}
}

/* Words, or calls of its node. */
static void crowd(size_t party)
{
	enum move_kind kind = below(2) == 0 ? MOVE_REMARK : MOVE_ESCALATED;

	for (size_t n = 0; n < 40 && scene_count(&run.scene, party) < CROWDED_MAX; n++) {
		struct move m = { .step = STEP_NONE,
				  .instance = run.start,
				  .kind = kind,
				  .is_node = kind == MOVE_ESCALATED,
				  .filed_ms = filing_time(party) };
		bool is_forced = run.is_unchecked && below(5) == 0;
		if (scene_say(&run.scene, party, m, run.now_ms, is_forced) == RULING_OK || is_forced)
			send_last(party);
	}
}

static void look_at_proposal(size_t node, const struct glimpse *g, const struct fact *f)
{
	struct spot *shown = run.withdrawn[node];
	size_t n = 0;

	while (n < run.withdrawn_count[node] && !spot_equal(shown[n], f->move.at))
		n++;
	if (is_withdrawn(&run.scene.nodes[node].instance, g, f)) {
		shown[n] = f->move.at;
		run.withdrawn_count[node] += n == run.withdrawn_count[node];
	} else if (n < run.withdrawn_count[node]) {
		run.taken_back++;
	}
}

/* What a screen has shown as decided, or as withdrawn, it shows from then on. */
static void look(size_t node)
{
	struct scene_node *n = &run.scene.nodes[node];
	const struct vector *held = &n->held;
	const struct glimpse g = { .past = held };
	uint64_t decided = 0;

	if (machine_load(&n->machine, run.start) != ERR_OK)
		return;
	for (size_t step = 0; step < n->instance.procedure->steps_count; step++) {
		uint8_t option;
		if (n->instance.procedure->steps[step].kind == STEP_KIND_GATE &&
		    gate_is_decided(&n->instance, &g, step, &option))
			decided |= 1ull << step;
	}
	for (size_t f = 0; f < n->instance.count; f++) {
		const struct fact *fact = &n->instance.facts[f];
		if (fact->move.kind == MOVE_PROPOSE && fact_is_in(&n->instance, fact, &g))
			look_at_proposal(node, &g, fact);
	}
	run.taken_back += (run.shown[node] & ~decided) != 0;
	run.shown[node] |= decided;
}

/* Its last words, most often after it has confirmed; what its own screen had shown went with them. */
static bool lose(size_t party)
{
	struct scene *s = &run.scene;
	uint64_t count = scene_count(s, party), most = count < 8 ? count : 8;
	const struct scene_log *log = &s->logs[party][s->epochs[party]];

	if (!run.is_lossy || (party != run.outage_of && !run.is_havoc) || count == 0 ||
	    (s->epochs[party] == 0 && count < 2) || s->epochs[party] + 1 == SCENE_EPOCHS_MAX ||
	    below(log->of[count - 1].move.kind == MOVE_CONFIRM ? 2 : 60) != 0)
		return false;
	scene_lose(s, party, count - below(most + (s->epochs[party] > 0)), below(2) == 0, run.now_ms);
	send_last(party);
	run.shown[party] = run.withdrawn_count[party] = 0;
	run.losses++;
	return true;
}

static void begin(struct procedure *p, size_t parties)
{
	struct move start = { .kind = MOVE_START, .step = STEP_NONE, .whose = 3 };

	scene_open(&run.scene, p, parties);
	run.losses = run.taken_back = 0;
	memset(run.shown, 0, sizeof run.shown);
	memset(run.withdrawn_count, 0, sizeof run.withdrawn_count);
	memset(run.arrives_ms, 0, sizeof run.arrives_ms);
	memcpy(start.hash, p->hash, HASH_LEN);
	run.now_ms = 0;
	for (size_t i = 0; i < parties; i++)
		run.skew_ms[i] = (int64_t)below(2 * SKEW_MS_MAX) - SKEW_MS_MAX;
	run.outage_of = below(parties);
	run.outage_from_ms = below(600000);
	run.outage_to_ms = run.outage_from_ms + below(600000);
	start.which = below(2) == 0 ? PRECEDENCE_FLASH : PRECEDENCE_IMMEDIATE;
	if (p->precedence[start.which].line == 0)
		start.which = PRECEDENCE_ROUTINE;
	start.filed_ms = filing_time(0);
	assert(scene_say(&run.scene, 0, start, 0, false) == RULING_OK);
	run.start = (struct spot){ 1, 0 };
	send_last(0);
}

static void play(uint64_t seed, size_t parties)
{
	size_t moves;

	prng_init(&run.prng, seed);
	begin(procedures[below(4) == 0], parties);
	moves = 40 + below(MOVES_MAX - 40);
	for (size_t n = 0; n < moves; n++) {
		size_t party = below(parties);
		run.now_ms += below(below(8) == 0 ? 200000 : 30000);
		deliver(party);
		if (!lose(party))
			act(party);
		if (run.is_crowded && below(8) == 0)
			crowd(party);
		look(party);
	}
	scene_deliver_all(&run.scene);
	for (size_t party = 0; party < parties; party++)
		look(party);
}

/* ---- What must hold ---- */

static struct bytes state_at(size_t node, const struct vector *at, uint8_t *memory)
{
	struct buf out;
	enum err e;

	buf_init(&out, memory, STATE_LEN_MAX);
	e = machine_write(&run.scene.nodes[node].machine, at, &out);
	assert(e == ERR_OK);
	return buf_bytes(&out);
}

/* What the node keeps of the instance says the same as its rows do. */
static bool is_kept_otherwise(struct scene_node *n)
{
	struct bytes kept = state_at((size_t)(n - run.scene.nodes), &n->held, state_memory[0]);

	instance_forget(&n->instance);
	return !bytes_equal(kept, state_at((size_t)(n - run.scene.nodes), &n->held, state_memory[1]));
}

/* Every node says the same of the past of an entry. */
static bool is_diverged(const struct vector *at)
{
	struct bytes first = state_at(0, at, state_memory[0]);

	for (size_t node = 1; node < run.scene.parties; node++) {
		if (!bytes_equal(first, state_at(node, at, state_memory[1])))
			return true;
	}
	return false;
}

static void check_gates(const struct instance *i, const struct glimpse *g, struct figures *f)
{
	uint64_t decided[PROCEDURE_STEPS_MAX] = { 0 };

	for (size_t n = 0; n < i->count; n++) {
		const struct fact *p = fact_nth(i, n);
		uint8_t option, confirmed;
		bool is_decided;
		if (p->move.kind != MOVE_PROPOSE)
			continue;
		confirmed = gate_confirmed(i, g, p);
		is_decided = PLANTED(NO_CONFIRM) ? (i->parties & ~gate_concurred(i, g, p)) == 0
						 : (i->parties & ~confirmed) == 0;
		if (is_decided) {
			f->decided++;
			assert(gate_is_decided(i, g, p->move.step, &option));
			f->decided_withdrawn += is_withdrawn(i, g, p);
			f->two_decided += decided[p->move.step]++ == 1;
		} else if (confirmed != 0) {
			f->in_doubt++;
		}
	}
}

static const struct scene_entry *entry_of(struct spot at)
{
	return scene_entry_at(&run.scene, at);
}

/* By what each epoch of its author had before it. */
static bool is_shown(const struct vector *past, struct spot at)
{
	uint64_t number = past->of[at.party];

	while (epoch_of(number) > epoch_of(at.number)) {
		const struct spot open = { (uint64_t)epoch_of(number) << 32 | 1, at.party };
		number = entry_of(open)->move.past.of[at.party];
	}
	return at.number <= number;
}

/* At that entry of its author's log, or before. */
static bool was_shown(struct spot by, struct spot at)
{
	const struct scene_entry *log = run.scene.logs[by.party][epoch_of(by.number) - 1].of;

	for (size_t n = 0; n < (by.number & UINT32_MAX); n++) {
		if (is_shown(&log[n].move.past, at))
			return true;
	}
	return false;
}

/*
 * By true time, from the first entry of its author that could show the message: only of clocks that tell it.
 */
static bool is_early(const struct instance *i, const struct move *lapse)
{
	const struct procedure_step *s = &i->procedure->steps[lapse->step];
	const struct scene_entry *log = run.scene.logs[lapse->at.party][0].of;
	uint64_t from = UINT64_MAX, within = 0;

	if (lapse->about.number == 0 || !run.is_ahead || lapse->at.party == 0)
		return false;
	for (size_t n = 0; n < lapse->at.number && from == UINT64_MAX; n++) {
		if (is_shown(&log[n].move.past, lapse->about) || spot_equal(log[n].move.at, lapse->about))
			from = log[n].true_ms;
	}
	for (size_t o = 0; o < s->owe_count; o++) {
		if (s->owe[o].what == (enum level)lapse->which && s->owe[o].who.role == lapse->role)
			within = 1000ull * obligation_within(i->procedure, &s->owe[o], i->precedence);
	}
	return entry_of(lapse->at)->true_ms - from < within;
}

/* Whoever had seen the lapse was late, whatever times are claimed. */
static void check_owed(const struct instance *i, const struct glimpse *g, struct figures *f)
{
	const struct standing s = instance_standing(i, g);
	struct owed at = { .step = SIZE_MAX };

	while (owed_next(i, g, &s, &at)) {
		const struct obligation *o = &i->procedure->steps[at.step].owe[at.obligation];
		enum owed_state state = owed_state(i, g, &at);
		const struct move *answer = NULL;
		bool is_late = false;
		f->crossed += state == OWED_MET_CROSSED;
		f->late += state == OWED_MET_LATE;
		for (size_t n = 0; n < i->count && answer == NULL; n++) {
			const struct move *m = &fact_nth(i, n)->move;
			if (m->at.party == at.party && !m->is_node && m->role == o->who.role &&
			    move_level(m) == o->what && fact_is_in(i, fact_nth(i, n), g) &&
			    (at.about.number != 0 ? spot_equal(m->about, at.about) : m->step == at.step))
				answer = m;
		}
		for (size_t n = 0; n < i->count && answer != NULL; n++) {
			const struct move *l = &fact_nth(i, n)->move;
			if (l->kind == MOVE_LAPSE && fact_is_in(i, fact_nth(i, n), g) && l->step == at.step &&
			    l->which == o->what && l->role == o->who.role && l->whose == at.party &&
			    spot_equal(l->about, at.about) && was_shown(answer->at, l->at))
				is_late = true;
		}
		f->passed += is_late != (state == OWED_MET_LATE);
	}
}

static void check_log(const struct scene_log *log, struct figures *f)
{
	for (size_t n = 0; n < log->count; n++) {
		const struct scene_entry *e = &log->of[n];
		f->entries++;
		f->void_moves += e->ruling != RULING_OK;
		f->void_honest += e->ruling != RULING_OK && !run.is_unchecked;
		if (n % 16 == 3)
			f->diverged += is_diverged(&e->move.past);
	}
}

static void check(struct figures *f)
{
	struct scene *s = &run.scene;
	const struct vector all = s->nodes[0].held;
	const struct glimpse g = { .past = &all };
	const struct instance *i = s->nodes[0].machine.instance;

	f->runs++;
	f->changed += s->changed;
	f->losses += run.losses;
	f->taken_back += run.taken_back;
	f->diverged += is_diverged(&all);
	for (size_t node = 0; node < s->parties; node++)
		f->diverged += is_kept_otherwise(&s->nodes[node]);
	for (size_t party = 0; party < s->parties; party++) {
		for (uint32_t epoch = 0; epoch <= s->epochs[party]; epoch++)
			check_log(&s->logs[party][epoch], f);
	}
	assert(machine_load(&s->nodes[0].machine, run.start) == ERR_OK);
	check_gates(i, &g, f);
	check_owed(i, &g, f);
	for (size_t n = 0; n < i->count; n++) {
		f->lapses += fact_nth(i, n)->move.kind == MOVE_LAPSE;
		f->early += fact_nth(i, n)->move.kind == MOVE_LAPSE && is_early(i, &fact_nth(i, n)->move);
	}
	f->closed += instance_life(i, &g) == LIFE_CLOSED;
}

/* ---- A history in words, for the second reducer ---- */

static void dump_entry(const struct scene_entry *e)
{
	const struct move *m = &e->move;

	printf("entry %u %lu", m->at.party, m->at.number);
	for (size_t i = 0; i < run.scene.parties; i++)
		printf(" %lu", m->past.of[i]);
	printf(" | %lu %s %u:%lu %u:%lu %u %u %u %lu %u %u %lu | %s\n", m->filed_ms, move_name(m->kind),
	       m->instance.party, m->instance.number, m->about.party, m->about.number, m->step, m->role,
	       m->is_node, m->person, m->which, m->whose, m->until_ms, ruling_name(e->ruling));
}

/* The next entry whose past is done; NULL: all are. */
static const struct scene_entry *next_ready(size_t done[SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX])
{
	const struct scene *s = &run.scene;

	for (size_t party = 0; party < s->parties; party++) {
		for (uint32_t epoch = 0; epoch <= s->epochs[party]; epoch++) {
			const struct scene_log *log = &s->logs[party][epoch];
			const struct scene_entry *e = &log->of[done[party][epoch]];
			bool is_ready = done[party][epoch] < log->count;
			for (size_t i = 0; i < s->parties && is_ready; i++) {
				uint64_t past = e->move.past.of[i];
				is_ready = past == 0 || done[i][epoch_of(past) - 1] >= (past & UINT32_MAX);
			}
			if (is_ready) {
				done[party][epoch]++;
				return e;
			}
		}
	}
	return NULL;
}

static void dump_state(const struct vector *at)
{
	struct bytes state = state_at(0, at, state_memory[0]);

	printf("state");
	for (size_t i = 0; i < run.scene.parties; i++)
		printf(" %lu", at->of[i]);
	printf("\n%.*send\n", (int)state.len, (const char *)state.ptr);
}

static void dump(void)
{
	struct scene *s = &run.scene;
	size_t done[SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX] = { 0 };
	const struct scene_entry *e;

	printf("procedure %s parties", s->accord.procedures->id);
	for (size_t i = 0; i < s->parties; i++)
		printf(" %s", s->accord.parties[i].name);
	puts("");
	while ((e = next_ready(done)) != NULL)
		dump_entry(e);
	for (size_t party = 0; party < s->parties; party++)
		dump_state(&s->logs[party][s->epochs[party]].of[scene_count(s, party) / 2].move.past);
	dump_state(&s->nodes[0].held);
}

/* ---- How fast. ---- */

#define SPEED_RUNS 41
#define SPEED_AGAIN 20

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* others may be at work on this machine */
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Folds the whole history anew, as a node does that has all of it; the entries. */
static uint64_t fold_anew(void)
{
	static struct scene_node fresh;
	size_t done[SCENE_PARTIES_MAX][SCENE_EPOCHS_MAX] = { 0 };
	const struct scene_entry *e;
	uint64_t entries = 0;

	fresh = (struct scene_node){ .machine = run.scene.nodes[0].machine };
	fresh.map = test_map_open(&fresh.rows);
	fresh.machine.map = &fresh.map;
	fresh.machine.instance = &fresh.instance;
	while ((e = next_ready(done)) != NULL) {
		enum ruling ruling;
		if (machine_fold(&fresh.machine, &e->move, &ruling) == ERR_OK)
			entries++;
	}
	test_map_finish(&fresh.rows);
	return entries;
}

/* Entries that the machine folds in a second of a core, of both definitions: the median of runs. */
static void measure(uint64_t seed)
{
	uint64_t per_s[SPEED_RUNS], entries, begin;

	for (size_t n = 0; n < SPEED_RUNS; n++) {
		play(seed + n, 2 + n % 2);
		entries = 0;
		begin = now_ns();
		for (int again = 0; again < SPEED_AGAIN; again++)
			entries += fold_anew();
		per_s[n] = entries * 1000000000u / (now_ns() - begin);
		scene_close(&run.scene);
	}
	qsort(per_s, SPEED_RUNS, sizeof *per_s, by_number);
	printf("{\"procedure_fold_per_s\": %lu}\n", per_s[SPEED_RUNS / 2]);
}

static uint64_t bad(const struct figures *f)
{
	return f->diverged + f->changed + f->decided_withdrawn + f->two_decided + f->void_honest + f->early +
	       f->passed + (run.is_havoc ? 0 : f->taken_back);
}

static void say(const struct figures *f)
{
	printf("%lu runs, %lu entries, %lu closed, %lu decided, %lu in doubt, %lu lapses, %lu met late, %lu "
	       "crossed, %lu void\n"
	       "%lu diverged, %lu verdicts changed, %lu decided and withdrawn, %lu two decided, %lu void of "
	       "honest "
	       "parties, %lu early lapses by others, %lu late answers that pass, %lu taken back that were "
	       "shown; %lu "
	       "losses\n",
	       f->runs, f->entries, f->closed, f->decided, f->in_doubt, f->lapses, f->late, f->crossed,
	       f->void_moves, f->diverged, f->changed, f->decided_withdrawn, f->two_decided, f->void_honest,
	       f->early, f->passed, f->taken_back, f->losses);
}

int main(int argc, char **argv)
{
	static uint8_t memory[2][ACCORD_ARENA_LEN];
	struct figures f = { 0 };
	uint64_t runs = 200, seed = 1;
	bool is_dump = false, is_measured = false;

	procedures[0] = scene_procedure("quick.json", memory[0], sizeof memory[0]);
	procedures[1] = scene_procedure("consult-urgent.json", memory[1], sizeof memory[1]);
	if (procedures[0] == NULL || procedures[1] == NULL)
		return 2;
	for (int n = 1; n < argc; n++) {
		if (strncmp(argv[n], "RUNS=", 5) == 0)
			runs = strtoull(argv[n] + 5, NULL, 10);
		else if (strncmp(argv[n], "SEED=", 5) == 0)
			seed = strtoull(argv[n] + 5, NULL, 10);
		else if (strcmp(argv[n], "unchecked") == 0)
			run.is_unchecked = true;
		else if (strcmp(argv[n], "ahead") == 0)
			run.is_ahead = true;
		else if (strcmp(argv[n], "losses") == 0)
			run.is_lossy = true;
		else if (strcmp(argv[n], "havoc") == 0)
			run.is_lossy = run.is_havoc = true;
		else if (strcmp(argv[n], "crowded") == 0)
			run.is_crowded = true;
		else if (strcmp(argv[n], "dump") == 0)
			is_dump = true;
		else if (strcmp(argv[n], "speed") == 0)
			is_measured = true;
#ifdef PLANT
		else
			plant_chosen = plant_find(argv[n]);
#endif
	}
	if (is_measured) {
		measure(seed);
		return 0;
	}
	for (uint64_t n = 0; n < runs; n++) {
		play(seed + n, 2 + n % 2);
		if (is_dump)
			dump();
		else
			check(&f);
		scene_close(&run.scene);
	}
	if (!is_dump)
		say(&f);
#ifdef PLANT
	return bad(&f) == 0; /* found */
#else
	return bad(&f) > 0;
#endif
}
