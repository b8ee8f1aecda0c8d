/* Waiting threads that are woken for a run, and take its indices one by one with whoever called. */
#include "sys/threads.h"

#include "base/alloc.h"
#include "sys/clock.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define STACK_LEN (256u << 10)
/* To sleep and be woken takes as long as what another thread has left of its task: so long it is awaited. */
#define AWAKE_US 100

struct threads {
	struct crew crew;
	pthread_mutex_t lock;
	pthread_cond_t begin, end;
	pthread_t threads[THREADS_MAX];
	size_t threads_count;
	/* The run at hand; under the lock but for next, and for who waits until nobody works. */
	const struct crew_work *work;
	atomic_size_t working;
	unsigned long run; /* its number, so that nobody begins it twice */
	bool is_over;
	atomic_size_t next;
};

static void take_part(struct threads *t, const struct crew_work *work)
{
	for (size_t i; (i = atomic_fetch_add(&t->next, 1)) < work->count;)
		work->task(work->self, work->from + i);
}

static void *thread(void *of)
{
	struct threads *t = of;
	unsigned long seen = 0;

	(void)pthread_mutex_lock(&t->lock);
	for (;;) {
		const struct crew_work *work;
		while (t->run == seen && !t->is_over)
			(void)pthread_cond_wait(&t->begin, &t->lock);
		if (t->is_over)
			break;
		seen = t->run;
		if (t->work == NULL) /* it was over before this thread woke */
			continue;
		work = t->work;
		t->working++;
		(void)pthread_mutex_unlock(&t->lock);
		take_part(t, work);
		(void)pthread_mutex_lock(&t->lock);
		if (--t->working == 0)
			(void)pthread_cond_signal(&t->end);
	}
	(void)pthread_mutex_unlock(&t->lock);
	return NULL;
}

static void begin(struct crew *crew, const struct crew_work *work)
{
	struct threads *t = (struct threads *)crew;

	(void)pthread_mutex_lock(&t->lock);
	assert(t->work == NULL);
	t->work = work;
	t->run++;
	atomic_store(&t->next, 0);
	(void)pthread_mutex_unlock(&t->lock);
	/* Behind the lock: who wakes finds it free. */
	for (size_t i = 0; i < work->count && i < t->threads_count; i++)
		(void)pthread_cond_signal(&t->begin);
}

static void end(struct crew *crew, const struct crew_work *work)
{
	struct threads *t = (struct threads *)crew;
	int64_t until;

	assert(t->work == work);
	take_part(t, work);
	(void)pthread_mutex_lock(&t->lock);
	t->work = NULL;
	(void)pthread_mutex_unlock(&t->lock);
	until = clock_now().mono.us + AWAKE_US;
	while (t->working > 0 && clock_now().mono.us < until)
		;
	(void)pthread_mutex_lock(&t->lock);
	while (t->working > 0)
		(void)pthread_cond_wait(&t->end, &t->lock);
	(void)pthread_mutex_unlock(&t->lock);
}

static size_t cores_to_run_on(void)
{
	cpu_set_t cores;

	return sched_getaffinity(0, sizeof cores, &cores) == 0 ? (size_t)CPU_COUNT(&cores) : 1;
}

struct threads *threads_new(void)
{
	static const struct crew_ops ops = { begin, end };
	struct threads *t = xcalloc(1, sizeof *t);
	size_t wanted = cores_to_run_on() - 1;
	pthread_attr_t attributes;
	sigset_t all, before;

	t->crew.ops = &ops;
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_cond_init(&t->begin, NULL);
	(void)pthread_cond_init(&t->end, NULL);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_LEN);
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGSYS); /* no event for the loop: the process is ended by it (sandbox.h) */
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	while (t->threads_count < wanted && t->threads_count < THREADS_MAX &&
	       pthread_create(&t->threads[t->threads_count], &attributes, thread, t) == 0)
		t->threads_count++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return t;
}

void threads_free(struct threads *t)
{
	if (t == NULL)
		return;
	(void)pthread_mutex_lock(&t->lock);
	t->is_over = true;
	(void)pthread_cond_broadcast(&t->begin);
	(void)pthread_mutex_unlock(&t->lock);
	for (size_t i = 0; i < t->threads_count; i++)
		(void)pthread_join(t->threads[i], NULL);
	(void)pthread_cond_destroy(&t->begin);
	(void)pthread_cond_destroy(&t->end);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}

struct crew *threads_crew(struct threads *t)
{
	return t->threads_count == 0 ? NULL : &t->crew;
}
