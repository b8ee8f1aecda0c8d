#include "record/sqlite.h"

#include "base/alloc.h"
#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>

/*
 * ---- Contents: rows in the order of arrival. ----
 *
 * They are found by the first bits of the hash of their hash: a narrow row dirties fewer pages. Who has the
 * same first bits takes the next id, and the whole hash decides. A peer names any 32 bytes as the hash of
 * what it says was erased, so those alone would let it put thousands into one row of ids; of what is hashed
 * once more it has to search 2^63 for each.
 */

#define CONTENT_ID_MAX (UINT64_MAX >> 1)

/*
 * CONTENT_FIND or CONTENT_GET, open on the row of the hash. *id is where it stands; with ERR_NOT_FOUND, where
 * it would.
 */
static enum err content_open(struct store_sqlite *s, enum query which, const uint8_t hash[HASH_LEN],
			     uint64_t *id, struct prepared **out)
{
	uint8_t name[HASH_LEN];
	struct prepared *q;
	enum err e;

	if (s->absent.is_known && memcmp(s->absent.hash, hash, HASH_LEN) == 0) {
		*id = s->absent.id;
		return ERR_NOT_FOUND;
	}
	hash_sha256((struct bytes){ hash, HASH_LEN }, name);
	for (*id = be64_get(name) >> 1;; *id = (*id + 1) & CONTENT_ID_MAX) {
		*out = q = lite_query(s, which);
		lite_bind_number(q, 1, *id);
		e = lite_row_open(s, q);
		if (e != ERR_OK)
			break;
		if (bytes_equal(lite_column_bytes(q, 1), (struct bytes){ hash, HASH_LEN }))
			return ERR_OK;
		lite_row_close(q);
	}
	s->absent.is_known = e == ERR_NOT_FOUND;
	s->absent.id = *id;
	memcpy(s->absent.hash, hash, HASH_LEN);
	return e;
}

static enum err content_find(struct store_sqlite *s, const uint8_t hash[HASH_LEN], uint64_t *id,
			     uint64_t *number)
{
	struct prepared *q;
	enum err e = content_open(s, QUERY_CONTENT_FIND, hash, id, &q);

	if (e != ERR_OK)
		return e;
	*number = lite_column_number(q, 0);
	lite_row_close(q);
	return ERR_OK;
}

/* CONTENT_PUT with the bytes or CONTENT_ERASED with the eraser. */
static enum err content_new(struct store_sqlite *s, uint64_t id, const uint8_t hash[HASH_LEN],
			    enum query which, struct bytes value)
{
	struct prepared *q = lite_query(s, which);
	enum err e;

	s->absent.is_known = false;
	lite_bind_bytes(q, 1, (struct bytes){ hash, HASH_LEN });
	lite_bind_bytes(q, 2, value);
	e = lite_run(s, q);
	if (e != ERR_OK)
		return e;
	q = lite_query(s, QUERY_CONTENT_NAME);
	lite_bind_number(q, 1, id);
	lite_bind_number(q, 2, (uint64_t)sqlite3_last_insert_rowid(s->db));
	return lite_run(s, q);
}

enum err lite_content_put(struct store *store, const uint8_t hash[HASH_LEN], struct bytes content)
{
	uint64_t id, number;
	struct buf none = { 0 };
	enum err e = content_find(lite(store), hash, &id, &number);

	if (e == ERR_NOT_FOUND)
		return content_new(lite(store), id, hash, QUERY_CONTENT_PUT, content);
	if (e != ERR_OK || lite_content_get(store, hash, &none) != ERR_NOT_FOUND)
		return e;
	return lite_content_renew(store, hash, content);
}

enum err lite_content_renew(struct store *store, const uint8_t hash[HASH_LEN], struct bytes content)
{
	struct store_sqlite *s = lite(store);
	struct buf none = { 0 };
	uint64_t id, number;
	struct prepared *q;
	enum err e = content_find(s, hash, &id, &number);

	if (e == ERR_NOT_FOUND)
		return content_new(s, id, hash, QUERY_CONTENT_PUT, content);
	if (e != ERR_OK || lite_content_get(store, hash, &none) == ERR_REFUSED)
		return e;
	q = lite_query(s, QUERY_CONTENT_RENEW);
	lite_bind_number(q, 1, number);
	lite_bind_bytes(q, 2, content);
	return lite_run(s, q);
}

enum { COLUMN_BYTES = 2, COLUMN_ERASER }; /* of CONTENT_GET */

static enum err content_column(struct store *store, const uint8_t hash[HASH_LEN], int column, struct buf *out)
{
	struct prepared *q;
	uint64_t id;
	enum err e = content_open(lite(store), QUERY_CONTENT_GET, hash, &id, &q);

	if (e != ERR_OK)
		return e;
	/* With neither it was forgotten: its row keeps the place that others may have counted past. */
	if (sqlite3_column_type(q->statement, column) == SQLITE_NULL)
		e = column == COLUMN_BYTES && sqlite3_column_type(q->statement, COLUMN_ERASER) != SQLITE_NULL
			    ? ERR_REFUSED
			    : ERR_NOT_FOUND;
	else
		buf_put(out, lite_column_bytes(q, column));
	lite_row_close(q);
	return e == ERR_OK ? buf_check(out) : e;
}

enum err lite_content_get(struct store *store, const uint8_t hash[HASH_LEN], struct buf *content)
{
	return content_column(store, hash, COLUMN_BYTES, content);
}

enum err lite_content_eraser(struct store *store, const uint8_t hash[HASH_LEN], struct buf *eraser)
{
	return content_column(store, hash, COLUMN_ERASER, eraser);
}

enum err lite_content_erase(struct store *store, const uint8_t hash[HASH_LEN], struct bytes eraser)
{
	struct store_sqlite *s = lite(store);
	struct buf none = { 0 };
	uint64_t id, number;
	struct prepared *q;
	enum err e = content_find(s, hash, &id, &number);

	if (e == ERR_NOT_FOUND)
		return content_new(s, id, hash, QUERY_CONTENT_ERASED, eraser);
	if (e != ERR_OK || lite_content_eraser(store, hash, &none) != ERR_NOT_FOUND)
		return e;
	q = lite_query(s, QUERY_CONTENT_ERASE);
	lite_bind_number(q, 1, number);
	lite_bind_bytes(q, 2, eraser);
	return lite_run(s, q);
}

enum err lite_content_forget(struct store *store, const uint8_t hash[HASH_LEN])
{
	struct store_sqlite *s = lite(store);
	uint64_t id, number;
	struct prepared *q;
	enum err e = content_find(s, hash, &id, &number);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	q = lite_query(s, QUERY_CONTENT_FORGET);
	lite_bind_number(q, 1, number);
	return lite_run(s, q);
}

/* ---- Notes and cosignatures. ---- */

enum err lite_note_put(struct store *store, log_number log, uint64_t size, struct bytes note)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_NOTE_PUT);

	if (size > INDEX_MAX)
		return s->why = ERR_LIMIT;
	lite_bind_number(q, 1, lite_row_id(log, size));
	lite_bind_bytes(q, 2, note);
	return lite_run(s, q);
}

enum err lite_note_del(struct store *store, log_number log, uint64_t size)
{
	struct prepared *q = lite_query(lite(store), QUERY_NOTE_DEL);

	lite_bind_number(q, 1, lite_row_id(log, size));
	return lite_run(lite(store), q);
}

static enum err note_between(struct store *store, enum query which, uint64_t first, uint64_t last,
			     uint64_t *found, struct buf *note)
{
	struct prepared *q = lite_query(lite(store), which);

	lite_bind_number(q, 1, first);
	lite_bind_number(q, 2, last);
	return lite_read_numbered(lite(store), q, INDEX_MAX, found, note);
}

enum err lite_note_get(struct store *store, log_number log, uint64_t size, uint64_t *found, struct buf *note)
{
	return note_between(store, QUERY_NOTE_GET, lite_row_id(log, 0),
			    lite_row_id(log, size > INDEX_MAX ? INDEX_MAX : size), found, note);
}

enum err lite_note_above(struct store *store, log_number log, uint64_t size, uint64_t *found,
			 struct buf *note)
{
	if (size > INDEX_MAX)
		return ERR_NOT_FOUND;
	return note_between(store, QUERY_NOTE_ABOVE, lite_row_id(log, size), lite_row_id(log, INDEX_MAX),
			    found, note);
}

enum err lite_cosignature_put(struct store *store, log_number log, uint64_t size, struct bytes party,
			      struct bytes line)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_COSIGNATURE_PUT);

	if (size > INDEX_MAX)
		return s->why = ERR_LIMIT;
	lite_bind_number(q, 1, log);
	lite_bind_text(q, 2, party);
	lite_bind_number(q, 3, size);
	lite_bind_bytes(q, 4, line);
	return lite_run(s, q);
}

enum err lite_cosignature_del(struct store *store, log_number log, uint64_t size, struct bytes party)
{
	struct prepared *q = lite_query(lite(store), QUERY_COSIGNATURE_DEL);

	lite_bind_number(q, 1, log);
	lite_bind_text(q, 2, party);
	lite_bind_number(q, 3, size);
	return lite_run(lite(store), q);
}

enum err lite_cosignature_above(struct store *store, log_number log, uint64_t size, struct bytes party,
				uint64_t *found, struct buf *line)
{
	struct prepared *q = lite_query(lite(store), QUERY_COSIGNATURE_ABOVE);

	if (size > INDEX_MAX)
		return ERR_NOT_FOUND;
	lite_bind_number(q, 1, log);
	lite_bind_text(q, 2, party);
	lite_bind_number(q, 3, size);
	return lite_read_numbered(lite(store), q, INDEX_MAX, found, line);
}

enum err lite_cosignature_last(struct store *store, log_number log, struct bytes party, uint64_t *found,
			       struct buf *line)
{
	struct prepared *q = lite_query(lite(store), QUERY_COSIGNATURE_LAST);

	lite_bind_number(q, 1, log);
	lite_bind_text(q, 2, party);
	return lite_read_numbered(lite(store), q, INDEX_MAX, found, line);
}

/* ---- Attachments: pieces never overlap, so that the last one at or before a place is the one that holds it.
 * ---- */

struct attachment_row {
	uint64_t number, total, held;
};

static enum err attachment_find(struct store_sqlite *s, const uint8_t hash[HASH_LEN],
				struct attachment_row *out)
{
	struct prepared *q = lite_query(s, QUERY_ATTACHMENT_FIND);
	enum err e;

	lite_bind_bytes(q, 1, (struct bytes){ hash, HASH_LEN });
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e;
	*out = (struct attachment_row){ lite_column_number(q, 0), lite_column_number(q, 1),
					lite_column_number(q, 2) };
	lite_row_close(q);
	return ERR_OK;
}

static uint64_t piece_id(const struct attachment_row *a, uint64_t offset)
{
	return a->number << OFFSET_BITS | offset;
}

/* Where the piece that begins at or before offset begins and ends; both 0 if there is none. */
static enum err piece_upto(struct store_sqlite *s, const struct attachment_row *a, uint64_t offset,
			   uint64_t *start, uint64_t *end)
{
	struct prepared *q = lite_query(s, QUERY_PIECE_UPTO);
	enum err e;

	*start = *end = 0;
	lite_bind_number(q, 1, piece_id(a, 0));
	lite_bind_number(q, 2, piece_id(a, offset));
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*start = lite_column_number(q, 0) - piece_id(a, 0);
	*end = *start + lite_column_number(q, 1);
	lite_row_close(q);
	return ERR_OK;
}

/* Where the first piece at or after offset begins; total if there is none. */
static enum err piece_from(struct store_sqlite *s, const struct attachment_row *a, uint64_t offset,
			   uint64_t *start)
{
	struct prepared *q = lite_query(s, QUERY_PIECE_FROM);
	enum err e;

	*start = a->total;
	lite_bind_number(q, 1, piece_id(a, offset));
	lite_bind_number(q, 2, piece_id(a, a->total));
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*start = lite_column_number(q, 0) - piece_id(a, 0);
	lite_row_close(q);
	return ERR_OK;
}

/* Stores what of first..end - 1 lies between the pieces that are held. */
static enum err piece_put(struct store_sqlite *s, const struct attachment_row *a, uint64_t offset,
			  struct bytes piece)
{
	uint64_t start, held_end, next, end = offset + piece.len, first = offset;
	struct prepared *q;
	enum err e = piece_upto(s, a, offset, &start, &held_end);

	if (e != ERR_OK)
		return e;
	first = held_end > first ? held_end : first;
	e = piece_from(s, a, first, &next);
	if (e != ERR_OK)
		return e;
	end = next < end ? next : end;
	if (first >= end)
		return ERR_OK;
	q = lite_query(s, QUERY_PIECE_PUT);
	lite_bind_number(q, 1, piece_id(a, first));
	lite_bind_bytes(q, 2, (struct bytes){ piece.ptr + (first - offset), (size_t)(end - first) });
	return lite_run(s, q);
}

static enum err held_update(struct store_sqlite *s, const struct attachment_row *a)
{
	uint64_t start, end, held = a->held;
	struct prepared *q;
	enum err e;

	while ((e = piece_upto(s, a, held, &start, &end)) == ERR_OK && end > held)
		held = end;
	if (e != ERR_OK || held == a->held)
		return e;
	q = lite_query(s, QUERY_ATTACHMENT_HELD);
	lite_bind_number(q, 1, a->number);
	lite_bind_number(q, 2, held);
	return lite_run(s, q);
}

enum err lite_attachment_put(struct store *store, const uint8_t hash[HASH_LEN], uint64_t total,
			     uint64_t offset, struct bytes piece)
{
	struct store_sqlite *s = lite(store);
	struct attachment_row a = { .total = total };
	enum err e = attachment_find(s, hash, &a);

	if (a.total != total || offset > total || piece.len > total - offset || total > ATTACHMENT_LEN_MAX)
		return ERR_USAGE;
	if (e == ERR_NOT_FOUND) {
		struct prepared *q = lite_query(s, QUERY_ATTACHMENT_NEW);
		lite_bind_bytes(q, 1, (struct bytes){ hash, HASH_LEN });
		lite_bind_number(q, 2, total);
		e = lite_run(s, q);
		a.number = (uint64_t)sqlite3_last_insert_rowid(s->db);
	}
	if (e == ERR_OK)
		e = piece_put(s, &a, offset, piece);
	return e == ERR_OK ? held_update(s, &a) : e;
}

enum err lite_attachment_held(struct store *store, const uint8_t hash[HASH_LEN], uint64_t *held,
			      uint64_t *total)
{
	struct attachment_row a = { 0 };
	enum err e = attachment_find(lite(store), hash, &a);

	*held = a.held;
	*total = a.total;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err lite_attachment_get(struct store *store, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len,
			     struct buf *piece)
{
	struct store_sqlite *s = lite(store);
	struct attachment_row a;
	enum err e = attachment_find(s, hash, &a);

	while (e == ERR_OK && len > 0) {
		struct prepared *q = lite_query(s, QUERY_PIECE_GET);
		uint64_t start, end;
		size_t part;

		e = offset > a.total ? ERR_NOT_FOUND : piece_upto(s, &a, offset, &start, &end);
		if (e == ERR_OK && end <= offset)
			e = ERR_NOT_FOUND;
		if (e != ERR_OK)
			return e;
		lite_bind_number(q, 1, piece_id(&a, start));
		e = lite_row_open(s, q);
		if (e != ERR_OK)
			return e;
		part = end - offset < len ? (size_t)(end - offset) : len;
		buf_put(piece, (struct bytes){ lite_column_bytes(q, 0).ptr + (offset - start), part });
		lite_row_close(q);
		offset += part;
		len -= part;
	}
	return e == ERR_OK ? buf_check(piece) : e;
}

enum err lite_attachment_del(struct store *store, const uint8_t hash[HASH_LEN])
{
	struct store_sqlite *s = lite(store);
	struct attachment_row a;
	struct prepared *q;
	enum err e = attachment_find(s, hash, &a);

	if (e != ERR_OK)
		return e;
	q = lite_query(s, QUERY_PIECES_DEL);
	lite_bind_number(q, 1, piece_id(&a, 0));
	lite_bind_number(q, 2, piece_id(&a, a.total));
	e = lite_run(s, q);
	if (e != ERR_OK)
		return e;
	q = lite_query(s, QUERY_ATTACHMENT_DEL);
	lite_bind_number(q, 1, a.number);
	return lite_run(s, q);
}

/* ---- Advance copies. ---- */

enum err lite_advance_put(struct store *store, const uint8_t id[STATEMENT_ID_LEN], struct bytes payload)
{
	struct prepared *q = lite_query(lite(store), QUERY_ADVANCE_PUT);
	uint8_t *row = xcalloc(1, payload.len + CHECK_LEN);
	enum err e;

	memcpy(row, payload.ptr, payload.len);
	lite_check_of((struct bytes){ id, STATEMENT_ID_LEN }, payload, row + payload.len);
	lite_bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	lite_bind_bytes(q, 2, (struct bytes){ row, payload.len + CHECK_LEN });
	e = lite_run(lite(store), q);
	free(row);
	return e;
}

enum err lite_advance_get(struct store *store, const uint8_t id[STATEMENT_ID_LEN], struct buf *payload)
{
	struct prepared *q = lite_query(lite(store), QUERY_ADVANCE_GET);
	struct bytes row;
	enum err e;

	lite_bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	e = lite_row_open(lite(store), q);
	if (e != ERR_OK)
		return e;
	row = lite_column_bytes(q, 0);
	e = lite_check_row((struct bytes){ id, STATEMENT_ID_LEN }, &row);
	if (e == ERR_OK)
		buf_put(payload, row);
	lite_row_close(q);
	return e == ERR_OK ? buf_check(payload) : e;
}

enum err lite_advance_del(struct store *store, const uint8_t id[STATEMENT_ID_LEN])
{
	struct prepared *q = lite_query(lite(store), QUERY_ADVANCE_FIND);
	enum err e;

	/* Asked for each entry that comes, and hardly ever there. */
	lite_bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	e = lite_row_open(lite(store), q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	lite_row_close(q);
	q = lite_query(lite(store), QUERY_ADVANCE_DEL);
	lite_bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	return lite_run(lite(store), q);
}
