/*
 * tls_provider.h - an OpenSSL provider whose Ed25519 keys sign somewhere else. For tls.c only.
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

#endif
