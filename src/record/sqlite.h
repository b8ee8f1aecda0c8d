/*
 * sqlite.h - what the files of the SQLite store share: the connection, its queries, and how one is asked.
 *
 * Layer: record. For store_sqlite.c (life, transactions, logs, entries), sqlite_query.c (asking),
 * sqlite_views.c (the views' map), sqlite_rows.c (contents, notes, attachments, advance copies),
 * sqlite_redo.c (turns that are durable ahead of the tables), sqlite_renew.c (what a start writes again) and
 * sqlite_tidy.c (the WAL, backups) only.
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
#define REDO_SALT_LEN 16u
#define CHECK_LEN 8u /* lite_check_of */

/*
 * What a query does: READ; WRITE a row, which the redo file repeats; ERASE, a write that leaves zeros where
 * the old bytes stood; TURN, a part of the transaction itself, which is not repeated.
 */
enum query_kind { QUERY_KIND_READ, QUERY_KIND_WRITE, QUERY_KIND_ERASE, QUERY_KIND_TURN };

/* clang-format off */
#define QUERY_LIST(X) \
	X(BEGIN, TURN, "BEGIN IMMEDIATE") \
	X(COMMIT, TURN, "COMMIT") \
	X(ROLLBACK, TURN, "ROLLBACK") \
	X(REDO_GET, READ, "SELECT salt, generation FROM redo") \
	X(REDO_NEXT, TURN, "UPDATE redo SET generation = generation + 1") \
	X(LOG_FIND, READ, "SELECT number FROM log WHERE origin = ?1") \
	X(LOG_NEW, WRITE, "INSERT INTO log VALUES(NULL, ?1, 0, ?2, NULL, 0)") \
	X(LOG_GET, READ, "SELECT origin, size, root, rule, fault_offset FROM log WHERE number = ?1") \
	X(LOG_PUT, WRITE, "UPDATE log SET size = ?2, root = ?3, rule = ?4, fault_offset = ?5 WHERE number = ?1") \
	X(LOG_NEXT, READ, "SELECT number FROM log WHERE number > ?1 ORDER BY number LIMIT 1") \
	X(ENTRY_PUT, WRITE, "INSERT INTO entry VALUES(?1, ?2, ?3)") \
	X(ENTRY_RENEW, WRITE, "INSERT OR REPLACE INTO entry VALUES(?1, ?2, ?3)") \
	X(ENTRY_GET, READ, "SELECT hashes, bytes FROM entry WHERE id = ?1") \
	X(ENTRY_CUT, WRITE, "DELETE FROM entry WHERE id BETWEEN ?1 AND ?2") \
	X(HASHES_GET, READ, "SELECT hashes FROM entry WHERE id = ?1") \
	X(CONTENT_FIND, READ, "SELECT content.number, hash FROM content_name JOIN content USING(number) WHERE id = ?1") \
	X(CONTENT_PUT, WRITE, "INSERT INTO content VALUES(NULL, ?1, ?2, NULL)") \
	X(CONTENT_ERASED, WRITE, "INSERT INTO content VALUES(NULL, ?1, NULL, ?2)") \
	X(CONTENT_NAME, WRITE, "INSERT INTO content_name VALUES(?1, ?2)") \
	X(CONTENT_RENEW, WRITE, "UPDATE content SET bytes = ?2 WHERE number = ?1") \
	X(CONTENT_GET, READ, "SELECT content.number, hash, bytes, eraser FROM content_name JOIN content USING(number) " \
	               "WHERE id = ?1") \
	X(CONTENT_FORGET, ERASE, "UPDATE content SET bytes = NULL, eraser = NULL WHERE number = ?1") \
	X(CONTENT_ERASE, ERASE, "UPDATE content SET bytes = NULL, eraser = ?2 WHERE number = ?1") \
	X(NOTE_PUT, WRITE, "INSERT OR REPLACE INTO note VALUES(?1, ?2)") \
	X(NOTE_DEL, WRITE, "DELETE FROM note WHERE id = ?1") \
	X(NOTE_GET, READ, "SELECT id, text FROM note WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1") \
	X(NOTE_ABOVE, READ, "SELECT id, text FROM note WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1") \
	X(COSIGNATURE_PUT, WRITE, "INSERT OR REPLACE INTO cosignature VALUES(?1, ?2, ?3, ?4)") \
	X(COSIGNATURE_DEL, WRITE, "DELETE FROM cosignature WHERE log = ?1 AND party = ?2 AND size = ?3") \
	X(COSIGNATURE_ABOVE, READ, "SELECT size, line FROM cosignature WHERE log = ?1 AND party = ?2 AND size >= ?3 " \
	                     "ORDER BY size LIMIT 1") \
	X(COSIGNATURE_LAST, READ, "SELECT size, line FROM cosignature WHERE log = ?1 AND party = ?2 " \
	                    "ORDER BY size DESC LIMIT 1") \
	X(ATTACHMENT_FIND, READ, "SELECT number, total, held FROM attachment WHERE hash = ?1") \
	X(ATTACHMENT_NEW, WRITE, "INSERT INTO attachment VALUES(NULL, ?1, ?2, 0)") \
	X(ATTACHMENT_HELD, WRITE, "UPDATE attachment SET held = ?2 WHERE number = ?1") \
	X(ATTACHMENT_DEL, WRITE, "DELETE FROM attachment WHERE number = ?1") \
	X(PIECES_DEL, ERASE, "DELETE FROM piece WHERE id BETWEEN ?1 AND ?2") \
	X(PIECE_PUT, WRITE, "INSERT INTO piece VALUES(?1, ?2)") \
	X(PIECE_UPTO, READ, "SELECT id, length(bytes) FROM piece WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1") \
	X(PIECE_FROM, READ, "SELECT id FROM piece WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1") \
	X(PIECE_GET, READ, "SELECT bytes FROM piece WHERE id = ?1") \
	X(ADVANCE_PUT, WRITE, "INSERT OR REPLACE INTO advance VALUES(?1, ?2)") \
	X(ADVANCE_GET, READ, "SELECT payload FROM advance WHERE id = ?1") \
	X(ADVANCE_FIND, READ, "SELECT 1 FROM advance WHERE id = ?1") \
	X(ADVANCE_DEL, ERASE, "DELETE FROM advance WHERE id = ?1") \
	X(VIEW_GET, READ, "SELECT value FROM view WHERE key = ?1") \
	X(VIEW_NEW, WRITE, "INSERT OR IGNORE INTO view VALUES(?1, ?2)") \
	X(VIEW_PUT, WRITE, "UPDATE view SET value = ?2 WHERE key = ?1") \
	X(ROWS_GET, READ, "SELECT count FROM view_rows") \
	X(ROWS_COUNT, READ, "SELECT count(*) FROM view") \
	X(ROWS_PUT, WRITE, "UPDATE view_rows SET count = ?1") \
	X(VIEW_DEL, WRITE, "DELETE FROM view WHERE key = ?1") \
	X(VIEW_FROM, READ, "SELECT key, value FROM view WHERE key >= ?1 ORDER BY key")
/* clang-format on */

enum query {
#define QUERY_ENUM(name, kind, sql) QUERY_##name,
	QUERY_LIST(QUERY_ENUM)
#undef QUERY_ENUM
		QUERY_COUNT
};

#define QUERY_PARAMETERS_MAX 5u

struct parameter {
	enum { PARAMETER_NULL, PARAMETER_NUMBER, PARAMETER_BYTES, PARAMETER_TEXT } type;
	uint64_t number;
	struct bytes bytes; /* borrowed until the query has run */
};

struct prepared {
	sqlite3_stmt *statement; /* NULL when it cannot be prepared: the store is damaged, or no memory */
	int why;		 /* SQLite's code then */
	enum query which;
	struct parameter parameters[QUERY_PARAMETERS_MAX]; /* as bound last */
};

/* A file of ours on SQLite's own layer. */
struct beside {
	sqlite3_file *file; /* heap; NULL: it is not there */
	sqlite3_filename name;
};

/*
 * The redo file: what the writes of a turn were, durable before the tables are. docs/spec/record.md section
 * 6. Its records count while the generation is theirs; the commit that brings all of them into the tables
 * begins the next one.
 */
struct redo {
	struct beside beside; /* .file NULL: there is none yet */
	uint8_t salt[REDO_SALT_LEN];
	uint64_t generation;
	uint8_t queries[HASH_LEN]; /* of the text of all queries */
	uint8_t last[HASH_LEN];	   /* of the last record, or of the generation's beginning */
	uint64_t rows;		   /* of the views, as the tables have them */
	uint64_t at;		   /* where the next record goes; 0: the tables have everything */
	uint64_t size;		   /* of the file: blocks that exist */
	struct buf turn;	   /* the record of the open turn */
	bool is_over;		   /* which has more than a record takes */
	bool is_reading;	   /* what runs comes from the file */
};

/* A row of the views as it is in the open transaction, or will be before its turn is committed. */
struct kept_row {
	enum { ROW_UNKNOWN, ROW_ABSENT, ROW_THERE } state;
	bool is_owed; /* the table has the row with another value */
	uint8_t key_len, value_len;
	uint8_t key[64], value[192];
};

#define VIEW_ROWS_KEPT 128u

/* What a walk came to, which is asked again for the next entry: good until a row of its type is written. */
struct kept_walk {
	enum { WALK_UNKNOWN, WALK_ENDS, WALK_GOES_ON } state;
	bool is_after;
	uint64_t age; /* of the type, then */
	uint8_t prefix_len, bound_len, key_len, value_len;
	uint8_t bound[64], key[64], value[64];
};

#define VIEW_WALKS_KEPT 32u

/*
 * A walk over the views' rows that is left where it stands: a list takes row after row, or what hangs on
 * row after row, and each is the next one of the same query. A write ends all, and so does a quiet moment.
 */
struct cursor {
	struct prepared query;
	bool is_open;				     /* on a row; between `low` and that one there is none */
	bool is_low_in;				     /* nor is there one at `low` */
	uint8_t from[MAP_KEY_MAX], low[MAP_KEY_MAX]; /* from: as bound */
	size_t low_len;
};

#define CURSORS_MAX 8u
#define CURSOR_BY 8u /* bytes at the front of a prefix, by which walks are told apart: a type and a log */

/*
 * How many rows the views have: one that the disk forgets leaves no trace of its own. A walk over them goes
 * on while others are written, so what comes and goes ahead of it is reckoned in.
 */
struct view_rows {
	uint64_t count, ahead;		     /* ahead: of the walk, where it stands now */
	uint64_t count_before, ahead_before; /* this turn */
	uint8_t key[MAP_KEY_MAX];	     /* of the walk's last row */
	size_t key_len;
	bool is_walking;
	struct prepared query;	   /* the walk's */
	bool is_open;		   /* on the row of the key */
	uint8_t from[MAP_KEY_MAX]; /* as bound */
};

/* A copy of the store under way: lite_backup. */
struct copy {
	char *path; /* heap; NULL: there is none */
	sqlite3 *db;
	sqlite3_backup *backup;
	unsigned idle_count; /* quiet moments since the last slice */
};

struct query_row {
	enum query_kind kind;
	const char *sql;
};

extern const struct query_row lite_queries[QUERY_COUNT];

struct store_sqlite {
	struct store store;
	sqlite3 *db;
	const char *vfs; /* the file layer's name, borrowed; NULL: the system's */
	struct prepared prepared[QUERY_COUNT];
	struct redo redo;
	struct copy copy;
	enum err why;		/* the first write of this turn that failed */
	bool is_open;		/* a turn is */
	bool is_dead;		/* a commit failed: nothing is tried again */
	bool has_said_full;	/* in the log, since SQLite's last commit: it is tried again all the time */
	bool has_erased;	/* erased bytes may still be in the WAL or in the redo file */
	int frames, backfilled; /* of the WAL; those that are in the file already */
	uint8_t row[MAP_VALUE_MAX + CHECK_LEN]; /* as it is written */
	struct kept_row rows[VIEW_ROWS_KEPT];
	struct kept_walk walks[VIEW_WALKS_KEPT];
	struct {
		uint64_t age;  /* writes of such rows */
		unsigned owed; /* rows */
		enum { ROWS_UNKNOWN, ROWS_NONE, ROWS_SOME } rows;
	} types[UINT8_MAX + 1]; /* by the first byte of a key */
	unsigned owed_count;
	struct cursor cursors[CURSORS_MAX];
	bool has_cursors; /* open ones */
	struct view_rows view_rows;
	struct {
		bool is_known;
		uint8_t hash[HASH_LEN];
		uint64_t id;
	} absent;     /* the content that was asked for last and is not there, which often comes next */
	char **rules; /* names of rules that log rows brought; they live as long as the store */
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

/* Back to the end of the last turn: without SQLite's transaction, and with what the redo file holds of it. */
void lite_transaction_again(struct store_sqlite *s);

/* Reset, with no parameter bound. If it cannot be prepared, who runs it says why. */
struct prepared *lite_query(struct store_sqlite *s, enum query which);
/* Likewise, of a query that has more than one statement. */
void lite_prepare(struct store_sqlite *s, enum query which, struct prepared *q);
/* Parameters from 1, borrowed until the query has run. */
void lite_bind(struct prepared *q, int at, const struct parameter *value);
void lite_bind_number(struct prepared *q, int at, uint64_t value);
void lite_bind_bytes(struct prepared *q, int at, struct bytes value);
void lite_bind_text(struct prepared *q, int at, struct bytes value);

/* A write: one step, nothing comes back. The first that fails is kept: the commit fails too. */
enum err lite_run(struct store_sqlite *s, struct prepared *q) MUST_CHECK;
/* A read: ERR_OK with a row, whose columns are good until row_close; ERR_NOT_FOUND without one. */
enum err lite_row_open(struct store_sqlite *s, struct prepared *q) MUST_CHECK;
void lite_row_close(struct prepared *q);
struct bytes lite_column_bytes(const struct prepared *q, int at);
uint64_t lite_column_number(struct prepared *q, int at);
/* A number, cut out of a row id by the mask, and bytes. */
enum err lite_read_numbered(struct store_sqlite *s, struct prepared *q, uint64_t mask, uint64_t *number,
			    struct buf *out) MUST_CHECK;
uint64_t lite_row_id(log_number log, uint64_t index);

/* ---- sqlite_rows.c: as in store.h ---- */
enum err lite_content_put(struct store *store, const uint8_t hash[HASH_LEN], struct bytes content) MUST_CHECK;
enum err lite_content_renew(struct store *store, const uint8_t hash[HASH_LEN],
			    struct bytes content) MUST_CHECK;
enum err lite_content_get(struct store *store, const uint8_t hash[HASH_LEN], struct buf *content) MUST_CHECK;
enum err lite_content_eraser(struct store *store, const uint8_t hash[HASH_LEN],
			     struct buf *eraser) MUST_CHECK;
enum err lite_content_forget(struct store *store, const uint8_t hash[HASH_LEN]) MUST_CHECK;
enum err lite_content_erase(struct store *store, const uint8_t hash[HASH_LEN],
			    struct bytes eraser) MUST_CHECK;
enum err lite_note_put(struct store *store, log_number log, uint64_t size, struct bytes note) MUST_CHECK;
enum err lite_note_del(struct store *store, log_number log, uint64_t size) MUST_CHECK;
enum err lite_note_get(struct store *store, log_number log, uint64_t size, uint64_t *found,
		       struct buf *note) MUST_CHECK;
enum err lite_note_above(struct store *store, log_number log, uint64_t size, uint64_t *found,
			 struct buf *note) MUST_CHECK;
enum err lite_cosignature_put(struct store *store, log_number log, uint64_t size, struct bytes party,
			      struct bytes line) MUST_CHECK;
enum err lite_cosignature_del(struct store *store, log_number log, uint64_t size,
			      struct bytes party) MUST_CHECK;
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

/* ---- sqlite_views.c ---- */
struct map lite_views(struct store *store);
/*
 * Their number: read at the start, written by a turn that has changed it, as it was when the turn is no more.
 */
enum err lite_rows_open(struct store_sqlite *s) MUST_CHECK;
enum err lite_rows_keep(struct store_sqlite *s) MUST_CHECK;
void lite_rows_begin(struct store_sqlite *s);
void lite_rows_back(struct store_sqlite *s);
enum err lite_views_recount(struct store *store) MUST_CHECK;
enum err lite_views_walk(struct store *store, bool is_first, struct buf *key) MUST_CHECK;
/*
 * What shows that a row of bytes is as it was written: the first bytes of a hash over key and value, at its
 * end. check_row cuts them off; ERR_CORRUPT.
 */
void lite_check_of(struct bytes key, struct bytes value, uint8_t check[CHECK_LEN]);
enum err lite_check_row(struct bytes key, struct bytes *value) MUST_CHECK;
/* Writes what is owed, before the turn is committed. */
enum err lite_views_pay(struct store_sqlite *s) MUST_CHECK;
/* After a rollback. */
void lite_views_forget(struct store_sqlite *s);
/* Before anything is written, committed or moved. */
void lite_cursors_close(struct store_sqlite *s);

/* ---- sqlite_redo.c ---- */
/* Reads the records that count into an open transaction. */
enum err redo_open(struct store_sqlite *s) MUST_CHECK;
void redo_close(struct store_sqlite *s);
/* The turn's record begins; each write that has run is added to it. */
void redo_begin(struct store_sqlite *s);
void redo_add(struct store_sqlite *s, const struct prepared *q);
/* SQLite itself commits the turn under way. */
void redo_leave(struct store_sqlite *s);
/*
 * Whether the turn has written nothing; whether it may be committed by its record alone; whether there are so
 * many records that they should be drained.
 */
bool redo_is_empty(const struct store_sqlite *s);
bool redo_takes(const struct store_sqlite *s);
bool redo_is_long(const struct store_sqlite *s);
/* Appends the turn's record, flushes it and reads it back. ERR_FULL: nothing of it counts. */
enum err redo_append(struct store_sqlite *s) MUST_CHECK;
/* The tables have everything: the next generation begins. */
void redo_drained(struct store_sqlite *s);
/*
 * After SQLite gave up its transaction: reads the records again that it had. ERR_CORRUPT: not all are there.
 */
enum err redo_again(struct store_sqlite *s) MUST_CHECK;
/* Zeros, written ahead so that a flush finds blocks that exist; zeros over all of it. */
enum err redo_reserve(struct store_sqlite *s) MUST_CHECK;
enum err redo_wipe(struct store_sqlite *s) MUST_CHECK;

/* ---- sqlite_renew.c ---- */
/* is_made: it is made if need be; otherwise .file is NULL if it is not there. Closing takes a zeroed one. */
enum err lite_beside_open(struct store_sqlite *s, const char *ending, bool is_made,
			  struct beside *out) MUST_CHECK;
void lite_beside_close(struct beside *b);
/* What a start has read, from the front of a file, is written once more. */
enum renew_part { RENEW_WAL, RENEW_REDO, RENEW_COUNT };
struct renewal {
	sqlite3_file *file; /* borrowed */
	uint64_t len;	    /* 0: nothing of it */
};
enum err renew(struct store_sqlite *s, const struct renewal parts[RENEW_COUNT]) MUST_CHECK;
/* Before SQLite reads anything: ends what a start before this one was cut off from. */
enum err renew_finish(struct store_sqlite *s) MUST_CHECK;

/* ---- sqlite_tidy.c ---- */
/* Commits to SQLite what the redo file holds, and the open turn with it. ERR_FULL: nothing has changed. */
enum err lite_drain(struct store_sqlite *s) MUST_CHECK;
/* How much of the WAL counts; frames are noted from now on. */
enum err lite_wal_open(struct store_sqlite *s, struct renewal *out) MUST_CHECK;
/* Blocks of the WAL ahead of what counts. */
enum err lite_wal_reserve(struct store_sqlite *s) MUST_CHECK;
enum err lite_tidy(struct store *store, bool is_idle) MUST_CHECK;
enum err lite_backup(struct store *store, const char *path, uint64_t *done, uint64_t *total) MUST_CHECK;
void lite_copy_drop(struct store_sqlite *s); /* takes none, too */

#endif
