/* Digests against record.json, and the fields that carry them. */
#include "cases.h"
#include "record/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void play_digest(const json_t *one)
{
	const json_t *rows = json_object_get(one, "rows");
	uint8_t key[256], value[512], want[HASH_LEN], got[HASH_LEN];
	struct digest d;

	digest_open(&d);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		struct bytes k = hex_of(json_array_get(row, 0), key, sizeof key);
		digest_add(&d, k, hex_of(json_array_get(row, 1), value, sizeof value));
	}
	digest_finish(&d, got);
	case_hex(one, "hash", want, sizeof want);
	assert_memory_equal(got, want, HASH_LEN);
}

static void digests(void **state)
{
	(void)state;
	cases_play("record.json", "digest", play_digest);
}

static void fields_come_back(void **state)
{
	uint8_t memory[128], hash[HASH_LEN], got[HASH_LEN];
	struct buf buf = BUF_ON(memory);
	struct statement s = { .fields_count = 2 };
	uint64_t version = 0;

	(void)state;
	memset(hash, 0x5a, sizeof hash);
	digest_put_fields(7, hash, &buf, s.fields);
	assert_int_equal(digest_get_fields(&s, &version, got), ERR_OK);
	assert_int_equal(version, 7);
	assert_memory_equal(got, hash, HASH_LEN);
	s.fields_count = 1;
	assert_int_equal(digest_get_fields(&s, &version, got), ERR_RULE);
	s.fields[0] = s.fields[1];
	assert_int_equal(digest_get_fields(&s, &version, got), ERR_RULE);
	/* A hash of another length, and one with something behind it. */
	s.fields_count = 2;
	digest_put_fields(7, hash, &buf, s.fields);
	s.fields[1].value = BYTES_LIT("\x43"
				      "abc");
	assert_int_equal(digest_get_fields(&s, &version, got), ERR_RULE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests),
		cmocka_unit_test(fields_come_back),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
