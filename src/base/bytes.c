#include "base/bytes.h"

#include <assert.h>
#include <string.h>

struct bytes bytes_str(const char *text)
{
	assert(text != NULL);
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

enum err bytes_take(struct bytes *in, size_t len, struct bytes *out)
{
	if (len > in->len)
		return ERR_SHORT;
	*out = (struct bytes){ in->ptr, len };
	in->ptr += len;
	in->len -= len;
	return ERR_OK;
}

enum err bytes_take_until(struct bytes *in, uint8_t end, struct bytes *out)
{
	const uint8_t *at = in->len == 0 ? NULL : memchr(in->ptr, end, in->len);

	if (at == NULL)
		return ERR_NOT_FOUND;
	*out = (struct bytes){ in->ptr, (size_t)(at - in->ptr) };
	in->len -= out->len + 1;
	in->ptr = at + 1;
	return ERR_OK;
}

enum err bytes_copy_str(struct bytes in, char *out, size_t size)
{
	if (in.len >= size || (in.len > 0 && memchr(in.ptr, 0, in.len) != NULL))
		return ERR_LIMIT;
	if (in.len > 0)
		memcpy(out, in.ptr, in.len);
	out[in.len] = '\0';
	return ERR_OK;
}

void bytes_copy_checked(struct bytes in, char *out, size_t size)
{
	enum err e = bytes_copy_str(in, out, size);

	assert(e == ERR_OK);
}

enum err bytes_read_decimal(struct bytes in, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (in.len == 0 || (in.len > 1 && in.ptr[0] == '0'))
		return ERR_USAGE;
	for (size_t i = 0; i < in.len; i++) {
		uint8_t digit = (uint8_t)(in.ptr[i] - '0');
		if (digit > 9 || value > (max - digit) / 10 || digit > max)
			return ERR_USAGE;
		value = value * 10 + digit;
	}
	*out = value;
	return ERR_OK;
}

static const char hex_digits[] = "0123456789abcdef";

void bytes_write_hex(struct bytes in, char *out)
{
	for (size_t i = 0; i < in.len; i++) {
		*out++ = hex_digits[in.ptr[i] >> 4];
		*out++ = hex_digits[in.ptr[i] & 15];
	}
	*out = '\0';
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum err bytes_read_hex(struct bytes in, uint8_t *out, size_t len)
{
	if (in.len % 2 != 0 || in.len / 2 != len)
		return ERR_USAGE;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(in.ptr[2 * i]), low = hex_value(in.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return ERR_USAGE;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void bytes_write_base64(struct bytes in, char *out)
{
	for (size_t i = 0; i < in.len; i += 3) {
		size_t left = in.len - i;
		uint32_t group = (uint32_t)in.ptr[i] << 16;
		if (left > 1)
			group |= (uint32_t)in.ptr[i + 1] << 8;
		if (left > 2)
			group |= in.ptr[i + 2];
		*out++ = base64_digits[group >> 18];
		*out++ = base64_digits[group >> 12 & 63];
		*out++ = left > 1 ? base64_digits[group >> 6 & 63] : '=';
		*out++ = left > 2 ? base64_digits[group & 63] : '=';
	}
	*out = '\0';
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

enum err bytes_read_base64(struct bytes in, uint8_t *out, size_t max, size_t *len)
{
	size_t padding = 0, count = 0;

	if (in.len % 4 != 0)
		return ERR_USAGE;
	while (padding < 2 && padding < in.len && in.ptr[in.len - 1 - padding] == '=')
		padding++;
	if (in.len / 4 * 3 - padding > max)
		return ERR_LIMIT;
	for (size_t i = 0; i < in.len; i += 4) {
		uint32_t group = 0;
		size_t digits = i + 4 == in.len ? 4 - padding : 4;
		for (size_t j = 0; j < 4; j++) {
			int value = j < digits ? base64_value(in.ptr[i + j]) : 0;
			if (value < 0)
				return ERR_USAGE;
			group = group << 6 | (uint32_t)value;
		}
		/* Bits that the padding leaves over are zero in the canonical form. */
		if ((digits == 3 && (group & 0xff) != 0) || (digits == 2 && (group & 0xffff) != 0))
			return ERR_USAGE;
		for (size_t j = 0; j + 1 < digits; j++)
			out[count++] = (uint8_t)(group >> (16 - 8 * j));
	}
	*len = count;
	return ERR_OK;
}

/* The length of the sequence at `at`, 0 if it is not well formed (Unicode table 3-7). */
static size_t utf8_len(const uint8_t *at, size_t left)
{
	uint8_t c = at[0], low = 0x80, high = 0xbf;
	size_t len;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

enum err bytes_take_character(struct bytes *in, uint32_t *out)
{
	size_t len;
	uint32_t c;

	if (in->len == 0)
		return ERR_SHORT;
	len = utf8_len(in->ptr, in->len);
	c = len < 2 ? in->ptr[0] : in->ptr[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (in->ptr[i] & 0x3fu);
	in->ptr += len == 0 ? 1 : len;
	in->len -= len == 0 ? 1 : len;
	if (len == 0)
		return ERR_USAGE;
	*out = c;
	return ERR_OK;
}

bool bytes_is_utf8(struct bytes in)
{
	const uint8_t *at = in.ptr;
	size_t left = in.len;

	while (left > 0) {
		size_t len = 1;
		uint64_t eight;
		/* Most of what is shown is ASCII, or hangul: three bytes, the first of which says so. */
		if (at[0] < 0x80 && left >= sizeof eight) {
			memcpy(&eight, at, sizeof eight);
			len = (eight & 0x8080808080808080u) == 0 ? sizeof eight : 1;
		} else if (at[0] > 0xe0 && at[0] < 0xed && left >= 3) {
			len = (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80 ? 3 : 0;
		} else {
			len = utf8_len(at, left);
		}
		if (len == 0)
			return false;
		at += len;
		left -= len;
	}
	return true;
}

struct characters {
	uint32_t first, last;
};

static const struct characters hidden[] = {
	{ 0x00, 0x1f },	    { 0x7f, 0x9f },	  { 0xad, 0xad },     { 0x34f, 0x34f },	  { 0x61c, 0x61c },
	{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },	  { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0x3164, 0x3164 },	  { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
};

/* Hebrew, Arabic and what else is written so, with the numbers and marks of these scripts. */
static const struct characters right_to_left[] = {
	{ 0x590, 0x8ff }, { 0xfb1d, 0xfdff }, { 0xfe70, 0xfefc }, { 0x10800, 0x10fff }, { 0x1e800, 0x1efff },
};

static bool is_one_of(uint32_t c, const struct characters *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= list[i].first && c <= list[i].last)
			return true;
	}
	return false;
}

bool character_is_hidden(uint32_t c)
{
	return is_one_of(c, hidden, ARRAY_COUNT(hidden));
}

bool character_is_right_to_left(uint32_t c)
{
	return is_one_of(c, right_to_left, ARRAY_COUNT(right_to_left));
}
