#include "bundles.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void bundles_open(struct bundles *b, const char *path)
{
	json_error_t error;

	crypto_init();
	b->all = json_load_file(path, 0, &error);
	if (b->all == NULL) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		exit(2);
	}
	b->count = json_array_size(json_object_get(b->all, "vectors"));
}

void bundles_read(struct bundles *b, size_t index)
{
	struct accord_fault fault;
	struct accord *a = NULL;

	bundle_make(&b->copy, b->all, json_array_get(json_object_get(b->all, "vectors"), index));
	if (bundle_read(&b->copy, &a, &fault) != ERR_OK || a->guidelines == NULL) {
		fprintf(stderr, "bundle %zu: %.*s line %zu: %s\n", index, (int)fault.file.len,
			(const char *)fault.file.ptr, fault.fault.offset,
			fault.fault.rule == NULL ? "no guidelines" : fault.fault.rule);
		exit(2);
	}
	b->accord = a;
	b->guidelines = a->guidelines;
}

void bundles_close(struct bundles *b)
{
	bundle_clear(&b->copy);
	json_decref(b->all);
}

static size_t add_places(const struct bundles *b, size_t party, size_t role, struct reader *out)
{
	size_t count = 0;

	out[count++] = reader_of(party, role);
	for (size_t i = 0; i < PLANE_COUNT; i++)
		out[count++] = reader_on_plane(party, role, (enum plane)i);
	for (size_t i = 0; i < b->guidelines->feeds_count; i++)
		out[count++] = reader_of_feed(party, role, i);
	return count;
}

size_t bundles_readers(const struct bundles *b, struct reader *out)
{
	size_t count = 0, places = 1 + PLANE_COUNT + b->guidelines->feeds_count;

	for (size_t party = 0; party < b->guidelines->parties_count; party++) {
		assert(count + (b->accord->roles_count + 1) * places <= READERS_MAX);
		count += add_places(b, party, READER_NODE, out + count);
		for (size_t role = 0; role < b->accord->roles_count; role++)
			count += add_places(b, party, role, out + count);
	}
	return count;
}
