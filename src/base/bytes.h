/*
 * bytes.h - a borrowed run of bytes, and its text forms.
 *
 * Layer: base. Pure: no allocation.
 *
 * A `struct bytes` never owns what it points at; each header says until when that lives. Text that
 * came through a decoder is a `struct bytes` too: it has a length and no terminator.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *ptr;
	size_t len;
};

#define HASH_LEN 32

/* A view of an array, of a literal without its terminator, of a C string. */
#define BYTES_OF(array) ((struct bytes){ (const uint8_t *)(array), sizeof(array) })
#define BYTES_LIT(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })
struct bytes bytes_str(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);
/* memcmp's order, the shorter first when one is the beginning of the other. */
int bytes_compare(struct bytes a, struct bytes b);

/* The first `len` bytes, and what is left of *in; ERR_SHORT leaves *in as it was. */
enum err bytes_take(struct bytes *in, size_t len, struct bytes *out) MUST_CHECK;
/* Up to the next `end`, which is dropped; ERR_NOT_FOUND leaves *in as it was. */
enum err bytes_take_until(struct bytes *in, uint8_t end, struct bytes *out) MUST_CHECK;

/* Copies as a C string into size bytes at out; ERR_LIMIT if it does not fit or holds a zero byte. */
enum err bytes_copy_str(struct bytes in, char *out, size_t size) MUST_CHECK;
/* The same of what has passed a check that bounds it. One that does not fit is a bug of ours. */
void bytes_copy_checked(struct bytes in, char *out, size_t size);

/* Decimal without sign or leading zeros, at most max: ERR_USAGE otherwise. */
enum err bytes_read_decimal(struct bytes in, uint64_t max, uint64_t *out) MUST_CHECK;

/* Lower-case hexadecimal with a terminator: out has 2 * in.len + 1 bytes. */
void bytes_write_hex(struct bytes in, char *out);
/* Exactly 2 * len lower-case digits: ERR_USAGE otherwise. */
enum err bytes_read_hex(struct bytes in, uint8_t *out, size_t len) MUST_CHECK;

/* Standard base64 with padding (RFC 4648 section 4) and a terminator. */
#define BASE64_LEN(len) (((len) + 2) / 3 * 4)
void bytes_write_base64(struct bytes in, char *out);
/* The one canonical form only; ERR_USAGE otherwise, ERR_LIMIT beyond max bytes. */
enum err bytes_read_base64(struct bytes in, uint8_t *out, size_t max, size_t *len) MUST_CHECK;

/* Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool bytes_is_utf8(struct bytes in);
/*
 * Takes the next character off the front, whatever the locale. ERR_SHORT: nothing is left; ERR_USAGE: no
 * well-formed one stands there, and one byte was taken.
 */
enum err bytes_take_character(struct bytes *in, uint32_t *out) MUST_CHECK;
/* A control, or what is not seen itself, or moves or turns what is seen. */
bool character_is_hidden(uint32_t c);
/* Of a script that is written from right to left. */
bool character_is_right_to_left(uint32_t c);

/* Big-endian integers at a place in memory. */
static inline void be32_put(uint8_t out[4], uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> (24 - 8 * i));
}

static inline void be64_put(uint8_t out[8], uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

static inline uint32_t be32_get(const uint8_t in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static inline uint64_t be64_get(const uint8_t in[8])
{
	return (uint64_t)be32_get(in) << 32 | be32_get(in + 4);
}

#endif
