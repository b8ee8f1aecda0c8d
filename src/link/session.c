#include "link/session.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define IN_MIN (32u << 10)
/*
 * A TLS record is authentic only when all of it is there: on a thin line a long one would be silence. A
 * PART with its head fills one.
 */
#define THIN_LEN 1200u
#define UNPROVED_LEN 2048u
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
	partials_clear(&s->partials);
	free(s->plain.ptr);
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
	s->heard = s->moved = now.mono;
	buf_init(&s->plain, xrealloc(NULL, SESSION_RECORD_MAX), SESSION_RECORD_MAX);
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

/* ERR_OK: the frame that it is of is whole. */
static enum err take_part(struct session *s, struct bytes payload, struct bytes *whole)
{
	struct part part;
	enum err e = part_read(payload, &part);

	return e == ERR_OK ? partials_take(&s->partials, &part, whole) : e;
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
			s->moved = now.mono;
		if (f.kind != FRAME_PING && f.kind != FRAME_PART)
			return ERR_OK;
		e = f.kind == FRAME_PING ? take_ping(s, now, f.payload) : take_part(s, f.payload, frame);
		if (e != ERR_OK && e != ERR_SHORT)
			return e;
		if (e == ERR_OK && f.kind == FRAME_PART)
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
	return s->pace == PACE_THIN ? 1 : LINK_UNSENT_LEN_MAX;
}

static bool has_room(const struct session *s)
{
	/* On a thin line a record is filled by one urgency, and gone before the next is begun. */
	size_t ahead = unsent(s) + (s->pace == PACE_THIN ? 0 : s->plain.len);

	return ahead < session_unsent_max(s) && s->sent_count < SESSION_SENT_MAX;
}

static size_t record_len(const struct session *s)
{
	return s->pace == PACE_THIN ? THIN_LEN : s->pace == PACE_UNPROVED ? UNPROVED_LEN : SESSION_RECORD_MAX;
}

/* So that a PART on a line that is not fast is one record. */
static size_t part_len(const struct session *s)
{
	return s->pace == PACE_FAST ? PART_LEN_MAX : record_len(s) - PART_HEAD_MAX;
}

/* What was gathered becomes one record. */
static enum err seal(struct session *s)
{
	enum err e = s->plain.len == 0 ? ERR_OK : tls_write(s->tls, buf_bytes(&s->plain));

	buf_reset(&s->plain);
	for (size_t i = s->sent_count; i > 0; i--) {
		size_t at = (s->sent_first + i - 1) % SESSION_SENT_MAX;

		if (s->sent[at].end != UINT64_MAX)
			break;
		s->sent[at].end = s->gone + unsent(s);
	}
	return e;
}

static enum err gather(struct session *s, struct bytes part)
{
	enum err e = ERR_OK;

	while (part.len > 0 && e == ERR_OK) {
		size_t room = record_len(s) - s->plain.len, len = part.len < room ? part.len : room;

		buf_put(&s->plain, (struct bytes){ part.ptr, len });
		part.ptr += len;
		part.len -= len;
		if (s->plain.len == record_len(s))
			e = seal(s);
	}
	return e;
}

static enum err put(struct session *s, struct leaving *l)
{
	uint64_t tag = l->whole == NULL ? 0 : l->whole->tag;
	enum err e = ERR_OK;

	/*
	 * A frame that fits into a record is not spread over two; and on a thin line, where each byte that a
	 * record has more keeps it back, what is urgent does not wait for what is less so.
	 */
	if (l->head.len + l->body.len > record_len(s) - s->plain.len ||
	    (s->pace == PACE_THIN && s->plain_urgency != l->urgency))
		e = seal(s);
	s->plain_urgency = l->urgency;
	if (e == ERR_OK)
		e = gather(s, l->head);
	if (e == ERR_OK)
		e = gather(s, l->body);
	if (tag != 0) {
		size_t at = (s->sent_first + s->sent_count++) % SESSION_SENT_MAX;

		s->sent[at].tag = tag;
		s->sent[at].end = s->plain.len > 0 ? UINT64_MAX : s->gone + unsent(s);
	}
	queue_left(l);
	return e;
}

enum err session_send(struct session *s, unsigned urgency, uint64_t tag, struct bytes frame)
{
	assert(frame.len >= FRAME_HEAD_LEN);
	if (frame.ptr[FRAME_HEAD_LEN - 1] == FRAME_HELLO)
		s->has_greeted = true;
	if (!s->has_greeted || s->state == SESSION_SHAKES)
		return ERR_OK;
	if (queue_put(&s->queue, urgency, tag, frame) == ERR_OK)
		return ERR_OK;
	s->limit = "LINK_QUEUE_LEN_MAX";
	return ERR_LIMIT;
}

enum err session_output(struct session *s, struct bytes *out)
{
	struct leaving next;
	enum err e = ERR_OK;

	while (e == ERR_OK && has_room(s) && queue_take(&s->queue, part_len(s), &next))
		e = put(s, &next);
	if (e == ERR_OK && s->plain.len > 0)
		e = seal(s);
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
	if (partials_is_any(&s->partials) && is_due(s->moved, LINK_PART_MS_MAX, now)) {
		s->limit = "LINK_PART_MS_MAX";
		return ERR_TIMEOUT;
	}
	if (is_due(s->asked, LINK_PING_MS, now))
		return ask(s, now);
	return ERR_OK;
}
