/*
 * The watch: who is on duty here, what of it the peers are told, and whom of our own people an obligation
 * calls next. Names stay in the home channel.
 */
#include "node/core.h"

#include "base/alloc.h"
#include "view/procedure.h"

#include <stdlib.h>
#include <string.h>

#define SCAN_ROWS 64u /* messages looked at in one tick */
#define SCAN_EVERY_MS 1000u
#define MANNING_EVERY_MS 3600000u      /* what lies ahead comes nearer without a statement */
#define OPEN_SPAN_MS (7ull * 86400000) /* what is older is not handed over */

static bool is_home(const struct node *n, const struct accord_channel *c)
{
	return c->plane == PLANE_HOME && is_channel_of(c, n->self);
}

/* ---- Who is on duty. ---- */

struct duty_memory {
	struct node *n;
	struct roster roster;
	uint8_t bytes[ENTRY_LEN_MAX];
};

static enum err fetch(void *self, const struct place_key *place, struct statement *statement,
		      struct wall *filed)
{
	struct duty_memory *m = self;
	struct buf memory = BUF_ON(m->bytes);
	struct entry_read_out read;
	enum err e = node_entry(m->n, place, &memory, &read);

	if (e == ERR_OK) {
		*statement = read.statement;
		*filed = read.entry.filed;
	}
	return e;
}

static struct duty_reading reading_of(struct duty_memory *m)
{
	return (struct duty_reading){ .f = &m->n->fold, .fetch = fetch, .self = m, .roster = &m->roster };
}

enum err node_duty(struct node *n, uint32_t home, struct bytes post, uint64_t at_ms, struct duty *out)
{
	return node_duty_seen(n, home, post, at_ms, NULL, out);
}

enum err node_duty_seen(struct node *n, uint32_t home, struct bytes post, uint64_t at_ms,
			const struct fold_sight *sight, struct duty *out)
{
	struct duty_memory *m = xcalloc(1, sizeof *m);
	struct duty_reading reading;
	enum err e;

	m->n = n;
	reading = reading_of(m);
	reading.sight = sight;
	e = fold_duty(&reading, home, post, at_ms, out);
	free(m);
	return e;
}

/* Of whichever home channel says something of this post. */
static enum err duty_of_post(struct node *n, struct bytes post, uint64_t at_ms, struct duty *out)
{
	enum err e = ERR_OK;

	*out = (struct duty){ 0 };
	for (size_t i = 0; e == ERR_OK && out->state == DUTY_UNKNOWN && i < n->accord->channels_count; i++) {
		if (is_home(n, &n->accord->channels[i]))
			e = node_duty(n, n->accord->channels[i].number, post, at_ms, out);
	}
	return e;
}

/* ---- MANNING: what the peers are told. ---- */

static enum err manning_of(struct node *n, uint32_t home, const struct post_view *post, uint64_t now_ms,
			   struct manning_view *out, uint64_t *until_ms)
{
	struct duty_memory *m = xcalloc(1, sizeof *m);
	struct duty_reading reading;
	struct duty duty, gap;
	enum err e;

	m->n = n;
	reading = reading_of(m);
	*out = (struct manning_view){ 0 };
	memcpy(out->post, post->post, sizeof out->post);
	e = fold_duty(&reading, home, bytes_str(post->post), now_ms, &duty);
	if (e == ERR_OK)
		e = fold_next_gap(&reading, home, bytes_str(post->post), now_ms, ROSTER_AHEAD_MS, &gap);
	if (e == ERR_OK) {
		out->gap_from_ms = gap.from_ms;
		out->gap_to_ms = gap.to_ms < TIME_MS_MAX ? gap.to_ms : 0;
		out->is_planned = gap.state == DUTY_GAP;
	}
	free(m);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	out->depth = duty.depth;
	if (duty.to_ms < *until_ms)
		*until_ms = duty.to_ms;
	return ERR_OK;
}

static bool is_said(struct node *n, uint32_t channel, const struct manning_view *m, enum err *e)
{
	struct manning_view said = { .post = "" };

	while ((*e = fold_next_manning(&n->fold, channel, n->self, &said)) == ERR_OK) {
		if (strcmp(said.post, m->post) == 0)
			return said.depth == m->depth && said.gap_from_ms == m->gap_from_ms &&
			       said.gap_to_ms == m->gap_to_ms && said.is_planned == m->is_planned;
	}
	*e = err_unless(*e, ERR_NOT_FOUND);
	return false;
}

static enum err say_manning(struct node *n, struct now now, uint32_t channel, const struct manning_view *m)
{
	const uint64_t numbers[] = { m->depth, m->gap_from_ms, m->gap_to_ms, m->is_planned };
	struct say what = { .channel = channel,
			    .kind = KIND_MANNING,
			    .to = n->accord->parties_count,
			    .fields_count = 1 + ARRAY_COUNT(numbers) };
	uint8_t memory[5][ROLE_NAME_MAX + 8];
	struct buf value = BUF_ON(memory[0]);

	cbor_put_text(&value, bytes_str(m->post));
	what.fields[0] = (struct field){ FIELD_POST, buf_bytes(&value) };
	for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
		buf_init(&value, memory[i + 1], sizeof memory[i + 1]);
		cbor_put_uint(&value, numbers[i]);
		what.fields[i + 1] = (struct field){ FIELD_MANNING_DEPTH + i, buf_bytes(&value) };
	}
	return service_add(n, now, &what, NULL);
}

/* On every line of the service plane: each peer is on one. */
static enum err tell_post(struct node *n, struct now now, const struct manning_view *m)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		if (c->plane != PLANE_SERVICE || !is_voice_of(c, n->self))
			continue;
		if (!node_may_say(n, c->number))
			return ERR_STOPPED;
		if (!is_said(n, c->number, m, &e) && e == ERR_OK)
			e = say_manning(n, now, c->number, m);
	}
	return e;
}

static enum err tell_manning(struct node *n, struct now now)
{
	uint64_t until_ms = now.wall.ms + MANNING_EVERY_MS;
	enum err e = ERR_OK;

	if (now.wall.ms < n->manning_until_ms && now.wall.ms + MANNING_EVERY_MS >= n->manning_until_ms)
		return ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < n->accord->channels_count; i++) {
		struct post_view post = { .post = "" };
		struct manning_view m;
		if (!is_home(n, &n->accord->channels[i]))
			continue;
		while ((e = fold_next_post(&n->fold, n->accord->channels[i].number, &post)) == ERR_OK) {
			if (!post.has_roster)
				continue;
			e = manning_of(n, n->accord->channels[i].number, &post, now.wall.ms, &m, &until_ms);
			if (e == ERR_OK)
				e = tell_post(n, now, &m);
			if (e != ERR_OK)
				return err_unless(e, ERR_STOPPED); /* again at the next tick */
		}
		e = err_unless(e, ERR_NOT_FOUND);
	}
	n->manning_until_ms = until_ms;
	return e;
}

/* ---- ESCALATED: whom of ours an obligation calls next. ---- */

/*
 * For how long it waits here: by the clock that its time is on, and at least since it was first looked at in
 * this run, so that a peer's clock which is ahead keeps nobody asleep.
 */
static uint64_t waited(struct node *n, struct now now, const struct call *c)
{
	uint64_t by_wall = ms_minus(now.wall.ms, c->since_ms), by_mono = 0;
	struct climb *free = NULL;

	for (size_t i = 0; i < CLIMBS_MAX; i++) {
		struct climb *one = &n->climbs[i];
		if (one->is_used && place_key_equal(&one->on, &c->message)) {
			one->seen = now.mono;
			by_mono = (uint64_t)(now.mono.us - one->since.us) / 1000;
			return by_mono > by_wall ? by_mono : by_wall;
		}
		/* What was not looked at for a while is settled. */
		if (!one->is_used || mono_is_before(mono_add_ms(one->seen, CLIMB_FORGOTTEN_MS), now.mono))
			free = one;
	}
	if (free != NULL)
		*free = (struct climb){ c->message, now.mono, now.mono, true };
	return by_wall;
}

/* The highest rung that we have said of this message; -1: none. */
static enum err rung_said(struct node *n, const struct place_key *message, int *out)
{
	uint8_t *bytes = xcalloc(1, ENTRY_LEN_MAX);
	struct message_at at = { 0 };
	struct entry_read_out read;
	struct entry_view v;
	int rung;
	enum err e;

	*out = -1;
	while ((e = fold_next_act(&n->fold, message, &at)) == ERR_OK) {
		struct buf memory = { bytes, 0, ENTRY_LEN_MAX, false };
		if (at.place.log.party != n->self)
			continue;
		e = fold_get(&n->fold, &at.place, &v);
		if (e == ERR_OK && v.kind != KIND_ESCALATED)
			continue;
		if (e == ERR_OK)
			e = node_entry(n, &at.place, &memory, &read);
		if (e != ERR_OK)
			break;
		rung = (int)statement_uint(&read.statement, FIELD_ESCALATED_RUNG);
		*out = rung > *out ? rung : *out;
	}
	free(bytes);
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err say_call(struct node *n, struct now now, const struct call *c, unsigned rung, uint8_t empty)
{
	struct say what = { .channel = c->message.log.channel,
			    .kind = KIND_ESCALATED,
			    .refers = c->message,
			    .instance = c->instance,
			    .to = n->accord->parties_count };
	uint8_t memory[3][ROLE_NAME_MAX + 8], leaf[HASH_LEN], start_leaf[HASH_LEN];
	struct buf value = BUF_ON(memory[0]);
	enum err e = leaf_at(n, &c->message, leaf);

	if (e == ERR_OK && c->instance.log.epoch != 0)
		e = leaf_at(n, &c->instance, start_leaf);
	cbor_put_text(&value, bytes_str(c->step));
	what.fields[what.fields_count++] = (struct field){ FIELD_STEP, buf_bytes(&value) };
	buf_init(&value, memory[1], sizeof memory[1]);
	cbor_put_uint(&value, rung);
	what.fields[what.fields_count++] = (struct field){ FIELD_ESCALATED_RUNG, buf_bytes(&value) };
	if (empty != 0) {
		buf_init(&value, memory[2], sizeof memory[2]);
		cbor_put_uint(&value, empty);
		what.fields[what.fields_count++] = (struct field){ FIELD_ESCALATED_EMPTY, buf_bytes(&value) };
	}
	what.leaf = leaf;
	what.instance_leaf = start_leaf;
	return e == ERR_OK ? service_add(n, now, &what, NULL) : e;
}

/* Nobody is said to be called where nobody knows who is on duty; the same rung is never said twice. */
enum err watch_call(struct node *n, struct now now, const struct call *c)
{
	struct duty duty;
	uint8_t empty;
	unsigned rung;
	int said = -1;
	enum err e;

	if (c->count == 0 || !node_may_say(n, c->message.log.channel))
		return ERR_OK;
	e = duty_of_post(n, c->post, now.wall.ms, &duty);
	if (e != ERR_OK || duty.state == DUTY_UNKNOWN)
		return e;
	rung = rung_due(c->waits_ms, c->count, waited(n, now, c), duty.rungs, &empty);
	if (rung == RUNG_PRIMARY)
		return ERR_OK;
	e = rung_said(n, &c->message, &said);
	if (e == ERR_OK && (int)rung > said)
		e = say_call(n, now, c, rung, empty);
	return err_unless(err_unless(err_unless(e, ERR_STOPPED), ERR_ROT), ERR_NOT_FOUND);
}

/*
 * A message outside of procedures: the accord says when the alternate is called; the others before the end.
 */
static enum err call_for_message(struct node *n, struct now now, const struct owed_view *owed)
{
	const struct accord_timer *t = &n->accord->timers[owed->precedence];
	const struct place_key *at = &owed->place;
	struct place_key start;
	struct entry_read_out read;
	struct call c = { .message = *at, .step = level_name(LEVEL_WATCH_READ) };
	uint8_t *bytes;
	struct buf memory;
	enum err e;

	if (t->alternate_ms == 0)
		return ERR_OK;
	e = fold_instance_of(&n->fold, at, &start);
	if (e != ERR_NOT_FOUND)
		return e; /* its procedure has rungs of its own */
	bytes = xcalloc(1, ENTRY_LEN_MAX);
	buf_init(&memory, bytes, ENTRY_LEN_MAX);
	e = node_entry(n, at, &memory, &read);
	c.waits_ms[c.count++] = t->alternate_ms;
	for (size_t i = 0; i < 2; i++)
		c.waits_ms[c.count++] = ms_minus(t->read_ms, t->alternate_ms) / 3;
	for (size_t i = 0; e == ERR_OK && i < read.statement.addressees_count; i++) {
		const struct addressee *to = &read.statement.addressees[i];
		if (to->is_information || accord_party_find(n->accord, to->party) != n->self)
			continue;
		c.post = to->role;
		c.since_ms = read.entry.filed.ms;
		e = watch_call(n, now, &c);
	}
	free(bytes);
	return e;
}

/* A bounded walk over what we owe to a party: whoever says much delays his own, and nothing more urgent. */
static enum err scan(struct node *n, struct now now, size_t party, enum precedence precedence)
{
	struct owed_walk *w = &n->calls_of[party][precedence];
	struct owed_view owed;
	enum err e = ERR_OK;

	for (size_t rows = 0; e == ERR_OK && rows < SCAN_ROWS; rows++) {
		e = owed_walk(n, w, party, precedence, &owed);
		if (e == ERR_OK && (owed.read >> n->self & 1) != 0)
			e = call_for_message(n, now, &owed);
		e = err_unless(err_unless(e, ERR_STOPPED), ERR_ROT);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err watch_tick(struct node *n, struct now now)
{
	enum err e;

	if (n->is_full || mono_is_before(now.mono, mono_add_ms(n->last_watch, SCAN_EVERY_MS)))
		return ERR_OK;
	n->last_watch = now.mono;
	e = tell_manning(n, now);
	for (size_t i = 0; e == ERR_OK && i < n->accord->parties_count * PRECEDENCE_COUNT; i++)
		e = scan(n, now, i / PRECEDENCE_COUNT, (enum precedence)(i % PRECEDENCE_COUNT));
	return e;
}

void watch_folded(struct node *n, const struct place_key *at, const struct statement *s)
{
	if (s->kind == KIND_ROSTER && at->log.party == n->self)
		n->manning_until_ms = 0;
}

/* ---- Relief: what is open, and that all of it is handed over. ---- */

/* What of a message is open for a post; false: nothing. */
static bool is_open(const struct ladder *l, uint64_t now_ms, struct open_item *out)
{
	if (l->is_information || l->steps[STEP_REPLIED].is_proved || l->steps[STEP_DECLINED].is_proved ||
	    l->deferred_until_ms > now_ms)
		return false;
	out->what = "REPLY";
	if (!l->steps[STEP_WATCH_READ].is_proved)
		out->what = step_name(STEP_WATCH_READ);
	else if (l->needs_read_back && !l->read_back_offered.is_proved)
		out->what = step_name(STEP_READ_BACK);
	out->is_unresolved = strcmp(out->what, "REPLY") != 0;
	return true;
}

static enum err open_message(struct node *n, uint64_t now_ms, struct bytes post, const struct place_key *at,
			     uint8_t *bytes, open_item_each *each, void *self)
{
	struct buf memory = { bytes, 0, ENTRY_LEN_MAX, false };
	struct open_item item = { .place = *at };
	struct entry_read_out read;
	struct message_view *view;
	enum err e = node_entry(n, at, &memory, &read);

	if (e != ERR_OK || !read.is_folded || read.view.verdict != VERDICT_OK ||
	    !read.statement.has_precedence || read.statement.precedence > PRECEDENCE_IMMEDIATE)
		return err_unless(e, ERR_NOT_FOUND);
	item.precedence = read.statement.precedence;
	view = xcalloc(1, sizeof *view);
	e = node_ladder(n, at, view);
	for (size_t i = 0; e == ERR_OK && i < view->ladders_count; i++) {
		const struct ladder *l = &view->ladders[i];
		if (l->party == n->self && bytes_equal(l->role, post) && is_open(l, now_ms, &item))
			e = each(self, &item);
	}
	free(view);
	return e;
}

static enum err open_messages(struct node *n, uint64_t now_ms, struct bytes post, uint32_t channel,
			      open_item_each *each, void *self)
{
	struct message_at at = { .order = ms_minus(now_ms, OPEN_SPAN_MS) };
	uint8_t *bytes = xcalloc(1, ENTRY_LEN_MAX);
	enum err e;

	while ((e = fold_next_message(&n->fold, channel, &at)) == ERR_OK) {
		if (at.place.log.party != n->self)
			e = open_message(n, now_ms, post, &at.place, bytes, each, self);
		if (e != ERR_OK)
			break;
	}
	free(bytes);
	return err_unless(e, ERR_NOT_FOUND);
}

/* ---- What is read, and whoever read it has gone. ---- */

/* Who is on duty now at a post, and since when a relief has been accepted there. */
struct shift {
	struct node *n;
	uint32_t home;
	struct bytes post;
	struct duty now, then;
	uint64_t now_ms, relieved_ms;
};

/* When we last gave it WATCH READ; 0: never, or it is answered. */
static enum err last_read(struct node *n, const struct place_key *message, uint8_t *bytes, uint64_t *out)
{
	struct message_at at = { 0 };
	struct place_key read = { 0 };
	struct buf memory = { bytes, 0, ENTRY_LEN_MAX, false };
	struct entry_read_out entry;
	struct entry_view v;
	enum err e;

	*out = 0;
	while ((e = fold_next_act(&n->fold, message, &at)) == ERR_OK) {
		if (at.place.log.party != n->self)
			continue;
		e = fold_get(&n->fold, &at.place, &v);
		if (e != ERR_OK)
			return e;
		if (v.verdict != VERDICT_OK)
			continue;
		if (v.kind == KIND_REPLY || v.kind == KIND_DECLINE)
			return ERR_OK;
		if (v.kind == KIND_WATCH_READ)
			read = at.place;
	}
	if (e != ERR_NOT_FOUND || read.log.epoch == 0)
		return err_unless(e, ERR_NOT_FOUND);
	e = node_entry(n, &read, &memory, &entry);
	if (e == ERR_OK)
		*out = entry.entry.filed.ms;
	return e;
}

static bool has_person(const struct duty *d, const char *name)
{
	for (size_t i = 0; i < LADDER_RUNGS_MAX; i++) {
		if ((d->rungs >> i & 1) != 0 && strcmp(d->who[i].name, name) == 0)
			return true;
	}
	return false;
}

/*
 * Whether nobody of those who were on duty at that moment is on duty now. Who took the watch over before it
 * ended is of the next shift already.
 */
static enum err has_gone(struct shift *s, uint64_t read_ms, bool *out)
{
	enum err e = node_duty(s->n, s->home, s->post, read_ms, &s->then);

	if (e == ERR_OK && s->relieved_ms > s->then.from_ms && s->relieved_ms <= read_ms &&
	    s->then.to_ms <= s->now_ms)
		e = node_duty(s->n, s->home, s->post, s->then.to_ms, &s->then);
	*out = s->then.state != DUTY_UNKNOWN && s->now.state != DUTY_UNKNOWN;
	for (size_t i = 0; e == ERR_OK && i < LADDER_RUNGS_MAX; i++) {
		if ((s->then.rungs >> i & 1) != 0 && has_person(&s->now, s->then.who[i].name))
			*out = false;
	}
	return e;
}

static enum err unwatched(struct shift *s, const struct place_key *at, uint8_t *bytes, open_item_each *each,
			  void *self)
{
	uint64_t read_ms;
	bool is_gone = false;
	enum err e = last_read(s->n, at, bytes, &read_ms);

	/* What was read before a relief is among what that has handed over. */
	if (e != ERR_OK || read_ms == 0 || read_ms < s->relieved_ms ||
	    (s->now.from_ms > 0 && read_ms >= s->now.from_ms))
		return e;
	e = has_gone(s, read_ms, &is_gone);
	return e == ERR_OK && is_gone ? open_message(s->n, s->now_ms, s->post, at, bytes, each, self) : e;
}

static enum err unwatched_on(struct shift *s, uint32_t channel, uint8_t *bytes, open_item_each *each,
			     void *self)
{
	struct message_at at = { .order = ms_minus(s->now_ms, OPEN_SPAN_MS) };
	enum err e;

	while ((e = fold_next_message(&s->n->fold, channel, &at)) == ERR_OK) {
		if (at.place.log.party != s->n->self)
			e = unwatched(s, &at.place, bytes, each, self);
		if (e != ERR_OK)
			break;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err node_unwatched(struct node *n, uint64_t now_ms, uint32_t home, const struct post_view *post,
			open_item_each *each, void *self)
{
	const uint8_t urgent = 1u << PRECEDENCE_FLASH | 1u << PRECEDENCE_IMMEDIATE;
	struct shift *s = xcalloc(1, sizeof *s);
	uint8_t *bytes = xcalloc(1, ENTRY_LEN_MAX);
	enum err e;

	*s = (struct shift){ .n = n, .home = home, .post = bytes_str(post->post), .now_ms = now_ms };
	s->relieved_ms = post->accepted.log.epoch != 0 ? post->accepted_ms : 0;
	e = node_duty(n, home, s->post, now_ms, &s->now);
	for (size_t i = 0; e == ERR_OK && s->now.state != DUTY_UNKNOWN && i < n->accord->channels_count;
	     i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		if (c->plane != PLANE_HOME && is_channel_of(c, n->self) && (c->precedences & urgent) != 0)
			e = unwatched_on(s, c->number, bytes, each, self);
	}
	free(bytes);
	free(s);
	return e;
}

struct open_dues {
	struct node *n;
	struct bytes post;
	uint64_t now_ms;
	open_item_each *each;
	void *self;
};

/* WATCH READ of a message stands among the messages; here is what else a procedure asks of the post. */
static enum err open_due(void *self, const struct due_view *due)
{
	const struct open_dues *d = self;
	const struct procedure_step *step = &due->procedure->steps[due->owed.step];
	const struct obligation *what = &step->owe[due->owed.obligation];
	char text[2 * ROLE_NAME_MAX + 32];
	struct buf words;
	struct open_item item = { .place = due->instance, .precedence = due->precedence, .what = text };

	if (due->owed.party != d->n->self || what->what == LEVEL_WATCH_READ ||
	    !bytes_equal(bytes_str(due->procedure->roles[what->who.role].name), d->post))
		return ERR_OK;
	buf_init(&words, text, sizeof text - 1);
	buf_put_str(&words, step->id);
	buf_put_str(&words, " ");
	buf_put_str(&words, level_name(what->what));
	buf_put_str(&words, due->is_in_recess ? " RECESS" : "");
	text[words.len] = '\0';
	item.is_unresolved = due->is_shown && d->now_ms >= due->due_ms;
	return d->each(d->self, &item);
}

enum err node_open_items(struct node *n, uint64_t now_ms, struct bytes post, open_item_each *each, void *self)
{
	struct open_dues dues = { n, post, now_ms, each, self };
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		const uint8_t urgent = 1u << PRECEDENCE_FLASH | 1u << PRECEDENCE_IMMEDIATE;
		if (c->plane == PLANE_HOME || !is_channel_of(c, n->self))
			continue;
		if ((c->precedences & urgent) != 0)
			e = open_messages(n, now_ms, post, c->number, each, self);
		if (e == ERR_OK)
			e = fold_obligations(&n->fold, c->number, n->self, now_ms, open_due, &dues);
		if (e == ERR_LIMIT)
			e = ERR_OK; /* of what there is too much of nobody can be told that it is missing */
	}
	return e;
}

struct handed_over {
	const struct node *n;
	const struct statement *relief;
	bool has_note, is_whole;
};

static enum err is_handed_over(void *self, const struct open_item *item)
{
	struct handed_over *h = self;
	struct relief_items items;
	struct relief_item one = { 0 };

	relief_items_open(&items, h->relief);
	while (relief_items_next(&items, &one)) {
		if (one.channel == item->place.log.channel && one.epoch == item->place.log.epoch &&
		    one.index == item->place.index &&
		    accord_party_find(h->n->accord, one.party) == item->place.log.party &&
		    bytes_equal(one.what, bytes_str(item->what)))
			break;
		one.channel = 0;
	}
	if (one.channel != item->place.log.channel || (item->is_unresolved && !h->has_note))
		h->is_whole = false;
	return ERR_OK;
}

enum err relief_at_door(struct node *n, struct now now, const struct statement *s, struct entry_view *view)
{
	struct handed_over h = { n, s, statement_field(s, FIELD_RELIEF_NOTE) != NULL, true };
	enum err e;

	if (s->kind != KIND_RELIEF)
		return ERR_OK;
	e = node_open_items(n, now.wall.ms, statement_text(s, FIELD_POST), is_handed_over, &h);
	if (e == ERR_OK && !h.is_whole)
		view->verdict = VERDICT_UNRESOLVED;
	return e;
}
