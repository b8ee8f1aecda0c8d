/*
 * NATS JetStream in its text protocol. Accepted: the stream's PubAck. A publishes ab.PAIR into a stream of
 * server 1, which a stream of server 2 takes as its source; B reads that by a durable push consumer and
 * acknowledges each message. target: ADDRESS:PORT.
 */
#include "bench.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char peer_name[] = "nats";

struct peer {
	struct wire w;
	struct peer_events ev;
	char me[16], subject[16];
};

/* One line with up to 5 fields split at spaces. */
static int split(char *line, char *field[5])
{
	int n = 0;
	for (char *at = strtok_r(line, " ", &line); at && n < 5; at = strtok_r(NULL, " ", &line))
		field[n++] = at;
	return n;
}

static void take_message(struct peer *p, const char *subject, const char *reply, const char *text, size_t len)
{
	if (strncmp(subject, "_INBOX.", 7) == 0) { /* PubAck, the last token is our id */
		uint64_t id = strtoull(strrchr(subject, '.') + 1, NULL, 10);
		if (id == 0)
			return; /* the answer to peer_open()'s own request */
		if (memmem(text, len, "\"error\"", 7))
			p->ev.rejected(p->ev.self, id);
		else
			p->ev.accepted(p->ev.self, id);
		return;
	}
	p->ev.message(p->ev.self, text, len);
	if (reply)
		wire_printf(&p->w, "PUB %s 4\r\n+ACK\r\n", reply);
}

static int handle(struct peer *p)
{
	size_t at = 0;
	char *end;

	while (at < p->w.in_len && (end = memmem(p->w.in + at, p->w.in_len - at, "\r\n", 2))) {
		char *line = p->w.in + at, head[512], *f[5];
		size_t line_len = (size_t)(end - line);
		if (strncmp(line, "MSG ", 4) == 0) {
			if (line_len >= sizeof head)
				return -1;
			memcpy(head, line, line_len);
			head[line_len] = 0;
			int n = split(head, f);
			size_t len = strtoul(f[n - 1], NULL, 10), next = at + line_len + 2;
			if (n < 4 || next + len + 2 > p->w.in_len)
				break; /* the rest is still on its way */
			take_message(p, f[1], n == 5 ? f[3] : NULL, p->w.in + next, len);
			at = next + len + 2;
			continue;
		}
		if (strncmp(line, "PING", 4) == 0)
			wire_printf(&p->w, "PONG\r\n");
		else if (strncmp(line, "-ERR", 4) == 0)
			return -1;
		at += line_len + 2;
	}
	wire_drop(&p->w, at);
	return 0;
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	return wire_wait(&p->w, wake, timeout_ms) == 0 ? handle(p) : -1;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	struct peer *p = calloc(1, sizeof *p);
	char config[512];
	const char *from = side == 'A' ? "ba" : "ab", *stream = side == 'A' ? "BA_IN" : "AB_IN";

	p->ev = *ev;
	snprintf(p->me, sizeof p->me, "%c%d", side, pair);
	snprintf(p->subject, sizeof p->subject, "%s.%d", side == 'A' ? "ab" : "ba", pair);
	if (wire_open(&p->w, target) != 0) {
		free(p);
		return NULL;
	}
	snprintf(config, sizeof config,
		 "{\"stream_name\":\"%s\",\"config\":{\"durable_name\":\"%s\",\"deliver_subject\":\"to.%s\","
		 "\"deliver_policy\":\"all\",\"ack_policy\":\"explicit\",\"filter_subject\":\"%s.%d\"}}",
		 stream, p->me, p->me, from, pair);
	wire_printf(&p->w, "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\"}\r\n");
	wire_printf(&p->w, "SUB _INBOX.%s.* 1\r\nSUB to.%s 2\r\n", p->me, p->me);
	wire_printf(&p->w, "PUB $JS.API.CONSUMER.DURABLE.CREATE.%s.%s _INBOX.%s.setup %zu\r\n%s\r\n", stream,
		    p->me, p->me, strlen(config), config);
	if (wire_expect(&p->w, "consumer_create_response", 5000) < 0 ||
	    wire_expect(&p->w, "\r\n", 1000) < 0 || memmem(p->w.in, p->w.in_len, "\"error\"", 7)) {
		peer_close(p);
		return NULL;
	}
	return p;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	wire_printf(&p->w, "PUB %s _INBOX.%s.%llu %zu\r\n", p->subject, p->me, (unsigned long long)id, len);
	wire_put(&p->w, text, len);
	wire_put(&p->w, "\r\n", 2);
	return 0;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	wire_wait(&p->w, -1, 0); /* the last acknowledgements */
	wire_close(&p->w);
	free(p);
}
