/* Words that hold an item, and the ways to write around them. */
#include "accord/nfc.h"
#include "accord/words.h"
#include "base/prng.h"
#include "wire/cbor.h"

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
			   "OPLAN\n"
			   "KITE";

static int read_list(void **state)
{
	size_t line;

	(void)state;
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(held_words_read(bytes_str(list), &arena, &words, &line), ERR_OK);
	assert_int_equal(words.count, 5);
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
	{ "symbols between", "작|전~계^획", "작전계획" },
	{ "stars, faces and blanks of Braille between", "작★전\U0001F642계\u2800획", "작전계획" },
	{ "signs of arithmetic and of money", "i+r=o<n $ g`a\u20a9te", "Iron Gate" },
	{ "modifiers and what nobody assigned", "i\u02bcro\u0640n\ue000 ga\u0378te", "Iron Gate" },
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
	{ "a letter without its dot", "\u0131ron gate", "Iron Gate" },
	{ "small capitals", "\u026a\u0280\u1d0f\u0274 \u0262\u1d00\u1d1b\u1d07", "Iron Gate" },
	{ "letters with a stroke", "ir\u00f8n ga\u0167e", "Iron Gate" },
	{ "all of it Cyrillic", "\u043e\u0440\u04c0\u0430\u043f", "OPLAN" },
	{ "all of it Greek", "\u039a\u0399\u03a4\u0395", "KITE" },
	{ "Cyrillic O", "the \u041ePAL", "\u041ePAL" },
	{ "Greek in it", "see al\u03c1ha now", "al\u03c1ha" },
	{ "fillers, which take a letter's place", "작\u115f전\u1160계획", "작전계획" },
	{ "behind a letter beyond the first plane", "\U0001d7d8 OPLAN", "OPLAN" },
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

/* A word that begins in the subject or in one portion and ends in the next. */
static void test_across(void **state)
{
	static struct content c;

	(void)state;
	c.subject = BYTES_LIT("On the Ir");
	c.portions_count = 2;
	c.portions[0].text = BYTES_LIT("on g");
	c.portions[1].text = BYTES_LIT("ate");
	assert_true(bytes_equal(held_words_find_in(&words, &c), BYTES_LIT("Iron Gate")));
	c.portions[1].text = BYTES_LIT("reat");
	assert_int_equal(held_words_find_in(&words, &c).len, 0);
	c.portions[0].text = BYTES_LIT("on Gate");
	assert_true(bytes_equal(held_words_find_in(&words, &c), BYTES_LIT("Iron Gate")));
}

/* Whatever part of a content it stands in; a mixture of scripts in the subject too. */
static void test_everywhere(void **state)
{
	static const uint8_t value[] = { 0x65, 'O', 'P', 'L', 'A', 'N' }, nothing[] = { 0x07 };
	static struct content c;

	(void)state;
	c.fields_count = 2;
	c.fields[0] = (struct field){ 1, BYTES_OF(nothing) };
	c.fields[1] = (struct field){ 2, BYTES_OF(nothing) };
	c.attachments_count = 1;
	c.attachments[0].name = BYTES_LIT("minutes");
	assert_int_equal(held_words_find_in(&words, &c).len, 0);
	c.attachments[0].media_type = BYTES_LIT("text/oplan");
	assert_true(bytes_equal(held_words_find_in(&words, &c), BYTES_LIT("OPLAN")));
	c.attachments[0].media_type = BYTES_LIT("");
	c.fields[0].value = BYTES_OF(value);
	assert_true(bytes_equal(held_words_find_in(&words, &c), BYTES_LIT("OPLAN")));
	c.subject = BYTES_LIT("the \xd0\x9ePAL");
	assert_true(bytes_equal(held_words_find_in(&words, &c), BYTES_LIT("\xd0\x9ePAL")));
}

/* A field is looked through text by text; a hash whose bytes read like a word, by chance, holds nothing. */
static void test_values(void **state)
{
	uint8_t value[256];
	struct buf b = BUF_ON(value);

	(void)state;
	cbor_put_array(&b, 4);
	cbor_put_bytes(&b, BYTES_LIT("Iron Gate \xd0\x9ePLAN"));
	cbor_put_uint(&b, 7);
	cbor_put_array(&b, 1);
	cbor_put_text(&b, BYTES_LIT("On the Ir"));
	cbor_put_bool(&b, true);
	assert_int_equal(buf_check(&b), ERR_OK);
	assert_true(held_words_find(&words, buf_bytes(&b)).len > 0);
	assert_int_equal(held_words_find_value(&words, buf_bytes(&b)).len, 0);
	cbor_put_text(&b, BYTES_LIT("on Gate"));
	value[0]++;
	assert_true(bytes_equal(held_words_find_value(&words, buf_bytes(&b)), BYTES_LIT("Iron Gate")));
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

static enum file_kind look_into(struct bytes file, size_t step, struct held_search *s)
{
	held_search_open(s, &words);
	while (file.len > 0) {
		struct bytes piece = { file.ptr, file.len < step ? file.len : step };
		held_search_add(s, piece);
		file = (struct bytes){ file.ptr + piece.len, file.len - piece.len };
	}
	return held_search_end(s);
}

static const struct {
	const char *why, *text, *word; /* NULL: none */
} files[] = {
	{ "csv", "name,note\r\nKim,\"the Iron Gate\"\r\n", "Iron Gate" },
	{ "between tags", "<p>Iro<b>n</b> <i class=\"x\">G</i>ate</p>", "Iron Gate" },
	{ "decimal references", "<p>&#51089;&#51204;&#44228;&#54925;</p>", "작전계획" },
	{ "hexadecimal references", "&#xc791;&#XC804;&#xACC4;&#xd68d;", "작전계획" },
	{ "references and characters", "작&#xc804;계&nbsp;&#54925;", "작전계획" },
	{ "JSON of another word", "{\"t\": \"\\uc791\\uC804\\ucacc4\\ud68d\"}", NULL },
	{ "JSON", "[\"\\uc791\\uC804\\uacc4\\n\\ud68d\"]", "작전계획" },
	{ "an escape within a word", "\"Iron\\nGate\"", "Iron Gate" },
	{ "what is no reference", "Iron & Gate; A &#zz; B \\q", "Iron Gate" },
	{ "a reference beyond all characters", "Iron &#x110000; Gate &#1114112;", NULL },
	{ "a surrogate, and what nobody assigned", "&#xd800;K&#xe000;ITE &#xffff;", "KITE" },
	{ "a reference that never ends", "&#000000000000000000000000000000000000075;ITE", NULL },
	{ "marks that begin none", "\\\u00e9 \\u00g1 &; &é; &{ KITE", "KITE" },
	{ "a page of tabs and feeds", "\tIron\fGate\n", "Iron Gate" },
	{ "look-alikes alone", "see \u041e\u0420L\u0410\u039d here", "\u041e\u0420L\u0410\u039d" },
	{ "a small capital", "see O\u1d18LAN here", "OPLAN" },
	{ "a mixture of scripts", "see the \u041eMAN here", "\u041eMAN" },
	{ "less than", "if a < b and c > d", NULL },
	{ "nothing", "The talks go on.\n", NULL },
	{ "a decimal reference with a letter in it", "&#75a;ITE KITE", "KITE" },
	{ "a reference of one sign", "&;KITE", "KITE" },
	{ "escapes that are cut off", "\\u00 K\\b\\f\\r\\tITE", "KITE" },
	{ "a hash behind a backslash", "\\u#0041 KITE", "KITE" },
	{ "what no letter begins", "&{KITE}", "KITE" },
};

static void check_cut(const char *why, const char *text, const char *wanted, size_t step)
{
	static struct held_search s;
	struct bytes word = wanted == NULL ? (struct bytes){ NULL, 0 } : bytes_str(wanted);

	assert_int_equal(look_into(bytes_str(text), step, &s), FILE_TEXT);
	if (!bytes_equal((struct bytes){ s.found, s.found_len }, word))
		fail_msg("%s, in pieces of %zu: %.*s", why, step, (int)s.found_len, (const char *)s.found);
}

/* A file is looked through as it comes, however it is cut. */
static void test_files(void **state)
{
	(void)state;
	for (size_t step = 1; step < 40; step++) {
		for (size_t i = 0; i < ARRAY_COUNT(found); i++)
			check_cut(found[i].why, found[i].text, found[i].word, step);
		for (size_t i = 0; i < ARRAY_COUNT(files); i++)
			check_cut(files[i].why, files[i].text, files[i].word, step);
	}
}

/* What cannot be looked into says so, whatever it is called. */
static void test_no_text(void **state)
{
	const struct {
		struct bytes file;
		enum file_kind kind;
	} others[] = {
		{ BYTES_LIT("%PDF-1.7 OPLAN"), FILE_PDF },
		{ BYTES_LIT("PK\x03\x04 OPLAN"), FILE_ZIP },
		{ BYTES_LIT("\xd0\xcf\x11\xe0"), FILE_OLE },
		{ BYTES_LIT("\x89PNG\r\n"), FILE_PNG },
		{ BYTES_LIT("\xff\xd8\xff\xe0"), FILE_JPEG },
		{ BYTES_LIT("\xff\xfeO\0"), FILE_UTF16 },
		{ BYTES_LIT("text, then\0"), FILE_OTHER },
		{ BYTES_LIT("text, then \x7f"), FILE_OTHER },
		{ BYTES_LIT("a letter is cut off \xea\xb0"), FILE_OTHER },
		{ BYTES_LIT("\xc0\xdb\xc0\xfc"), FILE_OTHER }, /* Korean in EUC-KR */
		{ BYTES_LIT("cut \xec\x9e"), FILE_OTHER },
		{ BYTES_LIT("\xed\xa0\x80"), FILE_OTHER },
		{ BYTES_LIT("then \xe2\x28\xa1"), FILE_OTHER }, /* begun as a letter of three, and none */
	};
	static struct held_search s;

	(void)state;
	for (size_t step = 1; step < 100; step++) {
		for (size_t i = 0; i < ARRAY_COUNT(others); i++)
			assert_int_equal(look_into(others[i].file, step, &s), others[i].kind);
	}
	assert_string_equal(file_kind_name(FILE_PDF), "PDF");
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

/* A line, and one of more bytes than ACCORD_TEXT_LEN_MAX. */
static char too_long[ACCORD_TEXT_LEN_MAX + 16];

static const struct {
	const char *why, *file;
	size_t line;
} refused[] = {
	{ "no UTF-8", "good word\n\xff\xfe word\n", 2 },
	{ "too short to be looked for", "good word\n\nab\n", 3 },
	{ "nothing but signs", "-- ...\n", 1 },
	{ "longer than a text may be", too_long, 2 },
};

static void test_refused(void **state)
{
	static char many[HELD_WORDS_MAX * 8 + 16];
	size_t line, len = 0;

	(void)state;
	memset(too_long, 'a', sizeof too_long - 1);
	memcpy(too_long, "good\n", 5);
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
	/* Every shorter arena is too small, and says so. */
	len = 0;
	do {
		arena_init(&arena, memory, len++);
		words = (struct held_words){ 0 };
	} while (held_words_read(bytes_str(list), &arena, &words, &line) == ERR_MEMORY);
	assert_int_equal(words.count, 5);
	assert_in_range(len, 60, 1000);
}

/* A doubled letter is two letters and one key: of such a word there may be too few keys to be looked for. */
static void test_fewer_keys(void **state)
{
	size_t line;

	(void)state;
	arena_init(&arena, memory, sizeof memory);
	assert_int_equal(held_words_read(BYTES_LIT("뼈\n뺨"), &arena, &words, &line), ERR_OK);
	assert_true(bytes_equal(held_words_find(&words, BYTES_LIT("the ㅂㅂㅕ")), BYTES_LIT("뼈")));
	assert_int_equal(held_words_find(&words, BYTES_LIT("quay, quorum")).len, 0);
	assert_true(bytes_equal(held_words_find(&words, BYTES_LIT("qia")), BYTES_LIT("뺨")));
}

/* ---- Normal form C, as a terminal makes it. ---- */

static const struct {
	const char *why, *text, *want; /* NULL: it is none */
} composed[] = {
	{ "nothing", "", "" },
	{ "as it stands", "a b", "a b" },
	{ "an accent of its own", "Cafe\xcc\x81", "Caf\xc3\xa9" },
	{ "letters of Hangul", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한" },
	{ "composed already", "한글", "한글" },
	{ "half a character", "\xea\xb8", NULL },
	{ "a byte that begins none", "a\xff", NULL },
	{ "more than there is room for", "한글한", NULL },
};

static void test_normal_form(void **state)
{
	static uint8_t long_text[TEXT_WORDS_MAX + 1], long_memory[TEXT_WORDS_MAX + 1];
	struct buf out = BUF_ON(long_memory);

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(composed); i++) {
		uint8_t bytes[8];
		struct buf made = BUF_ON(bytes);
		enum err e = text_to_nfc(bytes_str(composed[i].text), &made);
		if ((e == ERR_OK) != (composed[i].want != NULL) ||
		    (e == ERR_OK && !bytes_equal(buf_bytes(&made), bytes_str(composed[i].want))))
			fail_msg("%s: %s, %.*s", composed[i].why, err_name(e), (int)made.len,
				 (const char *)made.ptr);
	}
	memset(long_text, 'a', sizeof long_text);
	assert_int_equal(text_to_nfc((struct bytes){ long_text, TEXT_WORDS_MAX }, &out), ERR_OK);
	assert_int_equal(text_to_nfc((struct bytes){ long_text, sizeof long_text }, &out), ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_found, read_list),
		cmocka_unit_test_setup(test_across, read_list),
		cmocka_unit_test_setup(test_everywhere, read_list),
		cmocka_unit_test_setup(test_values, read_list),
		cmocka_unit_test_setup(test_left_alone, read_list),
		cmocka_unit_test_setup(test_anywhere, read_list),
		cmocka_unit_test_setup(test_files, read_list),
		cmocka_unit_test_setup(test_no_text, read_list),
		cmocka_unit_test_setup(test_broken_text, read_list),
		cmocka_unit_test(test_normal_form),
		cmocka_unit_test(test_fewer_keys),
		cmocka_unit_test_setup(test_refused, read_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
