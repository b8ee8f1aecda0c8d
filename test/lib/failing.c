/*
 * A disk that fails when it is told to, for plays on real nodes: preloaded, it lets the call that the file
 * $FAILING names ("fdatasync EIO", "pwrite EROFS", "open EMFILE") fail from then on; open, of the record and
 * its copies alone.
 */
#include "told.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static const char *told = "";

static void __attribute__((constructor)) begin(void)
{
	told = told_open("FAILING");
}

static int fails(const char *call)
{
	if (strncmp(told, call, strlen(call)) != 0)
		return 0;
	errno = strstr(told, "EROFS") != NULL ? EROFS : strstr(told, "EMFILE") != NULL ? EMFILE : EIO;
	return 1;
}

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
	if (strstr(path, "record.db") != NULL || strstr(path, "copies/") != NULL) {
		if (fails("open"))
			return -1;
	}
	return (int)syscall(SYS_openat, folder, path, flags, mode);
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
	return fails("fdatasync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	return fails("fdatasync") ? -1 : (int)syscall(SYS_fsync, fd);
}

/* With 64-bit offsets this is pwrite64, which SQLite calls too. */
ssize_t pwrite(int fd, const void *from, size_t len, off_t at)
{
	return fails("pwrite") ? -1 : syscall(SYS_pwrite64, fd, from, len, at);
}
