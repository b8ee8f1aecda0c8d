#include "crypto/bech32.h"

#include <string.h>

#define SUM_LEN 6u

static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* The checksum is a remainder over GF(32); each generator belongs to one bit of what is pushed out. */
static uint32_t sum_add(uint32_t sum, uint32_t value)
{
	static const uint32_t generators[] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (size_t i = 0; i < ARRAY_COUNT(generators); i++)
		sum ^= (top >> i & 1) != 0 ? generators[i] : 0;
	return sum;
}

static uint32_t sum_open(const char *name)
{
	uint32_t sum = 1;

	for (const char *c = name; *c != '\0'; c++)
		sum = sum_add(sum, (uint8_t)*c >> 5);
	sum = sum_add(sum, 0);
	for (const char *c = name; *c != '\0'; c++)
		sum = sum_add(sum, *c & 31);
	return sum;
}

static uint32_t put(struct buf *out, uint32_t sum, uint32_t value)
{
	buf_put_byte(out, (uint8_t)digits[value & 31]);
	return sum_add(sum, value & 31);
}

void bech32_write(const char *name, struct bytes in, struct buf *out)
{
	uint32_t sum = sum_open(name), group = 0;
	unsigned bits = 0;

	buf_put_str(out, name);
	buf_put_byte(out, '1');
	for (size_t i = 0; i < in.len; i++) {
		group = (group << 8 | in.ptr[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			sum = put(out, sum, group >> (bits - 5));
	}
	if (bits > 0)
		sum = put(out, sum, group << (5 - bits));
	for (size_t i = 0; i < SUM_LEN; i++)
		sum = sum_add(sum, 0);
	sum ^= 1;
	for (size_t i = 0; i < SUM_LEN; i++)
		(void)put(out, 0, sum >> 5 * (SUM_LEN - 1 - i));
}

static char small(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Capitals and small letters are two spellings of one key, a mixture of them is none. */
static bool is_one_case(struct bytes text)
{
	bool has_small = false, has_capital = false;

	for (size_t i = 0; i < text.len; i++) {
		has_small = has_small || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z');
		has_capital = has_capital || (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z');
	}
	return !has_small || !has_capital;
}

/* The last '1' ends the name. */
static bool is_of_name(const char *name, struct bytes text)
{
	size_t len = strlen(name), end = text.len;

	while (end > 0 && text.ptr[end - 1] != '1')
		end--;
	if (end != len + 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (small(text.ptr[i]) != name[i])
			return false;
	}
	return true;
}

enum err bech32_read(const char *name, struct bytes text, uint8_t *out, size_t len)
{
	uint32_t sum = sum_open(name), group = 0;
	size_t at = strlen(name) + 1, count = 0;
	unsigned bits = 0;

	if (!is_of_name(name, text))
		return ERR_NOT_FOUND;
	if (!is_one_case(text) || text.len - at < SUM_LEN)
		return ERR_VERIFY;
	for (; at < text.len; at++) {
		const char *digit = strchr(digits, small(text.ptr[at]));
		if (digit == NULL || *digit == '\0')
			return ERR_VERIFY;
		sum = sum_add(sum, (uint32_t)(digit - digits));
		if (text.len - at <= SUM_LEN)
			continue;
		group = (group << 5 | (uint32_t)(digit - digits)) & 0xfff;
		bits += 5;
		if (bits < 8)
			continue;
		bits -= 8;
		if (count == len)
			return ERR_VERIFY;
		out[count++] = (uint8_t)(group >> bits);
	}
	/* What is left over fills less than a digit, and with zeros: a key has one spelling. */
	return sum == 1 && count == len && bits < 5 && (group & ((1u << bits) - 1)) == 0 ? ERR_OK
											 : ERR_VERIFY;
}
