/* A stream of frames: each payload that is read is written again as it stands. */
#include "wire/frame.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

/* Reads and writes again a payload of one kind; false if it is refused. */
#define AGAIN(noun)                                                  \
	static bool noun##_again(struct bytes in, struct buf *again) \
	{                                                            \
		struct noun value;                                   \
		if (noun##_read(in, &value) != ERR_OK)               \
			return false;                                \
		noun##_write(&value, again);                         \
		return true;                                         \
	}

AGAIN(hello)
AGAIN(want)
AGAIN(cosignature)
AGAIN(advance)
AGAIN(refuse)
AGAIN(attachment_piece)
AGAIN(ping)
AGAIN(fetch)

static bool batch_again(struct bytes in, struct buf *again)
{
	static struct batch_item items[BATCH_ENTRIES_MAX];
	struct batch value;

	if (batch_read(in, items, &value) != ERR_OK)
		return false;
	batch_write(&value, again);
	return true;
}

static bool (*const kinds[FRAME_KIND_COUNT])(struct bytes in, struct buf *again) = {
	[FRAME_HELLO] = hello_again,
	[FRAME_WANT] = want_again,
	[FRAME_COSIGNATURE] = cosignature_again,
	[FRAME_ADVANCE] = advance_again,
	[FRAME_REFUSE] = refuse_again,
	[FRAME_ATTACHMENT] = attachment_piece_again,
	[FRAME_PING] = ping_again,
	[FRAME_FETCH] = fetch_again,
	[FRAME_BATCH] = batch_again,
};

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[FRAME_LEN_MAX];
	struct bytes in = { ptr, len };
	struct frame frame;

	while (frame_read(&in, &frame) == ERR_OK) {
		struct buf again = BUF_ON(memory);
		if (kinds[frame.kind](frame.payload, &again))
			assert(bytes_equal(buf_bytes(&again), frame.payload));
	}
	return 0;
}
