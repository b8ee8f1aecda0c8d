/*
 * sink.h - where an export goes: files by path, one after the other.
 *
 * Layer: sys. Paths are relative, with slashes, made by us and never by a peer: parts of [A-Za-z0-9._-].
 */
#ifndef SYS_SINK_H
#define SYS_SINK_H

#include "base/bytes.h"

struct sink;

struct sink_ops {
	/* A file is opened, added to, closed; then the next. */
	enum err (*open)(struct sink *s, const char *path);
	enum err (*add)(struct sink *s, struct bytes part);
	enum err (*close)(struct sink *s);
};

struct sink {
	const struct sink_ops *ops;
};

/* A whole file at once. */
enum err sink_put(struct sink *s, const char *path, struct bytes content) MUST_CHECK;

/*
 * A folder, which is made if need be, as the folders in it are; files that are there are replaced. ERR_IO
 * leaves errno. Gives; sink_folder_finish makes all of it durable and frees it, sink_folder_free gives up.
 */
enum err sink_folder_new(const char *path, struct sink **out) MUST_CHECK;
enum err sink_folder_finish(struct sink *s) MUST_CHECK;
void sink_folder_free(struct sink *s);

#endif
