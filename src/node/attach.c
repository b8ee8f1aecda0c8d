/* Attachments: blobs by hash, fetched beside the log; they always yield. */
#include "node/core.h"

#include "base/alloc.h"
#include "view/reading.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

/*
 * Rows of the map beside the folds:
 *
 *	'w' party, hash                            wanted of that party, its length; until it is whole
 *	'p' hash                                   so far as it is held: which party it came from; with
 *	                                           GIVER_CARRIED, some of it in a bundle, which is anybody's
 *	'b' hash, channel, party, content's hash, epoch, index   named there
 */

#define WANTED_KEY_LEN (2u + HASH_LEN)
#define NAMED_PREFIX_LEN (1u + HASH_LEN + 3u)
#define NAMED_KEY_LEN (NAMED_PREFIX_LEN + HASH_LEN + 12u)

#define GIVER_CARRIED 0x80u

static void wanted_key(struct buf *key, size_t party, const uint8_t hash[HASH_LEN])
{
	buf_put_byte(key, ROW_WANTED);
	buf_put_byte(key, (uint8_t)party);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
}

static void giver_key(struct buf *key, const uint8_t hash[HASH_LEN])
{
	buf_put_byte(key, ROW_GIVER);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
}

/* Who gave a blob, and whether a bundle brought it. */
struct giver {
	size_t party; /* parties_count: nobody but our own officers */
	bool is_carried;
};

static enum err giver_of(struct node *n, const uint8_t hash[HASH_LEN], struct giver *out)
{
	uint8_t memory[1 + HASH_LEN], party;
	struct buf key = BUF_ON(memory), value = { &party, 0, 1, false };
	enum err e;

	*out = (struct giver){ n->accord->parties_count, false };
	giver_key(&key, hash);
	e = map_get(&n->views, buf_bytes(&key), &value);
	if (e == ERR_OK)
		*out = (struct giver){ party & ~GIVER_CARRIED, (party & GIVER_CARRIED) != 0 };
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err giver_put(struct node *n, const uint8_t hash[HASH_LEN], size_t peer, bool is_carried)
{
	uint8_t memory[1 + HASH_LEN], party = (uint8_t)(peer | (is_carried ? GIVER_CARRIED : 0));
	struct buf key = BUF_ON(memory);

	giver_key(&key, hash);
	return map_put(&n->views, buf_bytes(&key), (struct bytes){ &party, 1 });
}

static void named_prefix(struct buf *key, const uint8_t hash[HASH_LEN], uint32_t channel, size_t party)
{
	buf_put_byte(key, ROW_NAMED);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
	buf_put_byte(key, (uint8_t)(channel >> 8));
	buf_put_byte(key, (uint8_t)channel);
	buf_put_byte(key, (uint8_t)party);
}

enum err attachments_named(struct node *n, const struct place_key *at, const struct statement *s,
			   struct bytes bytes)
{
	struct buf memory = arena_lend(&n->fx->arena, CONTENT_LEN_MAX);
	struct blob blobs[ATTACHMENTS_MAX];
	enum err e = ERR_OK;
	size_t count;

	if (!s->has_content)
		return ERR_OK;
	/* What was held already does not come again. */
	if (bytes.len == 0 && s->content.sealing == SEALING_NONE) {
		e = lent(record_content(n->record, s->content.hash, &memory));
		if (is_failure(e))
			return e;
		bytes = buf_bytes(&memory);
		e = ERR_OK;
	}
	count = content_blobs(s, bytes, blobs);
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		uint8_t key_memory[NAMED_KEY_LEN];
		struct buf key = BUF_ON(key_memory);
		named_prefix(&key, blobs[i].hash, at->log.channel, at->log.party);
		buf_put(&key, (struct bytes){ s->content.hash, HASH_LEN });
		buf_put_be32(&key, at->log.epoch);
		buf_put_be64(&key, at->index);
		e = map_put(&n->views, buf_bytes(&key), BYTES_LIT("1"));
		if (e == ERR_OK && at->log.party == n->self)
			e = look_named(n, blobs[i].hash);
	}
	return e;
}

/* Whether a content that is held names the blob, in a row that begins so. */
static enum err is_named(struct node *n, struct bytes prefix, bool *out)
{
	uint8_t memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	enum err e;

	*out = false;
	buf_put(&key, prefix);
	while (!*out && (e = map_next(&n->views, prefix, buf_bytes(&key), &key, NULL)) == ERR_OK) {
		struct buf none = { 0 };
		e = record_content(n->record, memory + NAMED_PREFIX_LEN, &none);
		if (is_failure(e))
			return e;
		*out = e == ERR_LIMIT; /* there is some, and no room for it here */
	}
	return *out ? ERR_OK : err_unless(e, ERR_NOT_FOUND);
}

/* ---- Who may name it. ---- */

struct naming {
	struct node *n;
	struct reading reading;
	uint8_t entry[ENTRY_LEN_MAX];
};

static enum err naming_fetch(void *self, const struct place_key *at, struct statement *out)
{
	struct naming *m = self;
	struct entry_read_out entry;
	struct buf memory;
	enum err e;

	buf_init(&memory, m->entry, sizeof m->entry);
	e = node_entry(m->n, at, &memory, &entry);
	if (e == ERR_OK)
		*out = entry.statement;
	return e;
}

static uint32_t naming_epoch(void *self, uint32_t channel, size_t party)
{
	const struct naming *m = self;

	return node_epoch(m->n, channel, party);
}

static const struct accord *naming_accord(void *self, uint32_t channel)
{
	const struct naming *m = self;

	return accord_here(m->n, channel);
}

/* Where a row of what names it says that it stands. */
static void place_of_row(const uint8_t *row, struct place_key *out)
{
	const uint8_t *tail = row + NAMED_PREFIX_LEN + HASH_LEN;

	out->log.channel = (uint32_t)row[1 + HASH_LEN] << 8 | row[2 + HASH_LEN];
	out->log.party = row[3 + HASH_LEN];
	out->log.epoch = be32_get(tail);
	out->index = be64_get(tail + 4);
}

/* Whether he may read an entry whose content is held and names it. */
static enum err reads_what_names(struct naming *m, const uint8_t hash[HASH_LEN], bool *out)
{
	uint8_t prefix[1 + HASH_LEN] = { ROW_NAMED }, memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	enum err e;

	memcpy(prefix + 1, hash, HASH_LEN);
	buf_put(&key, BYTES_OF(prefix));
	while (!*out &&
	       (e = map_next(&m->n->views, BYTES_OF(prefix), buf_bytes(&key), &key, NULL)) == ERR_OK) {
		struct buf none = { 0 };
		struct place_key at;
		e = record_content(m->n->record, memory + NAMED_PREFIX_LEN, &none);
		if (is_failure(e))
			return e;
		place_of_row(memory, &at);
		e = e == ERR_LIMIT ? reading_place(&m->reading, &at, out) : ERR_OK;
		if (e != ERR_OK)
			return e;
	}
	return *out ? ERR_OK : err_unless(e, ERR_NOT_FOUND);
}

enum err attachment_may_name(struct node *n, struct now now, const uint8_t key[KEY_HASH_LEN],
			     const uint8_t hash[HASH_LEN], bool *out)
{
	enum err e = look_was_given(n, key, hash, out);
	struct reading_record record = { .fold = &n->fold,
					 .fetch = naming_fetch,
					 .epoch = naming_epoch,
					 .now_ms = now.wall.ms,
					 .accord = naming_accord };
	struct naming *m;

	if (e != ERR_OK || *out)
		return e;
	m = xcalloc(1, sizeof *m);
	m->n = n;
	record.self = m;
	reading_open_officer(&m->reading, &record, n->self, key);
	e = reads_what_names(m, hash, out);
	free(m);
	return e;
}

/* In that party's logs of the channel. */
static enum err is_named_in(struct node *n, const uint8_t hash[HASH_LEN], uint32_t channel, size_t party,
			    bool *out)
{
	uint8_t memory[NAMED_PREFIX_LEN];
	struct buf prefix = BUF_ON(memory);

	named_prefix(&prefix, hash, channel, party);
	return is_named(n, buf_bytes(&prefix), out);
}

/*
 * Only what we, or the one who gave it to us, said on a channel of this peer: whoever knows a hash can name
 * it in a log of his own.
 */
enum err attachment_may_have(struct node *n, size_t peer, const uint8_t hash[HASH_LEN], bool *out)
{
	struct giver giver;
	enum err e = giver_of(n, hash, &giver);

	*out = false;
	for (size_t i = 0; e == ERR_OK && !*out && i < n->accord->channels_count; i++) {
		const struct accord_channel *c = &n->accord->channels[i];
		if (c->plane == PLANE_HOME || !is_channel_of(c, n->self) || !is_channel_of(c, peer))
			continue;
		e = is_named_in(n, hash, c->number, n->self, out);
		if (e == ERR_OK && !*out && giver.party < n->accord->parties_count)
			e = is_named_in(n, hash, c->number, giver.party, out);
	}
	return e;
}

enum err attachments_wanted(struct node *n, struct now now, size_t author, const struct statement *s,
			    struct bytes bytes)
{
	struct store *store = record_store(n->record);
	struct blob blobs[ATTACHMENTS_MAX];
	size_t count = content_blobs(s, bytes, blobs);

	for (size_t i = 0; i < count; i++) {
		uint8_t memory[WANTED_KEY_LEN], len_memory[8];
		struct buf key = BUF_ON(memory), len = BUF_ON(len_memory);
		uint64_t held = 0, total = 0;
		enum err e = err_unless(store->ops->attachment_held(store, blobs[i].hash, &held, &total),
					ERR_NOT_FOUND);
		if (e != ERR_OK)
			return e;
		if (total > 0 && held == total)
			continue;
		wanted_key(&key, author, blobs[i].hash);
		buf_put_be64(&len, blobs[i].len);
		e = map_put(&n->views, buf_bytes(&key), buf_bytes(&len));
		if (e != ERR_OK)
			return e;
	}
	return count == 0 ? ERR_OK : attachments_fetch(n, now, author);
}

static struct fetching *fetching_find(struct peer *p, const uint8_t hash[HASH_LEN])
{
	for (size_t i = 0; i < p->fetching_count; i++) {
		if (memcmp(p->fetching[i].hash, hash, HASH_LEN) == 0)
			return &p->fetching[i];
	}
	return NULL;
}

static void fetching_end(struct peer *p, struct fetching *f)
{
	*f = p->fetching[--p->fetching_count];
}

/* One blob comes from one peer at a time; from another when that one lets us wait. */
static bool is_with_another(struct node *n, struct now now, size_t peer, const uint8_t hash[HASH_LEN])
{
	for (size_t i = 0; i < n->accord->parties_count; i++) {
		struct fetching *f = i == peer ? NULL : fetching_find(&n->peers[i], hash);
		if (f == NULL)
			continue;
		if (mono_is_before(now.mono, mono_add_ms(f->heard, FETCH_STALLED_MS)))
			return true;
		fetching_end(&n->peers[i], f);
	}
	return false;
}

/* What another gave of it, or a bundle brought, may be false, and would make this one's false too. */
static enum err start_anew(struct node *n, size_t peer, const uint8_t hash[HASH_LEN], bool is_by_bundle)
{
	struct store *store = record_store(n->record);
	struct giver giver;
	uint64_t held, total;
	enum err e = store->ops->attachment_held(store, hash, &held, &total);

	if (e != ERR_OK || total == 0)
		return err_unless(e, ERR_NOT_FOUND);
	e = giver_of(n, hash, &giver);
	if (e != ERR_OK || held == total || (giver.party == peer && (is_by_bundle || !giver.is_carried)))
		return e;
	e = turn_open(n);
	return e == ERR_OK ? store->ops->attachment_del(store, hash) : e;
}

static enum err send_fetch(struct node *n, struct now now, size_t peer, const uint8_t hash[HASH_LEN])
{
	struct peer *p = &n->peers[peer];
	struct store *store = record_store(n->record);
	struct fetch fetch;
	uint64_t held = 0, total = 0;
	uint8_t *memory = arena_alloc(&n->fx->arena, 64, 1);
	struct effect_frame *frame;
	struct buf payload;
	enum err e;

	if (memory == NULL || is_with_another(n, now, peer, hash))
		return ERR_OK;
	e = start_anew(n, peer, hash, false);
	if (e != ERR_OK)
		return e;
	if (store->ops->attachment_held(store, hash, &held, &total) != ERR_OK)
		held = 0;
	frame = frame_out(n, peer, best_path(p), URGENCY_ATTACHMENT, FRAME_FETCH);
	if (frame == NULL)
		return ERR_OK;
	memcpy(fetch.hash, hash, HASH_LEN);
	fetch.offset = held;
	buf_init(&payload, memory, 64);
	fetch_write(&fetch, &payload);
	frame->payload = buf_bytes(&payload);
	p->fetching[p->fetching_count].heard = now.mono;
	memcpy(p->fetching[p->fetching_count++].hash, hash, HASH_LEN);
	return ERR_OK;
}

enum err attachment_wanted_next(struct node *n, size_t peer, const uint8_t *after, struct fetch *out)
{
	struct store *store = record_store(n->record);
	uint8_t prefix[] = { ROW_WANTED, (uint8_t)peer }, memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	struct giver giver;
	uint64_t total;
	enum err e;

	buf_put(&key, BYTES_OF(prefix));
	if (after != NULL)
		buf_put(&key, (struct bytes){ after, HASH_LEN });
	e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, NULL);
	if (e != ERR_OK)
		return e;
	memcpy(out->hash, memory + WANTED_KEY_LEN - HASH_LEN, HASH_LEN);
	out->offset = 0;
	e = giver_of(n, out->hash, &giver);
	if (e == ERR_OK && giver.party == peer)
		e = store->ops->attachment_held(store, out->hash, &out->offset, &total);
	return err_unless(e, ERR_NOT_FOUND);
}

/* The next party behind this one that has it and can be asked now, if there is one. */
static enum err ask_another(struct node *n, struct now now, size_t peer, const uint8_t hash[HASH_LEN])
{
	for (size_t i = 1; i < n->accord->parties_count; i++) {
		size_t other = (peer + i) % n->accord->parties_count;
		uint8_t memory[WANTED_KEY_LEN], len[8];
		struct buf key = BUF_ON(memory), value = BUF_ON(len);
		enum err e;

		if (other == n->self || best_path(&n->peers[other]) == LINK_PATHS_MAX ||
		    n->peers[other].fetching_count == FETCHES_MAX)
			continue;
		wanted_key(&key, other, hash);
		e = map_get(&n->views, buf_bytes(&key), &value);
		if (e != ERR_NOT_FOUND)
			return e == ERR_OK ? send_fetch(n, now, other, hash) : e;
	}
	return ERR_OK;
}

/* Whoever could not serve it has forgotten it: he is asked again, where no other has it. */
static enum err stalled_end(struct node *n, struct now now, size_t peer)
{
	struct peer *p = &n->peers[peer];
	enum err e = ERR_OK;

	for (size_t i = p->fetching_count; e == ERR_OK && i-- > 0;) {
		uint8_t hash[HASH_LEN];
		if (mono_is_before(now.mono, mono_add_ms(p->fetching[i].heard, FETCH_STALLED_MS)))
			continue;
		memcpy(hash, p->fetching[i].hash, sizeof hash);
		fetching_end(p, &p->fetching[i]);
		e = ask_another(n, now, peer, hash);
	}
	return e;
}

enum err attachments_fetch(struct node *n, struct now now, size_t peer)
{
	struct peer *p = &n->peers[peer];
	uint8_t prefix[] = { ROW_WANTED, (uint8_t)peer }, memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);
	enum err e = stalled_end(n, now, peer);

	buf_put(&key, BYTES_OF(prefix));
	while (e == ERR_OK && p->fetching_count < FETCHES_MAX && best_path(p) < LINK_PATHS_MAX) {
		e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, NULL);
		if (e == ERR_OK && fetching_find(p, memory + WANTED_KEY_LEN - HASH_LEN) == NULL)
			e = send_fetch(n, now, peer, memory + WANTED_KEY_LEN - HASH_LEN);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

enum err receive_fetch(struct node *n, const struct arrival *in)
{
	struct peer *p = &n->peers[in->peer];
	struct fetch fetch;
	bool may_have = false;
	enum err e = fetch_read(in->frame.payload, &fetch);

	if (e == ERR_OK)
		e = attachment_may_have(n, in->peer, fetch.hash, &may_have);
	if (e != ERR_OK || !may_have)
		return e;
	if (in->path == PATH_BUNDLE)
		return bundle_asked(n, in->peer, &fetch);
	for (size_t i = 0; i < SERVINGS_MAX; i++) {
		struct serving *s = &p->servings[i];
		if (s->is_used && memcmp(s->hash, fetch.hash, HASH_LEN) != 0)
			continue;
		s->is_used = true;
		memcpy(s->hash, fetch.hash, HASH_LEN);
		s->offset = fetch.offset;
		return ERR_OK;
	}
	return ERR_OK; /* asked again when one of those is done */
}

/* The next piece of one serving; false if it is done or cannot be read. */
static bool serve_piece(struct node *n, size_t peer, struct serving *s)
{
	struct store *store = record_store(n->record);
	struct attachment_piece piece = { .offset = s->offset };
	uint8_t *memory = arena_alloc(&n->fx->arena, 2 * ATTACHMENT_PIECE_MAX + 128, 1);
	struct buf bytes, payload;
	struct effect_frame *frame;
	uint64_t held;
	bool may_have;

	if (memory == NULL || store->ops->attachment_held(store, s->hash, &held, &piece.total) != ERR_OK ||
	    held != piece.total || s->offset >= piece.total ||
	    attachment_may_have(n, peer, s->hash, &may_have) != ERR_OK || !may_have)
		return false;
	buf_init(&bytes, memory, ATTACHMENT_PIECE_MAX);
	if (store->ops->attachment_get(store, s->hash, s->offset,
				       piece.total - s->offset < ATTACHMENT_PIECE_MAX
					       ? (size_t)(piece.total - s->offset)
					       : ATTACHMENT_PIECE_MAX,
				       &bytes) != ERR_OK)
		return false;
	frame = frame_out(n, peer, best_path(&n->peers[peer]), URGENCY_ATTACHMENT, FRAME_ATTACHMENT);
	if (frame == NULL)
		return false;
	memcpy(piece.hash, s->hash, HASH_LEN);
	piece.piece = buf_bytes(&bytes);
	buf_init(&payload, memory + ATTACHMENT_PIECE_MAX, ATTACHMENT_PIECE_MAX + 128);
	attachment_piece_write(&piece, &payload);
	frame->payload = buf_bytes(&payload);
	frame->tag = tag_new(n, &(struct tag){ .kind = FRAME_ATTACHMENT, .peer = peer, .path = frame->path });
	n->peers[peer].pieces++;
	s->offset += piece.piece.len;
	return true;
}

/* A few pieces under way, in turn over what is asked for: the socket's pace is ours. */
void attachments_serve(struct node *n, size_t peer)
{
	struct peer *p = &n->peers[peer];

	for (size_t tried = 0; tried < SERVINGS_MAX && p->pieces < PIECES_MAX; p->next_serving++) {
		struct serving *s = &p->servings[p->next_serving % SERVINGS_MAX];
		tried++;
		if (!s->is_used)
			continue;
		if (serve_piece(n, peer, s))
			tried = 0;
		else
			s->is_used = false;
	}
}

/* The blob is whole: it is what its hash says, or it is not kept. */
static enum err blob_check(struct node *n, const uint8_t hash[HASH_LEN], uint64_t total, bool *is_good)
{
	struct store *store = record_store(n->record);
	struct hash_stream stream;
	uint8_t found[HASH_LEN];

	hash_open(&stream);
	for (uint64_t at = 0; at < total;) {
		struct buf piece;
		uint64_t len = total - at < BATCH_LEN_MAX ? total - at : BATCH_LEN_MAX;
		enum err e;
		buf_init(&piece, n->scratch, SCRATCH_LEN);
		e = store->ops->attachment_get(store, hash, at, (size_t)len, &piece);
		if (e != ERR_OK)
			return e;
		hash_add(&stream, buf_bytes(&piece));
		at += len;
	}
	hash_finish(&stream, found);
	*is_good = memcmp(found, hash, HASH_LEN) == 0;
	return ERR_OK;
}

static enum err wanted_del(struct node *n, size_t party, const uint8_t hash[HASH_LEN])
{
	uint8_t memory[WANTED_KEY_LEN];
	struct buf key = BUF_ON(memory);
	enum err e;

	wanted_key(&key, party, hash);
	e = map_del(&n->views, buf_bytes(&key));
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err wanted_of_nobody(struct node *n, const uint8_t hash[HASH_LEN])
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n->accord->parties_count; i++)
		e = wanted_del(n, i, hash);
	return e;
}

/* Nobody names it any more: its bytes go, and it is fetched from nobody. */
static enum err blob_go(struct node *n, const uint8_t hash[HASH_LEN])
{
	struct store *store = record_store(n->record);
	uint8_t memory[1 + HASH_LEN];
	struct buf key = BUF_ON(memory);
	enum err e = wanted_of_nobody(n, hash);

	for (size_t i = 0; i < n->accord->parties_count; i++) {
		struct fetching *f = fetching_find(&n->peers[i], hash);
		if (f != NULL)
			fetching_end(&n->peers[i], f);
	}
	giver_key(&key, hash);
	if (e == ERR_OK)
		e = err_unless(map_del(&n->views, buf_bytes(&key)), ERR_NOT_FOUND);
	if (e == ERR_OK)
		e = look_forget(n, hash);
	if (e == ERR_OK)
		e = store->ops->attachment_del(store, hash);
	return err_unless(e, ERR_NOT_FOUND);
}

enum err attachments_renew(struct node *n, struct now now, const struct line *line, const struct statement *s,
			   struct bytes bytes)
{
	struct store *store = record_store(n->record);
	struct blob blobs[ATTACHMENTS_MAX];
	size_t count = content_blobs(s, bytes, blobs);
	enum err e = ERR_OK;

	if (line->channel->plane == PLANE_HOME)
		return ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		uint64_t held, total;
		bool is_good = true;
		e = store->ops->attachment_held(store, blobs[i].hash, &held, &total);
		if (e == ERR_OK && total > 0 && held == total)
			e = blob_check(n, blobs[i].hash, total, &is_good);
		if (e == ERR_NOT_FOUND || e == ERR_CORRUPT)
			is_good = false;
		if (!is_good)
			e = store->ops->attachment_del(store, blobs[i].hash);
	}
	for (size_t i = 0; e == ERR_OK && i < n->accord->parties_count; i++) {
		if (i != n->self && is_shared_with(line, i))
			e = attachments_wanted(n, now, i, s, bytes);
	}
	return e;
}

bool attachments_pending(struct node *n)
{
	uint8_t prefix[] = { ROW_WANTED }, memory[MAP_KEY_MAX];
	struct buf key = BUF_ON(memory);

	for (size_t i = 0; i < n->accord->parties_count; i++) {
		const struct peer *p = &n->peers[i];
		for (size_t j = 0; j < p->fetching_count; j++) {
			if (mono_is_before(n->scrub.moved, p->fetching[j].heard))
				n->scrub.moved = p->fetching[j].heard;
		}
	}
	return map_next(&n->views, BYTES_OF(prefix), BYTES_OF(prefix), &key, NULL) == ERR_OK;
}

enum err attachments_unnamed(struct node *n, const struct log_key *log, const struct statement *s,
			     struct bytes bytes)
{
	struct blob blobs[ATTACHMENTS_MAX];
	size_t count = content_blobs(s, bytes, blobs);
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		uint8_t memory[NAMED_PREFIX_LEN + HASH_LEN];
		struct buf key = BUF_ON(memory);
		struct bytes any = { memory, 1 + HASH_LEN };
		bool is_kept;
		named_prefix(&key, blobs[i].hash, log->channel, log->party);
		buf_put(&key, (struct bytes){ s->content.hash, HASH_LEN });
		/* Left there, it would be passed over by each that is erased later. */
		e = beside_del_all(n, buf_bytes(&key));
		if (e == ERR_OK)
			e = is_named(n, any, &is_kept);
		if (e == ERR_OK && !is_kept)
			e = blob_go(n, blobs[i].hash);
	}
	return e;
}

/*
 * It is not what its hash says. If all of it came from this peer by his line, he is not asked for it again; a
 * bundle is anybody's, and takes nothing from him.
 */
static enum err blob_false(struct node *n, const struct arrival *in, const uint8_t hash[HASH_LEN])
{
	enum err e = record_store(n->record)->ops->attachment_del(record_store(n->record), hash);
	struct giver giver;

	if (e == ERR_OK)
		e = giver_of(n, hash, &giver);
	if (e == ERR_OK && !giver.is_carried)
		e = wanted_del(n, in->peer, hash);
	if (e == ERR_OK && (!giver.is_carried || in->path == PATH_BUNDLE))
		return ERR_CONTENT;
	return e;
}

static enum err blob_whole(struct node *n, struct now now, const struct arrival *in,
			   const struct attachment_piece *piece)
{
	struct fetching *fetching = fetching_find(&n->peers[in->peer], piece->hash);
	struct effect_publish *change;
	bool is_good;
	enum err e = blob_check(n, piece->hash, piece->total, &is_good);

	if (e != ERR_OK)
		return e;
	if (fetching != NULL)
		fetching_end(&n->peers[in->peer], fetching);
	if (!is_good) {
		enum err why = blob_false(n, in, piece->hash);
		e = why == ERR_OK || in->path == PATH_BUNDLE ? attachments_fetch(n, now, in->peer) : why;
		return e == ERR_OK ? why : e;
	}
	e = wanted_of_nobody(n, piece->hash);
	if (e != ERR_OK)
		return e;
	change = publish(n, CHANGE_ATTACHMENT);
	if (change != NULL)
		change->peer = in->peer;
	return attachments_fetch(n, now, in->peer);
}

/*
 * What is not of the one length that makes rows few, or not of the length that the content names, is no
 * piece. ERR_NOT_FOUND: it is wanted no longer, since a full disk took back the message that names it.
 */
static enum err piece_check(struct node *n, size_t peer, const struct attachment_piece *p)
{
	uint8_t memory[WANTED_KEY_LEN], len[8];
	struct buf key = BUF_ON(memory), value = BUF_ON(len);
	uint64_t rest = p->total - p->offset;
	enum err e;

	wanted_key(&key, peer, p->hash);
	e = map_get(&n->views, buf_bytes(&key), &value);
	if (e != ERR_OK)
		return e;
	return value.len == sizeof len && be64_get(len) == p->total &&
			       p->piece.len == (rest < ATTACHMENT_PIECE_MAX ? rest : ATTACHMENT_PIECE_MAX)
		       ? ERR_OK
		       : ERR_FRAME;
}

/* Whether it follows what is held of this one's; ERR_NOT_FOUND: it does not, and that is no fault. */
static enum err piece_follows(struct node *n, struct now now, const struct arrival *in,
			      const struct attachment_piece *p)
{
	struct store *store = record_store(n->record);
	uint64_t held = 0, total = 0;
	struct giver giver;
	enum err e = giver_of(n, p->hash, &giver);

	/* What was asked for on a path begins at its FETCH; nobody has asked for what is carried. */
	if (e == ERR_OK && in->path == PATH_BUNDLE && giver.party != in->peer) {
		if (p->offset > 0 || is_with_another(n, now, in->peer, p->hash))
			return ERR_NOT_FOUND;
		e = start_anew(n, in->peer, p->hash, true);
	}
	if (e == ERR_OK)
		e = err_unless(store->ops->attachment_held(store, p->hash, &held, &total), ERR_NOT_FOUND);
	if (e != ERR_OK)
		return e;
	return held != p->offset || (total > 0 && total != p->total) ? ERR_NOT_FOUND : ERR_OK;
}

static enum err piece_keep(struct node *n, struct now now, const struct arrival *in,
			   const struct attachment_piece *p)
{
	struct store *store = record_store(n->record);
	bool is_by_bundle = in->path == PATH_BUNDLE;
	struct giver giver;
	enum err e = turn_open(n);

	if (e == ERR_OK)
		e = giver_of(n, p->hash, &giver);
	if (e == ERR_OK && (p->offset == 0 || giver.party != in->peer || (is_by_bundle && !giver.is_carried)))
		e = giver_put(n, p->hash, in->peer, is_by_bundle);
	if (e == ERR_OK)
		e = store->ops->attachment_put(store, p->hash, p->total, p->offset, p->piece);
	if (e == ERR_OK && p->offset + p->piece.len == p->total)
		e = blob_whole(n, now, in, p);
	return e;
}

enum err receive_piece(struct node *n, struct now now, const struct arrival *in)
{
	struct peer *peer = &n->peers[in->peer];
	struct attachment_piece piece;
	struct fetching *fetching;
	enum err e = attachment_piece_read(in->frame.payload, &piece);

	if (e != ERR_OK)
		return e;
	fetching = in->path == PATH_BUNDLE ? NULL : fetching_find(peer, piece.hash);
	if (fetching == NULL && in->path != PATH_BUNDLE)
		return ERR_OK; /* asked for on a path that went down since, or never: it is not kept */
	e = piece_check(n, in->peer, &piece);
	if (e == ERR_NOT_FOUND && fetching != NULL)
		fetching_end(peer, fetching);
	if (e == ERR_OK && fetching != NULL)
		fetching->heard = now.mono;
	if (e == ERR_OK)
		e = piece_follows(n, now, in, &piece); /* held already, or of a serving asked for before */
	if (e == ERR_OK)
		e = piece_keep(n, now, in, &piece);
	return err_unless(e, ERR_NOT_FOUND);
}

/* What one of ours began under another length, and has not ended, is in nobody's way. */
static enum err begin_anew(struct node *n, const uint8_t hash[HASH_LEN], uint64_t total)
{
	struct store *store = record_store(n->record);
	struct giver giver;
	uint64_t held, was;
	enum err e = store->ops->attachment_held(store, hash, &held, &was);

	if (e != ERR_OK || was == 0 || was == total || held == was)
		return err_unless(e, ERR_NOT_FOUND);
	e = giver_of(n, hash, &giver);
	if (e != ERR_OK || giver.party < n->accord->parties_count)
		return e;
	return store->ops->attachment_del(store, hash);
}

/* What is answered is by what was given here alone: or a hash would ask whether its bytes are held. */
enum err node_attach(struct node *n, const uint8_t *by, const uint8_t hash[HASH_LEN], uint64_t total,
		     uint64_t offset, struct bytes piece)
{
	static const uint8_t nobody[KEY_HASH_LEN];
	struct store *store = record_store(n->record);
	bool is_good = false, is_given, was_whole;
	uint64_t held = 0, was = 0;
	enum err kept, e;

	if (total == 0 || total > ATTACHMENT_LEN_MAX || piece.len > total || offset > total - piece.len)
		return ERR_LIMIT;
	e = turn_open(n);
	if (e == ERR_OK && offset == 0)
		e = begin_anew(n, hash, total);
	if (e == ERR_OK)
		e = err_unless(store->ops->attachment_held(store, hash, &held, &was), ERR_NOT_FOUND);
	if (e != ERR_OK)
		return e;
	was_whole = was == total && held == total;
	kept = store->ops->attachment_put(store, hash, total, offset, piece);
	if (kept != ERR_OK && kept != ERR_USAGE) /* of another length than what is held: not kept */
		return kept;
	by = by == NULL ? nobody : by;
	is_given = look_add(n, by, hash, total, offset, piece);
	/* What was whole before has been looked through: not again for whoever repeats its last byte. */
	if (offset + piece.len < total || (was_whole && !is_given))
		return ERR_OK;
	e = kept == ERR_OK ? blob_check(n, hash, total, &is_good) : ERR_NOT_FOUND;
	if (e == ERR_OK && !is_good)
		e = store->ops->attachment_del(store, hash);
	if (e != ERR_OK && e != ERR_NOT_FOUND) /* a piece has not come */
		return e;
	return is_given ? look_keep(n, by, hash, is_good) : ERR_OK;
}
