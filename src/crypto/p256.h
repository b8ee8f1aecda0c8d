/*
 * p256.h - ECDSA over NIST P-256 with SHA-256, verification only: tokens and smart cards sign with it.
 *
 * Spec: FIPS 186-5; docs/spec/signature.md.
 * Layer: crypto. Pure; OpenSSL allocates and frees within a call.
 */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include "base/bytes.h"

#define P256_POINT_LEN 65 /* 0x04, x, y */
#define P256_SCALAR_LEN 32

/* The point is uncompressed and on the curve. */
bool p256_is_good_public(const uint8_t point[P256_POINT_LEN]);

/* r and s are big-endian. False too for a point that is not good, and for r or s outside 1..n-1. */
bool p256_verify(const uint8_t point[P256_POINT_LEN], const uint8_t hash[HASH_LEN],
		 const uint8_t r[P256_SCALAR_LEN], const uint8_t s[P256_SCALAR_LEN]);

#endif
