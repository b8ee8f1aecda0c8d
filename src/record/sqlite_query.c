#include "record/sqlite.h"

#include "base/log.h"
#include "base/plant.h"

#include <assert.h>
#include <string.h>

const struct query_row lite_queries[QUERY_COUNT] = {
#define QUERY_ROW(name, kind, sql) { QUERY_KIND_##kind, sql },
	QUERY_LIST(QUERY_ROW)
#undef QUERY_ROW
};

enum err lite_err_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
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
	enum err e = lite_err_of(rc);

	if (e != ERR_FULL || !s->has_said_full)
		log_error("the store failed: %s (%d)", sqlite3_errmsg(s->db),
			  sqlite3_extended_errcode(s->db));
	s->has_said_full = e == ERR_FULL;
	return e;
}

void lite_prepare(struct store_sqlite *s, enum query which, struct prepared *q)
{
	q->which = which;
	memset(q->parameters, 0, sizeof q->parameters);
	if (q->statement == NULL)
		q->why = sqlite3_prepare_v3(s->db, lite_queries[which].sql, -1, SQLITE_PREPARE_PERSISTENT,
					    &q->statement, NULL);
}

struct prepared *lite_query(struct store_sqlite *s, enum query which)
{
	struct prepared *q = &s->prepared[which];

	lite_prepare(s, which, q);
	return q;
}

/* Binding an existing parameter of a prepared, reset statement to borrowed memory cannot fail. */
void lite_bind(struct prepared *q, int at, const struct parameter *value)
{
	const char *ptr = value->bytes.len == 0 ? "" : (const char *)value->bytes.ptr;
	int rc;

	assert(at >= 1 && at <= (int)QUERY_PARAMETERS_MAX);
	q->parameters[at - 1] = *value;
	if (q->statement == NULL)
		return;
	if (value->type == PARAMETER_NULL)
		rc = sqlite3_bind_null(q->statement, at);
	else if (value->type == PARAMETER_NUMBER)
		rc = sqlite3_bind_int64(q->statement, at, (sqlite3_int64)value->number);
	else if (value->type == PARAMETER_BYTES)
		rc = sqlite3_bind_blob64(q->statement, at, ptr, value->bytes.len, SQLITE_STATIC);
	else
		rc = sqlite3_bind_text64(q->statement, at, ptr, value->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
	assert(rc == SQLITE_OK);
}

void lite_bind_number(struct prepared *q, int at, uint64_t value)
{
	lite_bind(q, at, &(struct parameter){ .type = PARAMETER_NUMBER, .number = value });
}

void lite_bind_bytes(struct prepared *q, int at, struct bytes value)
{
	lite_bind(q, at, &(struct parameter){ .type = PARAMETER_BYTES, .bytes = value });
}

void lite_bind_text(struct prepared *q, int at, struct bytes value)
{
	bool is_null = value.ptr == NULL; /* SQL's NULL */

	lite_bind(q, at,
		  &(struct parameter){ .type = is_null ? PARAMETER_NULL : PARAMETER_TEXT, .bytes = value });
}

static void secure_delete(struct store_sqlite *s, bool is_on)
{
	(void)sqlite3_exec(s->db, is_on ? "PRAGMA secure_delete=ON" : "PRAGMA secure_delete=FAST", NULL, NULL,
			   NULL);
}

enum err lite_run(struct store_sqlite *s, struct prepared *q)
{
	enum query_kind kind = lite_queries[q->which].kind;
	enum err e;
	int rc;

	lite_cursors_close(s);
	/*
	 * SQLite may have given up its transaction: what follows in this turn would be committed by itself.
	 */
	if (s->is_open && s->why != ERR_OK && kind != QUERY_KIND_TURN && !s->redo.is_reading)
		return s->why;
	/*
	 * Somebody's words: freed pages are overwritten too, and tidy empties the files that have them as
	 * well.
	 */
	if (kind == QUERY_KIND_ERASE) {
		secure_delete(s, true);
		s->has_erased = true;
	}
	rc = q->statement == NULL ? q->why : sqlite3_step(q->statement);
	e = rc == SQLITE_DONE ? ERR_OK : lite_fail(s, rc);
	sqlite3_reset(q->statement);
	if (kind == QUERY_KIND_ERASE)
		secure_delete(s, false);
	if (e == ERR_OK && (kind == QUERY_KIND_WRITE || kind == QUERY_KIND_ERASE))
		redo_add(s, q);
	if (s->why == ERR_OK)
		s->why = e;
	return e;
}

/*
 * A read that fails in a turn fails its commit, for something was to be built on it. And for want of memory
 * or of the disk SQLite rolls back on its own: with its transaction go the turns that only the redo file has.
 * They are brought back before anybody reads again, here or by the commit that fails.
 */
static void read_failed(struct store_sqlite *s, enum err e)
{
	if (s->is_open && s->why == ERR_OK)
		s->why = e;
	else if (!s->is_open && s->redo.at > 0 && sqlite3_get_autocommit(s->db))
		lite_transaction_again(s);
}

/* The turns that only the redo file has could not be brought back: what the tables show is not the record. */
static bool is_behind(const struct store_sqlite *s)
{
	return s->is_dead && s->redo.at > 0 && sqlite3_get_autocommit(s->db);
}

enum err lite_row_open(struct store_sqlite *s, struct prepared *q)
{
	int rc = is_behind(s) ? SQLITE_IOERR : q->statement == NULL ? q->why : sqlite3_step(q->statement);
	enum err e;

	if (rc == SQLITE_ROW)
		return ERR_OK;
	e = rc == SQLITE_DONE ? ERR_NOT_FOUND : lite_fail(s, rc);
	sqlite3_reset(q->statement);
	if (rc != SQLITE_DONE && !PLANTED(READ_TAKES_TURNS))
		read_failed(s, e);
	return e;
}

void lite_row_close(struct prepared *q)
{
	sqlite3_reset(q->statement);
}

struct bytes lite_column_bytes(const struct prepared *q, int at)
{
	const uint8_t *ptr = sqlite3_column_blob(q->statement, at);

	return (struct bytes){ ptr, (size_t)sqlite3_column_bytes(q->statement, at) };
}

uint64_t lite_column_number(struct prepared *q, int at)
{
	return (uint64_t)sqlite3_column_int64(q->statement, at);
}

/* A number and bytes; the number is cut out of the row id by the mask. */
enum err lite_read_numbered(struct store_sqlite *s, struct prepared *q, uint64_t mask, uint64_t *number,
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
