/*
 * digest.h - what two nodes that folded the same entries must have the same of: a hash over the rows of a
 * view.
 *
 * A DIGEST statement says it in key 14: field 1 is the version of the views, field 2 the hash. What it is
 * about is the statement's own past. Digests of different versions are not compared.
 *
 * Spec: docs/spec/record.md section 11. Vectors: test/vectors/record.json.  Layer: record. Pure.
 */
#ifndef RECORD_DIGEST_H
#define RECORD_DIGEST_H

#include "base/buf.h"
#include "crypto/hash.h"
#include "wire/statement.h"

#define FIELD_DIGEST_VERSION 1u
#define FIELD_DIGEST_HASH 2u

/* Rows are added in the order of their keys; each is u32 length, key, u32 length, value, big-endian. */
struct digest {
	struct hash_stream hash;
};

void digest_open(struct digest *d);
void digest_add(struct digest *d, struct bytes key, struct bytes value);
void digest_finish(struct digest *d, uint8_t out[HASH_LEN]);

/* The two fields of a statement, their values written into *memory, which they borrow from. */
void digest_put_fields(uint64_t version, const uint8_t hash[HASH_LEN], struct buf *memory,
		       struct field out[2]);
/* ERR_RULE if the statement has them not. */
enum err digest_get_fields(const struct statement *s, uint64_t *version, uint8_t hash[HASH_LEN]) MUST_CHECK;

#endif
