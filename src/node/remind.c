/*
 * QUERY and lapses of our own messages. Timers remind and record; they never decide.
 *
 * Spans are this run's: a clock that leaps asks nobody, and gives nobody up. A start begins them anew, since
 * nobody knows how long the machine was off; what the record says was asked is not asked again at once.
 */
#include "node/core.h"

#define SCAN_ROWS 64u /* messages looked at in one tick */
#define SCAN_EVERY_MS 1000u
#define QUERIES_MAX 8u /* of one message by the node */

enum lapse_cause { LAPSE_NO_ANSWER, LAPSE_LINE_DOWN };

/* What has been said of it, and what stands between us and those who owe WATCH READ. */
struct acts {
	uint64_t queries;
	bool has_lapsed[2]; /* by cause: each is said once */
	bool is_received, is_heard;
};

/* A lapse of a message, and not of a step that somebody owes. */
static enum err count_lapse(struct node *n, const struct place_key *at, struct acts *out)
{
	struct buf memory = arena_lend(&n->fx->arena, ENTRY_LEN_MAX);
	struct entry_read_out read;
	uint64_t cause;
	enum err e = node_entry(n, at, &memory, &read);

	if (e == ERR_OK &&
	    statement_field_uint(&read.statement, FIELD_LAPSE_CAUSE, LAPSE_LINE_DOWN, &cause) == ERR_OK &&
	    statement_field(&read.statement, FIELD_LAPSE_STEP) == NULL)
		out->has_lapsed[cause] = true;
	return e;
}

static enum err count_acts(struct node *n, const struct place_key *on, struct acts *out)
{
	struct message_at at = { 0 };
	struct entry_view v;
	enum err e;

	*out = (struct acts){ 0 };
	while ((e = fold_next_act(&n->fold, on, &at)) == ERR_OK) {
		if (at.place.log.party != n->self)
			continue;
		e = fold_get(&n->fold, &at.place, &v);
		if (e != ERR_OK)
			return e;
		out->queries += v.kind == KIND_QUERY && v.is_node;
		if (v.kind == KIND_LAPSE)
			e = count_lapse(n, &at.place, out);
		if (e != ERR_OK)
			return e;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* Whether every party that owes WATCH READ has at least given its station receipt. */
bool has_receipts(const struct line *line, uint64_t index, uint8_t parties)
{
	for (size_t i = 0; i < PARTY_MAX; i++) {
		if ((parties >> i & 1) != 0 && line->cosigned[i] <= index)
			return false;
	}
	return true;
}

/*
 * Our own side, before anybody is said to be silent: every party that owes WATCH READ can be heard now. A
 * path that is up has had an authentic byte of it within LINK_SILENCE_MS_MAX.
 */
bool is_heard(const struct node *n, uint8_t parties)
{
	for (size_t i = 0; i < n->accord->parties_count; i++) {
		if ((parties >> i & 1) != 0 && best_path(&n->peers[i]) == LINK_PATHS_MAX)
			return false;
	}
	return true;
}

/* ---- How long it is owed: on this run's clock, which no leap of the other one touches. ---- */

static struct wait *wait_find(struct node *n, const struct place_key *on)
{
	for (size_t i = 0; i < n->waits_count; i++) {
		if (log_key_equal(&n->waits[i].on.log, &on->log) && n->waits[i].on.index == on->index)
			return &n->waits[i];
	}
	return NULL;
}

/* One of the least urgent: a more urgent message takes its place. */
static struct wait *wait_last(struct node *n)
{
	struct wait *last = &n->waits[0];

	for (size_t i = 1; i < n->waits_count; i++) {
		if (n->waits[i].precedence > last->precedence)
			last = &n->waits[i];
	}
	return last;
}

/* NULL: so many as urgent are owed something that this one is not reminded of before others are settled. */
static struct wait *wait_of(struct node *n, struct now now, const struct owed_view *owed)
{
	struct wait *w = wait_find(n, &owed->place);

	if (w == NULL) {
		bool has_room = n->waits_count < WAITS_MAX;
		w = has_room ? &n->waits[n->waits_count++] : wait_last(n);
		if (!has_room && w->precedence <= owed->precedence)
			return NULL;
		*w = (struct wait){ .on = owed->place,
				    .precedence = owed->precedence,
				    .since = now.mono,
				    .asked = now.mono,
				    .next = now.mono };
	}
	w->is_owed = true;
	return w;
}

/* After a walk over all of this precedence that is owed: what it did not meet is settled. */
static void waits_sweep(struct node *n, enum precedence precedence)
{
	size_t kept = 0;

	for (size_t i = 0; i < n->waits_count; i++) {
		struct wait *w = &n->waits[kept];
		if (n->waits[i].precedence == precedence && !n->waits[i].is_owed)
			continue;
		*w = n->waits[i];
		w->is_owed &= w->precedence != precedence;
		kept++;
	}
	n->waits_count = kept;
}

static struct mono earlier(struct mono a, struct mono b)
{
	return mono_is_before(a, b) ? a : b;
}

/* What is due now, if anything, and when to look again. */
static enum err remind_due(struct node *n, struct now now, const struct accord_timer *timer, struct wait *w,
			   const struct acts *acts, struct say *what)
{
	static const struct mono never = { INT64_MAX };
	bool may_ask = timer->query_ms > 0 && acts->queries < QUERIES_MAX;
	enum lapse_cause cause = acts->is_received && acts->is_heard ? LAPSE_NO_ANSWER : LAPSE_LINE_DOWN;
	bool was_down = acts->has_lapsed[LAPSE_LINE_DOWN];
	bool may_lapse = timer->read_ms > 0 && !acts->has_lapsed[LAPSE_NO_ANSWER];
	struct mono ask =
		may_ask ? mono_add_ms(w->asked,
				      timer->query_ms << (timer->is_query_doubling ? acts->queries : 0))
			: never;
	uint8_t cause_memory[4];
	struct buf cause_field = BUF_ON(cause_memory);
	struct mono lapse;

	/* That the line was down is said: silence begins when there is a line to be silent on. */
	if (was_down && cause == LAPSE_LINE_DOWN)
		w->since = now.mono;
	lapse = may_lapse ? mono_add_ms(w->since, timer->read_ms) : never;
	/* Without a receipt there is nobody to ask: the line itself is the finding. */
	if (may_ask && acts->is_received && !mono_is_before(now.mono, ask)) {
		w->asked = now.mono;
		what->kind = KIND_QUERY;
		return service_add(n, now, what, NULL);
	}
	if (may_lapse && !mono_is_before(now.mono, lapse)) {
		what->kind = KIND_LAPSE;
		cbor_put_uint(&cause_field, cause);
		what->fields[0] = (struct field){ FIELD_LAPSE_CAUSE, buf_bytes(&cause_field) };
		what->fields_count = 1;
		return service_add(n, now, what, NULL);
	}
	if (may_ask && mono_is_before(ask, now.mono))
		ask = mono_add_ms(now.mono, SCAN_EVERY_MS); /* a receipt may come at any time */
	w->next = earlier(ask, lapse);
	if (was_down && may_lapse) /* the line may come and go at any time */
		w->next = earlier(w->next, mono_add_ms(now.mono, SCAN_EVERY_MS));
	return ERR_OK;
}

static enum err remind(struct node *n, struct now now, const struct owed_view *owed)
{
	const struct accord_timer *timer = &n->accord->timers[owed->precedence];
	const struct place_key *at = &owed->place;
	struct line *line = line_find(n, &at->log);
	struct wait *w;
	struct say what = { .channel = at->log.channel, .refers = *at, .to = n->accord->parties_count };
	uint8_t leaf[HASH_LEN];
	struct acts acts;
	enum err e;

	if (line == NULL || line->is_closed || owed->read == 0 ||
	    (timer->query_ms == 0 && timer->read_ms == 0))
		return ERR_OK;
	w = wait_of(n, now, owed);
	if (w == NULL || mono_is_before(now.mono, w->next) || node_is_half(n, at->log.channel))
		return ERR_OK;
	e = record_leaf(n->record, line->log, at->index, leaf);
	if (e == ERR_OK)
		e = count_acts(n, at, &acts);
	if (e != ERR_OK)
		return e;
	acts.is_received = has_receipts(line, at->index, owed->read);
	acts.is_heard = is_heard(n, owed->read);
	what.leaf = leaf;
	return remind_due(n, now, timer, w, &acts, &what);
}

enum err owed_walk(struct node *n, struct owed_walk *w, size_t party, enum precedence precedence,
		   struct owed_view *out)
{
	while (n->accord->channels_count > 0) {
		enum err e;
		*out = (struct owed_view){ .precedence = precedence, .place = w->at };
		e = fold_next_owed_of(&n->fold, n->accord->channels[w->channel].number, party, out);
		if (e != ERR_NOT_FOUND) {
			w->at = out->place;
			return e;
		}
		w->at = (struct place_key){ 0 };
		w->channel = (w->channel + 1) % n->accord->channels_count;
		if (w->channel == 0)
			break;
	}
	return ERR_NOT_FOUND;
}

/* A bounded walk over what our messages are owed: many of one precedence delay no other. */
static enum err scan(struct node *n, struct now now, enum precedence precedence)
{
	struct owed_view owed;
	enum err e = ERR_OK;

	for (size_t rows = 0; e == ERR_OK && rows < SCAN_ROWS; rows++) {
		e = owed_walk(n, &n->owed[precedence], n->self, precedence, &owed);
		if (e == ERR_NOT_FOUND)
			waits_sweep(n, precedence);
		if (e == ERR_OK)
			e = remind(n, now, &owed);
		e = err_unless(err_unless(e, ERR_STOPPED), ERR_ROT);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err remind_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	if (mono_is_before(now.mono, mono_add_ms(n->last_scan, SCAN_EVERY_MS)))
		return ERR_OK;
	n->last_scan = now.mono;
	for (unsigned p = 0; e == ERR_OK && p < PRECEDENCE_COUNT; p++)
		e = scan(n, now, (enum precedence)p);
	return e;
}
