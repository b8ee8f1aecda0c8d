/* Words that hold an item, and the ways to write around them. */
#include "accord/words.h"
#include "base/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t memory[1u << 20];
static struct arena arena;
static struct held_words words;

static const char list[] = "# words of ours\n"
			   "작전계획\n"
			   "  Iron Gate \r\n"
			   "\n"
			   "닭값\n"
			   "OPLAN";

static int read_list(void **state)
{
	size_t line;

	(void)state;
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(held_words_read(bytes_str(list), &arena, &words, &line), ERR_OK);
	assert_int_equal(words.count, 4);
	return 0;
}

static const struct {
	const char *why, *text, *word;
} found[] = {
	{ "as it stands", "오늘 작전계획 회의", "작전계획" },
	{ "with a particle", "그 작전계획을 보냄", "작전계획" },
	{ "loose, over lines", "작 전.\n계-획", "작전계획" },
	{ "half-width letters", "ﾸￂﾡﾸￆﾤ ﾡￋﾾￏﾡ", "작전계획" },
	{ "decomposed", "\u110c\u1161\u11a8\u110c\u1165\u11ab\u1100\u1168\u1112\u116c\u11a8", "작전계획" },
	{ "in single letters", "ㅈㅏㄱㅈㅓㄴㄱㅖㅎㅗㅣㄱ", "작전계획" },
	{ "letters that the eye does not see between", "작\u200b전\u2060계\u202e획\u202c", "작전계획" },
	{ "on a Latin keyboard", "wkrwjsrPghlr", "작전계획" },
	{ "on a Latin keyboard, in capitals", "WKRWJS RPGHLR", "작전계획" },
	{ "clusters in single letters", "ㄷㅏㄹㄱㄱㅏㅂㅅ", "닭값" },
	{ "clusters as letters", "ㄷㅏㄺ ㄱㅏㅄ", "닭값" },
	{ "typed with clusters and doubles", "ekfr rkqt", "닭값" },
	{ "other case", "the iron gate opens", "Iron Gate" },
	{ "run together", "irongate", "Iron Gate" },
	{ "full width", "ＩＲＯＮ　ＧＡＴＥ", "Iron Gate" },
	{ "with marks on its letters", "i\u0301ron ga\u0308te", "Iron Gate" },
	{ "ligatures and circled letters", "ⓘⓡⓞⓝ ⓖⓐⓣⓔ", "Iron Gate" },
	{ "Cyrillic O", "the \u041ePLAN", "\u041ePLAN" },
	{ "Greek in it", "see al\u03c1ha now", "al\u03c1ha" },
	{ "a mixture with something unseen between", "a\u200b\u0430", "a\u200b\u0430" },
};

static void test_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(found); i++) {
		struct bytes got = held_words_find(&words, bytes_str(found[i].text));
		if (!bytes_equal(got, bytes_str(found[i].word)))
			fail_msg("%s: %s gives %.*s", found[i].why, found[i].text, (int)got.len,
				 (const char *)got.ptr);
	}
}

static const char *const alone[] = {
	"작전과 계획", "계획작전",	    "iron and gate", "gate of iron", "plan O",
	"작전 개회",   "Москва and Moscow", "αβγ and abc",   "5 \u00b5m",    "",
	"작전계",
};

static void test_left_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(alone); i++) {
		struct bytes got = held_words_find(&words, bytes_str(alone[i]));
		if (got.len > 0)
			fail_msg("%s gives %.*s", alone[i], (int)got.len, (const char *)got.ptr);
	}
}

/* Whatever stands around and between a word, and at whatever place of a long text, it is found. */
static void test_anywhere(void **state)
{
	static const char *const between[] = { "", " ", "\u200b", ".", "\n", "\u0301", "\u2014", "\u00ad" };
	static const char *const letters[] = { "작", "전", "계", "획" };
	static uint8_t text[40000];
	struct prng prng;

	(void)state;
	prng_init(&prng, 7);
	for (size_t round = 0; round < 400; round++) {
		struct buf b = BUF_ON(text);
		size_t before = (size_t)prng_below(&prng, round % 4 == 0 ? 9000 : 50);
		for (size_t i = 0; i < before; i++)
			buf_put_str(&b, prng_below(&prng, 2) == 0 ? "하" : "b ");
		for (size_t i = 0; i < ARRAY_COUNT(letters); i++) {
			buf_put_str(&b, letters[i]);
			buf_put_str(&b, between[prng_below(&prng, ARRAY_COUNT(between))]);
		}
		for (size_t i = (size_t)prng_below(&prng, 3000); i > 0; i--)
			buf_put_str(&b, "x");
		assert_int_equal(buf_check(&b), ERR_OK);
		if (!bytes_equal(held_words_find(&words, buf_bytes(&b)), BYTES_LIT("작전계획")))
			fail_msg("round %zu: not found behind %zu", round, before);
	}
}

/* What is no UTF-8 hides nothing. */
static void test_broken_text(void **state)
{
	(void)state;
	assert_true(held_words_find(&words, BYTES_LIT("OPLAN \xff")).len > 0);
	assert_true(held_words_find(&words, BYTES_LIT("\xff OPLAN")).len > 0);
	assert_true(held_words_find(&words, BYTES_LIT("\x82\x65OPLAN\x81\x00")).len > 0);
	assert_true(held_words_find(&words, BYTES_LIT("OP\xe2\x80LAN")).len > 0);
}

static const struct {
	const char *why, *file;
	size_t line;
} refused[] = {
	{ "no UTF-8", "good word\n\xff\xfe word\n", 2 },
	{ "too short to be looked for", "good word\n\nab\n", 3 },
	{ "nothing but signs", "-- ...\n", 1 },
};

static void test_refused(void **state)
{
	static char many[HELD_WORDS_MAX * 8 + 16];
	size_t line, len = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
		assert_int_equal(held_words_read(bytes_str(refused[i].file), &arena, &words, &line),
				 ERR_USAGE);
		assert_int_equal(line, refused[i].line);
	}
	for (size_t i = 0; i < HELD_WORDS_MAX; i++)
		len += (size_t)snprintf(many + len, sizeof many - len, "word%zu\n", i % 1000);
	assert_int_equal(held_words_read((struct bytes){ (uint8_t *)many, len }, &arena, &words, &line),
			 ERR_OK);
	snprintf(many + len, sizeof many - len, "more\n");
	assert_int_equal(held_words_read(bytes_str(many), &arena, &words, &line), ERR_USAGE);
	assert_int_equal(line, HELD_WORDS_MAX + 1);
	arena_init(&arena, memory, 16);
	assert_int_equal(held_words_read(bytes_str(list), &arena, &words, &line), ERR_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_found, read_list),
		cmocka_unit_test_setup(test_left_alone, read_list),
		cmocka_unit_test_setup(test_anywhere, read_list),
		cmocka_unit_test_setup(test_broken_text, read_list),
		cmocka_unit_test_setup(test_refused, read_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
