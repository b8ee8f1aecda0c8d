#include "link/part.h"

#include "base/alloc.h"

#include <stdlib.h>

static void forget(struct partials *p, unsigned urgency)
{
	free(p->of[urgency].ptr);
	p->of[urgency] = (struct buf){ 0 };
	p->left[urgency] = 0;
}

/* The beginning of a frame of exactly this length, and of a kind that has PARTs. */
static bool is_beginning(const struct part *part)
{
	uint64_t len = part->piece.len + part->left;
	uint8_t kind;

	if (part->left == 0 || part->piece.len < FRAME_HEAD_LEN || len > FRAME_LEN_MAX + FRAME_HEAD_LEN - 1 ||
	    be32_get(part->piece.ptr) != len - (FRAME_HEAD_LEN - 1))
		return false;
	kind = part->piece.ptr[FRAME_HEAD_LEN - 1];
	return kind > FRAME_HELLO && kind < FRAME_KIND_COUNT && kind != FRAME_PING && kind != FRAME_PART;
}

static void add(struct buf *b, struct bytes piece, uint64_t left)
{
	size_t want = 2 * (b->len + piece.len), most = b->len + piece.len + (size_t)left;

	if (piece.len > b->max - b->len) {
		b->max = want < most ? want : most;
		b->ptr = xrealloc(b->ptr, b->max);
	}
	buf_put(b, piece);
}

enum err partials_take(struct partials *p, const struct part *part, struct bytes *whole)
{
	unsigned u = part->urgency;

	if (p->whole != 0)
		forget(p, p->whole);
	p->whole = 0;
	if (p->of[u].len == 0 ? !is_beginning(part) : p->left[u] != part->piece.len + part->left)
		return ERR_FRAME;
	add(&p->of[u], part->piece, part->left);
	p->left[u] = part->left;
	if (part->left > 0)
		return ERR_SHORT;
	p->whole = u;
	*whole = buf_bytes(&p->of[u]);
	return ERR_OK;
}

bool partials_is_any(const struct partials *p)
{
	for (unsigned u = PART_URGENCY_MIN; u <= PART_URGENCY_MAX; u++) {
		if (p->left[u] > 0)
			return true;
	}
	return false;
}

void partials_clear(struct partials *p)
{
	for (unsigned u = PART_URGENCY_MIN; u <= PART_URGENCY_MAX; u++)
		forget(p, u);
	p->whole = 0;
}
