#include "home/quarantine_store.h"

#include "base/limits.h"
#include "base/log.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static size_t count_of(const char *dir)
{
	DIR *open = opendir(dir);
	size_t count = 0;

	if (open == NULL)
		return QUARANTINE_MAX;
	for (const struct dirent *e = readdir(open); e != NULL; e = readdir(open))
		count += e->d_name[0] != '.';
	closedir(open);
	return count;
}

static bool write_all(int fd, struct bytes what)
{
	while (what.len > 0) {
		ssize_t done = write(fd, what.ptr, what.len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		what.ptr += done;
		what.len -= (size_t)done;
	}
	return fsync(fd) == 0;
}

/* The name itself is on the disk only when its folder is. */
static bool sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return is_done;
}

enum err quarantine_put(const char *home, const char *name, struct bytes what)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	enum err e = file_path(dir, home, QUARANTINE_DIR);
	int fd;

	if (e == ERR_OK)
		e = file_path(path, dir, name);
	if (e != ERR_OK)
		return e;
	if (file_exists(path))
		return ERR_EXISTS;
	if (count_of(dir) >= QUARANTINE_MAX)
		return ERR_FULL;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : ERR_IO;
	e = write_all(fd, what) ? ERR_OK : ERR_IO;
	if (close(fd) != 0 || (e == ERR_OK && !sync_dir(dir)))
		e = ERR_IO;
	if (e != ERR_OK)
		unlink(path);
	return e;
}

enum err quarantine_get(const char *home, const char *name, struct buf *out)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	enum err e = file_path(dir, home, QUARANTINE_DIR);

	if (e == ERR_OK)
		e = file_path(path, dir, name);
	return e == ERR_OK ? file_read(path, out) : e;
}
