/*
 * sign.h - Ed25519. The verdict on a signature is that of libsodium 1.0.18 and is normative.
 *
 * Spec: RFC 8032; docs/spec/signature.md section 2. Layer: crypto. Pure.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/bytes.h"

#define SIGN_SEED_LEN 32
#define SIGN_PUBLIC_LEN 32
#define SIGN_LEN 64

struct sign_key {
	uint8_t public[SIGN_PUBLIC_LEN];
	uint8_t secret[64]; /* seed and public key, as libsodium keeps them */
};

/* Must be called once in a process before anything else of crypto; aborts if the library is unfit. */
void crypto_init(void);

void sign_key_from_seed(struct sign_key *k, const uint8_t seed[SIGN_SEED_LEN]);
void sign_key_wipe(struct sign_key *k);
void sign_make(const struct sign_key *k, struct bytes message, uint8_t out[SIGN_LEN]);
bool sign_verify(const uint8_t public[SIGN_PUBLIC_LEN], struct bytes message,
		 const uint8_t signature[SIGN_LEN]);
/* A point of the curve in canonical form and not of low order, no more and no less: what a key must be to be
 * enrolled. */
bool sign_is_good_public(const uint8_t public[SIGN_PUBLIC_LEN]);

/* Bytes that nobody can guess, stretched from a 32-byte seed: statement ids and salts in the core,
 * which has no randomness of its own. Each read replaces the seed: what was read cannot be found from it. */
struct drbg {
	uint8_t seed[32];
};
void drbg_read(struct drbg *d, uint8_t *out, size_t len);

#endif
