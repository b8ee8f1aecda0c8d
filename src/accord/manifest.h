/*
 * manifest.h - the rows of a MANIFEST; writing and comparing them is in accord.h.
 *
 * Spec: docs/spec/accord.md section 3. Layer: accord. Pure. For the files of this folder only.
 */
#ifndef ACCORD_MANIFEST_H
#define ACCORD_MANIFEST_H

#include "accord/accord.h"

struct manifest_row {
	uint8_t hash[HASH_LEN];
	struct bytes name; /* borrowed */
};

/* Takes the next row; ERR_NOT_FOUND at the end, ERR_USAGE if it is no row of sha256sum. */
enum err manifest_next(struct bytes *in, struct manifest_row *out) MUST_CHECK;

/* A file that is read, or one that a later version will read: that is listed, kept and not opened. */
bool is_bundle_name(struct bytes name);

#endif
