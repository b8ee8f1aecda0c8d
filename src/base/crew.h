/*
 * crew.h - several hands for one step of pure arithmetic: the signatures of a batch are verified by all
 * cores.
 *
 * Layer: base. The contract only; sys/threads.h has the one of threads. A task reads what nobody writes
 * meanwhile and writes what belongs to its index alone, so its result never depends on who did it or when:
 * one thread decides, and the simulator, which has no crew, sees the same.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stddef.h>

/* Neither I/O nor logging nor allocation without a bound. */
typedef void crew_task(void *self, size_t index);

struct crew {
	const struct crew_ops *ops;
};

struct crew_ops {
	void (*run)(struct crew *c, crew_task *task, void *self, size_t count);
};

/* The task for each index below count; all are done when it returns. NULL: nobody helps. */
static inline void crew_run(struct crew *c, crew_task *task, void *self, size_t count)
{
	if (c != NULL && count > 1) {
		c->ops->run(c, task, self, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		task(self, i);
}

#endif
