/* A statement and its content against their form: each fault, and the same thing without it. */
#include "accord/form_text.h"
#include "crypto/sshsig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char accord_text[] =
	"founding\nmode live\npost-quantum preferred\nlanguages en ko\ntitle en \"T\" ko \"T\"\n";
static const char parties_text[] = "ash en \"A\" ko \"A\"\nelm en \"E\" ko \"E\"\n";
static const char posts_text[] = "watch en \"W\" ko \"W\" of ash elm\n";
static const char channels_text[] =
	"7 low SERVICE en \"L\" ko \"L\" parties ash elm write watch precedence ROUTINE\n"
	"901 a HOME en \"A\" ko \"A\" parties ash write watch precedence ROUTINE\n"
	"902 e HOME en \"E\" ko \"E\" parties elm write watch precedence ROUTINE\n";
static const char timers_text[] =
	"timer FLASH receipt 30s read 8m query 3m alternate 5m\ntimer IMMEDIATE receipt 30s read 8m query 3m "
	"alternate 5m\n"
	"timer PRIORITY receipt 30s read 8m query 3m alternate 5m\ntimer ROUTINE receipt 30s read 8m query "
	"3m alternate 5m\n"
	"line-check every none answer none\nflash length 1800\nclock offset 2s\nstart free\n";
#define TITLE "en \"T\" ko \"T\"\n"
static const char form_text[] =
	"form N20 version 1 " TITLE
	"plane SERVICE\nacts announce amend cancel\nprecedence PRIORITY FLASH\nbasis\n"
	"list colour\nvalue 3 red " TITLE "value 4 blue " TITLE "field 1 colour code:colour statement " TITLE
	"field 2 when span? statement " TITLE "field 3 on ref[]? statement " TITLE
	"field 4 who party? statement " TITLE "field 5 post role? statement " TITLE
	"field 6 like form? statement " TITLE "field 7 sum hash? statement " TITLE
	"field 8 way path? statement " TITLE "field 9 known pair content " TITLE
	"field 10 claims group[]? content " TITLE "member name pair " TITLE "member age num " TITLE
	"field 11 note text? content " TITLE "field 13 tints code:colour[]? statement " TITLE
	"field 14 tone code:colour? statement " TITLE "limit before when 1s where colour red\n"
	"limit after when 1h where colour blue\nneed way where colour blue\nneed note where colour blue\n";
/* Of the words around a form one act and one field are the accord's; the others have only their names. */
static const char codes_text[] = "list act\nvalue 2 cancel en \"CANCELLED\" ko \"취소됨\"\n"
				 "list every-form\nvalue 200 basis en \"legal basis\" ko \"근거 문서\"\n";
static const char reply_text[] =
	"form R1 version 1 " TITLE "plane SERVICE\nacts announce amend\nprecedence ROUTINE\nreply\n";

static uint8_t arena_memory[ACCORD_ARENA_LEN];
static const struct accord *accord;

static int start(void **state)
{
	struct accord_file files[] = {
		{ BYTES_LIT("accord"), bytes_str(accord_text) },
		{ BYTES_LIT("channels"), bytes_str(channels_text) },
		{ BYTES_LIT("codes"), bytes_str(codes_text) },
		{ BYTES_LIT("forms/N20"), bytes_str(form_text) },
		{ BYTES_LIT("forms/R1"), bytes_str(reply_text) },
		{ BYTES_LIT("keys"), BYTES_LIT("") },
		{ BYTES_LIT("parties"), bytes_str(parties_text) },
		{ BYTES_LIT("posts"), bytes_str(posts_text) },
		{ BYTES_LIT("timers"), bytes_str(timers_text) },
	};
	static uint8_t memory[4096], key_memory[8192];
	struct buf manifest = BUF_ON(memory), keys = BUF_ON(key_memory);
	static const char *const names[] = { "ash", "elm" };
	struct accord_fault fault;
	struct arena arena;
	struct accord *out = NULL;

	(void)state;
	crypto_init();
	for (size_t p = 0; p < 2; p++) {
		for (size_t use = 0; use < ACCORD_KEY_USE_COUNT; use++) {
			uint8_t seed[SIGN_SEED_LEN] = { (uint8_t)(p * 8 + use + 1) },
				wire_memory[SSH_PUBLIC_MAX];
			struct buf wire = BUF_ON(wire_memory);
			struct sign_key key;
			struct accord_key row = {
				.party = p, .use = (enum accord_key_use)use, .quorum = 1, .of = 1
			};
			sign_key_from_seed(&key, seed);
			ssh_public_write(key.public, &wire);
			row.key = use <= ACCORD_KEY_REGISTRAR
					  ? buf_bytes(&wire)
					  : ((struct bytes){ key.public, SIGN_PUBLIC_LEN });
			accord_key_write(bytes_str(names[p]), &row, &keys);
		}
	}
	files[5].content = buf_bytes(&keys);
	accord_manifest_write(files, ARRAY_COUNT(files), &manifest);
	arena_init(&arena, arena_memory, sizeof arena_memory);
	if (accord_read(buf_bytes(&manifest), files, ARRAY_COUNT(files), &arena, &out, &fault) != ERR_OK) {
		print_message("# %.*s %zu %s\n", (int)fault.file.len, (const char *)fault.file.ptr,
			      fault.fault.offset, fault.fault.rule);
		return 1;
	}
	accord = out;
	return 0;
}

/* A field as hexadecimal CBOR. */
struct row {
	const char *why;
	struct {
		uint64_t key;
		const char *hex;
	} fields[5];
	enum form_fault_kind want;
};

static size_t put_fields(const struct row *row, struct field *out, uint8_t (*memory)[256])
{
	size_t count = 0;

	for (; count < 5 && row->fields[count].hex != NULL; count++) {
		struct bytes hex = bytes_str(row->fields[count].hex);
		assert_int_equal(bytes_read_hex(hex, memory[count], hex.len / 2), ERR_OK);
		out[count] = (struct field){ row->fields[count].key, { memory[count], hex.len / 2 } };
	}
	return count;
}

static struct statement message(void)
{
	struct statement s = {
		.kind = KIND_MESSAGE, .has_form = true, .form = BYTES_LIT("N20"), .form_version = 1
	};

	s.channel = 7;
	s.refers_count = 2;
	s.claimed.ms = 10000;
	s.has_precedence = true;
	s.precedence = PRECEDENCE_FLASH;
	return s;
}

#define BASIS { 200, "6162" }

static void test_statement(void **state)
{
	static const struct row rows[] = {
		{ "whole", { { 1, "03" }, BASIS }, FORM_FAULT_NONE },
		{ "nothing is there", { { 0, NULL } }, FORM_FAULT_MISSING },
		{ "no basis", { { 1, "03" } }, FORM_FAULT_BASIS },
		{ "a reason stands for what is missing", { { 202, "6162" } }, FORM_FAULT_NONE },
		{ "an empty reason stands for nothing", { { 202, "60" } }, FORM_FAULT_TYPE },
		{ "cancelled, nothing is said again", { { 0, "02" } }, FORM_FAULT_NONE },
		{ "amended, all of it is", { { 0, "01" } }, FORM_FAULT_MISSING },
		{ "amended, its basis too", { { 0, "01" }, { 1, "03" } }, FORM_FAULT_BASIS },
		{ "amended", { { 0, "01" }, { 1, "03" }, BASIS }, FORM_FAULT_NONE },
		{ "closed: not of this form", { { 0, "03" } }, FORM_FAULT_ACT },
		{ "an act of no form", { { 0, "04" }, { 1, "03" } }, FORM_FAULT_ACT },
		{ "announced in words", { { 0, "00" }, { 1, "03" }, BASIS }, FORM_FAULT_ACT },
		{ "an act that is a word", { { 0, "6161" }, { 1, "03" }, BASIS }, FORM_FAULT_ACT },
		{ "a value that is not listed", { { 1, "05" }, BASIS }, FORM_FAULT_CODE },
		{ "a value by its name", { { 1, "63726564" }, BASIS }, FORM_FAULT_TYPE },
		{ "a field of the content", { { 1, "03" }, { 11, "6161" }, BASIS }, FORM_FAULT_UNKNOWN },
		{ "a field of no form", { { 1, "03" }, { 12, "01" }, BASIS }, FORM_FAULT_UNKNOWN },
		{ "a span", { { 1, "03" }, { 2, "820102" }, BASIS }, FORM_FAULT_NONE },
		{ "a span that ends before it begins",
		  { { 1, "03" }, { 2, "820201" }, BASIS },
		  FORM_FAULT_TYPE },
		{ "half a span", { { 1, "03" }, { 2, "8101" }, BASIS }, FORM_FAULT_TYPE },
		{ "a span of three", { { 1, "03" }, { 2, "83010203" }, BASIS }, FORM_FAULT_TYPE },
		{ "both references", { { 1, "03" }, { 3, "820100" }, BASIS }, FORM_FAULT_NONE },
		{ "a reference too far", { { 1, "03" }, { 3, "8102" }, BASIS }, FORM_FAULT_TYPE },
		{ "a list of nothing", { { 1, "03" }, { 3, "80" }, BASIS }, FORM_FAULT_TYPE },
		{ "one where several stand", { { 1, "03" }, { 3, "01" }, BASIS }, FORM_FAULT_TYPE },
		{ "a party", { { 1, "03" }, { 4, "63656c6d" }, BASIS }, FORM_FAULT_NONE },
		{ "a party that is none", { { 1, "03" }, { 4, "636f616b" }, BASIS }, FORM_FAULT_TYPE },
		{ "a post", { { 1, "03" }, { 5, "657761746368" }, BASIS }, FORM_FAULT_NONE },
		{ "a node as a post", { { 1, "03" }, { 5, "646e6f6465" }, BASIS }, FORM_FAULT_NONE },
		{ "a post that is none", { { 1, "03" }, { 5, "6161" }, BASIS }, FORM_FAULT_TYPE },
		{ "a form", { { 1, "03" }, { 6, "625231" }, BASIS }, FORM_FAULT_NONE },
		{ "a form that is none", { { 1, "03" }, { 6, "625232" }, BASIS }, FORM_FAULT_TYPE },
		{ "a hash too short", { { 1, "03" }, { 7, "4101" }, BASIS }, FORM_FAULT_TYPE },
		{ "a path", { { 1, "03" }, { 8, "656e6f727468" }, BASIS }, FORM_FAULT_NONE },
		{ "a path in capitals", { { 1, "03" }, { 8, "654e6f727468" }, BASIS }, FORM_FAULT_TYPE },
		{ "a time that is none",
		  { { 1, "03" }, BASIS, { 201, "1b0020000000000000" } },
		  FORM_FAULT_TYPE },
	};
	uint8_t memory[5][256];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct statement s = message();
		struct form_fault fault;
		enum err e;
		s.fields_count = put_fields(&rows[i], s.fields, memory);
		e = form_check(accord, form_of(accord, &s), PLANE_SERVICE, &s, &fault);
		if (fault.kind != rows[i].want || (e == ERR_OK) != (rows[i].want == FORM_FAULT_NONE))
			fail_msg("%s: %s", rows[i].why, form_fault_name(fault.kind));
	}
}

static void test_content(void **state)
{
	static const struct row rows[] = {
		{ "whole", { { 9, "8261616162" } }, FORM_FAULT_NONE },
		{ "nothing is there", { { 0, NULL } }, FORM_FAULT_MISSING },
		{ "one language", { { 9, "816161" } }, FORM_FAULT_TYPE },
		{ "an empty word", { { 9, "82616160" } }, FORM_FAULT_TYPE },
		{ "claims",
		  { { 9, "8261616162" }, { 10, "82828261616162018282616361640a" } },
		  FORM_FAULT_NONE },
		{ "a claim without its age",
		  { { 9, "8261616162" }, { 10, "81818261616162" } },
		  FORM_FAULT_TYPE },
		{ "a claim with more",
		  { { 9, "8261616162" },
		    { 10, "81838261616162"
			  "0102" } },
		  FORM_FAULT_TYPE },
		{ "a field of the statement", { { 1, "03" }, { 9, "8261616162" } }, FORM_FAULT_UNKNOWN },
	};
	uint8_t memory[5][256];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct statement s = message();
		struct content c = { .portions_count = 0 };
		struct form_fault fault = { FORM_FAULT_NONE, 0 };
		enum err e;
		c.fields_count = put_fields(&rows[i], c.fields, memory);
		e = form_check_content(accord, form_of(accord, &s), &s, &c, &fault);
		if (fault.kind != rows[i].want || (e == ERR_OK) != (rows[i].want == FORM_FAULT_NONE))
			fail_msg("%s: %s", rows[i].why, form_fault_name(fault.kind));
	}
}

/*
 * Beside sealed words the statement says of a form's free words that they are there, and the words say them:
 * neither counts alone, and nobody reads them from a statement.
 */
static void test_sealed_words(void **state)
{
	static const char there[] = "f5", said[] = "6162";
	static const struct {
		struct row said, content;
		bool is_clear; /* the words beside it are none that are sealed */
	} cases[] = {
		{ { "both there", { { 1, "03" }, { 200, there } }, FORM_FAULT_NONE },
		  { "", { { 9, "8261616162" }, { 200, said } }, FORM_FAULT_NONE },
		  false },
		{ { "a reason stands for the rest", { { 1, "03" }, { 202, there } }, FORM_FAULT_NONE },
		  { "", { { 202, said } }, FORM_FAULT_NONE },
		  false },
		{ { "said in clear: SEALING", { { 1, "03" }, { 200, said } }, FORM_FAULT_NONE },
		  { "", { { 9, "8261616162" } }, FORM_FAULT_MISSING },
		  false },
		{ { "said to be where they are not", { { 1, "03" }, { 200, there } }, FORM_FAULT_NONE },
		  { "", { { 9, "8261616162" } }, FORM_FAULT_MISSING },
		  false },
		{ { "false is no word", { { 1, "03" }, { 200, "f4" } }, FORM_FAULT_TYPE },
		  { "", { { 9, "8261616162" }, { 200, said } }, FORM_FAULT_NONE },
		  false },
		{ { "there, and in clear", { { 1, "03" }, { 200, there } }, FORM_FAULT_TYPE },
		  { "", { { 9, "8261616162" }, { 200, said } }, FORM_FAULT_UNKNOWN },
		  true },
		{ { "said, and in clear", { { 1, "03" }, { 200, said } }, FORM_FAULT_NONE },
		  { "", { { 9, "8261616162" } }, FORM_FAULT_NONE },
		  true },
		{ { "only in the words", { { 1, "03" } }, FORM_FAULT_BASIS },
		  { "", { { 9, "8261616162" }, { 200, said } }, FORM_FAULT_UNKNOWN },
		  false },
	};
	uint8_t memory[5][256], more[5][256];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct statement s = message();
		struct content c = { .portions_count = 0 };
		struct form_fault fault = { FORM_FAULT_NONE, 0 };
		s.has_content = true;
		s.content.sealing = cases[i].is_clear ? SEALING_NONE : SEALING_X25519;
		s.fields_count = put_fields(&cases[i].said, s.fields, memory);
		c.fields_count = put_fields(&cases[i].content, c.fields, more);
		(void)!form_check(accord, form_of(accord, &s), PLANE_SERVICE, &s, &fault);
		if (fault.kind != cases[i].said.want)
			fail_msg("%s: %s", cases[i].said.why, form_fault_name(fault.kind));
		fault.kind = FORM_FAULT_NONE;
		(void)!form_check_content(accord, form_of(accord, &s), &s, &c, &fault);
		if (fault.kind != cases[i].content.want)
			fail_msg("%s, content: %s", cases[i].said.why, form_fault_name(fault.kind));
	}
}

/* The way and the note may be missing, but where the colour is blue. */
static void test_needed(void **state)
{
	static const struct {
		struct row said, content;
	} cases[] = {
		{ { "red needs neither", { { 1, "03" }, BASIS }, FORM_FAULT_NONE },
		  { "", { { 9, "8261616162" } }, FORM_FAULT_NONE } },
		{ { "blue needs both", { { 1, "04" }, BASIS }, FORM_FAULT_MISSING },
		  { "", { { 9, "8261616162" } }, FORM_FAULT_MISSING } },
		{ { "blue has both", { { 1, "04" }, { 8, "656e6f727468" }, BASIS }, FORM_FAULT_NONE },
		  { "", { { 9, "8261616162" }, { 11, "6161" } }, FORM_FAULT_NONE } },
		{ { "amended it is said whole", { { 0, "01" }, { 1, "04" }, BASIS }, FORM_FAULT_MISSING },
		  { "", { { 9, "8261616162" } }, FORM_FAULT_MISSING } },
		{ { "a reason stands for both", { { 1, "04" }, { 202, "6162" } }, FORM_FAULT_NONE },
		  { "", { { 0, NULL } }, FORM_FAULT_NONE } },
		{ { "cancelled", { { 0, "02" }, { 1, "04" } }, FORM_FAULT_NONE },
		  { "", { { 203, "6161" } }, FORM_FAULT_NONE } },
	};
	uint8_t memory[5][256], more[5][256];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct statement s = message();
		struct content c = { .portions_count = 0 };
		struct form_fault fault = { FORM_FAULT_NONE, 0 };
		const struct form *form;
		enum err e;
		s.fields_count = put_fields(&cases[i].said, s.fields, memory);
		c.fields_count = put_fields(&cases[i].content, c.fields, more);
		form = form_of(accord, &s);
		e = form_check(accord, form, PLANE_SERVICE, &s, &fault);
		assert_int_equal(e == ERR_OK, fault.kind == FORM_FAULT_NONE);
		if (fault.kind != cases[i].said.want || (fault.kind != FORM_FAULT_NONE && fault.number != 8))
			fail_msg("%s: %s", cases[i].said.why, form_fault_name(fault.kind));
		fault.kind = FORM_FAULT_NONE;
		e = form_check_content(accord, form, &s, &c, &fault);
		assert_int_equal(e == ERR_OK, fault.kind == FORM_FAULT_NONE);
		if (fault.kind != cases[i].content.want ||
		    (fault.kind != FORM_FAULT_NONE && fault.number != 11))
			fail_msg("%s, content: %s", cases[i].said.why, form_fault_name(fault.kind));
	}
}

#define NOTHING { "", { { 0, NULL } }, 0 }

/* For who knows nothing of forms; what its reader is not sent is not named. */
static void test_words(void **state)
{
	static const struct {
		struct row said, content;
		size_t max;
		const char *want;
	} cases[] = {
		{ { "a code", { { 1, "03" }, BASIS }, 0 }, NOTHING, 999, "N20 T: T\nT: T\n근거 문서: b" },
		{ { "an act", { { 0, "02" } }, 0 },
		  { "", { { 203, "6161" } }, 0 },
		  999,
		  "N20 T, 취소됨\nreason: a" },
		{ { "an act that the accord has no word for", { { 0, "01" } }, 0 },
		  NOTHING,
		  999,
		  "N20 T, amend" },
		{ { "two references of which one is sent", { { 3, "820100" } }, 0 },
		  NOTHING,
		  999,
		  "N20 T\nT: urn:b" },
		{ { "one that is not", { { 3, "8100" } }, 0 }, NOTHING, 999, "N20 T" },
		{ { "a span", { { 2, "820102" } }, 0 },
		  NOTHING,
		  999,
		  "N20 T\nT: 1970-01-01T00:00:00.001Z/1970-01-01T00:00:00.002Z" },
		{ { "a pair", { { 0, NULL } }, 0 }, { "", { { 9, "8261616162" } }, 0 }, 999, "N20 T\nT: b" },
		{ { "claims", { { 0, NULL } }, 0 },
		  { "", { { 10, "82828261616162018282616361640a" } }, 0 },
		  999,
		  "N20 T\nT 1\n  T: b\n  T: 1\nT 2\n  T: d\n  T: 10" },
		{ { "what is not of its type", { { 1, "05" }, { 12, "01" } }, 0 }, NOTHING, 999, "N20 T" },
		{ { "several codes, and the first that is one", { { 13, "820304" }, { 14, "03" } }, 0 },
		  NOTHING,
		  999,
		  "N20 T: T\nT: T; T\nT: T" },
		{ { "two codes", { { 1, "03" }, { 14, "04" } }, 0 }, NOTHING, 999, "N20 T: T\nT: T\nT: T" },
		{ { "what leaves no room to say that there is more", { { 1, "03" }, { 4, "63656c6d" } }, 0 },
		  NOTHING,
		  22,
		  "N20 T: T\nT: T\n..." },
		{ { "what leaves just that room", { { 1, "03" }, { 4, "63656c6d" } }, 0 },
		  NOTHING,
		  24,
		  "N20 T: T\nT: T\nT: elm" },
		{ { "nothing behind what does not fit", { { 1, "03" }, { 8, "6a6f757465726d6f737461" } }, 0 },
		  { "", { { 11, "6161" } }, 0 },
		  27,
		  "N20 T: T\nT: T\n..." },
		{ { "more than fits", { { 1, "03" }, { 4, "63656c6d" }, { 8, "656e6f727468" } }, 0 },
		  NOTHING,
		  25,
		  "N20 T: T\nT: T\nT: elm\n..." },
	};
	const struct bytes names[] = { { NULL, 0 }, BYTES_LIT("urn:b") };
	uint8_t memory[5][256], more[5][256], text[1000];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct statement s = message();
		struct content c = { .portions_count = 0 };
		struct buf out;
		buf_init(&out, text, cases[i].max);
		s.fields_count = put_fields(&cases[i].said, s.fields, memory);
		c.fields_count = put_fields(&cases[i].content, c.fields, more);
		form_text_write(accord, accord_language_find(accord, BYTES_LIT("ko")), &s, &c, names, &out);
		if (!bytes_equal(buf_bytes(&out), bytes_str(cases[i].want)))
			fail_msg("%s: %.*s", cases[i].said.why, (int)out.len, (const char *)text);
		buf_init(&out, text, 999);
		s.form_version = 70;
		form_text_write(accord, 0, &s, &c, names, &out);
		assert_true(bytes_equal(buf_bytes(&out), BYTES_LIT("N20.70")));
		buf_init(&out, text, 999);
		s.has_form = false;
		form_text_write(accord, 0, &s, &c, names, &out);
		assert_int_equal(out.len, 0);
	}
}

#define RED { 1, "03" }
#define BLUE { 1, "04" }
#define AT_11000 { 2, "82192af8192af8" }
#define AT_10999 { 2, "82192af7192af8" }
#define HOUR_MS 3600000u

/* At least a second before the field where it is red, at most an hour after where it is blue. */
static void test_sending(void **state)
{
	static const struct {
		struct row row;
		uint64_t said_ms;
	} cases[] = {
		{ { "a second before", { RED, AT_11000 }, FORM_FAULT_NONE }, 10000 },
		{ { "less than a second before", { RED, AT_10999 }, FORM_FAULT_LATE }, 10000 },
		{ { "of another value", { BLUE, AT_10999 }, FORM_FAULT_NONE }, 10000 },
		{ { "of no value", { AT_10999 }, FORM_FAULT_NONE }, 10999 + HOUR_MS + 1 },
		{ { "an hour after", { BLUE, AT_10999 }, FORM_FAULT_NONE }, 10999 + HOUR_MS },
		{ { "more than an hour after", { BLUE, AT_10999 }, FORM_FAULT_LATE }, 10999 + HOUR_MS + 1 },
		{ { "without the field", { RED }, FORM_FAULT_NONE }, 10000 },
	};
	struct content none = { .portions_count = 0 };
	uint8_t memory[5][256];
	struct form_fault fault = { FORM_FAULT_NONE, 0 };
	struct statement s;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct row *row = &cases[i].row;
		enum err e;
		print_message("# %s\n", row->why);
		s = message();
		s.fields_count = put_fields(row, s.fields, memory);
		s.claimed.ms = cases[i].said_ms;
		e = form_check_sending(form_of(accord, &s), &s, &none, &fault);
		assert_int_equal(e, row->want == FORM_FAULT_NONE ? ERR_OK : ERR_RULE);
		if (e != ERR_OK)
			assert_int_equal(fault.kind, row->want);
	}
	s = message();
	s.precedence = PRECEDENCE_ROUTINE;
	assert_int_equal(form_check_sending(form_of(accord, &s), &s, &none, &fault), ERR_RULE);
	assert_int_equal(fault.kind, FORM_FAULT_PRECEDENCE);
}

static void test_where(void **state)
{
	uint8_t memory[5][256];
	struct row whole = { "", { { 1, "03" }, BASIS }, FORM_FAULT_NONE };
	struct statement s = message();
	struct form_fault fault;

	(void)state;
	s.fields_count = put_fields(&whole, s.fields, memory);
	assert_int_equal(form_check(accord, form_of(accord, &s), PLANE_SHARE, &s, &fault), ERR_RULE);
	assert_int_equal(fault.kind, FORM_FAULT_PLANE);
	/* A reply that names a form that does not answer fills none. */
	s.kind = KIND_REPLY;
	assert_null(form_of(accord, &s));
	s.form = BYTES_LIT("R1");
	s.fields_count = 0;
	assert_int_equal(form_check(accord, form_of(accord, &s), PLANE_SERVICE, &s, &fault), ERR_OK);
	s.kind = KIND_MESSAGE;
	assert_int_equal(form_check(accord, form_of(accord, &s), PLANE_SERVICE, &s, &fault), ERR_RULE);
	assert_int_equal(fault.kind, FORM_FAULT_ANSWER);
	s.form_version = 2;
	assert_null(form_of(accord, &s));
	s.kind = KIND_QUERY;
	s.form_version = 1;
	assert_null(form_of(accord, &s));
}

/* A reason of no words is none: what is missing stays so. */
static void test_no_reason(void **state)
{
	static const uint8_t none[] = { 0x60 }, some[] = { 0x61, 'x' }, number[] = { 0x01 };
	struct statement s = message();

	(void)state;
	s.fields_count = 1;
	s.fields[0] = (struct field){ FORM_FIELD_BECAUSE, BYTES_OF(some) };
	assert_true(form_is_because(&s));
	s.fields[0].value = BYTES_OF(none);
	assert_false(form_is_because(&s));
	s.fields[0].value = BYTES_OF(number);
	assert_false(form_is_because(&s));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_reason), cmocka_unit_test(test_statement),
		cmocka_unit_test(test_content),	  cmocka_unit_test(test_words),
		cmocka_unit_test(test_sending),	  cmocka_unit_test(test_where),
		cmocka_unit_test(test_needed),	  cmocka_unit_test(test_sealed_words),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
