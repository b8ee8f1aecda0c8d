/*
 * merkle.h - the arithmetic of RFC 6962 trees: roots from complete subtrees, proofs and their checks.
 *
 * Spec: RFC 6962 section 2.1; docs/spec/record.md section 2. Vectors: test/vectors/merkle.json.
 * Layer: crypto. Pure: hashes are asked from the caller and never kept.
 *
 * A node of the tree is named (level, index): level 0 are leaves, and node (l, i) covers the leaves
 * i * 2^l .. (i + 1) * 2^l - 1. Only complete nodes are stored.
 */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include "crypto/hash.h"

#define MERKLE_PROOF_MAX 64u

/* The roots of the complete subtrees that make up a tree, largest first: enough to append. */
struct frontier {
	uint64_t size;
	uint8_t nodes[64][HASH_LEN];
	unsigned count; /* = number of one bits of size */
};

/* Each complete node that an append finishes, the leaf among them, is handed to `put` (may be NULL). */
typedef enum err merkle_put(void *self, unsigned level, uint64_t index, const uint8_t hash[HASH_LEN]);
typedef enum err merkle_get(void *self, unsigned level, uint64_t index, uint8_t hash[HASH_LEN]);

enum err frontier_append(struct frontier *f, const uint8_t leaf[HASH_LEN], merkle_put *put,
			 void *self) MUST_CHECK;
/* The root of size 0 is SHA-256 of nothing. */
void frontier_root(const struct frontier *f, uint8_t root[HASH_LEN]);
/* Reads the complete subtrees of a tree of this size. */
enum err frontier_load(struct frontier *f, uint64_t size, merkle_get *get, void *self) MUST_CHECK;

/* Proof that the tree of size `old` is the beginning of that of size `size`; ERR_USAGE if old > size. */
enum err merkle_consistency(uint64_t old, uint64_t size, merkle_get *get, void *self,
			    uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count) MUST_CHECK;
enum err merkle_inclusion(uint64_t index, uint64_t size, merkle_get *get, void *self,
			  uint8_t proof[MERKLE_PROOF_MAX][HASH_LEN], size_t *count) MUST_CHECK;

/* ERR_VERIFY if the proof does not hold (RFC 9162 sections 2.1.3.2 and 2.1.4.2). */
enum err merkle_check_consistency(uint64_t old, const uint8_t old_root[HASH_LEN], uint64_t size,
				  const uint8_t root[HASH_LEN], const uint8_t (*proof)[HASH_LEN],
				  size_t count) MUST_CHECK;
enum err merkle_check_inclusion(uint64_t index, const uint8_t leaf[HASH_LEN], uint64_t size,
				const uint8_t root[HASH_LEN], const uint8_t (*proof)[HASH_LEN],
				size_t count) MUST_CHECK;

#endif
