/*
 * hkdf.h - keys out of secrets: HKDF with SHA-256, whole and in its two halves.
 *
 * Spec: RFC 5869. Layer: crypto. Pure; OpenSSL allocates and frees within a call.
 */
#ifndef CRYPTO_HKDF_H
#define CRYPTO_HKDF_H

#include "base/bytes.h"

/* An empty salt is 32 zero bytes. The secret is not empty. */
void hkdf_extract(struct bytes salt, struct bytes secret, uint8_t out[HASH_LEN]);
/* len is at most 255 * HASH_LEN. */
void hkdf_expand(const uint8_t extracted[HASH_LEN], struct bytes use, uint8_t *out, size_t len);
/* Both, to 32 bytes. */
void hkdf(struct bytes salt, struct bytes secret, struct bytes use, uint8_t out[HASH_LEN]);

#endif
