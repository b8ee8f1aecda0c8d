#include "sys/file.h"

#include "base/sort.h"
#include "sys/clock.h"
#include "sys/random.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PART_NUMBER_LEN 8u
#define PART_WORD ".part-"
#define PART_ENDING_LEN (sizeof PART_WORD - 1 + 2 * (size_t)PART_NUMBER_LEN)

enum err file_path(char out[FILE_PATH_MAX], const char *dir, const char *name)
{
	int len = snprintf(out, FILE_PATH_MAX, "%s/%s", dir, name);

	return len < 0 || (size_t)len >= FILE_PATH_MAX ? ERR_LIMIT : ERR_OK;
}

static enum err read_all(int fd, struct buf *out)
{
	for (;;) {
		uint8_t beyond;
		size_t room = out->max - out->len;
		ssize_t got = read(fd, room > 0 ? out->ptr + out->len : &beyond, room > 0 ? room : 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ERR_IO;
		if (got == 0)
			return ERR_OK;
		if (room == 0)
			return ERR_LIMIT;
		out->len += (size_t)got;
	}
}

FILE *file_open(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat is;

	if (file == NULL || fstat(fileno(file), &is) != 0 || !S_ISDIR(is.st_mode))
		return file;
	fclose(file);
	errno = EISDIR;
	return NULL;
}

enum err file_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
	e = read_all(fd, out);
	close(fd);
	return e;
}

static enum err write_all(int fd, struct bytes content)
{
	while (content.len > 0) {
		ssize_t put = write(fd, content.ptr, content.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
		content.ptr += put;
		content.len -= (size_t)put;
	}
	return ERR_OK;
}

/* A new name is on the disk only when its folder is. */
static enum err sync_folder_of(const char *path)
{
	char dir[FILE_PATH_MAX];
	char *slash;
	int fd, failed;

	if (bytes_copy_str(bytes_str(path), dir, sizeof dir) != ERR_OK)
		return ERR_LIMIT;
	slash = strrchr(dir, '/');
	if (slash != NULL)
		*(slash == dir ? slash + 1 : slash) = '\0';
	fd = open(slash == NULL ? "." : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	/* Some carriers' file systems know no sync of a folder: EINVAL. */
	failed = fsync(fd) != 0 && errno != EINVAL;
	close(fd);
	return failed != 0 ? ERR_IO : ERR_OK;
}

enum err file_place(const char *from, const char *to)
{
	return rename(from, to) == 0 ? sync_folder_of(to) : ERR_IO;
}

enum err file_place_new(const char *from, const char *to)
{
	int failed = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);

	/* Some carriers' file systems cannot be asked for that. */
	if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
		errno = EEXIST;
		failed = file_exists(to) ? -1 : rename(from, to);
	}
	if (failed != 0)
		return errno == EEXIST ? ERR_EXISTS : ERR_IO;
	return sync_folder_of(to);
}

void file_keep_private(void)
{
	(void)umask(umask(077) | 077);
}

void file_allow_open(unsigned count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count)
		return;
	limit.rlim_cur = limit.rlim_max < count ? limit.rlim_max : count;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static bool is_part(const char *name)
{
	size_t len = strlen(name);
	const char *ending = len < PART_ENDING_LEN ? "" : name + len - PART_ENDING_LEN;

	return strncmp(ending, PART_WORD, strlen(PART_WORD)) == 0 &&
	       strspn(ending + strlen(PART_WORD), "0123456789abcdef") == (size_t)2 * PART_NUMBER_LEN;
}

enum err file_part(const char *path, unsigned mode, char part[FILE_PATH_MAX], int *fd)
{
	uint8_t number[PART_NUMBER_LEN];
	char name[2 * PART_NUMBER_LEN + 1];
	int len;

	random_read(number, sizeof number);
	bytes_write_hex(BYTES_OF(number), name);
	len = snprintf(part, FILE_PATH_MAX, "%s" PART_WORD "%s", path, name);
	if (len < 0 || (size_t)len >= FILE_PATH_MAX)
		return ERR_LIMIT;
	*fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return *fd < 0 ? ERR_IO : ERR_OK;
}

static enum err write_and_place(const char *path, struct bytes content, unsigned mode,
				enum err (*place)(const char *from, const char *to))
{
	char beside[FILE_PATH_MAX];
	int fd;
	enum err e = file_part(path, mode, beside, &fd);

	if (e != ERR_OK)
		return e;
	e = write_all(fd, content);
	if (e == ERR_OK && fsync(fd) != 0)
		e = ERR_IO;
	close(fd);
	if (e == ERR_OK)
		e = place(beside, path);
	if (e != ERR_OK) {
		int why = errno;
		unlink(beside); /* not there any more, if only the folder failed */
		errno = why;
	}
	return e;
}

enum err file_write(const char *path, struct bytes content, unsigned mode)
{
	return write_and_place(path, content, mode, file_place);
}

enum err file_write_new(const char *path, struct bytes content, unsigned mode)
{
	return write_and_place(path, content, mode, file_place_new);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

enum err file_make_dir(const char *path)
{
	struct stat there;

	if (mkdir(path, 0700) == 0)
		return sync_folder_of(path);
	if (errno == EEXIST && stat(path, &there) == 0 && S_ISDIR(there.st_mode))
		return ERR_OK;
	return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

void file_sweep_parts(const char *dir, uint64_t older_s)
{
	DIR *open = opendir(dir);
	int folder = open == NULL ? -1 : dirfd(open);
	uint64_t now_s = clock_now().wall.ms / 1000;
	const struct dirent *at;
	struct stat is;

	if (open == NULL)
		return;
	while ((at = readdir(open)) != NULL) {
		if (is_part(at->d_name) && fstatat(folder, at->d_name, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (uint64_t)is.st_mtime + older_s <= now_s)
			(void)unlinkat(folder, at->d_name, 0);
	}
	closedir(open);
}

enum err file_touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
	close(fd);
	return ERR_OK;
}

enum err file_reserve(const char *path, uint64_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int why;

	if (fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
	why = len > 0 ? posix_fallocate(fd, 0, (off_t)len) : ENOSPC;
	/* The name stays, for whoever may make no new one. */
	if (why != 0 && ftruncate(fd, 0) != 0)
		why = errno;
	close(fd);
	if (why == 0 || len == 0)
		return ERR_OK;
	errno = why;
	return why == ENOSPC || why == EDQUOT ? ERR_FULL : ERR_IO;
}

uint64_t file_room(const char *path)
{
	struct statvfs v;

	return statvfs(path, &v) == 0 ? (uint64_t)v.f_bavail * v.f_frsize : 0;
}

enum err file_remove(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT ? ERR_OK : ERR_IO;
}

enum err file_lock(const char *path, int *fd)
{
	int locked = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (locked < 0)
		return ERR_IO;
	if (flock(locked, LOCK_EX | LOCK_NB) != 0) {
		bool is_held = errno == EWOULDBLOCK;
		close(locked);
		return is_held ? ERR_EXISTS : ERR_IO;
	}
	*fd = locked;
	return ERR_OK;
}

void file_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int compare_names(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static enum err list_one(const FTSENT *at, size_t dir_len, struct arena *a, struct bytes *name)
{
	const char *relative = at->fts_path + dir_len;

	while (*relative == '/')
		relative++;
	*name = arena_copy(a, bytes_str(relative));
	return name->ptr == NULL ? ERR_LIMIT : ERR_OK;
}

static bool is_folder(const char *path)
{
	struct stat is;

	if (stat(path, &is) != 0)
		return false;
	errno = S_ISDIR(is.st_mode) ? errno : ENOTDIR;
	return S_ISDIR(is.st_mode);
}

enum err file_list(const char *dir, struct arena *a, struct bytes *names, size_t max, size_t *count)
{
	char root[FILE_PATH_MAX];
	char *roots[] = { root, NULL };
	enum err e = ERR_OK;
	size_t found = 0;
	FTS *walk;

	if (bytes_copy_str(bytes_str(dir), root, sizeof root) != ERR_OK)
		return ERR_LIMIT;
	if (!is_folder(root))
		return ERR_NOT_FOUND;
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (walk == NULL)
		return ERR_IO;
	for (FTSENT *at = fts_read(walk); at != NULL && e == ERR_OK; at = fts_read(walk)) {
		if (at->fts_info == FTS_D || at->fts_info == FTS_DP ||
		    (at->fts_info == FTS_F && is_part(at->fts_name)))
			continue;
		if (at->fts_info != FTS_F)
			e = at->fts_info == FTS_ERR || at->fts_info == FTS_DNR || at->fts_info == FTS_NS
				    ? ERR_IO
				    : ERR_USAGE;
		else if (found == max)
			e = ERR_LIMIT;
		else
			e = list_one(at, strlen(dir), a, &names[found]);
		if (e == ERR_OK)
			found++;
	}
	fts_close(walk);
	if (e != ERR_OK)
		return e;
	sort_items(names, found, sizeof names[0], compare_names);
	*count = found;
	return ERR_OK;
}
