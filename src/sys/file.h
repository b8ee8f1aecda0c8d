/*
 * file.h - whole small files: read, replaced, listed, locked.
 *
 * Layer: sys. For settings, accords, keys, the signer's marks. The record's own file layer is sys/disk.h.
 * ERR_IO leaves errno as the system set it.
 */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdio.h>

#define FILE_PATH_MAX 4096u

/* dir/name in out; ERR_LIMIT if it is too long. */
enum err file_path(char out[FILE_PATH_MAX], const char *dir, const char *name) MUST_CHECK;

/* For a stream's reader: NULL with errno, also of a folder (EISDIR). The caller closes it. */
FILE *file_open(const char *path);

/* Appends the whole file. ERR_NOT_FOUND, ERR_LIMIT (longer than the buffer's room), ERR_IO. */
enum err file_read(const char *path, struct buf *out) MUST_CHECK;

/*
 * A new file beside `path`, for whoever writes it whole and has file_place() put it there: under a name that
 * nobody can guess, never through a link or into a file that somebody left there. The caller closes it and,
 * if it comes to nothing, unlinks it. ERR_IO, ERR_LIMIT.
 */
enum err file_part(const char *path, unsigned mode, char part[FILE_PATH_MAX], int *fd) MUST_CHECK;

/* Of this folder: parts that nobody has written to for so long. Whoever made them was cut off. */
void file_sweep_parts(const char *dir, uint64_t older_s);

/* Makes or replaces the whole file: all of it or nothing of it, and on the disk. mode as in open(2). */
enum err file_write(const char *path, struct bytes content, unsigned mode) MUST_CHECK;

/* Puts a whole file that is on the disk in another's place or where none is: its name is then there too. */
enum err file_place(const char *from, const char *to) MUST_CHECK;

/* The same, never over another: ERR_EXISTS, and errno says so too. */
enum err file_place_new(const char *from, const char *to) MUST_CHECK;
enum err file_write_new(const char *path, struct bytes content, unsigned mode) MUST_CHECK;

/* Whatever this process makes from now on is its own user's alone, however free with it the umask is. */
void file_keep_private(void);

/* This process may have `count` files and sockets open at once, as far as the system lets it. */
void file_allow_open(unsigned count);

bool file_exists(const char *path);

/* Makes the folder for the owner alone; it may exist. Those above it must. */
enum err file_make_dir(const char *path) MUST_CHECK;

/* Makes an empty file for the owner alone if there is none. */
enum err file_touch(const char *path) MUST_CHECK;

/* Makes a file hold so much of the disk and nothing else; 0: none. ERR_FULL: it holds nothing; ERR_IO. */
enum err file_reserve(const char *path, uint64_t len) MUST_CHECK;
/* Bytes that may still be written where this file or folder lies; 0 if that cannot be known. */
uint64_t file_room(const char *path);
/* It need not exist. */
enum err file_remove(const char *path) MUST_CHECK;

/* Takes or gives back the lock on a file, which is made if need be. ERR_EXISTS: another process holds it. */
enum err file_lock(const char *path, int *fd) MUST_CHECK;
void file_unlock(int fd);

/*
 * All regular files below dir, at any depth, as names relative to it ("forms/N01"), rising by name; but no
 * part of one.
 * ERR_LIMIT: more than max, or the arena is used up; ERR_NOT_FOUND; ERR_USAGE: something there is neither
 * file nor folder. Names live in the arena, with a terminator behind them.
 */
enum err file_list(const char *dir, struct arena *a, struct bytes *names, size_t max,
		   size_t *count) MUST_CHECK;

#endif
