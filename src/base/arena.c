#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

void arena_init(struct arena *a, void *memory, size_t size)
{
	*a = (struct arena){ .ptr = memory, .max = size };
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	uintptr_t at = (uintptr_t)(a->ptr + a->len);
	size_t gap = (alignof(max_align_t) - at % alignof(max_align_t)) % alignof(max_align_t);
	void *out;

	if (gap > a->max - a->len || (size > 0 && count > (a->max - a->len - gap) / size))
		return NULL;
	out = a->ptr + a->len + gap;
	a->len += gap + count * size;
	memset(out, 0, count * size);
	return out;
}

struct bytes arena_copy(struct arena *a, struct bytes in)
{
	uint8_t *out;

	if (in.len == SIZE_MAX)
		return (struct bytes){ NULL, 0 };
	out = arena_alloc(a, in.len + 1, 1);
	if (out == NULL)
		return (struct bytes){ NULL, 0 };
	if (in.len > 0)
		memcpy(out, in.ptr, in.len);
	return (struct bytes){ out, in.len };
}

void arena_reset(struct arena *a)
{
	a->len = 0;
}

struct buf arena_lend(const struct arena *a, size_t max)
{
	struct buf b;

	buf_init(&b, a->ptr + a->len, max < a->max - a->len ? max : a->max - a->len);
	return b;
}

struct bytes arena_keep(struct arena *a, const struct buf *lent)
{
	assert(lent->ptr == a->ptr + a->len && lent->len <= a->max - a->len);
	a->len += lent->len;
	return buf_bytes(lent);
}
