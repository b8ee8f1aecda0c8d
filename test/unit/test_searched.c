/* Texts that a person takes for the same are the same bytes, and others are not. */
#include "accord/searched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *why, *text, *want;
} rows[] = {
	{ "plain", "readback", "readback" },
	{ "capitals", "READ Back", "readback" },
	{ "Hangul", "부산 회의", "부산회의" },
	{ "Hangul in pieces, as some systems type it",
	  "\u1107\u116e\u1109\u1161\u11ab\u1112\u116c\u110b\u1174", "부산회의" },
	{ "a last consonant that follows whole", "\uc0ac\u11ab", "산" },
	{ "a syllable, then a consonant that begins the next", "구\u1100\u1161", "구가" },
	{ "a consonant alone", "\u1100 x", "\u1100x" },
	{ "a vowel alone", "\u1161", "\u1161" },
	{ "full width", "ＦＬＡＳＨ", "flash" },
	{ "an accent", "Café", "cafe" },
	{ "what is not seen", "부\u200b산\u200e\u00ad", "부산" },
	{ "a number with its dash", "N-20", "n-20" },
	{ "hanja stays", "韓國", "韓國" },
	{ "a byte that begins nothing",
	  "a\xff"
	  "b",
	  "ab" },
	{ "nothing", "", "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint8_t memory[128];
		struct buf got = BUF_ON(memory);

		searched_put(bytes_str(rows[i].text), &got);
		if (!bytes_equal(buf_bytes(&got), bytes_str(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].why, (int)got.len, (const char *)got.ptr);
	}
}

/* Every syllable there is, whole and in pieces. */
static void test_syllables(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 11172; i++) {
		uint32_t pieces[] = { 0x1100 + i / 588, 0x1161 + i / 28 % 21, 0x11a7 + i % 28 };
		uint8_t text[16], memory[2][16];
		struct buf in = BUF_ON(text), got[2] = { BUF_ON(memory[0]), BUF_ON(memory[1]) };
		uint32_t c = 0xac00 + i;

		for (size_t p = 0; p < (i % 28 == 0 ? 2 : 3); p++) {
			buf_put_byte(&in, (uint8_t)(0xe0 | pieces[p] >> 12));
			buf_put_byte(&in, (uint8_t)(0x80 | (pieces[p] >> 6 & 63)));
			buf_put_byte(&in, (uint8_t)(0x80 | (pieces[p] & 63)));
		}
		searched_put(buf_bytes(&in), &got[0]);
		buf_reset(&in);
		buf_put_byte(&in, (uint8_t)(0xe0 | c >> 12));
		buf_put_byte(&in, (uint8_t)(0x80 | (c >> 6 & 63)));
		buf_put_byte(&in, (uint8_t)(0x80 | (c & 63)));
		searched_put(buf_bytes(&in), &got[1]);
		assert_int_equal(got[0].len, 3);
		assert_true(bytes_equal(buf_bytes(&got[0]), buf_bytes(&got[1])));
	}
}

static void test_full(void **state)
{
	uint8_t memory[4];
	struct buf got = BUF_ON(memory);

	(void)state;
	searched_put(BYTES_LIT("부산"), &got);
	assert_int_equal(buf_check(&got), ERR_LIMIT);
	assert_int_equal(got.len, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_syllables),
		cmocka_unit_test(test_full),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
