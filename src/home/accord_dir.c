#include "home/accord_dir.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define FILES_LEN_MAX (8u << 20)

static bool begins_with(struct bytes name, const char *word)
{
	size_t len = strlen(word);

	return name.len > len && memcmp(name.ptr, word, len) == 0;
}

static enum err read_one(struct accord_dir *d, struct bytes name, struct buf *files)
{
	char path[FILE_PATH_MAX];
	size_t begin = files->len;
	struct bytes content;
	enum err e = file_path(path, d->path, (const char *)name.ptr);

	if (e == ERR_OK)
		e = file_read(path, files);
	if (e != ERR_OK)
		return e;
	content = (struct bytes){ files->ptr + begin, files->len - begin };
	if (content.len > ACCORD_FILE_LEN_MAX)
		return ERR_LIMIT;
	if (bytes_equal(name, BYTES_LIT("MANIFEST"))) {
		d->manifest = content;
	} else if (begins_with(name, "SIGNED/")) {
		if (d->signatures_count == ACCORD_KEYS_MAX)
			return ERR_LIMIT;
		d->signature_names[d->signatures_count] = name;
		d->signatures[d->signatures_count++] = content;
	} else {
		if (d->files_count == ACCORD_FILES_MAX)
			return ERR_LIMIT;
		d->files[d->files_count++] = (struct accord_file){ name, content };
	}
	return ERR_OK;
}

enum err accord_dir_open(struct accord_dir *d, const char *path)
{
	const size_t names_max = ACCORD_FILES_MAX + ACCORD_KEYS_MAX + 1;
	struct bytes *names;
	struct buf files;
	size_t count = 0;
	enum err e;

	*d = (struct accord_dir){ 0 };
	if (strlen(path) >= sizeof d->path)
		return ERR_LIMIT;
	memcpy(d->path, path, strlen(path) + 1);
	d->memory = xcalloc(1, ACCORD_ARENA_LEN + FILES_LEN_MAX);
	arena_init(&d->arena, d->memory, ACCORD_ARENA_LEN);
	buf_init(&files, d->memory + ACCORD_ARENA_LEN, FILES_LEN_MAX);
	names = xcalloc(names_max, sizeof *names);
	e = file_list(path, &d->arena, names, names_max, &count);
	for (size_t i = 0; i < count && e == ERR_OK; i++)
		e = read_one(d, names[i], &files);
	free(names);
	if (e != ERR_OK)
		accord_dir_close(d);
	return e;
}

enum err accord_dir_check(struct accord_dir *d)
{
	if (d->manifest.len == 0)
		return ERR_NOT_FOUND;
	return accord_read(d->manifest, d->files, d->files_count, &d->arena, &d->accord, &d->fault);
}

void accord_dir_close(struct accord_dir *d)
{
	free(d->memory);
	d->memory = NULL;
	d->accord = NULL;
}

/* By a root that the party had in the version before, and has no more: it lets go. */
static bool is_by_old_root(const struct accord *old, const struct accord *next, struct bytes armoured)
{
	struct accord under = *old;
	size_t key;

	under.manifest = next->manifest;
	return accord_signature_check(&under, armoured, &key) == ERR_OK;
}

bool accord_dir_is_signed(const struct accord_dir *d, const struct accord *old, size_t party,
			  const char **bad)
{
	size_t keys[ACCORD_KEYS_MAX], count = 0;

	*bad = NULL;
	for (size_t i = 0; i < d->signatures_count; i++) {
		size_t key;
		if (accord_signature_check(d->accord, d->signatures[i], &key) == ERR_OK)
			keys[count++] = key;
		else if (old == NULL || !is_by_old_root(old, d->accord, d->signatures[i]))
			*bad = (const char *)d->signature_names[i].ptr;
	}
	return accord_has_quorum(d->accord, party, keys, count);
}
