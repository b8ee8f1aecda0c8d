/*
 * A stream of frames: each payload that is read is written again as it stands. What came in short codes or in
 * full comes back in short codes, with the same meaning, and from there on as it stands.
 */
#include "wire/frame.h"

#include "coded.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len);

static uint8_t rebuilt_memory[2][REBUILT_LEN_MAX];
static struct book book;

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
AGAIN(refuse)
AGAIN(attachment_piece)
AGAIN(ping)
AGAIN(fetch)
AGAIN(heads)
AGAIN(bundle_end)

static bool part_again(struct bytes in, struct buf *again)
{
	uint8_t memory[PART_HEAD_MAX];
	struct buf head = BUF_ON(memory);
	struct part p;

	if (part_read(in, &p) != ERR_OK)
		return false;
	part_write_head(&p, &head);
	buf_put(again, (struct bytes){ head.ptr + FRAME_HEAD_LEN, head.len - FRAME_HEAD_LEN });
	buf_put(again, p.piece);
	return true;
}

static bool is_same_batch(const struct batch *a, const struct batch *b)
{
	bool is_same = origin_equal(&a->origin, &b->origin) && a->first == b->first && a->count == b->count &&
		       bytes_equal(a->note, b->note);

	for (size_t i = 0; i < a->count && is_same; i++)
		is_same = bytes_equal(a->items[i].entry, b->items[i].entry) &&
			  bytes_equal(a->items[i].content, b->items[i].content) &&
			  a->items[i].is_erased == b->items[i].is_erased;
	return is_same;
}

static bool batch_again(struct bytes in, struct buf *again)
{
	static struct batch_item items[2][BATCH_ENTRIES_MAX];
	struct buf rebuilt = BUF_ON(rebuilt_memory[0]), other = BUF_ON(rebuilt_memory[1]);
	struct batch value, back;
	enum err e = batch_read(in, &book, &rebuilt, items[0], &value);

	if (e != ERR_OK)
		return false;
	batch_write(&value, &book, again);
	assert(buf_check(again) == ERR_OK);
	e = batch_read(buf_bytes(again), &book, &other, items[1], &back);
	assert(e == ERR_OK && is_same_batch(&value, &back));
	return true;
}

static bool cosignature_again(struct bytes in, struct buf *again)
{
	struct buf rebuilt = BUF_ON(rebuilt_memory[0]), other = BUF_ON(rebuilt_memory[1]);
	struct cosignature value, back;
	enum err e = cosignature_read(in, &book, &rebuilt, &value);

	if (e != ERR_OK)
		return false;
	cosignature_write(&value, &book, again);
	e = cosignature_read(buf_bytes(again), &book, &other, &back);
	assert(e == ERR_OK && origin_equal(&value.origin, &back.origin) && value.size == back.size &&
	       bytes_equal(value.line, back.line));
	return true;
}

static bool advance_again(struct bytes in, struct buf *again)
{
	struct buf rebuilt = BUF_ON(rebuilt_memory[0]), other = BUF_ON(rebuilt_memory[1]);
	struct advance value, back;
	enum err e = advance_read(in, &book, &rebuilt, &value);

	if (e != ERR_OK)
		return false;
	advance_write(&value, &book, again);
	e = advance_read(buf_bytes(again), &book, &other, &back);
	assert(e == ERR_OK && origin_equal(&value.origin, &back.origin) &&
	       bytes_equal(value.statement, back.statement) && bytes_equal(value.content, back.content) &&
	       value.signatures_count == back.signatures_count);
	for (size_t i = 0; i < value.signatures_count; i++)
		assert(bytes_equal(value.signatures[i], back.signatures[i]));
	return true;
}

/* What is written again: the payload as it stands, or, of the last three, one that is no longer. */
static const struct {
	bool (*again)(struct bytes in, struct buf *again);
	bool is_short;
} kinds[FRAME_KIND_COUNT] = {
	[FRAME_HELLO] = { hello_again, false },	  [FRAME_WANT] = { want_again, false },
	[FRAME_REFUSE] = { refuse_again, false }, [FRAME_ATTACHMENT] = { attachment_piece_again, false },
	[FRAME_PING] = { ping_again, false },	  [FRAME_FETCH] = { fetch_again, false },
	[FRAME_PART] = { part_again, false },	  [FRAME_COSIGNATURE] = { cosignature_again, true },
	[FRAME_HEADS] = { heads_again, false },	  [FRAME_ADVANCE] = { advance_again, true },
	[FRAME_BATCH] = { batch_again, true },	  [FRAME_END] = { bundle_end_again, false },
};

int LLVMFuzzerTestOneInput(const uint8_t *ptr, size_t len)
{
	static uint8_t memory[4 * FRAME_LEN_MAX]; /* in full an entry is longer */
	struct bytes in = { ptr, len };
	struct frame frame;

	if (book.count == 0)
		coded_vectors_book(&book);
	while (frame_read(&in, &frame) == ERR_OK) {
		struct buf again = BUF_ON(memory);
		if (kinds[frame.kind].again(frame.payload, &again) && !kinds[frame.kind].is_short)
			assert(bytes_equal(buf_bytes(&again), frame.payload));
	}
	return 0;
}
