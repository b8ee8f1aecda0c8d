/*
 * A twin is found by what its check says, and by no other end: not by one that runs out of time, crashes, or
 * meets another check.
 */
#include "apart.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct world world = { .seed = 7 };

static void passes(uint64_t seed)
{
	(void)seed;
}

static void objects(uint64_t seed)
{
	world_fail(&world, "the views differ, %llu", (unsigned long long)seed);
}

static void asserts(uint64_t seed)
{
	(void)seed;
	fprintf(stderr, "sim: ../src/node/node.c:1: node_turn: Assertion `the views' failed.\n");
	abort();
}

static void asserts_in_a_test(uint64_t seed)
{
	(void)seed;
	fprintf(stderr, "sim: ../test/sim/world.c:1: world_turn: Assertion `the views' failed.\n");
	abort();
}

static void ends_otherwise(uint64_t seed)
{
	fprintf(stderr, "the views\n");
	exit((int)seed);
}

static void hangs(uint64_t seed)
{
	fprintf(stderr, "FAIL SEED=1: the views\n");
	(void)sleep((unsigned)seed);
}

static void test_found(void **state)
{
	(void)state;
	assert_true(apart_finds(objects, 1, 60, "the views differ"));
	assert_true(apart_finds(asserts, 1, 60, "the views"));
}

static void test_not_found(void **state)
{
	(void)state;
	assert_false(apart_finds(passes, 1, 60, ""));
	assert_false(apart_finds(objects, 1, 60, "cosigned"));
	assert_false(apart_finds(asserts_in_a_test, 1, 60, "the views"));
	assert_false(apart_finds(ends_otherwise, 1, 60, "the views"));
	assert_false(apart_finds(ends_otherwise, 2, 60, "the views"));
	assert_false(apart_finds(hangs, 600, 1, "the views"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
