/*
 * The stories of the simulator's tests once more, in which calls fail in short children (places.h). What a
 * story leaves in the end is asked for twice (reads.h). STRIDE, DEPTH, PLACE and ERROR stand in the
 * environment, and ONLY: a pattern of the tests that are told.
 */
#include "reads.h"

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap

void __real_world_free(struct world *w);
void __wrap_world_free(struct world *w);
void __wrap_world_free(struct world *w)
{
	reads_compare(w);
	__real_world_free(w);
}

/* Of any story, which is a third of the least that one has by either compiler; few have a quiet moment. */
static const uint64_t floors[SEAM_COUNT] = {
	[SEAM_READ] = 30,     [SEAM_WRITE] = 8, [SEAM_BEGIN] = 2,   [SEAM_COMMIT] = 1, [SEAM_ROW] = 50,
	[SEAM_ROW_WRITE] = 7, [SEAM_HOUSE] = 0, [SEAM_MEMORY] = 50, [SEAM_SIGNER] = 4
};

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t number;

	return text != NULL && bytes_read_decimal(bytes_str(text), UINT64_MAX / 2, &number) == ERR_OK
		       ? number
		       : otherwise;
}

int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown)
{
	const struct place_order order = { .stride = number_of("STRIDE", 1),
					   .depth = number_of("DEPTH", 8),
					   .jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN),
					   .only = number_of("PLACE", 0),
					   .only_error = number_of("ERROR", 0),
					   .is_short = true };
	struct place_counts counts;
	int failed;

	if (getenv("ONLY") != NULL)
		cmocka_set_test_filter(getenv("ONLY"));
	places_begin(&order);
	failed = __real__cmocka_run_group_tests(name, tests, count, setup, teardown);
	if (!places_end(&counts))
		failed++;
	failed += !places_are_enough(&counts, floors);
	return failed;
}
// NOLINTEND(bugprone-reserved-identifier)
