/*
 * A disk that fails when it is told to, for plays on real nodes: preloaded, it lets the call that the file
 * $FAILING names ("fdatasync EIO", "pwrite EROFS") fail from then on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *call)
{
	const char *path = getenv("FAILING");
	char text[64] = "";
	int fd, kept = errno, why = 0;

	if (path == NULL)
		return 0;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		errno = kept;
		return 0;
	}
	if (syscall(SYS_read, fd, text, sizeof text - 1) > 0 && strncmp(text, call, strlen(call)) == 0)
		why = strstr(text, "EROFS") != NULL ? EROFS : EIO;
	syscall(SYS_close, fd);
	errno = why != 0 ? why : kept;
	return why;
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
