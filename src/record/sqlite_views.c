/*
 * The views' map. A fold reads the same few rows for every entry: how far each log is folded, the entry
 * before, the officer's key. They are kept here as they were last read or written in this connection, which
 * is the only one, so that they cost no query.
 */
#include "record/sqlite.h"

#include "crypto/hash.h"

#include <assert.h>
#include <string.h>

/* ---- Rows that are kept. ---- */

static uint32_t sum_of(struct bytes key)
{
	uint32_t sum = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < key.len; i++)
		sum = (sum ^ key.ptr[i]) * 16777619u;
	return sum;
}

static struct kept_row *slot_of(struct store_sqlite *s, struct bytes key)
{
	return &s->rows[sum_of(key) % VIEW_ROWS_KEPT];
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

/* ---- What shows that a row is as it was written. ---- */

/*
 * SQLite has no checksum of its pages, and nothing else is known of a view's row but what the folds say: its
 * value ends with the first bytes of a hash over key and value (ADR 22).
 */
void lite_check_of(struct bytes key, struct bytes value, uint8_t check[CHECK_LEN])
{
	uint8_t key_len[4], hash[HASH_LEN];
	const struct bytes parts[] = { BYTES_OF(key_len), key, value };

	be32_put(key_len, (uint32_t)key.len);
	hash_parts(parts, ARRAY_COUNT(parts), hash);
	memcpy(check, hash, CHECK_LEN);
}

enum err lite_check_row(struct bytes key, struct bytes *value)
{
	uint8_t check[CHECK_LEN];

	if (value->len < CHECK_LEN)
		return ERR_CORRUPT;
	value->len -= CHECK_LEN;
	lite_check_of(key, *value, check);
	return memcmp(check, value->ptr + value->len, CHECK_LEN) == 0 ? ERR_OK : ERR_CORRUPT;
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
	e = lite_check_row(key, &found);
	if (e == ERR_OK) {
		row_keep(self, key, &found);
		e = give(found, value);
	}
	lite_row_close(q);
	return e;
}

/* One more row, or one less: at a place that the walk has passed it changes nothing for the walk. */
static void reckon(struct store_sqlite *s, struct bytes key, bool is_new)
{
	struct view_rows *v = &s->view_rows;
	bool is_ahead = v->is_walking && bytes_compare(key, (struct bytes){ v->key, v->key_len }) > 0;

	v->count += is_new ? 1 : (uint64_t)-1;
	if (is_ahead)
		v->ahead += is_new ? 1 : (uint64_t)-1;
}

static enum err view_put(void *self, struct bytes key, struct bytes value)
{
	struct store_sqlite *s = self;
	const struct kept_row *kept = row_find(self, key);
	bool is_there = kept != NULL && kept->state == ROW_THERE;
	struct prepared *q = lite_query(self, is_there ? QUERY_VIEW_PUT : QUERY_VIEW_NEW);
	uint8_t row[MAP_VALUE_MAX + CHECK_LEN];
	enum err e;

	assert(key.len <= MAP_KEY_MAX && value.len <= MAP_VALUE_MAX);
	if (value.len > 0)
		memcpy(row, value.ptr, value.len);
	lite_check_of(key, value, row + value.len);
	lite_bind_bytes(q, 1, key);
	lite_bind_bytes(q, 2, (struct bytes){ row, value.len + CHECK_LEN });
	row_keep(self, key, &value); /* if it fails, so does the turn, and nothing is kept of it */
	e = lite_run(self, q);
	if (e != ERR_OK)
		return e;
	/* A row that was there and is not any more: the disk has forgotten it. */
	if (is_there)
		return sqlite3_changes(s->db) == 1 ? ERR_OK : (s->why = ERR_CORRUPT);
	if (sqlite3_changes(s->db) == 1) {
		reckon(s, key, true);
		return ERR_OK;
	}
	q = lite_query(self, QUERY_VIEW_PUT);
	lite_bind_bytes(q, 1, key);
	lite_bind_bytes(q, 2, (struct bytes){ row, value.len + CHECK_LEN });
	return lite_run(self, q);
}

static enum err view_del(void *self, struct bytes key)
{
	struct store_sqlite *s = self;
	struct prepared *q = lite_query(self, QUERY_VIEW_DEL);
	enum err e;

	lite_bind_bytes(q, 1, key);
	row_keep(self, key, NULL);
	e = lite_run(self, q);
	if (e == ERR_OK && sqlite3_changes(s->db) == 1)
		reckon(s, key, false);
	return e;
}

/* ---- Row after row. ---- */

void lite_cursors_close(struct store_sqlite *s)
{
	for (size_t i = 0; s->has_cursors && i < CURSORS_MAX; i++) {
		if (s->cursors[i].is_open)
			lite_row_close(&s->cursors[i].query);
		s->cursors[i].is_open = false;
	}
	s->has_cursors = false;
}

/* Of each log's rows of each type its own: what hangs on the rows of a list is walked beside it. */
static struct cursor *cursor_of(struct store_sqlite *s, struct bytes prefix)
{
	struct bytes front = { prefix.ptr, prefix.len < CURSOR_BY ? prefix.len : CURSOR_BY };

	return &s->cursors[sum_of(front) % CURSORS_MAX];
}

static struct bytes key_copy(uint8_t memory[MAP_KEY_MAX], struct bytes key)
{
	if (key.len > 0)
		memcpy(memory, key.ptr, key.len);
	return (struct bytes){ memory, key.len };
}

static void low_set(struct cursor *c, struct bytes key, bool is_in)
{
	c->low_len = key_copy(c->low, key).len;
	c->is_low_in = is_in;
}

/* Whether the first row from `bound` on, or behind it, is that on which it stands, or the next. */
static bool is_ahead(const struct cursor *c, struct bytes bound, bool is_after, int *order)
{
	int low = bytes_compare(bound, (struct bytes){ c->low, c->low_len });

	*order = bytes_compare(bound, lite_column_bytes(&c->query, 0));
	return (low > 0 || (low == 0 && (is_after || c->is_low_in))) && *order <= 0;
}

/* One row on. What a damaged disk has in no order is no walk: it would never end. */
static enum err cursor_step(struct store_sqlite *s, struct cursor *c)
{
	enum err e = lite_row_open(s, &c->query);
	int order;

	c->is_open = e == ERR_OK;
	if (e != ERR_OK)
		return e;
	s->has_cursors = true;
	order = bytes_compare((struct bytes){ c->low, c->low_len }, lite_column_bytes(&c->query, 0));
	if (order < 0 || (order == 0 && c->is_low_in))
		return ERR_OK;
	lite_row_close(&c->query);
	c->is_open = false;
	return ERR_CORRUPT;
}

/* Onto the first row that is not before `bound`, or is behind it. */
static enum err cursor_seek(struct store_sqlite *s, struct cursor *c, struct bytes bound, bool is_after)
{
	enum err e = ERR_OK;
	int order;

	if (!c->is_open || !is_ahead(c, bound, is_after, &order)) {
		if (c->is_open)
			lite_row_close(&c->query);
		lite_prepare(s, QUERY_VIEW_FROM, &c->query);
		lite_bind_bytes(&c->query, 1, key_copy(c->from, bound));
		low_set(c, bound, true);
		e = cursor_step(s, c);
		order = e == ERR_OK ? bytes_compare(bound, lite_column_bytes(&c->query, 0)) : 0;
	}
	if (e == ERR_OK && is_after && order == 0) {
		low_set(c, bound, false);
		e = cursor_step(s, c);
	}
	return e;
}

static enum err view_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			  struct buf *value)
{
	bool is_after = after.len > 0 && bytes_compare(after, prefix) >= 0;
	struct cursor *c = cursor_of(self, prefix);
	struct bytes found, held;
	enum err e = cursor_seek(self, c, is_after ? after : prefix, is_after);

	if (e != ERR_OK)
		return e;
	found = lite_column_bytes(&c->query, 0);
	if (found.len < prefix.len || (prefix.len > 0 && memcmp(found.ptr, prefix.ptr, prefix.len) != 0))
		return ERR_NOT_FOUND;
	held = lite_column_bytes(&c->query, 1);
	e = lite_check_row(found, &held);
	buf_reset(key);
	buf_put(key, found);
	if (e == ERR_OK)
		e = buf_check(key);
	return e == ERR_OK ? give(held, value) : e;
}

struct map lite_views(struct store *store)
{
	static const struct map_ops ops = {
		.get = view_get, .put = view_put, .del = view_del, .next = view_next
	};

	return (struct map){ &ops, lite(store) };
}

/* ---- Their number, and the walk over all of them. ---- */

enum err lite_rows_open(struct store_sqlite *s)
{
	struct prepared *q = lite_query(s, QUERY_ROWS_GET);
	enum err e = lite_row_open(s, q);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	s->view_rows.count = s->view_rows.count_before = lite_column_number(q, 0);
	lite_row_close(q);
	return ERR_OK;
}

enum err lite_rows_keep(struct store_sqlite *s)
{
	struct prepared *q = lite_query(s, QUERY_ROWS_PUT);

	if (s->view_rows.count == s->view_rows.count_before)
		return ERR_OK;
	lite_bind_number(q, 1, s->view_rows.count);
	return lite_run(s, q);
}

void lite_rows_begin(struct store_sqlite *s)
{
	s->view_rows.count_before = s->view_rows.count;
	s->view_rows.ahead_before = s->view_rows.ahead;
}

void lite_rows_back(struct store_sqlite *s)
{
	s->view_rows.count = s->view_rows.count_before;
	s->view_rows.ahead = s->view_rows.ahead_before;
}

enum err lite_views_walk(struct store *store, bool is_first, struct buf *key)
{
	struct view_rows *v = &lite(store)->view_rows;
	struct buf at = { v->key, is_first ? 0 : v->key_len, sizeof v->key, false };
	uint8_t before[MAP_KEY_MAX];
	size_t before_len = at.len;
	bool is_same;
	enum err e;

	if (is_first) {
		v->ahead = v->count;
		v->is_walking = true;
	}
	memcpy(before, at.ptr, before_len);
	e = view_next(store, (struct bytes){ NULL, 0 }, buf_bytes(&at), &at, NULL);
	is_same = bytes_equal(buf_bytes(&at), (struct bytes){ before, before_len });
	v->key_len = at.len;
	buf_reset(key);
	buf_put(key, buf_bytes(&at));
	if (e == ERR_NOT_FOUND || (e != ERR_OK && is_same)) {
		v->is_walking = false;
		return e == ERR_NOT_FOUND && v->ahead != 0 ? ERR_CORRUPT : e;
	}
	v->ahead--;
	return e;
}

enum err lite_views_recount(struct store *store)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_ROWS_COUNT);
	enum err e = lite_row_open(s, q);

	if (e != ERR_OK)
		return e;
	s->view_rows.count = lite_column_number(q, 0);
	lite_row_close(q);
	redo_leave(s); /* run again, it would not come to this count */
	return ERR_OK;
}
