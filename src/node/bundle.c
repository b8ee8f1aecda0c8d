/*
 * Bundles: a path that is carried by hand (docs/spec/link.md section 7). The records first, then what we want
 * of the peer's attachments, then those that he lacks of ours.
 *
 * Rows of the map beside the folds:
 *
 *	'A' party, hash   a bundle of that party asked for it, from this offset on; until his next HELLO
 */
#include "node/core.h"

#include "wire/content.h"

#include <string.h>

#define ASKED_KEY_LEN (2u + HASH_LEN)

static void asked_key(struct buf *key, size_t peer, const uint8_t hash[HASH_LEN])
{
	buf_put_byte(key, ROW_ASKED);
	buf_put_byte(key, (uint8_t)peer);
	buf_put(key, (struct bytes){ hash, HASH_LEN });
}

enum err bundle_asked(struct node *n, size_t peer, const struct fetch *fetch)
{
	uint8_t memory[ASKED_KEY_LEN], offset_memory[8];
	struct buf key = BUF_ON(memory), offset = BUF_ON(offset_memory);

	asked_key(&key, peer, fetch->hash);
	buf_put_be64(&offset, fetch->offset);
	return beside_put(n, buf_bytes(&key), buf_bytes(&offset));
}

enum err bundle_forget(struct node *n, size_t peer)
{
	const uint8_t prefix[] = { ROW_ASKED, (uint8_t)peer };

	return beside_del_all(n, BYTES_OF(prefix));
}

/* ---- What is to go, one step a part. ERR_NOT_FOUND: the part is done. ---- */

static enum err put_hello(struct node *n, size_t peer, struct now now, struct bundle_cursor *c,
			  struct buf *frame)
{
	struct hello h;
	struct buf notes, payload;
	enum err e;

	/* No batch is built meanwhile: its part of the scratch memory is free. */
	buf_init(&notes, n->scratch, BATCH_LEN_MAX);
	e = hello_build(n, now, peer, &h, &notes);
	if (e != ERR_OK)
		return e;
	buf_init(&payload, n->scratch + BATCH_LEN_MAX, SCRATCH_LEN - BATCH_LEN_MAX);
	hello_write(&h, &payload);
	n->bundle_said = version_in_force(n);
	if (buf_check(&payload) != ERR_OK)
		return ERR_LIMIT;
	frame_write(FRAME_HELLO, buf_bytes(&payload), frame);
	c->part = BUNDLE_BATCHES;
	return buf_check(frame);
}

static void blob_add(struct bundle_cursor *c, const uint8_t hash[HASH_LEN], uint64_t offset)
{
	struct bundle_blob *b = &c->blobs[c->blobs_count];

	for (size_t i = 0; i < c->blobs_count; i++) {
		if (memcmp(c->blobs[i].hash, hash, HASH_LEN) == 0)
			return;
	}
	if (c->blobs_count == BUNDLE_BLOBS_MAX) {
		c->left++;
		return;
	}
	memcpy(b->hash, hash, HASH_LEN);
	b->offset = offset;
	c->blobs_count++;
}

/* Whose entry he is not known to hold, of it he has no attachment either. */
static void blobs_collect(struct node *n, struct bundle_cursor *c, size_t count)
{
	struct blob blobs[ATTACHMENTS_MAX];
	struct statement s;
	struct entry entry;
	struct fault fault;

	for (size_t i = 0; i < count; i++) {
		size_t named;
		if (n->items[i].content.len == 0 ||
		    entry_read(n->items[i].entry, &entry, &s, &fault) != ERR_OK)
			continue;
		named = content_blobs(&s, n->items[i].content, blobs);
		for (size_t j = 0; j < named; j++)
			blob_add(c, blobs[j].hash, 0);
	}
}

/* What his last bundle asked for comes first: it has waited longer. */
static enum err blobs_asked(struct node *n, size_t peer, struct bundle_cursor *c)
{
	uint8_t prefix[] = { ROW_ASKED, (uint8_t)peer }, memory[MAP_KEY_MAX], offset[8];
	struct buf key = BUF_ON(memory), value = BUF_ON(offset);
	enum err e;

	buf_put(&key, BYTES_OF(prefix));
	while ((e = map_next(&n->views, BYTES_OF(prefix), buf_bytes(&key), &key, &value)) == ERR_OK) {
		blob_add(c, memory + ASKED_KEY_LEN - HASH_LEN, be64_get(offset));
		buf_reset(&value);
	}
	return err_unless(e, ERR_NOT_FOUND);
}

static enum err put_batch(struct node *n, size_t peer, struct bundle_cursor *c, struct buf *frame)
{
	for (; c->line < n->lines_count; c->line++, c->from = 0) {
		struct line *line = &n->lines[c->line];
		/* Its own log only when its last HELLO showed that it has lost some of it. */
		bool is_theirs = line->key.party == peer;
		struct buf payload;
		uint64_t size;
		enum err e = ERR_NOT_FOUND;
		if (!is_shared_with(line, peer) || (is_theirs && !n->peers[peer].has_said))
			continue;
		if (c->from < line->reach[peer].held)
			c->from = line->reach[peer].held;
		/* Written behind the frame's head, which then is put before it. */
		buf_init(&payload, frame->ptr + frame->len + FRAME_HEAD_LEN, FRAME_LEN_MAX - FRAME_HEAD_LEN);
		if (c->from < line->log->durable)
			e = batch_build(n, line,
					&(struct batch_goal){ c->from, line->log->durable, 0,
							      n->books + n->bundle_said },
					&payload, &size);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != ERR_OK)
			return e;
		if (line->is_own)
			blobs_collect(n, c, (size_t)(size - c->from));
		buf_put_be32(frame, (uint32_t)payload.len + 1);
		buf_put_byte(frame, FRAME_BATCH);
		frame->len += payload.len;
		c->from = size;
		return ERR_OK;
	}
	c->part = BUNDLE_FETCHES;
	return ERR_NOT_FOUND;
}

static enum err put_fetch(struct node *n, size_t peer, struct bundle_cursor *c, struct buf *frame)
{
	uint8_t memory[64];
	struct buf payload = BUF_ON(memory);
	struct fetch fetch;
	enum err e = attachment_wanted_next(n, peer, c->has_fetched ? c->fetched : NULL, &fetch);

	if (e == ERR_NOT_FOUND || c->fetches == BUNDLE_BLOBS_MAX) {
		c->part = BUNDLE_PIECES;
		return ERR_NOT_FOUND;
	}
	if (e != ERR_OK)
		return e;
	fetch_write(&fetch, &payload);
	frame_write(FRAME_FETCH, buf_bytes(&payload), frame);
	memcpy(c->fetched, fetch.hash, HASH_LEN);
	c->has_fetched = true;
	c->fetches++;
	return buf_check(frame);
}

/* The next piece of one blob. ERR_NOT_FOUND: it is through, or is not ours to give. */
static enum err put_piece(struct node *n, size_t peer, struct bundle_cursor *c, struct buf *frame)
{
	struct store *store = record_store(n->record);
	struct bundle_blob *b = &c->blobs[c->blob];
	struct attachment_piece piece = { .offset = b->offset };
	struct buf bytes, payload;
	uint64_t held, rest;
	bool may_have = false;
	enum err e = store->ops->attachment_held(store, b->hash, &held, &piece.total);

	if (e == ERR_OK && held == piece.total && b->offset < held && b->offset % ATTACHMENT_PIECE_MAX == 0)
		e = attachment_may_have(n, peer, b->hash, &may_have);
	if (e == ERR_OK && !may_have)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	rest = held - b->offset < ATTACHMENT_PIECE_MAX ? held - b->offset : ATTACHMENT_PIECE_MAX;
	if (rest > c->pieces_max - c->pieces) {
		c->left++;
		return ERR_NOT_FOUND;
	}
	buf_init(&bytes, n->scratch, ATTACHMENT_PIECE_MAX);
	e = store->ops->attachment_get(store, b->hash, b->offset, (size_t)rest, &bytes);
	if (e != ERR_OK)
		return e;
	memcpy(piece.hash, b->hash, HASH_LEN);
	piece.piece = buf_bytes(&bytes);
	buf_init(&payload, n->scratch + BATCH_LEN_MAX, SCRATCH_LEN - BATCH_LEN_MAX);
	attachment_piece_write(&piece, &payload);
	frame_write(FRAME_ATTACHMENT, buf_bytes(&payload), frame);
	b->offset += rest;
	c->pieces += rest;
	return buf_check(frame);
}

static enum err put_pieces(struct node *n, size_t peer, struct bundle_cursor *c, struct buf *frame)
{
	for (; c->blob < c->blobs_count; c->blob++) {
		enum err e = put_piece(n, peer, c, frame);
		/* A piece that this disk has lost is the scrub's to find; the others go. */
		if (e == ERR_OK || is_failure(e))
			return e;
	}
	n->peers[peer].bundle_left = c->left;
	return ERR_NOT_FOUND;
}

enum err node_bundle(struct node *n, size_t peer, struct now now, struct bundle_cursor *c, struct buf *frame)
{
	enum err e = ERR_NOT_FOUND;

	if (frame->max - frame->len < FRAME_LEN_MAX)
		return ERR_LIMIT;
	if (c->part == BUNDLE_HELLO) {
		e = blobs_asked(n, peer, c);
		return e == ERR_OK ? put_hello(n, peer, now, c, frame) : e;
	}
	if (c->part == BUNDLE_BATCHES)
		e = put_batch(n, peer, c, frame);
	if (e == ERR_NOT_FOUND && c->part == BUNDLE_FETCHES)
		e = put_fetch(n, peer, c, frame);
	if (e == ERR_NOT_FOUND && c->part == BUNDLE_PIECES)
		e = put_pieces(n, peer, c, frame);
	return e;
}
