#include "record/store.h"

#include "base/alloc.h"
#include "base/log.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_VERSION 1
#define APPLICATION_ID 0x656e7465 /* "ente" */

/* A row id is the log's number and, in the lower bits, the index or size in it. */
#define INDEX_BITS 40
#define INDEX_MAX ((1ull << INDEX_BITS) - 1)
#define LOG_NUMBER_MAX ((1u << 22) - 1)
/* A piece's row id is the attachment's number and the offset. */
#define OFFSET_BITS 32

/* Frames of 4 KiB in the WAL. A checkpoint costs flushes, so it waits until it is worth one. */
#define WAL_FRAMES_IDLE 256
#define WAL_FRAMES_BUSY 2048
#define WAL_FRAMES_LARGE 32768
#define WAL_FRAMES_AHEAD 128
#define WAL_HEAD_LEN 32
#define WAL_FRAME_HEAD_LEN 24
#define WAL_FRAME_LEN (WAL_FRAME_HEAD_LEN + 4096)

static const char schema[] =
	"CREATE TABLE log(number INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,"
	" root BLOB NOT NULL, rule TEXT, fault_offset INTEGER NOT NULL);"
	"CREATE TABLE entry(id INTEGER PRIMARY KEY, hashes BLOB NOT NULL, bytes BLOB NOT NULL);"
	"CREATE TABLE content(number INTEGER PRIMARY KEY, hash BLOB NOT NULL, bytes BLOB, eraser BLOB);"
	"CREATE TABLE content_name(id INTEGER PRIMARY KEY, number INTEGER NOT NULL);"
	"CREATE TABLE note(id INTEGER PRIMARY KEY, text BLOB NOT NULL);"
	"CREATE TABLE cosignature(log INTEGER, party TEXT, size INTEGER, line BLOB NOT NULL,"
	" PRIMARY KEY(log, party, size)) WITHOUT ROWID;"
	"CREATE TABLE attachment(number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, total INTEGER NOT "
	"NULL,"
	" held INTEGER NOT NULL);"
	"CREATE TABLE piece(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
	"CREATE TABLE advance(id BLOB PRIMARY KEY, payload BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE view(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE tidied(times INTEGER NOT NULL);"
	"INSERT INTO tidied VALUES(0);";

/* clang-format off */
#define QUERY_LIST(X) \
	X(BEGIN, "BEGIN IMMEDIATE") \
	X(COMMIT, "COMMIT") \
	X(TIDIED, "UPDATE tidied SET times = times + 1") \
	X(LOG_FIND, "SELECT number FROM log WHERE origin = ?1") \
	X(LOG_NEW, "INSERT INTO log VALUES(NULL, ?1, 0, ?2, NULL, 0)") \
	X(LOG_GET, "SELECT origin, size, root, rule, fault_offset FROM log WHERE number = ?1") \
	X(LOG_PUT, "UPDATE log SET size = ?2, root = ?3, rule = ?4, fault_offset = ?5 WHERE number = ?1") \
	X(LOG_NEXT, "SELECT number FROM log WHERE number > ?1 ORDER BY number LIMIT 1") \
	X(ENTRY_PUT, "INSERT INTO entry VALUES(?1, ?2, ?3)") \
	X(ENTRY_GET, "SELECT hashes, bytes FROM entry WHERE id = ?1") \
	X(ENTRY_CUT, "DELETE FROM entry WHERE id BETWEEN ?1 AND ?2") \
	X(HASHES_GET, "SELECT hashes FROM entry WHERE id = ?1") \
	X(CONTENT_FIND, "SELECT content.number, hash FROM content_name JOIN content USING(number) WHERE id = ?1") \
	X(CONTENT_PUT, "INSERT INTO content VALUES(NULL, ?1, ?2, NULL)") \
	X(CONTENT_ERASED, "INSERT INTO content VALUES(NULL, ?1, NULL, ?2)") \
	X(CONTENT_NAME, "INSERT INTO content_name VALUES(?1, ?2)") \
	X(CONTENT_GET, "SELECT bytes, eraser FROM content WHERE number = ?1") \
	X(CONTENT_ERASE, "UPDATE content SET bytes = NULL, eraser = ?2 WHERE number = ?1") \
	X(NOTE_PUT, "INSERT OR REPLACE INTO note VALUES(?1, ?2)") \
	X(NOTE_GET, "SELECT id, text FROM note WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1") \
	X(NOTE_ABOVE, "SELECT id, text FROM note WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1") \
	X(COSIGNATURE_PUT, "INSERT OR REPLACE INTO cosignature VALUES(?1, ?2, ?3, ?4)") \
	X(COSIGNATURE_ABOVE, "SELECT size, line FROM cosignature WHERE log = ?1 AND party = ?2 AND size >= ?3 " \
	                     "ORDER BY size LIMIT 1") \
	X(COSIGNATURE_LAST, "SELECT size, line FROM cosignature WHERE log = ?1 AND party = ?2 " \
	                    "ORDER BY size DESC LIMIT 1") \
	X(ATTACHMENT_FIND, "SELECT number, total, held FROM attachment WHERE hash = ?1") \
	X(ATTACHMENT_NEW, "INSERT INTO attachment VALUES(NULL, ?1, ?2, 0)") \
	X(ATTACHMENT_HELD, "UPDATE attachment SET held = ?2 WHERE number = ?1") \
	X(ATTACHMENT_DEL, "DELETE FROM attachment WHERE number = ?1") \
	X(PIECES_DEL, "DELETE FROM piece WHERE id BETWEEN ?1 AND ?2") \
	X(PIECE_PUT, "INSERT INTO piece VALUES(?1, ?2)") \
	X(PIECE_UPTO, "SELECT id, length(bytes) FROM piece WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1") \
	X(PIECE_FROM, "SELECT id FROM piece WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1") \
	X(PIECE_GET, "SELECT bytes FROM piece WHERE id = ?1") \
	X(ADVANCE_PUT, "INSERT OR REPLACE INTO advance VALUES(?1, ?2)") \
	X(ADVANCE_GET, "SELECT payload FROM advance WHERE id = ?1") \
	X(ADVANCE_DEL, "DELETE FROM advance WHERE id = ?1") \
	X(VIEW_GET, "SELECT value FROM view WHERE key = ?1") \
	X(VIEW_PUT, "INSERT OR REPLACE INTO view VALUES(?1, ?2)") \
	X(VIEW_DEL, "DELETE FROM view WHERE key = ?1") \
	X(VIEW_FROM, "SELECT key, value FROM view WHERE key >= ?1 ORDER BY key LIMIT 1") \
	X(VIEW_AFTER, "SELECT key, value FROM view WHERE key > ?1 ORDER BY key LIMIT 1")
/* clang-format on */

enum query {
#define QUERY_ENUM(name, sql) QUERY_##name,
	QUERY_LIST(QUERY_ENUM)
#undef QUERY_ENUM
		QUERY_COUNT
};

static const char *const queries[] = {
#define QUERY_SQL(name, sql) sql,
	QUERY_LIST(QUERY_SQL)
#undef QUERY_SQL
};

struct store_sqlite {
	struct store store;
	sqlite3 *db;
	const char *vfs; /* the file layer's name, borrowed; NULL: the system's */
	sqlite3_stmt *prepared[QUERY_COUNT];
	enum err why;		/* the first write of this transaction that failed */
	bool is_dead;		/* a commit failed: nothing is tried again */
	bool has_erased;	/* erased bytes may still be in the WAL */
	int frames, backfilled; /* of the WAL; those that are in the file already */
	char **rules;		/* names of rules that log rows brought; they live as long as the store */
	size_t rules_count;
};

static struct store_sqlite *lite(struct store *s)
{
	return (struct store_sqlite *)s;
}

/* ---- Queries. ---- */

static enum err err_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ERR_OK;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_EXISTS;
	default:
		return ERR_IO;
	}
}

static enum err fail(struct store_sqlite *s, int rc)
{
	log_error("the store failed: %s (%d)", sqlite3_errmsg(s->db), sqlite3_extended_errcode(s->db));
	return err_of(rc);
}

/* NULL when it cannot be prepared: the store is damaged or there is no memory. */
static sqlite3_stmt *query(struct store_sqlite *s, enum query which)
{
	if (s->prepared[which] == NULL &&
	    sqlite3_prepare_v3(s->db, queries[which], -1, SQLITE_PREPARE_PERSISTENT, &s->prepared[which],
			       NULL) != SQLITE_OK)
		return NULL;
	return s->prepared[which];
}

/* Binding an existing parameter of a prepared, reset statement to borrowed memory cannot fail. */
static void bind_number(sqlite3_stmt *q, int at, uint64_t value)
{
	int rc = sqlite3_bind_int64(q, at, (sqlite3_int64)value);

	assert(q == NULL || rc == SQLITE_OK);
}

static void bind_bytes(sqlite3_stmt *q, int at, struct bytes value)
{
	int rc = sqlite3_bind_blob64(q, at, value.len == 0 ? (const void *)"" : value.ptr, value.len,
				     SQLITE_STATIC);

	assert(q == NULL || rc == SQLITE_OK);
}

static void bind_text(sqlite3_stmt *q, int at, struct bytes value)
{
	int rc = sqlite3_bind_text64(q, at, (const char *)value.ptr, value.len, SQLITE_STATIC, SQLITE_UTF8);

	assert(q == NULL || rc == SQLITE_OK);
}

/* A write: one step, nothing comes back. */
static enum err run(struct store_sqlite *s, sqlite3_stmt *q)
{
	int rc = q == NULL ? sqlite3_errcode(s->db) : sqlite3_step(q);
	enum err e = rc == SQLITE_DONE ? ERR_OK : fail(s, rc);

	sqlite3_reset(q);
	if (s->why == ERR_OK)
		s->why = e;
	return e;
}

/* A read: ERR_OK with a row, whose columns are good until row_close. */
static enum err row_open(struct store_sqlite *s, sqlite3_stmt *q)
{
	int rc = q == NULL ? sqlite3_errcode(s->db) : sqlite3_step(q);

	if (rc == SQLITE_ROW)
		return ERR_OK;
	if (rc != SQLITE_DONE)
		fail(s, rc);
	sqlite3_reset(q);
	return rc == SQLITE_DONE ? ERR_NOT_FOUND : err_of(rc);
}

static void row_close(sqlite3_stmt *q)
{
	sqlite3_reset(q);
}

static struct bytes column_bytes(sqlite3_stmt *q, int at)
{
	const uint8_t *ptr = sqlite3_column_blob(q, at);

	return (struct bytes){ ptr, (size_t)sqlite3_column_bytes(q, at) };
}

static uint64_t column_number(sqlite3_stmt *q, int at)
{
	return (uint64_t)sqlite3_column_int64(q, at);
}

/* The one column of the one row. */
static enum err read_bytes(struct store_sqlite *s, sqlite3_stmt *q, struct buf *out)
{
	enum err e = row_open(s, q);

	if (e != ERR_OK)
		return e;
	buf_put(out, column_bytes(q, 0));
	row_close(q);
	return buf_check(out);
}

/* A number and bytes; the number is cut out of the row id by the mask. */
static enum err read_numbered(struct store_sqlite *s, sqlite3_stmt *q, uint64_t mask, uint64_t *number,
			      struct buf *out)
{
	enum err e = row_open(s, q);

	if (e != ERR_OK)
		return e;
	*number = column_number(q, 0) & mask;
	buf_put(out, column_bytes(q, 1));
	row_close(q);
	return buf_check(out);
}

static uint64_t row_id(log_number log, uint64_t index)
{
	assert(log <= LOG_NUMBER_MAX && index <= INDEX_MAX);
	return (uint64_t)log << INDEX_BITS | index;
}

/* ---- Transactions. ---- */

static enum err lite_begin(struct store *store)
{
	struct store_sqlite *s = lite(store);

	if (s->is_dead)
		return ERR_IO;
	assert(sqlite3_get_autocommit(s->db));
	s->why = ERR_OK;
	return run(s, query(s, QUERY_BEGIN));
}

static void lite_rollback(struct store *store)
{
	struct store_sqlite *s = lite(store);

	/* A full disk or a failed read has SQLite roll back on its own. */
	if (!sqlite3_get_autocommit(s->db) && sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		s->is_dead = true;
	s->why = ERR_OK;
}

static enum err lite_commit(struct store *store)
{
	struct store_sqlite *s = lite(store);
	enum err e = s->why;

	if (e == ERR_OK)
		e = run(s, query(s, QUERY_COMMIT));
	if (e == ERR_OK)
		return ERR_OK;
	lite_rollback(store);
	s->is_dead = s->is_dead || (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL);
	return e;
}

/* ---- Logs. ---- */

static enum err lite_log_open(struct store *store, const struct origin *origin, log_number *out)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_LOG_FIND);
	uint8_t name[ORIGIN_LEN_MAX], root[HASH_LEN] = { 0 };
	struct buf text = BUF_ON(name);
	enum err e;

	origin_write(origin, &text);
	bind_text(q, 1, buf_bytes(&text));
	e = row_open(s, q);
	if (e == ERR_OK) {
		*out = (log_number)column_number(q, 0);
		row_close(q);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	q = query(s, QUERY_LOG_NEW);
	bind_text(q, 1, buf_bytes(&text));
	bind_bytes(q, 2, BYTES_OF(root));
	e = run(s, q);
	if (e != ERR_OK)
		return e;
	if (sqlite3_last_insert_rowid(s->db) > LOG_NUMBER_MAX)
		return s->why = ERR_LIMIT;
	*out = (log_number)sqlite3_last_insert_rowid(s->db);
	return ERR_OK;
}

/* The name as a string that lives as long as the store. */
static const char *rule_keep(struct store_sqlite *s, const char *name)
{
	for (size_t i = 0; i < s->rules_count; i++) {
		if (strcmp(s->rules[i], name) == 0)
			return s->rules[i];
	}
	s->rules = xrealloc(s->rules, (s->rules_count + 1) * sizeof *s->rules);
	s->rules[s->rules_count] = xcalloc(1, strlen(name) + 1);
	memcpy(s->rules[s->rules_count], name, strlen(name));
	return s->rules[s->rules_count++];
}

static enum err log_columns(struct store_sqlite *s, sqlite3_stmt *q, struct store_log *out)
{
	struct bytes root = column_bytes(q, 2);
	const char *rule = (const char *)sqlite3_column_text(q, 3);

	*out = (struct store_log){ .size = column_number(q, 1) };
	if (origin_read(column_bytes(q, 0), &out->origin) != ERR_OK || root.len != HASH_LEN ||
	    out->size > INDEX_MAX)
		return ERR_CORRUPT;
	memcpy(out->root, root.ptr, HASH_LEN);
	if (rule != NULL)
		out->stopped = (struct fault){ rule_keep(s, rule), (size_t)column_number(q, 4) };
	return ERR_OK;
}

static enum err lite_log_get(struct store *store, log_number log, struct store_log *out)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_LOG_GET);
	enum err e;

	bind_number(q, 1, log);
	e = row_open(s, q);
	if (e != ERR_OK)
		return e;
	e = log_columns(s, q, out);
	row_close(q);
	return e;
}

static enum err lite_log_put(struct store *store, log_number log, const struct store_log *value)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_LOG_PUT);
	const char *rule = value->stopped.rule;

	bind_number(q, 1, log);
	bind_number(q, 2, value->size);
	bind_bytes(q, 3, BYTES_OF(value->root));
	bind_text(q, 4,
		  rule == NULL ? (struct bytes){ 0 } : bytes_str(rule)); /* a NULL pointer is SQL's NULL */
	bind_number(q, 5, value->stopped.offset);
	return run(s, q);
}

static enum err lite_log_next(struct store *store, log_number after, log_number *out)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_LOG_NEXT);
	enum err e;

	bind_number(q, 1, after);
	e = row_open(s, q);
	if (e != ERR_OK)
		return e;
	*out = (log_number)column_number(q, 0);
	row_close(q);
	return ERR_OK;
}

/* ---- Entries and their tree. ---- */

static enum err lite_entry_put(struct store *store, log_number log, uint64_t index, struct bytes entry,
			       struct bytes hashes)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_ENTRY_PUT);

	if (index > INDEX_MAX)
		return s->why = ERR_LIMIT;
	bind_number(q, 1, row_id(log, index));
	bind_bytes(q, 2, hashes);
	bind_bytes(q, 3, entry);
	return run(s, q);
}

static enum err lite_entry_cut(struct store *store, log_number log, uint64_t from)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_ENTRY_CUT);

	if (from > INDEX_MAX)
		return ERR_OK;
	bind_number(q, 1, row_id(log, from));
	bind_number(q, 2, row_id(log, INDEX_MAX));
	return run(s, q);
}

static enum err lite_entry_get(struct store *store, log_number log, uint64_t index, struct buf *entry,
			       struct buf *hashes)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_ENTRY_GET);
	enum err e;

	if (index > INDEX_MAX)
		return ERR_NOT_FOUND;
	bind_number(q, 1, row_id(log, index));
	e = row_open(s, q);
	if (e != ERR_OK)
		return e;
	if (hashes != NULL) {
		buf_put(hashes, column_bytes(q, 0));
		e = buf_check(hashes);
	}
	if (entry != NULL && e == ERR_OK) {
		buf_put(entry, column_bytes(q, 1));
		e = buf_check(entry);
	}
	row_close(q);
	return e;
}

static enum err lite_node_get(struct store *store, log_number log, unsigned level, uint64_t index,
			      uint8_t hash[HASH_LEN])
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_HASHES_GET);
	struct bytes hashes;
	enum err e;

	if (level > INDEX_BITS || index >= 1ull << (INDEX_BITS - level))
		return ERR_NOT_FOUND;
	bind_number(q, 1, row_id(log, ((index + 1) << level) - 1));
	e = row_open(s, q);
	if (e != ERR_OK)
		return e;
	hashes = column_bytes(q, 0);
	if (hashes.len / HASH_LEN > level)
		memcpy(hash, hashes.ptr + (size_t)level * HASH_LEN, HASH_LEN);
	else
		e = ERR_CORRUPT;
	row_close(q);
	return e;
}

/*
 * ---- Contents: rows in the order of arrival. ----
 *
 * They are found by the first bits of their hash, which are random: a narrow row dirties fewer pages. Who has
 * the same first bits takes the next id, and the whole hash decides.
 */

#define CONTENT_ID_MAX (UINT64_MAX >> 1)

/* *id is where the hash stands; with ERR_NOT_FOUND, where it would. */
static enum err content_find(struct store_sqlite *s, const uint8_t hash[HASH_LEN], uint64_t *id,
			     uint64_t *number)
{
	enum err e;

	for (*id = be64_get(hash) >> 1;; *id = *id == CONTENT_ID_MAX ? 0 : *id + 1) {
		sqlite3_stmt *q = query(s, QUERY_CONTENT_FIND);
		bool is_same;

		bind_number(q, 1, *id);
		e = row_open(s, q);
		if (e != ERR_OK)
			return e;
		*number = column_number(q, 0);
		is_same = bytes_equal(column_bytes(q, 1), (struct bytes){ hash, HASH_LEN });
		row_close(q);
		if (is_same)
			return ERR_OK;
	}
}

/* CONTENT_PUT with the bytes or CONTENT_ERASED with the eraser. */
static enum err content_new(struct store_sqlite *s, uint64_t id, const uint8_t hash[HASH_LEN],
			    enum query which, struct bytes value)
{
	sqlite3_stmt *q = query(s, which);
	enum err e;

	bind_bytes(q, 1, (struct bytes){ hash, HASH_LEN });
	bind_bytes(q, 2, value);
	e = run(s, q);
	if (e != ERR_OK)
		return e;
	q = query(s, QUERY_CONTENT_NAME);
	bind_number(q, 1, id);
	bind_number(q, 2, (uint64_t)sqlite3_last_insert_rowid(s->db));
	return run(s, q);
}

static enum err lite_content_put(struct store *store, const uint8_t hash[HASH_LEN], struct bytes content)
{
	uint64_t id, number;
	enum err e = content_find(lite(store), hash, &id, &number);

	return e == ERR_NOT_FOUND ? content_new(lite(store), id, hash, QUERY_CONTENT_PUT, content) : e;
}

static enum err content_column(struct store *store, const uint8_t hash[HASH_LEN], int column, struct buf *out)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_CONTENT_GET);
	uint64_t id, number;
	enum err e = content_find(s, hash, &id, &number);

	if (e != ERR_OK)
		return e;
	bind_number(q, 1, number);
	e = row_open(s, q);
	if (e != ERR_OK)
		return e;
	if (sqlite3_column_type(q, column) == SQLITE_NULL)
		e = column == 0 ? ERR_REFUSED : ERR_NOT_FOUND;
	else
		buf_put(out, column_bytes(q, column));
	row_close(q);
	return e == ERR_OK ? buf_check(out) : e;
}

static enum err lite_content_get(struct store *store, const uint8_t hash[HASH_LEN], struct buf *content)
{
	return content_column(store, hash, 0, content);
}

static enum err lite_content_eraser(struct store *store, const uint8_t hash[HASH_LEN], struct buf *eraser)
{
	return content_column(store, hash, 1, eraser);
}

static enum err lite_content_erase(struct store *store, const uint8_t hash[HASH_LEN], struct bytes eraser)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_CONTENT_ERASE);
	uint64_t id, number;
	enum err e = content_find(s, hash, &id, &number);

	if (e == ERR_NOT_FOUND)
		return content_new(s, id, hash, QUERY_CONTENT_ERASED, eraser);
	if (e != ERR_OK)
		return e;
	/* The freed bytes are overwritten with zeros; tidy then empties the WAL, which has them too. */
	sqlite3_exec(s->db, "PRAGMA secure_delete=ON", NULL, NULL, NULL);
	bind_number(q, 1, number);
	bind_bytes(q, 2, eraser);
	e = run(s, q);
	sqlite3_exec(s->db, "PRAGMA secure_delete=OFF", NULL, NULL, NULL);
	s->has_erased = true;
	return e;
}

/* ---- Notes and cosignatures. ---- */

static enum err lite_note_put(struct store *store, log_number log, uint64_t size, struct bytes note)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_NOTE_PUT);

	if (size > INDEX_MAX)
		return s->why = ERR_LIMIT;
	bind_number(q, 1, row_id(log, size));
	bind_bytes(q, 2, note);
	return run(s, q);
}

static enum err note_between(struct store *store, enum query which, uint64_t first, uint64_t last,
			     uint64_t *found, struct buf *note)
{
	sqlite3_stmt *q = query(lite(store), which);

	bind_number(q, 1, first);
	bind_number(q, 2, last);
	return read_numbered(lite(store), q, INDEX_MAX, found, note);
}

static enum err lite_note_get(struct store *store, log_number log, uint64_t size, uint64_t *found,
			      struct buf *note)
{
	return note_between(store, QUERY_NOTE_GET, row_id(log, 0),
			    row_id(log, size > INDEX_MAX ? INDEX_MAX : size), found, note);
}

static enum err lite_note_above(struct store *store, log_number log, uint64_t size, uint64_t *found,
				struct buf *note)
{
	if (size > INDEX_MAX)
		return ERR_NOT_FOUND;
	return note_between(store, QUERY_NOTE_ABOVE, row_id(log, size), row_id(log, INDEX_MAX), found, note);
}

static enum err lite_cosignature_put(struct store *store, log_number log, uint64_t size, struct bytes party,
				     struct bytes line)
{
	struct store_sqlite *s = lite(store);
	sqlite3_stmt *q = query(s, QUERY_COSIGNATURE_PUT);

	if (size > INDEX_MAX)
		return s->why = ERR_LIMIT;
	bind_number(q, 1, log);
	bind_text(q, 2, party);
	bind_number(q, 3, size);
	bind_bytes(q, 4, line);
	return run(s, q);
}

static enum err lite_cosignature_above(struct store *store, log_number log, uint64_t size, struct bytes party,
				       uint64_t *found, struct buf *line)
{
	sqlite3_stmt *q = query(lite(store), QUERY_COSIGNATURE_ABOVE);

	if (size > INDEX_MAX)
		return ERR_NOT_FOUND;
	bind_number(q, 1, log);
	bind_text(q, 2, party);
	bind_number(q, 3, size);
	return read_numbered(lite(store), q, INDEX_MAX, found, line);
}

static enum err lite_cosignature_last(struct store *store, log_number log, struct bytes party,
				      uint64_t *found, struct buf *line)
{
	sqlite3_stmt *q = query(lite(store), QUERY_COSIGNATURE_LAST);

	bind_number(q, 1, log);
	bind_text(q, 2, party);
	return read_numbered(lite(store), q, INDEX_MAX, found, line);
}

/* ---- Attachments: pieces never overlap, so that the last one at or before a place is the one that holds it.
 * ---- */

struct attachment_row {
	uint64_t number, total, held;
};

static enum err attachment_find(struct store_sqlite *s, const uint8_t hash[HASH_LEN],
				struct attachment_row *out)
{
	sqlite3_stmt *q = query(s, QUERY_ATTACHMENT_FIND);
	enum err e;

	bind_bytes(q, 1, (struct bytes){ hash, HASH_LEN });
	e = row_open(s, q);
	if (e != ERR_OK)
		return e;
	*out = (struct attachment_row){ column_number(q, 0), column_number(q, 1), column_number(q, 2) };
	row_close(q);
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
	sqlite3_stmt *q = query(s, QUERY_PIECE_UPTO);
	enum err e;

	*start = *end = 0;
	bind_number(q, 1, piece_id(a, 0));
	bind_number(q, 2, piece_id(a, offset));
	e = row_open(s, q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*start = column_number(q, 0) - piece_id(a, 0);
	*end = *start + column_number(q, 1);
	row_close(q);
	return ERR_OK;
}

/* Where the first piece at or after offset begins; total if there is none. */
static enum err piece_from(struct store_sqlite *s, const struct attachment_row *a, uint64_t offset,
			   uint64_t *start)
{
	sqlite3_stmt *q = query(s, QUERY_PIECE_FROM);
	enum err e;

	*start = a->total;
	bind_number(q, 1, piece_id(a, offset));
	bind_number(q, 2, piece_id(a, a->total));
	e = row_open(s, q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*start = column_number(q, 0) - piece_id(a, 0);
	row_close(q);
	return ERR_OK;
}

/* Stores what of first..end - 1 lies between the pieces that are held. */
static enum err piece_put(struct store_sqlite *s, const struct attachment_row *a, uint64_t offset,
			  struct bytes piece)
{
	uint64_t start, held_end, next, end = offset + piece.len, first = offset;
	sqlite3_stmt *q;
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
	q = query(s, QUERY_PIECE_PUT);
	bind_number(q, 1, piece_id(a, first));
	bind_bytes(q, 2, (struct bytes){ piece.ptr + (first - offset), (size_t)(end - first) });
	return run(s, q);
}

static enum err held_update(struct store_sqlite *s, const struct attachment_row *a)
{
	uint64_t start, end, held = a->held;
	sqlite3_stmt *q;
	enum err e;

	while ((e = piece_upto(s, a, held, &start, &end)) == ERR_OK && end > held)
		held = end;
	if (e != ERR_OK || held == a->held)
		return e;
	q = query(s, QUERY_ATTACHMENT_HELD);
	bind_number(q, 1, a->number);
	bind_number(q, 2, held);
	return run(s, q);
}

static enum err lite_attachment_put(struct store *store, const uint8_t hash[HASH_LEN], uint64_t total,
				    uint64_t offset, struct bytes piece)
{
	struct store_sqlite *s = lite(store);
	struct attachment_row a = { .total = total };
	enum err e = attachment_find(s, hash, &a);

	if (a.total != total || offset > total || piece.len > total - offset || total > ATTACHMENT_LEN_MAX)
		return ERR_USAGE;
	if (e == ERR_NOT_FOUND) {
		sqlite3_stmt *q = query(s, QUERY_ATTACHMENT_NEW);
		bind_bytes(q, 1, (struct bytes){ hash, HASH_LEN });
		bind_number(q, 2, total);
		e = run(s, q);
		a.number = (uint64_t)sqlite3_last_insert_rowid(s->db);
	}
	if (e == ERR_OK)
		e = piece_put(s, &a, offset, piece);
	return e == ERR_OK ? held_update(s, &a) : e;
}

static enum err lite_attachment_held(struct store *store, const uint8_t hash[HASH_LEN], uint64_t *held,
				     uint64_t *total)
{
	struct attachment_row a = { 0 };
	enum err e = attachment_find(lite(store), hash, &a);

	*held = a.held;
	*total = a.total;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err lite_attachment_get(struct store *store, const uint8_t hash[HASH_LEN], uint64_t offset,
				    size_t len, struct buf *piece)
{
	struct store_sqlite *s = lite(store);
	struct attachment_row a;
	enum err e = attachment_find(s, hash, &a);

	while (e == ERR_OK && len > 0) {
		sqlite3_stmt *q = query(s, QUERY_PIECE_GET);
		uint64_t start, end;
		size_t part;

		e = offset > a.total ? ERR_NOT_FOUND : piece_upto(s, &a, offset, &start, &end);
		if (e == ERR_OK && end <= offset)
			e = ERR_NOT_FOUND;
		if (e != ERR_OK)
			return e;
		bind_number(q, 1, piece_id(&a, start));
		e = row_open(s, q);
		if (e != ERR_OK)
			return e;
		part = end - offset < len ? (size_t)(end - offset) : len;
		buf_put(piece, (struct bytes){ column_bytes(q, 0).ptr + (offset - start), part });
		row_close(q);
		offset += part;
		len -= part;
	}
	return e == ERR_OK ? buf_check(piece) : e;
}

static enum err lite_attachment_del(struct store *store, const uint8_t hash[HASH_LEN])
{
	struct store_sqlite *s = lite(store);
	struct attachment_row a;
	sqlite3_stmt *q;
	enum err e = attachment_find(s, hash, &a);

	if (e != ERR_OK)
		return e;
	q = query(s, QUERY_PIECES_DEL);
	bind_number(q, 1, piece_id(&a, 0));
	bind_number(q, 2, piece_id(&a, a.total));
	e = run(s, q);
	if (e != ERR_OK)
		return e;
	q = query(s, QUERY_ATTACHMENT_DEL);
	bind_number(q, 1, a.number);
	return run(s, q);
}

/* ---- Advance copies. ---- */

static enum err lite_advance_put(struct store *store, const uint8_t id[STATEMENT_ID_LEN],
				 struct bytes payload)
{
	sqlite3_stmt *q = query(lite(store), QUERY_ADVANCE_PUT);

	bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	bind_bytes(q, 2, payload);
	return run(lite(store), q);
}

static enum err lite_advance_get(struct store *store, const uint8_t id[STATEMENT_ID_LEN], struct buf *payload)
{
	sqlite3_stmt *q = query(lite(store), QUERY_ADVANCE_GET);

	bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	return read_bytes(lite(store), q, payload);
}

static enum err lite_advance_del(struct store *store, const uint8_t id[STATEMENT_ID_LEN])
{
	sqlite3_stmt *q = query(lite(store), QUERY_ADVANCE_DEL);

	bind_bytes(q, 1, (struct bytes){ id, STATEMENT_ID_LEN });
	return run(lite(store), q);
}

/* ---- Views. ---- */

static enum err view_get(void *self, struct bytes key, struct buf *value)
{
	sqlite3_stmt *q = query(self, QUERY_VIEW_GET);
	enum err e;

	bind_bytes(q, 1, key);
	if (value != NULL)
		return read_bytes(self, q, value);
	e = row_open(self, q);
	row_close(q);
	return e;
}

static enum err view_put(void *self, struct bytes key, struct bytes value)
{
	sqlite3_stmt *q = query(self, QUERY_VIEW_PUT);

	assert(key.len <= MAP_KEY_MAX && value.len <= MAP_VALUE_MAX);
	bind_bytes(q, 1, key);
	bind_bytes(q, 2, value);
	return run(self, q);
}

static enum err view_del(void *self, struct bytes key)
{
	sqlite3_stmt *q = query(self, QUERY_VIEW_DEL);

	bind_bytes(q, 1, key);
	return run(self, q);
}

static enum err view_next(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			  struct buf *value)
{
	bool is_after = after.len > 0 && bytes_compare(after, prefix) >= 0;
	sqlite3_stmt *q = query(self, is_after ? QUERY_VIEW_AFTER : QUERY_VIEW_FROM);
	struct bytes found;
	enum err e;

	bind_bytes(q, 1, is_after ? after : prefix);
	e = row_open(self, q);
	if (e != ERR_OK)
		return e;
	found = column_bytes(q, 0);
	if (found.len < prefix.len || (prefix.len > 0 && memcmp(found.ptr, prefix.ptr, prefix.len) != 0)) {
		row_close(q);
		return ERR_NOT_FOUND;
	}
	if (key != NULL) {
		buf_reset(key);
		buf_put(key, found);
		e = buf_check(key);
	}
	if (value != NULL) {
		buf_put(value, column_bytes(q, 1));
		e = e == ERR_OK ? buf_check(value) : e;
	}
	row_close(q);
	return e;
}

static struct map lite_views(struct store *store)
{
	static const struct map_ops ops = {
		.get = view_get, .put = view_put, .del = view_del, .next = view_next
	};

	return (struct map){ &ops, lite(store) };
}

/* ---- Housekeeping. ---- */

static int frames_note(void *self, sqlite3 *db, const char *name, int frames)
{
	struct store_sqlite *s = self;

	(void)db;
	(void)name;
	if (frames < s->frames)
		s->backfilled = 0;
	s->frames = frames;
	return SQLITE_OK;
}

static sqlite3_file *wal_file(struct store_sqlite *s)
{
	sqlite3_file *wal = NULL;
	int rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);

	return rc == SQLITE_OK && wal != NULL && wal->pMethods != NULL ? wal : NULL;
}

/* Where the frames that belong to the WAL's header end: each repeats its salts. */
static int wal_end(sqlite3_file *wal, sqlite3_int64 *end)
{
	uint8_t head[WAL_HEAD_LEN], frame[WAL_FRAME_HEAD_LEN];
	sqlite3_int64 size, at = WAL_HEAD_LEN;
	int rc = wal->pMethods->xFileSize(wal, &size);

	*end = 0;
	if (rc != SQLITE_OK || size < WAL_HEAD_LEN)
		return rc;
	rc = wal->pMethods->xRead(wal, head, sizeof head, 0);
	while (rc == SQLITE_OK && at + WAL_FRAME_LEN <= size) {
		rc = wal->pMethods->xRead(wal, frame, sizeof frame, at);
		if (rc != SQLITE_OK || memcmp(frame + 8, head + 16, 8) != 0)
			break;
		at += WAL_FRAME_LEN;
	}
	*end = at;
	return rc;
}

/*
 * After a sync that failed, what the WAL shows may be in the kernel's memory alone, and no later sync writes it, for the
 * kernel took it for written. So a start writes the same bytes once more, in place, which a full disk allows too, and
 * syncs them, before anything is built on them.
 */
static enum err wal_renew(struct store_sqlite *s)
{
	sqlite3_file *wal = wal_file(s);
	uint8_t part[1 << 14];
	sqlite3_int64 end, at = 0;
	int rc;

	if (wal == NULL)
		return ERR_OK;
	rc = wal_end(wal, &end);
	while (rc == SQLITE_OK && at < end) {
		int len = end - at < (int)sizeof part ? (int)(end - at) : (int)sizeof part;
		rc = wal->pMethods->xRead(wal, part, len, at);
		if (rc == SQLITE_OK)
			rc = wal->pMethods->xWrite(wal, part, len, at);
		at += len;
	}
	if (rc == SQLITE_OK && end > 0)
		rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
	return err_of(rc);
}

/*
 * Blocks of the WAL that exist are overwritten, and their flush leaves the file system's journal alone: half the
 * time of one that makes the file longer. So zeros, which SQLite takes for the end of the WAL, are written ahead.
 * A full disk does not matter here; what was written ahead is then a reserve.
 */
static enum err wal_reserve(struct store_sqlite *s)
{
	static const uint8_t zeros[1 << 16];
	sqlite3_int64 wanted = WAL_HEAD_LEN + (sqlite3_int64)(s->frames + WAL_FRAMES_AHEAD) * WAL_FRAME_LEN;
	sqlite3_file *wal = wal_file(s);
	sqlite3_int64 size;
	int rc;

	if (wal == NULL)
		return ERR_OK;
	rc = wal->pMethods->xFileSize(wal, &size);
	if (rc == SQLITE_OK && size >= wanted - WAL_FRAMES_AHEAD / 2 * WAL_FRAME_LEN)
		return ERR_OK;
	for (; rc == SQLITE_OK && size < wanted; size += (sqlite3_int64)sizeof zeros)
		rc = wal->pMethods->xWrite(wal, zeros, (int)sizeof zeros, size);
	if (rc == SQLITE_OK)
		rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_FULL)
		return ERR_OK;
	s->is_dead = true;
	return err_of(rc);
}

static enum err checkpoint(struct store_sqlite *s, int mode)
{
	int frames, done, rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &frames, &done);
	enum err e;

	if (rc != SQLITE_OK) {
		s->is_dead = true;
		return fail(s, rc);
	}
	s->frames = frames;
	s->backfilled = done;
	/*
	 * The first commit after a checkpoint writes the WAL from its start, and flushes its header first.
	 * This one is made now, when nobody waits, so that each commit of a turn costs one flush and
	 * overwrites blocks that exist.
	 */
	e = run(s, query(s, QUERY_TIDIED));
	s->is_dead = s->is_dead || (e != ERR_OK && e != ERR_FULL);
	return e;
}

static enum err lite_tidy(struct store *store, uint64_t budget_us)
{
	struct store_sqlite *s = lite(store);
	bool is_idle = budget_us >= STORE_TIDY_IDLE_US;
	int waiting = s->frames - s->backfilled;

	assert(sqlite3_get_autocommit(s->db));
	if (s->is_dead)
		return ERR_IO;
	if (waiting < (is_idle ? WAL_FRAMES_IDLE : WAL_FRAMES_BUSY) && !(is_idle && s->has_erased))
		return wal_reserve(s);
	if (is_idle && (s->frames >= WAL_FRAMES_LARGE || s->has_erased)) {
		s->has_erased = false;
		return checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
	}
	return checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
}

static enum err lite_backup(struct store *store, const char *path)
{
	struct store_sqlite *s = lite(store);
	sqlite3_backup *backup;
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, s->vfs);
	enum err e = err_of(rc);

	if (e != ERR_OK)
		goto out;
	backup = sqlite3_backup_init(to, "main", s->db, "main");
	if (backup == NULL) {
		e = err_of(sqlite3_errcode(to));
		goto out;
	}
	rc = sqlite3_backup_step(backup, -1);
	e = rc == SQLITE_DONE ? ERR_OK : err_of(rc);
	rc = sqlite3_backup_finish(backup);
	if (e == ERR_OK)
		e = err_of(rc);
out:
	sqlite3_close(to);
	return e;
}

static void lite_close(struct store *store)
{
	struct store_sqlite *s = lite(store);

	for (size_t i = 0; i < QUERY_COUNT; i++)
		sqlite3_finalize(s->prepared[i]);
	sqlite3_close(s->db);
	for (size_t i = 0; i < s->rules_count; i++)
		free(s->rules[i]);
	free(s->rules);
	free(s);
}

/* ---- Opening. ---- */

static const struct store_ops lite_ops = {
	.close = lite_close,
	.begin = lite_begin,
	.commit = lite_commit,
	.rollback = lite_rollback,
	.log_open = lite_log_open,
	.log_get = lite_log_get,
	.log_put = lite_log_put,
	.log_next = lite_log_next,
	.entry_put = lite_entry_put,
	.entry_get = lite_entry_get,
	.entry_cut = lite_entry_cut,
	.node_get = lite_node_get,
	.content_put = lite_content_put,
	.content_get = lite_content_get,
	.content_erase = lite_content_erase,
	.content_eraser = lite_content_eraser,
	.note_put = lite_note_put,
	.note_get = lite_note_get,
	.note_above = lite_note_above,
	.cosignature_put = lite_cosignature_put,
	.cosignature_above = lite_cosignature_above,
	.cosignature_last = lite_cosignature_last,
	.attachment_put = lite_attachment_put,
	.attachment_held = lite_attachment_held,
	.attachment_get = lite_attachment_get,
	.attachment_del = lite_attachment_del,
	.advance_put = lite_advance_put,
	.advance_get = lite_advance_get,
	.advance_del = lite_advance_del,
	.views = lite_views,
	.tidy = lite_tidy,
	.backup = lite_backup,
};

/* The order matters: exclusive before the first look at the WAL, or SQLite maps a shared-memory file. */
static const char *const pragmas[] = {
	"PRAGMA page_size=4096",    "PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL",
	"PRAGMA synchronous=FULL",  "PRAGMA trusted_schema=OFF",     "PRAGMA cell_size_check=ON",
	"PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-2048",	     "PRAGMA wal_autocheckpoint=0",
	"PRAGMA secure_delete=OFF",
};

static int pragma_number(sqlite3 *db, const char *sql, int *out)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &q, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		*out = sqlite3_column_int(q, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	return rc;
}

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

/* Makes the tables of a new file; refuses a file of another kind or version. */
static enum err schema_open(sqlite3 *db)
{
	int application, version, rc = pragma_number(db, "PRAGMA application_id", &application);

	if (rc == SQLITE_OK)
		rc = pragma_number(db, "PRAGMA user_version", &version);
	if (rc == SQLITE_OK && application == 0 && version == 0) {
		rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
		if (rc == SQLITE_OK)
			rc = sqlite3_exec(
				db,
				"PRAGMA application_id=" TEXT_OF(
					APPLICATION_ID) "; PRAGMA user_version=" TEXT_OF(SCHEMA_VERSION) "; "
													 "COM"
													 "MI"
													 "T",
				NULL, NULL, NULL);
		return err_of(rc);
	}
	if (rc == SQLITE_OK && (application != APPLICATION_ID || version != SCHEMA_VERSION)) {
		log_error("the store is of another program or version (%d); this one reads version %d",
			  version, SCHEMA_VERSION);
		return ERR_REFUSED;
	}
	return err_of(rc);
}

enum err store_sqlite_open(const char *path, const char *vfs, struct store **out)
{
	struct store_sqlite *s = xcalloc(1, sizeof *s);
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	enum err e = err_of(sqlite3_open_v2(path, &s->db, flags, vfs));

	s->store.ops = &lite_ops;
	s->vfs = vfs;
	if (s->db != NULL)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	for (size_t i = 0; e == ERR_OK && i < ARRAY_COUNT(pragmas); i++)
		e = err_of(sqlite3_exec(s->db, pragmas[i], NULL, NULL, NULL));
	if (e == ERR_OK)
		e = schema_open(s->db);
	if (e != ERR_OK) {
		lite_close(&s->store);
		return e;
	}
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_wal_hook(s->db, frames_note, s);
	e = wal_renew(s);
	if (e == ERR_OK)
		e = wal_reserve(s);
	if (e != ERR_OK) {
		lite_close(&s->store);
		return e;
	}
	*out = &s->store;
	return ERR_OK;
}
