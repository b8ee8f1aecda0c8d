/* record/signatures.h: none is counted twice or left out, where a group ends and whoever verifies. */
#include "crypto/sshsig.h"
#include "record/signatures.h"
#include "sys/threads.h"
#include "wire/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STATEMENT "any bytes: what a statement says is not looked at"

static void entry_make(struct buf *raw, const char *signed_bytes)
{
	static const uint8_t seed[SIGN_SEED_LEN] = { 7 };
	uint8_t memory[SSHSIG_LEN_MAX];
	struct buf blob = BUF_ON(memory);
	struct entry e = { .origin = { .channel = 1, .party = "borea", .epoch = 1 },
			   .statement = BYTES_LIT(STATEMENT),
			   .signatures_count = 1 };
	struct sign_key key;

	sign_key_from_seed(&key, seed);
	sshsig_make(&key, BYTES_LIT(SSHSIG_STATEMENT), bytes_str(signed_bytes), &blob);
	e.signatures[0] = buf_bytes(&blob);
	entry_write(&e, raw);
	assert_int_equal(buf_check(raw), ERR_OK);
}

static void check(struct crew *crew, size_t count)
{
	uint8_t good_memory[2048], bad_memory[2048];
	struct buf good = BUF_ON(good_memory), bad = BUF_ON(bad_memory);
	struct signatures *s = signatures_new(crew);
	size_t false_ones = 0;

	entry_make(&good, STATEMENT);
	entry_make(&bad, "another statement");
	for (size_t i = 0; i < count; i++) {
		bool is_bad = i % 7 == 3;
		signatures_add(s, buf_bytes(is_bad ? &bad : &good));
		false_ones += is_bad;
	}
	assert_int_equal(signatures_count(s)->good, count - false_ones);
	assert_int_equal(signatures_count(s)->bad, false_ones);
	/* Asked once, it goes on. */
	signatures_add(s, buf_bytes(&good));
	signatures_add(s, BYTES_LIT("no entry"));
	assert_int_equal(signatures_count(s)->good, count - false_ones + 1);
	assert_int_equal(signatures_count(s)->bad, false_ones);
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
	uint8_t memory[2048];
	struct buf good = BUF_ON(memory);
	struct threads *threads = threads_new();
	struct signatures *s = signatures_new(threads_crew(threads));

	(void)state;
	entry_make(&good, STATEMENT);
	for (size_t i = 0; i < 600; i++)
		signatures_add(s, buf_bytes(&good));
	signatures_free(s);
	threads_free(threads);
}

/* A group ends when its memory might not hold one more entry, however few it has. */
static void long_entries(void **state)
{
	static uint8_t junk[ENTRY_LEN_MAX];
	uint8_t memory[2048];
	struct buf good = BUF_ON(memory);
	struct signatures *s = signatures_new(NULL);

	(void)state;
	entry_make(&good, STATEMENT);
	for (size_t i = 0; i < 500; i++) {
		signatures_add(s, i % 2 == 0 ? buf_bytes(&good) : BYTES_OF(junk));
	}
	assert_int_equal(signatures_count(s)->good, 250);
	assert_int_equal(signatures_count(s)->bad, 0);
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
