/* A thin path between each two nodes: a slow line that loses frames, alters some and never says so. */
#include "world.h"

#include "base/alloc.h"

#include <string.h>

#define THIN_SPEED 9600u /* bit/s */
#define THIN_BITS 10	 /* of a byte on the line */

/* One secret of all pairs: who reads another's frames finds that they are none of his key. */
void thin_options_fill(const struct world *w, const struct sim_node *n, struct node_options *o)
{
	for (size_t i = 0; w->has_thin && i < w->nodes_count; i++) {
		struct thin_options *t = &o->thin[i][THIN_PATH];
		if (i == n->party)
			continue;
		o->paths[i][THIN_PATH] = "radio";
		o->paths_count[i] = THIN_PATH + 1;
		t->is_thin = true;
		t->speed = THIN_SPEED;
		memset(t->secret, 0x5a, sizeof t->secret);
	}
}

void thin_up(struct world *w, struct sim_node *n)
{
	for (size_t i = 0; w->has_thin && i < w->nodes_count; i++) {
		struct path_change up = { i, THIN_PATH, true, ERR_OK, { NULL, 0 }, "", "a line", NULL };
		if (i != n->party && node_link(n->node, world_now(w, n), &up, &n->fx) != ERR_OK &&
		    !disk_has_failed(n))
			world_fail(w, "node %zu does not take its thin path", n->party);
	}
}

void thin_carry(struct world *w, const struct sim_node *n, const struct effect_frame *frame)
{
	int64_t takes_us = (int64_t)(frame->payload.len * THIN_BITS * 1000000 / THIN_SPEED);
	uint64_t luck = prng_below(&w->prng, 8);
	struct event heard = { .kind = EVENT_THIN,
			       .node = frame->peer,
			       .peer = n->party,
			       .path = THIN_PATH,
			       .life = w->nodes[frame->peer].life,
			       .at_us = w->now_us + takes_us,
			       .len = frame->payload.len };
	struct event sent = { .kind = EVENT_SENT,
			      .node = n->party,
			      .peer = frame->peer,
			      .path = THIN_PATH,
			      .life = n->life,
			      .tag = frame->tag,
			      .at_us = w->now_us + takes_us };

	event_add(w, &sent);
	if (luck == 0)
		return;
	heard.bytes = xcalloc(frame->payload.len + 1, 1);
	memcpy(heard.bytes, frame->payload.ptr, frame->payload.len);
	if (luck == 1)
		heard.bytes[prng_below(&w->prng, heard.len)] ^= 1;
	event_add(w, &heard);
}
