#include "home/versions.h"

#include "base/alloc.h"
#include "policy/opened.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX ((size_t)ACCORD_VERSIONS_MAX * (ACCORD_FILES_MAX + ACCORD_KEYS_MAX + 1))
#define NAMES_LEN (2u << 20)

static enum err refuse(struct version_fault *f, enum version_why why, enum err e, const char *name)
{
	f->why = why;
	f->err = e;
	if (bytes_copy_str(bytes_str(name), f->name, sizeof f->name) != ERR_OK)
		f->name[0] = '\0';
	return e;
}

/* By every party, and by the roots and under the registrar that it had before, if it has others now. */
static enum err check_signed(const struct accord_dir *d, const struct accord *old, struct version_fault *f)
{
	for (size_t i = 0; i < d->accord->parties_count; i++) {
		const char *bad = NULL;
		bool is_signed = accord_dir_is_signed(d, old, i, &bad);
		if (bad != NULL)
			return refuse(f, VERSION_FALSE, ERR_VERIFY, bad);
		if (!is_signed ||
		    (old != NULL && !accord_is_let_go(old, d->accord, i, d->signatures, d->signatures_count)))
			return refuse(f, VERSION_UNSIGNED, ERR_REFUSED, d->accord->parties[i].code);
	}
	return ERR_OK;
}

enum err version_opened_check(const struct accord *next, const struct accord *old, struct accord_fault *fault)
{
	uint8_t *memory = xcalloc(1, MATRIX_ARENA_LEN);
	struct arena arena;
	enum err e;

	arena_init(&arena, memory, MATRIX_ARENA_LEN);
	e = opened_check(next, old, &arena, fault);
	free(memory);
	return e;
}

static enum err check(struct accord_dir *d, const struct accord *old, const char *hash,
		      struct version_fault *f)
{
	char is[2 * HASH_LEN + 1];
	enum err e = accord_dir_check(d);

	if (e != ERR_OK) {
		f->fault = d->fault;
		return refuse(
			f, e == ERR_USAGE && d->fault.fault.rule != NULL ? VERSION_RULE : VERSION_UNREADABLE,
			e, "");
	}
	bytes_write_hex(BYTES_OF(d->accord->hash), is);
	if (strcmp(is, hash) != 0)
		return refuse(f, VERSION_NAME, ERR_CORRUPT, is);
	if (old != NULL && accord_succeeds(old, d->accord, &f->fault) != ERR_OK)
		return refuse(f, VERSION_RULE, ERR_USAGE, "");
	if (old != NULL) {
		e = version_opened_check(d->accord, old, &f->fault);
		if (e != ERR_OK)
			return refuse(f, e == ERR_USAGE ? VERSION_RULE : VERSION_UNREADABLE, e, "");
	}
	return check_signed(d, old, f);
}

enum err versions_add(struct versions *v, const char *home, const char *hash, struct version_fault *f)
{
	const struct accord *old = v->held.count == 0 ? NULL : accord_newest(&v->held);
	char dir[FILE_PATH_MAX], path[FILE_PATH_MAX], is[2 * HASH_LEN + 1];
	struct accord_dir *d;
	enum err e = file_path(dir, home, "accord");

	*f = (struct version_fault){ 0 };
	for (size_t i = 0; i < v->held.count; i++) {
		bytes_write_hex(BYTES_OF(v->held.of[i]->hash), is);
		if (strcmp(is, hash) == 0)
			return ERR_EXISTS;
	}
	if (v->held.count == ACCORD_VERSIONS_MAX)
		return refuse(f, VERSION_UNREADABLE, ERR_LIMIT, "ACCORD_VERSIONS_MAX");
	if (e == ERR_OK)
		e = file_path(path, dir, hash);
	if (e != ERR_OK)
		return refuse(f, VERSION_UNREADABLE, e, "");
	d = xcalloc(1, sizeof *d);
	e = accord_dir_open(d, path);
	e = e == ERR_OK ? check(d, old, hash, f) : refuse(f, VERSION_UNREADABLE, e, "");
	if (e != ERR_OK) {
		/* The fault's file may be a name in it. */
		if (f->why == VERSION_RULE &&
		    bytes_copy_str(f->fault.file, f->name, sizeof f->name) == ERR_OK)
			f->fault.file = bytes_str(f->name);
		accord_dir_close(d);
		free(d);
		return e;
	}
	v->dirs[v->held.count] = d;
	v->held.of[v->held.count++] = d->accord;
	return ERR_OK;
}

/* One more that follows the newest, if there is one. */
static bool add_next(struct versions *v, const char *home, const struct bytes *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bytes rest = names[i], hash;
		struct version_fault fault;
		char name[2 * HASH_LEN + 1];
		if (bytes_take_until(&rest, '/', &hash) == ERR_OK &&
		    bytes_equal(rest, BYTES_LIT("MANIFEST")) &&
		    bytes_copy_str(hash, name, sizeof name) == ERR_OK &&
		    versions_add(v, home, name, &fault) == ERR_OK)
			return true;
	}
	return false;
}

enum err versions_read(struct versions *v, const char *home, const char *first, struct version_fault *f)
{
	char dir[FILE_PATH_MAX];
	struct bytes *names;
	struct arena arena;
	uint8_t *memory;
	size_t count = 0;
	enum err e;

	*v = (struct versions){ 0 };
	e = versions_add(v, home, first, f);
	if (e != ERR_OK)
		return e;
	names = xcalloc(NAMES_MAX, sizeof *names);
	memory = xcalloc(1, NAMES_LEN);
	arena_init(&arena, memory, NAMES_LEN);
	e = file_path(dir, home, "accord");
	if (e == ERR_OK)
		e = file_list(dir, &arena, names, NAMES_MAX, &count);
	while (e == ERR_OK && v->held.count < ACCORD_VERSIONS_MAX && add_next(v, home, names, count))
		;
	free(names);
	free(memory);
	return e == ERR_OK ? ERR_OK : refuse(f, VERSION_UNREADABLE, e, "");
}

void versions_close(struct versions *v)
{
	for (size_t i = 0; i < v->held.count; i++) {
		accord_dir_close(v->dirs[i]);
		free(v->dirs[i]);
	}
	*v = (struct versions){ 0 };
}
