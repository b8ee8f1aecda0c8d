/*
 * Each minute every peer is told which notes are new here since he was last told, and so tells us: a quiet
 * difference, or a second history that somebody shows to him alone, is met within a minute on a line that
 * never went down. Spec: docs/spec/link.md section 4.
 */
#include "node/core.h"

static void heads_told(struct node *n, size_t peer)
{
	for (size_t i = 0; i < n->lines_count; i++) {
		struct line *line = &n->lines[i];
		line->reach[peer].told =
			line->note.size > line->log->noted ? line->note.size : line->log->noted;
		line->reach[peer].told_receipts = line->receipts;
	}
}

static enum err frame_give(struct node *n, size_t peer, size_t path, enum urgency urgency,
			   enum frame_kind kind, struct buf *payload)
{
	struct effect_frame *frame =
		buf_check(payload) == ERR_OK ? frame_out(n, peer, path, urgency, kind) : NULL;

	if (frame == NULL)
		return ERR_MEMORY;
	frame->payload = arena_keep(&n->fx->arena, payload);
	return ERR_OK;
}

enum err heads_out(struct node *n, size_t peer, size_t path, enum urgency urgency, enum frame_kind kind,
		   struct buf *payload)
{
	enum err e = frame_give(n, peer, path, urgency, kind, payload);

	if (e == ERR_OK)
		heads_told(n, peer);
	return e;
}

static enum err heads_send(struct node *n, size_t peer)
{
	struct heads *h = arena_alloc(&n->fx->arena, 1, sizeof *h);
	struct buf notes, payload;
	enum err e;

	if (h == NULL)
		return ERR_MEMORY;
	buf_init(&notes, n->scratch, SCRATCH_LEN);
	versions_tell(n, &h->held);
	e = heads_build(n, peer, h->notes, &h->notes_count, &notes, true);
	if (e != ERR_OK)
		return e;
	payload = arena_lend(&n->fx->arena, FRAME_LEN_MAX - 1);
	heads_write(h, &payload);
	return heads_out(n, peer, best_path(&n->peers[peer]), URGENCY_ROUTINE, FRAME_HEADS, &payload);
}

#define NOTES_AGAIN_MAX 16u

/* Notes beyond `from`, as they are kept, to the first that is at `end` or beyond. */
static enum err notes_read(struct node *n, const struct line *line, uint64_t from, uint64_t end,
			   struct buf *memory, struct heads *h)
{
	struct store *store = record_store(n->record);
	enum err e = ERR_OK;

	while (e == ERR_OK && from < end && h->notes_count < NOTES_AGAIN_MAX) {
		size_t at = memory->len;
		e = store->ops->note_above(store, line->log->number, from + 1, &from, memory);
		if (e == ERR_OK && from <= line->log->durable &&
		    is_note_good(n, line, from, (struct bytes){ memory->ptr + at, memory->len - at }))
			h->notes[h->notes_count++] = (struct bytes){ memory->ptr + at, memory->len - at };
	}
	return failure_of(e);
}

void notes_send(struct node *n, size_t peer, const struct line *line, uint64_t from, uint64_t end)
{
	struct heads *h = arena_alloc(&n->fx->arena, 1, sizeof *h);
	struct buf notes, payload;

	buf_init(&notes, n->scratch, SCRATCH_LEN);
	if (h == NULL || notes_read(n, line, from, end, &notes, h) != ERR_OK || h->notes_count == 0)
		return; /* he asks again */
	payload = arena_lend(&n->fx->arena, FRAME_LEN_MAX - 1);
	heads_write(h, &payload);
	(void)frame_give(n, peer, best_path(&n->peers[peer]), URGENCY_ROUTINE, FRAME_HEADS, &payload);
}

enum err heads_version(struct node *n)
{
	enum err e = ERR_OK;

	for (size_t peer = 0; peer < n->accord->parties_count; peer++) {
		for (size_t path = 0; e == ERR_OK && path < LINK_PATHS_MAX; path++) {
			struct heads h = { 0 };
			struct buf payload;

			if (!n->peers[peer].paths[path].is_up || is_thin(&n->peers[peer], path))
				continue;
			versions_tell(n, &h.held);
			payload = arena_lend(&n->fx->arena, FRAME_LEN_MAX - 1);
			heads_write(&h, &payload);
			e = frame_give(n, peer, path, URGENCY_LINK, FRAME_HEADS, &payload);
		}
	}
	return e;
}

enum err heads_tick(struct node *n, struct now now)
{
	enum err e = ERR_OK;

	for (size_t peer = 0; e == ERR_OK && peer < n->accord->parties_count; peer++) {
		struct peer *p = &n->peers[peer];
		if (peer == n->self || best_path(p) == LINK_PATHS_MAX ||
		    mono_is_before(now.mono, p->heads_next))
			continue;
		p->heads_next = mono_add_ms(now.mono, HEADS_MS);
		e = heads_send(n, peer);
	}
	return e;
}

enum err receive_heads(struct node *n, struct now now, const struct arrival *in)
{
	struct peer *p = &n->peers[in->peer];
	struct heads *h = arena_alloc(&n->fx->arena, 1, sizeof *h);
	bool is_mended = false;
	enum err e;

	if (h == NULL)
		return ERR_MEMORY;
	e = heads_read(in->frame.payload, h);
	if (e == ERR_OK && h->held.count > 0) {
		versions_note(n, in->peer, &h->held);
		version_heard(n, in->peer);
	}
	for (size_t i = 0; e == ERR_OK && i < h->notes_count; i++)
		e = mend_note_heard(n, now, h->notes[i], &is_mended);
	if (is_mended)
		return e;
	/* Each note costs a signature to verify: who says them all the time is heard now and then. */
	if (e != ERR_OK || (h->notes_count > 0 && mono_is_before(now.mono, p->heads_after)))
		return e;
	if (h->notes_count > 0)
		p->heads_after = mono_add_ms(now.mono, HEADS_MS / 6);
	for (size_t i = 0; e == ERR_OK && i < h->notes_count; i++)
		e = hello_note(n, now, in, h->notes[i]);
	if (e == ERR_OK)
		p->compared = now.wall;
	return e;
}
