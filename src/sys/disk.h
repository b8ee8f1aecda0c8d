/*
 * disk.h - files by name, as the record's file layer sees a disk: one vtable, so that a disk can lie and
 * forget.
 *
 * Layer: sys. The simulated side is sys/sim_disk.h, and record/vfs.h puts SQLite on it. The program itself
 * runs SQLite on SQLite's own layer for UNIX, which is kept by others and better tested than one of ours
 * would be.
 *
 * Names have at most DISK_NAME_MAX characters and no folders. ERR_IO: the operation failed; ERR_FULL: there
 * is no room, and nothing of it was written; ERR_NOT_FOUND: there is no such file. Nothing is durable before
 * sync returned ERR_OK; after a sync that failed nobody knows what is, and no later one says.
 */
#ifndef SYS_DISK_H
#define SYS_DISK_H

#include "base/bytes.h"

#define DISK_NAME_MAX 95u

struct disk;

struct disk_ops {
	/* Makes the file if it is not there. */
	enum err (*open)(struct disk *d, const char *name);
	bool (*exists)(struct disk *d, const char *name);
	/* *got is less than len only at the end of the file. */
	enum err (*read)(struct disk *d, const char *name, uint64_t offset, uint8_t *out, size_t len,
			 size_t *got);
	/* Beyond the end the gap is filled with zeros. */
	enum err (*write)(struct disk *d, const char *name, uint64_t offset, struct bytes part);
	enum err (*truncate)(struct disk *d, const char *name, uint64_t size);
	enum err (*sync)(struct disk *d, const char *name);
	enum err (*size)(struct disk *d, const char *name, uint64_t *out);
	/* Durable when it returns. */
	enum err (*remove)(struct disk *d, const char *name);
};

struct disk {
	const struct disk_ops *ops;
};

#endif
