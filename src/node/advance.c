/*
 * A FLASH goes ahead of its log, as a copy that is good by its officer's signature and counts when its log
 * comes.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

/* A message that somebody signed, as urgent as that. */
static bool is_urgent(const struct statement *s, enum precedence last)
{
	return s->kind == KIND_MESSAGE && s->has_precedence && s->precedence <= last;
}

/* It says itself that it is of that log, of our accord: an exercise's is no FLASH of this one. */
static bool is_said_of(const struct node *n, const struct statement *s, const struct origin *o)
{
	struct origin own = { .channel = s->channel, .epoch = o->epoch };

	memcpy(own.accord, s->accord, ACCORD_ID_LEN);
	memcpy(own.party, s->party.ptr, s->party.len);
	return origin_equal(&own, o) && memcmp(o->accord, n->accord->id, ACCORD_ID_LEN) == 0;
}

/* ---- What goes. ---- */

bool is_urgent_item(struct node *n, const struct line *line, uint64_t index, enum precedence last,
		    struct buf *memory, struct batch_item *item, struct entry *entry, struct statement *s)
{
	struct fault fault;

	return item_read(n, line, index, memory, item) == ERR_OK &&
	       entry_read(item->entry, entry, s, &fault) == ERR_OK && is_urgent(s, last) && !item->is_erased;
}

/* A FLASH behind a log that is still on its way goes ahead of it. */
#define ADVANCE_BEHIND_LEN (8u << 10)

/* False: too much of it is given to the link already, and the socket's pace is ours. */
static bool send_advance(struct node *n, size_t peer, const struct line *line, uint64_t index)
{
	struct peer *p = &n->peers[peer];
	struct buf entries;
	struct batch_item item;
	struct entry entry;
	struct statement s;
	struct advance a = { .origin = line->log->origin };
	struct effect_frame *frame;
	struct buf payload;
	uint8_t *memory;

	buf_init(&entries, n->scratch, BATCH_LEN_MAX);
	if (!is_urgent_item(n, line, index, PRECEDENCE_FLASH, &entries, &item, &entry, &s))
		return true;
	if (p->advances >= ADVANCE_AHEAD_MAX || p->tags + PIECES_MAX >= TAGS_PER_PEER_MAX ||
	    !effects_has_room(n->fx, 8, 2 * FRAME_LEN_MAX))
		return false;
	memory = arena_alloc(&n->fx->arena, entries.len + 256, 1);
	if (memory == NULL)
		return false;
	a.statement = entry.statement;
	a.content = item.content;
	a.signatures_count = entry.signatures_count;
	memcpy(a.signatures, entry.signatures, sizeof a.signatures);
	frame = frame_out(n, peer, best_path(p), URGENCY_FLASH, FRAME_ADVANCE);
	if (frame == NULL)
		return false;
	buf_init(&payload, memory, entries.len + 256);
	advance_write(&a, book_of(n, peer, frame->path), &payload);
	frame->payload = buf_bytes(&payload);
	frame->tag = tag_new(n, &(struct tag){ .kind = FRAME_ADVANCE,
					       .urgency = URGENCY_FLASH,
					       .len = payload.len,
					       .peer = peer,
					       .path = frame->path });
	p->advances += payload.len;
	return true;
}

/* Own entries that were committed since the last call and are FLASH behind a backlog. */
void advances_send(struct node *n, size_t peer)
{
	const struct peer *p = &n->peers[peer];

	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		struct reach *reach;
		if (!line->is_own || !is_shared_with(line, peer))
			continue;
		reach = &line->reach[peer];
		if (reach->goal < reach->sent)
			reach->goal = reach->sent;
		/* Only what comes behind something else needs a copy that goes ahead. */
		if ((line->channel->precedences & 1u << PRECEDENCE_FLASH) == 0 ||
		    batches_in_flight(&p->paths[best_path(p)], URGENCY_ROUTINE) < ADVANCE_BEHIND_LEN)
			reach->goal = line->log->durable;
		while (reach->goal < line->log->durable && send_advance(n, peer, line, reach->goal))
			reach->goal++;
	}
}

/* ---- What comes. ---- */

/*
 * A copy's key in the store: whoever repeats another's statement id takes no copy's place. Rows beside the
 * views:
 *
 *	'v' party, this key      a copy of that party's that waits for its log: state, place, number
 *	'q' place, key           of a copy by a line: that number was promised to it
 */
#define PLACE_UNKNOWN UINT64_MAX /* a signed copy does not say its number */

static void advance_key(size_t party, const uint8_t id[STATEMENT_ID_LEN], uint8_t out[STATEMENT_ID_LEN])
{
	uint8_t both[1 + STATEMENT_ID_LEN], hash[HASH_LEN];

	both[0] = (uint8_t)party;
	memcpy(both + 1, id, STATEMENT_ID_LEN);
	hash_sha256(BYTES_OF(both), hash);
	memcpy(out, hash, STATEMENT_ID_LEN);
}

/* What is known of a copy without reading it. */
struct kept {
	uint8_t key[STATEMENT_ID_LEN];
	enum advance_state state;
	struct place_key at;
	uint64_t number; /* rises with each of its party's that comes to its state */
};

#define KEPT_LEN (1 + PLACE_KEY_LEN + 8)

static void row_key(size_t party, const uint8_t key[STATEMENT_ID_LEN], struct buf *out)
{
	buf_put_byte(out, ROW_ADVANCE);
	buf_put_byte(out, (uint8_t)party);
	buf_put(out, (struct bytes){ key, STATEMENT_ID_LEN });
}

#define PROMISED_LEN (1 + PLACE_KEY_LEN + STATEMENT_ID_LEN)

static void promised_key(const struct place_key *at, struct bytes key, struct buf *out)
{
	buf_put_byte(out, ROW_PROMISED);
	place_key_write(at, out);
	buf_put(out, key);
}

static enum err kept_put(struct node *n, const struct kept *k)
{
	uint8_t memory[2 + STATEMENT_ID_LEN], value_memory[KEPT_LEN];
	struct buf row = BUF_ON(memory), value = BUF_ON(value_memory);

	row_key(k->at.log.party, k->key, &row);
	buf_put_byte(&value, (uint8_t)k->state);
	place_key_write(&k->at, &value);
	buf_put_be64(&value, k->number);
	return beside_put(n, buf_bytes(&row), buf_bytes(&value));
}

static enum err kept_read(struct bytes value, struct kept *out)
{
	struct bytes at = { value.ptr + 1, PLACE_KEY_LEN };

	/* Those of before had no number: they are the oldest. */
	if ((value.len != KEPT_LEN && value.len != KEPT_LEN - 8) || value.ptr[0] < ADVANCE_SIGNED ||
	    value.ptr[0] > ADVANCE_FALSE)
		return ERR_CORRUPT;
	out->state = (enum advance_state)value.ptr[0];
	out->number = value.len < KEPT_LEN ? 0 : be64_get(value.ptr + 1 + PLACE_KEY_LEN);
	return place_key_read(&at, &out->at);
}

/* ERR_NOT_FOUND. */
static enum err kept_get(struct node *n, size_t party, const uint8_t key[STATEMENT_ID_LEN], struct kept *out)
{
	uint8_t memory[2 + STATEMENT_ID_LEN], value_memory[KEPT_LEN];
	struct buf row = BUF_ON(memory), value = BUF_ON(value_memory);
	enum err e;

	row_key(party, key, &row);
	e = map_get(&n->views, buf_bytes(&row), &value);
	memcpy(out->key, key, STATEMENT_ID_LEN);
	return e == ERR_OK ? kept_read(buf_bytes(&value), out) : e;
}

static enum err kept_del(struct node *n, const struct kept *k)
{
	uint8_t memory[2 + STATEMENT_ID_LEN], promised_memory[PROMISED_LEN];
	struct buf row = BUF_ON(memory), promised = BUF_ON(promised_memory);
	struct store *store = record_store(n->record);
	enum err e;

	row_key(k->at.log.party, k->key, &row);
	e = beside_del(n, buf_bytes(&row));
	if (e == ERR_OK && k->state != ADVANCE_SIGNED) {
		promised_key(&k->at, BYTES_OF(k->key), &promised);
		e = beside_del(n, buf_bytes(&promised));
		n->line_copies -= n->line_copies > 0;
	}
	return e == ERR_OK ? store->ops->advance_del(store, k->key) : e;
}

/*
 * A place for one more in its state, and its number. ERR_LIMIT: as many are signed already. Nobody signed
 * what came by a line, and whoever has its key says as much as he likes: there the oldest gives way, of each
 * state by itself, so that no copy finds the door shut, and not all that was found FALSE is taken back.
 */
static enum err kept_room(struct node *n, struct kept *k)
{
	uint8_t prefix[] = { ROW_ADVANCE, (uint8_t)k->at.log.party }, memory[MAP_KEY_MAX];
	uint8_t value_memory[KEPT_LEN];
	struct buf row = BUF_ON(memory), value = BUF_ON(value_memory);
	size_t count = 0, max = k->state == ADVANCE_SIGNED ? ADVANCES_MAX : ADVANCES_BY_LINE_MAX;
	struct kept one, oldest = { .number = UINT64_MAX };
	enum err e = ERR_OK;

	k->number = 0;
	buf_put(&row, BYTES_OF(prefix));
	for (;;) {
		buf_reset(&value);
		e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&row), &row, &value);
		if (e == ERR_OK)
			e = kept_read(buf_bytes(&value), &one);
		if (e != ERR_OK)
			break;
		if (one.state != k->state)
			continue;
		count++;
		memcpy(one.key, row.ptr + sizeof prefix, STATEMENT_ID_LEN);
		if (one.number >= k->number)
			k->number = one.number + 1;
		if (one.number < oldest.number)
			oldest = one;
	}
	if (e != ERR_NOT_FOUND || count < max)
		return err_unless(e, ERR_NOT_FOUND);
	return k->state == ADVANCE_SIGNED ? ERR_LIMIT : kept_del(n, &oldest);
}

enum err advances_count(struct node *n)
{
	uint8_t prefix[] = { ROW_PROMISED }, memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	enum err e = ERR_OK;

	buf_put(&key, BYTES_OF(prefix));
	for (n->line_copies = 0; e == ERR_OK; n->line_copies += e == ERR_OK)
		e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, NULL);
	return err_unless(e, ERR_NOT_FOUND);
}

/* A signed copy as ADVANCE has it, in full: it is read without knowing by which book it came. */
static enum err copy_put(struct node *n, const struct kept *k, const struct advance *a)
{
	struct store *store = record_store(n->record);
	struct buf payload;

	/* There is room for more than what an entry and its content may be. */
	buf_init(&payload, n->scratch, SCRATCH_LEN);
	if (k->state == ADVANCE_SIGNED) {
		advance_write(a, NULL, &payload);
	} else {
		cbor_put_array(&payload, 2);
		cbor_put_bytes(&payload, a->statement);
		cbor_put_bytes(&payload, a->content);
	}
	return store->ops->advance_put(store, k->key, buf_bytes(&payload));
}

static enum err line_copy_read(struct bytes in, struct advance *out)
{
	struct cbor_reader r;

	*out = (struct advance){ 0 };
	cbor_open(&r, in);
	cbor_read_tuple(&r, 2, "advance.copy");
	cbor_read_bytes(&r, ENTRY_LEN_MAX, &out->statement);
	cbor_read_bytes(&r, CONTENT_LEN_MAX, &out->content);
	cbor_close(&r);
	return cbor_finish(&r);
}

static enum err kept_copy(struct node *n, const struct kept *k, struct buf *memory, struct advance *out)
{
	struct store *store = record_store(n->record);
	struct bytes payload = { memory->ptr + memory->len, 0 };
	size_t from = memory->len;
	enum err e = store->ops->advance_get(store, k->key, memory);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	payload.len = memory->len - from;
	e = k->state == ADVANCE_SIGNED ? advance_read(payload, NULL, memory, out)
				       : line_copy_read(payload, out);
	return e == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

static void publish_copy(struct node *n, const struct kept *k, const struct advance *a)
{
	struct effect_publish *p = publish(n, CHANGE_ADVANCE);

	if (p == NULL)
		return;
	p->place = k->at;
	p->advance = k->state;
	p->entry = arena_copy(&n->fx->arena, a->statement);
	p->content = arena_copy(&n->fx->arena, a->content);
}

/* The line said what its log does not: kept, and shown as what it is, until many more of them have come. */
static enum err contradict(struct node *n, struct kept *k)
{
	struct buf memory;
	struct advance a;
	enum err e;

	if (k->state == ADVANCE_FALSE)
		return ERR_OK;
	buf_init(&memory, n->scratch, SCRATCH_LEN);
	e = kept_copy(n, k, &memory, &a);
	k->state = ADVANCE_FALSE;
	if (e == ERR_OK)
		e = kept_room(n, k);
	if (e == ERR_OK)
		e = kept_put(n, k);
	if (e != ERR_OK)
		return e;
	log_error("channel %u: what a thin path said of %s's entry %llu is not what its log holds: the copy "
		  "is FALSE",
		  k->at.log.channel, n->accord->parties[k->at.log.party].name,
		  (unsigned long long)k->at.index);
	publish_copy(n, k, &a);
	return ERR_OK;
}

/*
 * What stands in the way of a copy: ERR_NOT_FOUND: nothing; ERR_EXISTS: one with the same words. One by a
 * line makes room for the signed one, unless they differ.
 */
static enum err advance_meet(struct node *n, const struct kept *k, const struct advance *a)
{
	struct buf memory;
	struct advance there;
	struct kept old;
	enum err e = kept_get(n, k->at.log.party, k->key, &old);

	if (e != ERR_OK)
		return e;
	if (old.state != ADVANCE_BY_LINE)
		return ERR_EXISTS;
	buf_init(&memory, n->scratch, SCRATCH_LEN);
	e = kept_copy(n, &old, &memory, &there);
	if (e != ERR_OK)
		return e;
	if (!bytes_equal(there.statement, a->statement) || !bytes_equal(there.content, a->content)) {
		e = contradict(n, &old);
		return e == ERR_OK ? ERR_EXISTS : e;
	}
	if (k->state == ADVANCE_BY_LINE)
		return ERR_EXISTS;
	e = kept_del(n, &old);
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

/* Unless it is there: ERR_EXISTS; ERR_LIMIT. */
static enum err advance_keep(struct node *n, struct kept *k, const struct statement *s,
			     const struct advance *a)
{
	uint8_t memory[PROMISED_LEN];
	struct buf row = BUF_ON(memory);
	enum err e;

	advance_key(k->at.log.party, s->id, k->key);
	e = advance_meet(n, k, a);
	if (e != ERR_NOT_FOUND)
		return e;
	e = kept_room(n, k);
	if (e == ERR_OK)
		e = kept_put(n, k);
	if (e == ERR_OK && k->state == ADVANCE_BY_LINE) {
		promised_key(&k->at, BYTES_OF(k->key), &row);
		e = beside_put(n, buf_bytes(&row), BYTES_LIT("1"));
		n->line_copies++;
	}
	return e == ERR_OK ? copy_put(n, k, a) : e;
}

/* The number of this entry was promised to another statement, or to several. */
static enum err promise_check(struct node *n, const struct place_key *at, const uint8_t key[STATEMENT_ID_LEN])
{
	uint8_t prefix_memory[PROMISED_LEN], memory[MAP_KEY_MAX];
	struct buf prefix = BUF_ON(prefix_memory), row = BUF_ON(memory);
	enum err e = ERR_OK;

	if (n->line_copies == 0)
		return ERR_OK;
	promised_key(at, (struct bytes){ NULL, 0 }, &prefix);
	buf_put(&row, buf_bytes(&prefix));
	while (e == ERR_OK) {
		struct kept k;

		e = map_next(&n->views, buf_bytes(&prefix), buf_bytes(&row), &row, NULL);
		if (e != ERR_OK)
			return err_unless(e, ERR_NOT_FOUND);
		if (memcmp(row.ptr + prefix.len, key, STATEMENT_ID_LEN) == 0)
			continue;
		e = kept_get(n, at->log.party, row.ptr + prefix.len, &k);
		if (e == ERR_OK)
			e = contradict(n, &k);
		/* a row that rotted was deleted: this one promises nothing any more */
		else if (e == ERR_NOT_FOUND)
			e = beside_del(n, buf_bytes(&row));
	}
	return e;
}

enum err advance_reached(struct node *n, const struct log_key *log, const struct entry *entry,
			 const struct statement *s)
{
	struct place_key at = { *log, entry->index };
	uint8_t key[STATEMENT_ID_LEN];
	struct buf memory;
	struct advance a;
	struct kept k;
	enum err e;

	advance_key(log->party, s->id, key);
	e = promise_check(n, &at, key);
	if (e == ERR_OK)
		e = kept_get(n, log->party, key, &k);
	if (e != ERR_OK || k.state == ADVANCE_FALSE)
		return err_unless(e, ERR_NOT_FOUND);
	if (k.state == ADVANCE_BY_LINE) {
		buf_init(&memory, n->scratch, SCRATCH_LEN);
		e = kept_copy(n, &k, &memory, &a);
		if (e != ERR_OK || !bytes_equal(a.statement, entry->statement))
			return e == ERR_OK ? contradict(n, &k) : e;
	}
	return kept_del(n, &k);
}

/* As the door would judge it at the end of what is held of its log. */
static enum err advance_judge(struct node *n, const struct line *line, const struct advance *a,
			      const struct statement *s, bool *is_good)
{
	struct entry entry = { .origin = a->origin,
			       .index = line->log->frontier.size,
			       .filed = s->claimed,
			       .statement = a->statement,
			       .signatures_count = a->signatures_count };
	struct judged judged;
	struct entry_view view;
	enum err e;

	memcpy(entry.signatures, a->signatures, sizeof entry.signatures);
	e = judged_read(n, &line->key, &entry, s, &judged);
	*is_good = false;
	if (e != ERR_OK || judged.is_behind_rot)
		return e;
	e = fold_judge(&n->fold, &judged.input, &view);
	*is_good = e == ERR_OK && view.verdict == VERDICT_OK;
	return e;
}

static enum err advance_take(struct node *n, struct kept *k, const struct statement *s,
			     const struct advance *a)
{
	enum err e = advance_keep(n, k, s, a);

	if (e == ERR_OK)
		publish_copy(n, k, a);
	return e;
}

enum err receive_advance(struct node *n, struct now now, const struct arrival *in)
{
	struct kept k = { .state = ADVANCE_SIGNED };
	struct advance a;
	struct statement s;
	struct fault fault;
	struct place_key at;
	struct line *line;
	struct batch_item item;
	bool is_good;
	enum err e;

	(void)now;
	buf_reset(&n->rebuilt);
	e = advance_read(in->frame.payload, book_of(n, in->peer, in->path), &n->rebuilt, &a);
	if (e != ERR_OK || statement_read(a.statement, &s, &fault) != ERR_OK ||
	    !is_urgent(&s, PRECEDENCE_FLASH) || !is_said_of(n, &s, &a.origin))
		return ERR_FRAME;
	line = line_by_origin(n, &a.origin);
	if (line == NULL || line->is_own || !is_shared_with(line, in->peer))
		return ERR_OK;
	k.at = (struct place_key){ line->key, PLACE_UNKNOWN };
	if (fold_find_id(&n->fold, s.channel, k.at.log.party, s.id, &at) == ERR_OK)
		return ERR_OK;
	item = (struct batch_item){ .content = a.content };
	e = item_check(n, &s, &item);
	if (e != ERR_OK)
		return e;
	e = advance_judge(n, line, &a, &s, &is_good);
	if (e != ERR_OK || !is_good)
		return e; /* it comes again in its log, and is judged there */
	e = advance_take(n, &k, &s, &a);
	if (e == ERR_LIMIT && warns(&n->peers[in->peer], WARN_ADVANCES))
		log_warning("channel %u: ADVANCES_MAX copies of %s wait for its log; one more is not kept",
			    k.at.log.channel, n->accord->parties[k.at.log.party].name);
	return err_unless(err_unless(e, ERR_EXISTS), ERR_LIMIT);
}

/* ---- What a thin path brings: the word of the peer's node, and no officer's yet. ---- */

/* A message of a channel that both of us share, as urgent as a thin path is for. */
static bool is_for_line(const struct node *n, size_t peer, const struct thin_copy *copy,
			const struct statement *s)
{
	const struct accord_channel *c = accord_channel_find(n->accord, s->channel);

	return is_shared_channel(n, s->channel, peer) && is_said_of(n, s, &copy->origin) &&
	       copy->origin.epoch > 0 && is_urgent(s, PRECEDENCE_IMMEDIATE) &&
	       (c->precedences >> s->precedence & 1) != 0;
}

/* The log has that number already: the copy is late, or said again by whoever listens, or it contradicts. */
static enum err advance_late(struct node *n, const struct line *line, struct kept *k,
			     const struct statement *s, const struct advance *a)
{
	struct entry entry;
	struct statement there;
	struct buf memory;
	enum err e;

	buf_init(&memory, n->scratch, SCRATCH_LEN);
	e = record_entry_read(n->record, line->log, k->at.index, &memory, &entry, &there);
	if (e != ERR_OK)
		return e;
	if (bytes_equal(entry.statement, a->statement))
		return ERR_EXISTS;
	e = advance_keep(n, k, s, a);
	return e == ERR_OK ? contradict(n, k) : e;
}

enum err advance_heard(struct node *n, size_t peer, const struct thin_copy *copy)
{
	struct kept k = { .state = ADVANCE_BY_LINE,
			  .at = { { copy->origin.channel, peer, copy->origin.epoch }, copy->index } };
	struct advance a = { .origin = copy->origin, .statement = copy->statement, .content = copy->content };
	struct batch_item item = { .content = copy->content };
	const struct line *line = line_find(n, &k.at.log);
	struct statement s;
	struct fault fault;
	struct place_key at;

	if (statement_read(copy->statement, &s, &fault) != ERR_OK || !is_for_line(n, peer, copy, &s) ||
	    item_check(n, &s, &item) != ERR_OK)
		return ERR_REFUSED;
	if (line != NULL && k.at.index < line->log->frontier.size)
		return advance_late(n, line, &k, &s, &a);
	/* In another epoch or under another number: it is in the record, and that is what counts. */
	if (fold_find_id(&n->fold, s.channel, peer, s.id, &at) == ERR_OK)
		return ERR_EXISTS;
	return advance_take(n, &k, &s, &a);
}

/* ---- Reading. ---- */

enum err node_advance_next(struct node *n, struct advance_cursor *cursor, struct buf *memory,
			   struct advance_read_out *out)
{
	uint8_t prefix[] = { ROW_ADVANCE, (uint8_t)cursor->party }, key_memory[MAP_KEY_MAX];
	uint8_t value_memory[KEPT_LEN];
	struct buf key = BUF_ON(key_memory), value = BUF_ON(value_memory);
	struct fault fault;
	struct advance a;
	struct kept k;
	enum err e;

	buf_put(&key, BYTES_OF(prefix));
	if (cursor->is_begun)
		buf_put(&key, BYTES_OF(cursor->key));
	e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, &value);
	if (e == ERR_OK)
		e = kept_read(buf_bytes(&value), &k);
	if (e != ERR_OK)
		return e;
	cursor->is_begun = true;
	memcpy(cursor->key, key.ptr + 2, STATEMENT_ID_LEN);
	memcpy(k.key, cursor->key, STATEMENT_ID_LEN);
	e = kept_copy(n, &k, memory, &a);
	if (e == ERR_OK && statement_read(a.statement, &out->statement, &fault) != ERR_OK)
		e = ERR_CORRUPT;
	if (e != ERR_OK)
		return e;
	out->state = k.state;
	out->place = k.at;
	out->content = a.content;
	return ERR_OK;
}
