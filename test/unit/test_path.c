/* When a path that is down is called again: docs/spec/link.md section 1, *Calling*. */
#include "link/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The program is linked with these in place of the link's own: what they were asked for. */
void __wrap_timer_set(struct timer *t, uint64_t ms);
void __wrap_link_tell(struct link *l, const struct record *r);

static uint64_t wait_ms;
static size_t waits;

void __wrap_timer_set(struct timer *t, uint64_t ms)
{
	(void)t;
	wait_ms = ms;
	waits++;
}

void __wrap_link_tell(struct link *l, const struct record *r)
{
	(void)l;
	(void)r;
}

static struct path *path_new(struct link *l, size_t index)
{
	struct path *p = &l->paths[1][index];

	*p = (struct path){ .link = l,
			    .is_used = true,
			    .peer = 1,
			    .index = index,
			    .listener = NO_LISTENER,
			    .retry_ms = LINK_RETRY_MS_MIN };
	return p;
}

static int make(void **state)
{
	static struct link l;

	memset(&l, 0, sizeof l);
	l.loop = loop_new();
	l.is_running = true;
	prng_init(&l.prng, 1);
	waits = 0;
	*state = &l;
	return 0;
}

static int drop(void **state)
{
	struct link *l = *state;

	for (size_t i = 0; i < LINK_PATHS_MAX; i++)
		timer_close(l->paths[1][i].retry);
	loop_free(l->loop);
	return 0;
}

/* That long ago. */
static struct mono ago(const struct link *l, uint64_t ms)
{
	return (struct mono){ loop_now(l->loop).mono.us - (int64_t)ms * 1000 };
}

static void waits_grow_to_thirty_seconds(void **state)
{
	struct path *p = path_new(*state, 0);
	uint64_t before = LINK_RETRY_MS_MIN;

	for (int i = 0; i < 60; i++) {
		path_down(p, ERR_DOWN, "");
		assert_in_range(wait_ms, before / 2, before);
		assert_true(p->retry_ms <= LINK_RETRY_MS_MAX);
		assert_true(p->retry_ms <= before * 5 / 4 + 1 || p->retry_ms == LINK_RETRY_MS_MAX);
		before = p->retry_ms;
	}
	assert_int_equal(before, LINK_RETRY_MS_MAX);
}

/* Whoever is refused right behind his HELLO has spoken too. */
static void a_path_that_held_begins_again(void **state)
{
	struct link *l = *state;
	struct path *p = path_new(l, 0);
	const struct {
		uint64_t held_ms, max_ms;
	} rows[] = { { 900, LINK_RETRY_MS_MAX }, { 1100, LINK_RETRY_MS_MIN } };

	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		p->retry_ms = LINK_RETRY_MS_MAX;
		p->is_up = true;
		p->up_since = ago(l, rows[i].held_ms);
		path_down(p, ERR_DOWN, "");
		assert_in_range(wait_ms, rows[i].max_ms / 2, rows[i].max_ms);
	}
}

static void a_hello_calls_those_that_have_waited(void **state)
{
	struct link *l = *state;
	struct path *greeted = path_new(l, 0), *lately = path_new(l, 1), *long_ago = path_new(l, 2);

	lately->retry_ms = long_ago->retry_ms = LINK_RETRY_MS_MAX;
	path_down(lately, ERR_DOWN, "");
	path_down(long_ago, ERR_DOWN, "");
	lately->tried = ago(l, 500);
	long_ago->tried = ago(l, 1100);
	waits = 0;
	path_greeted(greeted);
	assert_int_equal(waits, 1);
	assert_int_equal(wait_ms, 0);
	assert_int_equal(long_ago->retry_ms, LINK_RETRY_MS_MIN);
	assert_int_equal(lately->retry_ms, LINK_RETRY_MS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(waits_grow_to_thirty_seconds, make, drop),
		cmocka_unit_test_setup_teardown(a_path_that_held_begins_again, make, drop),
		cmocka_unit_test_setup_teardown(a_hello_calls_those_that_have_waited, make, drop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
