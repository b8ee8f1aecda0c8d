#include "record/vfs.h"

#include "base/alloc.h"
#include "base/prng.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define VFS_NAME_MAX 31u
#define VFS_SECTOR_LEN 4096

struct vfs {
	sqlite3_vfs layer; /* first: the one pointer is the other */
	struct disk *disk;
	char name[VFS_NAME_MAX + 1];
	struct prng prng;
};

struct vfs_file {
	sqlite3_file file; /* first */
	struct disk *disk;
	char name[DISK_NAME_MAX + 1];
	bool is_deleted_on_close;
};

static struct vfs_file *vfs_file(sqlite3_file *f)
{
	return (struct vfs_file *)f;
}

static struct vfs *vfs(sqlite3_vfs *layer)
{
	return (struct vfs *)layer;
}

/* A full disk is SQLite's own code; anything else is the failure of that operation. */
static int code_of(enum err e, int failure)
{
	return e == ERR_OK ? SQLITE_OK : e == ERR_FULL ? SQLITE_FULL : failure;
}

/* ---- A file. ---- */

static int file_close(sqlite3_file *file)
{
	struct vfs_file *f = vfs_file(file);

	if (f->is_deleted_on_close && f->disk->ops->remove(f->disk, f->name) != ERR_OK)
		return SQLITE_IOERR_DELETE;
	return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
	struct vfs_file *f = vfs_file(file);
	size_t got = 0;
	enum err e = f->disk->ops->read(f->disk, f->name, (uint64_t)offset, out, (size_t)len, &got);

	if (e != ERR_OK)
		return SQLITE_IOERR_READ;
	if (got == (size_t)len)
		return SQLITE_OK;
	memset((uint8_t *)out + got, 0, (size_t)len - got);
	return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *part, int len, sqlite3_int64 offset)
{
	struct vfs_file *f = vfs_file(file);

	return code_of(
		f->disk->ops->write(f->disk, f->name, (uint64_t)offset, (struct bytes){ part, (size_t)len }),
		SQLITE_IOERR_WRITE);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct vfs_file *f = vfs_file(file);

	return code_of(f->disk->ops->truncate(f->disk, f->name, (uint64_t)size), SQLITE_IOERR_TRUNCATE);
}

static int file_sync(sqlite3_file *file, int flags)
{
	struct vfs_file *f = vfs_file(file);

	(void)flags;
	return code_of(f->disk->ops->sync(f->disk, f->name), SQLITE_IOERR_FSYNC);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	struct vfs_file *f = vfs_file(file);
	uint64_t size = 0;
	enum err e = f->disk->ops->size(f->disk, f->name, &size);

	*out = (sqlite3_int64)size;
	return code_of(e, SQLITE_IOERR_FSTAT);
}

static int file_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
	(void)file;
	(void)operation;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int file_sector_len(sqlite3_file *file)
{
	(void)file;
	return VFS_SECTOR_LEN;
}

/* As SQLite assumes of a disk under UNIX: a torn write leaves the bytes beside it alone. */
static int file_traits(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_lock,
	.xCheckReservedLock = file_is_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector_len,
	.xDeviceCharacteristics = file_traits,
};

/* ---- The layer. ---- */

static int vfs_open_file(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	struct vfs_file *f = vfs_file(file);
	struct disk *disk = vfs(layer)->disk;

	memset(f, 0, sizeof *f);
	if (name == NULL || strlen(name) > DISK_NAME_MAX)
		return SQLITE_CANTOPEN; /* temporary files are kept in memory */
	if ((flags & SQLITE_OPEN_CREATE) == 0 && !disk->ops->exists(disk, name))
		return SQLITE_CANTOPEN;
	if (disk->ops->open(disk, name) != ERR_OK)
		return SQLITE_CANTOPEN;
	f->disk = disk;
	memcpy(f->name, name, strlen(name));
	f->is_deleted_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
	f->file.pMethods = &file_methods;
	if (out_flags != NULL)
		*out_flags = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *layer, const char *name, int is_synced)
{
	struct disk *disk = vfs(layer)->disk;
	enum err e = disk->ops->remove(disk, name);

	(void)is_synced;
	return e == ERR_NOT_FOUND ? SQLITE_IOERR_DELETE_NOENT : code_of(e, SQLITE_IOERR_DELETE);
}

static int vfs_access(sqlite3_vfs *layer, const char *name, int flags, int *out)
{
	struct disk *disk = vfs(layer)->disk;

	(void)flags;
	*out = disk->ops->exists(disk, name);
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *layer, const char *name, int max, char *out)
{
	(void)layer;
	return bytes_copy_str(bytes_str(name), out, (size_t)max) == ERR_OK ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_randomness(sqlite3_vfs *layer, int len, char *out)
{
	for (int i = 0; i < len; i++)
		out[i] = (char)prng_below(&vfs(layer)->prng, 256);
	return len;
}

static int vfs_sleep(sqlite3_vfs *layer, int us)
{
	(void)layer;
	return us;
}

/* A simulated disk has no clock, and the store asks for no dates. */
static int vfs_current_time(sqlite3_vfs *layer, double *days)
{
	(void)layer;
	*days = 2440587.5; /* 1970-01-01 as a Julian day */
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *layer, int len, char *out)
{
	(void)layer;
	(void)len;
	(void)out;
	return 0;
}

enum err vfs_new(const char *name, struct disk *disk, struct vfs **out)
{
	struct vfs *v = xcalloc(1, sizeof *v);

	v->disk = disk;
	prng_init(&v->prng, 0);
	v->layer = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)sizeof(struct vfs_file),
		.mxPathname = (int)DISK_NAME_MAX,
		.zName = v->name,
		.xOpen = vfs_open_file,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_path,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_current_time,
		.xGetLastError = vfs_last_error,
	};
	if (bytes_copy_str(bytes_str(name), v->name, sizeof v->name) != ERR_OK ||
	    sqlite3_vfs_find(name) != NULL || sqlite3_vfs_register(&v->layer, 0) != SQLITE_OK) {
		free(v);
		return ERR_EXISTS;
	}
	*out = v;
	return ERR_OK;
}

void vfs_free(struct vfs *v)
{
	if (v == NULL)
		return;
	sqlite3_vfs_unregister(&v->layer);
	free(v);
}

void vfs_set_disk(struct vfs *v, struct disk *disk)
{
	v->disk = disk;
}
