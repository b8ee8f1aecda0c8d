/*
 * Redis streams. Each node runs two servers: "out", a primary for its own clients' XADD, and "in", a replica
 * of the other node's "out" for their XREAD. Accepted: the XADD's answer. target: "OUT IN", both
 * ADDRESS:PORT.
 */
#include "bench.h"
#include "wire.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char peer_name[] = "redis";

enum { RING = 65536 };

struct peer {
	struct wire out, in;
	struct peer_events ev;
	const char *to, *from;
	int pair;
	char (*last)[32]; /* last entry read, kept over reconnects */
	uint64_t ids[RING];
	size_t first, next;
};

static char last_entry[2][PAIRS_MAX][32];

/* The end of the RESP value at text, or NULL if it is not complete. */
static const char *skip(const char *text, const char *end)
{
	const char *line = text < end ? memmem(text, (size_t)(end - text), "\r\n", 2) : NULL;
	long n;

	if (!line)
		return NULL;
	n = strtol(text + 1, NULL, 10);
	line += 2;
	if (*text == '$')
		return n < 0 ? line : end - line >= n + 2 ? line + n + 2 : NULL;
	if (*text == '*')
		for (; n > 0 && line; n--)
			line = skip(line, end);
	return line;
}

/* The bulk string at *text; moves *text past it. */
static const char *bulk(const char **text, size_t *len)
{
	char *line;
	long n = strtol(*text + 1, &line, 10);

	*len = (size_t)n;
	*text = line + 2 + n + 2;
	return line + 2;
}

static long array(const char **text)
{
	char *line;
	long n = strtol(*text + 1, &line, 10);

	*text = line + 2;
	return n;
}

static void ask(struct peer *p)
{
	char key[16];
	int n = snprintf(key, sizeof key, "%s:%d", p->from, p->pair);

	wire_printf(&p->in, "*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$3\r\n500\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n"
			    "$7\r\nSTREAMS\r\n");
	wire_printf(&p->in, "$%d\r\n%s\r\n$%zu\r\n%s\r\n", n, key, strlen(*p->last), *p->last);
}

/* [[key, [[id, [field, value]], ...]]] */
static int take_entries(struct peer *p)
{
	const char *text = p->in.in, *end = text + p->in.in_len, *next;
	size_t len;

	if (!p->in.in_len || !(next = skip(text, end)))
		return 0;
	if (*text != '*')
		return -1; /* an error: the replica is loading, for one */
	if (array(&text) > 0) {
		array(&text);
		bulk(&text, &len);
		for (long n = array(&text); n > 0; n--) {
			array(&text);
			const char *id = bulk(&text, &len);
			snprintf(*p->last, sizeof *p->last, "%.*s", (int)len, id);
			array(&text);
			bulk(&text, &len);
			const char *value = bulk(&text, &len);
			p->ev.message(p->ev.self, value, len);
		}
	}
	wire_drop(&p->in, (size_t)(next - p->in.in));
	ask(p);
	return 0;
}

static int take_answers(struct peer *p)
{
	size_t at = 0;
	const char *end = p->out.in + p->out.in_len, *next;

	while (at < p->out.in_len && (next = skip(p->out.in + at, end))) {
		if (p->out.in[at] != '$')
			return -1;
		p->ev.accepted(p->ev.self, p->ids[p->first++ % RING]);
		at = (size_t)(next - p->out.in);
	}
	if (at)
		wire_drop(&p->out, at);
	return 0;
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	struct pollfd f[3] = { { .fd = p->out.fd, .events = POLLIN },
			       { .fd = p->in.fd, .events = POLLIN },
			       { .fd = wake, .events = POLLIN } };

	if (wire_flush(&p->out) != 0 || wire_flush(&p->in) != 0)
		return -1;
	for (int i = 0; i < 2; i++)
		if ((i ? &p->in : &p->out)->out_len)
			f[i].events |= POLLOUT;
	if (poll(f, 3, timeout_ms) <= 0)
		return 0;
	if (f[0].revents & ~POLLOUT && (wire_fill(&p->out) != 0 || take_answers(p) != 0))
		return -1;
	if (f[1].revents & ~POLLOUT && (wire_fill(&p->in) != 0 || take_entries(p) != 0))
		return -1;
	return wire_flush(&p->in);
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	struct peer *p = calloc(1, sizeof *p);
	char out[64], in[64];

	p->out.fd = p->in.fd = -1;
	p->ev = *ev;
	p->pair = pair;
	p->to = side == 'A' ? "ab" : "ba";
	p->from = side == 'A' ? "ba" : "ab";
	p->last = &last_entry[side == 'A'][pair];
	if (!**p->last)
		memcpy(*p->last, "0", 2);
	if (sscanf(target, "%63s %63s", out, in) != 2 || wire_open(&p->out, out) != 0 ||
	    wire_open(&p->in, in) != 0) {
		peer_close(p);
		return NULL;
	}
	ask(p);
	return p;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	char key[16];
	int n = snprintf(key, sizeof key, "%s:%d", p->to, p->pair);

	if (p->next - p->first >= RING)
		return -1;
	wire_printf(&p->out, "*5\r\n$4\r\nXADD\r\n$%d\r\n%s\r\n$1\r\n*\r\n$1\r\nm\r\n$%zu\r\n", n, key, len);
	wire_put(&p->out, text, len);
	wire_put(&p->out, "\r\n", 2);
	p->ids[p->next++ % RING] = id;
	return 0;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	wire_close(&p->out);
	wire_close(&p->in);
	free(p);
}
