/*
 * A FLASH goes ahead of its log, as a copy that is good by its officer's signature and counts when its log
 * comes.
 */
#include "node/core.h"

#include "base/log.h"

#include <string.h>

/* ---- What goes. ---- */

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
	struct fault fault;
	struct advance a = { .origin = line->log->origin };
	struct effect_frame *frame;
	struct buf payload;
	uint8_t *memory;

	buf_init(&entries, n->scratch, BATCH_LEN_MAX);
	if (item_read(n, line, index, &entries, &item) != ERR_OK ||
	    entry_read(item.entry, &entry, &s, &fault) != ERR_OK || s.kind != KIND_MESSAGE ||
	    !s.has_precedence || s.precedence != PRECEDENCE_FLASH || item.is_erased)
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
	advance_write(&a, n->book, &payload);
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
		    batches_in_flight(&n->peers[peer], URGENCY_ROUTINE) < ADVANCE_BEHIND_LEN)
			reach->goal = line->log->durable;
		while (reach->goal < line->log->durable && send_advance(n, peer, line, reach->goal))
			reach->goal++;
	}
}

/* ---- What comes. ---- */

/*
 * A copy's key in the store: whoever repeats another's statement id takes no copy's place. Rows beside the
 * views, 'v', party, this key, say how many of a party's copies wait for its log.
 */
#define ROW_ADVANCE 'v'

static void advance_key(size_t party, const uint8_t id[STATEMENT_ID_LEN], uint8_t out[STATEMENT_ID_LEN])
{
	uint8_t both[1 + STATEMENT_ID_LEN], hash[HASH_LEN];

	both[0] = (uint8_t)party;
	memcpy(both + 1, id, STATEMENT_ID_LEN);
	hash_sha256(BYTES_OF(both), hash);
	memcpy(out, hash, STATEMENT_ID_LEN);
}

static void row_key(size_t party, const uint8_t key[STATEMENT_ID_LEN], struct buf *out)
{
	buf_put_byte(out, ROW_ADVANCE);
	buf_put_byte(out, (uint8_t)party);
	buf_put(out, (struct bytes){ key, STATEMENT_ID_LEN });
}

/* Copies of that party that are kept, counted no further than to the limit. */
static enum err count_kept(struct node *n, size_t party, size_t *out)
{
	uint8_t prefix[] = { ROW_ADVANCE, (uint8_t)party }, memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	enum err e = ERR_OK;

	buf_put(&key, BYTES_OF(prefix));
	for (*out = 0; *out < ADVANCES_MAX; ++*out) {
		e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, NULL);
		if (e != ERR_OK)
			break;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err advance_keep(struct node *n, size_t party, const uint8_t id[STATEMENT_ID_LEN],
			     const struct advance *a)
{
	struct store *store = record_store(n->record);
	uint8_t key[STATEMENT_ID_LEN], memory[2 + STATEMENT_ID_LEN];
	struct buf row = BUF_ON(memory), payload;
	size_t kept;
	enum err e;

	advance_key(party, id, key);
	row_key(party, key, &row);
	e = map_get(&n->views, buf_bytes(&row), NULL);
	if (e != ERR_NOT_FOUND)
		return e == ERR_OK ? ERR_EXISTS : e;
	e = count_kept(n, party, &kept);
	if (e == ERR_OK && kept == ADVANCES_MAX)
		return ERR_LIMIT;
	if (e == ERR_OK)
		e = turn_open(n);
	if (e == ERR_OK)
		e = map_put(&n->views, buf_bytes(&row), BYTES_LIT("1"));
	if (e != ERR_OK)
		return e;
	/* In full: what is kept is read without knowing by which book it came. */
	buf_init(&payload, n->scratch, SCRATCH_LEN);
	advance_write(a, NULL, &payload);
	e = buf_check(&payload);
	return e == ERR_OK ? store->ops->advance_put(store, key, buf_bytes(&payload)) : e;
}

enum err advance_reached(struct node *n, size_t party, const uint8_t id[STATEMENT_ID_LEN])
{
	struct store *store = record_store(n->record);
	uint8_t key[STATEMENT_ID_LEN], memory[2 + STATEMENT_ID_LEN];
	struct buf row = BUF_ON(memory);
	enum err e;

	advance_key(party, id, key);
	row_key(party, key, &row);
	e = map_get(&n->views, buf_bytes(&row), NULL);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = map_del(&n->views, buf_bytes(&row));
	return e == ERR_OK ? store->ops->advance_del(store, key) : e;
}

/* A statement that is a FLASH of the log that it is said to be of. */
static bool is_flash_of(const struct node *n, const struct advance *a, const struct statement *s)
{
	/* The same officers may have signed it for another accord: an exercise is no FLASH of this one. */
	return memcmp(s->accord, n->accord->id, ACCORD_ID_LEN) == 0 &&
	       memcmp(a->origin.accord, n->accord->id, ACCORD_ID_LEN) == 0 &&
	       bytes_equal(s->party, bytes_str(a->origin.party)) && s->kind == KIND_MESSAGE &&
	       s->has_precedence && s->precedence == PRECEDENCE_FLASH;
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
	if (e == ERR_OK)
		e = fold_judge(&n->fold, &judged.input, &view);
	*is_good = e == ERR_OK && view.verdict == VERDICT_OK;
	return e;
}

enum err receive_advance(struct node *n, struct now now, const struct arrival *in)
{
	struct advance a;
	struct statement s;
	struct fault fault;
	struct place_key at;
	struct log_key key;
	struct line *line;
	struct effect_publish *p;
	struct batch_item item;
	bool is_good;
	enum err e;

	(void)now;
	buf_reset(&n->rebuilt);
	e = advance_read(in->frame.payload, n->book, &n->rebuilt, &a);
	if (e != ERR_OK || statement_read(a.statement, &s, &fault) != ERR_OK || !is_flash_of(n, &a, &s))
		return ERR_FRAME;
	key = (struct log_key){ a.origin.channel, accord_party_find(n->accord, s.party), a.origin.epoch };
	line = line_find(n, &key);
	if (line == NULL || line->is_own || !is_shared_with(line, in->peer) ||
	    s.channel != a.origin.channel || a.signatures_count == 0)
		return ERR_OK;
	if (fold_find_id(&n->fold, s.channel, s.id, &at) == ERR_OK && at.log.party == key.party)
		return ERR_OK;
	item = (struct batch_item){ .content = a.content };
	e = item_check(n, &s, &item);
	if (e != ERR_OK)
		return e;
	e = advance_judge(n, line, &a, &s, &is_good);
	if (e != ERR_OK || !is_good)
		return e; /* it comes again in its log, and is judged there */
	e = advance_keep(n, key.party, s.id, &a);
	if (e == ERR_LIMIT && warns(&n->peers[in->peer], WARN_ADVANCES))
		log_warning("channel %u: ADVANCES_MAX copies of %s wait for its log; one more is not kept",
			    key.channel, n->accord->parties[key.party].name);
	if (e != ERR_OK)
		return e == ERR_EXISTS || e == ERR_LIMIT ? ERR_OK : e;
	p = publish(n, CHANGE_ADVANCE);
	if (p == NULL)
		return ERR_OK;
	p->place.log = key;
	p->entry = arena_copy(&n->fx->arena, a.statement);
	p->content = arena_copy(&n->fx->arena, a.content);
	return ERR_OK;
}
