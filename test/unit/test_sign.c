#include "crypto/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include <cmocka.h>

static int start(void **state)
{
	(void)state;
	crypto_init();
	return 0;
}

/* A key that has a component of low order besides its own: the seed's point and one of order 8. */
#define ORDER_8 "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"

static const struct {
	const char *why, *key;
	bool want;
} keys[] = {
	{ "RFC 8032 test 1", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", true },
	{ "RFC 8032 test 2", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", true },
	{ "the base point", "5866666666666666666666666666666666666666666666666666666666666666", true },
	{ "all zero, order 4", "0000000000000000000000000000000000000000000000000000000000000000", false },
	{ "order 4, other sign", "0000000000000000000000000000000000000000000000000000000000000080", false },
	{ "order 1", "0100000000000000000000000000000000000000000000000000000000000000", false },
	{ "order 1, sign set", "0100000000000000000000000000000000000000000000000000000000000080", false },
	{ "order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "order 2, sign set", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false },
	{ "order 8", ORDER_8, false },
	{ "order 8, other sign", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", false },
	{ "order 8, other y", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", false },
	{ "order 8, other both", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", false },
	{ "y = p, is 0", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "y = p + 1, is 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "y = p + 3, on the curve", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	  false },
	{ "y = 3, the same in canonical form",
	  "0300000000000000000000000000000000000000000000000000000000000000", true },
	{ "y = 2, not on the curve", "0200000000000000000000000000000000000000000000000000000000000000",
	  false },
	{ "all ones", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false },
};

static void read_key(const char *text, uint8_t out[SIGN_PUBLIC_LEN])
{
	assert_int_equal(bytes_read_hex(bytes_str(text), out, SIGN_PUBLIC_LEN), ERR_OK);
}

static void test_good_public_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
		uint8_t key[SIGN_PUBLIC_LEN];
		print_message("# %s\n", keys[i].why);
		read_key(keys[i].key, key);
		assert_int_equal(sign_is_good_public(key), keys[i].want);
	}
}

/* RECORD.md 4: refused are non-canonical keys and those of low order, and no others. */
static void test_mixed_order_is_not_low_order(void **state)
{
	uint8_t own[SIGN_PUBLIC_LEN], low[SIGN_PUBLIC_LEN], mixed[SIGN_PUBLIC_LEN];

	(void)state;
	read_key(keys[0].key, own);
	read_key(ORDER_8, low);
	assert_int_equal(crypto_core_ed25519_add(mixed, own, low), 0);
	assert_int_equal(crypto_core_ed25519_is_valid_point(mixed), 0);
	assert_true(sign_is_good_public(mixed));
}

/* RFC 8032 section 7.1. */
static const struct {
	const char *seed, *message, *signature;
} rfc8032[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd2"
	  "5bf5f0"
	  "595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c38"
	  "7b2eae"
	  "b4302aeeb00d291612bb0c00" },
};

static void test_rfc8032(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rfc8032); i++) {
		uint8_t seed[SIGN_SEED_LEN], want[SIGN_LEN], got[SIGN_LEN], message[8];
		size_t len = strlen(rfc8032[i].message) / 2;
		struct sign_key k;
		assert_int_equal(bytes_read_hex(bytes_str(rfc8032[i].seed), seed, sizeof seed), ERR_OK);
		assert_int_equal(bytes_read_hex(bytes_str(rfc8032[i].signature), want, sizeof want), ERR_OK);
		assert_int_equal(bytes_read_hex(bytes_str(rfc8032[i].message), message, len), ERR_OK);
		sign_key_from_seed(&k, seed);
		sign_make(&k, (struct bytes){ message, len }, got);
		assert_memory_equal(got, want, sizeof want);
		assert_true(sign_verify(k.public, (struct bytes){ message, len }, got));
	}
}

static void test_every_bit_counts(void **state)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 7 };
	uint8_t message[20] = "a message of twenty", signature[SIGN_LEN];
	struct sign_key k, other;

	(void)state;
	sign_key_from_seed(&k, seed);
	sign_make(&k, BYTES_OF(message), signature);
	assert_true(sign_verify(k.public, BYTES_OF(message), signature));
	for (size_t bit = 0; bit < 8 * SIGN_LEN; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sign_verify(k.public, BYTES_OF(message), signature));
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * sizeof message; bit++) {
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sign_verify(k.public, BYTES_OF(message), signature));
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	other = k;
	for (size_t bit = 0; bit < 8 * SIGN_PUBLIC_LEN; bit++) {
		other.public[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sign_verify(other.public, BYTES_OF(message), signature));
		other = k;
	}
	assert_false(sign_verify(k.public, (struct bytes){ message, 19 }, signature));
	sign_key_wipe(&k);
	for (size_t i = 0; i < sizeof k.secret; i++)
		assert_int_equal(k.secret[i], 0);
}

/* S + L is the same number to whoever only looks at the equation. */
static void test_second_spelling_of_a_signature(void **state)
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
					   0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,	   0,	 0,    0,
					   0,	 0,    0,    0,	   0,	 0,    0,    0,	   0,	 0x10 };
	static const uint8_t seed[SIGN_SEED_LEN] = { 9 };
	uint8_t signature[SIGN_LEN];
	struct sign_key k;
	unsigned carry = 0;

	(void)state;
	sign_key_from_seed(&k, seed);
	sign_make(&k, BYTES_LIT("x"), signature);
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(sign_verify(k.public, BYTES_LIT("x"), signature));
}

static void test_drbg(void **state)
{
	struct drbg a = { { 1, 2, 3 } }, b = { { 1, 2, 3 } }, c = { { 1, 2, 4 } };
	uint8_t first[48], again[48], other[48], before[32];

	(void)state;
	drbg_read(&a, first, sizeof first);
	drbg_read(&b, again, sizeof again);
	assert_memory_equal(first, again, sizeof first);
	drbg_read(&c, other, sizeof other);
	assert_memory_not_equal(first, other, sizeof first);
	memcpy(before, a.seed, sizeof before);
	drbg_read(&a, again, sizeof again);
	assert_memory_not_equal(first, again, sizeof first);
	assert_memory_not_equal(before, a.seed, sizeof before);
	/* What was read is not in the state that is left. */
	assert_memory_not_equal(again, a.seed, sizeof a.seed);
	assert_memory_not_equal(again + 16, a.seed, sizeof a.seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_public_keys),
		cmocka_unit_test(test_mixed_order_is_not_low_order),
		cmocka_unit_test(test_rfc8032),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_second_spelling_of_a_signature),
		cmocka_unit_test(test_drbg),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
