/*
 * sqlite.h - what the files of the SQLite store share: the connection, its queries, and how one is asked.
 *
 * Layer: record. For store_sqlite.c (life, transactions, logs, entries, views), sqlite_query.c (asking),
 * sqlite_rows.c (contents, notes, attachments, advance copies) and sqlite_tidy.c (the WAL, backups) only.
 */
#ifndef RECORD_SQLITE_H
#define RECORD_SQLITE_H

#include "record/store.h"

#include <sqlite3.h>

/* A row id is the log's number and, in the lower bits, the index or size in it. */
#define INDEX_BITS 40
#define INDEX_MAX ((1ull << INDEX_BITS) - 1)
#define LOG_NUMBER_MAX ((1u << 22) - 1)
/* A piece's row id is the attachment's number and the offset. */
#define OFFSET_BITS 32

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

static inline struct store_sqlite *lite(struct store *s)
{
	return (struct store_sqlite *)s;
}

/* ---- sqlite_query.c ---- */

/* What SQLite's code means to us; fail also says it in the log. */
enum err lite_err_of(int rc) MUST_CHECK;
enum err lite_fail(struct store_sqlite *s, int rc) MUST_CHECK;

/* Prepared and reset, or NULL when it cannot be: the store is damaged, or there is no memory. */
sqlite3_stmt *lite_query(struct store_sqlite *s, enum query which);
/* Parameters from 1, borrowed until the query has run. A NULL query is let through: who runs it says why. */
void lite_bind_number(sqlite3_stmt *q, int at, uint64_t value);
void lite_bind_bytes(sqlite3_stmt *q, int at, struct bytes value);
void lite_bind_text(sqlite3_stmt *q, int at, struct bytes value);

/* A write: one step, nothing comes back. The first that fails is kept: the commit fails too. */
enum err lite_run(struct store_sqlite *s, sqlite3_stmt *q) MUST_CHECK;
/* A read: ERR_OK with a row, whose columns are good until row_close; ERR_NOT_FOUND without one. */
enum err lite_row_open(struct store_sqlite *s, sqlite3_stmt *q) MUST_CHECK;
void lite_row_close(sqlite3_stmt *q);
struct bytes lite_column_bytes(sqlite3_stmt *q, int at);
uint64_t lite_column_number(sqlite3_stmt *q, int at);
/* The one column of the one row; a number cut out of a row id by the mask, and bytes. */
enum err lite_read_bytes(struct store_sqlite *s, sqlite3_stmt *q, struct buf *out) MUST_CHECK;
enum err lite_read_numbered(struct store_sqlite *s, sqlite3_stmt *q, uint64_t mask, uint64_t *number,
			    struct buf *out) MUST_CHECK;
uint64_t lite_row_id(log_number log, uint64_t index);

/* ---- sqlite_rows.c: as in store.h ---- */
enum err lite_content_put(struct store *store, const uint8_t hash[HASH_LEN], struct bytes content) MUST_CHECK;
enum err lite_content_get(struct store *store, const uint8_t hash[HASH_LEN], struct buf *content) MUST_CHECK;
enum err lite_content_eraser(struct store *store, const uint8_t hash[HASH_LEN],
			     struct buf *eraser) MUST_CHECK;
enum err lite_content_erase(struct store *store, const uint8_t hash[HASH_LEN],
			    struct bytes eraser) MUST_CHECK;
enum err lite_note_put(struct store *store, log_number log, uint64_t size, struct bytes note) MUST_CHECK;
enum err lite_note_get(struct store *store, log_number log, uint64_t size, uint64_t *found,
		       struct buf *note) MUST_CHECK;
enum err lite_note_above(struct store *store, log_number log, uint64_t size, uint64_t *found,
			 struct buf *note) MUST_CHECK;
enum err lite_cosignature_put(struct store *store, log_number log, uint64_t size, struct bytes party,
			      struct bytes line) MUST_CHECK;
enum err lite_cosignature_above(struct store *store, log_number log, uint64_t size, struct bytes party,
				uint64_t *found, struct buf *line) MUST_CHECK;
enum err lite_cosignature_last(struct store *store, log_number log, struct bytes party, uint64_t *found,
			       struct buf *line) MUST_CHECK;
enum err lite_attachment_put(struct store *store, const uint8_t hash[HASH_LEN], uint64_t total,
			     uint64_t offset, struct bytes piece) MUST_CHECK;
enum err lite_attachment_held(struct store *store, const uint8_t hash[HASH_LEN], uint64_t *held,
			      uint64_t *total) MUST_CHECK;
enum err lite_attachment_get(struct store *store, const uint8_t hash[HASH_LEN], uint64_t offset, size_t len,
			     struct buf *piece) MUST_CHECK;
enum err lite_attachment_del(struct store *store, const uint8_t hash[HASH_LEN]) MUST_CHECK;
enum err lite_advance_put(struct store *store, const uint8_t id[STATEMENT_ID_LEN],
			  struct bytes payload) MUST_CHECK;
enum err lite_advance_get(struct store *store, const uint8_t id[STATEMENT_ID_LEN],
			  struct buf *payload) MUST_CHECK;
enum err lite_advance_del(struct store *store, const uint8_t id[STATEMENT_ID_LEN]) MUST_CHECK;

/* ---- sqlite_tidy.c ---- */
/* Before anything is built on what the WAL shows. */
enum err lite_wal_open(struct store_sqlite *s) MUST_CHECK;
enum err lite_tidy(struct store *store, uint64_t budget_us) MUST_CHECK;
enum err lite_backup(struct store *store, const char *path) MUST_CHECK;

#endif
