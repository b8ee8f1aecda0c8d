/*
 * tls_provider.h - an OpenSSL provider whose Ed25519 keys sign somewhere else. For tls.c and
 * tls_certificate.c only.
 *
 * Layer: crypto. OpenSSL reaches private keys through providers alone; this one has a public key and a
 * function to call, and refuses to hand anything else out, so that no part of OpenSSL can look for a private
 * key.
 */
#ifndef CRYPTO_TLS_PROVIDER_H
#define CRYPTO_TLS_PROVIDER_H

#include "crypto/tls.h"

#include <openssl/types.h>

/* Makes the provider known to this library context; NULL if that fails. */
OSSL_PROVIDER *tls_provider_load(OSSL_LIB_CTX *library);

/* A key of that provider; borrows the signer for its life. NULL if OpenSSL refuses. */
EVP_PKEY *tls_provider_key(OSSL_LIB_CTX *library, const uint8_t public[SIGN_PUBLIC_LEN],
			   const struct tls_signer *signer);

/*
 * tls_certificate_key, and what it reads, by the algorithms of this library context: another one would be
 * filled with them a second time. NULL is OpenSSL's own; the certificate is NULL if it cannot be read.
 */
enum err tls_certificate_key_in(OSSL_LIB_CTX *library, struct bytes der,
				uint8_t public[SIGN_PUBLIC_LEN]) MUST_CHECK;
X509 *tls_certificate_read(OSSL_LIB_CTX *library, struct bytes der);

#endif
