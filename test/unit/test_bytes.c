/* Runs of bytes: comparing, taking, and each text form with what must not be read as one. */
#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOTHING ((struct bytes){ NULL, 0 })

static void test_compare(void **state)
{
	static const struct {
		const char *why, *a, *b;
		int want;
	} rows[] = {
		{ "both empty", "", "", 0 },
		{ "empty comes first", "", "a", -1 },
		{ "a beginning comes first", "ab", "abc", -1 },
		{ "by the first difference, not by length", "b", "aaa", 1 },
		{ "bytes are unsigned", "\x7f", "\x80", -1 },
		{ "equal", "abc", "abc", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct bytes a = bytes_str(rows[i].a), b = bytes_str(rows[i].b);
		int there = bytes_compare(a, b), back = bytes_compare(b, a);
		print_message("# %s\n", rows[i].why);
		assert_int_equal((there > 0) - (there < 0), rows[i].want);
		assert_int_equal((back > 0) - (back < 0), -rows[i].want);
		assert_int_equal(bytes_equal(a, b), rows[i].want == 0);
	}
	assert_true(bytes_equal(NOTHING, BYTES_LIT("")));
	assert_int_equal(bytes_compare(NOTHING, BYTES_LIT("")), 0);
}

static void test_take(void **state)
{
	struct bytes in = BYTES_LIT("abcdef"), out = NOTHING;

	(void)state;
	assert_int_equal(bytes_take(&in, 7, &out), ERR_SHORT);
	assert_int_equal(bytes_take(&in, SIZE_MAX, &out), ERR_SHORT);
	assert_true(bytes_equal(in, BYTES_LIT("abcdef")));
	assert_null(out.ptr);
	assert_int_equal(bytes_take(&in, 2, &out), ERR_OK);
	assert_true(bytes_equal(out, BYTES_LIT("ab")));
	assert_int_equal(bytes_take(&in, 0, &out), ERR_OK);
	assert_int_equal(out.len, 0);
	assert_int_equal(bytes_take(&in, 4, &out), ERR_OK);
	assert_true(bytes_equal(out, BYTES_LIT("cdef")));
	assert_int_equal(in.len, 0);
	assert_int_equal(bytes_take(&in, 1, &out), ERR_SHORT);
}

static void test_take_until(void **state)
{
	struct bytes in = BYTES_LIT("one//two"), out;

	(void)state;
	assert_int_equal(bytes_take_until(&in, '/', &out), ERR_OK);
	assert_true(bytes_equal(out, BYTES_LIT("one")));
	assert_int_equal(bytes_take_until(&in, '/', &out), ERR_OK);
	assert_int_equal(out.len, 0);
	assert_int_equal(bytes_take_until(&in, '/', &out), ERR_NOT_FOUND);
	assert_true(bytes_equal(in, BYTES_LIT("two")));
	in = NOTHING;
	assert_int_equal(bytes_take_until(&in, '/', &out), ERR_NOT_FOUND);
}

static void test_copy_str(void **state)
{
	char out[4] = "xyz";

	(void)state;
	assert_int_equal(bytes_copy_str(BYTES_LIT("abcd"), out, sizeof out), ERR_LIMIT);
	assert_int_equal(bytes_copy_str(BYTES_LIT("a\0b"), out, sizeof out), ERR_LIMIT);
	assert_string_equal(out, "xyz");
	assert_int_equal(bytes_copy_str(BYTES_LIT("abc"), out, sizeof out), ERR_OK);
	assert_string_equal(out, "abc");
	assert_int_equal(bytes_copy_str(NOTHING, out, sizeof out), ERR_OK);
	assert_string_equal(out, "");
	assert_int_equal(bytes_copy_str(NOTHING, out, 0), ERR_LIMIT);
}

static void test_decimal(void **state)
{
	static const struct {
		const char *why, *in;
		uint64_t max;
		enum err want;
		uint64_t value;
	} rows[] = {
		{ "nothing", "", 9, ERR_USAGE, 0 },
		{ "zero", "0", 0, ERR_OK, 0 },
		{ "leading zero", "07", 99, ERR_USAGE, 0 },
		{ "sign", "+7", 99, ERR_USAGE, 0 },
		{ "minus", "-7", 99, ERR_USAGE, 0 },
		{ "blank before", " 7", 99, ERR_USAGE, 0 },
		{ "letters behind", "7a", 99, ERR_USAGE, 0 },
		{ "the largest", "999", 999, ERR_OK, 999 },
		{ "one above", "1000", 999, ERR_USAGE, 0 },
		{ "one digit above a small limit", "4", 3, ERR_USAGE, 0 },
		{ "the last digit above", "14", 13, ERR_USAGE, 0 },
		{ "all of 64 bits", "18446744073709551615", UINT64_MAX, ERR_OK, UINT64_MAX },
		{ "one more than 64 bits", "18446744073709551616", UINT64_MAX, ERR_USAGE, 0 },
		{ "a digit more than 64 bits", "184467440737095516150", UINT64_MAX, ERR_USAGE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint64_t value = 0;
		print_message("# %s\n", rows[i].why);
		assert_int_equal(bytes_read_decimal(bytes_str(rows[i].in), rows[i].max, &value),
				 rows[i].want);
		assert_true(value == rows[i].value);
	}
}

static void test_hex(void **state)
{
	static const uint8_t raw[] = { 0x00, 0x9f, 0xa0, 0xff };
	static const struct {
		const char *why, *in;
	} bad[] = {
		{ "upper case", "009FA0ff" },  { "too short", "009fa0" },     { "too long", "009fa0ff00" },
		{ "an odd digit", "009fa0f" }, { "not a digit", "009fa0fg" }, { "before 0", "009fa0/0" },
		{ "behind 9", "009fa0:0" },    { "before a", "009fa0`0" },
	};
	char text[2 * sizeof raw + 1];
	uint8_t back[sizeof raw];

	(void)state;
	bytes_write_hex(BYTES_OF(raw), text);
	assert_string_equal(text, "009fa0ff");
	assert_int_equal(bytes_read_hex(bytes_str(text), back, sizeof back), ERR_OK);
	assert_memory_equal(back, raw, sizeof raw);
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		print_message("# %s\n", bad[i].why);
		assert_int_equal(bytes_read_hex(bytes_str(bad[i].in), back, sizeof back), ERR_USAGE);
	}
}

static void test_base64(void **state)
{
	/* RFC 4648 section 10 spells out the first seven. */
	static const struct {
		const char *raw, *text;
	} good[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xff\xbf", "//+/" },
	};
	static const struct {
		const char *why, *in;
	} bad[] = {
		{ "no padding", "Zg" },
		{ "half the padding", "Zg=" },
		{ "too much padding", "Z===" },
		{ "padding alone", "====" },
		{ "padding in the middle", "Zg==Zm9v" },
		{ "bits left over behind one byte", "Zh==" },
		{ "bits left over behind two bytes", "Zm9=" },
		{ "a line break", "Zm9v\n" },
		{ "a blank", "Zm 9" },
		{ "the other alphabet", "__-_" },
		{ "not a digit", "Zm9*" },
	};
	char text[BASE64_LEN(6) + 1];
	uint8_t back[6];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
		bytes_write_base64(bytes_str(good[i].raw), text);
		assert_string_equal(text, good[i].text);
		assert_int_equal(bytes_read_base64(bytes_str(text), back, sizeof back, &len), ERR_OK);
		assert_true(bytes_equal((struct bytes){ back, len }, bytes_str(good[i].raw)));
	}
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
		print_message("# %s\n", bad[i].why);
		assert_int_equal(bytes_read_base64(bytes_str(bad[i].in), back, sizeof back, &len), ERR_USAGE);
	}
	assert_int_equal(bytes_read_base64(BYTES_LIT("Zm9vYmFy"), back, 5, &len), ERR_LIMIT);
	assert_int_equal(bytes_read_base64(BYTES_LIT("Zm9vYmE="), back, 5, &len), ERR_OK);
}

/* Every length to the longest line of a note, every byte value. */
static void test_base64_goes_round(void **state)
{
	uint8_t raw[200], back[sizeof raw];
	char text[BASE64_LEN(sizeof raw) + 1];
	size_t back_len;

	(void)state;
	for (size_t i = 0; i < sizeof raw; i++)
		raw[i] = (uint8_t)(i * 151 + 7);
	for (size_t len = 0; len <= sizeof raw; len++) {
		bytes_write_base64((struct bytes){ raw, len }, text);
		assert_int_equal(strlen(text), BASE64_LEN(len));
		assert_int_equal(bytes_read_base64(bytes_str(text), back, len, &back_len), ERR_OK);
		assert_int_equal(back_len, len);
		assert_memory_equal(back, raw, len);
	}
}

static void test_utf8(void **state)
{
	static const struct {
		const char *why, *in;
		bool want;
	} rows[] = {
		{ "empty", "", true },
		{ "Korean", "\xed\x95\x9c\xea\xb5\xad", true },
		{ "a lone continuation", "\x80", false },
		{ "the last of one byte, the first of two", "\x7f\xc2\x80", true },
		{ "the last of two, the first of three", "\xdf\xbf\xe0\xa0\x80", true },
		{ "below the surrogates, above them", "\xed\x9f\xbf\xee\x80\x80", true },
		{ "the last of three, the first of four", "\xef\xbf\xbf\xf0\x90\x80\x80", true },
		{ "the last there is", "\xf4\x8f\xbf\xbf", true },
		{ "beyond the last", "\xf4\x90\x80\x80", false },
		{ "slash in two bytes", "\xc0\xaf", false },
		{ "overlong in two", "\xc1\xbf", false },
		{ "overlong in three", "\xe0\x9f\xbf", false },
		{ "overlong in four", "\xf0\x8f\xbf\xbf", false },
		{ "the first surrogate", "\xed\xa0\x80", false },
		{ "the last surrogate", "\xed\xbf\xbf", false },
		{ "five bytes", "\xf8\x88\x80\x80\x80", false },
		{ "cut after one of two", "\xc3", false },
		{ "cut after two of three", "\xe2\x82", false },
		{ "cut after three of four", "\xf0\x9f\x98", false },
		{ "a letter where a continuation belongs", "\xe2\x82\x41", false },
		{ "a letter in the second place", "\xc3\x41", false },
		{ "ff", "\xff", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		print_message("# %s\n", rows[i].why);
		assert_int_equal(bytes_is_utf8(bytes_str(rows[i].in)), rows[i].want);
		/* Eight bytes are looked at in one: the same wherever it stands. */
		for (size_t at = 0; at < 18; at++) {
			char text[32] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
			memcpy(text + at, rows[i].in, strlen(rows[i].in));
			assert_int_equal(bytes_is_utf8(bytes_str(text)), rows[i].want);
		}
	}
	assert_true(bytes_is_utf8(BYTES_LIT("a\0b")));
}

/* What turns, moves or is not seen is known for it; what people write is not taken for it. */
static void test_hidden_characters(void **state)
{
	static const uint32_t hidden[] = { 0,	   0x1b,   0x7f,   0x85,   0x9b,   0xad,   0x200b,  0x200e,
					   0x202e, 0x2028, 0x2066, 0x3164, 0xfe0f, 0xfeff, 0xe0041, 0xe0fff };
	static const uint32_t seen[] = {
		' ', '~', 0xa0, 0xe9, 0x1100, 0xac00, 0xd7a3, 0x2010, 0x2019, 0x1f600
	};
	static const uint32_t right_to_left[] = { 0x5d0, 0x627, 0x6f4, 0x7c0, 0xfb1d, 0xfefc, 0x1e922 };
	struct bytes text = BYTES_LIT("a\xc3\xa9\xed\x95\x9c\xf0\x9f\x98\x80\xff"
				      "b\xc3");
	static const uint32_t want[] = { 'a', 0xe9, 0xd55c, 0x1f600, 0, 'b', 0 };
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(hidden); i++)
		assert_true(character_is_hidden(hidden[i]));
	for (size_t i = 0; i < ARRAY_COUNT(seen); i++)
		assert_false(character_is_hidden(seen[i]) || character_is_right_to_left(seen[i]));
	for (size_t i = 0; i < ARRAY_COUNT(right_to_left); i++)
		assert_true(character_is_right_to_left(right_to_left[i]) &&
			    !character_is_hidden(right_to_left[i]));
	for (size_t i = 0; i < ARRAY_COUNT(want); i++) {
		c = 0;
		assert_int_equal(bytes_take_character(&text, &c), want[i] == 0 ? ERR_USAGE : ERR_OK);
		assert_int_equal(c, want[i]);
	}
	assert_int_equal(bytes_take_character(&text, &c), ERR_SHORT);
}

/* All sequences of up to three bytes, against the definition: what the encoder of RFC 3629 can write. */
static void test_utf8_against_an_encoder(void **state)
{
	uint32_t written_count = 0, read_count = 0;

	(void)state;
	for (uint32_t c = 0; c < 0x10000; c++)
		written_count += c < 0xd800 || c > 0xdfff;
	for (uint32_t v = 0; v < 1u << 24; v++) {
		const uint8_t all[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
		size_t len = all[0] < 0x80 ? 1 : all[0] < 0xe0 ? 2 : 3;
		/* Each sequence once: what is behind it stays zero. */
		if ((len < 3 && all[2] != 0) || (len < 2 && all[1] != 0))
			continue;
		read_count += bytes_is_utf8((struct bytes){ all, len });
	}
	assert_int_equal(read_count, written_count);
}

static void test_big_endian(void **state)
{
	static const uint8_t raw[] = { 0x80, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xff };
	uint8_t out[8];

	(void)state;
	assert_int_equal(be32_get(raw), 0x80010203u);
	assert_true(be64_get(raw) == 0x80010203040506ffull);
	be64_put(out, 0x80010203040506ffull);
	assert_memory_equal(out, raw, 8);
	be32_put(out, 0x04050607u);
	assert_memory_equal(out, "\x04\x05\x06\x07\x04\x05\x06\xff", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_take_until),
		cmocka_unit_test(test_copy_str),
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_goes_round),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_hidden_characters),
		cmocka_unit_test(test_utf8_against_an_encoder),
		cmocka_unit_test(test_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
