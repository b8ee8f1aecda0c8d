/*
 * A session of the link, its TLS replaced by one that hides nothing: the input is a story of what comes in
 * which pieces, of time that goes by, of frames of our own and of a socket that takes some bytes. Whatever
 * comes, a frame that is given is whole, HELLO is the first, memory is bounded, and what was sent is told in
 * its order.
 *
 * Input: steps of an act, a length and so many bytes (acts).
 */
#include "link/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

#define FRAMES_MAX 64u

/* ---- TLS: what is put in comes out, once the first byte has come. ---- */

struct tls {
	uint8_t in_memory[TLS_PIECE_MAX], out_memory[TLS_OUT_MAX];
	struct buf in, out;
	bool is_established;
};

void tls_free(struct tls *t)
{
	free(t);
}

enum err tls_put_wire(struct tls *t, struct bytes in)
{
	if (in.len > TLS_PIECE_MAX - t->in.len)
		return ERR_LIMIT;
	t->is_established = t->is_established || in.len > 0;
	buf_put(&t->in, in);
	return ERR_OK;
}

size_t tls_get_wire(struct tls *t, struct buf *out)
{
	size_t room = out->max - out->len, len = t->out.len < room ? t->out.len : room;

	buf_put(out, (struct bytes){ t->out.ptr, len });
	buf_drop(&t->out, len);
	return len;
}

size_t tls_wire_len(const struct tls *t)
{
	return t->out.len;
}

enum err tls_read(struct tls *t, struct buf *out)
{
	size_t room = out->max - out->len, len = t->in.len < room ? t->in.len : room;

	if (len == 0)
		return ERR_SHORT;
	buf_put(out, (struct bytes){ t->in.ptr, len });
	buf_drop(&t->in, len);
	return ERR_OK;
}

enum err tls_write(struct tls *t, struct bytes in)
{
	if (in.len > TLS_OUT_MAX - t->out.len)
		return ERR_LIMIT;
	buf_put(&t->out, in);
	return ERR_OK;
}

bool tls_is_established(const struct tls *t)
{
	return t->is_established;
}

/* ---- The story. ---- */

struct story {
	struct session session;
	struct now now;
	bool is_greeted; /* the peer has said HELLO */
	uint64_t tag, told;
};

static enum err hear(struct story *s, struct bytes part)
{
	enum err e = session_feed(&s->session, s->now, part);

	while (e == ERR_OK) {
		struct bytes whole, rest;
		struct frame frame;
		e = session_next(&s->session, s->now, &whole);
		assert(s->session.in.max <= FRAME_LEN_MAX + (64u << 10));
		if (e != ERR_OK)
			break;
		rest = whole;
		e = frame_read(&rest, &frame);
		assert(e == ERR_OK && rest.len == 0 && whole.len == FRAME_HEAD_LEN + frame.payload.len);
		assert(frame.kind != FRAME_PING && frame.kind != FRAME_PART);
		assert(s->is_greeted || frame.kind == FRAME_HELLO);
		s->is_greeted = true;
	}
	return e == ERR_SHORT ? ERR_OK : e;
}

static enum err pass_time(struct story *s, struct bytes part)
{
	uint64_t ms = part.len == 0 ? 1000 : part.ptr[0] * 100u, round_trip_us;

	s->now.mono = mono_add_ms(s->now.mono, ms);
	if (session_measured(&s->session, &round_trip_us))
		assert(round_trip_us <= (uint64_t)s->now.mono.us);
	return session_tick(&s->session, s->now);
}

static enum err say(struct story *s, struct bytes part)
{
	uint8_t memory[2048];
	struct buf frame = BUF_ON(memory);
	bool is_first = !s->session.has_greeted;
	unsigned urgency = part.len == 0 ? 1 : 1 + part.ptr[0] % (RECORD_URGENCY_COUNT - 1);
	bool is_kept = s->session.state != SESSION_SHAKES;
	enum err e;

	frame_write(is_first ? FRAME_HELLO : FRAME_BATCH, part, &frame);
	assert(buf_check(&frame) == ERR_OK);
	e = session_send(&s->session, is_first ? 1 : urgency, is_kept ? s->tag + 1 : 0, buf_bytes(&frame));
	if (e == ERR_OK && is_kept)
		s->tag++;
	return e;
}

/* The socket takes some. */
static enum err leave(struct story *s, struct bytes part)
{
	struct bytes out;
	uint64_t tag;
	enum err e = session_output(&s->session, &out);

	if (e != ERR_OK)
		return e;
	if (part.len > 0 && part.ptr[0] < out.len)
		out.len = part.ptr[0];
	session_took(&s->session, out.len);
	while (session_sent(&s->session, &tag)) {
		assert(tag >= 1 && tag <= s->tag);
		s->told++;
	}
	assert(s->told <= s->tag);
	return ERR_OK;
}

/* Whatever was given and not cut off goes out in the end, each once. */
static void finish(struct story *s)
{
	while (session_waits(&s->session)) {
		enum err e = leave(s, (struct bytes){ NULL, 0 });
		assert(e == ERR_OK);
	}
	assert(s->told == s->tag);
}

static enum err (*const acts[])(struct story *s, struct bytes part) = { hear, pass_time, say, leave };

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	struct bytes in = { ptr, len }, head, part;
	struct tls *tls = calloc(1, sizeof *tls);
	struct story s = { .now = { .mono = { 1000000000 } } };
	unsigned steps = 0;
	enum err e = ERR_OK;

	assert(tls != NULL);
	buf_init(&tls->in, tls->in_memory, sizeof tls->in_memory);
	buf_init(&tls->out, tls->out_memory, sizeof tls->out_memory);
	session_init(&s.session, tls, s.now, LINK_HANDSHAKE_MS_MAX);
	while (e == ERR_OK && steps++ < FRAMES_MAX && bytes_take(&in, 2, &head) == ERR_OK) {
		part.len = head.ptr[1] * (head.ptr[0] >= 0x80 ? 256u : 1u);
		if (part.len > in.len)
			part.len = in.len;
		if (head.ptr[0] % ARRAY_COUNT(acts) == 2 && part.len > 1024)
			part.len = 1024;
		if (bytes_take(&in, part.len, &part) != ERR_OK)
			break;
		e = acts[head.ptr[0] % ARRAY_COUNT(acts)](&s, part);
	}
	if (e == ERR_OK)
		finish(&s);
	session_finish(&s.session);
	return 0;
}
