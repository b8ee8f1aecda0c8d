/*
 * crew.h - several hands for one step of pure arithmetic: the signatures of a batch, of a request or of all
 * that is held are verified by all cores.
 *
 * Layer: base. The contract only; sys/threads.h has the one of threads. A task reads what nobody writes
 * meanwhile and writes what belongs to its index alone, so its result never depends on who did it or when:
 * one thread decides, and the simulator, which has no crew, sees the same.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stdbool.h>
#include <stddef.h>

/* Neither I/O nor logging nor allocation without a bound. */
typedef void crew_task(void *self, size_t index);

struct crew {
	const struct crew_ops *ops;
};

/* The task for each of so many indices, the first of which is from. */
struct crew_work {
	crew_task *task;
	void *self;
	size_t from, count;
	bool is_begun; /* by the others */
};

struct crew_ops {
	void (*begin)(struct crew *c, const struct crew_work *work);
	void (*end)(struct crew *c, const struct crew_work *work);
};

/* The others begin, while whoever calls does something else. One work at a time. NULL: nobody helps. */
static inline void crew_begin(struct crew *c, struct crew_work *work)
{
	if (c == NULL || work->count == 0)
		return;
	c->ops->begin(c, work);
	work->is_begun = true;
}

/* Takes part in what was begun; all of it is done when it returns. */
static inline void crew_end(struct crew *c, struct crew_work *work)
{
	if (work->is_begun) {
		c->ops->end(c, work);
		work->is_begun = false;
		return;
	}
	for (size_t i = 0; i < work->count; i++)
		work->task(work->self, work->from + i);
}

/* Nobody needs it any more: when it returns nobody is at it. */
static inline void crew_drop(struct crew *c, struct crew_work *work)
{
	if (work->is_begun)
		crew_end(c, work);
}

/*
 * Ends what was begun of all indices, and begins the next portion, which the others do while whoever calls
 * uses what is done: below the index that is returned. A first one alone is not worth waking anybody for.
 */
static inline size_t crew_next(struct crew *c, struct crew_work *work, size_t all, size_t portion)
{
	size_t end = work->from + work->count;

	crew_end(c, work);
	work->from = end;
	work->count = all - end < portion ? all - end : portion;
	if (end > 0 || work->count > 1)
		crew_begin(c, work);
	return end;
}

#endif
