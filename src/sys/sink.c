#include "sys/sink.h"

#include "base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SINK_PATH_MAX 512u
#define SINK_BUFFER_LEN (64u << 10)

struct sink_folder {
	struct sink sink; /* first */
	int root, file;	  /* -1: not open */
	size_t len;
	uint8_t buffer[SINK_BUFFER_LEN];
};

enum err sink_put(struct sink *s, const char *path, struct bytes content)
{
	enum err e = s->ops->open(s, path);

	if (e != ERR_OK)
		return e;
	e = s->ops->add(s, content);
	if (e != ERR_OK)
		return e;
	return s->ops->close(s);
}

static struct sink_folder *folder(struct sink *s)
{
	return (struct sink_folder *)s;
}

static enum err err_of_errno(void)
{
	return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

/* Makes the folders that the path's file lies in. */
static enum err folders_make(const struct sink_folder *f, const char *path)
{
	char part[SINK_PATH_MAX];

	for (size_t i = 0; path[i] != '\0'; i++) {
		if (path[i] == '/') {
			part[i] = '\0';
			if (mkdirat(f->root, part, 0700) != 0 && errno != EEXIST)
				return err_of_errno();
		}
		part[i] = path[i];
	}
	return ERR_OK;
}

static enum err folder_open(struct sink *s, const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
	struct sink_folder *f = folder(s);

	assert(f->file < 0);
	if (strlen(path) >= SINK_PATH_MAX)
		return ERR_LIMIT;
	f->file = openat(f->root, path, flags, 0600);
	if (f->file < 0 && errno == ENOENT) {
		enum err e = folders_make(f, path);
		if (e != ERR_OK)
			return e;
		f->file = openat(f->root, path, flags, 0600);
	}
	f->len = 0;
	return f->file < 0 ? err_of_errno() : ERR_OK;
}

static enum err flush(struct sink_folder *f)
{
	size_t done = 0;

	while (done < f->len) {
		ssize_t n = write(f->file, f->buffer + done, f->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno();
		done += (size_t)n;
	}
	f->len = 0;
	return ERR_OK;
}

static enum err folder_add(struct sink *s, struct bytes part)
{
	struct sink_folder *f = folder(s);

	assert(f->file >= 0);
	while (part.len > 0) {
		size_t room = SINK_BUFFER_LEN - f->len, len = part.len < room ? part.len : room;

		memcpy(f->buffer + f->len, part.ptr, len);
		f->len += len;
		part.ptr += len;
		part.len -= len;
		if (f->len == SINK_BUFFER_LEN) {
			enum err e = flush(f);
			if (e != ERR_OK)
				return e;
		}
	}
	return ERR_OK;
}

static enum err folder_close(struct sink *s)
{
	struct sink_folder *f = folder(s);
	enum err e = flush(f);

	if (close(f->file) != 0 && e == ERR_OK)
		e = err_of_errno();
	f->file = -1;
	return e;
}

static const struct sink_ops folder_ops = { .open = folder_open, .add = folder_add, .close = folder_close };

enum err sink_folder_new(const char *path, struct sink **out)
{
	struct sink_folder *f;
	int root;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_of_errno();
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_of_errno();
	f = xcalloc(1, sizeof *f);
	f->sink.ops = &folder_ops;
	f->root = root;
	f->file = -1;
	*out = &f->sink;
	return ERR_OK;
}

enum err sink_folder_finish(struct sink *s)
{
	/* One call for thousands of small files, where a sync of each would take minutes. */
	enum err e = syncfs(folder(s)->root) == 0 ? ERR_OK : err_of_errno();

	sink_folder_free(s);
	return e;
}

void sink_folder_free(struct sink *s)
{
	if (s == NULL)
		return;
	if (folder(s)->file >= 0)
		close(folder(s)->file);
	close(folder(s)->root);
	free(s);
}
