#include "api/runs.h"

#include "api/place_text.h"
#include "base/alloc.h"
#include "sys/file.h"
#include "wire/content.h"

#include <stdlib.h>
#include <string.h>

static enum err read_hash(struct request *q, uint8_t hash[HASH_LEN])
{
	return bytes_read_hex(request_word(q, "hash"), hash, HASH_LEN);
}

/*
 * An attachment has no label: it is its item's. A session says of which, and that names it or there is none.
 */
static enum err may_have(struct api *a, struct request *q, const uint8_t hash[HASH_LEN])
{
	struct entry_read_out entry;
	struct place_key place;
	struct buf memory, content;
	struct blob blobs[ATTACHMENTS_MAX];
	size_t count;
	enum err e;

	if (a->reading.as == READING_OWNER)
		return ERR_OK;
	e = request_place(a, q, &place);
	buf_init(&memory, a->entry_memory, ENTRY_LEN_MAX);
	buf_init(&content, a->content_memory, CONTENT_LEN_MAX);
	if (e == ERR_OK)
		e = node_entry(a->node, &place, &memory, &entry);
	if (e == ERR_OK)
		e = request_may(a, &place, &entry.statement);
	if (e == ERR_OK)
		e = node_words(a->node, &place, &entry.statement, &content);
	if (e != ERR_OK)
		return e == ERR_REFUSED ? ERR_NOT_FOUND : e;
	count = content_blobs(&entry.statement, buf_bytes(&content), blobs);
	for (size_t i = 0; i < count; i++) {
		if (memcmp(blobs[i].hash, hash, HASH_LEN) == 0)
			return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

/* Without an offset: how much of it is held. With one: the bytes from there. */
enum err run_attachment(struct api *a, struct request *q, struct reply *r)
{
	uint64_t offset, len, held = 0, total = 0;
	uint8_t hash[HASH_LEN];
	enum err e = read_hash(q, hash);

	if (e != ERR_OK || request_number(q, "offset", ATTACHMENT_LEN_MAX, 0, &offset) != ERR_OK ||
	    request_number(q, "len", REQUEST_LEN_MAX, REQUEST_LEN_MAX, &len) != ERR_OK)
		return ERR_USAGE;
	if (request_word(q, "offset").ptr == NULL)
		len = 0;
	e = may_have(a, q, hash);
	if (e != ERR_OK)
		return e;
	e = node_attachment(a->node, hash, offset, (size_t)len, r->out, &held, &total);
	if (e != ERR_OK)
		return e;
	if (request_word(q, "offset").ptr != NULL) {
		request_answer(q, request_status(ERR_OK), "application/octet-stream", buf_bytes(r->out));
		return ERR_OK;
	}
	reply_object(r, NULL);
	reply_uint(r, "held", held);
	reply_uint(r, "total", total);
	reply_object_end(r);
	return ERR_OK;
}

/* Answered by api_committed. */
static void wait_for_commit(struct request *q)
{
	q->state = REQUEST_COMMITS;
	request_suspend(q);
}

enum err run_attach(struct api *a, struct request *q, struct reply *r)
{
	uint8_t hash[HASH_LEN];
	uint64_t offset, total;
	enum err e = read_hash(q, hash);

	(void)r;
	if (e != ERR_OK || request_number(q, "offset", UINT64_MAX, 0, &offset) != ERR_OK ||
	    request_number(q, "total", UINT64_MAX, 0, &total) != ERR_OK)
		return ERR_USAGE;
	if (total > ATTACHMENT_LEN_MAX)
		return ERR_LIMIT;
	if (q->body.len == 0 || offset > total || q->body.len > total - offset)
		return ERR_USAGE;
	e = node_attach(a->node, a->reading.as == READING_OFFICER ? a->reading.key : NULL, hash, total,
			offset, buf_bytes(&q->body));
	if (e == ERR_OK)
		wait_for_commit(q);
	else if (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL)
		a->failed = e;
	return e;
}

/* ---- Bundles: a path that is carried by hand. ---- */

struct bundle {
	size_t peer;
	struct bundle_cursor cursor;
	struct buf frame; /* heap, behind this struct */
	size_t at;	  /* how much of it has gone out */
	struct bundle_end end;
	bool is_ended;
};

/* What the node has to give, then how much that was: a file that breaks off between two frames shows it. */
static enum err next_frame(struct api *a, struct bundle *b)
{
	uint8_t memory[16];
	struct buf payload = BUF_ON(memory);
	enum err e;

	if (b->is_ended)
		return ERR_NOT_FOUND;
	e = node_bundle(a->node, b->peer, a->now, &b->cursor, &b->frame);
	if (e == ERR_OK)
		b->end.frames++;
	if (e != ERR_NOT_FOUND)
		return e;
	bundle_end_write(&b->end, &payload);
	frame_write(FRAME_END, buf_bytes(&payload), &b->frame);
	b->is_ended = true;
	return ERR_OK;
}

static enum err bundle_more(struct api *a, void *self, struct buf *out)
{
	struct bundle *b = self;
	size_t len, room;
	enum err e;

	if (b->at == b->frame.len) {
		buf_reset(&b->frame);
		b->at = 0;
		e = next_frame(a, b);
		if (e != ERR_OK)
			return e;
	}
	room = out->max - out->len;
	len = b->frame.len - b->at < room ? b->frame.len - b->at : room;
	buf_put(out, (struct bytes){ b->frame.ptr + b->at, len });
	b->at += len;
	return ERR_OK;
}

static enum err read_peer(struct api *a, struct request *q, size_t *peer)
{
	enum err e = request_party(a, q, "peer", node_self(a->node), peer);

	if (e == ERR_OK && *peer == node_self(a->node))
		return ERR_USAGE;
	return e;
}

enum err run_bundle_out(struct api *a, struct request *q, struct reply *r)
{
	const size_t frame_max = FRAME_LEN_MAX + FRAME_HEAD_LEN;
	struct bundle *b;
	uint64_t mib;
	size_t peer;
	enum err e = read_peer(a, q, &peer);

	(void)r;
	if (e == ERR_OK)
		e = request_number(q, "limit", BUNDLE_PIECES_MIB_MAX, BUNDLE_PIECES_MIB_MAX, &mib);
	if (e != ERR_OK)
		return e;
	b = xcalloc(1, sizeof *b + frame_max);
	b->peer = peer;
	b->cursor.pieces_max = mib << 20;
	buf_init(&b->frame, b + 1, frame_max);
	q->more = bundle_more;
	q->more_self = b;
	q->status = request_status(ERR_OK);
	q->media_type = "application/octet-stream";
	q->state = REQUEST_READY;
	return ERR_OK;
}

enum err run_bundle_in(struct api *a, struct request *q, struct reply *r)
{
	struct bytes body = buf_bytes(&q->body);
	struct arrival in = { .path = PATH_BUNDLE };
	enum err e = read_peer(a, q, &in.peer);

	(void)r;
	if (e != ERR_OK)
		return e;
	if (frame_read(&body, &in.frame) != ERR_OK || body.len > 0)
		return ERR_USAGE;
	e = node_receive(a->node, a->now, &in, a->fx);
	if (e == ERR_OK)
		wait_for_commit(q);
	else if (err_class(e) == ERR_CLASS_LOCAL)
		a->failed = e;
	return e;
}

/* A name and no way: the process can write nowhere else. */
static bool is_copy_name(struct bytes name)
{
	if (name.len == 0 || name.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] <= ' ' || name.ptr[i] == '/' || name.ptr[i] > '~')
			return false;
	}
	return true;
}

/* The whole store into a file of the folder for copies, a slice a request. */
enum err run_backup(struct api *a, struct request *q, struct reply *r)
{
	struct bytes to = request_word(q, "to");
	char path[FILE_PATH_MAX], name[256];
	enum err e = is_copy_name(to) ? bytes_copy_str(to, name, sizeof name) : ERR_USAGE;

	uint64_t done = 0, total = 0;

	if (e == ERR_OK)
		e = file_path(path, a->copies, name);
	if (e == ERR_OK)
		e = node_backup(a->node, path, &done, &total);
	if (e != ERR_OK && e != ERR_SHORT)
		return e;
	reply_object(r, NULL);
	reply_str(r, "err", err_name(ERR_OK));
	reply_bool(r, "whole", e == ERR_OK);
	reply_uint(r, "done", done);
	reply_uint(r, "total", total);
	reply_object_end(r);
	return ERR_OK;
}

/* It goes on by itself; how far it is stands in the status. */
enum err run_repair(struct api *a, struct request *q, struct reply *r)
{
	enum err e = node_repair(a->node, a->now);

	(void)q;
	if (e != ERR_OK)
		return e;
	reply_object(r, NULL);
	reply_str(r, "err", err_name(ERR_OK));
	reply_object_end(r);
	return ERR_OK;
}
