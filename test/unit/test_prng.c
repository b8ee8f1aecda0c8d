/* A seed must give the same numbers on every machine for ever: it is all that a failure in the simulator
 * leaves behind. */
#include "base/prng.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* The generator's own definition: from the state 1, 2, 3, 4 the first numbers can be reckoned by hand. */
static void test_definition(void **state)
{
	static const uint64_t want[] = { 11520, 0, 1509978240, 1215971899390074240 };
	struct prng p = { { 1, 2, 3, 4 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(want); i++)
		assert_true(prng_next(&p) == want[i]);
}

/* splitmix64 from 0 begins with this number, as its authors give it. */
static void test_seed(void **state)
{
	struct prng p;

	(void)state;
	prng_init(&p, 0);
	assert_true(p.state[0] == 0xe220a8397b1dcdafull);
	assert_true(p.state[1] == 0x6e789e6aa1b965f4ull);
	assert_true(p.state[2] == 0x06c45d188009454full);
	assert_true(p.state[3] == 0xf88bb8a8724c81ecull);
}

static void test_same_seed_same_numbers(void **state)
{
	struct prng a, b, c;
	unsigned equal_count = 0;

	(void)state;
	prng_init(&a, 7);
	prng_init(&b, 7);
	prng_init(&c, 8);
	for (int i = 0; i < 1000; i++) {
		uint64_t n = prng_next(&a);
		assert_true(n == prng_next(&b));
		equal_count += n == prng_next(&c);
	}
	assert_int_equal(equal_count, 0);
}

static void test_below(void **state)
{
	unsigned counts[6] = { 0 }, hits = 0;
	struct prng p;

	(void)state;
	prng_init(&p, 1);
	for (int i = 0; i < 60000; i++)
		counts[prng_below(&p, ARRAY_COUNT(counts))]++;
	for (size_t i = 0; i < ARRAY_COUNT(counts); i++)
		assert_in_range(counts[i], 9500, 10500);
	assert_true(prng_below(&p, 1) == 0);
	for (int i = 0; i < 60000; i++)
		hits += prng_is_one_in(&p, 20);
	assert_in_range(hits, 2800, 3200);
	assert_true(prng_is_one_in(&p, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_same_seed_same_numbers),
		cmocka_unit_test(test_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
