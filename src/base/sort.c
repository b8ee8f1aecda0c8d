#include "base/sort.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

struct heap {
	uint8_t *at;
	size_t size;
	sort_order *order;
};

static void swap(const struct heap *h, size_t a, size_t b)
{
	uint8_t held[SORT_SIZE_MAX];

	memcpy(held, h->at + a * h->size, h->size);
	memcpy(h->at + a * h->size, h->at + b * h->size, h->size);
	memcpy(h->at + b * h->size, held, h->size);
}

/* The item at `top` goes down to where both below it are no greater. */
static void sink(const struct heap *h, size_t top, size_t count)
{
	for (size_t below = 2 * top + 1; below < count; below = 2 * top + 1) {
		if (below + 1 < count && h->order(h->at + below * h->size, h->at + (below + 1) * h->size) < 0)
			below++;
		if (h->order(h->at + top * h->size, h->at + below * h->size) >= 0)
			return;
		swap(h, top, below);
		top = below;
	}
}

void sort_items(void *items, size_t count, size_t size, sort_order *order)
{
	const struct heap h = { items, size, order };

	assert(size <= SORT_SIZE_MAX);
	for (size_t i = count / 2; i > 0; i--)
		sink(&h, i - 1, count);
	for (size_t end = count; end > 1; end--) {
		swap(&h, 0, end - 1);
		sink(&h, 0, end - 1);
	}
}
