#include "record/sqlite.h"

#include "base/log.h"

#include <assert.h>

static const char *const queries[] = {
#define QUERY_SQL(name, sql) sql,
	QUERY_LIST(QUERY_SQL)
#undef QUERY_SQL
};

enum err lite_err_of(int rc)
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

enum err lite_fail(struct store_sqlite *s, int rc)
{
	log_error("the store failed: %s (%d)", sqlite3_errmsg(s->db), sqlite3_extended_errcode(s->db));
	return lite_err_of(rc);
}

/* NULL when it cannot be prepared: the store is damaged or there is no memory. */
sqlite3_stmt *lite_query(struct store_sqlite *s, enum query which)
{
	if (s->prepared[which] == NULL &&
	    sqlite3_prepare_v3(s->db, queries[which], -1, SQLITE_PREPARE_PERSISTENT, &s->prepared[which],
			       NULL) != SQLITE_OK)
		return NULL;
	return s->prepared[which];
}

/* Binding an existing parameter of a prepared, reset statement to borrowed memory cannot fail. */
void lite_bind_number(sqlite3_stmt *q, int at, uint64_t value)
{
	int rc = sqlite3_bind_int64(q, at, (sqlite3_int64)value);

	assert(q == NULL || rc == SQLITE_OK);
}

void lite_bind_bytes(sqlite3_stmt *q, int at, struct bytes value)
{
	int rc = sqlite3_bind_blob64(q, at, value.len == 0 ? (const void *)"" : value.ptr, value.len,
				     SQLITE_STATIC);

	assert(q == NULL || rc == SQLITE_OK);
}

void lite_bind_text(sqlite3_stmt *q, int at, struct bytes value)
{
	int rc = sqlite3_bind_text64(q, at, (const char *)value.ptr, value.len, SQLITE_STATIC, SQLITE_UTF8);

	assert(q == NULL || rc == SQLITE_OK);
}

/* A write: one step, nothing comes back. */
enum err lite_run(struct store_sqlite *s, sqlite3_stmt *q)
{
	int rc = q == NULL ? sqlite3_errcode(s->db) : sqlite3_step(q);
	enum err e = rc == SQLITE_DONE ? ERR_OK : lite_fail(s, rc);

	sqlite3_reset(q);
	if (s->why == ERR_OK)
		s->why = e;
	return e;
}

/* A read: ERR_OK with a row, whose columns are good until row_close. */
enum err lite_row_open(struct store_sqlite *s, sqlite3_stmt *q)
{
	int rc = q == NULL ? sqlite3_errcode(s->db) : sqlite3_step(q);
	enum err e;

	if (rc == SQLITE_ROW)
		return ERR_OK;
	e = rc == SQLITE_DONE ? ERR_NOT_FOUND : lite_fail(s, rc);
	sqlite3_reset(q);
	return e;
}

void lite_row_close(sqlite3_stmt *q)
{
	sqlite3_reset(q);
}

struct bytes lite_column_bytes(sqlite3_stmt *q, int at)
{
	const uint8_t *ptr = sqlite3_column_blob(q, at);

	return (struct bytes){ ptr, (size_t)sqlite3_column_bytes(q, at) };
}

uint64_t lite_column_number(sqlite3_stmt *q, int at)
{
	return (uint64_t)sqlite3_column_int64(q, at);
}

/* The one column of the one row. */
enum err lite_read_bytes(struct store_sqlite *s, sqlite3_stmt *q, struct buf *out)
{
	enum err e = lite_row_open(s, q);

	if (e != ERR_OK)
		return e;
	buf_put(out, lite_column_bytes(q, 0));
	lite_row_close(q);
	return buf_check(out);
}

/* A number and bytes; the number is cut out of the row id by the mask. */
enum err lite_read_numbered(struct store_sqlite *s, sqlite3_stmt *q, uint64_t mask, uint64_t *number,
			    struct buf *out)
{
	enum err e = lite_row_open(s, q);

	if (e != ERR_OK)
		return e;
	*number = lite_column_number(q, 0) & mask;
	buf_put(out, lite_column_bytes(q, 1));
	lite_row_close(q);
	return buf_check(out);
}

uint64_t lite_row_id(log_number log, uint64_t index)
{
	assert(log <= LOG_NUMBER_MAX && index <= INDEX_MAX);
	return (uint64_t)log << INDEX_BITS | index;
}
