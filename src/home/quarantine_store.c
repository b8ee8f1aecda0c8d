#include "home/quarantine_store.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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
	return true;
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

/* All of it, as it came. */
static bool is_whole(const char *path, struct bytes what)
{
	struct buf held;
	bool is_same;

	buf_init(&held, xcalloc(1, what.len + 1), what.len + 1);
	is_same = file_read(path, &held) == ERR_OK && bytes_equal(buf_bytes(&held), what);
	free(held.ptr);
	return is_same;
}

/*
 * Whoever was cut off while he wrote it has told nobody that it waits: what lies there then, or has changed
 * since, is written over. Nor is it known of what is whole whether the disk has it.
 */
enum err quarantine_put(const char *home, const char *name, struct bytes what)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	bool is_there;
	enum err e = file_path(dir, home, QUARANTINE_DIR);
	int fd;

	if (e == ERR_OK)
		e = file_path(path, dir, name);
	if (e != ERR_OK)
		return e;
	is_there = is_whole(path, what);
	if (!file_exists(path) && count_of(dir) >= QUARANTINE_MAX)
		return ERR_FULL;
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (is_there ? 0 : O_TRUNC), 0600);
	if (fd < 0)
		return ERR_IO;
	e = (is_there || write_all(fd, what)) && fsync(fd) == 0 ? ERR_OK : ERR_IO;
	if (close(fd) != 0 || (e == ERR_OK && !sync_dir(dir)))
		e = ERR_IO;
	if (e != ERR_OK && !is_there)
		unlink(path);
	return e == ERR_OK && is_there ? ERR_EXISTS : e;
}

enum err quarantine_get(const char *home, const char *name, struct buf *out)
{
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
	enum err e = file_path(dir, home, QUARANTINE_DIR);

	if (e == ERR_OK)
		e = file_path(path, dir, name);
	return e == ERR_OK ? file_read(path, out) : e;
}
