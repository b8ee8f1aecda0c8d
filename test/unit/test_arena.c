/* Memory for one message: aligned, zeroed, bounded, and counted without wrapping. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ALIGNED alignof(max_align_t)

static void test_alignment(void **state)
{
	alignas(max_align_t) uint8_t memory[1024];
	struct arena a;

	(void)state;
	for (size_t shift = 0; shift < ALIGNED; shift++) {
		arena_init(&a, memory + shift, sizeof memory - shift);
		for (size_t size = 1; size < 20; size++) {
			uint8_t *at = arena_alloc(&a, 1, size);
			assert_non_null(at);
			assert_int_equal((uintptr_t)at % ALIGNED, 0);
			memset(at, 0xff, size);
		}
	}
}

static void test_zeroed_and_apart(void **state)
{
	alignas(max_align_t) uint8_t memory[256];
	struct arena a;
	uint8_t *one, *two;

	(void)state;
	memset(memory, 0xee, sizeof memory);
	arena_init(&a, memory, sizeof memory);
	one = arena_alloc(&a, 3, 7);
	two = arena_alloc(&a, 2, 8);
	assert_non_null(one);
	assert_non_null(two);
	assert_true(two >= one + 21);
	for (size_t i = 0; i < 21; i++)
		assert_int_equal(one[i], 0);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(two[i], 0);
	memset(one, 1, 21);
	assert_int_equal(two[0], 0);
	arena_reset(&a);
	assert_ptr_equal(arena_alloc(&a, 1, 1), one);
	assert_int_equal(*one, 0);
}

static void test_bounds(void **state)
{
	static const struct {
		const char *why;
		size_t count, size;
		bool want;
	} rows[] = {
		{ "all there is", 1, 64, true },
		{ "all there is, in pieces", 8, 8, true },
		{ "one more", 1, 65, false },
		{ "one more, in pieces", 13, 5, false },
		{ "a product that wraps to zero", SIZE_MAX / 2 + 1, 2, false },
		{ "a product that wraps to one", SIZE_MAX / 3 + 1, 3, false },
		{ "as many as can be counted", SIZE_MAX, 1, false },
		{ "as large as can be counted", 1, SIZE_MAX, false },
		{ "nothing", 0, 8, true },
		{ "pieces of nothing", SIZE_MAX, 0, true },
	};
	alignas(max_align_t) uint8_t memory[64 + 8];
	struct arena a;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		memset(memory, 0xee, sizeof memory);
		arena_init(&a, memory, 64);
		print_message("# %s\n", rows[i].why);
		assert_int_equal(arena_alloc(&a, rows[i].count, rows[i].size) != NULL, rows[i].want);
		for (size_t j = 64; j < sizeof memory; j++)
			assert_int_equal(memory[j], 0xee);
	}
}

/* The gap to the next aligned place counts too: what is left may be less than it. */
static void test_used_up(void **state)
{
	alignas(max_align_t) uint8_t memory[64];
	struct arena a;

	(void)state;
	for (size_t size = 0; size <= sizeof memory; size++) {
		size_t count = 0;
		arena_init(&a, memory, size);
		while (arena_alloc(&a, 1, 1) != NULL)
			count++;
		assert_int_equal(count, (size + ALIGNED - 1) / ALIGNED);
		assert_true(a.len <= size);
	}
}

static void test_copy(void **state)
{
	alignas(max_align_t) uint8_t memory[32];
	struct arena a;
	struct bytes out;

	(void)state;
	arena_init(&a, memory, sizeof memory);
	out = arena_copy(&a, BYTES_LIT("abc"));
	assert_true(bytes_equal(out, BYTES_LIT("abc")));
	assert_int_equal(out.ptr[3], 0);
	out = arena_copy(&a, (struct bytes){ NULL, 0 });
	assert_non_null(out.ptr);
	assert_int_equal(out.len, 0);
	assert_null(arena_copy(&a, BYTES_LIT("0123456789abcdef")).ptr);
	assert_null(arena_copy(&a, (struct bytes){ memory, SIZE_MAX }).ptr);
	arena_reset(&a);
	assert_non_null(arena_copy(&a, BYTES_LIT("0123456789abcdef0123456789abcde")).ptr);
}

/* No more is lent than there is. */
static void test_lent(void **state)
{
	alignas(max_align_t) uint8_t memory[32];
	struct arena a;
	struct buf lent;

	(void)state;
	arena_init(&a, memory, sizeof memory);
	assert_int_equal(arena_lend(&a, 8).max, 8);
	lent = arena_lend(&a, SIZE_MAX);
	assert_int_equal(lent.max, sizeof memory);
	buf_put_str(&lent, "abc");
	assert_true(bytes_equal(arena_keep(&a, &lent), BYTES_LIT("abc")));
	assert_int_equal(arena_lend(&a, sizeof memory).max, sizeof memory - 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alignment), cmocka_unit_test(test_zeroed_and_apart),
		cmocka_unit_test(test_bounds),	  cmocka_unit_test(test_used_up),
		cmocka_unit_test(test_copy),	  cmocka_unit_test(test_lent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
