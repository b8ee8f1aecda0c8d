#include "failing_store.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>

struct failing_store {
	struct store store; /* first */
	struct store *under;
	failing_ask *ask;
	void *self;
	struct map rows;
	bool is_open, is_dead;
	enum err why; /* of this turn: its commit fails too */
};

static struct failing_store *failing(struct store *s)
{
	return (struct failing_store *)s;
}

static enum err gate(struct failing_store *f, enum failing_kind kind, const char *name)
{
	bool is_writing = kind == FAILING_WRITE || kind == FAILING_ROW_WRITE;
	enum err e;

	if (is_writing && f->is_open && f->why != ERR_OK)
		return f->why;
	e = f->ask(f->self, kind, name);
	if (f->is_open && f->why == ERR_OK && e != ERR_CORRUPT)
		f->why = e;
	return e;
}

/* ---- Turns. ---- */

static void failing_close(struct store *s)
{
	struct failing_store *f = failing(s);

	f->under->ops->close(f->under);
	free(f);
}

static enum err failing_begin(struct store *s)
{
	struct failing_store *f = failing(s);
	enum err e = f->is_dead ? ERR_IO : gate(f, FAILING_BEGIN, "begin");

	if (e == ERR_OK)
		e = f->under->ops->begin(f->under);
	f->is_open = e == ERR_OK;
	f->why = ERR_OK;
	return e;
}

static void failing_rollback(struct store *s)
{
	struct failing_store *f = failing(s);

	if (f->is_open)
		f->under->ops->rollback(f->under);
	f->is_open = false;
}

static enum err failing_commit(struct store *s)
{
	struct failing_store *f = failing(s);
	enum err e = f->why == ERR_OK ? gate(f, FAILING_COMMIT, "commit") : f->why;

	if (e == ERR_OK)
		e = f->under->ops->commit(f->under);
	else
		f->under->ops->rollback(f->under);
	f->is_open = false;
	f->is_dead |= err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL;
	return e;
}

bool failing_store_is_dead(const struct store *s)
{
	return ((const struct failing_store *)s)->is_dead;
}

/* ---- Everything else. ---- */

#define OP(name, kind, params, args)                               \
	static enum err failing_##name params                      \
	{                                                          \
		struct failing_store *f = failing(s);              \
		enum err e = gate(f, FAILING_##kind, #name);       \
		return e == ERR_OK ? f->under->ops->name args : e; \
	}
/* clang-format off */
OP(log_open, WRITE, (struct store *s, const struct origin *origin, log_number *out), (f->under, origin, out))
OP(log_get, READ, (struct store *s, log_number log, struct store_log *out), (f->under, log, out))
OP(log_put, WRITE, (struct store *s, log_number log, const struct store_log *value), (f->under, log, value))
OP(log_next, READ, (struct store *s, log_number after, log_number *out), (f->under, after, out))
OP(entry_put, WRITE, (struct store *s, log_number log, uint64_t index, struct bytes entry, struct bytes hashes),
    (f->under, log, index, entry, hashes))
OP(entry_get, READ, (struct store *s, log_number log, uint64_t index, struct buf *entry, struct buf *hashes),
    (f->under, log, index, entry, hashes))
OP(entry_renew, WRITE, (struct store *s, log_number log, uint64_t index, struct bytes entry, struct bytes hashes),
    (f->under, log, index, entry, hashes))
OP(node_get, READ, (struct store *s, log_number log, unsigned level, uint64_t index, uint8_t hash[HASH_LEN]),
    (f->under, log, level, index, hash))
OP(entry_cut, WRITE, (struct store *s, log_number log, uint64_t from), (f->under, log, from))
OP(content_put, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], struct bytes content), (f->under, hash, content))
OP(content_get, READ, (struct store *s, const uint8_t hash[HASH_LEN], struct buf *content), (f->under, hash, content))
OP(content_renew, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], struct bytes content), (f->under, hash, content))
OP(content_erase, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], struct bytes eraser), (f->under, hash, eraser))
OP(content_forget, WRITE, (struct store *s, const uint8_t hash[HASH_LEN]), (f->under, hash))
OP(content_eraser, READ, (struct store *s, const uint8_t hash[HASH_LEN], struct buf *eraser), (f->under, hash, eraser))
OP(note_put, WRITE, (struct store *s, log_number log, uint64_t size, struct bytes note), (f->under, log, size, note))
OP(note_del, WRITE, (struct store *s, log_number log, uint64_t size), (f->under, log, size))
OP(note_get, READ, (struct store *s, log_number log, uint64_t size, uint64_t *found, struct buf *note),
    (f->under, log, size, found, note))
OP(note_above, READ, (struct store *s, log_number log, uint64_t size, uint64_t *found, struct buf *note),
    (f->under, log, size, found, note))
OP(cosignature_put, WRITE, (struct store *s, log_number log, uint64_t size, struct bytes party, struct bytes line),
    (f->under, log, size, party, line))
OP(cosignature_del, WRITE, (struct store *s, log_number log, uint64_t size, struct bytes party), (f->under, log, size, party))
OP(cosignature_above, READ, (struct store *s, log_number log, uint64_t size, struct bytes party, uint64_t *found, struct buf *line),
    (f->under, log, size, party, found, line))
OP(cosignature_last, READ, (struct store *s, log_number log, struct bytes party, uint64_t *found, struct buf *line),
    (f->under, log, party, found, line))
OP(attachment_put, WRITE, (struct store *s, const uint8_t hash[HASH_LEN], uint64_t total, uint64_t offset, struct bytes piece),
    (f->under, hash, total, offset, piece))
OP(attachment_held, READ, (struct store *s, const uint8_t hash[HASH_LEN], uint64_t *held, uint64_t *total),
    (f->under, hash, held, total))
OP(attachment_get, READ, (struct store *s, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len, struct buf *piece),
    (f->under, hash, offset, len, piece))
OP(attachment_del, WRITE, (struct store *s, const uint8_t hash[HASH_LEN]), (f->under, hash))
OP(advance_put, WRITE, (struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct bytes payload), (f->under, id, payload))
OP(advance_get, READ, (struct store *s, const uint8_t id[STATEMENT_ID_LEN], struct buf *payload), (f->under, id, payload))
OP(advance_del, WRITE, (struct store *s, const uint8_t id[STATEMENT_ID_LEN]), (f->under, id))
OP(views_walk, READ, (struct store *s, bool is_first, struct buf *key), (f->under, is_first, key))
OP(views_recount, WRITE, (struct store *s), (f->under))
OP(tidy, HOUSE, (struct store *s, bool is_idle), (f->under, is_idle))
OP(backup, HOUSE, (struct store *s, const char *path, uint64_t *done, uint64_t *total), (f->under, path, done, total))
/* clang-format on */
#undef OP

static enum err failing_row_get(void *self, struct bytes key, struct buf *value)
{
	struct failing_store *f = self;
	enum err e = gate(f, FAILING_ROW, "row_get");

	return e == ERR_OK ? map_get(&f->rows, key, value) : e;
}

static enum err failing_row_put(void *self, struct bytes key, struct bytes value)
{
	struct failing_store *f = self;
	enum err e = gate(f, FAILING_ROW_WRITE, "row_put");

	return e == ERR_OK ? map_put(&f->rows, key, value) : e;
}

static enum err failing_row_del(void *self, struct bytes key)
{
	struct failing_store *f = self;
	enum err e = gate(f, FAILING_ROW_WRITE, "row_del");

	return e == ERR_OK ? map_del(&f->rows, key) : e;
}

static enum err failing_row_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
				 struct buf *value)
{
	struct failing_store *f = self;
	enum err e = gate(f, FAILING_ROW, "row_next");

	return e == ERR_OK ? map_next(&f->rows, prefix, after, key, value) : e;
}

static const struct map_ops failing_rows = {
	.get = failing_row_get,
	.put = failing_row_put,
	.del = failing_row_del,
	.next = failing_row_next,
};

static struct map failing_views(struct store *s)
{
	return (struct map){ &failing_rows, s };
}

static const struct store_ops failing_ops = {
	.close = failing_close,
	.begin = failing_begin,
	.commit = failing_commit,
	.rollback = failing_rollback,
	.views = failing_views,
	.log_open = failing_log_open,
	.log_get = failing_log_get,
	.log_put = failing_log_put,
	.log_next = failing_log_next,
	.entry_put = failing_entry_put,
	.entry_get = failing_entry_get,
	.entry_renew = failing_entry_renew,
	.node_get = failing_node_get,
	.entry_cut = failing_entry_cut,
	.content_put = failing_content_put,
	.content_get = failing_content_get,
	.content_renew = failing_content_renew,
	.content_erase = failing_content_erase,
	.content_forget = failing_content_forget,
	.content_eraser = failing_content_eraser,
	.note_put = failing_note_put,
	.note_del = failing_note_del,
	.note_get = failing_note_get,
	.note_above = failing_note_above,
	.cosignature_put = failing_cosignature_put,
	.cosignature_del = failing_cosignature_del,
	.cosignature_above = failing_cosignature_above,
	.cosignature_last = failing_cosignature_last,
	.attachment_put = failing_attachment_put,
	.attachment_held = failing_attachment_held,
	.attachment_get = failing_attachment_get,
	.attachment_del = failing_attachment_del,
	.advance_put = failing_advance_put,
	.advance_get = failing_advance_get,
	.advance_del = failing_advance_del,
	.views_walk = failing_views_walk,
	.views_recount = failing_views_recount,
	.tidy = failing_tidy,
	.backup = failing_backup,
};

static_assert(sizeof(struct store_ops) == 39 * sizeof failing_ops.close, "a new operation may fail too");

struct store *failing_store_new(struct store *under, failing_ask *ask, void *self)
{
	struct failing_store *f = xcalloc(1, sizeof *f);

	f->store.ops = &failing_ops;
	f->under = under;
	f->ask = ask;
	f->self = self;
	f->rows = under->ops->views(under);
	return &f->store;
}
