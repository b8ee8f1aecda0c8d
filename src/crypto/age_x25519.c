/* Wrapping for X25519 keys: c2sp.org/age, "The X25519 recipient type". */
#include "crypto/age_wrap.h"

#include "crypto/hkdf.h"

#include <sodium.h>
#include <string.h>

_Static_assert(crypto_scalarmult_curve25519_BYTES == AGE_SECRET_LEN, "a point is as long as a scalar");

/* Used with a key that is used once. */
static const uint8_t no_nonce[12];

/* "wrap key": of the shared secret, the share and the key that it is for. */
static void wrap_key(const uint8_t shared[32], const uint8_t share[32], const uint8_t key[32],
		     uint8_t out[32])
{
	uint8_t salt[64];

	memcpy(salt, share, 32);
	memcpy(salt + 32, key, 32);
	hkdf(BYTES_OF(salt), (struct bytes){ shared, 32 }, BYTES_LIT("age-encryption.org/v1/X25519"), out);
}

static enum err derive(const uint8_t secret[AGE_SECRET_LEN], uint8_t *key)
{
	return crypto_scalarmult_curve25519_base(key, secret) == 0 ? ERR_OK : ERR_VERIFY;
}

static enum err wrap(const uint8_t *key, const uint8_t *seed, const uint8_t file_key[AGE_FILE_KEY_LEN],
		     uint8_t *share, uint8_t body[AGE_BODY_LEN])
{
	uint8_t shared[32], under[32];
	int failed;

	/* All zeros, which a key of low order gives, fail here. */
	failed = crypto_scalarmult_curve25519_base(share, seed);
	failed |= crypto_scalarmult_curve25519(shared, seed, key);
	if (failed != 0)
		return ERR_VERIFY;
	wrap_key(shared, share, key, under);
	age_body_seal(under, no_nonce, file_key, body);
	sodium_memzero(shared, sizeof shared);
	sodium_memzero(under, sizeof under);
	return ERR_OK;
}

static enum err unwrap(const uint8_t secret[AGE_SECRET_LEN], const uint8_t *share,
		       const uint8_t body[AGE_BODY_LEN], uint8_t file_key[AGE_FILE_KEY_LEN])
{
	uint8_t shared[32], under[32], key[32];
	int failed = crypto_scalarmult_curve25519_base(key, secret);
	enum err e;

	failed |= crypto_scalarmult_curve25519(shared, secret, share);
	if (failed != 0)
		return ERR_VERIFY;
	wrap_key(shared, share, key, under);
	e = age_body_open(under, no_nonce, body, file_key);
	sodium_memzero(shared, sizeof shared);
	sodium_memzero(under, sizeof under);
	return e;
}

static bool is_here(void)
{
	return true;
}

const struct age_kind_row age_x25519 = {
	.stanza = "X25519",
	.public = "age",
	.secret = "age-secret-key-",
	.key_len = RECIPIENT_X25519_LEN,
	.share_len = 32,
	.seed_len = 32,
	.is_here = is_here,
	.wrap = wrap,
	.unwrap = unwrap,
	.derive = derive,
};
