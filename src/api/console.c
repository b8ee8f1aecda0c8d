#include "api/console.h"

#include "base/alloc.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MEMORY (64u << 10)
#define FOLDER_HASH_LEN 16u

struct console {
	struct console_file files[CONSOLE_FILES_MAX]; /* rising by name, as file_list gives them */
	size_t count;
	char (*paths)[FILE_NAME_MAX + 2];
	uint8_t *bytes;
};

/* What is served is what is known here: a browser is never left to guess. */
static const struct {
	const char *ending, *media_type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".woff2", "font/woff2" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
		size_t len = strlen(types[i].ending);

		if (name.len > len && memcmp(name.ptr + name.len - len, types[i].ending, len) == 0)
			return types[i].media_type;
	}
	return NULL;
}

/* Nothing that would be written another way in a URL, and nothing that is hidden. */
static bool is_name(struct bytes name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
	uint8_t last = '/';

	if (name.len == 0 || name.len > FILE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (memchr(good, name.ptr[i], sizeof good - 1) == NULL ||
		    (last == '/' && (name.ptr[i] == '.' || name.ptr[i] == '/')))
			return false;
		last = name.ptr[i];
	}
	return true;
}

/* Of another version of the console it would be in another folder. */
static bool is_lasting(const char *name)
{
	return strspn(name, "0123456789abcdef") == FOLDER_HASH_LEN && name[FOLDER_HASH_LEN] == '/';
}

/* ERR_USAGE: it is none that can be served. */
static enum err read_file(struct console *c, const char *folder, struct bytes name, struct buf *all)
{
	struct console_file *f = &c->files[c->count];
	size_t before = all->len;
	char path[FILE_PATH_MAX];
	uint8_t hash[HASH_LEN];
	enum err e;

	f->media_type = type_of(name);
	if (!is_name(name) || f->media_type == NULL)
		return ERR_USAGE;
	snprintf(c->paths[c->count], sizeof c->paths[0], "/%.*s", (int)name.len, (const char *)name.ptr);
	f->path = c->paths[c->count];
	e = file_path(path, folder, f->path + 1);
	if (e == ERR_OK)
		e = file_read(path, all);
	if (e != ERR_OK)
		return e;
	f->is_lasting = is_lasting(f->path + 1);
	f->bytes = (struct bytes){ all->ptr + before, all->len - before };
	hash_sha256(f->bytes, hash);
	f->tag[0] = '"';
	bytes_write_hex(BYTES_OF(hash), f->tag + 1);
	memcpy(f->tag + 1 + 2 * HASH_LEN, "\"", 2);
	c->count++;
	return ERR_OK;
}

struct console *console_read(const char *folder)
{
	struct bytes *names = xcalloc(CONSOLE_FILES_MAX, sizeof *names);
	struct console *c = xcalloc(1, sizeof *c);
	void *memory = xcalloc(1, NAMES_MEMORY);
	struct arena arena;
	struct buf all;
	size_t count = 0;
	enum err e;

	arena_init(&arena, memory, NAMES_MEMORY);
	c->paths = xcalloc(CONSOLE_FILES_MAX, sizeof *c->paths);
	c->bytes = xcalloc(1, CONSOLE_LEN_MAX); /* what is not written to takes no memory */
	buf_init(&all, c->bytes, CONSOLE_LEN_MAX);
	e = file_list(folder, &arena, names, CONSOLE_FILES_MAX, &count);
	if (e != ERR_OK)
		log_error("the console's files cannot be served from %s: %s", folder, err_text(e));
	for (size_t i = 0; e == ERR_OK && i < count; i++) {
		enum err why = read_file(c, folder, names[i], &all);
		if (why != ERR_OK)
			log_error("%.*s of the console is not served: %s", (int)names[i].len,
				  (const char *)names[i].ptr,
				  why == ERR_USAGE ? "its name or ending is none that is" : err_text(why));
	}
	free(memory);
	free(names);
	return c;
}

void console_free(struct console *c)
{
	if (c == NULL)
		return;
	free(c->paths);
	free(c->bytes);
	free(c);
}

const struct console_file *console_find(const struct console *c, const char *path)
{
	if (strcmp(path, "/") == 0)
		path = "/index.html";
	for (size_t i = 0; c != NULL && i < c->count; i++) {
		if (strcmp(c->files[i].path, path) == 0)
			return &c->files[i];
	}
	return NULL;
}

size_t console_count(const struct console *c)
{
	return c == NULL ? 0 : c->count;
}
