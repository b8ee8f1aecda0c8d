/*
 * The Matrix client-server API over plain HTTP. A sends m.room.message events (pipelined PUTs) into a room
 * that it shares with B; both read by /sync. Accepted: the answer with the event's id. target: "ADDRESS:PORT
 * FILE"; the file has lines "A|B PAIR ACCESS-TOKEN ROOM".
 */
#include "bench.h"
#include "wire.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char peer_name[] = "matrix";

enum { RING = 65536 };

struct peer {
	struct wire out, in;
	struct peer_events ev;
	char token[128], room[256], txn[64];
	char (*since)[512]; /* where the last sync ended, kept over reconnects */
	uint64_t ids[RING];
	size_t first, next;
};

static char sync_position[2][PAIRS_MAX][512];

static const char filter[] = /* {"presence":{"types":[]},"account_data":{"types":[]},"room":{...}} */
	"%7B%22presence%22%3A%7B%22types%22%3A%5B%5D%7D%2C%22account_data%22%3A%7B%22types%22%3A%5B%5D%7D%2C"
	"%22room%22%3A%7B%22timeline%22%3A%7B%22limit%22%3A1000%2C%22types%22%3A%5B%22m.room.message%22%5D%"
	"7D%2C"
	"%22state%22%3A%7B%22types%22%3A%5B%5D%7D%2C%22ephemeral%22%3A%7B%22types%22%3A%5B%5D%7D%2C"
	"%22account_data%22%3A%7B%22types%22%3A%5B%5D%7D%7D%7D";

/* Walk the chunks at text: the offset behind the last one, 0 if it is not here yet. With
 * join, also move their contents together at text; *len is how much. */
static size_t chunks(char *text, const char *end, size_t *len, int join)
{
	char *at = text, *line;

	for (*len = 0;;) {
		if (!(line = memmem(at, (size_t)(end - at), "\r\n", 2)))
			return 0;
		size_t n = strtoul(at, NULL, 16);
		if ((size_t)(end - line) < n + 4)
			return 0;
		if (join)
			memmove(text + *len, line + 2, n);
		*len += n;
		at = line + 2 + n + 2;
		if (n == 0)
			return (size_t)(at - text);
	}
}

/* A whole HTTP response at the start of what was read: its body, and in *size how much to
 * drop afterwards. NULL if it is not complete. */
static const char *response(struct wire *w, size_t *body_len, size_t *size, int *status)
{
	char *end = w->in_len ? memmem(w->in, w->in_len, "\r\n\r\n", 4) : NULL, *body, *length;

	if (!end)
		return NULL;
	body = end + 4;
	*end = 0;
	*status = (int)strtol(w->in + 9, NULL, 10);
	length = strcasestr(w->in, "\r\nContent-Length:");
	int chunked = strcasestr(w->in, "\r\nTransfer-Encoding: chunked") != NULL;
	*end = '\r';
	*body_len = length ? strtoul(length + 17, NULL, 10) : 0;
	size_t raw = *body_len;
	if (chunked && !(raw = chunks(body, w->in + w->in_len, body_len, 0)))
		return NULL;
	*size = (size_t)(body - w->in) + raw;
	if (w->in_len < *size)
		return NULL;
	if (chunked)
		chunks(body, w->in + w->in_len, body_len, 1);
	return body;
}

static void ask_sync(struct peer *p, int timeout_ms)
{
	wire_printf(&p->in,
		    "GET /_matrix/client/v3/sync?timeout=%d&filter=%s%s%s HTTP/1.1\r\nHost: x\r\n"
		    "Authorization: Bearer %s\r\n\r\n",
		    timeout_ms, filter, **p->since ? "&since=" : "", *p->since, p->token);
}

static void take_sync(struct peer *p, const char *text, size_t len, int deliver)
{
	const char *end = text + len, *at, *quote;

	if ((at = memmem(text, len, "\"next_batch\":\"", 14)) &&
	    (quote = memchr(at + 14, '"', (size_t)(end - at - 14))))
		snprintf(*p->since, sizeof *p->since, "%.*s", (int)(quote - at - 14), at + 14);
	for (; deliver && (at = memmem(text, (size_t)(end - text), "\"body\":\"", 8)); text = quote) {
		if (!(quote = memchr(at + 8, '"', (size_t)(end - at - 8))))
			break;
		p->ev.message(p->ev.self, at + 8, (size_t)(quote - at - 8));
	}
}

static int take(struct peer *p)
{
	const char *body;
	size_t len, size;
	int status;

	while ((body = response(&p->out, &len, &size, &status))) {
		uint64_t id = p->ids[p->first++ % RING];
		if (status == 200)
			p->ev.accepted(p->ev.self, id);
		else
			p->ev.rejected(p->ev.self, id);
		wire_drop(&p->out, size);
	}
	while ((body = response(&p->in, &len, &size, &status))) {
		if (status != 200)
			return -1;
		take_sync(p, body, len, 1);
		wire_drop(&p->in, size);
		ask_sync(p, 30000);
	}
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
	if ((f[0].revents & ~POLLOUT && wire_fill(&p->out) != 0) ||
	    (f[1].revents & ~POLLOUT && wire_fill(&p->in) != 0))
		return -1;
	return take(p) != 0 ? -1 : wire_flush(&p->in);
}

static int find_client(struct peer *p, const char *path, char side, int pair)
{
	char line[1024], s;
	int n, found = -1;
	FILE *f = fopen(path, "r");

	while (f && found && fgets(line, sizeof line, f))
		if (sscanf(line, "%c %d %127s %255s", &s, &n, p->token, p->room) == 4 && s == side &&
		    n == pair)
			found = 0;
	if (f)
		fclose(f);
	return found;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	static int opened;
	struct peer *p = calloc(1, sizeof *p);
	char address[64], path[400];

	p->out.fd = p->in.fd = -1;
	p->ev = *ev;
	p->since = &sync_position[side == 'A'][pair];
	snprintf(p->txn, sizeof p->txn, "%d.%d.%c", (int)getpid(), opened++, side);
	if (sscanf(target, "%63s %399s", address, path) != 2 || find_client(p, path, side, pair) != 0 ||
	    wire_open(&p->out, address) != 0 || wire_open(&p->in, address) != 0)
		goto failed;
	if (!**p->since) { /* the first time: only what comes from now on */
		const char *body;
		size_t len, size;
		int status;
		ask_sync(p, 0);
		for (int i = 0; !(body = response(&p->in, &len, &size, &status)); i++)
			if (i > 300 || wire_wait(&p->in, -1, 100) != 0)
				goto failed;
		if (status != 200)
			goto failed;
		take_sync(p, body, len, 0);
		wire_drop(&p->in, size);
	}
	ask_sync(p, 30000);
	return p;
failed:
	peer_close(p);
	return NULL;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	static const char head[] = "{\"msgtype\":\"m.text\",\"body\":\"";

	if (p->next - p->first >= RING)
		return -1;
	wire_printf(
		&p->out,
		"PUT /_matrix/client/v3/rooms/%s/send/m.room.message/%s.%llu HTTP/1.1\r\nHost: x\r\n"
		"Authorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		p->room, p->txn, (unsigned long long)id, p->token, strlen(head) + len + 2, head);
	wire_put(&p->out, text, len);
	wire_put(&p->out, "\"}", 2);
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
