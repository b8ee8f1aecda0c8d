#include "record/sqlite.h"

#include <assert.h>
#include <string.h>

/* Frames of 4 KiB in the WAL. A checkpoint costs flushes, so it waits until it is worth one. */
#define WAL_FRAMES_IDLE 256
#define WAL_FRAMES_BUSY 2048
#define WAL_FRAMES_LARGE 32768
#define WAL_FRAMES_AHEAD 128
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
 * After a sync that failed, what the WAL shows may be in the kernel's memory alone, and no later sync
 * writes it, for the kernel took it for written. So a start writes the same bytes once more, in place,
 * which a full disk allows too, and syncs them, before anything is built on them.
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
	return lite_err_of(rc);
}

/*
 * Blocks of the WAL that exist are overwritten, and their flush leaves the file system's journal alone:
 * half the time of one that makes the file longer. So zeros, which SQLite takes for the end of the WAL,
 * are written ahead. A full disk does not matter here; what was written ahead is then a reserve.
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
	return lite_err_of(rc);
}

static enum err checkpoint(struct store_sqlite *s, int mode)
{
	int frames, done, rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &frames, &done);
	enum err e;

	if (rc != SQLITE_OK) {
		s->is_dead = true;
		return lite_fail(s, rc);
	}
	s->frames = frames;
	s->backfilled = done;
	/*
	 * The first commit after a checkpoint writes the WAL from its start, and flushes its header
	 * first. This one is made now, when nobody waits, so that each commit of a turn costs one flush
	 * and overwrites blocks that exist.
	 */
	e = lite_run(s, lite_query(s, QUERY_TIDIED));
	s->is_dead = s->is_dead || (e != ERR_OK && e != ERR_FULL);
	return e;
}

enum err lite_wal_open(struct store_sqlite *s)
{
	enum err e = wal_renew(s);

	sqlite3_wal_hook(s->db, frames_note, s);
	return e == ERR_OK ? wal_reserve(s) : e;
}

enum err lite_tidy(struct store *store, uint64_t budget_us)
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

enum err lite_backup(struct store *store, const char *path)
{
	struct store_sqlite *s = lite(store);
	sqlite3_backup *backup;
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, s->vfs);
	enum err e = lite_err_of(rc);

	if (e != ERR_OK)
		goto out;
	backup = sqlite3_backup_init(to, "main", s->db, "main");
	if (backup == NULL) {
		e = lite_err_of(sqlite3_errcode(to));
		goto out;
	}
	rc = sqlite3_backup_step(backup, -1);
	e = rc == SQLITE_DONE ? ERR_OK : lite_err_of(rc);
	rc = sqlite3_backup_finish(backup);
	if (e == ERR_OK)
		e = lite_err_of(rc);
out:
	sqlite3_close(to);
	return e;
}
