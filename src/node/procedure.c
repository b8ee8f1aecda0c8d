/*
 * What a node says in procedures by itself: that a party has let its time go by, and what its own fold holds.
 * Neither decides anything.
 */
#include "node/core.h"

#include "base/log.h"
#include "record/digest.h"
#include "view/procedure.h"

#include <string.h>

#define SCAN_INSTANCES 32u /* running ones of each who began them that are looked at in one tick */
#define SCAN_EVERY_MS 1000u
#define CALLS_MAX 16u /* of ours that one instance calls in one tick */

bool node_may_say(struct node *n, uint32_t channel)
{
	const struct line *line = line_newest(n, channel, n->self);

	return line != NULL && is_voice_of(line->channel, n->self) &&
	       line->folded == line->log->frontier.size;
}

/*
 * Something was folded without what it had seen, which a repair brings back or a batch just has, or all is
 * to be folded anew: until then the state is nobody's to compare, nor to find that something was not done.
 */
bool node_is_half(struct node *n, uint32_t channel)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		const struct line *line = &n->lines[i];
		if (line->key.channel == channel && line->has_lost &&
		    (has_rot_stop(line) || lost_is_here(n, line)))
			return true;
	}
	return n->is_refold_due;
}

/* ---- DIGEST: what our fold holds of an instance. ---- */

/* Of the loaded instance at this vector. ERR_LIMIT: its lines are too long for one. */
static enum err hash_lines(struct node *n, const struct machine *m, const struct vector *at,
			   uint8_t out[HASH_LEN])
{
	struct buf lines;
	struct digest d;

	buf_init(&lines, n->procedure_lines, PROCEDURE_LINES_MAX);
	machine_write_instance(m, at, &lines);
	if (buf_check(&lines) != ERR_OK)
		return ERR_LIMIT;
	digest_open(&d);
	digest_add(&d, BYTES_LIT("procedure"), buf_bytes(&lines));
	digest_finish(&d, out);
	return ERR_OK;
}

static struct procedure_due *due_find(struct node *n, const struct place_key *start)
{
	for (size_t i = 0; i < n->procedure_dues_count; i++) {
		if (place_key_equal(&n->procedure_dues[i].start, start))
			return &n->procedure_dues[i];
	}
	return NULL;
}

/* One an instance and turn: it says what all of the turn has shown. */
static void due_add(struct node *n, const struct place_key *start)
{
	if (due_find(n, start) == NULL && n->procedure_dues_count < PROCEDURE_DUES_MAX)
		n->procedure_dues[n->procedure_dues_count++].start = *start;
}

/* A START's statement names its instance by leaf, as every reference is. */
static enum err say_digest(struct node *n, struct now now, const struct place_key *start)
{
	struct say what = { .channel = start->log.channel,
			    .kind = KIND_DIGEST,
			    .to = n->accord->parties_count,
			    .instance = *start,
			    .fields_count = 2 };
	uint8_t memory[64], hash[HASH_LEN], leaf[HASH_LEN];
	struct buf values = BUF_ON(memory);
	struct machine m;
	struct vector all;
	enum err e = node_may_say(n, start->log.channel) ? leaf_at(n, start, leaf) : ERR_STOPPED;

	if (e == ERR_OK && !fold_machine(&n->fold, start->log.channel, &m))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = fold_vector(&n->fold, start->log.channel, &all);
	if (e == ERR_OK)
		e = machine_load(&m, spot_of_place(start));
	if (e == ERR_OK)
		e = hash_lines(n, &m, &all, hash);
	if (e != ERR_OK)
		return err_unless(err_unless(e, ERR_LIMIT), ERR_NOT_FOUND);
	digest_put_fields(PROCEDURE_LINES_VERSION, hash, &values, what.fields);
	what.instance_leaf = leaf;
	return service_add(n, now, &what, NULL);
}

/* Where it says that its instance began. */
static struct place_key instance_named(const struct node *n, const struct statement *s)
{
	return (struct place_key){ { s->instance.channel, accord_party_find(n->accord, s->instance.party),
				     s->instance.epoch },
				   s->instance.index };
}

/* A peer's against our own fold at the same past: unequal rings here, and our own makes it ring there. */
static enum err compare_digest(struct node *n, const struct place_key *at, const struct statement *s,
			       const struct entry_view *view)
{
	struct place_key start = instance_named(n, s);
	uint8_t said[HASH_LEN], ours[HASH_LEN], key_memory[2 * PLACE_KEY_LEN + 1];
	struct buf key = BUF_ON(key_memory), none = { 0 };
	struct vector past;
	struct machine m;
	uint64_t version;
	enum err e;

	if (node_is_half(n, at->log.channel) || start.log.channel != at->log.channel ||
	    start.log.party >= n->accord->parties_count || digest_get_fields(s, &version, said) != ERR_OK ||
	    version != PROCEDURE_LINES_VERSION || !fold_machine(&n->fold, at->log.channel, &m))
		return ERR_OK;
	past = vector_of_view(&n->fold, view);
	e = machine_load(&m, spot_of_place(&start));
	if (e == ERR_OK)
		e = hash_lines(n, &m, &past, ours);
	if (e != ERR_OK)
		return err_unless(err_unless(e, ERR_NOT_FOUND), ERR_LIMIT);
	if (memcmp(said, ours, HASH_LEN) == 0)
		return ERR_OK;
	log_warning("channel %u: the node of %s holds another state of a procedure at the same past",
		    at->log.channel, n->accord->parties[at->log.party].name);
	/* Once, until people have said a word on it: two that differ would answer each other for ever. */
	if (!node_differs(n, &start))
		due_add(n, &start);
	buf_put_byte(&key, ROW_DIVERGED);
	place_key_write(&start, &key);
	place_key_write(at, &key);
	return map_put(&n->views, buf_bytes(&key), buf_bytes(&none));
}

enum err node_divergence(struct node *n, const struct place_key *start, struct place_key *at)
{
	uint8_t prefix_memory[PLACE_KEY_LEN + 1], after_memory[2 * PLACE_KEY_LEN + 1],
		found_memory[MAP_KEY_MAX];
	struct buf prefix = BUF_ON(prefix_memory), after = BUF_ON(after_memory), found = BUF_ON(found_memory);
	struct bytes rest;
	enum err e;

	buf_put_byte(&prefix, ROW_DIVERGED);
	place_key_write(start, &prefix);
	buf_put(&after, buf_bytes(&prefix));
	if (at->log.epoch != 0)
		place_key_write(at, &after);
	e = map_next(&n->views, buf_bytes(&prefix), buf_bytes(&after), &found, NULL);
	if (e != ERR_OK)
		return e;
	if (found.len != sizeof after_memory)
		return ERR_CORRUPT;
	rest = (struct bytes){ found_memory + prefix.len, PLACE_KEY_LEN };
	return place_key_read(&rest, at);
}

/* How much of that party's log REMARKs of ours in the loaded instance have seen: people answer for that. */
static uint64_t answered_to(struct node *n, const struct machine *m, size_t party)
{
	uint64_t to = 0;

	for (size_t i = 0; i < m->instance->count; i++) {
		const struct move *move = &fact_nth(m->instance, i)->move;
		struct place_key at = place_of_spot(m->channel, move->at);
		struct entry_view view;
		struct vector past;
		if (move->kind != MOVE_REMARK || move->at.party != n->self ||
		    fold_get(&n->fold, &at, &view) != ERR_OK)
			continue;
		past = vector_of_view(&n->fold, &view);
		to = past.of[party] > to ? past.of[party] : to;
	}
	return to;
}

bool node_differs(struct node *n, const struct place_key *start)
{
	struct place_key at = { 0 };
	struct machine m;
	enum err e = node_divergence(n, start, &at);

	if (e != ERR_OK)
		return e != ERR_NOT_FOUND; /* what cannot be read is no word that they agree */
	if (!fold_machine(&n->fold, start->log.channel, &m) ||
	    machine_load(&m, spot_of_place(start)) != ERR_OK)
		return true;
	do {
		uint64_t to = answered_to(n, &m, at.log.party);
		if (spot_of_place(&at).number > to)
			return true;
		at = place_of_spot(start->log.channel, (struct spot){ to, (uint8_t)at.log.party });
		e = node_divergence(n, start, &at);
	} while (e == ERR_OK);
	return e != ERR_NOT_FOUND;
}

size_t node_differing(struct node *n, struct place_key starts[DIVERGED_MAX])
{
	uint8_t after_memory[2 * PLACE_KEY_LEN + 1], found_memory[MAP_KEY_MAX];
	const uint8_t letter = ROW_DIVERGED;
	struct buf after = BUF_ON(after_memory), found = BUF_ON(found_memory);
	struct bytes prefix = { &letter, 1 };
	size_t count = 0;

	buf_put_byte(&after, letter);
	for (size_t i = 0;
	     i < DIVERGED_MAX && map_next(&n->views, prefix, buf_bytes(&after), &found, NULL) == ERR_OK;
	     i++) {
		struct bytes rest = { found_memory + 1, PLACE_KEY_LEN };
		struct place_key start;
		if (found.len != sizeof after_memory || place_key_read(&rest, &start) != ERR_OK)
			break;
		if (node_differs(n, &start))
			starts[count++] = start;
		memcpy(after_memory, found_memory, 1 + PLACE_KEY_LEN);
		memset(after_memory + 1 + PLACE_KEY_LEN, 0xff, PLACE_KEY_LEN); /* behind all of this one */
		after.len = sizeof after_memory;
	}
	return count;
}

/* ---- What our own door asks beyond the fold: a word from people. ---- */

static bool is_forked(const struct node *n, uint32_t channel)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		const char *rule = n->lines[i].log->stopped.rule;
		if (n->lines[i].key.channel == channel && rule != NULL && strcmp(rule, "record.fork") == 0)
			return true;
	}
	return false;
}

/* Whether our last REMARK in the loaded instance stands behind every FORK that our log here has. */
static enum err has_word_on_forks(struct node *n, const struct machine *m, bool *out)
{
	const struct line *own = line_folded(n, m->channel, n->self);
	struct place_key at = { .log.epoch = 0 };
	struct entry_view view;
	enum err e = ERR_OK;

	for (size_t i = 0; i < m->instance->count; i++) {
		const struct move *move = &fact_nth(m->instance, i)->move;
		if (move->kind == MOVE_REMARK && move->at.party == n->self)
			at = place_of_spot(m->channel, move->at);
	}
	*out = own != NULL && log_key_equal(&at.log, &own->key);
	while (e == ERR_OK && *out && ++at.index < own->folded) {
		e = fold_get(&n->fold, &at, &view);
		*out = e == ERR_OK && view.kind != KIND_FORK;
	}
	return e;
}

static bool goes_on(uint64_t kind)
{
	return kind == KIND_PROPOSE || kind == KIND_CONCUR || kind == KIND_CONFIRM || kind == KIND_DECIDE;
}

static enum err find_instance_of(struct node *n, const struct statement *s, struct place_key *start)
{
	struct place_key at;

	*start = instance_named(n, s);
	if (s->has_instance)
		return start->log.party < n->accord->parties_count ? ERR_OK : ERR_NOT_FOUND;
	if (s->refers_count == 0)
		return ERR_NOT_FOUND;
	at = (struct place_key){ { s->refers[0].channel, accord_party_find(n->accord, s->refers[0].party),
				   s->refers[0].epoch },
				 s->refers[0].index };
	return fold_instance_of(&n->fold, &at, start);
}

/*
 * The fold counts a CONFIRM where the states differ, and every move at a gate beside a forked log; our own
 * door first wants a word from people.
 */
enum err procedure_at_door(struct node *n, const struct statement *s, struct entry_view *view)
{
	struct place_key start;
	bool has_word = true;
	struct machine m;
	enum err e;

	if (!goes_on(s->kind))
		return ERR_OK;
	e = find_instance_of(n, s, &start);
	if (e == ERR_OK && s->kind == KIND_CONFIRM && node_differs(n, &start)) {
		view->verdict = VERDICT_PROCEDURE;
		view->ruling = RULING_DIFFERS;
		return ERR_OK;
	}
	if (e == ERR_OK && is_forked(n, start.log.channel)) {
		e = fold_machine(&n->fold, start.log.channel, &m) ? machine_load(&m, spot_of_place(&start))
								  : ERR_NOT_FOUND;
		if (e == ERR_OK)
			e = has_word_on_forks(n, &m, &has_word);
	}
	if (e == ERR_OK && !has_word) {
		view->verdict = VERDICT_PROCEDURE;
		view->ruling = RULING_FORKED;
	}
	return err_unless(e, ERR_NOT_FOUND);
}

/* ---- What a peer's move has changed. ---- */

/* The next instance that runs on the channel and has that party, loaded; *at begins zeroed. */
static enum err next_running_of(const struct machine *m, size_t party, struct spot *at)
{
	enum err e;

	while ((e = machine_next_running(m, at)) == ERR_OK) {
		e = machine_load(m, *at);
		if (e != ERR_OK || (m->instance->parties >> party & 1) != 0)
			return e;
	}
	return e;
}

enum err procedure_awaits_word(struct node *n, struct line *line, bool *out)
{
	const struct line *before = line_folded(n, line->key.channel, line->key.party),
			  *own = line_folded(n, line->key.channel, n->self);
	struct spot at = { 0 };
	struct place_key last;
	struct vector shown;
	struct machine m;
	enum err e;

	*out = false;
	if (line->key.epoch == 1 || line->folded > 0 || line->word == WORD_SAID || line->is_own ||
	    n->is_replaying || n->is_full || before == NULL || own == NULL ||
	    !node_may_say(n, line->key.channel) || !fold_machine(&n->fold, line->key.channel, &m))
		return ERR_OK;
	last = (struct place_key){ before->key, before->folded - 1 };
	e = machine_shown(&m, spot_of_place(&(struct place_key){ own->key, 0 }), &shown);
	if (e != ERR_OK || vector_covers(&shown, spot_of_place(&last)))
		return e;
	e = next_running_of(&m, line->key.party, &at);
	if (e != ERR_OK)
		return err_unless(e, ERR_NOT_FOUND);
	last = place_of_spot(line->key.channel, at);
	due_add(n, &last);
	line->word = WORD_DUE;
	*out = true;
	return ERR_OK;
}

/* Who has begun anew is out of what runs, and every log shows that it knows. */
static enum err epoch_folded(struct node *n, const struct log_key *log)
{
	struct spot at = { 0 };
	struct machine m;
	enum err e = fold_machine(&n->fold, log->channel, &m) ? ERR_OK : ERR_NOT_FOUND;

	while (e == ERR_OK && (e = next_running_of(&m, log->party, &at)) == ERR_OK) {
		struct place_key start = place_of_spot(log->channel, at);
		due_add(n, &start);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err procedure_folded(struct node *n, const struct place_key *at, const struct statement *s,
			  const struct entry_view *view)
{
	struct place_key start;
	struct machine m;
	enum err e;

	if (at->log.party == n->self)
		return ERR_OK;
	if (at->index == 0 && at->log.epoch > 1)
		return epoch_folded(n, &at->log);
	/* An honest node says nothing that it does not count: it holds another state than we. */
	if (view->verdict == VERDICT_PROCEDURE && s->has_instance) {
		start = instance_named(n, s);
		if (start.log.channel == at->log.channel && start.log.party < n->accord->parties_count)
			due_add(n, &start);
	}
	if (view->verdict != VERDICT_OK)
		return ERR_OK;
	if (s->kind == KIND_DIGEST)
		return compare_digest(n, at, s, view);
	if (view->ruling != RULING_OK || !fold_machine(&n->fold, at->log.channel, &m))
		return ERR_OK;
	e = fold_instance_of(&n->fold, at, &start);
	if (e == ERR_OK)
		e = machine_load(&m, spot_of_place(&start));
	if (e == ERR_OK && instance_is_calling(m.instance, spot_of_place(at)))
		due_add(n, &start);
	return err_unless(e, ERR_NOT_FOUND);
}

enum err procedure_say(struct node *n, struct now now)
{
	for (size_t i = n->procedure_dues_count; i-- > 0;) {
		struct place_key start = n->procedure_dues[i].start;
		enum err e;
		if (node_is_half(n, start.log.channel))
			continue; /* said when it is whole */
		n->procedure_dues[i] = n->procedure_dues[--n->procedure_dues_count];
		e = say_digest(n, now, &start);
		if (e != ERR_OK && e != ERR_STOPPED && e != ERR_ROT)
			return e;
	}
	/* Said, or it cannot be: what waited for it does so no longer. */
	for (size_t i = 0; i < n->lines_count; i++) {
		if (n->lines[i].word == WORD_DUE)
			n->lines[i].word = WORD_SAID;
	}
	return ERR_OK;
}

/* ---- LAPSE ---- */

struct lapse {
	struct owed owed;
	bool is_line_down;
};

/* Whether a party whose time is over has the line that it would answer by. */
static bool is_reached(struct node *n, uint32_t channel, const struct owed *o)
{
	uint8_t party = (uint8_t)(1u << o->party);
	struct place_key at;
	struct line *line;

	if (!is_heard(n, party))
		return false;
	if (o->about.number == 0 || o->about.party != n->self)
		return true;
	at = place_of_spot(channel, o->about);
	line = line_find(n, &at.log);
	return line != NULL && has_receipts(line, at.index, party);
}

/* Whether our own move would count as far as the machine's general rules go: it was asked for the others. */
static bool may_call(const struct instance *i, const struct glimpse *g, size_t self)
{
	enum lifecycle life = instance_life(i, g);

	return (i->parties >> self & 1) != 0 && life != LIFE_CLOSED && life != LIFE_STOOD_DOWN &&
	       !has_left(i, g, self) && instance_has_room(i, g, MOVE_LAPSE, self);
}

/* The first of the loaded instance that is over and that nobody has said yet. */
static bool find_lapse(struct node *n, struct now now, const struct machine *m, struct lapse *out)
{
	const struct instance *i = m->instance;
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	struct standing s;
	struct owed owed = { .step = SIZE_MAX };

	if (!may_call(i, &g, n->self))
		return false;
	s = instance_standing(i, &g);
	while (owed_next(i, &g, &s, &owed)) {
		if (owed.party == n->self || owed_state(i, &g, &owed) != OWED_OPEN ||
		    !owed_is_over(i, &g, &owed, n->self, now.wall.ms))
			continue;
		*out = (struct lapse){ owed, !is_reached(n, m->channel, &owed) };
		return true;
	}
	return false;
}

static enum err say_lapse(struct node *n, struct now now, const struct machine *m, const struct lapse *lapse)
{
	const struct procedure_step *step = &m->instance->procedure->steps[lapse->owed.step];
	const struct obligation *what = &step->owe[lapse->owed.obligation];
	struct place_key start = place_of_spot(m->channel, m->instance->start), about = start;
	struct say say = { .channel = m->channel,
			   .kind = KIND_LAPSE,
			   .to = n->accord->parties_count,
			   .instance = start,
			   .fields_count = 5 };
	const char *const words[] = { step->id, level_name(what->what),
				      m->instance->procedure->roles[what->who.role].name,
				      n->accord->parties[lapse->owed.party].name };
	uint8_t memory[5][ROLE_NAME_MAX + 8], leaf[HASH_LEN], start_leaf[HASH_LEN];
	struct buf value = BUF_ON(memory[0]);
	enum err e;

	cbor_put_uint(&value, lapse->is_line_down ? 1 : 0);
	say.fields[0] = (struct field){ FIELD_LAPSE_CAUSE, buf_bytes(&value) };
	for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
		buf_init(&value, memory[i + 1], sizeof memory[i + 1]);
		cbor_put_text(&value, bytes_str(words[i]));
		say.fields[i + 1] = (struct field){ FIELD_LAPSE_STEP + i, buf_bytes(&value) };
	}
	if (lapse->owed.about.number != 0)
		about = place_of_spot(m->channel, lapse->owed.about);
	e = leaf_at(n, &about, leaf);
	if (e == ERR_OK)
		e = leaf_at(n, &start, start_leaf);
	say.refers = about;
	say.leaf = leaf;
	say.instance_leaf = start_leaf;
	return e == ERR_OK ? service_add(n, now, &say, NULL) : e;
}

/* Whom of ours the loaded instance calls next. */
static enum err call_ours(struct node *n, struct now now, const struct machine *m)
{
	const struct instance *i = m->instance;
	const struct vector all = instance_held(i);
	const struct glimpse g = { .past = &all };
	const struct spot start = i->start;
	struct standing s;
	struct owed owed = { .step = SIZE_MAX };
	struct call calls[CALLS_MAX];
	size_t count = 0;
	enum err e = ERR_OK;

	if (!may_call(i, &g, n->self))
		return ERR_OK;
	s = instance_standing(i, &g);
	while (count < CALLS_MAX && owed_next(i, &g, &s, &owed)) {
		const struct procedure_step *step = &i->procedure->steps[owed.step];
		const struct obligation *what = &step->owe[owed.obligation];
		struct call *c = &calls[count];
		uint64_t due_ms;
		if (owed.party != n->self || what->what != LEVEL_WATCH_READ || owed.about.number == 0 ||
		    owed_state(i, &g, &owed) != OWED_OPEN)
			continue;
		*c = (struct call){ .message = place_of_spot(m->channel, owed.about),
				    .instance = place_of_spot(m->channel, i->start),
				    .step = step->id,
				    .post = bytes_str(i->procedure->roles[what->who.role].name),
				    .count = i->procedure->precedence[i->precedence].ladder_count };
		for (size_t r = 0; r < c->count; r++)
			c->waits_ms[r] = 1000ull * i->procedure->precedence[i->precedence].ladder[r];
		count += owed_times(i, &g, &owed, n->self, now.wall.ms, &c->since_ms, &due_ms);
	}
	/* What is said of one takes room, and may load another instance. */
	for (size_t c = 0; e == ERR_OK && c < count; c++) {
		e = machine_load(m, start);
		if (e == ERR_OK && may_call(i, &g, n->self))
			e = watch_call(n, now, &calls[c]);
	}
	return e;
}

static enum err look_at(struct node *n, struct now now, struct machine *m, struct spot start)
{
	struct lapse lapse;
	enum err e = machine_load(m, start);

	while (e == ERR_OK && node_may_say(n, m->channel) && !node_is_half(n, m->channel) &&
	       find_lapse(n, now, m, &lapse)) {
		e = say_lapse(n, now, m, &lapse);
		if (e == ERR_OK)
			e = machine_load(m, start); /* it counts by now */
	}
	if (e == ERR_OK)
		e = call_ours(n, now, m);
	return err_unless(err_unless(err_unless(e, ERR_NOT_FOUND), ERR_STOPPED), ERR_ROT);
}

/* On from where the last tick ended. */
static enum err scan_of(struct node *n, struct now now, uint8_t party)
{
	size_t *channel = &n->procedures_of[party].channel;
	struct spot *at = &n->procedures_of[party].at;
	enum err e = ERR_OK;

	for (size_t i = 0; i < SCAN_INSTANCES && e == ERR_OK && n->accord->channels_count > 0; i++) {
		const struct accord_channel *c = &n->accord->channels[*channel % n->accord->channels_count];
		struct machine m;
		at->party = party;
		e = is_channel_of(c, n->self) && fold_machine(&n->fold, c->number, &m)
			    ? machine_next_of(&m, true, at)
			    : ERR_NOT_FOUND;
		if (e == ERR_OK) {
			e = look_at(n, now, &m, *at);
			continue;
		}
		*at = (struct spot){ 0 };
		*channel = (*channel + 1) % n->accord->channels_count;
		e = err_unless(e, ERR_NOT_FOUND);
	}
	return e;
}

/* Whoever begins many keeps nobody waiting but for his own. */
enum err procedure_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	if (n->is_full || mono_is_before(now.mono, mono_add_ms(n->last_procedures, SCAN_EVERY_MS)))
		return ERR_OK;
	n->last_procedures = now.mono;
	for (uint8_t party = 0; e == ERR_OK && party < n->accord->parties_count; party++)
		e = scan_of(n, now, party);
	return e;
}
