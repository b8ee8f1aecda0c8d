/*
 * vfs.h - an SQLite file layer over a `struct disk`, so that a simulated disk can lose power under the real
 * store.
 *
 * Layer: record (uses sys). For tests and the simulator: the program runs SQLite on its own UNIX layer. One
 * connection a file, locking_mode=EXCLUSIVE and WAL, so there is neither shared memory nor a lock to keep.
 */
#ifndef RECORD_VFS_H
#define RECORD_VFS_H

#include "sys/disk.h"

struct vfs;

/* Registers the layer under this name, of which there must be no other. Borrows the disk until vfs_free.
 * Gives. */
enum err vfs_new(const char *name, struct disk *disk, struct vfs **out) MUST_CHECK;
/* No file of it may be open. */
void vfs_free(struct vfs *v);
/* The next file that is opened is on this disk: a node gets its backup back. Borrows. No file may be open. */
void vfs_set_disk(struct vfs *v, struct disk *disk);

#endif
