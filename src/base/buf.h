/*
 * buf.h - a writer into memory of a fixed size. There is no buffer without a maximum.
 *
 * Layer: base. Pure: the memory is the caller's.
 *
 * A put that does not fit writes nothing and marks the buffer as full: a writer of many parts looks
 * once, at the end, with buf_check().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"

#include <string.h>

struct buf {
	uint8_t *ptr; /* borrowed: the caller's memory */
	size_t len;   /* written so far */
	size_t max;   /* size of the memory */
	bool full;    /* a put did not fit */
};

/* Writes into size bytes at memory, which must outlive the buffer's use. */
void buf_init(struct buf *b, void *memory, size_t size);
#define BUF_ON(array) ((struct buf){ (uint8_t *)(array), 0, sizeof(array), false })

/* Forgets what was written. */
void buf_reset(struct buf *b);

/*
 * len bytes to be filled by the caller, or NULL (full): borrowed until the next put. Here, as the puts that
 * answers are made of: a list of ten thousand rows is half a million of them.
 */
static inline uint8_t *buf_reserve(struct buf *b, size_t len)
{
	uint8_t *at;

	if (b->full || len > b->max - b->len) {
		b->full = true;
		return NULL;
	}
	at = b->ptr + b->len;
	b->len += len;
	return at;
}

static inline void buf_put(struct buf *b, struct bytes part)
{
	uint8_t *at = buf_reserve(b, part.len);

	if (at != NULL && part.len > 0)
		memcpy(at, part.ptr, part.len);
}

static inline void buf_put_byte(struct buf *b, uint8_t byte)
{
	uint8_t *at = buf_reserve(b, 1);

	if (at != NULL)
		*at = byte;
}

void buf_put_str(struct buf *b, const char *text);
void buf_put_decimal(struct buf *b, uint64_t value);
void buf_put_hex(struct buf *b, struct bytes part);
void buf_put_base64(struct buf *b, struct bytes part);
void buf_put_be32(struct buf *b, uint32_t value);
void buf_put_be64(struct buf *b, uint64_t value);

/* What was written: borrowed until the next put. */
struct bytes buf_bytes(const struct buf *b);

/* ERR_LIMIT if anything did not fit. */
enum err buf_check(const struct buf *b) MUST_CHECK;

/* Drops the first len bytes that were written; the rest moves to the front. */
/* Back to its first len bytes: what did not fit is as if it was never put. */
void buf_cut(struct buf *b, size_t len);
void buf_drop(struct buf *b, size_t len);

#endif
