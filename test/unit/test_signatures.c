/* record/signatures.h: none is counted twice or left out, where a group ends and whoever verifies. */
#include "crypto/sshsig.h"
#include "record/signatures.h"
#include "sys/threads.h"
#include "wire/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STATEMENT "any bytes: what a statement says is not looked at"

/* Its statement, with a signature of these bytes; the memory of that is the blob's. */
static struct entry entry_make(struct buf *blob, const char *signed_bytes)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 7 };
	struct entry e = { .statement = BYTES_LIT(STATEMENT), .signatures_count = 1 };
	struct sign_key key;

	sign_key_from_seed(&key, seed);
	sshsig_make(&key, BYTES_LIT(SSHSIG_STATEMENT), bytes_str(signed_bytes), blob);
	e.signatures[0] = buf_bytes(blob);
	return e;
}

static void check(struct crew *crew, size_t count)
{
	uint8_t memory[2][SSHSIG_LEN_MAX], scratch[SSHSIG_LEN_MAX];
	struct buf blobs[] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
	struct entry good = entry_make(&blobs[0], STATEMENT),
		     bad = entry_make(&blobs[1], "another statement");
	struct entry both = good, none = good;
	struct signatures *s = signatures_new(crew);
	size_t false_ones = 0;

	for (size_t i = 0; i < count; i++) {
		bool is_bad = i % 7 == 3;
		struct entry e = is_bad ? bad : good;
		/* It keeps a copy. */
		memcpy(scratch, e.signatures[0].ptr, e.signatures[0].len);
		e.signatures[0].ptr = scratch;
		signatures_add(s, &e);
		memset(scratch, 0, sizeof scratch);
		false_ones += is_bad;
	}
	assert_int_equal(signatures_count(s)->good, count - false_ones);
	assert_int_equal(signatures_count(s)->bad, false_ones);
	/* Asked once, it goes on. */
	both.signatures[1] = bad.signatures[0];
	both.signatures_count = 2;
	none.signatures_count = 0;
	signatures_add(s, &both);
	signatures_add(s, &none);
	assert_int_equal(signatures_count(s)->good, count - false_ones + 1);
	assert_int_equal(signatures_count(s)->bad, false_ones + 1);
	signatures_free(s);
}

static void each_is_counted_once(void **state)
{
	static const size_t counts[] = { 0, 1, 511, 512, 513, 1024, 1300 };
	struct threads *threads = threads_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
		check(NULL, counts[i]);
		check(threads_crew(threads), counts[i]);
	}
	threads_free(threads);
}

/* What was begun is waited for, not left to read memory that is gone. */
static void given_up_half_way(void **state)
{
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(memory);
	struct entry good = entry_make(&blob, STATEMENT);
	struct threads *threads = threads_new();
	struct signatures *s = signatures_new(threads_crew(threads));

	(void)state;
	for (size_t i = 0; i < 600; i++)
		signatures_add(s, &good);
	signatures_free(s);
	threads_free(threads);
}

/* A group ends when its memory might not hold one more entry, however few it has. */
static void long_entries(void **state)
{
	static uint8_t junk[ENTRY_LEN_MAX];
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(memory);
	struct entry good = entry_make(&blob, STATEMENT), long_one = good;
	struct signatures *s = signatures_new(NULL);

	(void)state;
	long_one.statement = (struct bytes){ junk, sizeof junk - blob.len };
	for (size_t i = 0; i < 500; i++)
		signatures_add(s, i % 2 == 0 ? &good : &long_one);
	assert_int_equal(signatures_count(s)->good, 250);
	assert_int_equal(signatures_count(s)->bad, 250);
	signatures_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_counted_once),
		cmocka_unit_test(given_up_half_way),
		cmocka_unit_test(long_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
