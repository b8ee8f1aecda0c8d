/* A key that is elsewhere: OpenSSL gets its public half, and signatures; everything else is refused. */
#include "crypto/tls_provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <cmocka.h>

#define OURS "provider=entente"
#define SIGNER "entente-signer"

static struct {
	struct sign_key key, other;
	struct tls_signer signer;
	bool is_silent;
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *base, *remote;
} all;

static enum err sign(void *self, struct bytes message, uint8_t out[SIGN_LEN])
{
	if (all.is_silent)
		return ERR_DOWN;
	sign_make(self, message, out);
	return ERR_OK;
}

static int start(void **state)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 1 }, other[SIGN_SEED_LEN] = { 2 };

	(void)state;
	crypto_init();
	sign_key_from_seed(&all.key, seed);
	sign_key_from_seed(&all.other, other);
	all.signer = (struct tls_signer){ sign, &all.key };
	all.library = OSSL_LIB_CTX_new();
	all.base = OSSL_PROVIDER_load(all.library, "default");
	all.remote = tls_provider_load(all.library);
	return all.base == NULL || all.remote == NULL;
}

static int clean(void **state)
{
	(void)state;
	OSSL_PROVIDER_unload(all.remote);
	OSSL_PROVIDER_unload(all.base);
	OSSL_LIB_CTX_free(all.library);
	return 0;
}

static EVP_PKEY *open_key(void)
{
	EVP_PKEY *key = tls_provider_key(all.library, all.key.public, &all.signer);

	assert_non_null(key);
	return key;
}

/* NULL: such a key is not taken. */
static EVP_PKEY *import(int selection, OSSL_PARAM params[])
{
	EVP_PKEY_CTX *in = EVP_PKEY_CTX_new_from_name(all.library, "ED25519", OURS);
	EVP_PKEY *key = NULL;

	assert_non_null(in);
	assert_int_equal(EVP_PKEY_fromdata_init(in), 1);
	if (EVP_PKEY_fromdata(in, &key, selection, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(in);
	return key;
}

static void what_is_told(void **state)
{
	static const char *const numbers[] = { OSSL_PKEY_PARAM_BITS, OSSL_PKEY_PARAM_SECURITY_BITS,
					       OSSL_PKEY_PARAM_MAX_SIZE };
	static const int wanted[] = { 253, 128, SIGN_LEN };
	EVP_PKEY *key = open_key();
	uint8_t public[SIGN_PUBLIC_LEN];
	char text[16] = "?";
	size_t len;
	int value;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
		/* As a number; a text of it is not asked for, and not given. */
		OSSL_PARAM as_text[] = { OSSL_PARAM_construct_utf8_string(numbers[i], text, sizeof text),
					 OSSL_PARAM_construct_end() };
		assert_int_equal(EVP_PKEY_get_int_param(key, numbers[i], &value), 1);
		assert_int_equal(value, wanted[i]);
		assert_int_not_equal(EVP_PKEY_get_params(key, as_text), 1);
	}
	assert_int_equal(EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_MANDATORY_DIGEST, text,
							sizeof text, &len),
			 1);
	assert_string_equal(text, "");
	assert_int_not_equal(EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_MANDATORY_DIGEST, &value), 1);
	assert_int_equal(
		EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public, &len),
		1);
	assert_memory_equal(public, all.key.public, sizeof public);
	assert_int_not_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, public, 16, &len),
			     1);
	EVP_PKEY_free(key);
}

static void what_is_not(void **state)
{
	static const int with_private[] = { EVP_PKEY_KEYPAIR, OSSL_KEYMGMT_SELECT_PRIVATE_KEY };
	EVP_PKEY *key = open_key();
	OSSL_PARAM *out = NULL;
	uint8_t private[64];
	size_t len = 0;

	(void)state;
	assert_int_not_equal(
		EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PRIV_KEY, private, sizeof private, &len),
		1);
	for (size_t i = 0; i < ARRAY_COUNT(with_private); i++)
		assert_int_not_equal(EVP_PKEY_todata(key, with_private[i], &out), 1);
	assert_int_equal(EVP_PKEY_todata(key, EVP_PKEY_PUBLIC_KEY, &out), 1);
	assert_non_null(OSSL_PARAM_locate(out, OSSL_PKEY_PARAM_PUB_KEY));
	assert_null(OSSL_PARAM_locate(out, OSSL_PKEY_PARAM_PRIV_KEY));
	assert_null(OSSL_PARAM_locate(out, SIGNER));
	OSSL_PARAM_free(out);
	EVP_PKEY_free(key);
}

static void which_is_which(void **state)
{
	EVP_PKEY *key = open_key(), *again = open_key();
	EVP_PKEY *other = tls_provider_key(all.library, all.other.public, &all.signer);

	(void)state;
	assert_int_equal(EVP_PKEY_eq(key, again), 1);
	assert_int_not_equal(EVP_PKEY_eq(key, other), 1);
	EVP_PKEY_free(key);
	EVP_PKEY_free(again);
	EVP_PKEY_free(other);
}

static void what_is_no_key(void **state)
{
	const struct tls_signer *signer = &all.signer;
	uint8_t public[SIGN_PUBLIC_LEN + 1] = { 0 };
	static const struct {
		const char *why;
		size_t public_len, signer_len;
		bool is_key;
	} rows[] = {
		{ "nothing", 0, 0, false },
		{ "a signer alone", 0, sizeof signer, false },
		{ "a short key", SIGN_PUBLIC_LEN - 1, 0, false },
		{ "a long key", SIGN_PUBLIC_LEN + 1, 0, false },
		{ "half a signer", SIGN_PUBLIC_LEN, sizeof signer / 2, false },
		{ "more than a signer", SIGN_PUBLIC_LEN, 2 * sizeof signer, false },
		{ "a key alone", SIGN_PUBLIC_LEN, 0, true },
		{ "both", SIGN_PUBLIC_LEN, sizeof signer, true },
	};

	(void)state;
	memcpy(public, all.key.public, SIGN_PUBLIC_LEN);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct tls_signer *twice[] = { signer, signer };
		OSSL_PARAM params[3], *p = params;
		EVP_PKEY *key;

		if (rows[i].public_len > 0)
			*p++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public,
								 rows[i].public_len);
		if (rows[i].signer_len > 0)
			*p++ = OSSL_PARAM_construct_octet_string(SIGNER, (void *)twice, rows[i].signer_len);
		*p = OSSL_PARAM_construct_end();
		key = import(EVP_PKEY_KEYPAIR, params);
		if ((key != NULL) != rows[i].is_key)
			fail_msg("%s", rows[i].why);
		EVP_PKEY_free(key);
	}
}

/* ---- Signatures. ---- */

static int sign_open(EVP_MD_CTX *ctx, const char *digest, EVP_PKEY *key)
{
	return EVP_DigestSignInit_ex(ctx, NULL, digest, all.library, OURS, key, NULL);
}

static void signatures_come_from_elsewhere(void **state)
{
	EVP_PKEY *key = open_key();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
	uint8_t out[SIGN_LEN];
	size_t len = 0;

	(void)state;
	assert_int_equal(sign_open(ctx, NULL, key), 1);
	assert_int_equal(EVP_MD_CTX_copy_ex(copy, ctx), 1);
	for (size_t i = 0; i < 2; i++) {
		EVP_MD_CTX *of = i == 0 ? ctx : copy;
		len = 0;
		assert_int_equal(EVP_DigestSign(of, NULL, &len, (const uint8_t *)"words", 5), 1);
		assert_int_equal(len, SIGN_LEN);
		len = SIGN_LEN - 1;
		assert_int_not_equal(EVP_DigestSign(of, out, &len, (const uint8_t *)"words", 5), 1);
		len = SIGN_LEN;
		all.is_silent = true;
		assert_int_not_equal(EVP_DigestSign(of, out, &len, (const uint8_t *)"words", 5), 1);
		all.is_silent = false;
		len = SIGN_LEN;
		assert_int_equal(EVP_DigestSign(of, out, &len, (const uint8_t *)"words", 5), 1);
		assert_true(sign_verify(all.key.public, BYTES_LIT("words"), out));
	}
	EVP_MD_CTX_free(copy);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* Of no digest, with a signer, and nothing but signing. */
static void nothing_else_is_done(void **state)
{
	uint8_t public[SIGN_PUBLIC_LEN];
	OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public,
								  sizeof public),
				OSSL_PARAM_construct_end() };
	EVP_PKEY *key = open_key(), *alone;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *use = EVP_PKEY_CTX_new_from_pkey(all.library, key, OURS);

	(void)state;
	memcpy(public, all.key.public, sizeof public);
	alone = import(EVP_PKEY_PUBLIC_KEY, params);
	assert_non_null(alone);
	assert_int_not_equal(sign_open(ctx, "SHA256", key), 1);
	EVP_MD_CTX_reset(ctx); /* it would keep the key */
	assert_int_not_equal(sign_open(ctx, NULL, alone), 1);
	assert_int_not_equal(EVP_PKEY_derive_init(use), 1);
	assert_int_not_equal(EVP_PKEY_decrypt_init(use), 1);
	EVP_PKEY_CTX_free(use);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(alone);
	EVP_PKEY_free(key);
}

/* ---- As OpenSSL asks, in one version or another. ---- */

static void (*function_of(int operation, int id))(void)
{
	int no_cache;
	const OSSL_ALGORITHM *one = OSSL_PROVIDER_query_operation(all.remote, operation, &no_cache);

	assert_non_null(one);
	for (const OSSL_DISPATCH *f = one->implementation; f->function_id != 0; f++) {
		if (f->function_id == id)
			return f->function;
	}
	fail_msg("no function %d", id);
	return NULL;
}

#define FUNCTION(operation, type, name) \
	((OSSL_FUNC_##type##_fn *)function_of(OSSL_OP_##operation, OSSL_FUNC_##name))

static int take(void *key)
{
	const struct tls_signer *signer = &all.signer;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, all.key.public,
								  SIGN_PUBLIC_LEN),
				OSSL_PARAM_construct_octet_string(SIGNER, (void *)&signer, sizeof signer),
				OSSL_PARAM_construct_end() };

	return FUNCTION(KEYMGMT, keymgmt_import, KEYMGMT_IMPORT)(key, OSSL_KEYMGMT_SELECT_KEYPAIR, params);
}

/* A private half is there if somebody signs; which parameters there are is asked with the halves. */
static void what_a_key_has(void **state)
{
	OSSL_FUNC_keymgmt_has_fn *has = FUNCTION(KEYMGMT, keymgmt_has, KEYMGMT_HAS);
	OSSL_FUNC_keymgmt_import_types_fn *in = FUNCTION(KEYMGMT, keymgmt_import_types, KEYMGMT_IMPORT_TYPES);
	OSSL_FUNC_keymgmt_export_types_fn *out =
		FUNCTION(KEYMGMT, keymgmt_export_types, KEYMGMT_EXPORT_TYPES);
	void *key = FUNCTION(KEYMGMT, keymgmt_new, KEYMGMT_NEW)(NULL);

	(void)state;
	assert_int_equal(has(key, OSSL_KEYMGMT_SELECT_PUBLIC_KEY), 1);
	assert_int_equal(has(key, OSSL_KEYMGMT_SELECT_PRIVATE_KEY), 0);
	assert_int_equal(take(key), 1);
	assert_int_equal(has(key, OSSL_KEYMGMT_SELECT_KEYPAIR), 1);
	FUNCTION(KEYMGMT, keymgmt_free, KEYMGMT_FREE)(key);
	assert_non_null(OSSL_PARAM_locate_const(in(OSSL_KEYMGMT_SELECT_PUBLIC_KEY), SIGNER));
	assert_null(in(OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS));
	assert_non_null(
		OSSL_PARAM_locate_const(out(OSSL_KEYMGMT_SELECT_PUBLIC_KEY), OSSL_PKEY_PARAM_PUB_KEY));
	assert_null(OSSL_PARAM_locate_const(out(OSSL_KEYMGMT_SELECT_KEYPAIR), SIGNER));
	assert_null(out(OSSL_KEYMGMT_SELECT_PRIVATE_KEY));
}

/* Begun again without a key it goes on with the one it has; the digest of no name is none. */
static void begun_again(void **state)
{
	OSSL_FUNC_signature_digest_sign_init_fn *begin =
		FUNCTION(SIGNATURE, signature_digest_sign_init, SIGNATURE_DIGEST_SIGN_INIT);
	void *key = FUNCTION(KEYMGMT, keymgmt_new, KEYMGMT_NEW)(NULL);
	void *signing = FUNCTION(SIGNATURE, signature_newctx, SIGNATURE_NEWCTX)(NULL, NULL);

	(void)state;
	assert_int_equal(take(key), 1);
	assert_int_equal(begin(signing, NULL, NULL, NULL), 0); /* there is none yet */
	assert_int_equal(begin(signing, "", key, NULL), 1);
	assert_int_equal(begin(signing, "", NULL, NULL), 1);
	assert_int_equal(begin(signing, "SHA256", NULL, NULL), 0);
	FUNCTION(SIGNATURE, signature_freectx, SIGNATURE_FREECTX)(signing);
	FUNCTION(KEYMGMT, keymgmt_free, KEYMGMT_FREE)(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(which_is_which),
		cmocka_unit_test(what_is_no_key),
		cmocka_unit_test(signatures_come_from_elsewhere),
		cmocka_unit_test(nothing_else_is_done),
		cmocka_unit_test(what_a_key_has),
		cmocka_unit_test(begun_again),
	};

	return cmocka_run_group_tests(tests, start, clean);
}
