/*
 * loop.h - waits for descriptors, timers and signals, and says when a turn is over.
 *
 * Layer: sys; the only file that includes the event library. One loop a process, one thread.
 *
 * A turn: whatever has become ready calls its function, then the turn's function is called once; it is where
 * everything that waited in the turn is written out together. The clock is read once a turn.
 *
 * A watch or timer belongs to its owner until he closes it; its function is not called after that.
 */
#ifndef SYS_LOOP_H
#define SYS_LOOP_H

#include "base/err.h"
#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct watch;
struct timer;

typedef void loop_fn(void *self);
typedef void watch_fn(void *self, bool is_readable, bool is_writable);

struct loop *loop_new(void);
/* Watches and timers must be closed before. Takes NULL. */
void loop_free(struct loop *l);

/* Called at the end of each turn. */
void loop_on_turn(struct loop *l, loop_fn *turn, void *self);
/* Called once with each SIGTERM and SIGINT; without it they end the process. */
void loop_on_end_signal(struct loop *l, loop_fn *ended, void *self);
/* Called when a child has ended. */
void loop_on_child(struct loop *l, loop_fn *ended, void *self);

/* Runs until loop_stop, whose turn is finished. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* The clocks as they were when this turn began. */
struct now loop_now(struct loop *l);

/* Watches nothing at first. The descriptor stays the caller's. An error is told as readable,
 * in each turn until the watch is closed: what came before it may be read in pieces. */
struct watch *watch_open(struct loop *l, int fd, watch_fn *ready, void *self);
void watch_set(struct watch *w, bool want_read, bool want_write);
void watch_close(struct watch *w); /* takes NULL; close the descriptor after it */

struct timer *timer_open(struct loop *l, loop_fn *due, void *self);
/* Once, after so many milliseconds; replaces what was set. */
void timer_set(struct timer *t, uint64_t ms);
void timer_unset(struct timer *t);
void timer_close(struct timer *t); /* takes NULL */

#endif
