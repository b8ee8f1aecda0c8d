/*
 * Writing again what a start has read. docs/spec/record.md section 6, ADR 19.
 *
 * After a sync that failed, what a file shows may be in the kernel's memory alone, and no later sync writes
 * it, for the kernel took it for written. So a start writes the same bytes once more, in place, before
 * anything is built on them.
 *
 * But they may also be the only copy of what was acknowledged, and a sector that is being written when the
 * power goes may have anything in it afterwards. So they are written beside first, and durably; a start that
 * finds such a copy whole was cut off, and writes from it.
 */
#include "record/sqlite.h"

#include "base/alloc.h"
#include "base/plant.h"
#include "crypto/hash.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_LEN (1u << 14)

/* The copy: a hash of all that follows, then each part after its head. A number is 8 bytes. */
#define PART_HEAD_LEN 16u /* which part, and its length */

static const char *const part_endings[RENEW_COUNT] = {
	[RENEW_WAL] = "-wal", [RENEW_REDO] = STORE_REDO_ENDING
};

/* ---- A file beside SQLite's own, on the same layer. ---- */

enum err lite_beside_open(struct store_sqlite *s, const char *ending, bool is_made, struct beside *out)
{
	sqlite3_vfs *layer = sqlite3_vfs_find(s->vfs);
	char *name = sqlite3_mprintf("%s%s", sqlite3_db_filename(s->db, "main"), ending);
	int found = is_made, rc = SQLITE_OK;

	*out = (struct beside){ 0 };
	if (name != NULL)
		out->name = sqlite3_create_filename(name, "", "", 0, NULL);
	sqlite3_free(name);
	if (out->name == NULL)
		return ERR_MEMORY;
	if (!is_made)
		rc = layer->xAccess(layer, out->name, SQLITE_ACCESS_EXISTS, &found);
	if (rc == SQLITE_OK && found) {
		out->file = xcalloc(1, (size_t)layer->szOsFile);
		rc = layer->xOpen(layer, out->name, out->file,
				  SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
				  NULL);
	}
	if (rc != SQLITE_OK || !found)
		lite_beside_close(out);
	return lite_err_of(rc);
}

void lite_beside_close(struct beside *b)
{
	if (b->file != NULL && b->file->pMethods != NULL)
		b->file->pMethods->xClose(b->file);
	free(b->file);
	sqlite3_free_filename(b->name);
	*b = (struct beside){ 0 };
}

static enum err beside_remove(struct store_sqlite *s, struct beside *b)
{
	sqlite3_vfs *layer = sqlite3_vfs_find(s->vfs);
	int rc;

	b->file->pMethods->xClose(b->file);
	b->file->pMethods = NULL;
	rc = layer->xDelete(layer, b->name, 1);
	lite_beside_close(b);
	return lite_err_of(rc);
}

static enum err read_at(sqlite3_file *f, uint64_t at, uint8_t *out, size_t len)
{
	int rc = f->pMethods->xRead(f, out, (int)len, (sqlite3_int64)at);

	return rc == SQLITE_IOERR_SHORT_READ ? ERR_SHORT : lite_err_of(rc);
}

static enum err write_at(sqlite3_file *f, uint64_t at, struct bytes part)
{
	return lite_err_of(f->pMethods->xWrite(f, part.ptr, (int)part.len, (sqlite3_int64)at));
}

static enum err sync(sqlite3_file *f)
{
	return lite_err_of(f->pMethods->xSync(f, SQLITE_SYNC_NORMAL));
}

/* `len` bytes from one place to another, into the hash as they pass; to NULL: into the hash alone. */
static enum err pass(sqlite3_file *from, uint64_t from_at, sqlite3_file *to, uint64_t to_at, uint64_t len,
		     struct hash_stream *h)
{
	uint8_t slice[SLICE_LEN];
	enum err e = ERR_OK;

	for (uint64_t done = 0; e == ERR_OK && done < len; done += sizeof slice) {
		size_t part = len - done < sizeof slice ? (size_t)(len - done) : sizeof slice;
		e = read_at(from, from_at + done, slice, part);
		if (e == ERR_OK && h != NULL)
			hash_add(h, (struct bytes){ slice, part });
		if (e == ERR_OK && to != NULL)
			e = write_at(to, to_at + done, (struct bytes){ slice, part });
	}
	return e;
}

/* ---- The copy. ---- */

static enum err copy_write(struct beside *copy, const struct renewal parts[RENEW_COUNT])
{
	uint8_t head[PART_HEAD_LEN], hash[HASH_LEN];
	uint64_t at = HASH_LEN;
	struct hash_stream h;
	enum err e = ERR_OK;

	hash_open(&h);
	for (size_t i = 0; e == ERR_OK && i < RENEW_COUNT; i++) {
		be64_put(head, i);
		be64_put(head + 8, parts[i].len);
		hash_add(&h, BYTES_OF(head));
		e = write_at(copy->file, at, BYTES_OF(head));
		if (e == ERR_OK)
			e = pass(parts[i].file, 0, copy->file, at + sizeof head, parts[i].len, &h);
		at += sizeof head + parts[i].len;
	}
	hash_finish(&h, hash);
	if (e == ERR_OK)
		e = write_at(copy->file, 0, BYTES_OF(hash));
	return e == ERR_OK ? sync(copy->file) : e;
}

/* Where each part lies in it, if it is whole: ERR_SHORT if not. */
static enum err copy_read(struct beside *copy, uint64_t at[RENEW_COUNT], uint64_t len[RENEW_COUNT])
{
	uint8_t head[PART_HEAD_LEN], wanted[HASH_LEN], hash[HASH_LEN];
	uint64_t from = HASH_LEN, size;
	sqlite3_int64 file_size = 0;
	struct hash_stream h;
	enum err e = lite_err_of(copy->file->pMethods->xFileSize(copy->file, &file_size));

	size = (uint64_t)file_size;
	if (e == ERR_OK)
		e = read_at(copy->file, 0, wanted, sizeof wanted);
	hash_open(&h);
	for (size_t i = 0; e == ERR_OK && i < RENEW_COUNT; i++) {
		e = read_at(copy->file, from, head, sizeof head);
		if (e != ERR_OK)
			break;
		from += sizeof head;
		hash_add(&h, BYTES_OF(head));
		at[i] = from;
		len[i] = be64_get(head + 8);
		if (be64_get(head) != i || from > size || len[i] > size - from)
			return ERR_SHORT;
		e = pass(copy->file, from, NULL, 0, len[i], &h);
		from += len[i];
	}
	hash_finish(&h, hash);
	return e == ERR_OK && memcmp(hash, wanted, HASH_LEN) != 0 ? ERR_SHORT : e;
}

enum err renew_finish(struct store_sqlite *s)
{
	uint64_t at[RENEW_COUNT], len[RENEW_COUNT];
	struct beside copy, part;
	enum err e = lite_beside_open(s, STORE_RENEW_ENDING, false, &copy), whole;

	if (e != ERR_OK || copy.file == NULL)
		return e;
	whole = copy_read(&copy, at, len);
	e = whole == ERR_SHORT ? ERR_OK : whole; /* a cut before it was whole: nothing was written from it */
	for (size_t i = 0; e == ERR_OK && whole == ERR_OK && i < RENEW_COUNT; i++) {
		if (len[i] == 0)
			continue;
		e = lite_beside_open(s, part_endings[i], true, &part);
		if (e == ERR_OK)
			e = pass(copy.file, at[i], part.file, 0, len[i], NULL);
		if (e == ERR_OK)
			e = sync(part.file);
		lite_beside_close(&part);
	}
	if (e == ERR_OK)
		return beside_remove(s, &copy);
	lite_beside_close(&copy);
	return e;
}

enum err renew(struct store_sqlite *s, const struct renewal parts[RENEW_COUNT])
{
	struct beside copy;
	enum err e;

	if ((parts[RENEW_WAL].len == 0 && parts[RENEW_REDO].len == 0) || PLANTED(RENEW_NOTHING))
		return ERR_OK;
	/*
	 * A full disk has no room for a copy, perhaps not even for its name, and must not keep a node from
	 * starting.
	 */
	e = lite_beside_open(s, STORE_RENEW_ENDING, true, &copy);
	if (e == ERR_OK && !PLANTED(RENEW_IN_PLACE))
		e = copy_write(&copy, parts);
	else if (e == ERR_IO)
		e = ERR_FULL;
	for (size_t i = 0; (e == ERR_OK || e == ERR_FULL) && i < RENEW_COUNT; i++) {
		const struct renewal *p = &parts[i];
		if (p->len == 0)
			continue;
		e = pass(p->file, 0, p->file, 0, p->len, NULL);
		if (e == ERR_OK)
			e = sync(p->file);
	}
	if (e == ERR_OK && copy.file != NULL)
		return beside_remove(s, &copy);
	lite_beside_close(&copy);
	return e;
}
