#include "record/store.h"

#include "base/alloc.h"
#include "record/mem_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * One ordered tree of rows; the first byte of a key is its table. Kept apart from the SQLite store in every
 * line: the contract test compares two readings of the contract, not one.
 */
enum table {
	TABLE_ADVANCE = 'a',
	TABLE_CONTENT = 'c',
	TABLE_ENTRY = 'e',
	TABLE_LOG = 'l',
	TABLE_NODE = 'n',
	TABLE_ORIGIN = 'o',
	TABLE_PIECE = 'p',
	TABLE_COSIGNATURE = 's',
	TABLE_NOTE = 't',
	TABLE_VIEW = 'v',
	TABLE_ATTACHMENT = 'x',
};

struct store_mem {
	struct store store;
	struct mem_rows rows;
};

/* ---- Keys. ---- */

struct key {
	uint8_t memory[MEM_KEY_MAX];
	struct buf buf;
};

static void key_open(struct key *k, enum table table)
{
	k->buf = BUF_ON(k->memory);
	buf_put_byte(&k->buf, (uint8_t)table);
}

static struct bytes key_bytes(const struct key *k)
{
	assert(!k->buf.full);
	return buf_bytes(&k->buf);
}

static void key_log(struct key *k, enum table table, log_number log, uint64_t number)
{
	key_open(k, table);
	buf_put_be32(&k->buf, log);
	buf_put_be64(&k->buf, number);
}

static void key_named(struct key *k, enum table table, const uint8_t *name, size_t len)
{
	key_open(k, table);
	buf_put(&k->buf, (struct bytes){ name, len });
}

/* ---- Rows. ---- */

static struct mem_rows *mem(struct store *s)
{
	return &((struct store_mem *)s)->rows;
}

static bool is_under(const struct mem_row *r, struct bytes prefix)
{
	return r != NULL && r->key.len >= prefix.len && memcmp(r->key.ptr, prefix.ptr, prefix.len) == 0;
}

static enum err value_get(const struct mem_row *r, struct buf *out)
{
	if (r == NULL)
		return ERR_NOT_FOUND;
	buf_put(out, (struct bytes){ r->value, r->value_len });
	return buf_check(out);
}

/* ---- Life and transactions. ---- */

static void mem_close(struct store *s)
{
	mem_rows_finish(mem(s));
	free(s);
}

static enum err mem_begin(struct store *s)
{
	mem_rows_begin(mem(s));
	return ERR_OK;
}

static enum err mem_commit(struct store *s)
{
	mem_rows_commit(mem(s));
	return ERR_OK;
}

static void mem_rollback(struct store *s)
{
	mem_rows_rollback(mem(s));
}

/* ---- Logs. ---- */

static void key_of_log(struct key *k, log_number log)
{
	key_open(k, TABLE_LOG);
	buf_put_be32(&k->buf, log);
}

static log_number log_of_key(struct bytes key)
{
	return be32_get(key.ptr + 1);
}

static enum err mem_log_put(struct store *s, log_number log, const struct store_log *value)
{
	struct key k;

	key_of_log(&k, log);
	mem_rows_put(mem(s), key_bytes(&k), (struct bytes){ (const uint8_t *)value, sizeof *value });
	return ERR_OK;
}

static enum err mem_log_open(struct store *s, const struct origin *origin, log_number *out)
{
	struct store_log fresh = { .origin = *origin };
	struct key name, last;
	uint8_t number[4];
	struct mem_row *r;

	key_open(&name, TABLE_ORIGIN);
	origin_write(origin, &name.buf);
	r = mem_rows_find(mem(s), key_bytes(&name));
	if (r != NULL) {
		*out = be32_get(r->value);
		return ERR_OK;
	}
	key_of_log(&last, UINT32_MAX);
	r = mem_rows_upto(mem(s), key_bytes(&last));
	*out = is_under(r, BYTES_LIT("l")) ? log_of_key(r->key) + 1 : 1;
	be32_put(number, *out);
	mem_rows_put(mem(s), key_bytes(&name), BYTES_OF(number));
	return mem_log_put(s, *out, &fresh);
}

static enum err mem_log_get(struct store *s, log_number log, struct store_log *out)
{
	struct key k;
	struct mem_row *r;

	key_of_log(&k, log);
	r = mem_rows_find(mem(s), key_bytes(&k));
	if (r == NULL)
		return ERR_NOT_FOUND;
	memcpy(out, r->value, sizeof *out);
	return ERR_OK;
}

static enum err mem_log_next(struct store *s, log_number after, log_number *out)
{
	struct key k;
	struct mem_row *r;

	if (after == UINT32_MAX)
		return ERR_NOT_FOUND;
	key_of_log(&k, after + 1);
	r = mem_rows_from(mem(s), key_bytes(&k));
	if (!is_under(r, BYTES_LIT("l")))
		return ERR_NOT_FOUND;
	*out = log_of_key(r->key);
	return ERR_OK;
}

/* ---- Entries and their tree. ---- */

static void key_node(struct key *k, log_number log, unsigned level, uint64_t index)
{
	key_open(k, TABLE_NODE);
	buf_put_be32(&k->buf, log);
	buf_put_byte(&k->buf, (uint8_t)level);
	buf_put_be64(&k->buf, index);
}

static enum err mem_entry_put(struct store *s, log_number log, uint64_t index, struct bytes entry,
			      struct bytes hashes)
{
	struct key k;

	key_log(&k, TABLE_ENTRY, log, index);
	mem_rows_put(mem(s), key_bytes(&k), entry);
	for (unsigned level = 0; level < hashes.len / HASH_LEN; level++) {
		key_node(&k, log, level, index >> level);
		mem_rows_put(mem(s), key_bytes(&k),
			     (struct bytes){ hashes.ptr + level * HASH_LEN, HASH_LEN });
	}
	return ERR_OK;
}

static enum err mem_entry_cut(struct store *s, log_number log, uint64_t from)
{
	struct key k;

	for (;; from++) {
		key_log(&k, TABLE_ENTRY, log, from);
		if (mem_rows_find(mem(s), key_bytes(&k)) == NULL)
			return ERR_OK;
		mem_rows_del(mem(s), key_bytes(&k));
		/* And each node that this entry finished. */
		for (unsigned level = 0; (from + 1) % (1ull << level) == 0; level++) {
			key_node(&k, log, level, from >> level);
			mem_rows_del(mem(s), key_bytes(&k));
		}
	}
}

static enum err mem_entry_get(struct store *s, log_number log, uint64_t index, struct buf *entry,
			      struct buf *hashes)
{
	enum err e = ERR_OK;
	struct mem_row *r;
	struct key k;

	key_log(&k, TABLE_ENTRY, log, index);
	r = mem_rows_find(mem(s), key_bytes(&k));
	if (r == NULL)
		return ERR_NOT_FOUND;
	/* Entry `index` finishes a node on each level where all lower bits of its index are ones. */
	for (unsigned level = 0; hashes != NULL && e == ERR_OK; level++) {
		key_node(&k, log, level, index >> level);
		e = value_get(mem_rows_find(mem(s), key_bytes(&k)), hashes);
		if ((index >> level & 1) == 0)
			break;
	}
	return e == ERR_OK && entry != NULL ? value_get(r, entry) : e;
}

static enum err mem_node_get(struct store *s, log_number log, unsigned level, uint64_t index,
			     uint8_t hash[HASH_LEN])
{
	struct key k;
	struct mem_row *r;

	key_node(&k, log, level, index);
	r = mem_rows_find(mem(s), key_bytes(&k));
	if (r == NULL)
		return ERR_NOT_FOUND;
	memcpy(hash, r->value, HASH_LEN);
	return ERR_OK;
}

/* ---- Contents: a first byte says whether the rest is the content or its eraser. ---- */

enum content_state { CONTENT_HELD, CONTENT_ERASED };

static enum err content_set(struct mem_rows *m, const uint8_t hash[HASH_LEN], enum content_state state,
			    struct bytes rest)
{
	uint8_t *value = xcalloc(1, rest.len + 1);
	struct key k;

	value[0] = (uint8_t)state;
	if (rest.len > 0)
		memcpy(value + 1, rest.ptr, rest.len);
	key_named(&k, TABLE_CONTENT, hash, HASH_LEN);
	mem_rows_put_take(m, key_bytes(&k), value, rest.len + 1);
	return ERR_OK;
}

static enum err content_rest(struct mem_rows *m, const uint8_t hash[HASH_LEN], enum content_state state,
			     struct buf *out)
{
	struct key k;
	struct mem_row *r;

	key_named(&k, TABLE_CONTENT, hash, HASH_LEN);
	r = mem_rows_find(m, key_bytes(&k));
	if (r == NULL || (state == CONTENT_ERASED && r->value[0] != CONTENT_ERASED))
		return ERR_NOT_FOUND;
	if (r->value[0] != state)
		return ERR_REFUSED;
	buf_put(out, (struct bytes){ r->value + 1, r->value_len - 1 });
	return buf_check(out);
}

static enum err mem_content_put(struct store *s, const uint8_t hash[HASH_LEN], struct bytes content)
{
	struct key k;

	key_named(&k, TABLE_CONTENT, hash, HASH_LEN);
	if (mem_rows_find(mem(s), key_bytes(&k)) != NULL)
		return ERR_OK;
	return content_set(mem(s), hash, CONTENT_HELD, content);
}

static enum err mem_content_renew(struct store *s, const uint8_t hash[HASH_LEN], struct bytes content)
{
	struct buf none = { 0 };

	if (content_rest(mem(s), hash, CONTENT_HELD, &none) == ERR_REFUSED)
		return ERR_OK;
	return content_set(mem(s), hash, CONTENT_HELD, content);
}

static enum err mem_content_get(struct store *s, const uint8_t hash[HASH_LEN], struct buf *content)
{
	return content_rest(mem(s), hash, CONTENT_HELD, content);
}

static enum err mem_content_erase(struct store *s, const uint8_t hash[HASH_LEN], struct bytes eraser)
{
	struct buf none = { 0 };

	if (content_rest(mem(s), hash, CONTENT_ERASED, &none) != ERR_NOT_FOUND)
		return ERR_OK;
	return content_set(mem(s), hash, CONTENT_ERASED, eraser);
}

static enum err mem_content_eraser(struct store *s, const uint8_t hash[HASH_LEN], struct buf *eraser)
{
	return content_rest(mem(s), hash, CONTENT_ERASED, eraser);
}

static enum err mem_content_forget(struct store *s, const uint8_t hash[HASH_LEN])
{
	struct key k;

	key_named(&k, TABLE_CONTENT, hash, HASH_LEN);
	if (mem_rows_find(mem(s), key_bytes(&k)) != NULL)
		mem_rows_del(mem(s), key_bytes(&k));
	return ERR_OK;
}

/* ---- Notes and cosignatures. ---- */

static enum err mem_note_put(struct store *s, log_number log, uint64_t size, struct bytes note)
{
	struct key k;

	key_log(&k, TABLE_NOTE, log, size);
	mem_rows_put(mem(s), key_bytes(&k), note);
	return ERR_OK;
}

static enum err mem_note_del(struct store *s, log_number log, uint64_t size)
{
	struct key k;

	key_log(&k, TABLE_NOTE, log, size);
	if (mem_rows_find(mem(s), key_bytes(&k)) != NULL)
		mem_rows_del(mem(s), key_bytes(&k));
	return ERR_OK;
}

/* A row whose key is a prefix and a number. */
static enum err numbered_get(const struct mem_row *r, struct bytes prefix, uint64_t *number, struct buf *out)
{
	if (!is_under(r, prefix))
		return ERR_NOT_FOUND;
	*number = be64_get(r->key.ptr + prefix.len);
	return value_get(r, out);
}

static enum err mem_note_get(struct store *s, log_number log, uint64_t size, uint64_t *found,
			     struct buf *note)
{
	struct key k;
	struct bytes key;

	key_log(&k, TABLE_NOTE, log, size);
	key = key_bytes(&k);
	return numbered_get(mem_rows_upto(mem(s), key), (struct bytes){ key.ptr, key.len - 8 }, found, note);
}

static enum err mem_note_above(struct store *s, log_number log, uint64_t size, uint64_t *found,
			       struct buf *note)
{
	struct key k;
	struct bytes key;

	key_log(&k, TABLE_NOTE, log, size);
	key = key_bytes(&k);
	return numbered_get(mem_rows_from(mem(s), key), (struct bytes){ key.ptr, key.len - 8 }, found, note);
}

static void key_cosignature(struct key *k, log_number log, struct bytes party, uint64_t size)
{
	key_open(k, TABLE_COSIGNATURE);
	buf_put_be32(&k->buf, log);
	buf_put(&k->buf, party);
	buf_put_byte(&k->buf, 0);
	buf_put_be64(&k->buf, size);
}

static enum err mem_cosignature_put(struct store *s, log_number log, uint64_t size, struct bytes party,
				    struct bytes line)
{
	struct key k;

	key_cosignature(&k, log, party, size);
	mem_rows_put(mem(s), key_bytes(&k), line);
	return ERR_OK;
}

static enum err mem_cosignature_del(struct store *s, log_number log, uint64_t size, struct bytes party)
{
	struct key k;

	key_cosignature(&k, log, party, size);
	if (mem_rows_find(mem(s), key_bytes(&k)) != NULL)
		mem_rows_del(mem(s), key_bytes(&k));
	return ERR_OK;
}

static enum err mem_cosignature_above(struct store *s, log_number log, uint64_t size, struct bytes party,
				      uint64_t *found, struct buf *line)
{
	struct key k;
	struct bytes key;

	key_cosignature(&k, log, party, size);
	key = key_bytes(&k);
	return numbered_get(mem_rows_from(mem(s), key), (struct bytes){ key.ptr, key.len - 8 }, found, line);
}

static enum err mem_cosignature_last(struct store *s, log_number log, struct bytes party, uint64_t *found,
				     struct buf *line)
{
	struct key k;
	struct bytes key;

	key_cosignature(&k, log, party, UINT64_MAX);
	key = key_bytes(&k);
	return numbered_get(mem_rows_upto(mem(s), key), (struct bytes){ key.ptr, key.len - 8 }, found, line);
}

/* ---- Attachments: a row of total and held, and pieces that never overlap. ---- */

static void key_piece(struct key *k, const uint8_t hash[HASH_LEN], uint64_t offset)
{
	key_named(k, TABLE_PIECE, hash, HASH_LEN);
	buf_put_be64(&k->buf, offset);
}

/* The piece that begins at or before offset, or NULL. */
static struct mem_row *piece_upto(struct mem_rows *m, const uint8_t hash[HASH_LEN], uint64_t offset,
				  uint64_t *start)
{
	struct key k;
	struct bytes key;
	struct mem_row *r;

	key_piece(&k, hash, offset);
	key = key_bytes(&k);
	r = mem_rows_upto(m, key);
	if (!is_under(r, (struct bytes){ key.ptr, key.len - 8 }))
		return NULL;
	*start = be64_get(r->key.ptr + key.len - 8);
	return r;
}

static uint64_t held_from(struct mem_rows *m, const uint8_t hash[HASH_LEN], uint64_t held)
{
	uint64_t start;
	struct mem_row *r;

	while ((r = piece_upto(m, hash, held, &start)) != NULL && start + r->value_len > held)
		held = start + r->value_len;
	return held;
}

static void held_put(struct mem_rows *m, const uint8_t hash[HASH_LEN], uint64_t held, uint64_t total)
{
	uint8_t value[16];
	struct key k;

	be64_put(value, held);
	be64_put(value + 8, total);
	key_named(&k, TABLE_ATTACHMENT, hash, HASH_LEN);
	mem_rows_put(m, key_bytes(&k), BYTES_OF(value));
}

static enum err mem_attachment_held(struct store *s, const uint8_t hash[HASH_LEN], uint64_t *held,
				    uint64_t *total)
{
	struct key k;
	struct mem_row *r;

	key_named(&k, TABLE_ATTACHMENT, hash, HASH_LEN);
	r = mem_rows_find(mem(s), key_bytes(&k));
	*held = r == NULL ? 0 : be64_get(r->value);
	*total = r == NULL ? 0 : be64_get(r->value + 8);
	return ERR_OK;
}

static enum err mem_attachment_put(struct store *s, const uint8_t hash[HASH_LEN], uint64_t total,
				   uint64_t offset, struct bytes piece)
{
	struct mem_rows *m = mem(s);
	uint64_t held, known, start, prefix_end = offset;
	struct mem_row *before, *after;
	struct key k;
	enum err e = mem_attachment_held(s, hash, &held, &known);

	assert(e == ERR_OK);
	if ((known != 0 && known != total) || offset > total || piece.len > total - offset)
		return ERR_USAGE;
	before = piece_upto(m, hash, offset, &start);
	if (before != NULL && start + before->value_len > offset)
		prefix_end = start + before->value_len;
	if (prefix_end - offset < piece.len) {
		piece.ptr += prefix_end - offset;
		piece.len -= (size_t)(prefix_end - offset);
		key_piece(&k, hash, prefix_end);
		after = mem_rows_from(m, key_bytes(&k));
		if (is_under(after, (struct bytes){ k.memory, 1 + HASH_LEN })) {
			start = be64_get(after->key.ptr + 1 + HASH_LEN);
			if (start - prefix_end < piece.len)
				piece.len = (size_t)(start - prefix_end);
		}
		if (piece.len > 0)
			mem_rows_put(m, key_bytes(&k), piece);
	}
	held_put(m, hash, held_from(m, hash, held), total);
	return ERR_OK;
}

static enum err mem_attachment_get(struct store *s, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len,
				   struct buf *piece)
{
	while (len > 0) {
		uint64_t start;
		struct mem_row *r = piece_upto(mem(s), hash, offset, &start);
		size_t part;

		if (r == NULL || offset - start >= r->value_len)
			return ERR_NOT_FOUND;
		part = r->value_len - (size_t)(offset - start);
		part = part < len ? part : len;
		buf_put(piece, (struct bytes){ r->value + (offset - start), part });
		offset += part;
		len -= part;
	}
	return buf_check(piece);
}

static enum err mem_attachment_del(struct store *s, const uint8_t hash[HASH_LEN])
{
	struct key k;
	struct mem_row *r;

	key_named(&k, TABLE_ATTACHMENT, hash, HASH_LEN);
	if (mem_rows_find(mem(s), key_bytes(&k)) == NULL)
		return ERR_NOT_FOUND;
	mem_rows_del(mem(s), key_bytes(&k));
	for (;;) {
		key_piece(&k, hash, 0);
		r = mem_rows_from(mem(s), key_bytes(&k));
		if (!is_under(r, (struct bytes){ k.memory, 1 + HASH_LEN }))
			return ERR_OK;
		key_piece(&k, hash, be64_get(r->key.ptr + 1 + HASH_LEN));
		mem_rows_del(mem(s), key_bytes(&k));
	}
}

/* ---- Advance copies. ---- */

static enum err mem_advance_put(struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct bytes payload)
{
	struct key k;

	key_named(&k, TABLE_ADVANCE, id, STATEMENT_ID_LEN);
	mem_rows_put(mem(s), key_bytes(&k), payload);
	return ERR_OK;
}

static enum err mem_advance_get(struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct buf *payload)
{
	struct key k;

	key_named(&k, TABLE_ADVANCE, id, STATEMENT_ID_LEN);
	return value_get(mem_rows_find(mem(s), key_bytes(&k)), payload);
}

static enum err mem_advance_del(struct store *s, const uint8_t id[STATEMENT_ID_LEN])
{
	struct key k;

	key_named(&k, TABLE_ADVANCE, id, STATEMENT_ID_LEN);
	mem_rows_del(mem(s), key_bytes(&k));
	return ERR_OK;
}

/* ---- Views. ---- */

static enum err view_get(void *self, struct bytes key, struct buf *value)
{
	struct key k;
	struct mem_row *r;

	key_named(&k, TABLE_VIEW, key.ptr, key.len);
	r = mem_rows_find(self, key_bytes(&k));
	if (r == NULL || value == NULL)
		return r == NULL ? ERR_NOT_FOUND : ERR_OK;
	return value_get(r, value);
}

static enum err view_put(void *self, struct bytes key, struct bytes value)
{
	struct key k;

	assert(key.len <= MAP_KEY_MAX && value.len <= MAP_VALUE_MAX);
	key_named(&k, TABLE_VIEW, key.ptr, key.len);
	mem_rows_put(self, key_bytes(&k), value);
	return ERR_OK;
}

static enum err view_del(void *self, struct bytes key)
{
	struct key k;

	key_named(&k, TABLE_VIEW, key.ptr, key.len);
	mem_rows_del(self, key_bytes(&k));
	return ERR_OK;
}

static enum err view_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			  struct buf *value)
{
	bool is_after = bytes_compare(after, prefix) >= 0 && after.len > 0;
	struct key from, under;
	struct mem_row *r;

	key_named(&from, TABLE_VIEW, is_after ? after.ptr : prefix.ptr, is_after ? after.len : prefix.len);
	key_named(&under, TABLE_VIEW, prefix.ptr, prefix.len);
	r = mem_rows_from(self, key_bytes(&from));
	if (is_after && r != NULL && bytes_equal(r->key, key_bytes(&from)))
		r = mem_row_next(r);
	if (r == NULL || !is_under(r, key_bytes(&under)))
		return ERR_NOT_FOUND;
	buf_reset(key);
	buf_put(key, (struct bytes){ r->key.ptr + 1, r->key.len - 1 });
	if (buf_check(key) != ERR_OK)
		return ERR_LIMIT;
	return value == NULL ? ERR_OK : value_get(r, value);
}

static struct map mem_views(struct store *s)
{
	static const struct map_ops ops = {
		.get = view_get, .put = view_put, .del = view_del, .next = view_next
	};

	return (struct map){ &ops, mem(s) };
}

static enum err mem_tidy(struct store *s, bool is_idle)
{
	(void)s;
	(void)is_idle;
	return ERR_OK;
}

static enum err mem_backup(struct store *s, const char *path, uint64_t *done, uint64_t *total)
{
	(void)s;
	(void)path;
	(void)done;
	(void)total;
	return ERR_REFUSED;
}

/* Memory forgets no row. */
static enum err mem_views_walk(struct store *s, bool is_first, struct buf *key)
{
	struct map views = mem_views(s);

	if (is_first)
		buf_reset(key);
	return map_next(&views, (struct bytes){ NULL, 0 }, buf_bytes(key), key, NULL);
}

static enum err mem_views_recount(struct store *s)
{
	(void)s;
	return ERR_OK;
}

static const struct store_ops mem_ops = {
	.close = mem_close,
	.begin = mem_begin,
	.commit = mem_commit,
	.rollback = mem_rollback,
	.log_open = mem_log_open,
	.log_get = mem_log_get,
	.log_put = mem_log_put,
	.log_next = mem_log_next,
	.entry_put = mem_entry_put,
	.entry_renew = mem_entry_put,
	.entry_get = mem_entry_get,
	.entry_cut = mem_entry_cut,
	.node_get = mem_node_get,
	.content_put = mem_content_put,
	.content_renew = mem_content_renew,
	.content_get = mem_content_get,
	.content_erase = mem_content_erase,
	.content_eraser = mem_content_eraser,
	.content_forget = mem_content_forget,
	.note_put = mem_note_put,
	.note_del = mem_note_del,
	.note_get = mem_note_get,
	.note_above = mem_note_above,
	.cosignature_put = mem_cosignature_put,
	.cosignature_del = mem_cosignature_del,
	.cosignature_above = mem_cosignature_above,
	.cosignature_last = mem_cosignature_last,
	.attachment_put = mem_attachment_put,
	.attachment_held = mem_attachment_held,
	.attachment_get = mem_attachment_get,
	.attachment_del = mem_attachment_del,
	.advance_put = mem_advance_put,
	.advance_get = mem_advance_get,
	.advance_del = mem_advance_del,
	.views = mem_views,
	.views_walk = mem_views_walk,
	.views_recount = mem_views_recount,
	.tidy = mem_tidy,
	.backup = mem_backup,
};

struct store *store_mem_new(void)
{
	struct store_mem *m = xcalloc(1, sizeof *m);

	m->store.ops = &mem_ops;
	return &m->store;
}
