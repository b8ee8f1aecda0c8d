/*
 * hash.h - SHA-256, and the two ways in which a Merkle tree uses it (RFC 6962 section 2.1).
 *
 * Layer: crypto (may use base). Pure.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/bytes.h"

void hash_sha256(struct bytes in, uint8_t out[HASH_LEN]);
void hash_leaf(struct bytes entry, uint8_t out[HASH_LEN]); /* SHA-256(0x00 + entry) */
void hash_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t out[HASH_LEN]);
/* SHA-256 over parts, one after the other. */
void hash_parts(const struct bytes *parts, size_t count, uint8_t out[HASH_LEN]);

/* MD5, for a format that names values by it: nothing is trusted to it. */
void hash_md5(struct bytes in, uint8_t out[16]);

/* A hash over a stream: attachments, files, traces. */
struct hash_stream {
	_Alignas(16) uint8_t state[128];
};
void hash_open(struct hash_stream *h);
void hash_add(struct hash_stream *h, struct bytes part);
void hash_finish(struct hash_stream *h, uint8_t out[HASH_LEN]);

#endif
