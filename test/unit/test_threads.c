/* Each index once, all of them done when the run returns, however many runs follow each other. */
#include "sys/threads.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT_MAX 300u

static void add_one(void *self, size_t index)
{
	unsigned char *times = self;

	times[index]++;
}

static void check(struct crew *c, size_t count)
{
	unsigned char times[COUNT_MAX] = { 0 };
	struct crew_work work = { .task = add_one, .self = times, .count = count };

	crew_begin(c, &work);
	crew_end(c, &work);
	for (size_t i = 0; i < COUNT_MAX; i++)
		assert_int_equal(times[i], i < count);
}

static void test_each_index_once(void **state)
{
	struct threads *t = threads_new();

	(void)state;
	for (size_t i = 0; i < 2000; i++)
		check(threads_crew(t), i % COUNT_MAX);
	threads_free(t);
}

/* Whoever began does something else, ends it, and begins the next on the same work. */
static void test_something_else_meanwhile(void **state)
{
	struct threads *t = threads_new();
	struct crew *crews[] = { threads_crew(t), NULL };

	(void)state;
	for (size_t i = 0; i < 4000; i++) {
		unsigned char times[COUNT_MAX] = { 0 }, others[COUNT_MAX] = { 0 };
		struct crew_work work = { .task = add_one, .self = times, .count = i % COUNT_MAX };
		crew_begin(crews[i % 2], &work);
		for (size_t j = 0; j < work.count; j++)
			add_one(others, j);
		crew_end(crews[i % 2], &work);
		assert_memory_equal(times, others, sizeof times);
		work = (struct crew_work){ .task = add_one, .self = others, .count = work.count };
		crew_begin(crews[i % 2], &work);
		crew_end(crews[i % 2], &work);
		for (size_t j = 0; j < work.count; j++)
			assert_int_equal(others[j], 2);
	}
	threads_free(t);
}

/* What it says is done is done, portion by portion, and nothing of what is behind all. */
static void test_portions(void **state)
{
	struct threads *t = threads_new();
	struct crew *crews[] = { threads_crew(t), NULL };

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		unsigned char times[COUNT_MAX] = { 0 };
		struct crew_work work = { .task = add_one, .self = times };
		size_t all = i % COUNT_MAX, portion = 1 + i / 2 % 40, at = 0;
		while (at < all) {
			size_t done = crew_next(crews[i % 2], &work, all, portion);
			assert_in_range(done, at, at + portion);
			for (; at < done; at++)
				assert_int_equal(times[at], 1);
		}
		assert_int_equal(work.count, 0);
		for (; at < COUNT_MAX; at++)
			assert_int_equal(times[at], 0);
	}
	threads_free(t);
}

static void tell(void *self, size_t index)
{
	(void)index;
	atomic_store((atomic_bool *)self, true);
}

/* The signature of a single message is verified beside what its caller does, not behind it. */
static void test_one_is_begun(void **state)
{
	struct threads *t = threads_new();
	struct crew *c = threads_crew(t);
	const struct timespec moment = { .tv_nsec = 1000000 };

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		atomic_bool is_done = false;
		struct crew_work work = { .task = tell, .self = &is_done, .count = 1 };
		crew_begin(c, &work);
		for (unsigned ms = 0; c != NULL && !atomic_load(&is_done); ms++) {
			assert_true(ms < 10000);
			nanosleep(&moment, NULL);
		}
		crew_end(c, &work);
		assert_true(atomic_load(&is_done));
	}
	threads_free(t);
}

/* What nobody needs any more is nobody's when it is dropped, and what nobody began is not done. */
static void test_dropped(void **state)
{
	struct threads *t = threads_new();

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		unsigned char times[COUNT_MAX] = { 0 };
		struct crew_work work = { .task = add_one, .self = times, .count = 4 };
		crew_begin(threads_crew(t), &work);
		crew_drop(threads_crew(t), &work);
		check(threads_crew(t), 2); /* another one can be begun */
		work = (struct crew_work){ .task = add_one, .self = times, .count = COUNT_MAX };
		memset(times, 0, sizeof times);
		crew_begin(NULL, &work);
		crew_drop(NULL, &work);
		assert_int_equal(times[0], 0);
	}
	threads_free(t);
}

static void test_alone(void **state)
{
	(void)state;
	check(NULL, 0);
	check(NULL, 7);
}

/* A crew that was never asked, or was asked a moment ago, ends. */
static void test_ends(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct threads *t = threads_new();
		if (i % 2 == 0)
			check(threads_crew(t), 5);
		threads_free(t);
	}
	threads_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_index_once),
		cmocka_unit_test(test_something_else_meanwhile),
		cmocka_unit_test(test_portions),
		cmocka_unit_test(test_one_is_begun),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
