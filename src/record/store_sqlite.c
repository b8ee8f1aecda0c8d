#include "record/sqlite.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/plant.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA_VERSION 4
#define APPLICATION_ID 0x656e7465 /* "ente" */

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
	"CREATE TABLE redo(salt BLOB NOT NULL, generation INTEGER NOT NULL);"
	"INSERT INTO redo VALUES(randomblob(16), 0);"
	"CREATE TABLE view_rows(count INTEGER NOT NULL);"
	"INSERT INTO view_rows VALUES(0);";

/* ---- Turns: SQLite's transaction stays open over many of them, until it is drained. ---- */

static enum err turn(struct store_sqlite *s, enum query which)
{
	return lite_run(s, lite_query(s, which));
}

static enum err lite_begin(struct store *store)
{
	struct store_sqlite *s = lite(store);
	enum err e = ERR_OK;

	if (s->is_dead)
		return ERR_IO;
	assert(!s->is_open);
	s->why = ERR_OK;
	if (sqlite3_get_autocommit(s->db))
		e = turn(s, QUERY_BEGIN);
	redo_begin(s);
	lite_rows_begin(s);
	s->is_open = e == ERR_OK;
	return e;
}

void lite_transaction_again(struct store_sqlite *s)
{
	lite_cursors_close(s);
	/* A full disk or a failed read has SQLite roll back on its own. */
	if ((!sqlite3_get_autocommit(s->db) && turn(s, QUERY_ROLLBACK) != ERR_OK) || redo_again(s) != ERR_OK)
		s->is_dead = true;
	lite_views_forget(s);
	s->absent.is_known = false;
	lite_rows_back(s);
}

static void lite_rollback(struct store *store)
{
	struct store_sqlite *s = lite(store);

	if (s->is_open && (s->why != ERR_OK || !redo_is_empty(s)))
		lite_transaction_again(s);
	else if (s->owed_count > 0)
		lite_views_forget(s);
	s->is_open = false;
	s->why = ERR_OK;
}

enum err lite_drain(struct store_sqlite *s)
{
	enum err e;

	if (sqlite3_get_autocommit(s->db))
		return ERR_OK;
	e = PLANTED(DRAINED_TWICE) ? ERR_OK : turn(s, QUERY_REDO_NEXT);
	if (e == ERR_OK)
		e = turn(s, QUERY_COMMIT);
	if (e == ERR_OK) {
		redo_drained(s);
		return ERR_OK;
	}
	lite_transaction_again(s);
	s->is_open = false;
	s->is_dead = s->is_dead || e != ERR_FULL;
	return e;
}

static enum err lite_commit(struct store *store)
{
	struct store_sqlite *s = lite(store);
	enum err e = s->why;

	assert(s->is_open);
	if (e == ERR_OK)
		e = lite_views_pay(s);
	if (e == ERR_OK)
		e = lite_rows_keep(s);
	if (e == ERR_OK)
		e = redo_takes(s) ? redo_append(s) : lite_drain(s);
	if (e == ERR_OK) {
		s->is_open = false;
		lite_rows_begin(s);
		return ERR_OK;
	}
	lite_rollback(store);
	s->is_dead = s->is_dead || (err_class(e) == ERR_CLASS_LOCAL && e != ERR_FULL);
	return e;
}

/* ---- Logs. ---- */

static enum err lite_log_open(struct store *store, const struct origin *origin, log_number *out)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_LOG_FIND);
	uint8_t name[ORIGIN_LEN_MAX], root[HASH_LEN] = { 0 };
	struct buf text = BUF_ON(name);
	enum err e;

	origin_write(origin, &text);
	lite_bind_text(q, 1, buf_bytes(&text));
	e = lite_row_open(s, q);
	if (e == ERR_OK) {
		*out = (log_number)lite_column_number(q, 0);
		lite_row_close(q);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	q = lite_query(s, QUERY_LOG_NEW);
	lite_bind_text(q, 1, buf_bytes(&text));
	lite_bind_bytes(q, 2, BYTES_OF(root));
	e = lite_run(s, q);
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

static enum err log_columns(struct store_sqlite *s, struct prepared *q, struct store_log *out)
{
	struct bytes root = lite_column_bytes(q, 2);
	const char *rule = (const char *)sqlite3_column_text(q->statement, 3);

	*out = (struct store_log){ .size = lite_column_number(q, 1) };
	if (origin_read(lite_column_bytes(q, 0), &out->origin) != ERR_OK || root.len != HASH_LEN ||
	    out->size > INDEX_MAX)
		return ERR_CORRUPT;
	memcpy(out->root, root.ptr, HASH_LEN);
	if (rule != NULL)
		out->stopped = (struct fault){ rule_keep(s, rule), (size_t)lite_column_number(q, 4) };
	return ERR_OK;
}

static enum err lite_log_get(struct store *store, log_number log, struct store_log *out)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_LOG_GET);
	enum err e;

	lite_bind_number(q, 1, log);
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e;
	e = log_columns(s, q, out);
	lite_row_close(q);
	return e;
}

static enum err lite_log_put(struct store *store, log_number log, const struct store_log *value)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_LOG_PUT);
	const char *rule = value->stopped.rule;

	lite_bind_number(q, 1, log);
	lite_bind_number(q, 2, value->size);
	lite_bind_bytes(q, 3, BYTES_OF(value->root));
	lite_bind_text(q, 4, rule == NULL ? (struct bytes){ 0 } : bytes_str(rule));
	lite_bind_number(q, 5, value->stopped.offset);
	return lite_run(s, q);
}

static enum err lite_log_next(struct store *store, log_number after, log_number *out)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_LOG_NEXT);
	enum err e;

	lite_bind_number(q, 1, after);
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e;
	*out = (log_number)lite_column_number(q, 0);
	lite_row_close(q);
	return ERR_OK;
}

/* ---- Entries and their tree. ---- */

static enum err entry_write_row(struct store *store, enum query which, log_number log, uint64_t index,
				struct bytes entry, struct bytes hashes)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, which);

	if (index > INDEX_MAX)
		return s->why = ERR_LIMIT;
	lite_bind_number(q, 1, lite_row_id(log, index));
	lite_bind_bytes(q, 2, hashes);
	lite_bind_bytes(q, 3, entry);
	return lite_run(s, q);
}

static enum err lite_entry_put(struct store *store, log_number log, uint64_t index, struct bytes entry,
			       struct bytes hashes)
{
	return entry_write_row(store, QUERY_ENTRY_PUT, log, index, entry, hashes);
}

static enum err lite_entry_renew(struct store *store, log_number log, uint64_t index, struct bytes entry,
				 struct bytes hashes)
{
	return entry_write_row(store, QUERY_ENTRY_RENEW, log, index, entry, hashes);
}

static enum err lite_entry_cut(struct store *store, log_number log, uint64_t from)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_ENTRY_CUT);

	if (from > INDEX_MAX)
		return ERR_OK;
	lite_bind_number(q, 1, lite_row_id(log, from));
	lite_bind_number(q, 2, lite_row_id(log, INDEX_MAX));
	return lite_run(s, q);
}

static enum err lite_entry_get(struct store *store, log_number log, uint64_t index, struct buf *entry,
			       struct buf *hashes)
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_ENTRY_GET);
	enum err e;

	if (index > INDEX_MAX)
		return ERR_NOT_FOUND;
	lite_bind_number(q, 1, lite_row_id(log, index));
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e;
	if (hashes != NULL) {
		buf_put(hashes, lite_column_bytes(q, 0));
		e = buf_check(hashes);
	}
	if (entry != NULL && e == ERR_OK) {
		buf_put(entry, lite_column_bytes(q, 1));
		e = buf_check(entry);
	}
	lite_row_close(q);
	return e;
}

static enum err lite_node_get(struct store *store, log_number log, unsigned level, uint64_t index,
			      uint8_t hash[HASH_LEN])
{
	struct store_sqlite *s = lite(store);
	struct prepared *q = lite_query(s, QUERY_HASHES_GET);
	struct bytes hashes;
	enum err e;

	if (level > INDEX_BITS || index >= 1ull << (INDEX_BITS - level))
		return ERR_NOT_FOUND;
	lite_bind_number(q, 1, lite_row_id(log, ((index + 1) << level) - 1));
	e = lite_row_open(s, q);
	if (e != ERR_OK)
		return e;
	hashes = lite_column_bytes(q, 0);
	if (hashes.len / HASH_LEN > level)
		memcpy(hash, hashes.ptr + (size_t)level * HASH_LEN, HASH_LEN);
	else
		e = ERR_CORRUPT;
	lite_row_close(q);
	return e;
}

/* ---- Life. ---- */

static void lite_close(struct store *store)
{
	struct store_sqlite *s = lite(store);

	lite_rollback(store);
	lite_copy_drop(s);
	if (!s->is_dead && s->redo.at > 0)
		(void)!lite_drain(s); /* what is not is durable as it stands */
	redo_close(s);
	free(s->redo.turn.ptr);
	for (size_t i = 0; i < QUERY_COUNT; i++)
		sqlite3_finalize(s->prepared[i].statement);
	for (size_t i = 0; i < CURSORS_MAX; i++)
		sqlite3_finalize(s->cursors[i].query.statement);
	sqlite3_finalize(s->view_rows.query.statement);
	sqlite3_close(s->db);
	for (size_t i = 0; i < s->rules_count; i++)
		free(s->rules[i]);
	free(s->rules);
	free(s);
}

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
	.entry_renew = lite_entry_renew,
	.entry_get = lite_entry_get,
	.entry_cut = lite_entry_cut,
	.node_get = lite_node_get,
	.content_put = lite_content_put,
	.content_renew = lite_content_renew,
	.content_get = lite_content_get,
	.content_erase = lite_content_erase,
	.content_eraser = lite_content_eraser,
	.content_forget = lite_content_forget,
	.note_put = lite_note_put,
	.note_del = lite_note_del,
	.note_get = lite_note_get,
	.note_above = lite_note_above,
	.cosignature_put = lite_cosignature_put,
	.cosignature_del = lite_cosignature_del,
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
	.views_walk = lite_views_walk,
	.views_recount = lite_views_recount,
	.tidy = lite_tidy,
	.backup = lite_backup,
};

/* The order matters: exclusive before the first look at the WAL, or SQLite maps a shared-memory file. */
static const char *const pragmas[] = {
	"PRAGMA page_size=4096",     "PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL",
	"PRAGMA synchronous=FULL",   "PRAGMA trusted_schema=OFF",     "PRAGMA cell_size_check=ON",
	"PRAGMA temp_store=MEMORY",  "PRAGMA cache_size=-8192",	      "PRAGMA wal_autocheckpoint=0",
	"PRAGMA secure_delete=FAST",
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

/* Of the file's format (sqlite.org/fileformat2.html section 1.3): integers are big-endian. */
#define HEAD_LEN 100u
#define HEAD_VERSION_AT 60u
#define HEAD_APPLICATION_AT 68u

enum err store_sqlite_look(const char *path)
{
	static const char magic[16] = "SQLite format 3";
	uint8_t head[HEAD_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
	len = read(fd, head, sizeof head);
	close(fd);
	if (len < 0)
		return ERR_IO;
	return len == (ssize_t)sizeof head && memcmp(head, magic, sizeof magic) == 0 &&
			       be32_get(head + HEAD_VERSION_AT) == SCHEMA_VERSION &&
			       be32_get(head + HEAD_APPLICATION_AT) == APPLICATION_ID
		       ? ERR_OK
		       : ERR_REFUSED;
}

/* A view or a trigger would be a program of whoever wrote the file. */
static int count_programs(sqlite3 *db, int *out)
{
	return pragma_number(db,
			     "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')"
			     " OR sql LIKE 'CREATE VIRTUAL%'",
			     out);
}

/* Makes the tables of a new file; refuses a file of another kind or version. */
static enum err schema_open(sqlite3 *db)
{
	int application, version, programs = 0, rc = pragma_number(db, "PRAGMA application_id", &application);

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
		return lite_err_of(rc);
	}
	if (rc == SQLITE_OK && (application != APPLICATION_ID || version != SCHEMA_VERSION)) {
		log_error("the store is of another program or version (%d); this one reads version %d",
			  version, SCHEMA_VERSION);
		return ERR_REFUSED;
	}
	if (rc == SQLITE_OK)
		rc = count_programs(db, &programs);
	if (rc == SQLITE_OK && programs > 0) {
		log_error("the store has views, triggers or virtual tables, which none of ours has");
		return ERR_REFUSED;
	}
	return lite_err_of(rc);
}

/* One thread, so no locks; nobody asks how much memory SQLite has. Refused, and harmless, once it runs. */
static void configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* What the files show is read whole, written once more, and only then built on. */
static enum err read_files(struct store_sqlite *s)
{
	struct renewal parts[RENEW_COUNT] = { { 0 } };
	enum err e = lite_wal_open(s, &parts[RENEW_WAL]);

	if (e == ERR_OK)
		e = lite_rows_open(s); /* as the tables have it: what is run again is held against it */
	if (e == ERR_OK)
		e = redo_open(s);
	parts[RENEW_REDO] = (struct renewal){ s->redo.beside.file, s->redo.at };
	if (e == ERR_OK)
		e = renew(s, parts);
	if (e == ERR_OK)
		e = lite_wal_reserve(s);
	return e == ERR_OK ? lite_rows_open(s) : e;
}

enum err store_sqlite_open(const char *path, const char *vfs, struct store **out)
{
	struct store_sqlite *s = xcalloc(1, sizeof *s);
	int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	enum err e;

	configure();
	e = lite_err_of(sqlite3_open_v2(path, &s->db, flags, vfs));
	s->store.ops = &lite_ops;
	s->vfs = vfs;
	if (s->db != NULL)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (e == ERR_OK)
		e = renew_finish(s);
	for (size_t i = 0; e == ERR_OK && i < ARRAY_COUNT(pragmas); i++)
		e = lite_err_of(sqlite3_exec(s->db, pragmas[i], NULL, NULL, NULL));
	if (e == ERR_OK)
		e = schema_open(s->db);
	if (e != ERR_OK) {
		s->is_dead = true;
		lite_close(&s->store);
		return e;
	}
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	e = read_files(s);
	if (e != ERR_OK) {
		s->is_dead = true;
		lite_close(&s->store);
		return e;
	}
	*out = &s->store;
	return ERR_OK;
}
