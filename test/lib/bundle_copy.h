/*
 * bundle_copy.h - an accord's bundle, changed in one place, as the vectors of accord.json and guidelines.json
 * say.
 *
 * The header of test/vectors/make_accord.py says how they look. The folder is $VECTORS, else test/vectors.
 */
#ifndef TEST_BUNDLE_COPY_H
#define TEST_BUNDLE_COPY_H

#include "accord/accord.h"

#include <jansson.h>

/* A copy of the base while it is changed. Texts are the heap's, so that a sanitizer sees a byte too far. */
struct bundle {
	struct accord_file files[ACCORD_FILES_MAX + 8];
	size_t count;
	struct bytes manifest;
	uint8_t arena_memory[ACCORD_ARENA_LEN], lines_memory[1u << 16];
	struct arena arena;
};

/* NULL, and said why; the caller gives it back with json_decref. */
json_t *bundle_vectors(const char *name);

/* The base of `vectors` as this vector changes it, with its manifest. */
void bundle_make(struct bundle *c, const json_t *vectors, const json_t *vector);
enum err bundle_read(struct bundle *c, struct accord **out, struct accord_fault *fault) MUST_CHECK;
void bundle_clear(struct bundle *c);

/* Whether it was refused as a vector's "fault" says: file, line, rule. */
bool bundle_is_refused_as(enum err e, const struct accord_fault *fault, const json_t *wanted,
			  const char *why);

#endif
