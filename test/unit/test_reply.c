/* JSON as the node writes it, read back by a reader that is not ours. */
#include "api/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <string.h>
#include <cmocka.h>

static uint8_t memory[4096];

static json_t *load(const struct buf *b)
{
	json_error_t error;

	return json_loadb((const char *)b->ptr, b->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
}

static const struct {
	const char *why;
	const char *in;
	size_t len;
	const char *want;
} texts[] = {
	{ "plain", "abc", 3, "abc" },
	{ "empty", "", 0, "" },
	{ "quote and backslash", "a\"b\\c", 5, "a\"b\\c" },
	{ "newline and tab", "a\nb\tc", 5, "a\nb\tc" },
	{ "controls", "\x01\x1f\x7f", 3, "\x01\x1f\x7f" },
	{ "Korean", "\xeb\xb3\xb5\xec\xb0\xbd", 6, "\xeb\xb3\xb5\xec\xb0\xbd" },
	{ "broken from the third byte on",
	  "ab\xff"
	  "cd",
	  5, "ab\xef\xbf\xbd" },
	{ "cut in a character", "ab\xeb\xb3", 4, "ab\xef\xbf\xbd" },
};

static void texts_are_what_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		struct buf b = BUF_ON(memory);
		struct reply r = { &b };
		json_t *root;
		reply_text(&r, NULL, (struct bytes){ (const uint8_t *)texts[i].in, texts[i].len });
		assert_int_equal(reply_check(&r), ERR_OK);
		root = load(&b);
		if (root == NULL || strcmp(json_string_value(root), texts[i].want) != 0)
			fail_msg("%s", texts[i].why);
		json_decref(root);
	}
}

/* Whatever stands where, in front and behind: eight bytes are looked at in one. */
static void each_byte_at_each_place(void **state)
{
	(void)state;
	for (int c = 0; c < 0x80; c++) {
		for (size_t at = 0; at < 18; at++) {
			char in[] = "\xeb\xb3\xb5xxxxxx\xec\xb0\xbdxxxxxx";
			struct buf b = BUF_ON(memory);
			struct reply r = { &b };
			json_t *root;
			if (((uint8_t)in[at] & 0x80) != 0)
				continue;
			in[at] = (char)c;
			reply_text(&r, NULL, (struct bytes){ (uint8_t *)in, 18 });
			root = load(&b);
			if (root == NULL || json_string_length(root) != 18 ||
			    memcmp(json_string_value(root), in, 18) != 0)
				fail_msg("byte %d at %zu", c, at);
			json_decref(root);
		}
	}
}

static const struct {
	const char *why;
	int64_t in;
	const char *want;
} numbers[] = {
	{ "zero", 0, "0" },
	{ "negative", -17, "-17" },
	{ "the least", INT64_MIN, "-9223372036854775808" },
	{ "the greatest", INT64_MAX, "9223372036854775807" },
};

static void numbers_are_what_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
		struct buf b = BUF_ON(memory);
		struct reply r = { &b };
		reply_int(&r, NULL, numbers[i].in);
		if (!bytes_equal(buf_bytes(&b), bytes_str(numbers[i].want)))
			fail_msg("%s", numbers[i].why);
	}
}

/* A reader of JSON must not lose all around one integer that his own cannot hold. */
static void large_numbers_are_texts(void **state)
{
	static const struct {
		uint64_t in;
		const char *want;
	} large[] = { { INT64_MAX, "[9223372036854775807]" },
		      { (uint64_t)INT64_MAX + 1, "[\"9223372036854775808\"]" },
		      { UINT64_MAX, "[\"18446744073709551615\"]" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(large); i++) {
		struct buf b = BUF_ON(memory);
		struct reply r = { &b };
		json_t *root;
		reply_array(&r, NULL);
		reply_uint(&r, NULL, large[i].in);
		reply_array_end(&r);
		assert_true(bytes_equal(buf_bytes(&b), bytes_str(large[i].want)));
		root = load(&b);
		assert_non_null(root);
		json_decref(root);
	}
}

static void commas_stand_between_values_only(void **state)
{
	static const char want[] =
		"{\"a\":[1,2,{\"b\":\"}\"},[],{}],\"c\":true,\"d\":null,\"e\":\"0aff\",\"f\":\"Cv8=\","
		"\"g\":\"x:\",\"h\":-1}";
	static const uint8_t raw[] = { 0x0a, 0xff };
	struct buf b = BUF_ON(memory);
	struct reply r = { &b };
	json_t *root;

	(void)state;
	reply_object(&r, NULL);
	reply_array(&r, "a");
	reply_uint(&r, NULL, 1);
	reply_uint(&r, NULL, 2);
	reply_object(&r, NULL);
	reply_str(&r, "b", "}");
	reply_object_end(&r);
	reply_array(&r, NULL);
	reply_array_end(&r);
	reply_object(&r, NULL);
	reply_object_end(&r);
	reply_array_end(&r);
	reply_bool(&r, "c", true);
	reply_null(&r, "d");
	reply_hex(&r, "e", BYTES_OF(raw));
	reply_base64(&r, "f", BYTES_OF(raw));
	reply_str(&r, "g", "x:");
	reply_int(&r, "h", -1);
	reply_object_end(&r);
	assert_true(bytes_equal(buf_bytes(&b), BYTES_LIT(want)));
	root = load(&b);
	assert_non_null(root);
	json_decref(root);
}

static void a_full_reply_says_so(void **state)
{
	uint8_t small[8];
	struct buf b = BUF_ON(small);
	struct reply r = { &b };

	(void)state;
	reply_str(&r, NULL, "more than eight bytes");
	assert_int_equal(reply_check(&r), ERR_LIMIT);
	assert_true(b.len <= sizeof small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_what_they_were),	    cmocka_unit_test(each_byte_at_each_place),
		cmocka_unit_test(numbers_are_what_they_were),	    cmocka_unit_test(large_numbers_are_texts),
		cmocka_unit_test(commas_stand_between_values_only), cmocka_unit_test(a_full_reply_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
