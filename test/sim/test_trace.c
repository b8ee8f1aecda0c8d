/* One seed has one history: the same trace twice, whoever helps; another one for another seed. */
#include "hostile.h"
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

static size_t begun, begun_alone;

static void do_all(struct crew *c, const struct crew_work *work)
{
	(void)c;
	begun++;
	begun_alone += work->count == 1;
	for (size_t i = 0; i < work->count; i++)
		work->task(work->self, work->from + i);
}

static void do_nothing(struct crew *c, const struct crew_work *work)
{
	(void)c;
	(void)work;
}

static const struct crew_ops early_ops = { do_all, do_nothing };
static struct crew early = { &early_ops };

/*
 * A signature that is verified as soon as its batch has come, before the note is, and one that is verified
 * when its entry is folded: a crew's threads are somewhere between the two.
 */
static void test_early_hands_change_nothing(void **state)
{
	struct sim_counters *counters = xcalloc(1, sizeof *counters);
	uint8_t late[HASH_LEN], with[HASH_LEN];

	(void)state;
	for (uint64_t seed = 7; seed < 9; seed++) {
		world_run(seed, false, counters, late);
		nodes_crew(&early);
		world_run(seed, false, counters, with);
		nodes_crew(NULL);
		assert_memory_equal(late, with, HASH_LEN);
	}
	/* A single message is among what was begun. */
	assert_true(begun > 100 && begun_alone > 10);
	free(counters);
}

/* Nor where what was begun is dropped: under false notes, in batches that fit nothing. */
static void test_early_hands_help_no_hostile_peer(void **state)
{
	struct hostile_counters *late = xcalloc(2, sizeof *late), *with = late + 1;

	(void)state;
	hostile_run(1, false, false, late);
	nodes_crew(&early);
	hostile_run(1, false, false, with);
	nodes_crew(NULL);
	assert_memory_equal(late, with, sizeof *late);
	free(late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_trace),
		cmocka_unit_test(test_early_hands_change_nothing),
		cmocka_unit_test(test_early_hands_help_no_hostile_peer),
	};

	log_open("test", 0);
	crypto_init();
	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
