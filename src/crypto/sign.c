#include "crypto/sign.h"

#include "crypto/library_memory.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(SIGN_SEED_LEN == crypto_sign_SEEDBYTES, "seed");
_Static_assert(SIGN_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "public key");
_Static_assert(SIGN_LEN == crypto_sign_BYTES, "signature");
_Static_assert(sizeof(((struct sign_key *)NULL)->secret) == crypto_sign_SECRETKEYBYTES, "secret key");

/* The neutral element of the group, as a point is written. */
static const uint8_t neutral[SIGN_PUBLIC_LEN] = { 1 };

static void refuse_library(const char *why)
{
	fprintf(stderr, "entente: a library is unfit: %s\n", why);
	abort();
}

void crypto_init(void)
{
	/* R = A = the neutral element and S = 0: the equation holds for every message. Libraries that check
	 * the equation alone accept it, and a libsodium built for compatibility with older ones does too;
	 * the normative verdict is false. */
	uint8_t always[SIGN_LEN] = { 1 };
	static const uint8_t seed[SIGN_SEED_LEN] = "a key that signs nothing else";
	struct sign_key k;
	uint8_t made[SIGN_LEN];

	if (!library_memory_take())
		refuse_library("OpenSSL has memory of its own already");
	/*
	 * OpenSSL does what its callers here say, and not what the system's openssl.cnf adds to it. Of words
	 * for errors those of TLS are enough: no others are shown, and each process would hold them all.
	 */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL) != 1)
		refuse_library("OpenSSL does not start");
	if (sodium_init() < 0)
		refuse_library("libsodium does not start");
	if (sign_verify(neutral, BYTES_LIT("entente"), always))
		refuse_library("libsodium accepts a key of low order");
	sign_key_from_seed(&k, seed);
	sign_make(&k, BYTES_LIT("entente"), made);
	if (!sign_verify(k.public, BYTES_LIT("entente"), made))
		refuse_library("libsodium refuses its own signature");
	made[0] ^= 1;
	if (sign_verify(k.public, BYTES_LIT("entente"), made))
		refuse_library("libsodium accepts a signature with a bit changed");
}

void sign_key_from_seed(struct sign_key *k, const uint8_t seed[SIGN_SEED_LEN])
{
	int failed = crypto_sign_seed_keypair(k->public, k->secret, seed);

	assert(failed == 0);
}

void sign_key_wipe(struct sign_key *k)
{
	sodium_memzero(k, sizeof *k);
}

void sign_make(const struct sign_key *k, struct bytes message, uint8_t out[SIGN_LEN])
{
	int failed = crypto_sign_detached(out, NULL, message.ptr, message.len, k->secret);

	assert(failed == 0);
}

bool sign_verify(const uint8_t public[SIGN_PUBLIC_LEN], struct bytes message,
		 const uint8_t signature[SIGN_LEN])
{
	return crypto_sign_verify_detached(signature, message.ptr, message.len, public) == 0;
}

/* RFC 8032 section 5.1.3, step 1: y, the lower 255 bits in little-endian order, is below p = 2^255 - 19. */
static bool is_below_p(const uint8_t point[SIGN_PUBLIC_LEN])
{
	if ((point[31] & 0x7f) != 0x7f || point[0] < 0xed)
		return true;
	for (size_t i = 1; i < 31; i++) {
		if (point[i] != 0xff)
			return true;
	}
	return false;
}

/*
 * Exactly what the record's rules refuse: no point of the curve, another spelling of one, or a point whose
 * order divides 8. crypto_core_ed25519_is_valid_point would refuse more, points with a component of low
 * order; the verdict on their signatures is settled by libsodium as on all others, and a key that one
 * implementation enrols and another does not would be two opinions of one record.
 */
bool sign_is_good_public(const uint8_t public[SIGN_PUBLIC_LEN])
{
	uint8_t point[SIGN_PUBLIC_LEN];

	if (!is_below_p(public))
		return false;
	memcpy(point, public, sizeof point);
	for (int i = 0; i < 3; i++) {
		uint8_t twice[SIGN_PUBLIC_LEN];
		/* Fails if it is no point of the curve. */
		if (crypto_core_ed25519_add(twice, point, point) != 0)
			return false;
		memcpy(point, twice, sizeof point);
	}
	/* The spellings with x = 0 and the sign bit set are of low order too, and end here. */
	return memcmp(point, neutral, sizeof point) != 0;
}

/* A seed is used once: it gives the key of this read and the next seed, so that whoever takes the memory of
 * a process cannot compute the salts of contents that were erased before. */
void drbg_read(struct drbg *d, uint8_t *out, size_t len)
{
	uint8_t stream[2 * randombytes_SEEDBYTES];

	randombytes_buf_deterministic(stream, sizeof stream, d->seed);
	memcpy(d->seed, stream, sizeof d->seed);
	randombytes_buf_deterministic(out, len, stream + randombytes_SEEDBYTES);
	sodium_memzero(stream, sizeof stream);
}
