/* A node's signer: what it remembers, what of that is on the platter, and what a power cut leaves. */
#include "world.h"

#include <string.h>

#define SYNC_US 2000 /* RECORD.md 16: the longest that a written mark waits for its sync */

void signer_new(struct sim_signer *s)
{
	*s = (struct sim_signer){ .has_memory = true, .is_certain = true };
	s->marks = (struct marks){ .rows = s->rows, .max = ARRAY_COUNT(s->rows) };
	s->synced = (struct marks){ .rows = s->synced_rows, .max = ARRAY_COUNT(s->synced_rows) };
}

static void marks_copy(struct marks *to, const struct marks *from)
{
	memcpy(to->rows, from->rows, from->count * sizeof *from->rows);
	to->count = from->count;
}

void signer_copy(struct sim_signer *to, const struct sim_signer *from)
{
	signer_new(to);
	marks_copy(&to->marks, &from->marks);
	marks_copy(&to->synced, &from->synced);
}

void signer_sync(struct sim_signer *s)
{
	marks_copy(&s->synced, &s->marks);
	s->is_moved = false;
}

static bool has_moved(const struct sim_signer *s, const struct origin *origin)
{
	const struct mark *now = marks_find(&s->marks, origin), *then = marks_find(&s->synced, origin);

	return now != NULL && (then == NULL || then->size != now->size);
}

enum err signer_move(struct world *w, struct sim_signer *s, const struct mark_request *request)
{
	struct bytes text = request->text, first;
	struct origin origin;
	bool is_first;
	enum err e;

	if (bytes_take_until(&text, '\n', &first) != ERR_OK || origin_read(first, &origin) != ERR_OK)
		return ERR_USAGE;
	if (s->is_moved && (w->now_us - s->moved_us >= SYNC_US || has_moved(s, &origin)))
		signer_sync(s);
	is_first = marks_find(&s->marks, &origin) == NULL;
	e = marks_move(&s->marks, request);
	if (e != ERR_OK)
		return e;
	if (!s->is_moved)
		s->moved_us = w->now_us;
	s->is_moved = true;
	if (is_first)
		signer_sync(s);
	return ERR_OK;
}

/*
 * What a hand was to carry out, made of a signature that the machine forgot: nobody had it in two
 * milliseconds.
 */
static void bundles_void(struct world *w, const struct sim_node *n)
{
	for (size_t i = 0; i < w->heap_count; i++) {
		struct event *e = &w->heap[i];
		if (e->kind == EVENT_FRAME && e->path == PATH_BUNDLE && e->peer == n->party &&
		    e->made_us >= n->signer.moved_us)
			e->is_void = true;
	}
}

void signer_forget(struct sim_signer *s)
{
	marks_copy(&s->marks, &s->synced);
	s->is_moved = false;
}

void signer_crash(struct world *w, struct sim_node *n, bool is_power)
{
	struct sim_signer *s = &n->signer;
	bool is_kept = prng_is_one_in(&w->prng, 2);

	/* Killed alone, or with core: the file is in the kernel's memory, and the boot is the same one. */
	s->is_certain = s->is_certain && !is_power;
	if (is_power && s->is_moved && w->now_us - s->moved_us < SYNC_US && !is_kept) {
		w->counters.faults[FAULT_MARK_LOST]++;
		signer_forget(s);
		bundles_void(w, n);
	}
	signer_sync(s);
}

void signer_lose(struct sim_signer *s)
{
	s->marks.count = s->synced.count = 0;
	s->is_moved = s->has_memory = false;
}
