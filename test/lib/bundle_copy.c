#include "bundle_copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

json_t *bundle_vectors(const char *name)
{
	const char *at = getenv("VECTORS");
	char path[512];
	json_error_t error;
	json_t *vectors;

	snprintf(path, sizeof path, "%s/%s", at == NULL ? "test/vectors" : at, name);
	vectors = json_load_file(path, JSON_ALLOW_NUL, &error);
	if (vectors == NULL)
		print_message("# %s: %s\n", path, error.text);
	return vectors;
}

static struct bytes exactly(const void *ptr, size_t len)
{
	uint8_t *out = malloc(len > 0 ? len : 1);

	assert_non_null(out);
	if (len > 0)
		memcpy(out, ptr, len);
	return (struct bytes){ out, len };
}

static void drop(struct bytes *text)
{
	free((void *)(uintptr_t)text->ptr);
	*text = (struct bytes){ NULL, 0 };
}

static struct accord_file *find(struct bundle *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++) {
		if (bytes_equal(c->files[i].name, bytes_str(name)))
			return &c->files[i];
	}
	return NULL;
}

/* Puts or, with no content, takes away; files stay in the order of their names. */
static void put(struct bundle *c, const char *name, const json_t *content)
{
	struct accord_file *file = find(c, name);
	size_t at;

	if (file != NULL) {
		drop(&file->content);
		drop(&file->name);
		at = (size_t)(file - c->files);
		memmove(file, file + 1, (c->count - at - 1) * sizeof *file);
		c->count--;
	}
	if (json_is_null(content))
		return;
	for (at = 0; at < c->count && bytes_compare(c->files[at].name, bytes_str(name)) < 0;)
		at++;
	memmove(&c->files[at + 1], &c->files[at], (c->count - at) * sizeof c->files[0]);
	c->count++;
	c->files[at].name = exactly(name, strlen(name));
	if (json_is_string(content)) {
		c->files[at].content = exactly(json_string_value(content), json_string_length(content));
	} else {
		struct bytes hex = bytes_str(json_string_value(json_object_get(content, "hex")));
		uint8_t *raw = malloc(hex.len / 2);
		assert_non_null(raw);
		assert_int_equal(bytes_read_hex(hex, raw, hex.len / 2), ERR_OK);
		c->files[at].content = (struct bytes){ raw, hex.len / 2 };
	}
}

static void replace(const char *why, struct bytes *text, const char *old, const char *new)
{
	size_t old_len = strlen(old), new_len = strlen(new);
	const uint8_t *at = memmem(text->ptr, text->len, old, old_len);
	uint8_t *out = malloc(text->len - old_len + new_len + 1);
	size_t before;

	if (at == NULL)
		fail_msg("%s: there is no: %s", why, old);
	assert_non_null(out);
	before = (size_t)(at - text->ptr);
	memcpy(out, text->ptr, before);
	memcpy(out + before, new, new_len);
	memcpy(out + before + new_len, at + old_len, text->len - before - old_len);
	before = text->len - old_len + new_len;
	drop(text);
	*text = exactly(out, before);
	free(out);
}

static void change(struct bundle *c, const char *why, const json_t *row)
{
	struct accord_file *file;

	if (json_is_array(json_array_get(row, 0))) {
		const json_t *one;
		size_t i;
		json_array_foreach(row, i, one) change(c, why, one);
		return;
	}
	file = find(c, json_string_value(json_array_get(row, 0)));
	assert_non_null(file);
	replace(why, &file->content, json_string_value(json_array_get(row, 1)),
		json_string_value(json_array_get(row, 2)));
}

static void write_manifest(struct bundle *c)
{
	static uint8_t memory[MANIFEST_LEN_MAX];
	struct buf out = BUF_ON(memory);

	accord_manifest_write(c->files, c->count, &out);
	assert_int_equal(buf_check(&out), ERR_OK);
	drop(&c->manifest);
	c->manifest = exactly(out.ptr, out.len);
}

void bundle_clear(struct bundle *c)
{
	while (c->count > 0) {
		c->count--;
		drop(&c->files[c->count].name);
		drop(&c->files[c->count].content);
	}
	drop(&c->manifest);
}

void bundle_make(struct bundle *c, const json_t *vectors, const json_t *vector)
{
	const char *why = json_string_value(json_object_get(vector, "name"));
	const json_t *manifest = json_object_get(vector, "manifest");
	const char *name;
	json_t *content;

	bundle_clear(c);
	json_object_foreach(json_object_get(vectors, "base"), name, content) put(c, name, content);
	if (json_object_get(vector, "change") != NULL)
		change(c, why, json_object_get(vector, "change"));
	json_object_foreach(json_object_get(vector, "files"), name, content) put(c, name, content);
	write_manifest(c);
	if (json_array_size(manifest) == 1) {
		drop(&c->manifest);
		c->manifest = exactly(json_string_value(json_array_get(manifest, 0)),
				      json_string_length(json_array_get(manifest, 0)));
	} else if (manifest != NULL) {
		replace(why, &c->manifest, json_string_value(json_array_get(manifest, 0)),
			json_string_value(json_array_get(manifest, 1)));
	}
}

enum err bundle_read(struct bundle *c, struct accord **out, struct accord_fault *fault)
{
	arena_init(&c->arena, c->arena_memory, sizeof c->arena_memory);
	return accord_read(c->manifest, c->files, c->count, &c->arena, out, fault);
}

bool bundle_is_refused_as(enum err e, const struct accord_fault *fault, const json_t *wanted, const char *why)
{
	const char *file = json_string_value(json_array_get(wanted, 0));
	size_t line = (size_t)json_integer_value(json_array_get(wanted, 1));
	const char *rule = json_string_value(json_array_get(wanted, 2));

	if (e == ERR_USAGE && bytes_equal(fault->file, bytes_str(file)) && fault->fault.offset == line &&
	    strcmp(fault->fault.rule, rule) == 0)
		return true;
	print_message("# %s: %s, %.*s line %zu %s, want %s line %zu %s\n", why, err_name(e),
		      (int)fault->file.len, (const char *)fault->file.ptr, fault->fault.offset,
		      fault->fault.rule == NULL ? "no rule" : fault->fault.rule, file, line, rule);
	return false;
}
