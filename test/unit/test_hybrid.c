/*
 * What is built around ML-KEM where the library has none: that part is played, by a hash in the lengths of
 * the real one. `make test-pq` holds the real one to C2SP's vectors.
 */
#include "crypto/age.h"
#include "crypto/age_wrap.h"
#include "crypto/hash.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/params.h>
#include <cmocka.h>

#define KEY_LEN 1184u
#define SHARE_LEN 1088u
#define SEED_LEN 64u

/* Which call fails, once, after so many that do not. */
static struct {
	const char *call;
	unsigned after;
} unfit;

static bool is_unfit(const char *call)
{
	if (unfit.call == NULL || strcmp(unfit.call, call) != 0 || unfit.after-- > 0)
		return false;
	unfit.call = NULL;
	return true;
}

/* ---- The play: a share is its seed, masked by the key that it is for, and a check of both. ---- */

struct key {
	uint8_t public[KEY_LEN], seed[SEED_LEN];
};

struct use {
	const struct key *key;
	uint8_t seed[32];
};

/* As many bytes as are wanted, of what two texts are. */
static void expand(const char *use, struct bytes a, struct bytes b, uint8_t *out, size_t len)
{
	for (uint8_t i = 0; len > 0; i++) {
		const struct bytes parts[] = { bytes_str(use), { &i, 1 }, a, b };
		uint8_t hash[HASH_LEN];
		size_t part = len < HASH_LEN ? len : HASH_LEN;

		hash_parts(parts, ARRAY_COUNT(parts), hash);
		memcpy(out, hash, part);
		out += part;
		len -= part;
	}
}

static struct bytes public_of(const struct key *key)
{
	return (struct bytes){ key->public, KEY_LEN };
}

static void share_of(const struct key *key, const uint8_t seed[32], uint8_t share[SHARE_LEN],
		     uint8_t shared[32])
{
	const struct bytes seed_bytes = { seed, 32 }, none = { NULL, 0 };

	expand("mask", public_of(key), none, share, 32);
	for (size_t i = 0; i < 32; i++)
		share[i] ^= seed[i];
	expand("check", public_of(key), seed_bytes, share + 32, SHARE_LEN - 32);
	expand("shared", public_of(key), seed_bytes, shared, 32);
}

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
EVP_KEM *__wrap_EVP_KEM_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties);
EVP_KEM *__wrap_EVP_KEM_fetch(OSSL_LIB_CTX *library, const char *name, const char *properties)
{
	static char here;

	(void)library;
	(void)properties;
	assert_string_equal(name, "ML-KEM-768");
	return is_unfit("EVP_KEM_fetch") ? NULL : (EVP_KEM *)(void *)&here;
}

void __wrap_EVP_KEM_free(EVP_KEM *kem);
void __wrap_EVP_KEM_free(EVP_KEM *kem)
{
	(void)kem;
}

EVP_PKEY_CTX *__wrap_EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX *library, const char *name,
						const char *properties);
EVP_PKEY_CTX *__wrap_EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX *library, const char *name,
						const char *properties)
{
	(void)library;
	(void)properties;
	assert_string_equal(name, "ML-KEM-768");
	return is_unfit("EVP_PKEY_CTX_new_from_name") ? NULL : calloc(1, sizeof(struct use));
}

EVP_PKEY_CTX *__wrap_EVP_PKEY_CTX_new_from_pkey(OSSL_LIB_CTX *library, EVP_PKEY *key, const char *properties);
EVP_PKEY_CTX *__wrap_EVP_PKEY_CTX_new_from_pkey(OSSL_LIB_CTX *library, EVP_PKEY *key, const char *properties)
{
	struct use *use = is_unfit("EVP_PKEY_CTX_new_from_pkey") ? NULL : calloc(1, sizeof *use);

	(void)library;
	(void)properties;
	if (use != NULL)
		use->key = (const struct key *)(const void *)key;
	return (EVP_PKEY_CTX *)(void *)use;
}

void __wrap_EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx);
void __wrap_EVP_PKEY_CTX_free(EVP_PKEY_CTX *ctx)
{
	free(ctx);
}

int __wrap_EVP_PKEY_fromdata_init(EVP_PKEY_CTX *ctx);
int __wrap_EVP_PKEY_fromdata_init(EVP_PKEY_CTX *ctx)
{
	(void)ctx;
	return !is_unfit("EVP_PKEY_fromdata_init");
}

int __wrap_EVP_PKEY_fromdata(EVP_PKEY_CTX *ctx, EVP_PKEY **out, int selection, OSSL_PARAM params[]);
int __wrap_EVP_PKEY_fromdata(EVP_PKEY_CTX *ctx, EVP_PKEY **out, int selection, OSSL_PARAM params[])
{
	const bool is_secret = strcmp(params[0].key, "seed") == 0;
	const struct bytes none = { NULL, 0 };
	struct key *key;

	(void)ctx;
	assert_int_equal(selection, is_secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
	assert_int_equal(params[0].data_size, is_secret ? SEED_LEN : KEY_LEN);
	/* A coefficient above the modulus is no key. */
	if (is_unfit("EVP_PKEY_fromdata") || (!is_secret && memcmp(params[0].data, "\xff\xff\xff", 3) == 0))
		return 0;
	key = calloc(1, sizeof *key);
	assert_non_null(key);
	if (is_secret) {
		memcpy(key->seed, params[0].data, SEED_LEN);
		expand("public", BYTES_OF(key->seed), none, key->public, KEY_LEN);
	} else {
		memcpy(key->public, params[0].data, KEY_LEN);
	}
	*out = (EVP_PKEY *)(void *)key;
	return 1;
}

void __wrap_EVP_PKEY_free(EVP_PKEY *key);
void __wrap_EVP_PKEY_free(EVP_PKEY *key)
{
	free(key);
}

int __wrap_EVP_PKEY_get_octet_string_param(const EVP_PKEY *pkey, const char *name, unsigned char *out,
					   size_t max, size_t *len);
int __wrap_EVP_PKEY_get_octet_string_param(const EVP_PKEY *pkey, const char *name, unsigned char *out,
					   size_t max, size_t *len)
{
	const struct key *key = (const struct key *)(const void *)pkey;

	assert_string_equal(name, "pub");
	assert_int_equal(max, KEY_LEN);
	memcpy(out, key->public, KEY_LEN);
	*len = is_unfit("a key of another length") ? KEY_LEN - 1 : KEY_LEN;
	return !is_unfit("EVP_PKEY_get_octet_string_param");
}

int __wrap_EVP_PKEY_encapsulate_init(EVP_PKEY_CTX *ctx, const OSSL_PARAM params[]);
int __wrap_EVP_PKEY_encapsulate_init(EVP_PKEY_CTX *ctx, const OSSL_PARAM params[])
{
	assert_string_equal(params[0].key, "ikme");
	assert_int_equal(params[0].data_size, 32);
	memcpy(((struct use *)(void *)ctx)->seed, params[0].data, 32);
	return !is_unfit("EVP_PKEY_encapsulate_init");
}

int __wrap_EVP_PKEY_encapsulate(EVP_PKEY_CTX *ctx, unsigned char *share, size_t *share_len,
				unsigned char *shared, size_t *shared_len);
int __wrap_EVP_PKEY_encapsulate(EVP_PKEY_CTX *ctx, unsigned char *share, size_t *share_len,
				unsigned char *shared, size_t *shared_len)
{
	const struct use *use = (const struct use *)(const void *)ctx;

	assert_int_equal(*share_len, SHARE_LEN);
	assert_int_equal(*shared_len, 32);
	share_of(use->key, use->seed, share, shared);
	*share_len -= is_unfit("a share of another length");
	*shared_len -= is_unfit("a secret of another length");
	return !is_unfit("EVP_PKEY_encapsulate");
}

int __wrap_EVP_PKEY_decapsulate_init(EVP_PKEY_CTX *ctx, const OSSL_PARAM params[]);
int __wrap_EVP_PKEY_decapsulate_init(EVP_PKEY_CTX *ctx, const OSSL_PARAM params[])
{
	(void)ctx;
	assert_null(params);
	return !is_unfit("EVP_PKEY_decapsulate_init");
}

/* Of a false share a secret that nobody else has. */
int __wrap_EVP_PKEY_decapsulate(EVP_PKEY_CTX *ctx, unsigned char *shared, size_t *len,
				const unsigned char *share, size_t share_len);
int __wrap_EVP_PKEY_decapsulate(EVP_PKEY_CTX *ctx, unsigned char *shared, size_t *len,
				const unsigned char *share, size_t share_len)
{
	const struct use *use = (const struct use *)(const void *)ctx;
	const struct bytes none = { NULL, 0 };
	uint8_t seed[32], again[SHARE_LEN];

	assert_int_equal(share_len, SHARE_LEN);
	expand("mask", public_of(use->key), none, seed, sizeof seed);
	for (size_t i = 0; i < sizeof seed; i++)
		seed[i] ^= share[i];
	share_of(use->key, seed, again, shared);
	if (memcmp(again, share, SHARE_LEN) != 0)
		expand("false", BYTES_OF(use->key->seed), (struct bytes){ share, SHARE_LEN }, shared, 32);
	*len -= is_unfit("a secret of another length");
	return !is_unfit("EVP_PKEY_decapsulate");
}

#define CALL(type, name, params, args, failed)                          \
	type __real_##name params;                                      \
	type __wrap_##name params;                                      \
	type __wrap_##name params                                       \
	{                                                               \
		return is_unfit(#name) ? (failed) : __real_##name args; \
	}
/* clang-format off */
CALL(EVP_MD *, EVP_MD_fetch, (OSSL_LIB_CTX *library, const char *name, const char *properties),
     (library, name, properties), NULL)
CALL(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
CALL(int, EVP_DigestInit_ex2, (EVP_MD_CTX *hash, const EVP_MD *md, const OSSL_PARAM params[]), (hash, md, params), 0)
CALL(int, EVP_DigestUpdate, (EVP_MD_CTX *hash, const void *in, size_t len), (hash, in, len), 0)
CALL(int, EVP_DigestFinalXOF, (EVP_MD_CTX *hash, unsigned char *out, size_t len), (hash, out, len), 0)
CALL(int, EVP_DigestFinal_ex, (EVP_MD_CTX *hash, unsigned char *out, unsigned *len), (hash, out, len), 0)
/* clang-format on */
#undef CALL
// NOLINTEND(bugprone-reserved-identifier)

/* ---- Files. ---- */

static int start(void **state)
{
	(void)state;
	crypto_init();
	return 0;
}

static struct drbg random_of(uint8_t seed)
{
	struct drbg d;

	memset(d.seed, seed, sizeof d.seed);
	return d;
}

static struct age_identity identity_of(uint8_t seed)
{
	struct age_identity id = { .kind = AGE_HYBRID };
	struct drbg d = random_of(seed);

	drbg_read(&d, id.secret, sizeof id.secret);
	return id;
}

static enum err seal(const struct age_recipient *to, size_t count, struct buf *out, size_t *bad)
{
	const struct age_recipient *list[AGE_RECIPIENTS_MAX];
	struct drbg d = random_of(7);

	for (size_t i = 0; i < count; i++)
		list[i] = &to[i];
	return age_seal(list, count, &d, BYTES_LIT("words"), out, bad);
}

static void who_it_is_for_opens_it(void **state)
{
	static uint8_t file[8192], plain[64];
	struct age_identity ids[3];
	struct age_recipient to[3], again;
	char text[AGE_TEXT_LEN_MAX];
	struct buf sealed = BUF_ON(file);
	struct fault fault;
	size_t bad;

	(void)state;
	assert_true(age_kind_is_here(AGE_HYBRID));
	for (size_t i = 0; i < 3; i++) {
		struct buf written = BUF_ON(text);
		ids[i] = identity_of((uint8_t)(i + 1));
		assert_int_equal(age_identity_recipient(&ids[i], &to[i]), ERR_OK);
		age_recipient_write(&to[i], &written);
		assert_int_equal(age_recipient_read(buf_bytes(&written), &again), ERR_OK);
		assert_memory_equal(&again, &to[i], sizeof again);
	}
	assert_int_equal(seal(to, 2, &sealed, &bad), ERR_OK);
	assert_int_equal(sealed.len, age_sealed_len(AGE_HYBRID, 2, 5));
	for (size_t i = 0; i < 3; i++) {
		struct buf out = BUF_ON(plain);
		enum err e = age_open(buf_bytes(&sealed), &ids[i], 1, &out, NULL, &fault);
		assert_int_equal(e, i < 2 ? ERR_OK : ERR_NOT_FOUND);
		assert_true(i == 2 || bytes_equal(buf_bytes(&out), BYTES_LIT("words")));
	}
	unfit.call = "EVP_KEM_fetch";
	assert_int_equal(age_identity_recipient(&ids[0], &again), ERR_REFUSED);
}

static const uint8_t file_key[AGE_FILE_KEY_LEN] = { 1, 2, 3 };

/* Of both halves of a share each bit, and all of what is wrapped. */
static void each_bit_counts(void **state)
{
	const struct age_identity id = identity_of(1);
	uint8_t share[AGE_SHARE_LEN_MAX], body[AGE_BODY_LEN], got[AGE_FILE_KEY_LEN],
		seed[AGE_SEED_LEN_MAX] = { 5 };
	struct age_recipient to;

	(void)state;
	seed[40] = 9;
	assert_int_equal(age_identity_recipient(&id, &to), ERR_OK);
	assert_int_equal(age_hybrid.wrap(to.key, seed, file_key, share, body), ERR_OK);
	assert_int_equal(age_hybrid.unwrap(id.secret, share, body, got), ERR_OK);
	assert_memory_equal(got, file_key, sizeof got);
	for (size_t bit = 0; bit < 8 * sizeof share; bit += 7) {
		share[bit / 8] ^= (uint8_t)(1 << bit % 8);
		/* X25519 looks at no last bit of a point (RFC 7748 section 5); the hash over both does. */
		assert_int_not_equal(age_hybrid.unwrap(id.secret, share, body, got), ERR_OK);
		share[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	share[sizeof share - 1] ^= 0x80;
	assert_int_not_equal(age_hybrid.unwrap(id.secret, share, body, got), ERR_OK);
	share[sizeof share - 1] ^= 0x80;
	for (size_t bit = 0; bit < 8 * sizeof body; bit++) {
		body[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(age_hybrid.unwrap(id.secret, share, body, got), ERR_NOT_FOUND);
		body[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* A point of low order would make the half of it known to everybody. */
	memset(share + SHARE_LEN, 0, 32);
	assert_int_equal(age_hybrid.unwrap(id.secret, share, body, got), ERR_VERIFY);
}

static void unfit_keys(void **state)
{
	static uint8_t file[8192];
	const struct age_identity id = identity_of(1);
	struct buf out = BUF_ON(file);
	struct age_recipient to[2];
	size_t bad = 0;

	(void)state;
	assert_int_equal(age_identity_recipient(&id, &to[0]), ERR_OK);
	to[1] = to[0];
	memset(to[1].key, 0xff, 3);
	assert_int_equal(seal(to, 2, &out, &bad), ERR_VERIFY);
	assert_int_equal(bad, 1);
	to[1] = to[0];
	memset(to[1].key + KEY_LEN, 0, 32);
	assert_int_equal(seal(to, 2, &out, &bad), ERR_VERIFY);
	assert_int_equal(bad, 1);
	assert_int_equal(out.len, 0);
}

/* ---- A library that cannot do its part ends the process: no key is refused by it. ---- */

static void wrap_and_unwrap(void)
{
	const struct age_identity id = identity_of(1);
	uint8_t share[AGE_SHARE_LEN_MAX], body[AGE_BODY_LEN], got[AGE_FILE_KEY_LEN],
		seed[AGE_SEED_LEN_MAX] = { 5 };
	struct age_recipient to;

	(void)(age_identity_recipient(&id, &to) == ERR_OK &&
	       age_hybrid.wrap(to.key, seed, file_key, share, body) == ERR_OK &&
	       age_hybrid.unwrap(id.secret, share, body, got) == ERR_OK);
}

static void it_ends_the_process(void **state)
{
	static const struct {
		const char *call;
		unsigned after;
	} rows[] = {
		{ "EVP_PKEY_CTX_new_from_name", 0 },
		{ "EVP_PKEY_fromdata_init", 0 },
		{ "EVP_PKEY_fromdata", 0 },
		{ "EVP_PKEY_get_octet_string_param", 0 },
		{ "a key of another length", 0 },
		{ "EVP_PKEY_CTX_new_from_pkey", 0 },
		{ "EVP_PKEY_encapsulate_init", 0 },
		{ "EVP_PKEY_encapsulate", 0 },
		{ "a share of another length", 0 },
		{ "a secret of another length", 0 },
		{ "EVP_PKEY_CTX_new_from_pkey", 1 },
		{ "EVP_PKEY_decapsulate_init", 0 },
		{ "EVP_PKEY_decapsulate", 0 },
		{ "a secret of another length", 1 },
		{ "EVP_MD_fetch", 0 },
		{ "EVP_MD_CTX_new", 0 },
		{ "EVP_DigestInit_ex2", 0 },
		{ "EVP_DigestUpdate", 0 },
		{ "EVP_DigestFinalXOF", 0 },
		{ "EVP_DigestFinal_ex", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			static const struct rlimit none = { 0 };
			(void)setrlimit(RLIMIT_CORE, &none);
			signal(SIGABRT, SIG_DFL);
			unfit.call = rows[i].call;
			unfit.after = rows[i].after;
			wrap_and_unwrap();
			_exit(unfit.call == NULL ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("%s, after %u: the process goes on", rows[i].call, rows[i].after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_it_is_for_opens_it),
		cmocka_unit_test(each_bit_counts),
		cmocka_unit_test(unfit_keys),
		cmocka_unit_test(it_ends_the_process),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
