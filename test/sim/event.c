/* The virtual clock: a heap of what is to come, in one order for one seed. */
#include "world.h"

#include "base/alloc.h"

#include <stdlib.h>

static bool is_before(const struct event *a, const struct event *b)
{
	return a->at_us < b->at_us || (a->at_us == b->at_us && a->number < b->number);
}

static void swap(struct event *a, struct event *b)
{
	struct event kept = *a;

	*a = *b;
	*b = kept;
}

void event_add(struct world *w, const struct event *e)
{
	size_t at = w->heap_count++;

	if (w->heap_count > w->heap_max) {
		w->heap_max = w->heap_max == 0 ? 256 : 2 * w->heap_max;
		w->heap = xrealloc(w->heap, w->heap_max * sizeof *w->heap);
	}
	w->heap[at] = *e;
	w->heap[at].number = ++w->numbers;
	for (; at > 0 && is_before(&w->heap[at], &w->heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&w->heap[at], &w->heap[(at - 1) / 2]);
}

bool event_next(struct world *w, struct event *out)
{
	size_t at = 0;

	if (w->heap_count == 0)
		return false;
	*out = w->heap[0];
	w->heap[0] = w->heap[--w->heap_count];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= w->heap_count)
			break;
		if (child + 1 < w->heap_count && is_before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!is_before(&w->heap[child], &w->heap[at]))
			break;
		swap(&w->heap[at], &w->heap[child]);
		at = child;
	}
	return true;
}
