/*
 * XMPP for Prosody and ejabberd: A is aPAIR at the domain of server 1, B is bPAIR at that of server 2,
 * password "pw". Accepted: the server's count of stream management (XEP-0198) covers it. Rejected: an error
 * came back. target: "ADDRESS:PORT OWN-DOMAIN OTHER-DOMAIN".
 */
#include "bench.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char peer_name[] = "xmpp";

enum { RING = 65536 };

struct peer {
	struct wire w;
	struct peer_events ev;
	char to[96];
	uint64_t ids[RING]; /* sent, not yet counted by the server */
	uint32_t first, next;
	uint32_t received; /* stanzas, for the server's requests */
	int asked;	   /* how much of "next" the last request covers */
};

static int base64(const char *in, size_t len, char *out)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	int n = 0;

	for (size_t i = 0; i < len; i += 3) {
		unsigned b[3] = { (unsigned char)in[i], i + 1 < len ? (unsigned char)in[i + 1] : 0,
				  i + 2 < len ? (unsigned char)in[i + 2] : 0 };
		out[n++] = digit[b[0] >> 2];
		out[n++] = digit[(b[0] & 3) << 4 | b[1] >> 4];
		out[n++] = i + 1 < len ? digit[(b[1] & 15) << 2 | b[2] >> 6] : '=';
		out[n++] = i + 2 < len ? digit[b[2] & 63] : '=';
	}
	out[n] = 0;
	return n;
}

/* The value of an attribute in the start tag at text, or -1. */
static long long number_in(const char *text, const char *tag_end, const char *name)
{
	size_t len = strlen(name);
	const char *at = memmem(text, (size_t)(tag_end - text), name, len);

	return at ? strtoll(at + len + 1, NULL, 10) : -1;
}

/* The end of the element at text, or NULL. Good enough for what a server sends us: no
 * element contains another one of its own name. */
static const char *element_end(const char *text, const char *end)
{
	char close[64];
	const char *tag_end = memchr(text, '>', (size_t)(end - text));
	size_t name = strcspn(text + 1, " />");

	if (!tag_end)
		return NULL;
	if (tag_end[-1] == '/' || text[1] == '?' || strncmp(text, "<stream:stream", 14) == 0 ||
	    text[1] == '/')
		return tag_end + 1;
	int n = snprintf(close, sizeof close, "</%.*s>", (int)name, text + 1);
	const char *at = memmem(tag_end, (size_t)(end - tag_end), close, (size_t)n);
	return at ? at + n : NULL;
}

static int take_element(struct peer *p, const char *text, const char *end)
{
	const char *tag_end = memchr(text, '>', (size_t)(end - text));

	if (strncmp(text, "<a ", 3) == 0) {
		uint32_t handled = (uint32_t)number_in(text, tag_end, "h=");
		while (p->first != handled && p->first != p->next)
			p->ev.accepted(p->ev.self, p->ids[p->first++ % RING]);
	} else if (strncmp(text, "<r ", 3) == 0) {
		wire_printf(&p->w, "<a xmlns='urn:xmpp:sm:3' h='%u'/>", p->received);
	} else if (strncmp(text, "<message", 8) == 0) {
		const char *body = memmem(text, (size_t)(end - text), "<body>", 6);
		const char *body_end = body ? memmem(body, (size_t)(end - body), "</body>", 7) : NULL;
		const char *error = memmem(text, (size_t)(tag_end - text), "type='error'", 12);
		if (!error)
			error = memmem(text, (size_t)(tag_end - text), "type=\"error\"", 12);
		p->received++;
		if (error)
			p->ev.rejected(p->ev.self, (uint64_t)number_in(text, tag_end, "id="));
		else if (body_end)
			p->ev.message(p->ev.self, body + 6, (size_t)(body_end - body - 6));
	} else if (strncmp(text, "<iq", 3) == 0 || strncmp(text, "<presence", 9) == 0) {
		p->received++;
	} else if (strncmp(text, "</stream", 8) == 0 || strncmp(text, "<stream:error", 13) == 0) {
		return -1;
	}
	return 0;
}

static int handle(struct peer *p)
{
	const char *text = p->w.in, *end = text + p->w.in_len, *next;

	if (!p->w.in_len)
		return 0;
	while (text < end) {
		if (*text != '<') {
			text++;
			continue;
		}
		if (!(next = element_end(text, end)))
			break;
		if (take_element(p, text, next) != 0)
			return -1;
		text = next;
	}
	wire_drop(&p->w, (size_t)(text - p->w.in));
	return 0;
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	if (p->asked != (int)p->next) { /* one request for everything sent since the last one */
		p->asked = (int)p->next;
		wire_printf(&p->w, "<r xmlns='urn:xmpp:sm:3'/>");
	}
	return wire_wait(&p->w, wake, timeout_ms) == 0 ? handle(p) : -1;
}

/* Send text, wait for the answer to contain expected, and forget all that was read. */
static int step(struct peer *p, const char *text, const char *expected)
{
	wire_printf(&p->w, "%s", text);
	if (wire_expect(&p->w, expected, 10000) < 0)
		return -1;
	wire_drop(&p->w, p->w.in_len);
	return 0;
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *ev)
{
	struct peer *p = calloc(1, sizeof *p);
	char address[64], own[64], other[64], stream[256], auth[320], login[128], code[200];
	char me = side == 'A' ? 'a' : 'b', them = side == 'A' ? 'b' : 'a';

	p->ev = *ev;
	p->w.fd = -1;
	if (sscanf(target, "%63s %63s %63s", address, own, other) != 3 || wire_open(&p->w, address) != 0)
		goto failed;
	snprintf(p->to, sizeof p->to, "%c%d@%s", them, pair, other);
	snprintf(stream, sizeof stream,
		 "<stream:stream to='%s' xmlns='jabber:client' "
		 "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
		 own);
	int n = snprintf(login, sizeof login, "%c%c%d%cpw", 0, me, pair, 0);
	base64(login, (size_t)n, code);
	snprintf(auth, sizeof auth,
		 "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", code);
	if (step(p, stream, "</stream:features>") != 0 || step(p, auth, "<success") != 0 ||
	    step(p, stream, "</stream:features>") != 0 ||
	    step(p,
		 "<iq type='set' id='b'><bind "
		 "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>",
		 "</iq>") != 0 ||
	    step(p, "<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>",
		 "'s'") != 0)
		goto failed;
	wire_printf(&p->w, "<enable xmlns='urn:xmpp:sm:3'/>");
	if (wire_expect(&p->w, "<enabled", 10000) < 0 || wire_expect(&p->w, ">", 1000) < 0)
		goto failed;
	wire_drop(&p->w, p->w.in_len);
	wire_printf(&p->w, "<presence/>"); /* available: also asks for what was stored meanwhile */
	p->ids[p->next++ % RING] = 0;	   /* the server counts it, the bench does not */
	return p;
failed:
	peer_close(p);
	return NULL;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	if (p->next - p->first >= RING)
		return -1;
	wire_printf(&p->w, "<message to='%s' type='chat' id='%llu'><body>", p->to, (unsigned long long)id);
	wire_put(&p->w, text, len);
	wire_printf(&p->w, "</body></message>");
	p->ids[p->next++ % RING] = id;
	return 0;
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	if (p->w.fd >= 0) {
		wire_printf(&p->w, "<presence type='unavailable'/></stream:stream>");
		wire_wait(&p->w, -1, 0);
		wire_expect(&p->w, "</stream:stream>", 500);
	}
	wire_close(&p->w);
	free(p);
}
