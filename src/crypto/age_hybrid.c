/*
 * Wrapping for hybrid keys: c2sp.org/age, "The MLKEM768-X25519 (i.e. X-Wing) hybrid post-quantum recipient
 * type". HPKE (RFC 9180) in base mode around X-Wing: ML-KEM-768 beside X25519, one hash over both.
 *
 * ML-KEM comes from OpenSSL, and is asked for by name when the program runs: a program that was built with
 * 3.0 has it under 3.5.
 */
#include "crypto/age_wrap.h"

#include "crypto/hkdf.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define KEM "ML-KEM-768"
#define KEM_KEY_LEN 1184u
#define KEM_SHARE_LEN 1088u
#define KEM_SEED_LEN 64u
#define POINT_LEN 32u
#define SECRET_LEN 32u /* of either, and of both together */

_Static_assert(KEM_KEY_LEN + POINT_LEN == AGE_KEY_LEN_MAX, "a key is two keys");
_Static_assert(KEM_SHARE_LEN + POINT_LEN == AGE_SHARE_LEN_MAX, "a share is two shares");

/* These names are not in the headers of OpenSSL 3.0. */
#define PARAM_SEED "seed"
#define PARAM_IKME "ikme"
#define PARAM_PUB "pub"

/*
 * ---- ML-KEM. What fails behind a key that was accepted is the library's fault, or there is no memory. ----
 */

static bool is_here(void)
{
	EVP_KEM *kem = EVP_KEM_fetch(NULL, KEM, NULL);
	bool is = kem != NULL;

	EVP_KEM_free(kem);
	ERR_clear_error();
	return is;
}

static OSSL_PARAM octets(const char *name, const uint8_t *ptr, size_t len)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)ptr, len);
}

/* NULL: the bytes are no key. */
static EVP_PKEY *kem_key(const char *param, int selection, const uint8_t *ptr, size_t len)
{
	OSSL_PARAM params[] = { octets(param, ptr, len), OSSL_PARAM_construct_end() };
	EVP_PKEY_CTX *import = EVP_PKEY_CTX_new_from_name(NULL, KEM, NULL);
	EVP_PKEY *key = NULL;

	if (import == NULL || EVP_PKEY_fromdata_init(import) != 1)
		abort();
	if (EVP_PKEY_fromdata(import, &key, selection, params) != 1) {
		key = NULL;
		ERR_clear_error();
	}
	EVP_PKEY_CTX_free(import);
	return key;
}

static EVP_PKEY *kem_secret(const uint8_t seed[KEM_SEED_LEN])
{
	EVP_PKEY *key = kem_key(PARAM_SEED, EVP_PKEY_KEYPAIR, seed, KEM_SEED_LEN);

	if (key == NULL)
		abort();
	return key;
}

static void kem_public(EVP_PKEY *key, uint8_t out[KEM_KEY_LEN])
{
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(key, PARAM_PUB, out, KEM_KEY_LEN, &len) != 1 ||
	    len != KEM_KEY_LEN)
		abort();
}

static enum err kem_encapsulate(const uint8_t key[KEM_KEY_LEN], const uint8_t seed[32],
				uint8_t share[KEM_SHARE_LEN], uint8_t shared[SECRET_LEN])
{
	OSSL_PARAM params[] = { octets(PARAM_IKME, seed, 32), OSSL_PARAM_construct_end() };
	size_t share_len = KEM_SHARE_LEN, shared_len = SECRET_LEN;
	EVP_PKEY *pkey = kem_key(PARAM_PUB, EVP_PKEY_PUBLIC_KEY, key, KEM_KEY_LEN);
	EVP_PKEY_CTX *kem;

	if (pkey == NULL)
		return ERR_VERIFY;
	kem = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (kem == NULL || EVP_PKEY_encapsulate_init(kem, params) != 1 ||
	    EVP_PKEY_encapsulate(kem, share, &share_len, shared, &shared_len) != 1 ||
	    share_len != KEM_SHARE_LEN || shared_len != SECRET_LEN)
		abort();
	EVP_PKEY_CTX_free(kem);
	EVP_PKEY_free(pkey);
	return ERR_OK;
}

/* Every share of the right length gives a secret, of a false one nobody else's. */
static void kem_decapsulate(EVP_PKEY *key, const uint8_t share[KEM_SHARE_LEN], uint8_t shared[SECRET_LEN])
{
	size_t len = SECRET_LEN;
	EVP_PKEY_CTX *kem = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	if (kem == NULL || EVP_PKEY_decapsulate_init(kem, NULL) != 1 ||
	    EVP_PKEY_decapsulate(kem, shared, &len, share, KEM_SHARE_LEN) != 1 || len != SECRET_LEN)
		abort();
	EVP_PKEY_CTX_free(kem);
}

/* ---- X-Wing: two secrets into one. ---- */

struct secrets {
	uint8_t kem[KEM_SEED_LEN];
	uint8_t scalar[SECRET_LEN];
};

static void digest(const char *name, struct bytes in, uint8_t *out, size_t len)
{
	EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool is_xof = md != NULL && (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) != 0;

	if (md == NULL || hash == NULL || EVP_DigestInit_ex2(hash, md, NULL) != 1 ||
	    EVP_DigestUpdate(hash, in.ptr, in.len) != 1 ||
	    (is_xof ? EVP_DigestFinalXOF(hash, out, len) : EVP_DigestFinal_ex(hash, out, NULL)) != 1)
		abort();
	EVP_MD_CTX_free(hash);
	EVP_MD_free(md);
}

static void expand(const uint8_t secret[AGE_SECRET_LEN], struct secrets *out)
{
	digest("SHAKE256", (struct bytes){ secret, AGE_SECRET_LEN }, (uint8_t *)out, sizeof *out);
}

static void combine(const uint8_t kem_shared[SECRET_LEN], const uint8_t point_shared[SECRET_LEN],
		    const uint8_t point_share[POINT_LEN], const uint8_t point_key[POINT_LEN],
		    uint8_t out[SECRET_LEN])
{
	static const uint8_t label[] = { 0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c };
	uint8_t memory[4 * 32 + sizeof label];
	struct buf in = BUF_ON(memory);

	buf_put(&in, (struct bytes){ kem_shared, SECRET_LEN });
	buf_put(&in, (struct bytes){ point_shared, SECRET_LEN });
	buf_put(&in, (struct bytes){ point_share, POINT_LEN });
	buf_put(&in, (struct bytes){ point_key, POINT_LEN });
	buf_put(&in, BYTES_OF(label));
	digest("SHA3-256", buf_bytes(&in), out, SECRET_LEN);
	sodium_memzero(memory, sizeof memory);
}

/* ---- HPKE: KEM 0x647a, HKDF-SHA256, ChaCha20-Poly1305; one message, without anything beside it. ---- */

#define SUITE "HPKE\x64\x7a\x00\x01\x00\x03"

static void labelled(struct buf *out, const char *label, struct bytes in)
{
	buf_put(out, BYTES_LIT("HPKE-v1" SUITE));
	buf_put_str(out, label);
	buf_put(out, in);
}

static void extract_labelled(struct bytes salt, const char *label, struct bytes in, uint8_t out[HASH_LEN])
{
	uint8_t memory[128];
	struct buf secret = BUF_ON(memory);

	labelled(&secret, label, in);
	assert(buf_check(&secret) == ERR_OK);
	hkdf_extract(salt, buf_bytes(&secret), out);
	sodium_memzero(memory, sizeof memory);
}

static void expand_labelled(const uint8_t extracted[HASH_LEN], const char *label, struct bytes in,
			    uint8_t *out, size_t len)
{
	uint8_t memory[128] = { (uint8_t)(len >> 8), (uint8_t)len };
	struct buf use = { memory, 2, sizeof memory, false };

	labelled(&use, label, in);
	assert(buf_check(&use) == ERR_OK);
	hkdf_expand(extracted, buf_bytes(&use), out, len);
}

struct hpke {
	uint8_t key[32], nonce[12];
};

static void schedule(const uint8_t shared[SECRET_LEN], struct hpke *out)
{
	uint8_t both[1 + 2 * HASH_LEN] = { 0 }; /* mode 0: base */
	uint8_t secret[HASH_LEN];
	struct bytes none = { NULL, 0 };

	extract_labelled(none, "psk_id_hash", none, both + 1);
	extract_labelled(none, "info_hash", BYTES_LIT("age-encryption.org/mlkem768x25519"),
			 both + 1 + HASH_LEN);
	extract_labelled((struct bytes){ shared, SECRET_LEN }, "secret", none, secret);
	expand_labelled(secret, "key", BYTES_OF(both), out->key, sizeof out->key);
	expand_labelled(secret, "base_nonce", BYTES_OF(both), out->nonce, sizeof out->nonce);
	sodium_memzero(secret, sizeof secret);
}

/* ---- The row. ---- */

static enum err derive(const uint8_t secret[AGE_SECRET_LEN], uint8_t *key)
{
	struct secrets s;
	EVP_PKEY *kem;
	int failed;

	expand(secret, &s);
	kem = kem_secret(s.kem);
	kem_public(kem, key);
	EVP_PKEY_free(kem);
	failed = crypto_scalarmult_curve25519_base(key + KEM_KEY_LEN, s.scalar);
	sodium_memzero(&s, sizeof s);
	return failed == 0 ? ERR_OK : ERR_VERIFY;
}

static enum err wrap(const uint8_t *key, const uint8_t *seed, const uint8_t file_key[AGE_FILE_KEY_LEN],
		     uint8_t *share, uint8_t body[AGE_BODY_LEN])
{
	uint8_t kem_shared[SECRET_LEN], point_shared[SECRET_LEN], shared[SECRET_LEN];
	uint8_t *point_share = share + KEM_SHARE_LEN;
	const uint8_t *point_key = key + KEM_KEY_LEN, *scalar = seed + 32;
	struct hpke hpke;
	enum err e = kem_encapsulate(key, seed, share, kem_shared);
	int failed;

	failed = crypto_scalarmult_curve25519_base(point_share, scalar);
	failed |= crypto_scalarmult_curve25519(point_shared, scalar, point_key);
	if (e == ERR_OK && failed != 0)
		e = ERR_VERIFY;
	if (e == ERR_OK) {
		combine(kem_shared, point_shared, point_share, point_key, shared);
		schedule(shared, &hpke);
		age_body_seal(hpke.key, hpke.nonce, file_key, body);
		sodium_memzero(&hpke, sizeof hpke);
		sodium_memzero(shared, sizeof shared);
	}
	sodium_memzero(kem_shared, sizeof kem_shared);
	sodium_memzero(point_shared, sizeof point_shared);
	return e;
}

static enum err unwrap(const uint8_t secret[AGE_SECRET_LEN], const uint8_t *share,
		       const uint8_t body[AGE_BODY_LEN], uint8_t file_key[AGE_FILE_KEY_LEN])
{
	uint8_t kem_shared[SECRET_LEN], point_shared[SECRET_LEN], shared[SECRET_LEN], point_key[POINT_LEN];
	struct secrets s;
	struct hpke hpke;
	EVP_PKEY *kem;
	enum err e = ERR_VERIFY;

	expand(secret, &s);
	kem = kem_secret(s.kem);
	kem_decapsulate(kem, share, kem_shared);
	EVP_PKEY_free(kem);
	if (crypto_scalarmult_curve25519_base(point_key, s.scalar) == 0 &&
	    crypto_scalarmult_curve25519(point_shared, s.scalar, share + KEM_SHARE_LEN) == 0) {
		combine(kem_shared, point_shared, share + KEM_SHARE_LEN, point_key, shared);
		schedule(shared, &hpke);
		e = age_body_open(hpke.key, hpke.nonce, body, file_key);
		sodium_memzero(&hpke, sizeof hpke);
		sodium_memzero(shared, sizeof shared);
	}
	sodium_memzero(&s, sizeof s);
	sodium_memzero(kem_shared, sizeof kem_shared);
	sodium_memzero(point_shared, sizeof point_shared);
	return e;
}

const struct age_kind_row age_hybrid = {
	.stanza = "mlkem768x25519",
	.public = "age1pq",
	.secret = "age-secret-key-pq-",
	.key_len = AGE_KEY_LEN_MAX,
	.share_len = AGE_SHARE_LEN_MAX,
	.seed_len = AGE_SEED_LEN_MAX,
	.is_here = is_here,
	.wrap = wrap,
	.unwrap = unwrap,
	.derive = derive,
};
