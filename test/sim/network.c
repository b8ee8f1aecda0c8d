/* Paths between nodes: streams that keep their order, and are cut, slow, one-way; bundles that come twice. */
#include "hostile.h"

#include "base/alloc.h"

#include <string.h>

static struct event frame_event(const struct world *w, size_t from, size_t to, size_t path,
				enum frame_kind kind, struct bytes payload)
{
	struct event e = { .kind = EVENT_FRAME,
			   .node = to,
			   .peer = from,
			   .path = path,
			   .frame = kind,
			   .life = w->nodes[to].life,
			   .made_us = w->now_us,
			   .len = payload.len };

	e.bytes = xcalloc(payload.len + 1, 1);
	if (payload.len > 0)
		memcpy(e.bytes, payload.ptr, payload.len);
	return e;
}

void frame_send(struct world *w, const struct sim_node *from, const struct effect_frame *frame)
{
	struct attachment_piece piece;

	if (w->hostile != NULL && !is_hostile(w, from->party) && frame->kind == FRAME_ATTACHMENT &&
	    attachment_piece_read(frame->payload, &piece) == ERR_OK &&
	    memcmp(piece.hash, w->draft, HASH_LEN) == 0)
		world_fail(w, "node %zu gives away a draft", from->party);
	if (!hostile_sends(w, from, frame))
		frame_carry(w, from, frame);
}

/* Past a path that is up, for all that is known, and loses what it is given or what is answered. */
static bool is_detour(const struct world *w, size_t from, const struct effect_frame *frame)
{
	for (size_t i = 0; i < frame->path; i++) {
		const struct sim_path *there = &w->paths[from][frame->peer][i],
				      *back = &w->paths[frame->peer][from][i];
		if (there->is_up &&
		    (there->is_one_way || back->is_one_way || there->is_silent || back->is_silent))
			return frame->kind == FRAME_BATCH && frame->urgency == URGENCY_FLASH;
	}
	return false;
}

void frame_carry(struct world *w, const struct sim_node *from, const struct effect_frame *frame)
{
	struct sim_path *p = &w->paths[from->party][frame->peer][frame->path];
	struct event e = frame_event(w, from->party, frame->peer, frame->path, frame->kind, frame->payload);
	struct event sent = { .kind = EVENT_SENT,
			      .node = from->party,
			      .peer = frame->peer,
			      .path = frame->path,
			      .life = from->life,
			      .session = p->session,
			      .tag = frame->tag,
			      .at_us = w->now_us + 20 };
	int64_t delay = 100 + (int64_t)prng_below(&w->prng, 300) + (int64_t)frame->payload.len / 50;

	w->counters.frames++;
	if (frame->kind == FRAME_ADVANCE)
		w->counters.advances++;
	w->counters.detours += is_detour(w, from->party, frame);
	if (world_fires(w, FAULT_DELAY, 20))
		delay += (int64_t)prng_below(&w->prng, 3000000);
	e.session = p->session;
	e.at_us = w->now_us + delay;
	if (e.at_us < p->last_us)
		e.at_us = p->last_us;
	p->last_us = e.at_us;
	/* A socket takes no more than the line carries: on a slow one what is behind waits. */
	if (e.at_us - w->now_us > 1000)
		sent.at_us = e.at_us;
	if (frame->tag != 0)
		event_add(w, &sent);
	/* What was carried by hand as well: any time later, any number of times. */
	if ((frame->kind == FRAME_BATCH || frame->kind == FRAME_COSIGNATURE ||
	     frame->kind == FRAME_ATTACHMENT) &&
	    world_fires(w, FAULT_DUPLICATE, 30)) {
		struct event again =
			frame_event(w, from->party, frame->peer, PATH_BUNDLE, frame->kind, frame->payload);
		again.at_us = w->now_us + (int64_t)prng_below(&w->prng, 20000000);
		w->counters.pieces += frame->kind == FRAME_ATTACHMENT;
		if (again.at_us < e.at_us)
			w->counters.faults[FAULT_REORDER]++;
		event_add(w, &again);
	}
	if (p->is_one_way || p->is_silent)
		e.session = UINT64_MAX; /* it never arrives; the path's silence will tell */
	w->counters.faults[FAULT_ONE_WAY] += p->is_one_way;
	event_add(w, &e);
}

void path_set(struct world *w, size_t a, size_t b, size_t path, bool is_up)
{
	size_t ends[2][2] = { { a, b }, { b, a } };

	if (w->paths[a][b][path].is_up == is_up)
		return;
	for (int i = 0; i < 2; i++) {
		struct sim_path *p = &w->paths[ends[i][0]][ends[i][1]][path];
		struct event e = { .kind = EVENT_PATH,
				   .node = ends[i][0],
				   .peer = ends[i][1],
				   .path = path,
				   .is_up = is_up,
				   .life = w->nodes[ends[i][0]].life,
				   .at_us = w->now_us };
		p->is_up = is_up;
		p->session++;
		p->is_one_way = p->is_silent = false;
		p->last_us = w->now_us;
		event_add(w, &e);
	}
}
