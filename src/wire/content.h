/*
 * content.h - what people read: text in portions, form fields, attachments; kept beside the entry by
 * its hash and erasable.
 *
 * Spec: docs/spec/entry.md section 2. Vectors: test/vectors/content.json. Fuzz: test/fuzz/content.c.
 * Layer: wire. Pure. Everything borrows from the bytes that were read.
 */
#ifndef WIRE_CONTENT_H
#define WIRE_CONTENT_H

#include "wire/label.h"
#include "wire/statement.h"

#define CONTENT_SALT_LEN 16

struct portion {
	struct bytes text;
	struct bytes label; /* its CBOR bytes; .len 0: the item's */
};

struct attachment {
	uint8_t hash[HASH_LEN];
	uint64_t len;
	struct bytes media_type, name;
	struct bytes label; /* its CBOR bytes; .len 0: the item's */
};

struct content {
	uint8_t salt[CONTENT_SALT_LEN];
	struct bytes language, subject; /* subject .len 0: absent */
	struct portion portions[PORTIONS_MAX];
	size_t portions_count;
	struct field fields[STATEMENT_FIELDS_MAX];
	size_t fields_count;
	struct attachment attachments[ATTACHMENTS_MAX];
	size_t attachments_count;
	bool has_padding; /* in sealed content only: whoever opened it knows */
	size_t padding_len;
};

/* ERR_STRICT, ERR_RULE; *fault names the rule and the offset. */
enum err content_read(struct bytes in, struct content *out, struct fault *fault) MUST_CHECK;
void content_write(const struct content *c, struct buf *out);
/*
 * Sets the padding of a content that has len bytes without any, so that it is written with the smallest
 * length of docs/spec/seal.md section 4. ERR_LIMIT: it is longer than SEALED_PLAIN_MAX.
 */
enum err content_pad(struct content *c, size_t len) MUST_CHECK;
/*
 * What is attached as a node keeps it, in its order: a sealed content's stands in its statement, a clear
 * one's in the content. None of a content that cannot be read; returns how many.
 */
size_t content_blobs(const struct statement *s, struct bytes content, struct blob out[ATTACHMENTS_MAX]);

#endif
