#include "link/session.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define IN_MIN (32u << 10)
/* A TLS record is authentic only when all of it is there: on a thin line a long one would be silence. */
#define THIN_LEN 2048u
#define OUT_LEN (64u << 10)
#define IN_MAX (FRAME_LEN_MAX + FRAME_HEAD_LEN + IN_MIN)

void session_init(struct session *s, struct tls *tls, struct now now, uint64_t deadline_ms)
{
	*s = (struct session){
		.tls = tls,
		.deadline = mono_add_ms(now.mono, deadline_ms),
		.heard = now.mono,
		.asked = now.mono,
	};
	buf_init(&s->out, xrealloc(NULL, OUT_LEN), OUT_LEN);
}

void session_finish(struct session *s)
{
	tls_free(s->tls);
	queue_clear(&s->queue);
	free(s->in.ptr);
	free(s->out.ptr);
	*s = (struct session){ 0 };
}

enum err session_feed(struct session *s, struct now now, struct bytes in)
{
	enum err e = tls_put_wire(s->tls, in);

	if (e != ERR_OK || s->state != SESSION_SHAKES || !tls_is_established(s->tls))
		return e;
	s->state = SESSION_GREETS;
	s->heard = now.mono;
	buf_init(&s->in, xrealloc(NULL, IN_MIN), IN_MIN);
	return ERR_OK;
}

/* Room for more of a frame that has begun: what its head promises, and never more than a frame. */
static void make_room(struct session *s)
{
	struct bytes rest = { s->in.ptr + s->in_at, s->in.len - s->in_at };
	size_t want = IN_MIN;

	if (s->in_at > 0 && (rest.len == 0 || s->in.max - s->in.len < IN_MIN / 2)) {
		buf_drop(&s->in, s->in_at);
		s->in_at = 0;
	}
	if (s->in.len < s->in.max)
		return;
	while (want <= s->in.len)
		want *= 2;
	if (want > IN_MAX)
		want = IN_MAX;
	s->in.ptr = xrealloc(s->in.ptr, want);
	s->in.max = want;
}

/* A PING is the link's own affair. */
static enum err take_ping(struct session *s, struct now now, struct bytes payload)
{
	uint8_t memory[64], answer_memory[64];
	struct buf answer = BUF_ON(answer_memory), frame = BUF_ON(memory);
	struct ping ping;
	enum err e = ping_read(payload, &ping);

	if (e != ERR_OK)
		return e;
	if (ping.is_answer) {
		/* An answer to nothing, or to an older question, measures nothing. */
		if (s->is_asking && ping.token == s->token) {
			s->is_asking = false;
			s->is_measured = true;
			s->round_trip_us = (uint64_t)(now.mono.us - s->asked.us);
		}
		return ERR_OK;
	}
	ping.is_answer = true;
	ping_write(&ping, &answer);
	frame_write(FRAME_PING, buf_bytes(&answer), &frame);
	return session_send(s, 0, 0, buf_bytes(&frame));
}

/* The next frame of what is decrypted already. */
static enum err take_frame(struct session *s, struct frame *frame, struct bytes *whole)
{
	struct bytes in = { s->in.ptr + s->in_at, s->in.len - s->in_at }, rest = in;
	enum err e = frame_read(&rest, frame);

	if (e != ERR_OK) {
		if (e == ERR_FRAME && in.len >= 4 && be32_get(in.ptr) > FRAME_LEN_MAX)
			s->limit = "FRAME_LEN_MAX";
		return e;
	}
	*whole = (struct bytes){ in.ptr, in.len - rest.len };
	s->in_at += whole->len;
	return ERR_OK;
}

enum err session_next(struct session *s, struct now now, struct bytes *frame)
{
	struct frame f;
	enum err e;

	if (s->state == SESSION_SHAKES)
		return ERR_SHORT;
	for (;;) {
		e = take_frame(s, &f, frame);
		if (e == ERR_SHORT) {
			make_room(s);
			e = tls_read(s->tls, &s->in);
			if (e != ERR_OK)
				return e;
			s->heard = now.mono;
			continue;
		}
		if (e != ERR_OK)
			return e;
		/* The first frame says who is there and what he holds; before it nothing has a meaning. */
		if (s->state == SESSION_GREETS && f.kind != FRAME_HELLO)
			return ERR_FRAME;
		s->state = SESSION_RUNS;
		if (f.kind != FRAME_PING)
			return ERR_OK;
		e = take_ping(s, now, f.payload);
		if (e != ERR_OK)
			return e;
	}
}

bool session_measured(struct session *s, uint64_t *round_trip_us)
{
	bool is_measured = s->is_measured;

	s->is_measured = false;
	*round_trip_us = s->round_trip_us;
	return is_measured;
}

/* ---- Out. ---- */

/* Encrypted bytes that the socket has not taken. */
static size_t unsent(const struct session *s)
{
	return s->out.len - s->out_at + tls_wire_len(s->tls);
}

size_t session_unsent_max(const struct session *s)
{
	return s->pace == PACE_THIN ? THIN_LEN : LINK_UNSENT_LEN_MAX;
}

static bool has_room(const struct session *s)
{
	return unsent(s) < session_unsent_max(s) && s->sent_count < SESSION_SENT_MAX;
}

static enum err put(struct session *s, uint64_t tag, struct bytes frame)
{
	while (frame.len > 0) {
		size_t len = s->pace == PACE_FAST || frame.len < THIN_LEN ? frame.len : THIN_LEN;
		enum err e = tls_write(s->tls, (struct bytes){ frame.ptr, len });

		if (e != ERR_OK)
			return e;
		frame.ptr += len;
		frame.len -= len;
	}
	if (tag != 0) {
		size_t at = (s->sent_first + s->sent_count++) % SESSION_SENT_MAX;

		s->sent[at].tag = tag;
		s->sent[at].end = s->gone + unsent(s);
	}
	return ERR_OK;
}

enum err session_send(struct session *s, unsigned urgency, uint64_t tag, struct bytes frame)
{
	assert(frame.len >= FRAME_HEAD_LEN);
	if (frame.ptr[FRAME_HEAD_LEN - 1] == FRAME_HELLO)
		s->has_greeted = true;
	if (!s->has_greeted || s->state == SESSION_SHAKES)
		return ERR_OK;
	if (queue_is_empty(&s->queue) && has_room(s))
		return put(s, tag, frame);
	if (queue_put(&s->queue, urgency, tag, frame) == ERR_OK)
		return ERR_OK;
	s->limit = "LINK_QUEUE_LEN_MAX";
	return ERR_LIMIT;
}

enum err session_output(struct session *s, struct bytes *out)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && !queue_is_empty(&s->queue) && has_room(s)) {
		struct queued *one = queue_take(&s->queue);

		e = put(s, one->tag, (struct bytes){ one->frame, one->len });
		free(one);
	}
	if (s->out_at == s->out.len) {
		buf_reset(&s->out);
		s->out_at = 0;
		tls_get_wire(s->tls, &s->out);
	}
	*out = (struct bytes){ s->out.ptr + s->out_at, s->out.len - s->out_at };
	return e;
}

void session_took(struct session *s, size_t len)
{
	assert(len <= s->out.len - s->out_at);
	s->out_at += len;
	s->gone += len;
}

bool session_sent(struct session *s, uint64_t *tag)
{
	if (s->sent_count == 0 || s->sent[s->sent_first].end > s->gone)
		return false;
	*tag = s->sent[s->sent_first].tag;
	s->sent_first = (s->sent_first + 1) % SESSION_SENT_MAX;
	s->sent_count--;
	return true;
}

bool session_waits(const struct session *s)
{
	return !queue_is_empty(&s->queue) || unsent(s) > 0;
}

/* ---- Time. ---- */

static bool is_due(struct mono since, uint64_t ms, struct now now)
{
	return !mono_is_before(now.mono, mono_add_ms(since, ms));
}

static enum err ask(struct session *s, struct now now)
{
	uint8_t memory[64], frame_memory[64];
	struct buf payload = BUF_ON(memory), frame = BUF_ON(frame_memory);

	s->asked = now.mono;
	s->is_asking = true;
	s->token++;
	ping_write(&(struct ping){ .token = s->token }, &payload);
	frame_write(FRAME_PING, buf_bytes(&payload), &frame);
	return session_send(s, 0, 0, buf_bytes(&frame));
}

/* Only a line that had more to do than it could is known to be thin. */
static void judge_pace(struct session *s)
{
	bool is_busy = unsent(s) > 0;

	if (s->gone - s->gone_before >= SESSION_FAST_LEN)
		s->pace = PACE_FAST;
	else if (is_busy && s->was_busy)
		s->pace = PACE_THIN;
	s->gone_before = s->gone;
	s->was_busy = is_busy;
}

enum err session_tick(struct session *s, struct now now)
{
	judge_pace(s);
	if (s->state != SESSION_RUNS) {
		if (mono_is_before(now.mono, s->deadline))
			return ERR_OK;
		s->limit = "LINK_HANDSHAKE_MS_MAX";
		return ERR_TIMEOUT;
	}
	if (is_due(s->heard, LINK_SILENCE_MS_MAX, now)) {
		s->limit = "LINK_SILENCE_MS_MAX";
		return ERR_TIMEOUT;
	}
	if (is_due(s->asked, LINK_PING_MS, now))
		return ask(s, now);
	return ERR_OK;
}
