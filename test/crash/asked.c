/*
 * What a test of the API asks is asked again, a few times of each target, until no place that it comes to is
 * new: at each of them a call of the store fails once. The answer is the same as without, or says that the
 * node failed.
 */
#include "failing_store.h"
#include "seams.h"

#include "../sim/served.h"
#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap

#define DEPTH 9u
#define TARGETS 4096u
#define TIMES_MAX 3u /* that one target is looked at so */
#define SHOWN 300u   /* of an answer that differs */
#define SHOWN_BEFORE 100u

/* Whom places.c is told of: of all nodes together. */
static struct world world;
static struct sim_node node;

static const enum err of_store[PLACE_ERRORS_MAX] = { ERR_IO, ERR_CORRUPT, ERR_OK };

/* Of any of these programs, which is a third of the least that one has. */
static const uint64_t floors[SEAM_COUNT] = { [SEAM_READ] = 2, [SEAM_ROW] = 9 };

/* The last that failed. */
static struct {
	const char *name;
	enum err with;
} last;

static enum err ask(void *self, enum failing_kind kind, const char *name)
{
	enum err e;

	(void)self;
	if (kind != FAILING_READ && kind != FAILING_ROW)
		return ERR_OK;
	e = place_fails(kind == FAILING_READ ? SEAM_READ : SEAM_ROW, name, of_store);
	if (e != ERR_OK) {
		last.name = name;
		last.with = e;
	}
	return e;
}

struct store *__real_store_mem_new(void);
struct store *__wrap_store_mem_new(void);
struct store *__wrap_store_mem_new(void)
{
	return failing_store_new(__real_store_mem_new(), ask, NULL);
}

/* Both, from shortly before the first byte that differs. */
static void compare(const char *target, struct bytes got, struct bytes whole)
{
	size_t at = 0, from;

	if (got.len > 0)
		got = served_body(got);
	whole = served_body(whole);
	while (at < got.len && at < whole.len && got.ptr[at] == whole.ptr[at])
		at++;
	from = at < SHOWN_BEFORE ? 0 : at - SHOWN_BEFORE;
	fail_msg("%s, where %s fails with %s:\n%.*s\nand not:\n%.*s", target, last.name, err_name(last.with),
		 (int)(got.len - from < SHOWN ? got.len - from : SHOWN), (const char *)got.ptr + from,
		 (int)(whole.len - from < SHOWN ? whole.len - from : SHOWN), (const char *)whole.ptr + from);
}

static bool ends_with(struct bytes answer, struct bytes end)
{
	return answer.len >= end.len && memcmp(answer.ptr + answer.len - end.len, end.ptr, end.len) == 0;
}

/*
 * What was read wrong is left out of what is said of many. What is sent while it is made cannot take back its
 * status: it breaks off before its end. That two sides agree is said only where it is known.
 */
static bool is_honest(const char *target, struct bytes got, struct bytes whole)
{
	const struct bytes end = BYTES_LIT("\r\n0\r\n\r\n");

	return bytes_equal(got, whole) || world.is_rotten || (got.len > 0 && served_status(got) >= 500) ||
	       (ends_with(whole, end) && !ends_with(got, end)) || strncmp(target, "/instances", 10) == 0;
}

/* Two that share a count are looked at less. A stream of events goes on: what fails in it comes later. */
static bool is_looked_at(const char *method, const char *target)
{
	static uint8_t times[TARGETS];
	uint32_t hash = 2166136261u;

	for (const char *at = target; *at != 0; at++)
		hash = (hash ^ (uint8_t)*at) * 16777619u;
	return strcmp(method, "GET") == 0 && strncmp(target, "/events", 7) != 0 &&
	       times[hash % TARGETS] < TIMES_MAX && ++times[hash % TARGETS] > 0;
}

struct bytes __real_served_ask(struct served *v, const char *method, const char *target, const char *token,
			       struct bytes body);
struct bytes __wrap_served_ask(struct served *v, const char *method, const char *target, const char *token,
			       struct bytes body);
struct bytes __wrap_served_ask(struct served *v, const char *method, const char *target, const char *token,
			       struct bytes body)
{
	static uint8_t memory[SERVED_ANSWER_MAX];
	struct bytes got = __real_served_ask(v, method, target, token, body), whole = { memory, got.len };
	bool has_failed = is_looked_at(method, target);
	int64_t since_us;

	memcpy(memory, got.ptr, got.len);
	while (has_failed) {
		world.is_rotten = false;
		places_core_begins(&node);
		got = __real_served_ask(v, method, target, token, body);
		places_core_ends();
		has_failed = places_has_failed(&since_us);
		if (has_failed && !is_honest(target, got, whole))
			compare(target, got, whole);
		places_go_on();
	}
	memcpy(v->answer, memory, whole.len);
	return (struct bytes){ v->answer, whole.len };
}

int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown)
{
	const struct place_order order = { .stride = 1, .depth = DEPTH, .jobs = 1, .is_in_place = true };
	struct place_counts counts;
	int failed;

	places_world = &world;
	places_begin(&order);
	failed = __real__cmocka_run_group_tests(name, tests, count, setup, teardown);
	(void)places_end(&counts);
	failed += !places_are_enough(&counts, floors);
	return failed;
}
// NOLINTEND(bugprone-reserved-identifier)
