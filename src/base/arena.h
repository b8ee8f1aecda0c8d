/*
 * arena.h - memory for one message or one request, given back all at once.
 *
 * Layer: base. Pure: the memory is the caller's. What outside bytes can ask for is bounded by the
 * arena that their reader was given.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buf.h"

struct arena {
	uint8_t *ptr;
	size_t len, max;
};

void arena_init(struct arena *a, void *memory, size_t size);

/* Zeroed and aligned for any type, or NULL when the arena is used up; lives until arena_reset. */
void *arena_alloc(struct arena *a, size_t count, size_t size) MUST_CHECK;

/* A copy in the arena (with a terminator behind it, which is not counted), .ptr NULL when used up. */
struct bytes arena_copy(struct arena *a, struct bytes in) MUST_CHECK;

void arena_reset(struct arena *a);

/*
 * The unused rest, at most max bytes of it, to write into: for what is large or of unknown length, since it
 * is
 * not zeroed. Until arena_keep (of what was written) it is lent only: the next allocation takes it again.
 */
struct buf arena_lend(const struct arena *a, size_t max);
struct bytes arena_keep(struct arena *a, const struct buf *lent);

#endif
