/*
 * A disk that fails when it is told to, for plays on real nodes: preloaded, it lets the call that the file
 * $FAILING names ("fdatasync EIO", "pwrite EROFS") fail from then on.
 */
#include "told.h"

#include <errno.h>
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
	errno = strstr(told, "EROFS") != NULL ? EROFS : EIO;
	return 1;
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
