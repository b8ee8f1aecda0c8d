/*
 * A stream of frames, in which PARTs are put together: no more memory is kept than what came takes, and what
 * is whole is one frame. Then the input as a frame: it comes out of its own PARTs as it went in.
 */
#include "link/part.h"
#include "link/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static void read_stream(struct bytes in)
{
	struct partials p = { 0 };
	struct frame frame;
	size_t came = 0;

	while (frame_read(&in, &frame) == ERR_OK) {
		struct bytes whole, rest;
		struct part part;
		enum err e;
		if (frame.kind != FRAME_PART || part_read(frame.payload, &part) != ERR_OK)
			continue;
		came += part.piece.len;
		e = partials_take(&p, &part, &whole);
		assert(e == ERR_OK || e == ERR_SHORT || e == ERR_FRAME);
		for (unsigned u = PART_URGENCY_MIN; u <= PART_URGENCY_MAX; u++)
			assert(p.of[u].max <= 2 * came && p.of[u].len <= FRAME_LEN_MAX + FRAME_HEAD_LEN - 1);
		if (e != ERR_OK)
			continue;
		rest = whole;
		e = frame_read(&rest, &frame);
		assert(e == ERR_OK && rest.len == 0 && frame.kind != FRAME_PART);
	}
	partials_clear(&p);
}

static void cut_and_join(struct bytes payload, unsigned urgency, size_t part_len)
{
	uint8_t *memory = malloc(payload.len + FRAME_HEAD_LEN), *again = malloc(PART_HEAD_MAX + PART_LEN_MAX);
	struct partials p = { 0 };
	struct queue q = { 0 };
	struct leaving next;
	struct buf whole;
	enum err e;

	assert(memory != NULL && again != NULL);
	buf_init(&whole, memory, payload.len + FRAME_HEAD_LEN);
	frame_write(FRAME_BATCH, payload, &whole);
	e = queue_put(&q, urgency, 1, buf_bytes(&whole));
	assert(e == ERR_OK);
	while (queue_take(&q, part_len, &next)) {
		struct buf one;
		struct bytes in, got;
		struct frame frame;
		struct part part;
		if (next.head.len == 0) {
			assert(bytes_equal(next.body, buf_bytes(&whole)));
			queue_left(&next);
			continue;
		}
		buf_init(&one, again, PART_HEAD_MAX + PART_LEN_MAX);
		buf_put(&one, next.head);
		buf_put(&one, next.body);
		in = buf_bytes(&one);
		e = frame_read(&in, &frame);
		assert(e == ERR_OK && in.len == 0 && frame.kind == FRAME_PART);
		e = part_read(frame.payload, &part);
		assert(e == ERR_OK);
		e = partials_take(&p, &part, &got);
		assert(e == (queue_is_empty(&q) ? ERR_OK : ERR_SHORT));
		assert(e == ERR_SHORT || bytes_equal(got, buf_bytes(&whole)));
		queue_left(&next);
	}
	partials_clear(&p);
	free(memory);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	read_stream((struct bytes){ ptr, len });
	if (len > 2)
		cut_and_join((struct bytes){ ptr, len }, PART_URGENCY_MIN + ptr[0] % PART_URGENCY_MAX,
			     PART_LEN_MIN + ptr[1]);
	return 0;
}
