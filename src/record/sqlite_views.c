/*
 * The views' map. A fold reads the same few rows for every entry: how far each log is folded, the entry
 * before, the officer's key; and asks again what there is none of: a procedure, a second message with that
 * id. They are kept here as they were last read or written in this connection, which is the only one, so that
 * they cost no query. A row that is there and changes is owed to the table until its turn is committed, or a
 * walk may come by it: how far a log is folded is written once a turn, and not once an entry.
 */
#include "record/sqlite.h"

#include "crypto/hash.h"

#include <assert.h>
#include <string.h>

/* ---- Rows that are kept. ---- */

/* FNV-1a, eight bytes at a time. */
static uint32_t sum_of(struct bytes key)
{
	uint64_t sum = 14695981039346656037u ^ key.len, part = 0;

	for (; key.len >= sizeof part; key = (struct bytes){ key.ptr + sizeof part, key.len - sizeof part }) {
		memcpy(&part, key.ptr, sizeof part);
		sum = (sum ^ part) * 1099511628211u;
		sum ^= sum >> 32;
	}
	part = 0;
	if (key.len > 0)
		memcpy(&part, key.ptr, key.len);
	sum = (sum ^ part) * 1099511628211u;
	return (uint32_t)(sum >> 32);
}

static struct kept_row *slot_of(struct store_sqlite *s, struct bytes key)
{
	return &s->rows[sum_of(key) % VIEW_ROWS_KEPT];
}

static bool is_of(const struct kept_row *row, struct bytes key)
{
	return row->state != ROW_UNKNOWN && bytes_equal((struct bytes){ row->key, row->key_len }, key);
}

static uint8_t type_of(struct bytes key)
{
	return key.len == 0 ? 0 : key.ptr[0];
}

static void owe(struct store_sqlite *s, struct kept_row *row, bool is_owed)
{
	if (row->is_owed == is_owed)
		return;
	row->is_owed = is_owed;
	s->types[row->key[0]].owed += is_owed ? 1 : -1u;
	s->owed_count += is_owed ? 1 : -1u;
}

/* In that slot, unless the table is owed what stands there. */
static void row_keep(struct kept_row *row, struct bytes key, const struct bytes *value)
{
	if (row->is_owed)
		return;
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
	for (size_t i = 0; i < VIEW_ROWS_KEPT; i++) {
		owe(s, &s->rows[i], false);
		s->rows[i].state = ROW_UNKNOWN;
	}
	for (size_t i = 0; i < VIEW_WALKS_KEPT; i++)
		s->walks[i].state = WALK_UNKNOWN;
	for (size_t i = 0; i < ARRAY_COUNT(s->types); i++)
		s->types[i].rows = ROWS_UNKNOWN;
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

/* One more row, or one less: at a place that the walk has passed it changes nothing for the walk. */
static void reckon(struct store_sqlite *s, struct bytes key, bool is_new)
{
	struct view_rows *v = &s->view_rows;
	bool is_ahead = v->is_walking && bytes_compare(key, (struct bytes){ v->key, v->key_len }) > 0;

	v->count += is_new ? 1 : (uint64_t)-1;
	if (is_ahead)
		v->ahead += is_new ? 1 : (uint64_t)-1;
}

/* VIEW_NEW or VIEW_PUT; whether there was such a row to be written, or none. */
static enum err row_write(struct store_sqlite *s, enum query which, struct bytes key, struct bytes value,
			  bool *has_changed)
{
	struct prepared *q = lite_query(s, which);
	enum err e;

	if (value.len > 0)
		memcpy(s->row, value.ptr, value.len);
	lite_check_of(key, value, s->row + value.len);
	lite_bind_bytes(q, 1, key);
	lite_bind_bytes(q, 2, (struct bytes){ s->row, value.len + CHECK_LEN });
	e = lite_run(s, q);
	*has_changed = e == ERR_OK && sqlite3_changes(s->db) == 1;
	return e;
}

/* A row that was there and is not any more: the disk has forgotten it. */
static enum err row_change(struct store_sqlite *s, struct bytes key, struct bytes value)
{
	bool has_changed;
	enum err e = row_write(s, QUERY_VIEW_PUT, key, value, &has_changed);

	return e != ERR_OK || has_changed ? e : (s->why = ERR_CORRUPT);
}

/* type: a key's first byte; NULL: all. */
static enum err pay(struct store_sqlite *s, const uint8_t *type)
{
	enum err e = ERR_OK;

	if ((type == NULL ? s->owed_count : s->types[*type].owed) == 0)
		return ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < VIEW_ROWS_KEPT; i++) {
		struct kept_row *row = &s->rows[i];
		if (!row->is_owed || (type != NULL && row->key[0] != *type))
			continue;
		owe(s, row, false);
		e = row_change(s, (struct bytes){ row->key, row->key_len },
			       (struct bytes){ row->value, row->value_len });
	}
	return e;
}

enum err lite_views_pay(struct store_sqlite *s)
{
	return pay(s, NULL);
}

static enum err view_put(void *self, struct bytes key, struct bytes value)
{
	struct store_sqlite *s = self;
	struct kept_row *row = slot_of(s, key);
	bool is_there = is_of(row, key) && row->state == ROW_THERE, has_changed;
	enum err e;

	assert(key.len <= MAP_KEY_MAX && value.len <= MAP_VALUE_MAX);
	s->types[type_of(key)].age++;
	if (is_there) {
		owe(s, row, false);
		row_keep(row, key, &value); /* if it fails, so does the turn, and nothing is kept of it */
		if (!s->is_open || row->state == ROW_UNKNOWN)
			return row_change(s, key, value);
		owe(s, row, true);
		return ERR_OK;
	}
	row_keep(row, key, &value);
	e = row_write(s, QUERY_VIEW_NEW, key, value, &has_changed);
	if (e != ERR_OK)
		return e;
	s->types[type_of(key)].rows = ROWS_SOME;
	if (has_changed) {
		reckon(s, key, true);
		return ERR_OK;
	}
	return row_write(s, QUERY_VIEW_PUT, key, value, &has_changed);
}

static enum err view_del(void *self, struct bytes key)
{
	struct store_sqlite *s = self;
	struct kept_row *row = slot_of(s, key);
	struct prepared *q = lite_query(self, QUERY_VIEW_DEL);
	enum err e;

	s->types[type_of(key)].age++;
	if (is_of(row, key))
		owe(s, row, false);
	lite_bind_bytes(q, 1, key);
	row_keep(row, key, NULL);
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
	if (s->view_rows.is_open)
		lite_row_close(&s->view_rows.query);
	s->view_rows.is_open = false;
	s->has_cursors = false;
}

/* Of each log's rows of each type its own: what hangs on the rows of a list is walked beside it. */
static uint32_t sum_of_front(struct bytes prefix)
{
	return sum_of((struct bytes){ prefix.ptr, prefix.len < CURSOR_BY ? prefix.len : CURSOR_BY });
}

static struct cursor *cursor_of(struct store_sqlite *s, struct bytes prefix)
{
	return &s->cursors[sum_of_front(prefix) % CURSORS_MAX];
}

static struct bytes copy(uint8_t *memory, struct bytes key)
{
	if (key.len > 0)
		memcpy(memory, key.ptr, key.len);
	return (struct bytes){ memory, key.len };
}

static void low_set(struct cursor *c, struct bytes key, bool is_in)
{
	c->low_len = copy(c->low, key).len;
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
		lite_bind_bytes(&c->query, 1, copy(c->from, bound));
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

static enum err walk_give(struct bytes found, struct bytes held, struct buf *key, struct buf *value)
{
	enum err e;

	buf_reset(key);
	buf_put(key, found);
	e = buf_check(key);
	return e == ERR_OK ? give(held, value) : e;
}

/* Where such a walk is kept, begun anew unless it was this one. */
static struct kept_walk *walk_of(struct store_sqlite *s, struct bytes prefix, struct bytes bound,
				 bool is_after)
{
	struct kept_walk *w = &s->walks[sum_of_front(prefix) % VIEW_WALKS_KEPT];
	uint64_t age = s->types[type_of(prefix)].age;

	if (prefix.len == 0 || bound.len > sizeof w->bound)
		return NULL;
	if (w->state != WALK_UNKNOWN && w->age == age && w->is_after == is_after &&
	    w->prefix_len == prefix.len && bytes_equal((struct bytes){ w->bound, w->bound_len }, bound))
		return w;
	w->state = WALK_UNKNOWN;
	w->age = age;
	w->is_after = is_after;
	w->prefix_len = (uint8_t)prefix.len;
	w->bound_len = (uint8_t)copy(w->bound, bound).len;
	return w;
}

static void walk_keep(struct kept_walk *w, struct bytes found, struct bytes held)
{
	if (w == NULL || found.len > sizeof w->key || held.len > sizeof w->value)
		return;
	w->state = WALK_GOES_ON;
	w->key_len = (uint8_t)copy(w->key, found).len;
	w->value_len = (uint8_t)copy(w->value, held).len;
}

static enum err view_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			  struct buf *value)
{
	bool is_after = after.len > 0 && bytes_compare(after, prefix) >= 0;
	struct bytes bound = is_after ? after : prefix, found, held;
	struct kept_walk *w = walk_of(self, prefix, bound, is_after);
	struct cursor *c = cursor_of(self, prefix);
	enum err e;

	if (w != NULL && w->state == WALK_ENDS)
		return ERR_NOT_FOUND;
	if (w != NULL && w->state == WALK_GOES_ON)
		return walk_give((struct bytes){ w->key, w->key_len },
				 (struct bytes){ w->value, w->value_len }, key, value);
	e = pay(self, prefix.len == 0 ? NULL : prefix.ptr);
	if (e == ERR_OK)
		e = cursor_seek(self, c, bound, is_after);
	if (e == ERR_OK)
		found = lite_column_bytes(&c->query, 0);
	if (e == ERR_NOT_FOUND ||
	    (e == ERR_OK && (found.len < prefix.len ||
			     (prefix.len > 0 && memcmp(found.ptr, prefix.ptr, prefix.len) != 0)))) {
		if (w != NULL)
			w->state = WALK_ENDS;
		return ERR_NOT_FOUND;
	}
	if (e != ERR_OK)
		return e;
	held = lite_column_bytes(&c->query, 1);
	e = lite_check_row(found, &held);
	if (e != ERR_OK) {
		buf_reset(key);
		buf_put(key, found);
		return e;
	}
	walk_keep(w, found, held);
	return walk_give(found, held, key, value);
}

/* Asked once a type: of most there is no row at all, and each entry asks for one of its own. */
static enum err type_look(struct store_sqlite *s, uint8_t type)
{
	struct buf key = { 0 };
	enum err e;

	if (s->types[type].rows != ROWS_UNKNOWN)
		return ERR_OK;
	e = view_next(s, (struct bytes){ &type, 1 }, (struct bytes){ NULL, 0 }, &key, NULL);
	if (e != ERR_NOT_FOUND && e != ERR_LIMIT && e != ERR_CORRUPT)
		return e;
	s->types[type].rows = e == ERR_NOT_FOUND ? ROWS_NONE : ROWS_SOME;
	return ERR_OK;
}

static enum err view_get(void *self, struct bytes key, struct buf *value)
{
	struct store_sqlite *s = self;
	struct kept_row *row = slot_of(s, key);
	struct prepared *q;
	struct bytes found;
	enum err e;

	if (is_of(row, key))
		return row->state == ROW_ABSENT ? ERR_NOT_FOUND
						: give((struct bytes){ row->value, row->value_len }, value);
	if (s->types[type_of(key)].rows == ROWS_NONE)
		return ERR_NOT_FOUND;
	q = lite_query(s, QUERY_VIEW_GET);
	lite_bind_bytes(q, 1, key);
	e = lite_row_open(s, q);
	if (e == ERR_NOT_FOUND) {
		row_keep(row, key, NULL);
		e = type_look(s, type_of(key));
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	}
	if (e != ERR_OK)
		return e;
	found = lite_column_bytes(q, 0);
	e = lite_check_row(key, &found);
	if (e == ERR_OK) {
		row_keep(row, key, &found);
		e = give(found, value);
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

/* One row on. What a damaged disk has in no order is no walk. */
static enum err rows_step(struct store_sqlite *s, struct view_rows *v, struct bytes *found)
{
	enum err e = lite_row_open(s, &v->query);

	s->has_cursors |= v->is_open = e == ERR_OK;
	if (e == ERR_OK)
		*found = lite_column_bytes(&v->query, 0);
	return e;
}

/* Onto the row behind the last one, from wherever the query stands. */
static enum err rows_next(struct store_sqlite *s, struct view_rows *v, bool is_first, struct bytes *found)
{
	const struct bytes last = { v->key, v->key_len };
	bool is_begun = v->is_open;
	enum err e;

	if (!is_begun) {
		lite_prepare(s, QUERY_VIEW_FROM, &v->query);
		lite_bind_bytes(&v->query, 1, copy(v->from, last));
	}
	e = rows_step(s, v, found);
	/* Begun anew, it begins with that row, unless it is gone. */
	if (e == ERR_OK && !is_begun && !is_first && bytes_equal(*found, last))
		e = rows_step(s, v, found);
	if (e == ERR_OK && (found->len > sizeof v->key || (!is_first && bytes_compare(*found, last) <= 0)))
		return ERR_CORRUPT;
	return e;
}

/*
 * Each row is read for its check, and a whole record has several an entry: the walk has a query of its own,
 * which asks nothing but the next row.
 */
enum err lite_views_walk(struct store *store, bool is_first, struct buf *key)
{
	struct store_sqlite *s = lite(store);
	struct view_rows *v = &s->view_rows;
	struct bytes found, held;
	enum err e = pay(s, NULL);

	if (is_first) {
		if (v->is_open)
			lite_row_close(&v->query);
		v->is_open = false;
		v->ahead = v->count;
		v->is_walking = true;
		v->key_len = 0;
	}
	if (e == ERR_OK)
		e = rows_next(s, v, is_first, &found);
	if (e != ERR_OK) {
		if (v->is_open)
			lite_row_close(&v->query);
		v->is_open = v->is_walking = false;
		buf_reset(key);
		buf_put(key, (struct bytes){ v->key, v->key_len });
		return e == ERR_NOT_FOUND && v->ahead != 0 ? ERR_CORRUPT : e;
	}
	held = lite_column_bytes(&v->query, 1);
	e = lite_check_row(found, &held);
	v->key_len = copy(v->key, found).len;
	buf_reset(key);
	buf_put(key, found);
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
