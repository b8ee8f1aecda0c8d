/* What the loop tells of a descriptor whose other end has gone. */
#include "sys/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct reader {
	struct loop *loop;
	struct watch *watch;
	int fd, calls;
	char said[8];
	size_t len;
};

/* A byte a turn, as whoever has much else to do reads. */
static void read_one(void *self, bool is_readable, bool is_writable)
{
	struct reader *r = self;

	assert_true(is_readable && !is_writable);
	assert_true(++r->calls < 10);
	if (read(r->fd, &r->said[r->len], 1) == 1) {
		r->len++;
		return;
	}
	watch_close(r->watch);
	loop_stop(r->loop);
}

static void give_up(void *self)
{
	loop_stop(self);
}

/* The kernel tells of an error, before what it said, where the other end went without reading all. */
static void an_end_that_left_something_unread(void **state)
{
	struct reader r = { .loop = loop_new() };
	struct timer *patience = timer_open(r.loop, give_up, r.loop);
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(write(ends[0], "unread", 6), 6);
	assert_int_equal(write(ends[1], "last", 4), 4);
	close(ends[1]);
	r.fd = ends[0];
	r.watch = watch_open(r.loop, r.fd, read_one, &r);
	watch_set(r.watch, true, false);
	timer_set(patience, 5000);
	loop_run(r.loop);
	assert_int_equal(r.len, 4);
	assert_memory_equal(r.said, "last", 4);
	assert_int_equal(r.calls, 5);
	timer_close(patience);
	close(ends[0]);
	loop_free(r.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_end_that_left_something_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
