#include "crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The first three are FIPS 180-2's examples; the rest is sha256sum's word. */
static const struct {
	const char *why, *in, *want;
} digests[] = {
	{ "nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "one block", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "one letter", "a", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
};

static void assert_hex(const uint8_t hash[HASH_LEN], const char *want)
{
	char text[2 * HASH_LEN + 1];

	bytes_write_hex((struct bytes){ hash, HASH_LEN }, text);
	assert_string_equal(text, want);
}

static void test_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(digests); i++) {
		uint8_t hash[HASH_LEN];
		print_message("# %s\n", digests[i].why);
		hash_sha256(bytes_str(digests[i].in), hash);
		assert_hex(hash, digests[i].want);
	}
	uint8_t hash[HASH_LEN];
	hash_sha256((struct bytes){ NULL, 0 }, hash);
	assert_hex(hash, digests[0].want);
}

/* printf '\0abc' | sha256sum, and printf '\1' with 32 a's and 32 b's. */
static void test_tree_prefixes(void **state)
{
	uint8_t left[HASH_LEN], right[HASH_LEN], hash[HASH_LEN], same[65];

	(void)state;
	hash_leaf(BYTES_LIT("abc"), hash);
	assert_hex(hash, "609f6e36d2405585188d5cfd761f407c7cc46a7d3f314c88270469dde315fcd1");
	memset(left, 'a', sizeof left);
	memset(right, 'b', sizeof right);
	hash_node(left, right, hash);
	assert_hex(hash, "8e85fd55f207495e4566faf404cfe7ec0f259f2ca8c6a19ce36040b426819d81");
	same[0] = 1;
	memcpy(same + 1, left, HASH_LEN);
	memcpy(same + 33, right, HASH_LEN);
	hash_sha256(BYTES_OF(same), left);
	assert_memory_equal(hash, left, HASH_LEN);
}

static void test_node_in_place(void **state)
{
	uint8_t a[HASH_LEN] = { 1 }, b[HASH_LEN] = { 2 }, want[HASH_LEN];

	(void)state;
	hash_node(a, b, want);
	hash_node(a, b, b);
	assert_memory_equal(b, want, HASH_LEN);
}

/* Every way to cut a text in three gives the hash of the whole. */
static void test_parts_and_stream(void **state)
{
	static const char text[] =
		"The quick brown fox jumps over the lazy dog, and then over 64 bytes of it all.";
	size_t len = sizeof text - 1;
	uint8_t want[HASH_LEN], got[HASH_LEN];

	(void)state;
	hash_sha256(BYTES_LIT(text), want);
	for (size_t i = 0; i <= len; i++) {
		for (size_t j = i; j <= len; j++) {
			const uint8_t *at = (const uint8_t *)text;
			struct bytes parts[] = { { at, i }, { at + i, j - i }, { at + j, len - j } };
			struct hash_stream h;
			hash_parts(parts, ARRAY_COUNT(parts), got);
			assert_memory_equal(got, want, HASH_LEN);
			hash_open(&h);
			for (size_t k = 0; k < ARRAY_COUNT(parts); k++)
				hash_add(&h, parts[k]);
			hash_finish(&h, got);
			assert_memory_equal(got, want, HASH_LEN);
		}
	}
}

/* FIPS 180-2's third example: a million letters, in pieces that do not divide the block. */
static void test_long_stream(void **state)
{
	static uint8_t piece[999];
	struct hash_stream h;
	uint8_t hash[HASH_LEN];
	size_t left = 1000000;

	(void)state;
	memset(piece, 'a', sizeof piece);
	hash_open(&h);
	while (left > 0) {
		size_t len = left < sizeof piece ? left : sizeof piece;
		hash_add(&h, (struct bytes){ piece, len });
		left -= len;
	}
	hash_finish(&h, hash);
	assert_hex(hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),	      cmocka_unit_test(test_tree_prefixes),
		cmocka_unit_test(test_node_in_place), cmocka_unit_test(test_parts_and_stream),
		cmocka_unit_test(test_long_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
