/* Procedures that may be started, those that run, and what they are measured by. */
#include "api/runs.h"

#include "api/entry_reply.h"
#include "api/instance_reply.h"
#include "api/place_text.h"
#include "base/alloc.h"
#include "proc/measure.h"

#include <stdlib.h>
#include <string.h>

#define LINES_LEN_MAX (256u << 10)
#define INSTANCE_LEN_MAX (256u << 10) /* of one in a list, and what is around it */
static_assert(REPLY_LEN_MAX / PARTY_MAX > INSTANCE_LEN_MAX, "each party has a part of a list");

enum err run_procedures(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_in_force(a->node);

	(void)q;
	reply_array(r, NULL);
	for (const struct procedure *p = accord->procedures; p != NULL; p = p->next)
		reply_procedure(r, accord, p);
	reply_array_end(r);
	return ERR_OK;
}

/* ---- Instances. ---- */

static enum err reply_running(struct api *a, struct reply *r, uint32_t channel, size_t party, bool is_all,
			      size_t len_max)
{
	const struct accord *accord = node_accord(a->node);
	struct machine m;
	struct spot start = { 0, (uint8_t)party };
	enum err e = fold_machine(node_fold(a->node), channel, &m) ? ERR_OK : ERR_NOT_FOUND;

	while (e == ERR_OK && r->out->len < len_max) {
		struct place_key at;
		e = machine_next_of(&m, !is_all, &start);
		if (e != ERR_OK)
			break;
		at = place_of_spot(channel, start);
		e = request_may_state(a, &at);
		if (e == ERR_OK)
			e = machine_load(&m, start);
		if (e == ERR_OK) {
			reply_object(r, NULL);
			reply_instance(r, accord, node_self(a->node), &m);
			reply_bool(r, "differs", node_differs(a->node, &at));
			reply_object_end(r);
		}
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The instance that the query names: by its START, or by anything that counts in it. */
static enum err load_named(struct api *a, struct request *q, struct machine *m)
{
	struct place_key at, start;
	enum err e = request_place(a, q, &at);

	if (e == ERR_OK)
		e = request_may_place(a, &at);
	if (e == ERR_OK)
		e = fold_instance_of(node_fold(a->node), &at, &start);
	if (e == ERR_OK)
		e = request_may_state(a, &start);
	if (e == ERR_OK && !fold_machine(node_fold(a->node), at.log.channel, m))
		e = ERR_NOT_FOUND;
	return e == ERR_OK ? machine_load(m, spot_of_place(&start)) : e;
}

static const char *const attempt_results[ATTEMPT_RESULT_COUNT] = {
	[ATTEMPT_REACHED] = "REACHED",
	[ATTEMPT_NO_ANSWER] = "NO ANSWER",
	[ATTEMPT_LINE_DOWN] = "LINE DOWN",
	[ATTEMPT_REFUSED] = "REFUSED",
};

static void reply_field_text(struct reply *r, const char *key, const struct statement *s, uint64_t field)
{
	const struct field *f = statement_field(s, field);
	struct cbor_reader in;
	struct bytes text;

	if (f == NULL)
		return;
	cbor_open(&in, f->value);
	if (cbor_read_text(&in, ATTEMPT_WORDS_MAX, &text) == ERR_OK)
		reply_text(r, key, text);
}

static enum err reply_attempt(struct api *a, struct reply *r, const struct place_key *at)
{
	struct entry_read_out *entry = xcalloc(1, sizeof *entry);
	struct buf memory;
	uint64_t result;
	enum err e;

	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	e = node_entry(a->node, at, &memory, entry);
	if (e == ERR_OK && entry->statement.kind == KIND_ATTEMPT && entry->view.verdict == VERDICT_OK)
		e = request_may(a, at, &entry->statement);
	else if (e == ERR_OK)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		reply_object(r, NULL);
		reply_place(r, "place", node_accord(a->node), at);
		reply_text(r, "party", entry->statement.party);
		reply_text(r, "role", entry->statement.role);
		reply_uint(r, "claimed_ms", entry->statement.claimed.ms);
		reply_uint(r, "filed_ms", entry->entry.filed.ms);
		reply_field_text(r, "path", &entry->statement, FIELD_ATTEMPT_PATH);
		reply_field_text(r, "whom", &entry->statement, FIELD_ATTEMPT_WHOM);
		if (statement_field_uint(&entry->statement, FIELD_ATTEMPT_RESULT, ATTEMPT_RESULT_COUNT - 1,
					 &result) == ERR_OK)
			reply_str(r, "result", attempt_results[result]);
		reply_object_end(r);
	}
	free(entry);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Every effort to consult: each attempt that refers to the START. */
static enum err reply_attempts(struct api *a, struct reply *r, const struct machine *m)
{
	struct place_key start = place_of_spot(m->channel, m->instance->start);
	struct message_at at = { 0 };
	enum err e;

	reply_array(r, "attempts");
	while ((e = fold_next_act(node_fold(a->node), &start, &at)) == ERR_OK) {
		struct entry_view v;
		e = fold_get(node_fold(a->node), &at.place, &v);
		if (e == ERR_OK && v.kind == KIND_ATTEMPT)
			e = reply_attempt(a, r, &at.place);
		if (e != ERR_OK)
			break;
	}
	reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What a DIGEST hashes, of everything that is held. */
static enum err reply_lines(struct api *a, struct reply *r, const struct machine *m)
{
	struct buf out;
	struct vector all;
	enum err e = fold_vector(node_fold(a->node), m->channel, &all);

	if (e != ERR_OK)
		return e;
	buf_init(&out, xcalloc(1, LINES_LEN_MAX), LINES_LEN_MAX);
	machine_write_instance(m, &all, &out);
	reply_text(r, "lines", buf_bytes(&out));
	free(out.ptr);
	return ERR_OK;
}

/* What a peer's node says that ours does not find: its DIGESTs. */
static enum err reply_diverged(struct api *a, struct reply *r, const struct machine *m)
{
	struct place_key start = place_of_spot(m->channel, m->instance->start), at = { 0 };
	enum err e;

	reply_array(r, "diverged");
	while ((e = node_divergence(a->node, &start, &at)) == ERR_OK)
		reply_place(r, NULL, node_accord(a->node), &at);
	reply_array_end(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err reply_one(struct api *a, struct request *q, struct reply *r)
{
	struct machine m;
	struct place_key at;
	enum err e = load_named(a, q, &m);

	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_instance(r, node_accord(a->node), node_self(a->node), &m);
	reply_obligations(r, node_accord(a->node), node_self(a->node), a->now.wall.ms, &m);
	at = place_of_spot(m.channel, m.instance->start);
	reply_bool(r, "differs", node_differs(a->node, &at));
	e = reply_moves(a, r, &m);
	if (e == ERR_OK)
		e = reply_attempts(a, r, &m);
	if (e == ERR_OK)
		e = reply_lines(a, r, &m);
	if (e == ERR_OK)
		e = reply_diverged(a, r, &m);
	reply_object_end(r);
	return e;
}

enum err run_instances(struct api *a, struct request *q, struct reply *r)
{
	const struct accord *accord = node_accord(a->node);
	bool is_all = request_word(q, "all").ptr != NULL;
	uint32_t channel = 0;
	enum err e = ERR_OK;

	if (request_word(q, "place").ptr != NULL)
		return reply_one(a, q, r);
	if (request_word(q, "channel").ptr != NULL)
		e = request_channel(a, q, &channel);
	a->reading.is_asked = true; /* also of none */
	reply_array(r, NULL);
	/* Each who began them has his part of the answer: whoever begins many hides nobody else's. */
	for (size_t party = 0; party < accord->parties_count; party++) {
		size_t len_max = r->out->len + REPLY_LEN_MAX / accord->parties_count - INSTANCE_LEN_MAX;
		for (size_t i = 0; i < accord->channels_count && e == ERR_OK; i++) {
			if (channel == 0 || accord->channels[i].number == channel)
				e = reply_running(a, r, accord->channels[i].number, party, is_all, len_max);
		}
	}
	reply_array_end(r);
	return e;
}

/* ---- Measures. ---- */

/* When the first receipt for it was held; only its author's node has one for its own. */
static uint64_t receipt_ms(struct api *a, const struct machine *m, struct spot alert)
{
	struct place_key at = place_of_spot(m->channel, alert);
	struct message_view *view = xcalloc(1, sizeof *view);
	uint64_t ms = 0;

	if (alert.number != 0 && node_ladder(a->node, &at, view) == ERR_OK) {
		for (size_t i = 0; i < view->ladders_count; i++) {
			const struct rung *receipt = &view->ladders[i].steps[STEP_RECEIPT];
			if (receipt->is_proved && (ms == 0 || receipt->at.ms < ms))
				ms = receipt->at.ms;
		}
	}
	free(view);
	return ms;
}

/* *ms 0: it has not come. False: that party's clock has none such. */
static bool mark_of(struct api *a, const struct machine *m, enum mark_kind mark, size_t party, uint64_t *ms)
{
	struct spot alert = measure_alert(m->instance);

	*ms = 0;
	if ((m->instance->parties >> party & 1) == 0)
		return false;
	if (mark != MARK_RECEIPT)
		return mark_time(m->instance, mark, party, ms);
	if (alert.number == 0 || party != alert.party || party != node_self(a->node))
		return false;
	*ms = receipt_ms(a, m, alert);
	return true;
}

static void reply_maybe(struct reply *r, const char *key, bool is_there, uint64_t value)
{
	if (is_there)
		reply_uint(r, key, value);
	else
		reply_null(r, key);
}

static void reply_mark(struct api *a, struct reply *r, const struct machine *m, enum mark_kind mark)
{
	const struct accord *accord = node_accord(a->node);
	uint64_t ms = 0;

	if (mark != MARK_RECEIPT && !mark_time(m->instance, mark, 0, &ms))
		return;
	reply_object(r, NULL);
	reply_str(r, "mark", mark_number(mark));
	reply_str(r, "text", mark_text(mark));
	reply_object(r, "at_ms");
	for (size_t party = 0; party < accord->parties_count; party++) {
		if (mark_of(a, m, mark, party, &ms))
			reply_maybe(r, accord->parties[party].name, ms != 0, ms);
	}
	reply_object_end(r);
	reply_object_end(r);
}

/*
 * On each party's clock, and never between two. What has begun and not ended is open, on our own clock for so
 * long by now, which is no interval.
 */
static void reply_interval(struct api *a, struct reply *r, const struct machine *m,
			   const struct measure_interval *one)
{
	const struct accord *accord = node_accord(a->node);
	uint64_t from, to, open_ms = 0;

	reply_object(r, NULL);
	reply_str(r, "from", mark_number(one->from));
	reply_str(r, "to", mark_number(one->to));
	reply_str(r, "text", one->text);
	reply_object(r, "ms");
	for (size_t party = 0; party < accord->parties_count; party++) {
		if (!mark_of(a, m, one->from, party, &from) || !mark_of(a, m, one->to, party, &to))
			continue;
		/* A receipt has whole seconds: one that seems to be ahead came within the first. */
		reply_maybe(r, accord->parties[party].name, from != 0 && to != 0, to < from ? 0 : to - from);
		if (party == node_self(a->node) && from != 0 && to == 0)
			open_ms = a->now.wall.ms > from ? a->now.wall.ms - from : 0;
	}
	reply_object_end(r);
	if (open_ms != 0)
		reply_uint(r, "open_ms", open_ms);
	reply_object_end(r);
}

/* What is not met is counted, and the oldest of it named by when our own log first showed it. */
static void reply_counts(struct reply *r, size_t self, uint64_t now_ms, const struct machine *m)
{
	const struct instance *i = m->instance;
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	struct standing s;
	struct owed owed = { .step = SIZE_MAX };
	uint64_t counts[OWED_COUNT] = { 0 }, causes[2] = { 0 }, oldest_ms = UINT64_MAX;

	s = instance_standing(i, &g);
	while (owed_next(i, &g, &s, &owed)) {
		enum owed_state state = owed_state(i, &g, &owed);
		uint64_t since_ms, due_ms;
		counts[state]++;
		if ((state == OWED_OPEN || state == OWED_LAPSED) &&
		    owed_times(i, &g, &owed, self, now_ms, &since_ms, &due_ms) && since_ms < oldest_ms)
			oldest_ms = since_ms;
	}
	for (const struct fact *f = fact_first(i, MOVE_LAPSE); f != NULL; f = fact_next(i, f))
		causes[f->move.cause & 1]++;
	reply_object(r, "obligations");
	for (size_t n = 0; n < OWED_COUNT; n++)
		reply_uint(r, owed_state_name((enum owed_state)n), counts[n]);
	reply_object_end(r);
	if (oldest_ms != UINT64_MAX)
		reply_uint(r, "oldest_open_ms", oldest_ms);
	reply_object(r, "lapses");
	reply_uint(r, "NO ANSWER", causes[0]);
	reply_uint(r, "LINE DOWN", causes[1]);
	reply_object_end(r);
}

/* What the definition allows, at this precedence: a target a level of the alert's step. */
static void reply_targets(struct reply *r, const struct machine *m)
{
	const struct procedure *p = m->instance->procedure;

	reply_array(r, "targets");
	for (size_t s = 0; s < p->steps_count; s++) {
		for (size_t o = 0; o < p->steps[s].owe_count; o++) {
			const struct obligation *what = &p->steps[s].owe[o];
			reply_object(r, NULL);
			reply_str(r, "step", p->steps[s].id);
			reply_str(r, "level", level_name(what->what));
			reply_str(r, "role", p->roles[what->who.role].name);
			reply_uint(r, "seconds", obligation_within(p, what, m->instance->precedence));
			reply_object_end(r);
		}
	}
	reply_array_end(r);
}

static void reply_peers_clocks(struct api *a, struct reply *r)
{
	struct node_status *s = xcalloc(1, sizeof *s);

	node_status(a->node, s);
	reply_object(r, "clock_offset_ms");
	for (size_t i = 0; i < s->peers_count; i++) {
		if (s->peers[i].has_clock)
			reply_int(r, node_accord(a->node)->parties[s->peers[i].party].name,
				  s->peers[i].clock_offset_ms);
	}
	reply_object_end(r);
	free(s);
}

enum err run_measures(struct api *a, struct request *q, struct reply *r)
{
	struct machine m;
	enum err e = load_named(a, q, &m);

	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_instance(r, node_accord(a->node), node_self(a->node), &m);
	reply_uint(r, "now_ms", a->now.wall.ms);
	reply_str(r, "self", node_accord(a->node)->parties[node_self(a->node)].name);
	reply_array(r, "marks");
	for (size_t i = 0; i < MARK_KIND_COUNT; i++)
		reply_mark(a, r, &m, (enum mark_kind)i);
	reply_array_end(r);
	reply_array(r, "intervals");
	for (size_t i = 0; i < MEASURE_INTERVALS; i++)
		reply_interval(a, r, &m, measure_interval_at(i));
	reply_array_end(r);
	reply_counts(r, node_self(a->node), a->now.wall.ms, &m);
	reply_targets(r, &m);
	reply_peers_clocks(a, r);
	reply_object_end(r);
	return ERR_OK;
}
