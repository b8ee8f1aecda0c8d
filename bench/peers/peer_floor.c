/*
 * Client of floor_node. Accepted: stored, and synced, by its own node.
 */
#include "bench.h"
#include "floor.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

const char peer_name[] = "floor";

struct peer {
	struct wire w;
	struct peer_events ev;
	int pair;
};

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	size_t at = 0;
	struct head h;

	if (wire_wait(&p->w, wake, timeout_ms) != 0)
		return -1;
	while (p->w.in_len - at >= sizeof h) {
		memcpy(&h, p->w.in + at, sizeof h);
		if (p->w.in_len - at < sizeof h + h.len)
			break;
		if (h.kind == 'A')
			p->ev.accepted(p->ev.self, h.id);
		else
			p->ev.message(p->ev.self, p->w.in + at + sizeof h, h.len);
		at += sizeof h + h.len;
	}
	if (at)
		wire_drop(&p->w, at);
	return 0;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	struct peer *p = calloc(1, sizeof *p);
	char hello = (char)('@' + pair);

	(void)side;
	p->ev = *ev;
	p->pair = pair;
	if (wire_open(&p->w, target) != 0) {
		free(p);
		return NULL;
	}
	wire_put(&p->w, &hello, 1);
	wire_wait(&p->w, -1, 50);
	return p;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	struct head h = { .len = (uint32_t)len, .kind = 'M', .pair = (uint16_t)p->pair, .id = id };

	wire_put(&p->w, &h, sizeof h);
	wire_put(&p->w, text, len);
	return 0;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	wire_close(&p->w);
	free(p);
}
