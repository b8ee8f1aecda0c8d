#include "test_map.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static struct bytes key_of(const struct test_map_row *r)
{
	return (struct bytes){ r->key, r->key_len };
}

/* The first row that is not before the key. */
static size_t place_of(const struct test_map *m, struct bytes key)
{
	size_t at = 0, end = m->count;

	while (at < end) {
		size_t middle = at + (end - at) / 2;
		if (bytes_compare(key_of(&m->rows[middle]), key) < 0)
			at = middle + 1;
		else
			end = middle;
	}
	return at;
}

static bool is_at(const struct test_map *m, size_t at, struct bytes key)
{
	return at < m->count && bytes_equal(key_of(&m->rows[at]), key);
}

static uint8_t *copy_of(struct bytes from)
{
	uint8_t *copy = xcalloc(from.len + 1, 1);

	if (from.len > 0)
		memcpy(copy, from.ptr, from.len);
	return copy;
}

static enum err get(void *self, struct bytes key, struct buf *value)
{
	struct test_map *m = self;
	size_t at = place_of(m, key);

	if (!is_at(m, at, key))
		return ERR_NOT_FOUND;
	if (value != NULL)
		buf_put(value, (struct bytes){ m->rows[at].value, m->rows[at].value_len });
	return ERR_OK;
}

static enum err put(void *self, struct bytes key, struct bytes value)
{
	struct test_map *m = self;
	size_t at = place_of(m, key);

	if (!is_at(m, at, key)) {
		if (m->count == m->max) {
			m->max = m->max == 0 ? 64 : 2 * m->max;
			m->rows = xrealloc(m->rows, m->max * sizeof *m->rows);
		}
		memmove(&m->rows[at + 1], &m->rows[at], (m->count++ - at) * sizeof *m->rows);
		m->rows[at] = (struct test_map_row){ .key = copy_of(key), .key_len = key.len };
	}
	free(m->rows[at].value);
	m->rows[at].value = copy_of(value);
	m->rows[at].value_len = value.len;
	return ERR_OK;
}

static enum err del(void *self, struct bytes key)
{
	struct test_map *m = self;
	size_t at = place_of(m, key);

	if (!is_at(m, at, key))
		return ERR_NOT_FOUND;
	free(m->rows[at].key);
	free(m->rows[at].value);
	memmove(&m->rows[at], &m->rows[at + 1], (--m->count - at) * sizeof *m->rows);
	return ERR_OK;
}

static enum err next(void *self, struct bytes prefix, struct bytes after, struct buf *key, struct buf *value)
{
	struct test_map *m = self;
	size_t at = place_of(m, bytes_compare(after, prefix) < 0 ? prefix : after);
	struct bytes found;

	if (is_at(m, at, after) && after.len > 0)
		at++;
	if (at == m->count)
		return ERR_NOT_FOUND;
	found = key_of(&m->rows[at]);
	if (found.len < prefix.len || memcmp(found.ptr, prefix.ptr, prefix.len) != 0)
		return ERR_NOT_FOUND;
	if (value != NULL)
		buf_put(value, (struct bytes){ m->rows[at].value, m->rows[at].value_len });
	buf_reset(key);
	buf_put(key, found);
	return ERR_OK;
}

static const struct map_ops ops = { get, put, del, next };

struct map test_map_open(struct test_map *m)
{
	*m = (struct test_map){ 0 };
	return (struct map){ &ops, m };
}

void test_map_finish(struct test_map *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->rows[i].key);
		free(m->rows[i].value);
	}
	free(m->rows);
}

void test_map_copy(const struct test_map *from, struct test_map *to)
{
	*to = (struct test_map){ .count = from->count, .max = from->count };
	to->rows = xcalloc(from->count + 1, sizeof *to->rows);
	for (size_t i = 0; i < from->count; i++) {
		const struct test_map_row *row = &from->rows[i];
		to->rows[i] = (struct test_map_row){
			.key = copy_of(key_of(row)),
			.value = copy_of((struct bytes){ row->value, row->value_len }),
			.key_len = row->key_len,
			.value_len = row->value_len,
		};
	}
}

/* ---- One call fails. ---- */

static enum err call(struct tried_map *t)
{
	return ++t->calls == t->fails_at ? ERR_IO : ERR_OK;
}

static enum err tried_get(void *self, struct bytes key, struct buf *value)
{
	struct tried_map *t = self;
	enum err e = call(t);

	return e == ERR_OK ? map_get(t->rows, key, value) : e;
}

static enum err tried_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			   struct buf *value)
{
	struct tried_map *t = self;
	enum err e = call(t);

	return e == ERR_OK ? map_next(t->rows, prefix, after, key, value) : e;
}

static enum err tried_put(void *self, struct bytes key, struct bytes value)
{
	(void)key;
	(void)value;
	return call(self);
}

static enum err tried_del(void *self, struct bytes key)
{
	(void)key;
	return call(self);
}

struct map tried_map_open(struct tried_map *t, const struct map *rows)
{
	static const struct map_ops tried_ops = { tried_get, tried_put, tried_del, tried_next };

	*t = (struct tried_map){ .rows = rows };
	return (struct map){ &tried_ops, t };
}

bool tried_map_next(struct tried_map *t)
{
	bool has_failed = t->calls >= t->fails_at;

	t->calls = 0;
	t->fails_at++;
	return has_failed;
}

/* ---- What one call reads is spoiled. ---- */

static void spoil(struct spoiled_map *s, struct buf *value)
{
	if (++s->tried.calls != s->tried.fails_at || value == NULL || value->len == 0)
		return;
	if (s->how == SPOIL_CUT)
		value->len--;
	else if (s->how == SPOIL_EMPTY)
		value->len = 0;
	else if (s->how == SPOIL_FF)
		memset(value->ptr, 0xff, value->len);
	else if (s->how == SPOIL_LONG)
		buf_put_byte(value, 0xff);
	else
		value->ptr[value->len - 1] ^= 0xff;
}

static enum err spoiled_get(void *self, struct bytes key, struct buf *value)
{
	struct spoiled_map *s = self;
	enum err e = map_get(s->tried.rows, key, value);

	spoil(s, e == ERR_OK ? value : NULL);
	return e;
}

static enum err spoiled_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			     struct buf *value)
{
	struct spoiled_map *s = self;
	enum err e = map_next(s->tried.rows, prefix, after, key, value);

	spoil(s, e == ERR_OK ? value : NULL);
	return e;
}

static enum err spoiled_put(void *self, struct bytes key, struct bytes value)
{
	(void)self;
	(void)key;
	(void)value;
	return ERR_OK;
}

static enum err spoiled_del(void *self, struct bytes key)
{
	(void)self;
	(void)key;
	return ERR_OK;
}

struct map spoiled_map_open(struct spoiled_map *s, const struct map *rows, enum spoil how)
{
	static const struct map_ops spoiled_ops = { spoiled_get, spoiled_put, spoiled_del, spoiled_next };

	*s = (struct spoiled_map){ .tried = { .rows = rows }, .how = how };
	return (struct map){ &spoiled_ops, s };
}
