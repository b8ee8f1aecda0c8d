/* Attachments: blobs by hash, fetched beside the log; they always yield. */
#include "node/core.h"

#include "wire/content.h"

#include <string.h>

/* Rows of the map beside the folds: 'w', hash, party that has it. Gone when the blob is whole. */
#define ROW_WANTED 'w'

static void wanted_key(struct buf *key, const uint8_t hash[HASH_LEN])
{
	buf_put_byte(key, ROW_WANTED);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
}

enum err attachments_wanted(struct node *n, size_t author, struct bytes bytes)
{
	struct store *store = record_store(n->record);
	struct content content;
	struct fault fault;

	if (content_read(bytes, &content, &fault) != ERR_OK)
		return ERR_OK; /* kept; the officer answers NEGATIVE */
	for (size_t i = 0; i < content.attachments_count; i++) {
		uint8_t memory[HASH_LEN + 1], party = (uint8_t)author;
		struct buf key = BUF_ON(memory);
		uint64_t held, total;
		enum err e = store->ops->attachment_held(store, content.attachments[i].hash, &held, &total);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK && total > 0 && held == total)
			continue;
		wanted_key(&key, content.attachments[i].hash);
		e = map_put(&n->views, buf_bytes(&key), (struct bytes){ &party, 1 });
		if (e != ERR_OK)
			return e;
	}
	attachments_fetch(n, author);
	return ERR_OK;
}

static bool is_fetching(const struct peer *p, const uint8_t hash[HASH_LEN])
{
	for (size_t i = 0; i < p->fetching_count; i++) {
		if (memcmp(p->fetching[i], hash, HASH_LEN) == 0)
			return true;
	}
	return false;
}

static void send_fetch(struct node *n, size_t peer, const uint8_t hash[HASH_LEN])
{
	struct store *store = record_store(n->record);
	struct fetch fetch;
	uint64_t held = 0, total = 0;
	uint8_t *memory = arena_alloc(&n->fx->arena, 64, 1);
	struct effect_frame *frame;
	struct buf payload;

	if (memory == NULL)
		return;
	if (store->ops->attachment_held(store, hash, &held, &total) != ERR_OK)
		held = 0;
	frame = frame_out(n, peer, best_path(&n->peers[peer]), URGENCY_ATTACHMENT, FRAME_FETCH);
	if (frame == NULL)
		return;
	memcpy(fetch.hash, hash, HASH_LEN);
	fetch.offset = held;
	buf_init(&payload, memory, 64);
	fetch_write(&fetch, &payload);
	frame->payload = buf_bytes(&payload);
	memcpy(n->peers[peer].fetching[n->peers[peer].fetching_count++], hash, HASH_LEN);
}

void attachments_fetch(struct node *n, size_t peer)
{
	struct peer *p = &n->peers[peer];
	uint8_t prefix = ROW_WANTED, memory[MAP_KEY_MAX], party;
	struct buf key = BUF_ON(memory);

	buf_put_byte(&key, ROW_WANTED);
	while (p->fetching_count < FETCHES_MAX && best_path(p) < LINK_PATHS_MAX) {
		struct buf value = BUF_ON(&party);
		value.max = 1;
		if (map_next(&n->views, (struct bytes){ &prefix, 1 }, buf_bytes(&key), &key, &value) !=
		    ERR_OK)
			return;
		if (key.len == HASH_LEN + 1 && party == peer && !is_fetching(p, memory + 1))
			send_fetch(n, peer, memory + 1);
	}
}

void attachments_fetch_all(struct node *n)
{
	for (size_t peer = 0; peer < n->accord->parties_count; peer++) {
		if (peer != n->self)
			attachments_fetch(n, peer);
	}
}

enum err receive_fetch(struct node *n, const struct arrival *in)
{
	struct peer *p = &n->peers[in->peer];
	struct fetch fetch;
	enum err e = fetch_read(in->frame.payload, &fetch);

	if (e != ERR_OK)
		return e;
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

	if (memory == NULL || store->ops->attachment_held(store, s->hash, &held, &piece.total) != ERR_OK ||
	    held != piece.total || s->offset >= piece.total)
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
	frame->tag = tag_new(n, &(struct tag){ .line = SIZE_MAX, .peer = peer, .path = frame->path });
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

static enum err blob_whole(struct node *n, size_t peer, const uint8_t hash[HASH_LEN], uint64_t total)
{
	struct peer *p = &n->peers[peer];
	uint8_t memory[HASH_LEN + 1];
	struct buf key = BUF_ON(memory);
	struct effect_publish *change;
	bool is_good;
	enum err e = blob_check(n, hash, total, &is_good);

	if (e != ERR_OK)
		return e;
	if (!is_good) {
		e = record_store(n->record)->ops->attachment_del(record_store(n->record), hash);
		return e == ERR_OK ? ERR_CONTENT : e;
	}
	wanted_key(&key, hash);
	e = map_del(&n->views, buf_bytes(&key));
	for (size_t i = 0; i < p->fetching_count; i++) {
		if (memcmp(p->fetching[i], hash, HASH_LEN) == 0) {
			memmove(p->fetching[i], p->fetching[--p->fetching_count], HASH_LEN);
			break;
		}
	}
	change = publish(n, CHANGE_ATTACHMENT);
	if (change != NULL)
		change->peer = peer;
	attachments_fetch(n, peer);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err receive_piece(struct node *n, const struct arrival *in)
{
	struct store *store = record_store(n->record);
	struct attachment_piece piece;
	uint64_t held = 0, total = 0;
	enum err e = attachment_piece_read(in->frame.payload, &piece);

	if (e != ERR_OK)
		return e;
	if (!is_fetching(&n->peers[in->peer], piece.hash))
		return ERR_OK; /* asked for on a path that went down since, or never: it is not kept */
	if (piece.total > ATTACHMENT_LEN_MAX || piece.piece.len > piece.total ||
	    piece.offset > piece.total - piece.piece.len)
		return ERR_FRAME;
	e = store->ops->attachment_held(store, piece.hash, &held, &total);
	if (e != ERR_OK)
		return e;
	if (held != piece.offset || (total > 0 && total != piece.total))
		return ERR_OK; /* held already, or of a serving that was asked for before */
	e = turn_open(n);
	if (e == ERR_OK)
		e = store->ops->attachment_put(store, piece.hash, piece.total, piece.offset, piece.piece);
	if (e == ERR_OK && piece.offset + piece.piece.len == piece.total)
		e = blob_whole(n, in->peer, piece.hash, piece.total);
	return e;
}

enum err node_attach(struct node *n, const uint8_t hash[HASH_LEN], uint64_t total, uint64_t offset,
		     struct bytes piece)
{
	struct store *store = record_store(n->record);
	bool is_good = true;
	enum err e;

	if (total == 0 || total > ATTACHMENT_LEN_MAX || piece.len > total || offset > total - piece.len)
		return ERR_LIMIT;
	e = turn_open(n);
	if (e == ERR_OK)
		e = store->ops->attachment_put(store, hash, total, offset, piece);
	if (e == ERR_OK && offset + piece.len == total)
		e = blob_check(n, hash, total, &is_good);
	if (e == ERR_OK && !is_good) {
		e = store->ops->attachment_del(store, hash);
		return e == ERR_OK ? ERR_VERIFY : e;
	}
	return e;
}
