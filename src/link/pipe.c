#include "link/pipe.h"

#include "base/alloc.h"
#include "crypto/tls.h"
#include "sys/socket.h"
#include "wire/thin.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Fields of a record, in the order in which they are written. */
enum {
	HAS_PEER = 1,
	HAS_PATH = 2,
	HAS_URGENCY = 4,
	HAS_ERR = 8,
	HAS_NUMBER = 16,
	HAS_TIME = 32,
	HAS_KEY = 64,
	HAS_NAME = 128,
	HAS_TEXT = 256,
	HAS_REST = 512,
};

#define ON_PATH (HAS_PEER | HAS_PATH)
#define PROOF_MAX (64u * HASH_LEN)
#define MARKS_MAX (LOGS_MAX * 160u)

static const struct {
	const char *name;
	enum pipe_end from, to;
	unsigned fields;
	size_t rest_max;
} rows[RECORD_KIND_COUNT] = {
	/* clang-format off */
	[RECORD_LISTEN]     = { "LISTEN",     PIPE_CORE,   PIPE_LINK,   HAS_NAME | HAS_TEXT, 0 },
	[RECORD_PIN]        = { "PIN",        PIPE_CORE,   PIPE_LINK,   HAS_PEER | HAS_KEY, 0 },
	[RECORD_UNPIN]      = { "UNPIN",      PIPE_CORE,   PIPE_LINK,   HAS_PEER | HAS_KEY, 0 },
	[RECORD_OWN]        = { "OWN",        PIPE_CORE,   PIPE_LINK,   HAS_KEY, 0 },
	[RECORD_PATH]       = { "PATH",       PIPE_CORE,   PIPE_LINK,   ON_PATH | HAS_NUMBER | HAS_NAME | HAS_TEXT, 0 },
	[RECORD_RUN]        = { "RUN",        PIPE_CORE,   PIPE_LINK,   HAS_NUMBER, 0 },
	[RECORD_SEND]       = { "SEND",       PIPE_CORE,   PIPE_LINK,   ON_PATH | HAS_URGENCY | HAS_NUMBER | HAS_REST, RECORD_REST_MAX },
	[RECORD_WRITE]      = { "WRITE",      PIPE_CORE,   PIPE_LINK,   ON_PATH | HAS_NUMBER | HAS_REST, THIN_FRAME_MAX },
	[RECORD_CLOSE]      = { "CLOSE",      PIPE_CORE,   PIPE_LINK,   ON_PATH | HAS_ERR | HAS_NAME, 0 },
	[RECORD_PATH_UP]    = { "PATH_UP",    PIPE_LINK,   PIPE_CORE,   ON_PATH | HAS_NUMBER | HAS_KEY | HAS_NAME | HAS_TEXT, 0 },
	[RECORD_PATH_DOWN]  = { "PATH_DOWN",  PIPE_LINK,   PIPE_CORE,   ON_PATH | HAS_ERR | HAS_NAME, 0 },
	[RECORD_RECEIVED]   = { "RECEIVED",   PIPE_LINK,   PIPE_CORE,   ON_PATH | HAS_REST, RECORD_REST_MAX },
	[RECORD_READ]       = { "READ",       PIPE_LINK,   PIPE_CORE,   ON_PATH | HAS_REST, RECORD_READ_MAX },
	[RECORD_SENT]       = { "SENT",       PIPE_LINK,   PIPE_CORE,   ON_PATH | HAS_NUMBER, 0 },
	[RECORD_MEASURED]   = { "MEASURED",   PIPE_LINK,   PIPE_CORE,   ON_PATH | HAS_NUMBER, 0 },
	[RECORD_REFUSED]    = { "REFUSED",    PIPE_LINK,   PIPE_CORE,   HAS_ERR | HAS_NUMBER | HAS_KEY | HAS_NAME | HAS_TEXT, 0 },
	[RECORD_TLS_SHOW]   = { "TLS_SHOW",   PIPE_LINK,   PIPE_SIGNER, HAS_NUMBER | HAS_KEY, 0 },
	[RECORD_TLS_SHOWN]  = { "TLS_SHOWN",  PIPE_SIGNER, PIPE_LINK,   HAS_ERR | HAS_NUMBER | HAS_REST, TLS_CERTIFICATE_MAX },
	[RECORD_TLS_SIGN]   = { "TLS_SIGN",   PIPE_LINK,   PIPE_SIGNER, HAS_NUMBER | HAS_KEY | HAS_REST, TLS_SIGNED_MAX },
	[RECORD_TLS_SIGNED] = { "TLS_SIGNED", PIPE_SIGNER, PIPE_LINK,   HAS_ERR | HAS_NUMBER | HAS_REST, 64 },
	[RECORD_MEMORY]     = { "MEMORY",     PIPE_CORE,   PIPE_SIGNER, HAS_NAME, 0 },
	[RECORD_REMEMBERS]  = { "REMEMBERS",  PIPE_SIGNER, PIPE_CORE,   HAS_NUMBER | HAS_TEXT | HAS_REST, MARKS_MAX },
	[RECORD_SIGN]       = { "SIGN",       PIPE_CORE,   PIPE_SIGNER, HAS_NUMBER | HAS_KEY | HAS_NAME | HAS_TEXT | HAS_REST, PROOF_MAX },
	[RECORD_COSIGN]     = { "COSIGN",     PIPE_CORE,   PIPE_SIGNER, HAS_NUMBER | HAS_TIME | HAS_KEY | HAS_NAME | HAS_TEXT | HAS_REST, PROOF_MAX },
	[RECORD_SIGNED]     = { "SIGNED",     PIPE_SIGNER, PIPE_CORE,   HAS_ERR | HAS_NUMBER | HAS_NAME | HAS_REST, NOTE_LINE_LEN_MAX },
	[RECORD_COSIGNED]   = { "COSIGNED",   PIPE_SIGNER, PIPE_CORE,   HAS_ERR | HAS_NUMBER | HAS_NAME | HAS_REST, NOTE_LINE_LEN_MAX },
	[RECORD_LINK_CONTAINED]   = { "LINK_CONTAINED",   PIPE_LINK,   PIPE_CORE, HAS_NUMBER, 0 },
	[RECORD_SIGNER_CONTAINED] = { "SIGNER_CONTAINED", PIPE_SIGNER, PIPE_CORE, HAS_NUMBER, 0 },
	[RECORD_LINK_ALIVE] = { "LINK_ALIVE", PIPE_LINK,   PIPE_CORE,    0, 0 },
	[RECORD_SIGNER_ALIVE] = { "SIGNER_ALIVE", PIPE_SIGNER, PIPE_CORE, 0, 0 },
	[RECORD_LINK_BROKEN] = { "LINK_BROKEN", PIPE_SIGNER, PIPE_CORE,   0, 0 },
	[RECORD_SETTLED]    = { "SETTLED",    PIPE_CORE,    PIPE_SIGNER,  0, 0 },
	[RECORD_DOOR]       = { "DOOR",       PIPE_CORE,    PIPE_STARTER, HAS_NUMBER | HAS_TEXT, 0 },
	[RECORD_SHUT]       = { "SHUT",       PIPE_CORE,    PIPE_STARTER, 0, 0 },
	[RECORD_START]      = { "START",      PIPE_CORE,    PIPE_STARTER, 0, 0 },
	[RECORD_END]        = { "END",        PIPE_CORE,    PIPE_STARTER, 0, 0 },
	[RECORD_WARD]       = { "WARD",       PIPE_CORE,    PIPE_STARTER, 0, 0 },
	[RECORD_OPEN]       = { "OPEN",       PIPE_LINK,    PIPE_STARTER, HAS_NUMBER, 0 },
	[RECORD_OPENED]     = { "OPENED",     PIPE_STARTER, PIPE_LINK,    HAS_ERR | HAS_NUMBER | HAS_TEXT, 0 },
	/* clang-format on */
};

const char *record_kind_name(enum record_kind kind)
{
	assert(kind >= RECORD_LISTEN && kind < RECORD_KIND_COUNT);
	return rows[kind].name;
}

/* The small numbers: one byte each, below their bound. */
static const struct {
	unsigned field;
	size_t bound;
} small_fields[] = {
	{ HAS_PEER, PARTY_MAX },
	{ HAS_PATH, LINK_PATHS_MAX },
	{ HAS_URGENCY, RECORD_URGENCY_COUNT },
	{ HAS_ERR, ERR_COUNT },
};

static size_t small_get(const struct record *r, unsigned field)
{
	size_t numbers[] = { r->peer, r->path, r->urgency, r->err };

	for (size_t i = 0; i < ARRAY_COUNT(small_fields); i++) {
		if (small_fields[i].field == field)
			return numbers[i];
	}
	return 0;
}

static void small_set(struct record *r, unsigned field, size_t value)
{
	if (field == HAS_PEER)
		r->peer = value;
	else if (field == HAS_PATH)
		r->path = value;
	else if (field == HAS_URGENCY)
		r->urgency = (unsigned)value;
	else
		r->err = (enum err)value;
}

/* A record of ours that breaks its row is a bug of ours. */
static void assert_sound(const struct record *r)
{
	assert(r->kind >= RECORD_LISTEN && r->kind < RECORD_KIND_COUNT);
	assert(r->name.len <= RECORD_NAME_MAX);
	assert(r->text.len <= RECORD_TEXT_MAX);
	assert(r->head.len <= rows[r->kind].rest_max);
	assert(r->rest.len <= rows[r->kind].rest_max - r->head.len);
	for (size_t i = 0; i < ARRAY_COUNT(small_fields); i++)
		assert(small_get(r, small_fields[i].field) < small_fields[i].bound);
}

enum err record_write(const struct record *r, struct buf *out)
{
	unsigned fields;
	size_t start = out->len;
	uint8_t *len;

	assert_sound(r);
	fields = rows[r->kind].fields;
	len = buf_reserve(out, 4);
	buf_put_byte(out, (uint8_t)r->kind);
	for (size_t i = 0; i < ARRAY_COUNT(small_fields); i++) {
		if ((fields & small_fields[i].field) != 0)
			buf_put_byte(out, (uint8_t)small_get(r, small_fields[i].field));
	}
	if ((fields & HAS_NUMBER) != 0)
		buf_put_be64(out, r->number);
	if ((fields & HAS_TIME) != 0)
		buf_put_be64(out, r->time);
	if ((fields & HAS_KEY) != 0)
		buf_put(out, BYTES_OF(r->key));
	if ((fields & HAS_NAME) != 0) {
		buf_put_byte(out, (uint8_t)r->name.len);
		buf_put(out, r->name);
	}
	if ((fields & HAS_TEXT) != 0) {
		buf_put_byte(out, (uint8_t)(r->text.len >> 8));
		buf_put_byte(out, (uint8_t)r->text.len);
		buf_put(out, r->text);
	}
	buf_put(out, r->head);
	buf_put(out, r->rest);
	if (buf_check(out) != ERR_OK) {
		out->len = start;
		out->full = false;
		return ERR_LIMIT;
	}
	be32_put(len, (uint32_t)(out->len - start - 4));
	return ERR_OK;
}

static enum err read_number(struct bytes *in, uint64_t *out)
{
	struct bytes part;

	if (bytes_take(in, 8, &part) != ERR_OK)
		return ERR_FRAME;
	*out = be64_get(part.ptr);
	return ERR_OK;
}

static enum err read_counted(struct bytes *in, size_t digits, size_t max, struct bytes *out)
{
	struct bytes part;
	size_t len = 0;

	if (bytes_take(in, digits, &part) != ERR_OK)
		return ERR_FRAME;
	for (size_t i = 0; i < digits; i++)
		len = len << 8 | part.ptr[i];
	return len <= max && bytes_take(in, len, out) == ERR_OK ? ERR_OK : ERR_FRAME;
}

static enum err read_fields(struct bytes in, unsigned fields, struct record *out)
{
	struct bytes part;
	enum err e = ERR_OK;

	for (size_t i = 0; i < ARRAY_COUNT(small_fields); i++) {
		if ((fields & small_fields[i].field) == 0)
			continue;
		if (bytes_take(&in, 1, &part) != ERR_OK || part.ptr[0] >= small_fields[i].bound)
			return ERR_FRAME;
		small_set(out, small_fields[i].field, part.ptr[0]);
	}
	if ((fields & HAS_NUMBER) != 0)
		e = read_number(&in, &out->number);
	if (e == ERR_OK && (fields & HAS_TIME) != 0)
		e = read_number(&in, &out->time);
	if (e == ERR_OK && (fields & HAS_KEY) != 0) {
		e = bytes_take(&in, RECORD_KEY_LEN, &part) == ERR_OK ? ERR_OK : ERR_FRAME;
		if (e == ERR_OK)
			memcpy(out->key, part.ptr, RECORD_KEY_LEN);
	}
	if (e == ERR_OK && (fields & HAS_NAME) != 0)
		e = read_counted(&in, 1, RECORD_NAME_MAX, &out->name);
	if (e == ERR_OK && (fields & HAS_TEXT) != 0)
		e = read_counted(&in, 2, RECORD_TEXT_MAX, &out->text);
	if (e != ERR_OK)
		return e;
	if (in.len > rows[out->kind].rest_max)
		return ERR_FRAME;
	if ((fields & HAS_REST) != 0)
		out->rest = in;
	return ERR_OK;
}

enum err record_read(struct bytes *in, enum pipe_end from, enum pipe_end to, struct record *out)
{
	struct bytes rest = *in, part;
	struct record r = { 0 };
	size_t len;
	enum err e;

	if (bytes_take(&rest, 4, &part) != ERR_OK)
		return ERR_SHORT;
	len = be32_get(part.ptr);
	if (len == 0 || len > RECORD_LEN_MAX)
		return ERR_FRAME;
	if (bytes_take(&rest, len, &part) != ERR_OK)
		return ERR_SHORT;
	if (part.ptr[0] == 0 || part.ptr[0] >= RECORD_KIND_COUNT)
		return ERR_FRAME;
	r.kind = (enum record_kind)part.ptr[0];
	if (rows[r.kind].from != from || rows[r.kind].to != to)
		return ERR_FRAME;
	e = read_fields((struct bytes){ part.ptr + 1, part.len - 1 }, rows[r.kind].fields, &r);
	if (e != ERR_OK)
		return e;
	*out = r;
	*in = rest;
	return ERR_OK;
}

/* ---- One end. ---- */

#define IN_ROOM_MIN (64u << 10)
#define IN_MAX (RECORD_LEN_MAX + 4u + 4 * IN_ROOM_MIN)
#define OUT_MIN (64u << 10)
#define OUT_KEPT (1u << 20) /* more than this is given back when nothing waits */

void pipe_open(struct pipe *p, int fd, enum pipe_end self, enum pipe_end other, size_t out_max)
{
	assert(out_max >= OUT_MIN);
	*p = (struct pipe){ .fd = fd, .self = self, .other = other, .out_max = out_max };
	buf_init(&p->in, xcalloc(1, IN_MAX), IN_MAX);
	buf_init(&p->out, xcalloc(1, OUT_MIN), OUT_MIN);
}

void pipe_close(struct pipe *p)
{
	free(p->in.ptr);
	free(p->out.ptr);
	p->in = p->out = (struct buf){ 0 };
}

enum err pipe_fill(struct pipe *p)
{
	if (p->in_at == p->in.len) {
		buf_reset(&p->in);
		p->in_at = 0;
	} else if (p->in.max - p->in.len < IN_ROOM_MIN) {
		buf_drop(&p->in, p->in_at);
		p->in_at = 0;
	}
	return socket_read(p->fd, &p->in);
}

enum err pipe_next(struct pipe *p, struct record *out)
{
	struct bytes in = { p->in.ptr + p->in_at, p->in.len - p->in_at };
	enum err e = record_read(&in, p->other, p->self, out);

	if (e == ERR_OK)
		p->in_at = p->in.len - in.len;
	return e;
}

/* Room for a record of this size behind what waits; false when that is over the bound. */
static bool make_room(struct pipe *p, size_t need)
{
	size_t max = p->out.max;

	if (need <= p->out.max - p->out.len)
		return true;
	if (p->out_at > 0) {
		buf_drop(&p->out, p->out_at);
		p->out_at = 0;
	}
	if (need > p->out_max - p->out.len)
		return false;
	while (need > max - p->out.len)
		max = max > p->out_max / 2 ? p->out_max : 2 * max;
	if (max > p->out.max) {
		p->out.ptr = xrealloc(p->out.ptr, max);
		p->out.max = max;
	}
	return true;
}

enum err pipe_put(struct pipe *p, const struct record *r)
{
	assert(r->kind >= RECORD_LISTEN && r->kind < RECORD_KIND_COUNT);
	assert(rows[r->kind].from == p->self && rows[r->kind].to == p->other);
	/* The fields before the rest have at most 2 KiB: RECORD_LEN_MAX. */
	if (!make_room(p, RECORD_LEN_MAX - RECORD_REST_MAX + r->head.len + r->rest.len))
		return ERR_LIMIT;
	return record_write(r, &p->out);
}

enum err pipe_flush(struct pipe *p)
{
	while (p->out_at < p->out.len) {
		size_t written;
		enum err e = socket_write(
			p->fd, (struct bytes){ p->out.ptr + p->out_at, p->out.len - p->out_at }, &written);

		if (e != ERR_OK)
			return e;
		p->out_at += written;
	}
	p->out_at = 0;
	buf_reset(&p->out);
	if (p->out.max > OUT_KEPT) {
		p->out.ptr = xrealloc(p->out.ptr, OUT_MIN);
		p->out.max = OUT_MIN;
	}
	return ERR_OK;
}

size_t pipe_waiting(const struct pipe *p)
{
	return p->out.len - p->out_at;
}
