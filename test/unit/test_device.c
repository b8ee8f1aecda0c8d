/* What a thin path gives its device, and when: docs/spec/thin.md section 1. */
#include "link/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The program is linked with these in place of the loop, of the link's own and of the device. */
// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names of --wrap
struct now __wrap_loop_now(struct loop *l);
struct timer *__wrap_timer_open(struct loop *l, loop_fn *due, void *self);
void __wrap_timer_set(struct timer *t, uint64_t ms);
struct watch *__wrap_watch_open(struct loop *l, int fd, watch_fn *ready, void *self);
void __wrap_watch_set(struct watch *w, bool want_read, bool want_write);
enum err __wrap_door_open(struct link *l, uint64_t door, int *fd, const char **why);
bool __wrap_link_is_full(const struct link *l);
void __wrap_link_tell(struct link *l, const struct record *r);
enum err __wrap_serial_read(int fd, struct buf *in);
enum err __wrap_serial_write(int fd, struct bytes part, size_t *written);
size_t __wrap_serial_queued(int fd);

static struct {
	struct link link;
	int64_t us, due_us, left_us; /* now; the timer; up to when the device was looked at */
	loop_fn *due;
	watch_fn *ready;
	bool is_read, is_full;
	uint32_t device; /* bit/s that it really has */
	int64_t held_us; /* of what it has taken, still to leave */
	int64_t held_us_max;
	size_t sent, reads, written;
} t;

#define PATH (&t.link.paths[1][0])

struct now __wrap_loop_now(struct loop *l)
{
	(void)l;
	return (struct now){ .mono = { t.us } };
}

struct timer *__wrap_timer_open(struct loop *l, loop_fn *due, void *self)
{
	(void)l;
	(void)self;
	t.due = due;
	return NULL;
}

void __wrap_timer_set(struct timer *timer, uint64_t ms)
{
	(void)timer;
	t.due_us = t.us + (int64_t)ms * 1000;
}

struct watch *__wrap_watch_open(struct loop *l, int fd, watch_fn *ready, void *self)
{
	(void)l;
	(void)fd;
	(void)self;
	t.ready = ready;
	return NULL;
}

void __wrap_watch_set(struct watch *w, bool want_read, bool want_write)
{
	(void)w;
	(void)want_write;
	t.is_read = want_read;
}

enum err __wrap_door_open(struct link *l, uint64_t door, int *fd, const char **why)
{
	(void)l;
	(void)door;
	(void)why;
	*fd = 100;
	return ERR_OK;
}

bool __wrap_link_is_full(const struct link *l)
{
	(void)l;
	return t.is_full;
}

void __wrap_link_tell(struct link *l, const struct record *r)
{
	(void)l;
	t.sent += r->kind == RECORD_SENT;
}

enum err __wrap_serial_read(int fd, struct buf *in)
{
	(void)fd;
	buf_put_byte(in, 1);
	t.reads++;
	return ERR_OK;
}

static int64_t byte_us(void)
{
	return 10 * 1000000 / (int64_t)t.device;
}

static void drain(void)
{
	t.held_us -= t.us - t.left_us;
	t.left_us = t.us;
	if (t.held_us < 0)
		t.held_us = 0;
}

/* As much as the kernel has room for, 4 KiB: all of it. */
enum err __wrap_serial_write(int fd, struct bytes part, size_t *written)
{
	(void)fd;
	drain();
	t.held_us += (int64_t)part.len * byte_us();
	if (t.held_us > t.held_us_max)
		t.held_us_max = t.held_us;
	t.written += part.len;
	*written = part.len;
	return ERR_OK;
}

size_t __wrap_serial_queued(int fd)
{
	(void)fd;
	drain();
	return (size_t)(t.held_us / byte_us());
}
// NOLINTEND(bugprone-reserved-identifier)

static void open_line(uint32_t said, uint32_t modem, uint32_t device)
{
	memset(&t, 0, sizeof t);
	t.device = device;
	*PATH = (struct path){ .link = &t.link, .is_used = true, .peer = 1, .listener = NO_LISTENER };
	PATH->serial.fd = -1;
	PATH->serial.speed = (struct serial_speed){ said, modem };
	thin_try(PATH);
	assert_true(t.is_read);
}

static void give(size_t len)
{
	static const uint8_t frame[THIN_FRAME_MAX];
	struct record r = { .kind = RECORD_WRITE, .number = 1, .rest = { frame, len } };

	thin_write(PATH, &r);
}

/* Frames of 44 bytes, so many; how long they take in all. */
static int64_t say(size_t frames)
{
	int64_t from = t.us;

	for (size_t i = 0; i < frames; i++) {
		give(44);
		while (t.sent == i) {
			t.us = t.due_us;
			t.due(PATH);
		}
	}
	drain();
	return t.us - from + t.held_us;
}

/* A UART sends ten bits for eight: what it is given is no more than it sends. */
static void a_device_has_ten_bits_to_a_byte(void **state)
{
	(void)state;
	open_line(75, 0, 75);
	say(30);
	assert_in_range(t.held_us_max, 1, 5 * byte_us());
}

/* Behind a modem of 75 bit/s without start and stop bits: 9.4 bytes in a second, whatever the device has. */
static void a_modem_has_eight(void **state)
{
	(void)state;
	open_line(9600, 75, 9600);
	assert_in_range(say(30), 30 * 44 * 8 * 1000000ll / 75 - 500000,
			30 * 44 * 8 * 1000000ll / 75 + 500000);
}

/* Its clock is slow, or a modem holds it up: it never has more than two of the pieces that it is given. */
static void a_slower_device_is_waited_for(void **state)
{
	(void)state;
	open_line(75, 0, 50);
	say(30);
	assert_in_range(t.held_us_max, 1, 9 * byte_us());
	/* What is more urgent waits for no more than that. */
	give(44);
	assert_in_range(t.held_us, 0, 9 * byte_us());
}

/* Core has enough to read: the device is not looked at until it has read, and then again. */
static void a_full_link_reads_no_device(void **state)
{
	(void)state;
	open_line(9600, 0, 9600);
	assert_true(path_is_thin(PATH));
	t.ready(PATH, true, false);
	assert_int_equal(t.reads, 1);
	t.is_full = true;
	t.ready(PATH, true, false);
	assert_int_equal(t.reads, 1);
	assert_false(t.is_read);
	assert_true(t.link.is_stalled);
	t.is_full = false;
	thin_resume(PATH);
	assert_true(t.is_read);
	/* One that is closed meanwhile has nothing to look at. */
	t.is_full = true;
	t.ready(PATH, true, false);
	PATH->serial.fd = -1;
	thin_resume(PATH);
	assert_false(t.is_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_has_ten_bits_to_a_byte),
		cmocka_unit_test(a_modem_has_eight),
		cmocka_unit_test(a_slower_device_is_waited_for),
		cmocka_unit_test(a_full_link_reads_no_device),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
