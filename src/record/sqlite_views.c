/*
 * The views' map. A fold reads the same few rows for every entry: how far each log is folded, the entry
 * before, the officer's key. They are kept here as they were last read or written in this connection, which
 * is the only one, so that they cost no query.
 */
#include "record/sqlite.h"

#include <assert.h>
#include <string.h>

/* ---- Rows that are kept. ---- */

static struct kept_row *slot_of(struct store_sqlite *s, struct bytes key)
{
	uint32_t sum = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < key.len; i++)
		sum = (sum ^ key.ptr[i]) * 16777619u;
	return &s->rows[sum % VIEW_ROWS_KEPT];
}

static struct kept_row *row_find(struct store_sqlite *s, struct bytes key)
{
	struct kept_row *row = slot_of(s, key);

	return row->state != ROW_UNKNOWN && bytes_equal((struct bytes){ row->key, row->key_len }, key) ? row
												       : NULL;
}

static void row_keep(struct store_sqlite *s, struct bytes key, const struct bytes *value)
{
	struct kept_row *row = slot_of(s, key);

	row->state = ROW_UNKNOWN;
	if (key.len > sizeof row->key || (value != NULL && value->len > sizeof row->value))
		return;
	row->state = value == NULL ? ROW_ABSENT : ROW_THERE;
	row->key_len = (uint8_t)key.len;
	memcpy(row->key, key.ptr, key.len);
	row->value_len = 0;
	if (value != NULL && value->len > 0) {
		row->value_len = (uint8_t)value->len;
		memcpy(row->value, value->ptr, value->len);
	}
}

void lite_views_forget(struct store_sqlite *s)
{
	for (size_t i = 0; i < VIEW_ROWS_KEPT; i++)
		s->rows[i].state = ROW_UNKNOWN;
}

/* ---- The map. ---- */

static enum err give(struct bytes found, struct buf *value)
{
	if (value == NULL)
		return ERR_OK;
	buf_put(value, found);
	return buf_check(value);
}

static enum err view_get(void *self, struct bytes key, struct buf *value)
{
	const struct kept_row *row = row_find(self, key);
	struct prepared *q;
	struct bytes found;
	enum err e;

	if (row != NULL)
		return row->state == ROW_ABSENT ? ERR_NOT_FOUND
						: give((struct bytes){ row->value, row->value_len }, value);
	q = lite_query(self, QUERY_VIEW_GET);
	lite_bind_bytes(q, 1, key);
	e = lite_row_open(self, q);
	if (e == ERR_NOT_FOUND)
		row_keep(self, key, NULL);
	if (e != ERR_OK)
		return e;
	found = lite_column_bytes(q, 0);
	row_keep(self, key, &found);
	e = give(found, value);
	lite_row_close(q);
	return e;
}

static enum err view_put(void *self, struct bytes key, struct bytes value)
{
	struct prepared *q = lite_query(self, QUERY_VIEW_PUT);

	assert(key.len <= MAP_KEY_MAX && value.len <= MAP_VALUE_MAX);
	lite_bind_bytes(q, 1, key);
	lite_bind_bytes(q, 2, value);
	row_keep(self, key, &value); /* if it fails, so does the turn, and nothing is kept of it */
	return lite_run(self, q);
}

static enum err view_del(void *self, struct bytes key)
{
	struct prepared *q = lite_query(self, QUERY_VIEW_DEL);

	lite_bind_bytes(q, 1, key);
	row_keep(self, key, NULL);
	return lite_run(self, q);
}

static enum err view_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			  struct buf *value)
{
	bool is_after = after.len > 0 && bytes_compare(after, prefix) >= 0;
	struct prepared *q = lite_query(self, is_after ? QUERY_VIEW_AFTER : QUERY_VIEW_FROM);
	struct bytes found;
	enum err e;

	lite_bind_bytes(q, 1, is_after ? after : prefix);
	e = lite_row_open(self, q);
	if (e != ERR_OK)
		return e;
	found = lite_column_bytes(q, 0);
	if (found.len < prefix.len || (prefix.len > 0 && memcmp(found.ptr, prefix.ptr, prefix.len) != 0)) {
		lite_row_close(q);
		return ERR_NOT_FOUND;
	}
	if (key != NULL) {
		buf_reset(key);
		buf_put(key, found);
		e = buf_check(key);
	}
	if (value != NULL) {
		buf_put(value, lite_column_bytes(q, 1));
		e = e == ERR_OK ? buf_check(value) : e;
	}
	lite_row_close(q);
	return e;
}

struct map lite_views(struct store *store)
{
	static const struct map_ops ops = {
		.get = view_get, .put = view_put, .del = view_del, .next = view_next
	};

	return (struct map){ &ops, lite(store) };
}
