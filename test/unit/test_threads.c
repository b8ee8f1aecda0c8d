/* Each index once, all of them done when the run returns, however many runs follow each other. */
#include "sys/threads.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

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

	crew_run(c, add_one, times, count);
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
		struct crew_work work = { add_one, times, i % COUNT_MAX };
		crew_begin(crews[i % 2], &work);
		for (size_t j = 0; j < work.count; j++)
			add_one(others, j);
		crew_end(crews[i % 2], &work);
		assert_memory_equal(times, others, sizeof times);
		work = (struct crew_work){ add_one, others, work.count };
		crew_begin(crews[i % 2], &work);
		crew_end(crews[i % 2], &work);
		for (size_t j = 0; j < work.count; j++)
			assert_int_equal(others[j], 2);
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
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
