/* One seed has one history: the same trace twice, another one for another seed. */
#include "world.h"

#include "base/alloc.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_same_seed_same_trace(void **state)
{
	struct sim_counters *counters = xcalloc(1, sizeof *counters);
	uint8_t first[HASH_LEN], second[HASH_LEN], other[HASH_LEN];

	(void)state;
	world_run(7, false, counters, first);
	world_run(7, false, counters, second);
	world_run(8, false, counters, other);
	assert_memory_equal(first, second, HASH_LEN);
	assert_memory_not_equal(first, other, HASH_LEN);
	free(counters);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_seed_same_trace) };

	log_open("test", 0);
	crypto_init();
	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
