/*
 * Officers in procedures: random moves, most of them such as the state calls for, one in six of any kind and
 * about anything, which the door refuses. Draws of its own, so that all else happens as it did without.
 */
#include "consult.h"

#include "base/alloc.h"
#include "view/procedure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANNEL 2u /* world_accord's CONSULT */

static const char definition[] =
	"{\"entente\":\"procedure/1\",\"id\":\"sim\",\"version\":1,\"title\":{\"en\":\"sim\"},\n"
	"\"roles\":{\"watch\":{\"alternates\":1}},\n"
	"\"precedence\":{\"PRIORITY\":{\"read\":10,\"ladder\":[5]}},\n"
	"\"recess\":{\"by\":\"any.watch\",\"max\":5},\"steps\":[\n"
	"{\"id\":\"alert\",\"kind\":\"notice\",\"title\":{\"en\":\"alert\"},\"by\":\"any.watch\",\"owe\":[\n"
	" {\"who\":\"others.watch\",\"what\":\"watch-read\",\"within\":\"read\"},\n"
	" {\"who\":\"others.watch\",\"what\":\"replied\",\"within\":20}]},\n"
	"{\"id\":\"means\",\"kind\":\"act\",\"title\":{\"en\":\"means\"},\"by\":\"opener.watch\",\n"
	" \"after\":[\"lapsed\",\"alert\",\"watch-read\"],\"effect\":\"reversible\"},\n"
	"{\"id\":\"meet\",\"kind\":\"meet\",\"title\":{\"en\":\"meet\"},\"by\":\"each.watch\",\"quorum\":1,\n"
	" \"after\":[\"done\",\"alert\"],\"owe\":[{\"who\":\"each.watch\",\"what\":\"attend\",\"within\":5}]}"
	",\n"
	"{\"id\":\"talk\",\"kind\":\"exchange\",\"title\":{\"en\":\"talk\"},\"by\":\"each.watch\",\n"
	" \"after\":[\"done\",\"meet\"]},\n"
	"{\"id\":\"decide\",\"kind\":\"gate\",\"title\":{\"en\":\"decide\"},\"rule\":\"joint\",\n"
	" \"after\":[\"done\",\"talk\"],\"signers\":[\"watch\"],\"effect\":\"reversible\",\n"
	" \"options\":{\"a\":{\"en\":\"a\"},\"b\":{\"en\":\"b\"}},\n"
	" \"owe\":[{\"who\":\"each.watch\",\"what\":\"position\",\"within\":10}]},\n"
	"{\"id\":\"own\",\"kind\":\"gate\",\"title\":{\"en\":\"own\"},\"rule\":\"each\",\n"
	" \"after\":[\"decided\",\"decide\",\"b\"],\"signers\":[\"watch\"],\"effect\":\"reversible\",\n"
	" \"options\":{\"x\":{\"en\":\"x\"},\"y\":{\"en\":\"y\"}}}],\n"
	"\"close\":[\"any\",[\"decided\",\"decide\",\"a\"],[\"done\",\"own\"]]}\n";

#define MEMORY_LEN (1u << 20)

struct procedure *consult_procedure(const struct world *w, uint8_t **memory)
{
	struct procedure *p = NULL;
	struct fault fault = { NULL, 0 };
	struct arena arena;
	size_t values = 0;

	*memory = xcalloc(1, MEMORY_LEN);
	arena_init(&arena, *memory, MEMORY_LEN);
	if (procedure_read(NULL, BYTES_LIT("procedures/sim.json"), bytes_str(definition), &arena, &values, &p,
			   &fault) != ERR_OK)
		world_fail(w, "the procedure breaks %s at line %zu", fault.rule, fault.offset);
	return p;
}

/* ---- A move. ---- */

static uint64_t below(struct world *w, uint64_t limit)
{
	return prng_below(&w->consult_prng, limit);
}

static enum kind kind_for(struct world *w, const struct procedure_step *s)
{
	static const enum kind at_gate[] = { KIND_PROPOSE, KIND_CONCUR,	  KIND_CONCUR,	KIND_CONCUR,
					     KIND_CONCUR,  KIND_CONFIRM,  KIND_CONFIRM, KIND_CONFIRM,
					     KIND_CONFIRM, KIND_WITHDRAW, KIND_RESERVE, KIND_OBJECT,
					     KIND_AWAIT };
	static const enum kind on_notice[] = { KIND_MESSAGE, KIND_WATCH_READ, KIND_WATCH_READ, KIND_REPLY,
					       KIND_DECLINE };

	switch (s->kind) {
	case STEP_KIND_NOTICE:
		return on_notice[below(w, ARRAY_COUNT(on_notice))];
	case STEP_KIND_MEET:
		return below(w, 5) == 0 ? KIND_LEAVE : KIND_ATTEND;
	case STEP_KIND_EXCHANGE:
	case STEP_KIND_ACT:
		return KIND_DONE;
	case STEP_KIND_GATE:
		return s->rule == GATE_JOINT ? at_gate[below(w, ARRAY_COUNT(at_gate))] : KIND_DECIDE;
	case STEP_KIND_COUNT:
		break;
	}
	return KIND_REMARK;
}

static enum kind any_kind(struct world *w)
{
	static const enum kind rare[] = { KIND_RECESS, KIND_RESUME, KIND_RESUME, KIND_LEAVE, KIND_REMARK };

	if (below(w, 40) == 0)
		return below(w, 2) == 0 ? KIND_STAND_DOWN : KIND_END;
	if (below(w, 2) == 0)
		return rare[below(w, ARRAY_COUNT(rare))];
	return (enum kind)(KIND_PROPOSE + below(w, KIND_DECIDE - KIND_PROPOSE + 1));
}

/* What this kind can be about: a fact of the instance, one time in eight of any kind. */
static bool is_subject(struct world *w, enum kind kind, const struct fact *f)
{
	static const struct {
		enum kind kind;
		enum move_kind about;
	} subjects[] = {
		{ KIND_WATCH_READ, MOVE_MESSAGE }, { KIND_REPLY, MOVE_MESSAGE },
		{ KIND_DECLINE, MOVE_MESSAGE },	   { KIND_RESUME, MOVE_RECESS },
		{ KIND_CONCUR, MOVE_PROPOSE },	   { KIND_CONFIRM, MOVE_PROPOSE },
		{ KIND_WITHDRAW, MOVE_PROPOSE },   { KIND_RESERVE, MOVE_PROPOSE },
		{ KIND_OBJECT, MOVE_PROPOSE },	   { KIND_AWAIT, MOVE_PROPOSE },
	};

	for (size_t i = 0; i < ARRAY_COUNT(subjects); i++) {
		if (subjects[i].kind == kind)
			return f->move.kind == subjects[i].about || below(w, 64) == 0;
	}
	return false;
}

static void choose_subject(struct world *w, const struct machine *m, struct consult_move *out)
{
	uint64_t count = 0;

	for (size_t i = 0; i < m->instance->count; i++) {
		const struct fact *f = fact_nth(m->instance, i);
		/* Rather the first: what all speak of comes to an end. */
		if (is_subject(w, out->kind, f) && below(w, 1 + 2 * count++) == 0) {
			out->about = place_of_spot(m->channel, f->move.at);
			out->has_about = true;
		}
	}
}

static void choose(struct world *w, const struct machine *m, struct consult_move *out)
{
	const struct procedure *p = m->instance->procedure;
	const struct vector all = instance_held(m->instance);
	const struct glimpse g = { .past = &all };
	struct standing s;
	uint64_t count = 0;
	size_t step = 0;

	s = instance_standing(m->instance, &g);
	for (size_t i = 0; i < p->steps_count; i++) {
		bool is_wanted = (s.open >> i & 1) != 0 && ((s.done >> i & 1) == 0 || below(w, 3) == 0);
		if (is_wanted && below(w, ++count) == 0)
			step = i;
	}
	out->kind = kind_for(w, &p->steps[step]);
	if (below(w, 10) == 0) {
		out->kind = any_kind(w);
		step = (size_t)below(w, p->steps_count);
	}
	out->step = p->steps[step].id;
	out->option = p->steps[step].options_count == 0
			      ? "a"
			      : p->steps[step].options[below(w, p->steps[step].options_count)].id;
	out->is_second = below(w, 2) == 0;
	choose_subject(w, m, out);
}

bool consult_choose(struct world *w, struct sim_node *n, struct consult_move *out)
{
	struct machine m;
	struct spot at = { 0 }, chosen = { 0 };
	uint64_t count = 0;

	*out = (struct consult_move){ .channel = CHANNEL };
	if (!fold_machine(node_fold(n->node), CHANNEL, &m))
		return false;
	while (machine_next_running(&m, &at) == ERR_OK) {
		if (below(w, 1 + 3 * count++) == 0)
			chosen = at; /* rather the first */
	}
	if (count < 1 || below(w, 60) == 0) {
		out->kind = KIND_START;
		out->definition = w->accord->procedures->hash;
		return true;
	}
	if (machine_load(&m, chosen) != ERR_OK)
		world_fail(w, "an instance that runs cannot be read");
	out->instance = place_of_spot(CHANNEL, chosen);
	choose(w, &m, out);
	return true;
}

/* ---- Once quiet. ---- */

static void check_gates(struct world *w, const struct machine *m)
{
	const struct instance *i = m->instance;
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	size_t decided[PROCEDURE_STEPS_MAX] = { 0 };

	for (size_t n = 0; n < i->count; n++) {
		const struct fact *f = fact_nth(i, n);
		if (f->move.kind == MOVE_LAPSE)
			w->counters.lapses++;
		if (f->move.kind != MOVE_PROPOSE || !fact_is_in(i, f, &g))
			continue;
		if ((i->parties & ~gate_confirmed(i, &g, f)) != 0)
			continue;
		w->counters.decided++;
		if (is_withdrawn(i, &g, f))
			world_fail(w, "a proposal is decided and withdrawn");
		if (++decided[f->move.step] > 1)
			world_fail(w, "two proposals are decided at one gate");
	}
}

/* It had seen what two restores have taken from everybody: it is folded as if it had not. */
static bool has_lost(const struct sim_node *n, const struct place_key *at)
{
	static uint8_t memory[ENTRY_LEN_MAX];
	struct buf bytes = BUF_ON(memory);
	struct log_status logs[64];
	struct entry_read_out read;
	struct entry entry;
	struct statement s;
	struct fault fault;
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	if (node_entry(n->node, at, &bytes, &read) != ERR_OK ||
	    entry_read(buf_bytes(&bytes), &entry, &s, &fault) != ERR_OK)
		return false;
	for (size_t i = 0; i < s.seen_count; i++) {
		size_t party = accord_party_find(node_accord(n->node), s.seen[i].party);
		for (size_t l = 0; l < count; l++) {
			if (logs[l].log.channel == at->log.channel && logs[l].log.party == party &&
			    logs[l].log.epoch == s.seen[i].epoch && logs[l].size < s.seen[i].size)
				return true;
		}
	}
	return false;
}

/* No honest node has said what does not count, and no fold found another's digest wrong. */
static void check_void(struct world *w, struct sim_node *n)
{
	struct log_status logs[64];
	size_t count = node_logs(n->node, logs, ARRAY_COUNT(logs));

	for (size_t i = 0; i < count; i++) {
		struct place_key at = { logs[i].log, 0 };
		struct entry_view v;
		if (logs[i].log.channel != CHANNEL || w->hostile != NULL)
			continue;
		for (; at.index < logs[i].folded; at.index++) {
			if (fold_get(node_fold(n->node), &at, &v) == ERR_OK &&
			    v.verdict == VERDICT_PROCEDURE && !has_lost(n, &at))
				world_fail(w, "node %zu: kind %llu at %zu %u.%llu is VOID: %s", n->party,
					   (unsigned long long)v.kind, at.log.party, at.log.epoch,
					   (unsigned long long)at.index, ruling_text(v.ruling));
			w->counters.digests += v.kind == KIND_DIGEST;
		}
	}
}

void consult_check(struct world *w, struct sim_node *n)
{
	struct machine m;
	struct spot at = { 0 };

	if (!fold_machine(node_fold(n->node), CHANNEL, &m))
		return;
	check_void(w, n);
	while (machine_next(&m, &at) == ERR_OK) {
		struct place_key start = place_of_spot(CHANNEL, at), digest = { 0 };
		if (machine_load(&m, at) != ERR_OK)
			world_fail(w, "an instance cannot be read");
		if (w->is_verbose && n->party == 0) {
			static uint8_t memory[64 << 10];
			struct buf out = BUF_ON(memory);
			const struct vector all = instance_held(m.instance);
			machine_write_instance(&m, &all, &out);
			fprintf(stderr, "%.*s", (int)out.len, (const char *)memory);
		}
		w->counters.instances++;
		w->counters.moves += m.instance->count;
		check_gates(w, &m);
		if (w->hostile == NULL && node_divergence(n->node, &start, &digest) == ERR_OK &&
		    !has_lost(n, &digest))
			world_fail(w, "node %zu finds a digest of %zu wrong", n->party, digest.log.party);
	}
}
