#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>

/* OpenSSL takes what it reads as if it might write it. */
static OSSL_PARAM octets(const char *name, struct bytes in)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)in.ptr, in.len);
}

/* A library without HKDF, or no memory: nobody's bytes are at fault, and there is no key to go on with. */
static void derive(int mode, struct bytes salt, struct bytes secret, struct bytes use, uint8_t *out,
		   size_t len)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[6], *p = params;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *derivation = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

	*p++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, sizeof digest - 1);
	*p++ = octets(OSSL_KDF_PARAM_KEY, secret);
	if (salt.len > 0)
		*p++ = octets(OSSL_KDF_PARAM_SALT, salt);
	if (use.len > 0)
		*p++ = octets(OSSL_KDF_PARAM_INFO, use);
	*p = OSSL_PARAM_construct_end();
	if (derivation == NULL || EVP_KDF_derive(derivation, out, len, params) != 1)
		abort();
	EVP_KDF_CTX_free(derivation);
	EVP_KDF_free(kdf);
}

static const struct bytes none = { NULL, 0 };

void hkdf_extract(struct bytes salt, struct bytes secret, uint8_t out[HASH_LEN])
{
	derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, salt, secret, none, out, HASH_LEN);
}

void hkdf_expand(const uint8_t extracted[HASH_LEN], struct bytes use, uint8_t *out, size_t len)
{
	derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, none, (struct bytes){ extracted, HASH_LEN }, use, out, len);
}

void hkdf(struct bytes salt, struct bytes secret, struct bytes use, uint8_t out[HASH_LEN])
{
	derive(EVP_KDF_HKDF_MODE_EXTRACT_AND_EXPAND, salt, secret, use, out, HASH_LEN);
}
