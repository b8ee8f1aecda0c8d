#include "record/sqlite.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Frames of 4 KiB in the WAL. A checkpoint costs flushes, so it waits until it is worth one. */
#define WAL_FRAMES_IDLE 256
#define WAL_FRAMES_BUSY 512
#define WAL_FRAMES_LARGE 32768
#define WAL_FRAMES_AHEAD 128
/* A quiet moment comes at least four times a second. */
#define COPY_IDLE_MAX 40u
#define COPY_SLICE_PAGES 256
#define WAL_HEAD_LEN 32
#define WAL_FRAME_HEAD_LEN 24
#define WAL_FRAME_LEN (WAL_FRAME_HEAD_LEN + 4096)

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

	(void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
	return wal != NULL && wal->pMethods != NULL ? wal : NULL;
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
 * Blocks of the WAL that exist are overwritten, and their flush leaves the file system's journal alone:
 * half the time of one that makes the file longer. So zeros, which SQLite takes for the end of the WAL,
 * are written ahead. A full disk does not matter here; what was written ahead is then a reserve.
 */
enum err lite_wal_reserve(struct store_sqlite *s)
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
	return lite_err_of(rc);
}

/*
 * The WAL's end is durable before zeros are written where its frames stood: half of the old ones and half of
 * the zeros would be a WAL of an older age, and its pages would go over newer ones.
 */
static enum err end_sync(struct store_sqlite *s)
{
	sqlite3_file *wal = wal_file(s);
	int rc = wal == NULL ? SQLITE_OK : wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);

	s->is_dead = s->is_dead || rc != SQLITE_OK;
	return lite_err_of(rc);
}

static enum err checkpoint(struct store_sqlite *s, int mode)
{
	int frames, done, rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &frames, &done);

	if (rc != SQLITE_OK)
		return lite_fail(s, rc);
	s->frames = frames;
	s->backfilled = done;
	return mode == SQLITE_CHECKPOINT_TRUNCATE ? end_sync(s) : ERR_OK;
}

enum err lite_wal_open(struct store_sqlite *s, struct renewal *out)
{
	sqlite3_int64 end = 0;
	int rc = SQLITE_OK;

	out->file = wal_file(s);
	if (out->file != NULL)
		rc = wal_end(out->file, &end);
	out->len = (uint64_t)end;
	/* The run before may have erased and not come to a quiet moment. */
	s->has_erased = end > 0;
	sqlite3_wal_hook(s->db, frames_note, s);
	return lite_err_of(rc);
}

/* ---- A copy, slice by slice. ---- */

static enum err copy_open(struct store_sqlite *s, const char *path)
{
	struct copy *c = &s->copy;
	size_t len = strlen(path) + 1;
	int rc = sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, s->vfs);

	/*
	 * Who sees it before it is whole sees no copy: it needs no journal, and its pages go out as they
	 * come.
	 */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(c->db, "PRAGMA journal_mode=OFF; PRAGMA cache_size=64", NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		c->backup = sqlite3_backup_init(c->db, "main", s->db, "main");
		rc = c->backup == NULL ? sqlite3_errcode(c->db) : SQLITE_OK;
	}
	c->path = xcalloc(1, len);
	memcpy(c->path, path, len);
	return lite_err_of(rc);
}

void lite_copy_drop(struct store_sqlite *s)
{
	struct copy *c = &s->copy;

	(void)sqlite3_backup_finish(c->backup);
	sqlite3_close(c->db);
	free(c->path);
	*c = (struct copy){ 0 };
}

/* What is left to the end is then as little as a slice. */
static enum err copy_sync(struct copy *c)
{
	sqlite3_file *file = NULL;

	/* It is open, or no page could have been copied to it. */
	(void)sqlite3_file_control(c->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	return lite_err_of(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL));
}

enum err lite_backup(struct store *store, const char *path, uint64_t *done, uint64_t *total)
{
	struct store_sqlite *s = lite(store);
	struct copy *c = &s->copy;
	enum err e = lite_drain(s); /* pages are copied between transactions */
	int rc;

	lite_cursors_close(s);
	if (e != ERR_OK)
		return e;
	if (c->path != NULL && strcmp(c->path, path) != 0)
		lite_copy_drop(s);
	if (c->path == NULL)
		e = copy_open(s, path);
	if (e != ERR_OK) {
		lite_copy_drop(s);
		return e;
	}
	c->idle_count = 0;
	rc = sqlite3_backup_step(c->backup, COPY_SLICE_PAGES);
	*total = (uint64_t)sqlite3_backup_pagecount(c->backup);
	*done = *total - (uint64_t)sqlite3_backup_remaining(c->backup);
	e = rc == SQLITE_DONE ? ERR_OK : lite_err_of(rc);
	if (e == ERR_OK)
		e = copy_sync(c);
	if (e == ERR_OK && rc != SQLITE_DONE)
		return ERR_SHORT;
	rc = sqlite3_backup_finish(c->backup);
	c->backup = NULL;
	lite_copy_drop(s);
	return e == ERR_OK ? lite_err_of(rc) : e;
}

/* Nobody has asked for the next slice for a while: every write would go to the copy too, for ever. */
static void copy_tidy(struct store_sqlite *s)
{
	if (s->copy.path != NULL && ++s->copy.idle_count > COPY_IDLE_MAX)
		lite_copy_drop(s);
}

/* ---- Quiet moments. ---- */

/* Erased bytes leave the WAL and the redo file too. */
static enum err wipe(struct store_sqlite *s)
{
	enum err e = checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);

	if (e == ERR_OK)
		e = redo_wipe(s);
	s->has_erased = e != ERR_OK;
	return e;
}

static enum err drain(struct store_sqlite *s, bool is_idle)
{
	enum err e = ERR_OK;

	if (s->redo.at > 0 && (is_idle || redo_is_long(s)))
		e = lite_drain(s);
	else if (s->redo.at == 0 && !sqlite3_get_autocommit(s->db))
		e = lite_run(s, lite_query(s, QUERY_ROLLBACK)); /* a turn that wrote nothing left it open */
	return e;
}

enum err lite_tidy(struct store *store, bool is_idle)
{
	struct store_sqlite *s = lite(store);
	enum err e;

	assert(!s->is_open);
	if (s->is_dead)
		return ERR_IO;
	lite_cursors_close(s);
	if (is_idle)
		copy_tidy(s);
	e = drain(s, is_idle);
	if (e == ERR_OK && s->redo.at == 0) {
		int waiting = s->frames - s->backfilled;
		if (is_idle && s->has_erased)
			e = wipe(s);
		else if (is_idle && s->frames >= WAL_FRAMES_LARGE)
			e = checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
		else if (waiting >= (is_idle ? WAL_FRAMES_IDLE : WAL_FRAMES_BUSY))
			e = checkpoint(s, SQLITE_CHECKPOINT_PASSIVE);
	}
	if (e == ERR_OK)
		e = lite_wal_reserve(s);
	if (e == ERR_OK)
		e = redo_reserve(s);
	/*
	 * On a full disk all stays where it is, durable as it stands; the next turn says that there is no
	 * room.
	 */
	if (e == ERR_FULL)
		return ERR_OK;
	s->is_dead = s->is_dead || e != ERR_OK;
	return e;
}
