/* Names of logs, parties and roles. */
#include "wire/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#define ACCORD "7827688030a59330cebfc23f9c8d5f02"

static const struct {
	const char *why, *in;
	enum err want;
} origins[] = {
	{ "the example of RECORD", ACCORD "/1/borea/1", ERR_OK },
	{ "the largest", ACCORD "/999/b234567890123456/4294967295", ERR_OK },
	{ "a hyphen and digits", ACCORD "/10/a-1-/20", ERR_OK },
	{ "nothing", "", ERR_USAGE },
	{ "no epoch", ACCORD "/1/borea", ERR_USAGE },
	{ "an empty epoch", ACCORD "/1/borea/", ERR_USAGE },
	{ "one part more", ACCORD "/1/borea/1/1", ERR_USAGE },
	{ "capitals in the accord", "7827688030A59330CEBFC23F9C8D5F02/1/borea/1", ERR_USAGE },
	{ "a short accord", "7827688030a59330cebfc23f9c8d5f/1/borea/1", ERR_USAGE },
	{ "channel 0", ACCORD "/0/borea/1", ERR_USAGE },
	{ "channel 1000", ACCORD "/1000/borea/1", ERR_USAGE },
	{ "a zero in front of the channel", ACCORD "/01/borea/1", ERR_USAGE },
	{ "a sign", ACCORD "/+1/borea/1", ERR_USAGE },
	{ "a capital party", ACCORD "/1/Borea/1", ERR_USAGE },
	{ "no party", ACCORD "/1//1", ERR_USAGE },
	{ "a party of 17 characters", ACCORD "/1/b2345678901234567/1", ERR_USAGE },
	{ "epoch 0", ACCORD "/1/borea/0", ERR_USAGE },
	{ "a zero in front of the epoch", ACCORD "/1/borea/01", ERR_USAGE },
	{ "an epoch of 33 bits", ACCORD "/1/borea/4294967296", ERR_USAGE },
	{ "a newline after it", ACCORD "/1/borea/1\n", ERR_USAGE },
};

static void test_origins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(origins); i++) {
		uint8_t memory[ORIGIN_LEN_MAX];
		struct buf again = BUF_ON(memory);
		struct origin origin;
		print_message("# %s\n", origins[i].why);
		assert_int_equal(origin_read(bytes_str(origins[i].in), &origin), origins[i].want);
		if (origins[i].want != ERR_OK)
			continue;
		origin_write(&origin, &again);
		assert_int_equal(buf_check(&again), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&again), bytes_str(origins[i].in)));
	}
}

static struct origin origin_of(const char *text)
{
	struct origin origin;

	assert_int_equal(origin_read(bytes_str(text), &origin), ERR_OK);
	return origin;
}

/* Rising; numbers compare as numbers and not as text. */
static const char *const rising[] = {
	"0827688030a59330cebfc23f9c8d5f02/9/borea/9",
	ACCORD "/1/alba/1",
	ACCORD "/1/borea/1",
	ACCORD "/1/borea/2",
	ACCORD "/1/borea/10",
	ACCORD "/2/alba/1",
	ACCORD "/10/alba/1",
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rising); i++) {
		for (size_t j = 0; j < ARRAY_COUNT(rising); j++) {
			struct origin a = origin_of(rising[i]), b = origin_of(rising[j]);
			int order = origin_compare(&a, &b);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(origin_equal(&a, &b), i == j);
		}
	}
}

static const struct {
	const char *in;
	bool is_party, is_role;
} names[] = {
	{ "a", true, true },
	{ "kor", true, true },
	{ "duty-officer-2", true, true },
	{ "b234567890123456", true, true },
	{ "b2345678901234567", false, true },
	{ "b2345678901234567890123456789012", false, true },
	{ "b23456789012345678901234567890123", false, false },
	{ "", false, false },
	{ "A", false, false },
	{ "1a", false, false },
	{ "-a", false, false },
	{ "a_b", false, false },
	{ "a b", false, false },
	{ "a\xc3\xa9", false, false },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
		print_message("# '%s'\n", names[i].in);
		assert_int_equal(is_party_name(bytes_str(names[i].in)), names[i].is_party);
		assert_int_equal(is_role_name(bytes_str(names[i].in)), names[i].is_role);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
