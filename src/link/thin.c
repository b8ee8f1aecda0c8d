/*
 * A thin path's device: bytes to and from it, at the pace of its line. What they mean is core's affair.
 * docs/spec/thin.md.
 */
#include "link/state.h"

#include <string.h>
#include <unistd.h>

/* So many are given to the device at once: what is more urgent waits for no more than these. */
#define CHUNK_LEN_MIN 4u
#define CHUNK_MS_MIN 20u

static void end(struct path *p, enum err why, const char *name)
{
	struct serial *s = &p->serial;

	watch_close(s->watch);
	timer_close(s->pace);
	if (s->fd >= 0)
		close(s->fd);
	s->watch = NULL;
	s->pace = NULL;
	s->fd = -1;
	s->out_at = s->out_len = 0;
	path_down(p, why, name);
}

void thin_stop(struct path *p)
{
	if (path_is_thin(p) && p->serial.fd >= 0)
		end(p, ERR_DOWN, "");
}

static size_t chunk_len(const struct serial *s)
{
	size_t len = CHUNK_MS_MIN * 1000 / (size_t)serial_us(&s->speed, 1);

	return len < CHUNK_LEN_MIN ? CHUNK_LEN_MIN : len;
}

static void pace(struct path *p)
{
	struct serial *s = &p->serial;
	int64_t left = s->free_at.us - loop_now(p->link->loop).mono.us;

	timer_set(s->pace, left <= 0 ? 0 : (uint64_t)(left + 999) / 1000);
}

/* A line that is late, as ours or the machine's may be, is not made up for: it has its own pace. */
static void passed(struct path *p, size_t len)
{
	struct serial *s = &p->serial;
	struct mono now = loop_now(p->link->loop).mono;

	if (mono_is_before(s->free_at, now))
		s->free_at = now;
	s->free_at.us += serial_us(&s->speed, len);
	s->out_at += len;
}

static void on_pace(void *self)
{
	struct path *p = self;
	struct serial *s = &p->serial;
	struct record sent = { .kind = RECORD_SENT, .peer = p->peer, .path = p->index, .number = s->tag };
	size_t written = 0, len = chunk_len(s), left = s->out_len - s->out_at;
	enum err e = ERR_SHORT;

	if (left == 0)
		return;
	/* It may be slower than was said, and what it has already would go before what is urgent. */
	if (serial_queued(s->fd) <= len)
		e = serial_write(s->fd, (struct bytes){ s->out + s->out_at, len < left ? len : left },
				 &written);
	if (e == ERR_DOWN) {
		end(p, ERR_DOWN, "");
		return;
	}
	if (written > 0)
		passed(p, written);
	else
		s->free_at = mono_add_ms(loop_now(p->link->loop).mono, CHUNK_MS_MIN);
	if (s->out_at < s->out_len)
		pace(p);
	else
		link_tell(p->link, &sent); /* while its last bytes leave, the next frame is fetched */
}

void thin_write(struct path *p, const struct record *r)
{
	struct serial *s = &p->serial;

	memcpy(s->out, r->rest.ptr, r->rest.len);
	s->out_len = r->rest.len;
	s->out_at = 0;
	s->tag = r->number;
	pace(p);
}

static void on_ready(void *self, bool is_readable, bool is_writable)
{
	struct path *p = self;
	uint8_t memory[RECORD_READ_MAX];
	struct buf in = BUF_ON(memory);
	struct record got = { .kind = RECORD_READ, .peer = p->peer, .path = p->index };
	enum err e;

	(void)is_writable;
	if (!is_readable)
		return;
	if (link_is_full(p->link)) {
		p->link->is_stalled = true;
		watch_set(p->serial.watch, false, false);
		return;
	}
	e = serial_read(p->serial.fd, &in);
	got.rest = buf_bytes(&in);
	if (e == ERR_OK)
		link_tell(p->link, &got);
	else if (e == ERR_DOWN)
		end(p, ERR_DOWN, "");
}

void thin_try(struct path *p)
{
	struct serial *s = &p->serial;
	const char *why;

	if (s->fd >= 0)
		return;
	if (door_open(p->link, DOOR_CALLS(p->peer, p->index), &s->fd, &why) != ERR_OK) {
		s->fd = -1;
		path_down(p, ERR_DOWN, why);
		return;
	}
	s->free_at = loop_now(p->link->loop).mono;
	s->pace = timer_open(p->link->loop, on_pace, p);
	s->watch = watch_open(p->link->loop, s->fd, on_ready, p);
	watch_set(s->watch, true, false);
	path_up(p, NULL);
}

void thin_resume(struct path *p)
{
	if (path_is_thin(p) && p->serial.fd >= 0)
		watch_set(p->serial.watch, true, false);
}
