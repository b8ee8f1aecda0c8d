#include "sys/loop.h"

#include "base/alloc.h"
#include "sys/clock.h"
#include "sys/sandbox.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

struct signal_row {
	uv_signal_t handle;
	loop_fn *fn;
	void *self;
	bool is_open;
};

enum { SIGNAL_TERM, SIGNAL_INT, SIGNAL_CHILD, SIGNAL_COUNT };

struct loop {
	uv_loop_t uv;
	uv_prepare_t before; /* after timers, before the wait */
	uv_check_t after;    /* after descriptors */
	struct signal_row signals[SIGNAL_COUNT];
	loop_fn *turn;
	void *turn_self;
	struct now now;
	bool has_now, is_stopped;
};

struct watch {
	uv_poll_t handle;
	watch_fn *ready;
	void *self;
	int events;
};

struct timer {
	uv_timer_t handle;
	loop_fn *due;
	void *self;
};

static void turn_end(struct loop *l)
{
	if (l->turn != NULL)
		l->turn(l->turn_self);
	l->has_now = false;
	if (l->is_stopped)
		uv_stop(&l->uv);
}

static void on_prepare(uv_prepare_t *handle)
{
	turn_end(handle->data);
}

static void on_check(uv_check_t *handle)
{
	turn_end(handle->data);
}

struct loop *loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof *l);
	int failed;

	sandbox_hide_rings();
	failed = uv_loop_init(&l->uv);

	assert(failed == 0);
	uv_prepare_init(&l->uv, &l->before);
	uv_check_init(&l->uv, &l->after);
	l->before.data = l;
	l->after.data = l;
	uv_prepare_start(&l->before, on_prepare);
	uv_check_start(&l->after, on_check);
	return l;
}

void loop_free(struct loop *l)
{
	int failed;

	if (l == NULL)
		return;
	uv_close((uv_handle_t *)&l->before, NULL);
	uv_close((uv_handle_t *)&l->after, NULL);
	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		if (l->signals[i].is_open)
			uv_close((uv_handle_t *)&l->signals[i].handle, NULL);
	}
	uv_run(&l->uv, UV_RUN_DEFAULT); /* only for the handles' close callbacks */
	failed = uv_loop_close(&l->uv);
	assert(failed == 0);
	free(l);
}

void loop_on_turn(struct loop *l, loop_fn *turn, void *self)
{
	l->turn = turn;
	l->turn_self = self;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct signal_row *row = handle->data;

	(void)number;
	row->fn(row->self);
}

static void signal_open(struct loop *l, size_t which, int number, loop_fn *fn, void *self)
{
	struct signal_row *row = &l->signals[which];
	int failed;

	assert(!row->is_open);
	failed = uv_signal_init(&l->uv, &row->handle);
	assert(failed == 0);
	row->handle.data = row;
	row->fn = fn;
	row->self = self;
	row->is_open = true;
	failed = uv_signal_start(&row->handle, on_signal, number);
	assert(failed == 0);
	uv_unref((uv_handle_t *)&row->handle);
}

void loop_on_end_signal(struct loop *l, loop_fn *ended, void *self)
{
	signal_open(l, SIGNAL_TERM, SIGTERM, ended, self);
	signal_open(l, SIGNAL_INT, SIGINT, ended, self);
}

void loop_on_child(struct loop *l, loop_fn *ended, void *self)
{
	signal_open(l, SIGNAL_CHILD, SIGCHLD, ended, self);
}

void loop_run(struct loop *l)
{
	l->is_stopped = false;
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
	l->is_stopped = true;
}

struct now loop_now(struct loop *l)
{
	if (!l->has_now) {
		l->now = clock_now();
		l->has_now = true;
	}
	return l->now;
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
	struct watch *w = handle->data;

	if (status < 0) {
		/*
		 * libuv has stopped it. Whoever watches may first read what came before the error, a piece a
		 * turn, and must hear of the rest.
		 */
		uv_poll_start(handle, w->events, on_poll);
		w->ready(w->self, true, false);
	} else {
		w->ready(w->self, (events & UV_READABLE) != 0, (events & UV_WRITABLE) != 0);
	}
}

struct watch *watch_open(struct loop *l, int fd, watch_fn *ready, void *self)
{
	struct watch *w = xcalloc(1, sizeof *w);
	int failed = uv_poll_init(&l->uv, &w->handle, fd);

	assert(failed == 0);
	w->handle.data = w;
	w->ready = ready;
	w->self = self;
	return w;
}

void watch_set(struct watch *w, bool want_read, bool want_write)
{
	int events = (want_read ? UV_READABLE : 0) | (want_write ? UV_WRITABLE : 0);

	if (events == w->events)
		return;
	w->events = events;
	if (events == 0)
		uv_poll_stop(&w->handle);
	else
		uv_poll_start(&w->handle, events, on_poll);
}

static void free_watch(uv_handle_t *handle)
{
	free(handle->data);
}

void watch_close(struct watch *w)
{
	if (w != NULL)
		uv_close((uv_handle_t *)&w->handle, free_watch);
}

static void on_timer(uv_timer_t *handle)
{
	struct timer *t = handle->data;

	t->due(t->self);
}

struct timer *timer_open(struct loop *l, loop_fn *due, void *self)
{
	struct timer *t = xcalloc(1, sizeof *t);
	int failed = uv_timer_init(&l->uv, &t->handle);

	assert(failed == 0);
	t->handle.data = t;
	t->due = due;
	t->self = self;
	return t;
}

void timer_set(struct timer *t, uint64_t ms)
{
	uv_timer_start(&t->handle, on_timer, ms, 0);
}

void timer_unset(struct timer *t)
{
	uv_timer_stop(&t->handle);
}

static void free_timer(uv_handle_t *handle)
{
	free(handle->data);
}

void timer_close(struct timer *t)
{
	if (t != NULL)
		uv_close((uv_handle_t *)&t->handle, free_timer);
}
