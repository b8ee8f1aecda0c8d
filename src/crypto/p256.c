#include "crypto/p256.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* The order n of the group (FIPS 186-5, SP 800-186 section 3.2.1.3). */
static const uint8_t order[P256_SCALAR_LEN] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

static bool is_in_range(const uint8_t scalar[P256_SCALAR_LEN])
{
	static const uint8_t zero[P256_SCALAR_LEN];

	return memcmp(scalar, zero, sizeof zero) != 0 && memcmp(scalar, order, sizeof order) < 0;
}

/* NULL if it is not an uncompressed point of the curve, which the import checks by the curve's equation. */
static EVP_PKEY *open_point(const uint8_t point[P256_POINT_LEN])
{
	char group[] = "P-256";
	uint8_t copy[P256_POINT_LEN];
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group - 1),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *import;
	EVP_PKEY *key = NULL;

	/* Hybrid and compressed forms would be further spellings of one key. */
	if (point[0] != 0x04)
		return NULL;
	memcpy(copy, point, sizeof copy);
	/* Out of memory, or a library without elliptic curves, is not the point's fault. */
	import = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (import == NULL || EVP_PKEY_fromdata_init(import) != 1)
		abort();
	if (EVP_PKEY_fromdata(import, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		key = NULL;
		ERR_clear_error();
	}
	EVP_PKEY_CTX_free(import);
	return key;
}

/* One INTEGER of a DER signature: shortest form, and positive. */
static size_t write_integer(const uint8_t scalar[P256_SCALAR_LEN], uint8_t *out)
{
	size_t skip = 0, len = 2;

	while (scalar[skip] == 0)
		skip++;
	if ((scalar[skip] & 0x80) != 0)
		out[len++] = 0;
	memcpy(out + len, scalar + skip, P256_SCALAR_LEN - skip);
	len += P256_SCALAR_LEN - skip;
	out[0] = 0x02;
	out[1] = (uint8_t)(len - 2);
	return len;
}

bool p256_is_good_public(const uint8_t point[P256_POINT_LEN])
{
	EVP_PKEY *key = open_point(point);
	bool is_good = key != NULL;

	EVP_PKEY_free(key);
	return is_good;
}

bool p256_verify(const uint8_t point[P256_POINT_LEN], const uint8_t hash[HASH_LEN],
		 const uint8_t r[P256_SCALAR_LEN], const uint8_t s[P256_SCALAR_LEN])
{
	uint8_t der[2 + 2 * (2 + 1 + P256_SCALAR_LEN)];
	size_t len = 2;
	EVP_PKEY_CTX *check;
	EVP_PKEY *key;
	int verdict = 0;

	if (!is_in_range(r) || !is_in_range(s))
		return false;
	len += write_integer(r, der + len);
	len += write_integer(s, der + len);
	assert(len <= sizeof der);
	der[0] = 0x30;
	der[1] = (uint8_t)(len - 2);
	key = open_point(point);
	if (key == NULL)
		return false;
	check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (check == NULL || EVP_PKEY_verify_init(check) != 1)
		abort();
	verdict = EVP_PKEY_verify(check, der, len, hash, HASH_LEN);
	if (verdict != 1)
		ERR_clear_error();
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_free(key);
	return verdict == 1;
}
