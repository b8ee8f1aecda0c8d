/*
 * The redo file: a turn is durable as one short record, which costs one write and one flush over blocks that
 * exist, where SQLite's own commit would write a dozen pages. docs/spec/record.md section 6, ADR 14.
 *
 * SQLite has a transaction open meanwhile, so that every read sees all turns. A turn that is taken back takes
 * all of it back, and the turns before it are run again: that is rare, and there are few.
 * lite_drain commits it when the file is long or nothing else is to be done; with that commit the generation
 * moves on, and the records count no longer. After a crash redo_open runs them again.
 */
#include "record/sqlite.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/plant.h"
#include "crypto/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A record's head: the length of what follows it, a hash, and the name of the queries it is made of. */
#define HASH_AT 4u
#define QUERIES_AT (HASH_AT + HASH_LEN)
#define HEAD_LEN (QUERIES_AT + HASH_LEN)

/* A turn of more is committed by SQLite itself, which then writes no byte twice. */
#define REDO_TURN_MAX (64u << 10)
/*
 * Drained at the next chance above the one, by the turn itself above the other: SQLite's cache has room for
 * it.
 */
#define REDO_LEN_DRAIN (384u << 10)
#define REDO_LEN_MAX (512u << 10)
#define REDO_AHEAD (128u << 10)

/* ---- What a record is hashed with. ---- */

/* Its writes are numbers and parameters, which mean something for these very queries only. */
static void queries_name(uint8_t name[HASH_LEN])
{
	struct bytes parts[QUERY_COUNT];

	for (size_t i = 0; i < QUERY_COUNT; i++)
		parts[i] = bytes_str(lite_queries[i].sql);
	hash_parts(parts, QUERY_COUNT, name);
}

/*
 * A generation's records belong to this file and this place in its history, never to a copy of another age.
 */
static void generation_begin(struct redo *r)
{
	uint8_t number[8];
	const struct bytes parts[] = { BYTES_OF(r->salt), BYTES_OF(number) };

	be64_put(number, r->generation);
	hash_parts(parts, ARRAY_COUNT(parts), r->last);
	r->at = 0;
}

/* Over the record before it, so that what is left of an older generation never follows. */
static void record_hash(const struct redo *r, struct bytes record, uint8_t hash[HASH_LEN])
{
	const struct bytes parts[] = {
		BYTES_OF(r->last),
		{ record.ptr + QUERIES_AT, record.len - QUERIES_AT },
	};

	hash_parts(parts, ARRAY_COUNT(parts), hash);
}

/* ---- The file, on the same layer as SQLite's own. ---- */

static enum err file_open(struct store_sqlite *s, bool is_made)
{
	struct redo *r = &s->redo;
	sqlite3_int64 size = 0;
	enum err e = lite_beside_open(s, STORE_REDO_ENDING, is_made, &r->beside);

	if (e == ERR_OK && r->beside.file != NULL)
		e = lite_err_of(r->beside.file->pMethods->xFileSize(r->beside.file, &size));
	r->size = (uint64_t)size;
	if (e != ERR_OK)
		redo_close(s);
	return e;
}

static enum err file_read(struct redo *r, uint64_t at, uint8_t *out, size_t len)
{
	int rc = r->beside.file->pMethods->xRead(r->beside.file, out, (int)len, (sqlite3_int64)at);

	return rc == SQLITE_IOERR_SHORT_READ ? ERR_SHORT : lite_err_of(rc);
}

static enum err file_write(struct redo *r, uint64_t at, struct bytes part)
{
	int rc = r->beside.file->pMethods->xWrite(r->beside.file, part.ptr, (int)part.len, (sqlite3_int64)at);

	if (rc == SQLITE_OK && at + part.len > r->size)
		r->size = at + part.len;
	return lite_err_of(rc);
}

static enum err file_sync(struct redo *r)
{
	return lite_err_of(r->beside.file->pMethods->xSync(r->beside.file, SQLITE_SYNC_NORMAL));
}

/* ---- Reading. ---- */

/* The record at r->at, into the turn's memory. ERR_SHORT: none follows. */
static enum err record_read(struct redo *r, struct bytes *out)
{
	uint8_t *memory = r->turn.ptr, hash[HASH_LEN];
	enum err e = file_read(r, r->at, memory, HEAD_LEN);
	size_t len;

	if (e != ERR_OK)
		return e;
	len = be32_get(memory);
	if (len == 0 || len > r->turn.max - HEAD_LEN)
		return ERR_SHORT;
	e = file_read(r, r->at + HEAD_LEN, memory + HEAD_LEN, len);
	if (e != ERR_OK)
		return e;
	*out = (struct bytes){ memory, HEAD_LEN + len };
	record_hash(r, *out, hash);
	return memcmp(hash, memory + HASH_AT, HASH_LEN) == 0 || PLANTED(REDO_UNHASHED) ? ERR_OK : ERR_SHORT;
}

static void record_pass(struct redo *r, struct bytes record)
{
	memcpy(r->last, record.ptr + HASH_AT, HASH_LEN);
	r->at += record.len;
}

static enum err parameter_read(struct bytes *in, struct parameter *out)
{
	struct bytes part;
	enum err e = bytes_take(in, 9, &part);

	if (e != ERR_OK || part.ptr[0] > PARAMETER_TEXT)
		return ERR_CORRUPT;
	*out = (struct parameter){ .type = part.ptr[0], .number = be64_get(part.ptr + 1) };
	if (out->type == PARAMETER_NUMBER || out->type == PARAMETER_NULL)
		return ERR_OK;
	return bytes_take(in, out->number, &out->bytes) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

/*
 * A row of the views that a changed neighbour hides is not found and written a second time beside the old
 * one, which a later search may find: so what each write changed is reckoned, and must come to what the turns
 * kept.
 */
struct reckoning {
	uint64_t rows, kept;
};

static enum err reckon(struct reckoning *k, const struct prepared *q, int changes)
{
	if (q->which == QUERY_VIEW_PUT && changes != 1)
		return ERR_CORRUPT;
	if (q->which == QUERY_VIEW_NEW)
		k->rows += (uint64_t)changes;
	if (q->which == QUERY_VIEW_DEL)
		k->rows -= (uint64_t)changes;
	if (q->which == QUERY_ROWS_PUT)
		k->kept = q->parameters[0].number;
	return ERR_OK;
}

static enum err write_again(struct store_sqlite *s, struct bytes *in, struct reckoning *k)
{
	struct prepared *q;
	struct bytes which;
	int count;
	enum err e = bytes_take(in, 1, &which);

	if (e != ERR_OK || which.ptr[0] >= QUERY_COUNT)
		return ERR_CORRUPT;
	q = lite_query(s, (enum query)which.ptr[0]);
	count = q->statement == NULL ? 0 : sqlite3_bind_parameter_count(q->statement);
	for (int i = 1; i <= count; i++) {
		struct parameter p;
		e = parameter_read(in, &p);
		if (e != ERR_OK)
			return e;
		lite_bind(q, i, &p);
	}
	e = lite_run(s, q);
	return e == ERR_OK ? reckon(k, q, sqlite3_changes(s->db)) : e;
}

static enum err record_again(struct store_sqlite *s, struct bytes record, struct reckoning *k)
{
	struct bytes in = { record.ptr + HEAD_LEN, record.len - HEAD_LEN };
	enum err e = ERR_OK;

	if (memcmp(record.ptr + QUERIES_AT, s->redo.queries, HASH_LEN) != 0) {
		log_error("the redo file holds turns of another version of this program: start that one "
			  "once, and "
			  "end it in order");
		return ERR_REFUSED;
	}
	while (e == ERR_OK && in.len > 0)
		e = write_again(s, &in, k);
	return e;
}

/* Every record of this generation, from the first, into an open transaction. */
static enum err run_again(struct store_sqlite *s)
{
	struct redo *r = &s->redo;
	struct bytes record;
	struct reckoning k = { r->rows, r->rows };
	enum err e;

	generation_begin(r);
	r->is_reading = true;
	while ((e = record_read(r, &record)) == ERR_OK) {
		if (r->at == 0)
			e = lite_run(s, lite_query(s, QUERY_BEGIN));
		if (e == ERR_OK)
			e = record_again(s, record, &k);
		if (e != ERR_OK)
			break;
		record_pass(r, record);
	}
	r->is_reading = false;
	if (e != ERR_SHORT)
		return e;
	return k.rows == k.kept ? ERR_OK : ERR_CORRUPT;
}

enum err redo_again(struct store_sqlite *s)
{
	uint64_t end = s->redo.at;
	enum err e;

	if (end == 0)
		return ERR_OK;
	e = run_again(s);
	return e == ERR_OK && s->redo.at != end ? ERR_CORRUPT : e;
}

enum err redo_open(struct store_sqlite *s)
{
	struct redo *r = &s->redo;
	struct prepared *q = lite_query(s, QUERY_REDO_GET);
	enum err e = lite_row_open(s, q);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
	if (lite_column_bytes(q, 0).len == REDO_SALT_LEN)
		memcpy(r->salt, lite_column_bytes(q, 0).ptr, REDO_SALT_LEN);
	r->generation = lite_column_number(q, 1);
	lite_row_close(q);
	buf_init(&r->turn, xcalloc(1, REDO_TURN_MAX), REDO_TURN_MAX);
	queries_name(r->queries);
	r->rows = s->view_rows.count;
	generation_begin(r);
	e = file_open(s, false);
	if (e != ERR_OK || r->beside.file == NULL)
		return e;
	return run_again(s);
}

void redo_close(struct store_sqlite *s)
{
	lite_beside_close(&s->redo.beside);
}

/* ---- Writing. ---- */

void redo_begin(struct store_sqlite *s)
{
	buf_reset(&s->redo.turn);
	(void)buf_reserve(&s->redo.turn, HEAD_LEN);
	s->redo.is_over = false;
}

void redo_add(struct store_sqlite *s, const struct prepared *q)
{
	struct buf *out = &s->redo.turn;
	int count = sqlite3_bind_parameter_count(q->statement);

	if (s->redo.is_reading || s->redo.is_over)
		return;
	buf_put_byte(out, (uint8_t)q->which);
	for (int i = 0; i < count; i++) {
		const struct parameter *p = &q->parameters[i];
		bool is_run = p->type == PARAMETER_BYTES || p->type == PARAMETER_TEXT;
		buf_put_byte(out, (uint8_t)p->type);
		buf_put_be64(out, is_run ? p->bytes.len : p->number);
		buf_put(out, p->bytes);
	}
	s->redo.is_over = buf_check(out) != ERR_OK;
}

void redo_leave(struct store_sqlite *s)
{
	s->redo.is_over = true;
}

bool redo_is_empty(const struct store_sqlite *s)
{
	return !s->redo.is_over && s->redo.turn.len == HEAD_LEN;
}

bool redo_takes(const struct store_sqlite *s)
{
	const struct redo *r = &s->redo;

	return !r->is_over && r->turn.len <= REDO_LEN_MAX - r->at;
}

bool redo_is_long(const struct store_sqlite *s)
{
	return s->redo.at >= REDO_LEN_DRAIN;
}

enum err redo_append(struct store_sqlite *s)
{
	struct redo *r = &s->redo;
	struct bytes record = buf_bytes(&r->turn);
	uint8_t hash[HASH_LEN];
	enum err e;

	if (redo_is_empty(s))
		return ERR_OK;
	if (r->beside.file == NULL) {
		e = file_open(s, true);
		if (e == ERR_OK)
			e = redo_reserve(s);
		if (e != ERR_OK)
			return e;
	}
	be32_put(r->turn.ptr, (uint32_t)(record.len - HEAD_LEN));
	memcpy(r->turn.ptr + QUERIES_AT, r->queries, HASH_LEN);
	record_hash(r, record, hash);
	memcpy(r->turn.ptr + HASH_AT, hash, HASH_LEN);
	e = file_write(r, r->at, record);
	if (e != ERR_OK)
		return e;
	e = PLANTED(REDO_UNSYNCED) ? ERR_OK : file_sync(r);
	if (e == ERR_OK)
		e = record_read(r, &record);
	if (e != ERR_OK || memcmp(hash, record.ptr + HASH_AT, HASH_LEN) != 0)
		return err_class(e) == ERR_CLASS_LOCAL ? e : ERR_CORRUPT;
	record_pass(r, record);
	return ERR_OK;
}

void redo_drained(struct store_sqlite *s)
{
	s->has_said_full = false;
	s->redo.generation++;
	s->redo.rows = s->view_rows.count;
	generation_begin(&s->redo);
}

/* Over what does not count: from `at` to the end of the file, and on to `end`. */
static enum err put_zeros(struct redo *r, uint64_t at, uint64_t end)
{
	static const uint8_t zeros[1 << 14];
	enum err e = ERR_OK;

	for (; e == ERR_OK && at < end; at += sizeof zeros) {
		size_t len = end - at < sizeof zeros ? (size_t)(end - at) : sizeof zeros;
		e = file_write(r, at, (struct bytes){ zeros, len });
	}
	return e == ERR_OK ? file_sync(r) : e;
}

/* A full disk does not matter here: a turn that finds no room says so itself. */
enum err redo_reserve(struct store_sqlite *s)
{
	struct redo *r = &s->redo;
	enum err e;

	if (r->beside.file == NULL || r->size >= REDO_LEN_MAX || r->size - r->at >= REDO_AHEAD / 2)
		return ERR_OK;
	e = put_zeros(r, r->size, r->size + REDO_AHEAD);
	return e == ERR_FULL ? ERR_OK : e;
}

enum err redo_wipe(struct store_sqlite *s)
{
	struct redo *r = &s->redo;

	assert(r->at == 0);
	return r->beside.file == NULL ? ERR_OK : put_zeros(r, 0, r->size);
}
