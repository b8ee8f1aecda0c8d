/*
 * label.h - the marking of an item: a level, then categories with their values; rel is one of them.
 *
 *	label = [tstr, [* [tstr, [+ tstr]]]]
 *
 * Spec: docs/spec/entry.md section 5. Layer: wire. Pure.
 * Categories and their values are in rising byte order, each once.
 */
#ifndef WIRE_LABEL_H
#define WIRE_LABEL_H

#include "wire/cbor.h"

struct label_category {
	struct bytes name;
	size_t first, count; /* of label.values */
};

struct label {
	struct bytes level;
	struct label_category categories[LABEL_CATEGORIES_MAX];
	size_t categories_count;
	struct bytes values[LABEL_VALUES_MAX];
	size_t values_count;
};

enum err label_read(struct cbor_reader *r, struct label *out);
/* ERR_RULE if it is not in order or holds no level. */
enum err label_check(const struct label *l) MUST_CHECK;
void label_write(const struct label *l, struct buf *out);

/* Whether the category's values hold this one; false if the category is absent. */
bool label_has(const struct label *l, struct bytes category, struct bytes value);

#endif
