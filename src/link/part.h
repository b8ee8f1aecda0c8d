/*
 * part.h - frames that come in PARTs, put together again: one of each urgency at a time.
 *
 * Spec: docs/spec/link.md section 4, PART. Test: test/unit/test_part.c. Fuzz: test/fuzz/part.c. Layer: link.
 *
 * Memory grows with what has come, never with what was announced: at most five frames of FRAME_LEN_MAX.
 */
#ifndef LINK_PART_H
#define LINK_PART_H

#include "base/buf.h"
#include "wire/frame.h"

struct partials {
	struct buf of[PART_URGENCY_MAX + 1]; /* heap; .len 0: none has begun */
	uint64_t left[PART_URGENCY_MAX + 1];
	unsigned whole; /* the urgency of the frame that was given last; 0: none */
};

/*
 * Takes a part. ERR_OK: with it a frame is whole, head and payload, borrowed until the next call;
 * ERR_SHORT: it is not yet; ERR_FRAME: it does not carry on what came, or begins what may not come in
 * PARTs.
 */
enum err partials_take(struct partials *p, const struct part *part, struct bytes *whole) MUST_CHECK;
/* Whether a frame has begun. */
bool partials_is_any(const struct partials *p);
void partials_clear(struct partials *p);

#endif
