/*
 * A disk that fails when it is told to, for plays on real nodes: preloaded, it lets the call that the file
 * $FAILING names ("fdatasync EIO", "pwrite EROFS", "open EMFILE") fail from then on; open, of the record and
 * its copies alone. "pwrite EIO record.db-wal 3": the third such call on a file of that name, and all later.
 */
#include "told.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static const char *told = "";

static void __attribute__((constructor)) begin(void)
{
	told = told_open("FAILING");
}

#define FILES_MAX 256
#define NAME_LEN 32u

static char names[FILES_MAX][NAME_LEN]; /* of what is open: without its folder, as far as it fits */
static unsigned long calls;		/* on the file that is named */

static void remember(const char *path, int fd)
{
	const char *slash = strrchr(path, '/');

	if (fd < 0 || fd >= FILES_MAX)
		return;
	snprintf(names[fd], NAME_LEN, "%.31s", slash == NULL ? path : slash + 1);
}

/* Whether the words name no file, or this one, and it is that call's turn. */
static int is_meant(int fd)
{
	char name[NAME_LEN] = "";
	unsigned long from = 1;

	if (sscanf(told, "%*s %*s %31s %lu", name, &from) < 1)
		return 1;
	return fd >= 0 && fd < FILES_MAX && strcmp(names[fd], name) == 0 && ++calls >= from;
}

static int fails(const char *call, int fd)
{
	if (strncmp(told, call, strlen(call)) != 0 || !is_meant(fd))
		return 0;
	errno = strstr(told, "EROFS") != NULL	 ? EROFS
		: strstr(told, "EMFILE") != NULL ? EMFILE
		: strstr(told, "ENOSPC") != NULL ? ENOSPC
						 : EIO;
	return 1;
}

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
	int fd;

	if (strstr(path, "record.db") != NULL || strstr(path, "copies/") != NULL) {
		if (fails("open", -1))
			return -1;
	}
	fd = (int)syscall(SYS_openat, folder, path, flags, mode);
	remember(path, fd);
	return fd;
}

static mode_t mode_of(int flags, va_list rest)
{
	return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
	va_list rest;
	mode_t mode;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	return open_at(folder, path, flags, mode);
}

int fdatasync(int fd)
{
	return fails("fdatasync", fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	return fails("fdatasync", fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

/* With 64-bit offsets this is pwrite64, which SQLite calls too. */
ssize_t pwrite(int fd, const void *from, size_t len, off_t at)
{
	return fails("pwrite", fd) ? -1 : syscall(SYS_pwrite64, fd, from, len, at);
}
