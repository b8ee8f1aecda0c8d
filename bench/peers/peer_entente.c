/*
 * entente: a client of each node's UNIX socket, as docs/spec/api.md has it. Each message is a statement that
 * an officer signs here, with libsodium, in peer_ready(): outside the clock of latency, on the same cores as
 * everything else. What waits goes in one POST a connection. Accepted: the answer, which comes after the
 * flush. Held: the other node's cosignature, the station receipt. Messages are read from the event stream,
 * with their texts; what a stream missed, from the log.
 *
 * target: "SOCKET FILE". The file, which the script writes, has a word and its value a line: the officer's
 * key, and one example of a statement and a content for each length of text. An example is made once by the
 * project's Python; here its id, time, hash, nonce and text are replaced, and its lengths stay.
 */
#include "bench.h"
#include "wire.h"

#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POSTS 2u
#define BATCH_MAX 512u
#define RING 65536u
#define EXAMPLES 2u
#define EXAMPLE_MAX 1024u
#define ANSWER_MS 10000

const char peer_name[] = "entente";

/* What the script put where our own bytes go. */
static const char id_mark[16] = "<statement id..>", nonce_mark[16] = "<content nonce.>";
static const char hash_mark[33] = "<the content's hash comes here.>";
static const unsigned char time_mark[8] = { 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77 };

struct bytes {
	unsigned char at[EXAMPLE_MAX];
	size_t len;
};

struct example {
	struct bytes statement, content;
	size_t id, time, hash, nonce, text; /* where they stand */
};

struct officer {
	struct bytes secret, signed_head, sshsig_head;
	struct example examples[EXAMPLES];
	char own[64], their_log[128], theirs[64];
};

struct post {
	struct wire w;
	uint64_t ids[BATCH_MAX];
	size_t count; /* under way; 0: idle */
};

struct filed {
	uint64_t id, index;
};

struct peer {
	struct peer_events ev;
	char socket[108];
	struct officer officer;
	struct post posts[POSTS];
	struct wire stream, ready; /* the event stream as it comes; in ready.out, items that wait */
	char *text;
	size_t text_len, text_max;
	uint64_t waiting[RING]; /* the ids of items that wait */
	size_t waiting_len[RING];
	size_t first, next;
	struct filed filed[RING]; /* not yet held there */
	size_t filed_first, filed_next;
	uint64_t held;	  /* what their receipt covers */
	uint64_t *expect; /* of their log: the first that we have not read; kept over reconnects */
};

static uint64_t expected[2][PAIRS_MAX];

/* ---- The officer's file. ---- */

static int hex_read(const char *hex, struct bytes *out)
{
	return sodium_hex2bin(out->at, sizeof out->at, hex, strlen(hex), "\n", &out->len, NULL);
}

static size_t place_of(const struct bytes *in, const void *mark, size_t len)
{
	const unsigned char *found = memmem(in->at, in->len, mark, len);

	if (found == NULL) {
		fprintf(stderr, "the officer's file lacks a mark\n");
		exit(1);
	}
	return (size_t)(found - in->at);
}

static void example_open(struct example *e)
{
	e->id = place_of(&e->statement, id_mark, sizeof id_mark);
	e->time = place_of(&e->statement, time_mark, sizeof time_mark);
	e->hash = place_of(&e->statement, hash_mark, 32);
	e->nonce = place_of(&e->content, nonce_mark, sizeof nonce_mark);
	e->text = place_of(&e->content, "TTTTTTTT", 8);
}

static int officer_open(struct officer *o, const char *path)
{
	char word[32], value[4 * EXAMPLE_MAX];
	FILE *f = fopen(path, "re");
	int bad = f == NULL;

	while (!bad && fscanf(f, "%31s %4095[^\n]", word, value) == 2) {
		struct {
			const char *word;
			struct bytes *out;
		} rows[] = {
			{ "secret", &o->secret },
			{ "signed_head", &o->signed_head },
			{ "sshsig_head", &o->sshsig_head },
			{ "statement_0", &o->examples[0].statement },
			{ "content_0", &o->examples[0].content },
			{ "statement_1", &o->examples[1].statement },
			{ "content_1", &o->examples[1].content },
		};
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			if (strcmp(rows[i].word, word) == 0)
				bad |= hex_read(value, rows[i].out);
		}
		if (strcmp(word, "own") == 0)
			snprintf(o->own, sizeof o->own, "\"%.60s", value);
		else if (strcmp(word, "theirs") == 0)
			snprintf(o->theirs, sizeof o->theirs, "\"place\":\"%.50s.", value);
		else if (strcmp(word, "their_log") == 0)
			snprintf(o->their_log, sizeof o->their_log, "%.120s", value);
	}
	if (f != NULL)
		fclose(f);
	for (size_t i = 0; !bad && i < EXAMPLES; i++)
		example_open(&o->examples[i]);
	return bad || sodium_init() < 0 ? -1 : 0;
}

/* ---- A statement, signed. ---- */

static void put_bstr(struct wire *out, const void *in, size_t len)
{
	const unsigned char head[3] = { 0x59, (unsigned char)(len >> 8), (unsigned char)len };
	const unsigned char narrow[2] = { 0x58, (unsigned char)len };

	/* deterministic: the shortest head that fits; nothing here is under 24 bytes */
	if (len > 255)
		wire_put(out, head, sizeof head);
	else
		wire_put(out, narrow, sizeof narrow);
	wire_put(out, in, len);
}

static void sign(const struct officer *o, const struct bytes *statement, struct bytes *out)
{
	struct bytes text = o->signed_head;

	*out = o->sshsig_head;
	crypto_hash_sha512(text.at + text.len, statement->at, statement->len);
	crypto_sign_detached(out->at + out->len, NULL, text.at, text.len + crypto_hash_sha512_BYTES,
			     o->secret.at);
	out->len += crypto_sign_BYTES;
}

static const struct example *example_of(const struct officer *o, size_t text_len)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		const struct bytes *c = &o->examples[i].content;
		size_t end = o->examples[i].text;
		while (end < c->len && c->at[end] == 'T')
			end++;
		if (end - o->examples[i].text == text_len)
			return &o->examples[i];
	}
	fprintf(stderr, "no example of a text of %zu bytes\n", text_len);
	exit(1);
}

void peer_ready(struct peer *p, uint64_t id, const char *text, size_t len)
{
	const struct example *e = example_of(&p->officer, len);
	struct bytes statement = e->statement, content = e->content, signature;
	size_t before = p->ready.out_len;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	randombytes_buf(content.at + e->nonce, sizeof nonce_mark);
	memcpy(content.at + e->text, text, len);
	randombytes_buf(statement.at + e->id, sizeof id_mark);
	crypto_hash_sha256(statement.at + e->hash, content.at, content.len);
	for (unsigned i = 0; i < 8; i++)
		statement.at[e->time + i] =
			(unsigned char)((uint64_t)(t.tv_sec * 1000 + t.tv_nsec / 1000000) >> (8 * (7 - i)));
	sign(&p->officer, &statement, &signature);
	wire_put(&p->ready, "\x83", 1);
	put_bstr(&p->ready, statement.at, statement.len);
	wire_put(&p->ready, "\x81", 1);
	put_bstr(&p->ready, signature.at, signature.len);
	put_bstr(&p->ready, content.at, content.len);
	p->waiting[p->next % RING] = id;
	p->waiting_len[p->next % RING] = p->ready.out_len - before;
}

/* ---- Posting. ---- */

static void post_send(struct peer *p, struct post *post)
{
	unsigned char head[3] = { 0x99, 0, 0 };
	size_t len = 0, head_len = 3;

	while (post->count < BATCH_MAX && p->first != p->next) {
		post->ids[post->count++] = p->waiting[p->first % RING];
		len += p->waiting_len[p->first++ % RING];
	}
	head[1] = (unsigned char)(post->count >> 8);
	head[2] = (unsigned char)post->count;
	if (post->count < 24) { /* the shortest form */
		head[0] = (unsigned char)(0x80 | post->count);
		head_len = 1;
	} else if (post->count < 256) {
		head[0] = 0x98;
		head[1] = head[2];
		head_len = 2;
	}
	wire_printf(&post->w, "POST /statements HTTP/1.1\r\nHost: entente\r\nContent-Length: %zu\r\n\r\n",
		    head_len + len);
	wire_put(&post->w, head, head_len);
	wire_put(&post->w, p->ready.out, len);
	p->ready.out_len -= len;
	memmove(p->ready.out, p->ready.out + len, p->ready.out_len);
}

static int posts_flush(struct peer *p)
{
	for (size_t i = 0; i < POSTS; i++) {
		if (p->posts[i].count == 0 && p->first != p->next)
			post_send(p, &p->posts[i]);
		if (wire_flush(&p->posts[i].w) != 0)
			return -1;
	}
	return 0;
}

int peer_send(struct peer *p, uint64_t id, const char *text, size_t len)
{
	(void)id, (void)text, (void)len;
	if (++p->next - p->first >= RING)
		return -1;
	/* What comes one by one is on its way at once; a flood is gathered by peer_wait(). */
	return p->posts[0].count == 0 ? posts_flush(p) : 0;
}

static void tell_held(struct peer *p)
{
	while (p->filed_first != p->filed_next && p->filed[p->filed_first % RING].index < p->held)
		p->ev.held(p->ev.self, p->filed[p->filed_first++ % RING].id);
}

/* A whole answer at the front of what was read: its body, and how much to drop then. NULL: not yet. */
static char *answer(struct wire *w, size_t *whole)
{
	char *head = w->in_len == 0 ? NULL : memmem(w->in, w->in_len, "\r\n\r\n", 4), *length;

	if (head == NULL)
		return NULL;
	length = memmem(w->in, (size_t)(head - w->in), "Content-Length: ", 16);
	*whole = (size_t)(head + 4 - w->in) + (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
	return w->in_len < *whole ? NULL : head + 4;
}

static int post_take(struct peer *p, struct post *post)
{
	size_t whole, at = 0, own_len = strlen(p->officer.own);
	char *body = answer(&post->w, &whole), *row;

	if (body == NULL)
		return 0;
	for (row = body; at < post->count && (row = strstr(row, "{\"err\":\"")) != NULL; row += 8, at++) {
		char *place = strstr(row, p->officer.own);
		if (strncmp(row + 8, "OK\"", 3) != 0 || place == NULL) {
			p->ev.rejected(p->ev.self, post->ids[at]);
			continue;
		}
		p->filed[p->filed_next++ % RING] =
			(struct filed){ post->ids[at], strtoull(place + own_len + 1, NULL, 10) };
		p->ev.accepted(p->ev.self, post->ids[at]);
	}
	if (at != post->count) {
		fprintf(stderr, "answered: %.300s\n", body);
		return -1;
	}
	post->count = 0;
	wire_drop(&post->w, whole);
	tell_held(p);
	return 0;
}

/* ---- Reading. ---- */

/* One entry as JSON: the text that stands after the word, if it is the next of their log. */
static void take_entry(struct peer *p, const char *row, const char *end, const char *word)
{
	const char *place = memmem(row, (size_t)(end - row), p->officer.theirs, strlen(p->officer.theirs));
	const char *text = memmem(row, (size_t)(end - row), word, strlen(word)), *quote;
	uint64_t index;

	if (place == NULL)
		return;
	index = strtoull(place + strlen(p->officer.theirs), NULL, 10);
	if (index < *p->expect)
		return;
	*p->expect = index + 1;
	quote = text == NULL ? NULL : strchr(text + strlen(word), '"');
	if (quote != NULL)
		p->ev.message(p->ev.self, text + strlen(word), (size_t)(quote - text) - strlen(word));
}

/* GET of `path`: the body, in *w until it is closed. NULL: it failed. */
static char *get(const struct peer *p, struct wire *w, const char *path)
{
	size_t whole;
	char *body;

	if (wire_open(w, p->socket) != 0)
		return NULL;
	wire_printf(w, "GET %s HTTP/1.1\r\nHost: entente\r\n\r\n", path);
	if (wire_expect(w, "\r\n\r\n", ANSWER_MS) < 0)
		return NULL;
	while ((body = answer(w, &whole)) == NULL) {
		if (wire_wait(w, -1, ANSWER_MS) != 0)
			return NULL;
	}
	return strncmp(w->in, "HTTP/1.1 200", 12) == 0 ? body : NULL;
}

/* Their log from the first that we have not read; at the very first only where it ends. */
static int read_log(struct peer *p)
{
	bool is_first = *p->expect == 0, is_more = true;

	while (is_more) {
		struct wire w = { .fd = -1 };
		char path[256], *body, *row, *size;

		snprintf(path, sizeof path, is_first ? "%s&last=1" : "%s&from=%llu&limit=1000",
			 p->officer.their_log, (unsigned long long)*p->expect);
		body = get(p, &w, path);
		if (body == NULL) {
			wire_close(&w);
			return -1;
		}
		size = strstr(body, "\"size\":");
		is_more = !is_first && strstr(body, "\"next\":") != NULL;
		for (row = body; !is_first && (row = strstr(row, p->officer.theirs)) != NULL;) {
			char *end = strstr(row + 1, "\"place\":\"");
			end = end == NULL ? row + strlen(row) : end;
			take_entry(p, row, end, "\"title\":\"");
			row = end;
		}
		if (is_first && size != NULL)
			*p->expect = strtoull(size + 7, NULL, 10);
		wire_close(&w);
	}
	return 0;
}

/* Moves whole chunks to the text; -1: the stream has ended. */
static int stream_unchunk(struct peer *p)
{
	size_t at = 0;
	char *line;

	while (at < p->stream.in_len &&
	       (line = memmem(p->stream.in + at, p->stream.in_len - at, "\r\n", 2))) {
		size_t len = strtoul(p->stream.in + at, NULL, 16), head = (size_t)(line + 2 - p->stream.in);
		if (len == 0)
			return -1;
		if (p->stream.in_len - head < len + 2)
			break;
		if (p->text_len + len + 1 > p->text_max) {
			p->text_max = 2 * (p->text_len + len + 1);
			p->text = realloc(p->text, p->text_max);
			if (p->text == NULL)
				abort();
		}
		memcpy(p->text + p->text_len, p->stream.in + head, len);
		p->text_len += len;
		at = head + len + 2;
	}
	wire_drop(&p->stream, at);
	return 0;
}

static int take_event(struct peer *p, const char *event, const char *end)
{
	size_t len = (size_t)(end - event);
	const char *size;

	if (memmem(event, len, "\nevent: reset", 13) != NULL)
		return read_log(p);
	if (memmem(event, len, "\"change\":\"ENTRY\"", 16) != NULL) {
		take_entry(p, event, end, "\"text\":[\"");
	} else if (memmem(event, len, "\"change\":\"RECEIPT\"", 18) != NULL &&
		   memmem(event, len, p->officer.own, strlen(p->officer.own)) != NULL) {
		size = memmem(event, len, "\"size\":", 7);
		p->held = size == NULL ? p->held : strtoull(size + 7, NULL, 10);
		tell_held(p);
	}
	return 0;
}

static int stream_take(struct peer *p)
{
	const char *at, *end;

	if (stream_unchunk(p) != 0)
		return -1;
	if (p->text_len == 0)
		return 0;
	p->text[p->text_len] = '\0';
	for (at = p->text; (end = strstr(at, "\n\n")) != NULL; at = end + 2) {
		if (take_event(p, at, end) != 0)
			return -1;
	}
	p->text_len -= (size_t)(at - p->text);
	memmove(p->text, at, p->text_len);
	return 0;
}

static int stream_open(struct peer *p)
{
	long head;

	if (wire_open(&p->stream, p->socket) != 0)
		return -1;
	wire_printf(&p->stream, "GET /events HTTP/1.1\r\nHost: entente\r\n\r\n");
	head = wire_expect(&p->stream, "\r\n\r\n", ANSWER_MS);
	if (head < 0 || strncmp(p->stream.in, "HTTP/1.1 200", 12) != 0)
		return -1;
	wire_drop(&p->stream, (size_t)head + 4);
	return read_log(p);
}

int peer_wait(struct peer *p, int wake, int timeout_ms)
{
	struct pollfd f[POSTS + 2];

	if (posts_flush(p) != 0)
		return -1;
	for (size_t i = 0; i < POSTS; i++) {
		struct wire *w = &p->posts[i].w;
		f[i] = (struct pollfd){ w->fd, (short)(w->out_len > 0 ? POLLIN | POLLOUT : POLLIN), 0 };
	}
	f[POSTS] = (struct pollfd){ p->stream.fd, POLLIN, 0 };
	f[POSTS + 1] = (struct pollfd){ wake, POLLIN, 0 };
	if (poll(f, POSTS + 2, timeout_ms) <= 0)
		return 0;
	for (size_t i = 0; i < POSTS; i++) {
		if ((f[i].revents & ~POLLOUT) != 0 &&
		    (wire_fill(&p->posts[i].w) != 0 || post_take(p, &p->posts[i]) != 0))
			return -1;
	}
	if (f[POSTS].revents != 0 && (wire_fill(&p->stream) != 0 || stream_take(p) != 0))
		return -1;
	return posts_flush(p);
}

struct peer *peer_open(const char *target, int pair, char side, const struct peer_events *events)
{
	struct peer *p = calloc(1, sizeof *p);
	bool is_open;
	char file[512];

	if (p == NULL)
		return NULL;
	p->ev = *events;
	p->expect = &expected[side == 'A'][pair];
	p->stream.fd = p->ready.fd = -1;
	for (size_t i = 0; i < POSTS; i++)
		p->posts[i].w.fd = -1;
	is_open = sscanf(target, "%107s %511s", p->socket, file) == 2 && officer_open(&p->officer, file) == 0;
	for (size_t i = 0; is_open && i < POSTS; i++)
		is_open = wire_open(&p->posts[i].w, p->socket) == 0;
	if (is_open && stream_open(p) == 0)
		return p;
	peer_close(p);
	return NULL;
}

void peer_close(struct peer *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < POSTS; i++)
		wire_close(&p->posts[i].w);
	wire_close(&p->stream);
	wire_close(&p->ready);
	free(p->text);
	free(p);
}
