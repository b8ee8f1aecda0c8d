#include "base/buf.h"

#include <assert.h>
#include <string.h>

void buf_init(struct buf *b, void *memory, size_t size)
{
	*b = (struct buf){ .ptr = memory, .max = size };
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->full = false;
}

void buf_put_str(struct buf *b, const char *text)
{
	buf_put(b, bytes_str(text));
}

void buf_put_decimal(struct buf *b, uint64_t value)
{
	uint8_t digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (uint8_t)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	buf_put(b, (struct bytes){ digits + at, sizeof digits - at });
}

void buf_put_hex(struct buf *b, struct bytes part)
{
	for (size_t i = 0; i < part.len; i++) {
		char pair[3];
		bytes_write_hex((struct bytes){ part.ptr + i, 1 }, pair);
		buf_put(b, (struct bytes){ (uint8_t *)pair, 2 });
	}
}

void buf_put_base64(struct buf *b, struct bytes part)
{
	for (size_t i = 0; i < part.len; i += 3) {
		char group[5];
		size_t len = part.len - i < 3 ? part.len - i : 3;
		bytes_write_base64((struct bytes){ part.ptr + i, len }, group);
		buf_put(b, (struct bytes){ (uint8_t *)group, 4 });
	}
}

void buf_put_be32(struct buf *b, uint32_t value)
{
	uint8_t out[4];

	be32_put(out, value);
	buf_put(b, BYTES_OF(out));
}

void buf_put_be64(struct buf *b, uint64_t value)
{
	uint8_t out[8];

	be64_put(out, value);
	buf_put(b, BYTES_OF(out));
}

struct bytes buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->ptr, b->len };
}

enum err buf_check(const struct buf *b)
{
	return b->full ? ERR_LIMIT : ERR_OK;
}

void buf_drop(struct buf *b, size_t len)
{
	assert(len <= b->len);
	if (len > 0 && len < b->len)
		memmove(b->ptr, b->ptr + len, b->len - len);
	b->len -= len;
}

void buf_cut(struct buf *b, size_t len)
{
	assert(len <= b->len);
	b->len = len;
	b->full = false;
}
