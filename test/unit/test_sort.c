/* Any array comes into order, of any length, with equal items among it. */
#include "base/sort.h"

#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

static int rising(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void test_lengths(void **state)
{
	static uint32_t items[2000];
	struct prng prng;

	(void)state;
	prng_init(&prng, 7);
	for (size_t count = 0; count <= 2000; count = count < 40 ? count + 1 : count * 2 + 1) {
		uint64_t sum = 0, after = 0;
		for (size_t i = 0; i < count; i++) {
			items[i] = (uint32_t)prng_below(&prng, count);
			sum += items[i];
		}
		sort_items(items, count, sizeof *items, rising);
		for (size_t i = 0; i < count; i++) {
			after += items[i];
			assert_true(i == 0 || items[i - 1] <= items[i]);
		}
		assert_int_equal(sum, after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lengths) };

	return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
